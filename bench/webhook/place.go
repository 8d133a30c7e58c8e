package webhook

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"

	"example.com/firstcall/bench/lab"
	"example.com/firstcall/storage"
)

// cores say who may run where, as taskset reads it.
type cores struct{ server, load, postgres string }

// place is a lab with a core for each who takes part, and with the servers' programs.
type place struct {
	*lab.Lab
	Comparison
	cores cores
}

func newPlace(ctx context.Context, c Comparison) (_ *place, err error) {
	n := runtime.NumCPU()
	if n < 2 {
		return nil, errors.New("two cores are needed: one for the server, one for the load")
	}
	p := &place{Comparison: c, cores: cores{server: "0", load: "1", postgres: "0-1"}}
	if n > 2 {
		p.cores.postgres = "2-" + strconv.Itoa(n-1)
	}
	if err := p.obtain(ctx); err != nil {
		return nil, err
	}
	if p.Lab, err = lab.New(ctx); err != nil {
		return nil, err
	}
	away := "1-" + strconv.Itoa(n-1) // we stand in for the platform, and mustn't disturb the server
	if err := errors.Join(pin(ctx, p.Postgres(), p.cores.postgres), pin(ctx, os.Getpid(), away), p.build(ctx)); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// pin keeps a process, and those that it starts, on cores.
func pin(ctx context.Context, pid int, on string) error {
	if out, err := exec.CommandContext(ctx, "taskset", "-a", "-c", "-p", on, strconv.Itoa(pid)).CombinedOutput(); err != nil {
		return fmt.Errorf("give a process its core with taskset: %w: %s", err, out)
	}
	return nil
}

// oneRow is where a server writes one row for each request.
const oneRow = `
CREATE TABLE came (
    key text PRIMARY KEY, kind text NOT NULL, workspace text NOT NULL, person text NOT NULL, place text NOT NULL,
    said text NOT NULL, action text NOT NULL, subject text NOT NULL, at timestamptz NOT NULL);
GRANT INSERT ON came TO ` + storage.App

// kept counts what is written of requests: rows of the one INSERT, keys of the inbox, acknowledged incidents and drafts.
type kept struct{ rows, keys, acked, drafts int }

func (p *place) kept(ctx context.Context) (k kept, err error) {
	err = p.Inside(ctx, work, func(db *sql.DB) error {
		return db.QueryRowContext(ctx, `
SELECT (SELECT count(*) FROM came), (SELECT count(*) FROM inbox), (SELECT count(*) FROM incidents WHERE acked_at IS NOT NULL),
       (SELECT count(*) FROM drafts)`).Scan(&k.rows, &k.keys, &k.acked, &k.drafts)
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
