package slack

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/firstcall/adapters/slack/slackfake"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// listen runs Socket Mode for the rest of the test, and returns how it ended.
func (st *story) listen() (ended <-chan error, stop context.CancelFunc) {
	st.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out := make(chan error, 1)
	st.app.limits.reopen = time.Millisecond
	go func() { out <- st.app.Run(ctx) }()
	st.t.Cleanup(func() {
		cancel()
		st.settle()
	})
	st.DeliverBySocket()
	return out, cancel
}

func (st *story) within(what string, is func() bool) {
	st.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for !is() {
		pause, stop := context.WithTimeout(ctx, time.Millisecond)
		<-pause.Done()
		stop()
		if ctx.Err() != nil {
			st.t.Fatalf("%s; log:\n%s", what, st.log())
		}
	}
}

func TestEverythingComesOverTheSocketToo(t *testing.T) {
	st := newStory(t)
	_, stop := st.listen()
	st.WaitForSockets(1)
	st.says(text("INC-1 is open."))
	st.Slash("U1", "C1", "/incident", "show INC-1")
	if got := st.alone("C1", "U1").Text; got != "INC-1 is open." {
		t.Errorf("said %q", got)
	}
	st.Say("U1", st.DM("U1"), "hi")
	st.says(form("Add a note", asks("text")))
	st.Slash("U1", "C1", "/incident", "note INC-1")
	st.settle()
	wrong := asks("text")
	wrong.Error = "Please say more."
	st.says(form("Add a note", wrong))
	st.Submit("U1", map[string]any{"text": "x"})
	if v := st.Modal("U1"); v.Errors["text"] != "Please say more." {
		t.Errorf("errors %v", v.Errors)
	}
	st.says(bot.Reply{Lang: "en", Text: "Noted in INC-1.", Close: true})
	st.Submit("U1", map[string]any{"text": "more"})
	has(t, "the window", st.Modal("U1").Reads(), "Noted in INC-1.")
	if n := len(st.got()); n != 5 {
		t.Errorf("the bot heard %d events", n)
	}
	if !st.app.Connected() {
		t.Error("not connected")
	}
	stop()
	st.within("the connection stays", func() bool { return st.Sockets() == 0 })
}

// The rows are those of the list of slack-go's behaviours that we tried out.

func TestRow01GoodByesCauseNoStorm(t *testing.T) {
	st := newStory(t)
	st.DisconnectOnConnect("refresh_requested", 1_000_000)
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	st.app.limits.reopen = 100 * time.Millisecond
	_ = st.app.Run(ctx)
	if n := st.SocketOpens(); n < 2 || n > 5 { // one at once, one each 100 ms
		t.Errorf("%d sockets were opened in 300 ms", n)
	}
	if usual := usualLimits().reopen; usual < time.Second {
		t.Errorf("in production a socket is opened every %v", usual)
	}
}

func TestRow02WhatSlackGoCannotReadIsAnsweredAllTheSame(t *testing.T) {
	st := newStory(t)
	st.listen()
	st.WaitForSockets(1)
	for name, a := range map[string]slackfake.Answer{
		"unknown event": st.Deliver(slackfake.KindEvent, slackfake.Block{"type": "event_callback", "team_id": "T1", "event_id": "Ev7", "event": slackfake.Block{"type": "brand_new"}}),
		"unknown kind":  st.SendEnvelope("brand_new", slackfake.Block{"hello": "world"}),
		"empty state as a list": st.Deliver(slackfake.KindInteractive, slackfake.Block{
			"type": "view_submission", "team": slackfake.Block{"id": "T1"}, "user": slackfake.Block{"id": "U1", "team_id": "T1"}, "trigger_id": "7.7.7",
			"view": slackfake.Block{"id": "V7", "type": "modal", "private_metadata": `{"f":"do note T I"}`, "state": slackfake.Block{"values": []any{}}},
		}),
		"unknown element": st.Deliver(slackfake.KindInteractive, slackfake.Block{
			"type": "block_actions", "team": slackfake.Block{"id": "T1"}, "user": slackfake.Block{"id": "U1", "team_id": "T1"}, "trigger_id": "8.8.8",
			"message": slackfake.Block{"ts": "1.2", "blocks": []any{slackfake.Block{"type": "actions", "elements": []any{slackfake.Block{"type": "hologram", "action_id": "x"}}}}},
			"actions": []any{slackfake.Block{"type": "button", "action_id": "ack", "value": "T I"}},
		}),
	} {
		if !a.OK() {
			t.Errorf("%s: %v", name, a.Err)
		}
	}
	var kinds []string
	for _, e := range st.got() {
		kinds = append(kinds, string(e.Kind))
	}
	if len(kinds) != 2 || !strings.Contains(strings.Join(kinds, " "), "submitted") || !strings.Contains(strings.Join(kinds, " "), "pressed") {
		t.Errorf("the bot heard %v", kinds) // what slack-go gave up on still counts
	}
	st.SendFrame(`{"type":`)
	st.Slash("U1", "C1", "/incident", "list")
}

func TestRow03ManyEventsAtOnceDontCloseTheSocket(t *testing.T) {
	st := newStory(t)
	st.listen()
	st.WaitForSockets(1)
	release := make(chan struct{})
	var deciding atomic.Int64
	st.does(func(context.Context, bot.Event) (bot.Reply, error) {
		deciding.Add(1)
		<-release // a queue that nobody reads would be full at 50
		return bot.Reply{}, nil
	})
	answers := make(chan slackfake.Answer, 120)
	for range cap(answers) {
		go func() {
			answers <- st.Deliver(slackfake.KindCommand, slackfake.Block{"command": "/incident", "team_id": "T1", "user_id": "U1", "channel_id": "C1"})
		}()
	}
	st.within("not all were taken in", func() bool { return deciding.Load() == 120 })
	close(release)
	for range cap(answers) {
		if a := <-answers; !a.OK() {
			t.Fatal(a.Err)
		}
	}
	if n := st.SocketOpens(); n != 1 {
		t.Errorf("%d sockets were opened", n)
	}
}

func TestRow03ASocketThatDoesNotComeUpIsGivenUp(t *testing.T) {
	st := newStory(t)
	st.app.limits.hello = 30 * time.Millisecond
	st.Inject("apps.connections.open", slackfake.SlowHeaders(time.Minute))
	st.listen()
	st.within("no other socket is tried", func() bool { return st.Sockets() == 1 && st.app.Connected() })
	has(t, "the log", st.log(), "did not come up")
}

func TestRow04SomeRefusalsAreFinal(t *testing.T) {
	for _, code := range []string{"invalid_auth", "not_allowed_token_type", "token_expired", "missing_scope"} {
		t.Run(code, func(t *testing.T) {
			st := newStory(t)
			st.Inject("apps.connections.open", slackfake.ErrorCode(code))
			ended, _ := st.listen()
			select {
			case err := <-ended:
				if err == nil || !strings.Contains(err.Error(), code) || strings.Contains(err.Error(), "xapp") {
					t.Errorf("ended with %v", err)
				}
			case <-time.After(10 * time.Second):
				t.Error("it goes on for ever")
			}
		})
	}
	if err := New(Options{Now: func() time.Time { return start }}).Run(context.Background()); err == nil {
		t.Error("without a token it runs")
	}
}

// acknowledged says which of two envelopes was: acknowledgements go out in
// order, so what a later envelope's has overtaken was not on its way.
func (st *story) acknowledged(n int) bool {
	ids, stray := st.Acknowledged()
	return len(ids)+len(stray) == n
}

func TestRow05AnEventIsAcknowledgedAfterTheCommit(t *testing.T) {
	st := newStory(t)
	st.listen()
	st.WaitForSockets(1)
	began, commit := make(chan struct{}), make(chan struct{})
	st.does(func(_ context.Context, e bot.Event) (bot.Reply, error) {
		if e.Text == "hello" {
			close(began)
			<-commit
		}
		return bot.Reply{}, nil
	})
	said := make(chan slackfake.Answer)
	go func() { said <- st.Say("U1", "C1", "hello") }()
	<-began
	st.Slash("U1", "C1", "/incident", "list")
	if !st.acknowledged(1) {
		t.Error("acknowledged before it was kept")
	}
	close(commit)
	if a := <-said; !a.OK() || !st.acknowledged(2) {
		t.Errorf("not acknowledged: %v", a.Err)
	}
}

func TestRow05AnEventThatWasNotKeptComesAgain(t *testing.T) {
	st := newStory(t)
	st.listen()
	st.WaitForSockets(1)
	var tries atomic.Int64
	failed := make(chan struct{})
	st.does(func(_ context.Context, e bot.Event) (bot.Reply, error) {
		if e.Text == "hello" && tries.Add(1) == 1 {
			defer close(failed)
			return bot.Reply{}, errors.New("no database")
		}
		return bot.Reply{}, nil
	})
	said := make(chan slackfake.Answer)
	go func() { said <- st.Say("U1", "C1", "hello") }()
	<-failed
	st.settle()
	st.Slash("U1", "C1", "/incident", "list")
	if !st.acknowledged(1) {
		t.Error("what was not kept was acknowledged")
	}
	st.DropSockets() // or the fake would wait until its time has run out
	if a := <-said; !a.OK() || tries.Load() != 2 || len(st.got()) != 2 {
		t.Errorf("tried %d times, kept %d: %v", tries.Load(), len(st.got()), a.Err)
	}
}

func TestRow06GapsAreInTheLog(t *testing.T) {
	st := newStory(t)
	st.listen()
	st.WaitForSockets(1)
	st.within("not greeted", st.app.Connected)
	opens := st.SocketOpens()
	st.Disconnect("refresh_requested")
	st.within("no second socket", func() bool { return st.SocketOpens() > opens && st.Sockets() == 1 && st.app.Connected() })
	has(t, "the log", st.log(), "open again", "gap=")
}

func TestRow07AStopFinishesWhatWasBegun(t *testing.T) {
	st := newStory(t)
	ended, stop := st.listen()
	st.WaitForSockets(1)
	st.does(func(context.Context, bot.Event) (bot.Reply, error) {
		stop()
		return bot.Reply{}, nil
	})
	if a := st.Say("U1", "C1", "hello"); !a.OK() {
		t.Errorf("not acknowledged: %v", a.Err)
	}
	if err := <-ended; err != nil {
		t.Errorf("a stop is a failure: %v", err)
	}
	if st.app.Connected() {
		t.Error("still connected")
	}
}

// lineOnce answers a direct message while Slack's API behaves in some way.
func lineOnce(t *testing.T, method string, f slackfake.Fault) *story {
	st := newStory(t)
	st.says(text("Hello."))
	st.Inject(method, f)
	st.Say("U1", st.DM("U1"), "hi")
	st.settle()
	return st
}

func TestRow08EveryRateLimitIsOne(t *testing.T) {
	for name, f := range map[string]slackfake.Fault{
		"429": slackfake.TooMany(30 * time.Second), "429 without a time": slackfake.TooManyBare(), "200": slackfake.RateLimited(),
	} {
		t.Run(name, func(t *testing.T) {
			st := lineOnce(t, "chat.postMessage", f)
			has(t, "the log", st.log(), "could not be shown", string(bot.Refused))
			if n := len(st.Calls("chat.postMessage")); n != 1 {
				t.Errorf("%d calls", n)
			}
		})
	}
}

func TestRow09NobodySleepsOnALimit(t *testing.T) {
	begun := time.Now()
	lineOnce(t, "chat.postMessage", slackfake.TooMany(time.Hour))
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestRow10NothingIsPostedTwice(t *testing.T) {
	st := lineOnce(t, "chat.postMessage", slackfake.ResetAfter())
	if n := len(st.Messages(st.DM("U1"))); n != 2 { // the person's, and one of ours
		t.Errorf("%d messages", n)
	}
	if n := len(st.Calls("chat.postMessage")); n != 1 {
		t.Errorf("%d calls", n)
	}
}

func TestRow11AYesThatNamesNothingIsNone(t *testing.T) {
	for name, f := range map[string]slackfake.Fault{"bare": slackfake.BareRefusal(), "a page": slackfake.HTML(200)} {
		st := newStory(t)
		st.Inject("views.open", f)
		st.says(form("Add a note", asks("text")))
		st.Slash("U1", "C1", "/incident", "note INC-1")
		has(t, name, st.alone("C1", "U1").Reads(), "did not open in time")

		st = lineOnce(t, "chat.postMessage", f)
		has(t, "the log", st.log(), "could not be shown")
	}
}

func TestRow12TheTokenIsTheInstallations(t *testing.T) {
	st := newStory(t)
	w := st.AddWorkspace(slackfake.Workspace{ID: "T2", Name: "Fabrikam"})
	st.AddUser(slackfake.User{ID: "U2", Team: "T2"})
	st.AddChannel(slackfake.Channel{ID: "C2", Team: "T2", Name: "other", Members: []string{"U2", w.BotUser}})
	st.tables.all["T2"] = Installation{Workspace: "T2", Token: w.Token, BotUser: w.BotUser, BotID: w.BotID}
	st.says(form("Add a note", asks("text"))) // JSON with a header
	st.Slash("U2", "C2", "/incident", "")
	st.Mention("U2", "C2", "", "status") // a form with a field
	st.settle()
	calls := st.Calls("views.open", "chat.postEphemeral")
	if len(calls) != 2 || calls[0].Team != "T2" || calls[1].Team != "T2" {
		t.Errorf("calls: %+v", calls)
	}
}

func TestRow13TheFutureIsSignedForFiveMinutes(t *testing.T) {
	st := newStory(t)
	st.Next(slackfake.FutureSignature(300 * time.Second))
	if a := st.Slash("U1", "C1", "/incident", "list"); !a.OK() {
		t.Errorf("answered %d", a.Status)
	}
	st.Next(slackfake.FutureSignature(301 * time.Second))
	if a := st.Slash("U1", "C1", "/incident", "list"); a.Status != http.StatusUnauthorized {
		t.Errorf("answered %d", a.Status)
	}
}

func TestRow14EventsThatSlackGoDoesNotKnowAreNoFaults(t *testing.T) {
	st := newStory(t)
	st.listen()
	st.WaitForSockets(1)
	for _, kind := range []string{"scope_granted", "workflow_step_execute", "channel_convert_to_private"} {
		a := st.Deliver(slackfake.KindEvent, slackfake.Block{"type": "event_callback", "team_id": "T1", "event_id": kind, "event": slackfake.Block{"type": kind, "scopes": []any{"chat:write"}}})
		if !a.OK() {
			t.Errorf("%s: %v", kind, a.Err)
		}
	}
	if strings.Contains(st.log(), "can't read") {
		t.Errorf("slack-go takes them for faults: %s", st.log())
	}
}

func TestRow15LargeAnswersGoByTheAPI(t *testing.T) {
	st := newStory(t)
	st.app.limits.light = time.Second
	st.listen()
	st.WaitForSockets(1)
	long := words.Text(strings.Repeat("Everything about INC-1. ", 400))
	st.says(text(long + long + long))
	if a := st.Slash("U1", "C1", "/incident", "why INC-1"); len(a.Body) != 0 && string(a.Body) != "null" {
		t.Errorf("%d bytes in the acknowledgement", len(a.Body))
	}
	has(t, "the line", st.alone("C1", "U1").Text, "Everything about INC-1.")

	st.says(form("Report", asks("text")))
	st.Slash("U1", "C1", "/incident", "")
	st.settle()
	var options []string
	for i := range 100 {
		options = append(options, "p"+strconv.Itoa(i)+strings.Repeat("-", 60))
	}
	st.says(form("Which product?", chooses("product", options...), chooses("other", options...)))
	st.Submit("U1", map[string]any{"text": "x"})
	st.settle()
	if v := st.Modal("U1"); v == nil || v.Title != "Which product?" {
		t.Errorf("the window is %+v; log:\n%s", v, st.log())
	}
}
