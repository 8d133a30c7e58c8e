package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"

	_ "github.com/lib/pq" // The driver that storage uses, too.

	"example.com/firstcall/storage"
	"example.com/firstcall/storage/localpg"
)

// cores say who may run where, as taskset reads it.
type cores struct{ server, load, postgres string }

// place is a private Postgres with fsync on, and a core for each who takes part.
type place struct {
	dir     string
	cores   cores
	server  *localpg.Server
	super   *sql.DB
	stub    *stub
	channel *channel
	replies bool // those that write one row answer a message by another
	checks  bool // botbuilder checks tokens
}

func newPlace(ctx context.Context) (_ *place, err error) {
	n := runtime.NumCPU()
	if n < 2 {
		return nil, errors.New("two cores are needed: one for the server, one for the load")
	}
	p := &place{cores: cores{server: "0", load: "1", postgres: "0-1"}}
	if n > 2 {
		p.cores.postgres = "2-" + strconv.Itoa(n-1)
	}
	if p.dir, err = os.MkdirTemp("", "firstcall-bench-teams-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = p.close()
		}
	}()
	if err := os.Chmod(p.dir, 0o755); err != nil { // Postgres may run as another user
		return nil, err
	}
	if p.server, err = localpg.Start(ctx, localpg.Options{Dir: p.dir + "/postgres", Durable: true}); err != nil {
		return nil, err
	}
	if err := pin(ctx, p.server.Pid(), p.cores.postgres); err != nil {
		return nil, err
	}
	away := "1-" + strconv.Itoa(n-1) // we stand in for Microsoft, and mustn't disturb the server
	if err := pin(ctx, os.Getpid(), away); err != nil {
		return nil, err
	}
	if p.super, err = sql.Open("postgres", p.server.URL(localpg.Superuser, localpg.Superuser)); err != nil {
		return nil, err
	}
	if p.channel, err = newChannel(); err != nil {
		return nil, err
	}
	if p.stub, err = newStub(&p.channel.key.PublicKey); err != nil {
		return nil, err
	}
	p.channel.service = p.stub.service()
	return p, nil
}

// pin keeps a process, and those that it starts, on cores.
func pin(ctx context.Context, pid int, on string) error {
	if out, err := exec.CommandContext(ctx, "taskset", "-a", "-c", "-p", on, strconv.Itoa(pid)).CombinedOutput(); err != nil {
		return fmt.Errorf("give a process its core with taskset: %w: %s", err, out)
	}
	return nil
}

func (p *place) close() error {
	if p.super != nil {
		_ = p.super.Close()
	}
	var err error
	if p.server != nil {
		err = p.server.Close()
	}
	return errors.Join(err, os.RemoveAll(p.dir))
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
	for _, text := range []string{
		"DROP DATABASE IF EXISTS " + name + " WITH (FORCE)",
		"CREATE DATABASE " + name + " TEMPLATE " + from + " OWNER " + storage.Owner + " STRATEGY file_copy",
		"CHECKPOINT",
	} {
		if _, err := p.super.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("copy a database: %w", err)
		}
	}
	return nil
}

// inside runs statements as the superuser in a database.
func (p *place) inside(ctx context.Context, name string, f func(*sql.DB) error) error {
	db, err := sql.Open("postgres", p.server.URL(localpg.Superuser, name))
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // temporary tables belong to a connection
	return f(db)
}

// kept counts what is written of requests: rows of the one INSERT, keys of the inbox and acknowledged incidents.
type kept struct{ rows, keys, acked int }

func (p *place) kept(ctx context.Context, name string) (k kept, err error) {
	err = p.inside(ctx, name, func(db *sql.DB) error {
		return db.QueryRowContext(ctx, `
SELECT (SELECT count(*) FROM came), (SELECT count(*) FROM inbox), (SELECT count(*) FROM incidents WHERE acked_at IS NOT NULL)`).
			Scan(&k.rows, &k.keys, &k.acked)
	})
	return k, err
}

// all looks whether each of the requests sent was written down, as one that was never seen before. With the last answer of a
// load wrk hangs up, so that up to one on each connection may not have come through.
func (k kept) all(before kept, sent, loads int) error {
	came := k.rows - before.rows + k.keys - before.keys
	if came > sent || came < sent-loads*connections {
		return fmt.Errorf("%d requests were sent, and %d were written down", sent, came)
	}
	return nil
}
