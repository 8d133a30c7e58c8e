package storage_test

import (
	"slices"
	"testing"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
)

func (w *world) wish(k bot.Kept, change func(*bot.RoomWant)) bot.Kept {
	k.Wake, k.Rings, k.Cards = time.Time{}, nil, nil
	k.Room = &bot.RoomWish{Key: newID(), Platform: "slack", Workspace: "T1", Want: bot.RoomWant{Make: true, Name: "inc-1", Topic: "open"}}
	if change != nil {
		change(&k.Room.Want)
	}
	return k
}

func (w *world) claimRoom(at time.Time) (bot.RoomLease, bool) {
	w.t.Helper()
	l, ok, err := w.ClaimRoom(ctx, at, 90*time.Second)
	w.must(err)
	return l, ok
}

func (w *world) settleRoom(l bot.RoomLease, r bot.RoomSettlement) (ours bool) {
	w.t.Helper()
	w.in(l.Tenant, func(tx bot.Tx) (err error) {
		ours, err = tx.SettleRoom(ctx, l, r)
		return err
	})
	return ours
}

// again is the same decision's next version.
func again(k bot.Kept) bot.Kept {
	k.New, k.Journal = false, nil
	k.Incident.Version++
	return k
}

func TestRoomsAreClaimedAndSettled(t *testing.T) {
	t.Parallel()
	w := open(t)
	k := w.wish(w.incident(w.contoso, 1), nil)
	w.keep(k)
	first, ok := w.claimRoom(t0)
	if !ok || first.Tenant != w.contoso || first.Incident != k.Incident.ID || first.Key != k.Room.Key || first.Want.Name != "inc-1" || first.Revision != 1 || first.Epoch != 1 {
		t.Fatalf("claimed was %+v (%v)", first, ok)
	}
	if _, ok := w.claimRoom(t0.Add(time.Minute)); ok {
		t.Error("a room that somebody holds was claimed")
	}
	second, ok := w.claimRoom(t0.Add(2 * time.Minute))
	if !ok || second.Epoch != 2 || second.Key != first.Key {
		t.Fatalf("after the lease claimed was %+v (%v)", second, ok)
	}
	done := bot.RoomSettlement{State: bot.RoomDone, Channel: "C1", Name: "inc-1-2", At: t0.Add(2 * time.Minute)}
	if w.settleRoom(first, done) {
		t.Error("a lost lease settled")
	}
	// What is decided while somebody works on it is due when that one settles, not before.
	k = w.wish(again(k), func(r *bot.RoomWant) { r.Topic = "taken" })
	w.keep(k)
	if !w.settleRoom(second, done) {
		t.Error("the lease did not settle")
	}
	third, ok := w.claimRoom(t0.Add(2 * time.Minute))
	if !ok || third.Revision != 2 || third.Done != 1 || third.Channel != "C1" || third.Name != "inc-1-2" || third.Want.Topic != "taken" {
		t.Fatalf("after another decision claimed was %+v (%v)", third, ok)
	}
	closing := t0.Add(24 * time.Hour)
	w.settleRoom(third, bot.RoomSettlement{State: bot.RoomDone, Next: closing, At: t0.Add(3 * time.Minute)})
	w.keep(w.wish(again(k), func(r *bot.RoomWant) { r.Topic = "taken" })) // nothing new
	if l, ok := w.claimRoom(closing.Add(-time.Second)); ok {
		t.Errorf("claimed before it is to be closed: %+v", l)
	}
	if due, err := w.NextDue(ctx); err != nil || !due.Equal(closing) {
		t.Errorf("the next thing is due %v (%v), want %v", due, err, closing)
	}
	last, ok := w.claimRoom(closing)
	if !ok {
		t.Fatal("not claimed when it is to be closed")
	}
	w.settleRoom(last, bot.RoomSettlement{State: bot.RoomClosed, Key: newID(), At: closing})
	if _, ok := w.claimRoom(closing.Add(time.Hour)); ok {
		t.Error("a closed room was claimed")
	}
	k.Incident.Version++
	w.keep(w.wish(again(k), func(r *bot.RoomWant) { r.Make, r.Topic = false, "closed" }))
	if _, ok := w.claimRoom(closing.Add(time.Hour)); ok {
		t.Error("a closed room was claimed although none is to be made")
	}
	k.Incident.Version++
	w.keep(w.wish(again(k), func(r *bot.RoomWant) { r.Topic = "reopened" }))
	if l, ok := w.claimRoom(closing.Add(time.Hour)); !ok || l.Channel != "" || l.Key == first.Key || l.Done != 0 {
		t.Errorf("reopened, claimed was %+v (%v), want a room to be made", l, ok)
	}
}

// A room belongs to the provider, is listed for its customer alone, and stays through an import, until it is left.
func TestWhoseRoomItIs(t *testing.T) {
	t.Parallel()
	w := open(t)
	k := w.incident(w.contoso, 1)
	w.keep(k)
	at := bot.Address{Platform: "slack", Workspace: "T1", Kind: "channel", ID: "C1"}
	id := domain.PlaceID(newID())
	for range 2 {
		w.must(w.OpenRoom(ctx, bot.Place{ID: id, Name: "#inc-1", Language: "en", Zone: "UTC", About: w.contoso, Incident: k.Incident.ID}, at))
	}
	rooms := func(tenant domain.TenantID) (all []bot.Recipient) {
		w.in(tenant, func(tx bot.Tx) error {
			d, err := tx.Directory(ctx, tenant, t0)
			all = slices.DeleteFunc(d.Recipients, func(r bot.Recipient) bool { return r.Place == nil || r.Place.Purpose != bot.ForIncident })
			return err
		})
		return all
	}
	w.must(w.Import(ctx, setup()))
	got := rooms(w.contoso)
	if len(got) != 1 || got[0].Place.Incident != k.Incident.ID || got[0].Place.Tenant != w.provider || got[0].Place.About != w.contoso || got[0].Address != at {
		t.Fatalf("Contoso's rooms are %+v", got)
	}
	if got := rooms(w.fabrikam); len(got) != 0 {
		t.Errorf("Fabrikam is shown %+v", got)
	}
	w.in("", func(tx bot.Tx) error {
		door, _, err := tx.Arrive(ctx, bot.Event{Platform: "slack", Workspace: "T1", Person: "U1", Place: "C1"}, t0)
		if err == nil && (door.Place == nil || door.Place.Incident != k.Incident.ID || door.Place.About != w.contoso || door.Place.Side != domain.Provider) {
			t.Errorf("who comes in there is at %+v", door.Place)
		}
		return err
	})
	// Another one of the same name is another place.
	w.must(w.OpenRoom(ctx, bot.Place{ID: domain.PlaceID(newID()), Name: "#inc-1", Language: "en", Zone: "UTC", About: w.contoso, Incident: k.Incident.ID}, bot.Address{Platform: "slack", Workspace: "T2", ID: "C9"}))
	w.must(w.LeaveRoom(ctx, at))
	if got := rooms(w.contoso); len(got) != 1 || got[0].Address.ID != "C9" {
		t.Errorf("after the first was left Contoso's rooms are %+v", got)
	}
}
