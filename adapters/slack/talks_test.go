package slack_test

import (
	"bytes"
	"os"
	"testing"

	"example.com/firstcall/adapters/surfacetest"
	"example.com/firstcall/bot/talk"
	"example.com/firstcall/bot/words"
)

// elsewhere are the talks that no window of Slack's can play line by line, and why.
var elsewhere = map[string]string{
	"open_product_search": "goes back to a product, which a window shows together with what was found; reworded has the rest",
	"open_by_engineer":    "names a contact whose number is looked up; a window asks for it before it is sent",
	"open_stumbles":       "hears of a wrong date before the next question; a window's text is read when it is sent",
	"bad_dates":           "hears of a wrong date before the next question; a window's text is read when it is sent",
	"bad_input_ja":        "hears of a wrong date before the next question; a window's text is read when it is sent",
	"bad_input_zh":        "hears of a wrong date before the next question; a window's text is read when it is sent",
	"bad_contacts":        "hears of a wrong contact before the next question; a window's text is read when it is sent",
}

// TestTalks plays the talks of every surface in Slack, over signed HTTP and
// over Socket Mode: what the bot says to people and in places is what it says
// on a terminal.
func TestTalks(t *testing.T) {
	for name, socket := range map[string]bool{"HTTP": false, "Socket": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, path := range surfacetest.TalkPaths(t) {
				name := surfacetest.TalkName(path)
				if elsewhere[name] != "" {
					continue
				}
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					playTalk(t, path, socket)
				})
			}
		})
	}
}

// reworded are talks with what people do in a window in place of going back.
var reworded = map[string][]surfacetest.Edit{
	"open_product_search": {
		{`^ana in #contoso> back\nbot .*\n(    .*\n)*`, ""}, {`> azure$`, "> product: azure"}, {`> xyzzyplugh$`, "> product: xyzzyplugh"},
	},
}

// TestTalksReworded plays them.
func TestTalksReworded(t *testing.T) {
	for name, edits := range reworded {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			playScript(t, surfacetest.Edited(t, name, edits), false)
		})
	}
}

func playTalk(t *testing.T, path string, socket bool) {
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	playScript(t, want, socket)
}

func playScript(t *testing.T, want []byte, socket bool) {
	t.Helper()
	w := newWorld(t, string(want), socket)
	if err := talk.Play(t.Context(), bytes.NewReader(want), w.stage()); err != nil {
		t.Fatalf("%v\n%s\n--- played until then\n%s", err, w.faults.String(), w.out)
	}
	if faults := w.faults.String(); faults != "" {
		t.Errorf("faults were logged:\n%s", faults)
	}
	for name, user := range w.users {
		if told := w.Warnings(user); len(told) > 0 {
			t.Errorf("Slack itself told %s %q", name, told)
		}
	}
	// A window that is closed says nothing.
	if diff := surfacetest.Difference(string(want), w.out.String(), (*words.Words).NothingDone); diff != "" {
		t.Errorf("it went differently (- script, + Slack):\n%s", diff)
	}
}
