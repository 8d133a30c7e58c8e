package storage_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
)

// shown keeps an incident with a card in a destination, which has been sent as
// the message, unless that is "".
func (w *world) shown(tenant domain.TenantID, to bot.DestinationID, audience, message string) (bot.Kept, bot.Card) {
	w.t.Helper()
	number := 0
	w.in(tenant, func(tx bot.Tx) (err error) {
		number, err = tx.NextNumber(ctx, tenant)
		return err
	})
	k := w.incident(tenant, number)
	k.Wake = time.Time{}
	c := card(k, to, "open")
	c.Topic += ":" + audience
	k.Cards = []bot.Card{c}
	w.keep(k)
	if message != "" {
		w.send(to, t0, message)
	}
	k.New, k.Cards, k.Journal = false, nil, nil
	return k, c
}

// send sends what waits in a destination, all as one message.
func (w *world) send(to bot.DestinationID, now time.Time, message string) []bot.Outgoing {
	w.t.Helper()
	l := w.claim(to, now)
	items := w.waiting(l, now)
	for _, o := range items {
		if !w.mark(l, now, o) {
			w.t.Fatal("it can't be marked")
		}
		w.settle(l, bot.Settlement{State: bot.Sent, MessageID: message}, o)
	}
	w.must(w.Release(ctx, l, time.Time{}))
	return items
}

func (w *world) say(tenant domain.TenantID, now time.Time, said ...bot.SaidCard) {
	w.t.Helper()
	w.in(tenant, func(tx bot.Tx) error { return tx.KeepSaid(ctx, tenant, said, now) })
}

// A channel of the provider's shows cards of many customers: the staff's look
// finds whose a message is, a customer's finds only its own.
func TestWhoseCardAMessageIs(t *testing.T) {
	t.Parallel()
	w := open(t)
	desk, own := w.destination("#engineers"), w.destination("#contoso")
	c, _ := w.shown(w.contoso, desk, "engineers", "m1")
	f, _ := w.shown(w.fabrikam, desk, "engineers", "m2")
	_, waiting := w.shown(w.contoso, own, "customer", "")
	w.say(w.contoso, t0, bot.SaidCard{Card: bot.Card{Topic: "said:1", Incident: c.Incident.ID, Destination: desk, Message: message("hello"), Under: waiting.Topic}})

	for _, look := range []struct {
		entered, tenant domain.TenantID
		at              bot.DestinationID
		message         string
		want            domain.IncidentID
	}{
		{w.provider, "", desk, "m1", c.Incident.ID},
		{w.provider, "", desk, "m2", f.Incident.ID},
		{w.contoso, "", desk, "m2", f.Incident.ID}, // staff's, whatever was entered before
		{w.provider, "", own, "m1", ""},            // the same id in another channel
		{w.provider, "", desk, "m3", ""},
		{w.provider, "", own, "", ""}, // a card that isn't sent yet has none
		{w.contoso, w.contoso, desk, "m1", c.Incident.ID},
		{w.contoso, w.contoso, desk, "m2", ""},
		{w.contoso, w.fabrikam, desk, "m2", ""}, // the wall holds also for a wrong question
		{w.fabrikam, w.fabrikam, desk, "m1", ""},
	} {
		w.in(look.entered, func(tx bot.Tx) error {
			got, err := tx.CardAt(ctx, look.tenant, look.at, look.message)
			if look.want == "" && !errors.Is(err, bot.ErrNotFound) || look.want != "" && (err != nil || got.Incident != look.want || got.MessageID != look.message) {
				t.Errorf("%+v: found %+v (%v)", look, got, err)
			}
			// The staff's role is given back, also when nothing was found.
			foreign, err := tx.Incidents(ctx, w.fabrikam, true, 10)
			w.must(err)
			if want := map[bool]int{true: 1}[look.entered == w.fabrikam]; len(foreign) != want {
				t.Errorf("%+v: after that %d of Fabrikam's incidents are seen, want %d", look, len(foreign), want)
			}
			return nil
		})
	}
	w.in(w.contoso, func(tx bot.Tx) error {
		all, err := tx.CardsOf(ctx, w.contoso, c.Incident.ID, "incident:"+string(c.Incident.ID)+":engineers", []bot.DestinationID{own, desk})
		w.must(err)
		if len(all) != 1 || all[0].Destination != desk || all[0].MessageID != "m1" {
			t.Errorf("the engineers' cards are %+v, want the one at their desk", all)
		}
		none, err := tx.CardsOf(ctx, w.fabrikam, f.Incident.ID, "incident:"+string(f.Incident.ID)+":engineers", []bot.DestinationID{desk})
		w.must(err)
		if len(none) != 0 {
			t.Error("Contoso's transaction sees Fabrikam's card")
		}
		return nil
	})
}

// What belongs under a card waits for it, and keeps nobody busy meanwhile.
func TestACardUnderAnother(t *testing.T) {
	t.Parallel()
	w := open(t)
	desk := w.destination("#engineers")
	k, parent := w.shown(w.contoso, desk, "engineers", "")
	said := bot.SaidCard{Card: bot.Card{Topic: "said:1", Incident: k.Incident.ID, Destination: desk, Message: message("hello"), Under: parent.Topic, Pin: true}}
	w.say(w.contoso, t0, said)

	l := w.claim(desk, t0)
	first := w.waiting(l, t0)
	if len(first) != 1 || first[0].Card.Topic != parent.Topic || first[0].Under != "" {
		t.Fatalf("what waits is %+v, want the incident's card alone", first)
	}
	if !w.mark(l, t0, first...) {
		t.Fatal("it can't be marked")
	}
	later := t0.Add(time.Hour)
	w.settle(l, bot.Settlement{State: bot.Waits, Next: later}, first...) // refused
	w.must(w.Release(ctx, l, time.Time{}))
	if due, err := w.DueDestinations(ctx, t0.Add(time.Minute), 9); err != nil || len(due) != 0 {
		t.Errorf("%v (%v) is due although nothing can be sent", due, err)
	}
	if next, err := w.NextDue(ctx); err != nil || !next.Equal(later) {
		t.Errorf("something is due at %v (%v), want %v", next, err, later)
	}

	w.send(desk, later, "m1")
	if next, err := w.NextDue(ctx); err != nil || !next.Equal(t0) {
		t.Errorf("after that something is due at %v (%v), want what was said at %v", next, err, t0)
	}
	got := w.send(desk, later, "m2")
	if len(got) != 1 || got[0].Card.Topic != "said:1" || got[0].Under != "m1" || !got[0].Card.Pin || got[0].Card.Under != parent.Topic {
		t.Errorf("then waits %+v, want what was said, under m1 and pinned", got)
	}
}

// A card of a decision may be pinned, or belong under another; kept twice it is
// sent once.
func TestADecisionsCardMayBePinned(t *testing.T) {
	t.Parallel()
	w := open(t)
	own := w.destination("#contoso")
	k := w.incident(w.contoso, 1)
	c := card(k, own, "open")
	c.Pin = true
	k.Cards = []bot.Card{c}
	w.keep(k)
	if got := w.send(own, t0, "m1"); len(got) != 1 || !got[0].Card.Pin {
		t.Errorf("what waits is %+v, want a pinned card", got)
	}
	k.New, k.Incident.Version, k.Journal = false, 2, nil
	w.keep(k)
	if got := w.send(own, t0, "m1"); len(got) != 0 {
		t.Errorf("kept again, %+v waits", got)
	}
}

// In a channel that shows the incident's card a ring belongs under it, and is
// never held back for it. One that may have arrived is looked for where it was sent.
func TestRingsUnderTheirCard(t *testing.T) {
	t.Parallel()
	w := open(t)
	desk, erin := w.destination("#engineers"), w.destination("erin")
	k, _ := w.shown(w.contoso, desk, "engineers", "")
	other := w.incident(w.contoso, 2)
	w.keep(other)
	k.Incident.Version = 2
	k.Rings = []bot.Ring{ring(k, desk, "page", 1, "early"), ring(k, erin, "page", 1, "in private")}
	w.keep(k)

	l := w.claim(desk, t0)
	early := w.waiting(l, t0)[:1]
	if early[0].Ring == nil || early[0].Under != "" {
		t.Fatalf("what waits is %+v, want the ring, not held back", early)
	}
	if !w.mark(l, t0, early...) {
		t.Fatal("it can't be marked")
	}
	w.settle(l, bot.Settlement{State: bot.Uncertain, Next: t0.Add(time.Minute)}, early...)
	w.must(w.Release(ctx, l, time.Time{}))
	w.send(desk, t0.Add(time.Second), "m1") // the card
	k.Incident.Version = 3
	k.Rings = []bot.Ring{ring(k, desk, "page", 2, "late")}
	w.keep(k)
	other.New, other.Incident.Version, other.Journal = false, 2, nil
	other.Rings = []bot.Ring{ring(other, desk, "page", 1, "of another")}
	w.keep(other)

	under := map[string]string{}
	for _, o := range w.waiting(w.claim(desk, t0.Add(time.Minute)), t0.Add(time.Minute)) {
		under[string(o.Ring.Message.Text)] = o.Under
	}
	if len(under) != 3 || under["early"] != "" || under["late"] != "m1" || under["of another"] != "" {
		t.Errorf("the rings belong under %v, want the late one under m1, and the doubtful one where it was sent", under)
	}
	if got := w.waiting(w.claim(erin, t0), t0); len(got) != 1 || got[0].Under != "" {
		t.Errorf("in private waits %+v, want it under nothing", got)
	}
}

// Said, reworded and taken away: whatever the order in which we are told, the
// engineers end with what people see, and never see what was gone before.
func TestWhatWasSaidEndsTheSame(t *testing.T) {
	t.Parallel()
	w := open(t)
	desk := w.destination("#engineers")
	k, parent := w.shown(w.contoso, desk, "engineers", "m1")
	topic := 0
	event := func(what string) bot.SaidCard {
		c := bot.SaidCard{Card: bot.Card{
			Topic: fmt.Sprintf("said:%d", topic), Incident: k.Incident.ID, Destination: desk, Message: message(what), Under: parent.Topic,
		}}
		switch what {
		case "said":
			c.AsOf = t0
		case "reworded":
			c.AsOf, c.Edits = t0.Add(time.Second), true
		case "reworded again":
			c.AsOf, c.Edits = t0.Add(2*time.Second), true
		case "removed":
			c.AsOf, c.Edits, c.ForGood = t0, true, true // its time may be that of the message
		}
		return c
	}
	for _, tc := range []struct {
		told []string // "": it is sent in between
		want string   // what people end up with; "": nothing
		seen int      // how many messages they got, edits included
	}{
		{[]string{"said", ""}, "said", 1},
		{[]string{"said", "", "said", ""}, "said", 1},
		{[]string{"said", "", "reworded", ""}, "reworded", 2},
		{[]string{"said", "", "reworded again", "", "reworded", ""}, "reworded again", 2},
		{[]string{"said", "", "removed", ""}, "removed", 2},
		{[]string{"said", "", "removed", "", "reworded", "", "said", ""}, "removed", 2},
		{[]string{"said", "reworded", ""}, "reworded", 1},
		{[]string{"said", "removed", ""}, "", 0},
		{[]string{"reworded", "", "said", ""}, "reworded", 1},
		{[]string{"reworded again", "reworded", "", "said", ""}, "reworded again", 1},
		{[]string{"reworded", "", "said", "", "removed", ""}, "removed", 2},
		{[]string{"removed", "", "said", ""}, "", 0},
		{[]string{"removed", "", "said", "", "reworded", ""}, "", 0},
		{[]string{"reworded", "", "removed", "", "said", ""}, "", 0},
		{[]string{"reworded", ""}, "", 0},
		{[]string{"removed", ""}, "", 0},
	} {
		topic++
		got, seen := "", 0
		for n, what := range tc.told {
			if what != "" {
				w.say(w.contoso, t0.Add(time.Duration(n)*time.Second), event(what))
				continue
			}
			for _, o := range w.send(desk, t0.Add(time.Hour), fmt.Sprintf("s%d", topic)) {
				got, seen = string(o.Card.Message.Text), seen+1
			}
		}
		if got != tc.want || seen != tc.seen {
			t.Errorf("%q ended as %q after %d messages, want %q after %d", tc.told, got, seen, tc.want, tc.seen)
		}
	}
}
