package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestClocksOfProcessesAgree(t *testing.T) {
	base := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	true0, ahead := base, 20*time.Second
	var logged strings.Builder
	c := &clock{
		machine:  func() time.Time { return true0.Add(ahead) },
		database: func(context.Context) (time.Time, error) { return true0, nil },
		log:      slog.New(slog.NewTextHandler(&logged, nil)),
	}
	if err := c.set(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := c.Now(); !got.Equal(base) {
		t.Errorf("a machine 20 s ahead takes %s for now, want the database's %s", got, base)
	}
	if !strings.Contains(logged.String(), "offset=-20s") {
		t.Errorf("nothing is said of the offset: %q", logged.String())
	}
	// The machine's clock is set back by a minute; until that is measured, time stands still rather than going back.
	true0, ahead = base.Add(time.Second), -40*time.Second
	if got := c.Now(); got.Before(base) {
		t.Errorf("the clock went back to %s", got)
	}
	if err := c.set(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := c.Now(), base.Add(time.Second); !got.Equal(want) {
		t.Errorf("measured again it is %s, want %s", got, want)
	}
	c.database = func(context.Context) (time.Time, error) { return time.Time{}, errors.New("down") }
	if err := c.set(t.Context()); err == nil {
		t.Error("a database that is down has a clock")
	}
	if got, want := c.Now(), base.Add(time.Second); !got.Equal(want) {
		t.Errorf("a failed look moved the clock to %s, want %s", got, want)
	}
}
