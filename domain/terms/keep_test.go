package terms_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"example.com/firstcall/domain/calendar"
	"example.com/firstcall/domain/terms"
)

// TestConditions takes one thing out of order and wants the plan rejected for it.
func TestConditions(t *testing.T) {
	for _, x := range []struct {
		name   string
		plan   terms.Plan
		change func(*terms.Case)
		want   terms.Code
	}{
		{"platform, test environment", terms.PlatformMCS, func(c *terms.Case) { c.NonProduction = true }, terms.ReasonNotProduction},
		{"ARR, test environment", terms.ARR, func(c *terms.Case) { c.NonProduction = true }, ""},
		{"platform, subscription", terms.PlatformMCSPlus, func(c *terms.Case) { c.NotEnrolled = true }, terms.ReasonNotEnrolled},
		{"event, subscription", terms.EventMCS, func(c *terms.Case) { c.NotEnrolled = true }, terms.ReasonNotEnrolled},
		{"platform, cleared staff", terms.PlatformMCS, func(c *terms.Case) { c.RestrictedAccess = true }, terms.ReasonRestrictedAccess},
		{"UER, cleared staff", terms.UER, func(c *terms.Case) { c.RestrictedAccess = true }, terms.ReasonRestrictedAccess},
		{"event, cleared staff", terms.EventMCS, func(c *terms.Case) { c.RestrictedAccess = true }, terms.ReasonRestrictedAccess},
		{"platform, own code", terms.PlatformMCS, func(c *terms.Case) { c.CustomCode = true }, terms.ReasonCustomCode},
		{"event, outside the window", terms.EventMCS, func(c *terms.Case) { c.InEvent = false }, terms.ReasonOutsideEvent},
		{"event, another tag", terms.EventMCSPlus, func(c *terms.Case) { c.Tag = "mcs" }, terms.ReasonTagMissing},
		{"event, phoned in", terms.EventMCS, func(c *terms.Case) { c.Via = terms.Phone }, terms.ReasonChannel},
		{"event, by chat", terms.EventMCS, func(c *terms.Case) { c.Via = terms.Chat }, terms.ReasonChannel},
		{"ARR, by the support web site", terms.ARR, func(c *terms.Case) { c.Via = terms.Web }, terms.ReasonChannel},
		{"UER, by the portal, a web page too", terms.UER, func(c *terms.Case) { c.Via = terms.Portal }, ""},
		{"UER, by chat", terms.UER, func(c *terms.Case) { c.Via = terms.Chat }, terms.ReasonChannel},
		{"platform, phoned in", terms.PlatformMCS, func(c *terms.Case) { c.Via = terms.Phone }, ""},
		{"platform, by web", terms.PlatformMCS, func(c *terms.Case) { c.Via = terms.Web }, ""},
		{"platform, by portal", terms.PlatformMCS, func(c *terms.Case) { c.Via = terms.Portal }, ""},
		{"platform, by chat", terms.PlatformMCS, func(c *terms.Case) { c.Via = terms.Chat }, ""},
		{"platform, a preview", terms.PlatformMCS, func(c *terms.Case) { c.Preview = true }, terms.ReasonPreview},
		{"platform, US government", terms.PlatformMCS, func(c *terms.Case) { c.Cloud = terms.USGovCloud }, terms.ReasonExcluded},
		{"platform, China", terms.PlatformMCS, func(c *terms.Case) { c.Cloud = terms.ChinaCloud }, terms.ReasonExcluded},
		{"ARR, China", terms.ARR, func(c *terms.Case) { c.Cloud = terms.ChinaCloud }, ""},
		{"ARR, not Azure", terms.ARR, func(c *terms.Case) { c.Product = "sql-server" }, terms.ReasonOutOfScope},
		{"security, not its product", terms.SecurityMCS, func(*terms.Case) {}, terms.ReasonOutOfScope},
		{"security, tenant", terms.SecurityMCS, func(c *terms.Case) { c.Product, c.TenantNotListed = "entra", true }, terms.ReasonTenant},
		{"security, Intune", terms.SecurityMCS, func(c *terms.Case) { c.Product = "intune" }, ""},
		{"REDE, all products", terms.REDE, func(*terms.Case) {}, ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			c := kase(terms.SevA, vm, x.plan)
			x.change(&c)
			got := resolve(t, c)
			wantReason(t, got, x.plan, x.want)
			if x.want != "" {
				r := got.Rejected[0]
				if len(r.Rows) == 0 {
					t.Error("a rejection names its rows")
				}
				for _, row := range r.Rows {
					wantRow(t, got, row)
				}
				if x.want == terms.ReasonPreview {
					return // no time at all, see TestPreviewsHaveNoTime
				}
				wantTarget(t, "base's first response", got.FirstResponse, hour, terms.AroundTheClock, "2026-03-03 11:00")
			}
		})
	}
}

func TestPlatformIntake(t *testing.T) {
	executed := day("2025-12-01")
	for _, x := range []struct {
		name   string
		h      terms.Holding
		opened string
		want   terms.Code
	}{
		{"nothing recorded: complete", terms.Holding{}, "2025-12-02 00:00", ""},
		{"in time, on the last day", terms.Holding{IntakeDone: day("2025-12-15")}, "2025-12-15 09:00", ""},
		{"not yet done on that day", terms.Holding{IntakeDone: day("2025-12-15")}, "2025-12-14 23:00", terms.ReasonIntakeMissing},
		{"a day late, first sixty days", terms.Holding{IntakeDone: day("2025-12-16")}, "2025-12-20 09:00", terms.ReasonOnboarding},
		{"a day late, from day 61", terms.Holding{IntakeDone: day("2025-12-16")}, "2026-01-30 00:00", ""},
		{"never done, from day 61", terms.Holding{IntakePending: true}, "2026-03-30 00:00", terms.ReasonIntakeMissing},
		{"late, but switched on", terms.Holding{IntakeDone: day("2025-12-16"), ReactiveSince: day("2025-12-20")}, "2025-12-20 09:00", ""},
		{"late, switched on tomorrow", terms.Holding{IntakeDone: day("2025-12-16"), ReactiveSince: day("2025-12-21")}, "2025-12-20 09:00", terms.ReasonOnboarding},
		{"not done, but switched on", terms.Holding{IntakePending: true, ReactiveSince: day("2025-12-20")}, "2025-12-21 09:00", ""},
	} {
		for _, p := range []terms.Plan{terms.PlatformMCS, terms.PlatformMCSPlus} {
			h := x.h
			h.Plan = p
			if x.name != "nothing recorded: complete" {
				h.WorkOrderStart, h.ContractStart, h.ContractExecuted, h.AgreementExecuted = executed, executed, executed, executed
			}
			c := kase(terms.SevA, vm)
			c.Opened, c.Plans = at(utc, x.opened), append(c.Plans, h)
			if got := reason(resolve(t, c), p); got != x.want {
				t.Errorf("%s, %s: %q, want %q", x.name, p, got, x.want)
			}
		}
	}
	// The day is the contact's: 23:30 UTC on day 60 is day 61 in Shanghai.
	c := kase(terms.SevA, vm)
	c.Opened, c.Calendar = at(utc, "2026-01-29 23:30"), china
	c.Plans = append(c.Plans, terms.Holding{Plan: terms.PlatformMCS, WorkOrderStart: executed, ContractExecuted: executed, IntakeDone: day("2025-12-20")})
	wantReason(t, resolve(t, c), terms.PlatformMCS, "")
}

func TestNoAddOnWithoutTheBase(t *testing.T) {
	ended := day("2026-03-02")
	for _, x := range []struct {
		name  string
		plans []terms.Holding
		base  terms.Code
		addOn terms.Code
	}{
		{"no base", []terms.Holding{{Plan: terms.ARR}}, "", terms.ReasonNoBase},
		{"base ended yesterday", []terms.Holding{{Plan: terms.Unified, Ends: ended}, {Plan: terms.ARR}}, terms.ReasonEnded, terms.ReasonBaseEnded},
		{"base starts tomorrow", []terms.Holding{{Plan: terms.Unified, WorkOrderStart: day("2026-03-04")}, {Plan: terms.ARR}}, terms.ReasonNotStarted, terms.ReasonNoBase},
	} {
		c := kase(terms.SevA, vm)
		c.Plans = x.plans
		got := resolve(t, c)
		if got.Plan != "" || got.FirstResponse != nil || len(got.Plans) > 0 || !terms.Has(got.Notes, terms.NoteNoAgreement) {
			t.Errorf("%s: %+v", x.name, got)
		}
		if reason(got, terms.Unified) != x.base || reason(got, terms.ARR) != x.addOn {
			t.Errorf("%s: %v", x.name, got.Rejected)
		}
	}
	// The last day still counts, for the base and for an add-on.
	c := kase(terms.SevA, vm)
	c.Plans = []terms.Holding{{Plan: terms.Unified, Ends: day("2026-03-03")}, {Plan: terms.ARR, Ends: day("2026-03-03")}, {Plan: terms.UER, Ends: ended}}
	got := resolve(t, c)
	wantReason(t, got, terms.Unified, "")
	wantReason(t, got, terms.ARR, "")
	wantReason(t, got, terms.UER, terms.ReasonEnded)
	// Held in two work orders, one of them over: it still applies, and isn't rejected.
	c.Plans = append(c.Plans, terms.Holding{Plan: terms.UER})
	wantReason(t, resolve(t, c), terms.UER, "")
}

func TestCustomersOfTheCustomerGetNothing(t *testing.T) {
	c := kase(terms.SevA, vm, terms.ARR)
	c.CustomersCustomer = true
	got := resolve(t, c)
	if got.Plan != "" || reason(got, terms.Unified) != terms.ReasonCustomersCustomer || reason(got, terms.ARR) != terms.ReasonCustomersCustomer {
		t.Errorf("%+v", got)
	}
	wantRow(t, got, "TC-17")
}

func TestPreviewsHaveNoTime(t *testing.T) {
	c := kase(terms.Sev1, vm, terms.UER)
	c.Preview = true
	got := resolve(t, c)
	wantNone(t, "first response", got.FirstResponse)
	wantNone(t, "work begins", got.WorkBegins)
	wantFact(t, got.Notes, terms.NotePreview, "TC-05")
	wantReason(t, got, terms.UER, terms.ReasonPreview)
}

func TestREDEOnlyInItsHours(t *testing.T) {
	for _, x := range []struct {
		opened   string
		severity terms.Severity
		joins    bool
		from     string
	}{
		{"2026-03-03 10:00", terms.SevA, true, ""},
		{"2026-03-03 17:29", terms.Sev1, true, ""},
		{"2026-03-03 17:30", terms.Sev1, false, "2026-03-04T09:00:00Z"},
		{"2026-03-06 20:00", terms.SevA, false, "2026-03-09T09:00:00Z"}, // Friday night
	} {
		c := kase(x.severity, vm, terms.REDE)
		c.Opened = at(utc, x.opened)
		without := resolve(t, terms.Case{Severity: x.severity, Product: vm, Opened: c.Opened, Calendar: utc, Plans: hold()})
		got := resolve(t, c)
		if terms.Has(got.Assigned, terms.RoleREDEEngineer) != x.joins {
			t.Errorf("%s: assigned %v", x.opened, got.Assigned)
		}
		if !x.joins {
			if f := wantFact(t, got.Notes, terms.NoteREDEOutsideHours, "REDE-09"); f.Args["from"] != x.from {
				t.Errorf("%s: joins from %s, want %s", x.opened, f.Args["from"], x.from)
			}
		}
		// It changes no time (REDE-10).
		if got.FirstResponse.Due != without.FirstResponse.Due || got.Plan != terms.Unified {
			t.Errorf("%s: due %s by %s", x.opened, got.FirstResponse.Due, got.Plan)
		}
		wantRow(t, got, "REDE-10")
	}
	wantFact(t, resolve(t, kase(terms.SevB, vm, terms.REDE)).Notes, terms.NoteREDEOnRequest, "REDE-05")
	// At a location of its own, and for its own products only.
	c := kase(terms.SevA, vm)
	c.Plans = append(c.Plans, terms.Holding{Plan: terms.REDE, Hours: china}) // 18:00 there
	wantNoFact(t, resolve(t, c).Assigned, terms.RoleREDEEngineer)
	c.Plans[1] = terms.Holding{Plan: terms.REDE, Products: []string{"sql-server"}}
	wantReason(t, resolve(t, c), terms.REDE, terms.ReasonNotOnWorkOrder)
}

func TestExhibits(t *testing.T) {
	ask := func(plan terms.Plan, product string, x *terms.Exhibit) terms.Commitment {
		c := kase(terms.SevA, product)
		c.Plans = append(c.Plans, terms.Holding{Plan: plan, Exhibit: x})
		return resolve(t, c)
	}
	for plan, product := range map[terms.Plan]string{
		terms.WorkloadMCS: vm, terms.M365MCS: "m365/exchange", terms.GitHubMCS: "github/enterprise-cloud", terms.MissionCritical: "d365",
	} {
		none := ask(plan, product, nil)
		wantReason(t, none, plan, terms.ReasonExhibitMissing)
		wantTarget(t, "base's", none.FirstResponse, hour, terms.AroundTheClock, "")

		other := &terms.Exhibit{Targets: map[terms.Severity]terms.ExhibitTarget{terms.Sev1: {FirstResponse: 10 * minutes}}}
		wantReason(t, ask(plan, product, other), plan, terms.ReasonNotInExhibit)

		full := &terms.Exhibit{
			Reference: "X", Languages: []string{"en", "de"}, Channels: []terms.Channel{terms.Portal, terms.Chat},
			Targets: map[terms.Severity]terms.ExhibitTarget{terms.SevA: {FirstResponse: 10 * minutes, WorkBegins: 20 * minutes}},
		}
		got := ask(plan, product, full)
		wantReason(t, got, plan, "")
		wantTarget(t, "exhibit's", got.FirstResponse, 10*minutes, terms.AroundTheClock, "2026-03-03 10:10")
		wantTarget(t, "exhibit's", got.WorkBegins, 20*minutes, terms.AroundTheClock, "2026-03-03 10:20")
		if got.Plan != plan || !slices.Equal(got.SubmitVia, []terms.Channel{terms.Portal, terms.Chat}) || got.IfCustomerCannot != terms.SeverityMayBeLowered {
			t.Errorf("%s: %+v", plan, got)
		}
		wantLanguages(t, got, "en", "de")
	}
	wantReason(t, ask(terms.M365MCS, "d365", nil), terms.M365MCS, terms.ReasonOutOfScope)
	wantFact(t, ask(terms.GitHubMCS, "github/actions", &terms.Exhibit{
		Targets: map[terms.Severity]terms.ExhibitTarget{terms.SevA: {FirstResponse: hour}},
	}).Assigned, terms.RoleGitHubCRE, "GH-01")
	// In business hours, where the exhibit says so: Tuesday 17:00 and an hour.
	c := kase(terms.SevB, vm)
	c.Opened = at(utc, "2026-03-03 17:00")
	c.Plans = append(c.Plans, terms.Holding{Plan: terms.WorkloadMCS, Exhibit: &terms.Exhibit{
		Targets: map[terms.Severity]terms.ExhibitTarget{terms.SevB: {FirstResponse: hour, Clock: terms.BusinessHours}},
	}})
	wantTarget(t, "B", resolve(t, c).FirstResponse, hour, terms.BusinessHours, "2026-03-04 09:30")
}

func TestNotes(t *testing.T) {
	t.Run("online services are for the portal", func(t *testing.T) {
		wantFact(t, base(t, terms.SevB, "m365/teams").Notes, terms.NoteCloudAdminPortal, "CR-06")
		wantNoFact(t, base(t, terms.SevB, "sql-server").Notes, terms.NoteCloudAdminPortal)
	})
	t.Run("chat is no submission to the base", func(t *testing.T) {
		c := kase(terms.Sev1, vm)
		c.Via = terms.Chat
		if f := wantFact(t, resolve(t, c).Notes, terms.NoteNotASubmission, "PRS-03"); f.Args["via"] != "chat" {
			t.Errorf("%v", f.Args)
		}
		for _, via := range []terms.Channel{"", terms.Phone, terms.Web, terms.Portal} {
			c.Via = via
			wantNoFact(t, resolve(t, c).Notes, terms.NoteNotASubmission)
		}
	})
	t.Run("a wide outage", func(t *testing.T) {
		c := kase(terms.Sev1, vm, terms.PlatformMCS, terms.PlatformMCSPlus)
		c.BroadOutage = true
		got := resolve(t, c)
		wantFact(t, got.Notes, terms.NoteBroadOutage, "PMCS-57")
		wantTarget(t, "still", got.FirstResponse, 15*minutes, terms.AroundTheClock, "")
	})
	t.Run("GitHub's own terms", func(t *testing.T) {
		wantFact(t, base(t, terms.SevC, "github/ae").Notes, terms.NoteGitHubTerms, "TC-18")
	})
	t.Run("the calendar ends", func(t *testing.T) {
		list := calendar.Holidays{Days: []calendar.Day{{Date: day("2026-01-01")}}, CoveredUntil: day("2026-03-03")}
		short, err := calendar.New(time.UTC, calendar.OfficeHours(), list)
		if err != nil {
			t.Fatal(err)
		}
		c := kase(terms.SevB, vm)
		c.Calendar = short
		wantNoFact(t, resolve(t, c).Notes, terms.NoteCalendarEnds)
		c.Opened = at(utc, "2026-03-03 17:00")
		if f := wantFact(t, resolve(t, c).Notes, terms.NoteCalendarEnds, "A1-F5"); f.Args["covered_until"] != "2026-03-03" {
			t.Errorf("%v", f.Args)
		}
		c.Severity = terms.SevA // elapsed time needs no holidays
		wantNoFact(t, resolve(t, c).Notes, terms.NoteCalendarEnds)
	})
	t.Run("incident management under UER", func(t *testing.T) {
		if f := wantFact(t, with(t, terms.UER, terms.SevA).Notes, terms.NoteManagementLanguages, "UER-16"); f.Args["languages"] != "en, zh, ja" {
			t.Errorf("%v", f.Args)
		}
	})
}

func TestResolveRefusesNonsense(t *testing.T) {
	for what, change := range map[string]func(*terms.Case){
		"severity":               func(c *terms.Case) { c.Severity = "D" },
		"no calendar":            func(c *terms.Case) { c.Calendar = nil },
		"no submission":          func(c *terms.Case) { c.Opened = time.Time{} },
		"channel":                func(c *terms.Case) { c.Via = "pigeon" },
		"cloud":                  func(c *terms.Case) { c.Cloud = "moon" },
		"plan":                   func(c *terms.Case) { c.Plans = append(c.Plans, terms.Holding{Plan: "gold"}) },
		"judgement, closed list": func(c *terms.Case) { c.Judgements = []terms.Judgement{{Plan: terms.ARR, InScope: true}} },
	} {
		c := kase(terms.SevA, vm)
		change(&c)
		if _, err := terms.Current().Resolve(c); err == nil {
			t.Errorf("%s: resolved", what)
		}
	}
	var unknown *terms.UnknownProduct
	if _, err := terms.Current().Resolve(kase(terms.SevA, "azure/virtual-machine-s")); !errors.As(err, &unknown) ||
		!slices.Contains(unknown.Nearest, vm) {
		t.Errorf("%v", err)
	}
}
