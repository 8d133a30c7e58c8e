package slack

import (
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	api "github.com/slack-go/slack"
)

// Slack's limits, in Unicode code points where they are lengths. slack-go
// checks few of them, and Slack refuses the whole message or view.
// https://docs.slack.dev/reference/block-kit
const (
	maxBlocks       = 50  // of a message
	maxViewBlocks   = 100 // of a modal or a home
	maxSection      = 3000
	maxFields       = 10 // of a section
	maxFieldText    = 2000
	maxHeader       = 150
	maxContextParts = 10
	maxSmall        = 2000
	maxActions      = 25
	maxID           = 255
	maxButtonText   = 75
	maxButtonValue  = 2000
	maxInputLabel   = 2000

	maxConfirmTitle  = 100
	maxConfirmText   = 300
	maxConfirmButton = 30

	maxTyped       = 3000 // in a text input
	maxOptionText  = 75
	maxOptionValue = 75 // Slack's SDKs disagree: 75 or 150
	maxOptions     = 100
	maxRadios      = 10
	maxViewTitle   = 24 // also submit and close
	maxMetadata    = 3000
	maxViewBytes   = 250 * 1024
	maxText        = 40_000 // top-level text; Slack cuts there

	// Slack names no limits for these; they keep clear of msg_blocks_too_long.
	maxRichText  = 3000   // of one rich_text block
	maxRichParts = 100    // of one rich_text block
	maxTogether  = 13_000 // of all text in the blocks of a message
)

// violation is something that Slack would refuse, and where.
type violation struct{ Where, Rule string }

func (v violation) String() string { return v.Where + ": " + v.Rule }

// violations says what Slack would refuse about blocks, wherever they stand.
func violations(blocks ...api.Block) []violation {
	c := checker{}
	c.blocks(blocks)
	return c.found
}

// messageViolations says what Slack would refuse about a message.
func messageViolations(m message) []violation {
	c := checker{}
	c.length("text", m.text, 1, maxText)
	c.count("blocks", len(m.blocks), 0, maxBlocks)
	c.blocks(m.blocks)
	c.count("characters in blocks", c.together, 0, maxTogether)
	if c.inputs {
		c.add("blocks", "an input in a message")
	}
	return c.found
}

// modalViolations says what Slack would refuse about a modal.
func modalViolations(v api.ModalViewRequest) []violation {
	c := checker{}
	c.plain("title", v.Title, 1, maxViewTitle)
	for where, o := range map[string]*api.TextBlockObject{"submit": v.Submit, "close": v.Close} {
		if o != nil {
			c.plain(where, o, 1, maxViewTitle)
		}
	}
	c.length("callback_id", v.CallbackID, 0, maxID)
	c.length("private_metadata", v.PrivateMetadata, 0, maxMetadata)
	c.count("blocks", len(v.Blocks.BlockSet), 1, maxViewBlocks)
	c.blocks(v.Blocks.BlockSet)
	if c.inputs && v.Submit == nil {
		c.add("submit", "missing beside an input")
	}
	c.size(v)
	return c.found
}

// homeViolations says what Slack would refuse about a home.
func homeViolations(v api.HomeTabViewRequest) []violation {
	c := checker{}
	c.count("blocks", len(v.Blocks.BlockSet), 1, maxViewBlocks)
	c.blocks(v.Blocks.BlockSet)
	c.size(v)
	return c.found
}

type checker struct {
	found    []violation
	blockIDs []string
	actions  []string
	inputs   bool
	together int
}

func (c *checker) add(where, rule string) { c.found = append(c.found, violation{where, rule}) }

func (c *checker) length(where, s string, least, most int) {
	if n := utf8.RuneCountInString(s); n < least || n > most {
		c.add(where, fmt.Sprintf("%d characters, not %d to %d", n, least, most))
	}
}

func (c *checker) count(where string, n, least, most int) {
	if n < least || n > most {
		c.add(where, fmt.Sprintf("%d, not %d to %d", n, least, most))
	}
}

func (c *checker) size(view any) {
	b, err := json.Marshal(view)
	if err != nil {
		c.add("view", err.Error())
	}
	c.count("bytes", len(b), 0, maxViewBytes)
}

func (c *checker) text(where string, o *api.TextBlockObject, least, most int) {
	if o == nil {
		c.add(where, "missing")
		return
	}
	c.length(where, o.Text, least, most)
	c.together += utf8.RuneCountInString(o.Text)
	switch {
	case o.Type == api.MarkdownType && (o.Emoji != nil || !o.Verbatim):
		c.add(where, "mrkdwn that isn't verbatim")
	case o.Type != api.MarkdownType && o.Type != api.PlainTextType:
		c.add(where, "a text of the type "+o.Type)
	case o.Type == api.PlainTextType && o.Verbatim:
		c.add(where, "verbatim plain_text")
	}
}

func (c *checker) plain(where string, o *api.TextBlockObject, least, most int) {
	c.text(where, o, least, most)
	if o != nil && o.Type != api.PlainTextType {
		c.add(where, "not plain_text")
	}
}

// once notes an id that must not repeat.
func (c *checker) once(where, id string, seen *[]string) {
	c.length(where, id, 0, maxID)
	if id != "" && slices.Contains(*seen, id) {
		c.add(where, "used twice: "+id)
	}
	*seen = append(*seen, id)
}

func (c *checker) blocks(blocks []api.Block) {
	for i, b := range blocks {
		at := fmt.Sprintf("blocks/%d", i)
		if b == nil {
			c.add(at, "missing")
			continue
		}
		c.once(at+"/block_id", b.ID(), &c.blockIDs)
		c.block(at, b)
	}
}

// block knows the kinds of block that we send.
func (c *checker) block(at string, b api.Block) {
	switch b := b.(type) {
	case *api.HeaderBlock:
		c.plain(at+"/text", b.Text, 1, maxHeader)
	case *api.DividerBlock:
	case *api.SectionBlock:
		if b.Text == nil && len(b.Fields) == 0 {
			c.add(at, "a section of nothing")
		}
		if b.Text != nil {
			c.text(at+"/text", b.Text, 1, maxSection)
		}
		c.count(at+"/fields", len(b.Fields), 0, maxFields)
		for _, f := range b.Fields {
			c.text(at+"/fields", f, 1, maxFieldText)
		}
		if b.Accessory != nil {
			if b.Accessory.ButtonElement == nil {
				c.add(at+"/accessory", "not a button")
			} else {
				c.element(at+"/accessory", b.Accessory.ButtonElement)
			}
		}
	case *api.ContextBlock:
		c.count(at+"/elements", len(b.ContextElements.Elements), 1, maxContextParts)
		for _, e := range b.ContextElements.Elements {
			o, ok := e.(*api.TextBlockObject)
			if !ok {
				c.add(at, "not a text")
			}
			c.text(at, o, 1, maxSmall)
		}
	case *api.RichTextBlock:
		c.rich(at, b)
	case *api.ActionBlock:
		c.count(at+"/elements", len(b.Elements.ElementSet), 1, maxActions)
		for _, e := range b.Elements.ElementSet {
			c.element(at, e)
		}
	case *api.InputBlock:
		c.inputs = true
		c.plain(at+"/label", b.Label, 1, maxInputLabel)
		if b.Hint != nil {
			c.plain(at+"/hint", b.Hint, 1, maxInputLabel)
		}
		c.element(at+"/element", b.Element)
	default:
		c.add(at, "a block of a kind that nobody checks: "+string(b.BlockType()))
	}
}

func (c *checker) rich(at string, b *api.RichTextBlock) {
	c.count(at+"/elements", len(b.Elements), 1, 1)
	chars := 0
	for _, e := range b.Elements {
		section, ok := e.(*api.RichTextSection)
		if !ok {
			c.add(at, "not a rich_text_section")
			continue
		}
		c.count(at+"/elements/0", len(section.Elements), 1, maxRichParts)
		for _, p := range section.Elements {
			switch p := p.(type) {
			case *api.RichTextSectionTextElement:
				c.length(at, p.Text, 1, maxRichText)
				chars += utf8.RuneCountInString(p.Text)
			case *api.RichTextSectionDateElement:
				if p.Timestamp <= 0 || p.Fallback == nil || p.URL != nil {
					c.add(at, "a date without an instant or a fallback, or with a link")
					continue
				}
				chars += utf8.RuneCountInString(*p.Fallback)
			default:
				c.add(at, "neither text nor date: "+string(p.RichTextSectionElementType()))
			}
		}
	}
	c.count(at+" characters", chars, 1, maxRichText)
	c.together += chars
}

func (c *checker) element(at string, e api.BlockElement) {
	switch e := e.(type) {
	case *api.ButtonBlockElement:
		c.once(at+"/action_id", e.ActionID, &c.actions)
		c.plain(at+"/text", e.Text, 1, maxButtonText)
		c.length(at+"/value", e.Value, 0, maxButtonValue)
		if e.ActionID == "" || e.URL != "" {
			c.add(at, "a button that does nothing, or leads away")
		}
		if ask := e.Confirm; ask != nil {
			c.plain(at+"/confirm/title", ask.Title, 1, maxConfirmTitle)
			c.text(at+"/confirm/text", ask.Text, 1, maxConfirmText)
			c.plain(at+"/confirm/confirm", ask.Confirm, 1, maxConfirmButton)
			c.plain(at+"/confirm/deny", ask.Deny, 1, maxConfirmButton)
		}
	case *api.PlainTextInputBlockElement:
		c.length(at+"/action_id", e.ActionID, 1, maxID)
		c.length(at+"/initial_value", e.InitialValue, 0, maxTyped)
		c.count(at+"/max_length", e.MaxLength, 1, maxTyped)
	case *api.SelectBlockElement:
		c.length(at+"/action_id", e.ActionID, 1, maxID)
		c.options(at, e.Options, e.InitialOption, maxOptions)
	case *api.RadioButtonsBlockElement:
		c.length(at+"/action_id", e.ActionID, 1, maxID)
		c.options(at, e.Options, e.InitialOption, maxRadios)
	default:
		c.add(at, "an element of a kind that nobody checks")
	}
}

func (c *checker) options(at string, all []*api.OptionBlockObject, first *api.OptionBlockObject, most int) {
	c.count(at+"/options", len(all), 1, most)
	var values []string
	for _, o := range all {
		c.plain(at+"/options", o.Text, 1, maxOptionText)
		c.length(at+"/options/value", o.Value, 1, maxOptionValue)
		c.once(at+"/options/value", o.Value, &values)
		if o.Description != nil {
			c.plain(at+"/options", o.Description, 1, maxOptionText)
		}
	}
	if first != nil && !slices.Contains(all, first) {
		c.add(at+"/initial_option", "not one of the options")
	}
}
