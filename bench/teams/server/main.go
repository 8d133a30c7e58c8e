// Command server is our side of the comparison: adapters/teams behind an HTTP server, with all of its checks. With -do insert
// each activity writes one row and nothing else; with -do whole the bot answers it. The clocks and what they send aren't run:
// what is measured ends with the answer. It writes its port to standard output and ends at SIGTERM.
package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/pprof"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/google/uuid"
	_ "github.com/lib/pq" // The driver that storage uses, too.

	"example.com/firstcall/adapters/teams"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain/terms"
	"example.com/firstcall/storage"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var s server
	flag.StringVar(&s.do, "do", "whole", "whole: the bot answers; insert: one row is written")
	flag.BoolVar(&s.replies, "replies", false, "with -do insert: a message is answered by another one")
	flag.StringVar(&s.database, "database", "", "the database's URL")
	flag.StringVar(&s.origin, "origin", "", "what stands in for Microsoft's services")
	flag.IntVar(&s.pool, "pool", 16, "connections to the database at most")
	flag.StringVar(&s.cpu, "cpuprofile", "", "a file for the processor's profile")
	flag.Parse()
	if err := s.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(1)
	}
}

type server struct {
	do, database, origin, cpu string
	replies                   bool
	pool                      int
}

func (s server) run(ctx context.Context) error {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	open := s.inserting
	if s.do == "whole" {
		open = s.whole
	}
	handle, err := open(ctx, log)
	if err != nil {
		return err
	}
	var odd atomic.Int64
	chat, err := teams.New(teams.Options{
		Handle: handle, Now: now, Log: log, AppID: os.Getenv("BENCH_APP"), AppPassword: "not a secret", AppTenant: "tenant",
		Cloud: teams.Cloud{
			Login: s.origin, Metadata: s.origin + "/metadata", Issuer: os.Getenv("BENCH_ISSUER"),
			Scope: "https://api.botframework.com/.default", Origins: []string{s.origin},
		},
		Seen: func(_, outcome string, _ time.Duration) {
			if outcome != "ok" {
				odd.Add(1)
			}
		},
		SeenCall: func(_, outcome string, _ time.Duration) {
			if outcome != "ok" {
				odd.Add(1)
			}
		},
	})
	if err != nil {
		return err
	}
	routes := http.NewServeMux()
	routes.Handle("/api/messages", chat)
	routes.HandleFunc("/odd", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, odd.Load()) })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if s.cpu != "" {
		file, err := os.Create(s.cpu)
		if err != nil {
			return err
		}
		defer file.Close()
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	fmt.Println(l.Addr().(*net.TCPAddr).Port)
	serves := http.Server{Handler: routes, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	go func() {
		<-ctx.Done()
		_ = serves.Close()
	}()
	if err := serves.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// now is to the microsecond, which Postgres keeps.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

const insert = `
INSERT INTO came (key, kind, workspace, person, place, said, action, subject, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

// inserting writes one row for each event.
func (s server) inserting(ctx context.Context, _ *slog.Logger) (func(context.Context, bot.Event) (bot.Reply, error), error) {
	db, err := sql.Open("postgres", s.database)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(s.pool)
	db.SetMaxIdleConns(s.pool)
	keep, err := db.PrepareContext(ctx, insert)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, e bot.Event) (bot.Reply, error) {
		_, err := keep.ExecContext(ctx, e.Key, string(e.Kind), e.Workspace, e.Person, e.Place, e.Text, e.Action, e.Subject, e.At)
		if err != nil || e.Kind != bot.Pressed && !s.replies {
			return bot.Reply{}, err
		}
		return bot.Reply{Lang: "en", Zone: time.UTC, Text: words.Text("Noted.")}, nil
	}, nil
}

// whole is the bot.
func (s server) whole(ctx context.Context, log *slog.Logger) (func(context.Context, bot.Event) (bot.Reply, error), error) {
	store, err := storage.Open(ctx, s.database, storage.Options{Rand: rand.Float64, Connections: s.pool})
	if err != nil {
		return nil, err
	}
	if err := store.Version(ctx); err != nil {
		return nil, err
	}
	b := &bot.Bot{
		Store: store, Now: now, NewID: func() string { return uuid.Must(uuid.NewV7()).String() }, Rand: rand.Float64, Log: log,
		Terms: terms.Current(),
	}
	return b.Handle, nil
}
