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

// standing are pairs of kinds, a newer one that stands for an older one.
var standing = func() (pairs struct{ newer, older list }) {
	for _, newer := range domain.AlarmKinds() {
		for _, older := range newer.Stands() {
			pairs.newer.text(string(newer))
			pairs.older.text(string(older))
		}
	}
	return pairs
}()

// stoodFor says whether a newer ring stands for ring r, whatever has become of that one. An escalation gives way to an escalation
// only. Those of one instant are of one decision, which has seen to it that nobody hears the same twice. The rings of one
// incident are few.
const stoodFor = `(EXISTS (
    SELECT FROM rings n JOIN unnest($4::text[], $5::text[]) AS f (newer, older) ON f.newer = n.kind
    WHERE n.tenant_id = r.tenant_id AND n.subject_id = r.subject_id AND n.destination_id = r.destination_id AND f.older = r.kind
      AND n.at > r.at AND (n.escalation OR NOT r.escalation))) IS TRUE`

// A ring that waits, also one that was refused, has certainly not been seen; of one being sent nobody knows.
const foldRings = `
UPDATE rings r SET state = 'withdrawn', cause = 'a newer one stands for it'
FROM destinations d, unnest($6::uuid[], $7::uuid[], $8::bigint[], $9::text[], $10::bigint[]) AS k (tenant_id, subject_id, generation, kind, step)
WHERE d.id = $1 AND d.epoch = $2 AND d.lease_until > $3
  AND r.tenant_id = k.tenant_id AND r.subject_id = k.subject_id AND r.generation = k.generation AND r.kind = k.kind AND r.step = k.step
  AND r.destination_id = d.id AND r.state = 'waiting' AND ` + stoodFor

// fold withdraws of what was read to be sent what newer rings say anew, so that after an outage people get the newest word and
// not a backlog. It says how many those were.
func fold(ctx context.Context, tx *sqlx.Tx, l bot.Lease, waiting []bot.Outgoing, now time.Time) (int64, error) {
	var keys ringKeys
	for n := range waiting {
		if o := &waiting[n]; o.Ring != nil && o.State == bot.Waits && len(o.Ring.Kind.Stands()) > 0 {
			keys.add(o)
		}
	}
	if len(keys.tenant.b) == 0 {
		return 0, nil
	}
	done, err := tx.ExecContext(ctx, foldRings, l.Destination, l.Epoch, instant(now), &standing.newer, &standing.older,
		&keys.tenant, &keys.subject, &keys.generation, &keys.kind, &keys.step)
	if err != nil {
		return 0, fmt.Errorf("fold older rings: %w", err)
	}
	return done.RowsAffected()
}

// ringKeys name rings of one destination.
type ringKeys struct{ tenant, subject, generation, kind, step, under list }

func (k *ringKeys) add(o *bot.Outgoing) {
	subject := string(o.Ring.Incident)
	if subject == "" {
		subject = string(o.Tenant)
	}
	k.tenant.text(string(o.Tenant))
	k.subject.text(subject)
	k.generation.int(int64(o.Ring.Generation))
	k.kind.text(string(o.Ring.Kind))
	k.step.int(o.Ring.Step)
	k.under.text(o.Under)
}
