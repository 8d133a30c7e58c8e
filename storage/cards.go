package storage

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"example.com/firstcall/bot"
)

const waitingCards = `
SELECT c.tenant_id, c.id, c.topic, c.incident_id, c.wanted, c.message_id, c.message, c.state, c.attempts, c.first_sent_at,
       c.state <> 'waiting' AND c.epoch < $2
FROM destinations d JOIN cards c ON c.destination_id = d.id
WHERE d.id = $1 AND d.epoch = $2 AND c.due_at <= $3 AND c.state IN ('waiting', 'sending', 'uncertain')
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
			&o.State, &o.Attempts, (*instant)(&o.FirstSent), &o.OtherEpoch); err != nil {
			return nil, fmt.Errorf("read a card: %w", err)
		}
		o.Key = o.CardID
		out = append(out, o)
	}
	return out, rows.Err()
}
