package talk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Surface is what people speak through: a terminal, or a platform's fake. It
// prints what everybody receives on the stage's Out.
type Surface interface {
	// Say does what the person typed: says it, presses a button, answers a
	// question. It returns when the bot has answered. A *NotUnderstood says that
	// nothing fits the text, or that there is no such card to speak under, and
	// nothing was done.
	Say(ctx context.Context, s Said) error
	// Down makes the surface refuse every message of the bot, or take them again.
	Down(down bool)
}

// NotUnderstood is the error for a line that fits nothing: a button that
// nobody was shown, a form that is not open.
type NotUnderstood struct{ Why string }

func (e *NotUnderstood) Error() string { return e.Why }

// Stage is where a talk is played: a bot, a surface and a clock.
type Stage struct {
	Surface Surface
	Clock   *Clock
	Out     io.Writer // the script's own lines; the surface writes between them

	// Wake lets the bot answer what is due at the clock's instant, and Deliver
	// sends what waits. Both may leave some for the next call.
	Wake    func(ctx context.Context) error
	Deliver func(ctx context.Context) error
	// NextDue is the earliest instant at which one of them has something to do;
	// zero when nothing waits.
	NextDue func(ctx context.Context) (time.Time, error)
	// Restart replaces the bot by a new one on the same store; nil where that
	// can't be.
	Restart func() error
	// Known refuses a speaker or a place that nobody has heard of; nil lets
	// everybody speak everywhere.
	Known func(person, place string) error
	// Own lists what a command of the stage itself shows: /who, /demo. False says
	// that it is none; nil has none.
	Own func(command string) (lines []string, is bool)
}

// mostRounds is how often the bot may say that something is due at one instant
// before we say that it is stuck.
const mostRounds = 1000

// Do plays one line. Heard and Nothing do nothing.
func (s *Stage) Do(ctx context.Context, l Line) error {
	switch l.Kind {
	case Speech:
		if s.Known != nil {
			if err := s.Known(l.Person, l.Place); err != nil {
				return err
			}
		}
		// A fault in the bot has been answered with an id to quote; the talk goes
		// on, and what it left behind is delivered.
		err := s.Surface.Say(ctx, l.Said)
		return errors.Join(err, s.settle(ctx))
	case Wait:
		return s.wait(ctx, s.Clock.Now().Add(l.Wait))
	case Jump:
		if l.At.Before(s.Clock.Now()) {
			return &NotUnderstood{Why: fmt.Sprintf("the clock shows %s already and does not go back", s.Clock.Now().Format(time.RFC3339))}
		}
		s.Clock.Set(l.At)
		return s.settle(ctx)
	case ChatDown, ChatUp:
		s.Surface.Down(l.Kind == ChatDown)
	case Restart:
		if s.Restart == nil {
			return &NotUnderstood{Why: "nothing can be restarted here"}
		}
		return s.Restart()
	case Nothing, Heard, Quote:
	}
	return nil
}

// wait moves the clock through every instant at which something is due, so
// that reminders come out in order and at their time.
func (s *Stage) wait(ctx context.Context, end time.Time) error {
	for {
		if err := s.settle(ctx); err != nil {
			return err
		}
		next, err := s.NextDue(ctx)
		if err != nil {
			return fmt.Errorf("look what is due next: %w", err)
		}
		if next.IsZero() || next.After(end) {
			s.Clock.Set(end)
			return nil
		}
		s.Clock.Set(next)
	}
}

// settle wakes and delivers until nothing is due at the clock's instant.
func (s *Stage) settle(ctx context.Context) error {
	for range mostRounds {
		next, err := s.NextDue(ctx)
		if err != nil {
			return fmt.Errorf("look what is due: %w", err)
		}
		if next.IsZero() || next.After(s.Clock.Now()) {
			return nil
		}
		if err := s.Wake(ctx); err != nil {
			return fmt.Errorf("wake: %w", err)
		}
		if err := s.Deliver(ctx); err != nil {
			return fmt.Errorf("deliver: %w", err)
		}
	}
	return fmt.Errorf("the bot is stuck: after %d rounds something is still due at %s", mostRounds, s.Clock.Now().Format(time.RFC3339))
}
