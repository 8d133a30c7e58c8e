package storage_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
	"example.com/firstcall/storage"
)

// held is one incident with rings and cards for #contoso, and #contoso.
func (w *world) held(rings int) (bot.Kept, bot.DestinationID) {
	w.t.Helper()
	to := w.destination("#contoso")
	k := w.incident(w.contoso, 1)
	k.Wake = time.Time{}
	for n := range rings {
		r := ring(k, to, "page", int64(n), "page")
		r.Urgency = n
		k.Rings = append(k.Rings, r)
	}
	w.keep(k)
	k.New, k.Rings, k.Journal = false, nil, nil
	return k, to
}

func (w *world) claim(d bot.DestinationID, now time.Time) bot.Lease {
	w.t.Helper()
	l, ok, err := w.Claim(ctx, d, now, time.Minute)
	w.must(err)
	if !ok {
		w.t.Fatal("the destination can't be claimed")
	}
	return l
}

func (w *world) waiting(l bot.Lease, now time.Time) []bot.Outgoing {
	w.t.Helper()
	out, err := w.Waiting(ctx, l, now, 100)
	w.must(err)
	return out
}

func (w *world) mark(l bot.Lease, now time.Time, items ...bot.Outgoing) bool {
	w.t.Helper()
	ok, err := w.Mark(ctx, l, bot.Parcel{Items: items, Key: newID()}, now)
	w.must(err)
	return ok
}

func (w *world) settle(l bot.Lease, r bot.Settlement, items ...bot.Outgoing) {
	w.t.Helper()
	w.must(w.Settle(ctx, l, bot.Parcel{Items: items}, r))
}

func (w *world) states(table string) (got map[string]int) {
	w.t.Helper()
	got = map[string]int{}
	rows, err := w.raw("postgres").Query("SELECT state, count(*) FROM " + table + " GROUP BY state")
	w.must(err)
	defer rows.Close()
	for rows.Next() {
		var s string
		var n int
		w.must(rows.Scan(&s, &n))
		got[s] = n
	}
	w.must(rows.Err())
	return got
}

func (w *world) wantStates(table string, want map[string]int) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.states(table)); diff != "" {
		w.t.Errorf("the states of %s (-want +got):\n%s", table, diff)
	}
}

func TestTwoClaimersShareNoDestination(t *testing.T) {
	t.Parallel()
	w := open(t)
	_, to := w.held(1)
	var mu sync.Mutex
	var got []bot.Lease
	atOnce(10, func(int) {
		l, ok, err := w.Claim(ctx, to, t0, time.Minute)
		if err != nil {
			t.Error(err)
		}
		if ok {
			mu.Lock()
			got = append(got, l)
			mu.Unlock()
		}
	})
	if len(got) != 1 {
		t.Fatalf("%d of ten claimers hold the destination, want 1", len(got))
	}
	want := bot.Lease{Destination: to, Epoch: 1, Until: t0.Add(time.Minute), Address: bot.Address{Platform: "console", Kind: "channel", ID: "#contoso"}}
	if diff := cmp.Diff(want, got[0]); diff != "" {
		t.Errorf("the lease (-want +got):\n%s", diff)
	}
	if due, err := w.DueDestinations(ctx, t0.Add(time.Minute-time.Microsecond), 9); err != nil || len(due) != 0 {
		t.Errorf("%v (%v) are due while somebody holds them", due, err)
	}
	if due, err := w.DueDestinations(ctx, t0.Add(time.Minute), 9); err != nil || len(due) != 1 {
		t.Errorf("%v (%v) are due when the lease has ended, want #contoso", due, err)
	}
	if next, err := w.NextDue(ctx); err != nil || !next.Equal(t0.Add(time.Minute)) {
		t.Errorf("the next thing is due %v (%v), want the end of the lease", next, err)
	}
	w.must(w.Release(ctx, got[0], t0.Add(5*time.Second)))
	for after, want := range map[time.Duration]bool{5*time.Second - time.Microsecond: false, 5 * time.Second: true} {
		if _, ok, err := w.Claim(ctx, to, t0.Add(after), time.Second); err != nil || ok != want {
			t.Errorf("claimed %v after the release: %v (%v), want %v", after, ok, err, want)
		}
	}
	if _, ok, err := w.Claim(ctx, "no such destination", t0, time.Minute); err != nil || ok {
		t.Errorf("a destination that can't be was claimed: %v (%v)", ok, err)
	}
}

func TestTheMostUrgentDestinationComesFirst(t *testing.T) {
	t.Parallel()
	w := open(t)
	k := w.incident(w.contoso, 1)
	a, b, c := ring(k, w.destination("#contoso"), "x", 1, "x"), ring(k, w.destination("erin"), "x", 1, "x"), ring(k, w.destination("ana"), "x", 1, "x")
	a.Urgency, b.Urgency, c.Urgency = 2, 1, 1
	b.At = t0.Add(time.Second)
	k.Rings = []bot.Ring{a, b, c}
	k.Cards = []bot.Card{card(k, w.destination("#engineers"), "open")}
	w.keep(k)
	due, err := w.DueDestinations(ctx, t0.Add(time.Minute), 9)
	w.must(err)
	want := []bot.DestinationID{c.Destination, b.Destination, a.Destination, w.destination("#engineers")}
	if diff := cmp.Diff(want, due); diff != "" {
		t.Errorf("due destinations: by urgency, then by age, cards last (-want +got):\n%s", diff)
	}
}

func TestAnOldEpochWritesNothing(t *testing.T) {
	t.Parallel()
	w := open(t)
	_, to := w.held(2)
	old := w.claim(to, t0)
	items := w.waiting(old, t0)
	if len(items) != 2 || items[0].Ring.Urgency != 0 || items[0].State != bot.Waits || items[0].OtherEpoch {
		t.Fatalf("what waits is %+v", items)
	}
	if !w.mark(old, t0, items[0]) {
		t.Fatal("the holder can't mark")
	}
	if again := w.waiting(old, t0.Add(50*time.Second)); len(again) != 1 {
		t.Errorf("%d rings wait while one is being sent, want 1", len(again))
	}
	if w.mark(old, t0.Add(time.Minute), items[1]) {
		t.Error("marked after the lease had ended")
	}

	now := t0.Add(time.Minute)
	next := w.claim(to, now)
	if w.mark(old, now, items[1]) {
		t.Error("an old epoch marks")
	}
	w.settle(old, bot.Settlement{State: bot.Sent, MessageID: "m1"}, items[0])
	w.settle(old, bot.Settlement{State: bot.Waits, Pause: now.Add(time.Hour)}, items[1])
	w.must(w.Release(ctx, old, now.Add(time.Hour)))
	if got := w.waiting(old, now); len(got) != 0 {
		t.Error("an old epoch is shown what waits")
	}
	found := w.waiting(next, now)
	if len(found) != 2 || !found[0].OtherEpoch || found[0].State != bot.Sending || !found[0].FirstSent.Equal(t0) || found[0].Attempts != 1 || found[1].OtherEpoch {
		t.Fatalf("the next holder is shown %+v, want the ring that was being sent, and the one that wasn't", found)
	}
	if _, ok, err := w.Claim(ctx, to, now, time.Minute); err != nil || ok {
		t.Errorf("an old epoch has released the destination: %v (%v)", ok, err)
	}
	w.settle(next, bot.Settlement{State: bot.Sent, MessageID: "m1"}, found[0])
	w.wantStates("rings", map[string]int{"sent": 1, "waiting": 1})
}

func TestAParcelIsMarkedWhole(t *testing.T) {
	t.Parallel()
	w := open(t)
	k, to := w.held(3)
	l := w.claim(to, t0)
	items := w.waiting(l, t0)
	w.settle(l, bot.Settlement{State: bot.Withdrawn}, items[1])
	if w.mark(l, t0, items...) {
		t.Error("a parcel with a withdrawn ring was marked")
	}
	w.wantStates("rings", map[string]int{"waiting": 2, "withdrawn": 1})
	// A ring withdrawn while it is being sent isn't repeated, but that it has arrived is noted.
	if !w.mark(l, t0, items[0], items[2]) {
		t.Fatal("the rest can't be marked")
	}
	k.Incident.Version, k.Withdraw = 2, []domain.NoticeKind{"page"}
	w.keep(k)
	w.settle(l, bot.Settlement{State: bot.Waits, Next: t0.Add(time.Second)}, items[0])
	w.settle(l, bot.Settlement{State: bot.Sent, MessageID: "m1"}, items[2])
	w.wantStates("rings", map[string]int{"withdrawn": 2, "sent": 1})
}

func TestCardsKeepToTheNewest(t *testing.T) {
	t.Parallel()
	w := open(t)
	k, to := w.held(0)
	version := 1
	show := func(text string) {
		version++
		k.Incident.Version = version
		k.Cards = []bot.Card{card(k, to, text)}
		w.keep(k)
	}
	show("first")
	l := w.claim(to, t0)
	first := w.waiting(l, t0)
	if len(first) != 1 || first[0].Revision != 1 || first[0].MessageID != "" || first[0].Key == "" {
		t.Fatalf("what waits is %+v, want the first revision", first)
	}
	show("second")
	if w.mark(l, t0, first...) {
		t.Error("an old revision was marked")
	}
	second := w.waiting(l, t0)
	if !w.mark(l, t0, second...) {
		t.Fatal("the newest revision can't be marked")
	}
	show("third")
	if got := w.waiting(l, t0.Add(50*time.Second)); len(got) != 0 {
		t.Error("an edit doesn't wait for the message being sent")
	}
	w.settle(l, bot.Settlement{State: bot.Sent, MessageID: "m1"}, second...)
	third := w.waiting(l, t0)
	if len(third) != 1 || third[0].Revision != 3 || third[0].MessageID != "m1" || string(third[0].Card.Message.Text) != "third" || third[0].Key != first[0].Key {
		t.Fatalf("after that waits %+v, want the third revision as an edit of m1", third)
	}
	show("third")
	if !w.mark(l, t0, third...) {
		t.Error("showing the same again made another revision")
	}
	w.settle(l, bot.Settlement{State: bot.Uncertain, Next: t0.Add(20 * time.Second)}, third...)
	show("fourth")
	if got := w.waiting(l, t0.Add(19*time.Second)); len(got) != 0 {
		t.Error("an edit doesn't wait for one that may be on its way")
	}
	last := w.waiting(l, t0.Add(20*time.Second))
	if len(last) != 1 || last[0].State != bot.Uncertain || last[0].Revision != 4 {
		t.Fatalf("after the grace waits %+v, want the fourth revision, in doubt", last)
	}
	if !w.mark(l, t0.Add(20*time.Second), last...) {
		t.Fatal("it can't be marked")
	}
	w.settle(l, bot.Settlement{State: bot.Dead, Cause: "gone"}, last...)
	if got := w.waiting(l, t0.Add(time.Hour)); len(got) != 0 {
		t.Error("a dead card waits")
	}
	show("fifth") // a change is worth another try
	if got := w.waiting(l, t0.Add(time.Hour)); len(got) != 1 {
		t.Error("a changed card that was dead doesn't wait")
	}
}

func TestAPauseHoldsTheDestination(t *testing.T) {
	t.Parallel()
	w := open(t)
	_, to := w.held(1)
	l := w.claim(to, t0)
	items := w.waiting(l, t0)
	w.mark(l, t0, items...)
	until := t0.Add(30 * time.Second)
	w.settle(l, bot.Settlement{State: bot.Waits, Next: until, Pause: until, Cause: "429"}, items...)
	w.must(w.Release(ctx, l, time.Time{}))
	for after, want := range map[time.Duration]int{30*time.Second - time.Microsecond: 0, 30 * time.Second: 1} {
		if due, err := w.DueDestinations(ctx, t0.Add(after), 9); err != nil || len(due) != want {
			t.Errorf("%d destinations (%v) are due after %v, want %d", len(due), err, after, want)
		}
	}
	if _, ok, err := w.Claim(ctx, to, t0.Add(time.Second), time.Minute); err != nil || ok {
		t.Errorf("claimed during the pause: %v (%v)", ok, err)
	}
	if n := w.count("SELECT attempts FROM rings"); n != 0 {
		t.Errorf("a pause counts as %d attempts", n)
	}
}

func TestCollisions(t *testing.T) {
	t.Parallel()
	w := open(t)
	patient, err := storage.Open(ctx, w.url(storage.App), storage.Options{LockTimeout: time.Minute, StatementTimeout: time.Minute})
	w.must(err)
	t.Cleanup(func() { _ = patient.Close() })
	a, b := w.incident(w.contoso, 1), w.incident(w.contoso, 2)
	w.keep(a, b)
	// Two transactions take two rows in opposite order: Postgres ends one, and it runs again.
	var both sync.WaitGroup
	both.Add(2)
	runs := [2]int{}
	atOnce(2, func(n int) {
		order := []bot.Kept{a, b}
		if n == 1 {
			order = []bot.Kept{b, a}
		}
		err := patient.InTx(ctx, func(tx bot.Tx) error {
			runs[n]++
			if err := tx.Enter(ctx, w.contoso); err != nil {
				return err
			}
			for i, k := range order {
				if _, err := tx.IncidentByID(ctx, w.contoso, k.Incident.ID); err != nil {
					return err
				}
				if i == 0 && runs[n] == 1 {
					both.Done()
					both.Wait()
				}
			}
			return nil
		})
		if err != nil {
			t.Errorf("transaction %d failed: %v", n, err)
		}
	})
	if runs[0]+runs[1] < 3 {
		t.Errorf("the two ran %v times, want one of them again", runs)
	}
}
