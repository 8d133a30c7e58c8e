package localpg

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// oldestMajor is the first major version that is used; older installations are passed over.
const oldestMajor = 14

// binaries is a folder that holds initdb and postgres.
type binaries struct {
	dir     string
	version string // as "15.18"
	major   int
}

func (b binaries) path(program string) string { return filepath.Join(b.dir, program) }

// usualFolders are where the packages of Debian and Ubuntu, Fedora and its relatives, SUSE, Alpine, Homebrew, MacPorts and
// Postgres.app put a server. Several majors may be installed beside each other.
var usualFolders = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/usr/lib/postgresql[0-9]*/bin",
	"/usr/libexec/postgresql*",
	"/opt/homebrew/opt/postgresql*/bin",
	"/usr/local/opt/postgresql*/bin",
	"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
	"/opt/local/lib/postgresql*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
	"/usr/bin",
	"/usr/local/bin",
	"/usr/local/pgsql/bin",
}

// findBinaries looks in FIRSTCALL_PG_BIN, then PATH, then the usual folders, newest first, then asks npm. For existing data
// its own major version comes first; when that can't be had, whatever was found is returned for the caller to say so.
func findBinaries(ctx context.Context, o Options, as account, major int) (binaries, error) {
	if dir := o.Env("FIRSTCALL_PG_BIN"); dir != "" {
		b, err := look(ctx, dir, as)
		if err != nil {
			return binaries{}, fmt.Errorf("FIRSTCALL_PG_BIN: %w", err)
		}
		return b, nil
	}
	var found binaries
	for _, dir := range candidates(o) {
		b, err := look(ctx, dir, as)
		if ctx.Err() != nil {
			return binaries{}, fmt.Errorf("look for PostgreSQL: %w", ctx.Err())
		}
		if err != nil || b.major < oldestMajor {
			continue
		}
		if major == 0 || b.major == major {
			return b, nil
		}
		if found.dir == "" {
			found = b
		}
	}
	if major == 0 || major == pinnedMajor {
		b, err := fromNpm(ctx, o, as, pinnedPackage)
		if err == nil || found.dir == "" {
			return b, err
		}
	}
	if found.dir == "" {
		return found, noPostgres(fmt.Errorf("the data needs PostgreSQL %d", major))
	}
	return found, nil
}

// candidates lists the folders that may hold a server, each once. Relative entries of PATH are not looked at.
func candidates(o Options) []string {
	dirs := filepath.SplitList(o.Env("PATH"))
	var installed []string
	for _, pattern := range usualFolders {
		matches, _ := filepath.Glob(pattern) // The patterns are constant and well formed.
		installed = append(installed, matches...)
	}
	slices.SortStableFunc(installed, func(a, b string) int { return cmp.Compare(majorInPath(b), majorInPath(a)) })
	dirs = append(dirs, installed...)
	seen := map[string]bool{}
	return slices.DeleteFunc(dirs, func(dir string) bool {
		if !filepath.IsAbs(dir) || seen[dir] || !hasServer(dir) {
			return true
		}
		seen[dir] = true
		return false
	})
}

var numberInPath = regexp.MustCompile(`\d+`)

// majorInPath is the version that an install folder is named after; 0 sorts a nameless one last.
func majorInPath(dir string) int {
	numbers := numberInPath.FindAllString(dir, -1)
	if len(numbers) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(numbers[len(numbers)-1]) // More digits than fit are no version.
	return n
}

func hasServer(dir string) bool {
	for _, program := range []string{"initdb", "postgres"} {
		st, err := os.Stat(filepath.Join(dir, program))
		if err != nil || !st.Mode().IsRegular() || st.Mode()&0o111 == 0 {
			return false
		}
	}
	return true
}

var versionLine = regexp.MustCompile(`\(PostgreSQL\) ((\d+)\S*)`)

// look asks the server in a folder for its version, and whether the server's account could run it.
func look(ctx context.Context, dir string, as account) (binaries, error) {
	if !hasServer(dir) {
		return binaries{}, fmt.Errorf("%s does not hold the programs initdb and postgres", dir)
	}
	b := binaries{dir: dir}
	// A folder of links, as a PATH often has, is only as open as what the links lead to.
	real, err := filepath.EvalSymlinks(b.path("postgres"))
	if err != nil {
		return b, fmt.Errorf("look at %s: %w", dir, err)
	}
	for _, d := range []string{dir, filepath.Dir(real)} {
		if err := as.reaches(d); err != nil {
			return b, err
		}
	}
	out, err := exec.CommandContext(ctx, b.path("postgres"), "--version").CombinedOutput()
	if err != nil {
		return b, fmt.Errorf("run %s: %w: %s", b.path("postgres"), err, lastLines(string(out)))
	}
	m := versionLine.FindStringSubmatch(string(out))
	if m == nil {
		return b, fmt.Errorf("%s does not tell its version but says %.80q", b.path("postgres"), out)
	}
	b.version = m[1]
	b.major, err = strconv.Atoi(m[2])
	return b, err
}

// noPostgres is the one line that says what to install. why, which may be nil, says why npm didn't help.
func noPostgres(why error) error {
	install := "install PostgreSQL"
	switch runtime.GOOS {
	case "linux":
		install = "install it (Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server; Alpine: apk add postgresql)"
	case "darwin":
		install = "install it (brew install postgresql, or Postgres.app)"
	}
	err := fmt.Errorf("%w: %s, or install npm, or set FIRSTCALL_PG_BIN to the folder that holds initdb and postgres", ErrNoPostgres, install)
	if why == nil {
		return err
	}
	return fmt.Errorf("%w (%s)", err, strings.ReplaceAll(strings.TrimSpace(why.Error()), "\n", " | "))
}

var errNotPinned = errors.New("there is no npm package for this system")
