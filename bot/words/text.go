package words

import (
	"iter"
	"strconv"
	"strings"
	"time"

	"example.com/firstcall/bot/words/catalog"
)

// Text is a sentence whose instants and durations are still typed: they become
// words only when it is sent, in the zone of whoever reads it. It may be stored
// and compared like any string. Inside, each of them is a token
//
//	\x02 kind seconds \x03
//
// which text from people cannot contain, because Clean removes these characters.
// A string constant may be used as a Text; text from people goes through Plain.
type Text string

// PartKind says what a part of a Text is.
type PartKind byte

// The kinds of part. An adapter escapes Literal and may show Instant by the
// platform's own means.
const (
	Literal PartKind = 0
	Instant PartKind = 'i' // a moment
	Left    PartKind = 'l' // how long until a moment, computed when sent
	Late    PartKind = 'o' // how long since a moment, computed when sent ("overdue")
	Length  PartKind = 'd' // a duration
	Command PartKind = 'c' // how people begin a command: with a verb after it, or alone, to report
)

const (
	tokenStart = '\x02'
	tokenEnd   = '\x03'
)

// Part is a stretch of a Text. Text is set for Literal, For for Length, Alone
// for Command, At for the other kinds.
type Part struct {
	Kind  PartKind
	Text  string
	At    time.Time // UTC, whole seconds; zero when the moment was unknown
	For   time.Duration
	Alone bool // no verb follows
}

// Parts yields the text from left to right.
func (t Text) Parts() iter.Seq[Part] {
	return func(yield func(Part) bool) {
		rest := string(t)
		for rest != "" {
			start := strings.IndexByte(rest, tokenStart)
			if start < 0 {
				yield(literal(rest))
				return
			}
			if start > 0 && !yield(literal(rest[:start])) {
				return
			}
			rest = rest[start+1:]
			end := strings.IndexByte(rest, tokenEnd)
			p, ok := readToken(rest[:max(end, 0)])
			if !ok {
				continue // not ours: the mark goes, the rest is literal
			}
			if !yield(p) {
				return
			}
			rest = rest[end+1:]
		}
	}
}

// literal drops the end marks that belong to no token.
func literal(s string) Part {
	if strings.IndexByte(s, tokenEnd) >= 0 {
		s = strings.ReplaceAll(s, string(tokenEnd), "")
	}
	return Part{Text: s}
}

func readToken(token string) (Part, bool) {
	if len(token) < 2 {
		return Part{}, false
	}
	seconds, err := strconv.ParseInt(token[1:], 10, 64)
	if err != nil {
		return Part{}, false
	}
	switch kind := PartKind(token[0]); kind {
	case Instant, Left, Late:
		return Part{Kind: kind, At: time.Unix(seconds, 0).UTC()}, true
	case Length:
		return Part{Kind: kind, For: time.Duration(seconds) * time.Second}, true
	case Command:
		return Part{Kind: kind, Alone: seconds == commandAlone}, true
	}
	return Part{}, false
}

func appendToken(b []byte, kind PartKind, seconds int64) []byte {
	b = append(b, tokenStart, byte(kind))
	b = strconv.AppendInt(b, seconds, 10)
	return append(b, tokenEnd)
}

func token(kind PartKind, seconds int64) Text {
	var buf [24]byte
	return Text(appendToken(buf[:0], kind, seconds))
}

// Plain makes a Text of something a person wrote.
func Plain(s string) Text { return Text(Clean(s)) }

// At is a moment on its own, for a field of a card.
func At(t time.Time) Text { return token(Instant, t.Unix()) }

// LeftUntil is how long it is until a moment, computed when sent.
func LeftUntil(t time.Time) Text { return token(Left, t.Unix()) }

// LateSince is how long a moment has passed, computed when sent.
func LateSince(t time.Time) Text { return token(Late, t.Unix()) }

// For is a duration on its own.
func For(d time.Duration) Text { return token(Length, int64(d/time.Second)) }

// Join puts texts after each other; empty ones are left out.
func Join(sep Text, texts ...Text) Text {
	var b strings.Builder
	for _, t := range texts {
		if t == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(string(sep))
		}
		b.WriteString(string(t))
	}
	return Text(b.String())
}

// Lines puts each text on a line of its own; empty ones are left out.
func Lines(texts ...Text) Text { return Join("\n", texts...) }

// List joins items the way the language lists things: "a, b" or "a、b".
func (w *Words) List(items ...Text) Text {
	if w.lang == "en" {
		return Join(", ", items...)
	}
	return Join("、", items...)
}

// Items lists what may have commas of its own: "a; b" or "a；b".
func (w *Words) Items(items ...Text) Text {
	if w.lang == "en" {
		return Join("; ", items...)
	}
	return Join("；", items...)
}

// OneOf lists what there is to choose from: "a, b or c".
func (w *Words) OneOf(items ...Text) Text {
	n := len(items) - 1
	if n < 1 {
		return w.List(items...)
	}
	or := map[string]Text{"en": " or ", "zh-Hans": "或", "ja": "または"}[w.lang]
	return Join(or, w.List(items[:n]...), items[n])
}

// Render turns the text into plain words for a reader. now is the moment of
// sending.
func (t Text) Render(r Reader, now time.Time) string {
	if strings.IndexByte(string(t), tokenStart) < 0 {
		return literal(string(t)).Text
	}
	var b strings.Builder
	b.Grow(len(t) + 32)
	for p := range t.Parts() {
		b.WriteString(p.Render(r, now))
	}
	return b.String()
}

// Render turns one part into plain words; adapters use it for what their
// platform cannot show itself.
func (p Part) Render(r Reader, now time.Time) string {
	switch p.Kind {
	case Literal:
		return p.Text
	case Instant:
		return r.instant(p.At, now)
	case Left:
		return r.Left(p.At, now)
	case Late:
		return r.Late(p.At, now)
	case Length:
		return r.Duration(p.For)
	case Command:
		return r.command(p.Alone)
	}
	return ""
}

// cleaned removes from a nested Text what is neither a token of ours nor clean.
func (t Text) cleaned() Text {
	if strings.IndexByte(string(t), tokenStart) < 0 {
		return Text(Clean(string(t)))
	}
	var b []byte
	for p := range t.Parts() {
		switch p.Kind {
		case Literal:
			b = append(b, Clean(p.Text)...)
		case Length:
			b = appendToken(b, p.Kind, int64(p.For/time.Second))
		case Instant, Left, Late:
			b = appendToken(b, p.Kind, p.At.Unix())
		case Command:
			b = appendToken(b, p.Kind, commandNumber(p.Alone))
		}
	}
	return Text(b)
}

func argUser(s string) arg            { return arg{kind: catalog.User, s: Clean(s)} }
func argText(t Text) arg              { return arg{kind: catalog.Nested, s: string(t.cleaned())} }
func argInstant(t time.Time) arg      { return arg{kind: catalog.Instant, n: t.Unix()} }
func argLeft(t time.Time) arg         { return arg{kind: catalog.Left, n: t.Unix()} }
func argLate(t time.Time) arg         { return arg{kind: catalog.Late, n: t.Unix()} }
func argDuration(d time.Duration) arg { return arg{kind: catalog.Duration, n: int64(d / time.Second)} }
func argCount(n int) arg              { return arg{kind: catalog.Count, n: int64(n)} }
