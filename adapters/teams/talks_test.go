package teams_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.com/firstcall/bot/talk"
	"example.com/firstcall/bot/words"
)

// elsewhere are the talks that nobody can have in Teams line by line, and why.
var elsewhere = map[string]string{
	"thread_private":          "has threads in private, and a chat in Teams has none",
	"thread_edits_and_files":  "has files in a channel, of which Teams tells no bot",
	"open_from_message":       "has files in a channel, of which Teams tells no bot",
	"life_two_people_at_once": "answers a form over a card after somebody else changed that card, which takes the form away",
	"open_back_and_change":    "goes back from the first question, where a card has no button for it",
	"open_product_search":     "names another question, where a card offers options",
	"bad_dates":               "names another question, where a card offers options",
	"bad_lookalikes":          "names another question, where a card offers options",
	"bad_contacts":            "types words, where a card offers options",
	"bad_input_ja":            "types words, where a card offers options",
	"bad_input_zh":            "types words, where a card offers options",
	"open_stumbles":           "asks for help and types words, where a card offers options",
	"open_stumbles_ja":        "names another question, where a card offers options",
	"open_stumbles_zh":        "names another question, where a card offers options",
}

// TestTalks plays the talks of every surface in Teams: what the bot says to
// people and in places is what it says on a terminal.
func TestTalks(t *testing.T) {
	paths, err := filepath.Glob(talksFolder + "/*.talk")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no talks (%v)", err)
	}
	for _, path := range paths {
		talk := strings.TrimSuffix(filepath.Base(path), ".talk")
		if elsewhere[talk] != "" {
			continue
		}
		t.Run(talk, func(t *testing.T) {
			t.Parallel()
			playTalk(t, path)
		})
	}
}

// Every exception is a talk that there is.
func TestElsewhere(t *testing.T) {
	for name, why := range elsewhere {
		if _, err := os.Stat(talksFolder + "/" + name + ".talk"); err != nil || why == "" {
			t.Errorf("%s: %q (%v)", name, why, err)
		}
	}
}

// TestTalksInGroupChats plays some of them where places are group chats, which
// have no threads.
func TestTalksInGroupChats(t *testing.T) {
	for _, talk := range []string{"life_to_the_end", "open_step_by_step_ja", "life_ladder_climbed", "digest_daily", "event_place"} {
		t.Run(talk, func(t *testing.T) {
			t.Parallel()
			playTalk(t, talksFolder+"/"+talk+".talk", func(w *world) { w.kind, w.Groups = "_groups", true })
		})
	}
}

var (
	sharedFile = regexp.MustCompile(`(?m)^(ana in #contoso) with screen\.png \S+>`)
	fileLine   = regexp.MustCompile(`(?m)^ +screen\.png: .*\n`)
)

// TestAReportOfAMessage plays the talk in which reports are made of messages, by
// the message extension, without the one file that Teams would tell no bot of.
func TestAReportOfAMessage(t *testing.T) {
	script, err := os.ReadFile(talksFolder + "/open_from_message.talk")
	if err != nil {
		t.Fatal(err)
	}
	bare := fileLine.ReplaceAll(sharedFile.ReplaceAll(script, []byte("$1>")), nil)
	if bytes.Contains(bare, []byte("screen.png")) || len(bare) == len(script) {
		t.Fatalf("the file is still there:\n%s", bare)
	}
	playScript(t, bare)
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
	if diff := lineDiff(neutral(string(want)), neutral(w.out.String())); diff != "" {
		t.Errorf("it went differently (- script, + Teams):\n%s", diff)
	}
}

var (
	numbered = regexp.MustCompile(`^    \d+\. `)
	colon    = regexp.MustCompile(` *[:：] *`)
	help     = regexp.MustCompile(` *[:：] *| — `)
)

// neutral leaves of a talk what every surface shows. How far a line is
// indented, and which colon parts a label from its value, is a terminal's
// affair; an option is what stands before its first colon, as its meaning is
// shown apart in Teams; and a surface with buttons says nothing about typing.
func neutral(script string) string {
	var out strings.Builder
	option, said := false, false
	for l := range strings.Lines(script) {
		if said = strings.HasPrefix(l, "bot ") || said && strings.HasPrefix(l, "    "); !said {
			option = false
			out.WriteString(l)
			continue
		}
		l = withoutTyping(strings.TrimRight(l, "\n"))
		switch {
		case l == "", option && strings.HasPrefix(l, "       "):
			continue
		case numbered.MatchString(l):
			option = true
			if at := help.FindStringIndex(l); at != nil {
				l = l[:at[0]]
			}
		default:
			option = false
		}
		if rest, is := strings.CutPrefix(l, "    "); is {
			l = "    " + strings.TrimLeft(rest, " ")
		}
		out.WriteString(colon.ReplaceAllString(l, ": ") + "\n")
	}
	return out.String()
}

// withoutTyping leaves out what is said about typing, "" where that is all.
func withoutTyping(l string) string {
	for _, lang := range words.Languages() {
		w := words.In(lang)
		l = strings.TrimSuffix(l, " "+string(w.ConsoleOptional()))
		if even(strings.TrimSpace(l)) == even(string(w.SummaryConfirm())) {
			return ""
		}
	}
	return l
}

func even(s string) string { return colon.ReplaceAllString(s, ": ") }

// lineDiff shows where two texts part, with some lines before; "" when they
// are the same.
func lineDiff(want, got string) string {
	if want == got {
		return ""
	}
	a, b := strings.SplitAfter(want, "\n"), strings.SplitAfter(got, "\n")
	same := 0
	for same < len(a) && same < len(b) && a[same] == b[same] {
		same++
	}
	endA, endB := len(a), len(b)
	for endA > same && endB > same && a[endA-1] == b[endB-1] {
		endA--
		endB--
	}
	var out strings.Builder
	for _, l := range a[max(0, same-3):same] {
		out.WriteString("  " + l)
	}
	const most = 60
	for n, l := range a[same:endA] {
		if n < most {
			out.WriteString("- " + l)
		}
	}
	for n, l := range b[same:endB] {
		if n < most {
			out.WriteString("+ " + l)
		}
	}
	return out.String()
}
