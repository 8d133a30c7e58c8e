package bot_test

import (
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/cmd/firstcall/demo"
	"example.com/firstcall/domain/terms"
	"example.com/firstcall/storage"
	"example.com/firstcall/storage/localpg"
)

// benched is a bot on a fresh copy of the demo's database, whose server waits for no disk: what is measured is the work, and
// bench/ measures it with the disk.
func benched(b *testing.B) *bot.Bot {
	b.Helper()
	server, err := localpg.ForTests()
	if err != nil {
		b.Fatal(err)
	}
	if err := server.Template("talks_", func(super string) error { return fill(super, "") }); err != nil {
		b.Fatal(err)
	}
	store, err := storage.Open(b.Context(), server.Clone(b, "talks_").URL(storage.App), storage.Options{Connections: 2})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	return &bot.Bot{
		Store: store, Now: func() time.Time { return demo.StartsAt }, NewID: newID, Rand: rand.Float64,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Terms: terms.Current(),
	}
}

// handled sends one thing that ana says in #contoso.
func handled(b *testing.B, to *bot.Bot, e bot.Event) bot.Reply {
	b.Helper()
	e.Platform, e.Workspace, e.Person, e.Place = "console", "terminal", "ana", "#contoso"
	r, err := to.Handle(b.Context(), e)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// BenchmarkAnswer is one answer of an intake, from Handle to the commit, with the whole form made anew.
func BenchmarkAnswer(b *testing.B) {
	to := benched(b)
	if r := handled(b, to, bot.Event{Kind: bot.Said, Text: "/incident"}); r.Form == nil {
		b.Fatalf("no form was shown: %q", r.Text)
	}
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		r := handled(b, to, bot.Event{
			Key: fmt.Sprint("answer-", n), Kind: bot.Submitted, Form: "report", Partial: true,
			Values: map[string]string{"happened": fmt.Sprint("Checkout is down, for the ", n, "th time")},
		})
		if r.Form == nil {
			b.Fatalf("no form was shown: %q", r.Text)
		}
	}
}

// BenchmarkNothingDue is what a look at the clock costs when it finds nothing.
func BenchmarkNothingDue(b *testing.B) {
	to := benched(b)
	b.ReportAllocs()
	for b.Loop() {
		if n, err := to.Wake(b.Context()); n != 0 || err != nil {
			b.Fatal(n, err)
		}
	}
}
