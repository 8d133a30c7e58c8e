package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"time"

	"example.com/firstcall/bench/lab"
	"example.com/firstcall/bot"
)

// workers is how many goroutines decide at once.
const workers = 2

// drain measures how fast many due subjects are decided and written, beside their statements alone and beside River's jobs
// that do nothing.
func drain(ctx context.Context, p *place, s sizes) error {
	start := time.Now().UTC().Truncate(time.Second)
	each := s.due / s.tenants
	if err := p.Furnish(ctx, "drain_model", console, s.tenants, start); err != nil {
		return err
	}
	if err := p.OpenOne(ctx, "drain_model", console, s.tenants, start); err != nil {
		return err
	}
	if err := p.wakeOnce(ctx, "drain_model", start.Add(8*time.Minute)); err != nil {
		return err
	}
	if err := p.Rest(ctx, "drain_model", "m"); err != nil {
		return err
	}
	if err := p.Exec(ctx, "drain_model", s.try); err != nil {
		return err
	}
	if err := p.Inside(ctx, "drain_model", func(db *sql.DB) error {
		return lab.Copies(ctx, db, each-1, 2, lab.Together, true)
	}); err != nil {
		return err
	}
	if err := p.Settle(ctx, "drain_model"); err != nil {
		return err
	}
	if s.verbose {
		if err := p.sizes(ctx, "drain_model"); err != nil {
			return err
		}
	}
	now := start.Add(10*time.Minute + 30*time.Second) // half of the target was reminded of; now the ladder's first rung is due
	var ours, bare, rivers []float64
	var written string
	for n := range s.runs {
		rate, what, recorded, err := p.drainOurs(ctx, now, n == s.runs-1, s)
		if err != nil {
			return err
		}
		ours, written = append(ours, rate), what
		if recorded != nil {
			for range s.runs {
				rate, err := p.drainBare(ctx, recorded, float64(s.tenants*each), s.verbose)
				if err != nil {
					return err
				}
				bare = append(bare, rate)
			}
		}
		if s.peer {
			rate, err := p.drainRiver(ctx, s.due)
			if err != nil {
				return err
			}
			rivers = append(rivers, rate)
		}
	}
	say("%d subjects of %d tenants, %d workers: %s", s.tenants*each, s.tenants, workers, written)
	say("ours  %.0f/s %.0f", medianOf(ours), ours)
	say("bare  %.0f/s %.0f: %.2f times", medianOf(bare), bare, medianOf(bare)/medianOf(ours))
	if s.peer {
		say("River %.0f/s %.0f: ours is %.2f times", medianOf(rivers), rivers, medianOf(ours)/medianOf(rivers))
	}
	return p.Drop(ctx, "drain_model")
}

// wakeOnce answers what is due at an instant.
func (p *place) wakeOnce(ctx context.Context, name string, now time.Time) error {
	store, err := p.Store(ctx, name, nil)
	if err != nil {
		return err
	}
	defer store.Close()
	_, err = wakeAll(ctx, lab.Bot(store, func() time.Time { return now }))
	return err
}

// drainOurs lets workers wake everything, and says how many a second that were and what was written. The recorded run is
// measured, too: what it records costs little beside what it does.
func (p *place) drainOurs(ctx context.Context, now time.Time, record bool, s sizes) (rate float64, written string, all []*transaction, err error) {
	if err := p.Fresh(ctx, "drain_run", "drain_model"); err != nil {
		return 0, "", nil, err
	}
	var r recorder
	var wrap func(driver.Connector) driver.Connector
	if record {
		wrap = r.wrap
	}
	store, err := p.Store(ctx, "drain_run", wrap)
	if err != nil {
		return 0, "", nil, err
	}
	defer store.Close()
	b := lab.Bot(store, func() time.Time { return now })
	b.Wakers = workers
	var woken int
	cpu := p.Used()
	begun := time.Now()
	err = s.profiled(func() (err error) {
		woken, err = wakeAll(ctx, b)
		return err
	})
	took := time.Since(begun)
	if err != nil {
		return 0, "", nil, err
	}
	say("  processor for each subject: %s", p.Used().Since(cpu).Each(woken))
	if record {
		all = r.take()
	}
	err = p.Inside(ctx, "drain_run", func(db *sql.DB) error {
		return db.QueryRowContext(ctx, `
SELECT format('%s rings (%s), %s journal lines, %s cards', (SELECT count(*) FROM rings WHERE state = 'waiting'),
    (SELECT string_agg(n || ' ' || kind, ', ') FROM (SELECT kind, count(*) AS n FROM rings WHERE state = 'waiting' GROUP BY kind) AS k),
    (SELECT count(*) FROM journal WHERE kind = 'paged'), (SELECT count(*) FROM cards WHERE state = 'waiting'))`).Scan(&written)
	})
	return float64(woken) / took.Seconds(), written, all, err
}

func wakeAll(ctx context.Context, b *bot.Bot) (int, error) {
	all := 0
	for {
		n, err := b.Wake(ctx)
		all += n
		if err != nil || n == 0 {
			return all, err
		}
	}
}

// drainBare plays the recorded statements on as many bare connections as there were workers, in the order they were begun.
func (p *place) drainBare(ctx context.Context, all []*transaction, subjects float64, verbose bool) (float64, error) {
	if err := p.Fresh(ctx, "drain_run", "drain_model"); err != nil {
		return 0, err
	}
	var players []*player
	for range workers {
		pl, err := p.newPlayer(ctx, "drain_run")
		if err != nil {
			return 0, err
		}
		defer pl.close()
		players = append(players, pl)
	}
	var mu sync.Mutex
	next := 0
	if verbose {
		for _, begins := range []string{"WITH saved", "SELECT c.incident_id"} {
			if err := players[0].explain(ctx, all, begins); err != nil {
				return 0, err
			}
		}
	}
	cpu := p.Used()
	begun := time.Now()
	var wg sync.WaitGroup
	errs := make([]error, workers)
	for w, pl := range players {
		wg.Go(func() {
			for errs[w] == nil {
				mu.Lock()
				n := next
				next++
				mu.Unlock()
				if n >= len(all) {
					return
				}
				_, errs[w] = pl.play(ctx, all[n])
			}
		})
	}
	wg.Wait()
	err := errors.Join(errs...)
	took := time.Since(begun)
	say("  processor for each subject, bare: %s", p.Used().Since(cpu).Each(int(subjects)))
	if verbose {
		players[0].where()
	}
	if err != nil {
		return 0, fmt.Errorf("play what was recorded: %w", err)
	}
	return subjects / took.Seconds(), nil
}

// sizes says how large things are in the database.
func (p *place) sizes(ctx context.Context, name string) error {
	return p.Inside(ctx, name, func(db *sql.DB) error {
		var text string
		err := db.QueryRowContext(ctx, `
SELECT format('an incident has %s bytes (promise %s, report %s), its clocks %s, a card %s; incidents %s with indexes, clocks %s', avg(pg_column_size(i.*))::int,
    avg(pg_column_size(promise))::int, avg(pg_column_size(report))::int, (SELECT avg(pg_column_size(c.*))::int FROM clocks c),
    (SELECT avg(pg_column_size(c.*))::int FROM cards c),
    pg_size_pretty(pg_total_relation_size('incidents')), pg_size_pretty(pg_total_relation_size('clocks'))) FROM incidents i`).Scan(&text)
		say("%s", text)
		return err
	})
}
