package teams_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/firstcall/adapters/console"
	"example.com/firstcall/adapters/teams"
	"example.com/firstcall/adapters/teams/teamstalk"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/talk"
	"example.com/firstcall/cmd/firstcall/demo"
	"example.com/firstcall/cmd/firstcall/setup"
	"example.com/firstcall/domain/terms"
	"example.com/firstcall/storage"
	"example.com/firstcall/storage/localpg"
)

func TestMain(m *testing.M) { os.Exit(localpg.RunTests(m)) }

// talksFolder holds the talks that every surface plays.
const talksFolder = "../../bot/testdata/talks"

// world is a talk's set-up in Teams, with the bot on a database of its own.
type world struct {
	*teamstalk.World
	kind   string                // of the set-up, where not everybody is in a channel of Teams
	here   func(bot.Tenant) bool // who is in Teams; nil: everybody
	others *console.Terminal     // where the others are
	t      *testing.T
	clock  *talk.Clock
	store  *storage.DB
	bot    *bot.Bot
	out    *bytes.Buffer
	faults faultLog
	ids    atomic.Int64
}

// faultLog keeps what is logged as an error.
type faultLog struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *faultLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *faultLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// newWorld is a world for a script, in which everybody reads the language; ""
// leaves to each their own.
func newWorld(t *testing.T, script, lang string, with ...func(*world)) *world {
	t.Helper()
	file := ""
	if m := regexp.MustCompile(`^# setup: (\S+)\n`).FindStringSubmatch(script); m != nil {
		file = m[1]
	}
	s, err := setupIn(file, lang)
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
	w.store = open(t, name, s)
	if err := w.start(); err != nil {
		t.Fatal(err)
	}
	w.Begin()
	return w
}

// start is a new process on the same database.
func (w *world) start() error {
	log := slog.New(slog.NewTextHandler(&w.faults, &slog.HandlerOptions{Level: slog.LevelError}))
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
	b.Chats = map[string]bot.Chat{"teams": w.Serve(app)}
	if w.others != nil {
		b.Chats[console.Platform], w.others.Handle = w.others, b.Handle
	}
	w.bot = b
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

// setupIn is a talk's set-up, in which everybody reads the language.
func setupIn(file, lang string) (bot.Setup, error) {
	s, err := demo.Setup(terms.Current(), demo.StartsAt)
	if file != "" {
		var data []byte
		if data, err = os.ReadFile(filepath.Join(talksFolder, filepath.Base(file))); err == nil {
			s, err = setup.Read(terms.Current(), []setup.File{{Name: file, Data: data}})
		}
	}
	if err != nil {
		return s, err
	}
	for i := range s.Tenants {
		s.Tenants[i].Language = cmp.Or(lang, s.Tenants[i].Language)
	}
	for i := range s.People {
		s.People[i].Person.Language = cmp.Or(lang, s.People[i].Person.Language)
	}
	for i := range s.Places {
		s.Places[i].Place.Language = cmp.Or(lang, s.Places[i].Place.Language)
	}
	return s, nil
}

// open gives a talk a database of its own with the set-up, which is the same for
// every talk of that name.
func open(t *testing.T, name string, s bot.Setup) *storage.DB {
	t.Helper()
	server, err := localpg.ForTests()
	if err != nil {
		t.Fatal(err)
	}
	name = strings.ToLower(strings.NewReplacer(".", "_", "-", "_").Replace(name))
	if err := server.Template(name, func(super string) error { return fill(super, s) }); err != nil {
		t.Fatal(err)
	}
	store, err := storage.Open(t.Context(), server.Clone(t, name).URL(storage.App), storage.Options{Connections: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

func fill(superURL string, s bot.Setup) (err error) {
	ctx := context.Background()
	u, err := url.Parse(superURL)
	if err != nil {
		return err
	}
	if err := storage.Prepare(ctx, superURL, strings.TrimPrefix(u.Path, "/")); err != nil {
		return err
	}
	as := func(role string) string {
		at, q := *u, u.Query()
		q.Set("options", "-c role="+role)
		at.RawQuery = q.Encode()
		return at.String()
	}
	if err := storage.Migrate(ctx, as(storage.Owner)); err != nil {
		return err
	}
	store, err := storage.Open(ctx, as(storage.App), storage.Options{Connections: 1})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return store.Import(ctx, s)
}
