package talk

import (
	"sync"
	"time"
)

// Clock stands still until it is moved. It may be used by many goroutines.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock makes a clock that shows the instant, cut to microseconds as
// Postgres keeps them.
func NewClock(at time.Time) *Clock {
	return &Clock{now: at.UTC().Truncate(time.Microsecond)}
}

// Now is what the clock shows, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves the clock to the instant. It never goes back: an earlier instant
// is left alone.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at.After(c.now) {
		c.now = at.UTC()
	}
}
