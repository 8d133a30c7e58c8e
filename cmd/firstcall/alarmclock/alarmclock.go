// Package alarmclock sleeps until something is due and then lets it be done: alarms are answered at their instant, and an
// idle program costs nothing. It remembers nothing; what is due is in the database.
package alarmclock

import (
	"context"
	"log/slog"
	"time"
)

// Clock does what is due. Its fields are set once, before use; make one with New.
type Clock struct {
	next func(context.Context) (time.Time, error)
	do   func(context.Context) (int, error)
	now  func() time.Time
	most time.Duration
	log  *slog.Logger
	rung chan struct{}
}

// New makes a clock. Next says when something is due, zero for never; do does all that is due and says how much that was. At
// most `most` passes without looking, whatever next says: others may have written something since.
func New(next func(context.Context) (time.Time, error), do func(context.Context) (int, error), most time.Duration,
	now func() time.Time, log *slog.Logger,
) *Clock {
	return &Clock{next: next, do: do, now: now, most: most, log: log, rung: make(chan struct{}, 1)}
}

// Ring makes the clock look at once. It never blocks, and any number of rings before it looks count as one.
func (c *Clock) Ring() {
	select {
	case c.rung <- struct{}{}:
	default:
	}
}

// Run does what is due until the context ends. A failure is logged, and tried again after the longest sleep.
func (c *Clock) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-c.rung:
		}
		timer.Reset(c.once(ctx))
	}
}

// once does what is due, and says how long to sleep.
func (c *Clock) once(ctx context.Context) time.Duration {
	if _, err := c.do(ctx); err != nil {
		return c.failed(ctx, err)
	}
	next, err := c.next(ctx)
	if err != nil {
		return c.failed(ctx, err)
	}
	if next.IsZero() {
		return c.most
	}
	return min(max(next.Sub(c.now()), 0), c.most)
}

func (c *Clock) failed(ctx context.Context, err error) time.Duration {
	if ctx.Err() == nil {
		c.log.ErrorContext(ctx, "what is due was not all done; it is tried again", "err", err)
	}
	return c.most
}
