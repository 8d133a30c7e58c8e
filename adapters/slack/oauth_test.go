package slack

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/adapters/slack/slackfake"
)

// office is where an administrator installs the app, with a browser.
type office struct {
	*slackfake.Slack
	t       *testing.T
	now     time.Time
	i       *Installer
	site    *httptest.Server
	browser *http.Client
	log     bytes.Buffer
	pages   strings.Builder
	saved   []Installation
	names   []string
	saves   error
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, now: start}
	clock := func() time.Time { return o.now }
	o.Slack = slackfake.New(t, clock, slackfake.Config{
		ClientID: "1.2", ClientSecret: "client-secret-canary", Home: slackfake.Workspace{ID: "T1", Token: "xoxb-canary-home"},
	})
	o.AddWorkspace(slackfake.Workspace{ID: "T5", Name: "Fabrikam <b>&", NotInstalled: true, BotUser: "UBOT5", BotID: "BBOT5", Scopes: []string{"chat:write", "commands"}})
	o.AddUser(slackfake.User{ID: "U5", Team: "T5"})
	mux := http.NewServeMux()
	o.site = httptest.NewServer(mux)
	t.Cleanup(o.site.Close)
	o.i = &Installer{
		ClientID: o.ClientID(), ClientSecret: o.ClientSecret(), Redirect: o.site.URL + "/slack/oauth_redirect", Key: []byte("a key of the server's"),
		Save: func(_ context.Context, inst Installation, name string, at time.Time) error {
			if o.saves != nil {
				return o.saves
			}
			if !at.Equal(o.now) {
				t.Errorf("saved at %s", at)
			}
			o.saved, o.names = append(o.saved, inst), append(o.names, name)
			return nil
		},
		Now: clock, Log: slog.New(slog.NewTextHandler(&o.log, nil)), APIURL: o.APIURL(),
	}
	mux.HandleFunc("GET /slack/install", o.i.Install)
	mux.HandleFunc("GET /slack/oauth_redirect", o.i.Redirected)
	o.browser = o.another()
	t.Cleanup(func() {
		for _, secret := range []string{"client-secret", "xoxb-", "code-", "a key of"} {
			if strings.Contains(o.log.String(), secret) || strings.Contains(o.pages.String(), secret) {
				t.Errorf("%q is in a page or the log:\n%s\n%s", secret, o.pages.String(), o.log.String())
			}
		}
	})
	return o
}

// another is a browser with no cookies yet.
func (o *office) another() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		o.t.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// webPage is a page as a browser got it.
type webPage struct {
	StatusCode int
	Header     http.Header
	cookies    []*http.Cookie
}

// Cookies are those that it set.
func (a webPage) Cookies() []*http.Cookie { return a.cookies }

func (o *office) get(address string) (webPage, string) {
	o.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
	if err != nil {
		o.t.Fatal(err)
	}
	answer, err := o.browser.Do(r)
	if err != nil {
		o.t.Fatal(err)
	}
	defer answer.Body.Close()
	page, _ := io.ReadAll(answer.Body)
	o.pages.Write(page)
	return webPage{answer.StatusCode, answer.Header, answer.Cookies()}, string(page)
}

// begin opens /slack/install and gives the state that went along to Slack.
func (o *office) begin() string {
	o.t.Helper()
	answer, _ := o.get(o.site.URL + "/slack/install")
	to, err := url.Parse(answer.Header.Get("Location"))
	if err != nil || answer.StatusCode != http.StatusFound {
		o.t.Fatalf("%d %v", answer.StatusCode, err)
	}
	return to.Query().Get("state")
}

// back is what Slack sends the browser back with.
func (o *office) back(q url.Values) (int, string) {
	o.t.Helper()
	answer, page := o.get(o.i.Redirect + "?" + q.Encode())
	h := answer.Header
	if h.Get("Cache-Control") != "no-store" || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") || !strings.HasPrefix(h.Get("Content-Type"), "text/html") {
		o.t.Errorf("headers %v", h)
	}
	return answer.StatusCode, page
}

func TestInstall(t *testing.T) {
	o := newOffice(t)
	answer, _ := o.get(o.site.URL + "/slack/install")
	to, _ := url.Parse(answer.Header.Get("Location"))
	q := to.Query()
	if !strings.HasPrefix(to.String(), "https://slack.com/oauth/v2/authorize?") || q.Get("client_id") != "1.2" || q.Get("redirect_uri") != o.i.Redirect {
		t.Errorf("to %s", to)
	}
	asked := strings.Split(q.Get("scope"), ",")
	if len(asked) != len(Scopes()) || !slices.Contains(asked, "chat:write") {
		t.Errorf("asks for %v", asked)
	}
	cookie := theOne(t, answer.Cookies())
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.MaxAge != 600 || cookie.Secure {
		t.Errorf("cookie %+v", cookie)
	}
	code := o.Authorize("U5", "T5")
	status, page := o.back(url.Values{"code": {code}, "state": {q.Get("state")}})
	if status != 200 || !strings.Contains(page, "firstcall is installed in Fabrikam &lt;b&gt;&amp; (T5)") || strings.Contains(page, "<b>") {
		t.Errorf("%d %s", status, page)
	}
	inst := theOne(t, o.saved)
	if inst.Workspace != "T5" || inst.BotUser != "UBOT5" || inst.BotID != "BBOT5" || inst.AppID != o.AppID() || !strings.HasPrefix(inst.Token, "xoxb-fake-T5") ||
		!slices.Equal(inst.Scopes, []string{"chat:write", "commands"}) || o.names[0] != "Fabrikam <b>&" {
		t.Errorf("saved %+v as %v", inst, o.names)
	}
	if !strings.Contains(o.log.String(), "workspace=T5") {
		t.Errorf("the operator isn't told: %s", o.log.String())
	}

	// The same address again, with the cookie gone and with it kept.
	if status, _ := o.back(url.Values{"code": {code}, "state": {q.Get("state")}}); status != 400 {
		t.Errorf("replayed: %d", status)
	}
	o.browser.Jar.SetCookies(to.ResolveReference(must(url.Parse(o.i.Redirect))), []*http.Cookie{{Name: cookie.Name, Value: cookie.Value, Path: "/slack/"}})
	if status, _ := o.back(url.Values{"code": {code}, "state": {q.Get("state")}}); status != 502 || len(o.saved) != 1 {
		t.Errorf("replayed with its cookie: %d, %d saved", status, len(o.saved))
	}

	// Again from the beginning: it replaces the old one.
	state := o.begin()
	if status, _ := o.back(url.Values{"code": {o.Authorize("U5", "T5")}, "state": {state}}); status != 200 || len(o.saved) != 2 {
		t.Errorf("installed again: %d", status)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestInstallCookieIsSecureOverHTTPS(t *testing.T) {
	o := newOffice(t)
	o.i.Redirect = "https://bot.example/slack/oauth_redirect"
	answer, _ := o.get(o.site.URL + "/slack/install")
	if !theOne(t, answer.Cookies()).Secure {
		t.Error("the cookie goes over plain HTTP")
	}
}

// Whoever comes back must have begun here, in this browser, within ten minutes.
func TestInstallState(t *testing.T) {
	elsewhere := newOffice(t)
	elsewhere.i.Key = []byte("another server's key")
	foreign := elsewhere.begin()
	forged := base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{0xff}, 56))
	for _, tc := range []struct {
		name string
		do   func(o *office, state string) string // the state that comes back
	}{
		{"none", func(*office, string) string { return "" }},
		{"old", func(o *office, state string) string { o.now = o.now.Add(10 * time.Minute); return state }},
		{"forged", func(o *office, _ string) string { o.carry(forged); return forged }},
		{"changed", func(o *office, state string) string {
			state = "A" + state[1:]
			if state[0] == 'A' {
				state = "B" + state[1:]
			}
			o.carry(state)
			return state
		}},
		{"of another server", func(o *office, _ string) string { o.carry(foreign); return foreign }},
		{"no base64", func(o *office, _ string) string { o.carry("!!"); return "!!" }},
		{"in another browser", func(o *office, state string) string { o.browser = o.another(); return state }},
		{"of another browser", func(o *office, _ string) string {
			mine := o.browser
			o.browser = o.another()
			theirs := o.begin()
			o.browser = mine
			return theirs
		}},
		{"with an empty cookie", func(o *office, _ string) string { o.carry(""); return "" }},
	} {
		o := newOffice(t)
		state := tc.do(o, o.begin())
		code := o.Authorize("U5", "T5")
		status, page := o.back(url.Values{"code": {code}, "state": {state}})
		if status != 400 || !strings.Contains(page, "/slack/install") || len(o.saved) != 0 {
			t.Errorf("%s: %d %s, %d saved", tc.name, status, page, len(o.saved))
		}
		if n := len(o.Calls("oauth.v2.access")); n != 0 {
			t.Errorf("%s: the code was used", tc.name)
		}
	}
	o := newOffice(t)
	state := o.begin()
	o.now = o.now.Add(10*time.Minute - time.Second)
	if status, _ := o.back(url.Values{"code": {o.Authorize("U5", "T5")}, "state": {state}}); status != 200 {
		t.Errorf("just in time: %d", status)
	}
}

// carry puts a state into the browser.
func (o *office) carry(state string) {
	o.browser.Jar.SetCookies(must(url.Parse(o.i.Redirect)), []*http.Cookie{{Name: stateCookie, Value: state, Path: "/slack/"}})
}

func TestInstallThatFails(t *testing.T) {
	for _, tc := range []struct {
		name   string
		do     func(o *office, q url.Values)
		status int
		says   string
		logs   string
	}{
		{"consent refused", func(_ *office, q url.Values) { q.Del("code"); q.Set("error", "access_denied") }, 200, "Nothing was installed", ""},
		{"a refusal that is markup", func(_ *office, q url.Values) { q.Set("error", "<script>alert(1)</script>") }, 200, "Nothing was installed", ""},
		{"no code", func(_ *office, q url.Values) { q.Del("code") }, 200, "Nothing was installed", ""},
		{"an unknown code", func(_ *office, q url.Values) { q.Set("code", "code-nobody-gave") }, 502, "did not confirm", "invalid_code"},
		{"our secret is wrong", func(o *office, _ url.Values) {
			o.Allow("oauth.v2.access", "bad_client_secret")
			o.i.ClientSecret = "another-client-secret"
		}, 502, "did not confirm", "bad_client_secret"},
		{"Slack is down", func(o *office, _ url.Values) { o.Inject("oauth.v2.access", slackfake.HTML(503)) }, 502, "did not confirm", "503"},
		{"the answer is lost", func(o *office, _ url.Values) { o.Inject("oauth.v2.access", slackfake.ResetAfter()) }, 502, "did not confirm", "oauth.v2.access"},
		{"no and no reason", func(o *office, _ url.Values) { o.Inject("oauth.v2.access", slackfake.BareRefusal()) }, 502, "did not confirm", "err="},
		{"who are we", func(o *office, _ url.Values) { o.Inject("auth.test", slackfake.HTML(500)) }, 502, "did not confirm", "who we are"},
		{"who are we, no reason", func(o *office, _ url.Values) { o.Inject("auth.test", slackfake.BareRefusal()) }, 502, "did not confirm", "lacks"},
		{"not kept", func(o *office, _ url.Values) { o.saves = errors.New("the database is away") }, 503, "could not be kept", "database is away"},
	} {
		o := newOffice(t)
		q := url.Values{"code": {o.Authorize("U5", "T5")}, "state": {o.begin()}}
		tc.do(o, q)
		status, page := o.back(q)
		if status != tc.status || !strings.Contains(page, tc.says) || strings.Contains(page, "<script") {
			t.Errorf("%s: %d %s", tc.name, status, page)
		}
		if len(o.saved) != 0 {
			t.Errorf("%s: saved %+v", tc.name, o.saved)
		}
		if log := o.log.String(); !strings.Contains(log, tc.logs) || tc.logs == "" && log != "" {
			t.Errorf("%s: the log says %q", tc.name, log)
		}
		if tc.status != 200 && !strings.Contains(page, "again") {
			t.Errorf("%s: nothing to do is named: %s", tc.name, page)
		}
	}
}

func TestWhoAmI(t *testing.T) {
	st := newSending(t)
	inst, err := WhoAmI(context.Background(), "xoxb-canary-99", st.APIURL())
	if err != nil || inst.Workspace != "T1" || inst.BotUser != "UBOT" || inst.BotID != "BBOT" || inst.Token != "xoxb-canary-99" {
		t.Errorf("%+v, %v", inst, err)
	}
	st.Allow("auth.test", "invalid_auth")
	_, err = WhoAmI(context.Background(), "xoxb-wrong", st.APIURL())
	var refused *RefusedError
	if !errors.As(err, &refused) || refused.Code != "invalid_auth" {
		t.Errorf("%v", err)
	}
	st.secretIn(err.Error())
	for _, f := range []slackfake.Fault{slackfake.HTML(500), slackfake.ErrorCode("internal_error"), slackfake.RateLimited(), slackfake.TooMany(9e9), slackfake.BareRefusal(), slackfake.ResetBefore()} {
		st.Inject("auth.test", f)
		_, err := WhoAmI(context.Background(), "xoxb-canary-99", st.APIURL())
		if err == nil || errors.As(err, &refused) {
			t.Errorf("that Slack doesn't answer is taken for a refusal, or for an answer: %v", err)
		}
	}
}
