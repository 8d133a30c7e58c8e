package storage

import (
	"context"
	"fmt"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
)

const dueDigests = `
SELECT person_id, minute, told_at, at FROM digests WHERE tenant_id = $1 AND at <= $2 ORDER BY at LIMIT $3 FOR UPDATE SKIP LOCKED`

// DueDigests implements bot.Looks.
func (t *txn) DueDigests(ctx context.Context, tenant domain.TenantID, now time.Time, limit int) ([]bot.Digest, error) {
	rows, err := t.tx.QueryContext(ctx, dueDigests, tenant, instant(now), limit)
	if err != nil {
		return nil, fmt.Errorf("claim digests: %w", err)
	}
	defer rows.Close()
	var all []bot.Digest
	for rows.Next() {
		var d bot.Digest
		if err := rows.Scan(&d.Person, &d.Minute, (*instant)(&d.Told), (*instant)(&d.At)); err != nil {
			return nil, fmt.Errorf("claim digests: %w", err)
		}
		all = append(all, d)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("claim digests: %w", err)
	}
	return all, nil
}

const saveDigest = `UPDATE digests SET told_at = $3, at = $4 WHERE tenant_id = $1 AND person_id = $2`

// SaveDigest implements bot.Looks.
func (t *txn) SaveDigest(ctx context.Context, tenant domain.TenantID, d bot.Digest) error {
	if _, err := t.tx.ExecContext(ctx, saveDigest, tenant, d.Person, instant(d.Told), instant(d.At)); err != nil {
		return fmt.Errorf("save a digest: %w", err)
	}
	return nil
}

const closedBetween = `WHERE i.closed_at > $1 AND i.closed_at <= $2 ORDER BY i.closed_at DESC, i.id LIMIT $3`

// ClosedBetween implements bot.Looks. Cancelled ones have ended, too.
func (t *txn) ClosedBetween(ctx context.Context, from, to time.Time, limit int) ([]domain.Incident, error) {
	if _, err := t.tx.ExecContext(ctx, asStaff); err != nil {
		return nil, fmt.Errorf("take the staff's role: %w", err)
	}
	found, _, err := t.incidents(ctx, closedBetween, instant(from), instant(to), limit)
	if err != nil {
		return nil, fmt.Errorf("list closed incidents: %w", err)
	}
	if _, err := t.tx.ExecContext(ctx, asSelf); err != nil {
		return nil, fmt.Errorf("give the staff's role back: %w", err)
	}
	return found, nil
}

// Importing only says that a look is due: what has been told stays told.
const (
	importDigest = `
INSERT INTO digests (tenant_id, person_id, minute, at) VALUES ($1, $2, $3, '1970-01-01Z')
ON CONFLICT (tenant_id, person_id) DO UPDATE SET minute = excluded.minute, at = excluded.at`
	emptyDigests = `
DELETE FROM digests WHERE tenant_id = $1 AND NOT person_id = ANY ($2::uuid[])`
)

// digests writes down who of the tenant's people gets one; nobody else does.
func (i *importing) digests(ctx context.Context, t *bot.Tenant, all []bot.SetupDigest) error {
	tenant, err := i.of(ctx, t.Name)
	if err != nil {
		return err
	}
	var people list
	for _, d := range all {
		if d.Tenant != t.Name {
			continue
		}
		person, ok := i.people[d.Tenant+"\x00"+d.Person]
		if !ok {
			return fmt.Errorf("there is no person %q", d.Person)
		}
		people.text(person)
		if _, err := i.tx.ExecContext(ctx, importDigest, tenant, person, d.Minute); err != nil {
			return err
		}
	}
	_, err = i.tx.ExecContext(ctx, emptyDigests, tenant, &people)
	return err
}
