// Package slack speaks with Slack: it takes in what people do there, shows the
// bot's replies and sends what the bot has to say. It translates and decides
// nothing.
package slack

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	api "github.com/slack-go/slack"

	"example.com/firstcall/bot"
)

// Slack speaks with Slack's platform. One value serves all workspaces; its
// methods may be called by many goroutines.
type Slack struct {
	handle   func(context.Context, bot.Event) (bot.Reply, error)
	now      func() time.Time
	log      *slog.Logger
	tokens   Tokens
	signing  []byte
	appToken string
	apiURL   string
	hooks    string // the origin that response URLs must have
	http     *http.Client
	provider string
	seen     func(kind, outcome string, took time.Duration)
	seenCall func(method, outcome string, took time.Duration)
	budgets  budgets
	limits   limits

	mu      sync.Mutex
	clients map[string]*api.Client // by token
	spoken  map[string]string      // the language last used with a person, by workspace and id
	steps   map[string]int         // how many decisions there were about a window, by its id

	work work
	line socketState
}

// Options say what a Slack needs. Handle, Now, Log and Tokens must be set.
type Options struct {
	Handle   func(context.Context, bot.Event) (bot.Reply, error) // bot.Bot.Handle
	Now      func() time.Time
	Log      *slog.Logger
	Tokens   Tokens
	Signing  string       // the signing secret; "" refuses everything over HTTP
	AppToken string       // for Socket Mode
	APIURL   string       // "" is Slack's own; another one also serves the response URLs
	HTTP     *http.Client // nil is one with timeouts
	// Provider is the workspace whose installation serves people of workspaces
	// that have none.
	Provider string
	Budget   Budget // how much is sent at most; the zero value is for production
	// Seen is told of everything that came in: what it was, what became of it and
	// how long the answer took. SeenCall is told the same of each call to Slack.
	Seen     func(kind, outcome string, took time.Duration)
	SeenCall func(method, outcome string, took time.Duration)
}

// Tokens knows the installations. It is asked for everything that comes in and
// goes out, so it should remember.
type Tokens interface {
	// Installed returns what the workspace gave us; bot.ErrNotFound when it has
	// not installed us. An id that begins with E is an organisation's.
	Installed(ctx context.Context, workspace string) (Installation, error)
}

// Installation is what a workspace gave us, and who we are there.
type Installation struct {
	Workspace, Enterprise string
	Token                 string
	BotID, BotUser, AppID string
	Scopes                []string
}

// slackAPI is where Slack's own Web API is; its response URLs have another host.
const (
	slackAPI   = "https://slack.com/api/"
	slackHooks = "https://hooks.slack.com"
)

// limits are the times that tests want shorter.
type limits struct {
	light  time.Duration // how long a form may be prepared before a light view is shown
	decide time.Duration // how long the bot may take; Slack waits 3 s
	grace  time.Duration // how long the bot may take to give up after that
	late   time.Duration // how long an answer is waited for after Slack was answered
	call   time.Duration // one call to Slack
	reopen time.Duration // between two openings of a socket
	hello  time.Duration // how long a socket may take to open and to greet
	drain  time.Duration // how long a stop waits for what is being answered
}

func usualLimits() limits {
	return limits{
		light: 500 * time.Millisecond, decide: 2500 * time.Millisecond, grace: 200 * time.Millisecond,
		late: 30 * time.Second, call: 10 * time.Second,
		reopen: 2 * time.Second, hello: 90 * time.Second, drain: 3 * time.Second,
	}
}

// New makes a Slack of its options.
func New(o Options) *Slack {
	s := &Slack{
		handle: o.Handle, now: o.Now, log: o.Log, tokens: o.Tokens, signing: []byte(o.Signing), appToken: o.AppToken,
		apiURL: o.APIURL, hooks: slackHooks, http: o.HTTP, provider: o.Provider, seen: o.Seen, seenCall: o.SeenCall,
		budgets: budgets{Budget: o.Budget}, limits: usualLimits(),
		clients: map[string]*api.Client{}, spoken: map[string]string{}, steps: map[string]int{},
	}
	if s.apiURL == "" {
		s.apiURL = slackAPI
	} else if at, err := url.Parse(s.apiURL); err == nil {
		s.hooks = at.Scheme + "://" + at.Host
	}
	if !strings.HasSuffix(s.apiURL, "/") {
		s.apiURL += "/"
	}
	if s.http == nil {
		s.http = newClient()
	}
	return s
}

// newClient is an HTTP client that waits for nothing forever and follows no
// redirect, which could carry a token elsewhere.
func newClient() *http.Client {
	return &http.Client{
		Timeout:       15 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			ForceAttemptHTTP2:     true,
			MaxIdleConnsPerHost:   32,
			IdleConnTimeout:       90 * time.Second,
			TLSHandshakeTimeout:   5 * time.Second,
			ResponseHeaderTimeout: 10 * time.Second,
		},
	}
}

// mostClients bounds the clients kept; tokens change when a workspace installs us again.
const mostClients = 10_000

// client is the Web API for one installation. It never repeats a call: Slack
// may have carried out the first one, and a pause is the destination's to keep.
func (s *Slack) client(inst Installation) *api.Client {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, ok := s.clients[inst.Token]; ok {
		return c
	}
	if len(s.clients) >= mostClients {
		clear(s.clients)
	}
	c := api.New(inst.Token, api.OptionAPIURL(s.apiURL), api.OptionHTTPClient(s.http))
	s.clients[inst.Token] = c
	return c
}

// installed finds the installation that serves the first of the workspaces that
// has one, else the provider's. It is bot.ErrNotFound when nobody has.
func (s *Slack) installed(ctx context.Context, workspaces ...string) (Installation, error) {
	all := append(workspaces, s.provider)
	for i, w := range all {
		if w == "" || slices.Contains(all[:i], w) {
			continue
		}
		inst, err := s.tokens.Installed(ctx, w)
		if err == nil || !errors.Is(err, bot.ErrNotFound) {
			return inst, err
		}
	}
	return Installation{}, bot.ErrNotFound
}

func (s *Slack) told(kind, outcome string, begun time.Time) {
	if s.seen != nil {
		s.seen(kind, outcome, s.now().Sub(begun))
	}
}

// language is what was last spoken with a person; "" when nobody knows yet.
func (s *Slack) language(workspace, person string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.spoken[workspace+" "+person]
}

// stepped counts a decision about a window.
func (s *Slack) stepped(view string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.steps) >= mostSpoken {
		clear(s.steps)
	}
	s.steps[view]++
	return s.steps[view]
}

// newest says whether a decision about a window is still the last one.
func (s *Slack) newest(view string, step int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.steps[view] <= step
}

// mostSpoken bounds the languages kept; who isn't among them is asked in all.
const mostSpoken = 20_000

func (s *Slack) speaks(workspace, person, lang string) {
	if lang == "" || person == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.spoken) >= mostSpoken {
		clear(s.spoken)
	}
	s.spoken[workspace+" "+person] = lang
}

// work counts what is still being done after its answer, so that a stop can
// wait for it.
type work struct {
	mu   sync.Mutex
	n    int
	idle chan struct{} // closed when n falls to zero; nil while nobody waits
}

func (w *work) begin() {
	w.mu.Lock()
	w.n++
	w.mu.Unlock()
}

func (w *work) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.n--; w.n == 0 && w.idle != nil {
		close(w.idle)
		w.idle = nil
	}
}

func (w *work) wait(ctx context.Context) error {
	w.mu.Lock()
	if w.n == 0 {
		w.mu.Unlock()
		return nil
	}
	if w.idle == nil {
		w.idle = make(chan struct{})
	}
	idle := w.idle
	w.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close waits until everything that came in has been answered completely. What
// brings new things in, the server or Run, is to be stopped before.
func (s *Slack) Close(ctx context.Context) error { return s.work.wait(ctx) }
