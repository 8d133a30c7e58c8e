package teams_test

import (
	"bytes"
	"os"
	"testing"

	"example.com/firstcall/adapters/surfacetest"
	"example.com/firstcall/bot/talk"
)

// elsewhere are the talks that nobody can have in Teams line by line, and why.
var elsewhere = map[string]string{
	"thread_private":         "has threads in private, and a chat in Teams has none",
	"thread_edits_and_files": "has files in a channel, of which Teams tells no bot; withoutFiles has the rest",
	"open_from_message":      "has files in a channel, of which Teams tells no bot; withoutFiles has the rest",
}

// instead is what people do in Teams where a line of a talk names a question that
// the card doesn't show at that moment: they go back to it, or change the answer
// at the end.
var instead = map[string]map[string][]string{
	"open_product_search": {"product: intune": {"back", "intune"}},
	"bad_dates":           {"since: 3 days ago": {"back", "3 days ago"}},
	"bad_lookalikes":      {"severity: C": {"no", "2", "severity: C"}},
}

// TestTalks plays the talks of every surface in Teams: what the bot says to
// people and in places is what it says on a terminal.
func TestTalks(t *testing.T) {
	for _, path := range surfacetest.TalkPaths(t) {
		talk := surfacetest.TalkName(path)
		if elsewhere[talk] != "" {
			continue
		}
		t.Run(talk, func(t *testing.T) {
			t.Parallel()
			playTalk(t, path, func(w *world) { w.Instead = instead[talk] })
		})
	}
}

// Every exception is a talk that there is.
func TestElsewhere(t *testing.T) { surfacetest.CheckExceptions(t, elsewhere) }

// TestTalksInGroupChats plays some of them where places are group chats, which
// have no threads.
func TestTalksInGroupChats(t *testing.T) {
	for _, talk := range []string{"life_to_the_end", "open_step_by_step_ja", "life_ladder_climbed", "digest_daily", "event_place"} {
		t.Run(talk, func(t *testing.T) {
			t.Parallel()
			playTalk(t, surfacetest.Talks+"/"+talk+".talk", func(w *world) { w.kind, w.Groups = "_groups", true })
		})
	}
}

// TestTalksWithTwoProcesses plays some of them with two processes on one
// database, which take in turn what comes in: the one that is told of a press
// isn't the one that showed the button.
func TestTalksWithTwoProcesses(t *testing.T) {
	for _, talk := range []string{"life_to_the_end", "life_two_people_at_once", "open_step_by_step", "life_rights"} {
		t.Run(talk, func(t *testing.T) {
			t.Parallel()
			playTalk(t, surfacetest.Talks+"/"+talk+".talk", func(w *world) { w.twice = true })
		})
	}
}

// withoutFiles are the talks in which people share files in a channel, of which
// Teams tells no bot, with what is taken out of their scripts for it.
var withoutFiles = map[string][]surfacetest.Edit{
	"open_from_message": {{` with screen\.png \S+>`, ">"}, {`^ +screen\.png: .*\n`, ""}},
	"thread_edits_and_files": {
		{`^ana .* with screen\.png .*\nbot .*\n(    .*\n)*`, ""}, {` with trace\.log \S+ with "bad" \S+>`, ">"}, {`^    Attached: .*\n`, ""},
	},
}

// TestTalksWithoutFiles plays the talks of files for all that is in them besides.
func TestTalksWithoutFiles(t *testing.T) {
	for talk, edits := range withoutFiles {
		t.Run(talk, func(t *testing.T) {
			t.Parallel()
			playScript(t, surfacetest.Edited(t, talk, edits))
		})
	}
}

func playTalk(t *testing.T, path string, with ...func(*world)) {
	t.Helper()
	script, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	playScript(t, script, with...)
}

func playScript(t *testing.T, want []byte, with ...func(*world)) {
	t.Helper()
	w := newWorld(t, string(want), "", with...)
	if err := talk.Play(t.Context(), bytes.NewReader(want), w.stage()); err != nil {
		t.Fatalf("%v\n%s\n--- played until then\n%s", err, w.faults.String(), w.out)
	}
	if faults := w.faults.String(); faults != "" {
		t.Errorf("faults were logged:\n%s", faults)
	}
	if diff := surfacetest.Difference(string(want), w.out.String()); diff != "" {
		t.Errorf("it went differently (- script, + Teams):\n%s", diff)
	}
}
