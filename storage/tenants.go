package storage

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
)

// plausible says whether a text can be an id at all; Postgres makes an error of one that can't, which would end the
// transaction.
func plausible(id string) bool { return uuid.Validate(id) == nil }

const enter = `
SELECT set_config('firstcall.tenant', $1::uuid::text, true) AS entered,
       coalesce((SELECT revision FROM tenants WHERE id = $1)::text, '') AS own,
       coalesce((SELECT revision FROM tenants WHERE side = 'provider')::text, '') AS provider`

// Enter implements bot.Tx. It ends with the transaction.
func (t *txn) Enter(ctx context.Context, tenant domain.TenantID) error {
	if tenant == t.entered {
		return nil
	}
	err := t.tx.QueryRowContext(ctx, enter, tenant).Scan(&t.entered, &t.revisions.own, &t.revisions.provider)
	if err != nil {
		t.entered, t.revisions = "", revisions{}
		return fmt.Errorf("enter a tenant: %w", err)
	}
	return nil
}

const tenantByPrefix = `SELECT id, name, side, prefix, language, zone, country FROM tenants WHERE prefix = upper($1)`

// TenantByPrefix implements bot.Tx.
func (t *txn) TenantByPrefix(ctx context.Context, prefix string) (bot.Tenant, error) {
	var found bot.Tenant
	err := t.tx.GetContext(ctx, &found, tenantByPrefix, fit(prefix))
	return found, orNotFound(err, "find a tenant by its prefix")
}

const tenantByID = `SELECT id, name, side, prefix, language, zone, country FROM tenants WHERE id = $1`

// Tenant implements bot.Tx.
func (t *txn) Tenant(ctx context.Context, id domain.TenantID) (bot.Tenant, error) {
	var found bot.Tenant
	if !plausible(string(id)) {
		return found, orNotFound(errNoRows, "read a tenant")
	}
	revision := t.revision(id)
	var known *bot.Tenant
	if t.surroundings.look(id, revision, func(s *surrounding) { known = s.tenant }); known != nil {
		return *known, nil
	}
	if err := t.tx.GetContext(ctx, &found, tenantByID, id); err != nil {
		return found, orNotFound(err, "read a tenant")
	}
	t.surroundings.keep(id, revision, func(s *surrounding) { s.tenant = &found })
	return found, nil
}

const customers = `SELECT id, name, side, prefix, language, zone, country FROM tenants WHERE side = 'customer' ORDER BY name`

// Customers implements bot.Tx.
func (t *txn) Customers(ctx context.Context) ([]bot.Tenant, error) {
	var all []bot.Tenant
	if err := t.tx.SelectContext(ctx, &all, customers); err != nil {
		return nil, fmt.Errorf("list customers: %w", err)
	}
	return all, nil
}
