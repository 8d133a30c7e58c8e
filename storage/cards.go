package storage

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
)

// A card that belongs under another one waits until that one is there.
const waitingCards = `
SELECT c.tenant_id, c.id, c.topic, c.incident_id, c.wanted, c.message_id, c.message, c.state, c.attempts, c.first_sent_at,
       c.state <> 'waiting' AND c.epoch < $2, c.under, c.pin, coalesce(p.message_id, '')
FROM destinations d JOIN cards c ON c.destination_id = d.id
LEFT JOIN cards p ON c.under <> '' AND p.tenant_id = c.tenant_id AND p.destination_id = c.destination_id AND p.topic = c.under
WHERE (c.under = '' OR p.message_id <> '') AND d.id = $1 AND d.epoch = $2 AND c.due_at <= $3 AND c.state IN ('waiting', 'sending', 'uncertain')
  AND (c.state <> 'sending' OR c.epoch < $2)
ORDER BY c.due_at, c.topic LIMIT $4`

func cardsWaiting(ctx context.Context, tx *sqlx.Tx, l bot.Lease, now time.Time, limit int) ([]bot.Outgoing, error) {
	rows, err := tx.QueryContext(ctx, waitingCards, l.Destination, l.Epoch, instant(now), limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []bot.Outgoing
	for rows.Next() {
		c := &bot.Card{Destination: l.Destination}
		o := bot.Outgoing{Card: c}
		if err := rows.Scan(&o.Tenant, &o.CardID, &c.Topic, (*ident)(&c.Incident), &o.Revision, &o.MessageID, snapshot{&c.Message},
			&o.State, &o.Attempts, (*instant)(&o.FirstSent), &o.OtherEpoch, &c.Under, &c.Pin, &o.Under); err != nil {
			return nil, fmt.Errorf("read a card: %w", err)
		}
		o.Key = o.CardID
		out = append(out, o)
	}
	return out, rows.Err()
}

const postAnew = `
UPDATE cards SET wanted = wanted + 1, state = 'waiting', attempts = 0, due_at = $4
WHERE tenant_id = $1 AND destination_id = $2 AND topic = $3 AND state IN ('sent', 'dead')`

// PostAnew implements bot.Whereabouts. What waits already is not made to wait twice.
func (t *txn) PostAnew(ctx context.Context, tenant domain.TenantID, cards []bot.Card, now time.Time) error {
	for n := range cards {
		c := &cards[n]
		if _, err := t.tx.ExecContext(ctx, postAnew, tenant, c.Destination, c.Topic, instant(now)); err != nil {
			return fmt.Errorf("post a card anew: %w", err)
		}
	}
	return t.KeepCards(ctx, tenant, cards, now)
}

const reviveCards = `
UPDATE cards SET state = 'waiting', attempts = 0, due_at = $2 WHERE destination_id = $1 AND state = 'dead' AND due_at > $3`

// revivable is how long a card that could not be shown may still be wanted.
const revivable = 30 * 24 * time.Hour

// Revive implements bot.Whereabouts.
func (t *txn) Revive(ctx context.Context, at bot.DestinationID, now time.Time) error {
	for _, q := range []struct {
		text string
		args []any
	}{{asSender, nil}, {reviveCards, []any{at, instant(now), instant(now.Add(-revivable))}}, {asSelf, nil}} {
		if _, err := t.tx.ExecContext(ctx, q.text, q.args...); err != nil {
			return fmt.Errorf("show what could not be shown before: %w", err)
		}
	}
	return nil
}
