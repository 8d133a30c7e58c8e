package storage_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
	"example.com/firstcall/storage"
	"example.com/firstcall/storage/localpg"
)

// Who claims due incidents gets exactly the part that alarms look at, also after any field of it has changed.
func TestDueIncidentsAreThePartForAlarms(t *testing.T) {
	t.Parallel()
	w := open(t)
	full, empty := w.full(1), w.incident(w.contoso, 2)
	full.Wake = t0.Add(time.Minute)
	w.keep(full, empty)
	claim := func() (all []domain.Incident) {
		w.in(w.contoso, func(tx bot.Tx) (err error) {
			all, err = tx.DueIncidents(ctx, w.contoso, t0.Add(time.Hour), 10)
			return err
		})
		return all
	}
	want := []domain.Incident{full.Incident.ForAlarms(), empty.Incident.ForAlarms()}
	if diff := cmp.Diff(want, claim()); diff != "" {
		t.Errorf("alarms are given something else than their part (-want +got):\n%s", diff)
	}
	// Another incident's values take the place of the second one's, as a person's change would bring them.
	w.in(w.contoso, func(tx bot.Tx) error {
		i, err := tx.IncidentByID(ctx, w.contoso, empty.Incident.ID)
		w.must(err)
		other := full.Incident
		other.Tenant, other.ID, other.Ref, other.Version = i.Tenant, i.ID, i.Ref, i.Version+1
		want[1] = other.ForAlarms()
		return tx.Keep(ctx, w.contoso, []bot.Kept{{Incident: other, Wake: t0.Add(2 * time.Minute)}})
	})
	if diff := cmp.Diff(want, claim()); diff != "" {
		t.Errorf("after a change alarms are given something else than their part (-want +got):\n%s", diff)
	}
}

// A decision about what was claimed writes clocks. One that changes more is a fault: it has seen a part only.
func TestADecisionAboutAPartWritesClocksOnly(t *testing.T) {
	t.Parallel()
	w := open(t)
	k := w.full(1)
	k.Wake = t0
	w.keep(k)
	decide := func(change func(*domain.Incident)) error {
		return w.InTx(ctx, func(tx bot.Tx) error {
			w.must(tx.Enter(ctx, w.contoso))
			due, err := tx.DueIncidents(ctx, w.contoso, t0.Add(time.Hour), 10)
			w.must(err)
			if len(due) != 1 {
				t.Fatalf("%d incidents are due, want 1", len(due))
			}
			due[0].Version++
			change(&due[0])
			return tx.Keep(ctx, w.contoso, []bot.Kept{{Incident: due[0], Wake: t0.Add(time.Minute)}})
		})
	}
	for name, change := range map[string]func(*domain.Incident){
		"a field that it has read":     func(i *domain.Incident) { i.OwnerName = "Erin" },
		"a field that it has not read": func(i *domain.Incident) { i.LastUpdate = "we look" },
		"the report":                   func(i *domain.Incident) { i.Report.Happened = "nothing" },
	} {
		if err := decide(change); err == nil {
			t.Errorf("%s was changed of an incident that was read in part", name)
		}
	}
	var part domain.Incident
	w.must(decide(func(i *domain.Incident) { part = *i }))
	part.Version++
	if err := w.InTx(ctx, func(tx bot.Tx) error {
		w.must(tx.Enter(ctx, w.contoso))
		return tx.Keep(ctx, w.contoso, []bot.Kept{{Incident: part}})
	}); err == nil {
		t.Error("a part was kept by a transaction that had not read it: the rest of the incident is lost")
	}
	w.must(decide(func(i *domain.Incident) {
		i.Ladder.Rang, i.NextUpdate.Rang = t0.Add(time.Second), t0.Add(2*time.Second)
	}))
	want := k.Incident
	want.Version, want.Ladder.Rang, want.NextUpdate.Rang = 3, t0.Add(time.Second), t0.Add(2*time.Second)
	if diff := cmp.Diff(want, w.read(k)); diff != "" {
		t.Errorf("the incident after an alarm (-want +got):\n%s", diff)
	}
	w.in(w.contoso, func(tx bot.Tx) error {
		due, err := tx.DueIncidents(ctx, w.contoso, t0.Add(time.Hour), 10)
		w.must(err)
		whole, err := tx.Whole(ctx, w.contoso, []domain.IncidentID{due[0].ID})
		w.must(err)
		if diff := cmp.Diff([]domain.Incident{want}, whole); diff != "" {
			t.Errorf("what was claimed, read whole (-want +got):\n%s", diff)
		}
		return nil
	})
}

// What the schema before clocks held comes through: each incident with its clocks, its wake and its brief, and the journal in its
// order, where one version had been written twice too.
func TestMigratingToClocks(t *testing.T) {
	t.Parallel()
	server, err := localpg.ForTests()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Template("before_clocks", func(superURL string) error { return prepared(superURL, 9) }); err != nil {
		t.Fatal(err)
	}
	database := server.Clone(t, "before_clocks")
	w := &world{t: t, url: database.URL}
	db := w.raw(localpg.Superuser)
	do := func(text string, args ...any) {
		t.Helper()
		if _, err := db.Exec(text, args...); err != nil {
			t.Fatal(err)
		}
	}
	w.contoso, w.provider = domain.TenantID(newID()), domain.TenantID(newID())
	do(`INSERT INTO tenants VALUES ($1, 'Contoso', 'customer', 'INC', 'en', 'UTC', 'DE')`, w.contoso)
	ids := []string{newID(), newID()}
	for n, id := range ids {
		do(`INSERT INTO incidents (tenant_id, id, number, ref, version, generation, kind, status, report, reporter, opened_at, promise, proposed,
			severity, highest, commit_24x7, effort, case_number, first_response_due, first_response_rang, ladder_due, first_response_via,
			first_response_by, first_contact_by, acked_name, owner_name, team, last_update, asked, wanted, wanted_reason, downgrade,
			downgrade_why, exec_provider, exec_customer, third_party, broad_outage, remote_systems, rca_offered, effort_used, duplicate_of, shown)
			VALUES ($1, $2, $3, 'INC-' || $3::bigint, 7, 2, 'break-fix', 'open',
			'{"title": "Checkout \"is\" down", "happened": "all", "since": "0001-01-01T00:00:00Z", "impact": "", "product": "", "production": false,
			  "owner": {"name": "Ana", "phone": "+49"}, "language": "ja", "zone": "Asia/Tokyo"}',
			$1, '2026-03-02 09:00:00.123456Z',
			'{"edition": "2025-11", "severity": "A", "product": "", "plan": "uer", "effort": "", "if_customer_cannot": "no_longer_24x7",
			  "first_response": {"target": "15m0s", "clock": "24x7", "due": "2026-03-02T09:15:00Z", "rows": ["A6-01"]}}',
			'A', 'A', 'A', true, '24x7', 'C1', '2026-03-02 09:15:00Z', '2026-03-02 09:07:30Z', '2026-03-02 09:00:00Z', '', '', 'Lena', 'Kenji', 'Kenji', 'storage',
			'', 'Which one?', '', '', '', '', false, false, '', false, '', false, 0, '', 5)`, w.contoso, id, n+1)
	}
	do(`INSERT INTO wakes VALUES ($1, 'incident', $2, '2026-03-02 09:12:00Z')`, w.contoso, ids[0])
	line := `INSERT INTO journal SELECT $1, $2, gen_random_uuid(), $3::timestamptz, $4, $5, NULL, '', '', $6, '{}', '{}'`
	do(line, w.contoso, ids[0], "2026-03-02 09:00:00Z", 1, 0, "opened")
	do(line, w.contoso, ids[0], "2026-03-02 09:01:00Z", 1, 0, "twice")
	do(line, w.contoso, ids[0], "2026-03-02 09:02:00Z", 2, 0, "then")
	do(line, w.contoso, ids[0], "2026-03-02 09:02:00Z", 2, 1, "and")

	w.must(prepared(database.URL(localpg.Superuser), 0))
	w.DB, err = storage.Open(ctx, database.URL(storage.App), storage.Options{})
	w.must(err)
	t.Cleanup(func() { _ = w.Close() })
	w.in(w.contoso, func(tx bot.Tx) error {
		due, err := tx.DueIncidents(ctx, w.contoso, t0.Add(time.Hour), 10)
		w.must(err)
		if len(due) != 1 || due[0].ID != domain.IncidentID(ids[0]) {
			t.Fatalf("%d incidents are due, want the one with a wake", len(due))
		}
		for n, id := range ids {
			whole, err := tx.IncidentByID(ctx, w.contoso, domain.IncidentID(id))
			w.must(err)
			if whole.Version != 7 || whole.OwnerName != "Kenji" || !whole.FirstResponse.Rang.Equal(t0.Add(450*time.Second)) || whole.Report.Happened != "all" {
				t.Errorf("an incident comes out as %+v", whole)
			}
			if n == 0 {
				if diff := cmp.Diff(whole.ForAlarms(), due[0]); diff != "" {
					t.Errorf("the brief isn't the incident's part for alarms (-part +brief):\n%s", diff)
				}
			}
		}
		all, err := tx.Journal(ctx, w.contoso, domain.IncidentID(ids[0]))
		w.must(err)
		var kinds []string
		for _, e := range all {
			kinds = append(kinds, e.Kind)
		}
		if want := []string{"opened", "twice", "then", "and"}; !slices.Equal(kinds, want) {
			t.Errorf("the journal is %v, want %v", kinds, want)
		}
		return nil
	})
	if _, err := w.raw(storage.App).Exec(`SELECT at FROM wakes`); code(err) != "42P01" {
		t.Errorf("the old table: %v", err)
	}
}
