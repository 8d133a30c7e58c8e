//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// recorded is the platform of the crash tests.
const recorded = "recorded"

// recorder is the chat of the crash tests, a server that isn't ours: it takes
// messages, misbehaves as it is told, and can be asked for a message by its key.
//
// It keeps the one promise that delivery rests on: a call has its effect before
// the caller's time limit and grace are over, or never. A test machine may stand
// still for longer than that, so each call says until when it may count.
type recorder struct {
	url string
	// fault says how the call is answered; nth counts the calls of that kind
	// about that key, from 1. Set before the first call.
	fault func(c chatCall, nth int) fault

	inside atomic.Int64 // calls that may still have an effect

	mu       sync.Mutex
	seen     []*message
	calls    map[string]int
	answered map[fault]int
	strange  []string // what no caller of ours should do
}

// chatCall is what the bot's process asks of the chat.
type chatCall struct {
	Kind     string      `json:"kind"` // post, edit or find
	To       bot.Address `json:"to"`
	ID       string      `json:"id"` // of edit
	Key      string      `json:"key"`
	Text     string      `json:"text"` // as a person reads it
	Message  bot.Message `json:"message"`
	NotAfter time.Time   `json:"not_after"`
}

// message is what people in the chat see.
type message struct {
	id, key string
	to      bot.Address
	first   string // the text it was posted with
	now     bot.Message
	edits   int
}

// fault is how the chat answers a call.
type fault string

const (
	noFault     fault = ""
	loses       fault = "takes it, and its answer is lost"
	breaks      fault = "takes it, and answers 500"
	takesLate   fault = "takes it when the caller has given up"
	hangs       fault = "never takes it, and never answers"
	fails       fault = "answers 503, and has not taken it"
	refuses     fault = "answers 400"
	slowsDown   fault = "answers 429"
	knowsNobody fault = "answers 404"
)

func newRecorder(t *testing.T, f func(c chatCall, nth int) fault) *recorder {
	r := &recorder{fault: f, calls: map[string]int{}, answered: map[fault]int{}}
	s := httptest.NewServer(r)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	r.url = s.URL
	return r
}

// ServeHTTP takes one call.
func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.inside.Add(1)
	defer r.inside.Add(-1)
	var c chatCall
	if err := json.NewDecoder(req.Body).Decode(&c); err != nil {
		w.WriteHeader(http.StatusBadRequest) // a killed caller's half
		return
	}
	r.mu.Lock()
	about := c.Kind + " " + c.To.ID + " " + c.Key
	r.calls[about]++
	nth := r.calls[about]
	r.mu.Unlock()
	f := noFault
	if r.fault != nil {
		f = r.fault(c, nth)
	}
	r.mu.Lock()
	r.answered[f]++
	r.mu.Unlock()

	status, id, takes := http.StatusOK, "", true
	switch f {
	case fails:
		status, takes = http.StatusServiceUnavailable, false
	case refuses:
		status, takes = http.StatusBadRequest, false
	case knowsNobody:
		status, takes = http.StatusNotFound, false
	case slowsDown:
		w.Header().Set("Retry-After", "1")
		status, takes = http.StatusTooManyRequests, false
	case hangs:
		<-req.Context().Done()
		return
	case takesLate:
		<-req.Context().Done()
		late := time.NewTimer(time.Until(c.NotAfter) / 2)
		<-late.C
	case breaks:
		status = http.StatusInternalServerError
	case noFault, loses:
	}
	if takes {
		var problem int
		if id, problem = r.take(c); problem != 0 {
			status = problem
		}
	}
	if f == loses || f == takesLate {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = conn.Close()
		}
		return
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"id": id}) // the caller may be gone
}

// take does what the call asks for and returns the message's id, "" when a
// search finds nothing, or the HTTP status of what is wrong.
func (r *recorder) take(c chatCall) (id string, problem int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c.Kind == "find" {
		for _, m := range r.seen {
			if m.key == c.Key && m.to == c.To {
				return m.id, 0
			}
		}
		return "", 0
	}
	if time.Now().After(c.NotAfter) {
		return "", http.StatusServiceUnavailable
	}
	if c.Kind == "post" {
		m := &message{id: "m" + strconv.Itoa(len(r.seen)+1), key: c.Key, to: c.To, first: c.Text, now: c.Message}
		r.seen = append(r.seen, m)
		return m.id, 0
	}
	for _, m := range r.seen {
		if m.id == c.ID && m.key == c.Key && m.to == c.To {
			m.now = c.Message
			m.edits++
			return m.id, 0
		}
	}
	r.strange = append(r.strange, fmt.Sprintf("%s of %q in %s under key %s, which isn't there", c.Kind, c.ID, c.To.ID, c.Key))
	return "", http.StatusGone
}

// all is everything that people see, in the order it was posted.
func (r *recorder) all() []message {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]message, len(r.seen))
	for n, m := range r.seen {
		out[n] = *m
	}
	return out
}

// sees says whether a message with that key is there.
func (r *recorder) sees(key string) bool {
	for _, m := range r.all() {
		if m.key == key {
			return true
		}
	}
	return false
}

// recordedChat is the bot's side of the recorder. It sorts answers as the
// adapters of real platforms must.
type recordedChat struct {
	url    string
	client *http.Client
	grace  time.Duration
}

var _ bot.Chat = (*recordedChat)(nil)

// Post implements bot.Chat.
func (c *recordedChat) Post(ctx context.Context, s bot.Posting) (string, error) {
	return c.call(ctx, chatCall{Kind: "post", To: s.To, Key: s.Key, Message: s.Message, Text: textOf(s.Message, s.Now)})
}

// Edit implements bot.Chat.
func (c *recordedChat) Edit(ctx context.Context, id string, s bot.Posting) error {
	_, err := c.call(ctx, chatCall{Kind: "edit", To: s.To, ID: id, Key: s.Key, Message: s.Message, Text: textOf(s.Message, s.Now)})
	return err
}

// Find implements bot.Chat.
func (c *recordedChat) Find(ctx context.Context, s bot.Posting, _ time.Time) (string, bool, error) {
	id, err := c.call(ctx, chatCall{Kind: "find", To: s.To, Key: s.Key})
	return id, id != "", err
}

func textOf(m bot.Message, now time.Time) string {
	return m.Text.Render(words.Reader{Lang: m.Lang, Zone: time.UTC}, now)
}

func (c *recordedChat) call(ctx context.Context, call chatCall) (id string, err error) {
	if until, ok := ctx.Deadline(); ok {
		call.NotAfter = until.Add(c.grace)
	}
	body, err := json.Marshal(call)
	if err != nil {
		return "", &bot.SendError{Outcome: bot.Gone, Err: err}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return "", &bot.SendError{Outcome: bot.Gone, Err: err}
	}
	resp, err := c.client.Do(req)
	if err != nil {
		outcome := bot.NotKnown
		var dial *net.OpError
		if errors.As(err, &dial) && dial.Op == "dial" { // not a byte has left
			outcome = bot.Refused
		}
		return "", &bot.SendError{Outcome: outcome, Err: err}
	}
	defer resp.Body.Close()
	failed := &bot.SendError{Outcome: bot.Refused, Err: errors.New(resp.Status)}
	switch s := resp.StatusCode; {
	case s == http.StatusTooManyRequests:
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		failed.RetryAfter = time.Duration(max(1, seconds)) * time.Second
		return "", failed
	case s == http.StatusNotFound || s == http.StatusGone:
		failed.Outcome = bot.Gone
		return "", failed
	case s == http.StatusRequestTimeout || s >= 500:
		failed.Outcome = bot.NotKnown
		return "", failed
	case s >= 300:
		return "", failed
	}
	var a struct{ ID string }
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil {
		return "", &bot.SendError{Outcome: bot.NotKnown, Err: err}
	}
	return a.ID, nil
}
