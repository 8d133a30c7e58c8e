package bot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
)

// wakeBatch is how many subjects of one tenant are decided in one transaction.
const wakeBatch = 500

// Wake answers all alarms that are due, tenant by tenant, and says how many
// subjects it looked at. The clock is one more speaker: what it says takes the
// same way through keep as a person's words. Any number of processes may call it at once.
func (b *Bot) Wake(ctx context.Context) (int, error) {
	now := b.Now()
	tenants, err := b.Store.DueTenants(ctx, now, wakeBatch)
	if err != nil {
		return 0, fmt.Errorf("list tenants with something due: %w", err)
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	woken, next := 0, 0
	var errs []error // one tenant's fault must not stop the others
	for range min(max(b.Wakers, 1), len(tenants)) {
		all.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			for next < len(tenants) {
				tenant := tenants[next]
				next++
				mu.Unlock()
				n, err := b.wakeAllOf(ctx, tenant)
				mu.Lock()
				woken += n
				if err != nil {
					errs = append(errs, fmt.Errorf("wake %s: %w", tenant, err))
				}
			}
		})
	}
	all.Wait()
	return woken, errors.Join(errs...)
}

// wakeAllOf answers what is due in a tenant, batch by batch.
func (b *Bot) wakeAllOf(ctx context.Context, tenant domain.TenantID) (woken int, err error) {
	for ctx.Err() == nil {
		n, err := b.wakeTenant(ctx, tenant)
		if err != nil && ctx.Err() == nil {
			n, err = b.wakeSingly(ctx, tenant, err)
		}
		woken += n
		if err != nil || n < wakeBatch {
			return woken, err
		}
	}
	return woken, ctx.Err()
}

// wakeTenant answers one batch, incidents and drafts. A batch that was begun is brought to its end, also in a process that is
// told to stop: it is short, the store limits its statements, and watching for the stop in each of them costs more than it saves.
func (b *Bot) wakeTenant(ctx context.Context, tenant domain.TenantID) (n int, err error) {
	defer recovered(&err)
	ctx = context.WithoutCancel(ctx)
	now := b.Now()
	err = b.Store.InTx(ctx, func(tx Tx) error {
		n = 0
		if err := tx.Enter(ctx, tenant); err != nil {
			return err
		}
		due, err := b.wakeIncidents(ctx, tx, tenant, now, wakeBatch)
		if err != nil {
			return err
		}
		if n = len(due); n > 0 {
			return nil // the tenant's drafts stay due, and the next look finds them
		}
		return b.wakeDrafts(ctx, tx, tenant, now)
	})
	if err == nil {
		b.step("clock: committed")
	}
	return n, err
}

// wakeIncidents answers the incidents due, and says which they are also when that failed.
func (b *Bot) wakeIncidents(ctx context.Context, tx Tx, tenant domain.TenantID, now time.Time, limit int) ([]domain.Incident, error) {
	due, err := tx.DueIncidents(ctx, tenant, now, limit)
	if err != nil {
		return nil, fmt.Errorf("claim incidents: %w", err)
	}
	b.step("clock: claimed")
	if len(due) == 0 {
		return nil, nil
	}
	s, err := b.scene(ctx, tx, tenant, nil)
	if err != nil {
		return due, err
	}
	kept := make([]Kept, len(due))
	showing := map[domain.IncidentID]int{} // whose cards change, which show more than alarms read
	for n := range due {
		shows, err := s.fire(&due[n], now, &kept[n], false)
		if err != nil {
			return due, fmt.Errorf("incident %s: %w", due[n].Ref, err)
		}
		if shows {
			showing[due[n].ID] = n
		}
	}
	if len(showing) > 0 {
		whole, err := tx.Whole(ctx, tenant, slices.Collect(maps.Keys(showing)))
		if err != nil {
			return due, fmt.Errorf("read those whose cards change: %w", err)
		}
		for i := range whole {
			if _, err := s.fire(&whole[i], now, &kept[showing[whole[i].ID]], true); err != nil {
				return due, fmt.Errorf("incident %s: %w", whole[i].Ref, err)
			}
		}
	}
	if err := tx.Keep(ctx, tenant, kept); err != nil {
		return due, fmt.Errorf("keep: %w", err)
	}
	b.step("clock: before commit")
	return due, nil
}

// fire decides about one incident, and says whether what its cards show has changed; they are made when it is whole, and else
// it may be no more of it than alarms look at. A panic is an error, so that it can be told whose it is.
func (s *scene) fire(inc *domain.Incident, now time.Time, k *Kept, whole bool) (shows bool, err error) {
	defer recovered(&err)
	env, err := s.env(&inc.Report)
	if err != nil {
		return false, err
	}
	out := inc.Fire(now, env)
	s.fired(inc, &out, env, k)
	shows = newlyPassed(inc, &k.Incident)
	if shows && whole {
		k.Cards = s.cards(&k.Incident, inc)
	}
	return shows, nil
}

func (b *Bot) wakeDrafts(ctx context.Context, tx Tx, tenant domain.TenantID, now time.Time) error {
	left, err := tx.DraftsLeft(ctx, tenant, now, wakeBatch)
	if err != nil {
		return fmt.Errorf("claim drafts: %w", err)
	}
	if err := b.remindDrafts(ctx, tx, tenant, left); err != nil {
		return err
	}
	if err := b.wakeEvents(ctx, tx, tenant, now); err != nil {
		return err
	}
	return b.wakeDigests(ctx, tx, tenant, now)
}

// sickFor is how long an incident that can't be decided is left alone. It is
// short, as it may be a severity 1 that is owed a page.
const sickFor = time.Minute

// wakeSingly answers what a failed batch held one by one, so that one incident
// that can't be decided stops no other. That one is logged and looked at again
// in a while. The error is of what isn't one incident's own fault.
func (b *Bot) wakeSingly(ctx context.Context, tenant domain.TenantID, cause error) (n int, err error) {
	b.Log.ErrorContext(ctx, "a batch could not be woken; its incidents are taken one by one", "tenant", tenant, "err", cause)
	now := b.Now()
	for n < wakeBatch && ctx.Err() == nil {
		sick, found, err := b.wakeOne(ctx, tenant, now)
		switch {
		case err == nil && !found:
			return n, b.inTenant(ctx, tenant, func(tx Tx) error { return b.wakeDrafts(ctx, tx, tenant, now) })
		case err == nil:
		case sick.ID == "" || ctx.Err() != nil:
			return n, err
		default:
			b.Log.ErrorContext(ctx, "incident could not be woken", "tenant", tenant, "incident", sick.ID, "ref", sick.Ref, "again_in", sickFor, "err", err)
			err := b.inTenant(ctx, tenant, func(tx Tx) error { return tx.Postpone(ctx, tenant, sick.ID, now.Add(sickFor)) })
			if err != nil {
				return n, fmt.Errorf("postpone %s: %w", sick.Ref, err)
			}
		}
		n++
	}
	return n, ctx.Err()
}

// wakeOne answers the incident due first; when it fails, it says which one it was.
func (b *Bot) wakeOne(ctx context.Context, tenant domain.TenantID, now time.Time) (first domain.Incident, found bool, err error) {
	err = b.inTenant(ctx, tenant, func(tx Tx) error {
		due, err := b.wakeIncidents(ctx, tx, tenant, now, 1)
		if found = len(due) > 0; found {
			first = due[0]
		}
		return err
	})
	return first, found, err
}

// inTenant runs f in a transaction of the tenant's; a panic in it is an error.
func (b *Bot) inTenant(ctx context.Context, tenant domain.TenantID, f func(Tx) error) (err error) {
	defer recovered(&err)
	return b.Store.InTx(ctx, func(tx Tx) error {
		if err := tx.Enter(ctx, tenant); err != nil {
			return err
		}
		return f(tx)
	})
}

// remindDrafts tells people once about an incident that they began to report
// and left alone.
func (b *Bot) remindDrafts(ctx context.Context, tx Tx, tenant domain.TenantID, left []Draft) error {
	if len(left) == 0 {
		return nil
	}
	dir, err := b.directory(ctx, tx, tenant, b.Now())
	if err != nil {
		return fmt.Errorf("read who left drafts: %w", err)
	}
	var rings []Ring
	for _, d := range left {
		lang, zone := d.Answers[fieldLanguage], d.Answers[fieldZone]
		for _, r := range dir.Recipients { // who writes it down may read otherwise than whose incident it is
			if r.Destination == d.Person && r.Person != nil {
				lang, zone = r.reader()
			}
		}
		w := words.In(lang)
		rings = append(rings, Ring{
			ID: b.NewID(), Kind: draftLeft, Step: d.StartedAt.Unix(), Destination: d.Person, Urgency: 9, At: d.RemindAt,
			Message: Message{
				Lang: w.Lang(), Zone: zone, Text: w.DraftLeft(d.EndsAt),
				Buttons: []Button{{Label: w.ButtonGoOn(), Action: actionGoOn, Subject: string(d.Place), Primary: true}, {Label: w.ButtonDrop(), Action: actionDrop, Subject: string(d.Place)}},
			},
		})
	}
	return tx.KeepRings(ctx, tenant, rings)
}

// draftLeft is the ring about an unfinished report.
const draftLeft domain.NoticeKind = "draft_left"

// recovered makes a panic an error, with where it came from.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
	}
}
