package slackfake

import (
	"cmp"
	"slices"
)

// speaker finds who writes where; the test ends if they can't. The lock is
// held.
func (s *Slack) speaker(user, channel string) (*User, *Channel) {
	s.t.Helper()
	u := s.person(user)
	c := s.channels[channel]
	if c == nil || !c.has(user) {
		s.mu.Unlock()
		s.t.Fatalf("slackfake: %s is not in %s", user, channel)
		s.mu.Lock()
		return u, nil
	}
	if c.Archived {
		s.mu.Unlock()
		s.t.Fatalf("slackfake: %s is archived", channel)
		s.mu.Lock()
		return u, nil
	}
	return u, c
}

// write makes a person's message. The lock is held.
func (s *Slack) write(u *User, c *Channel, thread, text string) *Message {
	m := &Message{
		Channel: c.ID, TS: s.nextTS(), ThreadTS: thread, User: u.ID, Team: u.Team, Text: text, clientID: s.nextID("msg-"),
		Blocks: []Block{{"type": "rich_text", "block_id": s.nextID("b"), "elements": richText(text)["elements"]}},
	}
	if top := s.message(c.ID, thread); top != nil {
		top.ThreadTS = top.TS
	}
	return s.keep(m)
}

// said is a person's message as an event. The lock is held.
func (s *Slack) said(c *Channel, m *Message, kind string) Block {
	out := m.JSON()
	out["type"], out["channel"], out["event_ts"] = kind, c.ID, m.TS
	if kind == "message" {
		out["channel_type"] = c.kind()
	}
	if c.ExtShared {
		out["user_team"], out["source_team"] = m.Team, m.Team
	}
	if top := s.message(c.ID, m.ThreadTS); top != nil && m.ThreadTS != m.TS {
		out["parent_user_id"] = top.User
	}
	return out
}

// Say writes in a channel or a direct message. The text is the wire's: see
// Typed.
func (s *Slack) Say(user, channel, text string) Answer {
	s.t.Helper()
	return s.SayInThread(user, channel, "", text)
}

// SayInThread answers in the thread of a message.
func (s *Slack) SayInThread(user, channel, thread, text string) Answer {
	s.t.Helper()
	s.mu.Lock()
	u, c := s.speaker(user, channel)
	if c == nil {
		s.mu.Unlock()
		return Answer{NotSent: "not there"}
	}
	m := s.write(u, c, thread, text)
	event := s.said(c, m, "message")
	s.mu.Unlock()
	a := s.event(c, messageScope(c), event)
	a.TS = m.TS
	return a
}

// Mention writes "@bot text" in a channel or, with a thread, in a thread. The
// app hears it twice, as app_mention and as message, with two event ids and
// one timestamp; the answer is the mention's.
func (s *Slack) Mention(user, channel, thread, text string) Answer {
	s.t.Helper()
	s.mu.Lock()
	u, c := s.speaker(user, channel)
	if c == nil {
		s.mu.Unlock()
		return Answer{NotSent: "not there"}
	}
	bot := ""
	if w := s.installedIn(c); w != nil {
		bot = w.BotUser
	}
	m := s.write(u, c, thread, "<@"+bot+"> "+text)
	mention, message := s.said(c, m, "app_mention"), s.said(c, m, "message")
	s.mu.Unlock()
	a := s.event(c, "app_mention", mention)
	s.event(c, messageScope(c), message)
	a.TS = m.TS
	return a
}

// ShareFile writes a message with a file, or with more; in a thread if one is
// given. In a Slack Connect channel the app learns the files' ids only.
func (s *Slack) ShareFile(user, channel, thread, text string, f File, more ...File) Answer {
	s.t.Helper()
	s.mu.Lock()
	u, c := s.speaker(user, channel)
	if c == nil {
		s.mu.Unlock()
		return Answer{NotSent: "not there"}
	}
	m := s.write(u, c, thread, text)
	m.Subtype = "file_share"
	for _, f := range append([]File{f}, more...) {
		f.ID, f.User = cmp.Or(f.ID, s.nextID("F")), user
		f.Name = cmp.Or(f.Name, "file.txt")
		f.Title = cmp.Or(f.Title, f.Name)
		f.Mimetype = cmp.Or(f.Mimetype, "text/plain")
		f.Permalink = cmp.Or(f.Permalink, "https://files.example/"+user+"/"+f.ID+"/"+f.Name)
		s.files[f.ID] = &f
		m.Files = append(m.Files, f)
	}
	event := s.said(c, m, "message")
	event["files"], event["upload"], event["display_as_bot"] = m.filesIn(c), false, false
	s.mu.Unlock()
	a := s.event(c, messageScope(c), event)
	a.TS = m.TS
	return a
}

// filesIn are a message's files as the app learns of them in a channel.
func (m *Message) filesIn(c *Channel) []any {
	var out []any
	for _, f := range m.Files {
		file := f.json()
		if c.ExtShared {
			file = Block{"id": f.ID, "file_access": "check_file_info"}
		}
		out = append(out, file)
	}
	return out
}

// EditMessage changes a person's own message.
func (s *Slack) EditMessage(user, channel, ts, text string) Answer {
	s.t.Helper()
	s.mu.Lock()
	_, c := s.speaker(user, channel)
	m := s.message(channel, ts)
	if c == nil || m == nil || m.User != user {
		s.mu.Unlock()
		s.t.Fatalf("slackfake: %s has no message %s to edit", user, ts)
		return Answer{NotSent: "no such message"}
	}
	before := s.said(c, m, "message")
	m.Text, m.Edited, m.EditedTS = text, true, s.actionTS()
	m.Blocks = []Block{{"type": "rich_text", "block_id": s.nextID("b"), "elements": richText(text)["elements"]}}
	event := s.hidden(c, "message_changed", before)
	event["message"] = strip(s.said(c, m, "message"))
	s.mu.Unlock()
	a := s.event(c, messageScope(c), event)
	a.TS = ts
	return a
}

// DeleteMessage takes a person's own message away.
func (s *Slack) DeleteMessage(user, channel, ts string) Answer {
	s.t.Helper()
	s.mu.Lock()
	_, c := s.speaker(user, channel)
	m := s.message(channel, ts)
	if c == nil || m == nil || m.User != user {
		s.mu.Unlock()
		s.t.Fatalf("slackfake: %s has no message %s to delete", user, ts)
		return Answer{NotSent: "no such message"}
	}
	event := s.hidden(c, "message_deleted", s.said(c, m, "message"))
	event["deleted_ts"] = ts
	s.forget(channel, ts)
	s.mu.Unlock()
	a := s.event(c, messageScope(c), event)
	a.TS = ts
	return a
}

// hidden is a message event that shows nothing by itself.
func (s *Slack) hidden(c *Channel, subtype string, before Block) Block {
	ts := s.nextTS()
	return Block{
		"type": "message", "subtype": subtype, "hidden": true, "channel": c.ID, "previous_message": strip(before),
		"ts": ts, "event_ts": ts, "channel_type": c.kind(),
	}
}

// strip takes off what only the outside of a message event carries.
func strip(message Block) Block {
	for _, key := range []string{"channel", "event_ts", "channel_type"} {
		delete(message, key)
	}
	return message
}

// EchoMessage tells the app about a message of its own, as Slack does for
// every subscribed channel. The app must not answer itself.
func (s *Slack) EchoMessage(m Message) Answer {
	s.t.Helper()
	s.mu.Lock()
	c, own := s.channels[m.Channel], s.message(m.Channel, m.TS)
	if c == nil || own == nil {
		s.mu.Unlock()
		s.t.Fatalf("slackfake: no message %s in %s", m.TS, m.Channel)
		return Answer{NotSent: "no such message"}
	}
	event := s.said(c, own, "message")
	if own.BotID != "" {
		event["bot_profile"] = Block{"id": own.BotID, "app_id": s.config.AppID, "name": "firstcall", "team_id": own.Team}
	}
	s.mu.Unlock()
	return s.event(c, messageScope(c), event)
}

// React adds a person's reaction to a message.
func (s *Slack) React(user string, m Message, emoji string) Answer {
	s.t.Helper()
	s.mu.Lock()
	_, c := s.speaker(user, m.Channel)
	to := s.message(m.Channel, m.TS)
	if c == nil || to == nil {
		s.mu.Unlock()
		return Answer{NotSent: "the message is gone"}
	}
	if to.Reactions == nil {
		to.Reactions = map[string][]string{}
	}
	to.Reactions[emoji] = append(to.Reactions[emoji], user)
	event := Block{
		"type": "reaction_added", "user": user, "reaction": emoji, "item_user": to.User,
		"item": Block{"type": "message", "channel": c.ID, "ts": to.TS}, "event_ts": s.actionTS(),
	}
	s.mu.Unlock()
	return s.event(c, "reaction_added", event)
}

// OpenHome opens the app's page: tab is "home" or "messages".
func (s *Slack) OpenHome(user, tab string) Answer {
	s.t.Helper()
	s.mu.Lock()
	u := s.person(user)
	w := s.workspaces[u.Team]
	if w == nil || w.NotInstalled {
		s.mu.Unlock()
		return Answer{NotSent: "outside members have no App Home"}
	}
	event := Block{"type": "app_home_opened", "user": user, "channel": s.dm(w, user).ID, "tab": tab, "event_ts": s.actionTS()}
	if v := s.homes[w.ID+" "+user]; v != nil && tab == "home" {
		event["view"] = v.json(s)
	}
	s.mu.Unlock()
	return s.teamEvent(w, "app_home_opened", event)
}

// Join puts somebody into a channel; inviter may be empty.
func (s *Slack) Join(user, channel, inviter string) Answer {
	s.t.Helper()
	s.mu.Lock()
	c, u := s.channels[channel], s.users[user]
	if c == nil || u == nil {
		s.mu.Unlock()
		s.t.Fatalf("slackfake: no channel %s or no user %s", channel, user)
		return Answer{NotSent: "no such channel"}
	}
	if !c.has(user) {
		c.Members = append(c.Members, user)
	}
	event := Block{"type": "member_joined_channel", "user": user, "channel": c.ID, "channel_type": "C", "team": u.Team, "event_ts": s.actionTS()}
	if c.Private {
		event["channel_type"] = "G"
	}
	if inviter != "" {
		event["inviter"] = inviter
	}
	s.mu.Unlock()
	return s.event(c, "member_joined_channel", event)
}

// Leave takes somebody out of a channel. The bot hears nothing of its own
// removal by this event.
func (s *Slack) Leave(user, channel string) Answer {
	s.t.Helper()
	s.mu.Lock()
	c, u := s.channels[channel], s.users[user]
	if c == nil || u == nil {
		s.mu.Unlock()
		s.t.Fatalf("slackfake: no channel %s or no user %s", channel, user)
		return Answer{NotSent: "no such channel"}
	}
	c.leave(user)
	event := Block{"type": "member_left_channel", "user": user, "channel": c.ID, "channel_type": "C", "team": u.Team, "event_ts": s.actionTS()}
	s.mu.Unlock()
	return s.event(c, "member_left_channel", event)
}

// ArchiveChannel closes a channel.
func (s *Slack) ArchiveChannel(user, channel string) Answer {
	s.t.Helper()
	return s.channelEvent(channel, "channel_archive", func(c *Channel) Block {
		c.Archived = true
		return Block{"channel": c.ID, "user": user, "is_moved": 0}
	})
}

// UnarchiveChannel opens a closed channel again.
func (s *Slack) UnarchiveChannel(user, channel string) Answer {
	s.t.Helper()
	return s.channelEvent(channel, "channel_unarchive", func(c *Channel) Block {
		c.Archived = false
		return Block{"channel": c.ID, "user": user}
	})
}

// RenameChannel gives a channel another name.
func (s *Slack) RenameChannel(channel, name string) Answer {
	s.t.Helper()
	return s.channelEvent(channel, "channel_rename", func(c *Channel) Block {
		c.Name = name
		return Block{"channel": Block{"id": c.ID, "is_channel": !c.Private, "is_mpim": false, "name": name, "name_normalized": name, "created": c.created}}
	})
}

// ChangeChannelID gives a channel another id, as Slack Connect does. The old
// id is not found any more.
func (s *Slack) ChangeChannelID(channel, newID string) Answer {
	s.t.Helper()
	return s.channelEvent(channel, "channel_id_changed", func(c *Channel) Block {
		s.channels[newID], s.messages[newID] = c, s.messages[c.ID]
		for _, m := range s.messages[newID] {
			m.Channel = newID
		}
		delete(s.channels, c.ID)
		delete(s.messages, c.ID)
		out := Block{"old_channel_id": c.ID, "new_channel_id": newID}
		c.ID = newID
		return out
	})
}

func (s *Slack) channelEvent(channel, kind string, change func(*Channel) Block) Answer {
	s.t.Helper()
	s.mu.Lock()
	c := s.channels[channel]
	if c == nil {
		s.mu.Unlock()
		s.t.Fatalf("slackfake: no channel %s", channel)
		return Answer{NotSent: "no such channel"}
	}
	event := change(c)
	event["type"], event["event_ts"] = kind, s.actionTS()
	s.mu.Unlock()
	return s.event(c, kind, event)
}

// Install agrees to the app in a workspace again, without OAuth.
func (s *Slack) Install(team string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w := s.workspaces[team]; w != nil {
		w.NotInstalled = false
	}
}

// Uninstall removes the app from a workspace: its token is refused from now
// on, and the app hears tokens_revoked and app_uninstalled, in this order.
func (s *Slack) Uninstall(team string) []Answer {
	s.t.Helper()
	s.mu.Lock()
	w := s.workspaces[team]
	if w == nil {
		s.mu.Unlock()
		s.t.Fatalf("slackfake: no workspace %s", team)
		return nil
	}
	w.NotInstalled = true
	bot, at := w.BotUser, s.actionTS()
	for id := range s.channels {
		s.channels[id].Members = slices.DeleteFunc(s.channels[id].Members, func(m string) bool { return m == bot })
	}
	s.mu.Unlock()
	return []Answer{
		s.teamEvent(w, "tokens_revoked", Block{"type": "tokens_revoked", "tokens": Block{"oauth": []any{}, "bot": []any{bot}}, "event_ts": at}),
		s.teamEvent(w, "app_uninstalled", Block{"type": "app_uninstalled", "event_ts": at}),
	}
}

// VerifyURL makes Slack's check of an event URL, and gives the answer.
func (s *Slack) VerifyURL(challenge string) Answer {
	s.t.Helper()
	return s.send(&Delivery{Kind: KindEvent, Payload: Block{"token": "legacy-token", "challenge": challenge, "type": "url_verification"}})
}
