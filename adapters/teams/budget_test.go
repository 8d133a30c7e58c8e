package teams

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"example.com/firstcall/adapters/teams/teamsfake"
	"example.com/firstcall/bot"
)

// spentUntil takes calls until there is none left, and says how many there were.
func spentUntil(t *testing.T, b *budgets, place string, now time.Time) (n int, wait time.Duration) {
	t.Helper()
	for {
		err := b.spend(place, "tenant", now)
		var e *bot.SendError
		switch {
		case err == nil:
			n++
		case errors.As(err, &e) && e.Outcome == bot.Refused:
			return n, e.RetryAfter
		default:
			t.Fatal(err)
		}
	}
}

// The windows of a conversation: 7 in a second, 8 in two, 60 in thirty, 1,800 in an hour.
func TestBudgetOfAConversation(t *testing.T) {
	b := &budgets{}
	now := start
	n, wait := spentUntil(t, b, "c", now)
	equal(t, "at once", fmt.Sprint(n, wait), "7 1s")
	now = now.Add(time.Second)
	n, wait = spentUntil(t, b, "c", now)
	equal(t, "a second later", fmt.Sprint(n, wait), "1 1s") // the eighth; the ninth waits for the first two seconds to end
	other, _ := spentUntil(t, b, "d", now)
	equal(t, "in another conversation", other, 7)

	// 60 in 30 s: after 8 so far, 52 more.
	total := 8
	for end := start.Add(30 * time.Second); ; {
		now = now.Add(time.Second)
		if !now.Before(end) {
			break
		}
		n, _ = spentUntil(t, b, "c", now)
		total += n
	}
	equal(t, "in thirty seconds", total, 60)
	n, _ = spentUntil(t, b, "c", start.Add(30*time.Second))
	equal(t, "when the first seven are over", n, 7)

	// An hour of one call every 2 s takes all 1,800.
	h := &budgets{}
	for i := range 1800 {
		if err := h.spend("c", "tenant", start.Add(time.Duration(i)*2*time.Second-time.Duration(i)*time.Millisecond)); err != nil {
			t.Fatalf("call %d: %v", i, err)
		}
	}
	n, wait = spentUntil(t, h, "c", start.Add(59*time.Minute+58*time.Second+900*time.Millisecond))
	equal(t, "after 1,800 in an hour", fmt.Sprint(n, wait), "0 1.1s")
}

func TestBudgetOfATenant(t *testing.T) {
	b := &budgets{}
	taken := 0
	for i := range 20 {
		n, _ := spentUntil(t, b, fmt.Sprint("c", i), start)
		taken += n
	}
	equal(t, "in one tenant at once", taken, 50)
	if err := b.spend("c", "other tenant", start); err != nil {
		t.Errorf("another tenant waits: %v", err)
	}
	if err := b.spend("c19", "tenant", start.Add(time.Second)); err != nil {
		t.Errorf("a second later: %v", err)
	}
}

// Threads share their channel's budget; a question about members has its own.
func TestBudgetOfAChannelIsItsThreads(t *testing.T) {
	st := newStory(t, func(s *setting) { s.fake.Limits, s.fake.LimitsFail = true, true })
	channel := st.Team("Contoso", st.ana).Channel("Incidents")
	root := st.post(st.posting(st.to(channel), "INC-1"))
	p := st.posting(st.to(channel), "more")
	p.Under = root
	var err error
	n := 1
	for err == nil && n < 20 {
		if _, err = st.app.Post(context.Background(), p); err == nil {
			n++
		}
	}
	equal(t, "the pause", st.fails(err, bot.Refused).RetryAfter, time.Second)
	equal(t, "messages", n, 7)
	st.Say(channel)
	if _, err := st.app.member(context.Background(), st.routeFor(channel), st.ana.AAD); err != nil {
		t.Errorf("members: %v", err)
	}
}

func (st *story) Say(c *teamsfake.Conversation) { st.ana.Say(c, "hello") }

func (st *story) routeFor(c *teamsfake.Conversation) route {
	st.t.Helper()
	r, err := routeOf(st.to(c))
	if err != nil {
		st.t.Fatal(err)
	}
	return r
}

// What no window reaches is thrown away, so that a year of conversations costs
// no more than an hour's.
func TestBudgetForgets(t *testing.T) {
	b := &budgets{}
	for i := range 5000 {
		_ = b.spend(fmt.Sprint("c", i), fmt.Sprint("tenant", i), start.Add(time.Duration(i)*10*time.Second))
	}
	if n := len(b.used); n > 2*(360+6+1) { // those of an hour and a minute, with their tenants
		t.Errorf("%d are kept", n)
	}
	_ = b.spend("c", "tenant", start.Add(-24*time.Hour)) // a clock that was set back
	if err := b.spend("c", "tenant", start); err != nil {
		t.Errorf("after the clock was put right: %v", err)
	}
}

func TestBudgetOfAClockSetBack(t *testing.T) {
	b := &budgets{}
	spentUntil(t, b, "c", start)
	_, wait := spentUntil(t, b, "c", start.Add(-time.Hour))
	if wait > time.Hour {
		t.Errorf("the conversation waits for %v", wait)
	}
}

// Two hundred conversations with ten messages each, against a channel that fails
// the test at the first call above what it grants: all are through in the time
// that 2,000 messages need at 50 a second, and nobody waits for the
// first of them until others have had all of theirs. A destination that is refused comes back when it
// was told to, those who wait longest first, as the store serves them.
func TestTwoHundredConversationsAreServedFairly(t *testing.T) {
	st := newStory(t, func(s *setting) { s.fake.Limits, s.fake.LimitsFail = true, true })
	type queue struct {
		to    bot.Address
		left  int
		due   time.Time
		first time.Duration
	}
	var all []*queue
	for i := range 200 {
		all = append(all, &queue{to: st.to(st.GroupChat(fmt.Sprint("group ", i), st.ana)), left: 10, due: start})
	}
	for left := 2000; left > 0; {
		now := st.clock()
		if now.Sub(start) > 2*time.Minute {
			t.Fatalf("%d messages are not through after two minutes", left)
		}
		slices.SortStableFunc(all, func(a, b *queue) int { return a.due.Compare(b.due) })
		for _, q := range slices.Clone(all) {
			for q.left > 0 && !q.due.After(now) {
				_, err := st.app.Post(context.Background(), st.posting(q.to, "hello"))
				if err != nil {
					q.due = now.Add(max(st.fails(err, bot.Refused).RetryAfter, time.Second))
					break
				}
				if q.left == 10 {
					q.first = now.Sub(start)
				}
				q.left--
				left--
			}
		}
		st.wait(time.Second)
	}
	// 2,000 at 50 a second take 40 s.
	if took := st.clock().Sub(start); took > 60*time.Second {
		t.Errorf("all are through after %v", took)
	}
	slowest := slices.MaxFunc(all, func(a, b *queue) int { return int(a.first - b.first) })
	// Half of the budget is for first words while there are any: 200 at 25 a second.
	if slowest.first > 10*time.Second {
		t.Errorf("one conversation waits %v for its first message", slowest.first)
	}
	t.Logf("through after %v, the first message of the last one after %v", st.clock().Sub(start), slowest.first)
}
