package slack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// waits is how long a refused call must wait; 0 for one that may be made.
func waits(t *testing.T, err error) time.Duration {
	t.Helper()
	if err == nil {
		return 0
	}
	var e *bot.SendError
	if !errors.As(err, &e) || e.Outcome != bot.Refused || e.RetryAfter <= 0 || !errors.Is(err, errBudget) {
		t.Fatalf("over budget is %v", err)
	}
	return e.RetryAfter
}

func TestBudgetOfAChannel(t *testing.T) {
	var b budgets
	now := start
	spend := func(channel string) time.Duration {
		return waits(t, b.spend("chat.postMessage", "T1", channel, now))
	}
	for _, step := range []struct {
		after   time.Duration
		channel string
		want    time.Duration
	}{
		{0, "C1", 0},
		{0, "C1", time.Second},
		{0, "C1", time.Second}, // what was refused took nothing
		{0, "C2", 0},           // and holds nobody else up
		{400 * time.Millisecond, "C1", 600 * time.Millisecond},
		{599 * time.Millisecond, "C1", time.Millisecond},
		{time.Millisecond, "C1", 0},
		{time.Hour, "C1", 0},
		{0, "C1", time.Second},            // an hour of silence saves nothing up
		{-time.Minute, "C1", time.Second}, // a clock that goes back
		{-time.Minute, "C3", 0},
	} {
		now = now.Add(step.after)
		if got := spend(step.channel).Round(time.Millisecond); step.after >= 0 && got != step.want || (got > 0) != (step.want > 0) {
			t.Errorf("%s at %s waits %s, want %s", step.channel, now.Sub(start), got, step.want)
		}
	}
	if waits(t, b.spend("chat.postMessage", "T2", "C1", now)) != 0 {
		t.Error("another workspace's channel of the same id waits")
	}
}

func TestBudgetOfAMethod(t *testing.T) {
	b := budgets{Budget: Budget{Methods: map[string]float64{"chat.postMessage": 60}}}
	now := start
	for n := range 6 { // a tenth of a minute's at once
		if w := waits(t, b.spend("chat.postMessage", "T1", fmt.Sprint("C", n), now)); w != 0 {
			t.Errorf("message %d waits %s", n, w)
		}
	}
	if w := waits(t, b.spend("chat.postMessage", "T1", "C7", now)); w != time.Second {
		t.Errorf("the seventh waits %s", w)
	}
	if w := waits(t, b.spend("chat.postMessage", "T2", "C7", now)); w != 0 {
		t.Errorf("another workspace waits %s", w)
	}
	if w := waits(t, b.spend("chat.update", "T1", "C8", now)); w != 0 {
		t.Errorf("another method waits %s", w)
	}
	// What the method refused didn't cost the channel its turn.
	now = now.Add(time.Second)
	if w := waits(t, b.spend("chat.postMessage", "T1", "C7", now)); w != 0 {
		t.Errorf("a second later it waits %s", w)
	}
	// In an hour no more goes out than the budget says, however often it is tried.
	sent := 0
	for range 36_000 {
		now = now.Add(100 * time.Millisecond)
		if b.spend("chat.postMessage", "T1", fmt.Sprint("C", sent), now) == nil {
			sent++
		}
	}
	if sent < 3599 || sent > 3606 {
		t.Errorf("%d in an hour of 60 a minute", sent)
	}
	for range 1000 {
		if waits(t, b.spend("views.open", "T1", "", now)) != 0 {
			t.Fatal("a method without a budget waits")
		}
	}
}

// Whom a method's budget refuses comes back in turn, though nobody is kept away for long.
func TestBudgetSpreadsThoseWhoWait(t *testing.T) {
	b := budgets{Budget: Budget{Methods: map[string]float64{"chat.postMessage": 60}}}
	for n := range 6 {
		_ = b.spend("chat.postMessage", "T1", fmt.Sprint("C", n), start)
	}
	var got []time.Duration
	for n := range 8 {
		got = append(got, waits(t, b.spend("chat.postMessage", "T1", fmt.Sprint("D", n), start)))
	}
	if want := "[1s 2s 3s 4s 5s 6s 1s 2s]"; fmt.Sprint(got) != want {
		t.Errorf("they wait %v, want %s", got, want)
	}
	if w := waits(t, b.spend("chat.postMessage", "T1", "C1", start)); w != 3*time.Second {
		t.Errorf("whose channel waits, too, waits %s", w)
	}
	for n := range 6 {
		if err := b.spend("chat.postMessage", "T1", fmt.Sprint("D", n), start.Add(time.Duration(n+1)*time.Second)); err != nil {
			t.Errorf("the turn of D%d is none: %v", n, err)
		}
	}
}

// The defaults stay below what Slack allows.
func TestBudgetsAreBelowSlacks(t *testing.T) {
	var b budgets
	for method, most := range map[string]int{
		"chat.postMessage": 300, "chat.update": 60, "conversations.history": 50, "conversations.replies": 50, "conversations.open": 50,
		"users.conversations": 50, "conversations.info": 50, "conversations.invite": 50, "conversations.members": 100, "conversations.create": 20,
		"conversations.setPurpose": 20, "conversations.setTopic": 20, "conversations.archive": 20,
	} {
		sent := 0
		for ms := range 60_000 {
			if b.spend(method, "T1", fmt.Sprint("C", ms), start.Add(time.Duration(ms)*time.Millisecond)) == nil {
				sent++
			}
		}
		if sent > most || sent < most/2 {
			t.Errorf("%s: %d in a minute", method, sent)
		}
	}
}

// Looking has a budget, too. Only a piece of work that begins is refused: one of many pages would never come to its end.
func TestBudgetOfLooking(t *testing.T) {
	st := newSending(t, func(o *Options) {
		o.Budget = Budget{Methods: map[string]float64{"conversations.history": 8, "users.conversations": 4}}
	})
	p := st.send(inC1, "old", "before")
	id := st.post(p)
	st.HoldEvents()
	for range 900 {
		st.Say("U1", "C1", "and so on")
	}
	p.Now = st.clock()
	if got := st.found(p); got != id { // five pages, of two that may come at once
		t.Errorf("found %q", got)
	}
	_, _, err := st.app.Find(context.Background(), p, start)
	if w := waits(t, err); w != 30*time.Second { // three owed and one more, each 7.5 s
		t.Errorf("the next one waits %s", w)
	}
	p.Now = p.Now.Add(30 * time.Second)
	if got := st.found(p); got != id {
		t.Errorf("in its turn found %q", got)
	}
	for n, want := range []time.Duration{0, 15 * time.Second} {
		_, _, err := st.app.MakeRoom(context.Background(), forINC42)
		if w := waits(t, err); w != want {
			t.Errorf("making a channel, time %d, waits %s", n, w)
		}
	}
}

func TestBudgetsKeepNoMoreThanTheyMust(t *testing.T) {
	var b budgets
	for n := range 50_000 {
		_ = b.spend("views.open", "T1", fmt.Sprint("C", n), start)
		if n%100 == 0 { // who is in use is not forgotten
			if n > 0 && waits(t, b.spend("views.open", "T1", "busy", start)) == 0 {
				t.Fatalf("a channel in use was forgotten after %d others", n)
			}
			_ = b.spend("views.open", "T1", "busy", start)
		}
	}
	if n := len(b.used) + len(b.old); n > 2*mostLimiters {
		t.Errorf("%d limiters are kept", n)
	}
}

// quick is a Slack that takes everything, without a network.
func quick() *http.Client {
	return &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		_, _ = io.Copy(io.Discard, r.Body)
		return &http.Response{
			StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
			Body: io.NopCloser(strings.NewReader(`{"ok":true,"channel":"C1","ts":"1772442000.000100","message":{"text":"x"}}`)),
		}, nil
	})}
}

// BenchmarkPost is what one card costs us: rendering, checking, writing the request and reading the answer.
func BenchmarkPost(b *testing.B) {
	now := start
	s := New(Options{
		Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler), HTTP: quick(),
		Tokens: &tables{all: map[string]Installation{"T1": {Workspace: "T1", Token: "xoxb-bench", BotID: "BBOT", BotUser: "UBOT"}}},
	})
	p := bot.Posting{To: inC1, Key: "card", Message: bot.Message{
		Lang: "en", Zone: "Europe/Zurich", Text: words.Join("", "INC-1 · severity 1 · Checkout is down · call by ", words.At(start.Add(15*time.Minute))),
		Fields:  []bot.Fact{{Label: "Customer", Value: "Contoso"}, {Label: "Impact", Value: "Nobody can pay"}, {Label: "Next", Value: words.At(start.Add(time.Hour))}},
		Buttons: []bot.Button{{Label: "Take", Action: "take", Subject: "t i"}, {Label: "Record first call", Action: "call", Subject: "t i", Primary: true}},
	}}
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Second)
		p.Now = now
		if _, err := s.Post(context.Background(), p); err != nil {
			b.Fatal(err)
		}
	}
}
