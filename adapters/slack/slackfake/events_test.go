package slackfake_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"example.com/firstcall/adapters/slack/slackfake"
)

func TestEventsParse(t *testing.T) {
	sc := newScene(t)
	sc.AddUser(slackfake.User{ID: "U2", Name: "ben"})
	check := func(name string, a slackfake.Answer, want string) {
		t.Helper()
		if !a.OK() {
			t.Errorf("%s: %+v", name, a)
			return
		}
		sc.mu.Lock()
		body := sc.bodies[len(sc.bodies)-1]
		sc.mu.Unlock()
		ev, err := slackevents.ParseEvent(json.RawMessage(body), slackevents.OptionNoVerifyToken())
		if err != nil {
			t.Errorf("%s: slack-go: %v in %s", name, err, body)
			return
		}
		if ev.InnerEvent.Type != want || ev.TeamID != "T1" {
			t.Errorf("%s: %s of %s, want %s", name, ev.InnerEvent.Type, ev.TeamID, want)
		}
	}
	said := sc.Say("U1", "C1", "hello")
	check("say", said, "message")
	check("reply", sc.SayInThread("U1", "C1", said.TS, "more"), "message")
	if inner := sc.last(t)["event"].(map[string]any); inner["thread_ts"] != said.TS || inner["parent_user_id"] != "U1" || inner["channel_type"] != "channel" {
		t.Errorf("a reply is %v", inner)
	}
	check("direct", sc.Say("U1", sc.DM("U1"), "hello"), "message")
	if inner := sc.last(t)["event"].(map[string]any); inner["channel_type"] != "im" {
		t.Errorf("a direct message is %v", inner)
	}
	check("edit", sc.EditMessage("U1", "C1", said.TS, "hello again"), "message")
	if inner := sc.last(t)["event"].(map[string]any); inner["subtype"] != "message_changed" || inner["message"].(map[string]any)["text"] != "hello again" || inner["previous_message"].(map[string]any)["text"] != "hello" {
		t.Errorf("an edit is %v", inner)
	}
	check("file", sc.ShareFile("U1", "C1", "", "look", slackfake.File{Name: "a.png", Mimetype: "image/png", Size: 3}), "message")
	m, _ := sc.Message("C1", said.TS)
	check("react", sc.React("U1", m, "eyes"), "reaction_added")
	check("delete", sc.DeleteMessage("U1", "C1", said.TS), "message")
	if _, there := sc.Message("C1", said.TS); there {
		t.Error("a deleted message is still there")
	}
	check("home", sc.OpenHome("U1", "home"), "app_home_opened")
	check("join", sc.Join("U2", "C1", "U1"), "member_joined_channel")
	check("leave", sc.Leave("U2", "C1"), "member_left_channel")
	check("rename", sc.RenameChannel("C1", "contoso-2"), "channel_rename")
	check("id", sc.ChangeChannelID("C1", "C2"), "channel_id_changed")
	check("archive", sc.ArchiveChannel("U1", "C2"), "channel_archive")
	check("unarchive", sc.UnarchiveChannel("U1", "C2"), "channel_unarchive")
	before := len(sc.Deliveries())
	if a := sc.Mention("U1", "C2", "", "help"); !a.OK() || len(sc.Deliveries()) != before+2 {
		t.Errorf("a mention: %+v, %d deliveries", a, len(sc.Deliveries())-before)
	}
	quiet := sc.AddChannel(slackfake.Channel{Name: "quiet", Members: []string{"U1"}})
	if a := sc.Say("U1", quiet.ID, "psst"); a.NotSent == "" {
		t.Error("the app heard a channel that it is not in")
	}
}

func TestSignaturesAndOrder(t *testing.T) {
	sc := newScene(t)
	for name, mod := range map[string]slackfake.Mod{
		"wrong": slackfake.WrongSignature(), "none": slackfake.NoSignature(), "changed": slackfake.ChangedBody(),
	} {
		sc.Next(mod)
		if a := sc.Say("U1", "C1", "hello"); a.Status != http.StatusUnauthorized {
			t.Errorf("%s signature: %d", name, a.Status)
		}
	}
	for by, mod := range map[time.Duration]slackfake.Mod{-time.Hour: slackfake.OldSignature(time.Hour), time.Hour: slackfake.FutureSignature(time.Hour)} {
		sc.Next(mod)
		sc.Say("U1", "C1", "hello")
		if got := sc.header.Get("X-Slack-Request-Timestamp"); got != strconv.FormatInt(sc.now.Add(by).Unix(), 10) {
			t.Errorf("a signature %v away says %s", by, got)
		}
	}
	if got := slackfake.Sign("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", []byte("x")); len(got) != 67 || got[:3] != "v0=" {
		t.Errorf("a signature is %q", got)
	}
	sc.HoldEvents()
	sc.Say("U1", "C1", "one")
	sc.Say("U1", "C1", "two")
	sc.now = sc.now.Add(2 * time.Hour)
	sc.ReleaseEvents(1, 0)
	first := sc.last(t)
	if first["event"].(map[string]any)["text"] != "one" || first["event_time"].(float64) != float64(sc.now.Add(-2*time.Hour).Unix()) {
		t.Errorf("the last event is %v", first)
	}
	before := len(sc.bodies)
	sc.Next(slackfake.DuplicateAtOnce(3), slackfake.Retry(1, "http_timeout"))
	sc.Say("U1", "C1", "three")
	if sc.header.Get("X-Slack-Retry-Num") != "1" || sc.header.Get("X-Slack-Retry-Reason") != "http_timeout" {
		t.Errorf("a retry says %v", sc.header)
	}
	if len(sc.bodies) != before+3 || sc.bodies[before] != sc.bodies[before+2] {
		t.Errorf("%d copies", len(sc.bodies)-before)
	}
	if a := sc.VerifyURL("abc"); !a.OK() {
		t.Errorf("url_verification: %+v", a)
	}
}

func TestAnAppThatFailsFailsTheTest(t *testing.T) {
	sc := newScene(t, impatient)
	sc.say(func(w http.ResponseWriter, _ url.Values, _ string) { w.WriteHeader(http.StatusInternalServerError) })
	sc.Say("U1", "C1", "hello")
	sc.wantError(t, "did not take a delivery (events_api): status 500")
	release := make(chan struct{})
	sc.say(func(http.ResponseWriter, url.Values, string) { <-release })
	sc.Say("U1", "C1", "hello")
	close(release)
	sc.wantError(t, "deadline exceeded")
	sc.say(func(w http.ResponseWriter, _ url.Values, _ string) { _, _ = w.Write([]byte("thanks")) })
	sc.GlobalShortcut("U1", "report")
	sc.wantError(t, "ignores the body")
}

func TestOnlySubscribedEventsCome(t *testing.T) {
	w := &watch{T: t}
	s := slackfake.New(w, time.Now, slackfake.Config{Events: []string{"app_mention"}})
	ana := s.AddUser(slackfake.User{Name: "ana"})
	c := s.AddChannel(slackfake.Channel{Name: "x", Members: []string{ana.ID, s.Home.BotUser}})
	if a := s.Say(ana.ID, c.ID, "hello"); !strings.Contains(a.NotSent, "message.channels") {
		t.Errorf("a message without subscription: %+v", a)
	}
	s.HoldEvents()
	s.Mention(ana.ID, c.ID, "", "hello")
	if n := s.HeldEvents(); n != 1 {
		t.Errorf("%d events, want the mention", n)
	}
}

func TestASharedChannelShowsFilesByIdOnly(t *testing.T) {
	sc := newScene(t)
	sc.AddUser(slackfake.User{ID: "U9", Team: "T9"})
	sc.AddChannel(slackfake.Channel{ID: "CS", Name: "shared", SharedWith: []string{"T9"}, Members: []string{"U9", sc.Home.BotUser}})
	sc.ShareFile("U9", "CS", "", "the log", slackfake.File{ID: "F7", Name: "error.log"})
	event := sc.last(t)["event"].(map[string]any)
	file := event["files"].([]any)[0].(map[string]any)
	if file["file_access"] != "check_file_info" || file["name"] != nil || event["user_team"] != "T9" || sc.last(t)["is_ext_shared_channel"] != true {
		t.Errorf("the event is %v", event)
	}
	f, _, _, err := sc.api.GetFileInfo("F7", 0, 0)
	if err != nil || f.Name != "error.log" || f.Permalink == "" {
		t.Errorf("files.info: %+v, %v", f, err)
	}
}

func TestTheAppHearsItself(t *testing.T) {
	sc := newScene(t)
	_, ts, _ := sc.api.PostMessage("C1", slack.MsgOptionText("a card", false))
	m, _ := sc.Message("C1", ts)
	if a := sc.EchoMessage(m); !a.OK() {
		t.Errorf("echo: %+v", a)
	}
	if event := sc.last(t)["event"].(map[string]any); event["bot_id"] != sc.Home.BotID || event["user"] != sc.Home.BotUser || event["app_id"] != sc.AppID() {
		t.Errorf("the echo is %v", event)
	}
}
