package teamsfake

import (
	"fmt"
	"net/http"
	"time"
)

// budget is how many calls are taken within a window.
type budget struct {
	most   int
	within time.Duration
}

// Teams publishes these as of its rate-limit page and may change them: for
// writes and for reading members of one conversation, and for an app in a
// tenant.
var (
	writeBudgets  = []budget{{7, time.Second}, {8, 2 * time.Second}, {60, 30 * time.Second}, {1800, time.Hour}}
	memberBudgets = []budget{{14, time.Second}, {120, 30 * time.Second}, {3600, time.Hour}}
	tenantBudgets = []budget{{50, time.Second}}
)

// sendTimes keeps when calls were taken, by what they count against.
type sendTimes map[string][]time.Time

// wait is how long a call at now must still wait; zero: it may go.
func (s sendTimes) wait(key string, budgets []budget, now time.Time) time.Duration {
	times := s[key]
	var longest time.Duration
	for _, b := range budgets {
		if len(times) < b.most {
			continue
		}
		frees := times[len(times)-b.most].Add(b.within)
		longest = max(longest, frees.Sub(now))
	}
	return longest
}

// throttled answers 429 where a budget is spent, and counts the call otherwise.
// All threads of a channel share its budget.
func (f *Fake) throttled(c *call) bool {
	if !f.o.Limits {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.o.Now()
	where, tenant := "new conversations", f.o.TenantID
	if c.at != nil {
		where, tenant = c.at.room.id, c.at.room.tenant
	}
	budgets := writeBudgets
	if c.op == OpMembers || c.op == OpMember {
		where, budgets = where+" members", memberBudgets
	}
	wait := max(f.sent.wait(where, budgets, now), f.sent.wait("tenant "+tenant, tenantBudgets, now))
	if wait <= 0 {
		f.sent[where] = append(f.sent[where], now)
		f.sent["tenant "+tenant] = append(f.sent["tenant "+tenant], now)
		return false
	}
	if f.o.LimitsFail {
		f.mind("%s: above the limit of %s by %v", c.op, where, wait)
	}
	c.w.Header().Set("Retry-After", fmt.Sprint(int((wait+time.Second-1)/time.Second)))
	f.status(c, http.StatusTooManyRequests, "Throttled", "Too many requests.")
	return true
}

// alone takes the conversation for one write; nil: another one is under way,
// and the call has been answered 412. The caller frees it.
func (f *Fake) alone(c *call) (free func()) {
	if !f.o.Serial || c.at == nil || c.op == OpMembers || c.op == OpMember {
		return func() {}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	r := c.at.room
	if r.writing {
		f.mind("%s: two writes to %s at once", c.op, c.at.ID())
		f.status(c, http.StatusPreconditionFailed, "PreconditionFailed", "Precondition failed, please retry.")
		return nil
	}
	r.writing = true
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		r.writing = false
	}
}
