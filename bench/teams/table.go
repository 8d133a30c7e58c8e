package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// measured are the figures of one kind of request with one server, once.
type measured struct {
	rate          float64 // requests a second over 16 connections
	cpu, postgres float64 // µs a request
	alone         float64 // p50 over one connection, ms
	alone99       float64
	p50, p99      float64 // over 16 connections, ms
	posted        float64 // messages sent a request
	acked         int     // what became of the requests
	odd, strange  int     // answers that weren't what they should be, up to now; calls that nobody expects
}

func (m measured) String() string {
	return fmt.Sprintf("%6.0f/s  CPU %4.0f µs, Postgres %4.0f  p50/p99 %.2f/%.2f ms, alone %.2f/%.2f  posted %.2f, acknowledged %d, not ok %d, strange %d",
		m.rate, m.cpu, m.postgres, m.p50, m.p99, m.alone, m.alone99, m.posted, m.acked, m.odd, m.strange)
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// The sides that are compared.
const (
	oursInsert = iota
	peerInsert
	oursWhole
)

var sides = [...]string{"ours, one INSERT", "botbuilder, one INSERT", "ours, whole step"}

// results are the figures of all runs, by kind of request and side.
type results map[string]*[len(sides)][]measured

func (r *results) add(ask string, side int, m measured) {
	if *r == nil {
		*r = results{}
	}
	if (*r)[ask] == nil {
		(*r)[ask] = &[len(sides)][]measured{}
	}
	(*r)[ask][side] = append((*r)[ask][side], m)
}

func (r results) median(ask string, side int, of func(measured) float64) float64 {
	var all []float64
	for _, m := range r[ask][side] {
		all = append(all, of(m))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// figure is one that has a goal: ours is to be at most, or at least, so many times botbuilder's.
type figure struct {
	name, unit string
	of         func(measured) float64
	atLeast    bool
	times      float64
}

func cpu(m measured) float64  { return m.cpu }
func rate(m measured) float64 { return m.rate }

var comparisons = []struct {
	name    string
	side    int
	figures []figure
}{
	{"(a) one INSERT each", oursInsert, []figure{
		{"CPU a request", "µs", cpu, false, 1. / 6},
	}},
	{"(b) ours the whole step", oursWhole, []figure{
		{"CPU a request", "µs", cpu, false, 1. / 3},
		{"requests a second", "", rate, true, 3},
		{"p99, one connection", "ms", func(m measured) float64 { return m.alone99 }, false, 1},
		{"p99, 16 connections", "ms", func(m measured) float64 { return m.p99 }, false, 1},
	}},
}

// flat is by how much memory may grow from a tenth of the requests to all of them.
const flat = 1.1

// table says what was reached.
func (r results) table(out io.Writer, m memories) {
	t := tabwriter.NewWriter(out, 0, 4, 1, ' ', 0)
	defer t.Flush()
	row := func(cells ...any) {
		for _, c := range cells {
			fmt.Fprintf(t, "| %v\t", c)
		}
		fmt.Fprintln(t, "|")
	}
	fmt.Fprintln(t)
	row("comparison", "request", "figure", "goal", "ours", "botbuilder", "reached")
	row("---", "---", "---", "---", "---", "---", "---")
	for _, c := range comparisons {
		for _, a := range asks {
			for _, f := range c.figures {
				ours, theirs := r.median(a.name, c.side, f.of), r.median(a.name, peerInsert, f.of)
				goal, reached := fmt.Sprintf("at most %.3g times", f.times), ours <= f.times*theirs
				if f.atLeast {
					goal, reached = fmt.Sprintf("at least %.3g times", f.times), ours >= f.times*theirs
				}
				row(c.name, a.name, f.name, goal, show(ours, f.unit), show(theirs, f.unit), verdict(reached, fmt.Sprintf("%.3f times", ours/theirs)))
			}
		}
	}
	if len(m.after) > 0 {
		first, last := m.ours[0], m.ours[len(m.ours)-1]
		row("memory", "message and press in turn", fmt.Sprintf("MiB after %d, %d, %d", m.after[0], m.after[1], m.after[2]),
			fmt.Sprintf("at most %g times the first", flat), three(m.ours), three(m.theirs), verdict(last <= flat*first, fmt.Sprintf("%.2f times", last/first)))
	}
	fmt.Fprintln(t)
	row("Postgres's CPU a request, µs", "ours, one INSERT", "botbuilder, one INSERT", "ours, whole step")
	row("---", "---", "---", "---")
	for _, a := range asks {
		cells := []any{a.name}
		for side := range sides {
			cells = append(cells, show(r.median(a.name, side, func(m measured) float64 { return m.postgres }), ""))
		}
		row(cells...)
	}
}

func show(f float64, unit string) string {
	switch unit {
	case "ms":
		return fmt.Sprintf("%.2f ms", f)
	case "":
		return fmt.Sprintf("%.0f", f)
	}
	return fmt.Sprintf("%.0f %s", f, unit)
}

func three(all []float64) string { return fmt.Sprintf("%.0f, %.0f, %.0f", all[0], all[1], all[2]) }

func verdict(reached bool, why string) string {
	if reached {
		return "yes, " + why
	}
	return "**no**, " + why
}
