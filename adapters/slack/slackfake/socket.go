package slackfake

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/gorilla/websocket"
)

// socketHub is the Socket Mode side: tickets, connections, acknowledgements.
type socketHub struct {
	s       *Slack
	ctx     context.Context
	cancel  context.CancelFunc
	upgrade websocket.Upgrader

	readers sync.WaitGroup
	mu      sync.Mutex
	change  chan struct{} // closed and renewed when connections change
	conns   []*socketConn
	tickets map[string]bool
	waiting map[string]chan []byte // acknowledgement payloads, by envelope id
	acked   []string
	stray   []string // acknowledgements that nobody waited for
	turn    int
	opened  int
	greet   []string // reasons to disconnect the next connections with, right after hello
	refuse  int      // how many upgrades to refuse
	silent  bool     // no pings
}

// socketConn is one connection of the app.
type socketConn struct {
	ws    *websocket.Conn
	write sync.Mutex
	gone  chan struct{}
}

const maxSockets = 10

func newSocketHub(s *Slack) *socketHub {
	ctx, cancel := context.WithCancel(context.Background())
	return &socketHub{
		s: s, ctx: ctx, cancel: cancel, change: make(chan struct{}), tickets: map[string]bool{}, waiting: map[string]chan []byte{},
		// slack-go sends the origin of the real Slack, which the default refuses.
		upgrade: websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }},
	}
}

// open answers apps.connections.open: the token must be in the header, and the
// address can be dialled once.
func (h *socketHub) open(r *http.Request, token string) reply {
	switch {
	case r.Header.Get("Authorization") == "":
		return refuse("not_authed")
	case token != h.s.config.AppToken && strings.HasPrefix(token, "xoxb-"):
		return refuse("not_allowed_token_type")
	case token != h.s.config.AppToken:
		return refuse("invalid_auth")
	}
	ticket := h.s.nextID("ticket-")
	h.mu.Lock()
	h.tickets[ticket] = true
	h.opened++
	h.mu.Unlock()
	return reply{"ok": true, "url": "ws" + strings.TrimPrefix(h.s.server.URL, "http") + "/link/?ticket=" + ticket + "&app_id=" + h.s.config.AppID}
}

// serve is the address that open gave.
func (h *socketHub) serve(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	ticket := r.URL.Query().Get("ticket")
	fine := h.tickets[ticket]
	delete(h.tickets, ticket)
	refused := h.refuse > 0
	if refused {
		h.refuse--
	}
	h.mu.Unlock()
	if !fine || refused {
		http.Error(w, "no such ticket", http.StatusForbidden)
		return
	}
	ws, err := h.upgrade.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &socketConn{ws: ws, gone: make(chan struct{})}
	h.mu.Lock()
	n := len(h.conns)
	reason := ""
	if n >= maxSockets {
		reason = "too_many_websockets"
	} else if len(h.greet) > 0 {
		reason, h.greet = h.greet[0], h.greet[1:]
	}
	h.mu.Unlock()
	c.send(Block{
		"type": "hello", "num_connections": n + 1, "connection_info": Block{"app_id": h.s.config.AppID},
		"debug_info": Block{"host": "applink-fake", "build_number": 1, "approximate_connection_time": 18060},
	})
	if reason != "" {
		c.send(h.disconnect(reason))
		c.bye()
		return
	}
	c.pings(h)
	h.mu.Lock()
	h.conns = append(h.conns, c)
	h.readers.Add(1)
	h.changed()
	h.mu.Unlock()
	h.read(c)
}

// changed wakes those who wait for a connection. The hub's lock is held.
func (h *socketHub) changed() {
	close(h.change)
	h.change = make(chan struct{})
}

func (h *socketHub) disconnect(reason string) Block {
	return Block{"type": "disconnect", "reason": reason, "debug_info": Block{"host": "applink-fake"}}
}

// remove keeps new envelopes from a connection that ends.
func (h *socketHub) remove(c *socketConn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.conns = slices.DeleteFunc(h.conns, func(x *socketConn) bool { return x == c })
	h.changed()
}

// read takes acknowledgements until the connection ends.
func (h *socketHub) read(c *socketConn) {
	defer func() {
		_ = c.ws.Close()
		h.remove(c)
		close(c.gone)
		h.readers.Done()
	}()
	for {
		_, frame, err := c.ws.ReadMessage()
		if err != nil {
			return
		}
		var ack struct {
			EnvelopeID string          `json:"envelope_id"`
			Payload    json.RawMessage `json:"payload"`
		}
		if err := json.Unmarshal(frame, &ack); err != nil || ack.EnvelopeID == "" {
			h.s.fail("the app sent a strange frame: %s", frame)
			continue
		}
		h.mu.Lock()
		answer := h.waiting[ack.EnvelopeID]
		if answer == nil {
			h.stray = append(h.stray, ack.EnvelopeID)
		} else {
			delete(h.waiting, ack.EnvelopeID)
			h.acked = append(h.acked, ack.EnvelopeID)
			answer <- ack.Payload
		}
		h.mu.Unlock()
	}
}

func (c *socketConn) send(v any) {
	body, err := json.Marshal(v)
	if err != nil {
		return
	}
	c.sendText(body)
}

func (c *socketConn) sendText(body []byte) {
	c.write.Lock()
	defer c.write.Unlock()
	_ = c.ws.WriteMessage(websocket.TextMessage, body)
}

// bye closes with a close frame, as Slack does.
func (c *socketConn) bye() {
	c.write.Lock()
	_ = c.ws.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""))
	c.write.Unlock()
	_ = c.ws.Close()
}

// pings pings at once and then from time to time until the connection ends.
func (c *socketConn) pings(h *socketHub) {
	ctx, cancel := context.WithCancel(h.ctx)
	go func() {
		<-c.gone
		cancel()
	}()
	go func() {
		for ctx.Err() == nil {
			h.mu.Lock()
			silent := h.silent
			h.mu.Unlock()
			if !silent {
				c.write.Lock()
				_ = c.ws.WriteMessage(websocket.PingMessage, []byte("Ping from applink-fake"))
				c.write.Unlock()
			}
			pause(ctx, h.s.config.Ping)
		}
	}()
}

// next waits for a connection, and takes one in turn.
func (h *socketHub) next(ctx context.Context) *socketConn {
	for {
		h.mu.Lock()
		if n := len(h.conns); n > 0 {
			c := h.conns[h.turn%n]
			h.turn++
			h.mu.Unlock()
			return c
		}
		change := h.change
		h.mu.Unlock()
		select {
		case <-change:
		case <-ctx.Done():
			return nil
		}
	}
}

// deliver sends an envelope to one connection and waits for the
// acknowledgement. An event that was not acknowledged is sent again, at most
// three times; a click or a command is not.
func (h *socketHub) deliver(kind string, payload Block, how sending) Answer {
	h.s.mu.Lock()
	body, err := json.Marshal(payload)
	id := h.s.nextID("env-")
	h.s.mu.Unlock()
	if err != nil {
		return Answer{Err: err}
	}
	envelope := Block{
		"type": kind, "envelope_id": id, "payload": json.RawMessage(body),
		"accepts_response_payload": kind == KindCommand || payload["type"] == "view_submission",
	}
	var last Answer
	for attempt := range 4 {
		if retry := max(attempt, how.retryNum); retry > 0 {
			envelope["retry_attempt"], envelope["retry_reason"] = retry, "timeout"
			if how.retryReason != "" {
				envelope["retry_reason"] = how.retryReason
			}
		}
		last = h.once(id, envelope, how.drop && attempt == 0)
		if last.OK() || kind != KindEvent || h.ctx.Err() != nil {
			return last
		}
	}
	return last
}

// once sends an envelope once.
func (h *socketHub) once(id string, envelope Block, drop bool) Answer {
	ctx, cancel := context.WithTimeout(h.ctx, h.s.config.AckWithin)
	defer cancel()
	c := h.next(ctx)
	if c == nil {
		return Answer{Err: errors.New("the app has no Socket Mode connection")}
	}
	answer := make(chan []byte, 1)
	h.mu.Lock()
	h.waiting[id] = answer
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		delete(h.waiting, id)
		h.mu.Unlock()
	}()
	if drop {
		h.mu.Lock()
		delete(h.waiting, id) // an acknowledgement on its way is lost
		h.mu.Unlock()
	}
	c.send(envelope)
	if drop {
		h.remove(c)
		_ = c.ws.NetConn().Close()
	}
	select {
	case payload := <-answer:
		return Answer{Status: http.StatusOK, Body: payload}
	case <-c.gone:
		return Answer{Err: errors.New("the connection ended before the acknowledgement")}
	case <-ctx.Done():
		return Answer{Err: errors.New("the app did not acknowledge in time")}
	}
}

func (h *socketHub) close() {
	h.cancel()
	h.mu.Lock()
	conns := slices.Clone(h.conns)
	h.mu.Unlock()
	for _, c := range conns {
		_ = c.ws.Close()
	}
	h.readers.Wait()
}
