package bot_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"example.com/firstcall/adapters/console"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/talk"
	"example.com/firstcall/cmd/firstcall/demo"
	"example.com/firstcall/cmd/firstcall/setup"
	"example.com/firstcall/domain/terms"
	"example.com/firstcall/storage"
	"example.com/firstcall/storage/localpg"
)

var update = flag.Bool("update", false, "rewrite the bot's lines of the talks with what it says now; read the diff before you commit it")

func TestMain(m *testing.M) { os.Exit(localpg.RunTests(m)) }

// TestTalks plays every conversation in testdata/talks, each on a database of
// its own, and compares the bot's side of it: what it says, and when it is
// silent. Without a word about it a talk has the demo's set-up; a first line
// `# setup: other.yaml` names another one beside the talks.
func TestTalks(t *testing.T) {
	paths, err := filepath.Glob("testdata/talks/*.talk")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no talks (%v)", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".talk"), func(t *testing.T) {
			t.Parallel()
			playTalk(t, path)
		})
	}
}

func playTalk(t *testing.T, path string) {
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var heard bytes.Buffer
	stage, faults := newStage(t, setupOf(string(want)), &heard)
	if err := talk.Play(t.Context(), bytes.NewReader(want), stage); err != nil {
		t.Fatalf("%s: %v\n%s\n--- played until then\n%s", path, err, faults, heard.Bytes())
	}
	if faults.Len() > 0 {
		t.Errorf("faults were logged:\n%s", faults)
	}
	if *update {
		if err := os.WriteFile(path, heard.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := lineDiff(string(want), heard.String()); diff != "" {
		t.Errorf("%s went differently (- script, + now):\n%s", path, diff)
	}
}

var setupLine = regexp.MustCompile(`^# setup: (\S+)\n`)

// setupOf is the set-up file that a talk wants, "" for the demo's.
func setupOf(script string) string {
	if m := setupLine.FindStringSubmatch(script); m != nil {
		return m[1]
	}
	return ""
}

// newStage is a bot on a fresh database, spoken to through a terminal, with a
// clock that only the talk moves. Nothing in it is left to chance.
func newStage(t *testing.T, setupFile string, out *bytes.Buffer) (*talk.Stage, *bytes.Buffer) {
	t.Helper()
	server, err := localpg.ForTests()
	if err != nil {
		t.Fatal(err)
	}
	name := "talks_" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, setupFile)
	if err := server.Template(name, func(super string) error { return fill(super, setupFile) }); err != nil {
		t.Fatal(err)
	}
	db := server.Clone(t, name)
	store, err := storage.Open(t.Context(), db.URL(storage.App), storage.Options{Connections: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })

	var faults bytes.Buffer
	var ids atomic.Int64
	clock := talk.NewClock(demo.StartsAt)
	terminal := console.New(out, clock.Now, false)
	var b *bot.Bot
	start := func() error {
		b = &bot.Bot{
			Store: store, Chats: map[string]bot.Chat{console.Platform: terminal}, Now: clock.Now,
			NewID: func() string { return fmt.Sprintf("01960000-0000-7000-8000-%012x", ids.Add(1)) },
			Rand:  func() float64 { return 0.5 },
			Log:   slog.New(slog.NewTextHandler(&faults, &slog.HandlerOptions{Level: slog.LevelError})),
			Terms: terms.Current(),
		}
		terminal.Handle = b.Handle
		return nil
	}
	if err := start(); err != nil {
		t.Fatal(err)
	}
	return &talk.Stage{
		Surface: terminal, Clock: clock, Out: out, NextDue: store.NextDue, Restart: start,
		Wake:    func(ctx context.Context) error { _, err := b.Wake(ctx); return err },
		Deliver: func(ctx context.Context) error { _, err := b.Deliver(ctx); return err },
	}, &faults
}

// fill makes a template: the schema, and the set-up.
func fill(superURL, setupFile string) (err error) {
	ctx := context.Background()
	u, err := url.Parse(superURL)
	if err != nil {
		return err
	}
	if err := storage.Prepare(ctx, superURL, strings.TrimPrefix(u.Path, "/")); err != nil {
		return err
	}
	if err := storage.Migrate(ctx, as(*u, storage.Owner)); err != nil {
		return err
	}
	s, err := demo.Setup(terms.Current(), demo.StartsAt)
	if setupFile != "" {
		var data []byte
		if data, err = os.ReadFile(filepath.Join("testdata/talks", filepath.Base(setupFile))); err == nil {
			s, err = setup.Read(terms.Current(), []setup.File{{Name: setupFile, Data: data}})
		}
	}
	if err != nil {
		return err
	}
	store, err := storage.Open(ctx, as(*u, storage.App), storage.Options{Connections: 1})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return store.Import(ctx, s)
}

// as lets a superuser's connection act as another role.
func as(u url.URL, role string) string {
	q := u.Query()
	q.Set("options", "-c role="+role)
	u.RawQuery = q.Encode()
	return u.String()
}

// lineDiff shows where two texts part, with some lines before; "" when they
// are the same.
func lineDiff(want, got string) string {
	if want == got {
		return ""
	}
	a, b := strings.SplitAfter(want, "\n"), strings.SplitAfter(got, "\n")
	same := 0
	for same < len(a) && same < len(b) && a[same] == b[same] {
		same++
	}
	endA, endB := len(a), len(b)
	for endA > same && endB > same && a[endA-1] == b[endB-1] {
		endA--
		endB--
	}
	var out strings.Builder
	fmt.Fprintf(&out, "from line %d\n", same+1)
	for _, l := range a[max(0, same-3):same] {
		out.WriteString("  " + l)
	}
	for _, l := range a[same:endA] {
		out.WriteString("- " + l)
	}
	for _, l := range b[same:endB] {
		out.WriteString("+ " + l)
	}
	return out.String()
}
