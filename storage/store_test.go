package storage_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/lib/pq"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
	"example.com/firstcall/storage/localpg"
)

func TestArrive(t *testing.T) {
	t.Parallel()
	w := open(t)
	for name, c := range map[string]struct {
		e             bot.Event
		person, place string
		side          domain.Side
	}{
		"a contact in the customer's channel":  {bot.Event{Platform: "console", Person: "ana", Place: "#contoso"}, "ana", "#contoso", domain.Customer},
		"an engineer in the customer's":        {bot.Event{Platform: "console", Person: "erin", Place: "#contoso"}, "erin", "#contoso", domain.Provider},
		"a contact in the provider's channel":  {bot.Event{Platform: "console", Person: "ana", Place: "#engineers"}, "ana", "#engineers", domain.Customer},
		"an engineer elsewhere, in private":    {bot.Event{Platform: "slack", Workspace: "T1", Person: "U1"}, "erin", "", domain.Provider},
		"the same id in another workspace":     {bot.Event{Platform: "slack", Workspace: "T2", Person: "U1"}, "", "", ""},
		"a stranger in the customer's channel": {bot.Event{Platform: "console", Person: "eve", Place: "#contoso"}, "", "#contoso", ""},
		"a stranger somewhere":                 {bot.Event{Platform: "console", Person: "eve", Place: "#random"}, "", "", ""},
		"a contact in another customer's":      {bot.Event{Platform: "console", Person: "ana", Place: "#fabrikam"}, "ana", "", domain.Customer},
	} {
		w.in("", func(tx bot.Tx) error {
			d, seen, err := tx.Arrive(ctx, c.e, t0)
			w.must(err)
			person, place := "", ""
			if d.Person != nil {
				person = d.Person.Name
				if d.Person.Side != c.side {
					t.Errorf("%s: the person is on side %q, want %q", name, d.Person.Side, c.side)
				}
			}
			if d.Place != nil {
				place = d.Place.Name
			}
			if person != c.person || place != c.place || seen {
				t.Errorf("%s: %q at %q (seen %v), want %q at %q", name, person, place, seen, c.person, c.place)
			}
			if d.PersonDest == "" || (d.PlaceDest == "") != (c.e.Place == "") {
				t.Errorf("%s: the destinations are %q and %q", name, d.PersonDest, d.PlaceDest)
			}
			again, _, err := tx.Arrive(ctx, c.e, t0)
			w.must(err)
			if again.PersonDest != d.PersonDest || again.PlaceDest != d.PlaceDest {
				t.Errorf("%s: another event gets other destinations", name)
			}
			return nil
		})
	}
}

// Fifty deliveries of one event at the same time are one event.
func TestAnEventIsSeenOnce(t *testing.T) {
	t.Parallel()
	w := open(t)
	var mu sync.Mutex
	fresh := 0
	atOnce(50, func(int) {
		err := w.InTx(ctx, func(tx bot.Tx) error {
			_, seen, err := tx.Arrive(ctx, bot.Event{Key: "Ev1", Platform: "slack", Workspace: "T1", Person: "U9", Place: "C9"}, t0)
			if err == nil && !seen {
				mu.Lock()
				fresh++
				mu.Unlock()
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	if fresh != 1 {
		t.Errorf("%d of 50 were taken for new, want 1", fresh)
	}
	if n := w.count(`SELECT count(*) FROM destinations WHERE address IN ('U9', 'C9')`); n != 2 {
		t.Errorf("%d destinations for one person and one channel, want 2", n)
	}
	seen := func(e bot.Event) (seen bool) {
		w.in("", func(tx bot.Tx) (err error) { _, seen, err = tx.Arrive(ctx, e, t0.Add(time.Hour)); return err })
		return seen
	}
	if seen(bot.Event{Key: "Ev1", Platform: "slack", Workspace: "T2", Person: "U9"}) {
		t.Error("the key of another workspace counts as seen")
	}
	for range 2 {
		if seen(bot.Event{Platform: "console", Person: "ana"}) {
			t.Error("an event without a key counts as seen")
		}
	}
	// A transaction that fails has seen nothing.
	errFailed := errors.New("failed")
	err := w.InTx(ctx, func(tx bot.Tx) error {
		_, _, err := tx.Arrive(ctx, bot.Event{Key: "Ev2", Platform: "slack", Person: "U9"}, t0)
		w.must(err)
		return errFailed
	})
	if !errors.Is(err, errFailed) {
		t.Errorf("the transaction's own error comes back as %v", err)
	}
	if seen(bot.Event{Key: "Ev2", Platform: "slack", Person: "U9"}) {
		t.Error("an event counts as seen although nothing of it was kept")
	}
	w.must(w.Sweep(ctx, t0.Add(time.Minute), t0))
	if seen(bot.Event{Key: "Ev1", Platform: "slack", Workspace: "T1", Person: "U9"}) {
		t.Error("a key that was swept still counts as seen")
	}
	if !seen(bot.Event{Key: "Ev2", Platform: "slack", Person: "U9"}) {
		t.Error("a younger key was swept too")
	}
}

// atOnce runs f n times at the same time.
func atOnce(n int, f func(n int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

func TestNumbersHaveNoGapsAndNoTwins(t *testing.T) {
	t.Parallel()
	w := open(t)
	var mu sync.Mutex
	got := map[int]bool{}
	atOnce(20, func(int) {
		w.in(w.contoso, func(tx bot.Tx) error {
			n, err := tx.NextNumber(ctx, w.contoso)
			mu.Lock()
			got[n] = true
			mu.Unlock()
			return err
		})
	})
	for n := 1; n <= 20; n++ {
		if !got[n] {
			t.Errorf("nobody got number %d", n)
		}
	}
	w.in(w.fabrikam, func(tx bot.Tx) error {
		n, err := tx.NextNumber(ctx, w.fabrikam)
		if n != 1 {
			t.Errorf("another tenant's first number is %d, want 1", n)
		}
		return err
	})
}

// snapshotOf is everything kept, as text.
func (w *world) snapshotOf(tables ...string) string {
	w.t.Helper()
	all := ""
	db := w.raw(localpg.Superuser)
	for _, table := range tables {
		var rows []string
		w.must(db.QueryRow("SELECT coalesce(array_agg(x::text ORDER BY x::text), '{}') FROM " + table + " x").Scan(pq.Array(&rows)))
		for _, r := range rows {
			all += table + " " + r + "\n"
		}
	}
	return all
}

func TestKeepingAgainChangesNothing(t *testing.T) {
	t.Parallel()
	w := open(t)
	tables := []string{"incidents", "clocks", "rings", "cards", "journal"}
	k := w.incident(w.contoso, 1)
	k.Rings = []bot.Ring{ring(k, w.destination("erin"), "page", 7, "page"), ring(k, w.destination("#contoso"), "page", 7, "page")}
	k.Cards = []bot.Card{card(k, w.destination("#contoso"), "open")}
	w.keep(k)
	want := w.snapshotOf(tables...)
	for range 3 {
		for n := range k.Rings {
			k.Rings[n].ID = newID() // the key counts, not the id
		}
		w.keep(k)
	}
	if diff := cmp.Diff(want, w.snapshotOf(tables...)); diff != "" {
		t.Errorf("keeping the same again changed (-before +after):\n%s", diff)
	}

	k.New = false
	k.Incident.Version, k.Incident.Owner, k.Wake = 2, domain.PersonID(newID()), t0.Add(time.Hour)
	k.Incident.FirstResponse.Met = t0.Add(3 * time.Minute)
	k.Journal = []domain.Entry{{At: t0.Add(time.Minute), Kind: "acked"}}
	k.Cards[0].Message = message("seen")
	w.keep(k)
	want = w.snapshotOf(tables...)
	w.keep(k)
	w.keep(k, k)
	if diff := cmp.Diff(want, w.snapshotOf(tables...)); diff != "" {
		t.Errorf("keeping the same change again changed (-before +after):\n%s", diff)
	}
	if got := w.read(k); got.Owner != k.Incident.Owner || !got.FirstResponse.Met.Equal(k.Incident.FirstResponse.Met) {
		t.Error("the change was not kept")
	}
	if n := w.count(`SELECT wanted FROM cards`); n != 2 {
		t.Errorf("the card wants revision %d after one change, want 2", n)
	}
	w.in(w.contoso, func(tx bot.Tx) error {
		j, err := tx.Journal(ctx, w.contoso, k.Incident.ID)
		w.must(err)
		if len(j) != 2 || j[0].Kind != "opened" || j[1].Kind != "acked" {
			t.Fatalf("the journal is %v, want opened, acked", j)
		}
		want := domain.Entry{At: t0, By: domain.Actor{Name: "Ana", Side: domain.Customer}, Kind: "opened", Args: map[string]string{"severity": "A"}, Rows: []string{"A1-05", "PRS-07"}}
		if diff := cmp.Diff(want, j[0]); diff != "" {
			t.Errorf("a line comes back changed (-kept +read):\n%s", diff)
		}
		return nil
	})
}

func TestWakes(t *testing.T) {
	t.Parallel()
	w := open(t)
	a, b := w.incident(w.contoso, 1), w.incident(w.contoso, 2)
	b.Wake = t0.Add(20 * time.Minute)
	c := w.incident(w.fabrikam, 1)
	c.Wake = t0.Add(5 * time.Minute)
	w.keep(a, b)
	w.keep(c)
	if next, err := w.NextDue(ctx); err != nil || !next.Equal(c.Wake) {
		t.Errorf("the next thing is due %v (%v), want %v", next, err, c.Wake)
	}
	due := func(after time.Duration) (all []domain.TenantID) {
		all, err := w.DueTenants(ctx, t0.Add(after), 10)
		w.must(err)
		return all
	}
	for after, want := range map[time.Duration]int{5*time.Minute - time.Microsecond: 0, 5 * time.Minute: 1, 7 * time.Minute: 2} {
		if got := due(after); len(got) != want {
			t.Errorf("%d tenants have something due after %v, want %d", len(got), after, want)
		}
	}
	if got := due(time.Hour); got[0] != w.fabrikam {
		t.Error("the longest due tenant doesn't come first")
	}
	w.in(w.contoso, func(tx bot.Tx) error {
		got, err := tx.DueIncidents(ctx, w.contoso, t0.Add(7*time.Minute), 10)
		w.must(err)
		if len(got) != 1 || got[0].ID != a.Incident.ID {
			t.Errorf("%d of Contoso's incidents are due, want INC-1", len(got))
		}
		one, err := tx.DueIncidents(ctx, w.contoso, t0.Add(time.Hour), 1)
		w.must(err)
		if len(one) != 1 || one[0].ID != a.Incident.ID {
			t.Error("the longest due incident doesn't come first")
		}
		return nil
	})
	a.New, a.Incident.Version, a.Wake = false, 2, time.Time{}
	w.keep(a)
	w.in(w.contoso, func(tx bot.Tx) error {
		got, err := tx.DueIncidents(ctx, w.contoso, t0.Add(time.Hour), 10)
		if len(got) != 1 || got[0].ID != b.Incident.ID {
			t.Errorf("%d incidents are due after one lost its wake, want INC-2", len(got))
		}
		return err
	})
}

// Two processes that claim at once never decide about the same incident, and the second one doesn't see it as due after.
func TestTwoClaimersShareNoIncident(t *testing.T) {
	t.Parallel()
	w := open(t)
	var all []bot.Kept
	for n := range 60 {
		k := w.incident(w.contoso, n+1)
		k.Incident.Ref = fmt.Sprint("INC-", n+1)
		all = append(all, k)
	}
	w.keep(all...)
	var mu sync.Mutex
	claimed := map[domain.IncidentID]int{}
	atOnce(6, func(int) {
		for done := false; !done; {
			err := w.InTx(ctx, func(tx bot.Tx) error {
				if err := tx.Enter(ctx, w.contoso); err != nil {
					return err
				}
				due, err := tx.DueIncidents(ctx, w.contoso, t0.Add(time.Hour), 7)
				done = len(due) == 0
				var kept []bot.Kept
				for _, i := range due {
					mu.Lock()
					claimed[i.ID]++
					mu.Unlock()
					i.Version++
					kept = append(kept, bot.Kept{Incident: i, Wake: t0.Add(2 * time.Hour)})
				}
				if err != nil {
					return err
				}
				return tx.Keep(ctx, w.contoso, kept)
			})
			if err != nil {
				t.Error(err)
				return
			}
		}
	})
	if len(claimed) != 60 {
		t.Errorf("%d of 60 due incidents were claimed", len(claimed))
	}
	for id, n := range claimed {
		if n != 1 {
			t.Errorf("%s was decided %d times", id, n)
		}
	}
}

func TestDrafts(t *testing.T) {
	t.Parallel()
	w := open(t)
	ana, place := w.destination("ana"), w.destination("#contoso")
	d := bot.Draft{
		Person: ana, Place: place, Answers: map[string]string{"title": "ü \"x\" \\"}, Asked: []string{"title", "severity"},
		StartedAt: t0, SavedAt: t0.Add(time.Minute), RemindAt: t0.Add(10 * time.Minute), EndsAt: t0.Add(time.Hour),
	}
	w.in("", func(tx bot.Tx) error {
		if _, err := tx.Draft(ctx, ana, place); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("a draft that nobody began: %v, want %v", err, bot.ErrNotFound)
		}
		return tx.SaveDraft(ctx, d)
	})
	read := func() (got bot.Draft) {
		w.in("", func(tx bot.Tx) (err error) { got, err = tx.Draft(ctx, ana, place); return err })
		return got
	}
	if diff := cmp.Diff(d, read()); diff != "" {
		t.Errorf("a draft comes back changed (-kept +read):\n%s", diff)
	}
	if due, err := w.DueTenants(ctx, t0.Add(time.Hour), 9); err != nil || len(due) != 0 {
		t.Errorf("a draft of a customer not known yet wakes %v (%v)", due, err)
	}
	d.Tenant, d.Answers["nul"] = w.contoso, "a\x00b\xff"
	w.in("", func(tx bot.Tx) error { return tx.SaveDraft(ctx, d) })
	if got := read().Answers["nul"]; got != "ab\uFFFD" {
		t.Errorf("bytes that Postgres refuses come back as %q", got)
	}
	if next, err := w.NextDue(ctx); err != nil || !next.Equal(d.RemindAt) {
		t.Errorf("the next thing is due %v (%v), want the reminder at %v", next, err, d.RemindAt)
	}
	if due, err := w.DueTenants(ctx, d.RemindAt, 9); err != nil || len(due) != 1 || due[0] != w.contoso {
		t.Errorf("%v (%v) have a draft to be reminded of, want Contoso", due, err)
	}
	left := func(tenant domain.TenantID, now time.Time) (got []bot.Draft) {
		w.in(tenant, func(tx bot.Tx) (err error) { got, err = tx.DraftsLeft(ctx, tenant, now, 9); return err })
		return got
	}
	if got := left(w.fabrikam, t0.Add(time.Hour)); len(got) != 0 {
		t.Error("Fabrikam is reminded of Contoso's draft")
	}
	if got := left(w.contoso, d.RemindAt.Add(-time.Microsecond)); len(got) != 0 {
		t.Error("reminded too early")
	}
	got := left(w.contoso, d.RemindAt)
	if len(got) != 1 || !got[0].RemindAt.Equal(d.RemindAt) || got[0].Person != ana {
		t.Errorf("the draft to be reminded of is %v", got)
	}
	if got := left(w.contoso, t0.Add(time.Hour)); len(got) != 0 {
		t.Error("reminded twice")
	}
	w.in(w.contoso, func(tx bot.Tx) error {
		return tx.KeepRings(ctx, w.contoso, []bot.Ring{{ID: newID(), Kind: "draft_left", Step: 1, Destination: ana, Urgency: 9, At: t0, Message: message("go on?")}})
	})
	w.must(w.Sweep(ctx, t0, d.EndsAt))
	read()
	w.must(w.Sweep(ctx, t0, d.EndsAt.Add(time.Microsecond)))
	w.in("", func(tx bot.Tx) error {
		if _, err := tx.Draft(ctx, ana, place); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("a draft past its end: %v, want %v", err, bot.ErrNotFound)
		}
		w.must(tx.SaveDraft(ctx, d))
		w.must(tx.DropDraft(ctx, ana, place))
		_, err := tx.Draft(ctx, ana, place)
		if !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("a dropped draft: %v, want %v", err, bot.ErrNotFound)
		}
		return nil
	})
}

func TestWhatCannotBeFound(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.in(w.contoso, func(tx bot.Tx) error {
		for name, err := range map[string]error{
			"a number nobody has":      second(tx.Incident(ctx, w.contoso, 99)),
			"an id nobody has":         second(tx.IncidentByID(ctx, w.contoso, domain.IncidentID(newID()))),
			"an id that can't be one":  second(tx.IncidentByID(ctx, w.contoso, "'; DROP TABLE incidents")),
			"a prefix nobody has":      second(tx.TenantByPrefix(ctx, "X\x00YZ")),
			"a tenant that can't be":   second(tx.Tenant(ctx, "nobody")),
			"a tenant that isn't":      second(tx.Tenant(ctx, domain.TenantID(newID()))),
			"a draft of no such place": second(tx.Draft(ctx, "x", "y")),
		} {
			if !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("%s: %v, want %v", name, err, bot.ErrNotFound)
			}
		}
		return nil
	})
	w.in("", func(tx bot.Tx) error {
		got, err := tx.TenantByPrefix(ctx, "inc")
		if got.ID != w.contoso {
			t.Errorf("people write inc-1 too; its tenant is %q, want Contoso", got.Name)
		}
		return err
	})
}

func second[T any](_ T, err error) error { return err }
