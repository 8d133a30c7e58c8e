package bot_test

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/adapters/console"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/talk"
)

const opened = `ana in #contoso> /incident Checkout on virtual machines is down in production since 9:50, sev C
ana in #contoso> Shop (production)
ana in #contoso> One page is affected.
ana in #contoso> yes
`

// whoAndWhen is before what somebody said; when is of no matter here.
var whoAndWhen = regexp.MustCompile(`Ana Weber \(Contoso\), (edited )?.*? UTC: `)

// Events about what was said may come twice, late and in any order, and of
// messages that nobody told us of: the engineers read what people see.
func TestWhatWasSaidInAnyOrder(t *testing.T) {
	var out bytes.Buffer
	stage, faults := newStage(t, "", &out)
	terminal := stage.Surface.(*console.Terminal)
	if err := talk.Play(t.Context(), strings.NewReader(opened), stage); err != nil {
		t.Fatal(err)
	}
	// What the terminal makes of a word under the card tells the card's id.
	var under bot.Event
	handle := terminal.Handle
	terminal.Handle = func(ctx context.Context, e bot.Event) (bot.Reply, error) {
		under = e
		return bot.Reply{}, nil
	}
	if err := terminal.Say(t.Context(), talk.Said{Person: "ana", Place: "#contoso", Under: "INC-1", Text: "x"}); err != nil {
		t.Fatal(err)
	}
	now := stage.Clock.Now()
	tell := func(kind bot.EventKind, message, text string, after time.Duration, change func(*bot.Event)) {
		t.Helper()
		e := under
		e.Kind, e.Message, e.Text, e.At = kind, message, text, now.Add(after)
		e.Key = fmt.Sprint(kind, message, text, after)
		if change != nil {
			change(&e)
		}
		if r, err := handle(t.Context(), e); err != nil || r.Text != "" || r.Form != nil {
			t.Fatalf("%s %s was answered with %q (%v)", kind, message, r.Text, err)
		}
		if err := stage.Do(t.Context(), talk.Line{Kind: talk.Wait}); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		name string
		do   func(m string)
		want string // what the engineers read, from first to last
	}{
		{"edited before it was said", func(m string) {
			tell(bot.Reworded, m, "two", 2*time.Minute, nil)
			tell(bot.Said, m, "one", time.Minute, nil)
		}, "edited two"},
		{"removed before it was said", func(m string) {
			tell(bot.Retracted, m, "", 2*time.Minute, nil)
			tell(bot.Said, m, "one", time.Minute, nil)
			tell(bot.Reworded, m, "two", 3*time.Minute, nil)
		}, ""},
		{"an old edit after a new one, and all of it twice", func(m string) {
			for range 2 {
				tell(bot.Said, m, "one", time.Minute, nil)
				tell(bot.Reworded, m, "three", 3*time.Minute, nil)
				tell(bot.Reworded, m, "two", 2*time.Minute, nil)
			}
		}, "one|(edited) edited three"},
		{"an edit of the same instant, under another key", func(m string) {
			tell(bot.Said, m, "one", 0, nil)
			tell(bot.Reworded, m, "two", 0, nil)
			tell(bot.Said, m, "one", 0, func(e *bot.Event) { e.Key += "again" })
		}, "one|(edited) edited two"},
		{"removed by nobody knows whom, two hours late", func(m string) {
			tell(bot.Said, m, "one", -2*time.Hour, nil)
			tell(bot.Retracted, m, "", -2*time.Hour, func(e *bot.Event) { e.Person = "" })
		}, "one|(edited) (removed)"},
		{"of a message that nobody told us of", func(m string) {
			tell(bot.Reworded, m, "two", 0, nil)
			tell(bot.Retracted, m, "", 0, nil)
		}, ""},
		{"under something that is no incident's card, in another place, or nowhere", func(m string) {
			for _, kind := range []bot.EventKind{bot.Said, bot.Reworded, bot.Retracted} {
				tell(kind, m, "hello", 0, func(e *bot.Event) { e.Thread, e.Key = "no such", e.Key+"1" })
				tell(kind, m, "hello", 0, func(e *bot.Event) { e.Place, e.Key = "#random", e.Key+"2" })
				tell(kind, m, "hello", 0, func(e *bot.Event) { e.Place, e.Person, e.Key = "#sakura", "yuki", e.Key+"3" })
			}
			tell(bot.Reworded, m, "hello", 0, func(e *bot.Event) { e.Place, e.Person, e.Key = "", "", e.Key+"4" })
			tell(bot.Said, m, " ", 0, nil)
		}, ""},
	} {
		out.Reset()
		tc.do(tc.name)
		var got []string
		for line := range strings.Lines(out.String()) {
			if said, ok := strings.CutPrefix(strings.TrimSpace(line), "bot in #engineers> "); ok {
				got = append(got, whoAndWhen.ReplaceAllString(said, "$1"))
			}
		}
		if s := strings.Join(got, "|"); s != tc.want {
			t.Errorf("%s: the engineers read %q, want %q\n%s", tc.name, s, tc.want, out.String())
		}
	}
	if faults.Len() > 0 {
		t.Errorf("faults were logged:\n%s", faults)
	}
}
