package console

import (
	"strings"
	"testing"
)

func TestLinesBreakBetweenWordsOnATerminalOnly(t *testing.T) {
	long := "First call by phone or e-mail within 15 min (around the clock): by Monday"
	if got := (&Terminal{}).wrap(long, 4); got != long {
		t.Errorf("a script's line was broken: %q", got)
	}
	got := (&Terminal{Width: 44}).wrap(long, 4)
	if want := "First call by phone or e-mail within 15\n    min (around the clock): by Monday"; got != want {
		t.Errorf("wrapped to\n%s\nwant\n%s", got, want)
	}
	// 24 characters are 48 columns; no line begins with a mark.
	got = (&Terminal{Width: 44}).wrap("严重性一会全天候处理在解决之前贵方人员也能，配合吗？", 4)
	if want := "严重性一会全天候处理在解决之前贵方人员也\n    能，配合吗？"; got != want {
		t.Errorf("wrapped to\n%s\nwant\n%s", got, want)
	}
	for l := range strings.Lines((&Terminal{Width: 60, colour: true}).wrap("\x1b[1m[Acknowledge]\x1b[0m \x1b[1m[Take]\x1b[0m "+strings.Repeat("word ", 20), 4)) {
		if columns(strings.TrimRight(l, "\n")) > 60 {
			t.Errorf("%q is wider than the terminal", l)
		}
	}
}
