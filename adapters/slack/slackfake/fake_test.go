package slackfake_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"example.com/firstcall/adapters/slack/slackfake"
)

// watch is a test that only remembers what went wrong.
type watch struct {
	*testing.T
	mu     sync.Mutex
	errors []string
}

func (w *watch) Errorf(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.errors = append(w.errors, fmt.Sprintf(format, args...))
}

func (w *watch) Fatalf(format string, args ...any) { w.Errorf(format, args...) }

// took gives what went wrong since the last call.
func (w *watch) took() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.errors
	w.errors = nil
	return out
}

// scene is a workspace with a person, an app and a channel.
type scene struct {
	*slackfake.Slack
	watch   *watch
	now     time.Time
	api     *slack.Client
	ana     *slackfake.User
	channel *slackfake.Channel

	mu     sync.Mutex
	bodies []string
	header http.Header // of the newest delivery
	// answer is what the app answers to everything.
	answer func(w http.ResponseWriter, form url.Values, body string)
}

func newScene(t *testing.T, change ...func(*slackfake.Config)) *scene {
	t.Helper()
	sc := &scene{watch: &watch{T: t}, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	config := slackfake.Config{
		Home:      slackfake.Workspace{ID: "T1", Name: "Contoso", Scopes: []string{"chat:write", "commands"}},
		AckWithin: 10 * time.Second, Ping: 50 * time.Millisecond,
	}
	for _, edit := range change {
		edit(&config)
	}
	sc.Slack = slackfake.New(sc.watch, func() time.Time { return sc.now }, config)
	sc.ana = sc.AddUser(slackfake.User{ID: "U1", Name: "ana", RealName: "Ana Ito", Email: "ana@contoso.example", TZ: "Asia/Tokyo", Locale: "ja-JP"})
	sc.channel = sc.AddChannel(slackfake.Channel{ID: "C1", Name: "contoso", Members: []string{"U1", sc.Home.BotUser}})
	sc.api = slack.New(sc.Home.Token, slack.OptionAPIURL(sc.APIURL()))
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		sc.mu.Lock()
		sc.header = r.Header.Clone()
		sc.mu.Unlock()
		if slackfake.Sign(sc.SigningSecret(), r.Header.Get("X-Slack-Request-Timestamp"), b) != r.Header.Get("X-Slack-Signature") {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		form, _ := url.ParseQuery(string(b))
		body := string(b)
		if form.Has("payload") {
			body = form.Get("payload")
		}
		sc.mu.Lock()
		sc.bodies = append(sc.bodies, body)
		answer := sc.answer
		sc.mu.Unlock()
		if answer != nil {
			answer(w, form, body)
		}
	}))
	t.Cleanup(app.Close)
	sc.DeliverTo(app.URL)
	t.Cleanup(func() {
		for _, e := range sc.watch.took() {
			t.Error(e)
		}
	})
	return sc
}

// impatient gives the app a fifth of a second.
func impatient(c *slackfake.Config) { c.AckWithin = 200 * time.Millisecond }

// say changes what the app answers, while it may still be answering.
func (sc *scene) say(answer func(w http.ResponseWriter, form url.Values, body string)) {
	sc.mu.Lock()
	defer sc.mu.Unlock()
	sc.answer = answer
}

// last is the newest body that the app got, as JSON.
func (sc *scene) last(t *testing.T) map[string]any {
	t.Helper()
	sc.mu.Lock()
	defer sc.mu.Unlock()
	if len(sc.bodies) == 0 {
		t.Fatal("the app got nothing")
	}
	var out map[string]any
	if err := json.Unmarshal([]byte(sc.bodies[len(sc.bodies)-1]), &out); err != nil {
		t.Fatalf("not JSON: %v", err)
	}
	return out
}

func (sc *scene) wantError(t *testing.T, part string) {
	t.Helper()
	all := strings.Join(sc.watch.took(), "\n")
	if !strings.Contains(all, part) {
		t.Errorf("the fake complained %q, want something about %q", all, part)
	}
}

func button(id, label string) *slack.ButtonBlockElement {
	return slack.NewButtonBlockElement(id, "v-"+id, slack.NewTextBlockObject("plain_text", label, false, false))
}

func section(text string) *slack.SectionBlock {
	return slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", text, false, false), nil, nil)
}

func TestMessagesAreKeptAsPeopleSeeThem(t *testing.T) {
	sc := newScene(t)
	channel, ts, err := sc.api.PostMessage("C1", slack.MsgOptionText("INC-1 is open", false),
		slack.MsgOptionBlocks(section("*INC-1* is open"), slack.NewActionBlock("b", button("ack", "Acknowledge"))),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "card", EventPayload: map[string]any{"key": "k1"}}),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
	if err != nil || channel != "C1" {
		t.Fatalf("PostMessage: %v in %s", err, channel)
	}
	if _, _, err := sc.api.PostMessage("C1", slack.MsgOptionText("first reply", false), slack.MsgOptionTS(ts)); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := sc.api.UpdateMessage("C1", ts, slack.MsgOptionText("INC-1 is closed", false)); err != nil {
		t.Fatal(err)
	}
	if _, err := sc.api.PostEphemeral("C1", "U1", slack.MsgOptionText("only you", false)); err != nil {
		t.Fatal(err)
	}
	top := sc.Messages("C1")
	if len(top) != 1 || top[0].Text != "INC-1 is closed" || !top[0].Edited || len(top[0].Blocks) != 0 {
		t.Errorf("the channel shows %+v", top)
	}
	if top[0].UnfurlLinks == nil || *top[0].UnfurlLinks || top[0].Metadata["event_type"] != "card" {
		t.Errorf("unfurl %v metadata %v", top[0].UnfurlLinks, top[0].Metadata)
	}
	if thread := sc.Thread("C1", ts); len(thread) != 1 || thread[0].Text != "first reply" {
		t.Errorf("the thread shows %+v", thread)
	}
	if own := sc.Ephemeral("C1", "U1"); len(own) != 1 || own[0].Text != "only you" {
		t.Errorf("ana alone sees %+v", own)
	}
	if got := sc.Calls("chat.update"); len(got) != 1 || got[0].Arg("ts") != ts || !got[0].Committed {
		t.Errorf("calls %+v", got)
	}
	link, err := sc.api.GetPermalink(&slack.PermalinkParameters{Channel: "C1", Ts: ts})
	if err != nil || !strings.HasPrefix(link, "https://contoso.slack.com/archives/C1/p") {
		t.Errorf("permalink %q, %v", link, err)
	}
	if _, _, err := sc.api.DeleteMessage("C1", ts); err != nil || len(sc.Messages("C1")) != 0 {
		t.Errorf("after a deletion: %v, %v", err, sc.Messages("C1"))
	}
}

func TestTimestampsNeverRepeat(t *testing.T) {
	sc := newScene(t)
	before := ""
	for range 5 { // the clock stands still
		_, ts, err := sc.api.PostMessage("C1", slack.MsgOptionText("x", false))
		if err != nil || ts <= before || len(strings.Split(ts, ".")[1]) != 6 {
			t.Errorf("ts %q after %q: %v", ts, before, err)
		}
		before = ts
	}
}

func TestStateRulesOfChannels(t *testing.T) {
	sc := newScene(t)
	sc.AddChannel(slackfake.Channel{ID: "CA", Name: "old", Archived: true, Members: []string{sc.Home.BotUser}})
	sc.AddChannel(slackfake.Channel{ID: "CN", Name: "not-ours"})
	sc.AddChannel(slackfake.Channel{ID: "CP", Name: "secret", Private: true})
	for channel, want := range map[string]string{"CA": "is_archived", "CN": "not_in_channel", "CP": "channel_not_found", "CX": "channel_not_found"} {
		if _, _, err := sc.api.PostMessage(channel, slack.MsgOptionText("x", false)); err == nil || err.Error() != want {
			t.Errorf("posting in %s: %v, want %s", channel, err, want)
		}
	}
	if _, _, _, err := sc.api.JoinConversation("CN"); err != nil {
		t.Error(err)
	}
	made, err := sc.api.CreateConversation(slack.CreateConversationParams{ChannelName: "inc-42"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sc.api.CreateConversation(slack.CreateConversationParams{ChannelName: "inc-42"}); err == nil || err.Error() != "name_taken" {
		t.Errorf("a taken name: %v", err)
	}
	for name, want := range map[string]string{"": "invalid_name_required", "INC 42": "invalid_name_specials", "---": "invalid_name_punctuation", strings.Repeat("a", 81): "invalid_name_maxlength"} {
		if _, err := sc.api.CreateConversation(slack.CreateConversationParams{ChannelName: name}); err == nil || err.Error() != want {
			t.Errorf("name %q: %v, want %s", name, err, want)
		}
		sc.wantError(t, want)
	}
	if _, err := sc.api.InviteUsersToConversation(made.ID, "U1"); err != nil {
		t.Error(err)
	}
	if _, err := sc.api.InviteUsersToConversation(made.ID, "U1"); err == nil || !strings.Contains(err.Error(), "already_in_channel") {
		t.Errorf("inviting twice: %v", err)
	}
	if _, err := sc.api.SetTopicOfConversation(made.ID, "Checkout is down"); err != nil || sc.Topic(made.ID) != "Checkout is down" {
		t.Errorf("topic %q, %v", sc.Topic(made.ID), err)
	}
	_, ts, _ := sc.api.PostMessage(made.ID, slack.MsgOptionText("pin me", false))
	if err := sc.api.AddPin(made.ID, slack.NewRefToMessage(made.ID, ts)); err != nil || len(sc.Pins(made.ID)) != 1 {
		t.Errorf("pins %v, %v", sc.Pins(made.ID), err)
	}
	if err := sc.api.AddPin(made.ID, slack.NewRefToMessage(made.ID, ts)); err == nil || err.Error() != "already_pinned" {
		t.Errorf("pinning twice: %v", err)
	}
	if _, err := sc.api.AddBookmark(made.ID, slack.AddBookmarkParameters{Title: "Runbook", Type: "link", Link: "https://example.com/"}); err != nil {
		t.Error(err)
	}
	if err := sc.api.ArchiveConversation(made.ID); err != nil || !sc.Conversation(made.ID).Archived {
		t.Errorf("archiving: %v", err)
	}
	if _, err := sc.api.SetTopicOfConversation(made.ID, "late"); err == nil || err.Error() != "is_archived" {
		t.Errorf("a topic after archiving: %v", err)
	}
}

func TestPeopleOutsideShowLess(t *testing.T) {
	sc := newScene(t)
	sc.AddUser(slackfake.User{ID: "W9", Team: "T9", RealName: "Otto", Email: "otto@partner.example", Locale: "de-DE"})
	sc.AddUser(slackfake.User{ID: "U8", Team: "T9", RealName: "Stranger", Email: "s@partner.example", Stranger: true})
	sc.AddChannel(slackfake.Channel{ID: "CS", Name: "shared", SharedWith: []string{"T9"}, Members: []string{"U1", "W9", "U8", sc.Home.BotUser}})
	ana, err := sc.api.GetUserInfo("U1")
	if err != nil || ana.Profile.Email != "ana@contoso.example" || ana.TZ != "Asia/Tokyo" || ana.Locale != "ja-JP" {
		t.Errorf("ana is %+v, %v", ana, err)
	}
	otto, err := sc.api.GetUserInfo("W9")
	if err != nil || otto.TeamID != "T9" || otto.Locale != "" {
		t.Errorf("otto is %+v, %v", otto, err)
	}
	other, err := sc.api.GetUserInfo("U8")
	if err != nil || !other.IsStranger || other.Profile.Email != "" {
		t.Errorf("the stranger is %+v, %v", other, err)
	}
	if u, err := sc.api.GetUserByEmail("ANA@contoso.example"); err != nil || u.ID != "U1" {
		t.Errorf("by e-mail: %v", err)
	}
	if _, err := sc.api.GetUserByEmail("otto@partner.example"); err == nil || err.Error() != "users_not_found" {
		t.Errorf("an outsider by e-mail: %v", err)
	}
	if a := sc.Slash("W9", "CS", "/incident", ""); a.NotSent == "" {
		t.Error("an outside member could run a command")
	}
	if a := sc.GlobalShortcut("W9", "report"); a.NotSent == "" {
		t.Error("an outside member could run a shortcut")
	}
	_, ts, err := sc.api.PostMessage("CS", slack.MsgOptionText("x", false), slack.MsgOptionBlocks(slack.NewActionBlock("b", button("go", "Report an incident"))))
	if err != nil {
		t.Fatal(err)
	}
	m, _ := sc.Message("CS", ts)
	if a := sc.Click("W9", m, "Report an incident"); !a.OK() {
		t.Errorf("an outside member's click: %+v", a)
	}
	if user := sc.last(t)["user"].(map[string]any); user["team_id"] != "T9" {
		t.Errorf("the click is by %v", user)
	}
}

func TestStrictness(t *testing.T) {
	sc := newScene(t)
	resp, err := http.PostForm(sc.APIURL()+"reminders.add", url.Values{"token": {sc.Home.Token}})
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	sc.wantError(t, "unknown_method")
	if _, err := slack.New("xoxb-other", slack.OptionAPIURL(sc.APIURL())).AuthTest(); err == nil || err.Error() != "invalid_auth" {
		t.Errorf("a wrong token: %v", err)
	}
	sc.wantError(t, "invalid_auth")
	if _, _, err := sc.api.PostMessage("C1", slack.MsgOptionBlocks(section(strings.Repeat("x", 3001)))); err == nil || !strings.Contains(err.Error(), "invalid_blocks") {
		t.Errorf("a long section: %v", err)
	}
	sc.wantError(t, "must be less than 3001 characters [json-pointer:/blocks/0/text/text]")
	if _, _, err := sc.api.PostMessage("C1", slack.MsgOptionText("<!channel> help", false)); err != nil {
		t.Error(err)
	}
	sc.wantError(t, "pings everybody")
	sc.Allow("chat.postMessage", "no_text")
	if _, _, err := sc.api.PostMessage("C1"); err == nil || err.Error() != "no_text" {
		t.Errorf("an empty message: %v", err)
	}
	if extra := sc.watch.took(); extra != nil {
		t.Errorf("an announced refusal failed the test: %v", extra)
	}
}

func TestInstallAndRevoke(t *testing.T) {
	sc := newScene(t)
	other := sc.AddWorkspace(slackfake.Workspace{ID: "T2", Name: "Fabrikam", NotInstalled: true})
	sc.AddUser(slackfake.User{ID: "U2", Team: "T2"})
	code := sc.Authorize("U2", "T2")
	resp, err := slack.GetOAuthV2Response(http.DefaultClient, sc.ClientID(), sc.ClientSecret(), code, "", slack.OAuthOptionAPIURL(sc.APIURL()))
	if err != nil || resp.Team.ID != "T2" || resp.AccessToken == "" || resp.AuthedUser.ID != "U2" || resp.BotUserID != other.BotUser {
		t.Fatalf("oauth: %+v, %v", resp, err)
	}
	if _, err := slack.GetOAuthV2Response(http.DefaultClient, sc.ClientID(), sc.ClientSecret(), code, "", slack.OAuthOptionAPIURL(sc.APIURL())); err == nil || err.Error() != "invalid_code" {
		t.Errorf("a code used twice: %v", err)
	}
	there := slack.New(resp.AccessToken, slack.OptionAPIURL(sc.APIURL()))
	if who, err := there.AuthTest(); err != nil || who.TeamID != "T2" {
		t.Errorf("auth.test: %+v, %v", who, err)
	}
	for _, a := range sc.Uninstall("T2") {
		if !a.OK() {
			t.Errorf("an uninstall event: %+v", a)
		}
	}
	if kind := sc.last(t)["event"].(map[string]any)["type"]; kind != "app_uninstalled" {
		t.Errorf("the last event is %v", kind)
	}
	if _, err := there.AuthTest(); err == nil || err.Error() != "token_revoked" {
		t.Errorf("after uninstalling: %v", err)
	}
}
