package slack

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	api "github.com/slack-go/slack"

	"example.com/firstcall/bot/words"
)

// What people wrote reaches Slack only where nothing is read into it: in
// plain_text, in the text parts of rich_text, or escaped in mrkdwn that is
// verbatim. Our own sentences go the same way, since theirs are inside them.

// dateFormat is how Slack shows a moment in the zone and language of whoever looks at it.
const dateFormat = "{date_short_pretty} {time}"

// readerIn is who reads a message: its language, and its zone by IANA name,
// UTC where that is unknown.
func readerIn(lang, zone string) words.Reader {
	if known, ok := zones.Load(zone); ok {
		return words.Reader{Lang: lang, Zone: known.(*time.Location), Brief: true}
	}
	at, err := time.LoadLocation(zone)
	if err != nil {
		at = time.UTC
	} else {
		zones.Store(zone, at)
	}
	return words.Reader{Lang: lang, Zone: at, Brief: true}
}

// zones are those that were read once: as many as there are, at most.
var zones sync.Map

// run is a stretch of a text in one look, or a moment.
type run struct {
	text string // of a moment: how it reads where Slack can't show it, with its zone
	at   int64  // Unix seconds of a moment; 0: a text
	bold bool
}

// runsOf renders a text. Moments stay, for Slack to show; lengths of time are
// worked out at now.
func runsOf(t words.Text, r words.Reader, now time.Time) []run {
	var out []run
	for p := range t.Parts() {
		text := words.Clean(p.Render(r, now))
		switch {
		case text == "":
		case p.Kind == words.Instant && p.At.Unix() > 0 && p.At.Year() <= 9999:
			out = append(out, run{text: text, at: p.At.Unix()})
		case len(out) > 0 && out[len(out)-1].at == 0:
			out[len(out)-1].text += text
		default:
			out = append(out, run{text: text})
		}
	}
	return trimRuns(out)
}

func trimRuns(runs []run) []run {
	for len(runs) > 0 && runs[0].at == 0 {
		if runs[0].text = strings.TrimLeft(runs[0].text, " \t\n"); runs[0].text != "" {
			break
		}
		runs = runs[1:]
	}
	for n := len(runs) - 1; n >= 0 && runs[n].at == 0; n-- {
		if runs[n].text = strings.TrimRight(runs[n].text, " \t\n"); runs[n].text != "" {
			break
		}
		runs = runs[:n]
	}
	return runs
}

// spell is what runs say where moments can't be shown by Slack.
func spell(runs []run) string {
	var b strings.Builder
	for _, r := range runs {
		b.WriteString(r.text)
	}
	return b.String()
}

// joined puts neighbours of one look together.
func joined(runs []run) []run {
	var out []run
	for _, r := range runs {
		if n := len(out); n > 0 && r.at == 0 && out[n-1].at == 0 && out[n-1].bold == r.bold {
			out[n-1].text += r.text
			continue
		}
		out = append(out, r)
	}
	return out
}

// splitAt cuts runs before byte n of the text of run i.
func splitAt(runs []run, i, n int) (before, after []run) {
	before = append(before, runs[:i]...)
	if n > 0 {
		head := runs[i]
		head.text = head.text[:n]
		before = append(before, head)
	}
	if n < len(runs[i].text) {
		tail := runs[i]
		tail.text = tail.text[n:]
		after = append(after, tail)
	}
	return before, append(after, runs[i+1:]...)
}

// firstLine takes the first line off; its end is lost.
func firstLine(runs []run) (line, rest []run) {
	for i := range runs {
		if n := strings.IndexByte(runs[i].text, '\n'); n >= 0 && runs[i].at == 0 {
			line, rest = splitAt(runs, i, n)
			rest[0].text = rest[0].text[1:]
			return line, rest
		}
	}
	return runs, nil
}

func bolden(runs []run) []run {
	out := make([]run, len(runs))
	for i, r := range runs {
		r.bold = true
		out[i] = r
	}
	return out
}

// leadOf is the part of a line that says what it is about, up to its first
// colon; nil when there is none within so many columns of a terminal.
func leadOf(line []run, most int) (lead, rest []run) {
	used := 0
	for i, r := range line {
		if at := colonShape.FindStringIndex(r.text); at != nil && r.at == 0 {
			if i == 0 && at[0] == 0 || used+words.Width(r.text[:at[0]]) > most {
				return nil, line
			}
			return splitAt(line, i, at[0]+len(strings.TrimRight(r.text[at[0]:at[1]], " ")))
		}
		if used += words.Width(r.text); used > most {
			break
		}
	}
	return nil, line
}

// colonShape is a colon that ends a lead; those in times of day don't.
var colonShape = regexp.MustCompile(`:( |$)|：`)

// cutRuns keeps so many characters at most, and says whether that lost any.
func cutRuns(runs []run, most int) ([]run, bool) {
	for i, r := range runs {
		n := utf8.RuneCountInString(r.text)
		if n <= most {
			most -= n
			continue
		}
		out := append([]run(nil), runs[:i]...)
		if r.at == 0 {
			r.text, _ = words.Cut(r.text, most)
		} else {
			r = run{text: "…"}
		}
		if r.text != "" {
			out = append(out, r)
		}
		return out, true
	}
	return runs, false
}

// richText makes blocks of runs: as many as their length needs, cut between
// lines where that can be.
func richText(runs []run) []api.Block {
	var out []api.Block
	runs = joined(runs)
	for len(runs) > 0 {
		var piece []run
		piece, runs = pieceOf(runs, maxRichText)
		section := api.NewRichTextSection()
		for _, r := range piece {
			var style *api.RichTextSectionTextStyle
			if r.bold {
				style = &api.RichTextSectionTextStyle{Bold: true}
			}
			if r.at == 0 {
				section.Elements = append(section.Elements, api.NewRichTextSectionTextElement(r.text, style))
				continue
			}
			fallback := r.text
			date := api.NewRichTextSectionDateElement(r.at, dateFormat, nil, &fallback)
			date.Style = style
			section.Elements = append(section.Elements, date)
		}
		if len(section.Elements) > 0 {
			out = append(out, api.NewRichTextBlock("", section))
		}
	}
	return out
}

// pieceOf takes what fits into one block off the runs.
func pieceOf(runs []run, most int) (piece, rest []run) {
	used, lineAt, lineEnd := 0, -1, 0 // the last line end that fits
	for i, r := range runs {
		n := utf8.RuneCountInString(r.text)
		if used+n > most || i == maxRichParts {
			switch within := ""; {
			case r.at == 0 && i < maxRichParts:
				if within = cutHard(r.text, most-used); strings.Contains(within, "\n") {
					lineAt, lineEnd = i, strings.LastIndexByte(within, '\n')
				}
				if lineAt >= 0 {
					break
				}
				piece, rest = splitAt(runs, i, len(within))
				return piece, rest
			case lineAt < 0:
				return runs[:i], runs[i:]
			}
			piece, rest = splitAt(runs, lineAt, lineEnd)
			return piece, trimRuns(rest)
		}
		if at := strings.LastIndexByte(r.text, '\n'); at >= 0 && r.at == 0 && (i > 0 || at > 0) {
			lineAt, lineEnd = i, at
		}
		used += n
	}
	return runs, nil
}

// cutHard is the first so many characters.
func cutHard(s string, most int) string {
	for i := range s {
		if most == 0 {
			return s[:i]
		}
		most--
	}
	return s
}

// cutWords is like words.Cut, between words where there are some.
func cutWords(s string, most int) string {
	short, cut := words.Cut(s, most)
	if at := strings.LastIndexByte(short, ' '); cut && at > len(short)/2 {
		return strings.TrimRight(short[:at], " ,;.") + "…"
	}
	return short
}

// mrkdwn writes runs in Slack's markup. None of their characters means
// anything in it: see plainIn.
func mrkdwn(runs []run) string {
	var b strings.Builder
	for _, r := range runs {
		if r.at == 0 {
			b.WriteString(escape(r.text))
			continue
		}
		b.WriteString("<!date^" + strconv.FormatInt(r.at, 10) + "^" + dateFormat + "|" + escape(strings.ReplaceAll(r.text, "|", "/")) + ">")
	}
	return b.String()
}

// escape makes the characters that Slack reads as control what they are. It is
// the only place that does, and nothing goes through it twice.
func escape(s string) string { return escapes.Replace(s) }

var escapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

var emojiShape = regexp.MustCompile(`:[a-z0-9_+'-]+:`)

// plainIn says whether a text stays what it is when it stands in mrkdwn: Slack
// has no way to escape what makes bold, code, quotes or emoji.
func plainIn(s string) bool {
	return !strings.ContainsAny(s, "*_~`\n\t") && !strings.HasPrefix(s, ">") && !emojiShape.MatchString(s)
}

// plainObject is a text in which nothing is read; nil for an empty one.
func plainObject(s string, most int) *api.TextBlockObject {
	s = strings.TrimSpace(words.Clean(s))
	if s == "" {
		return nil
	}
	s, _ = words.Cut(s, most)
	literal := false
	return &api.TextBlockObject{Type: api.PlainTextType, Text: s, Emoji: &literal}
}

// label is like plainObject, on one line; or fallback where there would be none.
func label(s, fallback string, most int) *api.TextBlockObject {
	for _, text := range []string{s, fallback} {
		if o := plainObject(words.Line(text), most); o != nil {
			return o
		}
	}
	return plainObject("…", most)
}

// small is small print below something.
func small(s string) api.Block {
	if o := plainObject(s, maxSmall); o != nil {
		return api.NewContextBlock("", o)
	}
	return nil
}
