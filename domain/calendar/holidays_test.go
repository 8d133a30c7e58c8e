package calendar

import (
	"strings"
	"testing"
	"time"
)

// Known dates of each country: closed, or the hours of a make-up day.
func TestKnownDates(t *testing.T) {
	const closed, usual = "closed", "09:00-17:30"
	for code, dates := range map[string]map[string]string{
		"CN": {
			"2025-01-28": closed, "2025-02-04": closed, "2025-01-26": usual, "2025-02-08": usual, "2025-10-08": closed, "2025-10-11": usual,
			"2026-01-01": closed, "2026-01-02": closed, "2026-01-04": usual,
			"2026-02-14": usual, "2026-02-15": closed, "2026-02-16": closed, "2026-02-23": closed, "2026-02-24": usual, "2026-02-28": usual,
			"2026-04-06": closed, "2026-05-05": closed, "2026-05-06": usual, "2026-05-09": usual, "2026-06-19": closed, "2026-09-25": closed,
			"2026-09-20": usual, "2026-10-01": closed, "2026-10-07": closed, "2026-10-08": usual, "2026-10-10": usual, "2026-10-11": closed,
			"2026-03-08": closed, "2026-05-04": closed, "2026-06-01": usual, "2026-12-25": usual,
		},
		"JP": {
			"2025-02-24": closed, "2025-05-06": closed, "2026-01-12": closed, "2026-05-06": closed, "2026-09-21": closed, "2026-09-22": closed,
			"2026-09-23": closed, "2026-11-23": closed, "2027-03-22": closed, "2027-07-19": closed, "2026-12-31": usual, "2026-08-12": usual,
		},
		"US": {
			"2025-01-20": closed, "2025-11-27": closed, "2026-07-03": closed, "2026-06-19": closed, "2026-11-26": closed, "2026-11-27": usual,
			"2027-06-18": closed, "2027-07-05": closed, "2027-12-24": closed, "2027-12-31": closed, "2026-10-12": closed,
		},
		"DE": {
			"2025-06-09": closed, "2026-04-03": closed, "2026-04-06": closed, "2026-05-14": closed, "2026-05-25": closed, "2026-12-25": closed,
			"2026-06-04": usual, "2025-10-31": usual, "2027-05-17": closed, "2025-10-03": closed, "2026-12-24": usual,
		},
		"GB": {
			"2025-08-25": closed, "2026-05-04": closed, "2026-08-31": closed, "2026-12-25": closed, "2026-12-28": closed, "2027-12-27": closed,
			"2027-12-28": closed, "2027-12-29": usual, "2026-01-02": usual, "2026-04-06": closed, "2026-05-01": usual,
		},
		"FR": {
			"2025-07-14": closed, "2026-05-08": closed, "2026-05-14": closed, "2026-05-25": closed, "2026-11-11": closed, "2026-12-25": closed,
			"2026-04-03": usual, "2026-12-28": usual, "2027-03-29": closed,
		},
		"IN": {
			"2025-08-15": closed, "2025-10-02": closed, "2025-10-20": closed, "2026-01-26": closed, "2026-10-02": closed, "2026-10-20": closed,
			"2026-04-03": closed, "2026-12-25": closed, "2026-03-04": usual, "2026-04-14": usual,
		},
	} {
		c := calendarOf(t, "UTC", OfficeHours(), country(t, code))
		for date, want := range dates {
			if got := FormatHours(c.On(day(t, date)).Spans); got != want {
				t.Errorf("%s %s: got %s, want %s", code, date, got, want)
			}
		}
	}
}

// What must hold for every built-in list, whatever its dates.
func TestEveryCountry(t *testing.T) {
	entries, err := files.ReadDir("holidays")
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(Countries()) {
		t.Errorf("%d files for %d countries", len(entries), len(Countries()))
	}
	for _, code := range Countries() {
		h := country(t, strings.ToLower(code))
		if h.Country != code {
			t.Errorf("the file of %s is about %s", code, h.Country)
		}
		if h.Source == "" || h.Licence == "" || h.Notes == "" {
			t.Errorf("%s does not say where it comes from or what it leaves out", code)
		}
		if h.CoveredFrom != day(t, "2025-01-01") || h.CoveredUntil.Before(day(t, "2026-12-31")) {
			t.Errorf("%s is complete from %v to %v only", code, h.CoveredFrom, h.CoveredUntil)
		}
		years := map[int]int{}
		for _, d := range h.Days {
			years[d.Date.Year]++
			weekend := d.Date.Weekday() == time.Saturday || d.Date.Weekday() == time.Sunday
			if d.Working && (code != "CN" || !weekend) {
				t.Errorf("%s: %v is a make-up day", code, d.Date)
			}
		}
		for year := 2025; year <= h.CoveredUntil.Year; year++ {
			if years[year] < 8 {
				t.Errorf("%s has %d days in %d", code, years[year], year)
			}
		}
		h.Days[0].Name = "changed by a caller"
		if country(t, code).Days[0].Name == h.Days[0].Name {
			t.Errorf("two callers share the list of %s", code)
		}
	}
	if _, ok := Country("XX"); ok {
		t.Error("there are holidays of XX")
	}
	if _, ok := Country("../CN"); ok {
		t.Error("a path is a country")
	}
}

const goodFile = `{
  "country": "CN",
  "source": "a notice",
  "licence": "free",
  "covered_from": "2027-01-01",
  "covered_until": "2027-12-31",
  "days": [
    {"date": "2027-02-20", "name": "make-up", "hours": "usual"},
    {"date": "2027-01-01", "name": "New Year"},
    {"date": "2027-12-24", "name": "half", "hours": "09:00-12:00"}
  ]
}
`

// An imported file continues the built-in list.
func TestParseHolidays(t *testing.T) {
	next, err := ParseHolidays([]byte(goodFile))
	if err != nil {
		t.Fatal(err)
	}
	if got := next.Days[0].Date.String(); got != "2027-01-01" {
		t.Errorf("the days are not in order: %s comes first", got)
	}
	c := calendarOf(t, "Asia/Shanghai", OfficeHours(), country(t, "CN"), next)
	for date, want := range map[string]string{
		"2026-10-10": "09:00-17:30", "2027-01-01": "closed", "2027-02-20": "09:00-17:30", "2027-02-27": "closed", "2027-12-24": "09:00-12:00",
	} {
		if got := FormatHours(c.On(day(t, date)).Spans); got != want {
			t.Errorf("%s: got %s, want %s", date, got, want)
		}
	}
	if got := c.CoveredUntil().String(); got != "2027-12-31" {
		t.Errorf("covered until %s", got)
	}
}

func TestParseHolidaysNamesThePlace(t *testing.T) {
	with := func(old, new string) string {
		if !strings.Contains(goodFile, old) {
			t.Fatalf("%q is not in the file", old)
		}
		return strings.Replace(goodFile, old, new, 1)
	}
	for _, x := range []struct{ name, file, want string }{
		{"nothing", "", "line 1: unexpected EOF"},
		{"not an object", "[]", "line 1: the file must begin with {"},
		{"cut short", goodFile[:len(goodFile)-10], "line 10: "},
		{"something after it", goodFile + "{}", "line 13: there is something after the end"},
		{"unknown key", with(`"source"`, `"sauce"`), `line 3: the file has no key "sauce"`},
		{"key of another case", with(`"source"`, `"Source"`), `line 3: the file has no key "Source"`},
		{"key twice", with(`"licence"`, `"source"`), `line 4: the file has the key "source" twice`},
		{"unknown key of a day", with(`"hours": "usual"`, `"open": true`), `line 8: a day has no key "open"`},
		{"key of a day twice", with(`"hours": "usual"`, `"date": "2027-01-03"`), `line 8: a day has the key "date" twice`},
		{"a number for a text", with(`"a notice"`, `7`), "line 3: a text is wanted here, not 7"},
		{"an empty text", with(`"a notice"`, `""`), "line 3: a text is wanted"},
		{"no source", with(`  "source": "a notice",`+"\n", ""), "source is missing"},
		{"no end of coverage", with(`  "covered_until": "2027-12-31",`+"\n", ""), "covered_until is missing"},
		{"country spelt out", with(`"CN"`, `"China"`), `country "China" is not a code`},
		{"coverage is no date", with(`"2027-12-31"`, `"2027"`), `line 6: covered_until: date "2027" is not a day`},
		{"coverage backwards", with(`"2027-12-31"`, `"2026-12-31"`), "covered_until 2026-12-31 is before covered_from 2027-01-01"},
		{"no days", `{"country": "CN", "source": "s", "licence": "l", "covered_until": "2027-12-31", "days": []}`, "days is missing or empty"},
		{"days of a wrong kind", with(`"days": [`, `"days": {`), "line 7: days must begin with ["},
		{"no such date", with("2027-02-20", "2027-02-30"), `line 8: date "2027-02-30" is not a day`},
		{"date twice", with("2027-12-24", "2027-01-01"), "line 10: 2027-01-01 is already on line 9"},
		{"date too late", with("2027-12-24", "2028-01-01"), "line 10: 2028-01-01 is after covered_until 2027-12-31"},
		{"date too early", with("2027-12-24", "2026-12-31"), "line 10: 2026-12-31 is before covered_from 2027-01-01"},
		{"no date", with(`"date": "2027-02-20", `, ""), `line 8: date "" is not a day`},
		{"no name", with(`, "name": "New Year"`, ""), "line 9: 2027-01-01 needs a name"},
		{"control characters in a name", with("New Year", `New\u0000Year`), "line 9: 2027-01-01 needs a name of plain text"},
		{"bad hours", with("09:00-12:00", "09:00-25:00"), `line 10: 2027-12-24: hours "09:00-25:00"`},
		{"not UTF-8", with("New Year", "New \xff Year"), "not UTF-8"},
		{"too large", goodFile + strings.Repeat(" ", maxHolidayFile), "more than 1048576 bytes"},
	} {
		got, err := ParseHolidays([]byte(x.file))
		if err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: got error %v, want one with %q", x.name, err, x.want)
		}
		if len(got.Days) > 0 || got.Country != "" {
			t.Errorf("%s: a part was taken", x.name)
		}
	}

	_, err := ParseHolidays([]byte(strings.NewReplacer("2027-02-20", "2027-02-30", "09:00-12:00", "noon").Replace(goodFile)))
	if err == nil || !strings.Contains(err.Error(), "line 8") || !strings.Contains(err.Error(), "line 10") {
		t.Errorf("two mistakes, but the error is %v", err)
	}
}

func TestParseHolidaysCSV(t *testing.T) {
	about := Holidays{Country: "IN", Source: "the customer", Licence: "theirs", CoveredUntil: day(t, "2026-12-31")}
	const table = "\ufeffdate,name,hours\r\n2026-11-08,Diwali\r\n"
	if _, err := ParseHolidaysCSV([]byte(table), about); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("a row without a column: %v", err)
	}
	h, err := ParseHolidaysCSV([]byte("\ufeffdate,name,hours\r\n2026-11-09,\"Diwali, the day after\",\r\n2026-11-07,Diwali,\"09:00-12:00,13:00-14:00\"\r\n"), about)
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Days) != 2 || h.Country != "IN" || h.Days[0].Name != "Diwali" || FormatHours(h.Days[0].Spans) != "09:00-12:00,13:00-14:00" ||
		h.Days[1].Name != "Diwali, the day after" || len(h.Days[1].Spans) != 0 {
		t.Errorf("got %+v", h)
	}
	for _, x := range []struct{ name, table, want string }{
		{"nothing", "", "line 1: no line of column names"},
		{"no names of columns", "2026-11-09,Diwali\n", "line 1: the columns must be"},
		{"no rows", "date,name\n", "days is missing or empty"},
		{"bad date", "date,name\n2026-11-09,Diwali\n9.11.2026,Diwali\n", `line 3: date "9.11.2026"`},
		{"date twice", "date,name\n2026-11-09,Diwali\n2026-11-09,Diwali\n", "line 3: 2026-11-09 is already on line 2"},
		{"too late", "date,name\n2027-11-09,Diwali\n", "line 2: 2027-11-09 is after covered_until"},
	} {
		if _, err := ParseHolidaysCSV([]byte(x.table), about); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: got error %v, want one with %q", x.name, err, x.want)
		}
	}
}

func FuzzParseHolidays(f *testing.F) {
	f.Add([]byte(goodFile))
	f.Add([]byte(`{"days": [{"date": "2026-02-30"}]}`))
	f.Add([]byte("date,name\n2026-11-09,Diwali\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := ParseHolidays(data)
		if err != nil {
			h, err = ParseHolidaysCSV(data, Holidays{Country: "XX", Source: "s", Licence: "l", CoveredUntil: Date{9999, 12, 31}})
		}
		if err != nil {
			return
		}
		if _, err := New(time.UTC, OfficeHours(), h); err != nil {
			t.Errorf("read without complaint, but not usable: %v", err)
		}
	})
}

func TestParseHours(t *testing.T) {
	for _, x := range []struct{ text, want string }{
		{"09:00-17:30", "09:00-17:30"},
		{" 09:00 - 12:00 , 13:00-18:00", "09:00-12:00,13:00-18:00"},
		{"00:00-24:00", "00:00-24:00"},
		{"08:30:15-08:30:16", "08:30:15-08:30:16"},
		{"09:00-12:00,12:00-13:00", "09:00-12:00,12:00-13:00"},
		{"closed", "closed"},
	} {
		spans, err := ParseHours(x.text)
		if err != nil {
			t.Errorf("%q: %v", x.text, err)
		} else if got := FormatHours(spans); got != x.want {
			t.Errorf("%q: got %s, want %s", x.text, got, x.want)
		}
	}
	spans, err := ParseHours("09:00-12:00,13:00-18:00:30")
	want := []Span{{9 * time.Hour, 12 * time.Hour}, {13 * time.Hour, 18*time.Hour + 30*time.Second}}
	if err != nil || len(spans) != 2 || spans[0] != want[0] || spans[1] != want[1] {
		t.Errorf("got %v, %v", spans, err)
	}
	for text, want := range map[string]string{
		"": "not a span", "9:00-17:00": "not a time of day", "09:00": "not a span", "09:00-": "not a time of day", "09:00-24:01": "not a time of day",
		"17:00-09:00": "one span on each day", "09:00-09:00": "ends before", "09:00-12:00,11:00-13:00": "begins before", "13:00-18:00,09:00-12:00": "begins before",
		"09:00-12:00,": "not a span", "0９:00-17:00": "not a time of day", "+9:00-17:00": "not a time of day", "usual": "not a span",
		"09:00–17:30": "not a span", "09:60-17:00": "not a time of day", "24:00-24:00": "ends before",
	} {
		if _, err := ParseHours(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got error %v, want one with %q", text, err, want)
		}
	}
}

func TestParseDate(t *testing.T) {
	for _, text := range []string{"", "2026-2-3", "2026-02-30", "2026-02-29", "2026-13-01", "20260203", "2026-02-03T00:00:00Z", " 2026-02-03"} {
		if d, err := ParseDate(text); err == nil {
			t.Errorf("%q was read as %v", text, d)
		}
	}
	var zero Date
	if err := zero.UnmarshalText(nil); err != nil || !zero.IsZero() || zero.String() != "" {
		t.Errorf("nothing is not the zero date: %v, %v", zero, err)
	}
	a, b := day(t, "2025-12-31"), day(t, "2026-01-01")
	if !a.Before(b) || b.Before(a) || !b.After(a) || a.Before(a) {
		t.Error("the dates are out of order")
	}
}
