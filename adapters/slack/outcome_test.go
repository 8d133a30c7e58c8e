package slack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	api "github.com/slack-go/slack"

	"example.com/firstcall/adapters/slack/slackfake"
	"example.com/firstcall/bot"
)

// What may follow an answer of Slack's. A wrong row sends an escalation twice, or never.
func TestOutcomes(t *testing.T) {
	for _, tc := range []struct {
		name  string
		fault slackfake.Fault
		want  bot.SendOutcome
		after time.Duration
		taken bool // Slack has the message
	}{
		// Limits, in the three shapes that they have, and two more.
		{"429 that says how long", slackfake.TooMany(7 * time.Second), bot.Refused, 7 * time.Second, false},
		{"429 that says 0", slackfake.TooMany(0), bot.Refused, time.Second, false},
		{"429 that says nothing", slackfake.TooManyBare(), bot.Refused, limitedFor, false},
		{"200 ratelimited", slackfake.RateLimited(), bot.Refused, limitedFor, false},
		{"200 rate_limited", slackfake.ErrorCode("rate_limited"), bot.Refused, limitedFor, false},

		// Refused, and worth another try.
		{"an error that we don't know", slackfake.ErrorCode("something_new"), bot.Refused, 0, false},
		// Until somebody installs the app again, or replaces the token.
		{"token refused", slackfake.ErrorCode("invalid_auth"), bot.Refused, tokenlessFor, false},
		{"no token", slackfake.ErrorCode("not_authed"), bot.Refused, tokenlessFor, false},
		{"token ran out", slackfake.ErrorCode("token_expired"), bot.Refused, tokenlessFor, false},
		{"uninstalled", slackfake.ErrorCode("account_inactive"), bot.Refused, tokenlessFor, false},
		{"token revoked", slackfake.ErrorCode("token_revoked"), bot.Refused, tokenlessFor, false},
		{"not for this workspace", slackfake.ErrorCode("team_access_not_granted"), bot.Refused, tokenlessFor, false},

		{"missing scope", slackfake.ErrorCode("missing_scope"), bot.Refused, 0, false},
		{"400", slackfake.HTML(400), bot.Refused, 0, false},
		{"403", slackfake.HTML(403), bot.Refused, 0, false},
		{"404", slackfake.HTML(404), bot.Refused, 0, false},
		{"413", slackfake.HTML(413), bot.Refused, 0, false},

		// Refused for ever.
		{"no channel", slackfake.ErrorCode("channel_not_found"), bot.Gone, 0, false},
		{"archived", slackfake.ErrorCode("is_archived"), bot.Gone, 0, false},
		{"nobody there", slackfake.ErrorCode("user_not_found"), bot.Gone, 0, false},
		{"a bot", slackfake.ErrorCode("cannot_dm_bot"), bot.Gone, 0, false},
		{"messages are off", slackfake.ErrorCode("messages_tab_disabled"), bot.Gone, 0, false},
		{"only administrators post", slackfake.ErrorCode("restricted_action"), bot.Gone, 0, false},
		{"a restriction that we don't know", slackfake.ErrorCode("restricted_action_on_sundays"), bot.Gone, 0, false},

		// Not known.
		{"internal_error", slackfake.ErrorCode("internal_error"), bot.NotKnown, 0, false},
		{"internal_error, and it was taken", slackfake.AfterCommit(slackfake.ErrorCode("internal_error")), bot.NotKnown, 0, true},
		{"fatal_error", slackfake.ErrorCode("fatal_error"), bot.NotKnown, 0, false},
		{"service_unavailable", slackfake.ErrorCode("service_unavailable"), bot.NotKnown, 0, false},
		{"request_timeout", slackfake.ErrorCode("request_timeout"), bot.NotKnown, 0, false},
		{"500", slackfake.HTML(500), bot.NotKnown, 0, false},
		{"502, and it was taken", slackfake.AfterCommit(slackfake.HTML(502)), bot.NotKnown, 0, true},
		{"503", slackfake.HTML(503), bot.NotKnown, 0, false},
		{"408", slackfake.HTML(408), bot.NotKnown, 0, false},
		{"302", slackfake.HTML(302), bot.NotKnown, 0, false},
		{"a page with 200", slackfake.HTML(200), bot.NotKnown, 0, false},
		{"half an answer", slackfake.Truncated(), bot.NotKnown, 0, true},
		{"no and no reason", slackfake.BareRefusal(), bot.NotKnown, 0, false},
		{"reset before it was taken", slackfake.ResetBefore(), bot.NotKnown, 0, false},
		{"reset after it was taken", slackfake.ResetAfter(), bot.NotKnown, 0, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			st := newSending(t)
			st.Inject("chat.postMessage", tc.fault)
			id, err := st.app.Post(context.Background(), st.send(inC1, "k", "hello"))
			e := st.judged(err, tc.want)
			if e.RetryAfter != tc.after || id != "" {
				t.Errorf("again after %s, want %s; id %q", e.RetryAfter, tc.after, id)
			}
			if !strings.Contains(e.Error(), "chat.postMessage") {
				t.Errorf("nobody knows what failed: %v", e)
			}
			if taken := len(st.Messages("C1")) == 1; taken != tc.taken {
				t.Errorf("taken: %v", taken)
			}
			if n := len(st.Calls("chat.postMessage")); n != 1 {
				t.Errorf("called %d times", n)
			}
			st.wait(time.Minute)
			card := st.post(st.send(inC1, "card", "INC-1")) // and the next one works
			st.Inject("chat.update", tc.fault)
			err = st.app.Edit(context.Background(), card, st.send(inC1, "card", "INC-1"))
			if e := st.judged(err, tc.want); e.RetryAfter != tc.after {
				t.Errorf("an edit again after %s, want %s", e.RetryAfter, tc.after)
			}
		})
	}
}

// roundTrip is a transport of a test's own.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// lost is a Slack that is reached through a connection of the test's own.
func lost(t *testing.T, base string, rt http.RoundTripper) *sending {
	t.Helper()
	return newSending(t, func(o *Options) {
		if base != "" {
			o.APIURL = base
		}
		o.HTTP = &http.Client{Transport: rt}
	})
}

// Before a byte of the request has left us, nothing can have been taken.
func TestNothingWasSent(t *testing.T) {
	dead := httptest.NewServer(http.NotFoundHandler())
	dead.Close()
	open := httptest.NewServer(http.NotFoundHandler())
	defer open.Close()
	for name, st := range map[string]*sending{
		"nobody listens": lost(t, dead.URL, &http.Transport{}),
		"no such host": lost(t, "", &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.DNSError{Err: "no such host", Name: "slack.com", IsNotFound: true}
		}}),
		"no TLS": lost(t, strings.Replace(open.URL, "http:", "https:", 1), &http.Transport{}),
	} {
		_, err := st.app.Post(context.Background(), st.send(inC1, "k", "hello"))
		if e := st.judged(err, bot.Refused); e.RetryAfter != 0 {
			t.Errorf("%s: the destination pauses for %s", name, e.RetryAfter)
		}
	}

	ctx, cancel := context.WithCancel(context.Background())
	st := lost(t, "", &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		cancel()
		<-ctx.Done()
		return nil, ctx.Err()
	}})
	_, err := st.app.Post(ctx, st.send(inC1, "k", "hello"))
	st.judged(err, bot.Refused)
	ended, end := context.WithCancel(context.Background())
	end()
	_, err = newSending(t).app.Post(ended, st.send(inC1, "k", "hello"))
	st.judged(err, bot.Refused)
}

// Once the request is on its way, a time-out says nothing about what became of it.
func TestTimeoutAfterTheRequestWasWritten(t *testing.T) {
	for _, begun := range []bool{false, true} { // the answer
		ctx, cancel := context.WithCancel(context.Background())
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			if begun {
				_, _ = io.WriteString(w, `{"ok":true,"chan`)
				w.(http.Flusher).Flush()
			}
			cancel()
			<-r.Context().Done()
		}))
		st := lost(t, server.URL, &http.Transport{})
		_, err := st.app.Post(ctx, st.send(inC1, "k", "hello"))
		st.judged(err, bot.NotKnown)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the cause is lost: %v", err)
		}
		server.CloseClientConnections()
		server.Close()
	}
}

// An end of the connection while the request is being written: some of it may have arrived.
func TestResetWhileWriting(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	defer server.Close()
	st := lost(t, server.URL, &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, address)
		return &breaking{Conn: c}, err
	}})
	_, err := st.app.Post(context.Background(), st.send(inC1, "k", "hello"))
	st.judged(err, bot.NotKnown)
}

// breaking lets half of a write through.
type breaking struct{ net.Conn }

func (b *breaking) Write(p []byte) (int, error) {
	n, _ := b.Conn.Write(p[:len(p)/2])
	_ = b.Close()
	return n, errors.New("broken pipe")
}

// A Retry-After that slack-go can't read is a limit all the same.
func TestRetryAfterThatIsNoNumber(t *testing.T) {
	st := lost(t, "", roundTrip(func(r *http.Request) (*http.Response, error) {
		r.Body.Close()
		return &http.Response{
			StatusCode: 429, Header: http.Header{"Retry-After": {"Mon, 02 Mar 2026 09:00:30 GMT"}}, Body: io.NopCloser(strings.NewReader("")), Request: r,
		}, nil
	}))
	_, err := st.app.Post(context.Background(), st.send(inC1, "k", "hello"))
	// No header was seen to be written by this transport, so that only the answer tells it.
	if e := st.judged(err, bot.Refused); e.RetryAfter != limitedFor {
		t.Errorf("again after %s", e.RetryAfter)
	}
}

// What slack-go does by itself, and what we do about it. The numbers are those of the list of its behaviours.

// 8: a rate limit has three shapes, and slack-go tells only one of them as such.
func TestSlackGo08RateLimitInThreeShapes(t *testing.T) {
	for shape, f := range map[string]slackfake.Fault{
		"429 with Retry-After": slackfake.TooMany(30 * time.Second), "429 without": slackfake.TooManyBare(), "200": slackfake.RateLimited(),
	} {
		st := newSending(t)
		st.Inject("chat.postMessage", f)
		_, err := st.app.Post(context.Background(), st.send(inC1, "k", "hello"))
		if e := st.judged(err, bot.Refused); e.RetryAfter != 30*time.Second {
			t.Errorf("%s: again after %s", shape, e.RetryAfter)
		}
	}
}

// 9: slack-go's own retries would sleep for Retry-After inside the call, and lose the reason.
func TestSlackGo09NobodySleepsOnARetryAfter(t *testing.T) {
	st := newSending(t)
	st.Inject("chat.postMessage", slackfake.TooMany(time.Hour))
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	_, err := st.app.Post(ctx, st.send(inC1, "k", "hello"))
	if e := st.judged(err, bot.Refused); e.RetryAfter != time.Hour || ctx.Err() != nil {
		t.Errorf("again after %s; %v", e.RetryAfter, ctx.Err())
	}
	var limit *api.RateLimitedError
	if !errors.As(err, &limit) {
		t.Errorf("the reason is lost: %v", err)
	}
}

// 10: slack-go's retries of broken connections post the same message twice. Ours are the outbox's, after a look.
func TestSlackGo10ABrokenConnectionIsNeverRepeated(t *testing.T) {
	st := newSending(t)
	st.post(st.send(inC1, "k1", "the connection is used once")) // Go repeats on a used one, if it may
	for n, f := range []slackfake.Fault{slackfake.ResetAfter(), slackfake.HTML(503), slackfake.AfterCommit(slackfake.HTML(502))} {
		st.Inject("chat.postMessage", f)
		st.ForgetCalls()
		p := st.send(inC1, fmt.Sprint("lost", n), "hello")
		_, err := st.app.Post(context.Background(), p)
		st.judged(err, bot.NotKnown)
		if n := len(st.Calls("chat.postMessage")); n != 1 {
			t.Errorf("posted %d times", n)
		}
		st.wait(time.Minute)
	}
	if n := len(st.Messages("C1")); n != 3 {
		t.Errorf("%d messages, want the first and the two that were taken", n)
	}
}

// 11: slack-go takes an answer that is no yes and names no error for success; a page in place of JSON is an error of its decoder.
func TestSlackGo11NoAndNoReasonIsNoSuccess(t *testing.T) {
	for _, f := range []slackfake.Fault{slackfake.BareRefusal(), slackfake.HTML(200)} {
		st := newSending(t)
		st.AddChannel(slackfake.Channel{ID: "C2", Name: "open", Members: []string{"U1"}})
		ctx, card := context.Background(), st.post(st.send(inC1, "card", "INC-1"))
		ana := bot.Address{Platform: "slack", Workspace: "T1", Kind: "person", ID: "U1"}
		room := bot.Room{Workspace: "T1", Key: "key", Name: "inc-1", Topic: "INC-1", Lang: "en", People: []string{"U1"}, Now: st.clock()}
		made, _, err := st.app.MakeRoom(ctx, room)
		if err != nil {
			t.Fatal(err)
		}
		elsewhere := inC1
		elsewhere.ID = "C2"
		another := room
		another.Key, another.Name = "another", "inc-2"
		find := func(to bot.Address, in string) func() error {
			return func() error {
				_, _, err := st.app.Find(ctx, st.send(to, "card", "", inThread(in)), start)
				return err
			}
		}
		makes := func() error { _, _, err := st.app.MakeRoom(ctx, another); return err }
		furnishes := func() error { _, err := st.app.FurnishRoom(ctx, made, room); return err }
		for _, tc := range []struct {
			method string
			call   func() error
		}{
			{"chat.postMessage", func() error { _, err := st.app.Post(ctx, st.send(inC1, "k", "x")); return err }},
			{"chat.update", func() error { return st.app.Edit(ctx, card, st.send(inC1, "card", "x")) }},
			{"conversations.join", func() error { _, err := st.app.Post(ctx, st.send(elsewhere, "k", "x")); return err }},
			{"conversations.history", find(inC1, "")},
			{"conversations.replies", find(inC1, card)},
			{"conversations.open", find(ana, "")},
			{"users.info", func() error { _, err := st.app.Profile(ctx, "T1", "U1"); return err }},
			{"users.conversations", makes},
			{"conversations.create", makes},
			{"conversations.setPurpose", makes},
			{"conversations.info", furnishes},
			{"conversations.setTopic", furnishes},
			{"conversations.members", furnishes},
			{"conversations.invite", furnishes},
		} {
			st.Inject(tc.method, f)
			st.wait(time.Minute)
			if err := tc.call(); err == nil {
				t.Errorf("%s: no is taken for yes", tc.method)
			} else {
				st.secretIn(err.Error())
			}
			st.ClearFaults()
		}
	}
}

// 12: a token goes into the form or, with JSON, into the header; never into an address, which proxies and errors show.
func TestSlackGo12WhereTheTokenGoes(t *testing.T) {
	var calls atomic.Int32
	st := newSending(t, func(o *Options) {
		o.HTTP = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			calls.Add(1)
			if r.Method != http.MethodPost || r.URL.RawQuery != "" {
				t.Errorf("%s %s", r.Method, r.URL.Path)
			}
			if strings.HasSuffix(r.URL.Path, "apps.connections.open") == (r.Header.Get("Authorization") == "") {
				t.Errorf("%s: authorization %d characters", r.URL.Path, len(r.Header.Get("Authorization")))
			}
			return http.DefaultTransport.RoundTrip(r)
		})}
	})
	ctx, id := context.Background(), st.post(st.send(inC1, "card", "INC-1", pinned))
	_ = st.app.Edit(ctx, id, st.send(inC1, "card", "INC-1"))
	st.found(st.send(inC1, "card", "", inThread(id)))
	st.found(st.send(bot.Address{Workspace: "T1", Kind: "person", ID: "U1"}, "none", ""))
	if _, err := st.app.Profile(ctx, "T1", "U1"); err != nil {
		t.Error(err)
	}
	room := bot.Room{Workspace: "T1", Key: "key", Name: "inc-1", Topic: "INC-1", Lang: "en", People: []string{"U1"}, Now: st.clock()}
	made, _, err := st.app.MakeRoom(ctx, room)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := st.app.FurnishRoom(ctx, made, room); err != nil {
		t.Error(err)
	}
	if err := st.app.CloseRoom(ctx, made, room); err != nil {
		t.Error(err)
	}
	st.app.Examine(ctx, []string{"T1"}, []Channel{{"T1", "C1", "#contoso"}}, st.clock)
	for _, c := range st.Calls() {
		if c.Error != "" {
			t.Errorf("%s: %s", c.Method, c.Error)
		}
	}
	if calls.Load() < 14 {
		t.Errorf("only %d calls were seen", calls.Load())
	}
}

// What is told of calls names the method and what became of it.
func TestCallsAreCounted(t *testing.T) {
	var seen []string
	st := newSending(t, func(o *Options) {
		o.SeenCall = func(method, outcome string, _ time.Duration) { seen = append(seen, method+" "+outcome) }
	})
	st.post(st.send(inC1, "k", "x"))
	st.Inject("chat.postMessage", slackfake.ErrorCode("is_archived"))
	_, _ = st.app.Post(context.Background(), st.send(inC1, "k", "x"))
	st.Inject("chat.postMessage", slackfake.HTML(500))
	st.wait(time.Minute)
	_, _ = st.app.Post(context.Background(), st.send(inC1, "k", "x"))
	if got, want := strings.Join(seen, ", "), "chat.postMessage ok, chat.postMessage gone, chat.postMessage not known"; got != want {
		t.Errorf("seen %q, want %q", got, want)
	}
}
