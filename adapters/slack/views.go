package slack

import (
	"cmp"
	"encoding/json"
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

// formView is the callback_id of every form.
const formView = "form"

// again separates a field's key from what makes an id differ from the one
// before. Block ids are field keys; a second block of a field adds to it.
const again = "#"

const (
	maxFieldKey  = 200
	maxIntro     = 9000
	fewRadios    = 5       // options that are all shown at once; more only when they have something to explain
	bigView      = 60_000  // bytes of a form from which on the size of its view is looked at
	roomForViews = 240_000 // bytes
	shortValue   = 500     // what is filled in of a view that is too large
)

// modalOf renders a form: what there is to know, then one input for each
// field, whose block id is the field's key. Meta is the view's private_metadata.
//
// Slack keeps what somebody typed while block id and action id stay the same,
// so the action id tells which value the bot has: a field that the bot changed
// shows its value, any other keeps what was typed into it.
func modalOf(f *bot.Form, lang string, zone *time.Location, now time.Time, meta string) api.ModalViewRequest {
	return windowOf(f, "", words.Reader{Lang: lang, Zone: zone, Brief: true}, now, meta)
}

// windowOf is a form with a notice above it: what there is to say to what was
// done last.
func windowOf(f *bot.Form, notice words.Text, r words.Reader, now time.Time, meta string) api.ModalViewRequest {
	p := page{w: words.In(r.Lang), r: r, now: now, fill: maxTyped, notice: notice}
	v := p.modal(f, meta)
	if sizeOf(f) < bigView {
		return v
	}
	if b, err := json.Marshal(v); err == nil && len(b) <= roomForViews {
		return v
	}
	p.fill, p.lost, p.seen = shortValue, false, nil
	return p.modal(f, meta)
}

// sizeOf is about how many bytes a form's words take.
func sizeOf(f *bot.Form) int {
	n := len(f.Intro) + len(f.Title)
	for i := range f.Fields {
		fd := &f.Fields[i]
		n += len(fd.Value) + len(fd.Label) + len(fd.Help) + len(fd.Error)
		for _, o := range fd.Options {
			n += len(o.Label) + len(o.Help) + len(o.Value) + maxOptionText
		}
	}
	return n
}

// page is a view on its way.
type page struct {
	w      *words.Words
	r      words.Reader
	now    time.Time
	fill   int  // how long a value may be to be filled in
	lost   bool // not everything fits
	notice words.Text
	seen   map[string]bool
	// below says of the field at hand that its options are cut at their colons.
	below bool
}

func (p *page) say(t words.Text) string { return words.Clean(t.Render(p.r, p.now)) }

func (p *page) modal(f *bot.Form, meta string) api.ModalViewRequest {
	v := api.ModalViewRequest{
		Type: api.VTModal, CallbackID: formView, PrivateMetadata: meta,
		Title:  label(p.say(f.Title), p.say(p.w.SlackTitle()), maxViewTitle),
		Submit: label(p.say(f.Submit), p.say(p.w.ButtonDo()), maxViewTitle),
		Close:  label(p.say(p.w.SlackClose()), "", maxViewTitle),
	}
	p.seen = map[string]bool{}
	blocks := p.above()
	if title := runsOf(f.Title, p.r, p.now); words.Line(spell(title)) != v.Title.Text {
		title, p.lost = cutRuns(title, maxSection)
		blocks = append(blocks, richText(bolden(title))...)
	}
	if intro := p.intro(f.Intro); len(intro) > 0 {
		blocks = append(blocks, intro...)
		if len(f.Fields) > 0 {
			blocks = append(blocks, api.NewDividerBlock())
		}
	}
	for i := range f.Fields {
		field := p.field(&f.Fields[i])
		if len(blocks)+len(field) > maxViewBlocks-2 { // the notice and the last button
			p.lost = true
			break
		}
		blocks = append(blocks, field...)
	}
	if p.lost {
		blocks = append(blocks, small(p.say(p.w.SlackCut())))
	}
	if len(blocks) == 0 { // a question of nothing but its title
		blocks = append(blocks, api.NewSectionBlock(v.Title, nil, nil))
	}
	if f.Kept {
		blocks = append(blocks, p.drop())
	}
	v.Blocks.BlockSet = blocks
	return v
}

// noticeBlock is the block id of the notice; no field has it.
const noticeBlock = again + "notice"

// above shows the notice.
func (p *page) above() []api.Block {
	runs, lost := cutRuns(runsOf(p.notice, p.r, p.now), maxSection)
	p.lost = p.lost || lost
	blocks := richText(runs)
	if len(blocks) > 0 {
		blocks[0].(*api.RichTextBlock).BlockID = noticeBlock
	}
	return blocks
}

// drop is the button that gives a report up, as closing the view keeps it.
func (p *page) drop() api.Block {
	drop := label(p.say(p.w.ButtonDrop()), "", maxConfirmButton)
	e := api.NewButtonBlockElement(bot.Nav, bot.NavCancel, drop)
	e.Confirm = api.NewConfirmationBlockObject(drop, label(p.say(p.w.SlackDropSure()), "", maxConfirmText), drop, label(p.say(p.w.SlackKeep()), "", maxConfirmButton))
	return api.NewActionBlock("", e)
}

// intro shows a summary: on each line, what it is about is bold.
func (p *page) intro(t words.Text) []api.Block {
	runs, lost := cutRuns(runsOf(t, p.r, p.now), maxIntro)
	p.lost = p.lost || lost
	var out []run
	for rest := runs; rest != nil; {
		var line []run
		line, rest = firstLine(rest)
		if lead, after := leadOf(line, maxLabel); lead != nil {
			line = append(bolden(lead), after...)
		}
		out = append(out, line...)
		if rest != nil {
			out = append(out, run{text: "\n"})
		}
	}
	return richText(out)
}

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

// closingView says in the form's place what came of it; nothing is left to submit.
func closingView(r bot.Reply, now time.Time) api.ModalViewRequest {
	return quietView(r.Lang, shown(r, now))
}

// shown is a reply in a view, where no text stands beside the blocks.
func shown(r bot.Reply, now time.Time) []api.Block {
	if m := build(r.Text, nil, r.Buttons, readerOf(r), now); len(m.blocks) > 0 {
		return m.blocks
	}
	return []api.Block{api.NewSectionBlock(label(r.Text.Render(readerOf(r), now), "", maxSection), nil, nil)}
}

// waitingView stands where a form will be, when what it shows takes longer.
func waitingView(lang string) api.ModalViewRequest {
	wait := words.In(lang).SlackWait().Render(words.Reader{Lang: lang}, time.Time{})
	return quietView(lang, []api.Block{api.NewSectionBlock(plainObject(wait, maxSection), nil, nil)})
}

func quietView(lang string, blocks []api.Block) api.ModalViewRequest {
	w, r := words.In(lang), words.Reader{Lang: lang}
	return api.ModalViewRequest{
		Type: api.VTModal, CallbackID: formView, Blocks: api.Blocks{BlockSet: blocks},
		Title: label(w.SlackTitle().Render(r, time.Time{}), "", maxViewTitle),
		Close: label(w.SlackClose().Render(r, time.Time{}), "", maxViewTitle),
	}
}

// homeOf renders a person's own page.
func homeOf(r bot.Reply, now time.Time) api.HomeTabViewRequest {
	w := words.In(r.Lang)
	title := plainObject(w.SlackTitle().Render(words.Reader{Lang: r.Lang}, now), maxHeader)
	blocks := []api.Block{api.NewHeaderBlock(title)}
	if r.Text != "" || len(r.Buttons) > 0 {
		blocks = append(blocks, shown(r, now)...)
	}
	return api.HomeTabViewRequest{Type: api.VTHomeTab, Blocks: api.Blocks{BlockSet: blocks}}
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
