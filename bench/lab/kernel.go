package lab

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Busy says how much else the machine is doing; figures of a busy one are worth little.
func Busy() string {
	load, err := os.ReadFile("/proc/loadavg")
	if err != nil || len(load) < 4 {
		return "load unknown"
	}
	return "load " + string(load[:4])
}

// Used is processor time, a program's and Postgres's. On a machine that others use it says more than the clock.
type Used struct{ Program, Postgres time.Duration }

// Used is what this program and Postgres have used so far.
func (l *Lab) Used() (u Used) {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) == nil {
		u.Program = time.Duration(r.Utime.Nano() + r.Stime.Nano())
	}
	u.Postgres = l.usedByPostgres()
	return u
}

// UsedBy is what another program and Postgres have used so far.
func (l *Lab) UsedBy(pid int) (Used, error) {
	s, err := readStat(pid)
	return Used{s.alone, l.usedByPostgres()}, err
}

func (l *Lab) usedByPostgres() (d time.Duration) {
	all, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range all {
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		s, err := readStat(pid)
		switch {
		case err != nil: // it has ended
		case pid == l.Postgres():
			d += s.alone + s.ended
		case s.parent == l.Postgres():
			d += s.alone
		}
	}
	return d
}

// Since is what was used after an earlier reading.
func (u Used) Since(before Used) Used {
	return Used{u.Program - before.Program, u.Postgres - before.Postgres}
}

// Each is the share of one of n.
func (u Used) Each(n int) Share {
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(max(n, 1)) }
	return Share{each(u.Program), each(u.Postgres)}
}

// Share is processor time in µs.
type Share struct{ Program, Postgres float64 }

func (s Share) String() string {
	return fmt.Sprintf("%.1f µs ours, %.1f µs Postgres's", s.Program, s.Postgres)
}

// stat is what Linux says of a process.
type stat struct {
	parent int
	alone  time.Duration // its own processor time
	ended  time.Duration // that of its children that have ended
}

func readStat(pid int) (s stat, err error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return s, err
	}
	_, rest, found := strings.Cut(string(text), ") ") // the name before it may hold anything
	f := strings.Fields(rest)
	if !found || len(f) < 15 {
		return s, errors.New("the kernel describes a process in another way than expected")
	}
	number := func(i int) time.Duration {
		const tick = 10 * time.Millisecond // as Linux counts for programs
		n, _ := strconv.Atoi(f[i])
		return time.Duration(n) * tick
	}
	s.parent, _ = strconv.Atoi(f[1])
	s.alone, s.ended = number(11)+number(12), number(13)+number(14)
	return s, nil
}

// Memory is what a process holds in MiB, now and at most so far.
func Memory(pid int) (now, most float64, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(text)) {
		var kib float64
		if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kib); n == 1 {
			now = kib / 1024
		}
		if n, _ := fmt.Sscanf(line, "VmHWM: %f kB", &kib); n == 1 {
			most = kib / 1024
		}
	}
	if now == 0 {
		return 0, 0, errors.New("the kernel doesn't say how much memory a process holds")
	}
	return now, most, nil
}
