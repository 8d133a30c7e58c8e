package calendar

import (
	"math"
	"slices"
	"time"
)

// All arithmetic is in Unix seconds. Hours and changes of the clock fall on
// whole seconds; the entry points carry the nanoseconds across.

// segment is a stretch of time with one offset from UTC, start in it and end
// not. Inside one the wall clock runs evenly, so the hours of a day become
// instants by subtraction. A span that the clock jumps over has no part in any
// segment; one that the clock passes twice has a part in two.
type segment struct{ start, end, offset int64 }

func segmentAt(zone *time.Location, at int64) segment {
	t := time.Unix(at, 0).In(zone)
	_, offset := t.Zone()
	start, end := t.ZoneBounds()
	s := segment{start: math.MinInt64, end: math.MaxInt64, offset: int64(offset)}
	if !start.IsZero() {
		s.start = start.Unix()
	}
	if !end.IsZero() {
		s.end = end.Unix()
	}
	if s.end <= at {
		// Where a zone goes by a rule for years to come, ZoneBounds ends each
		// year after 365 days: on the last day of a leap year (UTC) the bound
		// is already past. The offset holds for that day.
		s.end = (floorDiv(at, secondsADay) + 1) * secondsADay
	}
	return s
}

// reach is the first instant at which the wall clock shows local (seconds as
// if in UTC) or, where the clock jumps over that, more.
func reach(zone *time.Location, local int64) int64 {
	at := local - 2*secondsADay // No offset is that large: the clock shows less than local here.
	for {
		s := segmentAt(zone, at)
		if got := max(at, local-s.offset); got < s.end {
			return got
		}
		at = s.end
	}
}

// hours are the spans of one day in seconds since its midnight.
type hours []struct{ from, to int64 }

func hoursOf(spans []Span) hours {
	h := make(hours, len(spans))
	for i, s := range spans {
		h[i].from, h[i].to = int64(s.From/time.Second), int64(s.To/time.Second)
	}
	return h
}

// on is the hours of a day number.
func (c *Calendar) on(number int64) hours {
	if i, found := slices.BinarySearch(c.numbers, number); found {
		return c.replaced[i]
	}
	return c.week[weekdayOf(number)]
}

// walk goes through the open time of a calendar from an instant on, piece by
// piece. A piece ends where the hours, or the offset of the zone, end; two may
// touch.
type walk struct {
	c  *Calendar
	at int64
	segment
}

func (c *Calendar) walkFrom(at int64) walk {
	return walk{c: c, at: at, segment: segmentAt(c.zone, at)}
}

// next is the first piece from w.at on. It ends, because the week has hours
// and the days that replace them are finite.
func (w *walk) next() (from, to int64) {
	for {
		if w.at >= w.end {
			w.segment = segmentAt(w.c.zone, w.at)
		}
		number := floorDiv(w.at+w.offset, secondsADay)
		midnight := number*secondsADay - w.offset
		for _, h := range w.c.on(number) {
			from, to = max(midnight+h.from, w.at), min(midnight+h.to, w.end)
			if from < to {
				w.at = to
				return from, to
			}
		}
		w.at = min(midnight+secondsADay, w.end)
	}
}

// previous is the last piece before w.at.
func (w *walk) previous() (from, to int64) {
	for {
		if w.at <= w.start || w.at > w.end {
			w.segment = segmentAt(w.c.zone, w.at-1)
		}
		number := floorDiv(w.at-1+w.offset, secondsADay)
		midnight := number*secondsADay - w.offset
		for _, h := range slices.Backward(w.c.on(number)) {
			from, to = max(midnight+h.from, w.start), min(midnight+h.to, w.at)
			if from < to {
				w.at = from
				return from, to
			}
		}
		w.at = max(midnight, w.start)
	}
}
