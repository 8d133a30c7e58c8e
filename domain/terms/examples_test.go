package terms_test

import (
	"slices"
	"testing"

	"example.com/firstcall/domain/calendar"
	"example.com/firstcall/domain/terms"
)

// The names carry the numbers of the worked examples in part 4 of the catalogue.

func TestExample01BaseSevBOnFridayAfternoon(t *testing.T) {
	got := resolve(t, terms.Case{
		Severity: terms.SevB, Product: vm, Opened: at(utc, "2025-11-21 16:45"), Calendar: utc, Plans: hold(),
	})
	// 45 minutes are left on Friday.
	wantTarget(t, "first response", got.FirstResponse, 2*hour, terms.BusinessHours, "2025-11-24 10:15")
	wantTarget(t, "work begins", got.WorkBegins, 2*hour, terms.BusinessHours, "2025-11-24 10:15")
	wantTarget(t, "change control", got.ChangeControl, 4*hour, terms.BusinessHours, "2025-11-24 12:15")
	wantTarget(t, "literal reading", got.EarlyWarning, 2*hour, terms.AroundTheClock, "2025-11-21 18:45")
	wantCodes(t, "assigned", got.Assigned)
}

func TestExample04BaseSev1OnSundayNight(t *testing.T) {
	got := resolve(t, terms.Case{
		Severity: terms.Sev1, Product: vm, Opened: at(utc, "2025-11-23 02:00"), Calendar: utc, Plans: hold(),
	})
	wantTarget(t, "first response", got.FirstResponse, 15*minutes, terms.AroundTheClock, "2025-11-23 02:15")
	// The engineer's chat message of 02:09 does not count, the e-mail of 02:17 does and is late.
	if got.HumanChatCounts {
		t.Error("a chat message must not meet the target")
	}
	if mail := at(utc, "2025-11-23 02:17"); !mail.After(got.FirstResponse.Due) {
		t.Error("02:17 should miss the target")
	}
}

func TestExample06RapidResponse(t *testing.T) {
	opened := at(utc, "2025-11-18 10:00") // a Tuesday
	for _, x := range []struct {
		name     string
		severity terms.Severity
		product  string
		via      terms.Channel
		plan     terms.Plan
		due      string
		owner    terms.Code
		reason   terms.Code
	}{
		{"a: by portal", terms.SevA, sql, terms.Portal, terms.ARR, "10:15", terms.OwnerARR, ""},
		{"b: phoned in", terms.SevA, sql, terms.Phone, terms.Unified, "11:00", terms.OwnerSupport, terms.ReasonChannel},
		{"c: excluded, base has it", terms.Sev1, "azure/stack", terms.Portal, terms.Unified, "10:15", terms.OwnerSupport, terms.ReasonExcluded},
		{"d: excluded in both", terms.Sev1, "azure/communication-services", terms.Portal, terms.Unified, "11:00", terms.OwnerSupport, terms.ReasonExcluded},
	} {
		t.Run(x.name, func(t *testing.T) {
			got := resolve(t, terms.Case{
				Severity: x.severity, Product: x.product, Opened: opened, Calendar: utc, Plans: hold(terms.ARR), Via: x.via,
			})
			if got.Plan != x.plan || got.Owner.Code != x.owner {
				t.Errorf("plan %s, owner %s; want %s, %s", got.Plan, got.Owner.Code, x.plan, x.owner)
			}
			if due := got.FirstResponse.Due.Format("15:04"); due != x.due {
				t.Errorf("due %s, want %s", due, x.due)
			}
			wantReason(t, got, terms.ARR, x.reason)
		})
	}
	a := resolve(t, terms.Case{Severity: terms.SevA, Product: sql, Opened: opened, Calendar: utc, Plans: hold(terms.ARR), Via: terms.Portal})
	if !slices.Equal(a.Languages, []string{"en", "ja"}) {
		t.Errorf("languages %v", a.Languages)
	}
	c := resolve(t, terms.Case{Severity: terms.Sev1, Product: "azure/stack", Opened: opened, Calendar: utc, Plans: hold(terms.ARR), Via: terms.Portal})
	wantCodes(t, "assigned", c.Assigned, terms.RoleCritsitResource)
}

func TestExample07PlatformOnboarding(t *testing.T) {
	platform := terms.Holding{
		Plan: terms.PlatformMCSPlus, WorkOrderStart: day("2025-12-01"), ContractStart: day("2025-12-01"),
		ContractExecuted: day("2025-12-01"), AgreementExecuted: day("2025-12-01"),
	}
	o := terms.Current().OnboardingOf(platform)
	for what, dates := range map[string][2]string{
		"intake due": {o.IntakeDue.String(), "2025-12-15"},
		"day 60":     {o.LastDay.String(), "2026-01-29"},
		"materials":  {o.MaterialsDue.String(), "2025-12-31"},
		"test ready": {o.TestReadyUntil.String(), "2026-02-28"},
	} {
		if dates[0] != dates[1] {
			t.Errorf("%s %s, want %s", what, dates[0], dates[1])
		}
	}

	platform.Plan = terms.PlatformMCS
	done, pending := platform, platform
	done.IntakeDone = day("2025-12-12")
	pending.IntakePending = true
	opened := at(china, "2025-12-20 03:00")
	ask := func(s terms.Severity, product string, h terms.Holding, more ...terms.Plan) terms.Commitment {
		return resolve(t, terms.Case{
			Severity: s, Product: product, Opened: opened, Calendar: china, Plans: append(hold(more...), h),
		})
	}

	a := ask(terms.SevA, vm, done)
	wantTarget(t, "(a) first response", a.FirstResponse, 15*minutes, terms.AroundTheClock, "2025-12-20 03:15")
	if a.Plan != terms.PlatformMCS || !terms.Has(a.Assigned, terms.RoleSeniorIncidentManager) {
		t.Errorf("(a) plan %s, assigned %v", a.Plan, a.Assigned)
	}
	b := ask(terms.SevA, vm, pending)
	wantTarget(t, "(b) first response", b.FirstResponse, hour, terms.AroundTheClock, "2025-12-20 04:00")
	wantReason(t, b, terms.PlatformMCS, terms.ReasonIntakeMissing)
	wantCodes(t, "(b) assigned", b.Assigned, terms.RoleCritsitOversight)

	wantTarget(t, "(b) severity 1", ask(terms.Sev1, vm, pending).FirstResponse, 15*minutes, terms.AroundTheClock, "2025-12-20 03:15")

	for _, h := range []terms.Holding{done, pending} {
		got := ask(terms.Sev1, "entra", h)
		wantTarget(t, "sign-in", got.FirstResponse, hour, terms.AroundTheClock, "2025-12-20 04:00")
		wantTarget(t, "sign-in, UER", ask(terms.Sev1, "entra", h, terms.UER).FirstResponse, 30*minutes, terms.AroundTheClock, "")
		wantTarget(t, "sign-in, security", ask(terms.Sev1, "entra", h, terms.SecurityMCS).FirstResponse, 15*minutes, terms.AroundTheClock, "")
	}
	wantReason(t, ask(terms.Sev1, "entra", done), terms.PlatformMCS, terms.ReasonExcluded)
}

// dates is n days in a row.
func dates(from string, n int) []calendar.Date {
	ds := make([]calendar.Date, n)
	for i := range ds {
		ds[i] = day(from).AddDays(i)
	}
	return ds
}

func TestExample10EventWindows(t *testing.T) {
	e := terms.Current()
	split := append(dates("2026-06-01", 3), dates("2026-06-08", 3)...)
	var spread []calendar.Date // 60 service days over four months
	for i := range 60 {
		spread = append(spread, day("2026-02-02").AddDays(2*i))
	}
	for _, x := range []struct {
		name string
		plan terms.Plan
		days []calendar.Date
		want terms.Code
	}{
		{"two blocks", terms.EventMCS, split, terms.RefusedNotConsecutive},
		{"two blocks, Plus", terms.EventMCSPlus, split, ""},
		{"two days", terms.EventMCS, dates("2026-06-01", 2), terms.RefusedTooFewDays},
		{"two days, Plus", terms.EventMCSPlus, dates("2026-06-01", 2), terms.RefusedTooFewDays},
		{"three days", terms.EventMCS, dates("2026-06-01", 3), ""},
		{"20 days", terms.EventMCS, dates("2026-02-02", 20), ""},
		{"21 days", terms.EventMCS, dates("2026-02-02", 21), terms.RefusedTooManyDays},
		{"21 days, Plus", terms.EventMCSPlus, dates("2026-02-02", 21), ""},
		{"60 days spread, Plus", terms.EventMCSPlus, spread, ""},
		{"61 days, Plus", terms.EventMCSPlus, dates("2026-02-02", 61), terms.RefusedTooManyDays},
		{"a day twice", terms.EventMCSPlus, append(dates("2026-02-02", 3), day("2026-02-04")), terms.RefusedDaysUnordered},
		{"no event plan", terms.UER, dates("2026-02-02", 3), terms.RefusedNoEventPlan},
	} {
		if got := e.EventDays(x.plan, x.days, calendar.Date{}); got.Refused != x.want {
			t.Errorf("%s: refused %q, want %q", x.name, got.Refused, x.want)
		}
	}
	if last := dates("2026-02-02", 20)[19]; last != day("2026-02-21") {
		t.Errorf("20 days from 2 February end on %s", last)
	}
	// AMB-18, the other position: the span counts.
	if got := e.With(terms.PlusDaysCounted, false).EventDays(terms.EventMCSPlus, spread, calendar.Date{}); got.Refused != terms.RefusedTooManyDays {
		t.Errorf("span of four months: refused %q", got.Refused)
	}
	in := e.EventDays(terms.EventMCS, dates("2026-02-02", 20), day("2025-12-22"))
	if in.ConfirmBy != day("2025-12-22") || in.Late {
		t.Errorf("confirm by %s, late %v", in.ConfirmBy, in.Late)
	}
	if late := e.EventDays(terms.EventMCS, dates("2026-02-02", 20), day("2025-12-23")); !late.Late {
		t.Error("23 December should be late")
	}
}

func TestExample11RootCauseAnalysis(t *testing.T) {
	e := terms.Current()
	closed, requested, mitigated := day("2026-03-09"), day("2026-03-13"), day("2026-03-06")
	rca := func(e *terms.Edition, plans ...terms.Plan) terms.RCA {
		got, err := e.RCAOf(resolve(t, kase(terms.SevA, vm, plans...)))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	p := rca(e, terms.PlatformMCS, terms.UER)
	if p.Via != terms.RCAByPMCSEngineer || !p.Included || !p.NotInWideOutage {
		t.Errorf("platform: %+v", p)
	}
	if last := p.LastRequestDay(closed); last != day("2026-03-16") || requested.After(last) {
		t.Errorf("platform: to be requested by %s", last)
	}
	if due, ok := p.DeliverBy(requested, mitigated, utc); !ok || due != day("2026-03-27") {
		t.Errorf("platform: due %s %v", due, ok)
	}
	// AMB-12, literally: seven days before the closure.
	if last := rca(e.With(terms.RCAAfterClosure, false), terms.PlatformMCS).LastRequestDay(closed); last != day("2026-03-02") {
		t.Errorf("literal reading: to be requested by %s", last)
	}
	base := rca(e)
	if base.Via != terms.RCAByContact || base.Included || !requested.After(base.LastRequestDay(closed)) {
		t.Errorf("base: %+v, last day %s", base, base.LastRequestDay(closed))
	}
	if _, ok := base.DeliverBy(requested, mitigated, utc); ok {
		t.Error("base: the terms give no date of delivery")
	}
	if uer := rca(e, terms.UER); uer.Via != terms.RCAByAccountManager || uer.Included {
		t.Errorf("UER: %+v", uer)
	}
}

func TestExample13Cancellation(t *testing.T) {
	for asked, want := range map[string]int{
		"2025-11-06": 0, "2025-11-07": 50, "2025-11-14": 50, "2025-11-15": 100, "2025-11-20": 100, "2025-11-21": 100,
	} {
		if got, _ := terms.Current().CancelCharge(day("2025-11-20"), day(asked)); got != want {
			t.Errorf("asked on %s: %d %%, want %d %%", asked, got, want)
		}
	}
}

func TestExample14ContactChange(t *testing.T) {
	n := terms.Current().Number(terms.NumberContactChange)
	if n.Unit != terms.BusinessDays {
		t.Errorf("counted in %s", n.Unit)
	}
	if got := utc.AddDays(day("2025-10-31"), n.Value); got != day("2025-11-11") {
		t.Errorf("notify by %s", got)
	}
}

func TestExample18RaisedBeforeTheFirstCall(t *testing.T) {
	e := terms.Current()
	c := terms.Case{Severity: terms.SevC, Product: vm, Opened: at(utc, "2025-11-21 16:00"), Calendar: utc, Plans: hold()}
	old := resolve(t, c)
	wantTarget(t, "C", old.FirstResponse, 4*hour, terms.BusinessHours, "2025-11-24 11:30")

	change := func(to terms.Severity, old terms.Commitment, ch terms.Change) terms.Commitment {
		t.Helper()
		c.Severity = to
		got, err := e.Recommit(c, old, ch)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	raised := change(terms.SevA, old, terms.Change{At: at(utc, "2025-11-21 17:00")})
	wantTarget(t, "raised to A", raised.FirstResponse, hour, terms.AroundTheClock, "2025-11-21 18:00")
	if f, ok := terms.Find(raised.Notes, terms.NoteClocksMoved); !ok || !slices.Contains(raised.Rows, "AMB-14") {
		t.Errorf("note %v, rows %v", f, raised.Rows)
	}
	// The old instant stays when it is sooner: raised on Monday at 11:00, half an hour is left.
	late := change(terms.SevA, old, terms.Change{At: at(utc, "2025-11-24 11:00")})
	wantTarget(t, "raised late", late.FirstResponse, hour, terms.AroundTheClock, "2025-11-24 11:30")
	// To severity 1 there is no number for the beginning of work, not even the old one.
	wantNone(t, "work begins", change(terms.Sev1, old, terms.Change{At: at(utc, "2025-11-21 17:00")}).WorkBegins)

	// Lowered from A to C at 16:30: four business hours from the submission.
	a := resolve(t, terms.Case{Severity: terms.SevA, Product: vm, Opened: c.Opened, Calendar: utc, Plans: hold()})
	lowered := change(terms.SevC, a, terms.Change{At: at(utc, "2025-11-21 16:30")})
	wantTarget(t, "lowered", lowered.FirstResponse, 4*hour, terms.BusinessHours, "2025-11-24 11:30")
	// ... but never before the change itself.
	after := change(terms.SevC, a, terms.Change{At: at(utc, "2025-11-24 12:00")})
	wantTarget(t, "lowered late", after.FirstResponse, 4*hour, terms.BusinessHours, "2025-11-24 12:00")
	// After the first call there is no new clock.
	done := change(terms.SevA, old, terms.Change{At: at(utc, "2025-11-24 12:00"), Answered: true})
	wantTarget(t, "after the call", done.FirstResponse, 4*hour, terms.BusinessHours, "2025-11-24 11:30")
	wantTarget(t, "work still to begin", done.WorkBegins, hour, terms.AroundTheClock, "2025-11-24 11:30")
}

func TestExample19OpenedWhenClosed(t *testing.T) {
	for opened, due := range map[string]string{
		"2025-11-22 10:00": "2025-11-24 11:00", // Saturday
		"2025-11-21 17:30": "2025-11-24 11:00", // closing time is closed
		"2025-11-21 17:29": "2025-11-24 10:59",
	} {
		got := resolve(t, terms.Case{Severity: terms.SevB, Product: vm, Opened: at(utc, opened), Calendar: utc, Plans: hold()})
		wantTarget(t, "opened "+opened, got.FirstResponse, 2*hour, terms.BusinessHours, due)
	}
}

func TestExample21AdviceHasACapAndNoSeverity(t *testing.T) {
	if got := terms.Current().AdvisoryCap(); got != 6*hour {
		t.Errorf("cap %v", got)
	}
	c := kase("", vm)
	if _, err := terms.Current().Resolve(c); err == nil {
		t.Error("a case without a severity must not resolve: advice has no target")
	}
}

func TestExample23ImprovementPlans(t *testing.T) {
	from, err := terms.Current().ImprovementPlanFrom([]calendar.Date{day("2026-01-10"), day("2026-06-05")})
	if err != nil || from != day("2027-01-10") {
		t.Errorf("from %s, %v", from, err)
	}
	if from, err = terms.Current().ImprovementPlanFrom([]calendar.Date{day("2026-01-10")}); err != nil || !from.IsZero() {
		t.Errorf("the second one at any time: %s, %v", from, err)
	}
}
