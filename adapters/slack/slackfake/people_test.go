package slackfake_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"example.com/firstcall/adapters/slack/slackfake"
)

func sayJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// modal is a form with a select that tells, and a text that does not.
func modal(title string) slack.ModalViewRequest {
	plain := func(s string) *slack.TextBlockObject { return slack.NewTextBlockObject("plain_text", s, false, false) }
	severity := slack.NewOptionsSelectBlockElement("static_select", plain("Choose"), "severity",
		slack.NewOptionBlockObject("A", plain("Severity A"), nil), slack.NewOptionBlockObject("B", plain("Severity B"), nil))
	choice := slack.NewInputBlock("sev", plain("Severity"), nil, severity)
	choice.DispatchAction = true
	text := slack.NewPlainTextInputBlockElement(nil, "text")
	text.MaxLength = 20
	return slack.ModalViewRequest{
		Type: "modal", Title: plain(title), Submit: plain("Send"), Close: plain("Cancel"), CallbackID: "report", NotifyOnClose: true, PrivateMetadata: "draft-1",
		Blocks: slack.Blocks{BlockSet: []slack.Block{choice, slack.NewInputBlock("what", plain("What happened"), nil, text)}},
	}
}

func (sc *scene) openModal(t *testing.T) {
	t.Helper()
	sc.answer = func(_ http.ResponseWriter, form url.Values, _ string) {
		if _, err := sc.api.OpenView(form.Get("trigger_id"), modal("Report")); err != nil {
			t.Errorf("OpenView: %v", err)
		}
	}
	if a := sc.Slash("U1", "C1", "/incident", ""); !a.OK() {
		t.Fatalf("slash: %+v", a)
	}
	sc.answer = nil
}

func TestACommandIsAnswered(t *testing.T) {
	sc := newScene(t)
	var form url.Values
	sc.answer = func(w http.ResponseWriter, f url.Values, _ string) {
		form = f
		sayJSON(w, map[string]any{"text": "hello"})
	}
	sc.Slash("U1", "C1", "/incident", "why INC-1")
	for key, want := range map[string]string{
		"command": "/incident", "text": "why INC-1", "user_id": "U1", "channel_id": "C1", "team_id": "T1",
		"channel_name": "contoso", "is_enterprise_install": "false", "api_app_id": sc.AppID(),
	} {
		if form.Get(key) != want {
			t.Errorf("%s is %q, want %q", key, form.Get(key), want)
		}
	}
	sc.answer = func(w http.ResponseWriter, _ url.Values, _ string) {
		sayJSON(w, map[string]any{"text": "for all", "response_type": "in_channel"})
	}
	sc.Slash("U1", "C1", "/incident", "")
	if own := sc.Ephemeral("C1", "U1"); len(own) != 1 || own[0].Text != "hello" {
		t.Errorf("ana sees %+v", own)
	}
	if all := sc.Messages("C1"); len(all) != 1 || all[0].Text != "for all" || all[0].User != sc.Home.BotUser {
		t.Errorf("all see %+v", all)
	}
	sc.answer = func(w http.ResponseWriter, _ url.Values, _ string) { w.WriteHeader(http.StatusServiceUnavailable) }
	sc.Next(slackfake.AnyAnswer())
	sc.Slash("U1", "C1", "/incident", "")
	if got := sc.Warnings("U1"); len(got) != 1 || !strings.Contains(got[0], "/incident failed") {
		t.Errorf("a failed command shows %v", got)
	}
}

func TestAFormFromOpeningToSending(t *testing.T) {
	sc := newScene(t)
	sc.openModal(t)
	v := sc.Modal("U1")
	if v == nil || v.Title != "Report" || v.SubmitLabel != "Send" || v.PrivateMetadata != "draft-1" {
		t.Fatalf("ana sees %+v", v)
	}
	before := len(sc.Deliveries())
	sc.Choose("U1", "What happened", "checkout")
	if len(sc.Deliveries()) != before {
		t.Error("a field without dispatch_action told the app")
	}

	sc.answer = func(_ http.ResponseWriter, _ url.Values, body string) {
		var got slack.InteractionCallback
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Errorf("slack-go: %v", err)
		}
		if got.Type != slack.InteractionTypeBlockActions || got.ActionCallback.BlockActions[0].SelectedOption.Value != "A" {
			t.Errorf("the app heard %s %+v", got.Type, got.ActionCallback.BlockActions)
		}
		if got.View.State.Values["what"]["text"].Value != "checkout" {
			t.Errorf("the state is %+v", got.View.State.Values)
		}
		if _, err := sc.api.UpdateView(modal("Report A"), "", got.View.Hash, got.View.ID); err != nil {
			t.Errorf("UpdateView: %v", err)
		}
		if _, err := sc.api.UpdateView(modal("late"), "", got.View.Hash, got.View.ID); err == nil || err.Error() != "hash_conflict" {
			t.Errorf("an old hash: %v", err)
		}
	}
	sc.Choose("U1", "sev", "Severity A")
	if v = sc.Modal("U1"); v.Title != "Report A" || v.Value("what") != "checkout" || v.Value("sev") != "A" {
		t.Errorf("after the update: %s, %q, %q", v.Title, v.Value("what"), v.Value("sev"))
	}

	sc.answer = func(w http.ResponseWriter, _ url.Values, _ string) {
		sayJSON(w, map[string]any{"response_action": "errors", "errors": map[string]string{"what": "Say more."}})
	}
	sc.Submit("U1", map[string]any{"what": "down"})
	if v = sc.Modal("U1"); v.Errors["what"] != "Say more." {
		t.Errorf("under the field: %v", v.Errors)
	}
	if a := sc.Submit("U1", map[string]any{"what": ""}); a.NotSent == "" || sc.Modal("U1").Errors["what"] == "" {
		t.Errorf("an empty required field was sent: %+v", a)
	}
	if a := sc.Submit("U1", map[string]any{"what": strings.Repeat("x", 21)}); a.NotSent == "" {
		t.Errorf("a text over max_length was sent: %+v", a)
	}
	sc.answer = func(w http.ResponseWriter, _ url.Values, _ string) {
		sayJSON(w, slack.NewPushViewSubmissionResponse(ptr(modal("Second"))))
	}
	sc.Submit("U1", map[string]any{"what": "down"})
	if stack := sc.ModalStack("U1"); len(stack) != 2 || stack[1].Title != "Second" {
		t.Errorf("after a push: %d views", len(stack))
	}
	sc.answer = nil
	sc.Submit("U1", map[string]any{"what": "down", "sev": "B"})
	if v = sc.Modal("U1"); v == nil || v.Title != "Report A" {
		t.Errorf("an empty answer closes one view; ana sees %+v", v)
	}
	if got := sc.last(t)["view"].(map[string]any); got["previous_view_id"] == nil || got["root_view_id"] == got["id"] {
		t.Errorf("the second view is %v over %v", got["id"], got["previous_view_id"])
	}
	if a := sc.Close("U1"); !a.OK() || sc.last(t)["type"] != "view_closed" || sc.Modal("U1") != nil {
		t.Errorf("closing: %+v", a)
	}
}

func ptr[T any](v T) *T { return &v }

func TestErrorsMustNameInputBlocks(t *testing.T) {
	sc := newScene(t)
	sc.openModal(t)
	sc.answer = func(w http.ResponseWriter, _ url.Values, _ string) {
		sayJSON(w, map[string]any{"response_action": "errors", "errors": map[string]string{"nosuch": "x"}})
	}
	sc.Submit("U1", map[string]any{"what": "down", "sev": "A"})
	sc.wantError(t, `"nosuch" is not the block_id of an input block`)
}

func TestATriggerIsGoodOnceForThreeSeconds(t *testing.T) {
	for after, want := range map[time.Duration]string{3 * time.Second: "", 3*time.Second + time.Millisecond: "expired_trigger_id"} {
		sc := newScene(t)
		var trigger string
		sc.answer = func(_ http.ResponseWriter, f url.Values, _ string) { trigger = f.Get("trigger_id") }
		sc.Slash("U1", "C1", "/incident", "")
		sc.now = sc.now.Add(after)
		_, err := sc.api.OpenView(trigger, modal("Report"))
		if want == "" && err != nil || want != "" && (err == nil || err.Error() != want) {
			t.Errorf("after %v: %v, want %q", after, err, want)
		}
		if want == "" {
			if _, err = sc.api.OpenView(trigger, modal("Report")); err == nil || err.Error() != "exchanged_trigger_id" {
				t.Errorf("a second use: %v", err)
			}
		}
	}
}

func TestThreeViewsAreTheMost(t *testing.T) {
	sc := newScene(t)
	sc.openModal(t)
	sc.answer = func(_ http.ResponseWriter, _ url.Values, body string) {
		var got slack.InteractionCallback
		_ = json.Unmarshal([]byte(body), &got)
		_, err := sc.api.PushView(got.TriggerID, modal("More"))
		if n := len(sc.ModalStack("U1")); err != nil && (err.Error() != "push_limit_reached" || n != 3) {
			t.Errorf("push: %v with %d views", err, n)
		}
	}
	sc.Allow("views.push", "push_limit_reached")
	for range 3 {
		sc.Choose("U1", "sev", "A")
	}
	if n := len(sc.ModalStack("U1")); n != 3 {
		t.Errorf("%d views are open", n)
	}
	sc.answer = nil
	if a := sc.CloseAll("U1"); !a.OK() || sc.last(t)["is_cleared"] != true || sc.Modal("U1") != nil {
		t.Errorf("the ×: %+v", a)
	}
}

func TestResponseURLs(t *testing.T) {
	sc := newScene(t)
	var hook string
	sc.answer = func(_ http.ResponseWriter, f url.Values, _ string) { hook = f.Get("response_url") }
	sc.Slash("U1", "C1", "/incident", "")
	post := func(m slack.WebhookMessage) error { return slack.PostWebhook(hook, &m) }
	for range 5 {
		if err := post(slack.WebhookMessage{Text: "hi"}); err != nil {
			t.Error(err)
		}
	}
	if err := post(slack.WebhookMessage{Text: "hi"}); err == nil {
		t.Error("a sixth use was taken")
	}
	if n := len(sc.Ephemeral("C1", "U1")); n != 5 {
		t.Errorf("%d messages", n)
	}
	sc.Slash("U1", "C1", "/incident", "")
	sc.now = sc.now.Add(30*time.Minute + time.Second)
	if err := post(slack.WebhookMessage{Text: "hi"}); err == nil {
		t.Error("a use after thirty minutes was taken")
	}

	sc.answer = nil
	_, ts, _ := sc.api.PostMessage("C1", slack.MsgOptionText("card", false), slack.MsgOptionBlocks(slack.NewActionBlock("b", button("ack", "Acknowledge"))))
	m, _ := sc.Message("C1", ts)
	sc.Click("U1", m, "Acknowledge")
	hook = sc.last(t)["response_url"].(string)
	if err := post(slack.WebhookMessage{Text: "changed", ReplaceOriginal: true}); err != nil {
		t.Error(err)
	}
	if m, _ = sc.Message("C1", ts); m.Text != "changed" || !m.Edited {
		t.Errorf("replaced: %+v", m)
	}
	if err := post(slack.WebhookMessage{DeleteOriginal: true}); err != nil || len(sc.Messages("C1")) != 0 {
		t.Errorf("deleted: %v, %v", err, sc.Messages("C1"))
	}
}

func TestShortcutsAndHomes(t *testing.T) {
	sc := newScene(t)
	said := sc.Say("U1", "C1", "checkout is down")
	m, _ := sc.Message("C1", said.TS)
	if a := sc.MessageShortcut("U1", m, "from_message"); !a.OK() {
		t.Errorf("message shortcut: %+v", a)
	}
	got := sc.last(t)
	if got["type"] != "message_action" || got["callback_id"] != "from_message" || got["message"].(map[string]any)["text"] != "checkout is down" || got["message_ts"] != said.TS {
		t.Errorf("the message shortcut is %v", got)
	}
	sc.GlobalShortcut("U1", "report")
	if got = sc.last(t); got["type"] != "shortcut" || got["response_url"] != nil || got["trigger_id"] == "" {
		t.Errorf("the global shortcut is %v", got)
	}
	if _, err := sc.api.PublishView("U1", slack.HomeTabViewRequest{Type: "home", Blocks: slack.Blocks{BlockSet: []slack.Block{
		section("Your incidents"), slack.NewActionBlock("h", button("new", "Report an incident")),
	}}}, ""); err != nil {
		t.Fatal(err)
	}
	if home := sc.AppHome("T1", "U1"); home == nil || !strings.Contains(home.Reads(), "Your incidents\n[Report an incident]") {
		t.Errorf("ana's home: %+v", home)
	}
	if a := sc.ClickInHome("T1", "U1", "Report an incident"); !a.OK() || sc.last(t)["container"].(map[string]any)["type"] != "view" {
		t.Errorf("a click at home: %+v", a)
	}
}

func TestUnescapedWordsOfAPersonAreFound(t *testing.T) {
	sc := newScene(t)
	sc.openModal(t)
	sc.Choose("U1", "what", "<http://evil|ok>")
	if _, _, err := sc.api.PostMessage("C1", slack.MsgOptionText("New: &lt;http://evil|ok&gt;", false)); err != nil {
		t.Error(err)
	}
	if got := sc.watch.took(); got != nil {
		t.Errorf("escaped words failed the test: %v", got)
	}
	_, _, _ = sc.api.PostMessage("C1", slack.MsgOptionText("New: <http://evil|ok>", false))
	sc.wantError(t, "unescaped")
}

func TestAnOrganisationsInstallHasNoTeam(t *testing.T) {
	sc := newScene(t)
	sc.Change(func() { sc.Home.OrgInstall, sc.Home.Enterprise = true, "E1" })
	sc.GlobalShortcut("U1", "report")
	if got := sc.last(t); got["team"] != nil || got["is_enterprise_install"] != true || got["enterprise"].(map[string]any)["id"] != "E1" {
		t.Errorf("the shortcut is %v", got)
	}
}
