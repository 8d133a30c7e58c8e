package teams

import (
	"slices"
	"strings"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

const (
	wholeForm    = 5 // fields that are all asked at once
	onePage      = 3 // of a longer form: typed answers that are asked together
	fewChoices   = 7 // options that are all shown
	mostOptions  = 100
	longestValue = 200 // of an option
	shortAnswer  = 80  // of an answer in a list of them
	introLead    = 40  // in columns of a terminal: what stands before a colon, to be a fact's label
	maxFill      = 3000
)

// formCard renders a form as one card that changes in place. A short form is
// asked whole; a long one step by step: what is asked now, what was answered
// so far, and at last everything once more, with a way to change it.
func formCard(f *bot.Form, r words.Reader, now time.Time, on surface) card {
	p := page{w: words.In(r.Lang), r: r, now: now, on: on, form: f}
	p.whole = p.plain()
	title := label(p.say(f.Title), "…", maxSummary)
	c := fitted(func(half int) adaptive {
		p.half, p.lost, p.seen = half, false, map[string]bool{}
		return p.adaptive()
	})
	c.summary, c.text = title, cutText(p.whole, maxText, p.say(p.w.TeamsCut()))
	return c
}

// page is a form's card on its way.
type page struct {
	w    *words.Words
	r    words.Reader
	now  time.Time
	on   surface
	form *bot.Form
	// whole is the form in words.
	whole string
	half  int  // how often everything was halved
	lost  bool // not everything fits
	seen  map[string]bool
}

func (p *page) say(t words.Text) string { return words.Clean(t.Render(p.r, p.now)) }

func (p *page) adaptive() adaptive {
	f := p.form
	a := newAdaptive(cutText(p.whole, maxFallback>>p.half, p.say(p.w.TeamsCut())))
	if lines, cut := cutLines(linesOf(f.Title, p.r, p.now), 3, maxSummary>>p.half); len(lines) > 0 {
		p.lost = p.lost || cut
		a.Body = append(a.Body, headline(lines[0]))
		a.Body = append(a.Body, blocksOf(lines[1:])...)
	}
	a.Body = append(a.Body, p.intro()...)
	asked := p.asked()
	a.Body = append(a.Body, p.decided(asked)...)
	for _, field := range asked {
		a.Body = append(a.Body, p.field(field, len(f.Fields) <= wholeForm || field.Key == f.Asking)...)
	}
	if !p.summing() {
		a.Body = append(a.Body, p.soFar(asked)...)
	}
	actions := p.actions()
	if p.lost {
		a.Body = append(a.Body, small(line{{text: p.say(p.w.TeamsCut())}}))
	}
	a.Body = append(a.Body, bar(actions))
	return a
}

// plain is what is asked, in words.
func (p *page) plain() string {
	lines := []words.Text{p.form.Title, p.form.Intro}
	for _, f := range p.asked() {
		lines = append(lines, f.Error, f.Label, f.Help)
		for i := range f.Options[:min(len(f.Options), mostOptions)] {
			lines = append(lines, f.Options[i].Label)
		}
	}
	text := strings.TrimSpace(neutral(words.Lines(lines...).Render(p.r, p.now)))
	if text == "" {
		return "…"
	}
	return text
}

func blocksOf(lines []line) []element {
	var out []element
	for _, l := range lines {
		b := textBlock(l)
		b.Spacing = smallSpacing
		out = append(out, b)
	}
	return out
}

// summing says whether the form only shows what was answered, to be confirmed.
func (p *page) summing() bool { return p.form.Asking == "" && p.form.Back }

// intro is what there is to know. Of a summary, lines that name what they are
// about stand in two columns.
func (p *page) intro() []element {
	lines, cut := cutLines(linesOf(p.form.Intro, p.r, p.now), max(2, maxLines>>p.half), maxHead>>p.half)
	p.lost = p.lost || cut
	if !p.summing() {
		return blocksOf(lines)
	}
	var out []element
	for _, l := range lines {
		lead, rest := l.lead(introLead)
		if lead == nil || len(rest) == 0 || !short(rest) {
			out = append(out, blocksOf([]line{l})...)
			continue
		}
		if n := len(out); n == 0 || out[n-1].Type != "FactSet" {
			out = append(out, element{Type: "FactSet"})
		}
		set := &out[len(out)-1]
		set.Facts = append(set.Facts, fact{markdown(strings.TrimRight(lead.plain(), ":： ")), rest.markdown()})
	}
	return out
}

// asked are the fields of this step: all of a short form; of a long one that
// which is asked now, those with an error, and what can be typed along with it.
func (p *page) asked() []*bot.Field {
	f := p.form
	var out []*bot.Field
	reached := false
	for i := range f.Fields {
		field := &f.Fields[i]
		reached = reached || field.Key == f.Asking && f.Asking != ""
		first := len(out) == 0 || out[0].Key == f.Asking && typed(out[0])
		switch {
		case len(f.Fields) <= wholeForm && !f.Back, field.Key == f.Asking && f.Asking != "", field.Error != "":
			out = append(out, field)
		case reached && first && field.Value == "" && typed(field) && len(out) > 0 && len(out) < onePage &&
			i > 0 && out[len(out)-1] == &f.Fields[i-1]:
			out = append(out, field)
		}
	}
	return out
}

// typed says whether a field's answer is written, and decides nothing about
// what else is asked.
func typed(f *bot.Field) bool { return f.Kind != bot.FieldChoice && f.Kind != bot.FieldSearch }

// decided shows what the answer just given means, while the next question is
// about it: what the customer gets and owes.
func (p *page) decided(asked []*bot.Field) []element {
	f := p.form
	for i := 1; i < len(f.Fields) && len(asked) > 0 && f.Back; i++ {
		if &f.Fields[i] != asked[0] {
			continue
		}
		before := &f.Fields[i-1]
		if !explained(before) {
			return nil
		}
		for n := range before.Options {
			if o := &before.Options[n]; o.Value == before.Value && before.Value != "" {
				return p.meaning([]*bot.Option{o})
			}
		}
	}
	return nil
}

// soFar lists what was answered, in small print, for who wonders whether to go back.
func (p *page) soFar(asked []*bot.Field) []element {
	var parts []string
	for i := range p.form.Fields {
		f := &p.form.Fields[i]
		if f.Value == "" || slices.Contains(asked, f) {
			continue
		}
		if len(parts) == max(2, maxFacts>>p.half) {
			p.lost = true
			break
		}
		name, known := p.w.Look("field", f.Key, nil)
		if !known {
			name = f.Label
		}
		short, _ := words.Cut(words.Line(p.say(name)), maxLabel)
		value, _ := words.Cut(words.Line(p.answer(f)), shortAnswer)
		if lead, _ := (line{{text: value}}).lead(introLead); lead != nil && len(f.Options) > 0 {
			value = strings.TrimRight(lead.plain(), ":： ")
		}
		if value != "" {
			parts = append(parts, words.Line(p.say(p.w.SummaryLine(words.Plain(short), words.Plain(value)))))
		}
	}
	if len(parts) == 0 {
		return nil
	}
	b := small(line{{text: p.say(p.w.TeamsSoFar(words.Plain(strings.Join(parts, separator))))}})
	b.Spacing, b.Separator = "Medium", true
	return []element{b}
}

// answer is a field's value as the person knows it.
func (p *page) answer(f *bot.Field) string {
	for i := range f.Options {
		if f.Options[i].Value == f.Value {
			return p.say(f.Options[i].Label)
		}
	}
	if f.Kind == bot.FieldTime {
		return p.moment(f.Value)
	}
	return f.Value
}

// actions are the ways on: to the next step or the end, back, to another answer,
// and out.
func (p *page) actions() []action {
	f := p.form
	data := map[string]string{dataForm: f.Key}
	do := p.say(f.Submit)
	if f.Asking != "" {
		data[dataPartial] = "1"
		if len(f.Fields) > wholeForm || f.Back {
			data[dataPartial] = f.Asking // what can be typed along with it may be left for later
		}
		if f.Back || len(f.Fields) > wholeForm || f.Submit == p.w.ButtonOpen() { // opening comes after a summary
			do = p.say(p.w.TeamsNext())
		}
	}
	out := []action{newAction(do, p.say(p.w.ButtonDo()), verbForm, data, p.on, true)}
	if change := p.change(); change != nil {
		out = append(out, *change)
	}
	if f.Back {
		out = append(out, p.way(p.w.TeamsBack(), bot.NavBack))
	}
	cancel := p.way(p.w.TeamsCancel(), bot.NavCancel)
	if f.Back {
		sure := p.way(p.w.ButtonDrop(), bot.NavCancel)
		cancel = action{Type: "Action.ShowCard", Title: cancel.Title, Card: &adaptive{Type: "AdaptiveCard", Body: []element{
			textBlock(line{{text: p.say(p.w.TeamsCancelSure())}}), bar([]action{sure}),
		}}}
	}
	return append(out, cancel)
}

// way is a button that leaves the question unanswered.
func (p *page) way(title words.Text, nav string) action {
	a := newAction(p.say(title), nav, verbForm, map[string]string{dataForm: p.form.Key, bot.Nav: nav}, p.on, false)
	a.Inputs = "none"
	if a.Fallback != nil {
		a.Fallback.Inputs = "none"
	}
	return a
}

// change unfolds the answers of a summary, to be changed. One that can't be
// shown whole is left out, since it would come back shortened.
func (p *page) change() *action {
	if !p.summing() {
		return nil
	}
	inner := &adaptive{Type: "AdaptiveCard"}
	data := map[string]string{dataForm: p.form.Key, dataPartial: "1"}
	for i := range p.form.Fields {
		f := p.form.Fields[i]
		if p.seen[f.Key] {
			continue
		}
		if typed(&f) && f.Value != "" && p.typing(&f).Value == "" {
			p.lost = true
			continue
		}
		if shown := p.answer(&f); f.Kind == bot.FieldTime && shown != f.Value {
			data[shownPrefix+f.Key] = shown
		}
		f.Help = ""
		options := slices.Clone(f.Options)
		for n := range options {
			options[n].Help = ""
		}
		if f.Options = options; f.Kind == bot.FieldSearch { // by its name, or another one's
			in := p.typing(&f)
			in.Label, p.seen[f.Key] = p.named(&f, false), true
			if f.Key != "" && len(f.Key) <= maxInputID && !slices.Contains(reserved, f.Key) {
				inner.Body = append(inner.Body, in)
			}
			continue
		}
		inner.Body = append(inner.Body, p.field(&f, false)...)
	}
	if len(inner.Body) == 0 {
		return nil
	}
	inner.Body = append(inner.Body, bar([]action{newAction(p.say(p.w.TeamsSave()), "", verbForm, data, p.on, true)}))
	return &action{Type: "Action.ShowCard", Title: label(p.say(p.w.TeamsChange()), "…", maxLabel), Card: inner}
}
