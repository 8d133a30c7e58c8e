package slack

import (
	"cmp"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	api "github.com/slack-go/slack"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// again separates a field's key from what makes an id differ from the one
// before. Block ids are field keys; a second block of a field adds to it.
const again = "#"

const (
	maxFieldKey = 200
	fewRadios   = 5 // options that are all shown at once; more only when they have something to explain
)

// field is one question: its input, what is wrong with the answer, and what the
// answer means.
func (p *page) field(f *bot.Field) []api.Block {
	if f.Key == "" || utf8.RuneCountInString(f.Key) > maxFieldKey || strings.Contains(f.Key, again) || p.seen[f.Key] {
		p.lost = true // no key of ours; an answer could not come back
		return nil
	}
	p.seen[f.Key] = true
	p.below = slices.ContainsFunc(f.Options, func(o bot.Option) bool { return words.Width(words.Line(p.say(o.Label))) > wideOption })
	input := api.NewInputBlock(f.Key, label(p.say(f.Label), f.Key, maxInputLabel), plainObject(p.say(f.Help), maxInputLabel), nil)
	input.Optional = f.Optional
	options, chosen := p.options(f)
	var out []api.Block
	if f.Kind != bot.FieldChoice && f.Kind != bot.FieldSearch || len(options) == 0 {
		p.typed(input, f)
		out = append(out, input)
	} else {
		out = p.choice(input, f, options, chosen)
	}
	if wrong := p.say(f.Error); strings.TrimSpace(wrong) != "" {
		out = append(out, small("⚠ "+wrong))
	}
	return append(out, p.meaning(f, options, chosen)...)
}

// typed makes the input one for text.
func (p *page) typed(input *api.InputBlock, f *bot.Field) {
	value := f.Value
	if f.Kind == bot.FieldTime {
		value = p.moment(value)
	}
	value, _ = words.Cut(words.Clean(value), maxTyped)
	e := &api.PlainTextInputBlockElement{Type: api.METPlainTextInput, ActionID: f.Key, Multiline: f.Kind == bot.FieldLong, MaxLength: maxTyped}
	if value != "" && utf8.RuneCountInString(value) <= p.fill {
		e.ActionID, e.InitialValue = valued(f.Key, value), value
	}
	if f.Kind == bot.FieldSearch {
		p.onEnter(input, e)
	}
	input.Element = e
}

func (p *page) onEnter(input *api.InputBlock, e *api.PlainTextInputBlockElement) {
	e.DispatchActionConfig = &api.DispatchActionConfig{TriggerActionsOn: []string{"on_enter_pressed"}}
	input.DispatchAction = true
	hint := p.say(p.w.SlackPressEnter())
	if input.Hint != nil {
		hint = input.Hint.Text + "\n" + hint
	}
	input.Hint = plainObject(hint, maxInputLabel)
}

// moment is how an instant that was given reads in a field, so that the bot
// reads the same from it again; anything else stays as it was typed.
func (p *page) moment(value string) string {
	at, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return value
	}
	zone := cmp.Or(p.r.Zone, time.UTC)
	layout := "2006-01-02 15:04"
	if at.Second() != 0 {
		layout += ":05"
	}
	shown := at.In(zone).Format(layout)
	if again, err := time.ParseInLocation(layout, shown, zone); err != nil || !again.Equal(at) {
		return value // the hour that comes twice when clocks go back
	}
	return shown
}

// options are the ones that Slack can show, and the one that is chosen.
func (p *page) options(f *bot.Field) (all []*api.OptionBlockObject, chosen *api.OptionBlockObject) {
	used := map[string]bool{}
	for i := range f.Options {
		o := &f.Options[i]
		if o.Value == "" || utf8.RuneCountInString(o.Value) > maxOptionValue || used[o.Value] {
			continue
		}
		used[o.Value] = true
		text, more := p.optionTexts(o)
		option := &api.OptionBlockObject{Text: label(text, o.Value, maxOptionText), Value: o.Value}
		if more != "" {
			option.Description = plainObject(cutWords(more, maxOptionText), maxOptionText)
		}
		if len(all) == maxOptions {
			if o.Value != f.Value {
				continue
			}
			all = all[:maxOptions-1] // for the one that was chosen
		}
		if all = append(all, option); o.Value == f.Value {
			chosen = option
		}
	}
	return all, chosen
}

// wideOption is how many columns of a terminal an option may take before what
// follows its colon goes below it.
const wideOption = 40

// optionTexts are an option and what stands below it, for all alike: where one
// is too long, each is what stands before its colon, and the rest goes below.
func (p *page) optionTexts(o *bot.Option) (text, below string) {
	text = words.Line(p.say(o.Label))
	if p.below {
		if lead, rest := leadOf([]run{{text: text}}, maxOptionText); lead != nil {
			return strings.TrimRight(spell(lead), ":："), strings.TrimLeft(spell(rest), " ")
		}
	}
	below, _, _ = strings.Cut(strings.TrimSpace(p.say(o.Help)), "\n")
	return text, words.Line(below)
}

// shortened says whether an option shows less than its label.
func (p *page) shortened(o *bot.Option) bool {
	text, below := p.optionTexts(o)
	return utf8.RuneCountInString(text) > maxOptionText || text != words.Line(p.say(o.Label)) && utf8.RuneCountInString(below) > maxOptionText
}

// choice makes the input one to choose from. Whatever is chosen is told to the
// bot at once, as other fields may follow from it.
func (p *page) choice(input *api.InputBlock, f *bot.Field, options []*api.OptionBlockObject, chosen *api.OptionBlockObject) []api.Block {
	action := f.Key + again + "pick"
	if chosen != nil {
		action = valued(f.Key, f.Value)
	}
	input.DispatchAction = true
	explained := slices.ContainsFunc(f.Options, func(o bot.Option) bool { return o.Help != "" || p.shortened(&o) })
	if len(options) <= fewRadios || len(options) <= maxRadios && (explained || f.Kind == bot.FieldSearch) {
		e := api.NewRadioButtonsBlockElement(action, options...)
		e.InitialOption = chosen
		input.Element = e
	} else {
		e := api.NewOptionsSelectBlockElement(api.OptTypeStatic, nil, action, options...)
		e.InitialOption = chosen
		input.Element = e
	}
	out := []api.Block{input}
	cut := len(f.Options) > maxOptions
	if cut {
		out = append(out, small(p.say(p.w.SlackOptionsCut(strconv.Itoa(maxOptions)))))
	}
	if cut || f.Kind == bot.FieldSearch {
		out = append(out, p.searchAgain(f, options))
	}
	return out
}

// searchAgain is a second input of the field, for what isn't among the
// options. It is another one for other options, so that it is empty again.
func (p *page) searchAgain(f *bot.Field, options []*api.OptionBlockObject) api.Block {
	var values []string
	for _, o := range options {
		values = append(values, o.Value)
	}
	id := valued(f.Key, strings.Join(values, "\n"))
	e := &api.PlainTextInputBlockElement{Type: api.METPlainTextInput, ActionID: f.Key, MaxLength: maxTyped}
	input := api.NewInputBlock(id, label(p.say(p.w.SlackSearchAgain()), f.Key, maxInputLabel), nil, e)
	input.Optional = true
	p.onEnter(input, e)
	return input
}

// meaning says in full what the option chosen gets and owes, or, before one is
// chosen, what the options mean that had to be shortened.
func (p *page) meaning(f *bot.Field, options []*api.OptionBlockObject, chosen *api.OptionBlockObject) []api.Block {
	if len(options) == 0 {
		return nil
	}
	var full []string
	for i := range f.Options {
		o := &f.Options[i]
		short := p.shortened(o)
		if chosen != nil && o.Value == chosen.Value {
			var runs []run
			if short {
				runs = bolden(runsOf(o.Label, p.r, p.now))
			}
			if help := runsOf(o.Help, p.r, p.now); len(help) > 0 && !describes(chosen, spell(help)) {
				runs = under(runs, help)
				if !short {
					runs = help
				}
			}
			runs, lost := cutRuns(runs, maxRichText)
			p.lost = p.lost || lost
			return richText(runs)
		}
		if short && len(full) < maxRadios {
			full = append(full, words.Line(p.say(o.Label)))
		}
	}
	if chosen != nil || len(full) == 0 {
		return nil
	}
	return []api.Block{small(strings.Join(full, "\n"))}
}

// describes says whether an option already shows all of its help.
func describes(o *api.OptionBlockObject, help string) bool {
	return o.Description != nil && o.Description.Text == help
}

// valued names a field together with the value that the bot has of it.
func valued(key, value string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(value)) // it never fails
	return key + again + strconv.FormatUint(uint64(h.Sum32()), 36)
}

// stateValue is what a view's state says about one input.
type stateValue struct {
	Type            string        `json:"type"`
	Value           *string       `json:"value"`
	SelectedOption  *stateOption  `json:"selected_option"`
	SelectedOptions []stateOption `json:"selected_options"`
}

type stateOption struct {
	Value string `json:"value"`
}

// valuesOf are the answers in a view's state by field key, several of one
// field joined by newlines. A field that was never touched is left out, and
// one that was emptied is "". What was typed to search again wins over what
// was chosen before.
func valuesOf(state map[string]map[string]stateValue) map[string]string {
	out := map[string]string{}
	searched := map[string]bool{}
	for block, actions := range state {
		key, extra, _ := strings.Cut(block, again)
		for action, v := range actions {
			value, given := v.answer()
			switch {
			case extra != "" && value == "", searched[key]:
			case given:
				out[key], searched[key] = value, extra != ""
			case action != key && v.SelectedOption == nil && v.Type == string(api.METPlainTextInput):
				out[key] = "" // the bot's value was taken out
			}
		}
	}
	return out
}

func (v stateValue) answer() (string, bool) {
	switch {
	case v.Value != nil && *v.Value != "":
		return *v.Value, true
	case v.SelectedOption != nil:
		return v.SelectedOption.Value, true
	case len(v.SelectedOptions) > 0:
		values := make([]string, len(v.SelectedOptions))
		for i, o := range v.SelectedOptions {
			values[i] = o.Value
		}
		return strings.Join(values, "\n"), true
	}
	return "", false
}
