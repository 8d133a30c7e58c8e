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

// field is one question: its input, what is wrong with the answer, how to
// answer, and what the answers mean. Must says that the client asks for it.
func (p *page) field(f *bot.Field, must bool) []element {
	if strings.TrimSpace(f.Key) == "" || len(f.Key) > maxInputID-len(pickedSuffix) || strings.HasSuffix(f.Key, pickedSuffix) || strings.HasPrefix(f.Key, shownPrefix) ||
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
