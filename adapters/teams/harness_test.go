package teams

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/firstcall/adapters/teams/teamsfake"
	"example.com/firstcall/bot"
)

// start is when every story of these tests begins.
var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// canary is the app's secret; it must be seen nowhere.
const canary = "secret-canary-5f2d"

// story is a tenant with our app, and a bot that says what the test wants.
type story struct {
	*teamsfake.Fake
	t   *testing.T
	app *Teams
	ana *teamsfake.Person

	mu      sync.Mutex
	now     time.Time
	events  []bot.Event
	decide  func(context.Context, bot.Event) (bot.Reply, error)
	keys    map[string]bool
	logged  bytes.Buffer
	answers bytes.Buffer
	seen    []string
}

type setting struct {
	fake    teamsfake.Options
	options func(*Options)
}

func newStory(t *testing.T, settings ...func(*setting)) *story {
	t.Helper()
	st := &story{t: t, now: start, keys: map[string]bool{}}
	set := setting{fake: teamsfake.Options{Secret: canary}, options: func(*Options) {}}
	for _, s := range settings {
		s(&set)
	}
	set.fake.Now = st.clock
	st.Fake = teamsfake.New(t, set.fake)
	st.ana = st.Person("Ana Lima")
	o := st.options()
	set.options(&o)
	app, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	st.app = app
	// Nothing here waits for a bot that is slow, unless the test says so.
	st.app.limits.decide = 20 * time.Second
	st.app.limits.pause = func(ctx context.Context, d time.Duration) error {
		st.wait(d)
		return ctx.Err()
	}
	st.ServeBot(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		st.app.ServeHTTP(rec, r)
		st.mu.Lock()
		st.answers.Write(rec.Body.Bytes())
		st.mu.Unlock()
		for name, values := range rec.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
	}))
	t.Cleanup(func() {
		st.settle()
		st.mu.Lock()
		defer st.mu.Unlock()
		for _, secret := range []string{canary, "bearer-1", "eyJ"} {
			if strings.Contains(st.logged.String()+st.answers.String(), secret) {
				t.Errorf("%q is in the log or in an answer:\n%s\n%s", secret, st.logged.String(), st.answers.String())
			}
		}
	})
	return st
}

// options are those of an app that speaks with the fake.
func (st *story) options() Options {
	origin := "http://" + st.Host()
	return Options{
		Handle: st.handle, Now: st.clock, Log: slog.New(slog.NewTextHandler(locked{&st.mu, &st.logged}, nil)),
		AppID: st.AppID(), AppPassword: st.Secret(), AppTenant: st.TenantID(), AppType: "SingleTenant",
		Cloud: Cloud{Login: origin, Metadata: st.OpenIDURL(), Issuer: st.Issuer(), Scope: st.Scope(), Origins: []string{origin}},
		Seen: func(kind, outcome string, _ time.Duration) {
			st.mu.Lock()
			defer st.mu.Unlock()
			st.seen = append(st.seen, kind+" "+outcome)
		},
	}
}

// locked writes under the story's lock.
type locked struct {
	mu *sync.Mutex
	to *bytes.Buffer
}

func (l locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(p)
}

func (st *story) clock() time.Time {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.now
}

func (st *story) wait(d time.Duration) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.now = st.now.Add(d)
}

// handle is the bot: a key that it has seen changes nothing.
func (st *story) handle(ctx context.Context, e bot.Event) (bot.Reply, error) {
	st.mu.Lock()
	decide := st.decide
	if e.Key != "" && st.keys[e.Key] {
		st.mu.Unlock()
		return bot.Reply{}, nil
	}
	st.keys[e.Key] = true
	st.mu.Unlock()
	var r bot.Reply
	var err error
	if decide != nil {
		r, err = decide(ctx, e)
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if err != nil {
		delete(st.keys, e.Key)
		return r, err
	}
	st.events = append(st.events, e)
	return r, nil
}

// says makes the bot answer everything with one reply.
func (st *story) says(r bot.Reply) {
	st.does(func(context.Context, bot.Event) (bot.Reply, error) { return r, nil })
}

func (st *story) does(decide func(context.Context, bot.Event) (bot.Reply, error)) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.decide = decide
}

// settle waits until everything that came in is answered completely.
func (st *story) settle() {
	st.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := st.app.Close(ctx); err != nil {
		st.t.Errorf("something is still being answered: %v", err)
	}
}

// got is all that the bot was told so far.
func (st *story) got() []bot.Event {
	st.mu.Lock()
	defer st.mu.Unlock()
	return slices.Clone(st.events)
}

// only is the one event that the bot was told.
func (st *story) only() bot.Event {
	st.t.Helper()
	all := st.got()
	if len(all) != 1 {
		st.t.Fatalf("the bot was told %d events, not one: %+v", len(all), all)
	}
	return all[0]
}

// outcome is what the metrics were told last.
func (st *story) outcome() string {
	st.mu.Lock()
	defer st.mu.Unlock()
	if len(st.seen) == 0 {
		return ""
	}
	return st.seen[len(st.seen)-1]
}

func (st *story) routeOf(e bot.Event) route {
	st.t.Helper()
	var r route
	if err := json.Unmarshal([]byte(e.Route), &r); err != nil {
		st.t.Fatalf("the route %q: %v", e.Route, err)
	}
	return r
}

// wants checks the status of an answer.
func wants(t *testing.T, what string, a *teamsfake.Answer, status int) {
	t.Helper()
	if a.Err != nil || a.Status != status {
		t.Errorf("%s: answered %d (%v) %s; want %d", what, a.Status, a.Err, a.Body, status)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}
