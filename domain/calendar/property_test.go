package calendar

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The zones have every kind of clock change: an hour in spring and autumn of
// either half of the earth, at midnight, by half an hour, and none.
var zones = []string{
	"Europe/Berlin", "America/New_York", "America/Santiago", "Africa/Cairo", "Australia/Lord_Howe", "Asia/Kolkata",
	"Asia/Shanghai", "Asia/Tokyo", "Asia/Jerusalem", "America/Havana", "Pacific/Apia", "Asia/Kathmandu", "UTC",
}

// reference is the slow and plain calendar: it looks at the clock on the wall.
type reference struct {
	zone *time.Location
	week Hours
	days map[Date][]Span
}

func (r *reference) open(t time.Time) bool {
	t = t.In(r.zone)
	spans, own := r.days[DateOf(t)]
	if !own {
		spans = r.week[t.Weekday()]
	}
	h, m, s := t.Clock()
	wall := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second
	for _, span := range spans {
		if span.From <= wall && wall < span.To {
			return true
		}
	}
	return false
}

// step is how far from t on the reference surely stays as it is at t: to the
// next full minute, or only to the next full second in a minute that hours
// begin or end in. No test has two edges in one minute.
func (r *reference) step(t time.Time) time.Duration {
	next := t.Truncate(time.Minute).Add(time.Minute)
	if r.open(t) != r.open(next.Add(-time.Second)) {
		next = t.Truncate(time.Second).Add(time.Second)
	}
	return next.Sub(t)
}

func (r *reference) add(t time.Time, d time.Duration) time.Time {
	for d > 0 {
		step := r.step(t)
		if r.open(t) {
			step = min(step, d)
			d -= step
		}
		t = t.Add(step)
	}
	return t
}

func (r *reference) between(a, b time.Time) time.Duration {
	var sum time.Duration
	for a.Before(b) {
		step := min(r.step(a), b.Sub(a))
		if r.open(a) {
			sum += step
		}
		a = a.Add(step)
	}
	return sum
}

func (r *reference) next(t time.Time) time.Time {
	for !r.open(t) {
		t = t.Add(r.step(t))
	}
	return t
}

// someSpans are the hours of one day: often plain, sometimes with seconds, at
// the edges of the day or where clocks change, or in two or three parts.
func someSpans(t *rapid.T, label string) []Span {
	switch rapid.IntRange(0, 6).Draw(t, label+" kind") {
	case 0:
		return nil
	case 1:
		return []Span{{0, 24 * time.Hour}}
	case 2:
		return []Span{{9 * time.Hour, 17*time.Hour + 30*time.Minute}}
	}
	// Edges in whole units of two minutes, moved by some seconds: never two in one minute.
	const units = 24 * 30
	edges := rapid.SliceOfNDistinct(rapid.OneOf(rapid.IntRange(0, units), rapid.IntRange(0, 120)), 2, 6, rapid.ID[int]).Draw(t, label+" edges")
	spans := []Span{}
	sorted := map[int]bool{}
	for _, e := range edges {
		sorted[e] = true
	}
	from := -1
	for unit := 0; unit <= units; unit++ {
		if !sorted[unit] {
			continue
		}
		if from < 0 {
			from = unit
			continue
		}
		span := Span{time.Duration(from) * 2 * time.Minute, time.Duration(unit) * 2 * time.Minute}
		if unit < units {
			span.To += time.Duration(rapid.IntRange(0, 59).Draw(t, label+" seconds")) * time.Second
		}
		spans = append(spans, span)
		from = -1
	}
	return spans
}

// scene is a calendar with its reference, and an instant near something.
type scene struct {
	*Calendar
	ref   *reference
	start time.Time
}

func someScene(t *rapid.T, zoneName string) scene {
	loc, err := time.LoadLocation(zoneName)
	if err != nil {
		t.Fatal(err)
	}
	var week Hours
	switch rapid.IntRange(0, 4).Draw(t, "week") {
	case 0:
		week = OfficeHours()
	case 1: // Sunday to Thursday
		week = OfficeHours()
		week[time.Sunday], week[time.Friday] = week[time.Monday], nil
	case 2:
		week = AroundTheClock()
	default:
		for i := range week {
			week[i] = someSpans(t, time.Weekday(i).String())
		}
		if len(week[time.Monday]) == 0 {
			week[time.Monday] = []Span{{9 * time.Hour, 17 * time.Hour}}
		}
	}

	// Near a change of the clock, if there is one, else anywhere.
	about := time.Unix(rapid.Int64Range(1262304000, 2208988800).Draw(t, "second from 2010 to 2040"), 0).In(loc)
	if _, end := about.ZoneBounds(); !end.IsZero() && rapid.Bool().Draw(t, "near a clock change") {
		about = end.Add(time.Duration(rapid.Int64Range(-2*secondsADay, 2*secondsADay).Draw(t, "seconds from it")) * time.Second)
	}
	start := about.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 1, 500_000_000, 999_999_999}).Draw(t, "nanoseconds")))

	r := &reference{zone: loc, week: week, days: map[Date][]Span{}}
	list := Holidays{}
	for i := range rapid.IntRange(0, 5).Draw(t, "days of their own") {
		d := DateOf(start).AddDays(rapid.IntRange(-4, 6).Draw(t, "which day"))
		if _, twice := r.days[d]; twice {
			continue
		}
		r.days[d] = someSpans(t, []string{"first", "second", "third", "fourth", "fifth"}[i])
		list.Days = append(list.Days, Day{Date: d, Spans: r.days[d]})
	}
	c, err := New(loc, week, list)
	if err != nil {
		t.Fatal(err)
	}
	if rapid.Bool().Draw(t, "at an edge") {
		start = c.Next(start)
	}
	return scene{c, r, start}
}

func someDuration(t *rapid.T, most time.Duration) time.Duration {
	return rapid.OneOf(
		rapid.Map(rapid.Int64Range(1, int64(most/time.Minute)), func(n int64) time.Duration { return time.Duration(n) * time.Minute }),
		rapid.Map(rapid.Int64Range(1, int64(most/time.Second)), func(n int64) time.Duration { return time.Duration(n) * time.Second }),
		rapid.Map(rapid.Int64Range(1, int64(most)), func(n int64) time.Duration { return time.Duration(n) }),
	).Draw(t, "duration")
}

func TestAgainstTheClockOnTheWall(t *testing.T) {
	for _, name := range zones {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				s := someScene(t, name)
				if got, want := s.Open(s.start), s.ref.open(s.start); got != want {
					t.Fatalf("Open(%v) = %v", s.start, got)
				}
				if got, want := s.Next(s.start), s.ref.next(s.start); !got.Equal(want) {
					t.Fatalf("Next(%v) = %v, want %v", s.start, got, want)
				}
				d := someDuration(t, 20*time.Hour)
				end := s.Add(s.start, d)
				if want := s.ref.add(s.start, d); !end.Equal(want) {
					t.Fatalf("Add(%v, %v) = %v, want %v", s.start, d, end, want)
				}
				b := s.start.Add(someDuration(t, 60*time.Hour))
				if got, want := s.Between(s.start, b), s.ref.between(s.start, b); got != want {
					t.Fatalf("Between(%v, %v) = %v, want %v", s.start, b, got, want)
				}
			})
		})
	}
}

func TestLaws(t *testing.T) {
	for _, name := range zones {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				s := someScene(t, name)
				d, e := someDuration(t, 2000*time.Hour), someDuration(t, 2000*time.Hour)
				end := s.Add(s.start, d)
				if got := s.Between(s.start, end); got != d {
					t.Fatalf("Between(t, Add(t, d)) = %v, want %v; t %v", got, d, s.start)
				}
				if got := s.Between(s.start, end.Add(-1)); got != d-1 {
					t.Fatalf("%v is not the earliest instant: a nanosecond before it there are %v of %v", end, got, d)
				}
				if got, want := s.Add(end, e), s.Add(s.start, d+e); !got.Equal(want) {
					t.Fatalf("Add(Add(t, d), e) = %v, Add(t, d+e) = %v", got, want)
				}
				back := s.Add(s.start, -d)
				if got := s.Between(back, s.start); got != d {
					t.Fatalf("Between(Add(t, -d), t) = %v, want %v", got, d)
				}
				if got := s.Between(back.Add(1), s.start); got != d-1 {
					t.Fatalf("%v is not the latest instant: a nanosecond after it there are %v of %v", back, got, d)
				}
				middle := s.start.Add(someDuration(t, 4000*time.Hour))
				if got, want := s.Between(back, s.start)+s.Between(s.start, middle), s.Between(back, middle); got != want {
					t.Fatalf("the parts are %v, the whole is %v", got, want)
				}
				if got, want := s.Between(middle, s.start), -s.Between(s.start, middle); got != want {
					t.Fatalf("backward it is %v, forward %v", got, want)
				}
				if next := s.Next(s.start); !s.Open(next) || s.Between(s.start, next) != 0 {
					t.Fatalf("Next(%v) = %v is not the next opening", s.start, next)
				}
			})
		})
	}
}

func TestDaysLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := someScene(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		d := DateOf(s.start)
		n := rapid.IntRange(1, 40).Draw(t, "n")
		// Day by day, with no more than the hours of each date.
		want, left := d, n
		for left > 0 {
			want = want.AddDays(1)
			if s.On(want).Working {
				left--
			}
		}
		if got := s.AddDays(d, n); got != want {
			t.Fatalf("AddDays(%v, %d) = %v, want %v", d, n, got, want)
		}
		if got := s.AddDays(want, -n); s.On(d).Working && got != d {
			t.Fatalf("AddDays(%v, %d) = %v, want %v", want, -n, got, d)
		}
		moved := s.AddDaysAt(s.start, n)
		// Closing time is still that day's; the instant before it is in the hours.
		if got := s.Between(moved.Add(-1), moved.Add(1)); got == 0 && !partlySkipped(s.Calendar, want) {
			t.Fatalf("AddDaysAt(%v, %d) = %v is outside the hours", s.start, n, moved)
		}
	})
}

// partlySkipped reports whether some part of the date's hours has no instant.
func partlySkipped(c *Calendar, d Date) bool {
	var wall time.Duration
	for _, s := range c.On(d).Spans {
		wall += s.To - s.From
	}
	return c.Between(d.Start(c.Zone()), d.AddDays(1).Start(c.Zone())) < wall
}

func TestDatesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := dateOfNumber(rapid.Int64Range(-719162, 2932896).Draw(t, "day number")) // years 1 to 9999
		text, err := d.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var back Date
		if err := back.UnmarshalText(text); err != nil || back != d {
			t.Fatalf("%v came back as %v, %v", d, back, err)
		}
		n := rapid.IntRange(-1000, 1000).Draw(t, "n")
		if want := DateOf(time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC)); d.AddDays(n) != want {
			t.Fatalf("%v + %d = %v, want %v", d, n, d.AddDays(n), want)
		}
		if want := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Weekday(); d.Weekday() != want {
			t.Fatalf("%v is a %v, not a %v", d, want, d.Weekday())
		}
		for _, name := range zones {
			loc, err := time.LoadLocation(name)
			if err != nil {
				t.Fatal(err)
			}
			start := d.Start(loc)
			if DateOf(start) == d && DateOf(start.Add(-1)) == d {
				t.Fatalf("%v in %s has begun before %v", d, name, start)
			}
			if DateOf(start).Before(d) {
				t.Fatalf("%v in %s has not begun at %v", d, name, start)
			}
		}
	})
}
