package storage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"example.com/firstcall/bot"
)

// Waiting implements bot.Store.
func (d *DB) Waiting(ctx context.Context, l bot.Lease, now time.Time, limit int) ([]bot.Outgoing, error) {
	var out []bot.Outgoing
	err := d.as(ctx, asSender, func(tx *sqlx.Tx) error {
		var rings []bot.Outgoing
		for folded := int64(1); folded > 0; { // what is folded makes room for others
			var err error
			if rings, err = ringsWaiting(ctx, tx, l, now, limit); err != nil {
				return err
			}
			if folded, err = fold(ctx, tx, l, rings, now); err != nil {
				return err
			}
		}
		out = rings
		if len(rings) >= limit {
			return nil
		}
		cards, err := cardsWaiting(ctx, tx, l, now, limit-len(rings))
		out = append(out, cards...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list what waits in a destination: %w", err)
	}
	return out, nil
}

// The fence: whoever holds the destination now, and nobody else, gets past it. It locks the row, so a claimer waits.
const mark = `
WITH fence AS (
    UPDATE destinations SET lease_until = lease_until WHERE id = $1 AND epoch = $2 AND lease_until > $3
    RETURNING id, lease_until),
rings_marked AS (
    UPDATE rings r SET state = 'sending', epoch = $2, attempts = r.attempts + 1, due_at = fence.lease_until,
        first_sent_at = coalesce(r.first_sent_at, $3), sent_as = $9, under = k.under
    FROM fence, unnest($10::uuid[], $11::uuid[], $12::bigint[], $13::text[], $14::bigint[], $15::text[])
         AS k (tenant_id, subject_id, generation, kind, step, under)
    WHERE r.tenant_id = k.tenant_id AND r.subject_id = k.subject_id AND r.generation = k.generation AND r.kind = k.kind
      AND r.step = k.step AND r.destination_id = fence.id
      AND (r.state = 'waiting' AND NOT ` + stoodFor + ` OR r.state = 'uncertain' OR r.state = 'sending' AND r.epoch < $2)
    RETURNING r.id),
cards_marked AS (
    UPDATE cards c SET state = 'sending', epoch = $2, attempts = c.attempts + 1, due_at = fence.lease_until,
        first_sent_at = coalesce(c.first_sent_at, $3), marked = c.wanted
    FROM fence, unnest($6::uuid[], $7::text[], $8::bigint[]) AS k (tenant_id, topic, revision)
    WHERE c.tenant_id = k.tenant_id AND c.topic = k.topic AND c.destination_id = fence.id AND c.wanted = k.revision
      AND (c.state IN ('waiting', 'uncertain') OR c.state = 'sending' AND c.epoch < $2)
    RETURNING c.id)
SELECT (SELECT count(*) FROM rings_marked) + (SELECT count(*) FROM cards_marked)`

// errPartly ends a transaction that would have marked a part of a parcel.
var errPartly = errors.New("not the whole parcel")

// Mark implements bot.Store. A parcel is marked whole or not at all.
func (d *DB) Mark(ctx context.Context, l bot.Lease, p bot.Parcel, now time.Time) (bool, error) {
	rings, cards := parts(p)
	err := d.as(ctx, asSender, func(tx *sqlx.Tx) error {
		var marked int
		err := tx.GetContext(ctx, &marked, mark, l.Destination, l.Epoch, instant(now), &standing.newer, &standing.older,
			&cards.tenant, &cards.topic, &cards.revision, ident(p.Key),
			&rings.tenant, &rings.subject, &rings.generation, &rings.kind, &rings.step, &rings.under)
		if err == nil && marked < len(p.Items) {
			err = errPartly
		}
		return err
	})
	if errors.Is(err, errPartly) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("mark what is sent: %w", err)
	}
	return true, nil
}

// A refusal that asks for a pause doesn't count as an attempt. A ring withdrawn while it was being sent is not sent again,
// but that it has arrived is still noted. Of a card, what waits is the newest revision, whatever became of the one sent.
const settle = `
WITH fence AS (
    UPDATE destinations SET paused_until = greatest(paused_until, $3) WHERE id = $1 AND epoch = $2 RETURNING id),
rings_settled AS (
    UPDATE rings r SET state = $4, due_at = coalesce($5, r.due_at), cause = $7,
        message_id = CASE WHEN $4 = 'sent' THEN $6 ELSE '' END,
        attempts = greatest(0, r.attempts - CASE WHEN $4 = 'waiting' AND $3::timestamptz IS NOT NULL THEN 1 ELSE 0 END)
    FROM fence, unnest($11::uuid[], $12::uuid[], $13::bigint[], $14::text[], $15::bigint[]) AS k (tenant_id, subject_id, generation, kind, step)
    WHERE r.tenant_id = k.tenant_id AND r.subject_id = k.subject_id AND r.generation = k.generation AND r.kind = k.kind
      AND r.step = k.step AND r.destination_id = fence.id AND r.epoch <= $2
      AND (r.state IN ('waiting', 'sending', 'uncertain') OR r.state = 'withdrawn' AND $4 = 'sent')
    RETURNING r.id),
cards_settled AS (
    UPDATE cards c SET cause = $7, message_id = coalesce(nullif($6, ''), c.message_id),
        sent = CASE WHEN $4 = 'sent' THEN k.revision ELSE c.sent END,
        state = CASE WHEN $4 IN ('sent', 'dead', 'withdrawn') AND c.wanted > k.revision THEN 'waiting'
                     WHEN $4 = 'withdrawn' THEN 'dead' ELSE $4 END,
        due_at = coalesce($5, CASE WHEN c.first_sent_at < c.due_at THEN c.first_sent_at ELSE c.due_at END),
        attempts = CASE WHEN $4 = 'sent' THEN 0
                        ELSE greatest(0, c.attempts - CASE WHEN $4 = 'waiting' AND $3::timestamptz IS NOT NULL THEN 1 ELSE 0 END) END,
        first_sent_at = CASE WHEN $4 IN ('sending', 'uncertain') THEN c.first_sent_at END
    FROM fence, unnest($8::uuid[], $9::text[], $10::bigint[]) AS k (tenant_id, topic, revision)
    WHERE c.tenant_id = k.tenant_id AND c.topic = k.topic AND c.destination_id = fence.id AND c.epoch <= $2
      AND c.state IN ('waiting', 'sending', 'uncertain') AND ($4 <> 'sent' OR c.marked >= k.revision)
    RETURNING c.id)
SELECT (SELECT count(*) FROM rings_settled) + (SELECT count(*) FROM cards_settled)`

// Settle implements bot.Store.
func (d *DB) Settle(ctx context.Context, l bot.Lease, p bot.Parcel, r bot.Settlement) error {
	rings, cards := parts(p)
	err := d.as(ctx, asSender, func(tx *sqlx.Tx) error {
		var settled int
		return tx.GetContext(ctx, &settled, settle, l.Destination, l.Epoch, instant(r.Pause), string(r.State), instant(r.Next),
			r.MessageID, fit(r.Cause), &cards.tenant, &cards.topic, &cards.revision,
			&rings.tenant, &rings.subject, &rings.generation, &rings.kind, &rings.step)
	})
	if err != nil {
		return fmt.Errorf("settle what was sent: %w", err)
	}
	return nil
}

type cardKeys struct{ tenant, topic, revision list }

func parts(p bot.Parcel) (r ringKeys, c cardKeys) {
	for n := range p.Items {
		switch o := &p.Items[n]; {
		case o.Ring != nil:
			r.add(o)
		case o.Card != nil:
			c.tenant.text(string(o.Tenant))
			c.topic.text(o.Card.Topic)
			c.revision.int(o.Revision)
		}
	}
	return r, c
}
