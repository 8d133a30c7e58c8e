package main

import (
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
)

// stub stands in for Slack where it is called: it takes every answer by a response URL and opens every window.
type stub struct {
	origin           string
	answered, opened atomic.Int64
}

func newStub() (*stub, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &stub{origin: "http://" + l.Addr().String()}
	go func() { _ = http.Serve(l, s) }() //nolint:gosec // It is called by our own child alone, and ends with us.
	return s, nil
}

// ServeHTTP implements http.Handler.
func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // so that the connection is used again
	if !strings.HasPrefix(r.URL.Path, "/api/") {
		s.answered.Add(1)
		_, _ = io.WriteString(w, "ok")
		return
	}
	if strings.HasSuffix(r.URL.Path, "views.open") {
		s.opened.Add(1)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"ok":true,"ts":"1.1","channel":"C0","view":{"id":"V0BENCH","hash":"1.1"}}`)
}
