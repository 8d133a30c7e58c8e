package slackfake

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// values is what people typed and chose: an entry by block id and action id.
type values map[string]map[string]Block

func (v values) clone() values {
	out := values{}
	for k, m := range v {
		out[k] = maps.Clone(m)
	}
	return out
}

func (v values) json() Block {
	out := Block{}
	for id, actions := range v {
		entries := Block{}
		for action, entry := range actions {
			entries[action] = entry
		}
		out[id] = entries
	}
	return out
}

func (v values) set(blockID, actionID string, entry Block) {
	if v[blockID] == nil {
		v[blockID] = map[string]Block{}
	}
	v[blockID][actionID] = entry
}

// answerKey is the field of a state entry that carries the answer.
func answerKey(element string) string {
	switch element {
	case "plain_text_input", "email_text_input", "url_text_input", "number_input":
		return "value"
	case "static_select", "external_select", "radio_buttons", "overflow":
		return "selected_option"
	case "multi_static_select", "multi_external_select", "checkboxes":
		return "selected_options"
	case "users_select":
		return "selected_user"
	case "multi_users_select":
		return "selected_users"
	case "conversations_select":
		return "selected_conversation"
	case "multi_conversations_select":
		return "selected_conversations"
	case "channels_select":
		return "selected_channel"
	case "multi_channels_select":
		return "selected_channels"
	case "datepicker":
		return "selected_date"
	case "timepicker":
		return "selected_time"
	case "datetimepicker":
		return "selected_date_time"
	case "rich_text_input":
		return "rich_text_value"
	case "file_input":
		return "files"
	}
	return ""
}

// initialKey is the field of an element that carries its first answer.
func initialKey(element string) string {
	switch key := answerKey(element); key {
	case "value", "rich_text_value":
		return "initial_value"
	case "files", "":
		return ""
	default:
		return "initial_" + strings.TrimPrefix(key, "selected_")
	}
}

// eachElement calls do for every element that keeps state.
func eachElement(blocks []Block, do func(block, element Block)) {
	for _, b := range blocks {
		var elements []any
		switch b["type"] {
		case "input":
			elements = []any{b["element"]}
		case "section":
			elements = []any{b["accessory"]}
		case "actions":
			elements, _ = b["elements"].([]any)
		}
		for _, x := range elements {
			if e, ok := x.(Block); ok {
				do(b, e)
			}
		}
	}
}

// initialState gives the entries of a view's elements: what was typed before
// where the ids are the same, else the element's first answer, else null.
func initialState(blocks []Block, before values) values {
	out := values{}
	eachElement(blocks, func(b, e Block) {
		kind, _ := e["type"].(string)
		key := answerKey(kind)
		if key == "" || kind == "overflow" {
			return
		}
		blockID, _ := b["block_id"].(string)
		actionID, _ := e["action_id"].(string)
		if entry, ok := before[blockID][actionID]; ok && entry["type"] == kind {
			out.set(blockID, actionID, entry)
			return
		}
		entry := Block{"type": kind, key: nil}
		if strings.HasPrefix(key, "selected_") && strings.HasSuffix(key, "s") {
			entry[key] = []any{}
		}
		if first, ok := e[initialKey(kind)]; ok {
			entry[key] = first
		}
		out.set(blockID, actionID, entry)
	})
	return out
}

// entryText is the answer of a state entry as text.
func entryText(entry Block) string {
	kind, _ := entry["type"].(string)
	var read func(v any) string
	read = func(v any) string {
		switch v := v.(type) {
		case nil:
			return ""
		case Block:
			s, _ := v["value"].(string)
			return s
		case []any:
			var parts []string
			for _, x := range v {
				parts = append(parts, read(x))
			}
			return strings.Join(parts, ",")
		default:
			return fmt.Sprint(v)
		}
	}
	return read(entry[answerKey(kind)])
}

// options gives all options of an element, those in groups too.
func options(e Block) []Block {
	var out []Block
	add := func(v any) {
		list, _ := v.([]any)
		for _, x := range list {
			if o, ok := x.(Block); ok {
				out = append(out, o)
			}
		}
	}
	add(e["options"])
	groups, _ := e["option_groups"].([]any)
	for _, g := range groups {
		if o, ok := g.(Block); ok {
			add(o["options"])
		}
	}
	return out
}

// option finds an option by its value or by what it reads.
func option(e Block, want string) Block {
	all := options(e)
	for _, o := range all {
		if o["value"] == want {
			return o
		}
	}
	if i := slices.IndexFunc(all, func(o Block) bool { return textOf(o["text"]) == want }); i >= 0 {
		return all[i]
	}
	return nil
}

// entryFor makes the state entry for an answer that a test gives: a string, or
// several strings. An empty answer clears.
func entryFor(e Block, answer any) (Block, error) {
	kind, _ := e["type"].(string)
	key := answerKey(kind)
	if key == "" {
		return nil, fmt.Errorf("a %s takes no answer", kind)
	}
	var texts []string
	switch a := answer.(type) {
	case string:
		if a != "" {
			texts = []string{a}
		}
	case []string:
		texts = a
	case int:
		texts = []string{fmt.Sprint(a)}
	default:
		return nil, fmt.Errorf("an answer is a string or []string, not %T", answer)
	}
	entry := Block{"type": kind, key: nil}
	var several []any
	for _, text := range texts {
		var one any = text
		switch kind {
		case "static_select", "radio_buttons", "overflow", "multi_static_select", "checkboxes":
			o := option(e, text)
			if o == nil {
				return nil, fmt.Errorf("there is no option %q", text)
			}
			one = o
		case "external_select", "multi_external_select":
			one = Block{"text": Block{"type": "plain_text", "text": text, "emoji": true}, "value": text}
		case "datetimepicker":
			var unix int64
			if _, err := fmt.Sscan(text, &unix); err != nil {
				return nil, fmt.Errorf("a datetimepicker wants unix seconds: %w", err)
			}
			one = unix
		case "rich_text_input":
			one = richText(text)
		}
		several = append(several, one)
	}
	switch {
	case strings.HasSuffix(key, "s") && key != "files":
		entry[key] = append([]any{}, several...)
	case len(several) > 1:
		return nil, fmt.Errorf("a %s takes one answer", kind)
	case len(several) == 1:
		entry[key] = several[0]
	}
	return entry, nil
}

// richText is a plain text as Slack's editor sends it.
func richText(text string) Block {
	return Block{
		"type":     "rich_text",
		"elements": []any{Block{"type": "rich_text_section", "elements": []any{Block{"type": "text", "text": text}}}},
	}
}
