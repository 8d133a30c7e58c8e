package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"time"

	"example.com/firstcall/bench/lab"
	"example.com/firstcall/storage"
)

// build makes the program that is killed and weighed: the bot alone, without this one's peers.
func (p *place) build(ctx context.Context) (string, error) {
	path := p.Dir + "/program"
	out, err := exec.CommandContext(ctx, "go", "build", "-o", path, "./program").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the program (run this with go run -C bench .): %w\n%s", err, out)
	}
	return path, nil
}

// running is the program at work.
type running struct {
	cmd   *exec.Cmd
	lines chan time.Time // when each line came
}

func start(path string, args ...string) (*running, error) {
	r := &running{cmd: exec.Command(path, args...), lines: make(chan time.Time, 1_000_000)}
	r.cmd.Stderr = os.Stderr
	stdout, err := r.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := r.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(r.lines)
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			r.lines <- time.Now()
		}
	}()
	return r, nil
}

func (r *running) kill() {
	_ = r.cmd.Process.Kill() // It fails only when the process is gone.
	_ = r.cmd.Wait()
}

// heard waits for lines and returns when the last of them came.
func (r *running) heard(ctx context.Context, n int) (at time.Time, err error) {
	for range n {
		var ok bool
		select {
		case at, ok = <-r.lines:
			if !ok {
				return at, fmt.Errorf("the program ended")
			}
		case <-ctx.Done():
			return at, ctx.Err()
		case <-time.After(30 * time.Second):
			return at, fmt.Errorf("the program writes nothing")
		}
	}
	return at, nil
}

// restart measures from SIGKILL to the first alarm written again, the next program being started at once: when the program
// alone is killed, and when Postgres is killed with it.
func restart(ctx context.Context, p *place, s sizes) error {
	path, err := p.build(ctx)
	if err != nil {
		return err
	}
	const name = "kill_model"
	if err := p.model(ctx, name, s, time.Now().UTC().Truncate(time.Second)); err != nil {
		return err
	}
	if err := p.park(ctx, name, s); err != nil {
		return err
	}
	url := p.URL(storage.App, name)
	var alone, both, postgres []time.Duration
	const kills = 5
	for range s.runs {
		alarms := (max(s.alarms, s.rate*25) + s.tenants - 1) / s.tenants * s.tenants
		from := time.Now().Add(time.Duration(alarms) * time.Millisecond)
		if err := p.dueSoon(ctx, name, s, alarms, from, numbered); err != nil {
			return err
		}
		numbered += alarms
		r, err := start(path, url)
		if err != nil {
			return err
		}
		for n := range kills + 1 {
			if _, err := r.heard(ctx, s.rate); err != nil {
				return err
			}
			killed := time.Now()
			r.kill()
			ready := killed
			if n == kills {
				if err := p.Crash(ctx); err != nil {
					return err
				}
				url = p.URL(storage.App, name)
				ready = time.Now()
			}
			if r, err = start(path, url); err != nil {
				return err
			}
			at, err := r.heard(ctx, 1)
			if err != nil {
				return err
			}
			if n < kills {
				alone = append(alone, at.Sub(killed))
			} else {
				postgres, both = append(postgres, ready.Sub(killed)), append(both, at.Sub(killed))
			}
		}
		r.kill()
		if err := p.Exec(ctx, name, calm); err != nil {
			return err
		}
	}
	say("%d parked, %d alarms a second", s.parked, s.rate)
	say("SIGKILL to the first alarm written again: median %s, longest %s (%d kills)", ms(median(alone)), ms(quantile(alone, 1)), len(alone))
	say("Postgres killed too: median %s, of which %s until Postgres answers (%d kills)", ms(median(both)), ms(median(postgres)), len(both))
	return p.Drop(ctx, name)
}

// memory weighs the program at work on many open incidents: alarms are answered, and what they say is sent.
func memory(ctx context.Context, p *place, s sizes) error {
	path, err := p.build(ctx)
	if err != nil {
		return err
	}
	const name = "memory_model"
	if err := p.model(ctx, name, s, time.Now().UTC().Truncate(time.Second)); err != nil {
		return err
	}
	s.parked = s.open
	if err := p.park(ctx, name, s); err != nil {
		return err
	}
	// First alarms one by one, then a heap of them at once.
	alarms := (max(2000, s.rate*10) + s.tenants - 1) / s.tenants * s.tenants
	from := time.Now().Add(2*time.Second + time.Duration(alarms)*time.Millisecond)
	if err := p.dueSoon(ctx, name, s, alarms, from, numbered); err != nil {
		return err
	}
	numbered += alarms
	r, err := start(path, p.URL(storage.App, name), "deliver")
	if err != nil {
		return err
	}
	defer r.kill()
	idle, _, err := lab.Memory(r.cmd.Process.Pid)
	if err != nil {
		return err
	}
	if _, err := r.heard(ctx, alarms); err != nil {
		return err
	}
	steady, most, err := lab.Memory(r.cmd.Process.Pid)
	if err != nil {
		return err
	}
	if err := p.Exec(ctx, name,
		"UPDATE clocks SET wake_at = now() WHERE wake_at > now() + interval '1 day' AND tenant_id IN (SELECT id FROM tenants LIMIT 20)"); err != nil {
		return err
	}
	time.Sleep(5 * time.Second)
	_, heap, err := lab.Memory(r.cmd.Process.Pid)
	if err != nil {
		return err
	}
	say("%d open incidents: at the start %.1f MiB resident, after %d alarms %.1f (most %.1f), after a heap of due subjects at once most %.1f",
		s.open, idle, alarms, steady, most, heap)
	return p.Drop(ctx, name)
}
