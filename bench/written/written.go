// Package written notices when decisions about alarms are committed.
package written

import (
	"context"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
	"example.com/firstcall/storage"
)

// Store tells, after each commit, for what instant the earliest alarm of each incident in it was meant.
type Store struct {
	*storage.DB
	Tell func(due, now time.Time)
}

// InTx implements bot.Store.
func (s *Store) InTx(ctx context.Context, f func(bot.Tx) error) error {
	var kept []bot.Kept
	err := s.DB.InTx(ctx, func(tx bot.Tx) error {
		kept = nil
		return f(noting{tx, &kept})
	})
	now := time.Now()
	for _, k := range kept {
		var first time.Time
		for _, r := range k.Rings {
			if first.IsZero() || r.At.Before(first) {
				first = r.At
			}
		}
		if err == nil && !first.IsZero() {
			s.Tell(first, now)
		}
	}
	return err
}

type noting struct {
	bot.Tx
	kept *[]bot.Kept
}

// Keep implements bot.Tx.
func (n noting) Keep(ctx context.Context, tenant domain.TenantID, kept []bot.Kept) error {
	*n.kept = append(*n.kept, kept...)
	return n.Tx.Keep(ctx, tenant, kept)
}
