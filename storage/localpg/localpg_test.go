//go:build unix

package localpg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary play the program that is killed; see startParent.
func TestMain(m *testing.M) {
	if dir := os.Getenv("LOCALPG_TEST_PARENT"); dir != "" {
		playParent(dir)
	}
	os.Exit(m.Run())
}

// startIn starts a server that the test's end closes.
func startIn(tb testing.TB, dir string) *Server {
	tb.Helper()
	s, err := Start(tb.Context(), Options{Dir: dir, Durable: true})
	if err != nil {
		tb.Fatalf("Start: %v", err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("Close: %v", err)
		}
	})
	return s
}

// quickDir is a TempDir in memory where there is one: these servers are killed, their machine isn't.
func quickDir(tb testing.TB) string {
	tb.Helper()
	dir, err := newTestFolder(append(memoryFolders(), tempFolders()...))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func connect(tb testing.TB, url string) *sql.DB {
	tb.Helper()
	db, err := sql.Open("postgres", url)
	if err != nil {
		tb.Fatalf("open %s: %v", url, err)
	}
	tb.Cleanup(func() { db.Close() })
	return db
}

func superuser(tb testing.TB, s *Server) *sql.DB { return connect(tb, s.URL(Superuser, Superuser)) }

func mustExec(tb testing.TB, db *sql.DB, statement string) {
	tb.Helper()
	if _, err := db.ExecContext(tb.Context(), statement); err != nil {
		tb.Fatalf("%s: %v", statement, err)
	}
}

func text(tb testing.TB, db *sql.DB, query string) (got string) {
	tb.Helper()
	if err := db.QueryRowContext(tb.Context(), query).Scan(&got); err != nil {
		tb.Fatalf("%s: %v", query, err)
	}
	return got
}

func TestServerIsPrivateAndDurable(t *testing.T) {
	dir := TempDir(t)
	s := startIn(t, dir)
	db := superuser(t, s)
	for setting, want := range map[string]string{
		"listen_addresses": "", "server_encoding": "UTF8", "data_checksums": "on",
		"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on",
	} {
		if got := text(t, db, "SHOW "+setting); got != want {
			t.Errorf("%s is %q, want %q", setting, got, want)
		}
	}
	if got := text(t, db, "SELECT datcollate FROM pg_database WHERE datname = 'template1'"); got != "C" {
		t.Errorf("locale is %q, want C", got)
	}
	for _, folder := range []string{"run", "data"} {
		st, err := os.Stat(filepath.Join(dir, folder))
		if err != nil {
			t.Fatal(err)
		}
		if st.Mode().Perm() != 0o700 {
			t.Errorf("folder %s has mode %o, want 700", folder, st.Mode().Perm())
		}
	}
	mustExec(t, db, "CREATE ROLE clerk LOGIN")
	if got := text(t, connect(t, s.URL("clerk", Superuser)), "SELECT current_user"); got != "clerk" {
		t.Errorf("connected as %s, want clerk", got)
	}
}

func TestDataOutlivesTheServer(t *testing.T) {
	dir := quickDir(t)
	s := startIn(t, dir)
	mustExec(t, superuser(t, s), "CREATE TABLE kept AS SELECT 'first'::text AS line")
	if err := s.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	if err := s.Err(); err != nil {
		t.Errorf("Err after Close: %v", err)
	}

	s = startIn(t, dir)
	mustExec(t, superuser(t, s), "INSERT INTO kept VALUES ('second')")
	s.Kill()
	<-s.Done()

	s = startIn(t, dir)
	if got := text(t, superuser(t, s), "SELECT string_agg(line, ',' ORDER BY line) FROM kept"); got != "first,second" {
		t.Errorf("rows are %q, want first,second", got)
	}
}

func TestServerThatEndsByItselfSaysSo(t *testing.T) {
	s := startIn(t, quickDir(t))
	if err := s.Err(); err != nil {
		t.Errorf("Err while running: %v", err)
	}
	if err := syscall.Kill(s.Pid(), syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	<-s.Done()
	if err := s.Err(); err == nil || !strings.Contains(err.Error(), "immediate shutdown") {
		t.Errorf("Err is %v, want the end of the server's log, which tells of an immediate shutdown", err)
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	dir := quickDir(t)
	startIn(t, dir)
	_, err := Start(t.Context(), Options{Dir: dir})
	if !errors.Is(err, ErrInUse) {
		t.Fatalf("second Start: %v, want ErrInUse", err)
	}
	for _, part := range []string{dir, fmt.Sprint("process ", os.Getpid())} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not name %q", err, part)
		}
	}
}

func TestUnusableDataIsLeftAlone(t *testing.T) {
	for name, c := range map[string]struct{ file, content, want string }{
		"another major version": {"PG_VERSION", "13\n", "made by PostgreSQL 13"},
		"an ancient version":    {"PG_VERSION", "9.6\n", "not the data of a supported Postgres"},
		"another program's":     {"diary.txt", "dear diary", "is not Postgres data"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := quickDir(t)
			file := filepath.Join(dir, "data", c.file)
			if err := os.Mkdir(filepath.Dir(file), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Start(t.Context(), Options{Dir: dir})
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), dir) {
				t.Errorf("Start: %v, want a text with %q and the folder", err, c.want)
			}
			if got, err := os.ReadFile(file); err != nil || string(got) != c.content {
				t.Errorf("the file now holds %q (%v)", got, err)
			}
		})
	}
}

func TestInterruptedInitialisationIsBegunAnew(t *testing.T) {
	dir := quickDir(t)
	half := filepath.Join(dir, "data.tmp")
	if err := os.Mkdir(half, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(half, "PG_VERSION"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	startIn(t, dir)
	if _, err := os.Stat(half); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("data.tmp is still there: %v", err)
	}
}

// A container that is started again reuses process ids, so the id that a killed server left may belong to anyone.
func TestStaleProcessIDOfAnotherProgram(t *testing.T) {
	dir := quickDir(t)
	s := startIn(t, dir)
	as, err := serverAccount(s.data)
	if err != nil {
		t.Fatal(err)
	}
	s.Kill()

	other := exec.Command("sleep", "600")
	other.Dir = "/"
	other.SysProcAttr = as.attributes(syscall.SIGKILL)
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = other.Process.Kill()
		_ = other.Wait()
	})
	for _, file := range []string{"data/postmaster.pid", "run/.s.PGSQL.5432.lock"} {
		path := filepath.Join(dir, file)
		left, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(left), "\n")
		if err := os.WriteFile(path, fmt.Appendf(nil, "%d\n%s", other.Process.Pid, rest), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	startIn(t, dir)
	if !alive(other.Process.Pid) {
		t.Error("the other program was ended")
	}
}

func TestDeepAndOddFolders(t *testing.T) {
	t.Run("too long for a socket", func(t *testing.T) {
		dir := filepath.Join(quickDir(t), strings.Repeat("deep/", 25))
		s := startIn(t, dir)
		text(t, superuser(t, s), "SELECT 'here'")
		if strings.HasPrefix(s.socket, dir) {
			t.Errorf("socket folder %s is inside the deep one", s.socket)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(s.socket); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("socket folder %s is still there", s.socket)
		}
	})
	t.Run("spaces, quotes and commas", func(t *testing.T) {
		s := startIn(t, filepath.Join(quickDir(t), `Application Support, "ours" & Peter's`))
		text(t, superuser(t, s), "SELECT 'here'")
	})
	t.Run("the environment speaks of another server", func(t *testing.T) {
		t.Setenv("PGPORT", "1")
		t.Setenv("PGHOST", "localhost")
		t.Setenv("PGUSER", "nobody")
		t.Setenv("PGDATA", "/nowhere")
		t.Setenv("PGOPTIONS", "")
		t.Setenv("LC_ALL", "xx_XX.nonsense")
		s := startIn(t, quickDir(t))
		text(t, superuser(t, s), "SELECT 'here'")
	})
}

func TestFolderClosedToTheServersAccount(t *testing.T) {
	closed := filepath.Join(quickDir(t), "closed")
	inside := filepath.Join(closed, "inside")
	if err := os.MkdirAll(inside, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	stranger := account{name: "stranger", uid: 54321, gid: 54321, other: true}
	if err := stranger.reaches(inside); err == nil || !strings.Contains(err.Error(), closed+" is closed") {
		t.Errorf("reaches: %v, want a text that names %s", err, closed)
	}
	if err := os.Chmod(closed, 0o711); err != nil {
		t.Fatal(err)
	}
	if err := stranger.reaches(inside); err != nil {
		t.Errorf("reaches after opening: %v", err)
	}
}

func TestCancelledStartLeavesNothingRunning(t *testing.T) {
	dir := quickDir(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(ctx, Options{Dir: dir}); !errors.Is(err, context.Canceled) {
		t.Fatalf("Start: %v, want context.Canceled", err)
	}
	startIn(t, dir) // The lock is free and nothing is half made.
}

// startParent runs this test binary as a program that starts a private server in dir (tied by what this system offers),
// and returns it with what it printed.
func startParent(t *testing.T, dir string) (*exec.Cmd, string) {
	t.Helper()
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), "LOCALPG_TEST_PARENT="+dir)
	parent.Stderr = os.Stderr
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = parent.Process.Kill()
		_ = parent.Wait()
	})
	var line string
	if _, err := fmt.Fscanln(out, &line); err != nil {
		t.Fatalf("the parent said nothing: %v", err)
	}
	return parent, line
}

// playParent never returns. With a number instead of a folder it ties that process by the watchdog.
func playParent(dir string) {
	var pid int
	if n, _ := fmt.Sscan(dir, &pid); n == 1 {
		if _, err := watchdog(pid); err != nil {
			panic(err)
		}
		fmt.Println("tied")
	} else {
		s, err := Start(context.Background(), Options{Dir: dir})
		if err != nil {
			panic(err)
		}
		fmt.Println(s.URL(Superuser, Superuser))
	}
	select {} // until killed; the runtime's own threads keep this from being a deadlock
}

func TestServerDiesWithItsKilledParent(t *testing.T) {
	dir := quickDir(t)
	parent, url := startParent(t, dir)
	conn, err := connect(t, url).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	pid, _ := readPidFile(filepath.Join(dir, "data"))
	if !serves(pid, filepath.Join(dir, "data")) {
		t.Errorf("process %d is not recognised as the server", pid)
	}
	cut := make(chan error, 1)
	go func() {
		_, err := conn.ExecContext(t.Context(), "SELECT pg_sleep(60)")
		cut <- err
	}()
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-cut:
		if err == nil {
			t.Error("the statement ended well, so the server outlived its parent")
		}
	case <-time.After(20 * time.Second):
		t.Error("the server outlives its parent")
	}
	_ = parent.Wait() // The server may be gone before the parent's last thread, which holds the lock, is.
	startIn(t, dir)   // The next start waits until the last server is really gone.
}

func TestWatchdogStopsAnOrphan(t *testing.T) {
	orphan := exec.Command("sleep", "600")
	if err := orphan.Start(); err != nil {
		t.Fatal(err)
	}
	parent, _ := startParent(t, fmt.Sprint(orphan.Process.Pid))
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(20*time.Second, func() { _ = orphan.Process.Kill() })
	defer timer.Stop()
	_ = orphan.Wait()
	if got := orphan.ProcessState.Sys().(syscall.WaitStatus).Signal(); got != syscall.SIGINT {
		t.Errorf("ended by %v, want an interrupt", got)
	}
}

func TestWatchdogLeavesAnEndedServerAlone(t *testing.T) {
	process := exec.Command("sleep", "600")
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	untie, err := watchdog(process.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	untie() // returns when the watchdog is gone
	_ = process.Process.Kill()
	_ = process.Wait()
	if got := process.ProcessState.Sys().(syscall.WaitStatus).Signal(); got != syscall.SIGKILL {
		t.Errorf("ended by %v, want the test's own SIGKILL", got)
	}
}

// BenchmarkStart reports what a person waits for: from nothing to the first query, and on existing data. Most of the
// first is initdb, which depends on the machine, so it is measured alone beside it.
func BenchmarkStart(b *testing.B) {
	b.Run("floor, initdb alone", func(b *testing.B) {
		as, err := serverAccount("")
		if err != nil {
			b.Fatal(err)
		}
		o := Options{Durable: true}.withDefaults()
		bin, err := findBinaries(b.Context(), o, as, 0)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			b.StopTimer()
			folder := filepath.Join(TempDir(b), "data")
			if err := as.makePrivate(folder); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			if err := initialise(b.Context(), o, bin, as, folder); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("from nothing", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			dir := TempDir(b)
			b.StartTimer()
			s := startIn(b, dir)
			b.StopTimer()
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
	})
	b.Run("warm", func(b *testing.B) {
		dir := TempDir(b)
		if err := startIn(b, dir).Close(); err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			s := startIn(b, dir)
			b.StopTimer()
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
	})
}
