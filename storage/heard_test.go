package storage_test

import (
	"context"
	"testing"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/storage"
)

// A process hears that a person's decision was committed elsewhere, and not what alarms do.
func TestHeard(t *testing.T) {
	t.Parallel()
	w := open(t)
	other, err := storage.Open(ctx, w.url(storage.App), storage.Options{})
	w.must(err)
	t.Cleanup(func() { _ = other.Close() })
	listening, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	heard, ended := make(chan struct{}, 100), make(chan error, 1)
	go func() { ended <- other.Heard(listening, func() { heard <- struct{}{} }) }()
	wait := func() {
		t.Helper()
		select {
		case <-heard:
		case <-listening.Done():
			t.Fatal("nothing was heard")
		}
	}
	wait() // it listens

	k := w.incident(w.contoso, 1)
	w.keep(k) // as an alarm: nobody has arrived
	decide := func(version int) error {
		return w.InTx(ctx, func(tx bot.Tx) error {
			if _, _, err := tx.Arrive(ctx, bot.Event{Platform: "console", Person: "ana"}, t0); err != nil {
				return err
			}
			if _, err := tx.IncidentByID(ctx, w.contoso, k.Incident.ID); err != nil {
				return err
			}
			k.New, k.Incident.Version, k.Wake = false, version, t0
			return tx.Keep(ctx, w.contoso, []bot.Kept{k})
		})
	}
	w.must(decide(2))
	w.must(decide(3))
	wait()
	wait()
	if len(heard) > 0 {
		t.Error("an alarm was heard, too")
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
}
