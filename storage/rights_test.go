package storage_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/lib/pq"

	"example.com/firstcall/bot"
	"example.com/firstcall/storage"
	"example.com/firstcall/storage/localpg"
)

// tenantTables are those whose rows belong to somebody.
var tenantTables = []string{
	"counters", "people", "places", "rosters", "agreements", "business_events", "incidents", "clocks", "rings", "cards", "journal", "rooms", "digests",
}

func code(err error) string {
	var e *pq.Error
	if errors.As(err, &e) {
		return string(e.Code)
	}
	return ""
}

// populate gives both customers one of everything.
func (w *world) populate() {
	for _, tenant := range []string{"#contoso", "#fabrikam"} {
		id := w.contoso
		if tenant == "#fabrikam" {
			id = w.fabrikam
		}
		w.in(id, func(tx bot.Tx) error {
			number, err := tx.NextNumber(ctx, id)
			w.must(err)
			k := w.incident(id, number)
			k.Rings = []bot.Ring{ring(k, w.destination(tenant), "page", 1, "page")}
			k.Cards = []bot.Card{card(k, w.destination(tenant), "open")}
			k.Room = &bot.RoomWish{Key: newID(), Platform: "console", Want: bot.RoomWant{Make: true, Name: "inc-1"}}
			return tx.Keep(ctx, id, []bot.Kept{k})
		})
	}
	_, err := w.raw(localpg.Superuser).Exec(`INSERT INTO digests SELECT tenant_id, id, 540, NULL, '2026-03-02Z' FROM people`)
	w.must(err)
}

// The second wall: whatever a statement forgets, a transaction sees one tenant's rows, and without a tenant none.
func TestRowsOfOthersAreInvisible(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.populate()
	db := w.raw(storage.App)
	for _, table := range tenantTables {
		if w.count("SELECT count(*) FROM "+table) == 0 {
			t.Errorf("%s is empty: the test proves nothing about it", table)
		}
		var n int
		w.must(db.QueryRow("SELECT count(*) FROM " + table).Scan(&n))
		if n != 0 {
			t.Errorf("%s shows %d rows to a transaction that has entered no tenant", table, n)
		}
		tx, err := db.Begin()
		w.must(err)
		_, err = tx.Exec("SELECT set_config('firstcall.tenant', $1, true)", w.contoso)
		w.must(err)
		w.must(tx.QueryRow("SELECT count(*) FROM "+table+" WHERE tenant_id = $1", w.fabrikam).Scan(&n))
		if n != 0 {
			t.Errorf("%s shows %d rows of Fabrikam's to Contoso", table, n)
		}
		_ = tx.Rollback()
	}
	var n int
	w.must(db.QueryRow("SELECT count(*) FROM people").Scan(&n)) // the setting ended with its transaction
	if n != 0 {
		t.Errorf("%d people are visible on a connection after a transaction that had entered a tenant", n)
	}
}

func TestRowsForOthersAreRefused(t *testing.T) {
	t.Parallel()
	w := open(t)
	db := w.raw(storage.App)
	for name, statement := range map[string]string{
		"write a foreign wake":           `INSERT INTO clocks (tenant_id, incident_id, version, brief) VALUES ($1, $1, 1, '{}')`,
		"write the provider's person":    `INSERT INTO people SELECT (SELECT id FROM tenants WHERE side = 'provider'), id, 'x', '', '', '', '', '', '{}' FROM people WHERE tenant_id <> $1`,
		"give an own row to another one": `UPDATE people SET tenant_id = $1 WHERE name = 'ana'`,
	} {
		tx, err := db.Begin()
		w.must(err)
		_, err = tx.Exec("SELECT set_config('firstcall.tenant', $1, true)", w.contoso)
		w.must(err)
		if _, err = tx.Exec(statement, w.fabrikam); code(err) != "42501" {
			t.Errorf("%s: %v, want 42501", name, err)
		}
		_ = tx.Rollback()
	}
	// The provider's people can be read, and an update doesn't reach them.
	w.in(w.contoso, func(bot.Tx) error { return nil })
	tx, err := db.Begin()
	w.must(err)
	_, err = tx.Exec("SELECT set_config('firstcall.tenant', $1, true)", w.contoso)
	w.must(err)
	var seen int
	w.must(tx.QueryRow("SELECT count(*) FROM people WHERE name = 'erin'").Scan(&seen))
	res, err := tx.Exec("UPDATE people SET name = 'mallory' WHERE name = 'erin'")
	w.must(err)
	changed, err := res.RowsAffected()
	w.must(err)
	if seen != 1 || changed != 0 {
		t.Errorf("of the provider's erin Contoso sees %d and changes %d, want 1 and 0", seen, changed)
	}
	_ = tx.Rollback()
}

// A decision about another tenant's incident is a fault, not a silence.
func TestKeepingAForeignIncidentFails(t *testing.T) {
	t.Parallel()
	w := open(t)
	k := w.incident(w.contoso, 1)
	w.keep(k)
	k.New, k.Incident.Version = false, 2
	err := w.InTx(ctx, func(tx bot.Tx) error {
		w.must(tx.Enter(ctx, w.fabrikam))
		k.Journal = nil
		return tx.Keep(ctx, w.fabrikam, []bot.Kept{k})
	})
	if err == nil {
		t.Error("Fabrikam's transaction kept a decision about Contoso's incident")
	}
	err = w.InTx(ctx, func(tx bot.Tx) error {
		w.must(tx.Enter(ctx, w.fabrikam))
		_, err := tx.IncidentByID(ctx, w.contoso, k.Incident.ID)
		return err
	})
	if !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("Contoso's incident, read as Fabrikam: %v, want %v", err, bot.ErrNotFound)
	}
}

func TestRoles(t *testing.T) {
	t.Parallel()
	w := open(t)
	super := w.raw(localpg.Superuser)
	rows, err := super.Query(`SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolinherit, rolcanlogin FROM pg_roles WHERE rolname LIKE 'firstcall_%'`)
	w.must(err)
	defer rows.Close()
	seen := 0
	for rows.Next() {
		var name string
		var superuser, bypass, createRole, createDB, inherit, login bool
		w.must(rows.Scan(&name, &superuser, &bypass, &createRole, &createDB, &inherit, &login))
		seen++
		if superuser || bypass || createRole || createDB {
			t.Errorf("%s may do too much", name)
		}
		if inherit && name != storage.Owner {
			t.Errorf("%s inherits rights instead of taking them for a transaction", name)
		}
		if login != (name == storage.Owner || name == storage.App) {
			t.Errorf("%s may log in: %v", name, login)
		}
	}
	w.must(rows.Err())
	if seen != 5 {
		t.Errorf("%d roles, want 5", seen)
	}
	var tables []string
	w.must(super.QueryRow(`SELECT array_agg(relname::text ORDER BY relname) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
		WHERE relkind = 'r' AND nspname = 'public' AND relowner = $1::regrole AND relrowsecurity AND relforcerowsecurity`, storage.Owner).Scan(pq.Array(&tables)))
	if len(tables) != len(tenantTables) {
		t.Errorf("row-level security is forced on %v, want it on %v", tables, tenantTables)
	}
	if n := w.count(`SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('r', 'S', 'v') AND nspname = 'public' AND pg_get_userbyid(relowner) = $1`, storage.App); n != 0 {
		t.Errorf("%s owns %d tables", storage.App, n)
	}

	app := w.raw(storage.App)
	w.populate()
	for role, can := range map[string]map[string]string{
		"firstcall_due": {
			"SELECT tenant_id, wake_at FROM clocks": "", "SELECT incident_id FROM clocks": "42501", "SELECT 1 FROM incidents": "42501",
			"SELECT tenant_id, remind_at FROM drafts": "", "SELECT answers FROM drafts": "42501", "UPDATE clocks SET wake_at = wake_at": "42501",
		},
		"firstcall_sender": {
			"SELECT message FROM rings": "", "UPDATE rings SET state = state": "", "UPDATE rings SET message = message": "42501",
			"DELETE FROM rings": "42501", "SELECT 1 FROM incidents": "42501", "SELECT 1 FROM people": "42501", "UPDATE destinations SET tenant_id = NULL": "42501",
		},
		"firstcall_staff": {
			"SELECT report FROM incidents": "", "UPDATE incidents SET number = 9": "42501", "UPDATE clocks SET version = 9": "42501", "SELECT 1 FROM rings": "42501", "SELECT 1 FROM journal": "42501",
			"SELECT tenant_id, destination_id, incident_id, topic, message_id FROM cards": "", "SELECT message FROM cards": "42501", "UPDATE cards SET topic = topic": "42501",
		},
		"none": {
			"UPDATE journal SET name = ''": "42501", "DELETE FROM journal": "42501", "DELETE FROM incidents": "42501", "SELECT epoch FROM destinations": "",
			"UPDATE destinations SET epoch = 9": "42501", "CREATE TABLE mine (a int)": "42501", "SET SESSION AUTHORIZATION postgres": "42501",
			"SET ROLE " + storage.Owner: "42501", "ALTER TABLE people NO FORCE ROW LEVEL SECURITY": "42501", "TRUNCATE people": "42501",
		},
	} {
		for statement, want := range can {
			tx, err := app.Begin()
			w.must(err)
			_, err = tx.Exec("SET LOCAL ROLE " + role)
			w.must(err)
			if _, err = tx.Exec(statement); code(err) != want {
				t.Errorf("as %s, %s: %v, want code %q", role, statement, err, want)
			}
			_ = tx.Rollback()
		}
	}
}

// What the staff sees across customers is for reading, and its role is given back.
func TestAllLive(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.populate()
	over := w.incident(w.contoso, 2)
	over.Incident.Status = "resolved"
	w.keep(over)
	w.in(w.contoso, func(tx bot.Tx) error {
		all, err := tx.AllLive(ctx, 10)
		w.must(err)
		if len(all) != 2 || all[0].Tenant == all[1].Tenant {
			t.Errorf("the staff sees %d live incidents, want one of each customer", len(all))
		}
		own, err := tx.Incidents(ctx, w.contoso, false, 10)
		w.must(err)
		if len(own) != 2 || own[0].Ref != "INC-2" {
			t.Errorf("after that, Contoso's unfinished incidents are %d, want INC-2 and INC-1", len(own))
		}
		foreign, err := tx.Incidents(ctx, w.fabrikam, true, 10)
		w.must(err)
		if len(foreign) != 0 {
			t.Error("after that, Contoso's transaction still sees Fabrikam's")
		}
		return nil
	})
}

func TestOpenRefusesAForgetfulDatabase(t *testing.T) {
	t.Parallel()
	w := open(t)
	address := w.url(storage.App)
	sep := "?"
	if strings.Contains(address, "?") {
		sep = "&"
	}
	db, err := storage.Open(context.Background(), address+sep+"synchronous_commit=off", storage.Options{})
	if err == nil {
		_ = db.Close()
		t.Fatal("a database that may forget what it has acknowledged was accepted")
	}
	if !strings.Contains(err.Error(), "synchronous_commit") {
		t.Errorf("the refusal %q doesn't name the setting", err)
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.Version(ctx))
	super := w.raw(localpg.Superuser)
	_, err := super.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`)
	w.must(err)
	w.must(w.Version(ctx)) // a newer schema serves older programs
	_, err = super.Exec(`DELETE FROM goose_db_version WHERE version_id > 3`)
	w.must(err)
	if err := w.Version(ctx); !errors.Is(err, storage.ErrSchema) {
		t.Errorf("an older schema: %v, want %v", err, storage.ErrSchema)
	}
	w.must(migrateTwice(w))
}

// migrateTwice migrates a fresh database from two processes at once.
func migrateTwice(w *world) error {
	name := "twice_" + strings.ReplaceAll(newID(), "-", "")
	super := w.url(localpg.Superuser)
	if err := storage.Prepare(ctx, super, name); err != nil {
		return err
	}
	db, err := sql.Open("postgres", super)
	if err != nil {
		return err
	}
	defer db.Close()
	defer db.Exec("DROP DATABASE " + name + " WITH (FORCE)")
	var old string
	if err := db.QueryRow("SELECT current_database()").Scan(&old); err != nil {
		return err
	}
	address := asOwner(strings.Replace(super, "/"+old, "/"+name, 1))
	errs := make(chan error, 2)
	for range 2 {
		go func() { errs <- storage.Migrate(ctx, address) }()
	}
	return errors.Join(<-errs, <-errs)
}
