// Package web is the one HTTP server: what platforms call, and what operators look at. It knows no platform; cmd mounts each.
package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// Limits of a request. Platforms send small bodies over good lines.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 15 * time.Second
	writeTimeout  = 30 * time.Second
	idleTimeout   = 2 * time.Minute
	mostHeader    = 64 << 10
)

// Server serves until it is told to stop. Its fields are set once, before use.
type Server struct {
	Routes  map[string]http.Handler // by pattern of http.ServeMux
	Metrics http.Handler
	// Ready says why the program can't do its work now; nil when it can. It is asked with a deadline of two seconds.
	Ready func(ctx context.Context) error
	Log   *slog.Logger
	// Notice is how long Serve goes on as usual, while it says that it isn't ready, before it closes the door: whoever shares
	// out the requests needs a moment to hear of it.
	Notice time.Duration

	leaving atomic.Bool
}

// errLeaving is why a server that stops isn't ready.
var errLeaving = errors.New("the program is stopping")

// readyWithin is how long a look at readiness may take.
const readyWithin = 2 * time.Second

// Handler answers the routes, and what operators ask: /healthz says that the process answers at all, /readyz that it can do its
// work, /metrics what it has done.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range s.Routes {
		mux.Handle(pattern, h)
	}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { s.say(w, http.StatusOK, "") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
		defer cancel()
		if err := s.ready(ctx); err != nil {
			s.say(w, http.StatusServiceUnavailable, err.Error())
			return
		}
		s.say(w, http.StatusOK, "")
	})
	if s.Metrics != nil {
		mux.Handle("GET /metrics", s.Metrics)
	}
	return mux
}

func (s *Server) ready(ctx context.Context) error {
	if s.leaving.Load() {
		return errLeaving
	}
	if s.Ready == nil {
		return nil
	}
	return s.Ready(ctx)
}

// say answers an operator in JSON.
func (s *Server) say(w http.ResponseWriter, status int, why string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	body := map[string]string{"status": "ok"}
	if status != http.StatusOK {
		body = map[string]string{"status": "not ready", "why": why}
	}
	_ = json.NewEncoder(w).Encode(body) // Whoever asked has gone.
}

// Leave makes the server say that it isn't ready any more, so that nobody sends it new work. It goes on answering.
func (s *Server) Leave() { s.leaving.Store(true) }

// Serve answers on the listener until ctx ends, then says for as long as Notice that it isn't ready, and then waits at most
// grace for what is being answered.
func (s *Server) Serve(ctx context.Context, l net.Listener, grace time.Duration) error {
	server := &http.Server{
		Handler: s.Handler(), ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: mostHeader, ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve HTTP: %w", err)
	case <-ctx.Done():
	}
	s.Leave()
	if s.Notice > 0 {
		heard, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Notice)
		defer cancel()
		select {
		case err := <-ended:
			return fmt.Errorf("serve HTTP: %w", err)
		case <-heard.Done():
		}
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := server.Shutdown(stop); err != nil {
		_ = server.Close() // What still runs then is cut off.
		return fmt.Errorf("stop serving HTTP: %w", err)
	}
	return nil
}
