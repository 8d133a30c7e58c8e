package calendar

import (
	"cmp"
	"fmt"
	"time"
)

// Date is a civil date: a square on a wall calendar, the same in every zone.
// The zero Date means "none".
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

const dateLayout = "2006-01-02"

// ParseDate reads a date written 2006-01-02. A day that the month does not
// have is an error.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(dateLayout, s)
	if err != nil {
		return Date{}, fmt.Errorf("date %q is not a day written YYYY-MM-DD", clip(s))
	}
	return DateOf(t), nil
}

// DateOf is the date that t shows in its own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// String writes the date as 2006-01-02, and the zero Date as nothing.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// MarshalText writes what String writes.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes: nothing gives the zero Date.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	got, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = got
	return nil
}

// IsZero reports whether d is the zero Date.
func (d Date) IsZero() bool { return d == Date{} }

// AddDays is the date n calendar days later, or earlier when n is negative.
func (d Date) AddDays(n int) Date { return dateOfNumber(d.number() + int64(n)) }

// Compare is -1, 0 or +1 as d is before, on or after e.
func (d Date) Compare(e Date) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

// Before reports whether d is an earlier day than e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After reports whether d is a later day than e.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

// Weekday is the day of the week that d falls on.
func (d Date) Weekday() time.Weekday { return weekdayOf(d.number()) }

// Start is the first instant of the day in loc. That is not always midnight:
// where clocks go forward at midnight the day begins at 01:00.
func (d Date) Start(loc *time.Location) time.Time {
	return time.Unix(reach(loc, d.number()*secondsADay), 0).In(loc)
}

// At is the first instant of the day at which clocks in loc show that time since
// midnight, or a later one where they jump over it.
func (d Date) At(clock time.Duration, loc *time.Location) time.Time {
	return time.Unix(reach(loc, d.number()*secondsADay+int64(clock/time.Second)), 0).In(loc)
}

// valid reports whether the calendar has such a day.
func (d Date) valid() bool { return dateOfNumber(d.number()) == d }

const secondsADay = 24 * 60 * 60

// number counts days from 1970-01-01.
func (d Date) number() int64 {
	return floorDiv(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix(), secondsADay)
}

func dateOfNumber(n int64) Date { return DateOf(time.Unix(n*secondsADay, 0).UTC()) }

// weekdayOf is the weekday of a day number; 1970-01-01 was a Thursday.
func weekdayOf(n int64) time.Weekday {
	return time.Weekday(((n+int64(time.Thursday))%7 + 7) % 7)
}

// floorDiv rounds down, where Go's own division rounds towards zero.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
