package storage

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
)

// The only look at the database's clock: processes correct their own by it, so that they agree.
const showClock = `SELECT clock_timestamp()`

// Clock is what the database's clock shows.
func (d *DB) Clock(ctx context.Context) (time.Time, error) {
	var shows instant
	if err := d.db.GetContext(ctx, &shows, showClock); err != nil {
		return time.Time{}, fmt.Errorf("ask the database for its clock: %w", err)
	}
	return time.Time(shows), nil
}

// NextSend is the earliest instant after which Deliver has something to do; zero when nothing waits.
func (d *DB) NextSend(ctx context.Context) (time.Time, error) {
	var send instant
	err := d.as(ctx, asSender, func(tx *sqlx.Tx) error { return tx.GetContext(ctx, &send, nextSend) })
	if err != nil {
		return time.Time{}, fmt.Errorf("find what is to be sent next: %w", err)
	}
	return time.Time(send), nil
}
