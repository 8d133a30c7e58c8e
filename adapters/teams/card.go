package teams

import (
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// card is an Adaptive Card, and what is said in its place where no card is
// shown. As JSON it is the Adaptive Card alone.
type card struct {
	content json.RawMessage
	summary string // one line, for the notification
	text    string // all of it, for a message without a card; to be sent as plain text
}

// MarshalJSON is the Adaptive Card.
func (c card) MarshalJSON() ([]byte, error) { return c.content, nil }

// surface says where a card is shown, which decides what its buttons can be.
type surface int

const (
	ownMessage  surface = iota // a message that is there for one exchange, and may be replaced (dataOwn)
	overMessage                // for one person, over a message that others go on seeing
	inDialog                   // where only Action.Submit works
)

// The verbs of our actions. What an action means is in its data, which a Submit
// carries as well.
const (
	verbPress = "press"
	verbForm  = "form"
)

// How much of a message a card shows at first, in characters where nothing else
// is said. A card that turns out too large is made again with half of it.
const (
	maxHead     = 6000
	maxLong     = 6000 // of the facts that have lines of their own, together
	maxLines    = 60
	maxFacts    = 30
	maxFallback = 3000
	maxSummary  = 1000
	maxText     = 20_000 // of what is sent without a card
	maxLabel    = 60     // of the label of a fact, and the title of a button
	maxLead     = 80     // in columns of a terminal: what stands before a sentence's colon, to be its headline
	wideFact    = 100    // in columns of a terminal: from here on, a fact gets a line of its own
	halvings    = 6
)

const (
	cardSchema   = "http://adaptivecards.io/schemas/adaptive-card.json"
	cardVersion  = "1.5" // the newest that Teams takes
	smallSpacing = "Small"
)

// cardOf renders what goes out. Teams never refuses it for its shape: what is
// too long is cut, and says so.
func cardOf(p bot.Posting) card {
	m := p.Message
	return said{m.Text, m.Fields, m.Buttons, readerIn(m.Lang, m.Zone), p.Now, overMessage}.card()
}

// replyCard is a reply's text with its buttons.
func replyCard(reply bot.Reply, now time.Time, on surface) card {
	return said{reply.Text, nil, reply.Buttons, readerAt(reply.Lang, reply.Zone), now, on}.card()
}

// said is what a card is made of.
type said struct {
	text    words.Text
	facts   []bot.Fact
	buttons []bot.Button
	r       words.Reader
	now     time.Time
	on      surface
}

func (s said) card() card {
	whole := s.plain()
	c := fitted(func(half int) adaptive { return s.adaptive(whole, half) })
	c.summary, c.text = s.summary(), cutText(whole, maxText, s.notice())
	return c
}

// fitted makes a card, and makes it smaller until Teams takes it.
func fitted(make func(half int) adaptive) card {
	for half := 0; ; half++ {
		a := make(half)
		raw, err := json.Marshal(a)
		if err == nil && len(violations(a, raw)) == 0 {
			return card{content: raw}
		}
		if half == halvings { // said plainly rather than lost
			a = newAdaptive(a.FallbackText)
			a.Body = []element{textBlock(cutLine(a.FallbackText, maxSummary))}
			raw, _ = json.Marshal(a) // texts alone never fail
			return card{content: raw}
		}
	}
}

// plain is everything in words, moments with their zone.
func (s said) plain() string {
	w := words.In(s.r.Lang)
	lines := []words.Text{s.text}
	for _, f := range s.facts {
		lines = append(lines, w.SummaryLine(f.Label, f.Value))
	}
	text := strings.TrimSpace(neutral(words.Lines(lines...).Render(s.r, s.now)))
	if text == "" {
		return "…" // Teams takes no empty text
	}
	return text
}

func (s said) notice() string { return words.In(s.r.Lang).TeamsCut().Render(s.r, s.now) }

func (s said) summary() string { return label(s.text.Render(s.r, s.now), "…", maxSummary) }

// cutText shortens a text of many lines, and says so in its last.
func cutText(s string, most int, notice string) string {
	if _, cut := words.Cut(s, most); !cut {
		return s
	}
	short, _ := words.Cut(s, most-utf8.RuneCountInString(notice)-1)
	return short + "\n" + notice
}

func cutLine(s string, most int) line {
	s, _ = words.Cut(words.Line(s), most)
	return line{{text: s}}
}

// adaptive shows what a message is about first and largest, how it stands below,
// then the short facts side by side, and the long ones on lines of their own.
func (s said) adaptive(whole string, half int) adaptive {
	a := newAdaptive(cutText(whole, maxFallback>>half, s.notice()))
	body, lost := s.head(half)
	facing, more := s.factBlocks(half)
	body = append(body, facing...)
	if lost || more {
		body = append(body, small(line{{text: s.notice()}}))
	}
	if len(body) == 0 {
		body = []element{textBlock(line{{text: "…"}})}
	}
	a.Body = append(body, bar(s.actions()))
	if len(a.Body[len(a.Body)-1].Actions) == 0 {
		a.Body = body
	}
	return a
}

// head is the text: its headline is what tells one message from another. Of a
// card that is all but how it stands, of a sentence what comes before its colon,
// of many lines the first.
func (s said) head(half int) (blocks []element, lost bool) {
	lines, lost := cutLines(linesOf(s.text, s.r, s.now), max(2, maxLines>>half), maxHead>>half)
	if len(lines) == 0 {
		return nil, lost
	}
	first, rest := lines[0], lines[1:]
	about, more := first.state()
	switch {
	case len(s.facts) > 0:
	default:
		if about, more = first.lead(maxLead); about == nil {
			about, more = first, nil
			if len(rest) == 0 { // one sentence
				return []element{textBlock(first)}, lost
			}
		}
	}
	blocks = append(blocks, headline(about))
	for n, l := range append(nonEmpty(more), rest...) {
		b := textBlock(l)
		if b.Spacing = smallSpacing; n == 0 {
			b.Spacing = "None"
		}
		blocks = append(blocks, b)
	}
	return blocks, lost
}

func nonEmpty(l line) []line {
	if len(l) == 0 {
		return nil
	}
	return []line{l}
}

// factBlocks shows short facts in two columns, and below them the long ones. It
// says whether something is missing.
func (s said) factBlocks(half int) (blocks []element, lost bool) {
	set := element{Type: "FactSet", Spacing: "Medium"}
	most, chars := max(2, maxFacts>>half), maxLong>>half
	var long []element
	for n, f := range s.facts {
		if n == most {
			lost = true
			break
		}
		name, value := words.Line(f.Label.Render(s.r, s.now)), linesOf(f.Value, s.r, s.now)
		if name == "" && len(value) == 0 {
			continue
		}
		if len(value) == 1 && name != "" && utf8.RuneCountInString(name) <= maxLabel && short(value[0]) {
			set.Facts = append(set.Facts, fact{markdown(name), value[0].markdown()})
			continue
		}
		value, cut := cutLines(value, max(2, maxLines>>half), chars)
		lost = lost || cut
		for _, l := range value {
			chars -= utf8.RuneCountInString(l.plain())
		}
		if name, _ = words.Cut(name, max(maxLabel, chars)); name != "" {
			b := textBlock(line{{text: name}})
			b.Weight, b.Spacing = "Bolder", "Medium"
			long = append(long, b)
			chars -= utf8.RuneCountInString(name)
		}
		for _, l := range value {
			b := textBlock(l)
			b.Spacing = "None"
			long = append(long, b)
		}
	}
	if len(set.Facts) > 0 {
		blocks = append(blocks, set)
	}
	return append(blocks, long...), lost
}

// short says whether a fact's value fits beside its label.
func short(l line) bool {
	said := l.plain()
	return len(said) <= 4*wideFact && words.Width(said) <= wideFact
}

// actions are the buttons, the primary one first. One without an action or with
// an id that can't come back would do nothing, and is left out.
func (s said) actions() []action {
	var out []action
	for _, primary := range []bool{true, false} {
		for _, b := range s.buttons {
			if b.Action == "" || len(b.Action) > longestRef || len(b.Subject) > longestRef || len(out) == maxActions || b.Primary != primary {
				continue
			}
			data := map[string]string{dataAction: b.Action, dataSubject: b.Subject}
			out = append(out, newAction(b.Label.Render(s.r, s.now), b.Action, verbPress, data, s.on, primary && len(out) == 0))
		}
	}
	return out
}

// newAction is an Action.Execute with a Submit for clients that don't know it.
func newAction(title, fallback, verb string, data map[string]string, on surface, primary bool) action {
	if on == ownMessage {
		data[dataOwn] = "1"
	}
	a := action{Type: "Action.Submit", Title: label(title, fallback, maxLabel), Data: data}
	if primary {
		a.Style = "positive"
	}
	if on == inDialog {
		return a
	}
	submit := a
	a.Type, a.Verb, a.Fallback = "Action.Execute", verb, &submit
	return a
}
