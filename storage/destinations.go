package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"example.com/firstcall/bot"
)

var errNoRows = sql.ErrNoRows

// A card that belongs under another one is due only when that one is there.
const dueDestinations = `
SELECT d.id FROM (
    SELECT destination_id, min(urgency) AS urgency, min(due_at) AS due_at FROM rings
    WHERE state IN ('waiting', 'sending', 'uncertain') AND due_at <= $1 GROUP BY destination_id
    UNION ALL
    SELECT destination_id, 32767, min(due_at) FROM cards c
    WHERE state IN ('waiting', 'sending', 'uncertain') AND due_at <= $1
      AND (c.under = '' OR EXISTS (
          SELECT FROM cards p WHERE p.tenant_id = c.tenant_id AND p.destination_id = c.destination_id AND p.topic = c.under AND p.message_id <> '')) GROUP BY destination_id) AS w
JOIN destinations d ON d.id = w.destination_id
WHERE (d.lease_until IS NULL OR d.lease_until <= $1)
  AND (d.paused_until IS NULL OR d.paused_until <= $1)
  AND (d.next_send_at IS NULL OR d.next_send_at <= $1)
GROUP BY d.id ORDER BY min(w.urgency), min(w.due_at), d.id LIMIT $2`

// DueDestinations implements bot.Store.
func (d *DB) DueDestinations(ctx context.Context, now time.Time, limit int) ([]bot.DestinationID, error) {
	var due []bot.DestinationID
	err := d.as(ctx, asSender, func(tx *sqlx.Tx) error {
		due = nil
		return tx.SelectContext(ctx, &due, dueDestinations, instant(now), limit)
	})
	if err != nil {
		return nil, fmt.Errorf("list due destinations: %w", err)
	}
	return due, nil
}

// What is being sent is due again when its lease ends; GREATEST passes over NULL.
const nextSend = `
SELECT min(greatest(w.due_at, d.lease_until, d.paused_until, d.next_send_at)) FROM (
    SELECT destination_id, min(due_at) AS due_at FROM rings
    WHERE state IN ('waiting', 'sending', 'uncertain') GROUP BY destination_id
    UNION ALL
    SELECT destination_id, min(due_at) FROM cards c
    WHERE state IN ('waiting', 'sending', 'uncertain')
      AND (c.under = '' OR EXISTS (
          SELECT FROM cards p WHERE p.tenant_id = c.tenant_id AND p.destination_id = c.destination_id AND p.topic = c.under AND p.message_id <> '')) GROUP BY destination_id) AS w
JOIN destinations d ON d.id = w.destination_id`

// Two claimers queue for the row; the second one finds the lease taken.
const claim = `
UPDATE destinations SET epoch = epoch + 1, lease_until = $3, next_send_at = NULL
WHERE id = $1 AND (lease_until IS NULL OR lease_until <= $2)
  AND (paused_until IS NULL OR paused_until <= $2) AND (next_send_at IS NULL OR next_send_at <= $2)
RETURNING epoch, platform, workspace, kind, address, route`

// Claim implements bot.Store.
func (d *DB) Claim(ctx context.Context, id bot.DestinationID, now time.Time, lease time.Duration) (bot.Lease, bool, error) {
	l := bot.Lease{Destination: id, Until: time.Time(now).UTC().Add(lease).Truncate(time.Microsecond)}
	if !plausible(string(id)) {
		return bot.Lease{}, false, nil
	}
	err := d.as(ctx, asSender, func(tx *sqlx.Tx) error {
		return tx.QueryRowxContext(ctx, claim, id, instant(now), instant(l.Until)).
			Scan(&l.Epoch, &l.Address.Platform, &l.Address.Workspace, &l.Address.Kind, &l.Address.ID, &l.Address.Route)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return bot.Lease{}, false, nil
	}
	if err != nil {
		return bot.Lease{}, false, fmt.Errorf("claim a destination: %w", err)
	}
	return l, true, nil
}

const release = `
UPDATE destinations SET lease_until = NULL, next_send_at = $3 WHERE id = $1 AND epoch = $2`

// Release implements bot.Store. A zero next means at once. It does nothing when somebody else holds the destination by now.
func (d *DB) Release(ctx context.Context, l bot.Lease, next time.Time) error {
	err := d.as(ctx, asSender, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, release, l.Destination, l.Epoch, instant(next))
		return err
	})
	if err != nil {
		return fmt.Errorf("release a destination: %w", err)
	}
	return nil
}

const routes = `SELECT id, route FROM destinations WHERE platform = $1 AND route <> ''`

// Routes are the ways to the destinations of a platform, as they were kept last, for an examination.
func (d *DB) Routes(ctx context.Context, platform string) (map[bot.DestinationID]string, error) {
	all := map[bot.DestinationID]string{}
	err := d.as(ctx, asSender, func(tx *sqlx.Tx) error {
		var rows []struct {
			ID    bot.DestinationID
			Route string
		}
		if err := tx.SelectContext(ctx, &rows, routes, platform); err != nil {
			return err
		}
		for _, r := range rows {
			all[r.ID] = r.Route
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the routes of a platform: %w", err)
	}
	return all, nil
}
