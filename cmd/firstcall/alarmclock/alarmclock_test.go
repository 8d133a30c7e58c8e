package alarmclock_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/firstcall/cmd/firstcall/alarmclock"
)

// alarms is what is due some day, and when it was done.
type alarms struct {
	mu   sync.Mutex
	left []time.Time
	done []time.Duration // since the test began
	from time.Time
	err  error // of the next call
}

// add is what another process writes.
func (a *alarms) add(at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.left = append(a.left, at)
}

func (a *alarms) next(context.Context) (time.Time, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.left) == 0 {
		return time.Time{}, nil
	}
	return a.left[0], nil
}

func (a *alarms) do(context.Context) (n int, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err, a.err = a.err, nil; err != nil {
		return 0, err
	}
	for len(a.left) > 0 && !a.left[0].After(time.Now()) {
		a.left = a.left[1:]
		a.done = append(a.done, time.Since(a.from))
		n++
	}
	return n, nil
}

// run lets a clock run for some time, in a world where time passes only while all sleep.
func run(t *testing.T, most, length time.Duration, set func(a *alarms, c *alarmclock.Clock)) (done []time.Duration, logged string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		a := &alarms{from: time.Now()}
		var log bytes.Buffer
		c := alarmclock.New(a.next, a.do, most, time.Now, slog.New(slog.NewTextHandler(&log, nil)))
		set(a, c)
		over := make(chan struct{})
		go func() { c.Run(ctx); close(over) }()
		time.Sleep(length)
		cancel()
		<-over
		done, logged = a.done, log.String()
	})
	return done, logged
}

func check(t *testing.T, done []time.Duration, want ...time.Duration) {
	t.Helper()
	if len(done) != len(want) {
		t.Fatalf("done at %v, want %v", done, want)
	}
	for n := range want {
		if done[n] != want[n] {
			t.Errorf("done at %v, want %v", done, want)
		}
	}
}

func TestAnAlarmIsAnsweredAtItsInstant(t *testing.T) {
	done, _ := run(t, time.Hour, time.Minute, func(a *alarms, _ *alarmclock.Clock) {
		for _, ms := range []time.Duration{0, 3, 5, 20_001} {
			a.left = append(a.left, a.from.Add(ms*time.Millisecond))
		}
	})
	check(t, done, 0, 3*time.Millisecond, 5*time.Millisecond, 20_001*time.Millisecond)
}

func TestWhatOthersWroteIsFoundByTheNet(t *testing.T) {
	done, _ := run(t, time.Second, 5*time.Second, func(a *alarms, _ *alarmclock.Clock) {
		go func() {
			time.Sleep(1300 * time.Millisecond)
			a.add(time.Now())
		}()
	})
	check(t, done, 2*time.Second)
}

func TestARingIsAnsweredAtOnce(t *testing.T) {
	done, _ := run(t, time.Hour, 5*time.Second, func(a *alarms, c *alarmclock.Clock) {
		go func() {
			time.Sleep(1300 * time.Millisecond)
			a.add(time.Now())
			c.Ring()
			c.Ring()
		}()
	})
	check(t, done, 1300*time.Millisecond)
}

func TestAFailureIsToldAndTriedAgain(t *testing.T) {
	done, logged := run(t, time.Second, 5*time.Second, func(a *alarms, _ *alarmclock.Clock) {
		a.left = append(a.left, a.from)
		a.err = errors.New("the database is down")
	})
	check(t, done, time.Second)
	if !bytes.Contains([]byte(logged), []byte("the database is down")) {
		t.Errorf("the failure was not logged: %q", logged)
	}
}
