package main

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// largeOffset is worth an operator's attention.
const largeOffset = 5 * time.Second

// clock is what a serving process takes for now: its machine's clock, corrected by how far the database's is ahead, so that
// several processes agree. It never goes back.
type clock struct {
	machine func() time.Time
	// database asks what the database's clock shows.
	database func(context.Context) (time.Time, error)
	log      *slog.Logger
	noted    func(offset time.Duration)

	mu     sync.Mutex
	offset time.Duration
	last   time.Time
}

// Now is the corrected instant, in UTC, to the microsecond that Postgres keeps.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.machine().Add(c.offset).UTC().Truncate(time.Microsecond)
	if now.Before(c.last) {
		return c.last
	}
	c.last = now
	return now
}

// set measures the offset anew. The answer was read about halfway between question and answer.
func (c *clock) set(ctx context.Context) error {
	asked := c.machine()
	there, err := c.database(ctx)
	if err != nil {
		return err
	}
	answered := c.machine()
	offset := there.Sub(asked.Add(answered.Sub(asked) / 2))
	c.mu.Lock()
	before := c.offset
	c.offset = offset
	c.mu.Unlock()
	if c.noted != nil {
		c.noted(offset)
	}
	if offset.Abs() > largeOffset && before.Abs() <= largeOffset {
		c.log.WarnContext(ctx, "this machine's clock differs from the database's; it is corrected for, but should be set right", "offset", offset)
	}
	return nil
}
