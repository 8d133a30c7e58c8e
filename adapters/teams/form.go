package teams

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

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
	title := label(p.say(f.Title), "…", maxSummary)
	c := fitted(func(half int) adaptive {
		p.half, p.lost, p.seen = half, false, map[string]bool{}
		return p.adaptive()
	})
	c.summary, c.text = title, cutText(p.fallback(maxText), maxText, p.say(p.w.TeamsCut()))
	return c
}

// page is a form's card on its way.
type page struct {
	w    *words.Words
	r    words.Reader
	now  time.Time
	on   surface
	form *bot.Form
	half int  // how often everything was halved
	lost bool // not everything fits
	seen map[string]bool
}

func (p *page) say(t words.Text) string { return words.Clean(t.Render(p.r, p.now)) }

func (p *page) adaptive() adaptive {
	f := p.form
	a := newAdaptive(p.fallback(maxFallback >> p.half))
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

func (p *page) fallback(most int) string {
	lines := []words.Text{p.form.Title, p.form.Intro}
	for _, f := range p.asked() {
		lines = append(lines, f.Error, f.Label, f.Help)
		for i := range f.Options[:min(len(f.Options), mostOptions>>p.half)] {
			lines = append(lines, f.Options[i].Label)
		}
	}
	text := strings.TrimSpace(neutral(words.Lines(lines...).Render(p.r, p.now)))
	if text == "" {
		return "…"
	}
	return cutText(text, most, p.say(p.w.TeamsCut()))
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

// field is one question: its input, what is wrong with the answer, how to
// answer, and what the answers mean. Must says that the client asks for it.
func (p *page) field(f *bot.Field, must bool) []element {
	if strings.TrimSpace(f.Key) == "" || len(f.Key) > maxInputID-len(pickedSuffix) || strings.HasSuffix(f.Key, pickedSuffix) ||
		slices.Contains(reserved, f.Key) || p.seen[f.Key] {
		p.lost = true // no key of ours; an answer could not come back
		return nil
	}
	p.seen[f.Key] = true
	choices, chosen := p.choices(f)
	name := p.named(f, must)
	var out []element
	if f.Kind == bot.FieldSearch && len(choices) > 0 {
		picked := p.picking(f, choices, "", name)
		picked.ID, picked.Required = f.Key+pickedSuffix, false
		typed := p.typing(f)
		typed.Label, typed.Required = label(p.say(p.w.TeamsSearchAgain()), "…", maxSummary), false
		out = []element{picked, typed}
	} else if f.Kind == bot.FieldChoice && len(choices) > 0 {
		out = []element{p.picking(f, choices, chosen, name)}
	} else {
		out = []element{p.typing(f)}
		out[0].Label = name
	}
	out[0].Spacing = "Medium"
	for n := range out {
		if must && !f.Optional && f.Kind != bot.FieldSearch {
			out[n].Required, out[n].Wrong = true, label(p.say(p.w.PleaseAnswer()), "…", maxSummary)
		}
	}
	if lines, _ := cutLines(linesOf(f.Error, p.r, p.now), 5, maxSummary>>p.half); len(lines) > 0 {
		wrong := blocksOf(lines)
		for n := range wrong {
			wrong[n].Color, wrong[n].Weight = "Attention", "Bolder"
		}
		out = slices.Insert(out, 1, wrong...)
	}
	help, _ := cutLines(linesOf(f.Help, p.r, p.now), 5, maxSummary>>p.half)
	for _, l := range help {
		out = append(out, small(l))
	}
	if len(f.Options) > mostOptions>>p.half && len(choices) > 0 {
		out = append(out, small(line{{text: p.say(p.w.TeamsOptionsCut(strconv.Itoa(len(choices))))}}))
	}
	if explained(f) && len(choices) > 0 {
		var shown []*bot.Option
		for i := range f.Options {
			if f.Options[i].Help != "" {
				shown = append(shown, &f.Options[i])
			}
		}
		out = append(out, p.meaning(shown)...)
	}
	return out
}

// named is a field's label; it says where an answer may be left out.
func (p *page) named(f *bot.Field, must bool) string {
	name := label(p.say(f.Label), f.Key, maxSummary>>p.half)
	if f.Optional && must || f.Optional && typed(f) {
		name = label(p.say(p.w.TeamsOptional(words.Plain(name))), name, maxSummary)
	}
	return name
}

// picking is an input to choose from. Titles in which a client might read
// Markdown stand in a list that unfolds, where none does.
func (p *page) picking(f *bot.Field, choices []choice, chosen, name string) element {
	e := element{Type: "Input.ChoiceSet", ID: f.Key, Label: name, Choices: choices, Value: chosen, Wrap: true, Style: "expanded"}
	if len(choices) > fewChoices || slices.ContainsFunc(choices, func(c choice) bool { return !readable(c.Title) }) {
		e.Style = "compact"
	}
	return e
}

// typing is an input for text, with the answer that the bot has, where it can be
// shown as it is.
func (p *page) typing(f *bot.Field) element {
	e := element{Type: "Input.Text", ID: f.Key, Multiline: f.Kind == bot.FieldLong}
	switch f.Kind {
	case bot.FieldPhone:
		e.Style = "Tel"
	case bot.FieldEmail:
		e.Style = "Email"
	}
	value := p.answer(f)
	if words.Clean(value) == value && utf8.RuneCountInString(value) <= maxFill>>p.half {
		e.Value, e.Multiline = value, e.Multiline || strings.Contains(value, "\n")
	}
	return e
}

// moment is how an instant that was given reads in a field, so that the bot
// reads the same from it again; anything else stays as it was typed.
func (p *page) moment(value string) string {
	at, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return value
	}
	layout := "2006-01-02 15:04"
	if at.Second() != 0 {
		layout += ":05"
	}
	zone := cmp.Or(p.r.Zone, time.UTC)
	shown := at.In(zone).Format(layout)
	if again, err := time.ParseInLocation(layout, shown, zone); err != nil || !again.Equal(at) {
		return value // the hour that comes twice when clocks go back
	}
	return shown
}

// choices are the options that can be shown, and the value that is chosen.
func (p *page) choices(f *bot.Field) (all []choice, chosen string) {
	used := map[string]bool{}
	for i := range f.Options {
		o := &f.Options[i]
		if strings.TrimSpace(o.Value) == "" || len(o.Value) > longestValue || used[o.Value] || !utf8.ValidString(o.Value) {
			continue
		}
		used[o.Value] = true
		title := label(p.optionText(f, o), o.Value, maxSummary>>p.half)
		if len(all) == mostOptions>>p.half {
			if o.Value != f.Value {
				continue
			}
			all = all[:len(all)-1] // for the one that was chosen
		}
		if all = append(all, choice{title, o.Value}); o.Value == f.Value {
			chosen = o.Value
		}
	}
	return all, chosen
}

// optionText is an option with what little there is to explain; what is
// explained on lines of its own stands below.
func (p *page) optionText(f *bot.Field, o *bot.Option) string {
	text, help := words.Line(p.say(o.Label)), words.Line(p.say(o.Help))
	if help == "" || explained(f) {
		return text
	}
	return text + " — " + help
}

// explained says whether a field's options need more than a few words each.
func explained(f *bot.Field) bool {
	return slices.ContainsFunc(f.Options, func(o bot.Option) bool {
		return strings.Contains(string(o.Help), "\n") || utf8.RuneCountInString(string(o.Help)) > wideFact
	})
}

// meaning says what options mean: what is got and owed when one is chosen.
func (p *page) meaning(options []*bot.Option) []element {
	box := element{Type: "Container", Style: "emphasis", Spacing: smallSpacing}
	for n, o := range options {
		if n == max(2, mostOptions>>p.half) {
			p.lost = true
			break
		}
		help, cut := cutLines(linesOf(o.Help, p.r, p.now), max(2, maxLines>>p.half), maxHead>>p.half)
		p.lost = p.lost || cut
		name, _ := cutLines(linesOf(o.Label, p.r, p.now), 1, maxSummary>>p.half)
		for _, l := range name {
			if lead, _ := l.lead(introLead); lead != nil && len(options) > 1 {
				l = line{{text: strings.TrimRight(lead.plain(), ":： ")}} // the rest is above
			}
			b := textBlock(l)
			b.Weight = "Bolder"
			box.Items = append(box.Items, b)
		}
		for _, l := range help {
			b := textBlock(l)
			b.Spacing = "None"
			box.Items = append(box.Items, b)
		}
	}
	if len(box.Items) == 0 {
		return nil
	}
	return []element{box}
}

// actions are the ways on: to the next step or the end, back, to another answer,
// and out.
func (p *page) actions() []action {
	f := p.form
	data := map[string]string{dataForm: f.Key}
	do := p.say(f.Submit)
	if f.Asking != "" {
		data[dataPartial] = "1"
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
	for i := range p.form.Fields {
		f := p.form.Fields[i]
		if p.seen[f.Key] {
			continue
		}
		if typed(&f) && f.Value != "" && p.typing(&f).Value == "" {
			p.lost = true
			continue
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
	data := map[string]string{dataForm: p.form.Key, dataPartial: "1"}
	inner.Body = append(inner.Body, bar([]action{newAction(p.say(p.w.TeamsSave()), "", verbForm, data, p.on, true)}))
	return &action{Type: "Action.ShowCard", Title: label(p.say(p.w.TeamsChange()), "…", maxLabel), Card: inner}
}
