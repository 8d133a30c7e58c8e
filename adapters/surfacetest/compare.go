package surfacetest

import (
	"regexp"
	"slices"
	"strings"

	"example.com/firstcall/bot/words"
)

// Stays begins what a surface writes down where it offers no way to do what a
// line of a talk says, as a card with options has none to type a word: the same
// question is still there. Of what the script's bot answers, only what comes
// before that question is left out then.
const Stays = "\x1f"

// Difference shows where what was played parts from its script, with some lines
// before; "" when they are the same. Unsaid are sentences that the surface shows
// by its look alone.
func Difference(script, played string, unsaid ...func(*words.Words) words.Text) string {
	want, got := utterances(neutral(script, unsaid)), utterances(neutral(played, unsaid))
	for i, said := range got {
		if len(said) == 0 || !strings.Contains(said[0], Stays) {
			continue
		}
		prompt, first, _ := strings.Cut(said[0], Stays)
		got[i] = append([]string{prompt + first}, said[1:]...)
		if i < len(want) && strings.HasPrefix(want[i][0], prompt) {
			asked := slices.Clone(want[i])
			asked[0] = strings.TrimPrefix(asked[0], prompt)
			if n := len(asked) - len(said); n > 0 {
				asked = asked[n:]
				asked[0] = strings.TrimPrefix(asked[0], indent)
			}
			asked[0] = prompt + asked[0]
			want[i] = asked
		}
	}
	return LineDiff(joined(want), joined(got))
}

const indent = "    "

// utterances are a script's lines, each with those that go on with it.
func utterances(script string) (all [][]string) {
	for l := range strings.Lines(script) {
		l = strings.TrimSuffix(l, "\n")
		if n := len(all) - 1; n >= 0 && strings.HasPrefix(l, indent) && strings.HasPrefix(all[n][0], "bot ") {
			all[n] = append(all[n], l)
			continue
		}
		all = append(all, []string{l})
	}
	return all
}

func joined(all [][]string) string {
	var out strings.Builder
	for _, said := range all {
		for _, l := range said {
			out.WriteString(l + "\n")
		}
	}
	return out.String()
}

var (
	numbered = regexp.MustCompile(`^    \d+\. `)
	colon    = regexp.MustCompile(` *[:：] *`)
	help     = regexp.MustCompile(` *[:：] *| — `)
	spoken   = regexp.MustCompile(`^bot to [a-z]+> (.*)$`)
)

// neutral leaves of a talk what every surface shows. How far a line is
// indented, and which colon parts a label from its value, is a terminal's
// affair; an option is what stands before its first colon, as its meaning is
// shown apart or smaller elsewhere; and a surface with buttons says nothing
// about typing.
func neutral(script string, unsaid []func(*words.Words) words.Text) string {
	var out strings.Builder
	option, said := false, false
	for l := range strings.Lines(script) {
		if said = strings.HasPrefix(l, "bot ") || said && strings.HasPrefix(l, indent); !said {
			option = false
			out.WriteString(l)
			continue
		}
		l = withoutTyping(strings.TrimRight(l, "\n"), unsaid)
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
		if rest, is := strings.CutPrefix(l, indent); is {
			l = indent + strings.TrimLeft(rest, " ")
		}
		out.WriteString(colon.ReplaceAllString(l, ": ") + "\n")
	}
	return out.String()
}

// withoutTyping leaves out what is said about typing, "" where that is all.
func withoutTyping(l string, unsaid []func(*words.Words) words.Text) string {
	for _, lang := range words.Languages() {
		w := words.In(lang)
		l = strings.TrimSuffix(l, " "+string(w.ConsoleOptional()))
		if even(strings.TrimSpace(l)) == even(string(w.SummaryConfirm())) {
			return ""
		}
		m := spoken.FindStringSubmatch(l)
		for _, say := range append(unsaid, (*words.Words).NotOpenYet) {
			if m != nil && m[1] == string(say(w)) {
				return ""
			}
		}
	}
	return l
}

func even(s string) string { return colon.ReplaceAllString(s, ": ") }

// LineDiff shows where two texts part, with some lines before; "" when they are
// the same.
func LineDiff(want, got string) string {
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
