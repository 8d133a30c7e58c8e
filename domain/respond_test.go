package domain

import (
	"testing"
	"time"

	"example.com/firstcall/domain/terms"
)

// Worked example 4: only a person's call or e-mail is the first call. The bot's
// own word and a chat message are not (PRS-11, AMB-10).
func TestExample4(t *testing.T) {
	env := with(t, terms.Unified)
	i := opened(t, staffed(terms.Sev1), at(t, "2026-03-08 02:00"), env) // a Sunday
	same(t, "target", i.FirstResponse.Due, at(t, "2026-03-08 02:15"))

	now := at(t, "2026-03-08 02:00:05")
	_, err := i.RecordFirstCall(theBot, Email, "", now, now, env)
	refused(t, err, "only_people")

	now = at(t, "2026-03-08 02:09")
	out, err := i.RecordContact(kenji, now, now, env)
	i = kept(t, out, err)
	same(t, "first human contact", i.FirstContactAt, now)
	if !i.FirstResponse.Running() || line(t, out, "first_contact").Args["counts"] != "no" {
		t.Error("a chat message stopped the clock")
	}
	_, err = i.RecordFirstCall(kenji, terms.Chat, "", now, now, env)
	refused(t, err, "not_a_call")
	_, err = i.RecordFirstCall(kenji, terms.Web, "", now, now, env)
	refused(t, err, "not_a_call")

	now = at(t, "2026-03-08 02:17")
	out, err = i.RecordFirstCall(kenji, Email, "", time.Time{}, now, env)
	i = kept(t, out, err)
	same(t, "first call", i.FirstResponse.Met, now)
	if late := i.FirstResponse.Met.Sub(i.FirstResponse.Due); !i.FirstResponse.Missed(now) || late != 2*time.Minute {
		t.Errorf("missed by %v, want by 2m", late)
	}
	if e := line(t, out, "first_call"); e.Args["missed"] != "yes" || e.Args["via"] != "email" || e.Args["caller"] != "Kenji" {
		t.Errorf("journal says %v", e.Args)
	}
}

// A1-02: "or less" has the target itself in it.
func TestFirstCallAtTheTargetIsMet(t *testing.T) {
	env, start := with(t, terms.Unified), at(t, "2026-03-08 02:00")
	i := opened(t, staffed(terms.Sev1), start, env)
	now := start.Add(20 * time.Minute)
	for _, tc := range []struct {
		at     time.Duration
		missed bool
	}{{0, false}, {15 * time.Minute, false}, {15*time.Minute + time.Second, true}} {
		got := kept2(t)(i.RecordFirstCall(lena, terms.Phone, "Sam from the night shift", start.Add(tc.at), now, env))
		if got.FirstResponse.Missed(now) != tc.missed {
			t.Errorf("after %v: missed %v", tc.at, !tc.missed)
		}
		if got.FirstResponseBy != "Sam from the night shift" {
			t.Errorf("called by %q", got.FirstResponseBy)
		}
	}
	_, err := i.RecordFirstCall(kenji, terms.Phone, "", start.Add(-time.Second), now, env)
	refused(t, err, "too_early")
	_, err = i.RecordFirstCall(kenji, terms.Phone, "", now.Add(time.Second), now, env)
	refused(t, err, "in_future")
	_, err = i.RecordFirstCall(ana, terms.Phone, "", now, now, env)
	refused(t, err, "not_allowed")
	i = kept2(t)(i.RecordFirstCall(kenji, terms.Phone, "", start.Add(time.Minute), now, env))
	_, err = i.RecordFirstCall(lena, terms.Phone, "", now, now, env)
	refused(t, err, "already_called", "name", "Kenji", "at", "2026-03-08T02:01:00Z")
}

// The provider may switch chat on for a plan (AMB-10).
func TestChatCountsWhereSwitchedOn(t *testing.T) {
	env, now := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	env.Policy.ChatCounts = []terms.Plan{terms.Unified}
	i := opened(t, staffed(terms.Sev1), now, env)
	now = now.Add(time.Minute)
	i = kept2(t)(i.RecordContact(kenji, now, now, env))
	same(t, "first response", i.FirstResponse.Met, now)
	_, err := i.RecordContact(lena, now, now, env)
	refused(t, err, "already_contacted", "name", "Kenji")
}

func TestAcknowledgeQuietsTheLadderOnly(t *testing.T) {
	env, start := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	i := opened(t, staffed(terms.Sev1), start, env)
	now := start.Add(time.Minute)
	i = kept2(t)(i.Acknowledge(kenji, time.Time{}, now, env))
	same(t, "next update (policy)", i.NextUpdate.Due, now.Add(30*time.Minute))
	if !i.FirstResponse.Running() || i.AckedName != "Kenji" {
		t.Error("the acknowledgement stopped the contract's clock, or is nobody's")
	}
	_, err := i.Acknowledge(lena, time.Time{}, now.Add(time.Minute), env)
	refused(t, err, "already_acked", "name", "Kenji", "at", "2026-03-02T09:01:00Z")

	out := i.Fire(start.Add(30*time.Minute), env)
	wantRings(t, out, "first_response_late owner") // folded, no page
	i = out.Incident

	// The promised update passes at 09:31: the ladder starts again from there.
	out = i.Fire(now.Add(30*time.Minute), env)
	wantRings(t, out, "update_due owner")
	i = out.Incident
	same(t, "ladder", i.Ladder.Due, now.Add(30*time.Minute))
	out = i.Fire(now.Add(30*time.Minute+450*time.Second), env) // half of 15 min later
	wantRings(t, out, "page role:incident_manager")
	i = kept2(t)(out.Incident.Acknowledge(lena, start.Add(2*time.Hour), start.Add(time.Hour), env))
	if i.AckedName != "Lena" {
		t.Errorf("acknowledged by %q", i.AckedName)
	}
	same(t, "next update", i.NextUpdate.Due, start.Add(2*time.Hour))
}

func TestAcknowledgeRefusals(t *testing.T) {
	env, now := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	i := opened(t, staffed(terms.Sev1), now, env)
	_, err := i.Acknowledge(kenji, now, now, env)
	refused(t, err, "in_past")
	_, err = i.Acknowledge(kenji, now.Add(15*24*time.Hour), now, env)
	refused(t, err, "too_far")
	_, err = i.Acknowledge(ana, time.Time{}, now, env)
	refused(t, err, "not_allowed", "verb", "ack")
}

// The policy's intervals: 30 min and 60 min elapsed, one and two working days.
func TestNextUpdateByPolicy(t *testing.T) {
	env, friday := with(t, terms.Unified), at(t, "2026-03-06 16:00")
	for s, want := range map[terms.Severity]string{
		terms.Sev1: "2026-03-06 16:30", terms.SevA: "2026-03-06 17:00", terms.SevB: "2026-03-09 16:00", terms.SevC: "2026-03-10 16:00",
	} {
		i := kept2(t)(opened(t, opening(s), friday, env).Acknowledge(kenji, time.Time{}, friday, env))
		same(t, "severity "+string(s), i.NextUpdate.Due, at(t, want))
	}
}

func TestTakeAndHandOver(t *testing.T) {
	env, now := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	i := opened(t, staffed(terms.SevA), now, env)
	i = kept2(t)(i.Take(kenji, now, env))
	if i.Owner != "kenji" || i.OwnerName != "Kenji" || i.AckedBy != "kenji" || i.Ladder.Running() {
		t.Errorf("owner %q %q, acknowledged by %q", i.Owner, i.OwnerName, i.AckedBy)
	}
	_, err := i.Take(lena, now, env)
	refused(t, err, "already_taken", "name", "Kenji")
	promised := i.NextUpdate
	out, err := i.HandOver(kenji, "lena", "Lena", now.Add(time.Minute), env)
	i = kept(t, out, err)
	wantRings(t, out, "handed_over owner")
	if i.Owner != "lena" || i.NextUpdate != promised {
		t.Errorf("owner %q, promise %v", i.Owner, i.NextUpdate)
	}
	_, err = i.HandOver(kenji, "lena", "Lena", now, env)
	refused(t, err, "already_taken", "name", "Lena")
	_, err = i.HandOver(kenji, "", "", now, env)
	refused(t, err, "person_missing")
	out, err = i.HandOver(maria, "maria", "Maria", now, env)
	kept(t, out, err)
	wantRings(t, out)
}

func TestBeginAndUpdate(t *testing.T) {
	env, now := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	i := opened(t, opening(terms.SevB), now, env)
	i = kept2(t)(i.BeginWork(kenji, now.Add(time.Hour), now.Add(2*time.Hour), env))
	if i.WorkBegins.Running() || i.WorkBegins.Missed(now.Add(3*time.Hour)) {
		t.Error("work that began in time is missed")
	}
	_, err := i.BeginWork(lena, time.Time{}, now.Add(2*time.Hour), env)
	refused(t, err, "already_begun", "at", "2026-03-02T10:00:00Z")

	_, err = i.GiveUpdate(kenji, " ", time.Time{}, now, env)
	refused(t, err, "text_missing")
	out, err := i.GiveUpdate(kenji, "found it", now.Add(4*time.Hour), now.Add(2*time.Hour), env)
	i = kept(t, out, err)
	wantRings(t, out, "update customer")
	if out.Notices[0].Text != "found it" || i.LastUpdate != "found it" {
		t.Error("the text is lost")
	}
	if out.Notices[0].Step != int64(i.Version) {
		t.Errorf("step %d, want the version it is kept as, %d", out.Notices[0].Step, i.Version)
	}
	same(t, "next", i.NextUpdate.Due, now.Add(4*time.Hour))
}

func TestOthersAreTold(t *testing.T) {
	env, now := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	i := opened(t, staffed(terms.Sev1), now, env)

	out, err := i.Escalate(kenji, "network", "packets lost", now, env)
	wantRings(t, out, "escalated team:network")
	_, err = kept(t, out, err).Escalate(lena, "network", "", now, env)
	refused(t, err, "already_there", "team", "network")

	out, err = i.NotifyExecutives(ana, Provider, "board asks", now, env) // either side may ask (AMB-19)
	wantRings(t, out, "executives executives:provider")
	_, err = kept(t, out, err).NotifyExecutives(kenji, Provider, "", now, env)
	refused(t, err, "already_notified")
	_, err = i.NotifyExecutives(ana, Customer, "", now, env) // at the provider's request only (A1-08)
	refused(t, err, "not_allowed")
	out, err = i.NotifyExecutives(kenji, Customer, "no people", now, env)
	kept(t, out, err)
	wantRings(t, out, "executives executives:customer")
	b := opened(t, opening(terms.SevB), now, env)
	_, err = b.NotifyExecutives(ana, Provider, "", now, env)
	refused(t, err, "not_in_terms", "severity", "B")
	_, err = b.NotifyExecutives(kenji, Customer, "", now, env)
	refused(t, err, "not_in_terms", "severity", "B")

	out, err = i.InvolveThirdParty(ana, "Northwind", now, env)
	wantRings(t, out, "third_party owner")
	_, err = kept(t, out, err).InvolveThirdParty(kenji, "Northwind", now, env)
	refused(t, err, "already_involved", "vendor", "Northwind")

	// PMCS-57: no target is suspended.
	out, err = i.DeclareOutage(kenji, true, "region down", now, env)
	wide := kept(t, out, err)
	wantRings(t, out, "broad_outage customer")
	if wide.FirstResponse != i.FirstResponse {
		t.Error("the outage moved the target")
	}
	_, err = wide.DeclareOutage(kenji, true, "", now, env)
	refused(t, err, "outage_unchanged")

	out, err = i.ConsentRemoteAccess(ana, "shop-db-1", now, env)
	wantRings(t, out, "remote_access owner")
	consented := kept(t, out, err)
	_, err = consented.ConsentRemoteAccess(ana, "shop-db-1", now, env)
	refused(t, err, "already_consented")
	_, err = i.ConsentRemoteAccess(kenji, "shop-db-1", now, env) // TC-08: never on the customer's behalf
	refused(t, err, "not_allowed")
	if back := kept2(t)(consented.ConsentRemoteAccess(ana, "", now, env)); back.RemoteSystems != "" {
		t.Error("consent can't be taken back")
	}
}

func TestNotesAndLinks(t *testing.T) {
	env, now := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	i := opened(t, staffed(terms.Sev1), now, env)
	out, err := i.Note(zoe, " the change is frozen ", now, env)
	kept(t, out, err)
	wantRings(t, out, "noted owner")
	if line(t, out, "note").Args["text"] != "the change is frozen" || out.Notices[0].Text != "the change is frozen" {
		t.Error("the note lost its text")
	}
	out, err = i.Note(kenji, "see the other one", now, env) // the provider's own
	kept(t, out, err)
	wantRings(t, out)
	for url, ok := range map[string]bool{
		"https://status.example.com/x?y=1#z": true, "HTTP://example.com": true, "http://example.com:8080/": true,
		"javascript:alert(1)": false, "ftp://example.com": false, "https://": false, "https:///x": false, "https://:80/": false,
		"https://a b": false, "https://example.com/<!channel>": false, "https://bank.example@evil.example/": false,
		"https://example.com/\u202e": false, "https://example.com/\x00": false, "example.com": false, "": false,
	} {
		_, err := i.Link(kenji, url, "", now, env)
		if ok && err != nil {
			t.Errorf("%q: %v", url, err)
		}
		if !ok {
			refused(t, err, "not_a_link")
		}
	}
}

// A reply to the customer is a message in chat, not a call: it is told apart,
// counts where chat counts, and may be written when all is over.
func TestReply(t *testing.T) {
	env, now := with(t, terms.Unified), at(t, "2026-03-02 09:00")
	i := opened(t, staffed(terms.Sev1), now, env)
	now = now.Add(time.Minute)
	out, err := i.Reply(kenji, "  we are on it  ", now, env)
	first := kept(t, out, err)
	wantRings(t, out)
	if line(t, out, "replied").Args["text"] != "we are on it" {
		t.Error("the reply lost its text")
	}
	same(t, "first contact", first.FirstContactAt, now)
	if !first.FirstResponse.Running() || !first.Ladder.Running() || first.FirstContactBy != "Kenji" || line(t, out, "first_contact").Args["counts"] != "no" {
		t.Error("a reply in chat stopped a clock, or is nobody's")
	}
	out, err = first.Reply(lena, "and more", now.Add(time.Minute), env)
	if second := kept(t, out, err); second.FirstContactBy != "Kenji" || len(out.Journal) != 1 {
		t.Error("the second reply is a first contact, too")
	}
	_, err = i.Reply(kenji, " \n", now, env)
	refused(t, err, "text_missing")
	_, err = i.Reply(ana, "hello", now, env)
	refused(t, err, "not_allowed")

	env.Policy.ChatCounts = []terms.Plan{terms.Unified}
	counted := kept2(t)(i.Reply(kenji, "we are on it", now, env))
	same(t, "first response, where chat counts", counted.FirstResponse.Met, now)

	over := i
	over.Status, over.ClosedAt = Closed, now
	out, err = over.Reply(kenji, "it was the certificate", now, env)
	if after := kept(t, out, err); !after.FirstContactAt.IsZero() || len(out.Journal) != 1 {
		t.Error("a reply after the end is a first contact")
	}
}
