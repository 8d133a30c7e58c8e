package domain

import (
	"testing"
	"time"
)

// A ring names the end of its clock: when the clock moves or stops, the ring has
// lost its reason, and only that ring.
func TestAMovedClockUnsettlesItsRings(t *testing.T) {
	due := at(t, "2026-03-02 09:15")
	clock := Clock{From: due.Add(-15 * time.Minute), Due: due}
	before := Incident{Status: Open, FirstResponse: clock, WorkBegins: clock, NextUpdate: clock, Ladder: clock}
	for name, c := range map[string]struct {
		change func(*Incident)
		want   []NoticeKind
	}{
		"nothing": {func(*Incident) {}, nil},
		"the first call is due later": {func(i *Incident) { i.FirstResponse.Due = due.Add(time.Hour) }, []NoticeKind{
			FirstResponseHalf, FirstResponseMost, FirstResponseDue, FirstResponseLate,
		}},
		"it has only rung":     {func(i *Incident) { i.FirstResponse.Rang = due }, nil},
		"an update was given":  {func(i *Incident) { i.NextUpdate.Due = due.Add(time.Hour) }, []NoticeKind{UpdateDue, UpdateLate}},
		"somebody has it":      {func(i *Incident) { i.Ladder = Clock{} }, []NoticeKind{Page}},
		"the ladder was begun": {func(i *Incident) { i.Ladder.Due = due.Add(time.Minute) }, []NoticeKind{Page}},
	} {
		after := before
		c.change(&after)
		var got []NoticeKind
		for _, k := range AlarmKinds() {
			if before.Unsettles(&after, k) {
				got = append(got, k)
			}
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: %v lost their reason, want %v", name, got, c.want)
			continue
		}
		for n := range got {
			if got[n] != c.want[n] {
				t.Errorf("%s: %v lost their reason, want %v", name, got, c.want)
			}
		}
	}
}
