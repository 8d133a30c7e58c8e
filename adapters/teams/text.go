package teams

import (
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"example.com/firstcall/bot/words"
)

// A TextBlock and the value of a Fact are read as Markdown, and dates in braces
// become the reader's own. Whatever is said goes through escape there, once: our
// sentences too, since people's words are inside them. Labels, titles of buttons
// and choices, summaries and plain texts go through neutral.

// readerIn is who reads a message: its language, and its zone by IANA name, UTC
// where that is unknown.
func readerIn(lang, zone string) words.Reader {
	at, known := zones.Load(zone)
	if !known {
		loaded, err := time.LoadLocation(zone)
		if err != nil {
			return readerAt(lang, time.UTC)
		}
		at = loaded
		zones.Store(zone, at)
	}
	return readerAt(lang, at.(*time.Location))
}

// readerAt is who reads in a zone. Teams has no commands with a slash: a mention
// of the bot begins one, in private too.
func readerAt(lang string, zone *time.Location) words.Reader {
	return words.Reader{Lang: lang, Zone: zone, Brief: true, Mentions: true}
}

// zones are those that were read once: as many as there are, at most.
var zones sync.Map

// span is a stretch of a line, or a moment.
type span struct {
	text string    // of a moment: how it reads where Teams doesn't show it, with its zone
	at   time.Time // of a moment; zero: a text
}

// line is what stands on one line; it is never empty.
type line []span

// linesOf renders a text line by line; empty lines are left out. Moments stay,
// for Teams to show in the reader's zone; lengths of time are worked out at now.
func linesOf(t words.Text, r words.Reader, now time.Time) []line {
	var out []line
	var l line
	end := func() {
		if l = l.trimmed(); len(l) > 0 {
			out = append(out, l)
		}
		l = nil
	}
	for p := range t.Parts() {
		text := words.Clean(p.Render(r, now))
		if p.Kind == words.Instant && p.At.Unix() > 0 && p.At.Year() <= 9999 {
			l = append(l, span{text, p.At.UTC()})
			continue
		}
		for n, piece := range strings.Split(text, "\n") {
			if n > 0 {
				end()
			}
			l = l.with(strings.ReplaceAll(piece, "\t", " "))
		}
	}
	end()
	return out
}

func (l line) with(text string) line {
	if text == "" {
		return l
	}
	if n := len(l); n > 0 && l[n-1].at.IsZero() {
		l[n-1].text += text
		return l
	}
	return append(l, span{text: text})
}

func (l line) trimmed() line {
	for len(l) > 0 && l[0].at.IsZero() {
		if l[0].text = strings.TrimLeftFunc(l[0].text, unicode.IsSpace); l[0].text != "" {
			break
		}
		l = l[1:]
	}
	for n := len(l) - 1; n >= 0 && l[n].at.IsZero(); n-- {
		if l[n].text = strings.TrimRightFunc(l[n].text, unicode.IsSpace); l[n].text != "" {
			break
		}
		l = l[:n]
	}
	return l
}

// plain is the line in words.
func (l line) plain() string {
	var b strings.Builder
	for _, s := range l {
		b.WriteString(s.text)
	}
	return b.String()
}

// markdown is the line as a TextBlock shows it: moments as the reader's own date
// and time, which the client puts in.
func (l line) markdown() string {
	var b strings.Builder
	for n, s := range l {
		if s.at.IsZero() {
			escape(&b, s.text, n == 0)
			continue
		}
		at := s.at.Format("2006-01-02T15:04:05Z")
		b.WriteString("{{DATE(" + at + ", SHORT)}} {{TIME(" + at + ")}}")
	}
	return b.String()
}

// split cuts a line before byte n of the text of span i.
func (l line) split(i, n int) (before, after line) {
	before = append(before, l[:i]...)
	head, tail := l[i], l[i]
	head.text, tail.text = head.text[:n], tail.text[n:]
	return append(before, head).trimmed(), append(line{tail}, l[i+1:]...).trimmed()
}

// separator stands between the parts of a card's headline, in every language.
const separator = " · "

// state splits a card's headline into what it is about and how it stands, which
// is its last part; a headline of fewer than three parts is left whole.
func (l line) state() (about, state line) {
	at, n, count := -1, 0, 0
	for i, s := range l {
		if !s.at.IsZero() {
			continue
		}
		count += strings.Count(s.text, separator)
		if found := strings.LastIndex(s.text, separator); found >= 0 {
			at, n = i, found
		}
	}
	if count < 2 {
		return l, nil
	}
	about, state = l.split(at, n)
	if state[0].at.IsZero() {
		state[0].text = strings.TrimPrefix(state[0].text, strings.TrimLeft(separator, " "))
	}
	return about, state.trimmed()
}

// colonShape is a colon that ends what a line is about; those in times of day don't.
var colonShape = regexp.MustCompile(`:( |$)|：`)

// lead splits off what a line is about, up to its first colon; nil where there
// is none within so many columns of a terminal, or nothing after it.
func (l line) lead(most int) (lead, rest line) {
	used := 0
	for i, s := range l {
		if at := colonShape.FindStringIndex(s.text); at != nil && s.at.IsZero() {
			if i == 0 && at[0] == 0 || used+words.Width(s.text[:at[0]]) > most {
				return nil, l
			}
			if lead, rest = l.split(i, at[1]); len(rest) > 0 {
				return lead, rest
			}
			return nil, l
		}
		if used += words.Width(s.text); used > most {
			break
		}
	}
	return nil, l
}

// cutLines keeps so many lines and characters at most, and says whether that
// lost any.
func cutLines(lines []line, most, chars int) (kept []line, lost bool) {
	for _, l := range lines {
		if len(kept) == most || chars <= 0 {
			return kept, true
		}
		for i, s := range l {
			n := utf8.RuneCountInString(s.text)
			if n <= chars {
				chars -= n
				continue
			}
			short := append(line(nil), l[:i]...)
			if s.at.IsZero() {
				text, _ := words.Cut(s.text, chars)
				short = short.with(text)
			}
			if short = short.trimmed(); len(short) > 0 {
				kept = append(kept, short)
			}
			return kept, true
		}
		kept = append(kept, l)
	}
	return kept, false
}

// escape writes a text so that a card's Markdown shows it as it is: nothing in
// it becomes bold, a list, a link, a picture, HTML or a date. What means nothing
// where it stands stays, since not every client reads escapes alike.
// https://spec.commonmark.org/0.31.2/#backslash-escapes
func escape(b *strings.Builder, s string, begins bool) {
	if begins {
		s = escapeBeginning(b, s)
	}
	before := rune(0)
	for i, r := range s {
		next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
		if i+utf8.RuneLen(r) == len(s) {
			next = 0
		}
		switch {
		case strings.ContainsRune("*`[]~", r),
			r == '_' && !(wordly(before) && wordly(next)),
			r == '\\' && (next == 0 || next < utf8.RuneSelf && (unicode.IsPunct(next) || unicode.IsSymbol(next))),
			r == '{' && (before == 0 || next == 0 || before == '{' || next == '{'),
			r == '!' && (next == '[' || next == 0):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '&' && (next == '#' || next == 0 || unicode.IsLetter(next)):
			b.WriteString("&amp;")
		case r == '<' && (next == '/' || next == '!' || next == '?' || next == 0 || unicode.IsLetter(next)):
			b.WriteString("&lt;")
		default:
			b.WriteRune(r)
		}
		before = r
	}
}

func wordly(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// lineMark is what makes a heading, a quote, a rule or a list of a line.
var lineMark = regexp.MustCompile(`^(#|>|[-+=]|[0-9]{1,9}[.)])`)

// escapeBeginning takes the meaning from the beginning of a line, and returns
// the rest of it.
func escapeBeginning(b *strings.Builder, s string) string {
	mark := lineMark.FindString(s)
	if mark == "" {
		return s
	}
	b.WriteString(mark[:len(mark)-1] + `\` + mark[len(mark)-1:])
	return s[len(mark):]
}

// calls are what a client may act on even in a plain text: dates in braces,
// mentions, and links written as Markdown.
var calls = regexp.MustCompile(`(?i)\{\{|</?at|\]\(`)

// neutral is a text for where nothing is read as Markdown and nothing can be
// escaped: an invisible space breaks what a client could still act on.
func neutral(s string) string {
	s = words.Clean(s)
	for strings.ContainsAny(s, "{<]") && calls.MatchString(s) { // three braces are two pairs
		s = calls.ReplaceAllStringFunc(s, func(m string) string { return m[:1] + "\u200b" + m[1:] })
	}
	return s
}

// label is a neutral text on one line, or fallback where it would be empty.
func label(s, fallback string, most int) string {
	for _, text := range []string{s, fallback} {
		if text, _ = words.Cut(words.Line(text), most); strings.TrimSpace(text) != "" {
			return neutral(text)
		}
	}
	return "…"
}

// readable says whether a text stays what it is also where Markdown may be read.
func readable(s string) bool {
	var b strings.Builder
	escape(&b, s, true)
	return b.String() == s && neutral(s) == s
}
