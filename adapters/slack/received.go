package slack

import (
	"encoding/json"
	"strings"
	"time"

	"example.com/firstcall/bot"
)

// way says how somebody is answered.
type way int

const (
	unanswered way = iota // nobody asked for anything
	aloud                 // said in a channel or to us: a line for this person alone, or in the conversation
	homeTab               // the App Home is drawn
	atCommand             // a slash command: the answer itself
	byTrigger             // a button or a shortcut: a window, or a line for this person alone
	inModal               // something in an open window: the window changes
	submission            // a window was sent: the answer says what becomes of it
)

// received is what came in, as the bot understands it, and what is needed to
// answer.
type received struct {
	kind  string // for the log and the metrics
	event bot.Event
	way   way
	inst  Installation
	retry int // which repetition by Slack this is; 0 the first time

	channel   string // Slack's, also of a direct conversation; "" where there is none
	thread    string // the ts of the thread it was said in
	addressed bool   // it was said to us
	trigger   string
	hook      string // response_url
	ephemeral bool   // the message with the button is for this person alone
	domain    string // of the workspace's links
	files     []attached
	pointed   string // the ts of the message that a shortcut was used on
	view      seenView
	step      int            // in a window: which of the decisions about it this was
	light     chan lightView // nil: no light view was opened
}

// actionOf takes off what makes an action id unique among several.
func actionOf(id string) string {
	action, _, _ := strings.Cut(id, again)
	return action
}

// teamOf is where the author of a message is at home.
func (m *spoken) teamOf(otherwise string) string {
	for _, team := range []string{m.UserTeam, m.SourceTeam, m.Team} {
		if team != "" {
			return team
		}
	}
	return otherwise
}

// workspaces lists where the installation for an event may be.
func (e *outer) workspaces() []string {
	var out []string
	for _, a := range e.For {
		out = append(out, a.TeamID)
	}
	out = append(out, e.TeamID)
	for _, a := range e.For {
		out = append(out, a.EnterpriseID)
	}
	return append(out, e.EnterpriseID)
}

// leaves says that the whole installation is gone, and of which workspace.
func (e *outer) leaves() (workspace string, is bool) {
	if e.Event.Type == "app_uninstalled" || e.Event.Type == "tokens_revoked" && len(e.Event.Tokens.Bot) > 0 {
		if e.TeamID != "" {
			return e.TeamID, true
		}
		return e.EnterpriseID, true
	}
	return "", false
}

// read says what an event means to the bot; false when it means nothing.
func (e *outer) read(inst Installation) (received, bool) {
	ev := &e.Event
	us := inst.BotUser
	for _, a := range e.For {
		if us == "" && a.IsBot {
			us = a.UserID
		}
	}
	r := received{kind: "place", inst: inst, channel: ev.Channel}
	r.event = bot.Event{
		Key: "event:" + e.EventID, Platform: platform, Workspace: ev.teamOf(e.TeamID), Person: ev.User,
		Place: placeOf(ev.Channel, ev.ChannelType), At: e.at(),
	}
	if e.EventID == "" {
		r.event.Key = ""
	}
	known := false
	switch ev.Type {
	case "app_mention", "message":
		known = r.said(ev, us, e.TeamID)
	case "app_home_opened":
		r.kind, r.way, r.event.Kind, r.event.Place = "home", homeTab, bot.Looked, ""
		r.view.Hash = ev.View.Hash
		known = ev.Tab != "messages"
	case "member_joined_channel":
		r.event.Kind, r.event.Person, r.event.Workspace = bot.Joined, ev.Inviter, e.TeamID
		known = us != "" && ev.User == us
	case "channel_left", "channel_archive", "channel_deleted", "group_left", "group_archive", "group_deleted":
		r.event.Kind, r.event.Workspace = bot.Left, e.TeamID
		known = r.event.Place != ""
	case "channel_id_changed":
		r.event.Kind, r.event.Workspace = bot.Moved, e.TeamID
		r.event.Place, r.event.Moved, r.channel = ev.OldChannel, ev.NewChannel, ev.NewChannel
		known = ev.OldChannel != "" && ev.NewChannel != ""
	}
	r.through(e.TeamID)
	return r, known
}

const platform = "slack"

// at is when it happened, as Slack says.
func (e *outer) at() time.Time {
	for _, ts := range []string{e.Event.EventTS, e.Event.TS} {
		if at := instantOf(ts); !at.IsZero() {
			return at
		}
	}
	if e.EventTime > 0 && e.EventTime < 1<<36 {
		return time.Unix(e.EventTime, 0).UTC()
	}
	return time.Time{}
}

// said reads a message, a mention, or a change of a message. It is false for
// what we, another program or Slack itself said.
func (r *received) said(ev *inner, us, team string) bool {
	m, kind := &ev.spoken, bot.Said
	switch ev.Subtype {
	case "", "file_share", "thread_broadcast":
	case "message_changed":
		m, kind = &ev.Message, bot.Reworded
		if m.Subtype == "tombstone" { // what others answered to stays as an empty place
			m, kind = &ev.Previous, bot.Retracted
		} else if m.Edited.TS == "" || m.Text == ev.Previous.Text {
			return false // a link was unfolded, or the like
		}
	case "message_deleted":
		m, kind = &ev.Previous, bot.Retracted
	default:
		return false
	}
	if m.BotID != "" || m.User == "" || m.User == us || m.TS == "" || ev.Channel == "" {
		return false
	}
	e := &r.event
	e.Kind, e.Person, e.Workspace = kind, m.User, m.teamOf(team)
	e.Key, e.Message = "message:"+ev.Channel+":"+m.TS, messageID(ev.Channel, m.TS)
	if m.ThreadTS != "" && m.ThreadTS != m.TS {
		e.Thread = messageID(ev.Channel, m.ThreadTS)
		r.thread = m.ThreadTS
	}
	r.kind = "message"
	switch kind {
	case bot.Retracted:
		e.Key += ":deleted"
		return true
	case bot.Reworded:
		e.Key += ":" + ev.EventTS // edits of one second have the same edited.ts
	default:
		e.At = instantOf(m.TS)
		r.files, r.way = m.Files, aloud
	}
	_, r.addressed = asTyped(m.Text, us, false)
	toUs := r.addressed || e.Place == ""
	if e.Text, _ = asTyped(m.Text, us, toUs); r.addressed {
		e.Text = "@firstcall " + e.Text
		r.kind = "mention"
	}
	r.addressed = toUs
	return true
}

// through notes whose installation answers, where it isn't the
// person's own workspace.
func (r *received) through(team string) {
	through := r.inst.Workspace
	if through == "" { // an organisation's, which serves all its workspaces
		through = team
	}
	r.event.Through = ""
	if through != r.event.Workspace {
		r.event.Through = through
	}
}

// workspaces lists where the installation for an interaction may be. In a
// shared channel the person's own workspace is often not one.
func (x *interaction) workspaces() []string {
	out := []string{x.View.Installed}
	if m := x.meta(); m.Team != "" {
		out = append(out, m.Team)
	}
	if x.Message.BotID != "" {
		out = append(out, x.Message.Team)
	}
	return append(out, x.Team.ID, x.User.TeamID, x.Enterprise.ID, x.Team.EnterpriseID)
}

func (x *interaction) meta() (m meta) {
	if x.View.Meta != "" {
		_ = json.Unmarshal([]byte(x.View.Meta), &m) // a view of somebody else's has something else there
	}
	return m
}

// read says what an interaction means to the bot; false when it means nothing.
func (x *interaction) read(inst Installation, now time.Time) (received, bool) {
	channel := x.Channel.ID
	if channel == "" {
		channel = x.Container.ChannelID
	}
	team := x.User.TeamID
	if team == "" {
		team = x.Team.ID
	}
	r := received{
		kind: "other", inst: inst, channel: channel, trigger: x.TriggerID, hook: x.ResponseURL,
		ephemeral: x.Container.Ephemeral, domain: x.Team.Domain, view: x.View,
	}
	if x.Container.ThreadTS != x.Container.MessageTS {
		r.thread = x.Container.ThreadTS
	}
	r.event = bot.Event{
		Platform: platform, Workspace: team, Person: x.User.ID, Place: placeOf(channel, ""), At: instantOf(x.ActionTS),
	}
	known := false
	switch x.Type {
	case "block_actions":
		known = x.pressed(&r)
	case "view_submission":
		m := x.meta()
		r.kind, r.way, known = "submission", submission, m.Form != ""
		r.event.Kind, r.event.Form, r.event.Place = bot.Submitted, m.Form, placeOf(m.Channel, "")
		r.event.Values, r.channel = valuesOf(x.View.State.Values), m.Channel
	case "shortcut":
		r.kind, r.way, known = "shortcut", byTrigger, true
		r.event.Kind, r.event.Text = bot.Said, "/incident"
	case "message_action":
		r.kind, r.way, known = "shortcut", byTrigger, true
		text, _ := asTyped(x.Message.Text, inst.BotUser, false)
		r.event.Kind, r.event.Text, r.event.Report = bot.Said, strings.TrimSpace(text), true
		r.pointed, r.files = x.MessageTS, x.Message.Files
		if r.pointed == "" {
			r.pointed = x.Message.TS
		}
	}
	if r.event.At.IsZero() {
		r.event.At = now
	}
	switch {
	case x.TriggerID != "":
		r.event.Key = triggerKey(x.TriggerID)
	default:
		r.event.Key = "trigger:" + strings.Join([]string{x.ActionTS, x.User.ID, x.CallbackID, x.View.ID, x.View.Hash}, ":")
		if len(x.Actions) > 0 {
			r.event.Key += ":" + x.Actions[0].ActionTS + ":" + x.Actions[0].ActionID
		}
	}
	r.through(x.Team.ID)
	return r, known && x.User.ID != ""
}

// pressed reads a button, or a choice in an open window.
func (x *interaction) pressed(r *received) bool {
	if len(x.Actions) == 0 {
		return false
	}
	a := &x.Actions[0]
	if at := instantOf(a.ActionTS); !at.IsZero() {
		r.event.At = at
	}
	value := a.Value
	if value == "" {
		value = a.Selected.Value
	}
	action := actionOf(a.ActionID)
	r.kind, r.way = "button", byTrigger
	if x.View.Type == "modal" {
		m := x.meta()
		r.way, r.channel, r.event.Place = inModal, m.Channel, placeOf(m.Channel, "")
		if a.Type != "button" {
			r.kind = "step"
			r.event.Kind, r.event.Form, r.event.Partial, r.event.Unsent = bot.Submitted, m.Form, true, true
			r.event.Values = valuesOf(x.View.State.Values)
			return m.Form != ""
		}
		if action == bot.Nav && m.Form != "" {
			r.event.Kind, r.event.Form, r.event.Partial = bot.Submitted, m.Form, true
			r.event.Values = map[string]string{bot.Nav: value}
			return true
		}
	}
	if action == formAction {
		r.event.Kind, r.event.Form, r.event.Partial, r.event.Unsent = bot.Submitted, value, true, true
		r.event.Values = map[string]string{}
		return true
	}
	if a.Type == "button" && a.ActionID != "" {
		r.event.Kind, r.event.Action, r.event.Subject = bot.Pressed, action, value
		return true
	}
	return false
}

// read says what a command means to the bot. Slack gives a command no time.
func (c *command) read(inst Installation, now time.Time) received {
	text, _ := asTyped(c.Text, inst.BotUser, true)
	r := received{
		kind: "command", way: atCommand, inst: inst, channel: c.ChannelID, trigger: c.TriggerID, hook: c.ResponseURL,
		event: bot.Event{
			Key: triggerKey(c.TriggerID), Platform: platform, Workspace: c.TeamID, Person: c.UserID,
			Place: placeOf(c.ChannelID, ""), At: now, Kind: bot.Said, Text: strings.TrimSpace("/incident " + text),
		},
	}
	if c.TriggerID == "" { // nothing else names one command among others
		r.event.Key = ""
	}
	r.through(c.TeamID)
	return r
}
