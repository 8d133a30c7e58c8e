package slackfake_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"example.com/firstcall/adapters/slack/slackfake"
)

func TestFaults(t *testing.T) {
	var limited *slack.RateLimitedError
	var status slack.StatusCodeError
	var syntax *json.SyntaxError
	tests := []struct {
		name   string
		fault  slackfake.Fault
		kept   int // messages afterwards
		looks  func(error) bool
		silent bool // slack-go sees no error
	}{
		{"429", slackfake.TooMany(30 * time.Second), 0, func(err error) bool { return errors.As(err, &limited) && limited.RetryAfter == 30*time.Second }, false},
		{"429 bare", slackfake.TooManyBare(), 0, func(err error) bool { return errors.As(err, &status) && status.Code == 429 }, false},
		{"ratelimited in 200", slackfake.RateLimited(), 0, func(err error) bool { return err.Error() == "ratelimited" }, false},
		{"503 page", slackfake.HTML(503), 0, func(err error) bool { return errors.As(err, &status) && status.Code == 503 }, false},
		{"200 page", slackfake.HTML(200), 0, func(err error) bool { return errors.As(err, &syntax) }, false},
		{"bare refusal", slackfake.BareRefusal(), 0, nil, true},
		{"truncated", slackfake.Truncated(), 1, func(err error) bool { return err != nil }, false},
		{"reset before", slackfake.ResetBefore(), 0, func(err error) bool { return err != nil }, false},
		{"reset after", slackfake.ResetAfter(), 1, func(err error) bool { return err != nil }, false},
		{"error after commit", slackfake.AfterCommit(slackfake.ErrorCode("internal_error")), 1, func(err error) bool { return err.Error() == "internal_error" }, false},
		{"slow headers", slackfake.SlowHeaders(30 * time.Second), 1, func(err error) bool { return err != nil }, false},
		{"slow body", slackfake.SlowBody(30 * time.Second), 1, func(err error) bool { return err != nil }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sc := newScene(t)
			api := slack.New(sc.Home.Token, slack.OptionAPIURL(sc.APIURL()), slack.OptionHTTPClient(&http.Client{Timeout: 100 * time.Millisecond, Transport: &http.Transport{DisableKeepAlives: true}}))
			sc.Inject("chat.postMessage", tt.fault, slackfake.OnCall(2))
			if _, _, err := api.PostMessage("C1", slack.MsgOptionText("first", false)); err != nil {
				t.Fatalf("the first call: %v", err)
			}
			_, ts, err := api.PostMessage("C1", slack.MsgOptionText("second", false))
			if tt.silent && (err != nil || ts != "") || !tt.silent && (err == nil || !tt.looks(err)) {
				t.Errorf("the second call: %v", err)
			}
			if got := len(sc.Messages("C1")); got != 1+tt.kept {
				t.Errorf("%d messages, want %d", got, 1+tt.kept)
			}
			if _, _, err := api.PostMessage("C1", slack.MsgOptionText("third", false)); err != nil {
				t.Errorf("the third call: %v", err)
			}
			if calls := sc.Calls("chat.postMessage"); len(calls) != 3 || calls[1].Fault == "" || calls[1].Committed != (tt.kept == 1) {
				t.Errorf("calls: %+v", calls)
			}
		})
	}
}

func TestFaultsAreAimed(t *testing.T) {
	sc := newScene(t)
	sc.AddChannel(slackfake.Channel{ID: "C2", Name: "other", Members: []string{sc.Home.BotUser}})
	sc.Inject("*", slackfake.ErrorCode("fatal_error"), slackfake.InChannel("C2"), slackfake.For(time.Minute))
	say := func(channel string) error {
		_, _, err := sc.api.PostMessage(channel, slack.MsgOptionText("x", false))
		return err
	}
	if err := say("C1"); err != nil {
		t.Errorf("C1: %v", err)
	}
	for range 3 {
		if err := say("C2"); err == nil || err.Error() != "fatal_error" {
			t.Errorf("C2 inside the minute: %v", err)
		}
	}
	sc.now = sc.now.Add(time.Minute)
	if err := say("C2"); err != nil {
		t.Errorf("C2 after the minute: %v", err)
	}
}

func TestAChannelTakesOneMessageASecond(t *testing.T) {
	sc := newScene(t)
	sc.AddChannel(slackfake.Channel{ID: "C2", Name: "other", Members: []string{sc.Home.BotUser}})
	sc.LimitPosts(time.Second)
	say := func(channel string, after time.Duration, fine bool) {
		t.Helper()
		sc.now = sc.now.Add(after)
		_, _, err := sc.api.PostMessage(channel, slack.MsgOptionText("x", false))
		var limited *slack.RateLimitedError
		if fine && err != nil || !fine && !errors.As(err, &limited) {
			t.Errorf("%s after %v: %v", channel, after, err)
		}
	}
	say("C1", 0, true)
	say("C2", 0, true)
	say("C1", 999*time.Millisecond, false)
	say("C1", time.Millisecond, true)
}
