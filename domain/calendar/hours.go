package calendar

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Span is a stretch of one day on the wall clock, counted from midnight:
// From is in it, To is not. Both are whole seconds, 0 <= From < To <= 24h.
// A night shift is two spans, one on each of its days.
type Span struct{ From, To time.Duration }

// String writes the span as 09:00-17:30, with seconds where it has them.
func (s Span) String() string { return clock(s.From) + "-" + clock(s.To) }

// Hours are the spans of an ordinary week, by time.Weekday.
type Hours [7][]Span

// OfficeHours is Monday to Friday, 09:00 to 17:30: the hours of the terms
// where nothing else is agreed (A1-F5).
func OfficeHours() Hours {
	var week Hours
	for day := time.Monday; day <= time.Friday; day++ {
		week[day] = []Span{{From: 9 * time.Hour, To: 17*time.Hour + 30*time.Minute}}
	}
	return week
}

// AroundTheClock is every day, all day.
func AroundTheClock() Hours {
	var week Hours
	for day := range week {
		week[day] = []Span{{From: 0, To: 24 * time.Hour}}
	}
	return week
}

// closedDay is what ParseHours and FormatHours call a day without spans.
const closedDay = "closed"

// ParseHours reads the hours of one day: spans in order, parted by commas, as
// in "09:00-12:00,13:00-18:00", or "closed". Times are HH:MM or HH:MM:SS, and
// the end of the day is 24:00.
func ParseHours(s string) ([]Span, error) {
	if strings.TrimSpace(s) == closedDay {
		return nil, nil
	}
	var spans []Span
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		from, to, ok := strings.Cut(part, "-")
		if !ok {
			return nil, fmt.Errorf("hours %q: %q is not a span like 09:00-17:30", clip(s), clip(part))
		}
		var span Span
		var err error
		if span.From, err = parseClock(strings.TrimSpace(from)); err == nil {
			span.To, err = parseClock(strings.TrimSpace(to))
		}
		if err != nil {
			return nil, fmt.Errorf("hours %q: %w", clip(s), err)
		}
		spans = append(spans, span)
	}
	if err := checkSpans(spans); err != nil {
		return nil, fmt.Errorf("hours %q: %w", clip(s), err)
	}
	return spans, nil
}

// FormatHours writes spans as ParseHours reads them.
func FormatHours(spans []Span) string {
	if len(spans) == 0 {
		return closedDay
	}
	parts := make([]string, len(spans))
	for i, s := range spans {
		parts[i] = s.String()
	}
	return strings.Join(parts, ",")
}

// checkSpans finds the first thing wrong with the spans of one day.
func checkSpans(spans []Span) error {
	for i, s := range spans {
		switch {
		case s.From < 0 || s.To > 24*time.Hour:
			return fmt.Errorf("%v leaves the day", s)
		case s.From >= s.To:
			return fmt.Errorf("%v ends before it has begun; past midnight it takes one span on each day", s)
		case s.From%time.Second != 0 || s.To%time.Second != 0:
			return fmt.Errorf("%v is finer than a second", s)
		case i > 0 && s.From < spans[i-1].To:
			return fmt.Errorf("%v begins before %v has ended", s, spans[i-1])
		}
	}
	return nil
}

func parseClock(s string) (time.Duration, error) {
	layout := "15:04:05"
	switch len(s) {
	case len("24:00"):
		layout = "15:04"
	case len("24:00:00"):
	default:
		return 0, fmt.Errorf("%q is not a time of day like 09:00", clip(s))
	}
	if s == "24:00" || s == "24:00:00" {
		return 24 * time.Hour, nil
	}
	t, err := time.Parse(layout, s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a time of day like 09:00", clip(s))
	}
	h, m, sec := t.Clock()
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(sec)*time.Second, nil
}

func clock(d time.Duration) string {
	h, m, s := int(d/time.Hour), int(d/time.Minute)%60, int(d/time.Second)%60
	if s != 0 {
		return fmt.Sprintf("%02d:%02d:%02d", h, m, s)
	}
	return fmt.Sprintf("%02d:%02d", h, m)
}

// clip keeps hostile input from filling an error.
func clip(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return s[:most] + "…"
}

var errNeverOpen = errors.New("the week has no hours: it would never open")
