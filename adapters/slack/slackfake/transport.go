package slackfake

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Call is one call of the Web API, or of a response_url (method
// "response_url"), as the fake got it.
type Call struct {
	Method string
	Args   map[string]any // a form's values are strings; JSON is decoded
	Team   string         // the workspace of the token
	At     time.Time      // simulated
	Error  string         // the code that was answered, empty for ok
	Fault  string         // the injected fault, if any
	// Committed says if the fake carried it out, whatever it answered.
	Committed bool
}

// Arg gives one argument as text.
func (c Call) Arg(key string) string { return args(c.Args).str(key) }

// Calls gives the calls so far, in order; of the named methods if there are any.
func (s *Slack) Calls(methods ...string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Call
	for _, c := range s.calls {
		if len(methods) == 0 || slices.Contains(methods, c.Method) {
			out = append(out, c)
		}
	}
	return out
}

// ForgetCalls empties the record of calls.
func (s *Slack) ForgetCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = nil
}

// reply is what a method answers. A refusal carries an error code.
type reply map[string]any

func refuse(code string) reply { return reply{"ok": false, "error": code} }

func (r reply) code() string { code, _ := r["error"].(string); return code }

// request is one authorised call.
type request struct {
	args
	s *Slack
	w *Workspace
}

type method func(*request) reply

// methods lists what the fake knows. Those without a token are served apart.
var methods = map[string]method{
	"auth.test":                   authTest,
	"auth.revoke":                 authRevoke,
	"apps.uninstall":              appsUninstall,
	"chat.postMessage":            chatPostMessage,
	"chat.postEphemeral":          chatPostEphemeral,
	"chat.update":                 chatUpdate,
	"chat.delete":                 chatDelete,
	"chat.getPermalink":           chatGetPermalink,
	"chat.scheduleMessage":        chatScheduleMessage,
	"chat.deleteScheduledMessage": chatDeleteScheduledMessage,
	"conversations.create":        conversationsCreate,
	"conversations.invite":        conversationsInvite,
	"conversations.inviteShared":  conversationsInviteShared,
	"conversations.kick":          conversationsKick,
	"conversations.join":          conversationsJoin,
	"conversations.leave":         conversationsLeave,
	"conversations.archive":       conversationsArchive,
	"conversations.unarchive":     conversationsUnarchive,
	"conversations.rename":        conversationsRename,
	"conversations.setTopic":      conversationsSetTopic,
	"conversations.setPurpose":    conversationsSetPurpose,
	"conversations.info":          conversationsInfo,
	"conversations.list":          conversationsList,
	"conversations.members":       conversationsMembers,
	"conversations.open":          conversationsOpen,
	"conversations.replies":       conversationsReplies,
	"conversations.history":       conversationsHistory,
	"users.conversations":         usersConversations,
	"views.open":                  viewsOpen,
	"views.push":                  viewsPush,
	"views.update":                viewsUpdate,
	"views.publish":               viewsPublish,
	"users.info":                  usersInfo,
	"users.list":                  usersList,
	"users.lookupByEmail":         usersLookupByEmail,
	"usergroups.list":             usergroupsList,
	"usergroups.users.list":       usergroupsUsersList,
	"reactions.add":               reactionsAdd,
	"reactions.remove":            reactionsRemove,
	"pins.add":                    pinsAdd,
	"pins.remove":                 pinsRemove,
	"pins.list":                   pinsList,
	"bookmarks.add":               bookmarksAdd,
	"bookmarks.list":              bookmarksList,
	"bookmarks.remove":            bookmarksRemove,
	"bots.info":                   botsInfo,
	"team.info":                   teamInfo,
	"files.info":                  filesInfo,
}

// Methods lists the names of the methods that the fake knows.
func Methods() []string {
	out := []string{"apps.connections.open", "oauth.v2.access"}
	for name := range methods {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// faulty are the answers that mean that the app is wrong, not that the world
// has moved on. They fail the test unless announced.
func faulty(code string) bool {
	if strings.HasPrefix(code, "invalid_name") {
		return true
	}
	switch code {
	case "unknown_method", "invalid_auth", "not_authed", "not_allowed_token_type",
		"invalid_arguments", "invalid_blocks", "invalid_blocks_format", "invalid_form_data", "invalid_json",
		"no_text", "msg_too_long", "msg_blocks_too_long", "metadata_too_large", "invalid_metadata_format", "view_too_large",
		"too_many_attachments", "push_limit_reached", "duplicate_external_id", "invalid_users", "invalid_timestamp",
		"cant_update_message", "bad_timestamp", "invalid_trigger_id", "invalid_cursor", "time_in_past", "bad_client_secret",
		"markdown_text_conflict", "user_not_found", "no_user", "invalid_link":
		return true
	}
	return false
}

func (s *Slack) serveAPI(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/api/")
	a, token, err := readArgs(r)
	if err != nil {
		s.fail("%s: %v", name, err)
		writeReply(w, refuse("invalid_form_data"))
		return
	}
	call := Call{Method: name, Args: a, At: s.now()}
	s.mu.Lock()
	if ws := s.byToken(token); ws != nil {
		call.Team = ws.ID
	}
	fault := s.faultFor(call)
	s.mu.Unlock()
	if !fault.commits() {
		s.record(call, fault) // before the app can see what became of it
		fault.write(w, r, nil)
		return
	}

	var out reply
	if fault.commits() {
		s.mu.Lock()
		out = s.answer(r, name, a, token)
		call.Error, call.Committed = out.code(), out.code() == ""
		expected := s.allowed[name+" "+call.Error]
		s.mu.Unlock()
		if call.Error != "" && faulty(call.Error) && !expected {
			s.fail("%s was refused: %s %v; arguments %s", name, call.Error, out["response_metadata"], show(a))
		}
	}
	s.record(call, fault)
	fault.write(w, r, out)
}

func (s *Slack) record(call Call, f *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f != nil {
		call.Fault = f.name
	}
	s.calls = append(s.calls, call)
}

func (s *Slack) byToken(token string) *Workspace {
	for _, w := range s.workspaces {
		if w.Token == token {
			return w
		}
	}
	return nil
}

// answer carries a call out. The lock is held.
func (s *Slack) answer(r *http.Request, name string, a args, token string) reply {
	switch name {
	case "oauth.v2.access":
		return s.oauthAccess(r, a)
	case "apps.connections.open":
		return s.socket.open(r, token)
	}
	do := methods[name]
	if do == nil {
		return refuse("unknown_method")
	}
	if token == "" {
		return refuse("not_authed")
	}
	if token == s.config.AppToken {
		return refuse("not_allowed_token_type")
	}
	w := s.byToken(token)
	if w == nil {
		return refuse("invalid_auth")
	}
	if w.NotInstalled {
		return refuse("token_revoked")
	}
	out := do(&request{args: a, s: s, w: w})
	if _, said := out["ok"]; !said {
		out["ok"] = true
	}
	return out
}

func writeReply(w http.ResponseWriter, out reply) {
	body, err := json.Marshal(out)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if scopes, ok := out["x_scopes"].(string); ok {
		delete(out, "x_scopes")
		w.Header().Set("X-OAuth-Scopes", scopes)
		body, _ = json.Marshal(out)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}

// show is a short text of a value for a failure message.
func show(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	if len(b) > 1500 {
		return string(b[:1500]) + "…"
	}
	return string(b)
}
