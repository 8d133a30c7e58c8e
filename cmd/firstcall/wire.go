package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain/terms"
)

// newBot wires a bot: what it keeps, where it speaks, and its clock.
func newBot(store bot.Store, chats map[string]bot.Chat, now func() time.Time, random func() float64, log *slog.Logger) *bot.Bot {
	return &bot.Bot{Store: store, Chats: chats, Now: now, NewID: newID, Rand: random, Log: log, Terms: terms.Current()}
}

// newID makes a UUID whose order is that of its making.
func newID() string {
	id, err := uuid.NewV7()
	if err != nil {
		panic(fmt.Sprintf("the machine has no random numbers: %v", err)) // nothing is safe then
	}
	return id.String()
}

// ticks are what a bot does when the clock says so.
type ticks interface {
	Wake(ctx context.Context) (int, error)
	Deliver(ctx context.Context) (int, error)
	Furnish(ctx context.Context) (int, error)
}
