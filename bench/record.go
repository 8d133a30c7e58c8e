package main

import (
	"cmp"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lib/pq"
)

// recorder writes down every transaction that goes through a driver: its statements with their arguments. Played again on
// one bare connection of the same driver, they are the floor of what the same work can cost.
type recorder struct {
	mu  sync.Mutex
	all []*transaction
}

type transaction struct {
	statements []statement
	committed  bool
}

type statement struct {
	text  string
	args  []driver.NamedValue
	query bool
}

// take returns what was recorded since the last call.
func (r *recorder) take() []*transaction {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.all
	r.all = nil
	return all
}

func (r *recorder) wrap(c driver.Connector) driver.Connector { return recording{c, r} }

type recording struct {
	driver.Connector
	to *recorder
}

func (r recording) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := r.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	full, ok := c.(wholeConn)
	if !ok {
		return nil, errors.New("the driver's connection lacks what we need of it")
	}
	return &recordedConn{wholeConn: full, to: r.to}, nil
}

type wholeConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
	driver.NamedValueChecker
}

type recordedConn struct {
	wholeConn
	to  *recorder
	now *transaction
}

func (c *recordedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	tx, err := c.wholeConn.BeginTx(ctx, o)
	if err != nil {
		return nil, err
	}
	c.now = &transaction{}
	c.to.mu.Lock()
	c.to.all = append(c.to.all, c.now)
	c.to.mu.Unlock()
	return &recordedTx{tx, c}, nil
}

func (c *recordedConn) note(text string, args []driver.NamedValue, query bool) {
	if c.now != nil {
		c.now.statements = append(c.now.statements, statement{text, slices.Clone(args), query})
	}
}

func (c *recordedConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	c.note(text, args, true)
	return c.wholeConn.QueryContext(ctx, text, args)
}

func (c *recordedConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	c.note(text, args, false)
	return c.wholeConn.ExecContext(ctx, text, args)
}

type recordedTx struct {
	driver.Tx
	on *recordedConn
}

func (t *recordedTx) Commit() error {
	err := t.Tx.Commit()
	t.on.now.committed = err == nil
	t.on.now = nil
	return err
}

func (t *recordedTx) Rollback() error {
	t.on.now = nil
	return t.Tx.Rollback()
}

// player runs statements on one bare connection.
type player struct {
	conn  wholeConn
	spent map[string]*spending // by the beginning of a statement
}

type spending struct {
	times int
	took  time.Duration
}

func (p *player) spend(text string, begun time.Time) {
	line := firstLine(text)
	if p.spent[line] == nil {
		p.spent[line] = &spending{}
	}
	p.spent[line].times++
	p.spent[line].took += time.Since(begun)
}

// where says what the statements took, the dearest first.
func (p *player) where() {
	lines := slices.SortedFunc(maps.Keys(p.spent), func(a, b string) int { return cmp.Compare(p.spent[b].took, p.spent[a].took) })
	for _, l := range lines {
		s := p.spent[l]
		say("  %7d times %9s each  %s", s.times, (s.took / time.Duration(s.times)).Round(time.Microsecond), l)
	}
}

// newPlayer takes a connection as a store makes them, which prepares each statement once and has the store's settings.
func (p *place) newPlayer(ctx context.Context, name string) (*player, error) {
	var connects driver.Connector
	store, err := p.Store(ctx, name, func(c driver.Connector) driver.Connector {
		connects = cmp.Or(connects, c) // the second one asks what is due
		return c
	})
	if err != nil {
		return nil, err
	}
	_ = store.Close()
	c, err := connects.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &player{conn: c.(wholeConn), spent: map[string]*spending{}}, nil
}

func (p *player) close() { _ = p.conn.Close() }

// play runs one transaction again; what it reads is read to the end and thrown away.
func (p *player) play(ctx context.Context, t *transaction) (time.Duration, error) {
	begun := time.Now()
	tx, err := p.conn.BeginTx(ctx, driver.TxOptions{})
	if err != nil {
		return 0, err
	}
	for _, s := range t.statements {
		at := time.Now()
		if err := p.run(ctx, s); err != nil {
			_ = tx.Rollback()
			return 0, fmt.Errorf("%s: %w", firstLine(s.text), err)
		}
		p.spend(s.text, at)
	}
	if !t.committed {
		return time.Since(begun), tx.Rollback()
	}
	at := time.Now()
	err = tx.Commit()
	p.spend("COMMIT", at)
	return time.Since(begun), err
}

func (p *player) run(ctx context.Context, s statement) error {
	if s.query {
		return p.read(ctx, s, func([]driver.Value) {})
	}
	_, err := p.conn.ExecContext(ctx, s.text, s.args)
	return err
}

func (p *player) read(ctx context.Context, s statement, f func([]driver.Value)) error {
	rows, err := p.conn.QueryContext(ctx, s.text, s.args)
	if err != nil {
		return err
	}
	defer rows.Close()
	row := make([]driver.Value, len(rows.Columns()))
	for {
		if err := rows.Next(row); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		f(row)
	}
}

func firstLine(text string) string {
	line := strings.Join(strings.Fields(text), " ")
	return line[:min(len(line), 90)]
}

// explain shows how the database runs the first statement of all whose text begins so, and what of it takes how long.
func (p *player) explain(ctx context.Context, all []*transaction, begins string) error {
	for _, t := range all {
		for n, s := range t.statements {
			if !strings.HasPrefix(firstLine(s.text), begins) {
				continue
			}
			tx, err := p.conn.BeginTx(ctx, driver.TxOptions{})
			if err != nil {
				return err
			}
			for _, before := range t.statements[:n] {
				if err := p.run(ctx, before); err != nil {
					return err
				}
			}
			if err := p.analyze(ctx, s); err != nil {
				return err
			}
			return tx.Rollback()
		}
	}
	return nil
}

func (p *player) analyze(ctx context.Context, s statement) error {
	var args []string
	for _, a := range s.args {
		text := "NULL"
		switch v := a.Value.(type) {
		case nil:
		case string:
			text = pq.QuoteLiteral(v)
		case []byte:
			text = pq.QuoteLiteral(string(v))
		default:
			text = fmt.Sprint(v)
		}
		args = append(args, text)
	}
	if err := p.run(ctx, statement{text: "PREPARE explained AS " + s.text}); err != nil {
		return err
	}
	explain := statement{text: "EXPLAIN (ANALYZE, BUFFERS) EXECUTE explained(" + strings.Join(args, ", ") + ")"}
	if err := p.read(ctx, explain, func(row []driver.Value) { say("    %s", row[0]) }); err != nil {
		return err
	}
	return p.run(ctx, statement{text: "DEALLOCATE explained"})
}
