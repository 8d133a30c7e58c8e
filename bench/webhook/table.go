package webhook

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
	became        string  // what became of the requests
}

func (m measured) String() string {
	return fmt.Sprintf("%6.0f/s  CPU %4.0f µs, Postgres %4.0f  p50/p99 %.2f/%.2f ms, alone %.2f/%.2f  %s",
		m.rate, m.cpu, m.postgres, m.p50, m.p99, m.alone, m.alone99, m.became)
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// Goal is what a figure of ours is to be: at most, or at least, so many times the peer's.
type Goal struct {
	name, unit string
	of         func(measured) float64
	atLeast    bool
	times      float64
}

// CPU is a goal of the server's processor time, at most.
func CPU(times float64) Goal {
	return Goal{"CPU a request", "µs", func(m measured) float64 { return m.cpu }, false, times}
}

// Rate is a goal of the requests answered in a second, at least.
func Rate(times float64) Goal {
	return Goal{"requests a second", "", func(m measured) float64 { return m.rate }, true, times}
}

// P50Alone is a goal of the median over one connection, at most.
func P50Alone(times float64) Goal {
	return Goal{"p50, one connection", "ms", func(m measured) float64 { return m.alone }, false, times}
}

// P99Alone is a goal of the 99th percentile over one connection, at most.
func P99Alone(times float64) Goal {
	return Goal{"p99, one connection", "ms", func(m measured) float64 { return m.alone99 }, false, times}
}

// P99 is a goal of the 99th percentile over 16 connections, at most.
func P99(times float64) Goal {
	return Goal{"p99, 16 connections", "ms", func(m measured) float64 { return m.p99 }, false, times}
}

// results are the figures of all runs.
type results struct {
	Comparison
	asks []Ask
	all  map[string]*[sides][]measured // by kind of request

	weighed string // the kind of request after so many of which servers had so much memory, in MiB
	after   []int
	memory  [sides][]float64
}

func (r *results) add(ask string, side int, m measured) {
	if r.all == nil {
		r.all = map[string]*[sides][]measured{}
	}
	if r.all[ask] == nil {
		r.all[ask] = &[sides][]measured{}
	}
	r.all[ask][side] = append(r.all[ask][side], m)
}

func (r *results) median(ask string, side int, of func(measured) float64) float64 {
	var all []float64
	for _, m := range r.all[ask][side] {
		all = append(all, of(m))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// flat is by how much memory may grow from a tenth of the requests to all of them.
const flat = 1.1

// table says what was reached.
func (r *results) table(out io.Writer) {
	t := tabwriter.NewWriter(out, 0, 4, 1, ' ', 0)
	defer t.Flush()
	row := func(cells ...any) {
		for _, c := range cells {
			fmt.Fprintf(t, "| %v\t", c)
		}
		fmt.Fprintln(t, "|")
	}
	fmt.Fprintln(t)
	row("comparison", "request", "figure", "goal", "ours", r.Peer, "reached")
	row("---", "---", "---", "---", "---", "---", "---")
	compare := func(name string, side int, goals []Goal) {
		for _, a := range r.asks {
			for _, g := range goals {
				ours, theirs := r.median(a.Name, side, g.of), r.median(a.Name, peerInsert, g.of)
				goal, reached := fmt.Sprintf("at most %.3g times", g.times), ours <= g.times*theirs
				if g.atLeast {
					goal, reached = fmt.Sprintf("at least %.3g times", g.times), ours >= g.times*theirs
				}
				row(name, a.Name, g.name, goal, show(ours, g.unit), show(theirs, g.unit), verdict(reached, ours/theirs, r.Digits))
			}
		}
	}
	compare("(a) one INSERT each", oursInsert, r.Insert)
	compare("(b) ours the whole step", oursWhole, r.Whole)
	if len(r.after) > 0 {
		ours, n := r.memory[oursWhole], r.after
		grown := ours[len(ours)-1] / ours[0]
		row("memory", r.weighed, fmt.Sprintf("MiB after %d, %d, %d", n[0], n[1], n[2]), fmt.Sprintf("at most %g times the first", flat),
			three(ours), three(r.memory[peerInsert]), verdict(grown <= flat, grown, 2))
	}
	fmt.Fprintln(t)
	row("Postgres's CPU a request, µs", "ours, one INSERT", r.Peer+", one INSERT", "ours, whole step")
	row("---", "---", "---", "---")
	for _, a := range r.asks {
		cells := []any{a.Name}
		for side := range sides {
			cells = append(cells, show(r.median(a.Name, side, func(m measured) float64 { return m.postgres }), ""))
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

func verdict(reached bool, times float64, digits int) string {
	word := "**no**"
	if reached {
		word = "yes"
	}
	return fmt.Sprintf("%s, %.*f times", word, digits, times)
}
