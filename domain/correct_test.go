package domain

import (
	"testing"
	"time"

	"example.com/firstcall/domain/terms"
)

func TestCorrectFirstCall(t *testing.T) {
	env, start := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	i := opened(t, staffed(terms.Sev1), start, env)
	now := start.Add(20 * time.Minute)
	i = kept2(t)(i.RecordFirstCall(kenji, terms.Phone, "", time.Time{}, now, env))
	if !i.FirstResponse.Missed(now) {
		t.Fatal("09:20 misses 09:15")
	}
	_, err := i.Correct(kenji, FactFirstCall, start.Add(12*time.Minute), "", "", now, env)
	refused(t, err, "text_missing")
	_, err = i.Correct(ana, FactFirstCall, start, "", "x", now, env)
	refused(t, err, "not_allowed")
	_, err = i.Correct(kenji, FactFirstCall, start.Add(-time.Minute), "", "x", now, env)
	refused(t, err, "too_early")
	_, err = i.Correct(kenji, FactFirstCall, time.Time{}, "chat", "x", now, env)
	refused(t, err, "not_a_call")
	_, err = i.Correct(kenji, "weather", time.Time{}, "", "x", now, env)
	refused(t, err, "fact_unknown")
	_, err = i.Correct(kenji, FactMitigated, start, "", "x", now, env)
	refused(t, err, "nothing_recorded", "fact", "mitigated")

	out, err := i.Correct(kenji, FactFirstCall, start.Add(12*time.Minute), "email", "the mail went out at 12 past", now, env)
	i = kept(t, out, err)
	if i.FirstResponse.Missed(now) || i.FirstResponseVia != Email {
		t.Error("the corrected call was in time, by e-mail")
	}
	e := line(t, out, "corrected")
	for k, want := range map[string]string{
		"fact": "first_call", "why": "the mail went out at 12 past", "old": "phone", "new": "email",
		"old_at": "2026-03-02T09:20:00Z", "new_at": "2026-03-02T09:12:00Z", "missed": "no",
	} {
		if e.Args[k] != want {
			t.Errorf("journal: %s is %q, want %q", k, e.Args[k], want)
		}
	}
}

// A call that never was: the clock runs again, and what is overdue rings at once.
func TestWithdrawnFirstCallRingsAtOnce(t *testing.T) {
	env, start := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	i := opened(t, staffed(terms.Sev1), start, env)
	i = kept2(t)(i.RecordFirstCall(kenji, terms.Phone, "", time.Time{}, start.Add(5*time.Minute), env))
	now := start.Add(50 * time.Minute)
	i = i.Fire(now, env).Incident
	out, err := i.WithdrawFact(kenji, FactFirstCall, "wrong number", now, env)
	i = kept(t, out, err)
	if !i.FirstResponse.Running() || i.FirstResponseBy != "" {
		t.Fatal("the clock stands still")
	}
	if e := line(t, out, "withdrawn"); e.Args["caller"] != "Kenji" || e.Args["old_at"] != "2026-03-02T09:05:00Z" {
		t.Errorf("the journal lost the old value: %v", e.Args)
	}
	if w := i.Wake(env); w.After(now) {
		t.Errorf("wakes at %v, after %v", w, now)
	}
	out = i.Fire(now, env)
	wantRings(t, out, "first_response_late owner")
	line(t, out, "first_response_missed")
	_, err = i.WithdrawFact(kenji, FactFirstCall, "x", now, env)
	refused(t, err, "nothing_recorded")
}

func TestWithdrawnAcknowledgementPagesAtOnce(t *testing.T) {
	env, start := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	i := kept2(t)(opened(t, staffed(terms.Sev1), start, env).Acknowledge(kenji, start.Add(5*time.Hour), start, env))
	now := start.Add(16 * time.Minute)
	i = i.Fire(now, env).Incident
	i = kept2(t)(i.WithdrawFact(kenji, FactAcknowledged, "wrong incident", now, env))
	wantRings(t, i.Fire(now, env), "page role:incident_manager", "page managers")
}

func TestCaseNumberFacts(t *testing.T) {
	env, start := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	env.Policy.ChatSubmits = nil
	now := start.Add(30 * time.Minute)
	i := opened(t, staffed(terms.Sev1), start, env)
	i = kept2(t)(i.RecordCase(ana, "24031", terms.Portal, start.Add(20*time.Minute), now, env))
	same(t, "target", i.FirstResponse.Due, start.Add(35*time.Minute))

	number := kept2(t)(i.Correct(ana, FactCaseNumber, time.Time{}, "24032", "typing", now, env))
	if number.CaseNumber != "24032" || number.FirstResponse != i.FirstResponse {
		t.Error("a corrected number moved a clock, or is not there")
	}
	moved := kept2(t)(i.Correct(ana, FactCaseNumber, start.Add(10*time.Minute), "", "made earlier", now, env))
	same(t, "the clocks start at the earlier submission", moved.FirstResponse.Due, start.Add(25*time.Minute))
	out := moved.Fire(now, env)
	if got := rings(out); len(got) == 0 || got[0] != "first_response_due engineers" {
		t.Errorf("overdue by now, but rang %q", got)
	}

	gone := kept2(t)(i.WithdrawFact(ana, FactCaseNumber, "another customer's", now, env))
	if gone.Status != AwaitingCase || gone.FirstResponse.Running() || !gone.Case.Running() || !gone.SubmittedAt.IsZero() {
		t.Errorf("status %s, clocks run", gone.Status)
	}
	called := kept2(t)(i.RecordFirstCall(kenji, terms.Phone, "", time.Time{}, now, env))
	_, err := called.WithdrawFact(ana, FactCaseNumber, "x", now, env)
	refused(t, err, "called_already", "name", "Kenji")
	earlier := kept2(t)(called.Correct(ana, FactCaseNumber, start.Add(10*time.Minute), "", "made earlier", now, env))
	if !earlier.FirstResponse.Met.Equal(now) || !earlier.FirstResponse.Missed(now) || earlier.Ladder.Running() {
		t.Error("09:30 misses 09:25, and stays an answer")
	}
	_, err = called.Correct(ana, FactCaseNumber, now.Add(time.Second), "", "x", now.Add(time.Minute), env)
	refused(t, err, "after_first_call")

	env.Policy.ChatSubmits = []terms.Plan{terms.Unified}
	chat := kept2(t)(opened(t, staffed(terms.Sev1), start, env).RecordCase(kenji, "99", terms.Portal, time.Time{}, now, env))
	_, err = chat.Correct(kenji, FactCaseNumber, start.Add(time.Minute), "", "x", now, env)
	refused(t, err, "submitted_by_chat")
	chat = kept2(t)(chat.WithdrawFact(kenji, FactCaseNumber, "x", now, env))
	if chat.Status != Open || chat.CaseNumber != "" {
		t.Errorf("status %s, number %q", chat.Status, chat.CaseNumber)
	}
}

func TestWithdrawSteps(t *testing.T) {
	env, now := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	i := opened(t, staffed(terms.Sev1), now, env)
	i = kept2(t)(i.BeginWork(kenji, time.Time{}, now, env))
	i = kept2(t)(i.Mitigate(kenji, time.Time{}, "", now, env))
	i = resolvedAt(t, i, now.Add(time.Hour), env)
	_, err := i.WithdrawFact(kenji, FactMitigated, "x", now, env)
	refused(t, err, "reopen_first", "status", "resolved")
	i = kept2(t)(i.WithdrawFact(kenji, FactResolved, "not yet", now.Add(time.Hour), env))
	if i.Status != Mitigated || !i.ResolvedAt.IsZero() {
		t.Errorf("status %s", i.Status)
	}
	i = kept2(t)(i.WithdrawFact(kenji, FactMitigated, "not yet", now.Add(time.Hour), env))
	if i.Status != Open {
		t.Errorf("status %s", i.Status)
	}
	i = kept2(t)(i.WithdrawFact(kenji, FactWorkBegun, "not yet", now.Add(time.Hour), env))
	if !i.WorkBegins.Met.IsZero() {
		t.Error("work has begun")
	}
}
