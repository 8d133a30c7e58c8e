package teams_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"testing"

	"example.com/firstcall/adapters/console"
	"example.com/firstcall/adapters/surfacetest"
	"example.com/firstcall/adapters/teams"
	"example.com/firstcall/adapters/teams/teamstalk"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/talk"
	"example.com/firstcall/cmd/firstcall/demo"
	"example.com/firstcall/domain/terms"
	"example.com/firstcall/storage"
	"example.com/firstcall/storage/localpg"
)

func TestMain(m *testing.M) { os.Exit(localpg.RunTests(m)) }

// world is a talk's set-up in Teams, with the bot on a database of its own.
type world struct {
	*teamstalk.World
	kind   string                // of the set-up, where not everybody is in a channel of Teams
	here   func(bot.Tenant) bool // who is in Teams; nil: everybody
	others *console.Terminal     // where the others are
	twice  bool                  // two processes take in turn what comes in
	t      *testing.T
	clock  *talk.Clock
	store  *storage.DB
	bot    *bot.Bot
	out    *bytes.Buffer
	faults surfacetest.Faults
	ids    atomic.Int64
}

// newWorld is a world for a script, in which everybody reads the language; ""
// leaves to each their own.
func newWorld(t *testing.T, script, lang string, with ...func(*world)) *world {
	t.Helper()
	file := surfacetest.SetupFile(script)
	s, err := surfacetest.Setup(file, lang)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, clock: talk.NewClock(demo.StartsAt), out: &bytes.Buffer{}}
	w.World = teamstalk.New(t, w.clock.Now, w.out)
	name := "teams_" + file + lang
	for _, set := range with {
		set(w)
	}
	name += w.kind
	w.Move(&s, script, w.here)
	w.store = surfacetest.Open(t, name, s)
	if err := w.start(); err != nil {
		t.Fatal(err)
	}
	w.Begin()
	return w
}

// start is a new process on the same database, or two of them.
func (w *world) start() error {
	log := slog.New(slog.NewTextHandler(&w.faults, &slog.HandlerOptions{Level: slog.LevelError}))
	var bots []*bot.Bot
	var apps []*teams.Teams
	for len(apps) == 0 || w.twice && len(apps) == 1 {
		b := &bot.Bot{
			Store: w.store, Now: w.clock.Now, Rand: func() float64 { return 0.5 }, Log: log, Terms: terms.Current(),
			NewID: func() string { return fmt.Sprintf("01960000-0000-7000-8000-%012x", w.ids.Add(1)) },
		}
		o := w.Options()
		o.Handle, o.Log = b.Handle, log
		app, err := teams.New(o)
		if err != nil {
			return err
		}
		app.Patient()
		b.Chats = map[string]bot.Chat{"teams": app}
		bots, apps = append(bots, b), append(apps, app)
	}
	w.bot = bots[0]
	w.bot.Chats["teams"] = w.Serve(apps[0], apps[1:]...)
	if w.others != nil {
		w.bot.Chats[console.Platform], w.others.Handle = w.others, w.bot.Handle
	}
	return nil
}

// stage is where the talk is played.
func (w *world) stage() *talk.Stage {
	var surface talk.Surface = w
	if w.others != nil {
		surface = talk.Router{All: []talk.Surface{w, w.others}, Of: func(person, place string) talk.Surface {
			if w.Has(person, place) {
				return w
			}
			return w.others
		}}
	}
	return &talk.Stage{
		Surface: surface, Clock: w.clock, Out: w.out, NextDue: w.store.NextDue, Restart: w.start,
		Wake: func(ctx context.Context) error { _, err := w.bot.Wake(ctx); return err },
		Deliver: func(ctx context.Context) error {
			_, furnished := w.bot.Furnish(ctx)
			_, err := w.bot.Deliver(ctx)
			return errors.Join(furnished, err)
		},
	}
}
