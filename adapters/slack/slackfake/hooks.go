package slackfake

import (
	"cmp"
	"net/http"
	"time"
)

// hook is a response_url: five uses in thirty minutes.
type hook struct {
	made    time.Time
	used    int
	w       *Workspace
	user    string
	channel string
	// message is the timestamp of the message that was acted on, empty after a
	// command.
	message string
}

func (s *Slack) newHook(kind string, h hook) string {
	path := "/hooks/" + kind + "/" + h.w.ID + "/" + s.nextID("4") + "/" + s.nextID("s")
	h.made = s.now()
	s.hooks[path] = &h
	return s.server.URL + path
}

func (s *Slack) serveHook(w http.ResponseWriter, r *http.Request) {
	a, _, err := readArgs(r)
	if err != nil {
		s.fail("response_url: %v", err)
		http.Error(w, "invalid_payload", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	h := s.hooks[r.URL.Path]
	call := Call{Method: "response_url", Args: a, At: s.now()}
	if h != nil {
		call.Team = h.w.ID
	}
	fault := s.faultFor(call)
	s.mu.Unlock()
	if !fault.commits() {
		s.record(call, fault) // before the app can see what became of it
		fault.write(w, r, nil)
		return
	}
	s.mu.Lock()
	code := s.useHook(h, a)
	expected := s.allowed["response_url "+code]
	s.mu.Unlock()
	call.Error, call.Committed = code, code == ""
	if code != "" && code != "used_url" && code != "expired_url" && !expected {
		s.fail("response_url was refused: %s; arguments %s", code, show(a))
	}
	s.record(call, fault)
	if fault != nil {
		fault.write(w, r, reply{"ok": code == ""})
		return
	}
	switch code {
	case "":
		_, _ = w.Write([]byte("ok"))
	case "used_url", "expired_url", "no_such_url":
		http.Error(w, code, http.StatusNotFound)
	default:
		http.Error(w, code, http.StatusBadRequest)
	}
}

// useHook applies a message that came to a response_url, and gives the error
// code. The lock is held.
func (s *Slack) useHook(h *hook, a args) string {
	switch {
	case h == nil:
		return "no_such_url"
	case h.used >= 5:
		return "used_url"
	case s.now().Sub(h.made) > 30*time.Minute:
		return "expired_url"
	}
	h.used++
	if a.yes("delete_original") {
		s.forget(h.channel, h.message)
		return ""
	}
	return s.respond(h, a)
}

// respond is a message in answer to an act, by response_url or in the answer
// itself.
func (s *Slack) respond(h *hook, a args) string {
	r := &request{args: a, s: s, w: h.w}
	c, no := r.readContent()
	if no != nil {
		return cmp.Or(no.code(), "invalid_payload")
	}
	if old := s.anyMessage(h.channel, h.message); a.yes("replace_original") && old != nil {
		old.Text, old.Blocks, old.state = c.text, c.blocks, nil
		old.Edited, old.EditedTS = true, s.actionTS()
		return ""
	}
	ch := s.channels[h.channel]
	if ch == nil {
		return "channel_not_found"
	}
	m := r.newMessage(ch, c)
	m.TS = s.nextTS()
	m.ThreadTS = a.str("thread_ts")
	if a.str("response_type") != "in_channel" {
		m.EphemeralTo = h.user
	}
	s.keep(m)
	return ""
}

// warn keeps what Slack itself tells a person when the app fails them.
func (s *Slack) warn(user, sentence string) {
	s.warnings[user] = append(s.warnings[user], sentence)
}

// Warnings gives what Slack told a person because the app did not answer as it
// should, such as "/incident failed with the error dispatch_failed".
func (s *Slack) Warnings(user string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.warnings[user]...)
}
