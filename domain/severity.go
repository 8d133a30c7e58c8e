package domain

import (
	"strings"
	"time"

	"example.com/firstcall/domain/terms"
)

// RequestSeverity is the customer's request for another severity (PRS-08). The
// provider decides.
func (i Incident) RequestSeverity(by Actor, want terms.Severity, reason string, now time.Time, _ Env) (Outcome, error) {
	o, err := i.change(by, DoRequest)
	if err != nil {
		return Outcome{}, err
	}
	if err := i.newSeverity(want); err != nil {
		return Outcome{}, err
	}
	if i.Wanted == want {
		return Outcome{}, Refuse("already_requested", "severity", string(want), "at", stamp(i.WantedAt))
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return Outcome{}, Refuse("text_missing").At("reason")
	}
	n := &o.Incident
	n.Wanted, n.WantedReason, n.WantedBy, n.WantedAt = want, reason, by.Person, now
	o.log(now, by, "severity_requested", []string{"PRS-08"}, "severity", string(want), "from", string(i.Severity), "reason", reason)
	to := ToOwner
	if want.MoreUrgentThan(i.Severity) {
		to = ToEngineers
	}
	o.ring(to, SeverityRequested, by, now, reason, "severity", string(want), "from", string(i.Severity))
	return *o, nil
}

// AcceptSeverity gives the customer the severity it asked for (PRS-07).
func (i Incident) AcceptSeverity(by Actor, now time.Time, env Env) (Outcome, error) {
	o, err := i.change(by, DoAccept)
	if err != nil {
		return Outcome{}, err
	}
	if i.Wanted == "" {
		return Outcome{}, Refuse("nothing_requested", "severity", string(i.Severity))
	}
	if err := o.setSeverity(by, i.Wanted, i.WantedReason, []string{"PRS-07", "PRS-08"}, now, env); err != nil {
		return Outcome{}, err
	}
	o.ring(ToCustomer, SeverityChanged, by, now, "", "severity", string(i.Wanted), "from", string(i.Severity))
	return *o, nil
}

// RefuseSeverity declines the request, with a reason that the customer reads.
func (i Incident) RefuseSeverity(by Actor, reason string, now time.Time, _ Env) (Outcome, error) {
	o, err := i.change(by, DoRefuse)
	if err != nil {
		return Outcome{}, err
	}
	if i.Wanted == "" {
		return Outcome{}, Refuse("nothing_requested", "severity", string(i.Severity))
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return Outcome{}, Refuse("text_missing").At("reason")
	}
	o.Incident.forgetRequest()
	o.log(now, by, "severity_refused", []string{"PRS-07"}, "severity", string(i.Wanted), "reason", reason)
	o.ring(ToCustomer, SeverityRefused, by, now, reason, "severity", string(i.Wanted))
	return *o, nil
}

// AssignSeverity is the provider's own decision, after consulting the customer
// (PRS-07). It answers an open request, too.
func (i Incident) AssignSeverity(by Actor, want terms.Severity, reason string, now time.Time, env Env) (Outcome, error) {
	o, err := i.change(by, DoAssign)
	if err != nil {
		return Outcome{}, err
	}
	if err := i.newSeverity(want); err != nil {
		return Outcome{}, err
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return Outcome{}, Refuse("text_missing").At("reason")
	}
	if err := o.setSeverity(by, want, reason, []string{"PRS-07"}, now, env); err != nil {
		return Outcome{}, err
	}
	o.ring(ToCustomer, SeverityChanged, by, now, reason, "severity", string(want), "from", string(i.Severity))
	return *o, nil
}

func (i *Incident) newSeverity(want terms.Severity) error {
	if i.Kind == Advice {
		return Refuse("not_for_advice")
	}
	if _, err := terms.ParseSeverity(string(want)); err != nil {
		return Refuse("severity_unknown", "given", string(want)).At("severity")
	}
	if want == i.Severity {
		return Refuse("same_severity", "severity", string(want)).At("severity")
	}
	return nil
}

func (i *Incident) forgetRequest() {
	i.Wanted, i.WantedReason, i.WantedBy, i.WantedAt = "", "", "", time.Time{}
}

// setSeverity puts another severity in force and moves what follows from it.
func (o *Outcome) setSeverity(by Actor, to terms.Severity, why string, rows []string, now time.Time, env Env) error {
	n := &o.Incident
	from, wasCritical, old := n.Severity, n.Critical(), n.Promise
	n.Severity = to
	raised := to.MoreUrgentThan(from)
	if raised && to.MoreUrgentThan(n.Highest) {
		n.Highest = to // AMB-34
	}
	n.forgetRequest()
	n.Downgrade, n.DowngradeWhy = "", "" // it was about the old severity
	p, err := n.promiseAgain(now, env)
	if err != nil {
		return err
	}
	o.log(now, by, "severity_changed", append(rows, "AMB-14"), "from", string(from), "to", string(to), "why", why,
		"old_plan", string(old.Plan), "old_rows", strings.Join(old.Rows, " "), "plan", string(p.Plan))
	o.restamp(p, now)
	n.Effort = p.Effort // a person decided anew, also about what another one had ended
	o.staffing(now, env)
	if !wasCritical {
		o.enhanced(by, now)
	}
	if n.Ladder.Running() { // nobody has answered: the new severity's ladder, from its start
		n.Ladder = Clock{From: now, Due: now, Rang: now.Add(-time.Nanosecond)}
	}
	if raised && n.NextUpdate.Running() {
		if due := n.updateDue(now, env); due.Before(n.NextUpdate.Due) {
			n.NextUpdate = Clock{From: now, Due: due}
		}
	}
	return nil
}

// promiseAgain resolves what is owed now, for the way in which it was submitted.
// Before it is submitted nothing runs, and the promise is simply a new one.
func (i *Incident) promiseAgain(now time.Time, env Env) (terms.Commitment, error) {
	event := i.Report.EventID != ""
	if i.SubmittedAt.IsZero() {
		return Promise(env, i.Report, i.Severity, i.Commit24x7, i.OpenedAt, event, i.tag(), i.Report.Via)
	}
	c, dropped, err := caseOf(env, i.Report, i.Severity, i.Commit24x7, i.SubmittedAt, event, i.tag(), i.Report.Via)
	if err != nil {
		return terms.Commitment{}, err
	}
	p, err := env.Terms.Recommit(c, i.Promise, terms.Change{
		At: now, Answered: !i.FirstResponse.Met.IsZero(), Begun: !i.WorkBegins.Met.IsZero(),
	})
	if err != nil {
		return terms.Commitment{}, about(c, err)
	}
	return without(p, dropped), nil
}

// restamp puts a new promise in force. The ends of clocks that are not met
// follow it; how they do is the terms' matter (AMB-14).
func (o *Outcome) restamp(p terms.Commitment, now time.Time) {
	n := &o.Incident
	n.owe(p)
	if n.SubmittedAt.IsZero() {
		return
	}
	o.move("first_response", &n.FirstResponse, p.FirstResponse, now)
	o.move("work_begins", &n.WorkBegins, p.WorkBegins, now)
}

// move gives a clock the end of its new target; the target of one that is met
// has not changed.
func (o *Outcome) move(name string, c *Clock, t *terms.Target, now time.Time) {
	if t == nil || t.Due.Equal(c.Due) {
		return
	}
	was := c.Due
	from := o.Incident.SubmittedAt
	if was.IsZero() || t.Due.Before(was) {
		from = now // an earlier end is a new limit from now on
	}
	// What lies behind us under the new end was not due then: it does not ring.
	rang := now.Add(-time.Nanosecond)
	if c.Rang.After(rang) {
		rang = c.Rang
	}
	*c = Clock{From: from, Due: t.Due, Rang: rang}
	o.log(now, Actor{Side: Machine}, "clock_moved", t.Rows, "clock", name, "from", stamp(was), "to", stamp(c.Due))
}

// ended24x7 says whether a person ended work around the clock, while the
// severity and its targets stayed (A2-F1 and its like).
func (i *Incident) ended24x7() bool {
	return i.Effort == terms.BusinessHours && i.Promise.Effort == terms.AroundTheClock
}

// owe puts a promise in force. What a person ended stays ended, and clocks on
// the customer that the promise does not know stop.
func (i *Incident) owe(p terms.Commitment) {
	ended := i.ended24x7()
	i.Promise, i.Effort = p, p.Effort
	if ended && p.Effort == terms.AroundTheClock {
		i.Effort = terms.BusinessHours
	}
	if p.ChangeControl == nil {
		i.ChangeControl = Clock{}
	}
	if p.CustomerAnswer == nil {
		i.Answer = Clock{}
	}
}
