package bot_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/firstcall/bot"
)

// What becomes of each message is told once, so that it can be counted.
func TestWhatWasSettledIsTold(t *testing.T) {
	t.Parallel()
	s := newDesk(t)
	s.answer = func(c call) error {
		switch {
		case c.to == "erin":
			return &bot.SendError{Outcome: bot.Gone, Err: errors.New("user deactivated")}
		case c.text == "open":
			return &bot.SendError{Outcome: bot.Refused, RetryAfter: time.Second, Err: errors.New("slow down")}
		}
		return nil
	}
	s.card("#contoso", "open")
	s.rings("#engineers", "page")
	reminder := s.ring("#engineers", "reminder")
	reminder.Escalation = false
	s.keep(bot.Kept{Rings: []bot.Ring{reminder, s.ring("erin", "page")}})
	var told []string
	b := s.replica()
	b.Settled = func(platform, what string, state bot.SendState) {
		told = append(told, platform+" "+what+" "+string(state))
	}
	if _, err := b.Deliver(context.Background()); err != nil {
		t.Fatal(err)
	}
	slices.Sort(told)
	if got, want := strings.Join(told, ", "), "console card waiting, console escalation dead, console escalation sent, console reminder sent"; got != want {
		t.Errorf("told: %s\nwant: %s", got, want)
	}
}
