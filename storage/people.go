package storage

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
)

// directory lists a recipient for each destination that is bound: a person with two identities is there twice.
const directory = `
SELECT d.id, d.tenant_id, CASE WHEN d.tenant_id = provider.id THEN 'provider' ELSE 'customer' END AS side,
       p.id, p.name, p.full_name, p.email, p.phone, p.language, p.zone, p.roles,
       (SELECT array_agg(DISTINCT r.role ORDER BY r.role) FROM rosters r
        WHERE r.tenant_id = p.tenant_id AND r.person_id = p.id AND r.starts_at <= $2 AND (r.ends_at IS NULL OR r.ends_at > $2)),
       c.id, c.name, c.purpose, c.team, c.language, c.zone, c.about_tenant_id, c.incident_id,
       d.platform, d.workspace, d.kind, d.address,
       (SELECT least(min(starts_at) FILTER (WHERE starts_at > $2), min(ends_at) FILTER (WHERE ends_at > $2)) FROM rosters
        WHERE tenant_id = $1 OR tenant_id = provider.id) AS until
FROM (SELECT (SELECT id FROM tenants WHERE side = 'provider') AS id) AS provider
JOIN destinations d ON d.tenant_id = $1 OR d.tenant_id = provider.id
LEFT JOIN people p ON p.tenant_id = d.tenant_id AND p.id = d.person_id
LEFT JOIN places c ON c.tenant_id = d.tenant_id AND c.id = d.place_id
WHERE p.id IS NOT NULL OR c.id IS NOT NULL AND (c.about_tenant_id IS NULL OR c.about_tenant_id = $1)
ORDER BY side, c.name, p.name, d.platform, d.id`

// Directory implements bot.Tx. The order is the same each time.
func (t *txn) Directory(ctx context.Context, tenant domain.TenantID, now time.Time) (bot.Directory, error) {
	known := tenant == t.entered && t.surroundings != nil
	if known {
		if d, ok := t.surroundings.directory(tenant, t.revisions, now); ok {
			return d, nil
		}
	}
	var until instant
	rows, err := t.tx.QueryContext(ctx, directory, tenant, instant(now))
	if err != nil {
		return bot.Directory{}, fmt.Errorf("list who can be reached: %w", err)
	}
	defer rows.Close()
	var all bot.Directory
	for rows.Next() {
		var r bot.Recipient
		var of domain.TenantID
		var side domain.Side
		var p, c, name, fullName, email, phone, language, zone, placeName, purpose, team, placeLanguage, placeZone, about, incident ident
		var roles, duty []string
		if err := rows.Scan(&r.Destination, &of, &side,
			&p, &name, &fullName, &email, &phone, &language, &zone, pq.Array(&roles), pq.Array(&duty),
			&c, &placeName, &purpose, &team, &placeLanguage, &placeZone, &about, &incident,
			&r.Address.Platform, &r.Address.Workspace, &r.Address.Kind, &r.Address.ID, &until); err != nil {
			return bot.Directory{}, fmt.Errorf("list who can be reached: %w", err)
		}
		if p != "" {
			r.Person = &bot.Person{
				ID: domain.PersonID(p), Tenant: of, Side: side, Name: string(name), FullName: string(fullName), Email: string(email),
				Phone: string(phone), Language: string(language), Zone: string(zone), Roles: rolesOf(roles),
			}
			r.OnDuty = rolesOf(duty)
		}
		if c != "" {
			r.Place = &bot.Place{
				ID: domain.PlaceID(c), Tenant: of, Side: side, Name: string(placeName), Purpose: bot.Purpose(purpose), Team: string(team),
				Language: string(placeLanguage), Zone: string(placeZone), About: domain.TenantID(about), Incident: domain.IncidentID(incident),
			}
		}
		all.Recipients = append(all.Recipients, r)
	}
	if err := rows.Err(); err != nil {
		return bot.Directory{}, fmt.Errorf("list who can be reached: %w", err)
	}
	if known {
		t.surroundings.keepDirectory(tenant, t.revisions, all, now, time.Time(until))
	}
	return all, nil
}
