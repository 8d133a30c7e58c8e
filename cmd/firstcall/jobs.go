package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/robfig/cron/v3"

	"example.com/firstcall/bot"
)

// How long is kept what only serves to recognise a repetition, or to go on with.
const (
	// Slack sends what it couldn't deliver again for up to 24 hours, and what it sends may be two hours old: the least is 26.
	keepInbox  = 7 * 24 * time.Hour
	keepDrafts = time.Hour // after its end, so that a late answer is told so
)

// jobs is the cron table: a bell that rings often, not a memory. What is due is
// in the database, and a ring that is missed or comes twice does no harm. What
// is due is looked for every tick.
func jobs(ctx context.Context, b ticks, store bot.Store, tick time.Duration, now func() time.Time, log *slog.Logger) *cron.Cron {
	c := cron.New(cron.WithLocation(time.UTC), cron.WithLogger(cron.DiscardLogger))
	// A job that panics must not look as if it were still running, so its
	// recovery lies inside.
	chain := cron.NewChain(cron.SkipIfStillRunning(cron.DiscardLogger), cron.Recover(cronLog{log}))
	every := func(interval time.Duration, name string, f func(context.Context) error) {
		c.Schedule(each(interval), chain.Then(cron.FuncJob(func() {
			if err := f(ctx); err != nil && ctx.Err() == nil {
				log.ErrorContext(ctx, "job failed; it is tried again", "job", name, "err", err)
			}
		})))
	}
	every(tick, "wake", func(ctx context.Context) error { _, err := b.Wake(ctx); return err })
	every(tick, "deliver", func(ctx context.Context) error { _, err := b.Deliver(ctx); return err })
	every(tick, "furnish", func(ctx context.Context) error { _, err := b.Furnish(ctx); return err })
	every(time.Minute, "sweep", func(ctx context.Context) error {
		at := now()
		return store.Sweep(ctx, at.Add(-keepInbox), at.Add(-keepDrafts))
	})
	return c
}

// each is a schedule of equal intervals; cron's own knows whole seconds only.
type each time.Duration

// Next implements cron.Schedule.
func (e each) Next(t time.Time) time.Time { return t.Add(time.Duration(e)) }

// cronLog lets cron write to our log.
type cronLog struct{ log *slog.Logger }

// Info is of no interest: jobs say themselves what matters.
func (cronLog) Info(string, ...any) {}

// Error reports a job that panicked.
func (l cronLog) Error(err error, msg string, args ...any) {
	l.log.Error("job panicked", append([]any{"cron", msg, "err", err}, args...)...)
}
