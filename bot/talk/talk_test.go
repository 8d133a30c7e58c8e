package talk_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/bot/talk"
)

var nine = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// alarms is a bot that reminds at given instants, and a surface that tells what
// was typed.
type alarms struct {
	clock *talk.Clock
	out   io.Writer
	due   []time.Time // to be reminded of
	owed  []string    // reminders not sent yet
	down  bool
	again time.Time // when to try again, after a refusal
}

func (a *alarms) Say(_ context.Context, s talk.Said) error {
	person, place, text := s.Person, s.Place, s.Text
	if text == "[Nothing]" {
		return &talk.NotUnderstood{Why: "no such button"}
	}
	if d, err := time.ParseDuration(strings.TrimPrefix(text, "remind me in ")); err == nil {
		a.due = append(a.due, a.clock.Now().Add(d))
	}
	_, err := fmt.Fprintf(a.out, "bot to %s> %s: %q\n", person, place, text)
	return err
}

func (a *alarms) Down(down bool) { a.down = down }

func (a *alarms) wake(context.Context) error {
	slices.SortFunc(a.due, time.Time.Compare)
	for len(a.due) > 0 && !a.due[0].After(a.clock.Now()) {
		a.owed = append(a.owed, "due "+a.due[0].Format("15:04")+", woken "+a.clock.Now().Format("15:04"))
		a.due = a.due[1:]
	}
	return nil
}

func (a *alarms) deliver(context.Context) error {
	if a.down {
		if len(a.owed) > 0 {
			a.again = a.clock.Now().Add(time.Minute)
		}
		return nil
	}
	for _, o := range a.owed {
		fmt.Fprintf(a.out, "bot in #desk> %s, sent %s\n    and one line more\n", o, a.clock.Now().Format("15:04"))
	}
	a.owed, a.again = nil, time.Time{}
	return nil
}

func (a *alarms) nextDue(context.Context) (time.Time, error) {
	var next time.Time
	earlier := func(t time.Time) {
		if next.IsZero() || t.Before(next) {
			next = t
		}
	}
	for _, d := range a.due {
		earlier(d)
	}
	switch {
	case !a.again.IsZero():
		earlier(a.again)
	case len(a.owed) > 0:
		earlier(a.clock.Now())
	}
	return next, nil
}

func play(t *testing.T, script string) (string, *alarms, error) {
	t.Helper()
	var out strings.Builder
	a := &alarms{clock: talk.NewClock(nine), out: &out}
	err := talk.Play(t.Context(), strings.NewReader(script), &talk.Stage{
		Surface: a, Clock: a.clock, Out: &out, Wake: a.wake, Deliver: a.deliver, NextDue: a.nextDue,
	})
	return out.String(), a, err
}

// The clock stops wherever something is due, jumps only when told to, and what
// the bot said when the script was written is replaced by what it says now.
func TestATalkIsItsOwnExpectation(t *testing.T) {
	const script = `# Two reminders, one of them during an outage.

ana in #desk> remind me in 10m
bot to ana> #desk: "remind me in 10m"
ana> remind me in 5m
bot to ana> : "remind me in 5m"
wait 4m
wait 7m
bot in #desk> due 09:05, woken 09:05, sent 09:05
    and one line more
bot in #desk> due 09:10, woken 09:10, sent 09:10
    and one line more
ana in #desk> """
two
bot to nobody> lines
"""
bot to ana> #desk: "two\nbot to nobody> lines"
ana in #desk> remind me in 1h
bot to ana> #desk: "remind me in 1h"
clock 2026-03-02T12:00:00Z
bot in #desk> due 10:11, woken 12:00, sent 12:00
    and one line more
ana> remind me in 1m
bot to ana> : "remind me in 1m"
chat down
wait 90s
chat up
wait 1m
bot in #desk> due 12:01, woken 12:01, sent 12:02
    and one line more
`
	got, _, err := play(t, script)
	if err != nil {
		t.Fatal(err)
	}
	if got != script {
		t.Errorf("the talk went differently\n--- script\n%s--- now\n%s", script, got)
	}
	// The same without the bot's lines gives them back.
	var bare strings.Builder
	bot := false
	for line := range strings.Lines(script) {
		if bot = strings.HasPrefix(line, "bot in ") || strings.HasPrefix(line, `bot to ana>`) || bot && strings.HasPrefix(line, "    "); !bot {
			bare.WriteString(line)
		}
	}
	if got, _, err := play(t, bare.String()); err != nil || got != script {
		t.Errorf("without the bot's lines (%v):\n%s", err, got)
	}
}

func TestWaitEndsWhereItSays(t *testing.T) {
	_, a, err := play(t, "wait 2h30m\nwait 1d\n")
	if err != nil {
		t.Fatal(err)
	}
	if want := nine.Add(26*time.Hour + 30*time.Minute); !a.clock.Now().Equal(want) {
		t.Errorf("the clock shows %v, want %v", a.clock.Now(), want)
	}
}

func TestALineThatIsNotUnderstoodEndsThePlay(t *testing.T) {
	for script, want := range map[string]string{
		"# fine\n\nhello\n":             "line 3: \"hello\": not a line of a script; understood are",
		"wait a bit\n":                  "line 1: \"wait a bit\": \"a bit\" is not a duration",
		"wait -5m\n":                    "-5m0s is not a time to wait",
		"wait 99999h\n":                 "is not a time to wait",
		"clock noon\n":                  "\"noon\" is not an instant like",
		"clock 2020-01-01T00:00:00Z\n":  "does not go back",
		"ana> [Nothing]\n":              "no such button",
		"ana> \"\"\"\nno end\n":         "ends with a line of",
		"bot> hello\n":                  "not a line of a script",
		"    an indented line\n":        "not a line of a script",
		"ana in desk> no number sign\n": "not a line of a script",
	} {
		_, _, err := play(t, script)
		var line *talk.ScriptError
		if !errors.As(err, &line) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gave %v, want …%s…", script, err, want)
		}
	}
}

func TestRestart(t *testing.T) {
	var restarted int
	s := &talk.Stage{Clock: talk.NewClock(nine), Out: io.Discard, Restart: func() error { restarted++; return nil }}
	if err := talk.Play(t.Context(), strings.NewReader("restart\n"), s); err != nil || restarted != 1 {
		t.Errorf("restarted %d times: %v", restarted, err)
	}
	if _, _, err := play(t, "restart\n"); err == nil {
		t.Error("a stage that can't restart something says nothing")
	}
}

func TestAStuckBotIsNoticed(t *testing.T) {
	var out strings.Builder
	a := &alarms{clock: talk.NewClock(nine), out: &out, due: []time.Time{nine}}
	nothing := func(context.Context) error { return nil }
	err := talk.Play(t.Context(), strings.NewReader("wait 1m\n"), &talk.Stage{
		Surface: a, Clock: a.clock, Out: &out, Wake: nothing, Deliver: nothing, NextDue: a.nextDue,
	})
	if err == nil || !strings.Contains(err.Error(), "stuck") {
		t.Errorf("a bot that never gets done: %v", err)
	}
}

func TestEscapes(t *testing.T) {
	for typed, want := range map[string]string{
		`one\ntwo`:        "one\ntwo",
		`C:\\new`:         `C:\new`,
		`a\u202eb\x00`:    "a\u202eb\x00",
		`\xff`:            "\xff",
		`\\server\x`:      `\\server\x`,
		`a\times{3}{ha}b`: "ahahahab",
		`\\times{3}{ha}`:  `\times{3}{ha}`,
		`\u12`:            `\u12`,
	} {
		if got := talk.Unescape(typed); got != want {
			t.Errorf("%s is read as %q, want %q", typed, got, want)
		}
	}
}

func TestAScriptShowsWhatTheStageHasAndEndsWhereItSays(t *testing.T) {
	var out strings.Builder
	a := &alarms{clock: talk.NewClock(nine), out: &out}
	nothing := func(context.Context) error { return nil }
	s := &talk.Stage{
		Surface: a, Clock: a.clock, Out: &out, Wake: nothing, Deliver: nothing, NextDue: a.nextDue,
		Known: func(person, _ string) error {
			if person != "ana" {
				return &talk.NotUnderstood{Why: "there is nobody called " + person}
			}
			return nil
		},
		Own: func(command string) ([]string, bool) { return []string{"ana, of Contoso"}, command == "/who" },
	}
	if err := talk.Play(t.Context(), strings.NewReader("/who\n/wait 8 m\nana> hello\n/quit\nnever played\n"), s); err != nil {
		t.Fatal(err)
	}
	if want := "/who\n# ana, of Contoso\n/wait 8 m\nana> hello\nbot to ana> : \"hello\"\n/quit\n"; out.String() != want {
		t.Errorf("played\n%s\nwant\n%s", out.String(), want)
	}
	if got := a.clock.Now().Sub(nine); got != 8*time.Minute {
		t.Errorf("the clock moved %v", got)
	}
	if err := talk.Play(t.Context(), strings.NewReader("bogus> hello\n"), s); err == nil || !strings.Contains(err.Error(), "nobody called bogus") {
		t.Errorf("a stranger spoke: %v", err)
	}
}

// What stands before the > says where something is said, what comes with it,
// and what becomes of what was said.
func TestWhatIsSaid(t *testing.T) {
	for line, want := range map[string]talk.Said{
		"ana in #desk> hello":             {Person: "ana", Place: "#desk", Text: "hello"},
		"ana in #desk under INC-1> hello": {Person: "ana", Place: "#desk", Under: "INC-1", Text: "hello"},
		"ana under INC-1> a > b":          {Person: "ana", Under: "INC-1", Text: "a > b"},
		"ana in #desk edits> so":          {Person: "ana", Place: "#desk", Edits: true, Text: "so"},
		"ana edits> so":                   {Person: "ana", Edits: true, Text: "so"},
		"ana in #desk removes>":           {Person: "ana", Place: "#desk", Removes: true},
		"ana in #desk under INC-1 with a.log https://x.example/a with b.log https://x.example/b> see": {
			Person: "ana", Place: "#desk", Under: "INC-1", Text: "see",
			Files: []talk.File{{Name: "a.log", URL: "https://x.example/a"}, {Name: "b.log", URL: "https://x.example/b"}},
		},
		"ana in #desk from https://x.example/9> it broke":             {Person: "ana", Place: "#desk", From: "https://x.example/9", Text: "it broke"},
		"ana from https://x.example/9 with a https://x.example/a> it": {Person: "ana", From: "https://x.example/9", Text: "it", Files: []talk.File{{Name: "a", URL: "https://x.example/a"}}},
	} {
		got, err := talk.Parse(line)
		if err != nil || got.Kind != talk.Speech || !reflect.DeepEqual(got.Said, want) {
			t.Errorf("%q is read as %+v (%v), want %+v", line, got, err, want)
		}
	}
	for _, line := range []string{
		"ana in #desk under> hello", "ana in #desk with a.log> hello", "ana under INC-1 in #desk> hello", "ana in #desk shouts> hello",
		"ana in #desk edits under INC-1> hello", "bot under INC-1> hello",
	} {
		if got, err := talk.Parse(line); err == nil {
			t.Errorf("%q is read as %+v", line, got)
		}
	}
	quoted, err := talk.Parse(`ana in #desk under INC-1> """`)
	if err != nil || quoted.Kind != talk.Quote || quoted.Under != "INC-1" {
		t.Errorf("a text of many lines under a card is read as %+v (%v)", quoted, err)
	}
}
