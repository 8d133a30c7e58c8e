package localpg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// dataMajor returns the major version that made a data folder; 0 means there is no data yet.
func dataMajor(data string) (int, error) {
	text, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	switch {
	case err == nil:
		major, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil {
			return 0, fmt.Errorf("%s is not the data of a supported Postgres (its PG_VERSION is %.20q); nothing was changed", data, text)
		}
		return major, nil
	case !errors.Is(err, fs.ErrNotExist):
		return 0, fmt.Errorf("look at the data folder: %w", err)
	}
	entries, err := os.ReadDir(data)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("look at the data folder: %w", err)
	}
	if len(entries) > 0 {
		return 0, fmt.Errorf("%s holds something that is not Postgres data; nothing was changed: move it away, or use another state folder", data)
	}
	return 0, nil
}

func otherMajor(data string, major int, bin binaries) error {
	return fmt.Errorf("the data in %s was made by PostgreSQL %d, but only PostgreSQL %d was found (%s); nothing was changed: "+
		"install PostgreSQL %d or point FIRSTCALL_PG_BIN to it, or move the folder away to begin with an empty database",
		data, major, bin.major, bin.dir, major)
}

// newCluster makes the data folder. It gets its name only when it is complete, so that a crash leaves nothing half made.
func newCluster(ctx context.Context, o Options, bin binaries, as account, data string, fresh fill) error {
	unfinished := data + ".tmp"
	if err := os.RemoveAll(unfinished); err != nil {
		return fmt.Errorf("clear an unfinished start: %w", err)
	}
	if err := as.makePrivate(unfinished); err != nil {
		return err
	}
	if err := fresh(ctx, o, bin, as, unfinished); err != nil {
		return err
	}
	if err := os.Rename(unfinished, data); err != nil {
		return fmt.Errorf("name the data folder: %w", err)
	}
	if o.Durable {
		return syncFolder(filepath.Dir(data))
	}
	return nil
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return fmt.Errorf("sync folder %s: %w", dir, err)
	}
	return nil
}

// clusterFlags are initdb's. Trust is for whoever can open the socket, and its folder lets in nobody but the server's
// account (and root). A test's cluster has a short log so that copying it is quick.
func clusterFlags(o Options) []string {
	flags := []string{"-U", Superuser, "--auth=trust", "--encoding=UTF8", "--locale=C", "--data-checksums"}
	if !o.Durable {
		flags = append(flags, "--no-sync", "--wal-segsize=1")
	}
	return flags
}

// initialise is the fill that runs initdb.
func initialise(ctx context.Context, o Options, bin binaries, as account, folder string) error {
	o.Progress(fmt.Sprintf("preparing a new database with PostgreSQL %s ...", bin.version))
	flags := append([]string{"-D", folder}, clusterFlags(o)...)
	cmd := exec.CommandContext(ctx, bin.path("initdb"), flags...)
	cmd.Dir = filepath.Dir(folder)
	cmd.Env = childEnv(cmd.Dir)
	cmd.SysProcAttr = as.attributes(syscall.SIGKILL)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.Discard, &said
	if err := runLocked(cmd); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, lastLines(said.String()))
	}
	return nil
}

// runLocked runs a command on a thread of its own: a child is told that its parent has gone when that thread ends.
func runLocked(cmd *exec.Cmd) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return cmd.Run()
}

// childEnv is our environment without what would change the server's behaviour: its own variables and the language.
func childEnv(home string) []string {
	var env []string
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if strings.HasPrefix(name, "PG") || strings.HasPrefix(name, "LC_") || name == "LANG" || name == "LANGUAGE" ||
			name == "TZ" || name == "HOME" {
			continue
		}
		env = append(env, kv)
	}
	return append(env, "LC_ALL=C", "TZ=UTC", "HOME="+home)
}

// readPidFile returns the process id that a data folder says it is served by, 0 for none, and whether that server takes
// connections.
func readPidFile(data string) (pid int, ready bool) {
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return 0, false
	}
	lines := strings.Split(string(text), "\n")
	pid, err = strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil || pid <= 0 {
		return 0, false
	}
	return pid, len(lines) > 7 && strings.TrimSpace(lines[7]) == "ready"
}

// clearStale deals with what the last server left behind. It may only be called while we hold the folder's lock, so a
// server that still runs on the data has lost its parent and is on its way out, and a process id that now belongs to
// another program (as after a container's restart) means nothing, though Postgres itself would refuse to start for it.
func clearStale(ctx context.Context, o Options, data string) error {
	pid, _ := readPidFile(data)
	if pid == 0 || !alive(pid) {
		return nil
	}
	if !serves(pid, data) {
		if err := os.Remove(filepath.Join(data, "postmaster.pid")); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove what a stopped server left: %w", err)
		}
		return nil
	}
	o.Progress("waiting for the last server to stop ...")
	process, err := os.FindProcess(pid)
	if err != nil {
		return fmt.Errorf("stop the last server: %w", err)
	}
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		_ = process.Signal(signal) // It may be gone already; whether it is, is asked below.
		for giveUp := time.Now().Add(20 * time.Second); time.Now().Before(giveUp); {
			if !alive(pid) || !serves(pid, data) {
				return nil
			}
			if !pause(ctx, 5*time.Millisecond) {
				return fmt.Errorf("waiting for the last server (process %d) to stop: %w", pid, ctx.Err())
			}
		}
	}
	return fmt.Errorf("a server that was left behind (process %d) still runs on %s and does not stop", pid, data)
}

// serverLog is the server's log file, with the place where this start's lines begin.
type serverLog struct {
	file *os.File
	from int64
}

const logLimit = 8 << 20 // bytes; a longer log is put aside at the next start

func openLog(path string) (*serverLog, error) {
	if st, err := os.Stat(path); err == nil && st.Size() > logLimit {
		_ = os.Rename(path, path+".old") // A log that can't be put aside only grows.
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the server's log: %w", err)
	}
	return &serverLog{file: f}, nil
}

func (l *serverLog) mark() {
	if st, err := l.file.Stat(); err == nil {
		l.from = st.Size()
	}
}

// tail returns the last lines written since mark.
func (l *serverLog) tail() string {
	text, err := io.ReadAll(io.NewSectionReader(l.file, l.from, 1<<20))
	if err != nil || len(text) == 0 {
		return "its log " + l.file.Name() + " says nothing"
	}
	return lastLines(string(text))
}

// lastLines puts the last few lines of a program's output on one line.
func lastLines(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if n := len(lines) - 6; n > 0 {
		lines = lines[n:]
	}
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, " | ")
}
