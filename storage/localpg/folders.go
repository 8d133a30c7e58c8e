package localpg

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// DefaultDir returns the state folder of this machine or user: a system folder for root, since the server's account must
// be able to reach it and root's home is closed to others; else the user's own. env reads a variable; nil means os.Getenv.
func DefaultDir(env func(name string) string) (string, error) {
	return ownFolder(env, "/var/lib", "XDG_STATE_HOME", filepath.Join(".local", "state"), "Application Support")
}

// cacheDir returns the folder for what can be made again: fetched binaries and the tests' initialised cluster.
func (o Options) cacheDir() (string, error) {
	if o.cache != "" {
		return o.cache, nil
	}
	return ownFolder(o.Env, "/var/cache", "XDG_CACHE_HOME", ".cache", "Caches")
}

func ownFolder(env func(name string) string, system, xdg, dotted, library string) (string, error) {
	const name = "firstcall"
	if env == nil {
		env = os.Getenv
	}
	if os.Geteuid() == 0 {
		return filepath.Join(system, name), nil
	}
	if dir := env(xdg); filepath.IsAbs(dir) {
		return filepath.Join(dir, name), nil
	}
	home := env("HOME")
	if home == "" {
		return "", fmt.Errorf("no folder to keep files in: neither HOME nor %s is set", xdg)
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(home, "Library", library, name), nil
	}
	return filepath.Join(home, dotted, name), nil
}

// makeFolder makes a folder with its parents and returns its absolute path without symlinks. As root, the folders it makes
// may be entered by others whatever the umask, because the server's account is one of them.
func makeFolder(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("state folder: %w", err)
	}
	var missing []string
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(d); err == nil || !errors.Is(err, fs.ErrNotExist) || d == filepath.Dir(d) {
			break
		}
		missing = append(missing, d)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make folder: %w", err)
	}
	if os.Geteuid() == 0 {
		for _, d := range missing {
			if err := os.Chmod(d, 0o755); err != nil {
				return "", fmt.Errorf("make folder: %w", err)
			}
		}
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", fmt.Errorf("state folder: %w", err)
	}
	return dir, nil
}

// openSocketFolder empties or makes the folder of the server's socket. What a killed server left there would stop the next
// one for the same reason as a stale postmaster.pid, and nobody else uses it while we hold the lock.
func (s *Server) openSocketFolder(as account) error {
	s.socket = filepath.Join(s.dir, "run")
	if !socketFits(s.socket) {
		return s.openShortSocketFolder(as)
	}
	if err := os.RemoveAll(s.socket); err != nil {
		return fmt.Errorf("clear the socket's folder: %w", err)
	}
	return as.makePrivate(s.socket)
}

// openShortSocketFolder finds a place for the socket when the state folder's path doesn't allow one.
func (s *Server) openShortSocketFolder(as account) error {
	name := fmt.Sprintf("firstcall-%x", sha256.Sum256([]byte(s.dir)))[:22]
	for _, temp := range tempFolders() {
		s.socket = filepath.Join(temp, name)
		if !socketFits(s.socket) || as.reaches(temp) != nil {
			continue
		}
		// The name can be foreseen, so another user may have put something there: it is only taken when it's ours.
		if st, err := os.Lstat(s.socket); err == nil {
			uid, _, err := owner(s.socket)
			if err != nil || !st.IsDir() || uid != as.uid {
				return fmt.Errorf("the socket's folder %s belongs to someone else: use a shorter state folder than %s", s.socket, s.dir)
			}
			if err := os.RemoveAll(s.socket); err != nil {
				return fmt.Errorf("clear the socket's folder: %w", err)
			}
		}
		if err := as.makePrivate(s.socket); err != nil {
			return err
		}
		s.remove = s.socket
		return nil
	}
	return fmt.Errorf("the state folder's path does not allow a socket and no short temp folder was found: %s", s.dir)
}

// socketFits says whether a socket in a folder can be bound and named: its path has a limit, and in a URL for lib/pq a
// comma would part two hosts.
func socketFits(folder string) bool {
	if strings.Contains(folder, ",") {
		return false
	}
	limit := 107 // bytes, without the closing NUL
	if runtime.GOOS != "linux" {
		limit = 103
	}
	return len(filepath.Join(folder, ".s.PGSQL."+socketPort)) <= limit
}

// tempFolders are the places for what lives no longer than the process, the best first.
func tempFolders() []string {
	return []string{os.TempDir(), "/tmp", "/var/tmp"}
}
