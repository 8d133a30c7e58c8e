package storage

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
)

// What this holder is sending itself is left out; what an earlier one was sending is not. In a channel that shows the
// incident's card, a ring belongs under it; one that may have arrived is looked for where it was sent.
const waitingRings = `
SELECT r.tenant_id, r.id, r.incident_id, r.generation, r.kind, r.step, r.urgency, r.escalation, r.at, r.message,
       r.state, r.attempts, r.first_sent_at, coalesce(r.sent_as, r.id), r.state <> 'waiting' AND r.epoch < $2,
       CASE WHEN r.state = 'waiting' THEN coalesce(shown.message_id, '') ELSE r.under END
FROM destinations d JOIN rings r ON r.destination_id = d.id
LEFT JOIN LATERAL (
    SELECT c.message_id FROM cards c
    WHERE d.kind = 'channel' AND c.tenant_id = r.tenant_id AND c.destination_id = r.destination_id AND c.message_id <> ''
      AND c.topic IN ('incident:' || r.incident_id || ':customer', 'incident:' || r.incident_id || ':engineers') LIMIT 1) AS shown ON true
WHERE d.id = $1 AND d.epoch = $2 AND r.due_at <= $3 AND r.state IN ('waiting', 'sending', 'uncertain')
  AND (r.state <> 'sending' OR r.epoch < $2)
ORDER BY r.urgency, r.at, r.id LIMIT $4`

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
			(*instant)(&r.At), snapshot{&r.Message}, &o.State, &o.Attempts, (*instant)(&o.FirstSent), &o.Key, &o.OtherEpoch, &o.Under); err != nil {
			return nil, fmt.Errorf("read a ring: %w", err)
		}
		out = append(out, o)
	}
	return out, rows.Err()
}

// A ring that waits, also one that was refused, has certainly not been seen; of one being sent nobody knows. The order of
// instant and id is total, so that of rings that stand for each other the last one stays.
const foldRings = `
UPDATE rings r SET state = 'withdrawn', cause = 'a newer one stands for it'
FROM unnest($2::uuid[]) AS k (id)
JOIN rings n ON n.tenant_id = $1 AND n.id = k.id
JOIN unnest($3::text[], $4::text[]) AS f (newer, older) ON f.newer = n.kind
WHERE r.tenant_id = $1 AND r.subject_id = n.subject_id AND r.destination_id = n.destination_id AND r.kind = f.older
  AND (r.at, r.id) < (n.at, n.id) AND (n.escalation OR NOT r.escalation)
  AND r.state NOT IN ('sending', 'uncertain', 'sent', 'dead', 'withdrawn')`

// fold withdraws what new rings say anew, so that after an outage people get the newest word and not a backlog. An
// escalation gives way to an escalation only.
func (t *txn) fold(ctx context.Context, tenant domain.TenantID, kept []bot.Kept) error {
	var ids, newer, older list
	seen := map[domain.NoticeKind]bool{}
	for n := range kept {
		if kept[n].New {
			continue // nothing has been said of it before
		}
		for i := range kept[n].Rings {
			r := &kept[n].Rings[i]
			same := r.Kind.Stands()
			if len(same) == 0 {
				continue
			}
			ids.text(r.ID)
			if seen[r.Kind] {
				continue
			}
			seen[r.Kind] = true
			for _, k := range same {
				newer.text(string(r.Kind))
				older.text(string(k))
			}
		}
	}
	if len(seen) == 0 {
		return nil
	}
	if _, err := t.tx.ExecContext(ctx, foldRings, tenant, &ids, &newer, &older); err != nil {
		return fmt.Errorf("fold older rings: %w", err)
	}
	return nil
}
