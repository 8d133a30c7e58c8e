package storage

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"example.com/firstcall/domain"
)

const readEvents = `
SELECT id, name, starts_at, ends_at, zone, products FROM business_events
WHERE tenant_id = $1 ORDER BY starts_at, name`

// BusinessEvents implements bot.Tx.
func (t *txn) BusinessEvents(ctx context.Context, tenant domain.TenantID, now time.Time) ([]domain.BusinessEvent, error) {
	revision := t.revision(tenant)
	var known *[]domain.BusinessEvent
	t.surroundings.look(tenant, revision, func(s *surrounding) { known = s.events })
	if known == nil {
		all, err := t.allEvents(ctx, tenant)
		if err != nil {
			return nil, err
		}
		t.surroundings.keep(tenant, revision, func(s *surrounding) { s.events = &all })
		known = &all
	}
	var running []domain.BusinessEvent
	for _, e := range *known {
		if !e.Starts.After(now) && e.Ends.After(now) {
			running = append(running, e)
		}
	}
	return running, nil
}

func (t *txn) allEvents(ctx context.Context, tenant domain.TenantID) ([]domain.BusinessEvent, error) {
	rows, err := t.tx.QueryContext(ctx, readEvents, tenant)
	if err != nil {
		return nil, fmt.Errorf("list business events: %w", err)
	}
	defer rows.Close()
	var all []domain.BusinessEvent
	for rows.Next() {
		var e domain.BusinessEvent
		var products []string
		if err := rows.Scan(&e.ID, &e.Name, (*instant)(&e.Starts), (*instant)(&e.Ends), &e.Zone, pq.Array(&products)); err != nil {
			return nil, fmt.Errorf("list business events: %w", err)
		}
		if len(products) > 0 {
			e.Products = products
		}
		all = append(all, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list business events: %w", err)
	}
	return all, nil
}
