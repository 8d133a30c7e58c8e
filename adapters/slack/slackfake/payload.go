package slackfake

import "slices"

// outer wraps an event as Slack delivers it. The lock is held.
func (s *Slack) outer(w *Workspace, event Block, c *Channel) Block {
	shared := c != nil && c.ExtShared
	out := Block{
		"token": "legacy-token", "team_id": w.ID, "context_team_id": w.ID, "context_enterprise_id": nil, "api_app_id": s.config.AppID,
		"event": event, "type": "event_callback", "event_id": s.nextID("Ev"), "event_time": s.now().Unix(),
		"authorizations":        []any{Block{"enterprise_id": nil, "team_id": w.ID, "user_id": w.BotUser, "is_bot": true, "is_enterprise_install": w.OrgInstall}},
		"is_ext_shared_channel": shared,
	}
	if w.Enterprise != "" {
		out["enterprise_id"], out["context_enterprise_id"] = w.Enterprise, w.Enterprise
	}
	if c != nil {
		kind, _ := event["type"].(string)
		out["event_context"] = "4-" + kind + "-" + w.ID + "-" + c.ID
	}
	return out
}

// subscribed says if the app's settings list an event.
func (s *Slack) subscribed(event string) bool {
	return len(s.config.Events) == 0 || slices.Contains(s.config.Events, event)
}

// messageScope is the subscription that a message in a channel needs.
func messageScope(c *Channel) string {
	switch c.kind() {
	case "im":
		return "message.im"
	case "group":
		return "message.groups"
	default:
		return "message.channels"
	}
}

// event delivers an event about a channel, if the app hears it at all.
func (s *Slack) event(c *Channel, scope string, event Block) Answer {
	s.t.Helper()
	s.mu.Lock()
	w := s.installedIn(c)
	if w == nil {
		s.mu.Unlock()
		return Answer{NotSent: "the bot is not in the channel"}
	}
	if !s.subscribed(scope) {
		s.mu.Unlock()
		return Answer{NotSent: "the app is not subscribed to " + scope}
	}
	payload := s.outer(w, event, c)
	s.mu.Unlock()
	return s.deliver(KindEvent, payload)
}

// teamEvent delivers an event about a workspace.
func (s *Slack) teamEvent(w *Workspace, scope string, event Block) Answer {
	s.t.Helper()
	s.mu.Lock()
	if !s.subscribed(scope) {
		s.mu.Unlock()
		return Answer{NotSent: "the app is not subscribed to " + scope}
	}
	payload := s.outer(w, event, nil)
	if scope == "app_uninstalled" || scope == "tokens_revoked" {
		delete(payload, "authorizations")
	}
	s.mu.Unlock()
	return s.deliver(KindEvent, payload)
}

// interaction is what all interactive payloads share. The lock is held.
func (s *Slack) interaction(kind string, w *Workspace, u *User) Block {
	out := Block{
		"type": kind, "token": "legacy-token", "api_app_id": s.config.AppID,
		"team":       Block{"id": w.ID, "domain": w.Domain},
		"user":       Block{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": u.Team},
		"enterprise": nil, "is_enterprise_install": w.OrgInstall,
	}
	if w.Enterprise != "" {
		out["enterprise"] = Block{"id": w.Enterprise, "name": w.Enterprise}
	}
	if w.OrgInstall {
		out["team"] = nil
	}
	return out
}

// actionFor is an entry of "actions" for an element of a block.
func (s *Slack) actionFor(b, e Block, entry Block) Block {
	out := Block{"type": e["type"], "action_id": e["action_id"], "block_id": b["block_id"], "action_ts": s.actionTS()}
	if e["type"] == "button" {
		out["text"] = e["text"]
		for _, key := range []string{"value", "style"} {
			if v, ok := e[key]; ok {
				out[key] = v
			}
		}
		return out
	}
	for k, v := range entry {
		out[k] = v
	}
	if v, ok := e["placeholder"]; ok {
		out["placeholder"] = v
	}
	return out
}
