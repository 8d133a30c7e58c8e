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

// player runs statements on one bare connection, each prepared once.
type player struct {
	conn     wholeConn
	prepared map[string]driver.Stmt
	spent    map[string]*spending // by the beginning of a statement
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

func newPlayer(ctx context.Context, url string) (*player, error) {
	connector, err := pq.NewConnector(url)
	if err != nil {
		return nil, err
	}
	c, err := connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	p := &player{conn: c.(wholeConn), prepared: map[string]driver.Stmt{}, spent: map[string]*spending{}}
	for _, set := range []string{"SET plan_cache_mode = force_generic_plan", "SET enable_seqscan = off"} { // as the store's connections
		if _, err := p.conn.ExecContext(ctx, set, nil); err != nil {
			return nil, err
		}
	}
	return p, nil
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
	if len(s.args) == 0 && !s.query {
		_, err := p.conn.ExecContext(ctx, s.text, nil)
		return err
	}
	st, ok := p.prepared[s.text]
	if !ok {
		var err error
		if st, err = p.conn.PrepareContext(ctx, s.text); err != nil {
			return err
		}
		p.prepared[s.text] = st
	}
	if !s.query {
		_, err := st.(driver.StmtExecContext).ExecContext(ctx, s.args)
		return err
	}
	rows, err := st.(driver.StmtQueryContext).QueryContext(ctx, s.args)
	if err != nil {
		return err
	}
	defer rows.Close()
	into := make([]driver.Value, len(rows.Columns()))
	for {
		if err := rows.Next(into); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
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
	for _, q := range []string{"DEALLOCATE ALL", "PREPARE explained AS " + s.text} {
		if _, err := p.conn.ExecContext(ctx, q, nil); err != nil {
			return err
		}
	}
	clear(p.prepared)
	rows, err := p.conn.QueryContext(ctx, "EXPLAIN (ANALYZE, BUFFERS) EXECUTE explained("+strings.Join(args, ", ")+")", nil)
	if err != nil {
		return err
	}
	defer rows.Close()
	into := make([]driver.Value, 1)
	for {
		if err := rows.Next(into); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		say("    %s", into[0])
	}
}
