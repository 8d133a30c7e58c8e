package web

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func ask(t *testing.T, h http.Handler, method, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w.Code, strings.TrimSpace(w.Body.String())
}

func TestOperatorsSeeWhetherItWorks(t *testing.T) {
	var trouble error
	s := &Server{
		Ready:   func(context.Context) error { return trouble },
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "metrics") }),
		Routes:  map[string]http.Handler{"POST /slack/events": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })},
		Log:     slog.New(slog.DiscardHandler),
	}
	h := s.Handler()
	want := func(method, path string, status int, body string) {
		t.Helper()
		if got, said := ask(t, h, method, path); got != status || !strings.Contains(said, body) {
			t.Errorf("%s %s: %d %q, want %d %q", method, path, got, said, status, body)
		}
	}
	want("GET", "/healthz", 200, `{"status":"ok"}`)
	want("GET", "/readyz", 200, `{"status":"ok"}`)
	want("GET", "/metrics", 200, "metrics")
	want("POST", "/slack/events", 418, "")
	want("GET", "/slack/events", 405, "")
	want("GET", "/nothing", 404, "")
	trouble = errors.New("the database can't be reached")
	want("GET", "/readyz", 503, "the database can't be reached")
	want("GET", "/healthz", 200, "ok") // restarting us would help nobody
	trouble = nil
	s.Leave()
	want("GET", "/readyz", 503, "stopping")
}

// TestOthersHearOfTheEndFirst shows that a server which stops says so while it still answers.
func TestOthersHearOfTheEndFirst(t *testing.T) {
	s := &Server{Log: slog.New(slog.DiscardHandler), Notice: time.Minute}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l, 20*time.Second) }()
	status := func() (int, string) {
		resp, err := http.Get("http://" + l.Addr().String() + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(body)
	}
	if got, said := status(); got != 200 {
		t.Errorf("before: %d %s", got, said)
	}
	stop()
	for got, said := status(); got != 503 || !strings.Contains(said, "stopping"); got, said = status() {
		if t.Context().Err() != nil || len(ended) > 0 {
			t.Fatalf("it went on saying %d %s", got, said)
		}
	}
	_ = l.Close() // else it would stay for the whole minute
	if err := <-ended; err == nil {
		t.Error("a door closed by somebody else is no news")
	}
}

// TestStopWaitsForAnswers shows that a request being answered is answered, and that the server isn't ready meanwhile.
func TestStopWaitsForAnswers(t *testing.T) {
	begun, goOn := make(chan struct{}), make(chan struct{})
	s := &Server{Log: slog.New(slog.DiscardHandler), Routes: map[string]http.Handler{
		"/slow": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			close(begun)
			<-goOn
			_, _ = io.WriteString(w, "answered")
		}),
	}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l, 20*time.Second) }()
	got := make(chan string, 1)
	go func() {
		resp, err := http.Get("http://" + l.Addr().String() + "/slow")
		if err != nil {
			got <- err.Error()
			return
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		got <- string(body)
	}()
	<-begun
	stop()
	close(goOn)
	if said := <-got; said != "answered" {
		t.Errorf("the request got %q", said)
	}
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if err := s.ready(t.Context()); !errors.Is(err, errLeaving) {
		t.Errorf("after stopping it is ready: %v", err)
	}
}
