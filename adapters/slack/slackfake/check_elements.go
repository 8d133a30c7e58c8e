package slackfake

import (
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// positions says in which blocks each interactive element may stand.
var positions = map[string][]string{
	"button":                     {"section", "actions"},
	"checkboxes":                 {"section", "actions", "input"},
	"datepicker":                 {"section", "actions", "input"},
	"timepicker":                 {"section", "actions", "input"},
	"datetimepicker":             {"actions", "input"},
	"radio_buttons":              {"section", "actions", "input"},
	"overflow":                   {"section", "actions"},
	"static_select":              {"section", "actions", "input"},
	"external_select":            {"section", "actions", "input"},
	"users_select":               {"section", "actions", "input"},
	"conversations_select":       {"section", "actions", "input"},
	"channels_select":            {"section", "actions", "input"},
	"multi_static_select":        {"section", "actions", "input"},
	"multi_external_select":      {"section", "actions", "input"},
	"multi_users_select":         {"section", "actions", "input"},
	"multi_conversations_select": {"section", "actions", "input"},
	"multi_channels_select":      {"section", "actions", "input"},
	"plain_text_input":           {"input"},
	"email_text_input":           {"input"},
	"url_text_input":             {"input"},
	"number_input":               {"input"},
	"rich_text_input":            {"input", "actions"},
	"file_input":                 {"input"},
	"image":                      {"section"},
}

// fields lists what each element may carry besides type, action_id, confirm,
// placeholder and focus_on_load, which have rules of their own.
var fields = map[string]string{
	"button":                     "text url value style accessibility_label",
	"checkboxes":                 "options initial_options",
	"datepicker":                 "initial_date",
	"timepicker":                 "initial_time timezone",
	"datetimepicker":             "initial_date_time",
	"radio_buttons":              "options initial_option",
	"overflow":                   "options",
	"static_select":              "options option_groups initial_option",
	"external_select":            "initial_option min_query_length",
	"users_select":               "initial_user",
	"conversations_select":       "initial_conversation default_to_current_conversation response_url_enabled filter",
	"channels_select":            "initial_channel response_url_enabled",
	"multi_static_select":        "options option_groups initial_options max_selected_items",
	"multi_external_select":      "initial_options min_query_length max_selected_items",
	"multi_users_select":         "initial_users max_selected_items",
	"multi_conversations_select": "initial_conversations default_to_current_conversation max_selected_items filter",
	"multi_channels_select":      "initial_channels max_selected_items",
	"plain_text_input":           "initial_value multiline min_length max_length dispatch_action_config",
	"email_text_input":           "initial_value dispatch_action_config",
	"url_text_input":             "initial_value dispatch_action_config",
	"number_input":               "is_decimal_allowed initial_value min_value max_value dispatch_action_config",
	"rich_text_input":            "initial_value dispatch_action_config",
	"file_input":                 "filetypes max_files",
	"image":                      "image_url slack_file alt_text",
}

var (
	isDate = regexp.MustCompile(`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$`)
	isTime = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`)
)

// element checks one element in a block of this kind.
func (c *check) element(v any, at, position string) {
	e := c.object(v, at)
	if e == nil {
		return
	}
	kind, _ := e["type"].(string)
	allowed, known := positions[kind]
	if !known {
		c.add(at+"/type", "unsupported type: %s", kind)
		return
	}
	if !slices.Contains(allowed, position) {
		c.add(at+"/type", "a %s is not allowed in a block of type %s", kind, position)
		return
	}
	if kind == "file_input" && c.surface != inModal {
		c.add(at+"/type", "a file_input is only allowed in a modal")
	}
	names := strings.Fields(fields[kind])
	if kind != "image" {
		names = append(names, "action_id")
	}
	if takesPlaceholder(kind) {
		names = append(names, "placeholder")
		c.plain(e["placeholder"], at+"/placeholder", 1, 150, false)
	}
	if takesConfirm(kind) {
		names = append(names, "confirm")
		c.confirm(e, at)
	}
	if kind != "button" && kind != "overflow" && kind != "image" && kind != "file_input" {
		names = append(names, "focus_on_load")
		if e["focus_on_load"] == true {
			if c.focused {
				c.add(at+"/focus_on_load", "only one element may have the focus")
			}
			c.focused = true
		}
	}
	c.keys(e, at, names...)
	c.text(e, "action_id", at, 1, 255)
	c.answers(e, kind, at)
}

func takesPlaceholder(kind string) bool {
	switch kind {
	case "button", "overflow", "image", "checkboxes", "radio_buttons", "datetimepicker", "file_input":
		return false
	}
	return true
}

func takesConfirm(kind string) bool {
	return kind != "image" && !strings.HasSuffix(kind, "_input")
}

// answers checks what an element offers and starts with.
func (c *check) answers(e Block, kind, at string) {
	switch kind {
	case "button":
		c.plain(e["text"], at+"/text", 1, 75, true)
		c.text(e, "value", at, 0, 2000)
		c.text(e, "accessibility_label", at, 1, 75)
		c.url(e, "url", at)
		c.style(e, at)
	case "checkboxes", "radio_buttons":
		c.options(c.count(e, "options", at, 1, 10), at+"/options", kind)
		c.initial(e, at)
	case "overflow":
		c.options(c.count(e, "options", at, 1, 5), at+"/options", kind)
	case "static_select", "multi_static_select":
		c.selectOptions(e, kind, at)
		c.initial(e, at)
	case "datepicker":
		c.form(e, "initial_date", at, isDate)
	case "timepicker":
		c.form(e, "initial_time", at, isTime)
	case "datetimepicker":
		if v, there := e["initial_date_time"]; there {
			if n, ok := v.(float64); !ok || n < 1e9 || n >= 1e10 {
				c.add(at+"/initial_date_time", "must be unix seconds of ten digits")
			}
		}
	case "plain_text_input":
		c.lengths(e, at)
	case "email_text_input", "url_text_input":
		c.text(e, "initial_value", at, 0, 3000)
	case "number_input":
		if _, there := e["is_decimal_allowed"].(bool); !there {
			c.add(at, "missing required field: is_decimal_allowed")
		}
	case "image":
		c.image(e, at)
	}
	if v, there := e["max_selected_items"]; there {
		if n, ok := v.(float64); !ok || n < 1 {
			c.add(at+"/max_selected_items", "must be at least 1")
		}
	}
}

func (c *check) form(e Block, key, at string, want *regexp.Regexp) {
	if s := c.text(e, key, at, 1, 10); s != "" && !want.MatchString(s) {
		c.add(at+"/"+key, "has the wrong form: %s", s)
	}
}

// lengths checks the bounds of a text input, and its first text against them.
func (c *check) lengths(e Block, at string) {
	least, most := 0, 3000
	if v, there := e["min_length"]; there {
		n, ok := v.(float64)
		if !ok || n < 0 || n > 3000 {
			c.add(at+"/min_length", "must be from 0 to 3000")
		}
		least = int(n)
	}
	if v, there := e["max_length"]; there {
		n, ok := v.(float64)
		if !ok || n < 1 || n > 3000 {
			c.add(at+"/max_length", "must be from 1 to 3000")
		} else {
			most = int(n)
		}
	}
	if least > most {
		c.add(at+"/min_length", "must not be more than max_length")
	}
	if s, ok := e["initial_value"].(string); ok && s != "" {
		c.length(s, at+"/initial_value", least, most)
	}
}

func (c *check) selectOptions(e Block, kind, at string) {
	if (e["options"] == nil) == (e["option_groups"] == nil) {
		c.add(at, "needs options or option_groups, not both")
		return
	}
	if e["options"] != nil {
		c.options(c.count(e, "options", at, 1, 100), at+"/options", kind)
		return
	}
	for i, g := range c.count(e, "option_groups", at, 1, 100) {
		here := at + "/option_groups/" + strconv.Itoa(i)
		o := c.object(g, here)
		if o == nil {
			continue
		}
		c.keys(o, here, "label", "options")
		c.plain(o["label"], here+"/label", 1, 75, true)
		c.options(c.count(o, "options", here, 1, 100), here+"/options", kind)
	}
}

func (c *check) options(items []any, at, kind string) {
	for i, x := range items {
		here := at + "/" + strconv.Itoa(i)
		o := c.object(x, here)
		if o == nil {
			continue
		}
		c.keys(o, here, "text", "value", "description", "url")
		c.required(o, "value", here, 1, 75)
		if kind == "checkboxes" || kind == "radio_buttons" {
			if o["text"] == nil {
				c.add(here, "missing required field: text")
			} else {
				c.textObject(o["text"], here+"/text", 1, 75)
			}
			if o["description"] != nil {
				c.textObject(o["description"], here+"/description", 1, 75)
			}
		} else {
			c.plain(o["text"], here+"/text", 1, 75, true)
			c.plain(o["description"], here+"/description", 1, 75, false)
		}
		if o["url"] != nil && kind != "overflow" {
			c.add(here+"/url", "a url is only allowed in an overflow menu")
		}
		c.url(o, "url", here)
	}
}

// initial checks that the first answers are among the options, exactly.
func (c *check) initial(e Block, at string) {
	all := options(e)
	among := func(v any, here string) {
		o, _ := v.(Block)
		if !slices.ContainsFunc(all, func(x Block) bool { return reflect.DeepEqual(x, o) }) {
			c.add(here, "is not one of the options")
		}
	}
	if v, there := e["initial_option"]; there {
		among(v, at+"/initial_option")
	}
	if _, there := e["initial_options"]; there {
		for i, v := range c.count(e, "initial_options", at, 1, 100) {
			among(v, at+"/initial_options/"+strconv.Itoa(i))
		}
	}
}
