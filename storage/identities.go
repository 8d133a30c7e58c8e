package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
)

const makeIdentity = `
INSERT INTO destinations (id, platform, workspace, kind, address) VALUES ($1, $2, $3, 'person', $4)
ON CONFLICT (platform, workspace, kind, address) DO NOTHING`

const readIdentity = `
SELECT id, tenant_id, person_id, bound_by, asked_at FROM destinations
WHERE platform = $1 AND workspace = $2 AND kind = 'person' AND address = $3 FOR NO KEY UPDATE`

// KnownAs implements bot.Whereabouts.
func (t *txn) KnownAs(ctx context.Context, who bot.Identity) (bot.Known, error) {
	fresh, err := newID()
	if err != nil {
		return bot.Known{}, err
	}
	platform, workspace, address := fit(who.Platform), fit(who.Workspace), fit(who.ID)
	if _, err := t.tx.ExecContext(ctx, makeIdentity, fresh, platform, workspace, address); err != nil {
		return bot.Known{}, fmt.Errorf("note an identity: %w", err)
	}
	k, err := scanKnown(t.tx.QueryRowContext(ctx, readIdentity, platform, workspace, address))
	if err != nil {
		return bot.Known{}, fmt.Errorf("read an identity: %w", err)
	}
	return k, nil
}

func scanKnown(row interface{ Scan(into ...any) error }) (bot.Known, error) {
	var k bot.Known
	err := row.Scan(&k.ID, (*ident)(&k.Tenant), (*ident)(&k.Person), &k.By, (*instant)(&k.Asked))
	return k, err
}

const linked = `
SELECT id, tenant_id, person_id, bound_by, asked_at FROM destinations
WHERE tenant_id = $1 AND kind = 'person' AND platform = $2 AND address = $3 ORDER BY workspace FOR NO KEY UPDATE`

// Linked implements bot.Whereabouts.
func (t *txn) Linked(ctx context.Context, tenant domain.TenantID, platform, id string) ([]bot.Known, error) {
	rows, err := t.tx.QueryContext(ctx, linked, tenant, fit(platform), fit(id))
	if err != nil {
		return nil, fmt.Errorf("find a tenant's identities: %w", err)
	}
	defer rows.Close()
	var all []bot.Known
	for rows.Next() {
		k, err := scanKnown(rows)
		if err != nil {
			return nil, fmt.Errorf("find a tenant's identities: %w", err)
		}
		all = append(all, k)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("find a tenant's identities: %w", err)
	}
	return all, nil
}

const bindIdentity = `
UPDATE destinations SET tenant_id = $2, person_id = $3, bound_by = $4 WHERE id = $1 AND kind = 'person' AND tenant_id IS NULL`

// Bind implements bot.Whereabouts.
func (t *txn) Bind(ctx context.Context, id bot.DestinationID, tenant domain.TenantID, person domain.PersonID, by bot.Binding) (bool, error) {
	done, err := t.tx.ExecContext(ctx, bindIdentity, id, tenant, person, string(by))
	if err != nil {
		return false, fmt.Errorf("bind an identity: %w", err)
	}
	n, err := done.RowsAffected()
	if err != nil || n == 0 {
		return false, err
	}
	return true, t.changed(ctx, tenant)
}

const unbindIdentity = `
UPDATE destinations SET tenant_id = NULL, person_id = NULL, bound_by = 'setup', asked_at = NULL
WHERE id = $1 AND tenant_id = $2 AND kind = 'person'`

// Unbind implements bot.Whereabouts.
func (t *txn) Unbind(ctx context.Context, id bot.DestinationID, tenant domain.TenantID) error {
	if _, err := t.tx.ExecContext(ctx, unbindIdentity, id, tenant); err != nil {
		return fmt.Errorf("unbind an identity: %w", err)
	}
	return t.changed(ctx, tenant)
}

const asked = `UPDATE destinations SET asked_at = $2 WHERE id = $1`

// Asked implements bot.Whereabouts.
func (t *txn) Asked(ctx context.Context, id bot.DestinationID, at time.Time) error {
	if _, err := t.tx.ExecContext(ctx, asked, id, instant(at)); err != nil {
		return fmt.Errorf("remember that the platform was asked: %w", err)
	}
	return nil
}

const listPeople = `
SELECT p.id, t.side, p.name, p.full_name, p.email, p.phone, p.language, p.zone, p.roles
FROM people p JOIN tenants t ON t.id = p.tenant_id WHERE p.tenant_id = $1 AND p.listed ORDER BY p.name`

// People implements bot.Whereabouts.
func (t *txn) People(ctx context.Context, tenant domain.TenantID) ([]bot.Person, error) {
	rows, err := t.tx.QueryContext(ctx, listPeople, tenant)
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	defer rows.Close()
	var all []bot.Person
	for rows.Next() {
		p := bot.Person{Tenant: tenant}
		var roles []string
		if err := rows.Scan(&p.ID, &p.Side, &p.Name, &p.FullName, &p.Email, &p.Phone, &p.Language, &p.Zone, pq.Array(&roles)); err != nil {
			return nil, fmt.Errorf("list people: %w", err)
		}
		p.Roles = rolesOf(roles)
		all = append(all, p)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	return all, nil
}

const (
	// Whoever has the new id already gives it up, and gets the old one: nobody has bound it.
	whereTo = `
SELECT d.tenant_id, d.address, n.id, n.tenant_id IS NOT NULL
FROM destinations d LEFT JOIN destinations n
    ON n.platform = d.platform AND n.workspace = d.workspace AND n.kind = d.kind AND n.address = $2
WHERE d.id = $1 AND d.kind = 'channel'`
	readdress = `UPDATE destinations SET address = $2 WHERE id = $1`
	moveTo    = `UPDATE destinations SET address = $2, former = array_append(array_remove(former, $2), address) WHERE id = $1`
	// Of two drafts of one person the one in the bound place stays.
	moveDrafts = `
UPDATE drafts d SET place_id = $2 WHERE d.place_id = $1
  AND NOT EXISTS (SELECT FROM drafts o WHERE o.person_id = d.person_id AND o.place_id = $2)`
)

// Move implements bot.Whereabouts.
func (t *txn) Move(ctx context.Context, place bot.DestinationID, to string) (bool, error) {
	var owner ident
	var address string
	var there ident
	var taken sql.NullBool
	to = fit(to)
	if err := t.tx.QueryRowContext(ctx, whereTo, place, to).Scan(&owner, &address, &there, &taken); err != nil {
		return false, orNotFound(err, "look where a channel has moved")
	}
	if owner == "" || taken.Bool || to == address {
		return false, nil
	}
	do := func(statement string, args ...any) error {
		if _, err := t.tx.ExecContext(ctx, statement, args...); err != nil {
			return fmt.Errorf("move a channel: %w", err)
		}
		return nil
	}
	if err := t.changed(ctx, domain.TenantID(owner)); err != nil {
		return false, err
	}
	if there == "" {
		return true, do(moveTo, place, to)
	}
	return true, errors.Join( // each has the address that it takes free for it
		do(moveDrafts, there, place), do(readdress, there, "moving "+string(there)), do(moveTo, place, to), do(readdress, there, address))
}
