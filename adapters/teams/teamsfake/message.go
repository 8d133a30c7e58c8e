package teamsfake

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Message is a message as people see it, at the moment it was asked for.
type Message struct {
	ID       string
	Where    *Conversation // a thread's message: the thread
	Type     string
	FromBot  bool
	From     string // the person's name, or the bot's
	Text     string
	Summary  string // what the notification says
	Alert    bool   // it rings
	Cards    []map[string]any
	Files    []File
	Entities []map[string]any
	ReplyTo  string
	Thread   string // the first message of its thread, in a channel
	Edits    int
	Deleted  bool
	At       time.Time // sent
	EditedAt time.Time
	Raw      json.RawMessage // the activity as it was sent last
	Likes    []string        // reactions, as "name type"
}

// File is a file in a message, by its link.
type File struct{ Name, URL string }

type message struct{ Message }

// newMessage reads what the bot sent; it has been checked. The caller holds mu.
func newMessage(f *Fake, raw []byte) *message {
	m := &message{Message{ID: f.nextID(), FromBot: true, From: f.o.BotName, At: f.o.Now()}}
	m.read(raw)
	return m
}

func (m *message) read(raw []byte) {
	var a struct {
		Type, Text, Summary, ReplyToID string
		Entities                       []map[string]any
		Attachments                    []struct {
			ContentType, ContentURL, Name string
			Content                       json.RawMessage
		}
		ChannelData struct{ Notification struct{ Alert bool } }
	}
	_ = json.Unmarshal(raw, &a) // checked already
	m.Type, m.Text, m.Summary, m.Alert, m.Entities = a.Type, a.Text, a.Summary, a.ChannelData.Notification.Alert, a.Entities
	if m.ReplyTo == "" {
		m.ReplyTo = a.ReplyToID
	}
	m.Cards, m.Files, m.Raw = nil, nil, slices.Clone(raw)
	for _, x := range a.Attachments {
		if x.ContentType == cardType {
			var card map[string]any
			_ = json.Unmarshal(x.Content, &card)
			m.Cards = append(m.Cards, card)
			continue
		}
		m.Files = append(m.Files, File{Name: x.Name, URL: x.ContentURL})
	}
}

func (m *message) edit(raw []byte, now time.Time) {
	m.read(raw)
	m.Edits++
	m.EditedAt = now
}

// top is the first message of its thread.
func (m *message) top() string {
	if m.Thread != "" {
		return m.Thread
	}
	return m.ID
}

// Mentions are the names that the message mentions, in order.
func (m Message) Mentions() []string {
	var names []string
	for _, e := range m.Entities {
		if who, _ := e["mentioned"].(map[string]any); e["type"] == "mention" {
			names = append(names, textOr(who["name"], ""))
		}
	}
	return names
}

// Card is the message's only card; nil when it has none.
func (m Message) Card() map[string]any {
	if len(m.Cards) == 0 {
		return nil
	}
	return m.Cards[0]
}

// Plain is all that a person can read in the message, line by line.
func (m Message) Plain() string {
	lines := []string{}
	if m.Text != "" {
		lines = append(lines, m.Text)
	}
	for _, c := range m.Cards {
		lines = append(lines, CardText(c))
	}
	return strings.Join(lines, "\n")
}

// Messages are those that can be seen in the conversation, oldest first; a
// thread's are its first one and the replies.
func (c *Conversation) Messages() []Message {
	return slices.DeleteFunc(c.All(), func(m Message) bool { return m.Deleted })
}

// All is Messages with the deleted ones.
func (c *Conversation) All() []Message {
	c.f.mu.Lock()
	defer c.f.mu.Unlock()
	var list []Message
	for _, m := range c.room.messages {
		if c.root == "" || m.ID == c.root || m.Thread == c.root {
			list = append(list, c.snapshot(m))
		}
	}
	return list
}

// snapshot copies a message; the caller holds mu.
func (c *Conversation) snapshot(m *message) Message {
	s := m.Message
	s.Likes = slices.Clone(m.Likes)
	s.Where = &Conversation{f: c.f, room: c.room}
	if c.room.kind == "channel" {
		s.Where.root = m.top()
	}
	return s
}

// FromBot are the bot's messages that can be seen there.
func (c *Conversation) FromBot() []Message {
	return slices.DeleteFunc(c.Messages(), func(m Message) bool { return !m.FromBot })
}

// Last is the bot's newest message there; the test ends when there is none.
func (c *Conversation) Last() Message {
	c.f.t.Helper()
	list := c.FromBot()
	if len(list) == 0 {
		c.f.t.Fatalf("teams: the bot has said nothing in %s", c.ID())
		return Message{}
	}
	return list[len(list)-1]
}

// Message is the message of an id, as it is now.
func (c *Conversation) Message(id string) (Message, bool) {
	c.f.mu.Lock()
	defer c.f.mu.Unlock()
	m := c.room.message(id)
	if m == nil {
		return Message{}, false
	}
	return c.snapshot(m), true
}

// Typing counts how often the bot showed that it is typing.
func (c *Conversation) Typing() int {
	c.f.mu.Lock()
	defer c.f.mu.Unlock()
	return c.room.typing
}

// Sees is the card as this person sees it now: the one an Execute gave this
// person since the message was last edited, or else everybody's.
func (p *Person) Sees(m Message) map[string]any {
	p.f.mu.Lock()
	defer p.f.mu.Unlock()
	return p.sees(m)
}

func (p *Person) sees(m Message) map[string]any {
	if card := m.Where.room.views[p.ID][m.ID]; card != nil {
		return card
	}
	if now := m.Where.room.message(m.ID); now != nil && !now.Deleted {
		return now.Card()
	}
	return nil
}

// show gives one person a card of their own in place of the message's.
func (r *room) show(person, message string, card map[string]any) {
	if r.views[person] == nil {
		r.views[person] = map[string]map[string]any{}
	}
	r.views[person][message] = card
}

func (r *room) message(id string) *message {
	for _, m := range r.messages {
		if m.ID == id {
			return m
		}
	}
	return nil
}

func (r *room) member(id string) *Person {
	for _, p := range r.people() {
		if p.ID == id || p.AAD == id {
			return p
		}
	}
	return nil
}
