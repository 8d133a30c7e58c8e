package teamsfake

import (
	"bytes"
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// watched is a TB that collects what a fake would fail its test with.
type watched struct {
	*testing.T
	mu     sync.Mutex
	errors []string
}

func (w *watched) Errorf(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.errors = append(w.errors, fmt.Sprintf(format, args...))
}

// said checks that exactly these problems came, by a part of each.
func (w *watched) said(parts ...string) {
	w.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	ok := len(w.errors) == len(parts)
	for i, part := range parts {
		ok = ok && strings.Contains(w.errors[i], part)
	}
	if !ok {
		w.T.Errorf("want problems %q, got %q", parts, w.errors)
	}
	w.errors = nil
}

// bench is a fake with a bot that the test scripts.
type bench struct {
	*Fake
	t      *watched
	now    time.Time
	mu     sync.Mutex
	got    []map[string]any
	reply  func(activity map[string]any) any // the body of the answer; nil: none
	client *http.Client
}

func newBench(t *testing.T, o Options) *bench {
	t.Helper()
	b := &bench{t: &watched{T: t}, now: noon}
	o.Now = func() time.Time { b.mu.Lock(); defer b.mu.Unlock(); return b.now }
	b.Fake = New(b.t, o)
	b.ServeBot(http.HandlerFunc(b.serve))
	config := clientcredentials.Config{ClientID: b.AppID(), ClientSecret: b.Secret(), TokenURL: b.TokenURL(), Scopes: []string{b.Scope()}, AuthStyle: oauth2.AuthStyleInParams}
	b.client = config.Client(context.Background())
	return b
}

func (b *bench) wait(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

// serve is the bot: it verifies the token as the real one must.
func (b *bench) serve(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	if err := b.verify(r.Header.Get("Authorization"), raw); err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	var a map[string]any
	_ = json.Unmarshal(raw, &a)
	b.mu.Lock()
	b.got = append(b.got, a)
	reply := b.reply
	b.mu.Unlock()
	if reply != nil {
		if body := reply(a); body != nil {
			answer(w, http.StatusOK, body)
			return
		}
	}
	w.WriteHeader(http.StatusOK)
}

// verify is independent of how the fake signs: it reads metadata and keys over
// HTTP and leaves the rest to a library.
func (b *bench) verify(header string, body []byte) error {
	token, ok := strings.CutPrefix(header, "Bearer ")
	if !ok {
		return errors.New("no bearer")
	}
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) { return b.key(fmt.Sprint(t.Header["kid"])) },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer("https://api.botframework.com"), jwt.WithAudience(b.AppID()),
		jwt.WithExpirationRequired(), jwt.WithLeeway(5*time.Minute), jwt.WithTimeFunc(func() time.Time { b.mu.Lock(); defer b.mu.Unlock(); return b.now }))
	if err != nil {
		return err
	}
	var a struct{ ServiceURL string }
	if err := json.Unmarshal(body, &a); err != nil || claims["serviceurl"] != a.ServiceURL || !strings.HasPrefix(a.ServiceURL, "http://"+b.Host()+"/") {
		return fmt.Errorf("service URL %q, claim %v: %w", a.ServiceURL, claims["serviceurl"], err)
	}
	return nil
}

func (b *bench) key(kid string) (*rsa.PublicKey, error) {
	var meta struct {
		JWKSURI string `json:"jwks_uri"`
	}
	var set struct {
		Keys []struct {
			Kid, N, E    string
			Endorsements []string
		}
	}
	if err := fetch(b.OpenIDURL(), &meta); err != nil {
		return nil, err
	}
	if err := fetch(meta.JWKSURI, &set); err != nil {
		return nil, err
	}
	for _, k := range set.Keys {
		if k.Kid == kid && strings.Contains(strings.Join(k.Endorsements, " "), "msteams") {
			n, _ := base64.RawURLEncoding.DecodeString(k.N)
			e, _ := base64.RawURLEncoding.DecodeString(k.E)
			return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}, nil
		}
	}
	return nil, fmt.Errorf("no key %q", kid)
}

func fetch(address string, into any) error {
	resp, err := http.Get(address)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return json.NewDecoder(resp.Body).Decode(into)
}

// call is one call of the bot; path begins below the service URL.
func (b *bench) call(method, path, body string) (int, map[string]any, http.Header) {
	b.t.Helper()
	r, _ := http.NewRequest(method, b.ServiceURL()+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	resp, err := b.client.Do(r)
	if err != nil {
		return 0, map[string]any{"error": err.Error()}, nil
	}
	defer resp.Body.Close()
	raw, _ := io.ReadAll(resp.Body)
	var m map[string]any
	_ = json.Unmarshal(raw, &m)
	return resp.StatusCode, m, resp.Header
}

func (b *bench) send(c *Conversation, body string) string {
	b.t.Helper()
	status, m, _ := b.call("POST", "v3/conversations/"+url.PathEscape(c.ID())+"/activities", body)
	if status != 201 {
		b.t.Errorf("sending %s: %d %v", body, status, m)
	}
	return fmt.Sprint(m["id"])
}

const hello = `{"type":"message","text":"Hello"}`

func withCard(card string) string {
	return `{"type":"message","summary":"s","attachments":[{"contentType":"` + cardType + `","content":` + card + `}]}`
}

func TestTokens(t *testing.T) {
	b := newBench(t, Options{})
	ana := b.Person("Ana Lima")
	chat := b.Personal(ana)
	for name, c := range map[string]struct {
		how  How
		want int
	}{
		"a good one":                {func(*delivery) {}, 200},
		"none":                      {NoToken(), 401},
		"not a token":               {Authorization("x"), 401},
		"no Bearer":                 {NoBearer(), 401},
		"just within the leeway":    {Expired(299 * time.Second), 200},
		"expired":                   {Expired(301 * time.Second), 401},
		"soon":                      {NotYet(299 * time.Second), 200},
		"too soon":                  {NotYet(301 * time.Second), 401},
		"without end":               {NoExpiry(), 401},
		"forged":                    {ForgedKey(), 401},
		"unknown key":               {UnknownKey(), 401},
		"for another app":           {Audience("other"), 401},
		"audience list":             {Claim("aud", []string{b.AppID()}), 200},
		"another issuer":            {Issuer("https://sts.windows.net/"), 401},
		"alg none":                  {AlgNone(), 401},
		"RS512":                     {AlgRS512(), 401},
		"no serviceurl":             {NoServiceURLClaim(), 401},
		"other serviceurl":          {ServiceURLClaim("https://x.example/"), 401},
		"service URL of nobody":     {ServiceURL("https://x.example/"), 401},
		"not JSON, properly signed": {Body([]byte("{")), 401},
	} {
		if a := b.Deliver(ana.Message(chat, "hi"), c.how); a.Status != c.want {
			t.Errorf("%s: %d, want %d: %s", name, a.Status, c.want, a.Body)
		}
	}
	b.RotateKeys()
	if a := ana.Say(chat, "after the rotation"); a.Status != 200 {
		t.Errorf("after a rotation: %d", a.Status)
	}
	b.wait(48 * time.Hour)
	ana.Say(chat, "two days later")
	b.SetEndorsements([]string{"webchat"})
	if a := b.Deliver(ana.Message(chat, "hi")); a.Status != 401 {
		t.Errorf("without endorsement: %d", a.Status)
	}
	b.t.said()
}

func TestTokenEndpoint(t *testing.T) {
	b := newBench(t, Options{})
	good := url.Values{"grant_type": {"client_credentials"}, "client_id": {b.AppID()}, "client_secret": {b.Secret()}, "scope": {b.Scope()}}
	for _, c := range []struct {
		field, value string
		status       int
		code         string
	}{
		{"", "", 200, ""},
		{"grant_type", "password", 400, "unsupported_grant_type"},
		{"client_id", "other", 400, "unauthorized_client"},
		{"client_secret", "wrong", 401, "invalid_client"},
		{"scope", "https://graph.microsoft.com/.default", 400, "invalid_scope"},
	} {
		form := url.Values{}
		for k, v := range good {
			form[k] = v
		}
		if c.field != "" {
			form.Set(c.field, c.value)
			b.ExpectProblem(c.code)
		}
		resp, err := http.PostForm(b.TokenURL(), form)
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		_ = json.NewDecoder(resp.Body).Decode(&m)
		_ = resp.Body.Close()
		if resp.StatusCode != c.status || c.code != "" && m["error"] != c.code || c.code == "" && m["access_token"] == nil {
			t.Errorf("%s: %d %v", c.field, resp.StatusCode, m)
		}
	}
	resp, err := http.PostForm(strings.Replace(b.TokenURL(), b.TenantID(), "common", 1), good)
	if err != nil || resp.StatusCode != 400 {
		t.Errorf("another tenant: %v %v", resp, err)
	}
	_ = resp.Body.Close()
	b.t.said("AADSTS90002")
}

func TestBearerIsChecked(t *testing.T) {
	b := newBench(t, Options{ExpireBearer: true, BearerLife: time.Hour})
	chat := b.Personal(b.Person("Ana Lima"))
	path := "v3/conversations/" + url.PathEscape(chat.ID()) + "/activities"
	b.send(chat, hello)
	b.wait(time.Hour - time.Second)
	b.send(chat, hello)
	b.t.said()
	b.wait(time.Second)
	if status, _, _ := b.call("POST", path, hello); status != 401 {
		t.Errorf("an hour later: %d", status)
	}
	b.t.said("has expired")
	b.RevokeBearers()
	if status, _, _ := b.call("POST", path, hello); status != 401 {
		t.Errorf("revoked: %d", status)
	}
	b.t.said()
	b.client = http.DefaultClient
	if status, _, _ := b.call("POST", path, hello); status != 401 {
		t.Errorf("no token: %d", status)
	}
	b.t.said("missing or not one of ours")
	if n := len(chat.FromBot()); n != 2 {
		t.Errorf("%d messages, want 2", n)
	}
}

func TestStrictness(t *testing.T) {
	b := newBench(t, Options{})
	ana := b.Person("Ana Lima")
	room := b.Team("Contoso", ana).Channel("Support")
	ana.Tell(room, "incident")
	thread := room.Messages()[0].Where
	id := url.PathEscape(thread.ID())
	for _, c := range []struct {
		method, path, body string
		status             int
		problem            string
	}{
		{"GET", "v3/conversations", "", 404, "unknown path: GET"},
		{"PATCH", "v3/conversations/" + id + "/activities/1", hello, 404, "unknown path: PATCH"},
		{"POST", "v3/conversations/" + id + "/activities/1/2", hello, 404, "unknown path"},
		{"POST", "v3/conversations/" + thread.ID() + "/activities", hello, 400, "isn't escaped"},
		{"POST", "v3/conversations/" + id + "/activities/", hello, 400, "empty part"},
		{"POST", "v3/conversations/a:nobody/activities", hello, 404, "no conversation"},
		{"POST", "v3/conversations/" + url.PathEscape(room.ID()+";messageid=1") + "/activities", hello, 404, "no conversation"},
		{"POST", "v3/conversations/" + id + "/activities?isTargetedActivity=true", hello, 201, "unknown parameters"},
		{"POST", "v3/conversations/" + id + "/activities", `{"type":"message","text":"x","id":""}`, 400, "an empty id"},
		{"POST", "v3/conversations/" + id + "/activities", withCard(`{"type":"AdaptiveCard"}`), 400, "version <nil>"},
		{"POST", "v3/conversations/" + id + "/activities", `{"type":"message","text":"x","from":{"id":"28:other"}}`, 400, "is not the bot"},
		{"POST", "v3/conversations/" + id + "/activities", `{"type":"message","text":"x","conversation":{"id":"a:other"}}`, 400, "is not the path's"},
		{"POST", "v3/conversations/" + id + "/activities", `{"type":"message","text":"<at>B</at>","entities":[{"type":"mention","text":"<at>B</at>","mentioned":{"id":"29:b","name":"B"}}]}`, 400, "isn't in the conversation"},
		{"PUT", "v3/conversations/" + id + "/activities/404", hello, 404, "no message"},
		{"PUT", "v3/conversations/" + id + "/activities/" + thread.root, hello, 403, "isn't the bot's"},
		{"DELETE", "v3/conversations/" + id + "/activities/404", "", 404, "no message"},
		{"POST", "v3/conversations", `{"members":[],"tenantId":"` + b.TenantID() + `"}`, 400, "0 members"},
		{"POST", "v3/conversations", `{"members":[{"id":"29:nobody"}],"tenantId":"` + b.TenantID() + `"}`, 404, "nobody"},
		{"POST", "v3/conversations", `{"members":[{"id":"` + ana.ID + `"}],"tenantId":"other"}`, 403, "tenant"},
		{"POST", "v3/conversations", `{"members":[{"id":"ana@contoso.example"}],"tenantId":"x"}`, 400, "no id of the channel"},
		{"POST", "v3/conversations", `{"isGroup":true,"tenantId":"x","channelData":{"channel":{"id":"` + room.ID() + `"}}}`, 400, "its first message"},
	} {
		if status, m, _ := b.call(c.method, c.path, c.body); status != c.status {
			t.Errorf("%s %s: %d %v, want %d", c.method, c.path, status, m, c.status)
		}
		b.t.said(c.problem)
	}
	size := func(n int) string {
		return `{"type":"message","text":"` + strings.Repeat("é", n-len(`{"type":"message","text":""}`)) + `"}`
	}
	if status, m, _ := b.call("POST", "v3/conversations/"+id+"/activities", size(51200)); status != 201 {
		t.Errorf("100 KB: %d %v", status, m)
	}
	b.t.said()
	if status, m, _ := b.call("POST", "v3/conversations/"+id+"/activities", size(51201)); status != 413 {
		t.Errorf("100 KB and a letter: %d %v", status, m)
	}
	b.t.said("102402 bytes")
}

func TestAnnouncedProblems(t *testing.T) {
	b := newBench(t, Options{})
	b.ExpectProblem("unknown path")
	b.call("GET", "v3/x", "")
	b.t.said()
	b.call("GET", "v3/x", "")
	b.t.said("unknown path")
	b.ExpectProblem("never comes")
	b.end()
	b.t.said("never comes")
}

func TestLateAnswerFails(t *testing.T) {
	b := newBench(t, Options{AnswerWithin: 20 * time.Millisecond})
	stuck := make(chan struct{})
	b.reply = func(map[string]any) any { <-stuck; return nil }
	ana := b.Person("Ana Lima")
	if a := ana.Say(b.Personal(ana), "hi"); a.Err == nil {
		t.Error("answered")
	}
	close(stuck)
	b.t.said("not answered within 20ms")
}

func TestRefusedActivityFails(t *testing.T) {
	b := newBench(t, Options{AppID: "app"})
	b.SetEndorsements(nil) // this bot wants them
	ana := b.Person("Ana Lima")
	ana.Say(b.Personal(ana), "hi")
	b.t.said("the bot answered 401")
}

func TestFaults(t *testing.T) {
	b := newBench(t, Options{})
	chat := b.Personal(b.Person("Ana Lima"))
	other := b.Personal(b.Person("Ben Okri"))
	path := func(c *Conversation) string { return "v3/conversations/" + url.PathEscape(c.ID()) + "/activities" }
	b.Inject(OpSend, 2, Throttled("3"))
	b.Inject(OpSend, 3, Throttled(""))
	b.send(chat, hello)
	status, m, head := b.call("POST", path(chat), hello)
	if status != 429 || head.Get("Retry-After") != "3" || fmt.Sprint(m["error"]) != "map[code:Throttled message:injected]" {
		t.Errorf("second: %d %v %v", status, m, head)
	}
	if status, _, head := b.call("POST", path(chat), hello); status != 429 || head.Get("Retry-After") != "" {
		t.Errorf("third: %d %v", status, head)
	}
	for _, c := range []struct {
		fault  Fault
		status int
	}{
		{Unauthorized(), 401},
		{NotInRoster(), 403},
		{WritesBlocked(), 403},
		{BlockedByUser(), 403},
		{DisabledByAdmin(), 403},
		{NoConversation(), 404},
		{Concurrent(), 412},
		{TooBig(), 413},
		{Broken(500), 500},
		{Broken(502), 502},
		{Broken(504), 504},
		{Garbage(), 200},
		{Fault{Delay: time.Millisecond}, 201},
	} {
		b.Inject(OpSend, 1, c.fault)
		if status, m, _ := b.call("POST", path(chat), hello); status != c.status {
			t.Errorf("%+v: %d %v", c.fault, status, m)
		}
	}
	only := Broken(502)
	only.In = chat
	stop := b.Inject(OpSend, 0, only)
	b.send(other, hello)
	for range 2 {
		if status, _, _ := b.call("POST", path(chat), hello); status != 502 {
			t.Errorf("every call: %d", status)
		}
	}
	stop()
	if n := len(chat.FromBot()); n != 2 {
		t.Errorf("%d accepted, want the first and the slow one", n)
	}
	b.Inject(OpSend, 1, ResetBefore())
	if status, _, _ := b.call("POST", path(chat), hello); status != 0 || len(chat.FromBot()) != 2 {
		t.Errorf("reset before: %d, %d messages", status, len(chat.FromBot()))
	}
	b.Inject(OpSend, 1, ResetAfter())
	if status, _, _ := b.call("POST", path(chat), hello); status != 0 || len(chat.FromBot()) != 3 {
		t.Errorf("reset after: %d, %d messages", status, len(chat.FromBot()))
	}
	hold, done := make(chan struct{}), make(chan int)
	b.Inject(OpSend, 1, Slow(hold))
	go func() { status, _, _ := b.call("POST", path(chat), hello); done <- status }()
	close(hold)
	if status := <-done; status != 201 {
		t.Errorf("slow: %d", status)
	}
	b.Inject(OpToken, 1, BadSecret())
	resp, err := http.PostForm(b.TokenURL(), url.Values{})
	if err != nil || resp.StatusCode != 401 {
		t.Errorf("token: %v %v", resp, err)
	}
	_ = resp.Body.Close()
	if n := b.PendingFaults(); n != 0 {
		t.Errorf("%d faults left", n)
	}
	b.t.said()
}

func TestLimits(t *testing.T) {
	b := newBench(t, Options{Limits: true})
	room := b.Team("Contoso", b.Person("Ana Lima")).Channel("Support")
	path := "v3/conversations/" + url.PathEscape(room.ID()) + "/activities"
	try := func(want int, retry string) {
		t.Helper()
		status, _, head := b.call("POST", path, hello)
		if status != want || head.Get("Retry-After") != retry {
			t.Errorf("%d after %q, want %d after %q", status, head.Get("Retry-After"), want, retry)
		}
	}
	for range 7 {
		try(201, "")
	}
	try(429, "1") // the 8th within a second
	b.wait(time.Second)
	try(201, "")
	try(429, "1") // the 9th within two seconds
	b.wait(time.Second)
	try(201, "") // 9 of the 60 within 30 s
	for range 51 {
		b.wait(500 * time.Millisecond)
		try(201, "")
	}
	b.wait(500 * time.Millisecond)
	try(429, "2") // 60 since noon, 28 s ago
	b.wait(2 * time.Second)
	for range 7 {
		try(201, "")
	}
	path = "v3/conversations/" + url.PathEscape(room.Last().Where.ID()) + "/activities"
	try(429, "1") // a thread has no budget of its own
	b.t.said()
}

func TestLimitsThatFail(t *testing.T) {
	b := newBench(t, Options{Limits: true, LimitsFail: true})
	var chats []*Conversation
	for i := range 8 {
		chats = append(chats, b.Personal(b.Person(fmt.Sprintf("P%d", i))))
	}
	for _, c := range chats[:7] {
		for range 7 {
			b.send(c, hello)
		}
	}
	b.send(chats[7], hello) // the tenant's 50th
	b.t.said()
	if status, _, _ := b.call("POST", "v3/conversations/"+url.PathEscape(chats[7].ID())+"/activities", hello); status != 429 {
		t.Errorf("51 in a second: %d", status)
	}
	b.t.said("above the limit")
}

func TestHourLimit(t *testing.T) {
	s := sendTimes{}
	now := noon
	for range 1800 {
		if s.wait("a", writeBudgets, now) > 0 {
			t.Fatal("too early")
		}
		s["a"] = append(s["a"], now)
		now = now.Add(time.Second)
	}
	if wait := s.wait("a", writeBudgets, now); wait != 30*time.Minute {
		t.Errorf("wait %v", wait)
	}
	if wait := s.wait("a", writeBudgets, now.Add(30*time.Minute)); wait > 0 {
		t.Errorf("still %v", wait)
	}
}

func TestTwoWritesAtOnce(t *testing.T) {
	b := newBench(t, Options{Serial: true})
	chat, other := b.Personal(b.Person("Ana Lima")), b.Personal(b.Person("Ben Okri"))
	b.send(other, hello) // has the bot's token
	hold, done := make(chan struct{}), make(chan string)
	b.Inject(OpSend, 1, Slow(hold))
	go func() { done <- b.send(chat, hello) }()
	b.WaitFor("the first write", func() bool { return b.PendingFaults() == 0 })
	b.send(other, hello)
	if status, _, _ := b.call("POST", "v3/conversations/"+url.PathEscape(chat.ID())+"/activities", hello); status != 412 {
		t.Errorf("at once: %d", status)
	}
	close(hold)
	<-done
	b.t.said("two writes")
	b.send(chat, hello)
	b.t.said()
}

func TestServiceURLMoves(t *testing.T) {
	b := newBench(t, Options{})
	ana := b.Person("Ana Lima")
	chat := b.Personal(ana)
	b.send(chat, hello)
	b.MoveServiceURL("/amer/")
	ana.Say(chat, "hi")
	if got := b.got[0]["serviceUrl"]; got != "http://"+b.Host()+"/amer/" {
		t.Errorf("service URL %v", got)
	}
	b.send(chat, hello)
	if calls := b.Calls(OpSend); calls[0].Region != "/emea/" || calls[1].Region != "/amer/" || calls[1].Status != 201 || calls[1].Conversation != chat.ID() {
		t.Errorf("%+v", calls)
	}
	if !bytes.Equal(b.Calls(OpSend)[0].Body, []byte(hello)) {
		t.Error("body not kept")
	}
}
