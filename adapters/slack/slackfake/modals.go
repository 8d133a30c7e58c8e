package slackfake

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// top gives the modal that a person sees; the test ends if there is none. The
// lock is held, and released if the test ends.
func (s *Slack) top(user string) *View {
	s.t.Helper()
	stack := s.stacks[user]
	if len(stack) == 0 {
		s.mu.Unlock()
		s.t.Fatalf("slackfake: %s sees no modal", user)
		s.mu.Lock()
		return nil
	}
	return stack[len(stack)-1]
}

// ClickInModal presses a button inside the modal that a person sees.
func (s *Slack) ClickInModal(user, what string) Answer {
	s.t.Helper()
	s.mu.Lock()
	v := s.top(user)
	s.mu.Unlock()
	if v == nil {
		return Answer{NotSent: "no modal"}
	}
	b, e := s.find(v.Blocks, what)
	return s.actInView(v, b, e, nil)
}

// ClickInHome presses a button in the App Home of a workspace.
func (s *Slack) ClickInHome(team, user, what string) Answer {
	s.t.Helper()
	s.mu.Lock()
	v := s.homes[team+" "+user]
	s.mu.Unlock()
	if v == nil {
		s.t.Fatalf("slackfake: %s has no App Home", user)
		return Answer{NotSent: "no App Home"}
	}
	b, e := s.find(v.Blocks, what)
	return s.actInView(v, b, e, nil)
}

// Choose fills one field of the modal that a person sees: field is a block id,
// a label or an action id; answer is a string or []string (an option's value
// or text, a date, an id). The app hears of it only if the element tells, that
// is outside an input block, or with dispatch_action.
func (s *Slack) Choose(user, field string, answer any) Answer {
	s.t.Helper()
	s.mu.Lock()
	v := s.top(user)
	s.mu.Unlock()
	if v == nil {
		return Answer{NotSent: "no modal"}
	}
	b, e := v.field(field)
	if e == nil {
		s.t.Fatalf("slackfake: the modal has no field %q: %s", field, v.Reads())
		return Answer{NotSent: "no such field"}
	}
	return s.actInView(v, b, e, answer)
}

// field finds an element by block id, else by label, else by action id: one
// block's id may be another's action.
func (v *View) field(name string) (block, element Block) {
	for _, is := range []func(b, e Block) bool{
		func(b, _ Block) bool { return b["block_id"] == name },
		func(b, _ Block) bool { return textOf(b["label"]) == name },
		func(_, e Block) bool { return e["action_id"] == name },
	} {
		eachElement(v.Blocks, func(b, e Block) {
			if element == nil && is(b, e) {
				block, element = b, e
			}
		})
	}
	return block, element
}

func (s *Slack) actInView(v *View, b, e Block, answer any) Answer {
	s.t.Helper()
	if e == nil {
		return Answer{NotSent: "no such element"}
	}
	s.mu.Lock()
	entry, no := s.entry(e, answer)
	if no != "" {
		s.mu.Unlock()
		s.t.Fatalf("slackfake: %v: %s", b["block_id"], no)
		return Answer{NotSent: no}
	}
	if entry != nil && e["type"] != "overflow" {
		v.put(b, e, entry)
	}
	if b["type"] == "input" && b["dispatch_action"] != true {
		s.mu.Unlock()
		return Answer{NotSent: "a field without dispatch_action tells nothing"}
	}
	payload := s.viewInteraction("block_actions", v)
	payload["container"] = Block{"type": "view", "view_id": v.ID}
	payload["actions"] = []any{s.actionFor(b, e, entry)}
	s.mu.Unlock()
	return s.ignoringBody(v.user, s.deliver(KindInteractive, payload))
}

func (v *View) put(b, e, entry Block) {
	blockID, _ := b["block_id"].(string)
	actionID, _ := e["action_id"].(string)
	v.state = v.state.clone()
	v.state.set(blockID, actionID, entry)
}

// viewInteraction is a payload about a view. For a person from outside, team
// is theirs, and view.app_installed_team_id says where the app is.
func (s *Slack) viewInteraction(kind string, v *View) Block {
	u := s.person(v.user)
	out := s.interaction(kind, v.team, u)
	if u.Team != v.team.ID {
		out["team"] = Block{"id": u.Team, "domain": strings.ToLower(u.Team)}
	}
	out["view"] = v.json(s)
	out["trigger_id"] = s.newTrigger(v.team, v.user, v.ID)
	return out
}

// Submit fills fields of the modal that a person sees and sends it. Keys are
// block ids, labels or action ids. A required field that is empty, or a text
// of the wrong length, is stopped by Slack itself, as its client does.
func (s *Slack) Submit(user string, answers map[string]any) Answer {
	s.t.Helper()
	s.mu.Lock()
	v := s.top(user)
	if v == nil {
		s.mu.Unlock()
		return Answer{NotSent: "no modal"}
	}
	if v.SubmitLabel == "" {
		s.mu.Unlock()
		s.t.Fatalf("slackfake: the modal has no submit button: %s", v.Title)
		return Answer{NotSent: "no submit button"}
	}
	for _, name := range slices.Sorted(maps.Keys(answers)) {
		b, e := v.field(name)
		problem := fmt.Sprintf("the modal has no field %q: %s", name, v.Reads())
		if e != nil {
			var entry Block
			if entry, problem = s.entry(e, answers[name]); problem == "" {
				v.put(b, e, entry)
			}
		}
		if problem != "" {
			s.mu.Unlock()
			s.t.Fatalf("slackfake: Submit, %s: %s", name, problem)
			return Answer{NotSent: problem}
		}
	}
	v.Errors = v.clientErrors()
	if len(v.Errors) > 0 {
		s.mu.Unlock()
		return Answer{NotSent: "fields are not complete"}
	}
	payload := s.viewInteraction("view_submission", v)
	payload["response_urls"] = s.responseURLs(v)
	s.mu.Unlock()
	a := s.deliver(KindInteractive, payload)

	s.mu.Lock()
	defer s.mu.Unlock()
	if !a.OK() {
		s.warn(user, "We had some trouble connecting. Try again?")
		return a
	}
	s.applyResponse(v, a)
	return a
}

// clientErrors is what Slack's client finds wrong before it sends a form.
func (v *View) clientErrors() map[string]string {
	out := map[string]string{}
	eachElement(v.Blocks, func(b, e Block) {
		if b["type"] != "input" {
			return
		}
		blockID, _ := b["block_id"].(string)
		actionID, _ := e["action_id"].(string)
		text := entryText(v.state[blockID][actionID])
		if text == "" {
			if b["optional"] != true {
				out[blockID] = "Please complete this required field."
			}
			return
		}
		n := float64(length(text))
		if most, ok := e["max_length"].(float64); ok && n > most || n > 3000 {
			out[blockID] = "This is too long."
		}
		if least, ok := e["min_length"].(float64); ok && n < least {
			out[blockID] = "This is too short."
		}
	})
	return out
}

// responseURLs gives one hook per conversation picker that asks for it.
func (s *Slack) responseURLs(v *View) []any {
	out := []any{}
	eachElement(v.Blocks, func(b, e Block) {
		if e["response_url_enabled"] != true {
			return
		}
		blockID, _ := b["block_id"].(string)
		actionID, _ := e["action_id"].(string)
		channel := entryText(v.state[blockID][actionID])
		if channel == "" {
			return
		}
		link := s.newHook("app", hook{w: v.team, user: v.user, channel: channel})
		out = append(out, Block{"block_id": blockID, "action_id": actionID, "channel_id": channel, "response_url": link})
	})
	return out
}

// applyResponse does what the answer to a submission asks for. The lock is
// held.
func (s *Slack) applyResponse(v *View, a Answer) {
	s.t.Helper()
	body := strings.TrimSpace(string(a.Body))
	if body == "" || body == "{}" || body == "null" {
		s.pop(v)
		return
	}
	var said struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   Block             `json:"view"`
	}
	if err := json.Unmarshal(a.Body, &said); err != nil {
		s.fail("the answer to a submission is not JSON: %v: %s", err, body)
		return
	}
	if a.Header != nil && !strings.HasPrefix(a.Header.Get("Content-Type"), "application/json") {
		s.fail("a response_action must be application/json, not %q", a.Header.Get("Content-Type"))
	}
	switch said.Action {
	case "clear":
		s.stacks[v.user] = nil
	case "errors":
		for id := range said.Errors {
			if !slices.ContainsFunc(v.Blocks, func(b Block) bool { return b["block_id"] == id && b["type"] == "input" }) {
				s.fail("response_action errors: %q is not the block_id of an input block", id)
			}
		}
		if len(said.Errors) == 0 {
			s.fail("response_action errors without errors")
		}
		if current := s.sameView(v); current != nil {
			current.Errors = said.Errors
		}
	case "update", "push":
		replacing := ""
		if said.Action == "update" {
			replacing = v.ID
		}
		next, no := s.readView(v.team, said.View, "modal", replacing)
		switch {
		case no != nil:
			s.fail("response_action %s was refused: %s %v; %s", said.Action, no.code(), no["response_metadata"], body)
		case said.Action == "update":
			if current := s.sameView(v); current != nil {
				s.replace(current, next)
			}
		case len(s.stacks[v.user]) >= 3:
			s.fail("response_action push: three views are open")
		default:
			s.show(next, v.user)
		}
	default:
		s.fail("unknown response_action %q", said.Action)
	}
}

// sameView finds the view with the same id, which may have been updated while
// the app was thinking.
func (s *Slack) sameView(v *View) *View {
	for _, x := range s.stacks[v.user] {
		if x.ID == v.ID {
			return x
		}
	}
	return nil
}

// pop takes a view off a person's stack.
func (s *Slack) pop(v *View) {
	s.stacks[v.user] = slices.DeleteFunc(s.stacks[v.user], func(x *View) bool { return x.ID == v.ID })
}

// Close presses the close button of the visible modal; the one below shows.
func (s *Slack) Close(user string) Answer {
	s.t.Helper()
	s.mu.Lock()
	v := s.top(user)
	if v == nil {
		s.mu.Unlock()
		return Answer{NotSent: "no modal"}
	}
	if v.ClearOnClose {
		s.stacks[user] = nil
	} else {
		s.pop(v)
	}
	return s.tellClosed(v, false)
}

// CloseAll presses the × of a modal: all views of the stack are gone.
func (s *Slack) CloseAll(user string) Answer {
	s.t.Helper()
	s.mu.Lock()
	if s.top(user) == nil {
		s.mu.Unlock()
		return Answer{NotSent: "no modal"}
	}
	root := s.stacks[user][0]
	s.stacks[user] = nil
	return s.tellClosed(root, true)
}

// tellClosed tells the app that a view was closed, and releases the lock.
func (s *Slack) tellClosed(v *View, cleared bool) Answer {
	s.t.Helper()
	if !v.NotifyOnClose {
		s.mu.Unlock()
		return Answer{NotSent: "the view has no notify_on_close"}
	}
	payload := s.viewInteraction("view_closed", v)
	payload["is_cleared"] = cleared
	delete(payload, "trigger_id")
	s.mu.Unlock()
	return s.ignoringBody(v.user, s.deliver(KindInteractive, payload))
}
