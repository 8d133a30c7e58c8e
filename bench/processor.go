package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// usage is processor time, this program's and Postgres's. On a machine that others use it says more than the clock.
type usage struct{ ours, postgres time.Duration }

func (p *place) used() (u usage) {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) == nil {
		u.ours = time.Duration(r.Utime.Nano() + r.Stime.Nano())
	}
	const tick = 10 * time.Millisecond // as Linux counts for programs
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range stats {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended
		}
		_, rest, _ := strings.Cut(string(text), ") ")
		f := strings.Fields(rest)
		if len(f) > 12 && f[1] == strconv.Itoa(p.server.Pid()) {
			user, _ := strconv.Atoi(f[11])
			system, _ := strconv.Atoi(f[12])
			u.postgres += time.Duration(user+system) * tick
		}
	}
	return u
}

func (u usage) since(before usage) usage {
	return usage{u.ours - before.ours, u.postgres - before.postgres}
}

func (u usage) each(n int) string {
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(max(n, 1)) }
	return fmt.Sprintf("%.1f µs ours, %.1f µs Postgres's", each(u.ours), each(u.postgres))
}
