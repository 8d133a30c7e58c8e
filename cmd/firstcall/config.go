package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"example.com/firstcall/storage"
	"example.com/firstcall/storage/localpg"
)

// database is where a command keeps its things, with what to close afterwards.
type database struct {
	store *storage.DB
	close []func() error
}

// Close closes everything, the last opened first.
func (d *database) Close() error {
	var errs []error
	for i := len(d.close) - 1; i >= 0; i-- {
		errs = append(errs, d.close[i]())
	}
	return errors.Join(errs...)
}

// open opens the database that DATABASE_URL names, else the private one, made
// and brought up to date first.
func open(ctx context.Context, w world) (*database, error) {
	d := &database{}
	address := w.env("DATABASE_URL")
	if address == "" {
		server, err := startPrivate(ctx, w, "", func(string) {})
		if err != nil {
			return nil, err
		}
		d.close = append(d.close, server.Close)
		if err := prepare(ctx, server, privateName); err != nil {
			return nil, errors.Join(err, d.Close())
		}
		address = server.URL(storage.App, privateName)
	}
	var err error
	if d.store, err = storage.Open(ctx, address, storage.Options{}); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	d.close = append(d.close, d.store.Close)
	if err := d.store.Version(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// privateName is the database in a private Postgres that commands share.
const privateName = "firstcall"

// startPrivate starts the private Postgres in a folder below FIRSTCALL_STATE, or
// below the user's own where that is not set.
func startPrivate(ctx context.Context, w world, below string, progress func(string)) (*localpg.Server, error) {
	dir := w.env("FIRSTCALL_STATE")
	if dir == "" {
		var err error
		if dir, err = localpg.DefaultDir(w.env); err != nil {
			return nil, fmt.Errorf("find a folder for the private Postgres: %w", err)
		}
	}
	s, err := localpg.Start(ctx, localpg.Options{Dir: filepath.Join(dir, below), Durable: true, Progress: progress, Env: w.env})
	if err != nil {
		return nil, fmt.Errorf("start the private Postgres: %w", err)
	}
	return s, nil
}

// prepare makes the database when it is missing and brings its schema up to date.
func prepare(ctx context.Context, s *localpg.Server, name string) error {
	if err := storage.Prepare(ctx, s.URL(localpg.Superuser, localpg.Superuser), name); err != nil {
		return fmt.Errorf("prepare the private database: %w", err)
	}
	if err := storage.Migrate(ctx, s.URL(storage.Owner, name)); err != nil {
		return fmt.Errorf("bring the private database up to date: %w", err)
	}
	return nil
}

// dropDemo removes what an earlier demo left; a demo begins anew each time.
func dropDemo(ctx context.Context, s *localpg.Server) error {
	db, err := sql.Open("postgres", s.URL(localpg.Superuser, localpg.Superuser))
	if err == nil {
		defer db.Close()
		_, err = db.ExecContext(ctx, "DROP DATABASE IF EXISTS "+demoName+" WITH (FORCE)")
	}
	if err != nil {
		return fmt.Errorf("remove the last demo: %w", err)
	}
	return nil
}

// note writes a line for the person at the terminal. That it can't be written
// is no reason to stop.
func note(out io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
