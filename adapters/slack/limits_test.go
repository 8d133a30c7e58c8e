package slack

import (
	"strings"
	"testing"

	api "github.com/slack-go/slack"
)

// Each of Slack's limits is noticed when one more is sent than it allows.
func TestEveryLimitIsNoticed(t *testing.T) {
	x := func(n int) string { return strings.Repeat("界", n) }
	p := func(n int) *api.TextBlockObject {
		no := false
		return &api.TextBlockObject{Type: api.PlainTextType, Text: x(n), Emoji: &no}
	}
	options := func(n, text int) (all []*api.OptionBlockObject) {
		for i := range n {
			all = append(all, &api.OptionBlockObject{Text: p(text), Value: strings.Repeat("v", i%75+1) + string(rune('a' + i/75))[:i/75%2]})
		}
		return all
	}
	input := func(e api.BlockElement) api.Block { return api.NewInputBlock("b", p(1), nil, e) }
	section := func(n int) api.Block { return api.NewSectionBlock(p(n), nil, nil) }
	fields := func(n, text int) api.Block {
		s := api.NewSectionBlock(nil, nil, nil)
		for range n {
			s.Fields = append(s.Fields, p(text))
		}
		return s
	}
	context := func(n, text int) api.Block {
		c := api.NewContextBlock("")
		for range n {
			c.ContextElements.Elements = append(c.ContextElements.Elements, p(text))
		}
		return c
	}
	press := func(id, text, value int) api.BlockElement {
		return api.NewButtonBlockElement(x(id), x(value), p(text))
	}
	actions := func(n int) api.Block {
		a := api.NewActionBlock("")
		for i := range n {
			a.Elements.ElementSet = append(a.Elements.ElementSet, press(i+1, 1, 1))
		}
		return a
	}
	typed := func(initial, most int) api.Block {
		return input(&api.PlainTextInputBlockElement{Type: api.METPlainTextInput, ActionID: "a", InitialValue: x(initial), MaxLength: most})
	}
	radios := func(n, text int) api.Block { return input(api.NewRadioButtonsBlockElement("a", options(n, text)...)) }
	menu := func(n int) api.Block {
		return input(api.NewOptionsSelectBlockElement(api.OptTypeStatic, nil, "a", options(n, 1)...))
	}
	rich := func(n int) api.Block {
		return api.NewRichTextBlock("", api.NewRichTextSection(api.NewRichTextSectionTextElement(x(n), nil)))
	}
	for _, tc := range []struct {
		name       string
		most, more api.Block
	}{
		{"section text", section(3000), section(3001)},
		{"section of nothing", section(1), api.NewSectionBlock(nil, nil, nil)},
		{"fields", fields(10, 1), fields(11, 1)},
		{"field text", fields(1, 2000), fields(1, 2001)},
		{"header", api.NewHeaderBlock(p(150)), api.NewHeaderBlock(p(151))},
		{"context", context(10, 1), context(11, 1)},
		{"empty context", context(1, 1), context(0, 1)},
		{"context text", context(1, 2000), context(1, 2001)},
		{"actions", actions(25), actions(26)},
		{"no actions", actions(1), actions(0)},
		{"button text", api.NewActionBlock("", press(1, 75, 1)), api.NewActionBlock("", press(1, 76, 1))},
		{"button value", api.NewActionBlock("", press(1, 1, 2000)), api.NewActionBlock("", press(1, 1, 2001))},
		{"action id", api.NewActionBlock("", press(255, 1, 1)), api.NewActionBlock("", press(256, 1, 1))},
		{"the same action twice", api.NewActionBlock("", press(1, 1, 1)), api.NewActionBlock("", press(1, 1, 1), press(1, 1, 1))},
		{"block id", api.NewActionBlock(x(255), press(1, 1, 1)), api.NewActionBlock(x(256), press(1, 1, 1))},
		{"label", api.NewInputBlock("b", p(2000), nil, typed(1, 1).(*api.InputBlock).Element), api.NewInputBlock("b", p(2001), nil, typed(1, 1).(*api.InputBlock).Element)},
		{"hint", api.NewInputBlock("b", p(1), p(2000), typed(1, 1).(*api.InputBlock).Element), api.NewInputBlock("b", p(1), p(2001), typed(1, 1).(*api.InputBlock).Element)},
		{"initial value", typed(3000, 3000), typed(3001, 3000)},
		{"max_length", typed(0, 3000), typed(0, 3001)},
		{"radio buttons", radios(10, 1), radios(11, 1)},
		{"option text", radios(1, 75), radios(1, 76)},
		{"menu", menu(100), menu(101)},
		{"no options", menu(1), menu(0)},
		{"rich text", rich(3000), rich(3001)},
		{"empty rich text", rich(1), rich(0)},
		{"plain text in a header", api.NewHeaderBlock(p(1)), api.NewHeaderBlock(&api.TextBlockObject{Type: api.MarkdownType, Text: "x", Verbatim: true})},
		{"mrkdwn that reads people's words", section(1), api.NewSectionBlock(&api.TextBlockObject{Type: api.MarkdownType, Text: "x"}, nil, nil)},
		{"a block we don't send", section(1), api.NewImageBlock("https://x.example/y.png", "x", "", nil)},
		{"a mention", rich(1), api.NewRichTextBlock("", api.NewRichTextSection(api.NewRichTextSectionUserElement("U1", nil)))},
	} {
		if found := violations(tc.most); len(found) != 0 {
			t.Errorf("%s: refused what Slack takes: %v", tc.name, found)
		}
		if found := violations(tc.more); len(found) == 0 {
			t.Errorf("%s: not noticed", tc.name)
		}
	}
	many := func(n int) (all []api.Block) {
		for range n {
			all = append(all, section(1))
		}
		return all
	}
	view := func(title, meta, blocks int, submit bool) api.ModalViewRequest {
		v := api.ModalViewRequest{Title: p(title), PrivateMetadata: x(meta), Blocks: api.Blocks{BlockSet: append(many(blocks-1), typed(1, 1))}}
		if submit {
			v.Submit = p(24)
		}
		return v
	}
	big := view(1, 0, 1, true)
	for range 60 {
		big.Blocks.BlockSet = append(big.Blocks.BlockSet, section(3000)) // 9 kB each
	}
	for name, found := range map[string][][]violation{
		"blocks of a message": {messageViolations(message{text: "x", blocks: many(50)}), messageViolations(message{text: "x", blocks: many(51)})},
		"text":                {messageViolations(message{text: x(40_000)}), messageViolations(message{text: x(40_001)})},
		"no text":             {messageViolations(message{text: "x"}), messageViolations(message{})},
		"text in all blocks":  {messageViolations(message{text: "x", blocks: []api.Block{section(3000), section(3000), section(3000), section(3000)}}), messageViolations(message{text: "x", blocks: []api.Block{section(3000), section(3000), section(3000), section(3000), section(3000)}})},
		"inputs in a message": {nil, messageViolations(message{text: "x", blocks: []api.Block{typed(1, 1)}})},
		"title":               {modalViolations(view(24, 0, 1, true)), modalViolations(view(25, 0, 1, true))},
		"private_metadata":    {modalViolations(view(1, 3000, 1, true)), modalViolations(view(1, 3001, 1, true))},
		"blocks of a modal":   {modalViolations(view(1, 0, 100, true)), modalViolations(view(1, 0, 101, true))},
		"no submit":           {modalViolations(view(1, 0, 1, true)), modalViolations(view(1, 0, 1, false))},
		"bytes of a view":     {modalViolations(view(1, 0, 1, true)), modalViolations(big)},
		"blocks of a home": {
			homeViolations(api.HomeTabViewRequest{Blocks: api.Blocks{BlockSet: many(100)}}), homeViolations(api.HomeTabViewRequest{Blocks: api.Blocks{BlockSet: many(101)}}),
		},
		"block ids": {violations(api.NewActionBlock("b", press(1, 1, 1))), violations(api.NewActionBlock("b", press(1, 1, 1)), api.NewActionBlock("b", press(2, 1, 1)))},
	} {
		if len(found[0]) != 0 {
			t.Errorf("%s: refused what Slack takes: %v", name, found[0])
		}
		if len(found[1]) == 0 {
			t.Errorf("%s: not noticed", name)
		}
	}
}
