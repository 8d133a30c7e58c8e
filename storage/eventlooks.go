package storage

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
)

// An event's roster is the provider's. The row stays locked, so that a decision that comes meanwhile asks for another look.
const dueEvents = `
SELECT e.id, e.name, e.starts_at, e.ends_at, e.zone, e.products,
       EXISTS (SELECT FROM destinations d JOIN cards c ON c.tenant_id = e.tenant_id AND c.destination_id = d.id AND c.topic = 'event:' || e.id
               WHERE d.tenant_id = e.tenant_id),
       (SELECT min(v.at) FROM rosters r, LATERAL (VALUES (r.starts_at), (r.ends_at)) AS v (at)
        WHERE r.tenant_id = (SELECT id FROM tenants WHERE side = 'provider') AND v.at > $2)
FROM business_events e WHERE e.tenant_id = $1 AND e.look_at <= $2 ORDER BY e.look_at LIMIT $3 FOR UPDATE OF e SKIP LOCKED`

// DueEvents implements bot.Looks.
func (t *txn) DueEvents(ctx context.Context, tenant domain.TenantID, now time.Time, limit int) ([]bot.EventLook, error) {
	rows, err := t.tx.QueryContext(ctx, dueEvents, tenant, instant(now), limit)
	if err != nil {
		return nil, fmt.Errorf("claim business events: %w", err)
	}
	defer rows.Close()
	var all []bot.EventLook
	for rows.Next() {
		var l bot.EventLook
		e := &l.Event
		if err := rows.Scan(&e.ID, &e.Name, (*instant)(&e.Starts), (*instant)(&e.Ends), &e.Zone, pq.Array(&e.Products), &l.Shown, (*instant)(&l.Duty)); err != nil {
			return nil, fmt.Errorf("claim business events: %w", err)
		}
		all = append(all, l)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("claim business events: %w", err)
	}
	return all, nil
}

const (
	lookAgain = `UPDATE business_events SET look_at = $3 WHERE tenant_id = $1 AND id = $2`
	cardThere = `SELECT count(*) FROM cards WHERE tenant_id = $1 AND destination_id = $2 AND topic = $3`
)

// ShowEvent implements bot.Looks.
func (t *txn) ShowEvent(ctx context.Context, tenant domain.TenantID, event string, cards []bot.Card, fresh bool, now, again time.Time) error {
	if _, err := t.tx.ExecContext(ctx, lookAgain, tenant, event, instant(again)); err != nil {
		return fmt.Errorf("keep when to look at an event again: %w", err)
	}
	var some []bot.Card
	for n := range cards {
		c := &cards[n]
		if !fresh {
			var there int
			if err := t.tx.GetContext(ctx, &there, cardThere, tenant, c.Destination, c.Topic); err != nil {
				return fmt.Errorf("look for an event's card: %w", err)
			}
			if there == 0 {
				continue
			}
		}
		some = append(some, *c)
	}
	if len(some) == 0 {
		return nil
	}
	return t.KeepCards(ctx, tenant, some, now)
}

const lookAtEvents = `
UPDATE business_events e SET look_at = k.at FROM unnest($2::uuid[], $3::timestamptz[]) AS k (id, at)
WHERE e.tenant_id = $1 AND e.id = k.id AND (e.look_at IS NULL OR e.look_at > k.at)
  AND EXISTS (SELECT FROM places p WHERE p.tenant_id = $1 AND p.purpose = 'event')`

// lookAtEvents asks for another look at the business events whose incidents show something new.
func (t *txn) lookAtEvents(ctx context.Context, tenant domain.TenantID, kept []bot.Kept) error {
	var id, at list
	var seen map[string]bool
	for n := range kept {
		k := &kept[n]
		e := k.Incident.Report.EventID
		if e == "" || len(k.Cards) == 0 || seen[e] || !plausible(e) {
			continue // most incidents are of none, and most alarms show nothing new
		}
		if seen == nil {
			seen = map[string]bool{}
		}
		seen[e] = true
		id.text(e)
		at.at(decidedAt(k))
	}
	if len(seen) == 0 {
		return nil
	}
	if _, err := t.tx.ExecContext(ctx, lookAtEvents, tenant, &id, &at); err != nil {
		return fmt.Errorf("ask for a look at business events: %w", err)
	}
	return nil
}

// keepBeside writes down what follows from decisions beside the incidents themselves.
func (t *txn) keepBeside(ctx context.Context, tenant domain.TenantID, kept []bot.Kept) error {
	if err := t.keepRooms(ctx, tenant, kept); err != nil {
		return err
	}
	return t.lookAtEvents(ctx, tenant, kept)
}
