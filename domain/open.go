package domain

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/firstcall/domain/terms"
)

// EventTag is what the description of a case for a business event must contain (A3-06).
const EventTag = "MCSAE"

// Opening is a report as the customer confirmed it.
type Opening struct {
	ID         IncidentID
	Tenant     TenantID
	Ref        string
	Kind       Kind
	Report     Report // Via "phone" when a person of the provider writes down a call
	Reporter   PersonID
	Place      PlaceID
	By         Actor
	Severity   terms.Severity // proposed; "" for advice
	Commit24x7 bool
	AboutEvent bool   // inside a business event's window, and about that event
	Tag        string // that the case's text has; the bot writes EventTag into event cases
}

// Promise resolves what the agreement owes for the report at that severity,
// submitted then and that way. Via "" means: whatever way each plan wants, as
// a preview shows it. Via chat keeps to the plans that accept chat, and to
// those for which the policy makes the bot a way to submit (AMB-20).
func Promise(env Env, r Report, severity terms.Severity, commit bool, submitted time.Time, inEvent bool, tag string, via terms.Channel) (terms.Commitment, error) {
	c, dropped, err := caseOf(env, r, severity, commit, submitted, inEvent, tag, via)
	if err != nil {
		return terms.Commitment{}, err
	}
	p, err := env.Terms.Resolve(c)
	if err != nil {
		return terms.Commitment{}, about(c, err)
	}
	return without(p, dropped), nil
}

// caseOf is the report as the terms see it, and the held plans that this way of
// submitting, or the subscription, keeps out of it.
func caseOf(env Env, r Report, severity terms.Severity, commit bool, submitted time.Time, inEvent bool, tag string, via terms.Channel) (c terms.Case, dropped []terms.Rejection, err error) {
	c = terms.Case{
		Severity: severity, Product: r.Product, Opened: submitted, Calendar: env.Calendar,
		Plans: env.Agreement.Holdings, Commit24x7: commit && severity != terms.SevC,
		Via: via, Tag: tag, InEvent: inEvent, NonProduction: !r.Production,
	}
	if c.Calendar == nil {
		if c.Calendar, err = env.Agreement.Calendar(r.Zone, r.Country); err != nil {
			return c, nil, fmt.Errorf("calendar of the contact: %w", err)
		}
	}
	if s := env.Agreement.subscription(r.Subscription); s != nil {
		c.NonProduction = c.NonProduction || !s.Production
		if len(s.Plans) > 0 {
			c.Plans, dropped = enrolled(c.Plans, s.Plans)
		}
	} else {
		c.NotEnrolled = r.Subscription != "" && len(env.Agreement.Subscriptions) > 0
	}
	if via != terms.Chat {
		return c, dropped, nil
	}
	asked, err := env.Terms.Resolve(c)
	if err != nil {
		return c, nil, about(c, err)
	}
	// What chat can't reach is left out; for the rest it is as good as the way they want.
	c.Via = ""
	c.Plans = slices.DeleteFunc(slices.Clone(c.Plans), func(h terms.Holding) bool {
		if h.Plan == terms.Unified || slices.Contains(env.Policy.ChatSubmits, h.Plan) {
			return false
		}
		at := slices.IndexFunc(asked.Rejected, func(no terms.Rejection) bool {
			return no.Plan == h.Plan && no.Reason == terms.ReasonChannel
		})
		if at >= 0 {
			dropped = append(dropped, asked.Rejected[at])
		}
		return at >= 0
	})
	return c, dropped, nil
}

// without adds plans that were left out before the terms were asked.
func without(p terms.Commitment, dropped []terms.Rejection) terms.Commitment {
	if len(dropped) > 0 {
		p.Rejected = append(slices.Clip(p.Rejected), dropped...)
	}
	return p
}

// about turns what a person can put right into a refusal.
func about(c terms.Case, err error) error {
	var unknown *terms.UnknownProduct
	if errors.As(err, &unknown) {
		return Refuse("product_unknown", "given", c.Product, "nearest", strings.Join(unknown.Nearest, ", ")).At("product")
	}
	return fmt.Errorf("resolve the terms: %w", err)
}

// subscription finds an enrolled subscription by id or name.
func (a *Agreement) subscription(id string) *Subscription {
	for n := range a.Subscriptions {
		if s := &a.Subscriptions[n]; id != "" && (s.ID == id || strings.EqualFold(s.Name, id)) {
			return s
		}
	}
	return nil
}

// enrolled leaves out the plans that are bound to subscriptions and in which
// this one is not enrolled (PMCS-03).
func enrolled(held []terms.Holding, in []terms.Plan) (kept []terms.Holding, dropped []terms.Rejection) {
	for _, h := range held {
		if bound(h.Plan) && !slices.Contains(in, h.Plan) {
			dropped = append(dropped, terms.Rejection{Plan: h.Plan, Reason: terms.ReasonNotEnrolled, Rows: []string{"PMCS-03"}})
			continue
		}
		kept = append(kept, h)
	}
	return kept, dropped
}

// bound says whether a plan covers enrolled subscriptions only.
func bound(p terms.Plan) bool {
	switch p {
	case terms.ARR, terms.PlatformMCS, terms.PlatformMCSPlus, terms.EventMCS, terms.EventMCSPlus, terms.WorkloadMCS:
		return true
	}
	return false
}

// OpenIncident starts an incident. Where the terms want the case made another
// way it waits for the case's number and no contract clock runs (AMB-20);
// otherwise it is submitted now, and the clocks start (AMB-17).
func OpenIncident(o Opening, now time.Time, env Env) (Outcome, error) {
	n := Incident{
		Tenant: o.Tenant, ID: o.ID, Ref: o.Ref, Generation: 1, Kind: o.Kind, Status: Open,
		Report: o.Report, Reporter: o.Reporter, Place: o.Place, OpenedAt: now,
	}
	if err := n.may(o.By, DoOpen); err != nil {
		return Outcome{}, err
	}
	if err := o.check(); err != nil {
		return Outcome{}, err
	}
	out := Outcome{Incident: n}
	if o.Kind == Advice {
		i := &out.Incident
		i.SubmittedAt = now
		i.Report.Via = terms.Chat // ADV-05 names chat
		i.Effort = terms.BusinessHours
		i.NextUpdate = Clock{From: now, Due: i.updateDue(now, env)}
		out.log(now, o.By, "opened", []string{"ADV-05", "ADV-06", "ADV-07"}, "ref", o.Ref, "kind", string(o.Kind), "title", o.Report.Title)
		out.ring(ToEngineers, Opened, o.By, now, "")
		return out, nil
	}
	if err := out.begin(o, now, env); err != nil {
		return Outcome{}, err
	}
	return out, nil
}

func (o *Opening) check() error {
	switch o.Kind {
	case Advice:
		o.Severity, o.Commit24x7 = "", false
	case BreakFix:
		if _, err := terms.ParseSeverity(string(o.Severity)); err != nil {
			return Refuse("severity_unknown", "given", string(o.Severity)).At("severity")
		}
		if o.Severity == terms.SevC && o.Commit24x7 {
			return Refuse("no_24x7_for_c").At("commit")
		}
		if strings.TrimSpace(o.Report.Impact) == "" { // PRS-06
			return Refuse("text_missing").At("impact")
		}
		if o.Report.Product == "" {
			return Refuse("text_missing").At("product")
		}
	default:
		return Refuse("kind_unknown", "given", string(o.Kind)).At("kind")
	}
	if strings.TrimSpace(o.Report.Happened) == "" && strings.TrimSpace(o.Report.Title) == "" {
		return Refuse("text_missing").At("happened")
	}
	if !reachable(o.Report.Owner) { // A1-24
		return Refuse("contact_missing").At("owner")
	}
	return nil
}

func reachable(c Contact) bool { return c.Phone != "" || c.Email != "" }

// begin resolves the promise of a break-fix incident and starts what runs.
func (o *Outcome) begin(a Opening, now time.Time, env Env) error {
	n := &o.Incident
	if a.AboutEvent && a.Tag == "" {
		a.Tag = EventTag
	}
	if n.Report.Via != terms.Phone || a.By.Side != Provider {
		n.Report.Via = terms.Chat
	}
	here, err := Promise(env, n.Report, a.Severity, a.Commit24x7, now, a.AboutEvent, a.Tag, n.Report.Via)
	if err != nil {
		return err
	}
	n.Promise = here
	n.Proposed, n.Severity, n.Highest = a.Severity, a.Severity, a.Severity
	if a.Commit24x7 {
		n.Commit24x7, n.CommittedBy, n.CommittedAt = true, a.Reporter, now
	}
	if n.Report.Via == terms.Chat {
		best, err := Promise(env, n.Report, a.Severity, a.Commit24x7, now, a.AboutEvent, a.Tag, "")
		if err != nil {
			return err
		}
		if !submitsByChat(env, best, here) {
			n.Status, n.Promise, n.Report.Via = AwaitingCase, best, ""
		}
	}
	n.Effort = n.Promise.Effort
	o.log(now, a.By, "opened", n.targetRows(), "ref", n.Ref, "kind", string(n.Kind), "title", n.Report.Title,
		"severity", string(n.Severity), "plan", string(n.Promise.Plan), "status", string(n.Status), "commit", yesNo(n.Commit24x7))
	if env.Agreement.DependsOnSubscription(n) {
		o.log(now, Actor{Side: Machine}, "subscription_unknown", []string{"PMCS-03"})
	}
	o.ring(ToEngineers, Opened, a.By, now, "")
	if n.Status == AwaitingCase {
		n.Case = Clock{From: now, Due: now.Add(env.Policy.CaseReminder)}
		o.log(now, Actor{Side: Machine}, "case_wanted", []string{"PRS-03", "AMB-20"}, "via", channels(n.Promise.SubmitVia))
	} else {
		n.SubmittedAt = now
		o.start(now, now, env)
	}
	o.staffing(now, env)
	o.enhanced(a.By, now)
	return nil
}

// submitsByChat says whether writing to the bot submits the incident: the plan
// that gives the best promise, and an event's plan where it is about an event,
// are reached by chat as well as by any other way.
func submitsByChat(env Env, best, here terms.Commitment) bool {
	for _, p := range best.Plans {
		if p == best.Plan || p == terms.EventMCS || p == terms.EventMCSPlus {
			if !slices.Contains(here.Plans, p) {
				return false
			}
		}
	}
	// A commitment without a plan owes no time: nothing is gained by sending people elsewhere.
	return here.Plan == best.Plan && (best.Plan == "" || slices.Contains(env.Policy.ChatSubmits, best.Plan) || slices.Contains(best.SubmitVia, terms.Chat))
}

// start sets the contract clocks of an incident submitted at that instant, and
// the ladder, which counts from the moment when it can be climbed.
func (o *Outcome) start(at, now time.Time, env Env) {
	n := &o.Incident
	n.FirstResponse, n.WorkBegins = Clock{}, Clock{}
	args := []string{"submitted", stamp(at)}
	if t := n.Promise.FirstResponse; t != nil {
		n.FirstResponse = Clock{From: at, Due: t.Due}
		args = append(args, "first_response", stamp(t.Due))
	}
	if t := n.Promise.WorkBegins; t != nil {
		n.WorkBegins = Clock{From: at, Due: t.Due}
		args = append(args, "work_begins", stamp(t.Due))
	}
	if n.AckedAt.IsZero() {
		n.Ladder = Clock{From: now, Due: now}
	}
	o.log(now, Actor{Side: Machine}, "clocks_started", n.targetRows(), args...)
}

// targetRows are the rows that say by when we answer: those of the first
// response and of the start of work. All that a promise rests on is some forty.
func (i *Incident) targetRows() []string {
	var rows []string
	for _, t := range []*terms.Target{i.Promise.FirstResponse, i.Promise.WorkBegins} {
		if t == nil {
			continue
		}
		for _, id := range t.Rows {
			if !slices.Contains(rows, id) {
				rows = append(rows, id)
			}
		}
	}
	return rows
}

// staffing runs while the customer's yes to work around the clock, or the
// people for it, are missing (A1-09, A1-14, A1-19); how long is policy.
func (o *Outcome) staffing(now time.Time, env Env) {
	n := &o.Incident
	wanted := n.Effort != terms.BusinessHours && terms.Has(n.Promise.Duties, terms.DutyStaff24x7)
	switch {
	case !wanted:
		n.Staffing = Clock{}
	case n.Commit24x7 && slices.ContainsFunc(n.Report.Contacts, reachable):
		if n.Staffing.Running() {
			n.Staffing.Met = now
		}
	case !n.Staffing.Running():
		n.Staffing = Clock{From: now, Due: now.Add(env.Policy.Staffing)}
		o.log(now, Actor{Side: Machine}, "staffing_wanted", []string{"A1-09", "A1-14", "A1-19"}, "due", stamp(n.Staffing.Due))
	}
}

// enhanced starts the enhanced escalation of severity 1 and A, which nobody has
// to ask for and which does not wait for office hours (RSM-04, AMB-22).
func (o *Outcome) enhanced(by Actor, now time.Time) {
	n := &o.Incident
	if !n.Critical() {
		return
	}
	o.ring(ToIncidentManager, CriticalOpened, by, now, "")
	o.log(now, Actor{Side: Machine}, "escalation_started", []string{"RSM-04"}, "severity", string(n.Severity))
}

// RecordCase writes down the number of the case made elsewhere. While it was
// waited for, that starts the clocks at the instant at which the case was made
// (zero: now), for the plans that the way in which it was made reaches: portal,
// phone or web, "" where the promise wants only one. Otherwise only the number
// is kept.
func (i Incident) RecordCase(by Actor, number string, via terms.Channel, at, now time.Time, env Env) (Outcome, error) {
	o, err := i.change(by, DoRecordCase)
	if err != nil {
		return Outcome{}, err
	}
	number = strings.TrimSpace(number)
	if number == "" {
		return Outcome{}, Refuse("text_missing").At("number")
	}
	if i.CaseNumber != "" {
		return Outcome{}, Refuse("case_known", "number", i.CaseNumber, "ref", i.Ref)
	}
	o.Incident.CaseNumber = number
	if i.Status != AwaitingCase {
		o.log(now, by, "case_recorded", []string{"PRS-02"}, "number", number)
		return *o, nil
	}
	if at, err = i.between(at, i.OpenedAt.Add(-caseMargin), now); err != nil {
		return Outcome{}, err
	}
	if via, err = i.wayOfCase(via); err != nil {
		return Outcome{}, err
	}
	if err := o.submitElsewhere(via, at, now, env); err != nil {
		return Outcome{}, err
	}
	o.log(now, by, "case_recorded", []string{"PRS-02", "AMB-17"}, "number", number, "at", stamp(at), "via", string(via))
	if by.Side == Customer {
		o.ring(ToEngineers, CaseRecorded, by, now, "", "number", number)
	}
	return *o, nil
}

// caseMargin is how long before it was told to the bot a case may have been made.
const caseMargin = 24 * time.Hour

// wayOfCase checks the way in which a case was made.
func (i *Incident) wayOfCase(via terms.Channel) (terms.Channel, error) {
	switch {
	case via == terms.Portal || via == terms.Phone || via == terms.Web:
		return via, nil
	case via != "":
		return via, Refuse("way_unknown", "given", string(via)).At("via")
	case len(i.Promise.SubmitVia) == 1:
		return i.Promise.SubmitVia[0], nil
	}
	return via, Refuse("text_missing").At("via")
}

// submitElsewhere starts the clocks of an incident whose case was made that way
// at that instant.
func (o *Outcome) submitElsewhere(via terms.Channel, at, now time.Time, env Env) error {
	n := &o.Incident
	n.Report.Via = via
	p, err := Promise(env, n.Report, n.Severity, n.Commit24x7, at, n.Report.EventID != "", n.tag(), n.Report.Via)
	if err != nil {
		return err
	}
	n.owe(p)
	n.Status, n.SubmittedAt, n.Case.Met = Open, at, now
	o.start(at, now, env)
	return nil
}

// tag is what the case's text has: the bot writes it into the text of event cases.
func (i *Incident) tag() string {
	if i.Report.EventID != "" {
		return EventTag
	}
	return ""
}

// between checks when something happened: not in the future, not before the
// earliest instant that makes sense. Zero means now.
func (i *Incident) between(at, earliest, now time.Time) (time.Time, error) {
	switch {
	case at.IsZero():
		return now, nil
	case at.After(now):
		return at, Refuse("in_future", "given", stamp(at), "now", stamp(now)).At("at")
	case at.Before(earliest):
		return at, Refuse("too_early", "given", stamp(at), "earliest", stamp(earliest)).At("at")
	}
	return at, nil
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func channels(c []terms.Channel) string {
	var names []string
	for _, v := range c {
		names = append(names, string(v))
	}
	return strings.Join(names, " ")
}
