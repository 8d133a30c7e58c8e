package slack

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/adapters/slack/slackfake"
)

// dated is a Slack whose clock is the story's.
func dated(st func() time.Time) *http.Client {
	return &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err == nil {
			answer.Header.Set("Date", st().UTC().Format(http.TimeFormat))
		}
		return answer, err
	})}
}

// examined is what doctor finds about a thing, which it must name once.
func examined(t *testing.T, all []Finding, what string) Finding {
	t.Helper()
	var found []Finding
	for _, f := range all {
		if f.What == what {
			found = append(found, f)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d findings about %q in %+v", len(found), what, all)
	}
	return found[0]
}

func allScopes() (all []string) {
	for s := range Scopes() {
		all = append(all, s)
	}
	return all
}

func TestExamineAWorkingSystem(t *testing.T) {
	var st *sending
	st = newSending(t, func(o *Options) { o.HTTP, o.Provider = dated(func() time.Time { return st.clock() }), "T1" })
	st.Home.Scopes = allScopes()
	st.AddChannel(slackfake.Channel{ID: "CSHARED", Name: "partner", Members: []string{"UBOT"}, SharedWith: []string{"T9"}})
	before := st.Conversations()
	all := st.app.Examine(context.Background(), []string{"T1"}, []Channel{{"T1", "C1", "#contoso"}, {"T9", "CSHARED", "#partner"}}, st.clock)
	var looked []string
	for _, f := range all {
		looked = append(looked, f.What)
		if f.Trouble != "" || f.Do != "" {
			t.Errorf("%s: %s; %s", f.What, f.Trouble, f.Do)
		}
	}
	want := "manifest, app token (SLACK_APP_TOKEN), token of T1, scopes in T1, clock of this machine, installation in T9, channel #contoso (C1), channel #partner (CSHARED)"
	if got := strings.Join(looked, ", "); got != want {
		t.Errorf("looked at %s\nwant %s", got, want)
	}
	if n := examined(t, all, "token of T1").Notes; n != "we are firstcall in Contoso" {
		t.Errorf("notes %q", n)
	}
	if n := examined(t, all, "channel #partner (CSHARED)").Notes; !strings.Contains(n, "can't use /incident") {
		t.Errorf("notes %q", n)
	}
	if n := examined(t, all, "installation in T9").Notes; !strings.Contains(n, "shared with T1") {
		t.Errorf("notes %q", n)
	}
	if len(st.Conversations()) != len(before) || len(st.Everything("C1")) != 0 {
		t.Error("the examination changed something")
	}
}

// Each trouble, and what to do about it.
func TestExamineTroubles(t *testing.T) {
	channel := []Channel{{"T1", "C1", "#contoso"}}
	for _, tc := range []struct {
		name               string
		do                 func(st *sending)
		what, trouble, do2 string
	}{
		{"no secrets", func(st *sending) { st.app.signing, st.app.appToken = nil, "" }, "signing secret", "everything that Slack sends is refused", "Basic Information"},
		{"app token refused", func(st *sending) { st.app.appToken = "xapp-wrong"; st.Allow("apps.connections.open", "invalid_auth") }, "app token (SLACK_APP_TOKEN)", "Slack doesn't take it (invalid_auth)", "connections:write"},
		{"a bot token for an app token", func(st *sending) { st.Inject("apps.connections.open", slackfake.ErrorCode("not_allowed_token_type")) }, "app token (SLACK_APP_TOKEN)", "not_allowed_token_type", "begins with xapp-"},
		{"an app token that was revoked", func(st *sending) { st.Inject("apps.connections.open", slackfake.ErrorCode("token_revoked")) }, "app token (SLACK_APP_TOKEN)", "token_revoked", "make an app-level token"},
		{"app token without scope", func(st *sending) { st.Inject("apps.connections.open", slackfake.ErrorCode("missing_scope")) }, "app token (SLACK_APP_TOKEN)", "lacks the scope", "new app-level token"},
		{"too many connections asked for", func(st *sending) { st.Inject("apps.connections.open", slackfake.RateLimited()) }, "app token (SLACK_APP_TOKEN)", "could not answer (ratelimited)", "try again"},
		{"no line", func(st *sending) { st.Inject("apps.connections.open", slackfake.BareRefusal()) }, "app token (SLACK_APP_TOKEN)", "could not be asked", "reaches Slack"},

		{"not installed", func(st *sending) { st.tables.all = nil }, "installation in T1", "not installed", "SLACK_BOT_TOKEN"},
		{"no database", func(st *sending) { st.tables.err = errors.New("the database is away") }, "installation in T1", "the database is away", "see what the database says"},
		{"wrong token", func(st *sending) { st.token("xoxb-wrong"); st.Allow("auth.test", "invalid_auth") }, "token of T1", "Slack doesn't take it (invalid_auth)", "begins with xoxb-"},
		{"an app token for a bot token", func(st *sending) { st.token("xapp-canary-77"); st.Allow("auth.test", "not_allowed_token_type") }, "token of T1", "(not_allowed_token_type)", "begins with xoxb-"},
		{"uninstalled", func(st *sending) { st.Change(func() { st.Home.NotInstalled = true }) }, "token of T1", "(token_revoked)", "install the app again"},
		{"another workspace's token", func(st *sending) {
			st.AddWorkspace(slackfake.Workspace{ID: "T8", Token: "xoxb-of-T8"})
			st.token("xoxb-of-T8")
		}, "token of T1", "belongs to the workspace T8", "set-up files"},
		{"limited", func(st *sending) { st.Inject("auth.test", slackfake.RateLimited()) }, "token of T1", "could not answer (ratelimited)", "try again"},
		{"Slack is down", func(st *sending) { st.Inject("auth.test", slackfake.HTML(503)) }, "token of T1", "could not be asked", "reaches Slack"},
		{"no and no reason", func(st *sending) { st.Inject("auth.test", slackfake.BareRefusal()) }, "token of T1", "could not be asked", "reaches Slack"},
		{"scopes", func(st *sending) {
			st.Home.Scopes = nil
			for _, s := range allScopes() {
				if s != "pins:write" && s != "chat:write" {
					st.Home.Scopes = append(st.Home.Scopes, s)
				}
			}
		}, "scopes in T1", "missing: chat:write (for writing at all), pins:write (for pinning", "install the app again"},
		{"clock ahead", func(st *sending) { st.wait(45 * time.Second) }, "clock of this machine", "it is 45s off", "NTP"},
		{"clock behind", func(st *sending) { st.wait(-6 * time.Minute) }, "clock of this machine", "it is 6m0s off", "NTP"},

		{"archived", func(st *sending) { st.archiveNow("C1") }, "channel #contoso (C1)", "it is archived", "unarchive"},
		{"absent", func(*sending) { channel[0].ID = "C404" }, "channel #contoso (C404)", "not there", "correct its id"},
		{"private and not invited", func(st *sending) {
			st.AddChannel(slackfake.Channel{ID: "C405", Name: "p", Private: true, Members: []string{"U1"}})
			channel[0].ID = "C405"
		}, "channel #contoso (C405)", "not in it", "invite @firstcall"},
		{"not a member", func(st *sending) {
			st.AddChannel(slackfake.Channel{ID: "C406", Name: "q", Members: []string{"U1"}})
			channel[0].ID = "C406"
		}, "channel #contoso (C406)", "the app is not in it", "invite @firstcall"},
		{"may not look", func(st *sending) { st.Inject("conversations.info", slackfake.ErrorCode("missing_scope")) }, "channel #contoso (C1)", "may not look", "add the missing scopes"},
		{"channel limited", func(st *sending) { st.Inject("conversations.info", slackfake.RateLimited()) }, "channel #contoso (C1)", "could not answer (ratelimited)", "try again"},
		{"channel unanswered", func(st *sending) { st.Inject("conversations.info", slackfake.BareRefusal()) }, "channel #contoso (C1)", "could not be asked", "reaches Slack"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			st := newSending(t, func(o *Options) { o.HTTP = dated(func() time.Time { return start }) })
			st.Home.Scopes = allScopes()
			channel[0] = Channel{"T1", "C1", "#contoso"}
			tc.do(st)
			all := st.app.Examine(context.Background(), []string{"T1"}, channel, st.clock)
			f := examined(t, all, tc.what)
			if !strings.Contains(f.Trouble, tc.trouble) || !strings.Contains(f.Do, tc.do2) {
				t.Errorf("%+v\nwant trouble %q and advice %q", f, tc.trouble, tc.do2)
			}
			for _, f := range all {
				if f.What != tc.what && f.Trouble != "" {
					t.Errorf("besides: %+v", f)
				}
				if (f.Trouble == "") != (f.Do == "") || strings.ContainsAny(f.Trouble+f.Do, "\n") {
					t.Errorf("trouble and advice don't go together in one line each: %+v", f)
				}
				st.secretIn(strings.ReplaceAll(strings.ReplaceAll(f.Trouble+f.Do+f.Notes, "(it begins with xoxb-)", ""), "(it begins with xapp-)", ""))
			}
		})
	}
}

// token is what the installation has for one.
func (st *sending) token(token string) {
	inst := st.tables.all["T1"]
	inst.Token = token
	st.tables.all["T1"] = inst
}

// archiveNow archives a channel behind the app's back.
func (st *sending) archiveNow(channel string) {
	st.HoldEvents()
	st.ArchiveChannel("U1", channel)
}

// A customer's workspace without the app is no trouble where ours serves it.
func TestExamineAGuest(t *testing.T) {
	st := newSending(t, func(o *Options) { o.Provider = "T1" })
	st.Home.Scopes = allScopes()
	st.AddChannel(slackfake.Channel{ID: "CSHARED", Name: "partner", Members: []string{"U1"}, SharedWith: []string{"T9"}})
	all := st.app.Examine(context.Background(), []string{"T9"}, []Channel{{"T9", "CSHARED", "#partner"}}, st.clock)
	if f := examined(t, all, "installation in T9"); f.Trouble != "" || !strings.Contains(f.Notes, "not installed there") {
		t.Errorf("%+v", f)
	}
	if f := examined(t, all, "channel #partner (CSHARED)"); f.Trouble != "the app is not in it" {
		t.Errorf("%+v", f)
	}
}
