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
WHERE tenant_id = $1 AND starts_at <= $2 AND ends_at > $2 ORDER BY starts_at, name`

// BusinessEvents implements bot.Tx.
func (t *txn) BusinessEvents(ctx context.Context, tenant domain.TenantID, now time.Time) ([]domain.BusinessEvent, error) {
	rows, err := t.tx.QueryContext(ctx, readEvents, tenant, instant(now))
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
