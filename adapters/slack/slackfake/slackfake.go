package slackfake

import (
	"cmp"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// TB is the part of testing.TB that the fake needs, so that its own tests can
// watch it fail.
type TB interface {
	Helper()
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
}

// Config is what an app's settings page would hold. Empty fields get defaults.
type Config struct {
	AppID         string
	SigningSecret string
	AppToken      string // xapp-…, for Socket Mode
	ClientID      string
	ClientSecret  string
	Home          Workspace // the first workspace; it has the app installed

	// Events lists the bot events that the app subscribed to, as in its
	// manifest ("app_mention", "message.channels"). Empty means all.
	Events []string
	// AckWithin is the real time that the app has to answer. Slack gives 3 s;
	// the default is 10 s, because a shared test machine may stall.
	AckWithin time.Duration
	// Ping is the real time between two Socket Mode pings; 5 s if zero.
	Ping time.Duration
}

// Slack is the fake. Its methods may be called from any goroutine.
type Slack struct {
	t      TB
	clock  func() time.Time
	config Config
	server *httptest.Server

	// Home is the first workspace.
	Home *Workspace

	mu         sync.Mutex
	closed     bool
	serial     int
	lastTS     int64 // microseconds
	workspaces map[string]*Workspace
	users      map[string]*User
	groups     map[string]*UserGroup
	channels   map[string]*Channel
	messages   map[string][]*Message // by channel, oldest first
	scheduled  map[string]*Message
	files      map[string]*File
	triggers   map[string]*trigger
	hooks      map[string]*hook
	stacks     map[string][]*View // the modals of a user, the visible one last
	homes      map[string]*View   // by workspace and user
	codes      map[string]grant
	typed      []string // control sequences that people typed raw, see escape.go
	warnings   map[string][]string

	calls   []Call
	rules   []*rule
	allowed map[string]bool

	target     string // where HTTP deliveries go
	socket     *socketHub
	useSocket  bool
	mods       []Mod
	holding    bool
	held       []*Delivery
	deliveries []*Delivery
	broadcasts bool
}

// New starts a fake Slack that ends with the test. clock is the simulated now.
func New(t TB, clock func() time.Time, config Config) *Slack {
	t.Helper()
	config.AppID = cmp.Or(config.AppID, "A0FIRSTCALL")
	config.SigningSecret = cmp.Or(config.SigningSecret, "a-signing-secret-for-tests")
	config.AppToken = cmp.Or(config.AppToken, "xapp-1-fake")
	config.ClientID = cmp.Or(config.ClientID, "111.222")
	config.ClientSecret = cmp.Or(config.ClientSecret, "a-client-secret-for-tests")
	config.AckWithin = cmp.Or(config.AckWithin, 10*time.Second)
	config.Ping = cmp.Or(config.Ping, 5*time.Second)
	s := &Slack{
		t: t, clock: clock, config: config,
		workspaces: map[string]*Workspace{}, users: map[string]*User{}, groups: map[string]*UserGroup{},
		channels: map[string]*Channel{}, messages: map[string][]*Message{}, scheduled: map[string]*Message{},
		files: map[string]*File{}, triggers: map[string]*trigger{}, hooks: map[string]*hook{},
		stacks: map[string][]*View{}, homes: map[string]*View{}, codes: map[string]grant{},
		warnings: map[string][]string{}, allowed: map[string]bool{},
	}
	s.socket = newSocketHub(s)
	mux := http.NewServeMux()
	mux.HandleFunc("/api/", s.serveAPI)
	mux.HandleFunc("/hooks/", s.serveHook)
	mux.HandleFunc("/link/", s.socket.serve)
	s.server = httptest.NewServer(mux)
	t.Cleanup(s.close)
	s.Home = s.AddWorkspace(config.Home)
	return s
}

func (s *Slack) close() {
	s.socket.close()
	s.server.CloseClientConnections()
	s.server.Close()
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
}

// URL is the fake's origin, without a slash at the end.
func (s *Slack) URL() string { return s.server.URL }

// APIURL is what slack.OptionAPIURL wants.
func (s *Slack) APIURL() string { return s.server.URL + "/api/" }

// SigningSecret is the secret that deliveries are signed with.
func (s *Slack) SigningSecret() string { return s.config.SigningSecret }

// AppToken is the token for Socket Mode.
func (s *Slack) AppToken() string { return s.config.AppToken }

// AppID is the app's id.
func (s *Slack) AppID() string { return s.config.AppID }

// ClientID is the app's id for OAuth.
func (s *Slack) ClientID() string { return s.config.ClientID }

// ClientSecret is the app's secret for OAuth.
func (s *Slack) ClientSecret() string { return s.config.ClientSecret }

// DeliverTo sends what people do to this URL, signed, from now on.
func (s *Slack) DeliverTo(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.target, s.useSocket = url, false
}

// DeliverBySocket sends what people do over Socket Mode, and never over HTTP,
// from now on.
func (s *Slack) DeliverBySocket() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.useSocket = true
}

// Allow announces that a method may answer with an error that would fail the
// test otherwise, such as ("chat.postMessage", "invalid_blocks").
func (s *Slack) Allow(method, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.allowed[method+" "+code] = true
}

// AllowBroadcasts lets the app use <!channel>, <!here> and <!everyone>.
func (s *Slack) AllowBroadcasts() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broadcasts = true
}

// fail reports a fault of the app. It must not be called after the test's end,
// so the caller holds no promise that it is heard.
func (s *Slack) fail(format string, args ...any) {
	s.t.Helper()
	s.t.Errorf("slackfake: "+format, args...)
}

// now is the simulated now in UTC.
func (s *Slack) now() time.Time { return s.clock().UTC() }

// nextID makes an id that is unique in this fake: a prefix and a number.
func (s *Slack) nextID(prefix string) string {
	s.serial++
	return fmt.Sprintf("%s0%08d", prefix, s.serial)
}

// nextTS makes a message timestamp: never twice the same, never going back,
// as near to the simulated now as that allows.
func (s *Slack) nextTS() string {
	us := max(s.now().UnixMicro(), s.lastTS+1)
	s.lastTS = us
	return fmt.Sprintf("%d.%06d", us/1_000_000, us%1_000_000)
}

// actionTS is the time of something that is not a message.
func (s *Slack) actionTS() string {
	us := s.now().UnixMicro()
	return fmt.Sprintf("%d.%06d", us/1_000_000, us%1_000_000)
}

// escapeTyped writes a text as Slack sends what a person typed in a message.
var escapeTyped = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// Typed turns what a person types into the text that an event or a command
// carries, where &, < and > are escaped. The acts take the wire's text, so
// that a test can also write <@U1>.
func Typed(text string) string { return escapeTyped.Replace(text) }
