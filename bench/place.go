package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"time"

	"github.com/google/uuid"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain/terms"
	"example.com/firstcall/storage"
	"example.com/firstcall/storage/localpg"
)

// place is a private Postgres for this program alone.
type place struct {
	dir    string
	server *localpg.Server
	super  *sql.DB
}

func newPlace(ctx context.Context) (*place, error) {
	dir, err := os.MkdirTemp("", "firstcall-bench-")
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o755); err != nil { // the server may run as another user
		return nil, err
	}
	p := &place{dir: dir}
	p.server, err = localpg.Start(ctx, localpg.Options{Dir: dir + "/postgres", Durable: true})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	p.super, err = sql.Open("postgres", p.server.URL(localpg.Superuser, localpg.Superuser))
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	p.super.SetMaxOpenConns(2)
	return p, nil
}

func (p *place) close() error {
	if p.super != nil {
		_ = p.super.Close()
	}
	return errors.Join(p.server.Close(), os.RemoveAll(p.dir))
}

// create makes an empty, migrated database.
func (p *place) create(ctx context.Context, name string) error {
	if err := storage.Prepare(ctx, p.server.URL(localpg.Superuser, localpg.Superuser), name); err != nil {
		return err
	}
	return storage.Migrate(ctx, p.server.URL(storage.Owner, name))
}

// fresh makes a copy of a database that nobody is connected to, and brings it to the disk.
func (p *place) fresh(ctx context.Context, name, from string) error {
	if err := p.drop(ctx, name); err != nil {
		return err
	}
	if _, err := p.super.ExecContext(ctx, "CREATE DATABASE "+name+" TEMPLATE "+from+" OWNER "+storage.Owner+" STRATEGY file_copy"); err != nil {
		return fmt.Errorf("copy a database: %w", err)
	}
	_, err := p.super.ExecContext(ctx, "CHECKPOINT")
	return err
}

func (p *place) drop(ctx context.Context, name string) error {
	_, err := p.super.ExecContext(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	return err
}

// inside runs statements as the superuser in a database.
func (p *place) inside(ctx context.Context, name string, f func(*sql.DB) error) error {
	db, err := sql.Open("postgres", p.server.URL(localpg.Superuser, name))
	if err != nil {
		return err
	}
	defer db.Close()
	return f(db)
}

// settle makes the planner know a database and the disk hold it.
func (p *place) settle(ctx context.Context, name string) error {
	return p.inside(ctx, name, func(db *sql.DB) error {
		if _, err := db.ExecContext(ctx, "VACUUM (ANALYZE)"); err != nil {
			return err
		}
		_, err := db.ExecContext(ctx, "CHECKPOINT")
		return err
	})
}

// open opens a store, recording what goes through it when r is not nil.
func (p *place) open(ctx context.Context, name string, r *recorder) (*storage.DB, error) {
	o := storage.Options{Rand: rand.Float64}
	if r != nil {
		o.Wrap = r.wrap
	}
	return storage.Open(ctx, p.server.URL(storage.App, name), o)
}

func newBot(store bot.Store, now func() time.Time) *bot.Bot {
	return &bot.Bot{
		Store: store, Now: now, NewID: func() string { return uuid.Must(uuid.NewV7()).String() }, Rand: rand.Float64,
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})), Terms: terms.Current(),
	}
}
