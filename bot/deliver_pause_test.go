package bot_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
)

// pauses refuses whatever goes to somebody, and asks for a pause.
func (s *desk) pauses(to string, pause time.Duration) (takes *bool) {
	takes = new(bool)
	s.answer = func(c call) error {
		if c.to == to && !*takes {
			return &bot.SendError{Outcome: bot.Refused, RetryAfter: pause, Err: errors.New("token_revoked")}
		}
		return nil
	}
	return takes
}

// passes lets that much time pass, and looks ten times.
func (s *desk) passes(d time.Duration) {
	s.t.Helper()
	for range 10 {
		s.later(d / 10)
	}
}

// A token that was revoked asks for a pause again and again. What waits for a new one waits for as long as anything else that
// is refused; then somebody else hears of an escalation, and once.
func TestAPauseWithoutEnd(t *testing.T) {
	t.Parallel()
	for _, pause := range []time.Duration{10 * time.Second, time.Minute} {
		s := newDesk(t)
		takes := s.pauses("#engineers", pause)
		s.keepRing(domain.Page, "#engineers", "checkout is down", true)
		s.keepRing(domain.UpdateDue, "#engineers", "an update is due", false)
		s.card("#engineers", "open")
		s.deliver()
		s.passes(23*time.Hour + 50*time.Minute)
		s.want() // it may still come
		s.passes(20 * time.Minute)
		told := s.told()
		if len(told) != 1 || !slices.Contains(told, "#managers> #engineers could not be reached with this: checkout is down") {
			t.Errorf("after a day of pauses of %s: %q", pause, told)
		}
		s.passes(24 * time.Hour)
		if again := s.told(); len(again) != len(told) {
			t.Errorf("later: %q", again)
		}
		// With a new token the card shows what is, and nothing that is a day old rings.
		*takes = true
		s.passes(20 * time.Minute)
		if now := s.told()[len(told):]; len(now) != 1 || now[0] != "#engineers> open" {
			t.Errorf("with a new token: %q", now)
		}
	}
}

// What is refused for a moment only, however often, stands in a queue, and comes.
func TestShortPausesGiveNothingUp(t *testing.T) {
	t.Parallel()
	s := newDesk(t)
	takes := s.pauses("#engineers", time.Second)
	s.keepRing(domain.Page, "#engineers", "checkout is down", true)
	s.deliver()
	s.passes(25 * time.Hour)
	*takes = true
	s.later(time.Minute)
	s.want("#engineers> checkout is down")
}
