package main

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"example.com/firstcall/bench/lab"
	"example.com/firstcall/bench/written"
	"example.com/firstcall/cmd/firstcall/alarmclock"
)

// lag measures from the instant an alarm is due to the commit of what was decided about it, at a steady rate of alarms that
// each concern another customer than the one before, with nothing parked and with many incidents parked in the future.
func lag(ctx context.Context, p *place, s sizes) error {
	start := time.Now().UTC().Truncate(time.Second)
	if err := p.model(ctx, "lag_model", s, start); err != nil {
		return err
	}
	var alone, parked []time.Duration
	for range s.runs {
		all, err := p.oneLag(ctx, "lag_model", s)
		if err != nil {
			return err
		}
		alone = append(alone, all...)
		sayLag("nothing parked", all)
	}
	if err := p.park(ctx, "lag_model", s); err != nil {
		return err
	}
	for range s.runs {
		all, err := p.oneLag(ctx, "lag_model", s)
		if err != nil {
			return err
		}
		parked = append(parked, all...)
		sayLag(fmt.Sprintf("%d parked", s.parked), all)
	}
	sayLag("nothing parked, all runs", alone)
	sayLag(fmt.Sprintf("%d parked, all runs", s.parked), parked)
	say("parked against none: p50 %.2f times, p99 %.2f times", ratio(parked, alone, 0.5), ratio(parked, alone, 0.99))
	return p.Drop(ctx, "lag_model")
}

func sayLag(what string, all []time.Duration) {
	say("%-28s %6d alarms: p50 %s, p99 %s, longest %s (%s)", what, len(all), ms(median(all)), ms(quantile(all, 0.99)), ms(quantile(all, 1)), lab.Busy())
}

func ratio(a, b []time.Duration, part float64) float64 {
	return float64(quantile(a, part)) / float64(quantile(b, part))
}

// model makes a database in which each customer has one incident, whose wake is far away.
func (p *place) model(ctx context.Context, name string, s sizes, start time.Time) error {
	if err := p.Furnish(ctx, name, console, s.tenants, start); err != nil {
		return err
	}
	if err := p.OpenOne(ctx, name, console, s.tenants, start); err != nil {
		return err
	}
	if err := p.Rest(ctx, name, "m"); err != nil {
		return err
	}
	return p.Exec(ctx, name, "UPDATE clocks SET wake_at = NULL", "VACUUM (ANALYZE)")
}

// firstNumber leaves room between the copies made for different ends.
const firstNumber = 1_000_000

func (p *place) park(ctx context.Context, name string, s sizes) error {
	begun := time.Now()
	err := p.Inside(ctx, name, func(db *sql.DB) error {
		const some = 100
		for from := 2; from < 2+s.parked/s.tenants; from += some {
			each := min(some, 2+s.parked/s.tenants-from)
			if err := lab.Copies(ctx, db, each, from, lab.SomeDay, false); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = p.Settle(ctx, name)
	}
	say("parked %d incidents in %s", s.parked, time.Since(begun).Round(time.Second))
	return err
}

// dueSoon adds incidents that are due one by one from an instant on.
func (p *place) dueSoon(ctx context.Context, name string, s sizes, alarms int, from time.Time, number int) error {
	return p.Inside(ctx, name, func(db *sql.DB) error {
		var model time.Time
		if err := db.QueryRowContext(ctx, "SELECT min(wake_at) FROM first_wake").Scan(&model); err != nil {
			return err
		}
		by := lab.Spread(fmt.Sprintf("interval '1 microsecond' * (%d + n * 1000000 / %d)", from.Sub(model).Microseconds(), s.rate))
		if err := lab.Copies(ctx, db, (alarms+s.tenants-1)/s.tenants, number, by, true); err != nil {
			return err
		}
		_, err := db.ExecContext(ctx, sweep) // else Postgres does that in the background, while it is measured
		return err
	})
}

const (
	// sweep brings the tables that alarms read and write into the state in which a database at rest has them.
	sweep = "VACUUM (ANALYZE) incidents, clocks, cards, rings, journal"
	// calm takes the wakes of what is still due soon.
	calm = "UPDATE clocks SET wake_at = NULL WHERE wake_at < now() + interval '1 day'"
)

var numbered = firstNumber

// oneLag lets the alarms of one run come due, and says how late each was written.
func (p *place) oneLag(ctx context.Context, name string, s sizes) ([]time.Duration, error) {
	alarms := (s.alarms + s.tenants - 1) / s.tenants * s.tenants
	loading := time.Duration(alarms)*time.Millisecond + time.Duration(s.parked/20)*time.Millisecond // by far enough
	from := time.Now().Add(loading + 2*time.Second)
	if err := p.dueSoon(ctx, name, s, alarms, from, numbered); err != nil {
		return nil, err
	}
	numbered += alarms
	store, err := p.Store(ctx, name, nil)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	if time.Now().After(from) {
		return nil, fmt.Errorf("loading took longer than %s", loading)
	}
	ctx, cancel := context.WithDeadline(ctx, from.Add(time.Duration(alarms)*time.Second/time.Duration(s.rate)+30*time.Second))
	defer cancel()
	var mu sync.Mutex
	var all []time.Duration
	over := make(chan struct{})
	b := lab.Bot(&written.Store{DB: store, Tell: func(due, now time.Time) {
		mu.Lock()
		defer mu.Unlock()
		if all = append(all, now.Sub(due)); len(all) == alarms {
			close(over)
		}
	}}, time.Now)
	b.Wakers = workers
	c := alarmclock.New(store.NextWake, b.Wake, time.Second, time.Now, slog.Default())
	cpu := p.Used()
	go c.Run(ctx)
	if err := s.profiled(func() error {
		select {
		case <-over:
			return nil
		case <-ctx.Done():
			return fmt.Errorf("%d of %d alarms were written", len(all), alarms)
		}
	}); err != nil {
		return nil, err
	}
	cancel()
	say("  processor for each alarm: %s", p.Used().Since(cpu).Each(alarms))
	if s.verbose {
		for n := 0; n < len(all); n += s.rate {
			of := all[n:min(n+s.rate, len(all))]
			say("  second %d: median %s, p99 %s", n/s.rate+1, ms(median(of)), ms(quantile(of, 0.99)))
		}
	}
	// Connections and plans are made in the first second, and each customer's first alarm reads its agreement.
	all = all[min(max(s.rate, s.tenants), len(all)/2):]
	return all, p.Exec(context.WithoutCancel(ctx), name, calm, sweep)
}
