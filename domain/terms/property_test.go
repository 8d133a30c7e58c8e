package terms_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/firstcall/domain/calendar"
	"example.com/firstcall/domain/terms"
)

// drawCase draws any case that a customer could have: any product, plans, dates and
// circumstances, over two years.
func drawCase(t *rapid.T) terms.Case {
	products := terms.Current().Products()
	cal := rapid.SampledFrom(calendars).Draw(t, "calendar")
	c := terms.Case{
		Severity:   rapid.SampledFrom(terms.Severities()).Draw(t, "severity"),
		Product:    products[rapid.IntRange(0, len(products)-1).Draw(t, "product")].Code,
		Cloud:      rapid.SampledFrom([]terms.Cloud{"", "", "", terms.USGovCloud, terms.ChinaCloud}).Draw(t, "cloud"),
		Opened:     time.Unix(rapid.Int64Range(1_750_000_000, 1_810_000_000).Draw(t, "opened"), 0),
		Calendar:   cal,
		Plans:      []terms.Holding{{Plan: terms.Unified}},
		Commit24x7: rapid.Bool().Draw(t, "24x7"),
		Via:        rapid.SampledFrom([]terms.Channel{"", "", terms.Portal, terms.Phone, terms.Web, terms.Chat}).Draw(t, "via"),
		Tag:        rapid.SampledFrom([]string{"", "MCSAE"}).Draw(t, "tag"),
		InEvent:    rapid.Bool().Draw(t, "in event"),
	}
	rare := func(name string) bool { return rapid.IntRange(0, 9).Draw(t, name) == 0 }
	c.NonProduction, c.NotEnrolled, c.TenantNotListed = rare("test environment"), rare("not enrolled"), rare("tenant")
	c.Preview, c.CustomCode, c.RestrictedAccess = rare("preview"), rare("custom code"), rare("restricted")
	c.SovereignTenant, c.BroadOutage = rare("sovereign"), rare("outage")
	for _, p := range terms.Current().Plans()[1:] {
		if rapid.Bool().Draw(t, string(p.Plan)) {
			c.Plans = append(c.Plans, drawHolding(t, p.Plan))
		}
	}
	return c
}

func drawHolding(t *rapid.T, p terms.Plan) terms.Holding {
	h := terms.Holding{Plan: p, IntakePending: rapid.IntRange(0, 4).Draw(t, "intake") == 0}
	if rapid.Bool().Draw(t, "dated") {
		start := day("2025-06-01").AddDays(rapid.IntRange(0, 700).Draw(t, "start"))
		h.WorkOrderStart, h.ContractStart, h.ContractExecuted, h.AgreementExecuted = start, start, start, start
		h.IntakeDone = start.AddDays(rapid.IntRange(0, 40).Draw(t, "done after"))
	}
	return h
}

var calendars = []*calendar.Calendar{office(time.UTC), china, office(zone("America/New_York")), office(zone("Asia/Kolkata"))}

// TestNeverLaterThanTheBase: whatever else a customer holds, the first response and
// the beginning of work are never later than with the base alone. The listed times
// that replace the base's are shorter too.
func TestNeverLaterThanTheBase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		alone := c
		alone.Plans = c.Plans[:1]
		all, base := mustResolve(t, c), mustResolve(t, alone)
		notLater(t, "first response", all.FirstResponse, base.FirstResponse)
		notLater(t, "work begins", all.WorkBegins, base.WorkBegins)
		if all.ChangeControl != nil && !all.ChangeControl.Due.Equal(base.ChangeControl.Due) {
			t.Fatal("no plan changes the customer's own times")
		}
	})
}

// TestAnotherPlanNeverHurts: adding a plan never makes the first response later, and
// takes nobody away who was assigned.
func TestAnotherPlanNeverHurts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		more := c
		p := rapid.SampledFrom(terms.Current().Plans()[1:]).Draw(t, "another").Plan
		more.Plans = append(slices.Clone(c.Plans), terms.Holding{Plan: p})
		before, after := mustResolve(t, c), mustResolve(t, more)
		notLater(t, "first response", after.FirstResponse, before.FirstResponse)
		for _, f := range before.Assigned {
			if !terms.Has(after.Assigned, f.Code) {
				t.Fatalf("%s is no longer assigned with %s", f.Code, p)
			}
		}
		for _, f := range before.Duties {
			if !terms.Has(after.Duties, f.Code) {
				t.Fatalf("%s is no longer owed with %s", f.Code, p)
			}
		}
	})
}

// TestWorseNeverLater: a worse severity is never answered later.
func TestWorseNeverLater(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		var last terms.Commitment
		for i, s := range terms.Severities() {
			c.Severity = s
			got := mustResolve(t, c)
			if i > 0 {
				notLater(t, "worse severity", last.FirstResponse, got.FirstResponse)
			}
			last = got
		}
	})
}

// TestEveryHeldPlanIsAccountedFor: each applies or is rejected for a reason with rows,
// the supplier is among those that apply, there is always a way to submit and English.
func TestEveryHeldPlanIsAccountedFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		got := mustResolve(t, c)
		for _, h := range c.Plans {
			var why []terms.Code
			for _, r := range got.Rejected {
				if r.Plan == h.Plan {
					why = append(why, r.Reason)
					if len(r.Rows) == 0 {
						t.Fatalf("%s is rejected without rows", r.Plan)
					}
				}
			}
			if applies := slices.Contains(got.Plans, h.Plan); applies == (len(why) == 1) {
				t.Fatalf("%s applies %v, rejected for %v", h.Plan, applies, why)
			}
		}
		if len(got.Plans)+len(got.Rejected) != len(c.Plans) || !slices.Contains(got.Plans, got.Plan) {
			t.Fatalf("plan %s, %v apply, %v do not, of %v", got.Plan, got.Plans, got.Rejected, c.Plans)
		}
		if len(got.SubmitVia) == 0 || !slices.Contains(got.Languages, "en") || got.Owner.Code == "" {
			t.Fatalf("by %v in %v, owner %q", got.SubmitVia, got.Languages, got.Owner.Code)
		}
		if !slices.IsSorted(got.Rows) {
			t.Fatalf("rows %v", got.Rows)
		}
	})
}

// TestStampSurvivesJSON: what is stored with an incident comes back as it was.
func TestStampSurvivesJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		got := mustResolve(t, drawCase(t))
		first, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		var back terms.Commitment
		if err := json.Unmarshal(first, &back); err != nil {
			t.Fatal(err)
		}
		second, err := json.Marshal(back)
		if err != nil || string(first) != string(second) {
			t.Fatalf("%v\n%s\n%s", err, first, second)
		}
		if back.FirstResponse != nil && (!back.FirstResponse.Due.Equal(got.FirstResponse.Due) || back.FirstResponse.Target != got.FirstResponse.Target) {
			t.Fatalf("%+v came back as %+v", got.FirstResponse, back.FirstResponse)
		}
		for _, f := range slices.Concat(back.Assigned, back.Escalation, back.Duties, back.Notes, []terms.Fact{back.Owner}) {
			if !known(f.Code) {
				t.Fatalf("code %s is not among Codes()", f.Code)
			}
		}
		for _, r := range back.Rejected {
			if !known(r.Reason) {
				t.Fatalf("code %s is not among Codes()", r.Reason)
			}
		}
	})
}

// TestResolveChangesNothing: the same case twice gives the same, also after the first
// result was appended to.
func TestResolveChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		first := mustResolve(t, c)
		want, _ := json.Marshal(first)
		for i := range first.Assigned {
			_ = append(first.Assigned[i].Rows, "X")
		}
		_ = append(first.Languages, "X")
		_ = append(first.Owner.Rows, "X")
		if got, _ := json.Marshal(mustResolve(t, c)); string(got) != string(want) {
			t.Fatalf("%s\n%s", want, got)
		}
	})
}

func known(code terms.Code) bool {
	return slices.ContainsFunc(terms.Codes(), func(g terms.CodeGroup) bool { return slices.Contains(g.Codes, code) })
}

func mustResolve(t *rapid.T, c terms.Case) terms.Commitment {
	got, err := terms.Current().Resolve(c)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func notLater(t *rapid.T, what string, got, than *terms.Target) {
	if than == nil {
		return
	}
	if got == nil {
		t.Fatalf("%s: none instead of %v", what, than.Target)
	}
	if got.Due.After(than.Due) {
		t.Fatalf("%s: %s is later than %s", what, got.Due, than.Due)
	}
}

func TestCodesAreUniqueAndNamed(t *testing.T) {
	seen := map[terms.Code]string{}
	for _, g := range terms.Codes() {
		for _, c := range g.Codes {
			// A code may stand in two groups (a duty and a remark of the same name would be said
			// differently), but never twice in one.
			if seen[c] == g.Name || c == "" {
				t.Errorf("code %q twice in %s", c, g.Name)
			}
			seen[c] = g.Name
		}
	}
}
