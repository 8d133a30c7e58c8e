// Command teams measures how signed activities of Teams are taken in, beside botbuilder for Node in the same run: a server on
// one core, wrk on another, a private Postgres with fsync on. Ours checks every token; botbuilder checks none and sends no
// reply, unless -peerchecks and -replies say so. wrk, taskset, Node 20 and npm are needed. docs/performance.md explains the
// figures; this is no part of CI.
//
//	go run -C bench ./teams
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"time"
)

// sizes say how much is measured.
type sizes struct {
	runs, n, one, warm, memory int
	profile, only              string
	checks, replies            bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var s sizes
	flag.IntVar(&s.runs, "runs", 3, "how often each thing is measured; medians are shown")
	flag.IntVar(&s.n, "n", 10_000, "requests over 16 connections, each time")
	flag.IntVar(&s.one, "one", 2000, "requests over one connection, each time")
	flag.IntVar(&s.warm, "warm", 3000, "requests before those that count, each time")
	flag.IntVar(&s.memory, "memory", 100_000, "requests over which memory must stay flat; 0 leaves that out")
	flag.StringVar(&s.profile, "cpuprofile", "", "how the names of two files begin, with the processor's profiles of the last run: of our one INSERT and our whole step")
	flag.StringVar(&s.only, "only", "", "the one kind of request to be measured, as the table calls it")
	flag.BoolVar(&s.checks, "peerchecks", false, "botbuilder checks tokens, too, by the same keys")
	flag.BoolVar(&s.replies, "replies", false, "both that write one row also answer a message by another one")
	flag.Parse()
	if s.only != "" {
		asks = slices.DeleteFunc(asks, func(a ask) bool { return a.name != s.only })
	}
	if err := run(ctx, s); err != nil {
		fmt.Fprintln(os.Stderr, "teams:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s sizes) (err error) {
	if err := obtain(ctx); err != nil {
		return err
	}
	p, err := newPlace(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if e := p.close(); err == nil {
			err = e
		}
	}()
	p.checks, p.replies = s.checks, s.replies
	if err := p.build(ctx); err != nil {
		return err
	}
	fmt.Printf("%d cores: server on %s, wrk on %s, Postgres on %s; %s\n", runtime.NumCPU(), p.cores.server, p.cores.load, p.cores.postgres, busy())
	const model = "teams_model"
	each := s.warm + s.one + s.n // requests of a kind to a server
	w, err := p.furnish(ctx, model, customers, each)
	if err != nil {
		return err
	}
	if err := p.sizes(w); err != nil {
		return err
	}
	var all results
	for i := range s.runs {
		if err := p.oneRun(ctx, s, i, model, w, &all); err != nil {
			return err
		}
	}
	var m memories
	if s.memory > 0 {
		if m, err = p.memory(ctx, s.memory, model, w); err != nil {
			return err
		}
	}
	all.table(os.Stdout, m)
	fmt.Println("\nat the end: " + busy())
	return nil
}

// busy says how much the machine is doing; figures of one that others use are worth little.
func busy() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil || len(text) < 4 {
		return "load unknown"
	}
	return "load " + string(text[:4])
}

// sizes says how long the bodies and the token are.
func (p *place) sizes(w *world) error {
	sends := &teamsSends{world: w, channel: p.channel}
	for _, a := range asks {
		body, token, err := a.make(sends)
		if err != nil {
			return err
		}
		fmt.Printf("%s: %d bytes, token %d\n", a.name, len(body), len(token))
	}
	fmt.Println()
	return nil
}

// ask is a kind of request.
type ask struct {
	name  string
	body  func(*teamsSends) ([]byte, error)
	token func(*teamsSends) (string, error)
}

func (a ask) make(s *teamsSends) (body []byte, token string, err error) {
	if body, err = a.body(s); err == nil {
		token, err = a.token(s)
	}
	return body, token, err
}

// The channel sends many activities with one token, as long as it is good: that is the usual case. A token of its own for each
// is the worst one.
var (
	message     = ask{"message", (*teamsSends).show, (*teamsSends).shared}
	freshToken  = ask{"message, fresh token", (*teamsSends).show, (*teamsSends).own}
	acknowledge = ask{"Acknowledge", (*teamsSends).press, (*teamsSends).shared}
	asks        = []ask{message, freshToken, acknowledge}
)

// oneRun measures each kind of request with each server once.
func (p *place) oneRun(ctx context.Context, s sizes, number int, model string, w *world, all *results) error {
	const name = "teams_run"
	if err := p.fresh(ctx, name, model); err != nil {
		return err
	}
	profile := ""
	if number == s.runs-1 {
		profile = s.profile
	}
	var servers [len(sides)]*running
	for i, begin := range []func() (*running, error){
		func() (*running, error) { return p.ours("insert", name, profile) },
		func() (*running, error) { return p.botbuilder(name) },
		func() (*running, error) { return p.ours("whole", name, profile) },
	} {
		r, err := begin()
		if err != nil {
			return err
		}
		defer r.stop()
		servers[i] = r
	}
	last := number * 1_000_000 // in each run other ids
	for _, a := range asks {
		for n := range servers {
			side := (n + number) % len(servers) // nobody is always first
			sends := &teamsSends{world: w, channel: p.channel, number: last}
			m, err := p.measure(ctx, s, servers[side], func() ([]byte, string, error) { return a.make(sends) }, name)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", a.name, servers[side].name, err)
			}
			if answers := side == oursWhole || p.replies; answers && a.name != acknowledge.name && m.posted < 0.95 {
				return fmt.Errorf("%s, %s: of 100 messages %.0f were answered", a.name, servers[side].name, 100*m.posted)
			}
			fmt.Printf("run %d  %-20s %-12s %s  (%s)\n", number+1, a.name, servers[side].name, m, busy())
			all.add(a.name, side, m)
			last = sends.number
		}
	}
	return nil
}

// measure lets one server answer one kind of request: some to warm up, some over one connection, and those that count over 16.
func (p *place) measure(ctx context.Context, s sizes, r *running, make made, name string) (m measured, err error) {
	before, err := p.kept(ctx, name)
	if err != nil {
		return m, err
	}
	posted, strange := p.stub.posted.Load(), p.stub.strange.Load()
	if _, err := p.load(ctx, r, make, s.warm, connections); err != nil {
		return m, err
	}
	one, err := p.load(ctx, r, make, s.one, 1)
	if err != nil {
		return m, err
	}
	begun, err := p.used(r)
	if err != nil {
		return m, err
	}
	many, err := p.load(ctx, r, make, s.n, connections)
	if err != nil {
		return m, err
	}
	time.Sleep(300 * time.Millisecond) // what was begun is brought to its end
	ended, err := p.used(r)
	if err != nil {
		return m, err
	}
	after, err := p.kept(ctx, name)
	if err != nil {
		return m, err
	}
	odd, err := r.notOK(ctx)
	if err != nil {
		return m, err
	}
	sent := s.warm + s.one + s.n
	if err := after.all(before, sent, 3); err != nil {
		return m, err
	}
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(s.n) }
	return measured{
		rate: many.rate(), cpu: each(ended.server - begun.server), postgres: each(ended.postgres - begun.postgres),
		alone: millis(one.p50), alone99: millis(one.p99), p50: millis(many.p50), p99: millis(many.p99),
		posted: float64(p.stub.posted.Load()-posted) / float64(sent), strange: int(p.stub.strange.Load() - strange),
		acked: after.acked - before.acked, odd: odd,
	}, nil
}

// memories are what servers hold after so many requests, in MiB.
type memories struct {
	after        []int
	ours, theirs []float64
}

// memory weighs a server after a tenth, half and all of n requests: the whole step, and botbuilder's one INSERT.
func (p *place) memory(ctx context.Context, n int, model string, w *world) (memories, error) {
	const name = "teams_run"
	m := memories{after: []int{n / 10, n / 2, n}}
	for _, begin := range []func() (*running, error){
		func() (*running, error) { return p.ours("whole", name, "") },
		func() (*running, error) { return p.botbuilder(name) },
	} {
		if err := p.fresh(ctx, name, model); err != nil {
			return m, err
		}
		r, err := begin()
		if err != nil {
			return m, err
		}
		before, err := p.kept(ctx, name)
		if err != nil {
			return m, err
		}
		weighed, err := p.weigh(ctx, r, m.after, &teamsSends{world: w, channel: p.channel})
		r.stop()
		if err != nil {
			return m, err
		}
		after, err := p.kept(ctx, name)
		if err != nil {
			return m, err
		}
		if err := after.all(before, n, n/mostAtATime+len(m.after)); err != nil {
			return m, fmt.Errorf("%s: %w", r.name, err)
		}
		if m.ours == nil {
			m.ours = weighed
		} else {
			m.theirs = weighed
		}
	}
	return m, nil
}

// mostAtATime is how many requests are sent from one file.
const mostAtATime = 25_000

// weigh sends messages and presses in turn, and reads the server's memory after so many.
func (p *place) weigh(ctx context.Context, r *running, after []int, sends *teamsSends) (all []float64, err error) {
	turn, sent := 0, 0
	alternately := func() ([]byte, string, error) {
		if turn++; turn%2 == 0 {
			return message.make(sends)
		}
		return acknowledge.make(sends)
	}
	for _, n := range after {
		for sent < n {
			now := min(mostAtATime, n-sent)
			if _, err := p.load(ctx, r, alternately, now, connections); err != nil {
				return nil, err
			}
			sent += now
		}
		mib, err := r.resident()
		if err != nil {
			return nil, err
		}
		all = append(all, mib)
	}
	return all, nil
}
