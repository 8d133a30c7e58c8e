package console_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/adapters/console"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/talk"
)

// sit lets somebody type lines into a session, and returns what the screen shows.
func sit(t *testing.T, d *desk, typed string) string {
	t.Helper()
	nothing := func(context.Context) error { return nil }
	s := &console.Session{
		Stage: &talk.Stage{
			Surface: d.Terminal, Clock: talk.NewClock(nine), Out: d.out, Wake: nothing, Deliver: nothing,
			NextDue: func(context.Context) (time.Time, error) { return time.Time{}, nil },
		},
		In: strings.NewReader(typed), Out: d.out, Person: "ana", Place: "#contoso", Zone: time.UTC,
		Who: []string{"ana, ben"}, Try: []string{"report something"},
	}
	if err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d.heard()
}

func TestASessionSwitchesWhoSpeaks(t *testing.T) {
	d := newDesk(false)
	d.answer = func(e bot.Event) (bot.Reply, error) { return bot.Reply{Text: "Yes?"}, nil }
	got := sit(t, d, "/incident\nkenji in #engineers> hello\nand again\n/as maria\ngood\\nmorning\nben> \n\n# aside\n")
	wantText(t, got, `ana in #contoso> bot to ana> Yes?
ana in #contoso> bot to kenji> Yes?
kenji in #engineers> bot to kenji> Yes?
kenji in #engineers> maria> bot to maria> Yes?
maria> ben> ben> ben> `+"\n")
	var said []string
	for _, e := range d.events {
		said = append(said, e.Person+e.Place+" "+e.Text)
	}
	if got := strings.Join(said, "|"); got != "ana#contoso /incident|kenji#engineers hello|kenji#engineers and again|maria good\nmorning" {
		t.Errorf("said: %q", got)
	}
}

func TestASessionMovesTheClock(t *testing.T) {
	d := newDesk(false)
	got := sit(t, d, "/wait 8m\nwait 1h\n/clock 2026-03-02T12:00:00Z\n/clock\n/clock 2020-01-01T00:00:00Z\n/wait x\n")
	for _, want := range []string{
		"it is Mon 2 Mar 2026 09:08 UTC\n", "it is Mon 2 Mar 2026 10:08 UTC\n", "it is Mon 2 Mar 2026 12:00 UTC\n",
		"does not go back", `? "x" is not a duration like 8m`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the screen lacks %q:\n%s", want, got)
		}
	}
	if len(d.events) != 0 {
		t.Errorf("the bot heard of it: %+v", d.events)
	}
}

func TestASessionsOwnWords(t *testing.T) {
	d := newDesk(false)
	got := sit(t, d, "/who\n/demo\n/help\n[Nothing]\n/as nobody at all\n/chat sideways\n/quit\nnever read\n")
	for _, want := range []string{"ana, ben\n", "report something\n", "/as kenji in #engineers", "? ana in #contoso was shown no button yet", "? say /as", "? say /chat down"} {
		if !strings.Contains(got, want) {
			t.Errorf("the screen lacks %q:\n%s", want, got)
		}
	}
	if len(d.events) != 0 {
		t.Errorf("the bot heard of it: %+v", d.events)
	}
}

func TestASessionTakesTextOfManyLines(t *testing.T) {
	d := newDesk(false)
	sit(t, d, "\"\"\"\none\n\n/two\n\"\"\"\nben in #contoso> \"\"\"\nthree\nfour\n\"\"\"\n\"\"\"\nno end\n")
	if len(d.events) != 2 || d.events[0].Text != "one\n\n/two" || d.events[0].Person != "ana" ||
		d.events[1].Text != "three\nfour" || d.events[1].Person != "ben" {
		t.Errorf("said: %+v", d.events)
	}
}

func TestColourNeedsATerminalThatWantsIt(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	for _, f := range []*os.File{file, null} {
		if console.IsTerminal(f) || console.Colourful(f, func(string) string { return "" }) {
			t.Errorf("%s is taken for a terminal", f.Name())
		}
	}
	if console.Colourful(os.Stdout, func(name string) string { return map[string]string{"NO_COLOR": "1"}[name] }) {
		t.Error("NO_COLOR is not respected")
	}
}

func TestASessionRefusesWhomAndWhatItDoesNotKnow(t *testing.T) {
	d := newDesk(false)
	d.answer = func(bot.Event) (bot.Reply, error) { return bot.Reply{Text: "Yes?"}, nil }
	nobody := func(person, place string) error {
		if person == "bogus" || place == "#nowhere" {
			return &talk.NotUnderstood{Why: person + place + " is unknown; /who lists them"}
		}
		return nil
	}
	nothing := func(context.Context) error { return nil }
	s := &console.Session{
		Stage: &talk.Stage{
			Surface: d.Terminal, Clock: talk.NewClock(nine), Out: d.out, Wake: nothing, Deliver: nothing, Known: nobody,
			NextDue: func(context.Context) (time.Time, error) { return time.Time{}, nil },
		},
		In:  strings.NewReader("/as bogus\nana in #nowhere> hello\nwait 8x\nwait\nas kenji\nexit\nquit\n/chat down\nwait for me\n"),
		Out: d.out, Person: "ana", Place: "#contoso", Zone: time.UTC,
	}
	if err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := d.heard()
	for _, want := range []string{
		"? bogus is unknown; /who", "? ana#nowhere is unknown; /who", `? "8x" is not a duration like 8m`, "? say how long", "? say /as kenji to speak",
		"? say /quit to leave", "the chat is down: what the bot has to say waits",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the screen lacks %q:\n%s", want, got)
		}
	}
	if len(d.events) != 1 || d.events[0].Text != "wait for me" || d.events[0].Place != "#contoso" {
		t.Errorf("the bot heard %+v", d.events)
	}
}
