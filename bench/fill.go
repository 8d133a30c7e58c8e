package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/cmd/firstcall/demo"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
	"example.com/firstcall/storage"
)

// customers is the demo's provider with any number of customers like the demo's first one, each with a channel, people and
// an agreement of its own.
func customers(n int, start time.Time) (bot.Setup, error) {
	s, err := demo.Setup(terms.Current(), start)
	if err != nil {
		return s, err
	}
	provider, model := "", ""
	for _, t := range s.Tenants {
		if t.Side == domain.Provider {
			provider = t.Name
		} else if t.Prefix == "INC" {
			model = t.Name
		}
	}
	var all bot.Setup
	for _, t := range s.Tenants {
		if t.Name == provider {
			all.Tenants = append(all.Tenants, t)
		}
	}
	for _, x := range s.People {
		if x.Tenant == provider {
			x.Identities = []bot.Identity{{Platform: "console", ID: x.Person.Name}}
			all.People = append(all.People, x)
		}
	}
	for _, x := range s.Places {
		if x.Tenant == provider {
			x.Channel = bot.Identity{Platform: "console", ID: x.Place.Name}
			all.Places = append(all.Places, x)
		}
	}
	all.Rosters = s.Rosters
	for i := range n {
		name, mark := fmt.Sprintf("Customer %d", i), fmt.Sprint(i)
		for _, t := range s.Tenants {
			if t.Name == model {
				t.Name, t.Prefix = name, fmt.Sprintf("C%d", i)
				all.Tenants = append(all.Tenants, t)
			}
		}
		for _, x := range s.People {
			if x.Tenant == model {
				x.Tenant, x.Identities = name, []bot.Identity{{Platform: "console", ID: x.Person.Name + mark}}
				all.People = append(all.People, x)
			}
		}
		for _, x := range s.Places {
			if x.Tenant == model {
				x.Tenant, x.Channel = name, bot.Identity{Platform: "console", ID: "#" + mark}
				all.Places = append(all.Places, x)
			}
		}
		for _, x := range s.Agreements {
			if x.Tenant == model {
				x.Tenant = name
				all.Agreements = append(all.Agreements, x)
			}
		}
	}
	return all, nil
}

// furnish makes a database with customers and nothing else.
func (p *place) furnish(ctx context.Context, name string, n int, start time.Time) error {
	if err := p.create(ctx, name); err != nil {
		return err
	}
	setup, err := customers(n, start)
	if err != nil {
		return err
	}
	store, err := p.open(ctx, name, nil)
	if err != nil {
		return err
	}
	defer store.Close()
	return store.Import(ctx, setup)
}

// conversation plays one customer's part.
type conversation struct {
	bot      *bot.Bot
	customer int
	said     int
	unique   string
}

func (c *conversation) event(kind bot.EventKind) bot.Event {
	c.said++
	return bot.Event{
		Key: fmt.Sprintf("%s-%d-%d", c.unique, c.customer, c.said), Platform: "console", Kind: kind,
		Person: fmt.Sprintf("ana%d", c.customer), Place: fmt.Sprintf("#%d", c.customer),
	}
}

func (c *conversation) start(ctx context.Context) error {
	e := c.event(bot.Said)
	e.Text = "/incident"
	_, err := c.bot.Handle(ctx, e)
	return err
}

func (c *conversation) answer(ctx context.Context, key, value string) error {
	e := c.event(bot.Submitted)
	e.Form, e.Values, e.Partial = "report", map[string]string{key: value}, true
	_, err := c.bot.Handle(ctx, e)
	return err
}

// answers are what a customer of the demo says about an incident of severity A.
var answers = map[string]string{
	"kind": "break-fix", "product": "azure/virtual-machines", "environment": "production", "subscription": "contoso-shop-prod",
	"happened": "Checkout is down in our shop: every second order ends with an error since this morning.", "since": "-",
	"impact": "We lose half of our sales while this goes on, and the call centre is flooded.", "severity": "A", "commitment": "yes",
	"contacts": "Ana Weber, +49 30 23125 101; Ben Krause, +49 30 23125 102",
}

func (c *conversation) submit(ctx context.Context) error {
	e := c.event(bot.Submitted)
	e.Form, e.Values = "report", answers
	r, err := c.bot.Handle(ctx, e)
	if err == nil && r.Form != nil && r.Form.Asking == "" { // the summary was read
		e.Key = c.event(bot.Submitted).Key
		r, err = c.bot.Handle(ctx, e)
	}
	if err == nil && r.Form != nil {
		return fmt.Errorf("the report is not taken; still asked for: %q", r.Form.Asking)
	}
	return err
}

// openOne lets each customer open one incident at the start: severity A, to be called about within 15 minutes.
func (p *place) openOne(ctx context.Context, name string, n int, start time.Time) error {
	store, err := p.open(ctx, name, nil)
	if err != nil {
		return err
	}
	defer store.Close()
	b := newBot(store, func() time.Time { return start })
	for i := range n {
		c := conversation{bot: b, customer: i, unique: "open"}
		if err := c.start(ctx); err != nil {
			return err
		}
		if err := c.submit(ctx); err != nil {
			return err
		}
	}
	return nil
}

// spread says by how much a copy's instants are later than its model's: an SQL expression in
// k, the copy's number, and n, which counts all copies from 1.
type spread string

const (
	together spread = "interval '0'"
	someDay  spread = "interval '1 second' * (86400 * 2 + (k * 7919) % (86400 * 300))"
)

// copies makes more incidents like each customer's first one, with wakes and cards that were sent. It is loaded past the bot,
// since opening a million would take the bot longer than all the measuring.
func copies(ctx context.Context, db *sql.DB, each, from int, by spread, cards bool) error {
	later := func(table string, own map[string]string) (names, values string, err error) {
		columns, err := column(ctx, db, table)
		if err != nil {
			return "", "", err
		}
		var n, v []string
		for _, c := range columns {
			value, ok := own[c.name]
			if !ok {
				value = "m." + c.name
				if c.kind == "timestamptz" {
					value += " + c.later"
				}
			}
			n, v = append(n, c.name), append(v, value)
		}
		return strings.Join(n, ", "), strings.Join(v, ", "), nil
	}
	names, values, err := later("incidents", map[string]string{"id": "c.id", "number": "c.k", "ref": "c.ref"})
	if err != nil {
		return err
	}
	clockNames, clockValues, err := later("clocks", map[string]string{
		"incident_id": "c.id", "wake_at": "w.wake_at + c.later",
		"brief": "jsonb_set(m.brief::jsonb, '{ref}', to_jsonb(c.ref))::json",
	})
	if err != nil {
		return err
	}
	text := fmt.Sprintf(`
WITH c AS MATERIALIZED (
    SELECT tenant_id, model, model_ref, k, id, ref, %s AS later FROM (
        SELECT i.tenant_id, i.id AS model, i.ref AS model_ref, k, gen_random_uuid() AS id, t.prefix || '-' || k AS ref,
               row_number() OVER (ORDER BY k, i.id) AS n
        FROM incidents i JOIN tenants t ON t.id = i.tenant_id, generate_series(%d, %d) AS k WHERE i.number = 1) AS m),
made AS (
    INSERT INTO incidents (%s) SELECT %s FROM c JOIN incidents m ON m.tenant_id = c.tenant_id AND m.id = c.model),
started AS (
    INSERT INTO clocks (%s) SELECT %s FROM c JOIN clocks m ON m.tenant_id = c.tenant_id AND m.incident_id = c.model
    JOIN first_wake w ON w.tenant_id = c.tenant_id AND w.incident_id = c.model)
`, by, from, from+each-1, names, values, clockNames, clockValues)
	if cards {
		message := "replace(replace(x.message::text, c.model_ref || ' ', c.ref || ' '), c.model::text, c.id::text)::jsonb"
		text += fmt.Sprintf(`
INSERT INTO cards (tenant_id, destination_id, topic, id, incident_id, wanted, marked, sent, due_at, state, message_id, epoch, message)
SELECT c.tenant_id, x.destination_id, replace(x.topic, c.model::text, c.id::text), gen_random_uuid(), c.id, 1, 1, 1, x.due_at, 'sent', 'm', 1, %s
FROM c JOIN cards x ON x.tenant_id = c.tenant_id AND x.incident_id = c.model`, message)
	} else {
		text += "SELECT 1"
	}
	_, err = db.ExecContext(ctx, text)
	return err
}

type named struct{ name, kind string }

func column(ctx context.Context, db *sql.DB, table string) ([]named, error) {
	rows, err := db.QueryContext(ctx, `
SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`, table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []named
	for rows.Next() {
		var n named
		if err := rows.Scan(&n.name, &n.kind); err != nil {
			return nil, err
		}
		if n.kind == "timestamp with time zone" {
			n.kind = "timestamptz"
		}
		all = append(all, n)
	}
	return all, rows.Err()
}

// quiet marks what the models said as sent, so that only what is measured waits.
func quiet(ctx context.Context, db *sql.DB) error {
	for _, text := range []string{
		"UPDATE rings SET state = 'sent', message_id = 'm'",
		"UPDATE cards SET state = 'sent', message_id = 'm', marked = wanted, sent = wanted, epoch = 1",
	} {
		if _, err := db.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

var _ bot.Store = (*storage.DB)(nil)
