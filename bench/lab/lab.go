// Package lab is what every measure here stands on: a private Postgres, customers like the demo's with incidents, and what the
// kernel says of processor time and memory.
package lab

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"time"

	"github.com/google/uuid"
	_ "github.com/lib/pq" // The driver that storage uses, too.

	"example.com/firstcall/bot"
	"example.com/firstcall/domain/terms"
	"example.com/firstcall/storage"
	"example.com/firstcall/storage/localpg"
)

// Lab is a private Postgres with fsync on, for this program alone.
type Lab struct {
	Dir    string  // for files of this program's; it goes with the lab
	Super  *sql.DB // as the superuser, in none of the measured databases
	server *localpg.Server
}

// New starts a lab. It has to be closed.
func New(ctx context.Context) (_ *Lab, err error) {
	l := &Lab{}
	if l.Dir, err = os.MkdirTemp("", "firstcall-bench-"); err != nil {
		return nil, err
	}
	if err = os.Chmod(l.Dir, 0o755); err == nil { // Postgres may run as another user
		err = l.start(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

func (l *Lab) start(ctx context.Context) (err error) {
	if l.server, err = localpg.Start(ctx, localpg.Options{Dir: l.Dir + "/postgres", Durable: true}); err != nil {
		return err
	}
	if l.Super, err = sql.Open("postgres", l.URL(localpg.Superuser, localpg.Superuser)); err != nil {
		return err
	}
	l.Super.SetMaxOpenConns(2)
	return nil
}

// Close stops Postgres and removes what was written.
func (l *Lab) Close() (err error) {
	if l.Super != nil {
		_ = l.Super.Close()
	}
	if l.server != nil {
		err = l.server.Close()
	}
	return errors.Join(err, os.RemoveAll(l.Dir))
}

// Crash kills Postgres and starts it again, at another address.
func (l *Lab) Crash(ctx context.Context) error {
	l.server.Kill()
	_ = l.Super.Close()
	return l.start(ctx)
}

// URL is the address of a database for a role.
func (l *Lab) URL(role, name string) string { return l.server.URL(role, name) }

// Postgres is its process id.
func (l *Lab) Postgres() int { return l.server.Pid() }

// Create makes an empty, migrated database.
func (l *Lab) Create(ctx context.Context, name string) error {
	if err := storage.Prepare(ctx, l.URL(localpg.Superuser, localpg.Superuser), name); err != nil {
		return err
	}
	return storage.Migrate(ctx, l.URL(storage.Owner, name))
}

// Fresh makes a copy of a database that nobody is connected to, and brings it to the disk.
func (l *Lab) Fresh(ctx context.Context, name, from string) error {
	if err := l.Drop(ctx, name); err != nil {
		return err
	}
	if _, err := l.Super.ExecContext(ctx, "CREATE DATABASE "+name+" TEMPLATE "+from+" OWNER "+storage.Owner+" STRATEGY file_copy"); err != nil {
		return fmt.Errorf("copy a database: %w", err)
	}
	_, err := l.Super.ExecContext(ctx, "CHECKPOINT")
	return err
}

// Drop removes a database, if there is one of that name.
func (l *Lab) Drop(ctx context.Context, name string) error {
	_, err := l.Super.ExecContext(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	return err
}

// Inside works as the superuser in a database.
func (l *Lab) Inside(ctx context.Context, name string, f func(*sql.DB) error) error {
	db, err := sql.Open("postgres", l.URL(localpg.Superuser, name))
	if err != nil {
		return err
	}
	defer db.Close()
	return f(db)
}

// Exec runs statements as the superuser in a database, one after the other.
func (l *Lab) Exec(ctx context.Context, name string, statements ...string) error {
	return l.Inside(ctx, name, func(db *sql.DB) error { return exec(ctx, db, statements...) })
}

func exec(ctx context.Context, db *sql.DB, statements ...string) error {
	for _, text := range statements {
		if _, err := db.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("run %.60q: %w", text, err)
		}
	}
	return nil
}

// Settle makes the planner know a database and the disk hold it.
func (l *Lab) Settle(ctx context.Context, name string) error {
	return l.Exec(ctx, name, "VACUUM (ANALYZE)", "CHECKPOINT")
}

// Store opens a store; wrap, when not nil, is put around its driver.
func (l *Lab) Store(ctx context.Context, name string, wrap func(driver.Connector) driver.Connector) (*storage.DB, error) {
	return storage.Open(ctx, l.URL(storage.App, name), storage.Options{Rand: rand.Float64, Wrap: wrap})
}

// Bot is one on a store, without a platform.
func Bot(store bot.Store, now func() time.Time) *bot.Bot {
	return &bot.Bot{
		Store: store, Now: now, NewID: func() string { return uuid.Must(uuid.NewV7()).String() }, Rand: rand.Float64,
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})), Terms: terms.Current(),
	}
}
