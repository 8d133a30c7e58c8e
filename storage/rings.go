package storage

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"example.com/firstcall/bot"
)

// What this holder is sending itself is left out; what an earlier one was sending is not.
const waitingRings = `
SELECT r.tenant_id, r.id, r.incident_id, r.generation, r.kind, r.step, r.urgency, r.escalation, r.at, r.message,
       r.state, r.attempts, r.first_sent_at, coalesce(r.sent_as, r.id), r.state <> 'waiting' AND r.epoch < $2
FROM destinations d JOIN rings r ON r.destination_id = d.id
WHERE d.id = $1 AND d.epoch = $2 AND r.due_at <= $3 AND r.state IN ('waiting', 'sending', 'uncertain')
  AND (r.state <> 'sending' OR r.epoch < $2)
ORDER BY r.urgency, r.due_at, r.id LIMIT $4`

func ringsWaiting(ctx context.Context, tx *sqlx.Tx, l bot.Lease, now time.Time, limit int) ([]bot.Outgoing, error) {
	rows, err := tx.QueryContext(ctx, waitingRings, l.Destination, l.Epoch, instant(now), limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []bot.Outgoing
	for rows.Next() {
		r := &bot.Ring{Destination: l.Destination}
		o := bot.Outgoing{Ring: r}
		if err := rows.Scan(&o.Tenant, &r.ID, (*ident)(&r.Incident), &r.Generation, &r.Kind, &r.Step, &r.Urgency, &r.Escalation,
			(*instant)(&r.At), snapshot{&r.Message}, &o.State, &o.Attempts, (*instant)(&o.FirstSent), &o.Key, &o.OtherEpoch); err != nil {
			return nil, fmt.Errorf("read a ring: %w", err)
		}
		out = append(out, o)
	}
	return out, rows.Err()
}
