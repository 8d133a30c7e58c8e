package storage

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"
)

// earshot is the channel on which processes tell each other that a person's decision was committed: it may have set an earlier
// wake than others are waiting for, and there may be something to send. Nothing depends on its being heard, since everybody
// looks once in a while anyway. Alarms don't tell: whoever answers them also sends what they say, and those who tell are let
// through one by one when they commit.
const earshot = "firstcall"

const tell = ` + (SELECT 0 FROM pg_notify('` + earshot + `', ''))`

// Heard calls f when somebody, this process included, may have written what is due soon: once when it begins to listen, and
// again whenever it may have missed something. f must be quick. It returns when ctx ends, or when it can't listen at all; a
// connection that was lost is made again.
func (d *DB) Heard(ctx context.Context, f func()) error {
	l := pq.NewListener(d.dsn, time.Second, time.Minute, nil)
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer func() {
		if stop() {
			_ = l.Close()
		}
	}()
	if err := l.Listen(earshot); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return fmt.Errorf("listen for what others write: %w", err)
	}
	f()
	for {
		select {
		case <-ctx.Done():
			return nil
		case _, ok := <-l.Notify:
			if !ok {
				return nil
			}
			f()
		}
	}
}
