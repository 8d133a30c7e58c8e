package calendar

import (
	"math"
	"strings"
	"testing"
	"time"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func calendarOf(t testing.TB, zoneName string, week Hours, days ...Holidays) *Calendar {
	t.Helper()
	c, err := New(zone(t, zoneName), week, days...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func country(t testing.TB, code string) Holidays {
	t.Helper()
	h, ok := Country(code)
	if !ok {
		t.Fatalf("no holidays of %s", code)
	}
	return h
}

// at reads a wall-clock time of the calendar's zone.
func at(t testing.TB, c *Calendar, s string) time.Time {
	t.Helper()
	got, err := time.ParseInLocation("Mon 2006-01-02 15:04:05.999999999", s, c.Zone())
	if err == nil {
		return got
	}
	if got, err = time.ParseInLocation("Mon 2006-01-02 15:04", s, c.Zone()); err == nil {
		return got
	}
	if got, err = time.Parse("Mon 2006-01-02 15:04 -0700", s); err != nil {
		t.Fatal(err)
	}
	return got
}

func day(t testing.TB, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func everyDay(spans string) Hours {
	parsed, err := ParseHours(spans)
	if err != nil {
		panic(err)
	}
	var week Hours
	for i := range week {
		week[i] = parsed
	}
	return week
}

func wantTime(t *testing.T, c *Calendar, got time.Time, want string) {
	t.Helper()
	if !got.Equal(at(t, c, want)) {
		t.Errorf("got %s, want %s", got.Format("Mon 2006-01-02 15:04:05.999999999 -0700"), want)
	}
	if got.Location() != c.Zone() {
		t.Errorf("the result is in %v, not in the calendar's zone %v", got.Location(), c.Zone())
	}
}

// A1-F5 and the worked examples of the terms, by their numbers.
func TestAdd(t *testing.T) {
	plain := calendarOf(t, "Asia/Shanghai", OfficeHours())
	china := calendarOf(t, "Asia/Shanghai", OfficeHours(), country(t, "CN"))
	for _, x := range []struct {
		name string
		c    *Calendar
		from string
		d    time.Duration
		want string
	}{
		{"worked example 1: first response", plain, "Fri 2025-11-21 16:45", 2 * time.Hour, "Mon 2025-11-24 10:15"},
		{"worked example 1: change control", plain, "Fri 2025-11-21 16:45", 4 * time.Hour, "Mon 2025-11-24 12:15"},
		{"worked example 19: on Saturday", plain, "Sat 2025-11-22 10:00", 2 * time.Hour, "Mon 2025-11-24 11:00"},
		{"worked example 19: at closing time", plain, "Fri 2025-11-21 17:30", 2 * time.Hour, "Mon 2025-11-24 11:00"},
		{"worked example 19: a minute before closing", plain, "Fri 2025-11-21 17:29", 2 * time.Hour, "Mon 2025-11-24 10:59"},
		{"a result on closing time stays there", plain, "Fri 2025-11-21 16:30", time.Hour, "Fri 2025-11-21 17:30"},
		{"a second more is a second into Monday", plain, "Fri 2025-11-21 16:30", time.Hour + time.Second, "Mon 2025-11-24 09:00:01"},
		{"a nanosecond before closing", plain, "Fri 2025-11-21 17:29:59.999999999", 2, "Mon 2025-11-24 09:00:00.000000001"},
		{"a nanosecond after closing has nothing to add", plain, "Fri 2025-11-21 17:30:00.000000001", time.Hour, "Mon 2025-11-24 10:00"},
		{"nothing stays, even when closed", plain, "Sat 2025-11-22 10:00", 0, "Sat 2025-11-22 10:00"},
		{"one full business day", plain, "Thu 2025-11-20 09:00", 8*time.Hour + 30*time.Minute, "Thu 2025-11-20 17:30"},
		{"back over the weekend", plain, "Mon 2025-11-24 10:15", -2 * time.Hour, "Fri 2025-11-21 16:45"},
		{"back to opening stays there", plain, "Mon 2025-11-24 10:15", -75 * time.Minute, "Mon 2025-11-24 09:00"},
		{"back from a fraction", plain, "Mon 2025-11-24 09:00:00.25", -500 * time.Millisecond, "Fri 2025-11-21 17:29:59.75"},

		{"make-up Saturday before Spring Festival", china, "Fri 2026-02-13 16:30", 4 * time.Hour, "Sat 2026-02-14 12:00"},
		{"over the whole Spring Festival", china, "Fri 2026-02-13 16:30", 10 * time.Hour, "Tue 2026-02-24 09:30"},
		{"make-up Saturday after Spring Festival", china, "Fri 2026-02-27 17:00", time.Hour, "Sat 2026-02-28 09:30"},
		{"make-up Sunday before National Day", china, "Fri 2026-09-18 17:00", time.Hour, "Sun 2026-09-20 09:30"},
		{"over National Day", china, "Wed 2026-09-30 17:00", time.Hour, "Thu 2026-10-08 09:30"},
		{"make-up Saturday after National Day", china, "Fri 2026-10-09 17:30", 9 * time.Hour, "Mon 2026-10-12 09:30"},
		{"an ordinary Saturday is free", china, "Fri 2026-10-16 17:00", time.Hour, "Mon 2026-10-19 09:30"},
	} {
		t.Run(x.name, func(t *testing.T) {
			wantTime(t, x.c, x.c.Add(at(t, x.c, x.from), x.d), x.want)
		})
	}
}

// AMB-09: what counts is the calendar's zone, not the zone of the instant.
func TestAddInAnotherZone(t *testing.T) {
	c := calendarOf(t, "Asia/Tokyo", OfficeHours())
	from := time.Date(2025, 11, 21, 8, 0, 0, 0, time.UTC) // Friday 17:00 in Tokyo
	wantTime(t, c, c.Add(from, time.Hour), "Mon 2025-11-24 09:30")
}

// AMB-08: civil time of the zone, with what the clock really passes.
func TestClockChanges(t *testing.T) {
	const berlin, cairo, santiago, howe = "Europe/Berlin", "Africa/Cairo", "America/Santiago", "Australia/Lord_Howe"
	t.Run("Between", func(t *testing.T) {
		for _, x := range []struct {
			name, zone, hours, from, to string
			want                        time.Duration
		}{
			{"an hour is missing", berlin, "00:00-24:00", "Sun 2026-03-29 00:00", "Mon 2026-03-30 00:00", 23 * time.Hour},
			{"an hour is there twice", berlin, "00:00-24:00", "Sun 2026-10-25 00:00", "Mon 2026-10-26 00:00", 25 * time.Hour},
			{"the gap takes half of the span", berlin, "01:30-02:30", "Sun 2026-03-29 00:00", "Mon 2026-03-30 00:00", 30 * time.Minute},
			{"the gap takes the whole span", berlin, "02:15-02:45", "Sun 2026-03-29 00:00", "Mon 2026-03-30 00:00", 0},
			{"both passes of a span", berlin, "02:15-02:45", "Sun 2026-10-25 00:00", "Mon 2026-10-26 00:00", time.Hour},
			{"the first pass alone", berlin, "02:15-02:45", "Sun 2026-10-25 00:00", "Sun 2026-10-25 02:50 +0200", 30 * time.Minute},
			{"a span that ends in the overlap", berlin, "01:00-02:30", "Sun 2026-10-25 00:00", "Mon 2026-10-26 00:00", 2 * time.Hour},
			{"an overlap of half an hour", howe, "00:00-24:00", "Sun 2026-04-05 00:00", "Mon 2026-04-06 00:00", 24*time.Hour + 30*time.Minute},
			{"no midnight in Cairo", cairo, "00:00-02:00", "Thu 2026-04-23 12:00", "Fri 2026-04-24 12:00", time.Hour},
			{"Cairo's last hour of October twice", cairo, "23:00-24:00", "Thu 2026-10-29 12:00", "Fri 2026-10-30 12:00", 2 * time.Hour},
			{"Santiago's last hour of summer twice", santiago, "22:00-24:00", "Sat 2026-04-04 12:00", "Sun 2026-04-05 12:00", 3 * time.Hour},
		} {
			t.Run(x.name, func(t *testing.T) {
				c := calendarOf(t, x.zone, everyDay(x.hours))
				a, b := at(t, c, x.from), at(t, c, x.to)
				if got := c.Between(a, b); got != x.want {
					t.Errorf("forward: got %v, want %v", got, x.want)
				}
				if got := c.Between(b, a); got != -x.want {
					t.Errorf("backward: got %v, want %v", got, -x.want)
				}
			})
		}
	})
	t.Run("Add stops in the second pass", func(t *testing.T) {
		c := calendarOf(t, berlin, everyDay("02:15-02:45"))
		wantTime(t, c, c.Add(at(t, c, "Sun 2026-10-25 00:00"), 40*time.Minute), "Sun 2026-10-25 02:25 +0100")
	})
	t.Run("Next skips what the clock jumps over", func(t *testing.T) {
		c := calendarOf(t, berlin, everyDay("02:15-02:45"))
		wantTime(t, c, c.Next(at(t, c, "Sun 2026-03-29 00:00")), "Mon 2026-03-30 02:15")
	})
	t.Run("Next opens where the jump ends", func(t *testing.T) {
		c := calendarOf(t, berlin, everyDay("02:15-03:45"))
		wantTime(t, c, c.Next(at(t, c, "Sun 2026-03-29 00:00")), "Sun 2026-03-29 03:00")
	})
	t.Run("a day that Samoa never had", func(t *testing.T) {
		c := calendarOf(t, "Pacific/Apia", AroundTheClock())
		wantTime(t, c, c.Add(at(t, c, "Thu 2011-12-29 23:00"), 2*time.Hour), "Sat 2011-12-31 01:00")
	})
	t.Run("the last day of a leap year", func(t *testing.T) {
		for _, name := range []string{berlin, santiago, "America/New_York"} {
			c := calendarOf(t, name, AroundTheClock())
			wantTime(t, c, c.Add(at(t, c, "Sat 2028-12-30 00:00"), 72*time.Hour), "Tue 2029-01-02 00:00")
			wantTime(t, c, c.Add(at(t, c, "Tue 2029-01-02 00:00"), -72*time.Hour), "Sat 2028-12-30 00:00")
		}
	})
	t.Run("Start where the day begins at one", func(t *testing.T) {
		c := calendarOf(t, cairo, OfficeHours())
		wantTime(t, c, day(t, "2026-04-24").Start(c.Zone()), "Fri 2026-04-24 01:00")
	})
	t.Run("Start where midnight comes twice", func(t *testing.T) {
		c := calendarOf(t, "America/Havana", OfficeHours()) // 01:00 goes back to 00:00.
		wantTime(t, c, day(t, "2026-11-01").Start(c.Zone()), "Sun 2026-11-01 00:00 -0400")
	})
}

func TestNextAndOpen(t *testing.T) {
	week := everyDay("09:00-12:00,13:00-18:00")
	week[time.Saturday], week[time.Sunday] = nil, nil
	c := calendarOf(t, "Europe/Paris", week, Holidays{Days: []Day{
		{Date: day(t, "2026-05-08"), Name: "Victoire 1945"},
		{Date: day(t, "2026-12-24"), Spans: []Span{{9 * time.Hour, 12 * time.Hour}}},
	}})
	for _, x := range []struct{ from, want string }{
		{"Mon 2026-05-04 08:59:59.5", "Mon 2026-05-04 09:00"},
		{"Mon 2026-05-04 09:00", "Mon 2026-05-04 09:00"},
		{"Mon 2026-05-04 11:59:59.999999999", "Mon 2026-05-04 11:59:59.999999999"},
		{"Mon 2026-05-04 12:00", "Mon 2026-05-04 13:00"},
		{"Mon 2026-05-04 18:00", "Tue 2026-05-05 09:00"},
		{"Thu 2026-05-07 18:00", "Mon 2026-05-11 09:00"},
		{"Thu 2026-12-24 12:00", "Fri 2026-12-25 09:00"},
	} {
		from := at(t, c, x.from)
		wantTime(t, c, c.Next(from), x.want)
		if got, want := c.Open(from), x.from == x.want; got != want {
			t.Errorf("Open(%s) = %v", x.from, got)
		}
	}
}

func TestAddDays(t *testing.T) {
	plain := calendarOf(t, "Asia/Shanghai", OfficeHours())
	china := calendarOf(t, "Asia/Shanghai", OfficeHours(), country(t, "CN"))
	for _, x := range []struct {
		name string
		c    *Calendar
		from string
		n    int
		want string
	}{
		{"worked example 11: RCA within 10 working days, PMCS-35", plain, "2026-03-13", 10, "2026-03-27"},
		{"worked example 14: contact change within 7, CR-11", plain, "2025-10-31", 7, "2025-11-11"},
		{"day 1 after a Saturday is Monday", plain, "2025-11-01", 1, "2025-11-03"},
		{"none", plain, "2025-11-01", 0, "2025-11-01"},
		{"back", plain, "2025-11-11", -7, "2025-10-31"},
		{"make-up Saturday is day 1", china, "2026-02-13", 1, "2026-02-14"},
		{"day 2 is after Spring Festival", china, "2026-02-13", 2, "2026-02-24"},
	} {
		if got := x.c.AddDays(day(t, x.from), x.n); got != day(t, x.want) {
			t.Errorf("%s: got %v, want %s", x.name, got, x.want)
		}
	}
}

func TestAddDaysAt(t *testing.T) {
	week := everyDay("09:00-12:00,13:00-17:30")
	week[time.Saturday], week[time.Sunday] = nil, nil
	c := calendarOf(t, "Europe/Berlin", week)
	early := calendarOf(t, "Europe/Berlin", everyDay("02:00-04:00"))
	for _, x := range []struct {
		c    *Calendar
		from string
		n    int
		want string
	}{
		{c, "Fri 2025-11-21 16:45:10.5", 1, "Mon 2025-11-24 16:45:10.5"},
		{c, "Sat 2025-11-22 08:00:00.5", 1, "Mon 2025-11-24 09:00"},
		{c, "Fri 2025-11-21 12:00", 1, "Mon 2025-11-24 13:00"},
		{c, "Fri 2025-11-21 12:30", 2, "Tue 2025-11-25 13:00"},
		{c, "Fri 2025-11-21 17:30", 1, "Mon 2025-11-24 17:30"},
		{c, "Fri 2025-11-21 23:59:59.5", 1, "Mon 2025-11-24 17:30"},
		{c, "Sat 2025-11-22 23:00", 0, "Sat 2025-11-22 23:00"},
		{c, "Mon 2025-11-24 10:00", -1, "Fri 2025-11-21 10:00"},
		{c, "Fri 2026-03-27 10:00", 1, "Mon 2026-03-30 10:00"}, // The clock changed in between.
		{early, "Sat 2026-03-28 02:30:00.5", 1, "Sun 2026-03-29 03:00"},
		{early, "Sat 2026-10-24 02:30", 1, "Sun 2026-10-25 02:30 +0200"},
	} {
		t.Run(x.from, func(t *testing.T) {
			wantTime(t, x.c, x.c.AddDaysAt(at(t, x.c, x.from), x.n), x.want)
		})
	}
}

func TestLaterListsWin(t *testing.T) {
	week := OfficeHours()
	week[time.Monday] = []Span{{8 * time.Hour, 16 * time.Hour}}
	own := Holidays{Days: []Day{
		{Date: day(t, "2026-02-14"), Name: "we rest"},                          // China works on this Saturday
		{Date: day(t, "2026-02-16"), Working: true, Name: "we work"},           // and rests on this Monday.
		{Date: day(t, "2026-02-17"), Spans: []Span{{0, 1 * time.Hour}}},        // Tuesday
		{Date: day(t, "2026-02-21"), Spans: []Span{{23 * time.Hour, 86400e9}}}, // Saturday
	}}
	c := calendarOf(t, "Asia/Shanghai", week, country(t, "CN"), own)
	for date, want := range map[string]string{
		"2026-02-13": "09:00-17:30", "2026-02-14": "closed", "2026-02-16": "08:00-16:00", "2026-02-17": "00:00-01:00",
		"2026-02-18": "closed", "2026-02-21": "23:00-24:00",
		"2026-02-28": "08:00-16:00", // A make-up day has Monday's hours.
	} {
		if got := FormatHours(c.On(day(t, date)).Spans); got != want {
			t.Errorf("%s: got %s, want %s", date, got, want)
		}
	}
	if got := c.On(day(t, "2026-02-16")); got.Name != "we work" || !got.Working {
		t.Errorf("the customer's word for the day is lost: %+v", got)
	}
	if got := c.On(day(t, "2026-02-18")); got.Name != "春节" || got.Working {
		t.Errorf("the country's word for the day is lost: %+v", got)
	}
}

func TestCoverage(t *testing.T) {
	list := func(country, from, until string) Holidays {
		h := Holidays{Country: country}
		if from != "" {
			h.CoveredFrom = day(t, from)
		}
		if until != "" {
			h.CoveredUntil = day(t, until)
		}
		return h
	}
	for _, x := range []struct {
		name  string
		lists []Holidays
		until string
	}{
		{"no list", nil, ""},
		{"a list by hand makes no claim", []Holidays{list("", "", "")}, ""},
		{"the earliest of two countries", []Holidays{list("CN", "", "2026-12-31"), list("JP", "", "2027-12-31")}, "2026-12-31"},
		{"a list by hand hides nothing", []Holidays{list("CN", "", "2026-12-31"), list("", "", "")}, "2026-12-31"},
		{"an imported year continues", []Holidays{list("CN", "2025-01-01", "2026-12-31"), list("CN", "2027-01-01", "2027-12-31")}, "2027-12-31"},
		{"in any order", []Holidays{list("CN", "2027-01-01", "2027-12-31"), list("CN", "2025-01-01", "2026-12-31")}, "2027-12-31"},
		{"not over a gap", []Holidays{list("CN", "2025-01-01", "2026-12-31"), list("CN", "2028-01-01", "2028-12-31")}, "2026-12-31"},
		{"a shorter list takes nothing away", []Holidays{list("CN", "2025-01-01", "2026-12-31"), list("CN", "2025-06-01", "2025-12-31")}, "2026-12-31"},
		{"a customer's own list counts", []Holidays{list("CN", "", "2026-12-31"), list("", "", "2026-06-30")}, "2026-06-30"},
	} {
		if got := calendarOf(t, "Asia/Shanghai", OfficeHours(), x.lists...).CoveredUntil().String(); got != x.until {
			t.Errorf("%s: got %q, want %q", x.name, got, x.until)
		}
	}

	c := calendarOf(t, "Asia/Shanghai", OfficeHours(), country(t, "CN"))
	for instant, want := range map[string]bool{
		"2024-12-31T23:59:59+08:00": false, "2025-01-01T00:00:00+08:00": true,
		"2026-12-31T15:59:59Z": true, "2026-12-31T16:00:00Z": false, // midnight in Shanghai
	} {
		u, err := time.Parse(time.RFC3339, instant)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Covered(u); got != want {
			t.Errorf("Covered(%s) = %v", instant, got)
		}
	}
	if !calendarOf(t, "Asia/Shanghai", OfficeHours()).Covered(time.Time{}) {
		t.Error("a calendar without lists has nothing to miss")
	}
}

func TestNewRefuses(t *testing.T) {
	monday := func(spans ...Span) Hours { return Hours{time.Monday: spans} }
	dates := func(days ...Day) []Holidays { return []Holidays{{Country: "XX", Days: days}} }
	d := day(t, "2026-01-01")
	for _, x := range []struct {
		name string
		zone *time.Location
		week Hours
		days []Holidays
		want string
	}{
		{"no zone", nil, OfficeHours(), nil, "zone"},
		{"never open", time.UTC, Hours{}, nil, "never open"},
		{"never open but on a few dates", time.UTC, Hours{}, dates(Day{Date: d, Spans: []Span{{0, time.Hour}}}), "never open"},
		{"overlap", time.UTC, monday(Span{0, 2 * time.Hour}, Span{time.Hour, 3 * time.Hour}), nil, "Monday: 01:00-03:00 begins before 00:00-02:00 has ended"},
		{"unsorted", time.UTC, monday(Span{5 * time.Hour, 6 * time.Hour}, Span{time.Hour, 3 * time.Hour}), nil, "begins before"},
		{"empty span", time.UTC, monday(Span{time.Hour, time.Hour}), nil, "ends before"},
		{"past midnight", time.UTC, monday(Span{22 * time.Hour, 6 * time.Hour}), nil, "each day"},
		{"outside the day", time.UTC, monday(Span{22 * time.Hour, 25 * time.Hour}), nil, "leaves the day"},
		{"negative", time.UTC, monday(Span{-1, time.Hour}), nil, "leaves the day"},
		{"finer than a second", time.UTC, monday(Span{1, time.Hour}), nil, "finer"},
		{"no such date", time.UTC, OfficeHours(), dates(Day{Date: Date{2026, 2, 30}}), "list 1 (XX): day 1: there is no date 2026-02-30"},
		{"zero date", time.UTC, OfficeHours(), dates(Day{}), "no date"},
		{"date twice", time.UTC, OfficeHours(), dates(Day{Date: d}, Day{Date: d}), "2026-01-01 is there twice"},
		{"bad hours of a date", time.UTC, OfficeHours(), dates(Day{Date: d, Spans: []Span{{2, 1}}}), "2026-01-01"},
		{"covered backwards", time.UTC, OfficeHours(), []Holidays{{CoveredFrom: d, CoveredUntil: d.AddDays(-1)}}, "covered until"},
	} {
		if _, err := New(x.zone, x.week, x.days...); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: got error %v, want one with %q", x.name, err, x.want)
		}
	}
}

func TestHugeDurations(t *testing.T) {
	c := calendarOf(t, "Europe/Berlin", AroundTheClock())
	start := at(t, c, "Mon 2026-01-05 00:00")
	if got := c.Add(start, math.MaxInt64).Sub(start); got != math.MaxInt64 {
		t.Errorf("around the clock is not elapsed time: %v", got)
	}
	if got := c.Add(start, math.MinInt64); got.Sub(start) != math.MinInt64 {
		t.Errorf("back: %v", got)
	}
	if got := c.Between(time.Date(1700, 1, 1, 0, 0, 0, 0, time.UTC), start); got != math.MaxInt64 {
		t.Errorf("more than a duration holds: %v", got)
	}
}

func TestNothingIsAllocated(t *testing.T) {
	c := calendarOf(t, "America/New_York", OfficeHours(), country(t, "US"))
	from := at(t, c, "Fri 2026-10-23 16:45") // The clock goes back on 1 November.
	to := from.AddDate(0, 0, 14)
	for name, call := range map[string]func(){
		"Add":     func() { c.Add(from, twoWeeks) },
		"Between": func() { c.Between(from, to) },
		"Next":    func() { c.Next(from) },
		"AddDays": func() { c.AddDays(DateOf(from), 10) },
	} {
		if n := testing.AllocsPerRun(100, call); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}
