package teamsfake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// What a bot may set in an activity that it sends.
var activityProps = words(`type id timestamp localTimestamp localTimezone serviceUrl channelId from conversation recipient
	textFormat attachmentLayout locale text summary importance attachments entities channelData replyToId deliveryMode inputHint`)

// notEmpty are properties that mean something else, or nothing, when they are
// sent empty: leave them out.
var notEmpty = words(`from recipient conversation relatesTo suggestedActions semanticAction channelData
	timestamp localTimestamp id replyToId locale summary attachments entities serviceUrl channelId`)

// channelProps are the parts of channelData that Teams reads.
var channelProps = words(`notification tenant team channel teamsTeamId teamsChannelId`)

// CheckActivity says what is wrong with an activity as a bot sends it; who is
// in the conversation is not its business.
func CheckActivity(raw []byte) []string {
	var a map[string]any
	if err := json.Unmarshal(raw, &a); err != nil {
		return []string{"activity: not a JSON object: " + err.Error()}
	}
	var problems []string
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if bytes.Contains(raw, []byte("0001-01-01")) {
		say("activity: the zero time 0001-01-01 in it")
	}
	for _, name := range slices.Sorted(maps.Keys(a)) {
		empty := a[name] == nil || a[name] == ""
		switch v := a[name].(type) {
		case map[string]any:
			empty = len(v) == 0
		case []any:
			empty = len(v) == 0
		}
		switch {
		case notEmpty[name] && empty:
			say("activity: an empty %s", name)
		case !activityProps[name]:
			say("activity: unknown property %q", name)
		}
	}
	kind, _ := a["type"].(string)
	if kind == "typing" {
		return problems
	}
	if kind != "message" {
		say("activity: type %q can't be sent", kind)
	}
	if v, ok := a["channelId"]; ok && v != "msteams" {
		say("activity: channelId %v", v)
	}
	for name, allowed := range map[string]map[string]bool{
		"textFormat": words("plain markdown xml"), "importance": words("low normal high urgent"),
		"attachmentLayout": words("list carousel"), "deliveryMode": words("normal notification"),
		"inputHint": words("acceptingInput expectingInput ignoringInput"),
	} {
		if v, ok := a[name]; ok && !allowed[textOr(v, "?")] {
			say("activity: %s %v", name, v)
		}
	}
	for _, name := range []string{"text", "summary", "locale", "id", "replyToId", "serviceUrl"} {
		if _, isText := a[name].(string); a[name] != nil && !isText {
			say("activity: %s is not a string", name)
		}
	}
	text, _ := a["text"].(string)
	attachments, listed := a["attachments"].([]any)
	if a["attachments"] != nil && !listed {
		say("activity: attachments is not a list")
	}
	if strings.TrimSpace(text) == "" && len(attachments) == 0 {
		say("activity: neither text nor attachment")
	}
	if len(attachments) > 10 {
		say("activity: %d attachments, more than 10", len(attachments))
	}
	var parts struct{ Attachments []json.RawMessage }
	_ = json.Unmarshal(raw, &parts)
	for i, attachment := range parts.Attachments {
		problems = append(problems, checkAttachment(fmt.Sprintf("attachments[%d]", i), attachment)...)
	}
	entities, listed := a["entities"].([]any)
	if a["entities"] != nil && !listed {
		say("activity: entities is not a list")
	}
	problems = append(problems, checkMentions("entities", text, entities, false)...)
	return append(problems, checkChannelData(a)...)
}

// cardType is the content type of an Adaptive Card.
const cardType = "application/vnd.microsoft.card.adaptive"

func checkAttachment(at string, raw json.RawMessage) []string {
	var a struct {
		ContentType string          `json:"contentType"`
		Content     json.RawMessage `json:"content"`
		ContentURL  string          `json:"contentUrl"`
		Name        string          `json:"name"`
		Thumbnail   string          `json:"thumbnailUrl"`
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		return []string{at + ": " + err.Error()}
	}
	switch {
	case a.ContentType == cardType:
		var problems []string
		for _, p := range CheckCard(a.Content) {
			problems = append(problems, at+" "+p)
		}
		return problems
	case strings.HasPrefix(a.ContentType, "image/"):
		if u, err := url.Parse(a.ContentURL); err != nil || u.Scheme != "https" {
			return []string{fmt.Sprintf("%s: contentUrl %q is not https", at, a.ContentURL)}
		}
		return nil
	}
	return []string{fmt.Sprintf("%s: content type %q isn't shown in Teams", at, a.ContentType)}
}

// checkChannelData checks the alert: without a summary the notification says
// only that a card was sent.
func checkChannelData(a map[string]any) []string {
	data, ok := a["channelData"].(map[string]any)
	if a["channelData"] != nil && !ok {
		return []string{"activity: channelData is not an object"}
	}
	var problems []string
	for _, name := range slices.Sorted(maps.Keys(data)) {
		if !channelProps[name] {
			problems = append(problems, fmt.Sprintf("channelData: Teams reads no %q", name))
		}
	}
	if data["notification"] == nil {
		return problems
	}
	n, _ := data["notification"].(map[string]any)
	alert, isBool := n["alert"].(bool)
	if !isBool || len(n) != 1 {
		problems = append(problems, "channelData.notification: wants alert, true or false, alone")
	}
	text, _ := a["text"].(string)
	if alert && textOr(a["summary"], "") == "" && text == "" {
		problems = append(problems, "channelData.notification: an alert that says nothing: no summary, no text")
	}
	return problems
}

// checkCreate checks the body of a new conversation: one person, or a thread
// of a channel.
func (f *Fake) checkCreate(raw []byte) []string {
	var b struct {
		Bot         *struct{ ID string }
		IsGroup     bool
		Members     []struct{ ID string }
		TenantID    string
		TopicName   string
		ChannelData struct {
			Channel struct{ ID string }
			Tenant  struct{ ID string }
		}
		Activity json.RawMessage
	}
	if err := json.Unmarshal(raw, &b); err != nil {
		return []string{"create: " + err.Error()}
	}
	var problems []string
	say := func(format string, args ...any) { problems = append(problems, "create: "+fmt.Sprintf(format, args...)) }
	if b.Bot != nil && b.Bot.ID != f.BotID() {
		say("bot %q is not the bot", b.Bot.ID)
	}
	channel := b.ChannelData.Channel.ID
	if tenant := b.TenantID; tenant == "" && b.ChannelData.Tenant.ID == "" {
		say("no tenant")
	} else if tenant != "" && b.ChannelData.Tenant.ID != "" && tenant != b.ChannelData.Tenant.ID {
		say("two tenants")
	}
	switch {
	case b.TopicName != "":
		say("a bot can't make a group chat")
	case channel != "" && (len(b.Members) > 0 || len(b.Activity) == 0 || !b.IsGroup):
		say("a thread in a channel wants isGroup and its first message, and no members")
	case channel == "" && (len(b.Members) != 1 || b.IsGroup):
		say("%d members: a bot can only talk to one person", len(b.Members))
	case channel == "" && !strings.HasPrefix(b.Members[0].ID, "29:"):
		say("member %q is no id of the channel", b.Members[0].ID)
	}
	if len(b.Activity) > 0 {
		problems = append(problems, CheckActivity(b.Activity)...)
	}
	return problems
}
