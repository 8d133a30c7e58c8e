package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/adapters/slack/slackfake"
	"example.com/firstcall/bot"
)

// Slack's own example of a signature: https://docs.slack.dev/authentication/verifying-requests-from-slack
const (
	exampleSecret    = "8f742231b10e8888abcd99yyyzzz85a5"
	exampleSignature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
	exampleBody      = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	exampleTime      = 1531420618
)

func TestSlacksOwnExampleIsSigned(t *testing.T) {
	s := New(Options{Signing: exampleSecret})
	h := http.Header{}
	h.Set("X-Slack-Signature", exampleSignature)
	h.Set("X-Slack-Request-Timestamp", strconv.Itoa(exampleTime))
	if !s.signed(h, []byte(exampleBody), time.Unix(exampleTime, 0)) {
		t.Error("Slack's example is refused")
	}
	if s.signed(h, []byte(exampleBody+" "), time.Unix(exampleTime, 0)) {
		t.Error("a changed body is taken")
	}
}

// post sends a signed body, changed as the test wants.
func (st *story) post(body, contentType string, change ...func(*http.Request)) (int, string) {
	st.t.Helper()
	req, err := http.NewRequest(http.MethodPost, st.url, strings.NewReader(body))
	if err != nil {
		st.t.Fatal(err)
	}
	at := strconv.FormatInt(st.clock().Unix(), 10)
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("X-Slack-Request-Timestamp", at)
	req.Header.Set("X-Slack-Signature", slackfake.Sign(st.SigningSecret(), at, []byte(body)))
	for _, c := range change {
		c(req)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		st.t.Fatal(err)
	}
	defer resp.Body.Close()
	out, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(out)
}

const (
	asJSONBody = "application/json"
	asForm     = "application/x-www-form-urlencoded"
)

func TestSignatures(t *testing.T) {
	body := "command=%2Fincident&text=list&team_id=T1&user_id=U1&channel_id=C1&trigger_id=1.2.3"
	signedAt := func(by time.Duration) func(*http.Request) {
		return func(r *http.Request) {
			at := strconv.FormatInt(start.Add(by).Unix(), 10)
			r.Header.Set("X-Slack-Request-Timestamp", at)
			r.Header.Set("X-Slack-Signature", slackfake.Sign("signing-canary-5f2d", at, []byte(body)))
		}
	}
	without := func(name string) func(*http.Request) { return func(r *http.Request) { r.Header.Del(name) } }
	with := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for _, c := range []struct {
		name   string
		change func(*http.Request)
		want   int
	}{
		{"right", func(*http.Request) {}, 200},
		{"five minutes old", signedAt(-300 * time.Second), 200},
		{"older", signedAt(-301 * time.Second), 401},
		{"of the future", signedAt(301 * time.Second), 401},
		{"none", without("X-Slack-Signature"), 401},
		{"no time", without("X-Slack-Request-Timestamp"), 401},
		{"another secret", with("X-Slack-Signature", slackfake.Sign("guessed", strconv.FormatInt(start.Unix(), 10), []byte(body))), 401},
		{"another version", with("X-Slack-Signature", "v1=00"), 401},
		{"no digits", with("X-Slack-Signature", "v0=zz"), 401},
		{"empty", with("X-Slack-Signature", "v0="), 401},
		{"time that is none", with("X-Slack-Request-Timestamp", "soon"), 401},
		{"time beyond time", with("X-Slack-Request-Timestamp", "99999999999999999"), 401},
		{"two signatures", func(r *http.Request) { r.Header.Add("X-Slack-Signature", "v0=00") }, 401},
		{"two times", func(r *http.Request) { r.Header.Add("X-Slack-Request-Timestamp", "1") }, 401},
		{"lower case names", func(r *http.Request) {
			for _, name := range []string{"X-Slack-Signature", "X-Slack-Request-Timestamp"} {
				value := r.Header.Get(name)
				r.Header.Del(name)
				r.Header[strings.ToLower(name)] = []string{value}
			}
		}, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			st := newStory(t)
			status, out := st.post(body, asForm, c.change)
			if status != c.want {
				t.Errorf("answered %d, want %d", status, c.want)
			}
			if status == 401 && (out != "" || len(st.got()) != 0) {
				t.Errorf("the refusal says %q, and the bot heard %d events", out, len(st.got()))
			}
		})
	}
}

func TestWithoutASecretNothingIsSigned(t *testing.T) {
	st := newStory(t, func(o *Options) { o.Signing = "" })
	body := "command=%2Fincident&team_id=T1&user_id=U1"
	at := strconv.FormatInt(start.Unix(), 10)
	status, _ := st.post(body, asForm, func(r *http.Request) { r.Header.Set("X-Slack-Signature", slackfake.Sign("", at, []byte(body))) })
	if status != 401 {
		t.Errorf("answered %d", status)
	}
}

func TestBodies(t *testing.T) {
	st := newStory(t)
	for _, c := range []struct {
		name, body, kind string
		want             int
		says             string
	}{
		{"challenge", `{"type":"url_verification","challenge":"c-1"}`, asJSONBody, 200, `{"challenge":"c-1"}`},
		{"ssl check", "ssl_check=1&token=x", asForm, 200, ""},
		{"nothing", "", asForm, 400, ""},
		{"prose", "hello", "text/plain", 400, ""},
		{"array", "[1,2]", asJSONBody, 400, ""},
		{"broken JSON", `{"type":"event_callback"`, asJSONBody, 400, ""},
		{"JSON of nobody's", `{"hello":"world"}`, asJSONBody, 400, ""},
		{"payload of nobody's", "payload=%7B%7D", asForm, 400, ""},
		{"payload that is none", "payload=hello", asForm, 400, ""},
		{"payload with bad escapes", "payload=%zz", asForm, 400, ""},
		{"two payloads", "payload=%7B%22type%22%3A%22view_closed%22%7D&payload=%7B%7D", asForm, 400, ""},
		{"unknown outer type", `{"type":"brand_new","event":{}}`, asJSONBody, 200, ""},
		{"unknown event", `{"type":"event_callback","team_id":"T1","event_id":"Ev9","event":{"type":"brand_new"}}`, asJSONBody, 200, ""},
		{"event of nothing", `{"type":"event_callback","team_id":"T1"}`, asJSONBody, 200, ""},
		{"unknown interaction", "payload=" + url.QueryEscape(`{"type":"brand_new","user":{"id":"U1"},"team":{"id":"T1"}}`), asForm, 200, ""},
		{"old attachment button", "payload=" + url.QueryEscape(`{"type":"interactive_message","actions":[{"name":"a","type":"button","value":"x"}],"team":{"id":"T1"},"user":{"id":"U1"}}`), asForm, 200, ""},
		{"closed window", "payload=" + url.QueryEscape(`{"type":"view_closed","user":{"id":"U1"},"team":{"id":"T1"},"view":{"id":"V1"}}`), asForm, 200, ""},
		{"suggestions", "payload=" + url.QueryEscape(`{"type":"block_suggestion","user":{"id":"U1"},"team":{"id":"T1"}}`), asForm, 200, `{"options":[]}`},
		{"too many events", `{"type":"app_rate_limited","team_id":"T1","minute_rate_limited":1518467820}`, asJSONBody, 200, ""},
	} {
		status, out := st.post(c.body, c.kind)
		if status != c.want || out != c.says {
			t.Errorf("%s: answered %d %q, want %d %q", c.name, status, out, c.want, c.says)
		}
	}
	if all := st.got(); len(all) != 0 {
		t.Errorf("the bot heard %+v", all)
	}
	has(t, "the log", st.log(), "brand_new", "too many of them")
}

func TestTheChallengeMustBeSigned(t *testing.T) {
	st := newStory(t)
	status, out := st.post(`{"type":"url_verification","challenge":"c-1"}`, asJSONBody, func(r *http.Request) { r.Header.Del("X-Slack-Signature") })
	if status != 401 || out != "" {
		t.Errorf("answered %d %q", status, out)
	}
}

func TestALargeBodyIsNotRead(t *testing.T) {
	st := newStory(t)
	if status, _ := st.post(strings.Repeat("x", maxBody+1), asForm); status != 413 {
		t.Errorf("answered %d", status)
	}
	if status, _ := st.post("payload="+strings.Repeat("x", maxBody-8), asForm); status != 400 { // as large as may be, and no Slack's
		t.Errorf("answered %d", status)
	}
	if status, _ := st.post(strings.Repeat("x", maxBody+1), asForm, func(r *http.Request) { r.ContentLength = -1 }); status != 413 {
		t.Errorf("in chunks: answered %d", status)
	}
}

func TestMethods(t *testing.T) {
	s := New(Options{Now: func() time.Time { return start }})
	for target, want := range map[string]int{"/": 405, "/?ssl_check=1": 200} {
		w := httptest.NewRecorder()
		s.Inbound().ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
		if w.Code != want {
			t.Errorf("GET %s: %d, want %d", target, w.Code, want)
		}
	}
}

func TestAKeyOfTheURLIsNoPayload(t *testing.T) {
	st := newStory(t)
	st.url += "?payload=" + url.QueryEscape(`{"type":"shortcut","user":{"id":"U1","team_id":"T1"},"team":{"id":"T1"},"trigger_id":"1.1.1"}`)
	if status, _ := st.post("hello=world", asForm); status != 400 || len(st.got()) != 0 {
		t.Errorf("answered %d, and the bot heard %+v", status, st.got())
	}
}

func TestTheSameDeliveryChangesNothingTwice(t *testing.T) {
	st := newStory(t)
	st.says(text("Reported."))
	st.Next(slackfake.Duplicate(3))
	st.Say("U1", st.DM("U1"), "checkout is down")
	if n := len(st.got()); n != 1 {
		t.Errorf("the bot kept %d events", n)
	}
	if all := st.Everything(st.DM("U1")); len(all) != 2 {
		t.Errorf("in the conversation: %+v", all)
	}
}

func TestALateEventHappenedWhenItHappened(t *testing.T) {
	st := newStory(t)
	st.HoldEvents()
	ts := st.Say("U1", "C1", "one").TS
	st.Say("U1", "C1", "two")
	st.wait(2 * time.Hour)
	st.ReleaseEvents(1, 0)
	all := st.got()
	if len(all) != 2 || all[0].Text != "two" || all[1].Text != "one" || !all[1].At.Equal(instantOf(ts)) {
		t.Errorf("the bot heard %+v", all)
	}
}

func TestEditsAndDeletionsFollow(t *testing.T) {
	st := newStory(t)
	top := st.Say("U1", "C1", "top").TS
	ts := st.SayInThread("U1", "C1", top, "helo").TS
	st.wait(time.Minute)
	st.EditMessage("U1", "C1", ts, "hello")
	st.DeleteMessage("U1", "C1", ts)
	all := st.got()
	if len(all) != 4 {
		t.Fatalf("the bot heard %d events", len(all))
	}
	said, edit, gone := all[1], all[2], all[3]
	if said.Message != "C1:"+ts || said.Thread != "C1:"+top {
		t.Errorf("said: %+v", said)
	}
	if edit.Kind != bot.Reworded || edit.Text != "hello" || edit.Message != said.Message || edit.Thread != said.Thread || edit.Person != "U1" || !edit.At.After(said.At) {
		t.Errorf("edited: %+v", edit)
	}
	if gone.Kind != bot.Retracted || gone.Message != said.Message || gone.Thread != said.Thread || gone.Key == edit.Key || edit.Key == said.Key {
		t.Errorf("deleted: %+v", gone)
	}
}

func TestFilesArePassedByLink(t *testing.T) {
	st := newStory(t)
	st.ShareFile("U1", "C1", "", "the log", slackfake.File{Name: "a.log", Permalink: "https://contoso.slack.com/files/a.log"})
	if e := st.only(); len(e.Files) != 1 || e.Files[0] != (bot.File{Name: "a.log", URL: "https://contoso.slack.com/files/a.log"}) || e.Text != "the log" {
		t.Errorf("the bot heard %+v", e)
	}
}

func TestPrograms(t *testing.T) {
	st := newStory(t)
	st.EchoMessage(st.card("C1"))
	if all := st.got(); len(all) != 0 {
		t.Errorf("the bot heard itself or its like: %+v", all)
	}
	has(t, "the outcomes", st.outcomes(), "place ignored")
}

func TestPlaces(t *testing.T) {
	st := newStory(t)
	st.AddUser(slackfake.User{ID: "U2", Name: "ben"})
	c := st.AddChannel(slackfake.Channel{ID: "C2", Name: "new", Members: []string{"U1"}})
	st.Join("UBOT", c.ID, "U1")
	st.Join("U2", c.ID, "U1") // somebody else's coming is nothing
	st.ChangeChannelID("C2", "C3")
	st.ArchiveChannel("U1", "C3")
	st.Uninstall("T1")
	all := st.got()
	var kinds []string
	for _, e := range all {
		kinds = append(kinds, string(e.Kind)+" "+e.Place+" "+e.Moved)
	}
	if got := strings.Join(kinds, ", "); got != "joined C2 , moved C2 C3, left C3 , left  , left  " {
		t.Errorf("the bot heard %s", got)
	}
	if all[0].Person != "U1" || all[0].Workspace != "T1" || all[3].Workspace != "T1" || all[3].Key == all[4].Key {
		t.Errorf("the bot heard %+v", all)
	}
}

func TestPeopleOfOtherWorkspacesComeThroughOurs(t *testing.T) {
	st := newStory(t)
	st.AddUser(slackfake.User{ID: "W9", Team: "T9", Name: "olga", Stranger: true})
	st.AddChannel(slackfake.Channel{ID: "C9", Name: "shared", SharedWith: []string{"T9"}, Members: []string{"W9", "UBOT"}})
	st.says(form("Report an incident", asks("text")))
	st.Mention("W9", "C9", "", "checkout is down")
	e := st.only()
	if e.Workspace != "T9" || e.Through != "T1" || e.Person != "W9" || e.Place != "C9" {
		t.Errorf("the bot heard %+v", e)
	}
	opener := st.alone("C9", "W9")
	st.Click("W9", *opener, "form")
	st.settle()
	st.Submit("W9", map[string]any{"text": "x"})
	for _, e := range st.got()[1:] {
		if e.Workspace != "T9" || e.Through != "T1" || e.Place != "C9" {
			t.Errorf("the bot heard %+v", e)
		}
	}
	st.ShareFile("W9", "C9", "", "the log", slackfake.File{Name: "b.log", Permalink: "https://t9.slack.com/files/b.log"})
	all := st.got()
	if e := all[len(all)-1]; len(e.Files) != 1 || e.Files[0].Name != "b.log" || e.Files[0].URL == "" {
		t.Errorf("the bot heard %+v", e)
	}
}

func TestAWorkspaceThatNobodyConnected(t *testing.T) {
	st := newStory(t)
	st.tables.mu.Lock()
	st.tables.all = map[string]Installation{}
	st.tables.mu.Unlock()
	st.Slash("U1", "C1", "/incident", "")
	has(t, "the line", st.alone("C1", "U1").Text, "I am not connected to this workspace", "还没有接入", "まだ接続されていません")
	st.Say("U1", "C1", "hello")
	if all := st.got(); len(all) != 0 {
		t.Errorf("the bot heard %+v", all)
	}
	if calls := st.Calls(); len(calls) != 0 {
		t.Errorf("calls without a token: %+v", calls)
	}
}

func TestTheProvidersInstallationServesWhoHasNone(t *testing.T) {
	st := newStory(t, func(o *Options) { o.Provider = "T1" })
	inst, err := st.app.installed(context.Background(), "T77")
	if err != nil || inst.Workspace != "T1" {
		t.Errorf("%+v, %v", inst, err)
	}
}

func TestInstallationsThatCannotBeRead(t *testing.T) {
	st := newStory(t)
	st.tables.mu.Lock()
	st.tables.err = errors.New("no database")
	st.tables.mu.Unlock()
	st.Slash("U1", "C1", "/incident", "")
	has(t, "the line", st.alone("C1", "U1").Text, "could not do that")
	st.Next(slackfake.AnyAnswer())
	if a := st.Say("U1", "C1", "hello"); a.Status != 500 {
		t.Errorf("answered %d", a.Status)
	}
}

func TestOrganisations(t *testing.T) {
	st := newStory(t)
	st.tables.mu.Lock()
	st.tables.all = map[string]Installation{"E1": {Enterprise: "E1", Token: "xoxb-canary-99", BotUser: "UBOT", BotID: "BBOT"}}
	st.tables.mu.Unlock()
	status, _ := st.post("payload="+url.QueryEscape(`{"type":"shortcut","team":null,"user":{"id":"W1","team_id":"T5"},"enterprise":{"id":"E1"},"is_enterprise_install":true,"trigger_id":"5.5.5","action_ts":"1772442000.5"}`), asForm)
	if e := st.only(); status != 200 || e.Workspace != "T5" || e.Person != "W1" || e.At.Unix() != 1772442000 {
		t.Errorf("answered %d, and the bot heard %+v", status, e)
	}
}

func TestMetricsNameNoSecret(t *testing.T) {
	st := newStory(t)
	st.says(text("Yes."))
	st.Slash("U1", "C1", "/incident", "list")
	st.Next(slackfake.WrongSignature())
	st.Slash("U1", "C1", "/incident", "list")
	if got := st.outcomes(); got != "command ok, http refused" {
		t.Errorf("seen: %s", got)
	}
}

func TestNoErrorNamesASecret(t *testing.T) {
	st := newStory(t)
	m := st.card("C1", bot.Button{Label: "Acknowledge", Action: "ack", Subject: "T I"})
	st.says(text("Acknowledged."))
	st.Inject("response_url", slackfake.ResetBefore())
	st.Inject("chat.postEphemeral", slackfake.ResetBefore())
	st.Inject("chat.postMessage", slackfake.ResetBefore())
	st.Inject("views.open", slackfake.ResetBefore())
	st.Click("U1", m, "ack")
	st.GlobalShortcut("U1", "report")
	st.settle()
	log := st.log()
	if !strings.Contains(log, "response URL") || !strings.Contains(log, "views.open") {
		t.Fatalf("the failures are not in the log: %s", log)
	}
	for _, d := range st.Deliveries() {
		for _, key := range []string{"trigger_id", "response_url"} {
			if secret, _ := d.Payload[key].(string); secret != "" && strings.Contains(log, secret) {
				t.Errorf("%s is in the log: %s", key, log)
			}
		}
	}
	for _, e := range st.got() {
		if body, _ := json.Marshal(e); bytes.Contains(body, []byte("/hooks/")) || strings.Contains(e.Key, ".") && !strings.HasPrefix(e.Key, "message:") {
			t.Errorf("a secret is in the event: %s", body)
		}
	}
}

func TestAResponseURLLeadsNowhereElse(t *testing.T) {
	elsewhere := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere = true }))
	defer server.Close()
	st := newStory(t)
	st.says(text("Acknowledged."))
	for _, at := range []string{server.URL + "/hooks/x", "https://hooks.slack.com.evil.example/x", "http://x@hooks.slack.com/", "gopher://hooks.slack.com/x", "::"} {
		if err := st.app.respond(context.Background(), at, line{}); err == nil || strings.Contains(err.Error(), "evil") {
			t.Errorf("%s: %v", at, err)
		}
	}
	redirect := httptest.NewServer(http.RedirectHandler(server.URL, http.StatusTemporaryRedirect))
	defer redirect.Close()
	st.app.hooks = redirect.URL
	if err := st.app.respond(context.Background(), redirect.URL+"/hooks/1", line{}); err == nil || elsewhere {
		t.Errorf("a redirect was followed: %v", err)
	}
	if real := New(Options{}); real.hooks != "https://hooks.slack.com" || real.apiURL != "https://slack.com/api/" {
		t.Errorf("in production: %s, %s", real.hooks, real.apiURL)
	}
}

func TestACloseWaitsForWhatIsBeingAnswered(t *testing.T) {
	st := newStory(t)
	release := make(chan struct{})
	st.does(func(context.Context, bot.Event) (bot.Reply, error) {
		<-release
		return text("Yes."), nil
	})
	st.app.limits.decide, st.app.limits.grace = time.Millisecond, time.Millisecond
	st.Slash("U1", "C1", "/incident", "list")
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
	defer cancel()
	if err := st.app.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a stop didn't wait: %v", err)
	}
	close(release)
	st.settle()
	if n := len(st.Ephemeral("C1", "U1")); n != 2 {
		t.Errorf("%d lines", n)
	}
}
