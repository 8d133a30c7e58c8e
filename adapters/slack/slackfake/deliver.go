package slackfake

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The kinds of delivery, named as Socket Mode names its envelopes.
const (
	KindEvent       = "events_api"
	KindInteractive = "interactive"
	KindCommand     = "slash_commands"
)

// Delivery is one thing that Slack told the app.
type Delivery struct {
	Kind    string
	Payload Block // a command's fields are strings
	EventID string
	Answer  Answer
}

// Answer is what the app did with a delivery.
type Answer struct {
	// NotSent says why Slack itself stopped the act, so that the app never
	// heard of it: an outside member's command, an empty required field.
	NotSent string
	// Err is a transport failure: no answer in time, a closed connection.
	Err error
	// Status and Header are the HTTP answer's; over Socket Mode, Status is 200
	// for an acknowledgement.
	Status int
	Header http.Header
	Body   []byte // over Socket Mode, the acknowledgement's payload
	// TS is the timestamp of the message that the person wrote, if any.
	TS string
	// EventID is the id of the event that was sent, if any.
	EventID string
}

// OK says that the app took the delivery.
func (a Answer) OK() bool { return a.Err == nil && a.Status >= 200 && a.Status < 300 }

// sending is how one delivery is made.
type sending struct {
	secret      string
	skew        time.Duration
	unsigned    bool
	change      func([]byte) []byte
	retryNum    int
	retryReason string
	times       int
	atOnce      bool
	late        time.Duration
	anyAnswer   bool
	drop        bool // the socket is closed before the acknowledgement
}

// Mod changes how the next delivery is made. Signatures and bodies are HTTP's:
// over Socket Mode those mods change nothing.
type Mod func(*sending)

// WrongSignature signs with another secret. The app must refuse.
func WrongSignature() Mod {
	return func(d *sending) { d.secret, d.anyAnswer = "not-the-secret", true }
}

// NoSignature leaves both headers out. The app must refuse.
func NoSignature() Mod { return func(d *sending) { d.unsigned, d.anyAnswer = true, true } }

// OldSignature signs as if it were so much earlier.
func OldSignature(by time.Duration) Mod {
	return func(d *sending) { d.skew, d.anyAnswer = -by, true }
}

// FutureSignature signs as if it were so much later.
func FutureSignature(by time.Duration) Mod {
	return func(d *sending) { d.skew, d.anyAnswer = by, true }
}

// ChangedBody changes the body after it was signed. The app must refuse.
func ChangedBody() Mod {
	return func(d *sending) {
		d.change = func(b []byte) []byte { return append(bytes.Clone(b), ' ') }
		d.anyAnswer = true
	}
}

// Body sends other bytes, rightly signed. Any answer is accepted.
func Body(edit func([]byte) []byte) Mod {
	return func(d *sending) { d.change, d.anyAnswer = edit, true; d.secret = "" }
}

// Retry marks an event as Slack's nth retry, with Slack's reason, such as
// "http_timeout".
func Retry(n int, reason string) Mod {
	return func(d *sending) { d.retryNum, d.retryReason = n, reason }
}

// Duplicate sends the same delivery n times in all, one after the other.
func Duplicate(n int) Mod { return func(d *sending) { d.times = n } }

// DuplicateAtOnce sends the same delivery n times in all, at the same time.
func DuplicateAtOnce(n int) Mod { return func(d *sending) { d.times, d.atOnce = n, true } }

// Late makes an event say that it happened so much earlier.
func Late(by time.Duration) Mod { return func(d *sending) { d.late = by } }

// AnyAnswer accepts a refusal or no answer at all.
func AnyAnswer() Mod { return func(d *sending) { d.anyAnswer = true } }

// DropBeforeAck closes the socket after the envelope was sent, before its
// acknowledgement can come. An event is sent again on the next connection.
func DropBeforeAck() Mod { return func(d *sending) { d.drop = true; d.anyAnswer = true } }

// Next changes how the next delivery is made.
func (s *Slack) Next(mods ...Mod) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mods = append(s.mods, mods...)
}

// HoldEvents keeps events back until ReleaseEvents.
func (s *Slack) HoldEvents() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.holding = true
}

// HeldEvents says how many events are held back.
func (s *Slack) HeldEvents() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.held)
}

// ReleaseEvents delivers what was held back, in this order: ReleaseEvents(1, 0)
// swaps two. Without an order it is the order in which they happened.
func (s *Slack) ReleaseEvents(order ...int) []Answer {
	s.t.Helper()
	s.mu.Lock()
	held := s.held
	s.held, s.holding = nil, false
	s.mu.Unlock()
	if len(order) == 0 {
		for i := range held {
			order = append(order, i)
		}
	}
	var out []Answer
	for _, i := range order {
		if i < 0 || i >= len(held) {
			s.t.Fatalf("slackfake: ReleaseEvents(%v): only %d events were held", order, len(held))
			return out
		}
		out = append(out, s.send(held[i]))
	}
	return out
}

// Deliveries gives what the app was told so far, in order.
func (s *Slack) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Delivery, len(s.deliveries))
	for i, d := range s.deliveries {
		out[i] = *d
	}
	return out
}

// Redeliver sends an earlier delivery again, with the same event id.
func (s *Slack) Redeliver(d Delivery, mods ...Mod) Answer {
	s.t.Helper()
	s.Next(mods...)
	return s.send(&d)
}

// Deliver sends any payload as a delivery of a kind; for what the acts don't
// cover. Any answer is accepted.
func (s *Slack) Deliver(kind string, payload Block, mods ...Mod) Answer {
	s.t.Helper()
	s.Next(append(mods, AnyAnswer())...)
	return s.send(&Delivery{Kind: kind, Payload: payload})
}

// deliver sends something new, or holds it back.
func (s *Slack) deliver(kind string, payload Block) Answer {
	s.t.Helper()
	d := &Delivery{Kind: kind, Payload: payload}
	d.EventID, _ = payload["event_id"].(string)
	s.mu.Lock()
	if s.holding && kind == KindEvent {
		s.held = append(s.held, d)
		s.mu.Unlock()
		return Answer{NotSent: "held back", EventID: d.EventID}
	}
	s.mu.Unlock()
	return s.send(d)
}

func (s *Slack) send(d *Delivery) Answer {
	s.t.Helper()
	s.mu.Lock()
	how := sending{secret: s.config.SigningSecret, times: 1}
	for _, mod := range s.mods {
		mod(&how)
	}
	s.mods = nil
	socket, target := s.useSocket, s.target
	if at, ok := d.Payload["event_time"].(int64); ok && how.late > 0 {
		d.Payload["event_time"] = at - int64(how.late/time.Second)
	}
	s.deliveries = append(s.deliveries, d)
	s.mu.Unlock()

	one := func() Answer {
		if socket {
			return s.socket.deliver(d.Kind, d.Payload, how)
		}
		return s.post(target, d, how)
	}
	answers := make([]Answer, max(how.times, 1))
	if how.atOnce {
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() { answers[i] = one() })
		}
		all.Wait()
	} else {
		for i := range answers {
			answers[i] = one()
		}
	}
	for _, a := range answers {
		if !a.OK() && !how.anyAnswer {
			s.fail("the app did not take a delivery (%s): status %d, %v, %s; payload %s", d.Kind, a.Status, a.Err, a.Body, show(d.Payload))
		}
	}
	a := answers[0]
	a.EventID = d.EventID
	s.mu.Lock()
	d.Answer = a
	s.mu.Unlock()
	return a
}

// encode writes a delivery as Slack's HTTP body.
func (d *Delivery) encode() (body []byte, contentType string, err error) {
	switch d.Kind {
	case KindCommand:
		form := url.Values{}
		for k, v := range d.Payload {
			text, _ := v.(string)
			form.Set(k, text)
		}
		return []byte(form.Encode()), "application/x-www-form-urlencoded", nil
	case KindInteractive:
		payload, err := json.Marshal(d.Payload)
		return []byte("payload=" + url.QueryEscape(string(payload))), "application/x-www-form-urlencoded", err
	default:
		body, err := json.Marshal(d.Payload)
		return body, "application/json", err
	}
}

// Sign gives the signature of a body at an instant, as in the header
// X-Slack-Signature.
func Sign(secret, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + timestamp + ":"))
	mac.Write(body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

// post delivers over HTTP.
func (s *Slack) post(target string, d *Delivery, how sending) Answer {
	if target == "" {
		return Answer{Err: errors.New("no DeliverTo was given")}
	}
	s.mu.Lock()
	body, kind, err := d.encode()
	s.mu.Unlock()
	if err != nil {
		return Answer{Err: err}
	}
	ts := strconv.FormatInt(s.now().Add(how.skew).Unix(), 10)
	secret := how.secret
	if secret == "" { // the changed body is signed rightly
		secret, body = s.config.SigningSecret, how.change(body)
		how.change = nil
	}
	signature := Sign(secret, ts, body)
	if how.change != nil {
		body = how.change(body)
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.config.AckWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return Answer{Err: err}
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	if !how.unsigned {
		req.Header.Set("X-Slack-Request-Timestamp", ts)
		req.Header.Set("X-Slack-Signature", signature)
	}
	if how.retryNum > 0 {
		req.Header.Set("X-Slack-Retry-Num", strconv.Itoa(how.retryNum))
		req.Header.Set("X-Slack-Retry-Reason", how.retryReason)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return Answer{Err: err}
	}
	defer func() { _ = resp.Body.Close() }()
	out, err := io.ReadAll(resp.Body)
	return Answer{Err: err, Status: resp.StatusCode, Header: resp.Header, Body: out}
}

// decoded reads an answer's body as JSON; a text that is not JSON becomes
// {"text": …}, as a command's answer may be plain text.
func (a Answer) decoded() Block {
	text := strings.TrimSpace(string(a.Body))
	if text == "" {
		return nil
	}
	var out Block
	if json.Unmarshal([]byte(text), &out) == nil {
		return out
	}
	return Block{"text": text}
}
