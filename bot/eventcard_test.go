package bot

import (
	"strings"
	"testing"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// Who watches over an event is called there, and reads there nothing that isn't for both sides.
func TestWhoIsToldInAnEventsPlace(t *testing.T) {
	s := sceneOf(world(), nine)
	i := opened(t, s, terms.SevA)
	owned := i
	owned.Owner = "kenji"
	about := i
	about.Report.EventID = "e"
	taken := about
	taken.Owner = "kenji"
	for _, c := range []struct {
		what string
		of   domain.Incident
		n    domain.Notice
		want string
	}{
		{"of no event", i, domain.Notice{To: domain.ToEngineers, Kind: domain.FirstResponseHalf}, "#engineers"},
		{"a ping", about, domain.Notice{To: domain.ToEngineers, Kind: domain.FirstResponseHalf}, "#engineers #contoso-event"},
		{"for whoever has it, and nobody has", about, domain.Notice{To: domain.ToOwner, Kind: domain.UpdateDue}, "#engineers #contoso-event"},
		{"for whoever has it", taken, domain.Notice{To: domain.ToOwner, Kind: domain.UpdateDue}, "kenji"},
		{"a page to engineers", about, domain.Notice{To: domain.ToEngineers, Kind: domain.Page}, "#engineers #contoso-event"},
		{"a page to managers", about, domain.Notice{To: domain.ToManagers, Kind: domain.Page}, "#managers"},
		{"among ourselves", about, domain.Notice{To: domain.ToEngineers, Kind: domain.HandedOver}, "#engineers"},
		{"about a downgrade", about, domain.Notice{To: domain.ToEngineers, Kind: domain.DowngradeProposed}, "#engineers"},
	} {
		if got := names(s.told(&c.of, c.n)); got != c.want {
			t.Errorf("%s: %s is told, want %s", c.what, got, c.want)
		}
	}
	// The customer's people read it there: no number to call, no button that is the support team's.
	for _, n := range []domain.Notice{
		{To: domain.ToEngineers, Kind: domain.FirstResponseMost, Due: nine.Add(time.Minute)},
		{To: domain.ToEngineers, Kind: domain.FirstResponseLate, Due: nine.Add(-time.Minute)},
		{To: domain.ToEngineers, Kind: domain.Page, Due: nine.Add(time.Minute)},
		{To: domain.ToEngineers, Kind: domain.Opened, At: about.OpenedAt},
	} {
		m := s.rings(&about, []domain.Notice{n}, nil)
		if len(m) != 2 {
			t.Fatalf("%s goes to %d places, want the engineers' and the event's", n.Kind, len(m))
		}
		for k, text := range []string{said(m[0].Message), said(m[1].Message)} {
			if inside := k == 0; n.Kind != domain.Opened && strings.Contains(text, about.Report.Owner.Phone) != inside {
				t.Errorf("%s says in %s: %s", n.Kind, m[k].Destination, text)
			}
		}
		if text := said(m[1].Message); strings.Contains(text, "Contoso") {
			t.Errorf("%s speaks of the customer where the customer reads: %s", n.Kind, text)
		}
		for _, b := range m[1].Message.Buttons {
			if b.Action != "why" {
				t.Errorf("%s offers %s where the customer reads", n.Kind, b.Action)
			}
		}
	}
	topics := map[DestinationID]string{}
	for _, c := range s.cards(&about, &about) {
		topics[c.Destination] = c.Topic
	}
	if topics["#contoso-event"] != cardTopic(about.ID, forCustomer) || len(topics) != 3 {
		t.Errorf("its cards are %v, want the customer's in the event's place, too", topics)
	}
}

// When the card is looked at again.
func TestWhenAnEventIsLookedAtAgain(t *testing.T) {
	starts, ends := nine, nine.Add(12*time.Hour)
	for _, c := range []struct {
		what         string
		now, duty    time.Time
		shown, fresh bool
		want         time.Time
	}{
		{"before it begins", starts.Add(-time.Hour), time.Time{}, false, false, starts},
		{"running", starts, time.Time{}, false, true, ends},
		{"running, with another duty at noon", starts, starts.Add(3 * time.Hour), true, false, starts.Add(3 * time.Hour)},
		{"running, with another duty next week", starts, starts.AddDate(0, 0, 7), true, false, ends},
		{"running for long, and nothing has happened", starts.Add(9 * time.Hour), time.Time{}, false, false, time.Time{}},
		{"over", ends, time.Time{}, true, false, time.Time{}},
	} {
		e := EventLook{Event: domain.BusinessEvent{Starts: starts, Ends: ends}, Shown: c.shown, Duty: c.duty}
		if got := e.again(c.now, c.fresh); !got.Equal(c.want) {
			t.Errorf("%s: again at %v, want %v", c.what, got, c.want)
		}
	}
}

// said is a message in English at nine.
func said(m Message) string { return m.Text.Render(words.Reader{Lang: "en", Zone: time.UTC}, nine) }
