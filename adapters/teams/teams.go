// Package teams speaks with Microsoft Teams: it takes in what people do there,
// shows the bot's replies and sends what the bot has to say. It translates and
// decides nothing.
package teams

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/infracloudio/msbotbuilder-go/core"

	"example.com/firstcall/bot"
)

// platform is how this platform is called in events and addresses.
const platform = "teams"

// channelID is how the Bot Framework calls Teams.
const channelID = "msteams"

// Teams speaks with Teams as one registered bot. It is the http.Handler of
// /api/messages; its methods may be called by many goroutines.
type Teams struct {
	handle   func(context.Context, bot.Event) (bot.Reply, error)
	now      func() time.Time
	log      *slog.Logger
	appID    string
	tenant   string // that the app is registered in
	cloud    Cloud
	http     *http.Client
	checker  *validator
	adapter  core.BotFrameworkAdapter // without a Client: each call has its own
	token    *tokens
	lanes    lanes
	budgets  budgets
	seen     func(kind, outcome string, took time.Duration)
	seenCall func(method, outcome string, took time.Duration)
	limits   limits

	mu     sync.Mutex
	spoken map[string]string    // the language last used with a person, by tenant and id
	away   map[string]time.Time // when each reason for a 401 was logged last
	failed map[string]bool      // keys of events whose failure was told to the person
	routes map[string]route     // how we were spoken to last, by tenant, and by tenant and person

	work work
}

// Options say what a Teams needs. Handle, Now, Log, AppID, AppPassword and
// AppTenant must be set.
type Options struct {
	Handle func(context.Context, bot.Event) (bot.Reply, error) // bot.Bot.Handle
	Now    func() time.Time
	Log    *slog.Logger
	// The bot's registration, by the names of Microsoft's samples: MicrosoftAppId,
	// MicrosoftAppPassword, MicrosoftAppTenantId, MicrosoftAppType.
	AppID, AppPassword, AppTenant string
	AppType                       string       // "SingleTenant", or "" for the same
	Cloud                         Cloud        // the zero value is the public one
	HTTP                          *http.Client // nil is one with timeouts that reaches no private address
	Unmetered                     bool         // leaves out the budgets, for a stand-in that has none
	// Seen is told of everything that came in: what it was, what became of it and
	// how long the answer took. SeenCall is told the same of each call to Teams.
	Seen     func(kind, outcome string, took time.Duration)
	SeenCall func(method, outcome string, took time.Duration)
}

// Cloud says where Microsoft's services are. An empty field is the public
// cloud's.
type Cloud struct {
	Login    string   // the origin of the token endpoint
	Metadata string   // the address of the channel's OpenID metadata
	Issuer   string   // of the tokens on what comes in
	Scope    string   // that our own token is for
	Hosts    []string // that a service URL may name, over https
	// Origins are further service URLs' origins, scheme and port included: a
	// stand-in's, in a test. Only these may be plain http or at a private address.
	Origins []string
}

// The clouds that Teams is in, as Microsoft's documents and SDKs name them; none
// of it has been tried against the real ones.
// https://microsoft.github.io/teams-sdk/csharp/essentials/app-configuration/service-url-validation
var (
	PublicCloud = Cloud{
		Login:    "https://login.microsoftonline.com",
		Metadata: "https://login.botframework.com/v1/.well-known/openidconfiguration",
		Issuer:   "https://api.botframework.com",
		Scope:    "https://api.botframework.com/.default",
		Hosts:    []string{"smba.trafficmanager.net", "smba.onyx.prod.teams.trafficmanager.net", "smba.infra.gcc.teams.microsoft.com"},
	}
	USGovCloud = Cloud{
		Login:    "https://login.microsoftonline.us",
		Metadata: "https://login.botframework.azure.us/v1/.well-known/openidconfiguration",
		Issuer:   "https://api.botframework.us",
		Scope:    "https://api.botframework.us/.default",
		Hosts:    []string{"smba.infra.gov.teams.microsoft.us", "smba.infra.dod.teams.microsoft.us"},
	}
)

// orPublic fills what is empty. Whoever names own origins gets no other hosts.
func (c Cloud) orPublic() Cloud {
	for _, f := range []struct{ to, from *string }{
		{&c.Login, &PublicCloud.Login}, {&c.Metadata, &PublicCloud.Metadata}, {&c.Issuer, &PublicCloud.Issuer}, {&c.Scope, &PublicCloud.Scope},
	} {
		if *f.to == "" {
			*f.to = *f.from
		}
	}
	if len(c.Hosts) == 0 && len(c.Origins) == 0 {
		c.Hosts = PublicCloud.Hosts
	}
	return c
}

// limits are the times that tests want shorter.
type limits struct {
	decide time.Duration                              // how long the bot may take; the channel waits 15 s, a person less
	grace  time.Duration                              // how long the bot may take to give up after that
	late   time.Duration                              // how long an answer is waited for after the channel was answered
	call   time.Duration                              // one call to Teams
	keys   time.Duration                              // how long a request waits for the channel's keys
	pause  func(context.Context, time.Duration) error // before a reply is tried again
}

func usualLimits() limits {
	return limits{
		decide: 4 * time.Second, grace: 300 * time.Millisecond, late: 30 * time.Second,
		call: 10 * time.Second, keys: 3 * time.Second, pause: pause,
	}
}

// pause lets time pass, or says that ctx has ended.
func pause(ctx context.Context, d time.Duration) error {
	over, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-over.Done()
	return ctx.Err()
}

// New makes a Teams of its options. It refuses a registration that could not
// work, or with which nobody's token could be told from ours.
func New(o Options) (*Teams, error) {
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("set up Teams: %w", err)
	}
	o.AppID = strings.ToLower(o.AppID) // as Teams writes it in ids and addresses
	t := &Teams{
		handle: o.Handle, now: o.Now, log: o.Log, appID: o.AppID, tenant: o.AppTenant, cloud: o.Cloud.orPublic(), http: o.HTTP,
		seen: o.Seen, seenCall: o.SeenCall, limits: usualLimits(),
		spoken: map[string]string{}, failed: map[string]bool{}, away: map[string]time.Time{}, routes: map[string]route{},
	}
	if t.http == nil {
		t.http = newClient(t.cloud)
	}
	t.http = withoutRedirects(t.http)
	t.checker = newValidator(t.cloud, t.appID, t.http, t.now)
	t.adapter = core.BotFrameworkAdapter{AdapterSetting: core.AdapterSetting{AppID: t.appID, ChannelAuthTenant: t.tenant}, TokenValidator: t.checker}
	t.token = tokenSource(t.cloud, t.http, o)
	t.budgets.off = o.Unmetered
	return t, nil
}

func (o *Options) check() error {
	for _, f := range []struct{ value, name string }{
		{o.AppID, "MicrosoftAppId"}, {o.AppPassword, "MicrosoftAppPassword"}, {o.AppTenant, "MicrosoftAppTenantId"},
	} {
		if f.value == "" {
			return errors.New(f.name + " is empty")
		}
		if f.name != "MicrosoftAppPassword" && strings.ContainsAny(f.value, " \t\r\n/?#") {
			return errors.New(f.name + " has characters that no id has")
		}
	}
	switch {
	case o.AppType == "MultiTenant":
		return errors.New("MicrosoftAppType is MultiTenant, which Microsoft no longer registers; register the bot as SingleTenant")
	case o.AppType == "UserAssignedMSI":
		return errors.New("MicrosoftAppType is UserAssignedMSI, which firstcall doesn't speak; register the bot as SingleTenant with a client secret")
	case o.AppType != "" && o.AppType != "SingleTenant":
		return fmt.Errorf("MicrosoftAppType is %q; it must be SingleTenant", o.AppType)
	case o.Handle == nil || o.Now == nil || o.Log == nil:
		return errors.New("the options Handle, Now and Log must be set")
	}
	return nil
}

func (t *Teams) told(kind, outcome string, begun time.Time) {
	if t.seen != nil {
		t.seen(kind, outcome, t.now().Sub(begun))
	}
}

// language is what was last spoken with a person; "" when nobody knows yet.
func (t *Teams) language(tenant, person string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.spoken[tenant+" "+person]
}

// mostKept bounds what is remembered for comfort; it is forgotten all at once.
const mostKept = 20_000

func (t *Teams) speaks(tenant, person, lang string) {
	if lang == "" || person == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.spoken) >= mostKept {
		clear(t.spoken)
	}
	t.spoken[tenant+" "+person] = lang
}

// firstFailure says whether the person has not been told yet that this event
// failed: the channel may repeat it.
func (t *Teams) firstFailure(key string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.failed) >= mostKept {
		clear(t.failed)
	}
	told := key != "" && t.failed[key]
	t.failed[key] = true
	return !told
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
	defer w.mu.Unlock()
	w.n++
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

// Close waits until everything that came in has been answered completely. The
// server that brings new things in is to be stopped before.
func (t *Teams) Close(ctx context.Context) error { return t.work.wait(ctx) }
