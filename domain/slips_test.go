package domain

import (
	"slices"
	"testing"
	"time"

	"example.com/firstcall/domain/terms"
)

// Whoever took it by a slip gives it back; another person gets it by handing over.
func TestGiveBack(t *testing.T) {
	env, start := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	i := opened(t, staffed(terms.Sev1), start, env)
	_, err := i.WithdrawFact(kenji, FactTaken, "slip", start, env)
	refused(t, err, "nothing_recorded")
	i = kept2(t)(i.Take(kenji, start, env))
	_, err = i.Correct(kenji, FactTaken, start, "Maria", "slip", start, env)
	refused(t, err, "hand_over_instead")
	out, err := i.WithdrawFact(kenji, FactTaken, "slip", start, env)
	if n := kept(t, out, err); n.Owner != "" || n.OwnerName != "" {
		t.Errorf("%s still has it", n.OwnerName)
	}
	if e := line(t, out, "withdrawn"); e.Args["old"] != kenji.Name || e.Args["old_at"] != "" {
		t.Errorf("journal %v", e.Args)
	}
}

// The first team may get it back.
func TestEscalateBack(t *testing.T) {
	env, now := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	i := opened(t, staffed(terms.Sev1), now, env)
	_, err := i.Escalate(kenji, " ", "", now, env)
	refused(t, err, "text_missing")
	i = kept2(t)(i.Escalate(kenji, "azure-specialists", "storage", now, env))
	out, err := i.Escalate(kenji, "", "not storage", now, env)
	if n := kept(t, out, err); n.Team != "" {
		t.Errorf("the team is %q", n.Team)
	}
	wantRings(t, out, "escalated team:")
}

// Once work around the clock has ended, nobody is reminded of an update at night.
func TestUpdatesAfterRoundTheClockEnded(t *testing.T) {
	env, start := with(t, terms.Unified, terms.PlatformMCS), at(t, "2026-03-02 16:00")
	i := opened(t, staffed(terms.SevA), start, env)
	i = kept2(t)(i.RecordFirstCall(kenji, terms.Phone, "", start, start, env))
	i = kept2(t)(i.BeginWork(kenji, start, start, env))
	i = kept2(t)(i.ProposeDowngrade(kenji, "nobody answers", start, env))
	i = kept2(t)(i.DecideDowngrade(maria, true, "", "nobody answers", start, env))
	if i.Effort != terms.BusinessHours || i.Severity != terms.SevA {
		t.Fatalf("severity %s, effort %s", i.Severity, i.Effort)
	}
	i = kept2(t)(i.GiveUpdate(kenji, "still looking", time.Time{}, at(t, "2026-03-02 17:00"), env))
	same(t, "one business hour later", i.NextUpdate.Due, at(t, "2026-03-03 09:30"))
	env.Policy.Ladders, i.Staffing = nil, Clock{}
	_, said := play(t, i, at(t, "2026-03-04 12:00"), env)
	said = slices.DeleteFunc(said, func(s string) bool { return s == "" })
	wantSaid(t, said, "03 09:30:00 update_due owner", "04 09:30:00 update_late owner")
}

// The journal names the rows that a deadline rests on, not all of the promise's.
func TestJournalNamesTheTargetsRows(t *testing.T) {
	env, start := with(t, terms.Unified, terms.PlatformMCS), at(t, "2026-03-02 09:00")
	out, err := OpenIncident(staffed(terms.Sev1), start, env)
	i := kept(t, out, err)
	for _, kind := range []string{"opened", "clocks_started"} {
		rows := line(t, out, kind).Rows
		if len(rows) == 0 || len(rows) >= len(i.Promise.Rows) {
			t.Errorf("%s: %v of %v", kind, rows, i.Promise.Rows)
		}
		for _, id := range rows {
			if !slices.Contains(i.Promise.FirstResponse.Rows, id) && !slices.Contains(i.Promise.WorkBegins.Rows, id) {
				t.Errorf("%s names %s", kind, id)
			}
		}
	}
}
