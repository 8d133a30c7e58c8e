package slack_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/firstcall/adapters/slack"
	"example.com/firstcall/adapters/slack/slackfake"
	"example.com/firstcall/adapters/surfacetest"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/talk"
	"example.com/firstcall/cmd/firstcall/demo"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
	"example.com/firstcall/storage"
	"example.com/firstcall/storage/localpg"
)

func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given { // a talk waits for the database as often as it works
		_ = flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0)))
	}
	os.Exit(localpg.RunTests(m))
}

// world is a set-up as it is in Slack: a workspace for each tenant, its people
// in it, its places as channels, and our app.
//
// With the demo's set-up every customer has installed the app itself and hosts
// its channels, which the provider's people share. With any other the app is
// the provider's alone: customers are Slack Connect's outsiders, who have no
// commands, in channels that the provider shares with them.
type world struct {
	*slackfake.Slack
	t     *testing.T
	clock *talk.Clock
	store *storage.DB
	out   *bytes.Buffer
	down  atomic.Bool

	users     map[string]string // Slack's ids by name
	names     map[string]string // and back
	langs     map[string]string // by name
	channels  map[string]string // by "#name"
	places    map[string]string // and back
	hosts     map[string]string // the workspace of a channel, by "#name"
	homes     map[string]string // the workspace of a person, by name
	outsiders bool
	tokens    installed

	mu     sync.Mutex
	app    *slack.Slack
	hangUp func() // ends Socket Mode of the process
	socket bool
	faults surfacetest.Faults
	ids    atomic.Int64

	hand // how people act and what they see
}

// installed are the workspaces that have the app.
type installed map[string]slack.Installation

func (t installed) Installed(_ context.Context, workspace string) (slack.Installation, error) {
	inst, ok := t[workspace]
	if !ok {
		return inst, bot.ErrNotFound
	}
	return inst, nil
}

func newWorld(t *testing.T, script string, socket bool) *world {
	t.Helper()
	return newWorldIn(t, script, socket, "")
}

// newWorldIn is a world in which everybody reads the language; "" leaves to
// each their own.
func newWorldIn(t *testing.T, script string, socket bool, lang string) *world {
	t.Helper()
	file := surfacetest.SetupFile(script)
	s, err := setupIn(file, lang)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{
		t: t, clock: talk.NewClock(demo.StartsAt), out: &bytes.Buffer{}, socket: socket, outsiders: file != "", tokens: installed{},
		users: map[string]string{}, names: map[string]string{}, langs: map[string]string{}, channels: map[string]string{},
		places: map[string]string{}, hosts: map[string]string{}, homes: map[string]string{}, hand: newHand(),
	}
	w.store = surfacetest.Open(t, "slack_"+file+lang, s)
	w.settle(s, script)
	w.Inject("chat.postMessage", slackfake.ErrorCode("accesslimited"), slackfake.Times(-1), slackfake.When(w.refuses))
	w.Inject("chat.update", slackfake.ErrorCode("accesslimited"), slackfake.Times(-1), slackfake.When(w.refuses))
	if !socket {
		server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) { w.process().Inbound().ServeHTTP(out, in) }))
		t.Cleanup(server.Close)
		w.DeliverTo(server.URL + "/slack/events")
	}
	t.Cleanup(func() { w.end() })
	if err := w.start(); err != nil {
		t.Fatal(err)
	}
	return w
}

// refuses says whether Slack is down for a call. Its answers to people still
// arrive, as they do on a terminal.
func (w *world) refuses(c slackfake.Call) bool { return w.down.Load() && c.Args["metadata"] != nil }

// Down implements talk.Surface.
func (w *world) Down(down bool) { w.down.Store(down) }

func (w *world) process() *slack.Slack {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.app
}

// stage is where the talk is played.
func (w *world) stage() *talk.Stage {
	current := func() *bot.Bot {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.bot
	}
	return &talk.Stage{
		Surface: w, Clock: w.clock, Out: w.out, NextDue: w.store.NextDue, Restart: w.start,
		Wake: func(ctx context.Context) error { _, err := current().Wake(ctx); return err },
		Deliver: func(ctx context.Context) error {
			_, furnished := current().Furnish(ctx)
			_, err := current().Deliver(ctx)
			w.hearAll()
			return errors.Join(furnished, err)
		},
	}
}

// start is a new process on the same database; the one before ends.
func (w *world) start() error {
	w.end()
	log := slog.New(slog.NewTextHandler(&w.faults, &slog.HandlerOptions{Level: slog.LevelError}))
	b := &bot.Bot{
		Store: w.store, Now: w.clock.Now, Rand: func() float64 { return 0.5 }, Log: log, Terms: terms.Current(),
		NewID: func() string { return fmt.Sprintf("01960000-0000-7000-8000-%012x", w.ids.Add(1)) },
	}
	o := slack.Options{
		Handle: b.Handle, Now: w.clock.Now, Log: log, Tokens: w.tokens, APIURL: w.APIURL(), Provider: w.Home.ID,
		Budget: slack.Budget{Channel: math.MaxFloat64, Methods: map[string]float64{"chat.postMessage": 1e9, "chat.update": 1e9}},
	}
	if w.socket {
		o.AppToken = w.AppToken()
	} else {
		o.Signing = w.SigningSecret()
	}
	app := slack.New(o)
	app.Patient()
	b.Chats = map[string]bot.Chat{"slack": app}
	w.mu.Lock()
	w.app, w.bot = app, b
	w.mu.Unlock()
	if !w.socket {
		return nil
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- app.Run(ctx) }()
	w.hangUp = func() {
		stop()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			w.t.Errorf("Socket Mode ended: %v", err)
		}
		w.WaitForSockets(0)
	}
	w.DeliverBySocket()
	w.WaitForSockets(1)
	return nil
}

func (w *world) end() {
	if app := w.process(); app != nil {
		w.quiet()
	}
	if w.hangUp != nil {
		w.hangUp()
		w.hangUp = nil
	}
}

// quiet waits until everything that came in is answered completely.
func (w *world) quiet() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := w.process().Close(ctx); err != nil {
		w.t.Errorf("something is still being answered: %v", err)
	}
}

// setupIn is a talk's set-up with everybody and everything in Slack.
func setupIn(file, lang string) (bot.Setup, error) {
	s, err := surfacetest.Setup(file, lang)
	if err != nil {
		return s, err
	}
	provider := ""
	s.Workspaces = nil
	for _, t := range s.Tenants {
		if t.Side == domain.Provider {
			provider = workspaceOf(t.Prefix)
		}
		s.Workspaces = append(s.Workspaces, bot.SetupWorkspace{Tenant: t.Name, Platform: "slack", ID: workspaceOf(t.Prefix)})
	}
	for i := range s.People {
		p := &s.People[i]
		p.Identities = []bot.Identity{{Platform: "slack", Workspace: workspaceOf(prefixOf(s, p.Tenant)), ID: userID(p.Person.Name)}}
	}
	for i := range s.Places {
		p := &s.Places[i]
		p.Channel = bot.Identity{Platform: "slack", Workspace: provider, ID: channelID(p.Place.Name)}
		if file == "" {
			p.Channel.Workspace = workspaceOf(prefixOf(s, p.Tenant))
		}
	}
	return s, nil
}

func prefixOf(s bot.Setup, tenant string) string {
	for _, t := range s.Tenants {
		if t.Name == tenant {
			return t.Prefix
		}
	}
	return ""
}

func workspaceOf(prefix string) string { return "T0" + prefix }
func userID(name string) string        { return "U0" + strings.ToUpper(name) }
func channelID(name string) string {
	return "C0" + strings.ToUpper(strings.NewReplacer("#", "", "-", "").Replace(name))
}

// settle makes the world in Slack. Whoever speaks in the talk and is in no
// set-up is a member of the first customer's workspace.
func (w *world) settle(s bot.Setup, script string) {
	config := slackfake.Config{AckWithin: time.Minute}
	var others []slackfake.Workspace
	stranger, all := "", []string{}
	for _, t := range s.Tenants {
		ws := slackfake.Workspace{
			ID: workspaceOf(t.Prefix), Name: t.Prefix, Token: "xoxb-" + t.Prefix, BotUser: "UBOT" + t.Prefix, BotID: "BBOT" + t.Prefix,
			NotInstalled: w.outsiders && t.Side != domain.Provider,
		}
		all = append(all, ws.ID)
		if !ws.NotInstalled {
			w.tokens[ws.ID] = slack.Installation{Workspace: ws.ID, Token: ws.Token, BotID: ws.BotID, BotUser: ws.BotUser}
		}
		if t.Side == domain.Provider {
			config.Home = ws
			continue
		}
		if stranger == "" || t.Prefix == "INC" {
			stranger = ws.ID
		}
		others = append(others, ws)
	}
	w.Slack = slackfake.New(w.t, w.clock.Now, config)
	for _, ws := range others {
		w.AddWorkspace(ws)
	}
	tenants := map[string]bot.Tenant{}
	for _, t := range s.Tenants {
		tenants[t.Name] = t
	}
	for _, p := range s.People {
		lang := p.Person.Language
		if lang == "" {
			lang = tenants[p.Tenant].Language
		}
		w.person(p.Person.Name, workspaceOf(tenants[p.Tenant].Prefix), p.Person.Email, lang)
	}
	for _, m := range regexp.MustCompile(`(?m)^([a-z]+)(?: [^>\n]*)?>|[ @]@([a-z]+)`).FindAllStringSubmatch(script, -1) {
		name := m[1] + m[2]
		if w.users[name] == "" && name != "bot" && name != "firstcall" {
			w.person(name, stranger, name+"@elsewhere.example", "en")
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^[a-z]+ in (#[a-z-]+)[^>\n]*>`).FindAllStringSubmatch(script, -1) {
		if !slices.ContainsFunc(s.Places, func(p bot.SetupPlace) bool { return p.Place.Name == m[1] }) { // a channel that nobody has bound
			at := bot.Identity{Platform: "slack", Workspace: w.Home.ID, ID: channelID(m[1])}
			s.Places = append(s.Places, bot.SetupPlace{Place: bot.Place{Name: m[1]}, Channel: at})
		}
	}
	var members []string
	for _, id := range w.users {
		members = append(members, id)
	}
	for _, p := range s.Places {
		name, host := p.Place.Name, p.Channel.Workspace
		w.channels[name], w.places[p.Channel.ID], w.hosts[name] = p.Channel.ID, name, host
		var shared []string
		for _, ws := range all {
			if ws != host {
				shared = append(shared, ws)
			}
		}
		w.AddChannel(slackfake.Channel{
			ID: p.Channel.ID, Team: host, Name: strings.TrimPrefix(name, "#"), SharedWith: shared,
			Members: append([]string{w.tokens[host].BotUser}, members...),
		})
	}
}

func (w *world) person(name, home, email, lang string) {
	id := userID(name)
	w.users[name], w.names[id], w.homes[name], w.langs[name] = id, name, home, lang
	locale := map[string]string{"zh-Hans": "zh-CN", "ja": "ja-JP"}[lang]
	w.AddUser(slackfake.User{ID: id, Team: home, Name: name, Email: email, Locale: locale})
}
