//go:build unix

package localpg

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

func supported() error { return nil }

// account is the user that the server runs as: ourselves, or another one when we are root, as which Postgres refuses to run.
type account struct {
	name     string
	uid, gid int
	other    bool // not ourselves
}

func serverAccount(data string) (account, error) {
	me := account{name: "the current user", uid: os.Geteuid(), gid: os.Getegid()}
	uid, gid, err := owner(data)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return account{}, fmt.Errorf("look at the data folder: %w", err)
	}
	exists := err == nil
	if me.uid != 0 {
		if exists && uid != me.uid {
			return account{}, fmt.Errorf("%s belongs to another user (id %d); run as that user, or use another state folder", data, uid)
		}
		return me, nil
	}
	if exists && uid != 0 {
		return account{name: "user id " + strconv.Itoa(uid), uid: uid, gid: gid, other: true}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		// Some systems write nobody as -2, so the ids are read as signed and wrapped as the kernel does.
		uid, err1 := strconv.ParseInt(u.Uid, 10, 64)
		gid, err2 := strconv.ParseInt(u.Gid, 10, 64)
		if err1 != nil || err2 != nil || uid == 0 {
			continue
		}
		return account{name: name, uid: int(uint32(uid)), gid: int(uint32(gid)), other: true}, nil
	}
	return account{}, errors.New("postgres does not run as root, and there is neither a user postgres nor nobody: run as another user")
}

// attributes are those of a child in a process group of its own, so that Ctrl-C in a terminal reaches us alone. Where the
// system can, it sends the child the given signal when the thread that started it ends.
func (a account) attributes(orphaned syscall.Signal) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if a.other {
		attr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	signalOrphan(attr, orphaned)
	return attr
}

// makePrivate makes a folder that only the account may enter.
func (a account) makePrivate(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return fmt.Errorf("make folder private: %w", err)
	}
	return a.own(dir)
}

// own gives a file or folder to the account.
func (a account) own(path string) error {
	if !a.other {
		return nil
	}
	if err := os.Lchown(path, a.uid, a.gid); err != nil {
		return fmt.Errorf("give %s to %s: %w", path, a.name, err)
	}
	return nil
}

// reaches says whether the account may pass through a folder and all its parents; the error names the one that stops it.
func (a account) reaches(dir string) error {
	if !a.other {
		return nil
	}
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return fmt.Errorf("look at folder: %w", err)
	}
	for d := dir; ; d = filepath.Dir(d) {
		st, err := os.Stat(d)
		if err != nil {
			return fmt.Errorf("look at folder: %w", err)
		}
		uid, gid, err := owner(d)
		if err != nil {
			return fmt.Errorf("look at folder: %w", err)
		}
		bit := fs.FileMode(0o001)
		switch {
		case uid == a.uid:
			bit = 0o100
		case gid == a.gid:
			bit = 0o010
		}
		if st.Mode()&bit == 0 {
			return fmt.Errorf("%s can't be reached by %s, as whom Postgres runs when we are root: %s is closed to others", dir, a.name, d)
		}
		if d == filepath.Dir(d) {
			return nil
		}
	}
}

func owner(path string) (uid, gid int, err error) {
	st, err := os.Lstat(path)
	if err != nil {
		return 0, 0, err
	}
	sys := st.Sys().(*syscall.Stat_t)
	return int(sys.Uid), int(sys.Gid), nil
}
