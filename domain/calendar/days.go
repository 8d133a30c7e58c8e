package calendar

import (
	"cmp"
	"slices"
	"time"
)

// AddDays is the n-th working day after d: day 1 is the next working day
// (CR-11, PMCS-35). A working day is one with any hours. A negative n goes
// back; AddDays(d, 0) is d.
func (c *Calendar) AddDays(d Date, n int) Date {
	step := int64(1)
	if n < 0 {
		step, n = -1, -n
	}
	number := d.number()
	for n > 0 {
		number += step
		if len(c.on(number)) > 0 {
			n--
		}
	}
	return dateOfNumber(number)
}

// AddDaysAt is the time of day of t on the n-th working day after t's date,
// in the calendar's zone, moved into the hours of that day: up to the next
// opening, or back to closing time when it has passed. AddDaysAt(t, 0) is t.
// A time that the clock shows twice means its first pass.
func (c *Calendar) AddDaysAt(t time.Time, n int) time.Time {
	t = t.In(c.zone)
	if n == 0 {
		return t
	}
	number := c.AddDays(DateOf(t), n).number()
	h, m, s := t.Clock()
	second, nanos := int64(h*60*60+m*60+s), int64(t.Nanosecond())
	spans := c.on(number)
	closing := spans[len(spans)-1].to
	if second >= closing {
		second, nanos = closing, 0
	}
	for _, h := range spans {
		if second < h.from {
			second, nanos = h.from, 0
		}
		if second < h.to {
			break
		}
	}
	local := number*secondsADay + second
	at := reach(c.zone, local)
	if at+segmentAt(c.zone, at).offset != local {
		nanos = 0 // The clock jumps over that time, to a whole second.
	}
	return c.instant(at, nanos)
}

// On tells what d is: its hours, whether it is a working day, and its name
// when it is a day of its own.
func (c *Calendar) On(d Date) Day {
	number := d.number()
	day := Day{Date: d}
	for _, h := range c.on(number) {
		day.Spans = append(day.Spans, Span{time.Duration(h.from) * time.Second, time.Duration(h.to) * time.Second})
	}
	day.Working = len(day.Spans) > 0
	if i, found := slices.BinarySearch(c.numbers, number); found {
		day.Name = c.names[i]
	}
	return day
}

// CoveredUntil is the last day for which the holidays of every list are known,
// or the zero Date when no list says how far it goes. Lists of the same country
// continue each other; after a gap nothing counts. Warn in time: past that day
// holidays look like working days.
func (c *Calendar) CoveredUntil() Date {
	var until Date
	for _, p := range c.known {
		if until.IsZero() || p.until.Before(until) {
			until = p.until
		}
	}
	return until
}

// Covered reports whether the holidays of t's date are known. A calendar whose
// lists make no claim has nothing to miss: it is covered for ever.
func (c *Calendar) Covered(t time.Time) bool {
	d := DateOf(t.In(c.zone))
	for _, p := range c.known {
		if d.Before(p.from) || d.After(p.until) {
			return false
		}
	}
	return true
}

// period is a run of days, both ends in it; a zero from means "always".
type period struct{ from, until Date }

// knownPeriods joins the lists of each country into one period. Lists without
// a country stand alone, lists without CoveredUntil make no claim.
func knownPeriods(days []Holidays) []period {
	lists := slices.DeleteFunc(slices.Clone(days), func(h Holidays) bool { return h.CoveredUntil.IsZero() })
	slices.SortStableFunc(lists, func(a, b Holidays) int {
		return cmp.Or(cmp.Compare(a.Country, b.Country), a.CoveredFrom.Compare(b.CoveredFrom))
	})
	var known []period
	for i, h := range lists {
		if i == 0 || h.Country == "" || h.Country != lists[i-1].Country {
			known = append(known, period{h.CoveredFrom, h.CoveredUntil})
			continue
		}
		last := &known[len(known)-1]
		if h.CoveredUntil.After(last.until) && !h.CoveredFrom.After(last.until.AddDays(1)) {
			last.until = h.CoveredUntil
		}
	}
	return known
}
