package localpg

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/lib/pq"
)

// T is the part of testing.TB that is used here; the demo's program shouldn't carry the testing package.
type T interface {
	Helper()
	Fatalf(format string, args ...any)
	Cleanup(f func())
}

// TestServer is the Postgres of one test binary: a private one without fsync, or the one that TEST_DATABASE_URL names. It
// is safe for use by parallel tests.
type TestServer struct {
	server *Server // nil when the server is not ours
	folder string
	super  *url.URL // of TEST_DATABASE_URL, nil for a private one
	admin  *sql.DB

	strategy  string // of CREATE DATABASE
	prefix    string // of our databases' names, so that test binaries may share a server
	clones    atomic.Int64
	passwords sync.Map // role name to a sync.OnceValue that gives it the superuser's password

	mu        sync.Mutex
	templates map[string]func() error
}

var forTests = sync.OnceValues(func() (*TestServer, error) { return startForTests(Options{}) })

// ForTests starts the server of this test binary at the first call and returns the same one, or the same error, later.
// When TEST_DATABASE_URL holds a superuser's URL, that server is used instead. The server ends with the process at the
// latest; TestMain may Close it. Without any Postgres the error's text is the one line that says what to install.
func ForTests() (*TestServer, error) { return forTests() }

// RunTests is for TestMain: os.Exit(localpg.RunTests(m)). It starts the server, runs the tests and closes the server; when
// there is no Postgres the package fails at once, with one line that says what to install.
func RunTests(m interface{ Run() int }) int {
	t, err := ForTests()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer t.Close()
	return m.Run()
}

func startForTests(o Options) (*TestServer, error) {
	o = o.withDefaults()
	t := &TestServer{prefix: "fc_" + strings.ToLower(rand.Text()[:8]), templates: map[string]func() error{}}
	super := o.Env("TEST_DATABASE_URL")
	if super != "" {
		var err error
		if t.super, err = url.Parse(super); err != nil || t.super.Scheme != "postgres" && t.super.Scheme != "postgresql" {
			return nil, errors.New("TEST_DATABASE_URL must be a URL that begins with postgres://") // Its password isn't repeated.
		}
	} else if err := t.startPrivate(o); err != nil {
		return nil, err
	}
	admin, err := sql.Open("postgres", t.adminURL())
	if err == nil {
		err = admin.Ping()
	}
	if err != nil {
		t.Close()
		return nil, fmt.Errorf("connect to the tests' Postgres: %w", err)
	}
	t.admin = admin
	return t, nil
}

func (t *TestServer) startPrivate(o Options) error {
	if err := supported(); err != nil {
		return err
	}
	folder, err := newTestFolder(append(memoryFolders(), tempFolders()...))
	if err != nil {
		return err
	}
	o.Dir = folder
	for attempt := 1; ; attempt++ {
		t.server, err = start(context.Background(), o, copyCluster)
		if err == nil {
			t.folder = folder
			if t.server.major >= 15 {
				// Copying the files costs a fifth of logging every page where nothing has to reach the disk.
				t.strategy = " STRATEGY file_copy"
			}
			return nil
		}
		// A cached cluster may be damaged, as it is made without waiting for the disk. It is made anew, once.
		broken := !errors.Is(err, ErrNoPostgres) && attempt == 1
		if !broken || os.RemoveAll(filepath.Join(folder, "data")) != nil || forgetClusters(o) != nil {
			_ = os.RemoveAll(folder)
			return err
		}
	}
}

// Close ends a private server and removes its folder; on a server that isn't ours it drops the templates. Tests must be over.
func (t *TestServer) Close() {
	if t.admin != nil {
		if t.server == nil {
			t.mu.Lock()
			for name := range t.templates {
				_, _ = t.admin.Exec("DROP DATABASE IF EXISTS " + pq.QuoteIdentifier(t.templateName(name)) + " WITH (FORCE)")
			}
			t.mu.Unlock()
		}
		_ = t.admin.Close()
	}
	if t.server != nil {
		_ = t.server.stop(syscall.SIGQUIT) // Nothing is worth a checkpoint.
		_ = os.RemoveAll(t.folder)
	}
}

// Server returns the private server, nil when TEST_DATABASE_URL names another one.
func (t *TestServer) Server() *Server { return t.server }

func (t *TestServer) templateName(name string) string { return t.prefix + "_t_" + name }

// Template prepares a database that Clone copies. migrate is given the superuser's URL of that database and must close its
// connections. The first call for a name does it; later ones return its result.
func (t *TestServer) Template(name string, migrate func(superURL string) error) error {
	t.mu.Lock()
	once, ok := t.templates[name]
	if !ok {
		once = sync.OnceValue(func() error { return t.makeTemplate(t.templateName(name), migrate) })
		t.templates[name] = once
	}
	t.mu.Unlock()
	if err := once(); err != nil {
		return fmt.Errorf("prepare template %s: %w", name, err)
	}
	return nil
}

func (t *TestServer) makeTemplate(database string, migrate func(superURL string) error) error {
	quoted := pq.QuoteIdentifier(database)
	if _, err := t.admin.Exec("CREATE DATABASE " + quoted + " TEMPLATE template0 ENCODING 'UTF8'" + t.strategy); err != nil {
		return fmt.Errorf("create database: %w", err)
	}
	if err := migrate(t.superURL(database)); err != nil {
		return err
	}
	// A template can only be copied while nobody is connected to it.
	if _, err := t.admin.Exec("ALTER DATABASE " + quoted + " WITH ALLOW_CONNECTIONS false"); err != nil {
		return fmt.Errorf("close the template: %w", err)
	}
	if _, err := t.admin.Exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", database); err != nil {
		return fmt.Errorf("close the template: %w", err)
	}
	return nil
}

// Database is a test's own copy of a template.
type Database struct {
	Name string
	// URL returns the address for lib/pq as a role.
	URL func(user string) string
}

// Clone makes a test its own copy of a template. It is dropped at the test's end, connections or not.
func (t *TestServer) Clone(tb T, template string) Database {
	tb.Helper()
	name := fmt.Sprintf("%s_%d", t.prefix, t.clones.Add(1))
	quoted := pq.QuoteIdentifier(name)
	if err := t.retry("CREATE DATABASE " + quoted + " TEMPLATE " + pq.QuoteIdentifier(t.templateName(template)) + t.strategy); err != nil {
		tb.Fatalf("clone template %s: %v", template, err)
	}
	tb.Cleanup(func() {
		if _, err := t.admin.Exec("DROP DATABASE " + quoted + " WITH (FORCE)"); err != nil {
			tb.Fatalf("drop the clone of template %s: %v", template, err)
		}
	})
	return Database{Name: name, URL: func(user string) string { return t.url(user, name) }}
}

// retry repeats a statement for as long as a template counts as in use: a connection that was closed a moment ago may
// still be on its way out.
func (t *TestServer) retry(statement string) error {
	for attempt := 1; ; attempt++ {
		_, err := t.admin.Exec(statement)
		var e *pq.Error
		if !errors.As(err, &e) || e.Code != "55006" || attempt == 3 {
			return err
		}
	}
}

func (t *TestServer) adminURL() string {
	if t.super != nil {
		return t.super.String()
	}
	return t.server.URL(Superuser, Superuser)
}

func (t *TestServer) superURL(database string) string {
	if t.super == nil {
		return t.server.URL(Superuser, database)
	}
	u := *t.super
	u.Path = "/" + database
	return u.String()
}

// url returns a database's address as a role. On a server that isn't ours and wants passwords, the role is first given the
// superuser's: there is no other that a test could know.
func (t *TestServer) url(user, database string) string {
	if t.super == nil {
		return t.server.URL(user, database)
	}
	u := *t.super
	u.Path = "/" + database
	if user == u.User.Username() {
		return u.String()
	}
	u.User = url.User(user)
	if password, ok := t.super.User.Password(); ok {
		u.User = url.UserPassword(user, password)
		give, _ := t.passwords.LoadOrStore(user, sync.OnceValue(func() error {
			_, err := t.admin.Exec("ALTER ROLE " + pq.QuoteIdentifier(user) + " PASSWORD " + pq.QuoteLiteral(password))
			return err
		}))
		_ = give.(func() error)() // A role that doesn't exist is told by the connection that is tried next.
	}
	return u.String()
}

// TempDir makes a folder for a server of a test's own, removed at the test's end. Unlike the testing package's it can also
// be reached by the account that the server runs as when the test runs as root, and its path is short enough for a socket.
func TempDir(tb T) string {
	tb.Helper()
	dir, err := newTestFolder(tempFolders())
	if err != nil {
		tb.Fatalf("make a folder for a server: %v", err)
	}
	tb.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			tb.Fatalf("remove the server's folder: %v", err)
		}
	})
	return dir
}

const testFolder = "firstcall-test-"

// newTestFolder makes a folder in the first of some folders that the server's account can reach. It also removes what test
// binaries left that were killed.
func newTestFolder(folders []string) (string, error) {
	as, err := serverAccount("")
	if err != nil {
		return "", err
	}
	problem := errors.New("there is none")
	for _, temp := range folders {
		if problem = as.reaches(temp); problem != nil {
			continue
		}
		sweep(filepath.Join(temp, testFolder+"*"), time.Minute)
		var dir string
		if dir, problem = os.MkdirTemp(temp, testFolder); problem != nil {
			continue
		}
		return dir, os.Chmod(dir, 0o755)
	}
	return "", fmt.Errorf("no usable temp folder: %w", problem)
}

// sweep removes our own folders that are older than an age and that no process has locked.
func sweep(pattern string, age time.Duration) {
	found, _ := filepath.Glob(pattern) // The pattern is well formed.
	for _, dir := range found {
		st, err := os.Lstat(dir)
		if err != nil || !st.IsDir() || time.Since(st.ModTime()) < age {
			continue
		}
		if uid, _, err := owner(dir); err != nil || uid != os.Geteuid() {
			continue
		}
		if lock, err := lockFolder(dir); err == nil {
			_ = os.RemoveAll(dir)
			_ = lock.Close()
		}
	}
}
