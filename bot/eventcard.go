package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
)

// EventLook is a business event whose card may look different now.
type EventLook struct {
	Event domain.BusinessEvent
	Shown bool      // it has a card
	Duty  time.Time // when a roster of the provider's changes next; zero: it doesn't
}

const (
	// announced is how long after its start an event still gets a card although
	// nothing has happened in it: whoever hears of it later doesn't see it begin.
	announced = 6 * time.Hour
	// eventIncidents is how many open incidents an event's card lists.
	eventIncidents = 20
)

// wakeEvents shows the business events that may look different now, each in the
// places of the customer's that are for events.
func (b *Bot) wakeEvents(ctx context.Context, tx Tx, tenant domain.TenantID, now time.Time) error {
	due, err := tx.DueEvents(ctx, tenant, now, wakeBatch)
	if err != nil {
		return fmt.Errorf("claim business events: %w", err)
	}
	if len(due) == 0 {
		return nil
	}
	dir, err := b.directory(ctx, tx, tenant, now)
	if err != nil {
		return fmt.Errorf("read who can be reached: %w", err)
	}
	live, err := tx.Incidents(ctx, tenant, false, mostDigested)
	if err != nil {
		return fmt.Errorf("read the incidents of events: %w", err)
	}
	for n := range due {
		e := &due[n]
		of := slices.DeleteFunc(slices.Clone(live), func(i domain.Incident) bool { return i.Report.EventID != e.Event.ID || !i.Live() })
		slices.SortStableFunc(of, func(a, b domain.Incident) int { return rank(a) - rank(b) })
		// Cards that are there are kept right to the end. A new one is for what goes on.
		fresh := len(of) > 0 || !e.Shown && e.Event.Running(now) && now.Sub(e.Event.Starts) < announced
		var cards []Card
		for _, r := range dir.eventPlaces() {
			cards = append(cards, eventCard(e.Event, r, dir, of, now))
		}
		if err := tx.ShowEvent(ctx, tenant, e.Event.ID, cards, fresh, now, e.again(now, fresh)); err != nil {
			return fmt.Errorf("show %s: %w", e.Event.Name, err)
		}
	}
	return nil
}

// again is when the card may look different by itself.
func (e *EventLook) again(now time.Time, fresh bool) time.Time {
	switch {
	case now.Before(e.Event.Starts):
		return e.Event.Starts
	case !now.Before(e.Event.Ends) || !e.Shown && !fresh:
		return time.Time{}
	case !e.Duty.IsZero() && e.Duty.Before(e.Event.Ends):
		return e.Duty
	default:
		return e.Event.Ends
	}
}

// eventPlaces are the customer's places for business events.
func (d Directory) eventPlaces() []Recipient {
	return d.find(func(r Recipient) bool { return r.Place != nil && r.Place.Purpose == ForEvent })
}

// eventCard is what stays at the top of a place for events.
func eventCard(e domain.BusinessEvent, to Recipient, dir Directory, open []domain.Incident, now time.Time) Card {
	lang, zone := to.reader()
	w := words.In(lang)
	title := w.EventRunning(e.Name, e.Ends)
	switch {
	case now.Before(e.Starts):
		title = w.EventBefore(e.Name, e.Starts)
	case !now.Before(e.Ends):
		title = w.EventOver(e.Name, e.Ends)
	}
	m := Message{Lang: lang, Zone: zone, Text: title}
	f := facts(m.Fields)
	f.add(w.EventWindow(), w.EventFromTo(e.Starts, e.Ends))
	if now.Before(e.Ends) {
		f.add(w.EventOnDuty(), onDuty(w, dir))
		m.Buttons = []Button{{Label: w.ButtonReport(), Action: actionReport, Primary: true}}
	}
	lines := make([]words.Text, 0, len(open))
	for n := range open[:min(len(open), eventIncidents)] {
		lines = append(lines, headline(w, &open[n]))
	}
	if more := len(open) - eventIncidents; more > 0 {
		lines = append(lines, w.DigestMoreClosed(more))
	}
	if len(lines) == 0 {
		lines = append(lines, w.EventNoIncidents())
	}
	f.add(w.EventIncidents(), words.Lines(lines...))
	m.Fields = f
	return Card{Topic: "event:" + e.ID, Destination: to.Destination, Message: m, Pin: true}
}

// onDuty names the provider's people on duty, each once, with the first of their roles.
func onDuty(w *words.Words, dir Directory) words.Text {
	var all []words.Text
	named := map[domain.PersonID]bool{}
	for _, role := range []domain.Role{domain.RoleEngineer, domain.RoleIncidentManager, domain.RoleAccountManager} {
		for _, r := range dir.role(role) {
			if named[r.Person.ID] {
				continue
			}
			named[r.Person.ID] = true
			name, _ := w.Look("role", string(role), nil)
			all = append(all, w.EventPerson(r.name(), name))
		}
	}
	if len(all) == 0 {
		return w.EventNobody()
	}
	return w.List(all...)
}

// eventTeam adds the event's places to those who get a notice to engineers about an
// incident of it: whoever watches over the event is there around the clock. What
// the customer's people must not read is no ping.
func (s *scene) eventTeam(i *domain.Incident, n domain.Notice, all []Recipient) []Recipient {
	if i.Report.EventID == "" || n.To != domain.ToEngineers && (n.To != domain.ToOwner || i.Owner != "") || !pings(n.Kind) {
		return all
	}
	out := slices.Clone(all)
	for _, r := range s.directory.eventPlaces() {
		p := *r.Place
		p.Side = domain.Provider // it is for our people there
		r.Place = &p
		out = append(out, r)
	}
	return out
}

// pings says whether a notice calls for somebody of ours, and says no more than
// what is owed.
func pings(k domain.NoticeKind) bool {
	switch k {
	case domain.Opened, domain.CriticalOpened, domain.CaseRecorded, domain.Page, domain.FirstResponseHalf, domain.FirstResponseMost,
		domain.FirstResponseDue, domain.FirstResponseLate, domain.WorkBeginsDue, domain.UpdateDue, domain.UpdateLate, domain.Reopened:
		return true
	default:
		return false
	}
}
