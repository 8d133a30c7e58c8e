package slackfake

import (
	"maps"
	"slices"
	"strings"
)

// Block is a decoded JSON object: a block, an element, a view.
type Block = map[string]any

// Message is a message as a channel keeps it.
type Message struct {
	Channel  string
	TS       string
	ThreadTS string // the parent's timestamp; empty outside threads
	User     string // who wrote it; the bot's user for the app's messages
	BotID    string // set for the app's messages
	Team     string // the writer's workspace
	Subtype  string
	Text     string
	Blocks   []Block
	// EphemeralTo is the only person who sees it; empty if all do.
	EphemeralTo string
	Edited      bool
	EditedTS    string
	Metadata    Block
	UnfurlLinks *bool // nil if the app left it to Slack
	UnfurlMedia *bool
	Mrkdwn      *bool
	Broadcast   bool // a reply that the channel sees too
	Files       []File
	Reactions   map[string][]string // who, by emoji name
	PostAt      int64               // unix seconds, for a scheduled message
	clientID    string
	appID       string
	state       values // what people chose in its elements
}

// JSON is the message as the app sees it in payloads and answers.
func (m *Message) JSON() Block {
	out := Block{"type": "message", "user": m.User, "ts": m.TS, "text": m.Text, "team": m.Team}
	if m.BotID != "" {
		out["bot_id"], out["app_id"] = m.BotID, m.appID
	}
	if m.clientID != "" {
		out["client_msg_id"] = m.clientID
	}
	if m.Subtype != "" {
		out["subtype"] = m.Subtype
	}
	if m.ThreadTS != "" {
		out["thread_ts"] = m.ThreadTS
	}
	if len(m.Blocks) > 0 {
		out["blocks"] = m.Blocks
	}
	if m.Edited {
		out["edited"] = Block{"user": m.User, "ts": m.EditedTS}
	}
	if m.Metadata != nil {
		out["metadata"] = m.Metadata
	}
	return out
}

// Reads gives everything that a sighted person reads in the message: the
// blocks if there are any, else the text, line by line. Buttons read [Label].
func (m *Message) Reads() string {
	if len(m.Blocks) == 0 {
		return m.Text
	}
	return readBlocks(m.Blocks)
}

// readBlocks collects the visible texts of blocks in order.
func readBlocks(blocks []Block) string {
	var lines []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case Block:
			if v["type"] == "button" {
				lines = append(lines, "["+textOf(v["text"])+"]")
				return
			}
			if text, ok := v["text"].(string); ok {
				lines = append(lines, text)
			}
			for _, key := range []string{"title", "subtitle", "body", "text", "label", "fields", "accessory", "element", "elements", "rows", "hint"} {
				if key == "text" {
					if _, leaf := v[key].(string); leaf {
						continue
					}
				}
				walk(v[key])
			}
		}
	}
	for _, b := range blocks {
		walk(b)
	}
	return strings.Join(lines, "\n")
}

// textOf is the text of a text object.
func textOf(v any) string {
	o, _ := v.(Block)
	s, _ := o["text"].(string)
	return s
}

// message finds a message that is not ephemeral. The lock is held.
func (s *Slack) message(channel, ts string) *Message {
	for _, m := range s.messages[channel] {
		if m.TS == ts && m.EphemeralTo == "" {
			return m
		}
	}
	return nil
}

// anyMessage finds a message, ephemeral or not.
func (s *Slack) anyMessage(channel, ts string) *Message {
	for _, m := range s.messages[channel] {
		if m.TS == ts {
			return m
		}
	}
	return nil
}

func (s *Slack) keep(m *Message) *Message {
	s.messages[m.Channel] = append(s.messages[m.Channel], m)
	return m
}

func (s *Slack) forget(channel, ts string) {
	s.messages[channel] = slices.DeleteFunc(s.messages[channel], func(m *Message) bool { return m.TS == ts })
	if c := s.channels[channel]; c != nil {
		c.Pins = slices.DeleteFunc(c.Pins, func(pin string) bool { return pin == ts })
	}
}

func (m *Message) clone() Message {
	out := *m
	out.Reactions = maps.Clone(m.Reactions)
	return out
}

// Messages gives what is in a channel, oldest first: no thread replies (unless
// broadcast) and nothing ephemeral.
func (s *Slack) Messages(channel string) []Message {
	return s.pick(channel, func(m *Message) bool {
		return m.EphemeralTo == "" && (m.ThreadTS == "" || m.ThreadTS == m.TS || m.Broadcast)
	})
}

// Thread gives the replies to a message, oldest first, without the message.
func (s *Slack) Thread(channel, ts string) []Message {
	return s.pick(channel, func(m *Message) bool { return m.EphemeralTo == "" && m.ThreadTS == ts && m.TS != ts })
}

// Ephemeral gives what only this person sees in a channel, oldest first.
func (s *Slack) Ephemeral(channel, user string) []Message {
	return s.pick(channel, func(m *Message) bool { return m.EphemeralTo == user })
}

// Everything gives all messages of a channel: threads and ephemeral ones too.
func (s *Slack) Everything(channel string) []Message {
	return s.pick(channel, func(*Message) bool { return true })
}

// Message gives one message, and false if it is not there (any more).
func (s *Slack) Message(channel, ts string) (Message, bool) {
	found := s.pick(channel, func(m *Message) bool { return m.TS == ts })
	if len(found) == 0 {
		return Message{}, false
	}
	return found[0], true
}

// Last gives the newest message that people see in a channel or its threads;
// it ends the test if there is none.
func (s *Slack) Last(channel string) Message {
	s.t.Helper()
	found := s.pick(channel, func(m *Message) bool { return m.EphemeralTo == "" })
	if len(found) == 0 {
		s.t.Fatalf("slackfake: nothing was said in %s", channel)
		return Message{}
	}
	return found[len(found)-1]
}

func (s *Slack) pick(channel string, want func(*Message) bool) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for _, m := range s.messages[channel] {
		if want(m) {
			out = append(out, m.clone())
		}
	}
	return out
}
