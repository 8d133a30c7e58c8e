package terms_test

import (
	"slices"
	"testing"
	"time"

	"example.com/firstcall/domain/calendar"
	"example.com/firstcall/domain/terms"
)

// TestFixedReadings names the ambiguities that have one reading and no switch,
// and shows what that reading comes to. Wanted texts are worked out by hand.
func TestFixedReadings(t *testing.T) {
	e := terms.Current()
	plus := terms.Holding{Plan: terms.PlatformMCSPlus, WorkOrderStart: day("2026-01-01"), ContractExecuted: day("2025-11-03")}
	holidays, err := calendar.New(time.UTC, calendar.OfficeHours(), calendar.Holidays{Days: []calendar.Day{{Date: day("2026-03-16")}}})
	if err != nil {
		t.Fatal(err)
	}
	analysis, err := e.RCAOf(terms.Commitment{Severity: terms.SevA, Plans: []terms.Plan{terms.Unified, terms.PlatformMCS}})
	if err != nil {
		t.Fatal(err)
	}
	delivery := func(cal *calendar.Calendar) string {
		due, _ := analysis.DeliverBy(day("2026-03-13"), day("2026-03-06"), cal)
		return due.String()
	}
	next := func(earlier ...calendar.Date) string {
		from, err := e.ImprovementPlanFrom(earlier)
		if err != nil {
			t.Fatal(err)
		}
		return from.String()
	}
	number := func(name string) []string { return e.Number(name).Rows }
	for _, x := range []struct {
		id, what  string
		got, want string
		rows      []string
	}{
		// 1 January is day 1, 1 March day 60; thirty days after that is 31 March.
		{"AMB-25", "monitors ready, after the onboarding period", e.OnboardingOf(plus).TestReadyUntil.String(), "2026-03-31", e.OnboardingOf(plus).Rows},
		{"AMB-26", "two plans in a rolling year, not a contract's", next(day("2026-01-10"), day("2026-06-05")), "2027-01-10", number(terms.NumberImprovementPlanWindow)},
		{"AMB-26", "the older one has left the window", next(day("2025-01-10"), day("2026-01-10"), day("2026-06-05")), "2027-01-10", number(terms.NumberImprovementPlanWindow)},
		{"AMB-29", "ten business days of the calendar given", delivery(utc), "2026-03-27", analysis.Rows},
		{"AMB-29", "of another location, with a holiday", delivery(holidays), "2026-03-30", analysis.Rows},
		{"AMB-29", "seven of the customer's, with a holiday", holidays.AddDays(day("2026-03-13"), e.Number(terms.NumberContactChange).Value).String(), "2026-03-25", number(terms.NumberContactChange)},
	} {
		if x.got != x.want {
			t.Errorf("%s, %s: %s, want %s", x.id, x.what, x.got, x.want)
		}
		if !slices.Contains(x.rows, x.id) {
			t.Errorf("%s, %s: not among the rows %v", x.id, x.what, x.rows)
		}
	}
}

// AMB-30: one reschedule is free for unforeseen reasons; every other change
// falls under the tiers of the cancellation.
func TestOneFreeReschedule(t *testing.T) {
	n := terms.Current().Number(terms.NumberFreeReschedules)
	if n.Value != 1 || n.Unit != terms.Count || !slices.Contains(n.Rows, "AMB-30") || !slices.Contains(n.Rows, "TC-11") {
		t.Errorf("free reschedules: %+v", n)
	}
	for asked, want := range map[string]int{"2026-03-06": 0, "2026-03-07": 50, "2026-03-14": 50, "2026-03-15": 100} {
		if got, _ := terms.Current().CancelCharge(day("2026-03-20"), day(asked)); got != want {
			t.Errorf("a second one, asked on %s: %d %%, want %d %%", asked, got, want)
		}
	}
}

// AMB-32: the designated manager of UER leads by name, and a rota works around
// the clock: a Sunday night has one, too.
func TestManagerOfUERAroundTheClock(t *testing.T) {
	for _, s := range []terms.Severity{terms.Sev1, terms.SevA} {
		p := resolve(t, terms.Case{Severity: s, Product: vm, Opened: at(utc, "2026-03-08 02:00"), Calendar: utc, Plans: hold(terms.UER)})
		f, ok := terms.Find(p.Assigned, terms.RoleSeniorIncidentManager)
		if !ok || !slices.Contains(f.Rows, "AMB-32") || !slices.Contains(f.Rows, "UER-05") {
			t.Errorf("severity %s: assigned %v", s, p.Assigned)
		}
		if p.Effort != terms.AroundTheClock {
			t.Errorf("severity %s: worked on %s", s, p.Effort)
		}
	}
}

// AMB-33: what only cleared staff or a country's own citizens may see is out of
// the add-ons, and the base stands.
func TestRestrictedDelivery(t *testing.T) {
	for _, plan := range []terms.Plan{terms.UER, terms.PlatformMCS, terms.PlatformMCSPlus, terms.EventMCS, terms.EventMCSPlus} {
		c := terms.Case{
			Severity: terms.SevA, Product: vm, Opened: at(utc, "2026-03-02 09:00"), Calendar: utc, Plans: hold(plan),
			InEvent: true, Tag: terms.Current().EventTag(), RestrictedAccess: true,
		}
		p := resolve(t, c)
		if p.Plan != terms.Unified || len(p.Rejected) != 1 || p.Rejected[0].Reason != terms.ReasonRestrictedAccess || !slices.Contains(p.Rejected[0].Rows, "AMB-33") {
			t.Errorf("%s: under %s, rejected %v", plan, p.Plan, p.Rejected)
		}
		c.RestrictedAccess = false
		if p := resolve(t, c); p.Plan != plan {
			t.Errorf("%s without it: under %s", plan, p.Plan)
		}
	}
}

// What an incident went through is kept with the promise, so that the clocks can
// be counted again (AMB-14).
func TestMovesAreKept(t *testing.T) {
	c := terms.Case{Severity: terms.SevB, Product: vm, Opened: at(utc, "2026-03-02 09:00"), Calendar: utc, Plans: hold(), Commit24x7: true}
	p := resolve(t, c)
	if p.Moves != nil {
		t.Errorf("nothing changed yet: %v", p.Moves)
	}
	then := c
	want := []terms.Move{{At: c.Opened, Severity: terms.SevB, Commit24x7: true}}
	for n, s := range []terms.Severity{terms.SevA, terms.Sev1} {
		then.Severity = s
		changed := c.Opened.Add(time.Duration(n+1) * time.Hour)
		next, err := terms.Current().Recommit(then, p, terms.Change{At: changed})
		if err != nil {
			t.Fatal(err)
		}
		before := len(p.Moves)
		want = append(want, terms.Move{At: changed, Severity: s, Commit24x7: true})
		if !slices.Equal(next.Moves, want) || len(p.Moves) != before {
			t.Errorf("moves %v, want %v", next.Moves, want)
		}
		p = next
	}
}
