// Command bench measures the bot on a private Postgres with fsync on, each figure beside a floor or a peer of the same run.
// It is a module of its own, so that the peers stay out of the product. docs/performance.md explains the figures.
//
//	go run -C bench . [flags] step|drain|lag|kill|memory ...
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/pprof"
	"slices"
	"strconv"
	"time"

	"example.com/firstcall/bench/lab"
)

// sizes say how much is measured.
type sizes struct {
	runs, tenants, steps, due, parked, rate, alarms, open int
	peer, verbose                                         bool
	cpu, try                                              string
}

// place is where all is measured.
type place struct{ *lab.Lab }

// console is the only platform; its ids are names.
var console = lab.Seats{
	Platform:  "console",
	Workspace: func(int) string { return "" },
	People: func(customer int, name string) []string {
		if customer != lab.Provider {
			name += strconv.Itoa(customer)
		}
		return []string{name}
	},
	Channel: func(customer int, name string) string {
		if customer != lab.Provider {
			name = "#" + strconv.Itoa(customer)
		}
		return name
	},
}

var measures = map[string]func(context.Context, *place, sizes) error{
	"step": step, "drain": drain, "lag": lag, "kill": restart, "memory": memory,
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var s sizes
	flag.IntVar(&s.runs, "runs", 3, "how often each thing is measured; medians are shown")
	flag.IntVar(&s.tenants, "tenants", 1000, "customers")
	flag.IntVar(&s.steps, "steps", 400, "step: conversations, at most one a customer")
	flag.IntVar(&s.due, "due", 100_000, "drain: subjects that are due")
	flag.BoolVar(&s.peer, "peer", true, "drain: measure River beside it")
	flag.IntVar(&s.parked, "parked", 1_000_000, "lag and kill: incidents that are due some day")
	flag.IntVar(&s.rate, "rate", 300, "lag: alarms a second")
	flag.IntVar(&s.alarms, "alarms", 6000, "lag: alarms in all")
	flag.IntVar(&s.open, "open", 100_000, "memory: open incidents")
	flag.BoolVar(&s.verbose, "v", false, "say what each statement took when played alone")
	flag.StringVar(&s.try, "try", "", "drain: SQL to run on the database before it is measured, to see what a change would bring")
	flag.StringVar(&s.cpu, "cpuprofile", "", "a file for the processor's profile of this process")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "bench [flags] step|drain|lag|kill|memory ...")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	exit(run(ctx, flag.Args(), s))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func run(ctx context.Context, names []string, s sizes) (err error) {
	for _, name := range names {
		if measures[name] == nil {
			return fmt.Errorf("there is no measure %q", name)
		}
	}
	l, err := lab.New(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if e := l.Close(); err == nil {
			err = e
		}
	}()
	for _, name := range names {
		say("== %s (%s)", name, lab.Busy())
		if err := measures[name](ctx, &place{l}, s); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

var out io.Writer = os.Stdout

func say(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }

// quantile is the value below which a part of all lie.
func quantile(all []time.Duration, part float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(len(sorted)-1, int(part*float64(len(sorted))))]
}

func median(all []time.Duration) time.Duration { return quantile(all, 0.5) }

func medianOf(all []float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond)) }

// profiled runs f under the processor's profiler when a file is wanted.
func (s sizes) profiled(f func() error) error {
	if s.cpu == "" {
		return f()
	}
	file, err := os.Create(s.cpu)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := pprof.StartCPUProfile(file); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return f()
}
