package terms_test

import (
	"slices"
	"testing"
	"time"

	"example.com/firstcall/domain/calendar"
	"example.com/firstcall/domain/terms"
)

var (
	shanghai = zone("Asia/Shanghai")
	utc      = office(time.UTC)
	china    = office(shanghai)
)

func zone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

// office is Monday to Friday, 09:00 to 17:30, without holidays.
func office(z *time.Location) *calendar.Calendar {
	c, err := calendar.New(z, calendar.OfficeHours())
	if err != nil {
		panic(err)
	}
	return c
}

// at reads "2025-11-21 16:45" on the calendar's clock.
func at(cal *calendar.Calendar, s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, cal.Zone())
	if err != nil {
		panic(err)
	}
	return t
}

func day(s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// hold makes holdings without dates, the base among them.
func hold(plans ...terms.Plan) []terms.Holding {
	hs := []terms.Holding{{Plan: terms.Unified}}
	for _, p := range plans {
		hs = append(hs, terms.Holding{Plan: p})
	}
	return hs
}

// kase is a case on Tuesday 3 March 2026, 10:00 UTC, inside a running event and
// tagged, so that every plan can apply.
func kase(s terms.Severity, product string, plans ...terms.Plan) terms.Case {
	return terms.Case{
		Severity: s, Product: product, Opened: at(utc, "2026-03-03 10:00"), Calendar: utc,
		Plans: hold(plans...), InEvent: true, Tag: "MCSAE",
	}
}

func resolve(t *testing.T, c terms.Case) terms.Commitment {
	t.Helper()
	return resolveIn(t, terms.Current(), c)
}

func resolveIn(t *testing.T, e *terms.Edition, c terms.Case) terms.Commitment {
	t.Helper()
	out, err := e.Resolve(c)
	if err != nil {
		t.Fatalf("Resolve: %v", err)
	}
	return out
}

// wantTarget compares a target with a length, a clock and, where given, an instant
// on the case's clock.
func wantTarget(t *testing.T, what string, got *terms.Target, length time.Duration, clock terms.Clock, due string) {
	t.Helper()
	if got == nil {
		t.Fatalf("%s: none, want %v %s", what, length, clock)
	}
	if got.Target != length || got.Clock != clock {
		t.Errorf("%s: %v %s, want %v %s", what, got.Target, got.Clock, length, clock)
	}
	if due != "" && got.Due.Format("2006-01-02 15:04") != due {
		t.Errorf("%s: due %s, want %s", what, got.Due.Format("2006-01-02 15:04"), due)
	}
}

func wantNone(t *testing.T, what string, got *terms.Target) {
	t.Helper()
	if got != nil {
		t.Errorf("%s: %+v, want none", what, *got)
	}
}

func wantCodes(t *testing.T, what string, got []terms.Fact, want ...terms.Code) {
	t.Helper()
	var codes []terms.Code
	for _, f := range got {
		codes = append(codes, f.Code)
	}
	slices.Sort(codes)
	slices.Sort(want)
	if !slices.Equal(codes, want) {
		t.Errorf("%s: %v, want %v", what, codes, want)
	}
}

// reason is why a plan was rejected, or "".
func reason(c terms.Commitment, p terms.Plan) terms.Code {
	for _, r := range c.Rejected {
		if r.Plan == p {
			return r.Reason
		}
	}
	return ""
}

func wantReason(t *testing.T, c terms.Commitment, p terms.Plan, want terms.Code) {
	t.Helper()
	if got := reason(c, p); got != want {
		t.Errorf("%s rejected for %q, want %q", p, got, want)
	}
	if kept := slices.Contains(c.Plans, p); kept != (want == "") {
		t.Errorf("%s among the plans that apply: %v", p, kept)
	}
}

const (
	vm      = "azure/virtual-machines"
	sql     = "azure/sql-database"
	minutes = time.Minute
	hour    = time.Hour
)
