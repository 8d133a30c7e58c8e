package teamsfake

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Press presses the button of that title on the card as p sees it, with what p
// filled in, by input id. Inputs left alone keep their values. As in the
// client, nothing is sent while a required input is empty: Answer.Missing has
// them. A button or an input that isn't there ends the test. A button of a card
// that another button unfolds is written "Unfold > Send".
func (p *Person) Press(m Message, title string, fill map[string]string) *Answer {
	p.f.t.Helper()
	return p.press(m, p.Sees(m), title, fill, false)
}

// PressOld is Press in a client that knows no Execute: its fallback is pressed.
func (p *Person) PressOld(m Message, title string, fill map[string]string) *Answer {
	p.f.t.Helper()
	return p.press(m, p.Sees(m), title, fill, true)
}

// PressOn presses a button of a card that p looked at earlier, and that may
// have been replaced since.
func (p *Person) PressOn(m Message, card map[string]any, title string, fill map[string]string) *Answer {
	p.f.t.Helper()
	return p.press(m, card, title, fill, false)
}

func (p *Person) press(m Message, card map[string]any, title string, fill map[string]string, old bool) *Answer {
	p.f.t.Helper()
	a, answer := p.pressed(m, card, title, fill, old)
	if answer != nil {
		return answer
	}
	answer = p.f.deliverWell(a)
	if d := answer.Dialog; d != nil {
		d.message = m
	}
	return answer
}

// PressActivity is the activity of a press, to be delivered by the test; it is
// nil when nothing would be sent.
func (p *Person) PressActivity(m Message, title string, fill map[string]string) Activity {
	p.f.t.Helper()
	a, _ := p.pressed(m, p.Sees(m), title, fill, false)
	return a
}

// pressed is the activity, or the answer when there is none to send.
func (p *Person) pressed(m Message, card map[string]any, title string, fill map[string]string, old bool) (Activity, *Answer) {
	p.f.t.Helper()
	cards := []map[string]any{card}
	path := strings.Split(title, " > ")
	for _, unfold := range path[:len(path)-1] {
		inner := Unfolded(cards[0], unfold)
		if inner == nil {
			p.f.t.Fatalf("teams: %s can't unfold %q on\n%s", p.Name, unfold, CardText(cards[0]))
			return nil, &Answer{NotSent: true}
		}
		cards = append([]map[string]any{inner}, cards...)
	}
	act := find(cards[0], path[len(path)-1])
	if act == nil {
		p.f.t.Fatalf("teams: %s sees no button %q on\n%s", p.Name, title, CardText(cards[0]))
		return nil, &Answer{NotSent: true}
	}
	if fallback, ok := act["fallback"].(map[string]any); ok && old && act["type"] == "Action.Execute" {
		act = fallback
	}
	if act["isEnabled"] == false {
		p.f.t.Fatalf("teams: the button %q can't be pressed", title)
	}
	if act["type"] == "Action.OpenUrl" {
		return nil, &Answer{NotSent: true, URL: textOr(act["url"], "")}
	}
	data, missing := p.merged(cards, act, fill)
	if len(missing) > 0 {
		return nil, &Answer{NotSent: true, Missing: missing}
	}
	switch act["type"] {
	case "Action.Execute":
		return p.execute(m, act, data, "manual"), nil
	case "Action.Submit":
		return p.submit(m, data), nil
	}
	p.f.t.Fatalf("teams: pressing a %v sends nothing", act["type"])
	return nil, &Answer{NotSent: true}
}

// merged is the button's data with the values of its card's inputs and of the
// cards around it, and the required ones that are empty.
func (p *Person) merged(cards []map[string]any, act map[string]any, fill map[string]string) (data map[string]any, missing []string) {
	p.f.t.Helper()
	data = map[string]any{}
	if d, ok := act["data"].(map[string]any); ok {
		maps.Copy(data, d)
	}
	known := map[string]bool{}
	var inputs []map[string]any
	for _, card := range cards {
		inputs = append(inputs, parts(card)...)
	}
	for _, in := range inputs {
		kind, _ := in["type"].(string)
		if !strings.HasPrefix(kind, "Input.") {
			continue
		}
		id := textOr(in["id"], "")
		known[id] = true
		value, filled := fill[id]
		if !filled {
			value = initial(kind, in)
		} else if why := unfit(kind, in, value); why != "" {
			p.f.t.Fatalf("teams: %q can't be filled in at %q: %s", value, id, why)
		}
		if in["isRequired"] == true && (value == "" || kind == "Input.Toggle" && value != textOr(in["valueOn"], "true")) {
			missing = append(missing, id)
		}
		if strings.EqualFold(textOr(act["associatedInputs"], "auto"), "none") {
			continue
		}
		if value != "" || kind != "Input.Number" {
			data[id] = value
		}
	}
	for _, id := range slices.Sorted(maps.Keys(fill)) {
		if !known[id] {
			p.f.t.Fatalf("teams: the card has no input %q:\n%s", id, CardText(cards[0]))
		}
	}
	if strings.EqualFold(textOr(act["associatedInputs"], "auto"), "none") {
		missing = nil
	}
	return data, missing
}

func initial(kind string, in map[string]any) string {
	switch v := in["value"].(type) {
	case string:
		return v
	case float64:
		return fmt.Sprint(v)
	}
	if kind == "Input.Toggle" {
		return textOr(in["valueOff"], "false")
	}
	return ""
}

// unfit says why the client wouldn't let a person enter a value.
func unfit(kind string, in map[string]any, value string) string {
	switch kind {
	case "Input.ChoiceSet":
		chosen := []string{value}
		if in["isMultiSelect"] == true {
			chosen = strings.Split(value, ",")
		}
		for _, v := range chosen {
			if v != "" && !slices.ContainsFunc(in["choices"].([]any), func(c any) bool { return c.(map[string]any)["value"] == v }) {
				return "not a choice"
			}
		}
	case "Input.Toggle":
		if value != textOr(in["valueOn"], "true") && value != textOr(in["valueOff"], "false") {
			return "neither on nor off"
		}
	case "Input.Text":
		if most, ok := in["maxLength"].(float64); ok && utf8.RuneCountInString(value) > int(most) {
			return "too long"
		}
	}
	return ""
}

// find is the action of a title (or id) that can be seen on the card, or the
// card's selectAction of it.
func find(card map[string]any, title string) map[string]any {
	for _, o := range parts(card) {
		if s, ok := o["selectAction"].(map[string]any); ok && (s["title"] == title || s["id"] == title) {
			return s
		}
		if kind, _ := o["type"].(string); strings.HasPrefix(kind, "Action.") && (o["title"] == title || o["id"] == title) {
			return o
		}
	}
	return nil
}

func (p *Person) execute(m Message, act, data map[string]any, trigger string) Activity {
	sent := map[string]any{"type": "Action.Execute", "data": data}
	for _, name := range []string{"id", "verb", "title"} {
		if act[name] != nil {
			sent[name] = act[name]
		}
	}
	a := p.Invoke(m.Where, "adaptiveCard/action", map[string]any{"action": sent, "trigger": trigger})
	a["replyToId"] = m.ID
	return a
}

// submit is the message that an Action.Submit sends, or the fetch of a dialog.
func (p *Person) submit(m Message, data map[string]any) Activity {
	if teams, _ := data["msteams"].(map[string]any); teams["type"] == "task/fetch" {
		a := p.Invoke(m.Where, "task/fetch", map[string]any{"data": data, "context": map[string]any{"theme": "default"}})
		a["replyToId"] = m.ID
		return a
	}
	a := p.Activity(m.Where, "message")
	p.f.mu.Lock()
	a["id"] = p.f.nextID()
	p.f.mu.Unlock()
	a["value"], a["replyToId"] = data, m.ID
	teams := a["channelData"].(map[string]any)
	teams["source"], teams["legacy"] = map[string]any{"name": "message"}, map[string]any{"replyToId": m.ID}
	return a
}

// Refresh runs the card's refresh action, as the client does by itself
// ("automatic") for those in userIds, or by the menu ("manual").
func (p *Person) Refresh(m Message, trigger string) *Answer {
	p.f.t.Helper()
	card := p.Sees(m)
	refresh, _ := card["refresh"].(map[string]any)
	act, ok := refresh["action"].(map[string]any)
	if !ok {
		p.f.t.Fatalf("teams: the card can't be refreshed:\n%s", CardText(card))
		return nil
	}
	if ids, listed := refresh["userIds"].([]any); trigger == "automatic" && listed && !slices.Contains(ids, any(p.ID)) {
		return &Answer{NotSent: true}
	}
	data, _ := act["data"].(map[string]any)
	return p.f.deliverWell(p.execute(m, act, data, trigger))
}
