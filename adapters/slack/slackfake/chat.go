package slackfake

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// content is what an app may put into a message.
type content struct {
	text                     string
	blocks                   []Block
	metadata                 Block
	unfurlLinks, unfurlMedia *bool
	mrkdwn                   *bool
	gaveBlocks               bool
}

// readContent reads and checks a message of the app.
func (r *request) readContent() (content, reply) {
	c := content{
		text: r.str("text"), unfurlLinks: r.flag("unfurl_links"), unfurlMedia: r.flag("unfurl_media"), mrkdwn: r.flag("mrkdwn"),
		gaveBlocks: r.has("blocks"),
	}
	if r.has("markdown_text") {
		if c.text != "" || r.has("blocks") {
			return c, refuse("markdown_text_conflict")
		}
		c.text = r.str("markdown_text")
	}
	var err error
	if c.blocks, err = r.blocks("blocks"); err != nil {
		return c, refuse("invalid_blocks_format")
	}
	attachments, err := r.blocks("attachments")
	if err != nil {
		return c, refuse("invalid_arguments")
	}
	if len(attachments) > 100 {
		return c, refuse("too_many_attachments")
	}
	if c.metadata, err = r.object("metadata"); err != nil {
		return c, refuse("invalid_metadata_format")
	}
	if out := checkMetadata(c.metadata); out != nil {
		return c, out
	}
	if len(c.blocks) == 0 && c.text == "" && len(attachments) == 0 {
		return c, refuse("no_text")
	}
	if utf8.RuneCountInString(c.text) > 40_000 {
		return c, refuse("msg_too_long")
	}
	if problems := CheckMessage(c.blocks); len(problems) > 0 {
		return c, invalid("invalid_blocks", problems)
	}
	nameBlocks(r.s, c.blocks)
	r.s.checkEscaped(c.text, c.blocks)
	return c, nil
}

func checkMetadata(m Block) reply {
	if m == nil {
		return nil
	}
	kind, _ := m["event_type"].(string)
	if _, ok := m["event_payload"].(Block); !ok || kind == "" {
		return refuse("invalid_metadata_format")
	}
	if size(m) > 16_000 {
		return refuse("metadata_too_large")
	}
	return nil
}

// invalid is a refusal with Slack's list of reasons.
func invalid(code string, problems []Problem) reply {
	messages := make([]string, len(problems))
	for i, p := range problems {
		messages[i] = p.String()
	}
	out := refuse(code)
	out["errors"] = messages
	out["response_metadata"] = Block{"messages": messages}
	return out
}

// nameBlocks gives every block the id that Slack makes up where there is none.
func nameBlocks(s *Slack, blocks []Block) {
	for _, b := range blocks {
		if id, _ := b["block_id"].(string); id == "" {
			b["block_id"] = s.nextID("b")
		}
		nameActions(s, b)
	}
}

func nameActions(s *Slack, b Block) {
	give := func(v any) {
		e, ok := v.(Block)
		if !ok || e["type"] == "image" || e["type"] == "mrkdwn" || e["type"] == "plain_text" {
			return
		}
		if id, _ := e["action_id"].(string); id == "" {
			e["action_id"] = s.nextID("a")
		}
	}
	switch b["type"] {
	case "section":
		give(b["accessory"])
	case "input":
		give(b["element"])
	case "actions":
		elements, _ := b["elements"].([]any)
		for _, e := range elements {
			give(e)
		}
	}
}

// place finds the channel to write in. A user id stands for the direct message.
func (r *request) place(key string) (*Channel, reply) {
	id := r.str(key)
	if u := r.s.users[id]; u != nil && !u.Bot {
		return r.s.dm(r.w, id), nil
	}
	c := r.s.channels[id]
	if c == nil || !c.sees(r.w) || c.IM && !c.has(r.w.BotUser) {
		return nil, refuse("channel_not_found")
	}
	if c.Archived {
		return nil, refuse("is_archived")
	}
	if !c.has(r.w.BotUser) {
		if c.Private {
			return nil, refuse("channel_not_found")
		}
		return nil, refuse("not_in_channel")
	}
	return c, nil
}

func (r *request) newMessage(c *Channel, content content) *Message {
	return &Message{
		Channel: c.ID, User: r.w.BotUser, BotID: r.w.BotID, Team: r.w.ID, appID: r.s.config.AppID,
		Text: content.text, Blocks: content.blocks, Metadata: content.metadata,
		UnfurlLinks: content.unfurlLinks, UnfurlMedia: content.unfurlMedia, Mrkdwn: content.mrkdwn,
	}
}

func chatPostMessage(r *request) reply {
	c, no := r.place("channel")
	if no != nil {
		return no
	}
	content, no := r.readContent()
	if no != nil {
		return no
	}
	m := r.newMessage(c, content)
	if parent := r.str("thread_ts"); parent != "" {
		top := r.s.message(c.ID, parent)
		switch {
		case top == nil: // Slack posts it outside the thread.
			r.s.t.Logf("slackfake: thread_ts %s has no message in %s", parent, c.ID)
		case top.ThreadTS != "" && top.ThreadTS != top.TS:
			m.ThreadTS = top.ThreadTS
		default:
			m.ThreadTS, top.ThreadTS = parent, parent
		}
		m.Broadcast = r.yes("reply_broadcast")
	}
	m.TS = r.s.nextTS()
	r.s.keep(m)
	return reply{"channel": c.ID, "ts": m.TS, "message": m.JSON()}
}

func chatPostEphemeral(r *request) reply {
	c, no := r.place("channel")
	if no != nil {
		return no
	}
	user := r.str("user")
	if r.s.users[user] == nil {
		return refuse("user_not_found")
	}
	if !c.has(user) {
		return refuse("user_not_in_channel")
	}
	content, no := r.readContent()
	if no != nil {
		return no
	}
	m := r.newMessage(c, content)
	m.EphemeralTo, m.ThreadTS, m.TS = user, r.str("thread_ts"), r.s.nextTS()
	r.s.keep(m)
	return reply{"message_ts": m.TS}
}

// ownMessage finds a message that this bot may change.
func (r *request) ownMessage(refusal string) (*Channel, *Message, reply) {
	c := r.s.channels[r.str("channel")]
	if c == nil || !c.sees(r.w) {
		return nil, nil, refuse("channel_not_found")
	}
	if c.Archived {
		return nil, nil, refuse("is_archived")
	}
	if r.str("ts") == "" {
		return nil, nil, refuse("invalid_arguments")
	}
	m := r.s.message(c.ID, r.str("ts"))
	if m == nil {
		return nil, nil, refuse("message_not_found")
	}
	if m.User != r.w.BotUser {
		return nil, nil, refuse(refusal)
	}
	return c, m, nil
}

func chatUpdate(r *request) reply {
	c, m, no := r.ownMessage("cant_update_message")
	if no != nil {
		return no
	}
	content, no := r.readContent()
	if no != nil {
		return no
	}
	m.Text = content.text
	if content.gaveBlocks {
		m.Blocks = content.blocks
	} else if r.has("text") {
		m.Blocks = nil
	}
	if content.metadata != nil {
		m.Metadata = content.metadata
	}
	m.state = nil
	m.Edited, m.EditedTS = true, r.s.actionTS()
	return reply{"channel": c.ID, "ts": m.TS, "text": m.Text, "message": m.JSON()}
}

func chatDelete(r *request) reply {
	c, m, no := r.ownMessage("cant_delete_message")
	if no != nil {
		return no
	}
	r.s.forget(c.ID, m.TS)
	return reply{"channel": c.ID, "ts": m.TS}
}

func chatGetPermalink(r *request) reply {
	c := r.s.channels[r.str("channel")]
	if c == nil || !c.sees(r.w) {
		return refuse("channel_not_found")
	}
	m := r.s.message(c.ID, r.str("message_ts"))
	if m == nil {
		return refuse("message_not_found")
	}
	return reply{"channel": c.ID, "permalink": r.s.permalink(r.w, m)}
}

func (s *Slack) permalink(w *Workspace, m *Message) string {
	link := fmt.Sprintf("https://%s.slack.com/archives/%s/p%s", w.Domain, m.Channel, strings.ReplaceAll(m.TS, ".", ""))
	if m.ThreadTS != "" && m.ThreadTS != m.TS {
		link += "?thread_ts=" + m.ThreadTS + "&cid=" + m.Channel
	}
	return link
}

func chatScheduleMessage(r *request) reply {
	c, no := r.place("channel")
	if no != nil {
		return no
	}
	content, no := r.readContent()
	if no != nil {
		return no
	}
	at := int64(r.number("post_at", 0))
	if at <= r.s.now().Unix() {
		return refuse("time_in_past")
	}
	m := r.newMessage(c, content)
	m.PostAt, m.ThreadTS = at, r.str("thread_ts")
	id := r.s.nextID("Q")
	r.s.scheduled[id] = m
	return reply{"channel": c.ID, "scheduled_message_id": id, "post_at": at, "message": m.JSON()}
}

func chatDeleteScheduledMessage(r *request) reply {
	id := r.str("scheduled_message_id")
	m := r.s.scheduled[id]
	if m == nil || m.Channel != r.str("channel") {
		return refuse("invalid_scheduled_message_id")
	}
	delete(r.s.scheduled, id)
	return reply{}
}

// PostScheduled posts the scheduled messages that are due by now and says how
// many there were.
func (s *Slack) PostScheduled() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	var due []string
	for id, m := range s.scheduled {
		if m.PostAt <= s.now().Unix() {
			due = append(due, id)
		}
	}
	slices.Sort(due)
	for _, id := range due {
		m := s.scheduled[id]
		delete(s.scheduled, id)
		m.TS = s.nextTS()
		s.keep(m)
	}
	return len(due)
}
