package slackfake

import (
	"net/url"
	"slices"
	"strconv"
)

// surfaces says where each kind of block may stand. Kinds that apps may use
// but this fake does not check are missing, and so refused.
var surfaces = map[string][]surface{
	"actions":   {inMessage, inModal, inHome},
	"alert":     {inModal},
	"card":      {inMessage, inModal, inHome},
	"carousel":  {inMessage, inHome},
	"context":   {inMessage, inModal, inHome},
	"divider":   {inMessage, inModal, inHome},
	"header":    {inMessage, inModal, inHome},
	"image":     {inMessage, inModal, inHome},
	"input":     {inMessage, inModal, inHome},
	"markdown":  {inMessage},
	"rich_text": {inMessage, inModal, inHome},
	"section":   {inMessage, inModal, inHome},
	"table":     {inMessage},
}

// block checks one block.
func (c *check) block(b Block, at string) {
	kind, _ := b["type"].(string)
	where, known := surfaces[kind]
	if !known {
		c.add(at+"/type", "unsupported type: %s", kind)
		return
	}
	if !slices.Contains(where, c.surface) {
		c.add(at+"/type", "a %s block is not allowed in a %s", kind, c.surface)
		return
	}
	if id := c.text(b, "block_id", at, 0, 255); id != "" {
		if slices.Contains(c.blockIDs, id) {
			c.add(at+"/block_id", "block_id %s is used twice", id)
		}
		c.blockIDs = append(c.blockIDs, id)
	}
	switch kind {
	case "section":
		c.section(b, at)
	case "header":
		c.keys(b, at, "block_id", "text", "level")
		c.plain(b["text"], at+"/text", 1, 150, true)
	case "divider":
		c.keys(b, at, "block_id")
	case "context":
		c.context(b, at)
	case "actions":
		c.actions(b, at)
	case "input":
		c.input(b, at)
	case "image":
		c.keys(b, at, "block_id", "image_url", "slack_file", "alt_text", "title")
		c.image(b, at)
		c.plain(b["title"], at+"/title", 1, 2000, false)
	case "markdown":
		c.keys(b, at, "block_id", "text")
		c.markdown += length(c.required(b, "text", at, 1, 12_000))
	case "rich_text":
		c.keys(b, at, "block_id", "elements")
		c.richText(c.count(b, "elements", at, 1, 1000), at+"/elements")
	case "table":
		c.table(b, at)
	case "alert":
		c.keys(b, at, "block_id", "text", "level")
		if b["text"] == nil {
			c.add(at, "missing required field: text")
		} else {
			c.textObject(b["text"], at+"/text", 1, 3000)
		}
	case "card":
		c.card(b, at)
	case "carousel":
		c.keys(b, at, "block_id", "elements")
		for i, x := range c.count(b, "elements", at, 1, 10) {
			here := at + "/elements/" + strconv.Itoa(i)
			if o := c.object(x, here); o != nil {
				c.card(o, here)
			}
		}
	}
}

func (c *check) section(b Block, at string) {
	c.keys(b, at, "block_id", "text", "fields", "accessory", "expand")
	if b["text"] == nil && b["fields"] == nil {
		c.add(at, "missing required field: text or fields")
	}
	if b["text"] != nil {
		c.textObject(b["text"], at+"/text", 1, 3000)
	}
	if b["fields"] != nil {
		for i, f := range c.count(b, "fields", at, 1, 10) {
			c.textObject(f, at+"/fields/"+strconv.Itoa(i), 1, 2000)
		}
	}
	if b["accessory"] != nil {
		c.element(b["accessory"], at+"/accessory", "section")
	}
}

func (c *check) context(b Block, at string) {
	c.keys(b, at, "block_id", "elements")
	for i, x := range c.count(b, "elements", at, 1, 10) {
		here := at + "/elements/" + strconv.Itoa(i)
		o := c.object(x, here)
		if o == nil {
			continue
		}
		if o["type"] == "image" {
			c.keys(o, here, "image_url", "slack_file", "alt_text")
			c.image(o, here)
			continue
		}
		c.textObject(o, here, 1, 3000)
	}
}

func (c *check) actions(b Block, at string) {
	c.keys(b, at, "block_id", "elements")
	var ids []string
	for i, x := range c.count(b, "elements", at, 1, 25) {
		here := at + "/elements/" + strconv.Itoa(i)
		c.element(x, here, "actions")
		o, _ := x.(Block)
		id, _ := o["action_id"].(string)
		if id != "" && slices.Contains(ids, id) {
			c.add(here+"/action_id", "action_id %s is used twice in a block", id)
		}
		ids = append(ids, id)
	}
}

func (c *check) input(b Block, at string) {
	c.keys(b, at, "block_id", "label", "element", "hint", "optional", "dispatch_action")
	c.inputs = true
	c.plain(b["label"], at+"/label", 1, 2000, true)
	c.plain(b["hint"], at+"/hint", 1, 2000, false)
	if b["element"] == nil {
		c.add(at, "missing required field: element")
		return
	}
	c.element(b["element"], at+"/element", "input")
}

func (c *check) image(b Block, at string) {
	if (b["image_url"] == nil) == (b["slack_file"] == nil) {
		c.add(at, "needs image_url or slack_file")
	}
	c.url(b, "image_url", at)
	c.required(b, "alt_text", at, 1, 2000)
}

// url checks an address that a person may open.
func (c *check) url(o Block, key, at string) {
	text := c.text(o, key, at, 1, 3000)
	if text == "" {
		return
	}
	if u, err := url.Parse(text); err != nil || u.Scheme == "" || u.Host == "" && u.Opaque == "" {
		c.add(at+"/"+key, "is not a URL")
	}
}

func (c *check) table(b Block, at string) {
	c.keys(b, at, "block_id", "rows", "column_settings")
	c.tables++
	if c.tables > 1 {
		c.add(at, "only one table is allowed in a message")
	}
	c.count(b, "column_settings", at, 0, 20)
	for i, x := range c.count(b, "rows", at, 1, 100) {
		here := at + "/rows/" + strconv.Itoa(i)
		cells, ok := x.([]any)
		if !ok {
			c.add(here, "must be an array")
			continue
		}
		if len(cells) < 1 || len(cells) > 20 {
			c.add(here, "no more than 20 items allowed, and at least one")
		}
		for j, cell := range cells {
			o := c.object(cell, here+"/"+strconv.Itoa(j))
			if o != nil && o["type"] != "raw_text" && o["type"] != "rich_text" {
				c.add(here+"/"+strconv.Itoa(j)+"/type", "unsupported type: %v", o["type"])
			}
		}
	}
}

func (c *check) card(b Block, at string) {
	c.keys(b, at, "block_id", "icon", "title", "subtitle", "body", "hero_image", "actions", "slack_icon")
	for key, most := range map[string]int{"title": 150, "subtitle": 150, "body": 200} {
		if b[key] != nil {
			c.textObject(b[key], at+"/"+key, 1, most)
		}
	}
	for i, x := range c.count(b, "actions", at, 0, 25) {
		c.element(x, at+"/actions/"+strconv.Itoa(i), "actions")
	}
}

// richText checks that the parts of a rich text are of known kinds.
func (c *check) richText(items []any, at string) {
	for i, x := range items {
		here := at + "/" + strconv.Itoa(i)
		o := c.object(x, here)
		if o == nil {
			continue
		}
		switch o["type"] {
		case "rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote":
			inner, _ := o["elements"].([]any)
			c.richText(inner, here+"/elements")
		case "text", "link", "user", "channel", "usergroup", "emoji", "date", "color", "team", "broadcast":
		default:
			c.add(here+"/type", "unsupported type: %v", o["type"])
		}
	}
}
