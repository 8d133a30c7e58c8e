package main

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/adapters/slack"
	"example.com/firstcall/adapters/slack/slackfake"
	"example.com/firstcall/bot"
)

// shelf keeps installations and counts how often somebody looks.
type shelf struct {
	all   map[string]bot.Installation
	looks int
	err   error
}

func (s *shelf) Installation(_ context.Context, _, workspace string) (bot.Installation, error) {
	s.looks++
	i, ok := s.all[workspace]
	if !ok && s.err == nil {
		return i, bot.ErrNotFound
	}
	return i, s.err
}

func (s *shelf) SaveInstallation(_ context.Context, i bot.Installation) error {
	s.all[i.Workspace] = i
	return s.err
}

func TestTokensAreRememberedForAMinute(t *testing.T) {
	seal, err := newSeal(base64.StdEncoding.EncodeToString(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	kept := &shelf{all: map[string]bot.Installation{}}
	tokens := &slackTokens{store: kept, seal: seal, now: func() time.Time { return now }}
	ctx := t.Context()
	want := func(what, token string, looks int) {
		t.Helper()
		inst, err := tokens.Installed(ctx, "T1")
		if inst.Token != token || (token == "") != errors.Is(err, bot.ErrNotFound) || kept.looks != looks {
			t.Errorf("%s: %q, %v after %d looks, want %q after %d", what, inst.Token, err, kept.looks, token, looks)
		}
	}
	save := func(token string) {
		t.Helper()
		if err := tokens.save(ctx, slack.Installation{Workspace: "T1", Token: token, BotUser: "U1"}, "Contoso", now); err != nil {
			t.Fatal(err)
		}
	}
	want("nobody has installed", "", 1)
	want("and nobody looks again", "", 1)
	save("xoxb-1")
	want("installed here, it is used at once", "xoxb-1", 2)
	now = now.Add(59 * time.Second)
	want("within a minute", "xoxb-1", 2)
	save("xoxb-2")
	want("installed anew", "xoxb-2", 3)
	now = now.Add(time.Minute)
	want("a minute later", "xoxb-2", 4)

	// The workspace removes the app; what this process was told of, it heeds at once, once it is kept.
	answer := errors.New("the store can't be reached")
	handle := tokens.heeding(func(context.Context, bot.Event) (bot.Reply, error) { return bot.Reply{}, answer })
	delete(kept.all, "T1")
	_, _ = handle(ctx, bot.Event{Kind: bot.Left, Workspace: "T1"})
	want("its end was not kept", "xoxb-2", 4)
	answer = nil
	_, _ = handle(ctx, bot.Event{Kind: bot.Left, Workspace: "T1", Place: "C1"})
	want("it left one channel", "xoxb-2", 4)
	_, _ = handle(ctx, bot.Event{Kind: bot.Left, Workspace: "T1"})
	want("it left", "", 5)

	kept.err = errors.New("the store can't be reached")
	now = now.Add(time.Minute)
	if _, err := tokens.Installed(ctx, "T1"); !errors.Is(err, kept.err) {
		t.Errorf("a store that can't be reached: %v", err)
	}
	kept.err = nil
	want("what failed is not remembered", "", 7)
}

func TestWhoseTokenItIs(t *testing.T) {
	for name, c := range map[string]struct {
		token, configured string
		fault             *slackfake.Fault
		says              string // of the error; "" when there is none
		own               string
	}{
		"asked":                       {token: "xoxb-own", own: "T1"},
		"configured, and it is true":  {token: "xoxb-own", configured: "T1", own: "T1"},
		"configured, and it isn't":    {token: "xoxb-own", configured: "T2", says: "belongs to the workspace T1, and slack.workspace says T2; correct"},
		"not taken":                   {token: "xoxb-canary", configured: "T1", says: "copy the Bot User OAuth Token again"},
		"Slack is away":               {token: "xoxb-own", fault: new(slackfake.HTML(503)), says: "slack.workspace in the file says it, too"},
		"Slack is away, configured":   {token: "xoxb-own", configured: "T1", fault: new(slackfake.HTML(503)), own: "T1"},
		"no workspace of our own":     {},
		"no token, for Slack Connect": {configured: "T1", own: "T1"},
	} {
		t.Run(name, func(t *testing.T) {
			s := slackfake.New(t, time.Now, slackfake.Config{Home: slackfake.Workspace{ID: "T1", Token: "xoxb-own", BotUser: "U1", BotID: "B1"}})
			s.Allow("auth.test", "invalid_auth")
			if c.fault != nil {
				s.Inject("auth.test", *c.fault)
			}
			tokens := &slackTokens{store: &shelf{}, now: time.Now, api: s.APIURL(), token: c.token, own: c.configured}
			err := tokens.askOwn(t.Context())
			if (err == nil) != (c.says == "") || err != nil && (!strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "xoxb-")) {
				t.Fatalf("%v, want %q", err, c.says)
			}
			if err != nil {
				return
			}
			if tokens.own != c.own {
				t.Errorf("our own workspace is %q, want %q", tokens.own, c.own)
			}
			inst, err := tokens.Installed(t.Context(), "T1")
			if c.token == "" {
				if !errors.Is(err, bot.ErrNotFound) {
					t.Errorf("a workspace without a token: %v", err)
				}
			} else if err != nil || inst.Token != c.token || inst.BotUser != "U1" {
				t.Errorf("installed: %+v, %v", inst, err)
			}
		})
	}
}

func TestWhatTheSetupBringsIsNotOverdue(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for next, want := range map[time.Time]time.Duration{
		{}: 0, time.Unix(0, 0): 0, now.Add(time.Hour): 0, now: 0, now.Add(-90 * time.Second): 90 * time.Second,
	} {
		if got := overdue(next, now); got != want {
			t.Errorf("due at %s it has waited %s, want %s", next, got, want)
		}
	}
}

// Who we are doesn't change because Slack can't be asked again: without it our own messages would not be found.
func TestWhoWeAreIsKeptWhenSlackIsAway(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	s := slackfake.New(t, func() time.Time { return now }, slackfake.Config{Home: slackfake.Workspace{ID: "T1", Token: "xoxb-own", BotUser: "UBOT", BotID: "BBOT"}})
	tokens := &slackTokens{store: &shelf{}, now: func() time.Time { return now }, api: s.APIURL(), token: "xoxb-own", own: "T1"}
	if err := tokens.askOwn(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Inject("auth.test", slackfake.HTML(503), slackfake.Times(2))
	for _, after := range []time.Duration{25 * time.Hour, 2 * time.Minute, 2 * time.Minute} {
		now = now.Add(after)
		inst, err := tokens.Installed(t.Context(), "T1")
		if err != nil || inst.BotUser != "UBOT" || inst.BotID != "BBOT" || inst.Token != "xoxb-own" {
			t.Errorf("at %s we are %q %q, %v", now, inst.BotUser, inst.BotID, err)
		}
	}
	if n := len(s.Calls("auth.test")); n != 4 {
		t.Errorf("asked %d times", n)
	}
}
