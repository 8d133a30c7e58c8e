// Command program is the bot as it runs in production, without a platform: it answers alarms at their instant and sends what
// there is to say into nothing. The benchmarks kill it and weigh it. It writes a line for each alarm: the instant it was due
// and the instant its answer was committed, in nanoseconds.
package main

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"github.com/google/uuid"

	"example.com/firstcall/bench/written"
	"example.com/firstcall/bot"
	"example.com/firstcall/cmd/firstcall/alarmclock"
	"example.com/firstcall/domain/terms"
	"example.com/firstcall/storage"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "program:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	store, err := storage.Open(ctx, os.Args[1], storage.Options{Rand: rand.Float64})
	if err != nil {
		return err
	}
	if err := store.Version(ctx); err != nil {
		return err
	}
	var mu sync.Mutex
	out := bufio.NewWriter(os.Stdout)
	noticed := &written.Store{DB: store, Tell: func(due, now time.Time) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintln(out, due.UnixNano(), now.UnixNano())
		_ = out.Flush() // whoever reads it may have gone
	}}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	b := &bot.Bot{
		Store: noticed, Now: time.Now, NewID: func() string { return uuid.Must(uuid.NewV7()).String() }, Rand: rand.Float64,
		Log: log, Terms: terms.Current(), Wakers: 2, Chats: map[string]bot.Chat{"console": nowhere{}},
	}
	deliver := alarmclock.New(never, b.Deliver, time.Second, time.Now, log)
	wake := alarmclock.New(store.NextWake, func(ctx context.Context) (int, error) {
		n, err := b.Wake(ctx)
		if n > 0 && len(os.Args) > 2 {
			deliver.Ring()
		}
		return n, err
	}, time.Second, time.Now, log)
	if len(os.Args) > 2 { // "deliver"
		go deliver.Run(ctx)
	}
	wake.Run(ctx)
	return nil
}

func never(context.Context) (time.Time, error) { return time.Time{}, nil }

// nowhere takes every message at once.
type nowhere struct{}

// Post implements bot.Chat.
func (nowhere) Post(_ context.Context, s bot.Posting) (string, error) {
	return s.Key, nil
}

// Edit implements bot.Chat.
func (nowhere) Edit(context.Context, string, bot.Posting) error {
	return nil
}

// Find implements bot.Chat.
func (nowhere) Find(context.Context, bot.Posting, time.Time) (string, bool, error) {
	return "", false, bot.ErrCannotLook
}
