package slack

import (
	"context"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"example.com/firstcall/bot"
)

// Budget is how much is sent at most. A value that is zero is the one named beside it; they are below what Slack allows, so
// that it has no reason to make everybody wait. https://docs.slack.dev/apis/web-api/rate-limits
type Budget struct {
	Channel float64            // messages a second into one channel: 1
	Methods map[string]float64 // calls a minute in one workspace, in place of those of perMinute; 0 is without end
}

// perMinute are the calls a minute in one workspace. What answers a person at once has no budget: it can't wait.
var perMinute = map[string]float64{
	"chat.postMessage":         240, // "several hundred a minute"
	"chat.update":              50,  // tier 3, as those of 40
	"conversations.history":    40,
	"conversations.replies":    40,
	"conversations.open":       40,
	"users.conversations":      40,
	"conversations.info":       40,
	"conversations.invite":     40,
	"conversations.members":    80, // tier 4
	"conversations.create":     16, // tier 2
	"conversations.setPurpose": 16,
	"conversations.setTopic":   16,
	"conversations.archive":    16,
}

// budgets counts what was sent. What is over budget isn't waited for but refused until then, so that the destination's pause
// is known to all replicas and no other channel waits behind it.
type budgets struct {
	Budget
	mu        sync.Mutex
	used, old map[string]*rate.Limiter // used since some were last forgotten, and before that
	turns     map[string]time.Time     // when the next one that a method refused may come
}

// mostLimiters bounds what is kept: so many are used until the ones that weren't are forgotten. A channel at rest has
// nothing to remember.
const mostLimiters = 10_000

// spend takes one call from the budgets of the method and, where channel isn't "", of the channel.
func (b *budgets) spend(method, workspace, channel string, now time.Time) error {
	each := b.Channel
	if each == 0 {
		each = 1
	}
	minute := b.minute(method)
	b.mu.Lock()
	defer b.mu.Unlock()
	var taken []*rate.Reservation
	var wait time.Duration
	take := func(key string, second float64, burst int) (delay time.Duration) {
		r := b.limiter(key, second, burst).ReserveN(now, 1)
		taken = append(taken, r)
		delay = r.DelayFrom(now)
		wait = max(wait, delay)
		return delay
	}
	if channel != "" {
		take("channel "+workspace+" "+channel, each, 1)
	}
	shared, crowded := "method "+workspace+" "+method, time.Duration(0)
	if minute > 0 {
		crowded = take(shared, minute/60, burstOf(method, minute))
	}
	if wait <= 0 {
		return nil
	}
	for _, r := range taken {
		r.CancelAt(now)
	}
	if crowded > 0 {
		wait = max(wait, b.turn(shared, crowded, time.Duration(float64(time.Minute)/minute), now))
	}
	return &bot.SendError{Outcome: bot.Refused, RetryAfter: wait, Err: errBudget}
}

// longestTurn is how long somebody is kept away at most for others' sake. Who comes back then is served by urgency, so that it
// must not be long.
const longestTurn = 5 * time.Second

// turn spreads those whom a method's budget refused: they come back one after the other, and not all at the next free place.
func (b *budgets) turn(key string, wait, each time.Duration, now time.Time) time.Duration {
	first, next := now.Add(wait), b.turns[key]
	if next.Before(first) || next.After(first.Add(longestTurn)) {
		next = first
	}
	if b.turns == nil || len(b.turns) >= mostLimiters {
		b.turns = map[string]time.Time{}
	}
	b.turns[key] = next.Add(each)
	return next.Sub(now)
}

func (b *budgets) minute(method string) float64 {
	if minute, some := b.Methods[method]; some {
		return minute
	}
	return perMinute[method]
}

// owe takes one call from the budget of a method, also when nothing is left: whoever comes next waits for it.
func (b *budgets) owe(method, workspace string, now time.Time) {
	if minute := b.minute(method); minute > 0 {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.limiter("method "+workspace+" "+method, minute/60, burstOf(method, minute)).ReserveN(now, 1)
	}
}

// burstOf is how many calls may come at once. What looks something up comes in more than one call, seldom.
func burstOf(method string, minute float64) int {
	if strings.HasPrefix(method, "chat.") {
		return max(1, int(minute/10))
	}
	return max(1, int(minute/4))
}

// pacing says whose budgets the calls of one piece of work are taken from.
type pacing struct {
	workspace string
	now       time.Time
	begun     bool // its first call was made
}

type pacingKey struct{}

// paced gives a context whose calls are taken from their methods' budgets. Only the first of them can be refused: work that was
// begun goes on, since it would begin anew and never come to its end.
func (s *Slack) paced(ctx context.Context, workspace string, now time.Time) context.Context {
	return context.WithValue(ctx, pacingKey{}, &pacing{workspace: workspace, now: now})
}

func (s *Slack) pace(ctx context.Context, method string) error {
	p, _ := ctx.Value(pacingKey{}).(*pacing)
	switch {
	case p == nil:
		return nil
	case p.begun:
		s.budgets.owe(method, p.workspace, p.now)
		return nil
	}
	err := s.budgets.spend(method, p.workspace, "", p.now)
	p.begun = err == nil
	return err
}

func (b *budgets) limiter(key string, second float64, burst int) *rate.Limiter {
	l, ok := b.used[key]
	if ok {
		return l
	}
	if l, ok = b.old[key]; !ok {
		l = rate.NewLimiter(rate.Limit(second), burst)
	}
	if b.used == nil || len(b.used) >= mostLimiters {
		b.used, b.old = map[string]*rate.Limiter{}, b.used
	}
	b.used[key] = l
	return l
}
