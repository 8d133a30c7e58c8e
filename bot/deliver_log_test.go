package bot_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"example.com/firstcall/bot"
)

// Whoever reads that a message was not sent can tell for whom it was, without the database.
func TestWhatWasNotSentNamesItsAddress(t *testing.T) {
	t.Parallel()
	s := newDesk(t)
	s.rings("#contoso", "page")
	s.answer = func(call) error { return &bot.SendError{Outcome: bot.Gone, Err: errors.New("channel_not_found")} }
	var log bytes.Buffer
	b := s.replica()
	b.Log = slog.New(slog.NewTextHandler(&log, nil))
	if _, err := b.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, line, _ := strings.Cut(log.String(), "message not sent")
	line, _, _ = strings.Cut(line, "\n")
	for _, want := range []string{" platform=console ", " address_kind=channel ", " address=#contoso ", " state=dead ", "channel_not_found"} {
		if !strings.Contains(line, want) {
			t.Errorf("it does not say %q: %s", want, &log)
		}
	}
}
