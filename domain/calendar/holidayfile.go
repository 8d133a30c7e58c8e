package calendar

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// usualHours in a file makes a date a working day with the ordinary hours.
const usualHours = "usual"

// maxHolidayFile is far above any real list, and keeps a wrong file out.
const maxHolidayFile = 1 << 20

// ParseHolidays reads a holiday file:
//
//	{
//	  "country": "CN",
//	  "source": "where the dates come from",
//	  "licence": "of that source",
//	  "notes": "what is left out (may be absent)",
//	  "covered_from": "2026-01-01 (may be absent)",
//	  "covered_until": "2026-12-31",
//	  "days": [
//	    {"date": "2026-02-14", "name": "Spring Festival", "hours": "usual"},
//	    {"date": "2026-02-16", "name": "Spring Festival"},
//	    {"date": "2026-12-24", "name": "Christmas Eve", "hours": "09:00-12:00"}
//	  ]
//	}
//
// Absent hours mean closed. Unknown or repeated keys, dates that do not exist,
// are there twice or are not covered, and an empty list are errors. An error
// names the line of each mistake.
func ParseHolidays(data []byte) (Holidays, error) {
	f := holidayFile{data: data, lines: map[Date]int{}}
	if f.readable() {
		f.json = json.NewDecoder(bytes.NewReader(data))
		if err := f.file(); err != nil {
			f.mistakes = append(f.mistakes, err)
		}
	}
	return f.done()
}

// ParseHolidaysCSV reads a list of days from a table with the columns date,
// name and hours (the last may be absent), named in its first line. What a
// table has no place for, the country to the licence, comes from about.
func ParseHolidaysCSV(data []byte, about Holidays) (Holidays, error) {
	f := holidayFile{data: bytes.TrimPrefix(data, []byte("\ufeff")), lines: map[Date]int{}, list: about}
	f.list.Days = nil
	if f.readable() {
		f.table()
	}
	return f.done()
}

// holidayFile is a file being read. Mistakes of meaning are collected;
// mistakes of form end the reading.
type holidayFile struct {
	data     []byte
	json     *json.Decoder
	list     Holidays
	lines    map[Date]int // where each date was seen
	mistakes []error
}

func (f *holidayFile) wrong(line int, format string, args ...any) {
	f.mistakes = append(f.mistakes, fmt.Errorf("line %d: "+format, append([]any{line}, args...)...))
}

func (f *holidayFile) readable() bool {
	switch {
	case len(f.data) > maxHolidayFile:
		f.wrong(1, "the file has more than %d bytes", maxHolidayFile)
	case !utf8.Valid(f.data):
		f.wrong(1, "the file is not UTF-8")
	}
	return len(f.mistakes) == 0
}

// done checks what needs the whole file, and puts the days in order.
func (f *holidayFile) done() (Holidays, error) {
	if len(f.mistakes) == 0 {
		f.whole()
	}
	if len(f.mistakes) > 0 {
		return Holidays{}, fmt.Errorf("read holidays: %w", errors.Join(f.mistakes...))
	}
	slices.SortFunc(f.list.Days, func(a, b Day) int { return a.Date.Compare(b.Date) })
	return f.list, nil
}

func (f *holidayFile) whole() {
	l := f.list
	for _, need := range []struct{ key, value string }{
		{"country", l.Country}, {"source", l.Source}, {"licence", l.Licence}, {"covered_until", l.CoveredUntil.String()},
	} {
		if need.value == "" {
			f.mistakes = append(f.mistakes, fmt.Errorf("%s is missing", need.key))
		}
	}
	if l.Country != "" && !isCountryCode(l.Country) {
		f.mistakes = append(f.mistakes, fmt.Errorf("country %q is not a code of two capital letters", clip(l.Country)))
	}
	if len(l.Days) == 0 {
		f.mistakes = append(f.mistakes, errors.New("days is missing or empty"))
	}
	if l.CoveredUntil.IsZero() {
		return
	}
	if l.CoveredUntil.Before(l.CoveredFrom) {
		f.mistakes = append(f.mistakes, fmt.Errorf("covered_until %v is before covered_from %v", l.CoveredUntil, l.CoveredFrom))
		return
	}
	for _, d := range l.Days {
		if d.Date.After(l.CoveredUntil) {
			f.wrong(f.lines[d.Date], "%v is after covered_until %v", d.Date, l.CoveredUntil)
		}
		if d.Date.Before(l.CoveredFrom) {
			f.wrong(f.lines[d.Date], "%v is before covered_from %v", d.Date, l.CoveredFrom)
		}
	}
}

func isCountryCode(s string) bool {
	return len(s) == 2 && 'A' <= s[0] && s[0] <= 'Z' && 'A' <= s[1] && s[1] <= 'Z'
}

// day takes one day as it was written.
func (f *holidayFile) day(line int, date, name, hours string) {
	d := Day{Name: name}
	var err error
	if d.Date, err = ParseDate(date); err != nil {
		f.wrong(line, "%w", err)
		return
	}
	if first, twice := f.lines[d.Date]; twice {
		f.wrong(line, "%v is already on line %d", d.Date, first)
		return
	}
	f.lines[d.Date] = line
	switch {
	case name == "" || strings.ContainsFunc(name, unicode.IsControl):
		f.wrong(line, "%v needs a name of plain text", d.Date)
	case hours == "": // closed
	case hours == usualHours:
		d.Working = true
	default:
		if d.Spans, err = ParseHours(hours); err != nil {
			f.wrong(line, "%v: %w", d.Date, err)
		}
		d.Working = len(d.Spans) > 0
	}
	f.list.Days = append(f.list.Days, d)
}

// file reads the whole JSON file.
func (f *holidayFile) file() error {
	l := &f.list
	err := f.object("the file", map[string]func(string) error{
		"country":       func(string) error { return f.text(&l.Country) },
		"source":        func(string) error { return f.text(&l.Source) },
		"licence":       func(string) error { return f.text(&l.Licence) },
		"notes":         func(string) error { return f.text(&l.Notes) },
		"covered_from":  func(key string) error { return f.date(key, &l.CoveredFrom) },
		"covered_until": func(key string) error { return f.date(key, &l.CoveredUntil) },
		"days":          func(string) error { return f.days() },
	})
	if err != nil {
		return err
	}
	if _, err := f.json.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("line %d: there is something after the end", f.line())
	}
	return nil
}

func (f *holidayFile) days() error {
	if err := f.opening('[', "days"); err != nil {
		return err
	}
	for f.json.More() {
		var date, name, hours string
		line := 0
		err := f.object("a day", map[string]func(string) error{
			"date":  func(string) error { line = f.line(); return f.text(&date) },
			"name":  func(string) error { return f.text(&name) },
			"hours": func(string) error { return f.text(&hours) },
		})
		if err != nil {
			return err
		}
		if line == 0 {
			line = f.line()
		}
		f.day(line, date, name, hours)
	}
	_, err := f.token()
	return err
}

// object reads an object and has each of its values read by the function of
// its key, exactly as spelt.
func (f *holidayFile) object(what string, keys map[string]func(key string) error) error {
	if err := f.opening('{', what); err != nil {
		return err
	}
	seen := map[string]bool{}
	for f.json.More() {
		token, err := f.token()
		if err != nil {
			return err
		}
		key, _ := token.(string)
		read, known := keys[key]
		switch {
		case !known:
			return fmt.Errorf("line %d: %s has no key %q", f.line(), what, clip(key))
		case seen[key]:
			return fmt.Errorf("line %d: %s has the key %q twice", f.line(), what, key)
		}
		seen[key] = true
		if err := read(key); err != nil {
			return err
		}
	}
	_, err := f.token()
	return err
}

func (f *holidayFile) opening(want json.Delim, what string) error {
	token, err := f.token()
	if err == nil && token != want {
		err = fmt.Errorf("line %d: %s must begin with %v", f.line(), what, want)
	}
	return err
}

func (f *holidayFile) text(into *string) error {
	token, err := f.token()
	if err != nil {
		return err
	}
	s, ok := token.(string)
	if !ok || s == "" {
		return fmt.Errorf("line %d: a text is wanted here, not %v", f.line(), token)
	}
	*into = s
	return nil
}

func (f *holidayFile) date(key string, into *Date) error {
	var s string
	if err := f.text(&s); err != nil {
		return err
	}
	d, err := ParseDate(s)
	if err != nil {
		f.wrong(f.line(), "%s: %w", key, err)
	}
	*into = d
	return nil
}

func (f *holidayFile) token() (json.Token, error) {
	token, err := f.json.Token()
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, fmt.Errorf("line %d: %w", f.line(), err)
	}
	return token, nil
}

// line is the line of what was read last.
func (f *holidayFile) line() int {
	return 1 + bytes.Count(f.data[:f.json.InputOffset()], []byte("\n"))
}

// table reads a CSV table.
func (f *holidayFile) table() {
	r := csv.NewReader(bytes.NewReader(f.data))
	r.TrimLeadingSpace = true
	head, err := r.Read()
	if err != nil {
		f.wrong(1, "no line of column names: %w", err)
		return
	}
	if !slices.Equal(head, []string{"date", "name"}) && !slices.Equal(head, []string{"date", "name", "hours"}) {
		f.wrong(1, "the columns must be date,name,hours or date,name, not %q", clip(strings.Join(head, ",")))
		return
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil { // It names the line itself.
			f.mistakes = append(f.mistakes, err)
			return
		}
		line, _ := r.FieldPos(0)
		f.day(line, row[0], row[1], append(row, "")[2])
	}
}
