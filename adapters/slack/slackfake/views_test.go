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

	"example.com/firstcall/adapters/slack/slackfake"
)

func TestExternalIDsAreUnique(t *testing.T) {
	sc := newScene(t)
	ben := sc.AddUser(slackfake.User{Name: "ben"})
	sc.Join(ben.ID, "C1", "")
	named := modal("Report")
	named.ExternalID = "draft-7"
	var errs []error
	sc.answer = func(_ http.ResponseWriter, f url.Values, _ string) {
		_, err := sc.api.OpenView(f.Get("trigger_id"), named)
		errs = append(errs, err)
	}
	sc.Allow("views.open", "duplicate_external_id")
	sc.Slash("U1", "C1", "/incident", "")
	sc.Slash(ben.ID, "C1", "/incident", "")
	if errs[0] != nil || errs[1] == nil || errs[1].Error() != "duplicate_external_id" {
		t.Errorf("two views with one external id: %v", errs)
	}
	sc.answer = nil
	if _, err := sc.api.UpdateView(named, "draft-7", "", ""); err != nil {
		t.Errorf("an update by external id: %v", err)
	}
	sc.Close("U1")
	if _, err := sc.api.UpdateView(named, "draft-7", "", ""); err == nil || err.Error() != "not_found" {
		t.Errorf("an update of a closed view: %v", err)
	}
}

func TestAViewOver250KilobytesIsRefused(t *testing.T) {
	sc := newScene(t)
	big := modal("Report")
	for range 30 { // each of these sections is 9 KB
		big.Blocks.BlockSet = append(big.Blocks.BlockSet, section(strings.Repeat("語", 3000)))
	}
	sc.answer = func(_ http.ResponseWriter, f url.Values, _ string) {
		if _, err := sc.api.OpenView(f.Get("trigger_id"), big); err == nil || err.Error() != "view_too_large" {
			t.Errorf("a view of 270 KB: %v", err)
		}
	}
	sc.Allow("views.open", "view_too_large")
	sc.Slash("U1", "C1", "/incident", "")
	if v := sc.Modal("U1"); v != nil {
		t.Errorf("ana sees %q", v.Title)
	}
}

func TestAnOutsidersFormNamesBothWorkspaces(t *testing.T) {
	sc := newScene(t)
	sc.AddUser(slackfake.User{ID: "U9", Team: "T9"})
	sc.AddChannel(slackfake.Channel{ID: "CS", Name: "shared", SharedWith: []string{"T9"}, Members: []string{"U9", sc.Home.BotUser}})
	_, ts, err := sc.api.PostMessage("CS", slack.MsgOptionText("x", false), slack.MsgOptionBlocks(slack.NewActionBlock("b", button("go", "Report"))))
	if err != nil {
		t.Fatal(err)
	}
	sc.answer = func(_ http.ResponseWriter, _ url.Values, body string) {
		var got slack.InteractionCallback
		_ = json.Unmarshal([]byte(body), &got)
		if _, err := sc.api.OpenView(got.TriggerID, modal("Report")); err != nil {
			t.Errorf("OpenView: %v", err)
		}
	}
	m, _ := sc.Message("CS", ts)
	sc.Click("U9", m, "Report")
	sc.answer = nil
	sc.Submit("U9", map[string]any{"Severity": "A", "What happened": "down"})
	got := sc.last(t)
	view := got["view"].(map[string]any)
	if got["team"].(map[string]any)["id"] != "T9" || view["team_id"] != "T9" || view["app_installed_team_id"] != "T1" {
		t.Errorf("the submission is of %v, view of %v, app in %v", got["team"], view["team_id"], view["app_installed_team_id"])
	}
}

func TestScheduledMessagesArePostedWhenDue(t *testing.T) {
	sc := newScene(t)
	at := sc.now.Add(time.Minute).Unix()
	_, id, err := sc.api.ScheduleMessage("C1", strconv.FormatInt(at, 10), slack.MsgOptionText("later", false))
	if err != nil || id == "" {
		t.Fatal(err)
	}
	if n := sc.PostScheduled(); n != 0 {
		t.Errorf("%d were posted too early", n)
	}
	sc.now = sc.now.Add(time.Minute)
	if n := sc.PostScheduled(); n != 1 || sc.Last("C1").Text != "later" {
		t.Errorf("%d were posted", n)
	}
}

func TestListsHavePages(t *testing.T) {
	sc := newScene(t)
	for range 5 {
		_, _, _ = sc.api.PostMessage("C1", slack.MsgOptionText("x", false))
	}
	first, err := sc.api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: "C1", Limit: 3})
	if err != nil || len(first.Messages) != 3 || !first.HasMore {
		t.Fatalf("the first page: %+v, %v", first, err)
	}
	second, err := sc.api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: "C1", Limit: 3, Cursor: first.ResponseMetaData.NextCursor})
	if err != nil || len(second.Messages) != 2 || second.HasMore || second.Messages[1].Timestamp >= first.Messages[2].Timestamp {
		t.Errorf("the second page: %+v, %v", second, err)
	}
	users, err := sc.api.GetUsers()
	if err != nil || len(users) != 2 { // ana and the bot
		t.Errorf("users: %d, %v", len(users), err)
	}
	members, _, err := sc.api.GetUsersInConversation(&slack.GetUsersInConversationParameters{ChannelID: "C1"})
	if err != nil || len(members) != 2 {
		t.Errorf("members: %v, %v", members, err)
	}
}
