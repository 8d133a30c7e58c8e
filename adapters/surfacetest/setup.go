package surfacetest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/firstcall/bot"
	"example.com/firstcall/cmd/firstcall/demo"
	"example.com/firstcall/cmd/firstcall/setup"
	"example.com/firstcall/domain/terms"
	"example.com/firstcall/storage"
	"example.com/firstcall/storage/localpg"
)

// Talks is the folder of the talks that every surface plays, from an adapter's own.
const Talks = "../../bot/testdata/talks"

// TalkPaths are all talks.
func TalkPaths(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob(Talks + "/*.talk")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no talks (%v)", err)
	}
	return paths
}

// TalkName is what a talk is called.
func TalkName(path string) string { return strings.TrimSuffix(filepath.Base(path), ".talk") }

// CheckExceptions fails the test for an exception that names no talk, or no reason.
func CheckExceptions(t testing.TB, exceptions map[string]string) {
	t.Helper()
	for name, why := range exceptions {
		if _, err := os.Stat(Talks + "/" + name + ".talk"); err != nil || why == "" {
			t.Errorf("%s: %q (%v)", name, why, err)
		}
	}
}

// Edit is a change of a script: a pattern, and what takes its place.
type Edit [2]string

// Edited is the script of a talk without what a surface can't do, or with what
// people do there in its place. Each edit must change something.
func Edited(t testing.TB, talk string, edits []Edit) []byte {
	t.Helper()
	script, err := os.ReadFile(Talks + "/" + talk + ".talk")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range edits {
		other := regexp.MustCompile("(?m)"+e[0]).ReplaceAll(script, []byte(e[1]))
		if bytes.Equal(other, script) {
			t.Fatalf("%s: nothing is like %s", talk, e[0])
		}
		script = other
	}
	return script
}

var setupLine = regexp.MustCompile(`^# setup: (\S+)\n`)

// SetupFile is the file of a script's set-up; "" for the demo's.
func SetupFile(script string) string {
	if m := setupLine.FindStringSubmatch(script); m != nil {
		return m[1]
	}
	return ""
}

// setups are those that were read, by file: reading one takes a while.
var setups sync.Map

// Setup is a talk's set-up, in which everybody reads the language; "" leaves to
// each their own. It is the caller's.
func Setup(file, lang string) (bot.Setup, error) {
	kept, known := setups.Load(file)
	if !known {
		s, err := readSetup(file)
		if err != nil {
			return s, err
		}
		kept, _ = setups.LoadOrStore(file, s)
	}
	s := kept.(bot.Setup)
	s.Workspaces, s.Tenants, s.People, s.Places = slices.Clone(s.Workspaces), slices.Clone(s.Tenants), slices.Clone(s.People), slices.Clone(s.Places)
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

func readSetup(file string) (bot.Setup, error) {
	if file == "" {
		return demo.Setup(terms.Current(), demo.StartsAt)
	}
	data, err := os.ReadFile(filepath.Join(Talks, filepath.Base(file)))
	if err != nil {
		return bot.Setup{}, err
	}
	return setup.Read(terms.Current(), []setup.File{{Name: file, Data: data}})
}

// Open gives a test a database of its own with the set-up, which is the same for
// every test of that name.
func Open(t *testing.T, name string, s bot.Setup) *storage.DB {
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

// Faults keeps what is logged. It may be used by many goroutines.
type Faults struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (l *Faults) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String is all that was logged.
func (l *Faults) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
