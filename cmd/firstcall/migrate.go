package main

import (
	"context"
	"errors"

	"example.com/firstcall/storage"
)

type migrateCommand struct{}

// Help is shown by firstcall migrate --help.
func (migrateCommand) Help() string {
	return `Migrations only go forward, may be run by several processes at once, and may be repeated.

DATABASE_URL names the database as its owner here, not as the bot's own role, which may not change the schema:

  DATABASE_URL=postgres://firstcall_owner@db.example/firstcall?sslmode=verify-full \
     firstcall migrate

Without DATABASE_URL the private Postgres of this machine's user is made and brought up to date.`
}

// Run migrates.
func (migrateCommand) Run(ctx context.Context, w world) error {
	if owner := w.env("DATABASE_URL"); owner != "" {
		if err := storage.Migrate(ctx, owner); err != nil {
			return err
		}
		note(w.out, "The schema is up to date.")
		return nil
	}
	server, err := startPrivate(ctx, w, "", func(line string) { note(w.err, "%s", line) })
	if err != nil {
		return err
	}
	if err := prepare(ctx, server, privateName); err != nil {
		return errors.Join(err, server.Close())
	}
	note(w.out, "The schema of the private database in %s is up to date.", server.Dir())
	return server.Close()
}
