package domain

import (
	"slices"
	"strings"
	"time"

	"example.com/firstcall/domain/terms"
)

// Email is the other way, besides the telephone, in which a first call counts
// (PRS-11). It is no way to submit a case.
const Email terms.Channel = "email"

// The audiences that name a side's executives.
const (
	ToProviderExecutives Who = "executives:provider"
	ToCustomerExecutives Who = "executives:customer"
	ToAccountManager     Who = "role:" + Who(RoleAccountManager)
	ToIncidentManager    Who = "role:" + Who(RoleIncidentManager)
)

// farthestUpdate is the longest that a promise may keep the ladder quiet.
const farthestUpdate = 14 * 24 * time.Hour

// Acknowledge says that a person has seen it and when the customer hears more
// (zero: as the policy says). It quiets the ladder until then, and never the
// contract's clock.
func (i Incident) Acknowledge(by Actor, next, now time.Time, env Env) (Outcome, error) {
	o, err := i.change(by, DoAcknowledge)
	if err != nil {
		return Outcome{}, err
	}
	if !i.AckedAt.IsZero() && !i.Ladder.Running() {
		return Outcome{}, Refuse("already_acked", "name", i.AckedName, "at", stamp(i.AckedAt))
	}
	o.Incident.AckedAt = time.Time{} // a broken promise does not bind the next one
	if err := o.answered(by, next, now, env); err != nil {
		return Outcome{}, err
	}
	o.log(now, by, "acknowledged", nil, "next", stamp(o.Incident.NextUpdate.Due))
	return *o, nil
}

// answered is what every answer of a person at the provider does: it counts as
// an acknowledgement, quiets the ladder and promises the next word.
func (o *Outcome) answered(by Actor, next, now time.Time, env Env) error {
	n := &o.Incident
	switch {
	case next.IsZero():
		next = n.updateDue(now, env)
	case !next.After(now):
		return Refuse("in_past", "given", stamp(next), "now", stamp(now)).At("next")
	case next.Sub(now) > farthestUpdate:
		return Refuse("too_far", "given", stamp(next), "latest", stamp(now.Add(farthestUpdate))).At("next")
	}
	if n.AckedAt.IsZero() {
		n.AckedAt, n.AckedBy, n.AckedName = now, by.Person, by.Name
	}
	if n.Ladder.Running() {
		n.Ladder.Met = now
	}
	n.NextUpdate = Clock{From: now, Due: next}
	return nil
}

// seen is answered for an answer that promises nothing by itself: a promise
// that still stands is kept, and what has ended needs none.
func (o *Outcome) seen(by Actor, now time.Time, env Env) {
	n := &o.Incident
	if !n.Live() || n.NextUpdate.Running() && n.NextUpdate.Due.After(now) && !n.AckedAt.IsZero() && !n.Ladder.Running() {
		return
	}
	_ = o.answered(by, time.Time{}, now, env) // only a given instant can be refused
}

// Take makes the actor the one who has it.
func (i Incident) Take(by Actor, now time.Time, env Env) (Outcome, error) {
	o, err := i.change(by, DoTake)
	if err != nil {
		return Outcome{}, err
	}
	if i.Owner != "" {
		return Outcome{}, Refuse("already_taken", "name", i.OwnerName)
	}
	o.Incident.Owner, o.Incident.OwnerName = by.Person, by.Name
	o.seen(by, now, env)
	o.log(now, by, "taken", nil)
	return *o, nil
}

// HandOver gives it to another person of the provider's, or to oneself.
func (i Incident) HandOver(by Actor, to PersonID, toName string, now time.Time, env Env) (Outcome, error) {
	o, err := i.change(by, DoHandOver)
	if err != nil {
		return Outcome{}, err
	}
	if to == "" {
		return Outcome{}, Refuse("person_missing").At("to")
	}
	if to == i.Owner {
		return Outcome{}, Refuse("already_taken", "name", i.OwnerName)
	}
	o.Incident.Owner, o.Incident.OwnerName = to, toName
	o.seen(by, now, env)
	o.log(now, by, "handed_over", nil, "to", toName, "from", i.OwnerName)
	if to != by.Person {
		o.ring(ToOwner, HandedOver, by, now, "")
	}
	return *o, nil
}

// RecordFirstCall writes down the first call response: a human's call or e-mail,
// at that instant (zero: now). It is met when it was not after the target
// (PRS-11, A1-02). Caller "" is the actor.
func (i Incident) RecordFirstCall(by Actor, via terms.Channel, caller string, at, now time.Time, env Env) (Outcome, error) {
	o, err := i.change(by, DoFirstCall)
	if err != nil {
		return Outcome{}, err
	}
	if !i.FirstResponse.Met.IsZero() {
		return Outcome{}, Refuse("already_called", "name", i.FirstResponseBy, "at", stamp(i.FirstResponse.Met))
	}
	if at, err = i.firstCall(via, at, now); err != nil {
		return Outcome{}, err
	}
	if caller = strings.TrimSpace(caller); caller == "" {
		caller = by.Name
	}
	o.called(by, via, caller, at, now)
	o.seen(by, now, env)
	return *o, nil
}

// firstCall checks the way and the instant of a first call.
func (i *Incident) firstCall(via terms.Channel, at, now time.Time) (time.Time, error) {
	if via != terms.Phone && via != Email {
		return at, Refuse("not_a_call", "given", string(via)).At("via")
	}
	return i.between(at, i.SubmittedAt, now)
}

func (o *Outcome) called(by Actor, via terms.Channel, caller string, at, now time.Time) {
	n := &o.Incident
	n.FirstResponse.Met, n.FirstResponseVia, n.FirstResponseBy = at, via, caller
	args := []string{"via", string(via), "caller", caller, "at", stamp(at)}
	rows := []string{"PRS-11"}
	if t := n.Promise.FirstResponse; t != nil && !n.FirstResponse.Due.IsZero() {
		rows = append(rows, t.Rows...)
		args = append(args, "due", stamp(n.FirstResponse.Due), "missed", yesNo(at.After(n.FirstResponse.Due)))
	}
	o.log(now, by, "first_call", rows, args...)
}

// RecordContact writes down a person's first chat message to the customer
// (zero: now). It is kept apart from the first call, and counts as one only
// where the provider or the edition says so (AMB-10).
func (i Incident) RecordContact(by Actor, at, now time.Time, env Env) (Outcome, error) {
	o, err := i.change(by, DoContact)
	if err != nil {
		return Outcome{}, err
	}
	if !i.FirstContactAt.IsZero() {
		return Outcome{}, Refuse("already_contacted", "name", i.FirstContactBy, "at", stamp(i.FirstContactAt))
	}
	if at, err = i.between(at, i.OpenedAt, now); err != nil {
		return Outcome{}, err
	}
	n := &o.Incident
	n.FirstContactAt, n.FirstContactBy = at, by.Name
	counts := i.FirstResponse.Running() && !at.Before(i.SubmittedAt) &&
		(i.Promise.HumanChatCounts || slices.Contains(env.Policy.ChatCounts, i.Promise.Plan))
	o.log(now, by, "first_contact", []string{"PRS-11", "AMB-10"}, "at", stamp(at), "counts", yesNo(counts))
	if counts {
		o.called(by, terms.Chat, by.Name, at, now)
	}
	return *o, nil
}

// Reply writes down what a person of the provider's writes to the customer in
// chat. The first time that is a human's first contact, as any message is; it is
// no call, and quiets no ladder.
func (i Incident) Reply(by Actor, text string, now time.Time, env Env) (Outcome, error) {
	o, err := i.change(by, DoReply)
	if err != nil {
		return Outcome{}, err
	}
	if text = strings.TrimSpace(text); text == "" {
		return Outcome{}, Refuse("text_missing").At("text")
	}
	o.log(now, by, "replied", nil, "text", text)
	if !i.FirstContactAt.IsZero() || !i.May(by, DoContact) {
		return *o, nil
	}
	contact, err := o.Incident.RecordContact(by, now, now, env)
	if err != nil {
		return Outcome{}, err
	}
	contact.Journal = append(o.Journal, contact.Journal...)
	contact.Notices = append(o.Notices, contact.Notices...)
	return contact, nil
}

// BeginWork writes down when work began (zero: now).
func (i Incident) BeginWork(by Actor, at, now time.Time, env Env) (Outcome, error) {
	o, err := i.change(by, DoBegin)
	if err != nil {
		return Outcome{}, err
	}
	if !i.WorkBegins.Met.IsZero() {
		return Outcome{}, Refuse("already_begun", "at", stamp(i.WorkBegins.Met))
	}
	if at, err = i.between(at, i.SubmittedAt, now); err != nil {
		return Outcome{}, err
	}
	n := &o.Incident
	n.WorkBegins.Met = at
	var rows []string
	if t := n.Promise.WorkBegins; t != nil {
		rows = t.Rows
	}
	o.seen(by, now, env)
	o.log(now, by, "work_begun", rows, "at", stamp(at))
	return *o, nil
}

// GiveUpdate tells the customer how it stands, and when the next word comes
// (zero: as the policy says).
func (i Incident) GiveUpdate(by Actor, text string, next, now time.Time, env Env) (Outcome, error) {
	o, err := i.change(by, DoUpdate)
	if err != nil {
		return Outcome{}, err
	}
	if text = strings.TrimSpace(text); text == "" {
		return Outcome{}, Refuse("text_missing").At("text")
	}
	if err := o.answered(by, next, now, env); err != nil {
		return Outcome{}, err
	}
	n := &o.Incident
	n.LastUpdateAt, n.LastUpdate = now, text
	o.log(now, by, "update", nil, "text", text, "next", stamp(n.NextUpdate.Due))
	o.ring(ToCustomer, Update, by, now, text, "next", stamp(n.NextUpdate.Due))
	return *o, nil
}

// Escalate moves it to another team, whose place rings. Team "" is the first
// one's, which may get it back.
func (i Incident) Escalate(by Actor, team, why string, now time.Time, _ Env) (Outcome, error) {
	o, err := i.change(by, DoEscalate)
	if err != nil {
		return Outcome{}, err
	}
	if team = strings.TrimSpace(team); team == "" && i.Team == "" {
		return Outcome{}, Refuse("text_missing").At("team")
	}
	if team == i.Team {
		return Outcome{}, Refuse("already_there", "team", team)
	}
	o.Incident.Team = team
	var rows []string
	for _, f := range i.Promise.Escalation {
		if f.Code == terms.EscalationExecutives || f.Code == terms.EscalationRSM || f.Code == terms.EscalationEnhanced {
			continue // steps of their own
		}
		for _, id := range f.Rows {
			if !slices.Contains(rows, id) {
				rows = append(rows, id)
			}
		}
	}
	o.log(now, by, "escalated", rows, "team", team, "from", i.Team, "why", why)
	o.ring(Who("team:"+team), Escalated, by, now, why, "team", team)
	return *o, nil
}

// NotifyExecutives tells the executives of one side. Either side may ask for the
// provider's (A1-07, AMB-19); only the provider for the customer's (A1-08). The
// terms give no time for it (SIL-06).
func (i Incident) NotifyExecutives(by Actor, side Side, why string, now time.Time, _ Env) (Outcome, error) {
	o, err := i.change(by, DoExecutives)
	if err != nil {
		return Outcome{}, err
	}
	n := &o.Incident
	switch side {
	case Provider:
		if i.ExecProvider {
			return Outcome{}, Refuse("already_notified", "side", string(side))
		}
		f, ok := terms.Find(i.Promise.Escalation, terms.EscalationExecutives)
		if !ok && by.Side == Customer {
			return Outcome{}, Refuse("not_in_terms", "severity", string(i.Severity))
		}
		n.ExecProvider = true
		o.log(now, by, "executives", f.Rows, "side", string(side), "why", why)
		o.ring(ToProviderExecutives, Executives, by, now, why, "side", string(side))
	case Customer:
		if by.Side != Provider {
			return Outcome{}, Refuse("not_allowed", "verb", string(DoExecutives))
		}
		if i.ExecCustomer {
			return Outcome{}, Refuse("already_notified", "side", string(side))
		}
		f, ok := terms.Find(i.Promise.Duties, terms.DutyExecutives)
		if !ok {
			return Outcome{}, Refuse("not_in_terms", "severity", string(i.Severity))
		}
		n.ExecCustomer = true
		o.log(now, by, "executives", f.Rows, "side", string(side), "why", why)
		o.ring(ToCustomerExecutives, Executives, by, now, why, "side", string(side))
	default:
		return Outcome{}, Refuse("side_unknown", "given", string(side)).At("side")
	}
	return *o, nil
}

// InvolveThirdParty writes down that a vendor is asked to help, at the
// customer's request; the vendor stays responsible for its own product (PRS-10).
func (i Incident) InvolveThirdParty(by Actor, vendor string, now time.Time, _ Env) (Outcome, error) {
	o, err := i.change(by, DoThirdParty)
	if err != nil {
		return Outcome{}, err
	}
	if vendor = strings.TrimSpace(vendor); vendor == "" {
		return Outcome{}, Refuse("text_missing").At("vendor")
	}
	if vendor == i.ThirdParty {
		return Outcome{}, Refuse("already_involved", "vendor", vendor)
	}
	o.Incident.ThirdParty = vendor
	o.log(now, by, "third_party", []string{"PRS-09", "PRS-10"}, "vendor", vendor)
	if by.Side == Customer {
		o.ring(ToOwner, ThirdParty, by, now, "", "vendor", vendor)
	}
	return *o, nil
}

// DeclareOutage says that others are hit too, or that they are not after all.
// One customer's recovery then gets no priority; no target is suspended (PMCS-57).
func (i Incident) DeclareOutage(by Actor, broad bool, why string, now time.Time, _ Env) (Outcome, error) {
	o, err := i.change(by, DoOutage)
	if err != nil {
		return Outcome{}, err
	}
	if broad == i.BroadOutage {
		return Outcome{}, Refuse("outage_unchanged", "broad", yesNo(broad))
	}
	o.Incident.BroadOutage = broad
	o.log(now, by, "outage", []string{"PMCS-57", "PMCS-32"}, "broad", yesNo(broad), "why", why)
	if broad {
		o.ring(ToCustomer, BroadOutage, by, now, why)
	}
	return *o, nil
}

// Note adds a line to the journal. The provider's notes are for its own people;
// what a customer adds is told to whoever has the incident.
func (i Incident) Note(by Actor, text string, now time.Time, _ Env) (Outcome, error) {
	o, err := i.change(by, DoNote)
	if err != nil {
		return Outcome{}, err
	}
	if text = strings.TrimSpace(text); text == "" {
		return Outcome{}, Refuse("text_missing").At("text")
	}
	o.log(now, by, "note", nil, "text", text)
	if by.Side == Customer {
		o.ring(ToOwner, Noted, by, now, text)
	}
	return *o, nil
}

// Link attaches a web address, http or https; a title is welcome.
func (i Incident) Link(by Actor, url, title string, now time.Time, _ Env) (Outcome, error) {
	o, err := i.change(by, DoLink)
	if err != nil {
		return Outcome{}, err
	}
	if url = strings.TrimSpace(url); !WebAddress(url) {
		return Outcome{}, Refuse("not_a_link", "given", url).At("url")
	}
	title = strings.TrimSpace(title)
	o.log(now, by, "link", nil, "url", url, "title", title)
	if by.Side == Customer {
		o.ring(ToOwner, Noted, by, now, strings.TrimSpace(title+" "+url))
	}
	return *o, nil
}

// WebAddress says whether a person could safely be offered the address: a host
// follows the scheme, and nothing in it is a space, a quote, an angle bracket,
// an invisible character or a name in front of an @.
func WebAddress(url string) bool {
	scheme, rest, ok := strings.Cut(url, "://")
	if scheme = strings.ToLower(scheme); !ok || scheme != "http" && scheme != "https" || len(url) > 2000 {
		return false
	}
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, "?")
	host, _, _ = strings.Cut(host, "#")
	if host == "" || host[0] == ':' || strings.ContainsAny(host, "@\\") {
		return false
	}
	for _, r := range rest {
		if r <= ' ' || strings.ContainsRune("\"'<>`|{}^", r) || r >= 0x7f {
			return false
		}
	}
	return true
}
