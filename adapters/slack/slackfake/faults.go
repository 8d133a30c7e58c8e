package slackfake

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// Fault is one way in which a call can go wrong. The nil Fault does nothing.
type Fault struct {
	name   string
	commit bool // carried out before the answer goes wrong
	status int
	header map[string]string
	body   string        // sent in place of the answer
	hold   time.Duration // real time before the headers
	drip   time.Duration // real time between the headers and the end of the body
	cut    bool          // only half of the answer is sent
	reset  bool          // the connection is closed without an answer
}

// TooMany is 429 with Retry-After, in whole seconds.
func TooMany(retryAfter time.Duration) Fault {
	return Fault{
		name: "429", status: http.StatusTooManyRequests, body: `{"ok":false,"error":"ratelimited"}`,
		header: map[string]string{"Retry-After": strconv.Itoa(int(retryAfter / time.Second))},
	}
}

// TooManyBare is 429 without Retry-After.
func TooManyBare() Fault {
	return Fault{name: "429 without Retry-After", status: http.StatusTooManyRequests, body: `{"ok":false,"error":"ratelimited"}`}
}

// RateLimited is status 200 with the error "ratelimited".
func RateLimited() Fault { return ErrorCode("ratelimited") }

// ErrorCode is status 200 with {"ok":false} and this error.
func ErrorCode(code string) Fault {
	body, _ := json.Marshal(refuse(code))
	return Fault{name: "error " + code, status: http.StatusOK, body: string(body)}
}

// BareRefusal is status 200 with {"ok":false} and no error.
func BareRefusal() Fault {
	return Fault{name: "bare refusal", status: http.StatusOK, body: `{"ok":false}`}
}

// HTML is a page in place of an answer: 500, 502, 503 or 200.
func HTML(status int) Fault {
	return Fault{
		name: "html " + strconv.Itoa(status), status: status, header: map[string]string{"Content-Type": "text/html"},
		body: "<!doctype html><title>Down</title><p>Something went wrong.</p>",
	}
}

// Truncated carries the call out and sends half of the answer.
func Truncated() Fault { return Fault{name: "truncated", commit: true, cut: true} }

// SlowHeaders carries the call out and waits, in real time, before it answers.
func SlowHeaders(d time.Duration) Fault { return Fault{name: "slow headers", commit: true, hold: d} }

// SlowBody carries the call out, sends the headers and half of the answer, and
// waits, in real time, before the rest.
func SlowBody(d time.Duration) Fault { return Fault{name: "slow body", commit: true, drip: d} }

// ResetBefore closes the connection; nothing is carried out.
func ResetBefore() Fault { return Fault{name: "reset before", reset: true} }

// ResetAfter carries the call out and closes the connection without an answer.
func ResetAfter() Fault { return Fault{name: "reset after", commit: true, reset: true} }

// AfterCommit makes any fault happen after the call was carried out.
func AfterCommit(f Fault) Fault {
	f.name, f.commit = f.name+" after commit", true
	return f
}

// rule says which calls a fault meets.
type rule struct {
	method string
	fault  Fault
	skip   int
	times  int // -1 without end
	when   func(Call) bool
	until  time.Time
}

// Aim chooses the calls that an injected fault meets.
type Aim func(*Slack, *rule)

// OnCall aims at the nth matching call from now, counted from 1.
func OnCall(n int) Aim { return func(_ *Slack, r *rule) { r.skip = n - 1 } }

// Times makes a fault happen n times in a row; n < 0 means always.
func Times(n int) Aim { return func(_ *Slack, r *rule) { r.times = n } }

// When aims at the calls for which f is true. f must not use the fake.
func When(f func(Call) bool) Aim { return func(_ *Slack, r *rule) { r.when = f } }

// InChannel aims at the calls that name this channel.
func InChannel(channel string) Aim {
	return When(func(c Call) bool { return c.Arg("channel") == channel })
}

// For makes a fault happen to every matching call for a simulated duration.
func For(d time.Duration) Aim {
	return func(s *Slack, r *rule) { r.times, r.until = -1, s.now().Add(d) }
}

// Inject makes calls of a method go wrong: the next one, unless aimed
// otherwise. The method "*" is every method; "response_url" is the hooks.
// Of several that match a call, the oldest is used.
func (s *Slack) Inject(method string, f Fault, aims ...Aim) {
	r := &rule{method: method, fault: f, times: 1}
	for _, aim := range aims {
		aim(s, r)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = append(s.rules, r)
}

// LimitPosts answers chat.postMessage with 429 and Retry-After: 1 if the last
// one carried out in the same channel is not yet d ago, in simulated time.
// Slack promises one message a second and channel.
func (s *Slack) LimitPosts(d time.Duration) {
	last := map[string]time.Time{}
	s.Inject("chat.postMessage", TooMany(time.Second), Times(-1), When(func(c Call) bool {
		channel := c.Arg("channel")
		if before, ok := last[channel]; ok && c.At.Sub(before) < d {
			return true
		}
		last[channel] = c.At
		return false
	}))
}

// ClearFaults takes all injected faults of the Web API back.
func (s *Slack) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = nil
}

// faultFor finds the fault that meets this call, or nil. The lock is held.
func (s *Slack) faultFor(c Call) *Fault {
	for _, r := range s.rules {
		if r.method != "*" && r.method != c.Method || r.times == 0 || r.when != nil && !r.when(c) {
			continue
		}
		if !r.until.IsZero() && !c.At.Before(r.until) {
			continue
		}
		if r.skip > 0 {
			r.skip--
			continue
		}
		if r.times > 0 {
			r.times--
		}
		f := r.fault
		return &f
	}
	return nil
}

func (f *Fault) commits() bool { return f == nil || f.commit }

// write answers, wrongly if there is a fault.
func (f *Fault) write(w http.ResponseWriter, r *http.Request, out reply) {
	if f == nil {
		writeReply(w, out)
		return
	}
	if f.reset {
		hangUp(w)
		return
	}
	pause(r.Context(), f.hold)
	body := []byte(f.body)
	if f.body == "" {
		body, _ = json.Marshal(out)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	for k, v := range f.header {
		w.Header().Set(k, v)
	}
	if f.status != 0 {
		w.WriteHeader(f.status)
	}
	half := len(body) / 2
	switch {
	case f.cut:
		_, _ = w.Write(body[:half])
	case f.drip > 0:
		_, _ = w.Write(body[:half])
		if flusher, ok := w.(http.Flusher); ok {
			flusher.Flush()
		}
		pause(r.Context(), f.drip)
		_, _ = w.Write(body[half:])
	default:
		_, _ = w.Write(body)
	}
}

// hangUp closes a connection without an answer.
func hangUp(w http.ResponseWriter) {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		return
	}
	if conn, _, err := hijacker.Hijack(); err == nil {
		_ = conn.Close()
	}
}

// pause waits in real time, or until the caller has gone.
func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
}
