package main

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
)

// stub stands in for Slack where it is called: it takes every answer by a response URL and opens every window.
type stub struct{ called atomic.Int64 } // for one of these

// ServeHTTP implements http.Handler.
func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // so that the connection is used again
	if !strings.HasPrefix(r.URL.Path, "/api/") {
		s.called.Add(1)
		_, _ = io.WriteString(w, "ok")
		return
	}
	if strings.HasSuffix(r.URL.Path, "views.open") {
		s.called.Add(1)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"ok":true,"ts":"1.1","channel":"C0","view":{"id":"V0BENCH","hash":"1.1"}}`)
}
