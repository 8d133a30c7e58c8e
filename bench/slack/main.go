// Command slack measures how signed requests of Slack are taken in, beside Bolt for Node in the same run: a server on one core,
// wrk on another, a private Postgres with fsync on. wrk, taskset, Node 20 and npm are needed. docs/performance.md explains the
// figures; this is no part of CI.
//
//	go run -C bench ./slack
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"time"
)

// sizes say how much is measured.
type sizes struct {
	runs, n, one, warm, memory int
	profile                    string
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
	flag.StringVar(&s.profile, "cpuprofile", "", "a file for the processor's profile of our whole step, of the last run")
	flag.Parse()
	if err := run(ctx, s); err != nil {
		fmt.Fprintln(os.Stderr, "slack:", err)
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
	if err := p.build(ctx); err != nil {
		return err
	}
	fmt.Printf("%d cores: server on %s, wrk on %s, Postgres on %s; %s\n", runtime.NumCPU(), p.cores.server, p.cores.load, p.cores.postgres, busy())
	const customers, model = 20, "slack_model"
	each := s.warm + s.one + s.n // requests of a kind to a server
	w, err := p.furnish(ctx, model, customers, each, each)
	if err != nil {
		return err
	}
	sends := &slackSends{world: w, hooks: p.stub.origin}
	fmt.Printf("bodies: /incident show %d bytes, /incident %d, press of Acknowledge %d\n\n", len(sends.show()), len(sends.report()), len(sends.press()))

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

// ask is a kind of request.
type ask struct {
	name string
	make func(*slackSends) []byte
}

var asks = []ask{
	{"/incident show", (*slackSends).show},
	{"/incident", (*slackSends).report},
	{"Acknowledge", (*slackSends).press},
}

// oneRun measures each kind of request with each server once.
func (p *place) oneRun(ctx context.Context, s sizes, number int, model string, w *world, all *results) error {
	const name = "slack_run"
	if err := p.fresh(ctx, name, model); err != nil {
		return err
	}
	profile := ""
	if number == s.runs-1 {
		profile = s.profile
	}
	var servers [len(sides)]*running
	for i, begin := range []func() (*running, error){
		func() (*running, error) { return p.ours("insert", name, "") },
		func() (*running, error) { return p.bolt(name) },
		func() (*running, error) { return p.ours("whole", name, profile) },
	} {
		r, err := begin()
		if err != nil {
			return err
		}
		defer r.stop()
		servers[i] = r
	}
	triggers := number * 1_000_000 // in each run other ones
	for _, a := range asks {
		for n := range servers {
			side := (n + number) % len(servers) // nobody is always first
			sends := &slackSends{world: w, hooks: p.stub.origin, number: triggers}
			m, err := p.measure(ctx, s, servers[side], func() []byte { return a.make(sends) }, name)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", a.name, servers[side].name, err)
			}
			fmt.Printf("run %d  %-15s %-13s %s  (%s)\n", number+1, a.name, servers[side].name, m, busy())
			all.add(a.name, side, m)
			triggers = sends.number
		}
	}
	return nil
}

// measure lets one server answer one kind of request: some to warm up, some over one connection, and those that count over 16.
func (p *place) measure(ctx context.Context, s sizes, r *running, make func() []byte, name string) (m measured, err error) {
	before, err := p.kept(ctx, name)
	if err != nil {
		return m, err
	}
	stubbed := p.stub.answered.Load() + p.stub.opened.Load()
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
		called: float64(p.stub.answered.Load()+p.stub.opened.Load()-stubbed) / float64(sent),
		acked:  after.acked - before.acked, drafts: after.drafts - before.drafts, odd: odd,
	}, nil
}

// memories are what servers hold after so many requests, in MiB.
type memories struct {
	after      []int
	ours, bolt []float64
}

// memory weighs a server after a tenth, half and all of n requests: the whole step, and Bolt's one INSERT.
func (p *place) memory(ctx context.Context, n int, model string, w *world) (memories, error) {
	const name = "slack_run"
	m := memories{after: []int{n / 10, n / 2, n}}
	for _, begin := range []func() (*running, error){
		func() (*running, error) { return p.ours("whole", name, "") },
		func() (*running, error) { return p.bolt(name) },
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
		weighed, err := p.weigh(ctx, r, m.after, &slackSends{world: w, hooks: p.stub.origin})
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
			m.bolt = weighed
		}
	}
	return m, nil
}

// mostAtATime keeps signatures younger than five minutes.
const mostAtATime = 25_000

// weigh sends requests for an incident and presses in turn, and reads the server's memory after so many.
func (p *place) weigh(ctx context.Context, r *running, after []int, sends *slackSends) (all []float64, err error) {
	turn, sent := 0, 0
	alternately := func() []byte {
		if turn++; turn%2 == 0 {
			return sends.show()
		}
		return sends.press()
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
