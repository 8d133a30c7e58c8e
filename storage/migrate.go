package storage

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/lib/pq"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// The roles of an installation. Prepare makes them.
const (
	Owner = "firstcall_owner" // owns the tables; migrates, and nothing else
	App   = "firstcall_app"   // the bot's own: row-level security holds for it
)

// roles in the order they are made, with their attributes. The owner inherits the one right that comes with the database: to
// make tables in it. Whoever has App's password can take the last three, which see
// more than one tenant and are each for one purpose.
var roles = []struct{ name, attributes string }{
	{Owner, "LOGIN INHERIT NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"},
	{App, "LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"},
	{"firstcall_due", "NOLOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"},
	{"firstcall_sender", "NOLOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"},
	{"firstcall_staff", "NOLOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"},
}

// Prepare makes the roles and the database where they are missing, and gives the database to its owner. It needs a
// superuser's URL of any database of the server, sets no passwords, and may be repeated.
func Prepare(ctx context.Context, superuserURL, database string) error {
	db, err := sql.Open("postgres", superuserURL)
	if err != nil {
		return fmt.Errorf("open as superuser: %w", err)
	}
	defer db.Close()
	for _, r := range roles {
		// The role may be made by somebody else at this moment; two codes say so.
		if _, err := db.ExecContext(ctx, "CREATE ROLE "+r.name); err != nil && !hasCode(err, "42710", "23505") {
			return fmt.Errorf("create role %s: %w", r.name, err)
		}
		if err := settled(ctx, db, "ALTER ROLE "+r.name+" "+r.attributes); err != nil {
			return fmt.Errorf("set up role %s: %w", r.name, err)
		}
	}
	if err := settled(ctx, db, "GRANT firstcall_due, firstcall_sender, firstcall_staff TO "+App); err != nil {
		return fmt.Errorf("let %s take the special roles: %w", App, err)
	}
	quoted := pq.QuoteIdentifier(database)
	if _, err := db.ExecContext(ctx, "CREATE DATABASE "+quoted+" TEMPLATE template0 ENCODING 'UTF8'"); err != nil && !hasCode(err, "42P04", "23505") {
		return fmt.Errorf("create database: %w", err)
	}
	if err := settled(ctx, db, "ALTER DATABASE "+quoted+" OWNER TO "+Owner); err != nil {
		return fmt.Errorf("give the database to %s: %w", Owner, err)
	}
	return nil
}

// settled runs a statement on roles or databases that others may be setting up at the same time: Postgres then says that a
// row was concurrently updated, and the statement is simply said again.
func settled(ctx context.Context, db *sql.DB, statement string) error {
	for n := 1; ; n++ {
		_, err := db.ExecContext(ctx, statement)
		if err == nil || n == 10 || !hasCode(err, "XX000", "23505") {
			return err
		}
	}
}

func hasCode(err error, codes ...string) bool {
	var e *pq.Error
	if !errors.As(err, &e) {
		return false
	}
	for _, c := range codes {
		if string(e.Code) == c {
			return true
		}
	}
	return false
}

// Migrate brings the schema up to date, with the URL of its owner. Several processes may call it at once: a row of a table
// lets them through one by one.
func Migrate(ctx context.Context, ownerURL string) error { return migrateTo(ctx, ownerURL, newest()) }

func migrateTo(ctx context.Context, ownerURL string, version int64) error {
	dsn, err := withSettings(ownerURL, map[string]string{"lock_timeout": "5000", "timezone": "UTC", "application_name": "firstcall migrate"})
	if err != nil {
		return err
	}
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		return fmt.Errorf("open as owner: %w", err)
	}
	defer db.Close()
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("find the migrations: %w", err)
	}
	locker, err := lock.NewPostgresTableLocker()
	if err != nil {
		return fmt.Errorf("lock for migrating: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithLocker(locker), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	if _, err := provider.UpTo(ctx, version); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// ErrSchema is wrapped by the error of Version when the schema isn't the one that this program knows.
var ErrSchema = errors.New("the schema does not fit this program")

const readVersion = `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`

// Version checks that the schema is at least the one that this program was built with. A newer one is fine: migrations only
// add until no older program runs.
func (d *DB) Version(ctx context.Context) error {
	var have int64
	if err := d.db.GetContext(ctx, &have, readVersion); err != nil {
		if hasCode(err, "42P01") {
			return fmt.Errorf("%w: the database is empty; run firstcall migrate", ErrSchema)
		}
		return fmt.Errorf("read the schema's version: %w", err)
	}
	if want := newest(); have < want {
		return fmt.Errorf("%w: it has version %d and needs %d; run firstcall migrate", ErrSchema, have, want)
	}
	return nil
}

// newest is the number of the last migration.
func newest() int64 {
	entries, err := migrations.ReadDir("migrations")
	if err != nil {
		return 0
	}
	var last int64
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".sql"); ok {
			if n, err := goose.NumericComponent(name + ".sql"); err == nil {
				last = max(last, n)
			}
		}
	}
	return last
}
