package teams

import (
	"errors"
	"sync"
	"time"

	"example.com/firstcall/bot"
)

// window is how many calls are made at most in a while.
type window struct {
	most   int
	within time.Duration
}

// What Teams grants, as its documents say. Where they give two numbers, the
// lower one. https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
var (
	conversationWindows = []window{{7, time.Second}, {8, 2 * time.Second}, {60, 30 * time.Second}, {1800, time.Hour}}
	memberWindows       = []window{{14, time.Second}, {120, 30 * time.Second}, {3600, time.Hour}}
	tenantWindows       = []window{{50, time.Second}}
)

var errBudget = errors.New("the budget that Teams grants is spent")

// budgets counts what was written, by conversation (all threads of a channel
// share its budget) and by tenant. What is over budget isn't waited for but
// refused until then, so that the destination's pause is known to all replicas
// and no other conversation waits behind it.
type budgets struct {
	off    bool // nothing is counted
	mu     sync.Mutex
	used   map[string]*times
	hungry map[string]map[string]time.Time // by tenant: the conversations that wait for their first call, and since when they last asked
	last   time.Time                       // when what is over was thrown away
}

// times are when the calls were made, the oldest first; as many as the largest
// window needs.
type times struct {
	at      []time.Time
	windows []window
}

// While somebody in a tenant waits for a first call, whoever had one lately gets
// only half of the tenant's budget: so many messages for a few conversations
// don't keep the first word from all others.
const (
	lately     = 30 * time.Second
	waitsStill = 3 * time.Second // after it asked
	shared     = 25
)

// spend takes one writing call from the budgets, or says when there will be one.
func (b *budgets) spend(place, tenant string, now time.Time) error {
	return b.take("c "+tenant+" "+place, conversationWindows, tenant, now)
}

// left says whether spend would take a call now; it takes none.
func (b *budgets) left(place, tenant string, now time.Time) bool {
	if b.off {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tidy(now)
	for _, key := range []string{"c " + tenant + " " + place, "t " + tenant} {
		if t := b.used[key]; t != nil && t.wait(now) > 0 {
			return false
		}
	}
	return true
}

// ask is spend for a question about a conversation's members.
func (b *budgets) ask(place, tenant string, now time.Time) error {
	return b.take("m "+tenant+" "+place, memberWindows, tenant, now)
}

func (b *budgets) take(key string, windows []window, tenant string, now time.Time) error {
	if b.off {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tidy(now)
	mine, all := b.of(key, windows), b.of("t "+tenant, tenantWindows)
	wait := max(mine.wait(now), all.wait(now))
	first := !mine.within(lately, now)
	if !first && wait <= 0 && b.waiting(tenant, now) {
		wait = all.over(window{shared, time.Second}, now)
	}
	if wait > 0 {
		if first {
			b.note(tenant, key, now)
		}
		return &bot.SendError{Outcome: bot.Refused, RetryAfter: wait, Err: errBudget}
	}
	delete(b.hungry[tenant], key)
	mine.take(now)
	all.take(now)
	return nil
}

// note remembers that a conversation waits for its first call.
func (b *budgets) note(tenant, key string, now time.Time) {
	if b.hungry == nil {
		b.hungry = map[string]map[string]time.Time{}
	}
	if b.hungry[tenant] == nil {
		b.hungry[tenant] = map[string]time.Time{}
	}
	b.hungry[tenant][key] = now
}

// waiting says whether a conversation of the tenant waits for its first call.
func (b *budgets) waiting(tenant string, now time.Time) bool {
	for key, asked := range b.hungry[tenant] {
		if age := now.Sub(asked); age >= 0 && age < waitsStill {
			return true
		}
		delete(b.hungry[tenant], key)
	}
	return false
}

func (b *budgets) of(key string, windows []window) *times {
	if b.used == nil {
		b.used = map[string]*times{}
	}
	t := b.used[key]
	if t == nil {
		t = &times{windows: windows}
		b.used[key] = t
	}
	return t
}

// tidyEvery is how often what no window reaches any more is thrown away: so what
// is kept is never more than the calls of the longest window and this.
const tidyEvery = time.Minute

func (b *budgets) tidy(now time.Time) {
	if age := now.Sub(b.last); age >= 0 && age < tidyEvery {
		return
	}
	b.last = now
	for tenant := range b.hungry {
		if !b.waiting(tenant, now) {
			delete(b.hungry, tenant)
		}
	}
	for key, t := range b.used {
		if t.forget(now); len(t.at) == 0 {
			delete(b.used, key)
		}
	}
}

// wait is how long a call has to wait; not above zero: it may be made now.
func (t *times) wait(now time.Time) (longest time.Duration) {
	for _, w := range t.windows {
		longest = max(longest, t.over(w, now))
	}
	return longest
}

// over is how long one window makes a call wait.
func (t *times) over(w window, now time.Time) time.Duration {
	if len(t.at) < w.most {
		return 0
	}
	free := t.at[len(t.at)-w.most].Add(w.within).Sub(now)
	return max(0, min(free, w.within)) // a clock that was set back must not stop us for longer
}

// within says whether there was a call in the last while.
func (t *times) within(while time.Duration, now time.Time) bool {
	return len(t.at) > 0 && now.Sub(t.at[len(t.at)-1]) < while
}

func (t *times) take(now time.Time) {
	t.forget(now)
	t.at = append(t.at, now)
}

// forget drops what the longest window doesn't reach.
func (t *times) forget(now time.Time) {
	longest := t.windows[len(t.windows)-1].within
	n := 0
	for n < len(t.at) && now.Sub(t.at[n]) >= longest {
		n++
	}
	if n > 0 {
		t.at = append(t.at[:0:0], t.at[n:]...)
	}
}
