package domain

import (
	"slices"
	"testing"
	"time"

	"example.com/firstcall/domain/terms"
)

// raisedCall is worked example 18 with a first call before the change: C on
// Friday at 16:00, called at 16:10, raised to A at 17:00.
func raisedCall(t *testing.T) (Incident, Env) {
	t.Helper()
	env := with(t, terms.Unified)
	i := opened(t, opening(terms.SevC), at(t, "2026-03-06 16:00"), env)
	i = kept2(t)(i.RecordFirstCall(kenji, terms.Phone, "", time.Time{}, at(t, "2026-03-06 16:10"), env))
	i = kept2(t)(i.AssignSeverity(kenji, terms.SevA, "no orders any more", at(t, "2026-03-06 17:00"), env))
	same(t, "what was met was C's", i.FirstResponse.Due, at(t, "2026-03-09 11:30"))
	return i, env
}

// A call that never was did not stop the change from giving A's hour (AMB-14).
func TestWithdrawnCallIsPromisedAgain(t *testing.T) {
	i, env := raisedCall(t)
	now := at(t, "2026-03-06 17:10")
	out, err := i.WithdrawFact(kenji, FactFirstCall, "wrong number", now, env)
	i = kept(t, out, err)
	same(t, "first response", i.FirstResponse.Due, at(t, "2026-03-06 18:00"))
	if p := i.Promise.FirstResponse; p == nil || p.Target != time.Hour || !p.Due.Equal(i.FirstResponse.Due) || i.Promise.Severity != terms.SevA {
		t.Errorf("promised: %v for %s", p, i.Promise.Severity)
	}
	if e := line(t, out, "clock_moved"); e.Args["clock"] != "first_response" || e.Args["to"] != "2026-03-06T18:00:00Z" {
		t.Errorf("journal: %v", e.Args)
	}
	_, said := play(t, i, at(t, "2026-03-06 18:00"), env)
	for _, want := range []string{"17:30:00 first_response_half engineers", "18:00:00 first_response_due engineers"} {
		found := false
		for _, s := range said {
			found = found || s == want
		}
		if !found {
			t.Errorf("%s is missing from %q", want, said)
		}
	}

	late, env := raisedCall(t)
	now = at(t, "2026-03-06 18:20")
	late = kept2(t)(late.WithdrawFact(kenji, FactFirstCall, "wrong number", now, env))
	if !late.FirstResponse.Missed(now) {
		t.Error("18:00 is over")
	}
	if got := rings(late.Fire(now, env)); len(got) == 0 || got[0] != "first_response_late owner" {
		t.Errorf("overdue by now, but rang %q", got)
	}
}

// A call moved to the other side of the change is measured by what was owed then.
func TestCorrectedCallIsPromisedAgain(t *testing.T) {
	i, env := raisedCall(t)
	now := at(t, "2026-03-06 18:30")
	i = kept2(t)(i.Correct(kenji, FactFirstCall, at(t, "2026-03-06 18:05"), "", "it was later", now, env))
	same(t, "first response", i.FirstResponse.Due, at(t, "2026-03-06 18:00"))
	if !i.FirstResponse.Missed(now) || i.FirstResponseBy != "Kenji" {
		t.Error("18:05 misses 18:00")
	}
	i = kept2(t)(i.Correct(kenji, FactFirstCall, at(t, "2026-03-06 16:10"), "", "no, it was right", now, env))
	same(t, "first response", i.FirstResponse.Due, at(t, "2026-03-09 11:30"))
	if i.FirstResponse.Missed(now) {
		t.Error("16:10 is in time")
	}
}

func TestWithdrawnWorkIsPromisedAgain(t *testing.T) {
	env := with(t, terms.Unified)
	i := opened(t, opening(terms.SevC), at(t, "2026-03-06 16:00"), env)
	i = kept2(t)(i.BeginWork(kenji, time.Time{}, at(t, "2026-03-06 16:10"), env))
	i = kept2(t)(i.AssignSeverity(kenji, terms.SevA, "worse", at(t, "2026-03-06 17:00"), env))
	i = kept2(t)(i.WithdrawFact(kenji, FactWorkBegun, "not yet", at(t, "2026-03-06 17:10"), env))
	same(t, "work begins", i.WorkBegins.Due, at(t, "2026-03-06 18:00"))
	same(t, "first response", i.FirstResponse.Due, at(t, "2026-03-06 18:00"))
}

// The case's time is corrected after a raise: the new limit still counts from
// the change, and what was owed before from the corrected time (AMB-14).
func TestCorrectedCaseTimeKeepsTheChange(t *testing.T) {
	tests := []struct {
		name              string
		first             terms.Severity
		then              terms.Severity
		made, changed     string
		corrected, first1 string
	}{
		{"example 18, five minutes earlier", terms.SevC, terms.SevA, "2026-03-06 16:00", "2026-03-06 17:00", "2026-03-06 15:55", "2026-03-06 18:00"},
		{"five minutes later", terms.SevC, terms.SevA, "2026-03-06 16:00", "2026-03-06 17:00", "2026-03-06 16:05", "2026-03-06 18:00"},
		{"the old target was sooner, and moves", terms.SevB, terms.SevA, "2026-03-02 09:00", "2026-03-02 10:30", "2026-03-02 09:10", "2026-03-02 11:10"},
		{"lowered: from the submission", terms.SevA, terms.SevB, "2026-03-02 09:00", "2026-03-02 09:30", "2026-03-02 09:10", "2026-03-02 11:10"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			env, made, changed := with(t, terms.Unified), at(t, tc.made), at(t, tc.changed)
			env.Policy.ChatSubmits = nil
			i := opened(t, opening(tc.first), made, env)
			i = kept2(t)(i.RecordCase(ana, "24031", terms.Portal, made, made.Add(time.Minute), env))
			i = kept2(t)(i.AssignSeverity(kenji, tc.then, "as discussed", changed, env))
			i = kept2(t)(i.Correct(ana, FactCaseNumber, at(t, tc.corrected), "", "typing", changed.Add(5*time.Minute), env))
			same(t, "submitted", i.SubmittedAt, at(t, tc.corrected))
			same(t, "first response", i.FirstResponse.Due, at(t, tc.first1))
			if i.Severity != tc.then || i.Promise.Severity != tc.then || !i.Promise.FirstResponse.Due.Equal(i.FirstResponse.Due) {
				t.Errorf("severity %s, promised for %s until %v", i.Severity, i.Promise.Severity, i.Promise.FirstResponse.Due)
			}
		})
	}
}

// Every change counts, not only the last one.
func TestCorrectedCaseTimeKeepsEveryChange(t *testing.T) {
	env, made := with(t, terms.Unified), at(t, "2026-03-06 16:00")
	env.Policy.ChatSubmits = nil
	i := opened(t, opening(terms.SevC), made, env)
	i = kept2(t)(i.RecordCase(ana, "24031", terms.Portal, made, made, env))
	i = kept2(t)(i.AssignSeverity(kenji, terms.SevA, "worse", at(t, "2026-03-06 17:00"), env))
	i = kept2(t)(i.AssignSeverity(kenji, terms.Sev1, "worse", at(t, "2026-03-06 17:50"), env))
	same(t, "A's hour is sooner than 17:50 and a quarter", i.FirstResponse.Due, at(t, "2026-03-06 18:00"))
	i = kept2(t)(i.Correct(ana, FactCaseNumber, at(t, "2026-03-06 15:55"), "", "typing", at(t, "2026-03-06 17:55"), env))
	same(t, "still", i.FirstResponse.Due, at(t, "2026-03-06 18:00"))
}

// ended is an incident of severity A whose work around the clock a person ended.
func ended(t *testing.T, env Env, start time.Time) Incident {
	t.Helper()
	i := opened(t, staffed(terms.SevA), start, env)
	i = kept2(t)(i.ProposeDowngrade(kenji, "nobody answers", start, env))
	i = kept2(t)(i.DecideDowngrade(maria, true, "", "nobody answers", start, env))
	if i.Effort != terms.BusinessHours {
		t.Fatalf("effort %s", i.Effort)
	}
	return i
}

// Only a person of the provider's brings back what one ended: not a correction,
// and not the customer's word alone (A2-F1).
func TestEndedRoundClockStaysEnded(t *testing.T) {
	start := at(t, "2026-03-02 09:00")
	env := with(t, terms.Unified, terms.PlatformMCS)
	env.Policy.ChatSubmits = nil
	env.Terms = terms.Current().With(terms.PlatformChat, false)
	waiting := ended(t, env, start)
	i := kept2(t)(waiting.RecordCase(ana, "24031", terms.Portal, start, start.Add(time.Minute), env))
	if i.Effort != terms.BusinessHours {
		t.Errorf("the case's number brought back work around the clock: %s", i.Effort)
	}
	i = kept2(t)(i.Correct(ana, FactCaseNumber, start.Add(-time.Minute), "", "typing", start.Add(time.Minute), env))
	if i.Effort != terms.BusinessHours {
		t.Errorf("so did a correction: %s", i.Effort)
	}

	now := start.Add(time.Hour)
	out, err := i.Commit(ana, []Contact{{Name: "Night shift", Phone: "+44 20 7946 0002"}}, now, env)
	i = kept(t, out, err)
	wantRings(t, out, "committed owner")
	if i.Effort != terms.BusinessHours || i.Staffing.Running() || !i.Commit24x7 || i.Downgrade != EndRoundClock {
		t.Errorf("effort %s, staffing %v, committed %v, to decide %q", i.Effort, i.Staffing.Running(), i.Commit24x7, i.Downgrade)
	}
	if e := line(t, out, "committed"); e.Args["effort"] != string(terms.BusinessHours) {
		t.Errorf("journal: %v", e.Args)
	}
	stays := kept2(t)(i.DecideDowngrade(maria, true, "", "not again", now, env))
	if stays.Effort != terms.BusinessHours || stays.Commit24x7 {
		t.Errorf("yes: effort %s, committed %v", stays.Effort, stays.Commit24x7)
	}
	out, err = i.DecideDowngrade(maria, false, "", "they answer now", now, env)
	back := kept(t, out, err)
	if back.Effort != terms.AroundTheClock || back.Staffing.Running() || !back.Commit24x7 {
		t.Errorf("no: effort %s, staffing %v, committed %v", back.Effort, back.Staffing.Running(), back.Commit24x7)
	}
	assigned := kept2(t)(i.AssignSeverity(kenji, terms.Sev1, "worse", now, env))
	if assigned.Effort != terms.AroundTheClock || assigned.Downgrade != "" {
		t.Errorf("a severity assigned: effort %s, to decide %q", assigned.Effort, assigned.Downgrade)
	}
}

// A clock on the customer that the new severity does not know stops with the
// old one, and no later question carries its deadline (A1-20, A1-25).
func TestClocksOnTheCustomerFollowTheSeverity(t *testing.T) {
	env, start := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	c := opened(t, opening(terms.SevC), start, env)
	c = kept2(t)(c.Ask(kenji, AskQuestion, "which disk?", start, env))
	c = kept2(t)(c.AssignSeverity(kenji, terms.SevA, "worse", start.Add(time.Hour), env))
	if c.Answer.Running() || c.Asked == "" {
		t.Errorf("answer due %v, asked %q", c.Answer.Due, c.Asked)
	}

	b := opened(t, opening(terms.SevB), start, env)
	b = kept2(t)(b.Ask(kenji, AskChangeControl, "may we restart?", start, env))
	b = kept2(t)(b.CustomerAnswers(ana, "yes", time.Time{}, start.Add(time.Minute), env))
	b = kept2(t)(b.AssignSeverity(kenji, terms.SevA, "worse", start.Add(time.Hour), env))
	out, err := b.Ask(kenji, AskChangeControl, "and the other one?", start.Add(2*time.Hour), env)
	kept(t, out, err)
	if n := out.Notices[len(out.Notices)-1]; n.Kind != Asked || !n.Due.IsZero() || n.Args["due"] != "" {
		t.Errorf("asked until %v %v", n.Due, n.Args)
	}
}

// What rests on the submission is taken back before the submission is.
func TestCaseNumberWithFactsStays(t *testing.T) {
	env, start := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	env.Policy.ChatSubmits = nil
	i := kept2(t)(opened(t, staffed(terms.Sev1), start, env).RecordCase(ana, "24031", terms.Portal, start, start, env))
	now := start.Add(time.Minute)
	begun := kept2(t)(i.BeginWork(kenji, time.Time{}, now, env))
	_, err := begun.WithdrawFact(ana, FactCaseNumber, "x", now, env)
	refused(t, err, "withdraw_first", "fact", "work_begun", "at", "2026-03-02T09:01:00Z")
	mitigated := kept2(t)(i.Mitigate(kenji, time.Time{}, "", now, env))
	_, err = mitigated.WithdrawFact(ana, FactCaseNumber, "x", now, env)
	refused(t, err, "withdraw_first", "fact", "mitigated")
	mitigated = kept2(t)(mitigated.WithdrawFact(kenji, FactMitigated, "x", now, env))
	if gone := kept2(t)(mitigated.WithdrawFact(ana, FactCaseNumber, "x", now, env)); gone.Status != AwaitingCase {
		t.Errorf("status %s", gone.Status)
	}
}

// Worked example 6: made in the portal the case is ARR's; phoned in, it is the
// base's hour (ARR-01). Where one way is wanted, that is what is meant.
func TestExample6(t *testing.T) {
	tuesday := at(t, "2026-03-03 10:00")
	env := with(t, terms.Unified, terms.ARR)
	env.Policy.ChatSubmits = nil
	for _, tc := range []struct {
		via  terms.Channel
		plan terms.Plan
		due  string
		kept terms.Channel
	}{
		{terms.Portal, terms.ARR, "2026-03-03 10:15", terms.Portal},
		{"", terms.ARR, "2026-03-03 10:15", terms.Portal},
		{terms.Phone, terms.Unified, "2026-03-03 11:00", terms.Phone},
	} {
		i := opened(t, staffed(terms.SevA), tuesday, env)
		i = kept2(t)(i.RecordCase(ana, "24031", tc.via, tuesday, tuesday.Add(time.Minute), env))
		same(t, "made by "+string(tc.via), i.FirstResponse.Due, at(t, tc.due))
		if i.Promise.Plan != tc.plan || i.Report.Via != tc.kept {
			t.Errorf("by %q: under %s, made by %s", tc.via, i.Promise.Plan, i.Report.Via)
		}
		i = kept2(t)(i.Correct(ana, FactCaseNumber, tuesday.Add(-time.Minute), "", "typing", tuesday.Add(2*time.Minute), env))
		same(t, "and a minute earlier", i.FirstResponse.Due, at(t, tc.due).Add(-time.Minute))
	}
	i := opened(t, staffed(terms.SevA), tuesday, env)
	_, err := i.RecordCase(ana, "24031", terms.Chat, tuesday, tuesday, env)
	refused(t, err, "way_unknown", "given", "chat")
	env = with(t, terms.Unified)
	env.Policy.ChatSubmits = nil
	_, err = opened(t, staffed(terms.SevA), tuesday, env).RecordCase(ana, "24031", "", tuesday, tuesday, env)
	refused(t, err, "text_missing") // phone or web: which is not guessed
}

// A corrected time leaves a mitigated incident mitigated.
func TestCorrectedCaseTimeKeepsTheStatus(t *testing.T) {
	env, start := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	env.Policy.ChatSubmits = nil
	i := kept2(t)(opened(t, staffed(terms.Sev1), start, env).RecordCase(ana, "24031", terms.Web, start, start, env))
	i = kept2(t)(i.Mitigate(kenji, time.Time{}, "", start.Add(time.Hour), env))
	i = kept2(t)(i.Correct(ana, FactCaseNumber, start.Add(-time.Minute), "", "typing", start.Add(time.Hour), env))
	if i.Status != Mitigated {
		t.Errorf("status %s", i.Status)
	}
}

// Advice that is a fault needs what a fault's report needs (PRS-06), and people
// around the clock are still to be asked for (A1-09).
func TestConvertAsksForImpact(t *testing.T) {
	env, now := with(t, terms.Unified, terms.PlatformMCS), at(t, "2026-03-02 09:00")
	o := opening("")
	o.Kind, o.Report.Impact = Advice, ""
	i := opened(t, o, now, env)
	_, err := i.Convert(ana, terms.SevA, " ", true, false, now, env)
	refused(t, err, "text_missing")
	a := kept2(t)(i.Convert(ana, terms.SevA, "no orders", true, false, now, env))
	if a.Report.Impact != "no orders" || a.Promise.Plan != terms.PlatformMCS || !a.Staffing.Running() || a.Commit24x7 {
		t.Errorf("impact %q, under %s, staffing %v", a.Report.Impact, a.Promise.Plan, a.Staffing.Running())
	}
	lab := kept2(t)(i.Convert(ana, terms.SevA, "no tests", false, false, now, env))
	if lab.Report.Production || lab.Promise.Plan != terms.Unified {
		t.Errorf("not production: under %s", lab.Promise.Plan)
	}
}

// While nobody knows the subscription, a plan that is bound to subscriptions
// counts, and the journal says that it rests on that (PMCS-03).
func TestUnknownSubscriptionIsSaid(t *testing.T) {
	env, now := with(t, terms.Unified, terms.PlatformMCS), at(t, "2026-03-02 09:00")
	said := func(subscription string) bool {
		o := staffed(terms.SevA)
		o.Report.Subscription = subscription
		out, err := OpenIncident(o, now, env)
		i := kept(t, out, err)
		found := false
		for _, e := range out.Journal {
			found = found || e.Kind == "subscription_unknown"
		}
		if found != env.Agreement.DependsOnSubscription(&i) {
			t.Error("the journal and the card do not agree")
		}
		return found
	}
	if said("") {
		t.Error("the agreement lists no subscriptions")
	}
	env.Agreement.Subscriptions = []Subscription{{ID: "s1", Name: "shop", Production: true}}
	if !said("") || said("s1") || said("another") {
		t.Error("it depends on the subscription only while that is not known")
	}
}

// Platform MCS extends the analysis for every severity (PMCS-30, PMCS-31,
// PMCS-35); only for 1 and A in production must it go through the designated
// engineer (PMCS-34).
func TestPlatformAnalysisBySeverity(t *testing.T) {
	for _, tc := range []struct {
		severity terms.Severity
		route    terms.Code
		engineer bool
	}{
		{terms.Sev1, terms.RCAByPMCSEngineer, true},
		{terms.SevA, terms.RCAByPMCSEngineer, true},
		{terms.SevB, terms.RCAByContact, false},
		{terms.SevC, terms.RCAByContact, false},
	} {
		t.Run(string(tc.severity), func(t *testing.T) {
			env := with(t, terms.Unified, terms.PlatformMCS)
			i := opened(t, opening(tc.severity), at(t, "2026-03-06 09:00"), env)
			i = kept2(t)(i.Mitigate(kenji, time.Time{}, "", at(t, "2026-03-06 12:00"), env))
			i = resolvedAt(t, i, at(t, "2026-03-09 09:00"), env)
			i = kept2(t)(i.DeclineRCA(ana, at(t, "2026-03-09 10:00"), env))
			i = kept2(t)(i.Close(kenji, at(t, "2026-03-09 10:00"), env))
			route, ok := i.RCARoute(env)
			if !ok || route.Via != tc.route || !route.Included {
				t.Fatalf("route %+v %v", route, ok)
			}
			for _, row := range []string{"PMCS-30", "PMCS-31", "PMCS-35"} {
				if !slices.Contains(route.Rows, row) {
					t.Errorf("row %s is missing from %v", row, route.Rows)
				}
			}
			if slices.Contains(route.Rows, "PMCS-34") != tc.engineer {
				t.Errorf("rows %v", route.Rows)
			}
			_, err := i.RequestRCA(kenji, at(t, "2026-03-17 00:00"), env) // 9 + 7 is the 16th
			refused(t, err, "rca_too_late", "until", "2026-03-16")
			out, err := i.RequestRCA(ana, at(t, "2026-03-13 10:00"), env)
			asked := kept(t, out, err)
			if asked.RCAAskedAt.IsZero() != tc.engineer {
				t.Errorf("a contact's request counts at %v", asked.RCAAskedAt)
			}
			if due, ok := asked.RCADue(env); ok == tc.engineer || ok && due.String() != "2026-03-27" {
				t.Errorf("due %v %v", due, ok)
			}
		})
	}
}
