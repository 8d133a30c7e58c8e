package teams

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/infracloudio/msbotbuilder-go/schema"

	"example.com/firstcall/bot/words"
)

// incoming is what the channel posts, in the few fields that are read. The
// library's own type refuses a value that is a string or a list and a time
// without a zone, and it loses mentions; its parts are used where they fit.
type incoming struct {
	Type           schema.ActivityTypes       `json:"type"`
	ID             string                     `json:"id"`
	Name           string                     `json:"name"`
	Action         string                     `json:"action"`
	ChannelID      string                     `json:"channelId"`
	ServiceURL     string                     `json:"serviceUrl"`
	Timestamp      string                     `json:"timestamp"`
	Locale         string                     `json:"locale"`
	Text           string                     `json:"text"`
	TextFormat     string                     `json:"textFormat"`
	ReplyToID      string                     `json:"replyToId"`
	From           schema.ChannelAccount      `json:"from"`
	Recipient      schema.ChannelAccount      `json:"recipient"`
	Conversation   schema.ConversationAccount `json:"conversation"`
	MembersAdded   []schema.ChannelAccount    `json:"membersAdded"`
	MembersRemoved []schema.ChannelAccount    `json:"membersRemoved"`
	Attachments    []attachment               `json:"attachments"`
	Entities       []mention                  `json:"entities"`
	ChannelData    channelData                `json:"channelData"`
	Value          json.RawMessage            `json:"value"`

	delivery string // what tells it from all others in its conversation: its id, or else a hash of the body
}

// attachment is a file, or the message's own text once more.
type attachment struct {
	ContentType string `json:"contentType"`
	ContentURL  string `json:"contentUrl"`
	Name        string `json:"name"`
}

// mention is an entity; those of other types have nothing that is read.
type mention struct {
	Type      string                `json:"type"`
	Text      string                `json:"text"`
	Mentioned schema.ChannelAccount `json:"mentioned"`
}

// channelData is what Teams adds to an activity.
type channelData struct {
	EventType string     `json:"eventType"`
	Tenant    identified `json:"tenant"`
	Team      identified `json:"team"`
	Channel   identified `json:"channel"`
}

type identified struct {
	ID string `json:"id"`
}

// cardAction is the value of an invoke that a card's Action.Execute sends.
type cardAction struct {
	Trigger string `json:"trigger"`
	Action  struct {
		ID   string          `json:"id"`
		Verb string          `json:"verb"`
		Data json.RawMessage `json:"data"`
	} `json:"action"`
}

// taskValue is the value of an invoke of a dialog, or of a message extension's
// command with the message that it was used on.
type taskValue struct {
	Data    json.RawMessage `json:"data"`
	Command string          `json:"commandId"`
	Message struct {
		ID   string `json:"id"`
		Link string `json:"linkToMessage"`
		Body struct {
			ContentType string `json:"contentType"`
			Content     string `json:"content"`
		} `json:"body"`
		Attachments []attachment `json:"attachments"`
	} `json:"messagePayload"`
}

// longestID is above every id that Teams gives. What is longer is nobody's id,
// and would break an index or a URL.
const longestID = 512

var errNoActivity = errors.New("this is no activity")

// decodeActivity reads one activity. A part of another shape than expected is
// overlooked; what has no type or no place at all is no activity.
func decodeActivity(body []byte) (*incoming, error) {
	var a incoming
	if err := lenient(body, &a); err != nil {
		return nil, err
	}
	a.Type = schema.ActivityTypes(strings.TrimSpace(string(a.Type)))
	if a.Type == "" || a.Conversation.ID == "" {
		return nil, errNoActivity
	}
	for _, id := range []string{
		string(a.Type), a.ID, a.Name, a.ServiceURL, a.ReplyToID, a.From.ID, a.From.AadObjectID, a.Recipient.ID,
		a.Conversation.ID, a.Conversation.TenantID, a.ChannelData.Tenant.ID, a.ChannelData.Team.ID, a.ChannelData.Channel.ID,
	} {
		if len(id) > longestID || strings.ContainsFunc(id, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\uFFFD' }) {
			return nil, errNoActivity
		}
	}
	// The protocol lets a channel leave out the id. A repetition then is what has
	// the same bytes, its time among them.
	if a.delivery = a.ID; a.ID == "" {
		a.delivery = fmt.Sprintf("sha256:%x", sha256.Sum256(body))
	}
	return &a, nil
}

// lenient decodes a JSON object and overlooks members of another shape.
func lenient(body []byte, into any) error {
	err := json.Unmarshal(body, into)
	var other *json.UnmarshalTypeError
	if errors.As(err, &other) && other.Field != "" {
		return nil
	}
	if err != nil {
		return errNoActivity // the decoder's own error quotes the body
	}
	return nil
}

// object is the members of a JSON object; none for anything else, also for the
// text of one, as old clients send it.
func object(raw json.RawMessage) map[string]json.RawMessage {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		raw = json.RawMessage(text)
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return nil
	}
	return members
}

// scalar is a text, number or truth value as text; "" for anything else.
func scalar(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	if s := strings.TrimSpace(string(raw)); s != "" && s != "null" && !strings.ContainsAny(s[:1], `"[{`) {
		return s
	}
	return ""
}

// personal says whether the conversation is a person's own chat with the bot.
// A chat of two people, where a message extension was used, is not, though it
// may be called so.
func (a *incoming) personal() bool {
	kind := a.Conversation.ConversationType
	return (kind == "personal" || kind == "" && !a.Conversation.IsGroup) && !strings.HasPrefix(a.Conversation.ID, "19:")
}

// place and thread are the two parts of a conversation's id.
func splitConversation(id string) (place, thread string) {
	place, thread, _ = strings.Cut(id, ";messageid=")
	return place, thread
}

// tenant is where the person is at home.
func (a *incoming) tenant() string {
	if a.ChannelData.Tenant.ID != "" {
		return a.ChannelData.Tenant.ID
	}
	return a.Conversation.TenantID
}

// person is who did it: the Entra object, or the channel's id of somebody who
// has none. "" for a bot, ourselves included.
func (a *incoming) person() string {
	switch {
	case strings.HasPrefix(a.From.ID, "28:") || a.From.ID == a.Recipient.ID && a.From.ID != "":
		return ""
	case a.From.AadObjectID != "":
		return a.From.AadObjectID
	}
	return a.From.ID
}

// at is when it happened, as the channel says; now where it doesn't, or says
// what can't be.
func (a *incoming) at(now time.Time) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999"} {
		at, err := time.Parse(layout, a.Timestamp)
		if err == nil && at.After(now.Add(-oldestDelivery)) && at.Before(now.Add(leeway)) {
			return at.UTC()
		}
	}
	return now
}

const oldestDelivery = 31 * 24 * time.Hour

// isUs says whether an account is the bot.
func (a *incoming) isUs(account schema.ChannelAccount, appID string) bool {
	return account.ID != "" && (account.ID == a.Recipient.ID || strings.EqualFold(account.ID, "28:"+appID))
}

// typed is the text as the person typed it. A mention of the bot is taken off
// and told; others are left as names.
func (a *incoming) typed(appID string) (text string, mentioned bool) {
	text = a.Text
	for _, e := range a.Entities[:min(len(a.Entities), mostEntities)] {
		if e.Type == "mention" && e.Text != "" && a.isUs(e.Mentioned, appID) && strings.Contains(text, e.Text) {
			text, mentioned = strings.Replace(text, e.Text, " ", 1), true
		}
	}
	if a.TextFormat == "xml" || a.TextFormat == "html" {
		return plainOf(text), mentioned
	}
	text = strings.NewReplacer("<at>", "", "</at>", "").Replace(text)
	return plainSpaces(html.UnescapeString(text)), mentioned
}

// plainSpaces makes the spaces that Teams puts beside mentions into ordinary ones.
func plainSpaces(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(s, "\u00a0", " "))
}

// plainOf is the text of HTML, its paragraphs as lines.
func plainOf(s string) string {
	var b strings.Builder
	for s != "" {
		start := strings.IndexByte(s, '<')
		if start < 0 {
			break
		}
		length := strings.IndexByte(s[start:], '>')
		if length < 0 {
			break
		}
		b.WriteString(s[:start])
		name, _, _ := strings.Cut(strings.ToLower(strings.Trim(s[start+1:start+length], " /")), " ")
		closes := strings.HasPrefix(s[start+1:], "/")
		switch {
		case name == "br", closes && (name == "p" || name == "div" || name == "li" || name == "tr" || strings.HasPrefix(name, "h")):
			b.WriteByte('\n')
		case name == "" || name[0] < 'a' || name[0] > 'z': // 3 < 5 > 4
			b.WriteString(s[start : start+length+1])
		}
		s = s[start+length+1:]
	}
	b.WriteString(s)
	return plainSpaces(html.UnescapeString(b.String()))
}

// The limits of what is taken from one activity.
const (
	mostFiles    = 20
	mostEntities = 100
	mostFields   = 100
	longestKey   = 100  // of a field
	longestRef   = 1000 // of a button's or a form's own data
	longestURL   = 2000
)

// link is a URL that may be shown to others.
func link(at string) string {
	if len(at) > longestURL || !strings.HasPrefix(at, "https://") || strings.ContainsFunc(at, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return ""
	}
	return at
}

// name of a file as it is shown.
func fileName(a attachment) string {
	name, _ := words.Cut(words.Line(a.Name), 200)
	if name == "" {
		name = words.Line(strings.TrimPrefix(a.ContentType, "image/"))
	}
	return name
}
