// Package teamsfake stands in for Microsoft Teams and its Bot Framework channel
// in tests: it signs what people do and posts it to the bot, takes the bot's
// calls, and shows what a person would see. It is strict: an unknown path, a
// message that Teams would refuse or garble, or an answer that comes too late
// fails the test, unless the test announced it (ExpectProblem).
//
// It checks every token; there is nothing that switches a check off.
package teamsfake

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"time"
)

// TB is what the fake needs of a *testing.T.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Cleanup(func())
}

// Options set up a fake. Only Now is required.
type Options struct {
	Now      func() time.Time // the channel's clock; token times, message ids and limits follow it
	AppID    string
	Secret   string
	TenantID string // of the app's registration, and of people who are given no other
	BotName  string // as people see and mention it; "firstcall"

	// AnswerWithin is how long, by the real clock, the bot may take for an
	// activity; 5 s.
	AnswerWithin time.Duration
	// Limits answers 429 above the budget of a conversation, or of the app in
	// a tenant.
	Limits bool
	// LimitsFail makes every such 429 fail the test as well.
	LimitsFail bool
	// Serial answers 412 to a write to a conversation while another one is
	// under way, and fails the test: hold a call with a Fault to see it.
	Serial bool
	// ExpireBearer refuses the bot's token once it is older than its life by
	// Now. Leave it off where the bot reckons its token's life by the real
	// clock while the test moves another one.
	ExpireBearer bool
	// BearerLife is the life of the bot's tokens; 3599 s.
	BearerLife time.Duration
	// SeesAll delivers also the messages in groups and channels that don't
	// mention the bot (ChannelMessage.Read.Group and ChatMessage.Read.Chat).
	SeesAll bool
}

// Fake is the channel. Its methods may be called from several goroutines.
type Fake struct {
	t      TB
	o      Options
	server *httptest.Server
	client *http.Client

	mu         sync.Mutex
	over       bool // the test has ended
	bot        string
	region     string // the service URL's path
	regions    map[string]bool
	keys       signing
	bearers    map[string]bearer
	people     []*Person
	rooms      []*room
	teams      []*Team
	ids        int
	lastID     int64
	pageSize   int
	calls      []*recorded
	faults     []*injected
	sent       sendTimes
	announced  []string
	unexpected int
	news       chan struct{} // closed at the next answered call
}

// New starts a fake; it ends with the test.
func New(t TB, o Options) *Fake {
	t.Helper()
	if o.Now == nil {
		t.Fatalf("teamsfake: no clock")
	}
	setDefault(&o.AppID, guid("app"))
	setDefault(&o.Secret, "a secret of the stand-in")
	setDefault(&o.TenantID, guid("tenant"))
	setDefault(&o.BotName, "firstcall")
	if o.AnswerWithin == 0 {
		o.AnswerWithin = 5 * time.Second
	}
	if o.BearerLife == 0 {
		o.BearerLife = 3599 * time.Second
	}
	f := &Fake{
		t: t, o: o, region: "/emea/", regions: map[string]bool{"/emea/": true},
		bearers: map[string]bearer{}, sent: sendTimes{}, news: make(chan struct{}),
		client: &http.Client{
			Transport:     &http.Transport{MaxIdleConnsPerHost: 16},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	f.keys = signing{index: 0, endorsements: []string{"msteams", "skype"}}
	f.server = httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(f.end)
	return f
}

func setDefault(s *string, other string) {
	if *s == "" {
		*s = other
	}
}

// end closes the fake and reports what was announced and never came.
func (f *Fake) end() {
	f.server.CloseClientConnections()
	f.server.Close()
	f.client.CloseIdleConnections()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, text := range f.announced {
		f.t.Errorf("teams: announced, but never came: %q", text)
	}
	f.over = true
}

// AppID is the bot's application id.
func (f *Fake) AppID() string { return f.o.AppID }

// Secret is the application's password.
func (f *Fake) Secret() string { return f.o.Secret }

// TenantID is the tenant that the application is registered in.
func (f *Fake) TenantID() string { return f.o.TenantID }

// BotID is the bot's id in conversations.
func (f *Fake) BotID() string { return "28:" + f.o.AppID }

// OpenIDURL is the address of the channel's OpenID metadata.
func (f *Fake) OpenIDURL() string {
	return f.server.URL + "/v1/.well-known/openidconfiguration"
}

// TokenURL is where the bot gets its own token.
func (f *Fake) TokenURL() string {
	return f.server.URL + "/" + f.o.TenantID + "/oauth2/v2.0/token"
}

// Issuer is the issuer of the tokens on incoming activities.
func (f *Fake) Issuer() string { return "https://api.botframework.com" }

// Scope is what the bot must ask a token for.
func (f *Fake) Scope() string { return "https://api.botframework.com/.default" }

// Host is the fake's host and port, for the bot's list of allowed hosts.
func (f *Fake) Host() string { return strings.TrimPrefix(f.server.URL, "http://") }

// ServiceURL is where the bot is told to send to; it ends with a slash.
func (f *Fake) ServiceURL() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.server.URL + f.region
}

// MoveServiceURL changes the service URL of what comes in from now on, as
// Teams does; region is like "/amer/". Calls to earlier ones are still taken;
// Call.Region tells them apart.
func (f *Fake) MoveServiceURL(region string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.region = "/" + strings.Trim(region, "/") + "/"
	f.regions[f.region] = true
}

// BotAt says where the bot listens; "/api/messages" is added.
func (f *Fake) BotAt(base string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.bot = strings.TrimRight(base, "/") + "/api/messages"
}

// ServeBot runs the bot's handler on a server of its own until the test ends,
// and returns its address.
func (f *Fake) ServeBot(h http.Handler) string {
	s := httptest.NewServer(h)
	f.t.Cleanup(s.Close)
	f.BotAt(s.URL)
	return s.URL
}

// ExpectProblem announces that something the fake minds is going to happen
// once: its text contains part. It fails the test if it doesn't come.
func (f *Fake) ExpectProblem(part string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.announced = append(f.announced, part)
}

// Problems counts those that were not announced.
func (f *Fake) Problems() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.unexpected
}

// problem fails the test, unless it was announced.
func (f *Fake) problem(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mind(format, args...)
}

// mind is problem for a caller that holds mu.
func (f *Fake) mind(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if f.over {
		return
	}
	for i, part := range f.announced {
		if strings.Contains(text, part) {
			f.announced = append(f.announced[:i], f.announced[i+1:]...)
			return
		}
	}
	f.unexpected++
	f.t.Errorf("teams: %s", text)
}

// serve is the fake's one door.
func (f *Fake) serve(rw http.ResponseWriter, r *http.Request) {
	w := &noting{ResponseWriter: rw}
	defer f.tell()
	switch {
	case r.URL.Path == "/v1/.well-known/openidconfiguration":
		f.metadata(w, r)
	case r.URL.Path == "/v1/.well-known/keys":
		f.jwks(w, r)
	case strings.HasSuffix(r.URL.Path, "/oauth2/v2.0/token"):
		f.token(w, r)
	default:
		f.connector(w, r)
	}
}

func (f *Fake) tell() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wake()
}

// wake lets those who wait look again. The caller holds mu.
func (f *Fake) wake() {
	close(f.news)
	f.news = make(chan struct{})
}

// WaitFor waits until cond holds; it is asked again after each call of the bot,
// and when a fault begins.
// The test ends when it doesn't within AnswerWithin of the real clock.
func (f *Fake) WaitFor(what string, cond func() bool) {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), f.o.AnswerWithin)
	defer cancel()
	for {
		f.mu.Lock()
		news := f.news
		f.mu.Unlock()
		if cond() {
			return
		}
		select {
		case <-news:
		case <-ctx.Done():
			f.t.Fatalf("teams: waited %v in vain for %s", f.o.AnswerWithin, what)
			return
		}
	}
}

// nextID is a new id for a message: the milliseconds of the clock, as in
// Teams, and growing even when the clock stands still. The caller holds mu.
func (f *Fake) nextID() string {
	ms := f.o.Now().UnixMilli()
	if ms <= f.lastID {
		ms = f.lastID + 1
	}
	f.lastID = ms
	return fmt.Sprint(ms)
}

// guid is a GUID that is the same for the same seed.
func guid(seed string) string {
	sum := sha256.Sum256([]byte("teamsfake " + seed))
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// pause waits for d of the real clock, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
}

// pathSegments splits the path as it was sent, and decodes each part; a part
// that wasn't escaped as every SDK does is a problem.
func pathSegments(r *http.Request) (segments []string, wrong string) {
	raw, _, _ := strings.Cut(r.RequestURI, "?")
	for _, s := range strings.Split(strings.TrimPrefix(raw, "/"), "/") {
		plain, err := url.PathUnescape(s)
		if err != nil || strings.ContainsAny(s, ";, \"<>\\^`{|}") {
			wrong = fmt.Sprintf("%q in the path isn't escaped", s)
		}
		if plain == ".." || plain == "." || plain == "" {
			wrong = fmt.Sprintf("the path %q has an empty part or dots", raw)
		}
		segments = append(segments, plain)
	}
	return segments, wrong
}
