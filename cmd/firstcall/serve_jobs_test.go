package main

import (
	"context"
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/cmd/firstcall/metrics"
	"example.com/firstcall/domain"
)

// broken is a store that can't be asked.
type broken struct{ bot.Store }

var errBroken = errors.New("connection refused")

func (broken) DueTenants(context.Context, time.Time, int) ([]domain.TenantID, error) {
	return nil, errBroken
}

func (broken) DueDestinations(context.Context, time.Time, int) ([]bot.DestinationID, error) {
	return nil, errBroken
}

func (broken) ClaimRoom(context.Context, time.Time, time.Duration) (bot.RoomLease, bool, error) {
	return bot.RoomLease{}, false, errBroken
}

// A failure is counted whoever let the job run: an alarm clock or the cron table. What fails because we stop is none.
func TestFailedJobsAreCounted(t *testing.T) {
	s := &service{bot: newBot(broken{}, nil, time.Now, nil, nil), metrics: metrics.New()}
	for name, clock := range map[string]func(context.Context) (int, error){"wake": s.doWake, "deliver": s.doSend, "furnish": s.doRooms} {
		if _, err := clock(t.Context()); !errors.Is(err, errBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var table ticks = tableTicks{s}
	for name, tick := range map[string]func(context.Context) (int, error){"wake": table.Wake, "deliver": table.Deliver, "furnish": table.Furnish} {
		if _, err := tick(t.Context()); !errors.Is(err, errBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	_, _ = s.doWake(stopped)

	page := httptest.NewRecorder()
	s.metrics.Handler().ServeHTTP(page, httptest.NewRequest("GET", "/metrics", nil))
	for _, job := range []string{"wake", "deliver", "furnish"} {
		if want := `firstcall_job_failures_total{job="` + job + `"} 2`; !slices.Contains(strings.Split(page.Body.String(), "\n"), want) {
			t.Errorf("the page lacks %s:\n%s", want, page.Body)
		}
	}
}

// What a socket hears last is waited for, so the socket ends first; but not for ever.
func TestPlatformsAreClosedAfterTheyRan(t *testing.T) {
	for name, c := range map[string]struct {
		runs time.Duration
		want string
	}{
		"it ends":  {3 * time.Second, "ran, closed"},
		"it hangs": {time.Minute, "closed, ran"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				var order []string
				note := func(what string) {
					mu.Lock()
					defer mu.Unlock()
					order = append(order, what)
				}
				var runs sync.WaitGroup
				runs.Go(func() { time.Sleep(c.runs); note("ran") })
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				chat := platform{close: func(context.Context) error { note("closed"); return errBroken }}
				if err := closed(ctx, []platform{{}, chat}, &runs); !errors.Is(err, errBroken) {
					t.Errorf("what went wrong at the end is lost: %v", err)
				}
				runs.Wait()
				if got := strings.Join(order, ", "); got != c.want {
					t.Errorf("it went %s, want %s", got, c.want)
				}
			})
		})
	}
}
