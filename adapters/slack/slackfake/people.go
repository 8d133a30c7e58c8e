package slackfake

import (
	"maps"
	"strconv"
	"strings"
)

// person finds who acts; the test ends if there is no such person. The lock is
// held.
func (s *Slack) person(user string) *User {
	s.t.Helper()
	u := s.users[user]
	if u == nil {
		s.mu.Unlock()
		s.t.Fatalf("slackfake: no user %s", user)
		s.mu.Lock()
		return &User{}
	}
	return u
}

// Slash types a slash command. Only members of a workspace that installed the
// app have it; for others Slack knows no such command.
func (s *Slack) Slash(user, channel, command, text string) Answer {
	s.t.Helper()
	s.mu.Lock()
	u := s.person(user)
	w, c := s.workspaces[u.Team], s.channels[channel]
	if w == nil || w.NotInstalled {
		s.mu.Unlock()
		return Answer{NotSent: "outside members have no " + command}
	}
	if c == nil || !c.sees(w) || c.Archived || c.Private && !c.has(user) || c.IM && !c.has(user) {
		s.mu.Unlock()
		return Answer{NotSent: "nobody can type there"}
	}
	s.remember(text)
	h := hook{w: w, user: user, channel: channel}
	name := c.Name
	if c.IM {
		name = "directmessage"
	} else if c.Private {
		name = "privategroup"
	}
	payload := Block{
		"token": "legacy-token", "team_id": w.ID, "team_domain": w.Domain, "channel_id": c.ID, "channel_name": name,
		"user_id": u.ID, "user_name": u.Name, "command": command, "text": text, "api_app_id": s.config.AppID,
		"is_enterprise_install": strconv.FormatBool(w.OrgInstall), "response_url": s.newHook("commands", h), "trigger_id": s.newTrigger(w, user, ""),
	}
	if w.Enterprise != "" {
		payload["enterprise_id"], payload["enterprise_name"] = w.Enterprise, w.Enterprise
	}
	s.mu.Unlock()
	a := s.deliver(KindCommand, payload)

	s.mu.Lock()
	defer s.mu.Unlock()
	if !a.OK() {
		s.warn(user, command+" failed with the error \"dispatch_failed\"")
		return a
	}
	if said := args(a.decoded()); said != nil {
		if code := s.respond(&h, said); code != "" {
			s.fail("the answer to %s was refused: %s; %s", command, code, a.Body)
		}
	}
	return a
}

// GlobalShortcut starts a shortcut from the search or the lightning menu.
func (s *Slack) GlobalShortcut(user, callbackID string) Answer {
	s.t.Helper()
	s.mu.Lock()
	u := s.person(user)
	w := s.workspaces[u.Team]
	if w == nil || w.NotInstalled || u.Guest {
		s.mu.Unlock()
		return Answer{NotSent: "outside members and guests have no shortcuts"}
	}
	payload := s.interaction("shortcut", w, u)
	delete(payload, "api_app_id")
	payload["user"] = Block{"id": u.ID, "username": u.Name, "team_id": u.Team}
	payload["callback_id"], payload["action_ts"], payload["trigger_id"] = callbackID, s.actionTS(), s.newTrigger(w, user, "")
	s.mu.Unlock()
	return s.ignoringBody(user, s.deliver(KindInteractive, payload))
}

// MessageShortcut starts a shortcut from a message's menu.
func (s *Slack) MessageShortcut(user string, m Message, callbackID string) Answer {
	s.t.Helper()
	s.mu.Lock()
	u := s.person(user)
	w, c := s.workspaces[u.Team], s.channels[m.Channel]
	if w == nil || w.NotInstalled {
		s.mu.Unlock()
		return Answer{NotSent: "outside members have no shortcuts"}
	}
	old := s.message(m.Channel, m.TS)
	if old == nil || c == nil {
		s.mu.Unlock()
		return Answer{NotSent: "the message is gone"}
	}
	payload := s.interaction("message_action", w, u)
	delete(payload, "api_app_id")
	payload["callback_id"], payload["action_ts"], payload["trigger_id"] = callbackID, s.actionTS(), s.newTrigger(w, user, "")
	payload["channel"] = Block{"id": c.ID, "name": channelName(c)}
	message := old.JSON()
	if files := old.filesIn(c); len(files) > 0 {
		message["files"] = files
	}
	payload["message_ts"], payload["message"] = old.TS, message
	payload["response_url"] = s.newHook("app", hook{w: w, user: user, channel: c.ID, message: old.TS})
	s.mu.Unlock()
	return s.ignoringBody(user, s.deliver(KindInteractive, payload))
}

func channelName(c *Channel) string {
	if c.IM {
		return "directmessage"
	}
	return c.Name
}

// ignoringBody reports an answer that Slack would throw away.
func (s *Slack) ignoringBody(user string, a Answer) Answer {
	s.t.Helper()
	if a.NotSent != "" {
		return a
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !a.OK() {
		s.warn(user, "the app did not answer")
		return a
	}
	if body := strings.TrimSpace(string(a.Body)); body != "" && body != "{}" && body != "null" {
		s.fail("Slack ignores the body of this answer: %s", body)
	}
	return a
}

// find looks for an element by its action id, else by a button's label, else
// by a button's value. It ends the test if there is none or more than one.
func (s *Slack) find(blocks []Block, what string) (block, element Block) {
	s.t.Helper()
	for _, key := range []func(Block) bool{
		func(e Block) bool { return e["action_id"] == what },
		func(e Block) bool { return e["type"] == "button" && textOf(e["text"]) == what },
		func(e Block) bool { return e["type"] == "button" && e["value"] == what },
	} {
		n := 0
		eachElement(blocks, func(b, e Block) {
			if key(e) {
				block, element = b, e
				n++
			}
		})
		if n == 1 {
			return block, element
		}
		if n > 1 {
			s.t.Fatalf("slackfake: %d elements are called %q in %s", n, what, show(blocks))
			return nil, nil
		}
	}
	s.t.Fatalf("slackfake: no element is called %q in %s", what, show(blocks))
	return nil, nil
}

// Click presses a button of a message: what is its action id, label or value.
// Of a confirmation dialog, yes is pressed.
func (s *Slack) Click(user string, m Message, what string) Answer {
	s.t.Helper()
	return s.actInMessage(user, m, what, nil)
}

// ChooseInMessage picks in a select, date picker or overflow menu of a message.
func (s *Slack) ChooseInMessage(user string, m Message, actionID string, answer any) Answer {
	s.t.Helper()
	return s.actInMessage(user, m, actionID, answer)
}

func (s *Slack) actInMessage(user string, given Message, what string, answer any) Answer {
	s.t.Helper()
	s.mu.Lock()
	u := s.person(user)
	m, c := s.anyMessage(given.Channel, given.TS), s.channels[given.Channel]
	if m == nil || c == nil {
		s.mu.Unlock()
		return Answer{NotSent: "the message is gone"}
	}
	if !c.has(user) || m.EphemeralTo != "" && m.EphemeralTo != user {
		s.mu.Unlock()
		return Answer{NotSent: "the person does not see the message"}
	}
	var w *Workspace
	for _, candidate := range s.workspaces {
		if candidate.BotUser == m.User {
			w = candidate
		}
	}
	if w == nil || w.NotInstalled {
		s.mu.Unlock()
		return Answer{NotSent: "the app is not installed"}
	}
	blocks := m.Blocks
	s.mu.Unlock()
	b, e := s.find(blocks, what)
	if e == nil {
		return Answer{NotSent: "no such element"}
	}

	s.mu.Lock()
	entry, no := s.entry(e, answer)
	if no != "" {
		s.mu.Unlock()
		s.t.Fatalf("slackfake: %s: %s", what, no)
		return Answer{NotSent: no}
	}
	if entry != nil {
		if m.state == nil {
			m.state = initialState(m.Blocks, nil)
		}
		if e["type"] != "overflow" {
			blockID, _ := b["block_id"].(string)
			actionID, _ := e["action_id"].(string)
			m.state.set(blockID, actionID, entry)
		}
	}
	payload := s.interaction("block_actions", w, u)
	container := Block{"type": "message", "message_ts": m.TS, "channel_id": c.ID, "is_ephemeral": m.EphemeralTo != ""}
	if m.ThreadTS != "" {
		container["thread_ts"] = m.ThreadTS
	}
	payload["container"], payload["channel"] = container, Block{"id": c.ID, "name": channelName(c)}
	if m.EphemeralTo == "" {
		payload["message"] = m.JSON()
	}
	state := m.state
	if state == nil {
		state = initialState(m.Blocks, nil)
	}
	payload["state"] = Block{"values": state.clone().json()}
	payload["trigger_id"] = s.newTrigger(w, user, "")
	payload["response_url"] = s.newHook("actions", hook{w: w, user: user, channel: c.ID, message: m.TS})
	payload["actions"] = []any{s.actionFor(b, e, entry)}
	s.mu.Unlock()
	return s.ignoringBody(user, s.deliver(KindInteractive, payload))
}

// entry makes the state entry for an answer; none for a button.
func (s *Slack) entry(e Block, answer any) (Block, string) {
	if e["type"] == "button" {
		if answer != nil {
			return nil, "a button takes no answer"
		}
		return nil, ""
	}
	if answer == nil {
		return nil, "it is not a button; choose something"
	}
	entry, err := entryFor(e, answer)
	if err != nil {
		return nil, err.Error()
	}
	if text, ok := answer.(string); ok {
		s.remember(text)
	}
	return maps.Clone(entry), ""
}
