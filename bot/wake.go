package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"

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
	for {
		n, err := b.wakeTenant(ctx, tenant)
		woken += n
		if err != nil || n < wakeBatch {
			return woken, err
		}
	}
}

func (b *Bot) wakeTenant(ctx context.Context, tenant domain.TenantID) (n int, err error) {
	now := b.Now()
	err = b.Store.InTx(ctx, func(tx Tx) error {
		n = 0
		if err := tx.Enter(ctx, tenant); err != nil {
			return err
		}
		due, err := tx.DueIncidents(ctx, tenant, now, wakeBatch)
		if err != nil {
			return fmt.Errorf("claim incidents: %w", err)
		}
		b.step("clock: claimed")
		if len(due) > 0 {
			s, err := b.scene(ctx, tx, tenant, nil)
			if err != nil {
				return err
			}
			kept := make([]Kept, 0, len(due))
			for _, inc := range due {
				env, err := s.env(&inc.Report)
				if err != nil {
					return err
				}
				kept = append(kept, s.fired(inc, inc.Fire(now, env), env))
			}
			if err := tx.Keep(ctx, tenant, kept); err != nil {
				return fmt.Errorf("keep: %w", err)
			}
			b.step("clock: before commit")
		}
		n = len(due)
		left, err := tx.DraftsLeft(ctx, tenant, now, wakeBatch)
		if err != nil {
			return fmt.Errorf("claim drafts: %w", err)
		}
		return b.remindDrafts(ctx, tx, tenant, left)
	})
	if err == nil {
		b.step("clock: committed")
	}
	return n, err
}

// remindDrafts tells people once about an incident that they began to report
// and left alone.
func (b *Bot) remindDrafts(ctx context.Context, tx Tx, tenant domain.TenantID, left []Draft) error {
	if len(left) == 0 {
		return nil
	}
	var rings []Ring
	for _, d := range left {
		w := words.In(d.Answers[fieldLanguage])
		rings = append(rings, Ring{
			ID: b.NewID(), Kind: draftLeft, Step: d.StartedAt.Unix(), Destination: d.Person, Urgency: 9, At: d.RemindAt,
			Message: Message{
				Lang: w.Lang(), Zone: d.Answers[fieldZone], Text: w.DraftLeft(d.EndsAt),
				Buttons: []Button{{Label: w.ButtonGoOn(), Action: actionGoOn, Subject: string(d.Place), Primary: true}, {Label: w.ButtonDrop(), Action: actionDrop, Subject: string(d.Place)}},
			},
		})
	}
	return tx.KeepRings(ctx, tenant, rings)
}

// draftLeft is the ring about an unfinished report.
const draftLeft domain.NoticeKind = "draft_left"
