package storage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
)

// arrive notes the event's key, makes the destinations that are new, and enters the tenant at whose rows the next statement
// looks: a customer's person brings the customer, else the place does, else the person. A person lives in the workspace where
// they are at home, a place in the one through which the event came. Each is looked up by itself: a join planned while the
// platform had few destinations would go through all of them for ever.
const arrive = `
WITH noted AS (
    INSERT INTO inbox (platform, workspace, event_key, at) SELECT $1, $2, $3, $4 WHERE $3 <> ''
    ON CONFLICT (platform, workspace, event_key) DO NOTHING RETURNING at),
came AS (
    SELECT * FROM unnest($5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[]) AS k (id, kind, workspace, address, route)),
known AS (
    SELECT d.id, d.kind, d.tenant_id, t.side, d.person_id, d.place_id,
           k.route NOT IN ('', d.route) AND (k.kind = 'channel' OR d.route = '' OR NOT $10) AS rerouted
    FROM came k CROSS JOIN LATERAL (
        SELECT * FROM destinations WHERE platform = $1 AND workspace = k.workspace AND kind = k.kind AND address = k.address LIMIT 1) AS d
    LEFT JOIN tenants t ON t.id = d.tenant_id),
made AS (
    INSERT INTO destinations (id, platform, workspace, kind, address)
    SELECT k.id, $1, k.workspace, k.kind, k.address FROM came k WHERE k.kind NOT IN (SELECT kind FROM known)
    ON CONFLICT (platform, workspace, kind, address) DO NOTHING RETURNING id, kind),
there AS (
    SELECT id, kind, tenant_id, side, person_id, place_id, rerouted FROM known
    UNION ALL SELECT m.id, m.kind, NULL, NULL, NULL, NULL, (SELECT k.route <> '' FROM came k WHERE k.kind = m.kind) FROM made m)
SELECT $3 <> '' AND NOT EXISTS (SELECT FROM noted) AS seen,
       p.id AS person, p.tenant_id AS person_tenant, coalesce(p.side, '') AS person_side, p.person_id AS person_id,
       c.id AS place, c.tenant_id AS place_tenant, coalesce(c.side, '') AS place_side, c.place_id AS place_id,
       coalesce(p.rerouted, false) AS person_rerouted, coalesce(c.rerouted, false) AS place_rerouted,
       set_config('firstcall.tenant', coalesce(CASE WHEN p.side = 'customer' THEN p.tenant_id END, c.tenant_id, p.tenant_id)::text, true) AS entered,
       coalesce((SELECT revision FROM tenants WHERE id = coalesce(CASE WHEN p.side = 'customer' THEN p.tenant_id END, c.tenant_id, p.tenant_id))::text, '') AS own,
       coalesce((SELECT revision FROM tenants WHERE side = 'provider')::text, '') AS provider
FROM (SELECT 1) AS one LEFT JOIN there p ON p.kind = 'person' LEFT JOIN there c ON c.kind = 'channel'`

type arrival struct {
	Seen         bool
	Person       ident
	PersonTenant ident       `db:"person_tenant"`
	PersonSide   domain.Side `db:"person_side"`
	PersonID     ident       `db:"person_id"`
	Place        ident
	PlaceTenant  ident       `db:"place_tenant"`
	PlaceSide    domain.Side `db:"place_side"`
	PlaceID      ident       `db:"place_id"`

	PersonRerouted bool `db:"person_rerouted"`
	PlaceRerouted  bool `db:"place_rerouted"`

	Entered       ident
	Own, Provider string
}

// Arrive implements bot.Tx. In private there is no place, and no destination of one.
func (t *txn) Arrive(ctx context.Context, e bot.Event, now time.Time) (bot.Door, bool, error) {
	through := e.Through
	if through == "" {
		through = e.Workspace
	}
	a, err := t.arrive(ctx, &e, through, now)
	if err != nil {
		return bot.Door{}, false, err
	}
	seen := a.Seen
	if e.Place != "" && a.PlaceID == "" && e.Kind != bot.Left && e.Kind != bot.Moved { // those tell of one side's own view of a channel
		host, err := t.sharedBy(ctx, &e, through)
		if err != nil {
			return bot.Door{}, false, err
		}
		if host != "" {
			e.Route = "" // it leads through the other workspace
			if a, err = t.arrive(ctx, &e, host, now); err != nil {
				return bot.Door{}, false, err
			}
		}
	}
	t.arrived = true
	door := bot.Door{PersonDest: bot.DestinationID(a.Person), PlaceDest: bot.DestinationID(a.Place)}
	if err := t.reroute(ctx, e, &a, now); err != nil {
		return bot.Door{}, false, err
	}
	if a.PersonID != "" || a.PlaceID != "" {
		if err := t.whoAndWhere(ctx, &door, &a); err != nil {
			return bot.Door{}, false, err
		}
	}
	return door, seen, nil
}

// arrive looks for the place in that workspace.
func (t *txn) arrive(ctx context.Context, e *bot.Event, placeIn string, now time.Time) (arrival, error) {
	var came struct{ id, kind, workspace, address, route list }
	come := func(kind, workspace, address, route string) error {
		if address == "" {
			return nil
		}
		id, err := newID()
		if err != nil {
			return err
		}
		came.id.text(id)
		came.kind.text(kind)
		came.workspace.text(workspace)
		came.address.text(address)
		came.route.text(route)
		return nil
	}
	if err := errors.Join(come("person", e.Workspace, e.Person, toPerson(e)), come("channel", placeIn, e.Place, e.Route)); err != nil {
		return arrival{}, err
	}
	seen := false
	for try := 0; ; try++ {
		var a arrival
		err := t.tx.GetContext(ctx, &a, arrive, fit(e.Platform), fit(e.Workspace), fit(e.Key), instant(now),
			&came.id, &came.kind, &came.workspace, &came.address, &came.route, e.Place != "")
		if err != nil {
			return arrival{}, fmt.Errorf("record an event: %w", err)
		}
		if try == 0 {
			seen = a.Seen
		}
		a.Seen = seen
		t.entered, t.revisions = domain.TenantID(a.Entered), revisions{a.Own, a.Provider}
		// A destination that somebody else made at this moment is seen by the next statement.
		if (e.Person == "" || a.Person != "") && (e.Place == "" || a.Place != "") {
			return a, nil
		}
		if try == 3 {
			return arrival{}, fmt.Errorf("record an event: its destinations can't be seen")
		}
	}
}

// A channel that organisations share has one id in all their workspaces, and is bound through one of them. That two channels
// have one id by chance is not ruled out by any platform, so the id alone opens nothing: the workspace that the event came
// through and the one where the person is at home must each belong to whom the place belongs to, or to the provider, who
// serves every place. What another customer's workspace sends never gets there.
const sharedBy = `
SELECT d.workspace
FROM workspaces host CROSS JOIN LATERAL (
    SELECT workspace, tenant_id FROM destinations
    WHERE platform = $1 AND workspace = host.workspace AND kind = 'channel' AND address = $2 AND place_id IS NOT NULL LIMIT 1) AS d
WHERE host.platform = $1 AND host.tenant_id IS NOT NULL AND host.workspace <> $3
  AND NOT EXISTS (
      SELECT FROM unnest(ARRAY[$3, $4]) AS k (workspace)
      WHERE NOT EXISTS (
          SELECT FROM workspaces w JOIN tenants t ON t.id = w.tenant_id
          WHERE w.platform = $1 AND w.workspace = k.workspace AND (t.id = d.tenant_id OR t.side = 'provider')))
LIMIT 2`

// sharedBy finds the workspace through which a place is bound that came by through another one; "" where there is none, or
// where it isn't clear which one.
func (t *txn) sharedBy(ctx context.Context, e *bot.Event, through string) (string, error) {
	var all []string
	if err := t.tx.SelectContext(ctx, &all, sharedBy, fit(e.Platform), fit(e.Place), fit(through), fit(e.Workspace)); err != nil {
		return "", fmt.Errorf("look who shares a channel: %w", err)
	}
	if len(all) != 1 {
		return "", nil
	}
	return all[0], nil
}

// A late event doesn't bring an old route back.
const reroute = `
UPDATE destinations SET route = $2, route_at = $3
WHERE id = $1 AND route <> $2 AND (route_at IS NULL OR route_at <= $3)`

// toPerson is how the platform wants to write to the person in private.
func toPerson(e *bot.Event) string {
	if e.Place != "" {
		return e.PersonRoute
	}
	return e.Route
}

// reroute keeps how the platform wants to be written to from now on: in the place, and to the person in private.
func (t *txn) reroute(ctx context.Context, e bot.Event, a *arrival, now time.Time) error {
	at := e.At
	if at.IsZero() || at.After(now) {
		at = now
	}
	for _, way := range []struct {
		is    bool
		id    ident
		route string
	}{{a.PlaceRerouted, a.Place, e.Route}, {a.PersonRerouted, a.Person, toPerson(&e)}} {
		if !way.is {
			continue
		}
		if _, err := t.tx.ExecContext(ctx, reroute, way.id, fit(way.route), instant(at)); err != nil {
			return fmt.Errorf("keep a route: %w", err)
		}
		if err := t.Revive(ctx, bot.DestinationID(way.id), now); err != nil {
			return err
		}
	}
	return nil
}

const whoAndWhere = `
SELECT p.id, p.name, p.full_name, p.email, p.phone, p.language, p.zone, p.roles,
       c.id, c.name, c.purpose, c.team, c.language, c.zone, c.about_tenant_id, c.incident_id
FROM (SELECT 1) AS one
LEFT JOIN people p ON p.tenant_id = $1 AND p.id = $2
LEFT JOIN places c ON c.tenant_id = $3 AND c.id = $4`

// whoAndWhere reads what isn't known yet of the person who came in and of the place.
func (t *txn) whoAndWhere(ctx context.Context, door *bot.Door, a *arrival) error {
	revision := func(tenant ident, side domain.Side) string {
		if side == domain.Provider {
			return t.revisions.provider
		}
		return t.revision(domain.TenantID(tenant))
	}
	who, where := revision(a.PersonTenant, a.PersonSide), revision(a.PlaceTenant, a.PlaceSide)
	t.surroundings.look(domain.TenantID(a.PersonTenant), who, func(s *surrounding) {
		if p, ok := s.people[domain.PersonID(a.PersonID)]; ok {
			door.Person = &p
		}
	})
	t.surroundings.look(domain.TenantID(a.PlaceTenant), where, func(s *surrounding) {
		if c, ok := s.places[domain.PlaceID(a.PlaceID)]; ok {
			door.Place = &c
		}
	})
	if (door.Person != nil || a.PersonID == "") && (door.Place != nil || a.PlaceID == "") {
		return nil
	}
	if err := t.readWhoAndWhere(ctx, door, a); err != nil {
		return err
	}
	if p := door.Person; p != nil {
		t.surroundings.keep(p.Tenant, who, func(s *surrounding) { s.people[p.ID] = *p })
	}
	if c := door.Place; c != nil {
		t.surroundings.keep(c.Tenant, where, func(s *surrounding) { s.places[c.ID] = *c })
	}
	return nil
}

func (t *txn) readWhoAndWhere(ctx context.Context, door *bot.Door, a *arrival) error {
	var p, c ident
	var name, fullName, email, phone, language, zone ident
	var placeName, purpose, team, placeLanguage, placeZone, about, incident ident
	var roles []string
	row := t.tx.QueryRowContext(ctx, whoAndWhere, a.PersonTenant, a.PersonID, a.PlaceTenant, a.PlaceID)
	if err := row.Scan(&p, &name, &fullName, &email, &phone, &language, &zone, pq.Array(&roles),
		&c, &placeName, &purpose, &team, &placeLanguage, &placeZone, &about, &incident); err != nil {
		return fmt.Errorf("read who came in, and where: %w", err)
	}
	if p != "" {
		door.Person = &bot.Person{
			ID: domain.PersonID(p), Tenant: domain.TenantID(a.PersonTenant), Side: a.PersonSide, Name: string(name),
			FullName: string(fullName), Email: string(email), Phone: string(phone), Language: string(language), Zone: string(zone),
			Roles: rolesOf(roles),
		}
	}
	if c != "" {
		door.Place = &bot.Place{
			ID: domain.PlaceID(c), Tenant: domain.TenantID(a.PlaceTenant), Side: a.PlaceSide, Name: string(placeName),
			Purpose: bot.Purpose(purpose), Team: string(team), Language: string(placeLanguage), Zone: string(placeZone),
			About: domain.TenantID(about), Incident: domain.IncidentID(incident),
		}
	}
	return nil
}

func rolesOf(names []string) []domain.Role {
	var roles []domain.Role
	for _, n := range names {
		roles = append(roles, domain.Role(n))
	}
	return roles
}

const (
	sweepInbox  = `DELETE FROM inbox WHERE at < $1`
	sweepDrafts = `DELETE FROM drafts WHERE ends_at < $1`
)

// Sweep implements bot.Store.
func (d *DB) Sweep(ctx context.Context, inboxBefore, draftsBefore time.Time) error {
	err := d.inTx(ctx, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, sweepInbox, instant(inboxBefore)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, sweepDrafts, instant(draftsBefore))
		return err
	})
	if err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	return nil
}
