package main

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"

	"example.com/firstcall/bot"
	"example.com/firstcall/cmd/firstcall/demo"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
	"example.com/firstcall/storage"
)

// Who and where, by Teams' ids. The provider and each customer have an Entra tenant of their own.
const (
	customers     = 100 // Teams grants a tenant 50 calls a second
	speakers      = 20  // of each customer: Teams grants a conversation 60 calls in 30 s
	provider      = "10000000-0000-4000-8000-000000000000"
	kenji         = "20000000-0000-4000-8000-000000000000"
	engineers     = "19:engineers@thread.tacv2"
	teamsPlatform = "teams"
)

func tenantOf(customer int) string { return fmt.Sprintf("30000000-0000-4000-8000-%012d", customer) }

// personOf is the Entra object of one of a customer's people; the first one is ana.
func personOf(customer, speaker int) string {
	return fmt.Sprintf("40000000-0000-4000-8000-%06d%06d", customer, speaker)
}

// channelIDOf is what the channel calls a person.
func channelIDOf(person string) string { return "29:1" + person + "_a7HhKf1oW3pXkq0Zt5N2mQ" }

func channelOf(customer int) string { return fmt.Sprintf("19:support%d@thread.tacv2", customer) }

// world is what the servers find in the database.
type world struct {
	customers int
	incidents []incident
}

// incident is one that can be asked for and acknowledged.
type incident struct {
	customer     int
	ref, subject string
}

// setUp is the demo's provider with customers like the demo's first one, in Teams.
func setUp(n int, start time.Time) (bot.Setup, error) {
	s, err := demo.Setup(terms.Current(), start)
	if err != nil {
		return s, err
	}
	own, model := "", ""
	for _, t := range s.Tenants {
		if t.Side == domain.Provider {
			own = t.Name
		} else if t.Prefix == "INC" {
			model = t.Name
		}
	}
	all := bot.Setup{Rosters: s.Rosters}
	put := func(of, name, mark string, object func(person string) []string, channel func(n int, place string) bot.Identity) {
		for _, t := range s.Tenants {
			if t.Name == of {
				t.Name = name
				if mark != "" {
					t.Prefix = mark
				}
				all.Tenants = append(all.Tenants, t)
				all.Workspaces = append(all.Workspaces, bot.SetupWorkspace{Tenant: name, Platform: teamsPlatform, ID: channel(0, "").Workspace})
			}
		}
		for _, x := range s.People {
			if x.Tenant != of {
				continue
			}
			x.Tenant = name
			called, mail := x.Person.Name, x.Person.Email
			for n, id := range object(called) {
				x.Identities = nil
				if id != "" {
					x.Identities = []bot.Identity{{Platform: teamsPlatform, Workspace: channel(0, "").Workspace, ID: id}}
				}
				if n > 0 {
					x.Person.Name, x.Person.Email = fmt.Sprint(called, n), fmt.Sprint(n, mail)
				}
				all.People = append(all.People, x)
			}
		}
		for i, x := range s.Places {
			if x.Tenant == of {
				x.Tenant, x.Channel = name, channel(i, x.Place.Name)
				all.Places = append(all.Places, x)
			}
		}
		for _, x := range s.Agreements {
			if x.Tenant == of {
				x.Tenant = name
				all.Agreements = append(all.Agreements, x)
			}
		}
	}
	put(own, own, "", func(person string) []string {
		if person == "kenji" {
			return []string{kenji}
		}
		return []string{""}
	}, func(n int, place string) bot.Identity {
		id := engineers
		if place != "#engineers" {
			id = fmt.Sprintf("19:own%d@thread.tacv2", n)
		}
		return bot.Identity{Platform: teamsPlatform, Workspace: provider, ID: id}
	})
	for c := range n {
		put(model, fmt.Sprintf("Customer %d", c), fmt.Sprintf("C%d", c), func(person string) (ids []string) {
			if person != "ana" {
				return []string{""}
			}
			for s := range speakers {
				ids = append(ids, personOf(c, s))
			}
			return ids
		}, func(int, string) bot.Identity {
			return bot.Identity{Platform: teamsPlatform, Workspace: tenantOf(c), ID: channelOf(c)}
		})
	}
	return all, nil
}

// answers are what ana says about an incident of severity A.
var answers = map[string]string{
	"kind": "break-fix", "product": "azure/virtual-machines", "environment": "production", "subscription": "contoso-shop-prod",
	"happened": "Checkout is down in our shop: every second order ends with an error since this morning.", "since": "-",
	"impact": "We lose half of our sales while this goes on, and the call centre is flooded.", "severity": "A", "commitment": "yes",
	"contacts": "Ana Weber, +49 30 23125 101; Ben Krause, +49 30 23125 102",
}

// furnish makes a database where each of the customers has incidents that nobody has seen yet: the bot opens the first, the
// others are copies of it. There is a table for one row, too.
func (p *place) furnish(ctx context.Context, name string, customers, incidents int) (*world, error) {
	if err := p.create(ctx, name); err != nil {
		return nil, err
	}
	start := time.Now().UTC().Truncate(time.Second)
	setup, err := setUp(customers, start)
	if err != nil {
		return nil, err
	}
	store, err := storage.Open(ctx, p.server.URL(storage.App, name), storage.Options{Rand: rand.Float64})
	if err != nil {
		return nil, err
	}
	defer store.Close()
	if err := store.Import(ctx, setup); err != nil {
		return nil, err
	}
	b := &bot.Bot{
		Store: store, Now: func() time.Time { return start }, NewID: func() string { return uuid.Must(uuid.NewV7()).String() },
		Rand: rand.Float64, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)), Terms: terms.Current(),
	}
	for i := range customers {
		e := bot.Event{Key: fmt.Sprint("begin ", i), Platform: teamsPlatform, Workspace: tenantOf(i), Person: personOf(i, 0), Place: channelOf(i)}
		e.Kind, e.Text = bot.Said, "/incident"
		if _, err := b.Handle(ctx, e); err != nil {
			return nil, err
		}
		for _, step := range []string{"answer", "open"} { // what was answered is read before it is opened
			e.Key = fmt.Sprint(step, " ", i)
			e.Kind, e.Form, e.Values = bot.Submitted, "report", answers
			r, err := b.Handle(ctx, e)
			if err == nil && step == "open" && r.Form != nil {
				err = fmt.Errorf("the report is not taken: %+v", r.Form)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	w := &world{customers: customers}
	return w, p.inside(ctx, name, func(db *sql.DB) error {
		each := (incidents + customers - 1) / customers
		if err := copies(ctx, db, each); err != nil {
			return err
		}
		if _, err := db.ExecContext(ctx, `
CREATE TABLE came (
    key text PRIMARY KEY, kind text NOT NULL, workspace text NOT NULL, person text NOT NULL, place text NOT NULL,
    said text NOT NULL, action text NOT NULL, subject text NOT NULL, at timestamptz NOT NULL);
GRANT INSERT ON came TO `+storage.App); err != nil {
			return fmt.Errorf("make the table for one row: %w", err)
		}
		if _, err := db.ExecContext(ctx, "VACUUM (ANALYZE)"); err != nil {
			return err
		}
		return w.read(ctx, db)
	})
}

// copies makes more incidents like each customer's first one, with their clocks and cards.
func copies(ctx context.Context, db *sql.DB, each int) error {
	incidents, theirs, err := columns(ctx, db, "incidents", map[string]string{"id": "c.id", "ref": "c.ref", "number": "c.number"})
	if err != nil {
		return err
	}
	clocks, ticking, err := columns(ctx, db, "clocks", map[string]string{
		"incident_id": "c.id", "brief": "jsonb_set(m.brief::jsonb, '{ref}', to_jsonb(c.ref))::json",
	})
	if err != nil {
		return err
	}
	cards, shown, err := columns(ctx, db, "cards", map[string]string{
		"id": "gen_random_uuid()", "incident_id": "c.id", "topic": "replace(m.topic, c.model::text, c.id::text)",
		"message": "replace(replace(m.message::text, c.model_ref || ' ', c.ref || ' '), c.model::text, c.id::text)::jsonb",
	})
	if err != nil {
		return err
	}
	for _, text := range []string{
		fmt.Sprintf(`
CREATE TEMP TABLE c AS
SELECT i.tenant_id, i.id AS model, i.ref AS model_ref, n AS number, gen_random_uuid() AS id, t.prefix || '-' || n AS ref
FROM incidents i JOIN tenants t ON t.id = i.tenant_id, generate_series(2, %d) AS n`, each),
		fmt.Sprintf("INSERT INTO incidents (%s) SELECT %s FROM c JOIN incidents m ON m.tenant_id = c.tenant_id AND m.id = c.model", incidents, theirs),
		fmt.Sprintf("INSERT INTO clocks (%s) SELECT %s FROM c JOIN clocks m ON m.tenant_id = c.tenant_id AND m.incident_id = c.model", clocks, ticking),
		"UPDATE cards SET state = 'sent', message_id = '1772442000123', marked = wanted, sent = wanted, epoch = 1, first_sent_at = due_at",
		fmt.Sprintf("INSERT INTO cards (%s) SELECT %s FROM c JOIN cards m ON m.tenant_id = c.tenant_id AND m.incident_id = c.model", cards, shown),
		"DELETE FROM rooms",
	} {
		if _, err := db.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("copy incidents: %w", err)
		}
	}
	return nil
}

// columns lists a table's columns, and what a copy has in them: its own, or what its model m has.
func columns(ctx context.Context, db *sql.DB, table string, own map[string]string) (names, values string, err error) {
	rows, err := db.QueryContext(ctx, `
SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`, table)
	if err != nil {
		return "", "", fmt.Errorf("read the columns of %s: %w", table, err)
	}
	defer rows.Close()
	var n, v []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return "", "", err
		}
		value := own[name]
		if value == "" {
			value = "m." + name
		}
		n, v = append(n, name), append(v, value)
	}
	return strings.Join(n, ", "), strings.Join(v, ", "), rows.Err()
}

// read lists the incidents, one customer after the other.
func (w *world) read(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, `
SELECT substr(t.prefix, 2)::int, i.ref, i.tenant_id || ' ' || i.id FROM incidents i JOIN tenants t ON t.id = i.tenant_id ORDER BY i.number, t.prefix`)
	if err != nil {
		return fmt.Errorf("list the incidents: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var i incident
		if err := rows.Scan(&i.customer, &i.ref, &i.subject); err != nil {
			return err
		}
		w.incidents = append(w.incidents, i)
	}
	return rows.Err()
}
