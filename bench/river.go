package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"example.com/firstcall/storage/localpg"
)

// nothing is a job that does nothing.
type nothing struct{}

// Kind implements river.JobArgs.
func (nothing) Kind() string { return "nothing" }

type doNothing struct {
	river.WorkerDefaults[nothing]
	left *atomic.Int64
	done chan struct{}
}

// Work implements river.Worker.
func (w *doNothing) Work(context.Context, *river.Job[nothing]) error {
	if w.left.Add(-1) == 0 {
		close(w.done)
	}
	return nil
}

// drainRiver measures jobs that do nothing: 2,000 workers, two milliseconds between fetches, its own driver. It has neither
// a decision to make nor anything to write besides its jobs' ends.
func (p *place) drainRiver(ctx context.Context, jobs int) (float64, error) {
	const name = "drain_river"
	if err := p.Drop(ctx, name); err != nil {
		return 0, err
	}
	if _, err := p.Super.ExecContext(ctx, "CREATE DATABASE "+name); err != nil {
		return 0, err
	}
	pool, err := pgxpool.New(ctx, p.URL(localpg.Superuser, name))
	if err != nil {
		return 0, err
	}
	defer pool.Close()
	driver := riverpgxv5.New(pool)
	migrator, err := rivermigrate.New(driver, nil)
	if err != nil {
		return 0, err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return 0, err
	}
	w := &doNothing{left: &atomic.Int64{}, done: make(chan struct{})}
	w.left.Store(int64(jobs))
	all := river.NewWorkers()
	river.AddWorker(all, w)
	client, err := river.NewClient(driver, &river.Config{
		Queues:        map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 2000}},
		FetchCooldown: 2 * time.Millisecond, FetchPollInterval: 20 * time.Millisecond, Workers: all, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return 0, err
	}
	for left := jobs; left > 0; left -= 5000 {
		some := make([]river.InsertManyParams, min(left, 5000))
		for n := range some {
			some[n].Args = nothing{}
		}
		if _, err := client.InsertManyFast(ctx, some); err != nil {
			return 0, fmt.Errorf("insert River's jobs: %w", err)
		}
	}
	if _, err := pool.Exec(ctx, "VACUUM ANALYZE"); err != nil {
		return 0, err
	}
	if _, err := pool.Exec(ctx, "CHECKPOINT"); err != nil {
		return 0, err
	}
	cpu := p.Used()
	begun := time.Now()
	if err := client.Start(ctx); err != nil {
		return 0, err
	}
	select {
	case <-w.done:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	if err := client.Stop(ctx); err != nil { // it returns when the last ends are written
		return 0, err
	}
	took := time.Since(begun)
	say("  processor for each job, River: %s", p.Used().Since(cpu).Each(jobs))
	return float64(jobs) / took.Seconds(), nil
}
