package slack

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/firstcall/adapters/slack/slackfake"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// start is when every story of these tests begins.
var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// tables are installations in memory.
type tables struct {
	mu  sync.Mutex
	all map[string]Installation
	err error
}

func (t *tables) Installed(_ context.Context, workspace string) (Installation, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err != nil {
		return Installation{}, t.err
	}
	inst, ok := t.all[workspace]
	if !ok {
		return Installation{}, bot.ErrNotFound
	}
	return inst, nil
}

// story is a workspace with our app, and a bot that says what the test wants.
type story struct {
	*slackfake.Slack
	t      *testing.T
	app    *Slack
	tables *tables
	url    string

	mu      sync.Mutex
	now     time.Time
	events  []bot.Event
	decide  func(context.Context, bot.Event) (bot.Reply, error)
	logged  bytes.Buffer
	seen    []string
	seenKey map[string]bool
}

func newStory(t *testing.T, change ...func(*Options)) *story {
	t.Helper()
	st := &story{t: t, now: start, seenKey: map[string]bool{}, tables: &tables{all: map[string]Installation{}}}
	st.Slack = slackfake.New(t, st.clock, slackfake.Config{
		SigningSecret: "signing-canary-5f2d", AppToken: "xapp-canary-77", AckWithin: 5 * time.Second,
		Home: slackfake.Workspace{ID: "T1", Token: "xoxb-canary-99", BotUser: "UBOT", BotID: "BBOT"},
	})
	st.AddUser(slackfake.User{ID: "U1", Name: "ana"})
	st.AddChannel(slackfake.Channel{ID: "C1", Name: "contoso", Members: []string{"U1", "UBOT"}})
	st.tables.all["T1"] = Installation{Workspace: "T1", Token: "xoxb-canary-99", BotID: "BBOT", BotUser: "UBOT", AppID: st.AppID()}
	o := Options{
		Handle: st.handle, Now: st.clock, Tokens: st.tables, Signing: st.SigningSecret(), AppToken: st.AppToken(), APIURL: st.APIURL(),
		Log:    slog.New(slog.NewTextHandler(locked{&st.mu, &st.logged}, nil)),
		Budget: Budget{Methods: unhurried()},
		Seen: func(kind, outcome string, _ time.Duration) {
			st.mu.Lock()
			defer st.mu.Unlock()
			st.seen = append(st.seen, kind+" "+outcome)
		},
	}
	for _, c := range change {
		c(&o)
	}
	st.app = New(o)
	// Nothing here waits for a bot that is slow, unless the test says so.
	st.app.limits.light, st.app.limits.decide = 20*time.Second, 20*time.Second
	server := httptest.NewServer(st.app.Inbound())
	t.Cleanup(server.Close)
	st.url = server.URL + "/slack/events"
	st.DeliverTo(st.url)
	t.Cleanup(func() {
		st.settle()
		for _, secret := range []string{"signing-canary", "xapp-canary", "xoxb-canary", "/hooks/", "ticket-"} {
			if log := st.log(); strings.Contains(log, secret) {
				t.Errorf("%q is in the log:\n%s", secret, log)
			}
		}
	})
	return st
}

// unhurried are budgets without end for what isn't a message: a story's clock stands still while it looks around.
func unhurried() map[string]float64 {
	free := map[string]float64{}
	for method := range perMinute {
		if !strings.HasPrefix(method, "chat.") {
			free[method] = 0
		}
	}
	return free
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
	if e.Key != "" && st.seenKey[e.Key] {
		st.mu.Unlock()
		return bot.Reply{}, nil
	}
	st.mu.Unlock()
	var r bot.Reply
	var err error
	if decide != nil {
		r, err = decide(ctx, e)
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if err == nil {
		st.seenKey[e.Key] = true
		st.events = append(st.events, e)
	}
	return r, err
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

// got are the events that the bot has kept, once everything is answered.
func (st *story) got() []bot.Event {
	st.settle()
	st.mu.Lock()
	defer st.mu.Unlock()
	return append([]bot.Event(nil), st.events...)
}

func (st *story) only() bot.Event {
	st.t.Helper()
	all := st.got()
	if len(all) != 1 {
		st.t.Fatalf("the bot kept %d events, not one: %+v", len(all), all)
	}
	return all[0]
}

func (st *story) log() string {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.logged.String()
}

func (st *story) outcomes() string {
	st.mu.Lock()
	defer st.mu.Unlock()
	return strings.Join(st.seen, ", ")
}

// settle waits until everything that came in is answered completely.
func (st *story) settle() {
	st.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := st.app.Close(ctx); err != nil {
		st.t.Errorf("something is still being answered: %v", err)
	}
}

func text(s words.Text) bot.Reply { return bot.Reply{Lang: "en", Zone: time.UTC, Text: s} }

// form is a reply with a small form.
func form(title words.Text, fields ...bot.Field) bot.Reply {
	return bot.Reply{Lang: "en", Zone: time.UTC, Form: &bot.Form{Key: "do note T I", Title: title, Submit: "Confirm", Fields: fields}}
}

func asks(key string) bot.Field {
	return bot.Field{Key: key, Kind: bot.FieldLong, Label: words.Text("What about " + key + "?")}
}

func chooses(key string, options ...string) bot.Field {
	f := bot.Field{Key: key, Kind: bot.FieldChoice, Label: words.Text("Which " + key + "?")}
	for _, o := range options {
		f.Options = append(f.Options, bot.Option{Value: o, Label: words.Text("Option " + o)})
	}
	return f
}

func sameEvent(a, b bot.Event) bool { return reflect.DeepEqual(a, b) }
