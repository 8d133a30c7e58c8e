package slackfake_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"example.com/firstcall/adapters/slack/slackfake"
)

type object = slackfake.Block

// plain is a plain_text object of n characters; each is three bytes, so that a
// limit in bytes would show.
func plain(n int) object { return object{"type": "plain_text", "text": strings.Repeat("語", n)} }

func mrkdwn(n int) object { return object{"type": "mrkdwn", "text": strings.Repeat("語", n)} }

func many(n int, one func(i int) any) []any {
	out := make([]any, n)
	for i := range out {
		out[i] = one(i)
	}
	return out
}

func choice(text, value int) object {
	return object{"text": plain(text), "value": strings.Repeat("v", value)}
}

func choices(n int) []any {
	return many(n, func(i int) any { return object{"text": plain(1), "value": fmt.Sprint(i)} })
}

func actions(elements ...any) object { return object{"type": "actions", "elements": elements} }

func press(change object) object {
	b := object{"type": "button", "action_id": "a", "text": plain(5)}
	for k, v := range change {
		b[k] = v
	}
	return b
}

func pick(kind string, change object) object {
	b := object{"type": kind, "action_id": "a", "options": choices(2)}
	for k, v := range change {
		b[k] = v
	}
	return b
}

func field(element object) object {
	return object{"type": "input", "label": plain(5), "element": element}
}

func form(change object) object {
	v := object{"type": "modal", "title": plain(5), "submit": plain(5), "blocks": []any{field(object{"type": "plain_text_input"})}}
	for k, value := range change {
		v[k] = value
	}
	return v
}

// same passes a value through JSON, as it would come over the wire.
func same(v any) object {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	var out object
	if err := json.Unmarshal(b, &out); err != nil {
		panic(err)
	}
	return out
}

func inMessage(blocks ...any) []slackfake.Problem {
	all := same(object{"blocks": blocks})["blocks"].([]any)
	var list []slackfake.Block
	for _, b := range all {
		list = append(list, b.(object))
	}
	return slackfake.CheckMessage(list)
}

// Every limit in a number: at the limit all is well, one more is refused at the
// pointer.
func TestLimitsAtAndOver(t *testing.T) {
	message := func(block func(n int) object) func(n int) []slackfake.Problem {
		return func(n int) []slackfake.Problem { return inMessage(block(n)) }
	}
	view := func(made func(n int) object) func(n int) []slackfake.Problem {
		return func(n int) []slackfake.Problem { return slackfake.CheckView(same(made(n))) }
	}
	divider := func(int) any { return object{"type": "divider"} }
	tests := []struct {
		name    string
		limit   int
		check   func(n int) []slackfake.Problem
		pointer string
	}{
		{"blocks in a message", 50, func(n int) []slackfake.Problem { return inMessage(many(n, divider)...) }, "/blocks"},
		{"blocks in a modal", 100, view(func(n int) object { return form(object{"blocks": many(n, divider)}) }), "/view/blocks"},
		{"blocks in a home", 100, view(func(n int) object { return object{"type": "home", "blocks": many(n, divider)} }), "/view/blocks"},
		{"block_id", 255, message(func(n int) object { return object{"type": "divider", "block_id": strings.Repeat("b", n)} }), "/blocks/0/block_id"},
		{"action_id", 255, message(func(n int) object { return actions(press(object{"action_id": strings.Repeat("a", n)})) }), "/blocks/0/elements/0/action_id"},
		{"callback_id", 255, view(func(n int) object { return form(object{"callback_id": strings.Repeat("c", n)}) }), "/view/callback_id"},
		{"external_id", 255, view(func(n int) object { return form(object{"external_id": strings.Repeat("c", n)}) }), "/view/external_id"},
		{"private_metadata", 3000, view(func(n int) object { return form(object{"private_metadata": strings.Repeat("p", n)}) }), "/view/private_metadata"},
		{"title", 24, view(func(n int) object { return form(object{"title": plain(n)}) }), "/view/title/text"},
		{"submit", 24, view(func(n int) object { return form(object{"submit": plain(n)}) }), "/view/submit/text"},
		{"close", 24, view(func(n int) object { return form(object{"close": plain(n)}) }), "/view/close/text"},
		{"section text", 3000, message(func(n int) object { return object{"type": "section", "text": mrkdwn(n)} }), "/blocks/0/text/text"},
		{"section fields", 10, message(func(n int) object {
			return object{"type": "section", "fields": many(n, func(int) any { return mrkdwn(1) })}
		}), "/blocks/0/fields"},
		{"a section field", 2000, message(func(n int) object { return object{"type": "section", "fields": []any{mrkdwn(n)}} }), "/blocks/0/fields/0/text"},
		{"header", 150, message(func(n int) object { return object{"type": "header", "text": plain(n)} }), "/blocks/0/text/text"},
		{"context elements", 10, message(func(n int) object {
			return object{"type": "context", "elements": many(n, func(int) any { return mrkdwn(1) })}
		}), "/blocks/0/elements"},
		{"actions elements", 25, message(func(n int) object {
			return actions(many(n, func(i int) any { return press(object{"action_id": fmt.Sprint(i)}) })...)
		}), "/blocks/0/elements"},
		{"input label", 2000, view(func(n int) object {
			return form(object{"blocks": []any{object{"type": "input", "label": plain(n), "element": object{"type": "plain_text_input"}}}})
		}), "/view/blocks/0/label/text"},
		{"input hint", 2000, view(func(n int) object {
			return form(object{"blocks": []any{object{"type": "input", "label": plain(1), "hint": plain(n), "element": object{"type": "plain_text_input"}}}})
		}), "/view/blocks/0/hint/text"},
		{"button text", 75, message(func(n int) object { return actions(press(object{"text": plain(n)})) }), "/blocks/0/elements/0/text/text"},
		{"button value", 2000, message(func(n int) object { return actions(press(object{"value": strings.Repeat("v", n)})) }), "/blocks/0/elements/0/value"},
		{"button url", 3000, message(func(n int) object { return actions(press(object{"url": "https://x/" + strings.Repeat("u", n-10)})) }), "/blocks/0/elements/0/url"},
		{"accessibility_label", 75, message(func(n int) object { return actions(press(object{"accessibility_label": strings.Repeat("l", n)})) }), "/blocks/0/elements/0/accessibility_label"},
		{"option text", 75, message(func(n int) object { return actions(pick("static_select", object{"options": []any{choice(n, 1)}})) }), "/blocks/0/elements/0/options/0/text/text"},
		{"option value", 75, message(func(n int) object { return actions(pick("static_select", object{"options": []any{choice(1, n)}})) }), "/blocks/0/elements/0/options/0/value"},
		{"option description", 75, message(func(n int) object {
			o := choice(1, 1)
			o["description"] = plain(n)
			return actions(pick("static_select", object{"options": []any{o}}))
		}), "/blocks/0/elements/0/options/0/description/text"},
		{"select options", 100, message(func(n int) object { return actions(pick("static_select", object{"options": choices(n)})) }), "/blocks/0/elements/0/options"},
		{"option groups", 100, message(func(n int) object {
			e := pick("static_select", object{"option_groups": many(n, func(int) any { return object{"label": plain(1), "options": choices(1)} })})
			delete(e, "options")
			return actions(e)
		}), "/blocks/0/elements/0/option_groups"},
		{"group label", 75, message(func(n int) object {
			e := pick("static_select", object{"option_groups": []any{object{"label": plain(n), "options": choices(1)}}})
			delete(e, "options")
			return actions(e)
		}), "/blocks/0/elements/0/option_groups/0/label/text"},
		{"checkboxes", 10, message(func(n int) object { return actions(pick("checkboxes", object{"options": choices(n)})) }), "/blocks/0/elements/0/options"},
		{"radio buttons", 10, message(func(n int) object { return actions(pick("radio_buttons", object{"options": choices(n)})) }), "/blocks/0/elements/0/options"},
		{"overflow", 5, message(func(n int) object { return actions(pick("overflow", object{"options": choices(n)})) }), "/blocks/0/elements/0/options"},
		{"placeholder", 150, message(func(n int) object { return actions(pick("static_select", object{"placeholder": plain(n)})) }), "/blocks/0/elements/0/placeholder/text"},
		{"max_length", 3000, view(func(n int) object {
			return form(object{"blocks": []any{field(object{"type": "plain_text_input", "max_length": n})}})
		}), "/view/blocks/0/element/max_length"},
		{"initial text", 20, view(func(n int) object {
			return form(object{"blocks": []any{field(object{"type": "plain_text_input", "max_length": 20, "initial_value": strings.Repeat("語", n)})}})
		}), "/view/blocks/0/element/initial_value"},
		{"confirm title", 100, confirming("title"), "/blocks/0/elements/0/confirm/title/text"},
		{"confirm text", 300, confirming("text"), "/blocks/0/elements/0/confirm/text/text"},
		{"confirm yes", 30, confirming("confirm"), "/blocks/0/elements/0/confirm/confirm/text"},
		{"confirm no", 30, confirming("deny"), "/blocks/0/elements/0/confirm/deny/text"},
		{"image url", 3000, message(func(n int) object {
			return object{"type": "image", "alt_text": "x", "image_url": "https://x/" + strings.Repeat("u", n-10)}
		}), "/blocks/0/image_url"},
		{"alt_text", 2000, message(func(n int) object {
			return object{"type": "image", "alt_text": strings.Repeat("x", n), "image_url": "https://x/y"}
		}), "/blocks/0/alt_text"},
		{"image title", 2000, message(func(n int) object {
			return object{"type": "image", "alt_text": "x", "image_url": "https://x/y", "title": plain(n)}
		}), "/blocks/0/title/text"},
		{"markdown together", 12_000, func(n int) []slackfake.Problem {
			return inMessage(object{"type": "markdown", "text": strings.Repeat("m", n/2)}, object{"type": "markdown", "text": strings.Repeat("m", n-n/2)})
		}, "/blocks"},
		{"table rows", 100, message(func(n int) object {
			return object{"type": "table", "rows": many(n, func(int) any { return []any{object{"type": "raw_text", "text": "x"}} })}
		}), "/blocks/0/rows"},
		{"table cells", 20, message(func(n int) object {
			return object{"type": "table", "rows": []any{many(n, func(int) any { return object{"type": "raw_text", "text": "x"} })}}
		}), "/blocks/0/rows/0"},
		{"tables", 1, func(n int) []slackfake.Problem {
			return inMessage(many(n, func(int) any {
				return object{"type": "table", "rows": []any{[]any{object{"type": "raw_text", "text": "x"}}}}
			})...)
		}, "/blocks/1"},
		{"card title", 150, message(func(n int) object { return object{"type": "card", "title": plain(n)} }), "/blocks/0/title/text"},
		{"card body", 200, message(func(n int) object { return object{"type": "card", "body": plain(n)} }), "/blocks/0/body/text"},
		{"carousel", 10, message(func(n int) object {
			return object{"type": "carousel", "elements": many(n, func(int) any { return object{"type": "card", "title": plain(1)} })}
		}), "/blocks/0/elements"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.check(tt.limit); len(got) > 0 {
				t.Errorf("at %d: %v", tt.limit, got)
			}
			got := tt.check(tt.limit + 1)
			if len(got) != 1 || got[0].Pointer != tt.pointer {
				t.Errorf("at %d: %v, want one problem at %s", tt.limit+1, got, tt.pointer)
			}
		})
	}
}

func confirming(key string) func(int) []slackfake.Problem {
	return func(n int) []slackfake.Problem {
		d := object{"title": plain(1), "text": mrkdwn(1), "confirm": plain(1), "deny": plain(1)}
		d[key] = plain(n)
		return inMessage(actions(press(object{"confirm": d})))
	}
}

func TestRules(t *testing.T) {
	option := object{"text": plain(1), "value": "1"}
	other := object{"text": plain(2), "value": "1"}
	message := func(blocks ...any) []slackfake.Problem { return inMessage(blocks...) }
	view := func(change object) []slackfake.Problem { return slackfake.CheckView(same(form(change))) }
	without := form(nil)
	delete(without, "submit")
	tests := []struct {
		name    string
		got     []slackfake.Problem
		pointer string // empty: fine
	}{
		{"unknown block", message(object{"type": "sectoin"}), "/blocks/0/type"},
		{"unknown element", message(actions(object{"type": "knob"})), "/blocks/0/elements/0/type"},
		{"unknown field", message(object{"type": "divider", "colour": "red"}), "/blocks/0"},
		{"alert in a message", message(object{"type": "alert", "text": mrkdwn(1)}), "/blocks/0/type"},
		{"alert in a modal", view(object{"blocks": []any{object{"type": "alert", "text": mrkdwn(1)}}}), ""},
		{"table in a modal", view(object{"blocks": []any{object{"type": "table", "rows": []any{}}}}), "/view/blocks/0/type"},
		{"an input without submit", slackfake.CheckView(same(without)), "/view/submit"},
		{"no title", view(object{"title": nil}), "/view/title"},
		{"a mrkdwn title", view(object{"title": mrkdwn(3)}), "/view/title/type"},
		{"an empty title", view(object{"title": plain(0)}), "/view/title/text"},
		{"a home with a title", slackfake.CheckView(same(object{"type": "home", "title": plain(1), "blocks": []any{}})), "/view"},
		{"block_id twice", message(object{"type": "divider", "block_id": "b"}, object{"type": "divider", "block_id": "b"}), "/blocks/1/block_id"},
		{"action_id twice in a block", message(actions(press(nil), press(nil))), "/blocks/0/elements/1/action_id"},
		{"action_id twice in two blocks", message(actions(press(nil)), actions(press(nil))), ""},
		{"initial_option among the options", message(actions(pick("static_select", object{"options": []any{option}, "initial_option": option}))), ""},
		{"initial_option not among the options", message(actions(pick("static_select", object{"options": []any{option}, "initial_option": other}))), "/blocks/0/elements/0/initial_option"},
		{"initial_options not among the options", message(actions(pick("checkboxes", object{"options": []any{option}, "initial_options": []any{other}}))), "/blocks/0/elements/0/initial_options/0"},
		{"an empty section", message(object{"type": "section"}), "/blocks/0"},
		{"an empty text", message(object{"type": "section", "text": mrkdwn(0)}), "/blocks/0/text/text"},
		{"no options", message(actions(pick("static_select", object{"options": []any{}}))), "/blocks/0/elements/0/options"},
		{"no elements", message(actions([]any{}...)), "/blocks/0/elements"},
		{"a mrkdwn button", message(actions(press(object{"text": mrkdwn(3)}))), "/blocks/0/elements/0/text/type"},
		{"a style of its own", message(actions(press(object{"style": "blue"}))), "/blocks/0/elements/0/style"},
		{"a text input in actions", message(actions(object{"type": "plain_text_input"})), "/blocks/0/elements/0/type"},
		{"a button in an input", view(object{"blocks": []any{field(press(nil))}}), "/view/blocks/0/element/type"},
		{"a date of the wrong form", message(actions(object{"type": "datepicker", "initial_date": "2026-13-01"})), "/blocks/0/elements/0/initial_date"},
		{"a time of the wrong form", message(actions(object{"type": "timepicker", "initial_time": "24:00"})), "/blocks/0/elements/0/initial_time"},
		{"an image without words", message(object{"type": "image", "image_url": "https://x/y"}), "/blocks/0"},
		{"focus twice", view(object{"blocks": []any{
			field(object{"type": "plain_text_input", "focus_on_load": true}), field(object{"type": "datepicker", "focus_on_load": true}),
		}}), "/view/blocks/1/element/focus_on_load"},
		{"an address that is none", message(actions(press(object{"url": "not a url"}))), "/blocks/0/elements/0/url"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.pointer == "" && len(tt.got) > 0 || tt.pointer != "" && (len(tt.got) != 1 || tt.got[0].Pointer != tt.pointer) {
				t.Errorf("got %v, want a problem at %q", tt.got, tt.pointer)
			}
		})
	}
}
