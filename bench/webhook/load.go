package webhook

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"time"
)

//go:embed load.lua
var loadScript []byte

// seen is what wrk saw of a run.
type seen struct {
	requests int
	took     time.Duration
	p50, p99 time.Duration
}

func (s seen) rate() float64 { return float64(s.requests) / s.took.Seconds() }

// load sends n fresh requests over so many connections from the load's core, each as soon as its connection is free. They are
// made immediately before.
func (p *place) load(ctx context.Context, r *running, next Make, n, connections int) (s seen, err error) {
	const script, requests = "/load.lua", "/requests"
	if err := os.WriteFile(p.Dir+script, loadScript, 0o644); err != nil {
		return s, err
	}
	if err := write(p.Dir+requests, r.port, next, n); err != nil {
		return s, err
	}
	const longest = 280 * time.Second // Slack's signatures hold for five minutes
	var out, trouble bytes.Buffer
	cmd := exec.CommandContext(ctx, "taskset", "-c", p.cores.load, "wrk", "-t", "1", "-c", strconv.Itoa(connections),
		"-d", strconv.Itoa(int(longest.Seconds())), "--timeout", "30", "-s", p.Dir+script,
		"http://127.0.0.1:"+strconv.Itoa(r.port), "--", p.Dir+requests)
	cmd.Stdout, cmd.Stderr = &out, &trouble
	if err := cmd.Run(); err != nil {
		return s, fmt.Errorf("run wrk (it has to be installed; the package has its name): %w: %s", err, &trouble)
	}
	var took, p50, p99, refused, broken int64
	_, last, found := bytes.Cut(out.Bytes(), []byte("\nseen "))
	if !found {
		return s, fmt.Errorf("wrk says nothing of what it saw:\n%s%s", &out, &trouble)
	}
	if _, err := fmt.Sscan(string(last), &s.requests, &took, &p50, &p99, &refused, &broken); err != nil {
		return s, fmt.Errorf("read what wrk saw: %w", err)
	}
	s.took, s.p50, s.p99 = time.Duration(took)*time.Microsecond, time.Duration(p50)*time.Microsecond, time.Duration(p99)*time.Microsecond
	// Those that are under way when the last request is sent aren't waited for.
	if refused > 0 || broken > 0 || s.requests < n-connections {
		return s, fmt.Errorf("%s: of %d requests %d were answered, %d of them with an error, and %d connections broke", r.name, n, s.requests, refused, broken)
	}
	return s, nil
}

// write writes n requests for load.lua. The first is written twice: wrk reads one to look at it.
func write(path string, port int, next Make, n int) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	var all bytes.Buffer
	for i := range n {
		request, err := next(port)
		if err != nil {
			return err
		}
		fmt.Fprintf(&all, "%010d%s", len(request), request)
		if i == 0 {
			all.Write(bytes.Clone(all.Bytes()))
		}
		if all.Len() > 1<<20 || i == n-1 {
			if _, err := all.WriteTo(file); err != nil {
				return err
			}
		}
	}
	return file.Close()
}
