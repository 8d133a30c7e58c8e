package slack_test

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

// elsewhere are the talks that no window of Slack's can play line by line, and why.
var elsewhere = map[string]string{
	"open_back_and_change": "goes a question back, and a window shows all its questions",
	"open_product_search":  "goes a question back, and a window shows all its questions",
	"open_by_engineer":     "names a contact whose number is looked up; a window asks for it before it is sent",
	"bad_contacts":         "types words where a window offers options",
	"bad_dates":            "hears of a wrong date before the next question; a window's text is read when it is sent",
	"bad_input_ja":         "hears of a wrong date before the next question; a window's text is read when it is sent",
	"bad_input_zh":         "hears of a wrong date before the next question; a window's text is read when it is sent",
	"open_stumbles":        "asks for help, and types words where a window offers options",
	"open_stumbles_ja":     "names another question where a window offers options",
	"open_stumbles_zh":     "names another question where a window offers options",
}

// TestTalks plays the talks of every surface in Slack, over signed HTTP and
// over Socket Mode: what the bot says to people and in places is what it says
// on a terminal.
func TestTalks(t *testing.T) {
	paths, err := filepath.Glob(talksFolder + "/*.talk")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no talks (%v)", err)
	}
	for name, socket := range map[string]bool{"HTTP": false, "Socket": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, path := range paths {
				name := strings.TrimSuffix(filepath.Base(path), ".talk")
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

func playTalk(t *testing.T, path string, socket bool) {
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
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
	if diff := lineDiff(neutral(string(want)), neutral(w.out.String())); diff != "" {
		t.Errorf("it went differently (- script, + Slack):\n%s", diff)
	}
}

var (
	numbered = regexp.MustCompile(`^    \d+\. `)
	colon    = regexp.MustCompile(` *[:：] *`)
)

// neutral leaves of a talk what every surface shows. How far a line is
// indented, and which colon parts a label from its value, is a terminal's
// affair; an option is what stands before its first colon, as Slack shows the
// rest smaller, and in full only once it is chosen; and a surface with buttons
// says nothing about typing.
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
			if at := colon.FindStringIndex(l); at != nil {
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

// closed is how a terminal says that nothing was done; a window that is closed says nothing.
var closed = regexp.MustCompile(`^bot to [a-z]+> (.*)$`)

// withoutTyping leaves out what is said about typing, "" where that is all.
func withoutTyping(l string) string {
	for _, lang := range words.Languages() {
		w := words.In(lang)
		l = strings.TrimSuffix(l, " "+string(w.ConsoleOptional()))
		m := closed.FindStringSubmatch(l)
		if strings.TrimSpace(l) == string(w.SummaryConfirm()) || m != nil && m[1] == string(w.NothingDone()) {
			return ""
		}
	}
	return l
}

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
