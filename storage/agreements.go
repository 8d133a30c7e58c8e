package storage

import (
	"context"
	"fmt"

	"example.com/firstcall/domain"
	"example.com/firstcall/domain/calendar"
)

const readAgreement = `
SELECT tenant_id, (SELECT t.name FROM tenants t WHERE t.id = agreements.tenant_id), id, name, holdings, zone, country, hours, days, coalesce(covered_until::text, ''), subscriptions, policy
FROM agreements WHERE tenant_id = $1`

// Agreement implements bot.Tx.
func (t *txn) Agreement(ctx context.Context, tenant domain.TenantID) (domain.Agreement, error) {
	revision := t.revision(tenant)
	var known *domain.Agreement
	if t.surroundings.look(tenant, revision, func(s *surrounding) { known = s.agreement }); known != nil {
		return *known, nil
	}
	var a domain.Agreement
	var covered string
	err := t.tx.QueryRowContext(ctx, readAgreement, tenant).Scan(&a.Tenant, &a.Customer, &a.ID, &a.Name, snapshot{&a.Holdings}, &a.Zone, &a.Country,
		snapshot{&a.Hours}, snapshot{&a.Days}, &covered, snapshot{&a.Subscriptions}, snapshot{&a.Policy})
	if err != nil {
		return domain.Agreement{}, orNotFound(err, "read the agreement")
	}
	if covered != "" {
		if a.CoveredUntil, err = calendar.ParseDate(covered); err != nil {
			return domain.Agreement{}, fmt.Errorf("read the agreement: %w", err)
		}
	}
	t.surroundings.keep(tenant, revision, func(s *surrounding) { s.agreement = &a })
	return a, nil
}
