// Package webhook measures how a chat platform's signed requests are taken in: by our server, which writes one row or lets the
// bot answer, and by a peer that writes one row, all in the same run. The server at work has a core, and wrk has another.
package webhook

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"time"

	"example.com/firstcall/bench/lab"
)

// Comparison is what a platform has of its own.
type Comparison struct {
	Name string // of the folder in bench, in which server is ours
	Peer string // its folder is in that one, too, and is called so in lower case
	Env  []string
	// Args are further ones of our server's; last says that it is the last run, which may be profiled.
	Args    func(do string, last bool) []string
	PeerEnv []string

	Customers int
	Seats     lab.Seats
	Message   string // what the platform calls a message that was sent
	// More, when not nil, puts into the database what so many requests of a customer need besides incidents.
	More func(ctx context.Context, db *sql.DB, each int) error
	// Meet says how large requests are, and returns the kinds of them, and one by which memory is weighed.
	Meet func([]lab.Incident) (asks []Ask, weighed Ask, err error)

	// Watch counts calls of servers from now on. What it returns says what became of requests, or that it can't be.
	Watch func() func(Outcome) (string, error)
	// Odd reads, from what our server has at a path, how many answers weren't what they should be: not each has a status that wrk sees.
	OddPath string
	Odd     func(io.Reader) (int, error)

	Insert, Whole []Goal // when ours writes one row, and when the bot answers
	Digits        int    // how exactly it is said what was reached
}

// Ask is a kind of request. Begin starts over with what it asks for, but makes no request a second time.
type Ask struct {
	Name  string
	Begin func() Make
}

// Make makes one whole request after the other, for a port, signed now.
type Make func(port int) (string, error)

// Outcome is what became of requests.
type Outcome struct {
	Ask           string
	Whole         bool // the bot answers
	Sent          int
	Acked, Drafts int // how many more there are
	Odd           int // up to now
}

// Each is a share of the requests.
func (o Outcome) Each(n int64) float64 { return float64(n) / float64(o.Sent) }

// sizes say how much is measured.
type sizes struct{ runs, n, one, warm, memory int }

// Main makes a comparison once the flags are read, runs it and ends the program if it fails.
func Main(name string, compare func() (Comparison, error)) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var s sizes
	flag.IntVar(&s.runs, "runs", 3, "how often each thing is measured; medians are shown")
	flag.IntVar(&s.n, "n", 10_000, "requests over 16 connections, each time")
	flag.IntVar(&s.one, "one", 2000, "requests over one connection, each time")
	flag.IntVar(&s.warm, "warm", 3000, "requests before those that count, each time")
	flag.IntVar(&s.memory, "memory", 100_000, "requests over which memory must stay flat; 0 leaves that out")
	flag.Parse()
	c, err := compare()
	if err == nil {
		c.Name = name
		err = run(ctx, c, s)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, name+":", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, c Comparison, s sizes) (err error) {
	p, err := newPlace(ctx, c)
	if err != nil {
		return err
	}
	defer func() {
		if e := p.Close(); err == nil {
			err = e
		}
	}()
	fmt.Printf("%d cores: server on %s, wrk on %s, Postgres on %s; %s\n", runtime.NumCPU(), p.cores.server, p.cores.load, p.cores.postgres, lab.Busy())
	incidents, err := p.furnish(ctx, (s.warm+s.one+s.n+c.Customers-1)/c.Customers) // each kind of request comes to a server so often
	if err != nil {
		return err
	}
	asks, weighed, err := c.Meet(incidents)
	if err != nil {
		return err
	}
	all := results{Comparison: c, asks: asks}
	for i := range s.runs {
		if err := p.oneRun(ctx, s, i, &all); err != nil {
			return err
		}
	}
	if s.memory > 0 {
		if err := p.memory(ctx, s.memory, weighed, &all); err != nil {
			return err
		}
	}
	all.table(os.Stdout)
	fmt.Println("\nat the end: " + lab.Busy())
	return nil
}

// The databases that servers find, and that they work in.
const model, work = "webhook_model", "webhook_run"

// furnish makes a database where each customer has so many incidents that nobody has seen yet: the bot opens the first, the
// others are copies of it. There is a table for one row, too.
func (p *place) furnish(ctx context.Context, each int) ([]lab.Incident, error) {
	start := time.Now().UTC().Truncate(time.Second)
	if err := p.Furnish(ctx, model, p.Seats, p.Customers, start); err != nil {
		return nil, err
	}
	if err := p.OpenOne(ctx, model, p.Seats, p.Customers, start); err != nil {
		return nil, err
	}
	if err := p.Rest(ctx, model, p.Message); err != nil {
		return nil, err
	}
	if err := p.Inside(ctx, model, func(db *sql.DB) error {
		if err := lab.Copies(ctx, db, each-1, 2, lab.Together, true); err != nil || p.More == nil {
			return err
		}
		return p.More(ctx, db, each)
	}); err != nil {
		return nil, err
	}
	if err := p.Exec(ctx, model, "DELETE FROM rooms", oneRow); err != nil {
		return nil, err
	}
	if err := p.Settle(ctx, model); err != nil {
		return nil, err
	}
	return p.Incidents(ctx, model)
}

// oneRun measures each kind of request with each server once.
func (p *place) oneRun(ctx context.Context, s sizes, number int, all *results) error {
	if err := p.Fresh(ctx, work, model); err != nil {
		return err
	}
	var servers [sides]*running
	for side := range servers {
		r, err := p.begin(side, number == s.runs-1)
		if err != nil {
			return err
		}
		defer r.stop()
		servers[side] = r
	}
	for _, a := range all.asks {
		for n := range servers {
			r := servers[(n+number)%len(servers)] // nobody is always first
			m, err := p.measure(ctx, s, r, a)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", a.Name, r.name, err)
			}
			fmt.Printf("run %d  %-20s %-12s %s  (%s)\n", number+1, a.Name, r.name, m, lab.Busy())
			all.add(a.Name, r.side, m)
		}
	}
	return nil
}

// measure lets one server answer one kind of request: some to warm up, some over one connection, and those that count over 16.
func (p *place) measure(ctx context.Context, s sizes, r *running, a Ask) (m measured, err error) {
	before, err := p.kept(ctx)
	if err != nil {
		return m, err
	}
	next, tell := a.Begin(), p.Watch()
	if _, err := p.load(ctx, r, next, s.warm, connections); err != nil {
		return m, err
	}
	one, err := p.load(ctx, r, next, s.one, 1)
	if err != nil {
		return m, err
	}
	begun, err := p.UsedBy(r.pid())
	if err != nil {
		return m, err
	}
	many, err := p.load(ctx, r, next, s.n, connections)
	if err != nil {
		return m, err
	}
	time.Sleep(300 * time.Millisecond) // what was begun is brought to its end
	ended, err := p.UsedBy(r.pid())
	if err != nil {
		return m, err
	}
	after, err := p.kept(ctx)
	if err != nil {
		return m, err
	}
	odd, err := p.odd(ctx, r)
	if err != nil {
		return m, err
	}
	sent := s.warm + s.one + s.n
	if err := after.all(before, sent, 3); err != nil {
		return m, err
	}
	became, err := tell(Outcome{
		Ask: a.Name, Whole: r.side == oursWhole, Sent: sent, Acked: after.acked - before.acked, Drafts: after.drafts - before.drafts, Odd: odd,
	})
	each := ended.Since(begun).Each(s.n)
	return measured{
		rate: many.rate(), cpu: each.Program, postgres: each.Postgres, alone: millis(one.p50), alone99: millis(one.p99),
		p50: millis(many.p50), p99: millis(many.p99), became: became,
	}, err
}

// mostAtATime keeps signatures young: some hold for five minutes.
const mostAtATime = 25_000

// memory weighs our whole step and the peer's one INSERT after a tenth, half and all of n requests.
func (p *place) memory(ctx context.Context, n int, a Ask, all *results) error {
	all.weighed, all.after = a.Name, []int{n / 10, n / 2, n}
	for _, side := range []int{oursWhole, peerInsert} {
		if err := p.Fresh(ctx, work, model); err != nil {
			return err
		}
		r, err := p.begin(side, false)
		if err != nil {
			return err
		}
		before, err := p.kept(ctx)
		if err != nil {
			return err
		}
		all.memory[side], err = p.weigh(ctx, r, all.after, a.Begin())
		r.stop()
		if err != nil {
			return err
		}
		after, err := p.kept(ctx)
		if err != nil {
			return err
		}
		if err := after.all(before, n, n/mostAtATime+len(all.after)); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
	}
	return nil
}

// weigh reads the server's memory, in MiB, after so many requests.
func (p *place) weigh(ctx context.Context, r *running, after []int, next Make) (all []float64, err error) {
	sent := 0
	for _, n := range after {
		for sent < n {
			now := min(mostAtATime, n-sent)
			if _, err := p.load(ctx, r, next, now, connections); err != nil {
				return nil, err
			}
			sent += now
		}
		mib, _, err := lab.Memory(r.pid())
		if err != nil {
			return nil, err
		}
		all = append(all, mib)
	}
	return all, nil
}
