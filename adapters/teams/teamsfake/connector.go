package teamsfake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf16"
)

// MaxMessageBytes is how much Teams takes of one message, counted in UTF-16.
const MaxMessageBytes = 100 * 1024

// Op names what the bot calls.
type Op string

// The calls.
const (
	OpMetadata Op = "metadata"
	OpKeys     Op = "keys"
	OpToken    Op = "token"
	OpCreate   Op = "create" // POST conversations
	OpSend     Op = "send"   // POST activities
	OpReply    Op = "reply"  // POST activities/{id}
	OpUpdate   Op = "update"
	OpDelete   Op = "delete"
	OpMembers  Op = "members" // pagedmembers, or all members
	OpMember   Op = "member"
	OpTeam     Op = "team" // a team, or its channels
)

// Call is one call the bot made.
type Call struct {
	Op           Op
	Method, Path string // the path as it was sent
	Region       string // of the service URL it was sent to, like "/emea/"
	Conversation string // its id, thread included
	Body         json.RawMessage
	Status       int // of the answer; 0: none was given
}

// Calls are the calls made so far; all of them, or those of the given kinds.
func (f *Fake) Calls(ops ...Op) []Call {
	f.mu.Lock()
	defer f.mu.Unlock()
	var calls []Call
	for _, c := range f.calls {
		if len(ops) == 0 || slices.Contains(ops, c.Op) {
			copied := c.Call
			copied.Status = int(c.status.Load())
			calls = append(calls, copied)
		}
	}
	return calls
}

// recorded is a call whose answer may still be on its way.
type recorded struct {
	Call
	status atomic.Int32
}

// noting is a ResponseWriter that notes the status at the recorded call,
// before the bot can see it.
type noting struct {
	http.ResponseWriter
	call *recorded
}

// WriteHeader notes the status and sends it.
func (n *noting) WriteHeader(status int) {
	if n.call != nil {
		n.call.status.Store(int32(status))
	}
	n.ResponseWriter.WriteHeader(status)
}

// Unwrap lets a fault take over the connection.
func (n *noting) Unwrap() http.ResponseWriter { return n.ResponseWriter }

func (f *Fake) record(w http.ResponseWriter, op Op, r *http.Request, conversation string, body []byte) {
	path, _, _ := strings.Cut(r.RequestURI, "?")
	region := ""
	if first, _, ok := strings.Cut(strings.TrimPrefix(path, "/"), "/"); ok {
		region = "/" + first + "/"
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	c := &recorded{Call: Call{Op: op, Method: r.Method, Path: path, Region: region, Conversation: conversation, Body: body}}
	f.calls = append(f.calls, c)
	if n, ok := w.(*noting); ok {
		n.call = c
	}
}

// call is one request to the connector on its way.
type call struct {
	w    http.ResponseWriter
	r    *http.Request
	op   Op
	at   *Conversation
	id   string // of the activity, or the member
	body []byte
}

// connector answers everything below the service URL.
func (f *Fake) connector(w http.ResponseWriter, r *http.Request) {
	segments, wrong := pathSegments(r)
	f.mu.Lock()
	known := len(segments) > 2 && f.regions["/"+segments[0]+"/"] && segments[1] == "v3"
	f.mu.Unlock()
	op := Op("")
	if known {
		op = route(r.Method, segments[2:])
	}
	if op == "" {
		f.problem("unknown path: %s %s", r.Method, r.RequestURI)
		refuse(w, http.StatusNotFound, "NotFound", "no such path")
		return
	}
	if wrong != "" {
		f.problem("%s %s: %s", r.Method, r.RequestURI, wrong)
		refuse(w, http.StatusBadRequest, "BadSyntax", wrong)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 4<<20))
	if err != nil {
		f.problem("%s %s: reading the body: %v", r.Method, r.URL.Path, err)
		return
	}
	c := &call{w: w, r: r, op: op, body: body}
	id := ""
	if op != OpCreate {
		id = segments[3]
	}
	f.record(w, op, r, id, body)
	if op != OpMembers && op != OpTeam && r.URL.RawQuery != "" {
		f.problem("%s %s: unknown parameters", r.Method, r.RequestURI)
	}
	if !f.authorised(w, r) {
		return
	}
	if len(segments) > 5 {
		c.id = segments[5]
	}
	if op == OpTeam {
		if !f.faulty(w, r, op, id, nil) {
			f.team(c, id, len(segments) > 4)
		}
		return
	}
	if op != OpCreate {
		f.mu.Lock()
		c.at = f.find(id)
		f.mu.Unlock()
		if c.at == nil {
			f.problem("%s: no conversation %q", op, id)
			refuse(w, http.StatusNotFound, "ConversationNotFound", "Conversation not found.")
			return
		}
	}
	f.perform(c)
}

// route names the call of a path below v3; "" is none we know.
func route(method string, s []string) Op {
	shape := method + " " + s[0]
	for i, part := range s[1:] {
		if i%2 == 1 { // conversations/{id}/activities/{id}
			shape += "/" + part
		} else {
			shape += "/*"
		}
	}
	switch shape {
	case "POST conversations":
		return OpCreate
	case "POST conversations/*/activities":
		return OpSend
	case "POST conversations/*/activities/*":
		return OpReply
	case "PUT conversations/*/activities/*":
		return OpUpdate
	case "DELETE conversations/*/activities/*":
		return OpDelete
	case "GET conversations/*/pagedmembers", "GET conversations/*/members":
		return OpMembers
	case "GET conversations/*/members/*":
		return OpMember
	case "GET teams/*", "GET teams/*/conversations":
		return OpTeam
	}
	return ""
}

// perform checks a call, lets faults and limits have their say, and does it.
func (f *Fake) perform(c *call) {
	writes := c.op == OpCreate || c.op == OpSend || c.op == OpReply || c.op == OpUpdate
	if writes && !f.wellFormed(c) {
		return
	}
	id := ""
	if c.at != nil {
		id = c.at.ID()
	}
	if f.throttled(c) {
		return
	}
	if free := f.alone(c); free != nil {
		defer free()
	} else {
		return
	}
	if f.faulty(c.w, c.r, c.op, id, func(w http.ResponseWriter) { cc := *c; cc.w = w; f.do(&cc) }) {
		return
	}
	f.do(c)
}

// wellFormed checks the body of a message or of a new conversation; a person
// would see what is wrong with it, so it fails the test.
func (f *Fake) wellFormed(c *call) bool {
	if kind := c.r.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
		f.problem("%s: a body of type %q", c.op, kind)
		refuse(c.w, http.StatusUnsupportedMediaType, "BadSyntax", "not JSON")
		return false
	}
	if size := 2 * len(utf16.Encode(bytes.Runes(c.body))); size > MaxMessageBytes {
		f.problem("%s: the message has %d bytes in UTF-16, more than %d", c.op, size, MaxMessageBytes)
		refuse(c.w, http.StatusRequestEntityTooLarge, "MessageSizeTooBig", "Message size too large.")
		return false
	}
	var problems []string
	if c.op == OpCreate {
		problems = f.checkCreate(c.body)
	} else {
		problems = f.checkSent(c)
	}
	if len(problems) > 0 {
		f.problem("%s: %s", c.op, strings.Join(problems, "; "))
		refuse(c.w, http.StatusBadRequest, "BadSyntax", strings.Join(problems, "; "))
	}
	return len(problems) == 0
}

// checkSent checks an activity for where it is sent to.
func (f *Fake) checkSent(c *call) []string {
	problems := CheckActivity(c.body)
	var a struct {
		ID           string
		From         *struct{ ID string }
		Conversation *struct{ ID string }
		Entities     []mentionEntity
		Attachments  []struct {
			Content struct {
				MSTeams struct{ Entities []mentionEntity }
			}
		}
	}
	if err := json.Unmarshal(c.body, &a); err != nil {
		return problems // said already
	}
	if a.From != nil && a.From.ID != f.BotID() {
		problems = append(problems, fmt.Sprintf("from %q is not the bot", a.From.ID))
	}
	if a.Conversation != nil && a.Conversation.ID != c.at.ID() {
		problems = append(problems, fmt.Sprintf("conversation %q is not the path's %q", a.Conversation.ID, c.at.ID()))
	}
	if c.op == OpUpdate && a.ID != "" && a.ID != c.id {
		problems = append(problems, fmt.Sprintf("id %q is not the path's %q", a.ID, c.id))
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, e := range a.Entities {
		if e.Type == "mention" && e.Mentioned.ID != f.BotID() && c.at.room.member(e.Mentioned.ID) == nil {
			problems = append(problems, fmt.Sprintf("mentions %q, who isn't in the conversation", e.Mentioned.ID))
		}
	}
	for _, x := range a.Attachments {
		for _, e := range x.Content.MSTeams.Entities {
			named := func(p *Person) bool { return p.Email == e.Mentioned.ID }
			if c.at.room.member(e.Mentioned.ID) == nil && !slices.ContainsFunc(c.at.room.people(), named) {
				problems = append(problems, fmt.Sprintf("the card mentions %q, who isn't in the conversation", e.Mentioned.ID))
			}
		}
	}
	return problems
}

// mentionEntity is what is checked of a mention once it is known where.
type mentionEntity struct {
	Type      string
	Mentioned struct{ ID string }
}

// do carries a call out and answers it.
func (f *Fake) do(c *call) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c.op == OpCreate {
		f.create(c)
		return
	}
	if !c.at.room.hasBot() {
		f.status(c, http.StatusForbidden, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
		return
	}
	switch c.op {
	case OpSend, OpReply:
		f.receive(c)
	case OpUpdate, OpDelete:
		f.change(c)
	case OpMembers:
		f.members(c)
	case OpMember:
		p := c.at.room.member(c.id)
		if p == nil {
			f.status(c, http.StatusNotFound, "MemberNotFoundInConversation", "The member was not found in the conversation.")
			return
		}
		f.done(c, http.StatusOK, p.roster())
	}
}

// receive takes a message of the bot. The caller holds mu.
func (f *Fake) receive(c *call) {
	m := newMessage(f, c.body)
	if m.Type == "typing" {
		c.at.room.typing++
		f.done(c, http.StatusCreated, map[string]any{"id": f.nextID()})
		return
	}
	m.Thread = c.at.root
	if c.op == OpReply {
		parent := c.at.room.message(c.id)
		if parent == nil {
			f.gone(c)
			return
		}
		m.ReplyTo = c.id
		if c.at.room.kind == "channel" && m.Thread == "" {
			m.Thread = parent.top()
		}
	}
	c.at.room.messages = append(c.at.room.messages, m)
	f.done(c, http.StatusCreated, map[string]any{"id": m.ID})
}

// change edits or deletes a message of the bot. The caller holds mu.
func (f *Fake) change(c *call) {
	m := c.at.room.message(c.id)
	switch {
	case m == nil || m.Deleted:
		f.gone(c)
	case !m.FromBot:
		f.mind("%s: the message %s isn't the bot's", c.op, c.id)
		f.status(c, http.StatusForbidden, "BadSyntax", "not your message")
	case c.op == OpDelete:
		m.Deleted = true
		f.done(c, http.StatusOK, nil)
	default:
		m.edit(c.body, f.o.Now())
		for _, seen := range c.at.room.views {
			delete(seen, m.ID) // everybody sees the new one
		}
		f.done(c, http.StatusOK, map[string]any{"id": m.ID})
	}
}

// gone answers for a message that isn't there, which the bot should have known.
func (f *Fake) gone(c *call) {
	f.mind("%s: no message %q in %q", c.op, c.id, c.at.ID())
	f.status(c, http.StatusNotFound, "ActivityNotFoundInConversation", "The activity was not found.")
}

// status answers with an error and notes it. The caller holds mu.
func (f *Fake) status(c *call, status int, code, message string) {
	f.done(c, status, errorBody(code, message))
}

// done answers and notes the status at the call. The caller holds mu.
func (f *Fake) done(c *call, status int, body any) {
	if body == nil {
		c.w.WriteHeader(status)
	} else {
		answer(c.w, status, body)
	}
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	answer(w, status, errorBody(code, message))
}

func errorBody(code, message string) map[string]any {
	return map[string]any{"error": map[string]any{"code": code, "message": message}}
}
