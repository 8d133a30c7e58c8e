package storage_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"example.com/firstcall/storage"
	"example.com/firstcall/storage/localpg"
)

// A connection plans each statement once, maybe on the first day, when there is one row of everything. What everybody waits for
// must stay as cheap when there are many: it looks at the rows that it is about, and at no others.
func TestPlansOfTheFirstDay(t *testing.T) {
	t.Parallel()
	w := open(t)
	ctx := context.Background()
	var connectors []driver.Connector // for tenants' own rows, and for what is due
	store, err := storage.Open(ctx, w.url(storage.App), storage.Options{Wrap: func(c driver.Connector) driver.Connector {
		connectors = append(connectors, c)
		return c
	}})
	w.must(err)
	t.Cleanup(func() { _ = store.Close() })
	connect := func(c driver.Connector) *sql.Conn {
		pool := sql.OpenDB(c)
		t.Cleanup(func() { _ = pool.Close() })
		conn, err := pool.Conn(ctx)
		w.must(err)
		return conn
	}
	own, due, sender := connect(connectors[0]), connect(connectors[1]), connect(connectors[0])
	super := w.raw(localpg.Superuser)
	super.SetMaxOpenConns(1)
	_, err = super.Exec("VACUUM (ANALYZE)")
	w.must(err)
	_, err = own.ExecContext(ctx, "SELECT set_config('firstcall.tenant', $1, false)", w.contoso)
	w.must(err)
	_, err = sender.ExecContext(ctx, "SET ROLE firstcall_sender")
	w.must(err)
	all := statements(t)
	one := func(what string) string { return fmt.Sprintf("ARRAY['%s']", what) }
	cases := []struct {
		name, args string
		conn       *sql.Conn
	}{
		{"arrive", fmt.Sprintf("'console', '', 'key-%%d', now(), ARRAY[gen_random_uuid()], %s, %s, %s, %s, false", one("person"), one(""), one("ana"), one("")), own},
		{"nextWake", "", due},
		{"dueTenants", "'2026-03-02T09:00:00Z', 500", due},
		{"dueIncidents", fmt.Sprintf("'%s', '2026-03-02T09:00:00Z', 500", w.contoso), own},
		{"withdrawOne", fmt.Sprintf("'%s', gen_random_uuid(), ARRAY['paged']", w.contoso), own},
		{"waitingRings", fmt.Sprintf("'%s', 0, '2026-03-02T09:00:00Z', 50", w.destination("max")), sender},
		{"waitingCards", fmt.Sprintf("'%s', 0, '2026-03-02T09:00:00Z', 50", w.destination("max")), sender},
	}
	execute := func(n int, before string) (lines []string) {
		c := cases[n]
		text := "EXECUTE plan_" + strconv.Itoa(n)
		if c.args != "" {
			text += " (" + strings.ReplaceAll(c.args, "%d", strconv.Itoa(len(before))) + ")"
		}
		if before == "" {
			_, err := c.conn.ExecContext(ctx, text)
			w.must(err)
			return nil
		}
		rows, err := c.conn.QueryContext(ctx, before+text)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		defer rows.Close()
		for rows.Next() {
			var line string
			w.must(rows.Scan(&line))
			lines = append(lines, line)
		}
		w.must(rows.Err())
		return lines
	}
	for n, c := range cases {
		if all[c.name] == "" {
			t.Fatalf("statement %s was not found", c.name)
		}
		_, err := c.conn.ExecContext(ctx, fmt.Sprintf("PREPARE plan_%d AS %s", n, all[c.name]))
		w.must(err)
		execute(n, "")
	}
	const many = 5000
	for _, text := range []string{
		"SET session_replication_role = replica", // their incidents are not needed
		`INSERT INTO destinations (id, platform, workspace, kind, address) SELECT gen_random_uuid(), 'console', '', 'person', 'p' || n FROM generate_series(1, $1) AS n`,
		`INSERT INTO clocks (tenant_id, incident_id, version, wake_at, brief) SELECT '` + string(w.contoso) + `', gen_random_uuid(), 1, '2027-01-01', '{}' FROM generate_series(1, $1)`,
		`INSERT INTO rings (tenant_id, id, subject_id, incident_id, generation, kind, step, destination_id, urgency, escalation, at, due_at, state, message)
		 SELECT '` + string(w.contoso) + `', id, id, id, 0, 'paged', 0, (SELECT id FROM destinations LIMIT 1), 1, false, now(), now(), 'waiting', '{}' FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, $1)) AS s`,
		`INSERT INTO cards (tenant_id, destination_id, topic, id, wanted, due_at, state, message)
		 SELECT '` + string(w.contoso) + `', (SELECT id FROM destinations LIMIT 1), 'topic ' || n, gen_random_uuid(), 1, now(), 'waiting', '{}' FROM generate_series(1, $1) AS n`,
	} {
		args := []any{many}
		if text[:3] == "SET" {
			args = nil
		}
		_, err := super.Exec(text, args...)
		w.must(err)
	}
	looked := regexp.MustCompile(`shared hit=(\d+)`)
	for n, c := range cases {
		pages, plan := -1, execute(n, "EXPLAIN (ANALYZE, BUFFERS) ")
		for _, line := range plan {
			if m := looked.FindStringSubmatch(line); m != nil {
				number, err := strconv.Atoi(m[1])
				w.must(err)
				pages = max(pages, number)
			}
		}
		if pages < 0 || pages > 60 {
			t.Errorf("%s looks at %d pages beside %d rows that it isn't about:\n%s", c.name, pages, many, strings.Join(plan, "\n"))
		}
	}
}
