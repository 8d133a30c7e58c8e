package domain

import (
	"testing"
	"time"

	"example.com/firstcall/domain/terms"
)

func resolvedAt(t *testing.T, i Incident, now time.Time, env Env) Incident {
	t.Helper()
	return kept2(t)(i.Resolve(kenji, time.Time{}, "fixed", now, env))
}

func TestToTheEnd(t *testing.T) {
	env, now := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	i := opened(t, staffed(terms.Sev1), now, env)
	_, err := i.Close(kenji, now, env)
	refused(t, err, "wrong_status", "status", "open")
	_, err = i.Mitigate(kenji, now.Add(-time.Second), "", now, env)
	refused(t, err, "too_early")
	_, err = i.Mitigate(ana, now, "", now, env)
	refused(t, err, "not_allowed")

	out, err := i.Mitigate(kenji, now.Add(30*time.Minute), "traffic moved", now.Add(40*time.Minute), env)
	wantRings(t, out, "mitigated customer")
	i = kept(t, out, err)
	if i.Status != Mitigated || !i.Live() {
		t.Error("a mitigated incident is worked on")
	}
	_, err = i.Resolve(kenji, now.Add(20*time.Minute), "", now.Add(time.Hour), env)
	refused(t, err, "too_early", "earliest", "2026-03-02T09:30:00Z")
	out, err = i.Resolve(kenji, now.Add(time.Hour), "disk replaced", now.Add(time.Hour), env)
	wantRings(t, out, "resolved customer")
	i = kept(t, out, err)
	if got := i.Alarms(env); got != nil || !i.Wake(env).IsZero() {
		t.Errorf("a resolved incident has alarms: %v", got)
	}
	_, err = i.Acknowledge(kenji, time.Time{}, now.Add(time.Hour), env)
	refused(t, err, "wrong_status", "status", "resolved", "at", "2026-03-02T10:00:00Z")

	// RCA-01: afterwards it is too late, so it is asked about first.
	_, err = i.Close(ana, now.Add(2*time.Hour), env)
	refused(t, err, "rca_first", "route", "rca_by_contact")
	no := kept2(t)(i.DeclineRCA(ana, now.Add(2*time.Hour), env))
	closed := kept2(t)(no.Close(ana, now.Add(2*time.Hour), env))
	if closed.Status != Closed || !closed.ClosedAt.Equal(now.Add(2*time.Hour)) {
		t.Errorf("status %s at %v", closed.Status, closed.ClosedAt)
	}
	_, err = closed.RequestRCA(ana, now.Add(3*time.Hour), env)
	refused(t, err, "rca_too_late")
	out, err = i.RequestRCA(ana, now.Add(2*time.Hour), env)
	wantRings(t, out, "rca_requested owner")
	yes := kept2(t)(kept(t, out, err).Close(ana, now.Add(2*time.Hour), env))
	if _, ok := yes.RCADue(env); ok {
		t.Error("the base gives no date for the analysis (SIL-12)")
	}
	_, err = yes.RequestRCA(ana, now.Add(2*time.Hour), env)
	refused(t, err, "already_asked_rca")
}

// A call may be written down late; the incident stays as it ended.
func TestCallRememberedLate(t *testing.T) {
	env, start := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	i := resolvedAt(t, opened(t, staffed(terms.Sev1), start, env), start.Add(time.Hour), env)
	i = kept2(t)(i.RecordFirstCall(kenji, terms.Phone, "", start.Add(10*time.Minute), start.Add(2*time.Hour), env))
	if i.FirstResponse.Missed(start.Add(2*time.Hour)) || i.Status != Resolved || i.NextUpdate.Running() {
		t.Errorf("missed, or %s with a next update", i.Status)
	}
}

// Worked example 11: platform MCS (PMCS-30 to 35, AMB-12), and the same facts
// under the base and UER.
func TestExample11(t *testing.T) {
	env := with(t, terms.Unified, terms.PlatformMCS)
	i := opened(t, staffed(terms.SevA), at(t, "2026-03-06 09:00"), env)
	i = kept2(t)(i.Mitigate(kenji, time.Time{}, "", at(t, "2026-03-06 12:00"), env)) // Friday
	i = resolvedAt(t, i, at(t, "2026-03-09 09:00"), env)
	_, err := i.Close(kenji, at(t, "2026-03-09 10:00"), env)
	refused(t, err, "rca_first", "route", "rca_by_pmcs_engineer")
	i = kept2(t)(i.DeclineRCA(ana, at(t, "2026-03-09 10:00"), env))
	i = kept2(t)(i.Close(kenji, at(t, "2026-03-09 10:00"), env))

	// A contact's click is only a wish; the engineer's request is one.
	out, err := i.RequestRCA(ana, at(t, "2026-03-12 10:00"), env)
	wished := kept(t, out, err)
	wantRings(t, out, "rca_wished owner")
	if !wished.RCAAskedAt.IsZero() {
		t.Error("the click alone counts as the request (PMCS-34)")
	}
	out, err = wished.RequestRCA(kenji, at(t, "2026-03-13 10:00"), env)
	asked := kept(t, out, err)
	if due, ok := asked.RCADue(env); !ok || due.String() != "2026-03-27" {
		t.Errorf("due %v %v, want 2026-03-27", due, ok)
	}
	if line(t, out, "rca_requested").Args["due"] != "2026-03-27" {
		t.Error("the journal does not say when it is due")
	}
	kept2(t)(wished.RequestRCA(kenji, at(t, "2026-03-16 23:59"), env)) // 9 + 7
	_, err = wished.RequestRCA(kenji, at(t, "2026-03-17 00:00"), env)
	refused(t, err, "rca_too_late", "until", "2026-03-16")

	wide := i
	wide.BroadOutage = true
	_, err = wide.RequestRCA(kenji, at(t, "2026-03-13 10:00"), env)
	refused(t, err, "rca_not_shared") // PMCS-32

	end := func(plans ...terms.Plan) (Incident, Env) {
		env := with(t, plans...)
		i := opened(t, staffed(terms.SevA), at(t, "2026-03-06 09:00"), env)
		i = resolvedAt(t, i, at(t, "2026-03-09 09:00"), env)
		i = kept2(t)(i.DeclineRCA(ana, at(t, "2026-03-09 10:00"), env))
		return kept2(t)(i.Close(kenji, at(t, "2026-03-09 10:00"), env)), env
	}
	base, env := end(terms.Unified)
	_, err = base.RequestRCA(ana, at(t, "2026-03-13 10:00"), env)
	refused(t, err, "rca_too_late")
	uer, env := end(terms.Unified, terms.UER)
	out, err = uer.RequestRCA(ana, at(t, "2026-03-13 10:00"), env)
	kept(t, out, err)
	wantRings(t, out, "rca_requested role:account_manager") // UER-15
}

func TestReopen(t *testing.T) {
	env, start := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	i := opened(t, staffed(terms.Sev1), start, env)
	i = kept2(t)(i.RecordFirstCall(kenji, terms.Phone, "", time.Time{}, start.Add(5*time.Minute), env))
	_, err := i.Reopen(ana, "again", start, env)
	refused(t, err, "wrong_status")
	i = kept2(t)(i.Ask(kenji, AskQuestion, "which disk?", start.Add(6*time.Minute), env))
	i.Answer = Clock{From: start, Due: start.Add(24 * time.Hour)} // as for severity C
	i = resolvedAt(t, i, start.Add(time.Hour), env)
	now := start.Add(5 * time.Hour)
	_, err = i.Reopen(ana, "", now, env)
	refused(t, err, "text_missing")
	out, err := i.Reopen(ana, "it is back", now, env)
	again := kept(t, out, err)
	wantRings(t, out, "reopened owner")
	if again.Status != Open || again.Generation != i.Generation+1 || again.FirstResponse.Running() || again.Answer.Running() || !again.AckedAt.IsZero() || !again.ResolvedAt.IsZero() {
		t.Errorf("status %s, generation %d", again.Status, again.Generation)
	}
	same(t, "ladder", again.Ladder.Due, now)
	same(t, "next update", again.NextUpdate.Due, now.Add(30*time.Minute))
	out = again.Fire(now.Add(8*time.Minute), env)
	wantRings(t, out, "page role:incident_manager")
}

func TestCancel(t *testing.T) {
	env, now := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	i := opened(t, staffed(terms.Sev1), now, env)
	_, err := i.Cancel(ana, "inc-1", "", now, env)
	refused(t, err, "duplicate_of_itself")
	_, err = i.Cancel(ana, "", "", now, env)
	refused(t, err, "text_missing")
	out, err := i.Cancel(kenji, "INC-7", "", now, env)
	wantRings(t, out, "cancelled customer")
	i = kept(t, out, err)
	if i.Status != Cancelled || i.DuplicateOf != "INC-7" || i.Alarms(env) != nil {
		t.Errorf("status %s, duplicate of %q", i.Status, i.DuplicateOf)
	}
	_, err = i.Cancel(ana, "", "mistake", now, env)
	refused(t, err, "wrong_status", "status", "cancelled", "at", "2026-03-02T09:00:00Z")
	_, err = i.Reopen(ana, "x", now, env)
	refused(t, err, "wrong_status")
}
