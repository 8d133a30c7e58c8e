package teamsfake

import (
	"encoding/json"
	"html"
	"strings"
)

// Dialog is an open dialog (a task module) with a card.
type Dialog struct {
	Title string
	Card  map[string]any

	person  *Person
	where   *Conversation
	message Message // the one it was opened from
	command string  // of a message extension; "" for a card's
	payload map[string]any
}

// RunCommand runs a message-extension action on a message, like "Report an
// incident" from the menu of any message; it opens a dialog.
func (p *Person) RunCommand(m Message, command string) *Answer {
	p.f.t.Helper()
	answer := p.f.deliverWell(p.CommandActivity(m, command))
	if d := answer.Dialog; d != nil {
		d.command, d.message, d.payload = command, m, payload(p, m)
	}
	return answer
}

// CommandActivity is what the bot is told of a message-extension action.
func (p *Person) CommandActivity(m Message, command string) Activity {
	return p.Invoke(m.Where, "composeExtension/fetchTask", map[string]any{
		"commandId": command, "commandContext": "message", "messagePayload": payload(p, m),
		"context": map[string]any{"theme": "default"},
	})
}

// payload is a message as an extension's command gets it.
func payload(p *Person, m Message) map[string]any {
	p.f.mu.Lock()
	defer p.f.mu.Unlock()
	from := map[string]any{"application": map[string]any{"id": p.f.o.AppID, "displayName": p.f.o.BotName, "applicationIdentityType": "bot"}}
	for _, x := range p.f.people {
		if !m.FromBot && x.Name == m.From {
			from = map[string]any{"user": map[string]any{"id": x.AAD, "displayName": x.Name, "userIdentityType": "aadUser"}}
		}
	}
	text := strings.ReplaceAll(html.EscapeString(m.Text), "\n", "<br>")
	list := map[string]any{
		"id": m.ID, "messageType": "message", "createdDateTime": m.At.UTC().Format("2006-01-02T15:04:05.000Z"),
		"importance": "normal", "locale": "en-us", "from": from, "reactions": []any{}, "mentions": []any{},
		"body":          map[string]any{"contentType": "html", "content": "<div>" + text + "</div>"},
		"linkToMessage": "https://teams.microsoft.com/l/message/" + m.Where.room.id + "/" + m.ID,
	}
	files := []any{}
	for _, f := range m.Files { // an extension gets them in any conversation, as references
		files = append(files, map[string]any{"id": guid(f.URL), "contentType": "reference", "contentUrl": f.URL, "name": f.Name})
	}
	list["attachments"] = files
	if m.Thread != "" {
		list["replyToId"] = m.Thread
	}
	return list
}

// Submit presses a button of the dialog's card.
func (d *Dialog) Submit(title string, fill map[string]string) *Answer {
	p := d.person
	p.f.t.Helper()
	act := find(d.Card, title)
	if act == nil {
		p.f.t.Fatalf("teams: the dialog %q has no button %q:\n%s", d.Title, title, CardText(d.Card))
		return nil
	}
	if act["type"] != "Action.Submit" {
		p.f.problem("dialog: only Action.Submit works there, not %v", act["type"])
	}
	data, missing := p.merged([]map[string]any{d.Card}, act, fill)
	if len(missing) > 0 {
		return &Answer{NotSent: true, Missing: missing}
	}
	answer := p.f.deliverWell(d.SubmitActivity(data))
	if next := answer.Dialog; next != nil {
		next.command, next.message, next.payload = d.command, d.message, d.payload
	}
	return answer
}

// SubmitActivity is what the bot is told when the dialog is submitted with data.
func (d *Dialog) SubmitActivity(data map[string]any) Activity {
	value := map[string]any{"data": data, "context": map[string]any{"theme": "default"}}
	name := "task/submit"
	if d.command != "" {
		name = "composeExtension/submitAction"
		value["commandId"], value["commandContext"], value["messagePayload"] = d.command, "message", d.payload
	}
	return d.person.Invoke(d.where, name, value)
}

// applyTask reads the answer to what opens or submits a dialog.
func (f *Fake) applyTask(a *Answer, name string) {
	f.t.Helper()
	opens := name == "task/fetch" || name == "composeExtension/fetchTask"
	if len(strings.TrimSpace(string(a.Body))) == 0 || string(a.Body) == "{}" {
		a.Closed = true
		if opens {
			f.problem("%s: an empty answer opens nothing", name)
		}
		return
	}
	var b struct {
		Task *struct {
			Type  string          `json:"type"`
			Value json.RawMessage `json:"value"`
		} `json:"task"`
		ComposeExtension json.RawMessage `json:"composeExtension"`
	}
	if err := strictly(a.Body, &b); err != nil || b.Task == nil && b.ComposeExtension == nil {
		f.problem("%s: the answer %s: %v", name, a.Body, err)
		return
	}
	if b.Task == nil {
		a.Closed = true
		if name != "composeExtension/submitAction" {
			f.problem("%s: only a submitted command answers with composeExtension", name)
		}
		return
	}
	switch b.Task.Type {
	case "message":
		if err := json.Unmarshal(b.Task.Value, &a.Text); err != nil || a.Text == "" {
			f.problem("%s: a message wants a text, not %s", name, b.Task.Value)
		}
		a.Closed = true
	case "continue":
		f.open(a, name, b.Task.Value)
	default:
		f.problem("%s: task of type %q", name, b.Task.Type)
	}
}

// open reads a dialog; height and width are small, medium, large or pixels.
func (f *Fake) open(a *Answer, name string, raw json.RawMessage) {
	f.t.Helper()
	var v struct {
		Title  string `json:"title"`
		Height any    `json:"height"`
		Width  any    `json:"width"`
		Card   *struct {
			ContentType string          `json:"contentType"`
			Content     json.RawMessage `json:"content"`
		} `json:"card"`
	}
	if err := strictly(raw, &v); err != nil {
		f.problem("%s: the dialog: %v", name, err)
		return
	}
	for _, size := range []any{v.Height, v.Width} {
		text, isText := size.(string)
		if _, pixels := size.(float64); size != nil && !pixels && (!isText || !words("small medium large")[text]) {
			f.problem("%s: the size %v", name, size)
		}
	}
	if v.Title == "" || v.Card == nil || v.Card.ContentType != cardType {
		f.problem("%s: a dialog wants a title and an Adaptive Card", name)
		return
	}
	if problems := CheckCard(v.Card.Content); len(problems) > 0 {
		f.problem("%s: %s", name, strings.Join(problems, "; "))
	}
	d := &Dialog{Title: v.Title}
	_ = json.Unmarshal(v.Card.Content, &d.Card)
	f.mu.Lock()
	defer f.mu.Unlock()
	from, _ := a.Activity["from"].(map[string]any)
	where, _ := a.Activity["conversation"].(map[string]any)
	for _, p := range f.people {
		if p.ID == from["id"] {
			d.person = p
		}
	}
	d.where = f.find(textOr(where["id"], ""))
	if d.person != nil && d.where != nil {
		a.Dialog = d
	}
}
