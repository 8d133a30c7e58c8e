//go:build unix

package localpg

import (
	"database/sql"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

// cachedOptions use the machine's Postgres but a cache of the test's own.
func cachedOptions(t *testing.T) Options {
	return Options{
		cache: filepath.Join(TempDir(t), "cache"),
		Env: func(name string) string {
			if name == "TEST_DATABASE_URL" {
				return ""
			}
			return os.Getenv(name)
		},
	}
}

func schema(superURL string) error {
	db, err := sql.Open("postgres", superURL)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.Exec(`DO $$ BEGIN CREATE ROLE clerk LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
		CREATE TABLE notes (line text); GRANT ALL ON notes TO clerk`)
	return err
}

// exerciseClones asks for one template from several tests at once and checks that their copies are apart and go away.
func exerciseClones(t *testing.T, s *TestServer) {
	var migrations atomic.Int32
	var names sync.Map
	t.Run("group", func(t *testing.T) {
		for _, name := range []string{"a", "b", "c"} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				err := s.Template("notes", func(u string) error {
					migrations.Add(1)
					return schema(u)
				})
				if err != nil {
					t.Fatal(err)
				}
				d := s.Clone(t, "notes")
				names.Store(d.Name, true)
				db := connect(t, d.URL("clerk"))
				mustExec(t, db, "INSERT INTO notes VALUES ('mine')")
				if got := text(t, db, "SELECT count(*) || current_user FROM notes"); got != "1clerk" {
					t.Errorf("rows and role are %s, want 1clerk", got)
				}
			})
		}
	})
	if n := migrations.Load(); n != 1 {
		t.Errorf("migrated %d times, want once", n)
	}
	distinct := 0
	names.Range(func(name, _ any) bool {
		distinct++
		var left int
		if err := s.admin.QueryRow("SELECT count(*) FROM pg_database WHERE datname = $1", name).Scan(&left); err != nil || left != 0 {
			t.Errorf("database %s is still there (%v)", name, err)
		}
		return true
	})
	if distinct != 3 {
		t.Errorf("%d different databases, want 3", distinct)
	}
}

func TestClones(t *testing.T) {
	o := cachedOptions(t)
	s, err := startForTests(o)
	if err != nil {
		t.Fatal(err)
	}
	exerciseClones(t, s)
	if got := text(t, s.admin, "SHOW fsync"); got != "off" {
		t.Errorf("fsync is %s, want off", got)
	}
	s.Close()
	if _, err := os.Stat(s.folder); err == nil {
		t.Errorf("%s is still there", s.folder)
	}
	cached, err := filepath.Glob(filepath.Join(o.cache, "*"))
	if err != nil || len(cached) != 1 {
		t.Fatalf("the cache holds %v (%v), want one cluster", cached, err)
	}

	// The next test binary copies the cluster: a mark left in it is found in the copy.
	if err := os.WriteFile(filepath.Join(cached[0], "mark"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := startForTests(o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(again.folder, "data", "mark")); err != nil {
		t.Errorf("not a copy of the cached cluster: %v", err)
	}
	again.Close()

	// A cluster that was damaged, as by a power cut, is made anew.
	if err := os.WriteFile(filepath.Join(cached[0], "global", "pg_control"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	healed, err := startForTests(o)
	if err != nil {
		t.Fatalf("start on a damaged cache: %v", err)
	}
	healed.Close()
}

func TestDatabaseURLOfTheTests(t *testing.T) {
	theirs := startIn(t, quickDir(t))
	o := cachedOptions(t)
	o.Env = func(name string) string {
		return map[string]string{"TEST_DATABASE_URL": theirs.URL(Superuser, Superuser), "DATABASE_URL": "postgres://wrong/"}[name]
	}
	s, err := startForTests(o)
	if err != nil {
		t.Fatal(err)
	}
	if s.Server() != nil {
		t.Error("a private server was started too")
	}
	exerciseClones(t, s)
	s.Close()
	if got := text(t, superuser(t, theirs), "SELECT count(*) FROM pg_database WHERE NOT datistemplate"); got != "1" {
		t.Errorf("%s databases are left, want 1", got)
	}
}

// BenchmarkForTests reports what each test binary pays: a copy of the cached cluster, a start and an end.
func BenchmarkForTests(b *testing.B) {
	for b.Loop() {
		s, err := startForTests(Options{})
		if err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}

// BenchmarkClone reports what each test pays: a clone and its end.
func BenchmarkClone(b *testing.B) {
	s, err := startForTests(Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if err := s.Template("notes", schema); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		one := &oneTest{B: b}
		s.Clone(one, "notes")
		one.end()
	}
}

// oneTest stands for a test of its own within a benchmark.
type oneTest struct {
	*testing.B
	end func()
}

func (o *oneTest) Cleanup(f func()) { o.end = f }
