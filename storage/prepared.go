package storage

import (
	"context"
	"database/sql/driver"
	"errors"

	"github.com/lib/pq"
)

// preparing makes connections that prepare each statement once and keep it, so that its text is parsed and planned once a
// connection and not once a call. Package database/sql can do that for statements prepared beforehand, at the price of a
// second connection inside a transaction; this needs none.
type preparing struct{ *pq.Connector }

// Connect implements driver.Connector.
func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	full, ok := c.(fullConn)
	if !ok {
		return nil, errors.New("the driver's connection lacks what we need of it")
	}
	return &conn{fullConn: full, statements: map[string]fullStmt{}}, nil
}

// fullConn is what the driver's connections offer. Embedding it keeps every ability visible to database/sql.
type fullConn interface {
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

type fullStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// maxStatements bounds what a connection keeps; the package has fewer statements by far.
const maxStatements = 500

type conn struct {
	fullConn
	statements map[string]fullStmt
}

func (c *conn) prepared(ctx context.Context, query string) (fullStmt, error) {
	if st, ok := c.statements[query]; ok {
		return st, nil
	}
	if len(c.statements) >= maxStatements {
		return nil, nil
	}
	st, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	full, ok := st.(fullStmt)
	if !ok {
		return nil, errors.New("the driver's statement lacks what we need of it")
	}
	c.statements[query] = full
	return full, nil
}

// QueryContext implements driver.QueryerContext.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	st, err := c.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	if st == nil {
		return c.fullConn.QueryContext(ctx, query, args)
	}
	return st.QueryContext(ctx, args)
}

// ExecContext implements driver.ExecerContext. What has no arguments isn't worth preparing.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if len(args) == 0 {
		return c.fullConn.ExecContext(ctx, query, args)
	}
	st, err := c.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	if st == nil {
		return c.fullConn.ExecContext(ctx, query, args)
	}
	return st.ExecContext(ctx, args)
}
