// Package storage keeps what the bot must not forget in Postgres. It holds no rules: it writes down what package domain
// decided and what package bot worded.
//
// Each file holds one table's queries, each query above the one function that runs it. The schema is in migrations/.
// Every statement on a tenant's rows names the tenant, and row-level security compares it a second time. Instants come from
// the caller; the database's clock is never asked.
package storage

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
)

var _ bot.Store = (*DB)(nil)

// Options say how a store uses its database. The zero value is for tests and small installations.
type Options struct {
	// Connections is how many may be open at once; 0 means 16. Every transaction needs one.
	Connections int
	// StatementTimeout ends a statement that takes longer; 0 means 10 seconds.
	StatementTimeout time.Duration
	// LockTimeout ends a statement that waits longer for another transaction; 0 means 2 seconds.
	LockTimeout time.Duration
	// Rand gives the jitter of a repeated transaction, in [0,1); nil means none.
	Rand func() float64
	// Wait lets d pass before a transaction is repeated, or returns ctx's error; nil repeats at once.
	Wait func(ctx context.Context, d time.Duration) error
	// Wrap, when not nil, is put around the driver, so that whoever measures sees every statement.
	Wrap func(driver.Connector) driver.Connector
}

// DB is the bot's store. It is safe for use by many goroutines.
type DB struct {
	db  *sqlx.DB
	due *sqlx.DB // as the role that sees which tenants have something due, and when
	o   Options
	dsn string // with our settings

	surroundings surroundings
}

// Open connects as the bot's own role (see Prepare). It refuses a database that may forget a commit it has acknowledged. The
// schema isn't looked at: Version does that.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	if o.Connections == 0 {
		o.Connections = 16
	}
	if o.StatementTimeout == 0 {
		o.StatementTimeout = 10 * time.Second
	}
	if o.LockTimeout == 0 {
		o.LockTimeout = 2 * time.Second
	}
	dsn, err := withSettings(url, map[string]string{
		"statement_timeout":                   milliseconds(o.StatementTimeout),
		"lock_timeout":                        milliseconds(o.LockTimeout),
		"idle_in_transaction_session_timeout": milliseconds(3 * o.StatementTimeout),
		"timezone":                            "UTC",
		"application_name":                    "firstcall",
		// Each statement is planned once a connection: planning the large ones costs more than running them.
		// Every statement has its index, so a plan made while a table was small must stay right when it has grown.
		"plan_cache_mode": "force_generic_plan",
		"enable_seqscan":  "off",
	})
	if err != nil {
		return nil, err
	}
	d := &DB{o: o, dsn: dsn}
	if d.db, err = connect(dsn, o.Connections, o); err != nil {
		return nil, err
	}
	// What asks for the time of the next alarm asks often, and reads one statement's worth: it has the role for its connection.
	// It reads indexes from their start and stops: as a bitmap, or sorted, all that is due or parked would be read first, and a
	// plan made while there was little of it would go on doing so.
	asking, err := withSettings(dsn, map[string]string{"role": "firstcall_due", "enable_bitmapscan": "off", "enable_sort": "off"})
	if err != nil {
		return nil, err
	}
	if d.due, err = connect(asking, min(2, o.Connections), o); err != nil {
		return nil, err
	}
	if err := d.checkDurable(ctx); err != nil {
		_ = d.Close() // The first error says more.
		return nil, err
	}
	return d, nil
}

// connect prepares a pool of connections; they are made when they are needed.
func connect(dsn string, connections int, o Options) (*sqlx.DB, error) {
	connector, err := pq.NewConnector(dsn)
	if err != nil {
		return nil, fmt.Errorf("read the database's address: %w", err)
	}
	var driven driver.Connector = preparing{connector}
	if o.Wrap != nil {
		driven = o.Wrap(driven)
	}
	pool := sql.OpenDB(driven)
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	pool.SetConnMaxLifetime(30 * time.Minute)
	return sqlx.NewDb(pool, "postgres"), nil
}

// Close closes the connections.
func (d *DB) Close() error {
	if err := errors.Join(d.db.Close(), d.due.Close()); err != nil {
		return fmt.Errorf("close the database: %w", err)
	}
	return nil
}

func milliseconds(d time.Duration) string { return fmt.Sprint(max(1, d.Milliseconds())) }

// withSettings adds run-time settings to a database URL; what the URL says itself wins.
func withSettings(address string, settings map[string]string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return "", errors.New("the database's address must be a URL that begins with postgres://") // It may hold a password.
	}
	q := u.Query()
	for name, value := range settings {
		if !q.Has(name) {
			q.Set(name, value)
		}
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

const showDurability = `SELECT current_setting('synchronous_commit')`

func (d *DB) checkDurable(ctx context.Context) error {
	var setting string
	if err := d.db.GetContext(ctx, &setting, showDurability); err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	if setting == "off" {
		return errors.New("synchronous_commit is off: the database would forget commits it has acknowledged when it crashes; set it to on")
	}
	return nil
}

// attempts is how often a transaction that collides with others is run.
const attempts = 5

// InTx implements bot.Store.
func (d *DB) InTx(ctx context.Context, f func(bot.Tx) error) error {
	return d.inTx(ctx, func(tx *sqlx.Tx) error { return f(&txn{tx: tx, surroundings: &d.surroundings}) })
}

// inTx runs f in one transaction, again when the database ended it because it collided with another one.
func (d *DB) inTx(ctx context.Context, f func(*sqlx.Tx) error) error {
	for n := 1; ; n++ {
		err := d.once(ctx, f)
		if !collided(err) || n == attempts {
			return err
		}
		if d.o.Wait == nil {
			continue
		}
		pause := 5 * time.Millisecond << n
		if d.o.Rand != nil {
			pause = time.Duration(float64(pause) * (0.5 + d.o.Rand()))
		}
		if d.o.Wait(ctx, pause) != nil {
			return err
		}
	}
}

func (d *DB) once(ctx context.Context, f func(*sqlx.Tx) error) error {
	tx, err := d.db.BeginTxx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w: %w", bot.ErrUnreachable, err)
	}
	defer tx.Rollback() //nolint:errcheck // It does nothing after a commit, and after an error that one is told.
	if err := f(tx); err != nil {
		if lost(err) {
			return fmt.Errorf("%w: %w", bot.ErrUnreachable, err)
		}
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// lost says whether a transaction ended because its connection did.
func lost(err error) bool {
	var e *pq.Error
	if errors.As(err, &e) {
		return e.Code.Class() == "08" || e.Code == "57P01" || e.Code == "57P02" || e.Code == "57P03" // no connection; the server is going down or coming up
	}
	var n net.Error
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.As(err, &n) && !n.Timeout()
}

// collided says whether a transaction was ended to let others go on, so that running it again may succeed.
func collided(err error) bool {
	var e *pq.Error
	if !errors.As(err, &e) {
		return false
	}
	return e.Code == "40001" || e.Code == "40P01" // serialization failure, deadlock
}

// The roles that the bot's own may take for a transaction, each with the one right that it is for.
const (
	asDue    = `SET LOCAL ROLE firstcall_due`    // which tenants have something due
	asSender = `SET LOCAL ROLE firstcall_sender` // what waits in a destination, whoever's it is
	asStaff  = `SET LOCAL ROLE firstcall_staff`  // incidents of all customers, to read
	asSelf   = `SET LOCAL ROLE NONE`
)

// as runs f in a transaction under one of the roles.
func (d *DB) as(ctx context.Context, role string, f func(*sqlx.Tx) error) error {
	return d.inTx(ctx, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, role); err != nil {
			return fmt.Errorf("take a role: %w", err)
		}
		return f(tx)
	})
}

// txn is the inside of a transaction.
type txn struct {
	tx      *sqlx.Tx
	entered domain.TenantID
	arrived bool // it answers a person, and not the clock
	// revisions are those that surroundings must have to be taken for what the database holds.
	revisions    revisions
	surroundings *surroundings
	// read holds incidents as they were read, so that Keep writes only what has changed.
	read map[domain.IncidentID]*known
}

// orNotFound turns "no rows" into the port's error.
func orNotFound(err error, doing string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("%s: %w", doing, bot.ErrNotFound)
	}
	return fmt.Errorf("%s: %w", doing, err)
}
