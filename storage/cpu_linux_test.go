package storage_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"example.com/firstcall/storage/localpg"
)

// On a machine that others use too, processor time says more than the clock on the wall.
func init() {
	processorTime = func() (ours, servers time.Duration) {
		var r syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
			return 0, 0
		}
		server, err := localpg.ForTests()
		if err != nil || server.Server() == nil {
			return 0, 0
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
			if len(f) > 12 && f[1] == fmt.Sprint(server.Server().Pid()) {
				user, _ := strconv.Atoi(f[11])
				system, _ := strconv.Atoi(f[12])
				servers += time.Duration(user+system) * tick
			}
		}
		return time.Duration(r.Utime.Nano() + r.Stime.Nano()), servers
	}
}
