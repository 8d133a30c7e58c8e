package terms

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"example.com/firstcall/domain/calendar"
)

// Number is one figure of the terms that is no response time, with its rows.
type Number struct {
	Value int
	Unit  Unit
	Rows  []string
}

// Unit says what a Number counts.
type Unit string

// The units. Days are calendar days, BusinessDays working days.
const (
	Hours        Unit = "hours"
	Days         Unit = "days"
	BusinessDays Unit = "business_days"
	Months       Unit = "months"
	Count        Unit = "count"
)

// The names of the numbers, and what each one is.
const (
	NumberAdvisoryCap           = "advisory_cap"            // effort on one piece of advice (ADV-07)
	NumberIntakeDue             = "intake_due"              // after the contract's execution (PMCS-08)
	NumberPlatformOnboarding    = "platform_onboarding"     // days of the work order, the first included (PMCS-07)
	NumberUEROnboarding         = "uer_onboarding"          // days of the contract's term (UER-14)
	NumberMonitorMaterials      = "monitor_materials"       // after the agreement's execution (PMCS-44)
	NumberMonitorTestReady      = "monitor_test_ready"      // after onboarding's last day (PMCS-46)
	NumberMonitorScenarios      = "monitor_scenarios"       // at most (PMCS-41)
	NumberImprovementPlans      = "improvement_plans"       // at most, within the window below (PMCS-37)
	NumberImprovementPlanWindow = "improvement_plan_window" // rolling (AMB-26)
	NumberEventMinDays          = "event_min_days"          // of every event (EV-04, EV-05)
	NumberEventMaxDays          = "event_max_days"          // consecutive (EV-04)
	NumberEventPlusMaxDays      = "event_plus_max_days"     // of a Plus event (EV-05)
	NumberEventNotice           = "event_notice"            // written confirmation before the start (EV-20)
	NumberPlatformRCARequest    = "platform_rca_request"    // around the closure (PMCS-30)
	NumberPlatformRCADelivery   = "platform_rca_delivery"   // after request or mitigation (PMCS-35)
	NumberContactChange         = "contact_change_notice"   // after the change (CR-11)
	NumberProactiveRequest      = "proactive_request"       // before the work order's end (CR-18)
	NumberCancelFree            = "cancel_free"             // at least so early: nothing is charged (TC-10)
	NumberCancelHalf            = "cancel_half"             // at least so early: half; later: all (TC-10b, TC-10c)
	NumberFreeReschedules       = "free_reschedules"        // for unforeseen reasons (TC-11)
)

var knownNumbers = map[string]Unit{
	NumberAdvisoryCap: Hours, NumberIntakeDue: Days, NumberPlatformOnboarding: Days, NumberUEROnboarding: Days,
	NumberMonitorMaterials: Days, NumberMonitorTestReady: Days, NumberMonitorScenarios: Count,
	NumberImprovementPlans: Count, NumberImprovementPlanWindow: Months, NumberEventMinDays: Days,
	NumberEventMaxDays: Days, NumberEventPlusMaxDays: Days, NumberEventNotice: Days, NumberPlatformRCARequest: Days,
	NumberPlatformRCADelivery: BusinessDays, NumberContactChange: BusinessDays, NumberProactiveRequest: Days,
	NumberCancelFree: Days, NumberCancelHalf: Days, NumberFreeReschedules: Count,
}

// Number is the figure of that name; one of the Number... constants.
func (e *Edition) Number(name string) Number {
	n := e.numbers[name]
	n.Rows = slices.Clone(n.Rows)
	return n
}

// AdvisoryCap is the effort that one piece of advice may take (ADV-07). It is
// effort, not elapsed time; advice has no severity and no target.
func (e *Edition) AdvisoryCap() time.Duration {
	return time.Duration(e.numbers[NumberAdvisoryCap].Value) * time.Hour
}

// Onboarding is the calendar of a plan's first weeks. A zero date has no rule.
type Onboarding struct {
	IntakeDue      calendar.Date // PMCS-08
	LastDay        calendar.Date // the sixtieth day itself (PMCS-07, UER-14)
	MaterialsDue   calendar.Date // Plus (PMCS-44)
	TestReadyUntil calendar.Date // Plus (PMCS-46)
	Rows           []string
}

// OnboardingOf works out a holding's onboarding dates, each from the date that
// its own sentence names (AMB-16).
func (e *Edition) OnboardingOf(h Holding) Onboarding {
	var o Onboarding
	add := func(from calendar.Date, number string, less int) calendar.Date {
		if from.IsZero() {
			return from
		}
		n := e.numbers[number]
		o.Rows = union(o.Rows, n.Rows)
		return from.AddDays(n.Value - less)
	}
	switch h.Plan {
	case UER:
		o.LastDay = add(h.ContractStart, NumberUEROnboarding, 1)
	case PlatformMCS, PlatformMCSPlus:
		o.IntakeDue = add(h.ContractExecuted, NumberIntakeDue, 0)
		o.LastDay = add(h.WorkOrderStart, NumberPlatformOnboarding, 1)
		if h.Plan == PlatformMCSPlus {
			o.MaterialsDue = add(h.AgreementExecuted, NumberMonitorMaterials, 0)
			o.TestReadyUntil = add(o.LastDay, NumberMonitorTestReady, 0)
		}
	}
	return o
}

// EventDays is the judgement of a planned event's dates.
type EventDays struct {
	Refused   Code          // empty when the plan accepts the dates
	ConfirmBy calendar.Date // the last day for the written confirmation (EV-20)
	Late      bool          // confirmed after that: only if the provider agrees (EV-21)
	Rows      []string
}

// EventDays judges the service days of one event, in order and each once, and
// the day of its written confirmation (zero: not yet).
func (e *Edition) EventDays(plan Plan, days []calendar.Date, confirmed calendar.Date) EventDays {
	if plan != EventMCS && plan != EventMCSPlus {
		return EventDays{Refused: RefusedNoEventPlan, Rows: slices.Clone(e.numbers[NumberEventMinDays].Rows)}
	}
	least, most := e.numbers[NumberEventMinDays], e.numbers[NumberEventMaxDays]
	if plan == EventMCSPlus {
		most = e.numbers[NumberEventPlusMaxDays]
	}
	notice := e.numbers[NumberEventNotice]
	out := EventDays{Rows: union(union(least.Rows, most.Rows), notice.Rows)}
	if len(days) > 0 {
		out.ConfirmBy = days[0].AddDays(-notice.Value)
		out.Late = !confirmed.IsZero() && confirmed.After(out.ConfirmBy)
	}
	gaps := false
	for i := 1; i < len(days); i++ {
		if !days[i].After(days[i-1]) {
			out.Refused = RefusedDaysUnordered
			return out
		}
		gaps = gaps || days[i] != days[i-1].AddDays(1)
	}
	tooMany := len(days) > most.Value
	if plan == EventMCSPlus && !e.On(PlusDaysCounted) && len(days) > 0 {
		tooMany = days[len(days)-1].After(days[0].AddDays(most.Value - 1))
	}
	switch {
	case len(days) < least.Value:
		out.Refused = RefusedTooFewDays
	case gaps && plan == EventMCS:
		out.Refused = RefusedNotConsecutive
	case tooMany:
		out.Refused = RefusedTooManyDays
	}
	return out
}

// RCA is how a root cause analysis can be had for an incident.
type RCA struct {
	Plan     Plan
	Via      Code // who the request has to go through
	Included bool // in the plan; otherwise it has to be bought or asked for
	// BeforeClose says that the request must come before the incident is closed.
	BeforeClose bool
	// RequestDays are the calendar days around the closure: after it in the
	// recommended reading, before it in the literal one (AMB-12).
	RequestDays int
	// NotInWideOutage limits it to incidents that hit no other customer (PMCS-32).
	NotInWideOutage bool
	// DeliverBusinessDays count from the later of request and mitigation; 0 means
	// that the terms give no date.
	DeliverBusinessDays int
	Rows                []string
}

type rcaTerms struct {
	remark
	via             Code
	included        bool
	severities      []Severity
	around, narrow  bool
	request, supply string // names of numbers
}

// RCAOf is the way to a root cause analysis for a commitment: that of the first
// plan which includes it, else the base's.
func (e *Edition) RCAOf(c Commitment) (RCA, error) {
	var fallback *planTerms
	for i := range e.plans {
		p := &e.plans[i]
		if p.rca == nil || !slices.Contains(c.Plans, p.code) {
			continue
		}
		if len(p.rca.severities) > 0 && !slices.Contains(p.rca.severities, c.Severity) {
			continue
		}
		if p.rca.included {
			return e.rca(p), nil
		}
		if fallback == nil {
			fallback = p
		}
	}
	if fallback == nil {
		return RCA{}, errors.New("no plan that applies knows a root cause analysis")
	}
	return e.rca(fallback), nil
}

func (e *Edition) rca(p *planTerms) RCA {
	t := p.rca
	r := RCA{Plan: p.code, Via: t.via, Included: t.included, BeforeClose: true, NotInWideOutage: t.narrow, Rows: slices.Clone(t.rows)}
	if t.around {
		r.RequestDays = e.numbers[t.request].Value
		r.BeforeClose = !e.On(RCAAfterClosure)
		r.Rows = union(r.Rows, e.numbers[t.request].Rows)
	}
	if t.supply != "" {
		r.DeliverBusinessDays = e.numbers[t.supply].Value
		r.Rows = union(r.Rows, e.numbers[t.supply].Rows)
	}
	return r
}

// LastRequestDay is the last day on which the analysis can be asked for, given the
// day of the closure.
func (r RCA) LastRequestDay(closed calendar.Date) calendar.Date {
	if r.BeforeClose {
		return closed.AddDays(-r.RequestDays)
	}
	return closed.AddDays(r.RequestDays)
}

// DeliverBy is the day the analysis is due, or false when the terms give none.
// The calendar says whose working days count (AMB-29).
func (r RCA) DeliverBy(requested, mitigated calendar.Date, cal *calendar.Calendar) (calendar.Date, bool) {
	if r.DeliverBusinessDays == 0 || cal == nil {
		return calendar.Date{}, false
	}
	if mitigated.After(requested) {
		requested = mitigated
	}
	return cal.AddDays(requested, r.DeliverBusinessDays), true
}

// CancelCharge is the part of a scheduled service's price, in percent, that is
// charged when it is cancelled on a day (TC-10). It is not about incidents.
func (e *Edition) CancelCharge(delivery, asked calendar.Date) (percent int, rows []string) {
	free, half := e.numbers[NumberCancelFree], e.numbers[NumberCancelHalf]
	switch {
	case !asked.After(delivery.AddDays(-free.Value)):
		return 0, slices.Clone(free.Rows)
	case !asked.After(delivery.AddDays(-half.Value)):
		return 50, slices.Clone(half.Rows)
	}
	return 100, slices.Clone(half.Rows)
}

// ImprovementPlanFrom is the first day on which another service improvement plan
// may be asked for, given the days of earlier requests in order (PMCS-37).
func (e *Edition) ImprovementPlanFrom(earlier []calendar.Date) (calendar.Date, error) {
	limit, window := e.numbers[NumberImprovementPlans].Value, e.numbers[NumberImprovementPlanWindow].Value
	if !slices.IsSortedFunc(earlier, calendar.Date.Compare) {
		return calendar.Date{}, fmt.Errorf("earlier requests are out of order: %v", earlier)
	}
	if len(earlier) < limit {
		return calendar.Date{}, nil
	}
	d := earlier[len(earlier)-limit]
	t := time.Date(d.Year, d.Month+time.Month(window), d.Day, 0, 0, 0, 0, time.UTC)
	return calendar.DateOf(t), nil
}

// ReviewOffered reports whether a post-incident review is to be offered at the end:
// for severity 1 under UER (UER-08), by the highest severity the incident ever had
// or, in the other reading, by its last (AMB-34). It is held on request only.
func (e *Edition) ReviewOffered(applied []Plan, highest, last Severity) bool {
	if !slices.Contains(applied, UER) {
		return false
	}
	if e.On(ReviewByHighestSeverity) {
		return highest == Sev1
	}
	return last == Sev1
}
