// Package calendar counts business time: the hours in which somebody is at
// work, in their zone, on their working days (A1-F5, AMB-08, AMB-09).
//
// A calendar is a week of wall-clock spans and a list of dates that have other
// hours. One list covers holidays, half days and make-up working days alike.
// When clocks go forward in a span, only the part that elapses counts; when
// they go back, both passes count.
package calendar

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
	_ "time/tzdata" // A machine without zone files must still know Shanghai.
)

// Calendar is the business time of one place. It never changes, and may be
// used by any number of goroutines at once.
type Calendar struct {
	zone     *time.Location
	week     [7]hours
	numbers  []int64  // day numbers with hours of their own, ascending
	replaced []hours  // the hours of numbers[i]
	names    []string // the name of numbers[i]
	known    []period // where the holidays of each country or list are known
}

// New makes a calendar of a zone, a week, and lists of days with other hours;
// where lists disagree about a date the later list wins. It refuses spans that
// overlap or are out of order, dates that do not exist or occur twice in a
// list, and a week that never opens.
func New(zone *time.Location, week Hours, days ...Holidays) (*Calendar, error) {
	if zone == nil {
		return nil, errors.New("a calendar needs a time zone")
	}
	c := &Calendar{zone: zone}
	open := false
	for weekday, spans := range week {
		if err := checkSpans(spans); err != nil {
			return nil, fmt.Errorf("hours of %v: %w", time.Weekday(weekday), err)
		}
		c.week[weekday] = hoursOf(spans)
		open = open || len(spans) > 0
	}
	if !open {
		return nil, errNeverOpen
	}

	type entry struct {
		number int64
		hours
		name string
	}
	var entries []entry
	for i, list := range days {
		if err := list.check(); err != nil {
			return nil, fmt.Errorf("days of list %d (%s): %w", i+1, cmp.Or(list.Country, "no country"), err)
		}
		for _, d := range list.Days {
			h := hoursOf(d.Spans)
			if d.Working && len(h) == 0 {
				h = c.usual()
			}
			entries = append(entries, entry{d.Date.number(), h, d.Name})
		}
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return cmp.Compare(a.number, b.number) })
	for i, e := range entries {
		if i+1 < len(entries) && entries[i+1].number == e.number {
			continue
		}
		c.numbers, c.replaced, c.names = append(c.numbers, e.number), append(c.replaced, e.hours), append(c.names, e.name)
	}
	c.known = knownPeriods(days)
	return c, nil
}

// usual is the hours of an ordinary working day: Monday's or, where Monday is
// free, those of the first day after it that is not.
func (c *Calendar) usual() hours {
	for i := range c.week {
		if h := c.week[(int(time.Monday)+i)%7]; len(h) > 0 {
			return h
		}
	}
	return nil
}

// Zone is where the calendar's clock hangs.
func (c *Calendar) Zone() *time.Location { return c.zone }

// Open reports whether t is business time. Opening instants are, closing
// instants are not.
func (c *Calendar) Open(t time.Time) bool {
	w := c.walkFrom(t.Unix())
	return w.open()
}

// open reports whether w.at is business time, without moving.
func (w *walk) open() bool {
	local := w.at + w.offset
	number := floorDiv(local, secondsADay)
	for _, h := range w.c.on(number) {
		if second := local - number*secondsADay; h.from <= second && second < h.to {
			return true
		}
	}
	return false
}

// Next is t itself when t is business time, otherwise the next opening.
func (c *Calendar) Next(t time.Time) time.Time {
	w := c.walkFrom(t.Unix())
	if from, _ := w.next(); from > t.Unix() {
		return c.instant(from, 0)
	}
	return t.In(c.zone)
}

// Add is the earliest instant with d of business time between t and it, in
// the calendar's zone. A closing instant has no time left in its day, so that
// Friday 17:30 + 2h is Monday 11:00; but a result that falls on closing time
// stays there: Friday 16:30 + 1h is Friday 17:30. Add(t, 0) is t. With a
// negative d it is the latest instant with that much business time between it
// and t.
func (c *Calendar) Add(t time.Time, d time.Duration) time.Time {
	at, nanos := t.Unix(), int64(t.Nanosecond())
	seconds, rest := int64(d/time.Second), int64(d%time.Second)
	switch {
	case d == 0:
		return t.In(c.zone)
	case d < 0:
		return c.subtract(at, nanos, -seconds, -rest)
	}
	w := c.walkFrom(at)
	if w.open() { // Count from the whole second before t.
		seconds, rest = carry(seconds, rest+nanos)
	}
	for {
		from, to := w.next()
		if fits(seconds, rest, to-from) {
			return c.instant(from+seconds, rest)
		}
		seconds -= to - from
	}
}

// subtract goes back from at and nanos by seconds and rest of business time.
func (c *Calendar) subtract(at, nanos, seconds, rest int64) time.Time {
	w := c.walkFrom(at)
	if nanos > 0 { // Count from the whole second after it.
		if w.open() {
			seconds, rest = carry(seconds, rest+int64(time.Second)-nanos)
		}
		w.at++
	}
	for {
		from, to := w.previous()
		if fits(seconds, rest, to-from) {
			return c.instant(to-seconds, -rest)
		}
		seconds -= to - from
	}
}

// carry moves whole seconds out of nanos.
func carry(seconds, nanos int64) (int64, int64) {
	return seconds + nanos/int64(time.Second), nanos % int64(time.Second)
}

// fits reports whether seconds and nanos are no more than room seconds.
func fits(seconds, nanos, room int64) bool {
	return seconds < room || seconds == room && nanos == 0
}

// Between is the business time from a to b, negative when b is before a. What
// a Duration cannot hold, some 292 years, is the largest Duration.
func (c *Calendar) Between(a, b time.Time) time.Duration {
	if b.Before(a) {
		return -c.Between(b, a)
	}
	end := b.Unix()
	w := c.walkFrom(a.Unix())
	nanos := int64(0)
	if w.open() {
		nanos -= int64(a.Nanosecond())
	}
	seconds := int64(0)
	for {
		from, to := w.next()
		if from <= end && end < to {
			nanos += int64(b.Nanosecond())
		}
		if from < end {
			seconds += min(to, end) - from
		}
		if to > end {
			break
		}
	}
	if seconds >= math.MaxInt64/int64(time.Second) {
		return math.MaxInt64
	}
	return time.Duration(seconds)*time.Second + time.Duration(nanos)
}

func (c *Calendar) instant(seconds, nanos int64) time.Time {
	return time.Unix(seconds, nanos).In(c.zone)
}
