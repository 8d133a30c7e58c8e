package console_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/firstcall/adapters/console"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/talk"
	"example.com/firstcall/bot/words"
)

// A person speaks under the card of an incident by its number, and takes back
// what was said there last. Only a card counts, and only where it was shown.
func TestUnderACard(t *testing.T) {
	d := newDesk(false)
	post := func(p bot.Posting) {
		t.Helper()
		p.Now = nine
		if _, err := d.Post(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	text := func(s words.Text) bot.Message { return bot.Message{Lang: "en", Zone: "UTC", Text: s} }
	post(bot.Posting{To: channel("#desk"), Key: "k1", Rings: true, Message: text("INC-1 · has 7 min left")})
	post(bot.Posting{To: channel("#desk"), Key: "k2", Message: text("INC-1 · severity 1 · down")})
	post(bot.Posting{To: channel("#desk"), Key: "k3", Under: "2", Message: text("INC-1 · said somebody")})
	post(bot.Posting{To: channel("#other"), Key: "k4", Message: text("INC-1 · severity 1 · down")})

	say := func(s talk.Said) (bot.Event, error) {
		d.events = nil
		err := d.Say(t.Context(), s)
		if len(d.events) == 0 {
			return bot.Event{}, err
		}
		return d.events[0], err
	}
	event := bot.Event{Platform: console.Platform, Workspace: console.Workspace, Person: "ana", Place: "#desk", At: nine, Kind: bot.Said, Message: "said-1", Thread: "2", Text: "hello"}
	got, err := say(talk.Said{Person: "ana", Place: "#desk", Under: "inc-1", Text: "hello"})
	if diff := cmp.Diff(event, got); diff != "" || err != nil {
		t.Errorf("said under the card (%v), -want +got:\n%s", err, diff)
	}
	for n, s := range []talk.Said{{Edits: true, Text: "hello all"}, {Removes: true}} {
		s.Person, s.Place = "ana", "#desk"
		want := event
		want.Kind, want.Text = []bot.EventKind{bot.Reworded, bot.Retracted}[n], s.Text
		got, err := say(s)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%+v (%v), -want +got:\n%s", s, err, diff)
		}
	}
	for _, s := range []talk.Said{
		{Person: "ana", Place: "#desk", Under: "INC-2", Text: "hello"},
		{Person: "ana", Under: "INC-1", Text: "hello"},
		{Person: "ana", Place: "#other", Edits: true, Text: "hello"},
		{Person: "kenji", Place: "#desk", Removes: true},
	} {
		var not *talk.NotUnderstood
		if e, err := say(s); !errors.As(err, &not) || e.Kind != "" {
			t.Errorf("%+v is understood as %+v (%v)", s, e, err)
		}
	}
	// A question that is open there isn't answered by it, and files and links go along.
	d.answer = func(bot.Event) (bot.Reply, error) {
		return bot.Reply{Form: &bot.Form{Key: "f", Title: "Q", Fields: []bot.Field{{Key: "a", Label: "A?"}}, Asking: "a"}}, nil
	}
	if _, err := say(talk.Said{Person: "ana", Place: "#desk", Text: "begin"}); err != nil {
		t.Fatal(err)
	}
	got, err = say(talk.Said{Person: "ana", Place: "#desk", Under: "INC-1", Text: "aside", Files: []talk.File{{Name: "a", URL: "https://x.example"}}})
	if err != nil || got.Kind != bot.Said || got.Thread != "2" || len(got.Files) != 1 || got.Files[0].Name != "a" {
		t.Errorf("beside a question it is %+v (%v)", got, err)
	}
	got, err = say(talk.Said{Person: "ana", Place: "#desk", From: "https://x.example/9", Text: "it broke"})
	if err != nil || got.Kind != bot.Said || got.Link != "https://x.example/9" || got.Thread != "" {
		t.Errorf("a report of a message is %+v (%v)", got, err)
	}
}
