package storage

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"example.com/firstcall/domain"
)

// The index on the instant alone is walked from its start, so the cost follows what is due and not what is parked. However
// much is due, a part of it names tenants enough: whoever asks comes back.
const dueTenants = `
SELECT tenant_id FROM (
    (SELECT tenant_id, wake_at FROM clocks WHERE wake_at <= $1 ORDER BY wake_at LIMIT 20000)
    UNION ALL
    (SELECT tenant_id, remind_at FROM drafts WHERE remind_at <= $1 AND tenant_id IS NOT NULL ORDER BY remind_at LIMIT 20000)
    UNION ALL
    (SELECT tenant_id, at FROM digests WHERE at <= $1 ORDER BY at LIMIT 20000)
    UNION ALL
    (SELECT tenant_id, look_at FROM business_events WHERE look_at <= $1 ORDER BY look_at LIMIT 20000)) AS due (tenant_id, at)
GROUP BY tenant_id ORDER BY min(at) LIMIT $2`

// DueTenants implements bot.Store.
func (d *DB) DueTenants(ctx context.Context, now time.Time, limit int) ([]domain.TenantID, error) {
	var due []domain.TenantID
	if err := d.due.SelectContext(ctx, &due, dueTenants, instant(now), limit); err != nil {
		return nil, fmt.Errorf("list due tenants: %w", err)
	}
	return due, nil
}

// The first of each index, and not a minimum, which may be looked for in all of a table.
const nextWake = `
SELECT least((SELECT wake_at FROM clocks WHERE wake_at IS NOT NULL ORDER BY wake_at LIMIT 1),
             (SELECT remind_at FROM drafts WHERE remind_at IS NOT NULL AND tenant_id IS NOT NULL ORDER BY remind_at LIMIT 1),
             (SELECT at FROM digests ORDER BY at LIMIT 1),
             (SELECT look_at FROM business_events WHERE look_at IS NOT NULL ORDER BY look_at LIMIT 1))`

// NextWake is the earliest instant at which a subject of any tenant is due; zero when nothing is.
func (d *DB) NextWake(ctx context.Context) (time.Time, error) {
	var wake instant
	if err := d.due.GetContext(ctx, &wake, nextWake); err != nil {
		return time.Time{}, fmt.Errorf("find what is due next: %w", err)
	}
	return time.Time(wake), nil
}

// NextDue implements bot.Store.
func (d *DB) NextDue(ctx context.Context) (time.Time, error) {
	var wake, send, room instant
	err := d.as(ctx, asDue, func(tx *sqlx.Tx) error {
		if err := tx.GetContext(ctx, &wake, nextWake); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, asSender); err != nil {
			return err
		}
		if err := tx.GetContext(ctx, &room, nextRoom); err != nil {
			return err
		}
		return tx.GetContext(ctx, &send, nextSend)
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("find what is due next: %w", err)
	}
	next := time.Time(wake)
	for _, other := range []instant{send, room} {
		if s := time.Time(other); next.IsZero() || !s.IsZero() && s.Before(next) {
			next = s
		}
	}
	return next, nil
}

const postpone = `
UPDATE clocks SET wake_at = $3 WHERE tenant_id = $1 AND incident_id = $2`

// Postpone implements bot.Tx.
func (t *txn) Postpone(ctx context.Context, tenant domain.TenantID, id domain.IncidentID, until time.Time) error {
	if _, err := t.tx.ExecContext(ctx, postpone, tenant, ident(id), instant(until)); err != nil {
		return fmt.Errorf("postpone an incident: %w", err)
	}
	return nil
}
