package domain

import (
	"slices"
	"strings"
	"time"

	"example.com/firstcall/domain/calendar"
	"example.com/firstcall/domain/terms"
)

// Mitigate writes down when the effect on the customer ended (zero: now).
func (i Incident) Mitigate(by Actor, at time.Time, text string, now time.Time, env Env) (Outcome, error) {
	o, err := i.change(by, DoMitigate)
	if err != nil {
		return Outcome{}, err
	}
	if at, err = i.between(at, i.OpenedAt, now); err != nil {
		return Outcome{}, err
	}
	o.Incident.Status, o.Incident.MitigatedAt = Mitigated, at
	if by.Side == Provider {
		o.seen(by, now, env)
	}
	o.log(now, by, "mitigated", []string{"PMCS-35"}, "at", stamp(at), "text", text)
	o.ring(ToCustomer, MitigatedNow, by, now, text)
	return *o, nil
}

// Resolve writes down when the problem was solved (zero: now). Nobody owes an
// answer any more.
func (i Incident) Resolve(by Actor, at time.Time, text string, now time.Time, _ Env) (Outcome, error) {
	o, err := i.change(by, DoResolve)
	if err != nil {
		return Outcome{}, err
	}
	earliest := i.OpenedAt
	if i.MitigatedAt.After(earliest) {
		earliest = i.MitigatedAt
	}
	if at, err = i.between(at, earliest, now); err != nil {
		return Outcome{}, err
	}
	n := &o.Incident
	n.Status, n.ResolvedAt, n.Asked = Resolved, at, ""
	n.ChangeControl, n.Answer = Clock{}, Clock{}
	n.Downgrade, n.DowngradeWhy = "", ""
	n.forgetRequest()
	o.log(now, by, "resolved", nil, "at", stamp(at), "text", text)
	to := ToCustomer
	if by.Side == Customer {
		to = ToOwner
	}
	o.ring(to, ResolvedNow, by, now, text)
	return *o, nil
}

// Close ends it. The first attempt is refused with "rca_first" until the
// customer was offered a root cause analysis, because afterwards it is too late
// (RCA-01): see RequestRCA and DeclineRCA.
func (i Incident) Close(by Actor, now time.Time, env Env) (Outcome, error) {
	o, err := i.change(by, DoClose)
	if err != nil {
		return Outcome{}, err
	}
	if route, ok := i.RCARoute(env); ok && !i.RCAOffered && i.RCAAskedAt.IsZero() {
		return Outcome{}, Refuse("rca_first", "route", string(route.Via))
	}
	o.Incident.Status, o.Incident.ClosedAt = Closed, now
	o.log(now, by, "closed", []string{"RCA-01"})
	return *o, nil
}

// RCARoute says how a root cause analysis of this incident is asked for; ok is
// false when the terms know no way, as for advice. Platform MCS extends the
// base's analysis for every severity (PMCS-30, PMCS-31): seven days after the
// closure to ask, ten business days to deliver. Only for severity 1 and A in
// production must it go through the designated engineer (PMCS-34).
func (i Incident) RCARoute(env Env) (r terms.RCA, ok bool) {
	if i.Kind == Advice {
		return r, false
	}
	r, err := env.Terms.RCAOf(i.Promise)
	if err != nil {
		return r, false
	}
	if r.Via == terms.RCAByPMCSEngineer && !(i.Highest.Critical() && i.Report.Production) {
		r.Via = terms.RCAByContact
		r.Rows = slices.DeleteFunc(r.Rows, func(id string) bool { return id == "PMCS-34" })
	}
	return r, true
}

// RequestRCA asks for a root cause analysis. Where the request must come from
// the designated engineer (PMCS-34) a customer's wish is only passed on; it
// becomes a request when a person of the provider's makes it.
func (i Incident) RequestRCA(by Actor, now time.Time, env Env) (Outcome, error) {
	o, err := i.change(by, DoRCA)
	if err != nil {
		return Outcome{}, err
	}
	route, ok := i.RCARoute(env)
	if !ok {
		return Outcome{}, Refuse("rca_not_in_terms")
	}
	if !i.RCAAskedAt.IsZero() {
		return Outcome{}, Refuse("already_asked_rca", "at", stamp(i.RCAAskedAt))
	}
	if route.NotInWideOutage && i.BroadOutage {
		return Outcome{}, Refuse("rca_not_shared")
	}
	if until, late := i.rcaUntil(route, now, env); late && route.Via != terms.RCAByAccountManager {
		return Outcome{}, Refuse("rca_too_late", "until", until)
	}
	n := &o.Incident
	n.RCAOffered = true
	args := []string{"route", string(route.Via)}
	if route.Via == terms.RCAByPMCSEngineer && by.Side == Customer {
		o.log(now, by, "rca_wished", []string{"PMCS-34"}, args...)
		o.ring(ToOwner, RCAWished, by, now, "", args...)
		return *o, nil
	}
	n.RCAAskedAt = now
	if due, ok := n.RCADue(env); ok {
		args = append(args, "due", due.String())
	}
	o.log(now, by, "rca_requested", route.Rows, args...)
	switch {
	case route.Via == terms.RCAByAccountManager: // not in the plan (UER-15)
		o.ring(ToAccountManager, RCARequested, by, now, "", args...)
	case by.Side == Customer:
		o.ring(ToOwner, RCARequested, by, now, "", args...)
	}
	return *o, nil
}

// rcaUntil says until when the analysis can be asked for, and whether that is
// over: the closure, or for platform MCS a day after it (RCA-01, PMCS-30, AMB-12).
func (i *Incident) rcaUntil(r terms.RCA, now time.Time, env Env) (until string, late bool) {
	if i.Status != Closed {
		return "", false
	}
	if r.BeforeClose {
		return stamp(i.ClosedAt), true
	}
	last := r.LastRequestDay(day(i.ClosedAt, env))
	return last.String(), day(now, env).After(last)
}

// RCADue is the day by which the analysis is delivered: working days after the
// later of request and mitigation (PMCS-35). False when the terms give none.
func (i Incident) RCADue(env Env) (calendar.Date, bool) {
	r, ok := i.RCARoute(env)
	if !ok || i.RCAAskedAt.IsZero() {
		return calendar.Date{}, false
	}
	return r.DeliverBy(day(i.RCAAskedAt, env), day(i.MitigatedAt, env), env.Calendar)
}

// day is the date in the contact's zone.
func day(t time.Time, env Env) calendar.Date {
	switch {
	case t.IsZero():
		return calendar.Date{}
	case env.Calendar != nil:
		t = t.In(env.Calendar.Zone())
	}
	return calendar.DateOf(t)
}

// DeclineRCA says that the customer wants no root cause analysis.
func (i Incident) DeclineRCA(by Actor, now time.Time, _ Env) (Outcome, error) {
	o, err := i.change(by, DoRCA)
	if err != nil {
		return Outcome{}, err
	}
	if !i.RCAAskedAt.IsZero() {
		return Outcome{}, Refuse("already_asked_rca", "at", stamp(i.RCAAskedAt))
	}
	o.Incident.RCAOffered = true
	o.log(now, by, "rca_declined", []string{"RCA-01"})
	return *o, nil
}

// Reopen takes it up again. What was owed once is not owed a second time: only
// the ladder and the next update start again.
func (i Incident) Reopen(by Actor, why string, now time.Time, env Env) (Outcome, error) {
	o, err := i.change(by, DoReopen)
	if err != nil {
		return Outcome{}, err
	}
	if why = strings.TrimSpace(why); why == "" {
		return Outcome{}, Refuse("text_missing").At("why")
	}
	n := &o.Incident
	n.Generation++
	n.Status = Open
	n.MitigatedAt, n.ResolvedAt, n.ClosedAt, n.RCAOffered = time.Time{}, time.Time{}, time.Time{}, false
	n.AckedAt, n.AckedBy, n.AckedName = time.Time{}, "", ""
	n.Ladder = Clock{From: now, Due: now, Rang: now.Add(-time.Nanosecond)}
	n.NextUpdate = Clock{From: now, Due: n.updateDue(now, env)}
	o.log(now, by, "reopened", nil, "why", why, "from", string(i.Status))
	to := ToOwner
	if by.Side == Provider {
		to = ToCustomer
	}
	o.ring(to, Reopened, by, now, why)
	return *o, nil
}

// Cancel ends it without a solution: opened by mistake, or the same as another.
func (i Incident) Cancel(by Actor, duplicateOf, why string, now time.Time, _ Env) (Outcome, error) {
	o, err := i.change(by, DoCancel)
	if err != nil {
		return Outcome{}, err
	}
	duplicateOf = strings.TrimSpace(duplicateOf)
	if strings.EqualFold(duplicateOf, i.Ref) {
		return Outcome{}, Refuse("duplicate_of_itself", "ref", i.Ref).At("duplicate")
	}
	if why = strings.TrimSpace(why); why == "" && duplicateOf == "" {
		return Outcome{}, Refuse("text_missing").At("why")
	}
	n := &o.Incident
	n.Status, n.ClosedAt, n.DuplicateOf = Cancelled, now, duplicateOf
	o.log(now, by, "cancelled", nil, "duplicate", duplicateOf, "why", why)
	to := ToOwner
	if by.Side == Provider {
		to = ToCustomer
	}
	o.ring(to, CancelledNow, by, now, why, "duplicate", duplicateOf)
	return *o, nil
}

// adviceWarning is how much effort on advice is left when the engineer is warned:
// policy, before the cap of the terms (ADV-07).
const adviceWarning = time.Hour

// SpendEffort adds hours of work to an advice incident.
func (i Incident) SpendEffort(by Actor, d time.Duration, now time.Time, env Env) (Outcome, error) {
	o, err := i.change(by, DoSpend)
	if err != nil {
		return Outcome{}, err
	}
	most := env.Terms.AdvisoryCap()
	left := most - i.EffortUsed
	switch {
	case i.Kind != Advice:
		return Outcome{}, Refuse("only_for_advice")
	case d <= 0:
		return Outcome{}, Refuse("not_a_duration", "given", d.String()).At("effort")
	case left <= 0:
		return Outcome{}, Refuse("advice_used_up", "cap", most.String())
	case d > left:
		return Outcome{}, Refuse("advice_cap", "left", left.String(), "cap", most.String()).At("effort")
	}
	n := &o.Incident
	n.EffortUsed += d
	left -= d
	o.log(now, by, "effort", []string{"ADV-07"}, "spent", d.String(), "used", n.EffortUsed.String(), "left", left.String())
	switch {
	case left == 0:
		o.ring(ToOwner, AdviceUsedUp, by, now, "")
		o.ring(ToCustomer, AdviceUsedUp, by, now, "")
	case left <= adviceWarning && left+d > adviceWarning:
		o.ring(ToOwner, AdviceNearlyUsed, by, now, "", "left", left.String())
	}
	return *o, nil
}

// Convert makes a break-fix incident of advice that turned out to be one
// (ADV-03). It is submitted now, not when the advice was asked for. What advice
// is not asked about is told with it: the impact on the customer's business
// (PRS-06) and whether production is hit.
func (i Incident) Convert(by Actor, severity terms.Severity, impact string, production, commit bool, now time.Time, env Env) (Outcome, error) {
	o, err := i.change(by, DoConvert)
	if err != nil {
		return Outcome{}, err
	}
	if i.Kind != Advice {
		return Outcome{}, Refuse("only_for_advice")
	}
	n := &o.Incident
	n.Report.Impact, n.Report.Production = strings.TrimSpace(impact), production
	a := Opening{
		Kind: BreakFix, Report: n.Report, Reporter: n.Reporter, By: by, Severity: severity, Commit24x7: commit,
		AboutEvent: n.Report.EventID != "",
	}
	if err := a.check(); err != nil {
		return Outcome{}, err
	}
	n.Kind, n.Status, n.SubmittedAt = BreakFix, Open, time.Time{}
	n.NextUpdate, n.Ladder = Clock{}, Clock{}
	n.AckedAt, n.AckedBy, n.AckedName = time.Time{}, "", ""
	o.log(now, by, "converted", []string{"ADV-03"}, "severity", string(severity))
	if err := o.begin(a, now, env); err != nil {
		return Outcome{}, err
	}
	return *o, nil
}
