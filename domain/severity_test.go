package domain

import (
	"slices"
	"testing"
	"time"

	"example.com/firstcall/domain/terms"
)

// Worked example 18 (AMB-14): raised without a response yet, the earlier of the
// old target and one new limit from the change.
func TestExample18(t *testing.T) {
	env, friday := with(t, terms.Unified), at(t, "2026-03-06 16:00")
	i := opened(t, opening(terms.SevC), friday, env)
	same(t, "target of C", i.FirstResponse.Due, at(t, "2026-03-09 11:30"))

	now := at(t, "2026-03-06 17:00")
	i = kept2(t)(i.RequestSeverity(ana, terms.SevA, "no orders any more", now, env))
	out, err := i.AcceptSeverity(kenji, now, env)
	i = kept(t, out, err)
	same(t, "target of A", i.FirstResponse.Due, at(t, "2026-03-06 18:00"))
	same(t, "work begins", i.WorkBegins.Due, at(t, "2026-03-06 18:00"))
	if i.Severity != terms.SevA || i.Highest != terms.SevA || i.Proposed != terms.SevC || i.Wanted != "" {
		t.Errorf("severity %s, highest %s, proposed %s, wanted %q", i.Severity, i.Highest, i.Proposed, i.Wanted)
	}
	if !i.Staffing.Running() {
		t.Error("A without the customer's yes: staffing must run")
	}
	wantRings(t, out, "critical_opened role:incident_manager", "severity_changed customer")
	same(t, "the ladder of A counts from the change", i.Ladder.Due, now)
	e := line(t, out, "severity_changed")
	if e.Args["from"] != "C" || e.Args["to"] != "A" || !slices.Contains(e.Rows, "AMB-14") || e.Args["old_rows"] == "" {
		t.Errorf("journal: %v %v", e.Args, e.Rows)
	}
	// 50 % of the new hour, not an alarm of the old clock.
	same(t, "wake", i.Wake(env), at(t, "2026-03-06 17:15")) // staffing is missing first
}

func TestSeverityAndClocks(t *testing.T) {
	tests := []struct {
		name             string
		from, to         terms.Severity
		opened, changed  string
		called           string // before the change; "" : not
		first, work      string
		highest          terms.Severity
		staffing, effort bool // effort: around the clock
	}{
		{
			"raise keeps the old target when it is sooner", terms.SevB, terms.SevA, "2026-03-02 09:00", "2026-03-02 10:30", "",
			"2026-03-02 11:00", "2026-03-02 11:00", terms.SevA, true, true,
		},
		{
			"lowering counts from the submission", terms.SevA, terms.SevB, "2026-03-02 09:00", "2026-03-02 09:30", "",
			"2026-03-02 11:00", "2026-03-02 11:00", terms.SevA, false, false,
		},
		{
			"but is never due before the change", terms.SevA, terms.SevB, "2026-03-02 09:00", "2026-03-02 15:00", "",
			"2026-03-02 15:00", "2026-03-02 15:00", terms.SevA, false, false,
		},
		{
			"after the first call there is no new response clock", terms.SevC, terms.Sev1, "2026-03-02 09:00", "2026-03-02 12:00", "2026-03-02 10:00",
			"2026-03-02 13:00", "2026-03-02 13:00", terms.Sev1, true, true,
		},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			env, start, now := with(t, terms.Unified), at(t, tc.opened), at(t, tc.changed)
			i := opened(t, opening(tc.from), start, env)
			if tc.called != "" {
				i = kept2(t)(i.RecordFirstCall(kenji, terms.Phone, "", at(t, tc.called), at(t, tc.called), env))
			}
			i = kept2(t)(i.AssignSeverity(kenji, tc.to, "as discussed", now, env))
			same(t, "first response", i.FirstResponse.Due, at(t, tc.first))
			if tc.work != "" {
				same(t, "work begins", i.WorkBegins.Due, at(t, tc.work))
			}
			if i.Highest != tc.highest || i.Severity != tc.to {
				t.Errorf("severity %s, highest %s", i.Severity, i.Highest)
			}
			if i.Staffing.Running() != tc.staffing || (i.Effort == terms.AroundTheClock) != tc.effort {
				t.Errorf("staffing %v, effort %s", i.Staffing.Running(), i.Effort)
			}
			if tc.called != "" {
				same(t, "met", i.FirstResponse.Met, at(t, tc.called))
				if p := i.Promise.FirstResponse; p == nil || p.Target != 4*time.Hour || !p.Due.Equal(i.FirstResponse.Due) {
					t.Errorf("what was kept is now said to have been %v", p)
				}
			}
		})
	}
}

func TestAnsweredIncidentHasNoNewLadder(t *testing.T) {
	env, now := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	i := kept2(t)(opened(t, opening(terms.SevC), now, env).Acknowledge(kenji, time.Time{}, now, env))
	i = kept2(t)(i.AssignSeverity(kenji, terms.SevA, "worse", now.Add(time.Hour), env))
	if i.Ladder.Running() {
		t.Error("somebody has it, and the ladder runs")
	}
	same(t, "but the next word comes sooner", i.NextUpdate.Due, now.Add(2*time.Hour))
}

func TestSeverityRefusals(t *testing.T) {
	env, now := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	i := opened(t, opening(terms.SevB), now, env)
	_, err := i.RequestSeverity(ana, terms.SevB, "x", now, env)
	refused(t, err, "same_severity", "severity", "B")
	_, err = i.RequestSeverity(ana, "D", "x", now, env)
	refused(t, err, "severity_unknown")
	_, err = i.RequestSeverity(ana, terms.SevA, "", now, env)
	refused(t, err, "text_missing")
	_, err = i.RequestSeverity(kenji, terms.SevA, "x", now, env)
	refused(t, err, "not_allowed")
	_, err = i.AcceptSeverity(kenji, now, env)
	refused(t, err, "nothing_requested")
	_, err = i.RefuseSeverity(kenji, "x", now, env)
	refused(t, err, "nothing_requested")
	_, err = i.AssignSeverity(ana, terms.SevA, "x", now, env) // PRS-07: the provider assigns
	refused(t, err, "not_allowed")

	out, err := i.RequestSeverity(ana, terms.SevA, "worse", now, env)
	wantRings(t, out, "severity_requested engineers")
	asked := kept(t, out, err)
	_, err = asked.RequestSeverity(ana, terms.SevA, "worse", now, env)
	refused(t, err, "already_requested")
	_, err = asked.AcceptSeverity(ana, now, env)
	refused(t, err, "not_allowed")
	out, err = asked.RefuseSeverity(kenji, "the impact is the same", now, env)
	wantRings(t, out, "severity_refused customer")
	if no := kept(t, out, err); no.Wanted != "" || no.Severity != terms.SevB {
		t.Errorf("wanted %q, severity %s", no.Wanted, no.Severity)
	}
}

// An end that moves rings for what is still to come, not for the past.
func TestMovedClockDoesNotRingForThePast(t *testing.T) {
	env, start := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	env.Policy.Ladders = nil
	now := at(t, "2026-03-02 10:40")
	i, _ := play(t, opened(t, staffed(terms.SevA), start, env), now, env)
	i = kept2(t)(i.AssignSeverity(kenji, terms.SevC, "a workaround exists", now, env)) // 80 % of 09:00 to 13:00 is 12:12
	_, said := play(t, i, at(t, "2026-03-02 13:00"), env)
	wantSaid(
		t, said, "11:00:00 first_response_half engineers", "12:12:00 first_response_most owner",
		"13:00:00 first_response_due engineers",
	)
	i = kept2(t)(i.AssignSeverity(kenji, terms.SevB, "worse again", at(t, "2026-03-02 10:50"), env))
	same(t, "B: the earlier of 13:00 and 10:50 + 2 h", i.FirstResponse.Due, at(t, "2026-03-02 12:50"))

	late := opened(t, staffed(terms.SevA), start, env).Fire(now, env).Incident
	late = kept2(t)(late.AssignSeverity(kenji, terms.SevB, "a workaround exists", now, env)) // 80 % of 09:00 to 11:00 is 10:36
	wantRings(t, late.Fire(now, env))
	same(t, "next", late.Wake(env), at(t, "2026-03-02 11:00"))
}

// Being critical twice is no second chance to find people.
func TestStaffingIsNotPutOff(t *testing.T) {
	env, start := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	i := opened(t, opening(terms.SevA), start, env)
	i = kept2(t)(i.AssignSeverity(kenji, terms.Sev1, "worse", start.Add(10*time.Minute), env))
	same(t, "staffing", i.Staffing.Due, start.Add(15*time.Minute))
}
