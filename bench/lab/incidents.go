package lab

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// Rest marks what the bot has said as sent, as a message that the platform calls so. Only what is measured waits, and each
// customer's first incident can be copied.
func (l *Lab) Rest(ctx context.Context, name, message string) error {
	return l.Exec(ctx, name,
		"UPDATE rings SET state = 'sent', message_id = '"+message+"'",
		"UPDATE cards SET state = 'sent', message_id = '"+message+"', marked = wanted, sent = wanted, epoch = 1",
		"CREATE TABLE first_wake AS SELECT tenant_id, incident_id, wake_at FROM clocks")
}

// Spread says by how much a copy's instants are later than its model's: an SQL expression in k, the copy's number, and n, which
// counts all copies from 1.
type Spread string

// The usual ones.
const (
	Together Spread = "interval '0'"
	SomeDay  Spread = "interval '1 second' * (86400 * 2 + (k * 7919) % (86400 * 300))"
)

// Copies makes more incidents like each customer's first one, numbered from a number on, with their wakes and, if wanted, their
// cards. They are loaded past the bot, since opening a million would take it longer than all the measuring.
func Copies(ctx context.Context, db *sql.DB, each, from int, by Spread, cards bool) error {
	incidents, theirs, err := columns(ctx, db, "incidents", map[string]string{"id": "c.id", "number": "c.k", "ref": "c.ref"})
	if err != nil {
		return err
	}
	clocks, ticking, err := columns(ctx, db, "clocks", map[string]string{
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
`, by, from, from+each-1, incidents, theirs, clocks, ticking)
	last := "SELECT 1"
	if cards {
		names, shown, err := columns(ctx, db, "cards", map[string]string{
			"id": "gen_random_uuid()", "incident_id": "c.id", "topic": "replace(m.topic, c.model::text, c.id::text)", "due_at": "m.due_at",
			"message": "replace(replace(m.message::text, c.model_ref || ' ', c.ref || ' '), c.model::text, c.id::text)::jsonb",
		})
		if err != nil {
			return err
		}
		last = fmt.Sprintf("INSERT INTO cards (%s) SELECT %s FROM c JOIN cards m ON m.tenant_id = c.tenant_id AND m.incident_id = c.model", names, shown)
	}
	if _, err := db.ExecContext(ctx, text+last); err != nil {
		return fmt.Errorf("copy incidents: %w", err)
	}
	return nil
}

// columns lists a table's columns, and what a copy c has in them: its own, or what its model m has, later where it is an instant.
func columns(ctx context.Context, db *sql.DB, table string, own map[string]string) (names, values string, err error) {
	rows, err := db.QueryContext(ctx, `
SELECT attname, format_type(atttypid, NULL) = 'timestamp with time zone' FROM pg_attribute
WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`, table)
	if err != nil {
		return "", "", fmt.Errorf("read the columns of %s: %w", table, err)
	}
	defer rows.Close()
	var n, v []string
	for rows.Next() {
		var name string
		var instant bool
		if err := rows.Scan(&name, &instant); err != nil {
			return "", "", err
		}
		value, ok := own[name]
		if !ok {
			value = "m." + name
			if instant {
				value += " + c.later"
			}
		}
		n, v = append(n, name), append(v, value)
	}
	return strings.Join(n, ", "), strings.Join(v, ", "), rows.Err()
}

// Incident is one that can be asked for and acknowledged.
type Incident struct {
	Customer     int
	Ref, Subject string // the subject is what its buttons carry
}

// Incidents lists all, one customer after the other.
func (l *Lab) Incidents(ctx context.Context, name string) (all []Incident, err error) {
	err = l.Inside(ctx, name, func(db *sql.DB) error {
		rows, err := db.QueryContext(ctx, `
SELECT substr(t.prefix, 2)::int, i.ref, i.tenant_id || ' ' || i.id FROM incidents i JOIN tenants t ON t.id = i.tenant_id ORDER BY i.number, t.prefix`)
		if err != nil {
			return fmt.Errorf("list the incidents: %w", err)
		}
		defer rows.Close()
		for rows.Next() {
			var i Incident
			if err := rows.Scan(&i.Customer, &i.Ref, &i.Subject); err != nil {
				return err
			}
			all = append(all, i)
		}
		return rows.Err()
	})
	return all, err
}
