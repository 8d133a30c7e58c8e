package terms

import (
	"slices"
	"time"

	"example.com/firstcall/domain/calendar"
)

// asked is a case with what is worked out once for all plans.
type asked struct {
	*Case
	e       *Edition
	product int
	day     calendar.Date // of the submission, in the calendar's zone
	cell    int
	from    time.Time // where the clocks start: the submission, or a later change
}

// knownConditions are the reasons that an edition may list as a plan's conditions.
var knownConditions = []Code{
	ReasonNotProduction, ReasonNotEnrolled, ReasonTenant, ReasonCustomCode, ReasonRestrictedAccess, ReasonOutsideEvent,
	ReasonTagMissing, ReasonSovereign, ReasonIntakeMissing, ReasonOnboarding, ReasonOnboardingRequired,
}

// fails reports whether a plan's condition is not met; the edition says which plan
// has which, and under which reading.
func (a *asked) fails(reason Code, h *Holding) bool {
	switch reason {
	case ReasonNotProduction:
		return a.NonProduction
	case ReasonNotEnrolled:
		return a.NotEnrolled
	case ReasonTenant:
		return a.TenantNotListed
	case ReasonCustomCode:
		return a.CustomCode
	case ReasonRestrictedAccess:
		return a.RestrictedAccess
	case ReasonOutsideEvent:
		return !a.InEvent
	case ReasonTagMissing:
		return a.Tag != a.e.tag.text
	case ReasonSovereign:
		return a.SovereignTenant
	case ReasonIntakeMissing:
		return !a.switchedOn(h) && !a.intakeDone(h)
	case ReasonOnboarding:
		// In the first sixty days a late intake leaves onboarding and discovery only; after that
		// the reading decides (AMB-15).
		if a.switchedOn(h) || !a.intakeDone(h) || a.intakeInTime(h) {
			return false
		}
		return a.inFirst(h.WorkOrderStart, a.e.onboardingDays) || !a.e.On(ReactiveAfterDay60)
	case ReasonOnboardingRequired:
		return !a.intakeDone(h) && a.inFirst(h.ContractStart, a.e.uerDays)
	}
	return false
}

// switchedOn reports whether the provider opened the reactive part earlier.
func (a *asked) switchedOn(h *Holding) bool {
	return !h.ReactiveSince.IsZero() && !a.day.Before(h.ReactiveSince)
}

func (a *asked) intakeDone(h *Holding) bool {
	return !h.IntakePending && !a.day.Before(h.IntakeDone)
}

// intakeInTime counts from the contract's execution (PMCS-08); the last day counts.
func (a *asked) intakeInTime(h *Holding) bool {
	if h.IntakeDone.IsZero() || h.ContractExecuted.IsZero() {
		return true
	}
	return !h.IntakeDone.After(h.ContractExecuted.AddDays(a.e.intakeDays))
}

// inFirst reports whether the case falls in the first n days, the start included.
func (a *asked) inFirst(start calendar.Date, n int) bool {
	return !start.IsZero() && a.day.Before(start.AddDays(n))
}

// refuse says why a held plan does not apply, or an empty reason when it does.
func (a *asked) refuse(p *planTerms, h *Holding) (Code, remark) {
	general := func(c Code) (Code, remark) { return c, a.e.reasons[c] }
	if !h.WorkOrderStart.IsZero() && a.day.Before(h.WorkOrderStart) {
		return general(ReasonNotStarted)
	}
	if !h.Ends.IsZero() && a.day.After(h.Ends) {
		return general(ReasonEnded)
	}
	if a.CustomersCustomer {
		return general(ReasonCustomersCustomer)
	}
	if p.kind == kindBase {
		return "", remark{}
	}
	if a.Preview {
		return general(ReasonPreview)
	}
	if c := &p.cells[a.cell]; p.kind != kindExhibit && (!c.listed || !c.gate.open(a.e.readings)) {
		return ReasonSeverity, p.unlisted
	}
	if reason, rows := a.outOfScope(p, h); reason != "" {
		return reason, rows
	}
	if p.kind == kindExhibit {
		if h.Exhibit == nil {
			return general(ReasonExhibitMissing)
		}
		if _, ok := h.Exhibit.Targets[a.Severity]; !ok {
			return general(ReasonNotInExhibit)
		}
	}
	for i := range p.conditions {
		c := &p.conditions[i]
		if c.gate.open(a.e.readings) && a.fails(c.reason, h) {
			return c.reason, c.remark
		}
	}
	if set, rows := a.waysOf(p, h); set != 0 && a.Via != "" && set&wayBit(a.Via) == 0 {
		return ReasonChannel, rows
	}
	return "", remark{}
}

// outOfScope asks whether the plan covers the product. Exclusions come before the
// scope: they are the better reason.
func (a *asked) outOfScope(p *planTerms, h *Holding) (Code, remark) {
	product := &a.e.products[a.product]
	for _, c := range product.Classes {
		if slices.Contains(p.classes, c) {
			return ReasonExcluded, p.classRows
		}
	}
	judged, in := a.judged(p)
	if judged && !in {
		return ReasonExcludedByPerson, a.e.reasons[ReasonExcludedByPerson]
	}
	if p.effectUnder(a.e.readings) == effectPlan && a.listed(p) && !judged {
		return ReasonExcluded, p.excludedRows
	}
	if len(p.kinds)+len(p.products) > 0 && !slices.Contains(p.kinds, product.Kind) &&
		(p.products == nil || !p.products[a.product]) {
		return ReasonOutOfScope, p.scopeRows
	}
	if len(h.Products) > 0 && !slices.Contains(h.Products, product.Code) {
		return ReasonNotOnWorkOrder, a.e.reasons[ReasonNotOnWorkOrder]
	}
	return "", remark{}
}

// listed reports whether the product, or the cloud it runs in, is on the plan's
// exclusion list.
func (a *asked) listed(p *planTerms) bool {
	if p.excluded == nil {
		return false
	}
	if p.excluded[a.product] || slices.Contains(p.excludedKinds, a.e.products[a.product].Kind) {
		return true
	}
	if a.Cloud == PublicCloud || a.e.products[a.product].Kind != KindAzure {
		return false
	}
	at, ok := a.e.cloudProduct(a.Cloud)
	return ok && p.excluded[at]
}

// cloudProduct is the product that stands for a whole cloud on the lists.
func (e *Edition) cloudProduct(c Cloud) (int, bool) {
	switch c {
	case USGovCloud:
		i, ok := e.productByName["azure/us-gov"]
		return i, ok
	case ChinaCloud:
		i, ok := e.productByName["azure/china"]
		return i, ok
	}
	return 0, false
}

// judged is a person's decision about an open list. The last one counts.
func (a *asked) judged(p *planTerms) (found, in bool) {
	if !p.openList || !a.e.On(OpenLists) {
		return false, false
	}
	for i := range a.Judgements {
		if a.Judgements[i].Plan == p.code {
			found, in = true, a.Judgements[i].InScope
		}
	}
	return found, in
}

// ways is a set of channels. Where the web is accepted the portal is too, it is a
// web page; but it is not named.
type ways uint8

func wayBit(c Channel) ways {
	switch c {
	case Portal:
		return 1
	case Phone:
		return 2
	case Web:
		return 4
	case Chat:
		return 8
	}
	return 0
}

func (w ways) widen() ways {
	if w&wayBit(Web) != 0 {
		w |= wayBit(Portal)
	}
	return w
}

func namedWays(p *planTerms, readings uint64) ways {
	var set ways
	for _, w := range p.ways {
		if w.gate.open(readings) {
			set |= wayBit(w.channel)
		}
	}
	return set
}

func waysOf(p *planTerms, readings uint64) ways { return namedWays(p, readings).widen() }

// waysOf is the set that a held plan accepts; empty when it does not care.
func (a *asked) waysOf(p *planTerms, h *Holding) (ways, remark) {
	if h.Exhibit != nil && p.kind == kindExhibit {
		var set ways
		for _, c := range h.Exhibit.Channels {
			set |= wayBit(c)
		}
		return set.widen(), a.e.reasons[ReasonNotInExhibit]
	}
	return waysOf(p, a.e.readings), p.waysRows
}
