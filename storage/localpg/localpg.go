// Package localpg runs a private Postgres for the demo and for the tests, so that neither needs a server, a password or a
// variable to be set.
//
// The server listens on a socket in a folder that only its own user may enter, and nowhere else; whoever can open that
// socket may be any role. It dies with the process that started it, also when that process is killed. Its data is never
// deleted by this package: a folder it can't use is refused with a text that says what to do.
package localpg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	_ "github.com/lib/pq" // The readiness query speaks through the driver that storage uses too.
)

// Superuser is the role that initdb makes. Row-level security doesn't hold for it, so only migrations and tests use it.
const Superuser = "postgres"

// socketPort only names the socket's file; no network port is opened.
const socketPort = "5432"

// ErrInUse is wrapped by the error of Start when another process uses the state folder.
var ErrInUse = errors.New("this private Postgres is already in use")

// ErrNoPostgres is wrapped by the error of Start and ForTests when there is no Postgres and none could be obtained.
var ErrNoPostgres = errors.New("no PostgreSQL found")

// Options say where a private server keeps its data and how careful it is with it.
type Options struct {
	// Dir is the state folder, made when missing; empty means DefaultDir.
	Dir string
	// Durable keeps acknowledged commits through a crash of the machine. False is for tests only.
	Durable bool
	// Progress, when not nil, is given a line that a person may read while something takes its time.
	Progress func(line string)
	// Env reads a variable of the environment; nil means os.Getenv.
	Env func(name string) string

	cache string // instead of the user's cache folder, for this package's tests
}

func (o Options) withDefaults() Options {
	if o.Env == nil {
		o.Env = os.Getenv
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	return o
}

// Server is a running private Postgres. It is safe for use by several goroutines.
type Server struct {
	dir     string
	data    string
	socket  string
	major   int
	cmd     *exec.Cmd
	lock    *os.File
	remove  string // a socket folder of our own outside dir, "" when there is none
	log     *serverLog
	closing atomic.Bool
	done    chan struct{}
	err     error // why the server went; written before done is closed
	close   sync.Once
}

// Start starts the private Postgres of a state folder and returns when our own child answers a query. The context ends
// the waiting, not the server: Close does that. A folder in use by another process, or made by another major version of
// Postgres, is an error that says so; nothing is changed then.
func Start(ctx context.Context, o Options) (*Server, error) {
	return start(ctx, o.withDefaults(), initialise)
}

// fill makes a new cluster in an empty folder that belongs to the server's account.
type fill func(ctx context.Context, o Options, bin binaries, as account, folder string) error

func start(ctx context.Context, o Options, fresh fill) (_ *Server, err error) {
	if err := supported(); err != nil {
		return nil, err
	}
	if o.Dir == "" {
		if o.Dir, err = DefaultDir(o.Env); err != nil {
			return nil, err
		}
	}
	dir, err := makeFolder(o.Dir)
	if err != nil {
		return nil, err
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, data: filepath.Join(dir, "data"), lock: lock}
	defer func() {
		if err != nil {
			s.release()
		}
	}()

	as, err := serverAccount(s.data)
	if err != nil {
		return nil, err
	}
	if err := as.reaches(dir); err != nil {
		return nil, fmt.Errorf("state folder: %w", err)
	}
	major, err := dataMajor(s.data)
	if err != nil {
		return nil, err
	}
	bin, err := findBinaries(ctx, o, as, major)
	if err != nil {
		return nil, err
	}
	s.major = bin.major
	switch {
	case major == 0:
		if err := newCluster(ctx, o, bin, as, s.data, fresh); err != nil {
			return nil, err
		}
	case major != bin.major:
		return nil, otherMajor(s.data, major, bin)
	}
	if err := clearStale(ctx, o, s.data); err != nil {
		return nil, err
	}
	if err := s.openSocketFolder(as); err != nil {
		return nil, err
	}
	if s.log, err = openLog(filepath.Join(dir, "postgres.log")); err != nil {
		return nil, err
	}
	if err := s.launchUntilReady(ctx, o, bin, as); err != nil {
		return nil, err
	}
	return s, nil
}

// launchUntilReady starts the server, again when the rest of a killed predecessor still holds its shared memory.
func (s *Server) launchUntilReady(ctx context.Context, o Options, bin binaries, as account) error {
	const patience = 10 * time.Second
	for giveUp := time.Now().Add(patience); ; {
		err := s.launch(o, bin, as)
		if err == nil {
			if err = s.waitReady(ctx, o); err == nil {
				return nil
			}
			s.kill()
		}
		held := strings.Contains(err.Error(), "shared memory block")
		if !held || time.Now().After(giveUp) || !pause(ctx, 50*time.Millisecond) {
			return err
		}
	}
}

func (s *Server) launch(o Options, bin binaries, as account) error {
	s.log.mark()
	cmd := exec.Command(bin.path("postgres"), serverFlags(o, s.data, s.socket)...)
	cmd.Dir = s.dir // The server's account may not be able to enter the folder we were started in.
	cmd.Env = childEnv(s.dir)
	cmd.Stdout, cmd.Stderr = s.log.file, s.log.file
	cmd.SysProcAttr = as.attributes(syscall.SIGINT)
	s.cmd, s.done, s.err = cmd, make(chan struct{}), nil
	s.closing.Store(false)

	started := make(chan error, 1)
	go func() {
		// The server is told when the thread that started it ends, so that thread has to wait here with us.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := cmd.Start(); err != nil {
			started <- err
			return
		}
		untie, err := tieToUs(cmd.Process.Pid)
		if err != nil {
			_ = cmd.Process.Kill()
		}
		started <- err
		err = cmd.Wait()
		untie()
		if !s.closing.Load() {
			s.err = fmt.Errorf("private Postgres ended by itself (%s): %s", exitText(err), s.log.tail())
		}
		close(s.done)
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("start %s: %w", bin.path("postgres"), err)
	}
	return nil
}

func serverFlags(o Options, data, socket string) []string {
	set := []string{
		"listen_addresses=",
		"port=" + socketPort,
		"unix_socket_directories=" + `"` + strings.ReplaceAll(socket, `"`, `""`) + `"`,
		"unix_socket_permissions=0700",
		"logging_collector=off",
		"log_destination=stderr",
		"max_connections=200",
		"timezone=UTC",
		"log_timezone=UTC",
		"jit=off", // It costs a tenth of a second where it helps least: on short statements against a cold server.
	}
	if !o.Durable {
		// autovacuum would now and then hold a template for as long as a clone is willing to wait.
		set = append(set, "fsync=off", "full_page_writes=off", "autovacuum=off", "max_wal_size=256MB",
			"wal_level=minimal", "max_wal_senders=0")
	}
	flags := []string{"-D", data}
	for _, s := range set {
		flags = append(flags, "-c", s)
	}
	return flags
}

// waitReady returns when the server that owns the data folder is our child and answers a query. Another server that
// still serves the same folder would answer too, which is why the pid is looked at first.
func (s *Server) waitReady(ctx context.Context, o Options) error {
	db, err := sql.Open("postgres", s.URL(Superuser, Superuser))
	if err != nil {
		return fmt.Errorf("open the private Postgres: %w", err)
	}
	defer db.Close()
	slow := time.NewTimer(2 * time.Second)
	defer slow.Stop()
	// The server calls itself ready before the query is sent, so an error that stays has another cause.
	const patience = 10 * time.Second
	var since time.Time
	for {
		if pid, ready := readPidFile(s.data); pid == s.Pid() && ready {
			var one int
			if err = db.QueryRowContext(ctx, "SELECT 1").Scan(&one); err == nil {
				return nil
			}
			if since.IsZero() {
				since = time.Now()
			} else if time.Since(since) > patience {
				return fmt.Errorf("ask the private Postgres in %s: %w", s.dir, err)
			}
		}
		select {
		case <-s.done:
			return s.err
		case <-ctx.Done():
			return fmt.Errorf("waiting for the private Postgres in %s: %w", s.dir, ctx.Err())
		case <-slow.C:
			o.Progress("Postgres is taking its time to start; after a crash it replays its log first ...")
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// URL returns the address of a database for lib/pq, as the given role. The role and the database need not exist yet.
func (s *Server) URL(user, database string) string {
	q := url.Values{"host": {s.socket}, "port": {socketPort}, "sslmode": {"disable"}}
	u := url.URL{Scheme: "postgres", User: url.User(user), Path: "/" + database, RawQuery: q.Encode()}
	return u.String()
}

// Dir returns the state folder.
func (s *Server) Dir() string { return s.dir }

// Pid returns the process id of the server's first process.
func (s *Server) Pid() int { return s.cmd.Process.Pid }

// Done is closed when the server has ended, for whatever reason.
func (s *Server) Done() <-chan struct{} { return s.done }

// Err says why the server ended by itself, with the end of its log. It is nil while the server runs and after Close or Kill.
func (s *Server) Err() error {
	select {
	case <-s.done:
		return s.err
	default:
		return nil
	}
}

// Close stops the server: statements in progress are cut off, what was committed is kept. It returns when the server is
// gone and the state folder is free for the next one. It may be called again, and after Kill.
func (s *Server) Close() error { return s.stop(syscall.SIGINT) }

// Kill ends the server's first process with SIGKILL, as a crash would, and returns when it is gone. It is for crash tests.
func (s *Server) Kill() {
	s.kill()
	s.release()
}

func (s *Server) kill() {
	s.closing.Store(true)
	_ = s.cmd.Process.Kill() // It fails only when the process is gone.
	<-s.done
}

func (s *Server) stop(first syscall.Signal) error {
	s.closing.Store(true)
	defer s.release()
	for _, signal := range []syscall.Signal{first, syscall.SIGQUIT, syscall.SIGKILL} {
		if err := s.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("stop the private Postgres: %w", err)
		}
		select {
		case <-s.done:
			return nil
		case <-time.After(20 * time.Second):
		}
	}
	return fmt.Errorf("the private Postgres (process %d) does not stop", s.Pid())
}

// release gives the state folder back. Nothing of the server may be running.
func (s *Server) release() {
	s.close.Do(func() {
		if s.remove != "" {
			_ = os.RemoveAll(s.remove)
		}
		if s.log != nil {
			_ = s.log.file.Close()
		}
		_ = s.lock.Close()
	})
}

// pause waits, and says whether the context let it.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

func exitText(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}
