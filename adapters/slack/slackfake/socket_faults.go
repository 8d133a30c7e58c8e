package slackfake

import (
	"context"
	"slices"
)

// live gives the connections of now.
func (h *socketHub) live() []*socketConn {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.conns)
}

// Sockets says how many Socket Mode connections there are.
func (s *Slack) Sockets() int { return len(s.socket.live()) }

// SocketOpens says how often apps.connections.open was granted: a reconnect
// storm shows here.
func (s *Slack) SocketOpens() int {
	s.socket.mu.Lock()
	defer s.socket.mu.Unlock()
	return s.socket.opened
}

// WaitForSockets waits, in real time and not longer than AckWithin, for n
// connections; it ends the test if they don't come.
func (s *Slack) WaitForSockets(n int) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), s.config.AckWithin)
	defer cancel()
	for {
		s.socket.mu.Lock()
		got, change := len(s.socket.conns), s.socket.change
		s.socket.mu.Unlock()
		if got == n {
			return
		}
		select {
		case <-change:
		case <-ctx.Done():
			s.t.Fatalf("slackfake: %d Socket Mode connections, want %d", got, n)
			return
		}
	}
}

// Disconnect tells all connections to go, with Slack's reason: "warning"
// leaves them open for the app to move, the others ("refresh_requested",
// "link_disabled", "too_many_websockets") close them.
func (s *Slack) Disconnect(reason string) {
	for _, c := range s.socket.live() {
		c.send(s.socket.disconnect(reason))
		if reason != "warning" {
			s.socket.remove(c)
			c.bye()
		}
	}
}

// DisconnectOnConnect tells the next n connections to go right after hello.
func (s *Slack) DisconnectOnConnect(reason string, n int) {
	s.socket.mu.Lock()
	defer s.socket.mu.Unlock()
	s.socket.greet = append(s.socket.greet, slices.Repeat([]string{reason}, n)...)
}

// RefuseUpgrades refuses the next n dials with 403.
func (s *Slack) RefuseUpgrades(n int) {
	s.socket.mu.Lock()
	defer s.socket.mu.Unlock()
	s.socket.refuse += n
}

// DropSockets cuts all connections without a close frame.
func (s *Slack) DropSockets() {
	for _, c := range s.socket.live() {
		s.socket.remove(c)
		_ = c.ws.NetConn().Close()
	}
}

// StopPings makes the connections half-open: they stay, without pings.
func (s *Slack) StopPings() { s.socket.setSilent(true) }

// ResumePings brings the pings back, at the next interval.
func (s *Slack) ResumePings() { s.socket.setSilent(false) }

func (h *socketHub) setSilent(silent bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.silent = silent
}

// SendFrame sends any text to all connections: something malformed.
func (s *Slack) SendFrame(text string) {
	for _, c := range s.socket.live() {
		c.sendText([]byte(text))
	}
}

// SendEnvelope sends an envelope of any type over the socket, and says how it
// was acknowledged.
func (s *Slack) SendEnvelope(kind string, payload Block) Answer {
	return s.socket.deliver(kind, payload, sending{times: 1, anyAnswer: true})
}

// Acknowledged gives the ids of the envelopes that the app acknowledged, in
// order, and those that nobody waited for (too late, or twice).
func (s *Slack) Acknowledged() (ids, stray []string) {
	s.socket.mu.Lock()
	defer s.socket.mu.Unlock()
	return slices.Clone(s.socket.acked), slices.Clone(s.socket.stray)
}
