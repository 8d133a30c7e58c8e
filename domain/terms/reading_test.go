package terms_test

import (
	"slices"
	"strings"
	"testing"

	"example.com/firstcall/domain/calendar"
	"example.com/firstcall/domain/terms"
)

// readingCases shows each switch in its recommended and in its other position. The
// names carry the ambiguities of part 8 of the catalogue.
var readingCases = []struct {
	reading terms.Reading
	name    string
	check   func(t *testing.T, e *terms.Edition, recommended bool)
}{
	{terms.ExcludedAzureAsOther, "AMB-03", func(t *testing.T, e *terms.Edition, recommended bool) {
		c := resolveIn(t, e, kase(terms.Sev1, "azure/storsimple"))
		if recommended {
			wantFirst(t, c, "1h0m0s 24x7", "A1-03")
			return
		}
		wantNone(t, "first response", c.FirstResponse)
		wantFact(t, c.Notes, terms.NoteNoListedTime, "AMB-03")
		// UER has its own time for it all the same.
		wantFirst(t, resolveIn(t, e, kase(terms.Sev1, "azure/storsimple", terms.UER)), "30m0s 24x7", "A6-02")
	}},
	{terms.UERExcludesTimeOnly, "AMB-04", func(t *testing.T, e *terms.Edition, recommended bool) {
		c := resolveIn(t, e, kase(terms.Sev1, "azure/storsimple", terms.UER))
		if recommended {
			wantReason(t, c, terms.UER, "")
			wantFirst(t, c, "30m0s 24x7", "A6-02")
			return
		}
		wantReason(t, c, terms.UER, terms.ReasonExcluded)
		wantFirst(t, c, "1h0m0s 24x7", "A1-03")
	}},
	{terms.SevAResponseMerged, "AMB-05 response", func(t *testing.T, e *terms.Edition, recommended bool) {
		for _, p := range []terms.Plan{terms.ARR, terms.PlatformMCS, terms.PlatformMCSPlus, terms.EventMCS, terms.EventMCSPlus} {
			c := resolveIn(t, e, kase(terms.SevA, vm, p))
			wantReason(t, c, p, "")
			wantText(t, c.WorkBegins, "15m0s 24x7", "AMB-05") // a switch of its own
			if recommended {
				wantFirst(t, c, "15m0s 24x7", "AMB-05")
				wantFact(t, c.Duties, terms.DutyExecutives, "AMB-05")
			} else {
				wantFirst(t, c, "1h0m0s 24x7", "A1-13")
				wantNoFact(t, c.Duties, terms.DutyExecutives)
			}
		}
		security := resolveIn(t, e, kase(terms.SevA, "entra", terms.SecurityMCS))
		wantText(t, security.WorkBegins, "15m0s 24x7", "A4-04")
		if !recommended {
			wantFirst(t, security, "1h0m0s 24x7", "A1-13")
		}
		// The body gives platform customers their manager at A, whatever the chart's cells.
		wantFact(t, resolveIn(t, e, kase(terms.SevA, vm, terms.PlatformMCS)).Assigned, terms.RoleSeniorIncidentManager, "PMCS-24")
	}},
	{terms.SevAWorkBeginsMerged, "AMB-05 work begins", func(t *testing.T, e *terms.Edition, recommended bool) {
		for _, p := range []terms.Plan{terms.ARR, terms.PlatformMCS, terms.PlatformMCSPlus, terms.EventMCS, terms.EventMCSPlus} {
			c := resolveIn(t, e, kase(terms.SevA, vm, p))
			wantFirst(t, c, "15m0s 24x7", "AMB-05")
			if recommended {
				wantBegins(t, c, "15m0s 24x7", "AMB-05")
			} else {
				wantBegins(t, c, "1h0m0s 24x7", "A1-12")
			}
		}
	}},
	{terms.BusinessResponseClock, "AMB-06", func(t *testing.T, e *terms.Edition, recommended bool) {
		for _, s := range []terms.Severity{terms.SevB, terms.SevC} {
			c := kase(s, vm)
			c.Opened = at(utc, "2026-03-06 17:00") // a Friday
			got := resolveIn(t, e, c)
			length, monday := 2*hour, "2026-03-09 10:30"
			if s == terms.SevC {
				length, monday = 4*hour, "2026-03-09 12:30"
			}
			literal := c.Opened.Add(length).Format("2006-01-02 15:04")
			if recommended {
				wantTarget(t, "first response", got.FirstResponse, length, terms.BusinessHours, monday)
				wantTarget(t, "early warning", got.EarlyWarning, length, terms.AroundTheClock, literal)
			} else {
				wantTarget(t, "first response", got.FirstResponse, length, terms.AroundTheClock, literal)
				wantNone(t, "early warning", got.EarlyWarning)
			}
			wantTarget(t, "work begins", got.WorkBegins, length, terms.BusinessHours, monday)
		}
	}},
	{terms.SevB24x7Response, "AMB-07 response", func(t *testing.T, e *terms.Edition, recommended bool) {
		c := kase(terms.SevB, vm)
		c.Commit24x7 = true
		want := "2h0m0s business"
		if recommended {
			want = "2h0m0s 24x7"
		}
		wantFirst(t, resolveIn(t, e, c), want, "AMB-07")
	}},
	{terms.SevB24x7WorkBegins, "AMB-07 work begins", func(t *testing.T, e *terms.Edition, recommended bool) {
		c := kase(terms.SevB, vm)
		c.Commit24x7 = true
		want := "2h0m0s business"
		if recommended {
			want = "2h0m0s 24x7"
		}
		wantBegins(t, resolveIn(t, e, c), want, "AMB-07")
	}},
	{terms.LaterOptIn, "AMB-07 later", func(t *testing.T, e *terms.Edition, recommended bool) {
		// The incident asks the switch; what a later yes does to the clocks is the same rule as a raise.
		if e.On(terms.LaterOptIn) != recommended {
			t.Errorf("on %v", e.On(terms.LaterOptIn))
		}
		c := kase(terms.SevB, vm)
		c.Opened = at(utc, "2026-03-06 17:00")
		old := resolveIn(t, e, c)
		c.Commit24x7 = true
		got, err := e.Recommit(c, old, terms.Change{At: at(utc, "2026-03-06 20:00")})
		if err != nil {
			t.Fatal(err)
		}
		wantTarget(t, "opted in at 20:00", got.FirstResponse, 2*hour, terms.AroundTheClock, "2026-03-06 22:00")
	}},
	{terms.InitialResponseAsFirstCall, "AMB-10", func(t *testing.T, e *terms.Edition, recommended bool) {
		c := resolveIn(t, e, kase(terms.Sev1, "entra", terms.SecurityMCS))
		if c.HumanChatCounts == recommended {
			t.Errorf("a person's chat message counts: %v", c.HumanChatCounts)
		}
		if resolveIn(t, e, kase(terms.Sev1, "entra", terms.UER)).HumanChatCounts {
			t.Error("chat counts under no other plan")
		}
	}},
	{terms.EventNeedsTag, "AMB-11", func(t *testing.T, e *terms.Edition, recommended bool) {
		c := kase(terms.Sev1, vm, terms.EventMCS)
		c.Tag = ""
		got := resolveIn(t, e, c)
		wantText(t, got.FirstResponse, "15m0s 24x7", "A"+map[bool]string{true: "1-02", false: "3-01"}[recommended])
		if recommended {
			wantReason(t, got, terms.EventMCS, terms.ReasonTagMissing)
		} else {
			wantReason(t, got, terms.EventMCS, "")
			wantFact(t, got.Notes, terms.NoteTagMissing, "AMB-11")
		}
	}},
	{terms.RCAAfterClosure, "AMB-12", func(t *testing.T, e *terms.Edition, recommended bool) {
		r, err := e.RCAOf(resolveIn(t, e, kase(terms.SevA, vm, terms.PlatformMCS)))
		if err != nil {
			t.Fatal(err)
		}
		want := map[bool]string{true: "2026-03-16", false: "2026-03-02"}[recommended]
		if got := r.LastRequestDay(day("2026-03-09")); got != day(want) {
			t.Errorf("closed on 9 March: request by %s, want %s", got, want)
		}
	}},
	{terms.ReactiveAfterDay60, "AMB-15", func(t *testing.T, e *terms.Edition, recommended bool) {
		late := terms.Holding{
			Plan: terms.PlatformMCS, WorkOrderStart: day("2025-12-01"), ContractExecuted: day("2025-12-01"),
			IntakeDone: day("2025-12-16"), // one day late
		}
		for _, x := range []struct {
			opened string
			want   terms.Code
		}{
			{"2025-12-16 12:00", terms.ReasonOnboarding},
			{"2026-01-29 23:59", terms.ReasonOnboarding}, // day 60
			{"2026-01-30 00:00", map[bool]terms.Code{true: "", false: terms.ReasonOnboarding}[recommended]},
		} {
			c := kase(terms.SevA, vm)
			c.Opened = at(utc, x.opened)
			c.Plans = append(c.Plans, late)
			if got := reason(resolveIn(t, e, c), terms.PlatformMCS); got != x.want {
				t.Errorf("%s: %q, want %q", x.opened, got, x.want)
			}
		}
	}},
	{terms.PlusDaysCounted, "AMB-18", func(t *testing.T, e *terms.Edition, recommended bool) {
		days := append(dates("2026-06-01", 3), day("2026-07-31")) // four service days, a span of 61
		want := map[bool]terms.Code{true: "", false: terms.RefusedTooManyDays}[recommended]
		if got := e.EventDays(terms.EventMCSPlus, days, calendar.Date{}).Refused; got != want {
			t.Errorf("refused %q, want %q", got, want)
		}
		days[3] = day("2026-07-30") // a span of 60
		if got := e.EventDays(terms.EventMCSPlus, days, calendar.Date{}).Refused; got != "" {
			t.Errorf("60 days: refused %q", got)
		}
	}},
	{terms.PlatformChat, "AMB-20", func(t *testing.T, e *terms.Edition, recommended bool) {
		c := kase(terms.SevA, vm, terms.PlatformMCS)
		c.Via = terms.Chat
		got := resolveIn(t, e, c)
		if recommended {
			wantReason(t, got, terms.PlatformMCS, "")
			wantNoFact(t, got.Notes, terms.NoteNotASubmission)
		} else {
			wantReason(t, got, terms.PlatformMCS, terms.ReasonChannel)
			wantFact(t, got.Notes, terms.NoteNotASubmission, "PRS-03")
		}
	}},
	{terms.RSMForB, "AMB-22", func(t *testing.T, e *terms.Edition, recommended bool) {
		if has := terms.Has(resolveIn(t, e, kase(terms.SevB, vm)).Escalation, terms.EscalationRSM); has != recommended {
			t.Errorf("offered for B: %v", has)
		}
		wantFact(t, resolveIn(t, e, kase(terms.SevC, vm)).Escalation, terms.EscalationRSM, "RSM-03")
	}},
	{terms.OpenLists, "AMB-24", func(t *testing.T, e *terms.Edition, recommended bool) {
		out := kase(terms.SevA, vm, terms.PlatformMCS)
		out.Judgements = []terms.Judgement{{Plan: terms.PlatformMCS, By: "Maria", Reason: "private preview region"}}
		in := kase(terms.SevA, "azure/maps", terms.EventMCS)
		in.Judgements = []terms.Judgement{{Plan: terms.EventMCS, InScope: true, By: "Maria", Reason: "agreed in writing"}}
		if !recommended {
			wantReason(t, resolveIn(t, e, out), terms.PlatformMCS, "")
			wantReason(t, resolveIn(t, e, in), terms.EventMCS, terms.ReasonExcluded)
			return
		}
		wantReason(t, resolveIn(t, e, out), terms.PlatformMCS, terms.ReasonExcludedByPerson)
		got := resolveIn(t, e, in)
		wantReason(t, got, terms.EventMCS, "")
		if f := wantFact(t, got.Notes, terms.NoteKeptByPerson, "AMB-24"); f.Args["by"] != "Maria" || f.Args["reason"] != "agreed in writing" {
			t.Errorf("note %v", f.Args)
		}
		// Without a judgement the open list is named.
		if f := wantFact(t, resolveIn(t, e, kase(terms.SevA, vm, terms.PlatformMCS)).Notes, terms.NoteOpenList, "PMCS-12"); f.Args["plan"] != "platform-mcs" {
			t.Errorf("note %v", f.Args)
		}
	}},
	{terms.EventJudgedBySolution, "AMB-27", func(t *testing.T, e *terms.Edition, recommended bool) {
		c := kase(terms.SevA, vm, terms.EventMCS)
		c.SovereignTenant = true
		got := resolveIn(t, e, c)
		if recommended {
			wantReason(t, got, terms.EventMCS, "")
			wantFact(t, got.Notes, terms.NoteSovereign, "EV-25")
		} else {
			wantReason(t, got, terms.EventMCS, terms.ReasonSovereign)
		}
		c.SovereignTenant, c.Cloud = false, terms.ChinaCloud // the solution itself is in such a cloud
		wantReason(t, resolveIn(t, e, c), terms.EventMCS, terms.ReasonExcluded)
	}},
	{terms.ChangeControlBusinessHours, "AMB-31", func(t *testing.T, e *terms.Edition, recommended bool) {
		c := kase(terms.SevB, vm)
		c.Opened, c.Commit24x7 = at(utc, "2026-03-06 16:30"), true
		got := resolveIn(t, e, c)
		if recommended {
			wantTarget(t, "change control", got.ChangeControl, 4*hour, terms.BusinessHours, "2026-03-09 12:00")
		} else {
			wantTarget(t, "change control", got.ChangeControl, 4*hour, terms.AroundTheClock, "2026-03-06 20:30")
		}
		c.Commit24x7 = false
		wantTarget(t, "without 24x7", resolveIn(t, e, c).ChangeControl, 4*hour, terms.BusinessHours, "2026-03-09 12:00")
	}},
	{terms.ReviewByHighestSeverity, "AMB-34", func(t *testing.T, e *terms.Edition, recommended bool) {
		// Lowered from 1 to B under UER: eligible by the highest severity only.
		if got := e.ReviewOffered([]terms.Plan{terms.Unified, terms.UER}, terms.Sev1, terms.SevB); got != recommended {
			t.Errorf("offered: %v", got)
		}
		if !e.ReviewOffered([]terms.Plan{terms.UER}, terms.Sev1, terms.Sev1) || e.ReviewOffered([]terms.Plan{terms.UER}, terms.SevA, terms.SevA) ||
			e.ReviewOffered([]terms.Plan{terms.Unified}, terms.Sev1, terms.Sev1) {
			t.Error("the review is for severity 1 under UER (UER-08)")
		}
	}},
	{terms.UERWithoutOnboarding, "AMB-36", func(t *testing.T, e *terms.Edition, recommended bool) {
		c := kase(terms.SevA, "sql-server")
		c.Plans = append(c.Plans, terms.Holding{Plan: terms.UER, ContractStart: day("2026-02-01"), IntakePending: true})
		want := map[bool]terms.Code{true: "", false: terms.ReasonOnboardingRequired}[recommended]
		wantReason(t, resolveIn(t, e, c), terms.UER, want)
		c.Opened = at(utc, "2026-04-02 10:00") // day 61
		wantReason(t, resolveIn(t, e, c), terms.UER, "")
	}},
	{terms.ARRRoutesBAndC, "AMB-37", func(t *testing.T, e *terms.Edition, recommended bool) {
		for _, s := range []terms.Severity{terms.SevB, terms.SevC} {
			c := resolveIn(t, e, kase(s, vm, terms.ARR))
			if recommended { // off is recommended
				wantReason(t, c, terms.ARR, terms.ReasonSeverity)
				continue
			}
			wantReason(t, c, terms.ARR, "")
			wantFact(t, c.Notes, terms.NoteRoutedToARR, "AMB-37")
			if c.Owner.Code != terms.OwnerARR || c.Plan != terms.Unified {
				t.Errorf("owner %s, plan %s: the times stay the base's", c.Owner.Code, c.Plan)
			}
		}
	}},
	{terms.ExhibitReplacesBase, "MCSG-01", func(t *testing.T, e *terms.Edition, recommended bool) {
		c := kase(terms.Sev1, "m365/teams")
		c.Plans = append(c.Plans, terms.Holding{Plan: terms.M365MCS, Exhibit: &terms.Exhibit{
			Reference: "exhibit 4", Targets: map[terms.Severity]terms.ExhibitTarget{terms.Sev1: {FirstResponse: 2 * hour}},
		}})
		got := resolveIn(t, e, c)
		if recommended {
			wantFirst(t, got, "2h0m0s 24x7", "M365-01")
			if f := wantFact(t, got.Notes, terms.NoteTimesFromExhibit, "MCSG-01"); f.Args["exhibit"] != "exhibit 4" {
				t.Errorf("note %v", f.Args)
			}
		} else {
			wantFirst(t, got, "1h0m0s 24x7", "A1-03")
		}
	}},
}

func TestReadings(t *testing.T) {
	e := terms.Current()
	for _, x := range readingCases {
		t.Run(x.name+" "+string(x.reading), func(t *testing.T) {
			recommended := e.On(x.reading)
			if want := x.reading != terms.ARRRoutesBAndC; recommended != want {
				t.Fatalf("the recommended position is %v, want %v", recommended, want)
			}
			x.check(t, e, true)
			x.check(t, e.With(x.reading, !recommended), false)
			x.check(t, e.With(x.reading, !recommended).With(x.reading, recommended), true)
		})
	}
}

func TestEveryReadingIsTested(t *testing.T) {
	for _, r := range terms.Readings() {
		if !slices.ContainsFunc(readingCases, func(x struct {
			reading terms.Reading
			name    string
			check   func(t *testing.T, e *terms.Edition, recommended bool)
		},
		) bool {
			return x.reading == r
		}) {
			t.Errorf("reading %s has no test", r)
		}
		if len(terms.Current().ReadingRows(r)) == 0 {
			t.Errorf("reading %s names no row", r)
		}
	}
}

func TestOtherReadingIsStamped(t *testing.T) {
	e := terms.Current().With(terms.EventNeedsTag, false).With(terms.ARRRoutesBAndC, true)
	c := resolveIn(t, e, kase(terms.Sev1, vm))
	if c.Edition != "ussd-2025-11;event_needs_tag=off;arr_routes_b_and_c=on" {
		t.Errorf("edition %s", c.Edition)
	}
	back := e.With(terms.EventNeedsTag, true).With(terms.ARRRoutesBAndC, false)
	if back.Name() != "ussd-2025-11" || strings.Contains(terms.Current().Name(), ";") {
		t.Errorf("back to %s; the current edition must not change", back.Name())
	}
}

// The ambiguities below have one reading here, and no switch.

func TestAMB13WorkBeginsIsNoPromise(t *testing.T) {
	// It is a field of its own, and never supplies the plan or the first response.
	c := resolve(t, kase(terms.Sev1, "sql-server"))
	wantNone(t, "work begins", c.WorkBegins)
	wantFirst(t, c, "1h0m0s 24x7", "A1-03")
}

func TestAMB16EachPeriodHasItsOwnAnchor(t *testing.T) {
	o := terms.Current().OnboardingOf(terms.Holding{
		Plan: terms.PlatformMCSPlus, ContractExecuted: day("2025-11-03"), WorkOrderStart: day("2025-12-01"),
		ContractStart: day("2025-11-15"), AgreementExecuted: day("2025-10-20"),
	})
	if o.IntakeDue != day("2025-11-17") || o.LastDay != day("2026-01-29") || o.MaterialsDue != day("2025-11-19") || o.TestReadyUntil != day("2026-02-28") {
		t.Errorf("%+v", o)
	}
	uer := terms.Current().OnboardingOf(terms.Holding{Plan: terms.UER, ContractStart: day("2026-01-01"), WorkOrderStart: day("2025-01-01")})
	if uer.LastDay != day("2026-03-01") { // 31 + 28 days, and one
		t.Errorf("UER: %+v", uer)
	}
}

func TestAMB17And09ClocksStartAtSubmissionOnTheContactsCalendar(t *testing.T) {
	c := kase(terms.SevB, vm)
	c.Opened, c.Calendar = at(utc, "2026-03-03 01:30"), china // 09:30 in Shanghai
	got := resolve(t, c)
	wantTarget(t, "first response", got.FirstResponse, 2*hour, terms.BusinessHours, "2026-03-03 11:30")
	if got.FirstResponse.Due.Location() != shanghai {
		t.Errorf("in %s", got.FirstResponse.Due.Location())
	}
}

func TestAMB19ExecutivesOnEitherSidesRequest(t *testing.T) {
	wantFact(t, resolve(t, kase(terms.Sev1, vm)).Escalation, terms.EscalationExecutives, "AMB-19")
}

func TestAMB23NamesOfOneComponent(t *testing.T) {
	for _, name := range []string{"Azure Billing", "Billing & Subscription Management", "billing and subscription management", "AZURE/BILLING"} {
		if p, err := terms.Current().Product(name); err != nil || p.Code != "azure/billing" {
			t.Errorf("%s: %s, %v", name, p.Code, err)
		}
	}
	for _, name := range []string{"Communication Services", "Azure Communication Services"} {
		if p, err := terms.Current().Product(name); err != nil || p.Code != "azure/communication-services" {
			t.Errorf("%s: %s, %v", name, p.Code, err)
		}
	}
}

func TestAMB35OpenIncidentsFinishUnderTheRulesOfTheirOpening(t *testing.T) {
	c := kase(terms.SevB, vm)
	c.Plans = []terms.Holding{{Plan: terms.Unified, Ends: day("2026-03-03")}, {Plan: terms.ARR}}
	old := resolve(t, c)
	c.Severity = terms.SevA
	got, err := terms.Current().Recommit(c, old, terms.Change{At: at(utc, "2026-03-05 12:00")}) // the base has ended
	if err != nil {
		t.Fatal(err)
	}
	if got.Plan != terms.ARR {
		t.Errorf("plan %q, rejected %v", got.Plan, got.Rejected)
	}
	wantTarget(t, "raised", got.FirstResponse, 15*minutes, terms.AroundTheClock, "2026-03-03 12:00") // B's own due was sooner
}
