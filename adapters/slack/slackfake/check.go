package slackfake

import (
	"fmt"
	"slices"
	"strconv"
)

// Problem is one reason to refuse a payload. Pointer is a JSON pointer.
type Problem struct{ Message, Pointer string }

// String is the problem as Slack words it in response_metadata.messages.
func (p Problem) String() string {
	return fmt.Sprintf("[ERROR] %s [json-pointer:%s]", p.Message, p.Pointer)
}

// surface is where blocks are shown.
type surface string

const (
	inMessage surface = "message"
	inModal   surface = "modal"
	inHome    surface = "home"
)

// CheckMessage applies Slack's limits to the blocks of a message. Limits are
// in characters (Unicode code points), from Slack's own SDKs.
func CheckMessage(blocks []Block) []Problem {
	c := &check{surface: inMessage}
	c.blocks(blocks, "/blocks", 50)
	if c.markdown > 12_000 {
		c.add("/blocks", "markdown blocks must have less than 12001 characters together")
	}
	return c.problems
}

// CheckView applies Slack's limits to a modal or an App Home.
func CheckView(view Block) []Problem {
	c := &check{}
	kind, _ := view["type"].(string)
	switch kind {
	case "modal":
		c.surface = inModal
		c.keys(view, "/view", "title", "blocks", "submit", "close", "private_metadata", "callback_id", "clear_on_close", "notify_on_close", "external_id", "submit_disabled")
		c.plain(view["title"], "/view/title", 1, 24, true)
		c.plain(view["submit"], "/view/submit", 1, 24, false)
		c.plain(view["close"], "/view/close", 1, 24, false)
	case "home":
		c.surface = inHome
		c.keys(view, "/view", "blocks", "private_metadata", "callback_id", "external_id")
	default:
		c.add("/view/type", "unsupported type: %s", kind)
		return c.problems
	}
	c.text(view, "private_metadata", "/view", 0, 3000)
	c.text(view, "callback_id", "/view", 0, 255)
	c.text(view, "external_id", "/view", 0, 255)
	items, ok := view["blocks"].([]any)
	if !ok {
		c.add("/view/blocks", "missing required field: blocks")
		return c.problems
	}
	blocks, err := toBlocks(items)
	if err != nil {
		c.add("/view/blocks", "%v", err)
		return c.problems
	}
	c.blocks(blocks, "/view/blocks", 100)
	if c.inputs && kind == "modal" && view["submit"] == nil {
		c.add("/view/submit", "a view with an input block must have submit")
	}
	return c.problems
}

// check collects problems on its way through a payload.
type check struct {
	surface  surface
	problems []Problem
	blockIDs []string
	inputs   bool
	focused  bool
	tables   int
	markdown int
}

func (c *check) add(pointer, format string, args ...any) {
	c.problems = append(c.problems, Problem{Message: fmt.Sprintf(format, args...), Pointer: pointer})
}

// keys refuses fields that Slack does not know; type is always known.
func (c *check) keys(o Block, at string, known ...string) {
	for key := range o {
		if key != "type" && !slices.Contains(known, key) {
			c.add(at, "invalid additional property: %s", key)
		}
	}
}

// text checks a string field, if it is there, against its length.
func (c *check) text(o Block, key, at string, least, most int) string {
	v, there := o[key]
	if !there || v == nil {
		return ""
	}
	s, ok := v.(string)
	if !ok {
		c.add(at+"/"+key, "must be a string")
		return ""
	}
	c.length(s, at+"/"+key, least, most)
	return s
}

func (c *check) length(s, at string, least, most int) {
	n := length(s)
	if n < least {
		c.add(at, "must be more than %d characters", least-1)
	}
	if n > most {
		c.add(at, "must be less than %d characters", most+1)
	}
}

// required is text for a field that must be there.
func (c *check) required(o Block, key, at string, least, most int) string {
	if v, there := o[key]; !there || v == nil {
		c.add(at, "missing required field: %s", key)
		return ""
	}
	return c.text(o, key, at, least, most)
}

// count checks how many items an array has; it gives nil if it is no array.
func (c *check) count(o Block, key, at string, least, most int) []any {
	v, there := o[key]
	if !there || v == nil {
		if least > 0 {
			c.add(at, "missing required field: %s", key)
		}
		return nil
	}
	items, ok := v.([]any)
	if !ok {
		c.add(at+"/"+key, "must be an array")
		return nil
	}
	if len(items) < least {
		c.add(at+"/"+key, "no less than %d items allowed", least)
	}
	if len(items) > most {
		c.add(at+"/"+key, "no more than %d items allowed", most)
	}
	return items
}

// object gives a field that must be an object; nil (and a problem) otherwise.
func (c *check) object(v any, at string) Block {
	o, ok := v.(Block)
	if !ok {
		c.add(at, "must be an object")
		return nil
	}
	return o
}

// blocks checks a list of blocks.
func (c *check) blocks(blocks []Block, at string, most int) {
	if len(blocks) > most {
		c.add(at, "no more than %d items allowed", most)
	}
	for i, b := range blocks {
		c.block(b, at+"/"+strconv.Itoa(i))
	}
}

// plain checks a plain_text object.
func (c *check) plain(v any, at string, least, most int, must bool) {
	if v == nil {
		if must {
			c.add(at, "missing required field")
		}
		return
	}
	o := c.object(v, at)
	if o == nil {
		return
	}
	if o["type"] != "plain_text" {
		c.add(at+"/type", "must be plain_text")
		return
	}
	c.textObject(o, at, least, most)
}

// textObject checks a text of either kind.
func (c *check) textObject(v any, at string, least, most int) {
	o := c.object(v, at)
	if o == nil {
		return
	}
	switch o["type"] {
	case "plain_text":
		c.keys(o, at, "text", "emoji")
	case "mrkdwn":
		c.keys(o, at, "text", "verbatim")
	default:
		c.add(at+"/type", "unsupported type: %v", o["type"])
		return
	}
	c.required(o, "text", at, least, most)
}

// confirm checks a confirmation dialog, if there is one.
func (c *check) confirm(o Block, at string) {
	if o["confirm"] == nil {
		return
	}
	at += "/confirm"
	d := c.object(o["confirm"], at)
	if d == nil {
		return
	}
	c.keys(d, at, "title", "text", "confirm", "deny", "style")
	c.plain(d["title"], at+"/title", 1, 100, true)
	if d["text"] == nil {
		c.add(at, "missing required field: text")
	} else {
		c.textObject(d["text"], at+"/text", 1, 300)
	}
	c.plain(d["confirm"], at+"/confirm", 1, 30, true)
	c.plain(d["deny"], at+"/deny", 1, 30, true)
	c.style(d, at)
}

func (c *check) style(o Block, at string) {
	if s, there := o["style"]; there && s != "primary" && s != "danger" {
		c.add(at+"/style", "must be primary or danger")
	}
}
