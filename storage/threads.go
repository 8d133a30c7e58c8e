package storage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
)

const (
	ownCardAt = `
SELECT tenant_id, incident_id, destination_id, topic, message_id FROM cards
WHERE tenant_id = $1 AND destination_id = $2 AND message_id = $3 AND message_id <> '' AND incident_id IS NOT NULL AND topic LIKE 'incident:%'`
	anyCardAt = `
SELECT tenant_id, incident_id, destination_id, topic, message_id FROM cards
WHERE destination_id = $1 AND message_id = $2 AND message_id <> '' AND incident_id IS NOT NULL AND topic LIKE 'incident:%'`
)

// CardAt implements bot.Threads.
func (t *txn) CardAt(ctx context.Context, tenant domain.TenantID, d bot.DestinationID, messageID string) (bot.Shown, error) {
	var c bot.Shown
	into := []any{(*string)(&c.Tenant), (*string)(&c.Incident), (*string)(&c.Destination), &c.Topic, &c.MessageID}
	if tenant != "" {
		err := t.tx.QueryRowContext(ctx, ownCardAt, tenant, d, fit(messageID)).Scan(into...)
		return c, orNotFound(err, "find the incident of a message")
	}
	if _, err := t.tx.ExecContext(ctx, asStaff); err != nil {
		return c, fmt.Errorf("take the staff's role: %w", err)
	}
	err := t.tx.QueryRowContext(ctx, anyCardAt, d, fit(messageID)).Scan(into...)
	if err = orNotFound(err, "find the incident of a message"); err == nil || errors.Is(err, bot.ErrNotFound) {
		if _, err := t.tx.ExecContext(ctx, asSelf); err != nil {
			return c, fmt.Errorf("give the staff's role back: %w", err)
		}
	}
	return c, err
}

const cardsAmong = `
SELECT tenant_id, incident_id, destination_id, topic, message_id FROM cards
WHERE tenant_id = $1 AND incident_id = $2 AND destination_id = ANY ($3::uuid[]) AND topic = $4 ORDER BY destination_id`

// CardsOf implements bot.Threads.
func (t *txn) CardsOf(ctx context.Context, tenant domain.TenantID, id domain.IncidentID, topic string, among []bot.DestinationID) ([]bot.Shown, error) {
	rows, err := t.tx.QueryContext(ctx, cardsAmong, tenant, ident(id), texts(among), topic)
	if err != nil {
		return nil, fmt.Errorf("find an incident's cards: %w", err)
	}
	defer rows.Close()
	var all []bot.Shown
	for rows.Next() {
		var c bot.Shown
		if err := rows.Scan((*string)(&c.Tenant), (*string)(&c.Incident), (*string)(&c.Destination), &c.Topic, &c.MessageID); err != nil {
			return nil, fmt.Errorf("find an incident's cards: %w", err)
		}
		all = append(all, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("find an incident's cards: %w", err)
	}
	return all, nil
}

// What only edits a card leaves one behind that is never sent, where there is none yet: should the card itself come after its
// edit, it finds there what it has to say, unless that was taken away for good. An edit that is older than what stands there
// changes nothing.
const keepCards = `
INSERT INTO cards AS c (tenant_id, destination_id, topic, id, incident_id, wanted, due_at, state, message, under, pin, as_of)
SELECT $1, k.destination_id, k.topic, k.id, k.incident_id, 1, $2, CASE WHEN k.edits THEN 'dead' ELSE 'waiting' END, k.message,
       k.under, k.pin, CASE WHEN k.for_good THEN 'infinity' ELSE k.as_of END
FROM unnest($3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::jsonb[], $8::text[], $9::boolean[], $10::timestamptz[],
            $11::boolean[], $12::boolean[])
     AS k (destination_id, topic, id, incident_id, message, under, pin, as_of, edits, for_good)
ON CONFLICT (tenant_id, destination_id, topic) DO UPDATE
SET (wanted, message, under, pin, as_of) = (
        SELECT c.wanted + CASE WHEN newer THEN 1 ELSE 0 END, CASE WHEN newer THEN excluded.message ELSE c.message END,
               CASE WHEN newer THEN excluded.under ELSE c.under END, CASE WHEN newer THEN excluded.pin ELSE c.pin END,
               CASE WHEN newer THEN excluded.as_of ELSE c.as_of END
        FROM (SELECT c.as_of IS NULL OR excluded.as_of >= c.as_of) AS age (newer)),
    attempts = 0,
    state = CASE WHEN excluded.as_of = 'infinity' AND c.message_id = '' AND c.state = 'waiting' THEN 'dead'
                 WHEN excluded.state = 'dead' AND c.state = 'dead' AND c.marked = 0 THEN 'dead'
                 WHEN c.state IN ('sent', 'dead') THEN 'waiting' ELSE c.state END,
    due_at = CASE WHEN c.state IN ('sent', 'dead') THEN excluded.due_at ELSE c.due_at END
WHERE c.tenant_id = $1
  AND ((c.as_of IS NULL OR excluded.as_of >= c.as_of)
       AND (c.message <> excluded.message OR c.under <> excluded.under OR c.pin <> excluded.pin)
    OR excluded.state = 'waiting' AND c.state = 'dead' AND c.marked = 0 AND c.as_of < 'infinity')`

// KeepCards implements bot.Threads.
func (t *txn) KeepCards(ctx context.Context, tenant domain.TenantID, cards []bot.Card, now time.Time) error {
	said := make([]bot.SaidCard, len(cards))
	for n := range cards {
		said[n].Card = cards[n]
	}
	return t.KeepSaid(ctx, tenant, said, now)
}

// KeepSaid implements bot.Threads.
func (t *txn) KeepSaid(ctx context.Context, tenant domain.TenantID, cards []bot.SaidCard, now time.Time) error {
	var destination, topic, id, incident, message, under, pin, asOf, edits, forGood list
	for n := range cards {
		c := &cards[n]
		destination.text(string(c.Destination))
		topic.text(c.Topic)
		id.text(named("card", string(c.Destination), c.Topic))
		incident.id(string(c.Incident))
		if err := message.json(&c.Message); err != nil {
			return fmt.Errorf("keep cards: %w", err)
		}
		under.text(c.Under)
		pin.bool(c.Pin)
		asOf.at(c.AsOf)
		edits.bool(c.Edits)
		forGood.bool(c.ForGood)
	}
	_, err := t.tx.ExecContext(ctx, keepCards, tenant, instant(orLongAgo(now)), &destination, &topic, &id, &incident, &message, &under,
		&pin, &asOf, &edits, &forGood)
	if err != nil {
		return fmt.Errorf("keep cards: %w", err)
	}
	return nil
}

// apart are the cards that say more than where and what, which KeepCards writes after their incident.
func apart(kept []bot.Kept) (cards []bot.Card) {
	for n := range kept {
		for _, c := range kept[n].Cards {
			if c.Under != "" || c.Pin {
				cards = append(cards, c)
			}
		}
	}
	return cards
}
