package domain

import (
	"slices"
	"strings"
	"time"

	"example.com/firstcall/domain/terms"
)

// AskKind says what is asked of the customer.
type AskKind string

// The kinds of question.
const (
	AskChangeControl AskKind = "change_control" // severity B: four business hours from each request (A1-20, AMB-31)
	AskQuestion      AskKind = "question"       // severity C: 24 hours from each question (A1-25)
)

// Ask asks the customer something. A clock runs only where the terms give one;
// each request starts it anew.
func (i Incident) Ask(by Actor, kind AskKind, text string, now time.Time, env Env) (Outcome, error) {
	o, err := i.change(by, DoAsk)
	if err != nil {
		return Outcome{}, err
	}
	if text = strings.TrimSpace(text); text == "" {
		return Outcome{}, Refuse("text_missing").At("text")
	}
	n := &o.Incident
	var clock *Clock
	var target *terms.Target
	switch kind {
	case AskChangeControl:
		clock, target = &n.ChangeControl, i.Promise.ChangeControl
	case AskQuestion:
		clock, target = &n.Answer, i.Promise.CustomerAnswer
	default:
		return Outcome{}, Refuse("ask_unknown", "given", string(kind)).At("kind")
	}
	n.Asked = text
	var due time.Time
	args := []string{"kind", string(kind), "text", text}
	var rows []string
	if target != nil && !i.SubmittedAt.IsZero() {
		due = ends(target, now, env)
		*clock = Clock{From: now, Due: due}
		rows = target.Rows
		args = append(args, "due", stamp(due))
	}
	o.seen(by, now, env)
	o.log(now, by, "asked", rows, args...)
	o.ring(ToCustomer, Asked, by, now, text, args[4:]...)
	o.Notices[len(o.Notices)-1].Due = due
	return *o, nil
}

// ends is the instant at which a target counted from then on is over.
func ends(t *terms.Target, from time.Time, env Env) time.Time {
	if t.Clock == terms.BusinessHours && env.Calendar != nil {
		return env.Calendar.Add(from, t.Target)
	}
	return from.Add(t.Target)
}

// CustomerAnswers writes down the answer, given at that instant (zero: now);
// whatever clock ran on the customer is met then. Customers answer for
// themselves at once; the provider's people may write down what was said before,
// though not before it was asked.
func (i Incident) CustomerAnswers(by Actor, text string, at, now time.Time, _ Env) (Outcome, error) {
	o, err := i.change(by, DoAnswer)
	if err != nil {
		return Outcome{}, err
	}
	if i.Asked == "" {
		return Outcome{}, Refuse("nothing_asked")
	}
	if text = strings.TrimSpace(text); text == "" {
		return Outcome{}, Refuse("text_missing").At("text")
	}
	n := &o.Incident
	running := slices.DeleteFunc([]*Clock{&n.ChangeControl, &n.Answer}, func(c *Clock) bool { return !c.Running() })
	if by.Side == Customer {
		at = now
	}
	earliest := i.OpenedAt
	for _, c := range running {
		if c.From.After(earliest) {
			earliest = c.From
		}
	}
	if at, err = i.between(at, earliest, now); err != nil {
		return Outcome{}, err
	}
	late := false
	for _, c := range running {
		c.Met = at
		late = late || c.Missed(now)
	}
	n.Asked = ""
	o.log(now, by, "answered", nil, "text", text, "question", i.Asked, "late", yesNo(late), "at", stamp(at))
	if by.Side == Customer {
		o.ring(ToOwner, Answered, by, now, text)
	}
	return *o, nil
}

// Commit is the customer's yes, after opening, to work around the clock with
// named people: what severity 1 and A need, and what B may ask for (A1-09, A1-F4,
// AMB-07). Clocks that are not met move only to an earlier end. Where a person
// ended work around the clock, the yes is a request: it is for the provider's
// people to decide again whether it stays ended.
func (i Incident) Commit(by Actor, contacts []Contact, now time.Time, env Env) (Outcome, error) {
	o, err := i.change(by, DoCommit)
	if err != nil {
		return Outcome{}, err
	}
	n := &o.Incident
	named := append(slices.Clone(contacts), i.Report.Contacts...)
	switch {
	case i.Kind == Advice:
		return Outcome{}, Refuse("not_for_advice")
	case i.Severity == terms.SevC: // A1-23
		return Outcome{}, Refuse("no_24x7_for_c")
	case i.Commit24x7 && slices.ContainsFunc(i.Report.Contacts, reachable):
		return Outcome{}, Refuse("already_committed", "at", stamp(i.CommittedAt))
	case !i.Commit24x7 && i.Severity == terms.SevB && !env.Terms.On(terms.LaterOptIn):
		return Outcome{}, Refuse("too_late_to_commit")
	case !slices.ContainsFunc(named, reachable):
		return Outcome{}, Refuse("contact_missing").At("contacts")
	}
	n.Report.Contacts = named
	n.Commit24x7, n.CommittedBy, n.CommittedAt = true, by.Person, now
	p, err := n.promiseAgain(now, env)
	if err != nil {
		return Outcome{}, err
	}
	o.restamp(p, now)
	if n.ended24x7() {
		n.Downgrade = EndRoundClock // DowngradeWhy is still what ended it
	}
	o.staffing(now, env)
	o.log(now, by, "committed", []string{"A1-09", "A1-19", "A1-F4", "AMB-07"}, "contacts", names(contacts), "effort", string(n.Effort))
	o.ring(ToOwner, Committed, by, now, "")
	return *o, nil
}

func names(contacts []Contact) string {
	var out []string
	for _, c := range contacts {
		out = append(out, c.Name)
	}
	return strings.Join(out, ", ")
}

// ConsentRemoteAccess names the systems that the provider's people may access;
// only the customer can say so (TC-08). Naming none takes the consent back.
func (i Incident) ConsentRemoteAccess(by Actor, systems string, now time.Time, _ Env) (Outcome, error) {
	o, err := i.change(by, DoRemoteAccess)
	if err != nil {
		return Outcome{}, err
	}
	systems = strings.TrimSpace(systems)
	if systems == i.RemoteSystems {
		if systems == "" {
			return Outcome{}, Refuse("text_missing").At("systems")
		}
		return Outcome{}, Refuse("already_consented", "systems", systems)
	}
	o.Incident.RemoteSystems = systems
	o.log(now, by, "remote_access", []string{"TC-08"}, "systems", systems)
	o.ring(ToOwner, RemoteAccess, by, now, systems)
	return *o, nil
}

// ProposeDowngrade warns the customer of what may follow when it can't provide
// people or answers. What that is depends on the plan that gave the target
// (matrix 2.4). Nothing happens until a person decides.
func (i Incident) ProposeDowngrade(by Actor, why string, now time.Time, _ Env) (Outcome, error) {
	o, err := i.change(by, DoPropose)
	if err != nil {
		return Outcome{}, err
	}
	if i.Downgrade != "" {
		return Outcome{}, Refuse("already_proposed", "kind", string(i.Downgrade))
	}
	kind := i.downgradeKind()
	if kind == "" {
		return Outcome{}, Refuse("no_downgrade", "severity", string(i.Severity))
	}
	if why = strings.TrimSpace(why); why == "" {
		return Outcome{}, Refuse("text_missing").At("why")
	}
	o.Incident.Downgrade, o.Incident.DowngradeWhy = kind, why
	args := []string{"kind", string(kind), "why", why}
	if f, ok := terms.Find(i.Promise.Notes, terms.NoteDowngradesDiffer); ok {
		for plan, other := range f.Args {
			args = append(args, plan, other)
		}
	}
	o.log(now, by, "downgrade_proposed", i.downgradeRows(kind), args...)
	o.ring(ToCustomer, DowngradeProposed, by, now, why, "kind", string(kind))
	return *o, nil
}

// downgradeKind is what the terms allow; "" when they allow nothing (more).
func (i *Incident) downgradeKind() Downgrade {
	switch i.Promise.IfCustomerCannot {
	case terms.SeverityMayBeLowered:
		return LowerSeverity
	case terms.NoLonger24x7:
		if i.Effort != terms.BusinessHours {
			return EndRoundClock
		}
	case terms.BusinessHoursOnly:
		if i.Effort != terms.BusinessHours {
			return BusinessOnly
		}
	}
	return ""
}

// downgradeRows are the footnotes that allow it.
func (i *Incident) downgradeRows(kind Downgrade) []string {
	if kind == BusinessOnly {
		return []string{"A1-F4"}
	}
	switch i.Promise.Plan {
	case terms.UER:
		return []string{"A6-F3"}
	case terms.PlatformMCS, terms.PlatformMCSPlus:
		return []string{"A2-F1"}
	case terms.EventMCS, terms.EventMCSPlus:
		return []string{"A3-F1"}
	case terms.SecurityMCS:
		return []string{"A4-F1"}
	case terms.ARR:
		return []string{"A5-F1"}
	}
	return []string{"A1-F3"}
}

// DecideDowngrade accepts or drops what was proposed; always a person's doing.
// Dropping what had been accepted before brings work around the clock back.
// A lower severity needs to be named (SIL-04).
func (i Incident) DecideDowngrade(by Actor, accept bool, to terms.Severity, why string, now time.Time, env Env) (Outcome, error) {
	o, err := i.change(by, DoDecide)
	if err != nil {
		return Outcome{}, err
	}
	if i.Downgrade == "" {
		return Outcome{}, Refuse("nothing_proposed")
	}
	n := &o.Incident
	kind, rows := i.Downgrade, i.downgradeRows(i.Downgrade)
	n.Downgrade, n.DowngradeWhy = "", ""
	if !accept {
		if i.ended24x7() { // the customer asked for it again (see Commit)
			n.Effort = i.Promise.Effort
			o.staffing(now, env)
		}
		o.log(now, by, "downgrade_dropped", rows, "kind", string(kind), "why", why)
		return *o, nil
	}
	o.log(now, by, "downgrade_decided", rows, "kind", string(kind), "why", why, "to", string(to))
	switch kind {
	case LowerSeverity:
		if _, err := terms.ParseSeverity(string(to)); err != nil {
			return Outcome{}, Refuse("severity_unknown", "given", string(to)).At("severity")
		}
		if !i.Severity.MoreUrgentThan(to) {
			return Outcome{}, Refuse("not_lower", "severity", string(i.Severity), "given", string(to)).At("severity")
		}
		if err := o.setSeverity(by, to, why, rows, now, env); err != nil {
			return Outcome{}, err
		}
	case EndRoundClock: // the severity and its targets stay
		n.Effort, n.Commit24x7, n.DowngradeWhy = terms.BusinessHours, false, i.DowngradeWhy
		o.staffing(now, env)
	case BusinessOnly:
		n.Commit24x7 = false
		p, err := n.promiseAgain(now, env)
		if err != nil {
			return Outcome{}, err
		}
		o.restamp(p, now)
		o.staffing(now, env)
	}
	o.ring(ToCustomer, DowngradeDecided, by, now, why, "kind", string(kind), "severity", string(n.Severity))
	return *o, nil
}
