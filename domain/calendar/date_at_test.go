package calendar

import (
	"testing"
	"time"
)

// A clock time of a day is an instant, also where clocks skip it or show it twice.
func TestDateAt(t *testing.T) {
	for _, c := range []struct {
		day, zone string
		clock     time.Duration
		want      string
	}{
		{"2026-03-02", "Asia/Tokyo", 9 * time.Hour, "2026-03-02T00:00:00Z"},
		{"2026-03-29", "Europe/Berlin", 9 * time.Hour, "2026-03-29T07:00:00Z"},
		{"2026-03-29", "Europe/Berlin", 150 * time.Minute, "2026-03-29T01:00:00Z"},       // skipped: the end of the gap
		{"2026-10-25", "Europe/Berlin", 150 * time.Minute, "2026-10-25T00:30:00Z"},       // twice: the first
		{"2026-04-24", "Africa/Cairo", 0, "2026-04-23T22:00:00Z"},                        // begins at 01:00
		{"2026-10-04", "Australia/Lord_Howe", 135 * time.Minute, "2026-10-03T15:30:00Z"}, // forward by half an hour at 02:00, UTC+10:30
	} {
		loc, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		day, err := ParseDate(c.day)
		if err != nil {
			t.Fatal(err)
		}
		if got := day.At(c.clock, loc).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%s %s in %s is %s, want %s", c.day, c.clock, c.zone, got, c.want)
		}
	}
}
