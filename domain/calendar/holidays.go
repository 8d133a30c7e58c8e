package calendar

import (
	"embed"
	"errors"
	"fmt"
	"strings"
)

// Day replaces the ordinary hours of one date.
type Day struct {
	Date Date
	// Spans are the hours of that date instead of the week's: none for a
	// holiday, fewer for a half day, some for a working Saturday.
	Spans []Span
	// Working with no Spans makes the date a working day with the hours that
	// Monday has (or the next open day after it), whatever these are: the
	// make-up days of China, which move work to a weekend.
	Working bool
	Name    string // said to people; in the country's language or in English
}

// Holidays is a list of such days: a country's, or a customer's own.
type Holidays struct {
	Country string // ISO 3166 code, or "" for a list of no country
	Days    []Day
	// CoveredFrom and CoveredUntil are the first and the last date for which
	// the list is complete. A zero CoveredFrom means "since ever"; a zero
	// CoveredUntil makes no claim, as for a few days added by hand.
	CoveredFrom, CoveredUntil Date
	Source, Licence           string
	Notes                     string // what the list leaves out, for its reader
}

// check finds the first thing that New can't use.
func (h Holidays) check() error {
	if !h.CoveredUntil.IsZero() && h.CoveredUntil.Before(h.CoveredFrom) {
		return errors.New("it is covered until a day before the first one covered")
	}
	seen := make(map[Date]bool, len(h.Days))
	for i, d := range h.Days {
		if !d.Date.valid() {
			return fmt.Errorf("day %d: there is no date %04d-%02d-%02d", i+1, d.Date.Year, int(d.Date.Month), d.Date.Day)
		}
		if seen[d.Date] {
			return fmt.Errorf("day %d: %v is there twice", i+1, d.Date)
		}
		seen[d.Date] = true
		if err := checkSpans(d.Spans); err != nil {
			return fmt.Errorf("%v: %w", d.Date, err)
		}
	}
	return nil
}

//go:embed holidays/*.json
var files embed.FS

// countries are the codes with a file in holidays/, in alphabetical order.
const countries = "CN DE FR GB IN JP US"

// Countries are the codes that Country knows, in alphabetical order.
func Countries() []string { return strings.Fields(countries) }

// Country is the built-in list of a country's national holidays, by ISO 3166
// code in either case. Each call gives a list of its own. See
// holidays/README.md for what each list leaves out.
func Country(code string) (Holidays, bool) {
	for _, known := range Countries() {
		if !strings.EqualFold(code, known) {
			continue
		}
		data, err := files.ReadFile("holidays/" + strings.ToLower(known) + ".json")
		var h Holidays
		if err == nil {
			h, err = ParseHolidays(data)
		}
		if err != nil { // The tests read every file, so this program was not built from what they saw.
			panic(fmt.Sprintf("built-in holidays of %s: %v", known, err))
		}
		return h, true
	}
	return Holidays{}, false
}
