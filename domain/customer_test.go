package domain

import (
	"testing"
	"time"

	"example.com/firstcall/domain/terms"
)

func TestAsk(t *testing.T) {
	tests := []struct {
		name   string
		open   Opening
		kind   AskKind
		asked  string
		change string // change control due
		answer string // answer due
	}{
		{"B: four business hours from the request (A1-20)", opening(terms.SevB), AskChangeControl, "2026-03-06 16:45", "2026-03-09 12:15", ""},
		{"even with 24x7 (AMB-31)", staffed(terms.SevB), AskChangeControl, "2026-03-06 16:45", "2026-03-09 12:15", ""},
		{"C: 24 elapsed hours from the question (A1-25)", opening(terms.SevC), AskQuestion, "2026-03-06 16:45", "", "2026-03-07 16:45"},
		{"B: a question has no clock in the terms", opening(terms.SevB), AskQuestion, "2026-03-06 16:45", "", ""},
		{"A: nor has change control", staffed(terms.SevA), AskChangeControl, "2026-03-06 16:45", "", ""},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			env, now := with(t, terms.Unified), at(t, tc.asked)
			i := opened(t, tc.open, at(t, "2026-03-06 09:00"), env)
			out, err := i.Ask(kenji, tc.kind, "may we restart it?", now, env)
			i = kept(t, out, err)
			for name, c := range map[string]struct {
				Clock
				want string
			}{"change control": {i.ChangeControl, tc.change}, "answer": {i.Answer, tc.answer}} {
				if c.want == "" {
					if c.Running() {
						t.Errorf("%s runs until %v", name, c.Due)
					}
					continue
				}
				same(t, name, c.Due, at(t, c.want))
			}
			wantRings(t, out, "asked customer")

			// Each request starts it anew.
			again := kept2(t)(i.Ask(kenji, tc.kind, "again", now.Add(5*time.Minute), env))
			if tc.answer != "" {
				same(t, "asked again", again.Answer.Due, at(t, tc.answer).Add(5*time.Minute))
			}
			who := ana
			if tc.kind == AskChangeControl {
				who = zoe
			}
			out, err = again.CustomerAnswers(who, "yes", time.Time{}, now.Add(time.Hour), env)
			done := kept(t, out, err)
			wantRings(t, out, "answered owner")
			if done.ChangeControl.Running() || done.Answer.Running() || done.Asked != "" {
				t.Error("the answer met nothing")
			}
			_, err = done.CustomerAnswers(ana, "yes", time.Time{}, now.Add(time.Hour), env)
			refused(t, err, "nothing_asked")
		})
	}
}

// AMB-07: 24x7 for B may be asked for later; clocks only get earlier.
func TestLaterCommit(t *testing.T) {
	env, saturday := with(t, terms.Unified), at(t, "2026-03-07 10:00")
	people := []Contact{{Name: "Night shift", Phone: "+1 425 555 0100"}}
	i := opened(t, opening(terms.SevB), saturday, env)
	same(t, "before", i.FirstResponse.Due, at(t, "2026-03-09 11:00"))
	now := saturday.Add(time.Hour)
	_, err := i.Commit(ana, nil, now, env)
	refused(t, err, "contact_missing")
	_, err = i.Commit(kenji, people, now, env)
	refused(t, err, "not_allowed")
	out, err := i.Commit(ana, people, now, env)
	wantRings(t, out, "committed owner")
	i = kept(t, out, err)
	same(t, "two hours from the yes", i.FirstResponse.Due, now.Add(2*time.Hour))
	if i.Effort != terms.AroundTheClock || !i.Commit24x7 || i.CommittedBy != "ana" || i.Staffing.Running() {
		t.Errorf("effort %s, yes %v by %q", i.Effort, i.Commit24x7, i.CommittedBy)
	}
	_, err = i.Commit(ana, people, now, env)
	refused(t, err, "already_committed")
	_, err = opened(t, opening(terms.SevC), saturday, env).Commit(ana, people, now, env)
	refused(t, err, "no_24x7_for_c")

	strict := env
	strict.Terms = env.Terms.With(terms.LaterOptIn, false)
	_, err = opened(t, opening(terms.SevB), saturday, strict).Commit(ana, people, now, strict)
	refused(t, err, "too_late_to_commit")

	// Severity 1 and A: the yes ends the reminder, the targets stay.
	a := opened(t, opening(terms.SevA), saturday, env)
	due := a.FirstResponse.Due
	a = kept2(t)(a.Commit(ana, people, saturday.Add(20*time.Minute), env))
	if a.Staffing.Running() {
		t.Error("staffing still runs")
	}
	same(t, "target", a.FirstResponse.Due, due)
}

// Matrix 2.4: three kinds, each by the plan that gave the target; a person decides.
func TestDowngrades(t *testing.T) {
	tests := []struct {
		name     string
		plans    []terms.Plan
		open     Opening
		kind     Downgrade // "" : none
		row      string
		to       terms.Severity
		severity terms.Severity // after
		effort   terms.Clock
	}{
		{"base", []terms.Plan{terms.Unified}, staffed(terms.SevA), LowerSeverity, "A1-F3", terms.SevB, terms.SevB, terms.AroundTheClock},
		{"UER", []terms.Plan{terms.Unified, terms.UER}, staffed(terms.SevA), LowerSeverity, "A6-F3", terms.SevC, terms.SevC, terms.BusinessHours},
		{"platform", []terms.Plan{terms.Unified, terms.PlatformMCS}, staffed(terms.SevA), EndRoundClock, "A2-F1", "", terms.SevA, terms.BusinessHours},
		{"rapid response", []terms.Plan{terms.Unified, terms.ARR}, staffed(terms.SevA), EndRoundClock, "A5-F1", "", terms.SevA, terms.BusinessHours},
		{"B with 24x7", []terms.Plan{terms.Unified}, staffed(terms.SevB), BusinessOnly, "A1-F4", "", terms.SevB, terms.BusinessHours},
		{"B without", []terms.Plan{terms.Unified}, opening(terms.SevB), "", "", "", "", ""},
		{"C", []terms.Plan{terms.Unified}, opening(terms.SevC), "", "", "", "", ""},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			env, now := with(t, tc.plans...), at(t, "2026-03-02 09:00")
			i := opened(t, tc.open, now, env)
			now = now.Add(5 * time.Minute)
			out, err := i.ProposeDowngrade(kenji, "nobody answers", now, env)
			if tc.kind == "" {
				refused(t, err, "no_downgrade")
				return
			}
			wantRings(t, out, "downgrade_proposed customer")
			if e := line(t, out, "downgrade_proposed"); e.Args["kind"] != string(tc.kind) || e.Rows[0] != tc.row {
				t.Errorf("journal %v %v, want %s by %s", e.Args, e.Rows, tc.kind, tc.row)
			}
			i = kept(t, out, err)
			if later := i.Fire(now.Add(1000*time.Hour), env).Incident; later.Severity != i.Severity || later.Effort != i.Effort || later.Downgrade != tc.kind {
				t.Error("time alone decided a downgrade")
			}
			_, err = i.ProposeDowngrade(kenji, "again", now, env)
			refused(t, err, "already_proposed")
			for _, nobody := range []Actor{theBot, ana, carl} {
				if _, err := i.DecideDowngrade(nobody, true, tc.to, "", now, env); err == nil {
					t.Errorf("%s decided", nobody.Name)
				}
			}
			no := kept2(t)(i.DecideDowngrade(maria, false, "", "they came back", now, env))
			if no.Downgrade != "" || no.Severity != i.Severity || no.Effort != i.Effort {
				t.Error("dropping it changed something else")
			}
			if tc.kind == LowerSeverity {
				_, err := i.DecideDowngrade(maria, true, "", "", now, env)
				refused(t, err, "severity_unknown")
				_, err = i.DecideDowngrade(maria, true, terms.Sev1, "", now, env)
				refused(t, err, "not_lower")
			}
			out, err = i.DecideDowngrade(maria, true, tc.to, "still nobody", now, env)
			yes := kept(t, out, err)
			if yes.Severity != tc.severity || yes.Effort != tc.effort || yes.Downgrade != "" || yes.Highest != tc.open.Severity {
				t.Errorf("severity %s, effort %s, highest %s", yes.Severity, yes.Effort, yes.Highest)
			}
			if yes.Staffing.Running() {
				t.Error("people around the clock are still asked for")
			}
			if tc.kind == EndRoundClock && yes.FirstResponse.Due != i.FirstResponse.Due {
				t.Error("the target moved, but only the effort ends")
			}
			_, err = yes.DecideDowngrade(maria, true, tc.to, "", now, env)
			refused(t, err, "nothing_proposed")
			if tc.kind != LowerSeverity || tc.to == terms.SevC {
				_, err = yes.ProposeDowngrade(kenji, "still nobody", now, env) // nothing is left to take
				refused(t, err, "no_downgrade")
			}
		})
	}
}

// An answer that the customer wrote where no button was is written down by an
// engineer, later: it counts from when it was written, and not from before it
// was asked.
func TestAnAnswerWrittenDownLaterCountsFromWhenItCame(t *testing.T) {
	env, asked := with(t, terms.Unified), at(t, "2026-03-06 09:00")
	i := opened(t, opening(terms.SevC), at(t, "2026-03-06 08:00"), env)
	i = kept2(t)(i.Ask(kenji, AskQuestion, "which region?", asked, env)) // due 2026-03-07 09:00
	came, later := at(t, "2026-03-07 08:59"), at(t, "2026-03-07 11:00")

	out, err := i.CustomerAnswers(kenji, "west", came, later, env)
	done := kept(t, out, err)
	same(t, "met", done.Answer.Met, came)
	if late := line(t, out, "answered").Args["late"]; late != "no" {
		t.Errorf("late: %s, though it came in time", late)
	}
	out, err = i.CustomerAnswers(kenji, "west", came.Add(2*time.Minute), later, env)
	kept(t, out, err)
	if late := line(t, out, "answered").Args["late"]; late != "yes" {
		t.Errorf("late: %s, though it came after its time", late)
	}
	_, err = i.CustomerAnswers(kenji, "west", asked.Add(-time.Minute), later, env)
	refused(t, err, "too_early")
	_, err = i.CustomerAnswers(kenji, "west", later.Add(time.Minute), later, env)
	refused(t, err, "in_future")

	// Nobody of the customer's moves the answer of their own.
	out, err = i.CustomerAnswers(ana, "west", came, later, env)
	same(t, "the customer's own", kept(t, out, err).Answer.Met, later)
}
