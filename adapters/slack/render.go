package slack

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	api "github.com/slack-go/slack"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// message is what a call to Slack says: blocks for the eye, and a text that
// says all of it alone, for notifications and screen readers. The text is
// escaped, and has no markup.
type message struct {
	text   string
	blocks []api.Block
}

// formAction is the action of a button that opens a form; its value is the form's key.
const formAction = "form"

// How much of a message its parts may take, in characters, so that all of it
// stays below maxTogether.
const (
	maxHead     = 11_000 // of the text of a message without facts
	maxCardHead = 4000
	maxLong     = 4000 // of the facts that need a whole line each, together
	maxLead     = 80   // of what stands before the colon of a line, to be bold
	maxLabel    = 40   // of the label of a fact in a column
	wideFact    = 100  // from this width on, in columns of a terminal, a fact gets a line of its own
	maxShort    = 16   // facts in columns
	buttonsARow = 6
	maxRows     = 6
)

// messageOf renders what goes out. Slack never refuses it for its shape: what
// is too long is cut, what doesn't fit is left to the text.
func messageOf(p bot.Posting) message {
	m := p.Message
	return build(m.Text, m.Fields, m.Buttons, readerIn(m.Lang, m.Zone), p.Now)
}

// replyOf renders a private answer. An empty reply makes an empty message,
// which is not to be sent.
func replyOf(r bot.Reply, now time.Time) message {
	if r.Form != nil {
		return formOpener(r, now)
	}
	if r.Text == "" && len(r.Buttons) == 0 {
		return message{}
	}
	return build(r.Text, nil, r.Buttons, readerOf(r), now)
}

// formOpener is the message whose button opens the reply's form, where Slack
// gave us no trigger to open it by.
func formOpener(r bot.Reply, now time.Time) message {
	w := words.In(r.Lang)
	text := words.Lines(r.Form.Title, r.Text, r.Form.Intro)
	return build(text, nil, []bot.Button{{Label: w.SlackFillIn(), Action: formAction, Subject: r.Form.Key, Primary: true}}, readerOf(r), now)
}

// plain is the message as its text alone.
func plain(m message) message { return message{text: m.text} }

func readerOf(r bot.Reply) words.Reader {
	return words.Reader{Lang: r.Lang, Zone: r.Zone, Brief: true}
}

func build(text words.Text, facts []bot.Fact, buttons []bot.Button, r words.Reader, now time.Time) message {
	m := message{text: textOf(text, facts, r, now)}
	most := maxHead
	if len(facts) > 0 {
		most = maxCardHead
	}
	head, lost := cutRuns(headOf(runsOf(text, r, now), len(facts) > 0), most)
	m.blocks = richText(head)
	facing, more := factBlocks(facts, r, now)
	m.blocks = append(m.blocks, facing...)
	if lost || more {
		m.blocks = append(m.blocks, small(words.In(r.Lang).SlackCut().Render(r, now)))
	}
	m.blocks = append(m.blocks, rows(buttons, r, now)...)
	if len(messageViolations(m)) > 0 {
		return plain(m) // said plainly rather than lost
	}
	return m
}

// textOf is everything in words, moments with their zone, cut where Slack would.
func textOf(text words.Text, facts []bot.Fact, r words.Reader, now time.Time) string {
	w := words.In(r.Lang)
	lines := []words.Text{text}
	for _, f := range facts {
		lines = append(lines, w.SummaryLine(f.Label, f.Value))
	}
	whole := strings.TrimSpace(words.Clean(words.Lines(lines...).Render(r, now)))
	if whole == "" {
		whole = "…" // Slack takes no empty text
	}
	if escaped := escape(whole); utf8.RuneCountInString(escaped) <= maxText {
		return escaped
	}
	notice := "\n" + w.SlackCut().Render(r, now)
	most, end := maxText-utf8.RuneCountInString(notice)-1, 0
	for i, c := range whole { // what is escaped takes more room
		if most -= utf8.RuneCountInString(escape(string(c))); most < 0 {
			end = i
			break
		}
	}
	short, _ := words.Cut(whole, max(1, utf8.RuneCountInString(whole[:end])))
	return escape(short) + escape(notice)
}

// headOf makes bold what tells one message from another: of a card all but
// how it stands, which gets a line of its own; of a sentence what comes before
// its colon; of many lines the first.
func headOf(runs []run, card bool) []run {
	line, rest := firstLine(runs)
	if card {
		if at, n := lastSeparator(line); at >= 0 {
			what, state := splitAt(line, at, n)
			state[0].text = "\n" + strings.TrimPrefix(state[0].text, separator)
			return under(append(bolden(what), state...), rest)
		}
		return under(bolden(line), rest)
	}
	if lead, after := leadOf(line, maxLead); lead != nil {
		return under(append(bolden(lead), after...), rest)
	}
	if rest != nil {
		return under(bolden(line), rest)
	}
	return line
}

func under(line, rest []run) []run {
	if rest == nil {
		return line
	}
	return append(append(line, run{text: "\n"}), rest...)
}

// separator stands between the parts of a card's headline, in every language.
const separator = " · "

// lastSeparator finds the last one after the first; -1 where there are not two.
func lastSeparator(line []run) (at, n int) {
	at, count := -1, 0
	for i, r := range line {
		if r.at != 0 {
			continue
		}
		count += strings.Count(r.text, separator)
		if found := strings.LastIndex(r.text, separator); found >= 0 {
			at, n = i, found
		}
	}
	if count < 2 {
		return -1, 0
	}
	return at, n
}

// factBlocks shows short facts in two columns, and below them the long ones
// and those that columns would misread. It says whether something is missing.
func factBlocks(facts []bot.Fact, r words.Reader, now time.Time) (blocks []api.Block, lost bool) {
	var columns []*api.TextBlockObject
	var long []run
	for _, f := range facts {
		name, value := words.Line(f.Label.Render(r, now)), runsOf(f.Value, r, now)
		if name == "" && len(value) == 0 {
			continue
		}
		if said := spell(value); len(value) > 0 && name != "" && len(columns) < maxShort && len(said) <= 4*wideFact && words.Width(said) <= wideFact &&
			utf8.RuneCountInString(name) <= maxLabel && plainIn(said) && plainIn(name) {
			columns = append(columns, &api.TextBlockObject{Type: api.MarkdownType, Text: "*" + escape(name) + "*\n" + mrkdwn(value), Verbatim: true})
			continue
		}
		if len(long) > 0 {
			long = append(long, run{text: "\n"})
		}
		if name != "" {
			long = append(long, run{text: name, bold: true}, run{text: "\n"})
		}
		long = append(long, value...)
	}
	for len(columns) > 0 {
		n := min(maxFields, len(columns))
		blocks = append(blocks, api.NewSectionBlock(nil, columns[:n], nil))
		columns = columns[n:]
	}
	long, lost = cutRuns(long, maxLong)
	return append(blocks, richText(long)...), lost
}

// rows are the buttons, a few in a row. One without an action or with an id
// that Slack can't carry would do nothing, and is left out.
func rows(buttons []bot.Button, r words.Reader, now time.Time) []api.Block {
	var out []api.Block
	var row *api.ActionBlock
	used, first := map[string]bool{}, true
	for _, b := range buttons {
		if !carried(b) {
			continue
		}
		if row == nil || len(row.Elements.ElementSet) == buttonsARow {
			if len(out) == maxRows {
				break
			}
			row = api.NewActionBlock("")
			out = append(out, row)
		}
		e := buttonElement(b, used, r, now)
		if b.Primary && first {
			e.Style, first = api.StylePrimary, false
		}
		row.Elements.ElementSet = append(row.Elements.ElementSet, e)
	}
	return out
}

// carried says whether Slack can carry a button at all.
func carried(b bot.Button) bool {
	return b.Action != "" && utf8.RuneCountInString(b.Action) <= maxID-4 && utf8.RuneCountInString(b.Subject) <= maxButtonValue
}

// buttonElement is a button with an action id that no other one there has; it notes which are used.
func buttonElement(b bot.Button, used map[string]bool, r words.Reader, now time.Time) *api.ButtonBlockElement {
	id := b.Action
	for n := 2; used[id]; n++ {
		id = b.Action + again + strconv.Itoa(n)
	}
	used[id] = true
	return api.NewButtonBlockElement(id, b.Subject, label(b.Label.Render(r, now), b.Action, maxButtonText))
}
