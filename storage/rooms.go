package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
)

// A place that is yet to be made gets a row only when it is wanted. What is being worked on, or waits after a failure, takes
// the new wish along when its time comes.
const keepRooms = `
WITH k AS (
    SELECT * FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::boolean[], $7::jsonb[], $8::timestamptz[])
        AS k (incident_id, key, platform, workspace, make, want, due_at)),
fresh AS (
    INSERT INTO rooms (tenant_id, incident_id, key, wanted, want, platform, workspace, state, due_at)
    SELECT $1, incident_id, key, 1, want, platform, workspace, 'waiting', due_at FROM k WHERE make
    ON CONFLICT (tenant_id, incident_id) DO NOTHING)
UPDATE rooms r SET want = k.want, wanted = r.wanted + 1,
    platform = CASE WHEN r.state = 'closed' THEN k.platform ELSE r.platform END,
    workspace = CASE WHEN r.state = 'closed' THEN k.workspace ELSE r.workspace END,
    state = CASE WHEN r.state = 'done' OR r.state = 'closed' AND k.make THEN 'waiting' ELSE r.state END,
    due_at = CASE WHEN r.state IN ('done', 'closed') OR r.state = 'waiting' AND r.attempts = 0 THEN k.due_at ELSE r.due_at END
FROM k WHERE r.tenant_id = $1 AND r.incident_id = k.incident_id AND r.want <> k.want`

// keepRooms writes down what decisions want of incidents' own places; most want nothing.
func (t *txn) keepRooms(ctx context.Context, tenant domain.TenantID, kept []bot.Kept) error {
	var incident, key, platform, workspace, fresh, want, due list
	some := false
	for n := range kept {
		k := &kept[n]
		if k.Room == nil {
			continue
		}
		some = true
		incident.text(string(k.Incident.ID))
		key.text(k.Room.Key)
		platform.text(k.Room.Platform)
		workspace.text(k.Room.Workspace)
		fresh.bool(k.Room.Want.Make)
		if err := want.json(&k.Room.Want); err != nil {
			return fmt.Errorf("keep what places are wanted: %w", err)
		}
		due.at(decidedAt(k))
	}
	if !some {
		return nil
	}
	if _, err := t.tx.ExecContext(ctx, keepRooms, tenant, &incident, &key, &platform, &workspace, &fresh, &want, &due); err != nil {
		return fmt.Errorf("keep what places are wanted: %w", err)
	}
	return nil
}

const claimRoom = `
UPDATE rooms r SET state = 'working', due_at = $2, epoch = r.epoch + 1
FROM (SELECT tenant_id, incident_id FROM rooms WHERE state IN ('waiting', 'working') AND due_at <= $1
      ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED) AS n
WHERE r.tenant_id = n.tenant_id AND r.incident_id = n.incident_id
RETURNING r.tenant_id, r.incident_id, r.epoch, r.key, r.platform, r.workspace, r.channel, r.name, r.wanted, r.done, r.want,
    r.attempts, r.failing_since`

// ClaimRoom implements bot.RoomKeeping.
func (d *DB) ClaimRoom(ctx context.Context, now time.Time, lease time.Duration) (bot.RoomLease, bool, error) {
	l := bot.RoomLease{Until: now.UTC().Add(lease).Truncate(time.Microsecond)}
	err := d.as(ctx, asSender, func(tx *sqlx.Tx) error {
		l.Want = bot.RoomWant{} // JSON leaves alone what it doesn't name
		return tx.QueryRowxContext(ctx, claimRoom, instant(now), instant(l.Until)).
			Scan(&l.Tenant, &l.Incident, &l.Epoch, &l.Key, &l.Platform, &l.Workspace, &l.Channel, &l.Name, &l.Revision, &l.Done,
				snapshot{&l.Want}, &l.Attempts, (*instant)(&l.FailingSince))
	})
	if errors.Is(err, sql.ErrNoRows) {
		return bot.RoomLease{}, false, nil
	}
	if err != nil {
		return bot.RoomLease{}, false, fmt.Errorf("claim a place: %w", err)
	}
	return l, true, nil
}

// A place that was put away is forgotten; if one is wanted again it is another one, with another key. What was wanted in the
// meantime is due at once.
const settleRoom = `
UPDATE rooms r SET
    channel = CASE WHEN $4 = 'closed' THEN '' ELSE coalesce(nullif($5, ''), r.channel) END,
    name = CASE WHEN $4 = 'closed' THEN '' ELSE coalesce(nullif($6, ''), r.name) END,
    key = CASE WHEN $4 = 'closed' THEN $7 ELSE r.key END,
    done = CASE $4 WHEN 'closed' THEN 0 WHEN 'done' THEN $8 ELSE r.done END,
    state = CASE WHEN $4 = 'done' AND (r.wanted > $8 OR $9::timestamptz IS NOT NULL) OR $4 = 'closed' AND r.wanted > $8 THEN 'waiting'
                 ELSE $4 END,
    due_at = CASE WHEN $4 IN ('done', 'closed') AND r.wanted > $8 THEN $10 ELSE coalesce($9, r.due_at) END,
    attempts = CASE WHEN $4 IN ('done', 'closed') THEN 0 WHEN $11 THEN r.attempts + 1 ELSE r.attempts END,
    failing_since = CASE WHEN $4 IN ('done', 'closed') THEN NULL WHEN $11 THEN coalesce(r.failing_since, $10) ELSE r.failing_since END,
    cause = $12
WHERE r.tenant_id = $1 AND r.incident_id = $2 AND r.epoch = $3 AND r.state = 'working'`

// SettleRoom implements bot.Tx.
func (t *txn) SettleRoom(ctx context.Context, l bot.RoomLease, r bot.RoomSettlement) (bool, error) {
	done, err := t.tx.ExecContext(ctx, settleRoom, l.Tenant, l.Incident, l.Epoch, string(r.State), fit(r.Channel), fit(r.Name),
		ident(r.Key), l.Revision, instant(r.Next), instant(r.At), r.Failed, fit(r.Cause))
	if err != nil {
		return false, fmt.Errorf("settle a place: %w", err)
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

const pauseRooms = `
UPDATE rooms SET due_at = $3 WHERE platform = $1 AND workspace = $2 AND state = 'waiting' AND due_at < $3`

// PauseRooms implements bot.RoomKeeping.
func (d *DB) PauseRooms(ctx context.Context, platform, workspace string, until time.Time) error {
	err := d.as(ctx, asSender, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, pauseRooms, platform, workspace, instant(until))
		return err
	})
	if err != nil {
		return fmt.Errorf("pause a workspace's places: %w", err)
	}
	return nil
}

const nextRoom = `SELECT min(due_at) FROM rooms WHERE state IN ('waiting', 'working')`

const providerID = `SELECT id FROM tenants WHERE side = 'provider'`

// Another place may have that name: one that was put away, or that the set-up calls so.
const openRoom = `
INSERT INTO places (tenant_id, id, name, purpose, team, language, zone, about_tenant_id, incident_id)
SELECT $1, $2, CASE WHEN EXISTS (SELECT FROM places WHERE tenant_id = $1 AND name = $3 AND id <> $2) THEN $3 || ' ' || $2 ELSE $3 END,
       'incident', '', $4, $5, $6, $7
ON CONFLICT (tenant_id, id) DO NOTHING`

const bindRoom = `
INSERT INTO destinations (id, platform, workspace, kind, address, tenant_id, place_id) VALUES ($1, $2, $3, 'channel', $4, $5, $6)
ON CONFLICT (platform, workspace, kind, address) DO UPDATE SET tenant_id = excluded.tenant_id, person_id = NULL, place_id = excluded.place_id`

// OpenRoom implements bot.RoomKeeping.
func (d *DB) OpenRoom(ctx context.Context, p bot.Place, at bot.Address) error {
	err := d.asProvider(ctx, func(tx *sqlx.Tx, provider domain.TenantID) error {
		if _, err := tx.ExecContext(ctx, openRoom, provider, p.ID, fit(p.Name), p.Language, p.Zone, p.About, p.Incident); err != nil {
			return err
		}
		fresh, err := newID()
		if err != nil {
			return err
		}
		if _, err = tx.ExecContext(ctx, bindRoom, fresh, at.Platform, at.Workspace, fit(at.ID), provider, p.ID); err != nil {
			return err
		}
		return (&txn{tx: tx}).changed(ctx, p.About)
	})
	if err != nil {
		return fmt.Errorf("write a place for an incident down: %w", err)
	}
	return nil
}

const leaveRoom = `
UPDATE destinations d SET tenant_id = NULL, place_id = NULL
FROM places c
WHERE d.tenant_id = $1 AND d.platform = $2 AND d.workspace = $3 AND d.kind = 'channel' AND d.address = $4
  AND c.tenant_id = d.tenant_id AND c.id = d.place_id
RETURNING c.about_tenant_id`

// LeaveRoom implements bot.RoomKeeping.
func (d *DB) LeaveRoom(ctx context.Context, at bot.Address) error {
	err := d.asProvider(ctx, func(tx *sqlx.Tx, provider domain.TenantID) error {
		var about ident
		err := tx.GetContext(ctx, &about, leaveRoom, provider, at.Platform, at.Workspace, fit(at.ID))
		if errors.Is(err, errNoRows) {
			return nil
		}
		if err != nil || about == "" {
			return err
		}
		return (&txn{tx: tx}).changed(ctx, domain.TenantID(about))
	})
	if err != nil {
		return fmt.Errorf("unbind a place for an incident: %w", err)
	}
	return nil
}

// asProvider runs f in a transaction of the provider's.
func (d *DB) asProvider(ctx context.Context, f func(*sqlx.Tx, domain.TenantID) error) error {
	return d.inTx(ctx, func(tx *sqlx.Tx) error {
		var provider domain.TenantID
		if err := tx.GetContext(ctx, &provider, providerID); err != nil {
			return fmt.Errorf("find the provider: %w", err)
		}
		if err := (&txn{tx: tx}).Enter(ctx, provider); err != nil {
			return err
		}
		return f(tx, provider)
	})
}
