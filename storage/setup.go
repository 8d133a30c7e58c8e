package storage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
)

// Import writes a setup down: all of it or, when anything in it is wrong, nothing. Importing the same again changes nothing.
func (d *DB) Import(ctx context.Context, s bot.Setup) error {
	err := d.inTx(ctx, func(tx *sqlx.Tx) error {
		i := importing{tx: tx, ids: map[string]domain.TenantID{}, people: map[string]string{}}
		return i.all(ctx, s)
	})
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	return nil
}

// importing is one import on its way, with the ids of what it has written, by name.
type importing struct {
	tx     *sqlx.Tx
	ids    map[string]domain.TenantID
	people map[string]string // by tenant and name
}

func (i *importing) all(ctx context.Context, s bot.Setup) error {
	for n := range s.Tenants {
		if err := i.tenant(ctx, &s.Tenants[n]); err != nil {
			return fmt.Errorf("tenant %q: %w", s.Tenants[n].Name, err)
		}
	}
	for n := range s.Workspaces {
		if err := i.workspace(ctx, &s.Workspaces[n]); err != nil {
			return fmt.Errorf("workspace of %q: %w", s.Workspaces[n].Tenant, err)
		}
	}
	if err := i.forAll(ctx, forgetProfiles); err != nil {
		return fmt.Errorf("forget whose workspace has changed hands: %w", err)
	}
	for n := range s.People {
		if err := i.person(ctx, &s.People[n]); err != nil {
			return fmt.Errorf("person %q of %q: %w", s.People[n].Person.Name, s.People[n].Tenant, err)
		}
	}
	for n := range s.Tenants {
		if err := i.digests(ctx, &s.Tenants[n], s.Digests); err != nil {
			return fmt.Errorf("digests of %q: %w", s.Tenants[n].Name, err)
		}
	}
	if err := i.forAll(ctx, forgetLeavers); err != nil {
		return fmt.Errorf("forget whose people have left: %w", err)
	}
	for n := range s.Places {
		if err := i.place(ctx, &s.Places[n]); err != nil {
			return fmt.Errorf("place %q of %q: %w", s.Places[n].Place.Name, s.Places[n].Tenant, err)
		}
	}
	for n := range s.Rosters {
		if err := i.roster(ctx, &s.Rosters[n]); err != nil {
			return fmt.Errorf("roster of %q: %w", s.Rosters[n].Tenant, err)
		}
	}
	for n := range s.Agreements {
		if err := i.agreement(ctx, &s.Agreements[n]); err != nil {
			return fmt.Errorf("agreement of %q: %w", s.Agreements[n].Tenant, err)
		}
	}
	for n := range s.Events {
		if err := i.event(ctx, &s.Events[n]); err != nil {
			return fmt.Errorf("event %q of %q: %w", s.Events[n].Event.Name, s.Events[n].Tenant, err)
		}
	}
	return nil
}

const importTenant = `
INSERT INTO tenants (id, name, side, prefix, language, zone, country) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (name) DO UPDATE SET side = excluded.side, prefix = excluded.prefix, language = excluded.language,
    zone = excluded.zone, country = excluded.country
RETURNING id`

const (
	unbind = `
UPDATE destinations SET tenant_id = NULL, person_id = NULL, place_id = NULL WHERE tenant_id = $1 AND bound_by = 'setup'
  AND NOT EXISTS (SELECT FROM places p WHERE p.tenant_id = $1 AND p.id = place_id AND p.purpose = 'incident') -- which the bot made`
	unlist = `UPDATE people SET listed = false WHERE tenant_id = $1`
	// What was bound while the bot ran ends when the set-up has the person no more; what a profile said, when the workspace
	// is no longer the tenant's.
	forgetLeavers = `
UPDATE destinations d SET tenant_id = NULL, person_id = NULL, bound_by = 'setup', asked_at = NULL
WHERE d.tenant_id = $1 AND d.bound_by <> 'setup'
  AND d.person_id NOT IN (SELECT p.id FROM people p WHERE p.tenant_id = $1 AND p.listed)`
	forgetProfiles = `
UPDATE destinations d SET tenant_id = NULL, person_id = NULL, bound_by = 'setup', asked_at = NULL
WHERE d.tenant_id = $1 AND d.bound_by = 'profile' AND NOT EXISTS (
    SELECT FROM workspaces w WHERE w.platform = d.platform AND w.workspace = d.workspace AND w.tenant_id = $1)`
	emptyRosters = `DELETE FROM rosters WHERE tenant_id = $1`
)

// tenant also unbinds all that was bound; what the setup lists is bound again in the same transaction.
func (i *importing) tenant(ctx context.Context, t *bot.Tenant) error {
	fresh, err := newID()
	if err != nil {
		return err
	}
	var id domain.TenantID
	if err := i.tx.GetContext(ctx, &id, importTenant, fresh, t.Name, t.Side, t.Prefix, t.Language, t.Zone, t.Country); err != nil {
		return err
	}
	i.ids[t.Name] = id
	if err := i.enter(ctx, id); err != nil {
		return err
	}
	// All that follows is of tenants that come by here, and in this transaction.
	if err := (&txn{tx: i.tx}).changed(ctx, id); err != nil {
		return err
	}
	if _, err := i.tx.ExecContext(ctx, unbind, id); err != nil {
		return fmt.Errorf("unbind: %w", err)
	}
	if _, err := i.tx.ExecContext(ctx, unlist, id); err != nil {
		return fmt.Errorf("forget who is listed: %w", err)
	}
	if _, err := i.tx.ExecContext(ctx, unbindWorkspaces, id); err != nil {
		return fmt.Errorf("unbind the workspaces: %w", err)
	}
	if _, err := i.tx.ExecContext(ctx, emptyRosters, id); err != nil {
		return fmt.Errorf("empty the rosters: %w", err)
	}
	return nil
}

// forAll runs a statement for each tenant of the setup.
func (i *importing) forAll(ctx context.Context, statement string) error {
	for _, tenant := range i.ids {
		if err := i.enter(ctx, tenant); err != nil {
			return err
		}
		if _, err := i.tx.ExecContext(ctx, statement, tenant); err != nil {
			return err
		}
	}
	return nil
}

func (i *importing) enter(ctx context.Context, id domain.TenantID) error {
	return (&txn{tx: i.tx}).Enter(ctx, id)
}

// of enters the tenant with that name.
func (i *importing) of(ctx context.Context, name string) (domain.TenantID, error) {
	id, ok := i.ids[name]
	if !ok {
		return "", fmt.Errorf("there is no tenant %q", name)
	}
	return id, i.enter(ctx, id)
}

const importPerson = `
INSERT INTO people (tenant_id, id, name, full_name, email, phone, language, zone, roles)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (tenant_id, name) DO UPDATE SET full_name = excluded.full_name, email = excluded.email, phone = excluded.phone,
    language = excluded.language, zone = excluded.zone, roles = excluded.roles, listed = true
RETURNING id`

func (i *importing) person(ctx context.Context, s *bot.SetupPerson) error {
	tenant, err := i.of(ctx, s.Tenant)
	if err != nil {
		return err
	}
	fresh, err := newID()
	if err != nil {
		return err
	}
	p := &s.Person
	var id string
	if err := i.tx.GetContext(ctx, &id, importPerson, tenant, fresh, p.Name, p.FullName, p.Email, p.Phone, p.Language, p.Zone, texts(p.Roles)); err != nil {
		return err
	}
	i.people[s.Tenant+"\x00"+p.Name] = id
	for _, identity := range s.Identities {
		if err := i.bind(ctx, identity, "person", tenant, id, ""); err != nil {
			return err
		}
	}
	return nil
}

// The set-up wins over what was bound while the bot ran, within a tenant. A channel that has moved is meant by its old id, too.
const bind = `
INSERT INTO destinations AS d (id, platform, workspace, kind, address, tenant_id, person_id, place_id)
VALUES ($1, $2, $3, $4, coalesce((
    SELECT f.address FROM destinations f WHERE f.platform = $2 AND f.workspace = $3 AND f.kind = $4 AND $5 = ANY (f.former)
    ORDER BY f.id LIMIT 1), $5), $6, $7, $8)
ON CONFLICT (platform, workspace, kind, address) DO UPDATE
SET tenant_id = excluded.tenant_id, person_id = excluded.person_id, place_id = excluded.place_id, bound_by = 'setup'
WHERE d.tenant_id IS NULL OR d.tenant_id = excluded.tenant_id AND d.bound_by <> 'setup'
   OR (d.tenant_id, d.person_id, d.place_id) IS NOT DISTINCT FROM (excluded.tenant_id, excluded.person_id, excluded.place_id)
RETURNING d.id`

func (i *importing) bind(ctx context.Context, at bot.Identity, kind string, tenant domain.TenantID, person, place string) error {
	fresh, err := newID()
	if err != nil {
		return err
	}
	var id string
	err = i.tx.GetContext(ctx, &id, bind, fresh, at.Platform, at.Workspace, kind, at.ID, tenant, ident(person), ident(place))
	if errors.Is(err, errNoRows) {
		return fmt.Errorf("%s %s %s belongs to somebody else already", at.Platform, at.Workspace, at.ID)
	}
	if err != nil {
		return fmt.Errorf("bind %s %s %s: %w", at.Platform, at.Workspace, at.ID, err)
	}
	return nil
}

const importPlace = `
INSERT INTO places (tenant_id, id, name, purpose, team, language, zone) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (tenant_id, name) DO UPDATE SET purpose = excluded.purpose, team = excluded.team, language = excluded.language,
    zone = excluded.zone
RETURNING id`

func (i *importing) place(ctx context.Context, s *bot.SetupPlace) error {
	tenant, err := i.of(ctx, s.Tenant)
	if err != nil {
		return err
	}
	fresh, err := newID()
	if err != nil {
		return err
	}
	p := &s.Place
	var id string
	if err := i.tx.GetContext(ctx, &id, importPlace, tenant, fresh, p.Name, p.Purpose, p.Team, p.Language, p.Zone); err != nil {
		return err
	}
	return i.bind(ctx, s.Channel, "channel", tenant, "", id)
}

const importRoster = `
INSERT INTO rosters (tenant_id, role, person_id, starts_at, ends_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tenant_id, role, person_id, starts_at) DO UPDATE SET ends_at = excluded.ends_at`

func (i *importing) roster(ctx context.Context, s *bot.SetupRoster) error {
	tenant, err := i.of(ctx, s.Tenant)
	if err != nil {
		return err
	}
	person, ok := i.people[s.Tenant+"\x00"+s.Person]
	if !ok {
		return fmt.Errorf("there is no person %q", s.Person)
	}
	from := s.From
	if from.IsZero() {
		from = time.Unix(0, 0)
	}
	_, err = i.tx.ExecContext(ctx, importRoster, tenant, s.Role, person, instant(from), instant(s.Until))
	return err
}

const importAgreement = `
INSERT INTO agreements (tenant_id, id, name, holdings, zone, country, hours, days, covered_until, subscriptions, policy)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (tenant_id) DO UPDATE SET name = excluded.name, holdings = excluded.holdings, zone = excluded.zone,
    country = excluded.country, hours = excluded.hours, days = excluded.days, covered_until = excluded.covered_until,
    subscriptions = excluded.subscriptions, policy = excluded.policy`

func (i *importing) agreement(ctx context.Context, s *bot.SetupAgreement) error {
	tenant, err := i.of(ctx, s.Tenant)
	if err != nil {
		return err
	}
	fresh, err := newID()
	if err != nil {
		return err
	}
	a := &s.Agreement
	for n := range a.Holdings {
		if a.Holdings[n].Hours != nil {
			return fmt.Errorf("holding %s: working hours of its own can't be kept", a.Holdings[n].Plan)
		}
	}
	var hours any
	if a.Hours != nil {
		hours = snapshot{a.Hours}
	}
	covered := ident("")
	if !a.CoveredUntil.IsZero() {
		covered = ident(a.CoveredUntil.String())
	}
	_, err = i.tx.ExecContext(ctx, importAgreement, tenant, fresh, a.Name, snapshot{orNone(a.Holdings)}, a.Zone, a.Country, hours,
		snapshot{orNone(a.Days)}, covered, snapshot{orNone(a.Subscriptions)}, snapshot{a.Policy})
	return err
}

// orNone makes an empty list of a missing one, which JSON writes in another way.
func orNone[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

const importEvent = `
INSERT INTO business_events (tenant_id, id, name, starts_at, ends_at, zone, products, look_at)
SELECT $1, $2, $3, $4, $5, $6, $7, CASE WHEN EXISTS (SELECT FROM places WHERE tenant_id = $1 AND purpose = 'event') THEN $4::timestamptz END
ON CONFLICT (tenant_id, name, starts_at) DO UPDATE SET ends_at = excluded.ends_at, zone = excluded.zone, products = excluded.products,
    look_at = excluded.look_at`

func (i *importing) event(ctx context.Context, s *bot.SetupEvent) error {
	tenant, err := i.of(ctx, s.Tenant)
	if err != nil {
		return err
	}
	fresh, err := newID()
	if err != nil {
		return err
	}
	e := &s.Event
	_, err = i.tx.ExecContext(ctx, importEvent, tenant, fresh, e.Name, instant(e.Starts), instant(e.Ends), e.Zone, texts(e.Products))
	return err
}

func newID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("make an id: %w", err)
	}
	return id.String(), nil
}
