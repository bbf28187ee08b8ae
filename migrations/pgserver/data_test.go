//go:build linux || darwin

package pgserver

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDirectoriesThatAreNotOursStayUntouched(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		want  []string // in the error
	}{
		{"somebody's files", map[string]string{"letter.txt": "Dear Sir"},
			[]string{"is not empty and has no database of ckadbot", "CKADBOT_DATA_DIR"}},
		{"somebody's database", map[string]string{"PG_VERSION": "13\n", "base/1/PG_VERSION": "13\n"},
			[]string{"PostgreSQL 13", "install PostgreSQL 13", "CKADBOT_DATA_DIR"}},
		{"a database too old for us", map[string]string{lockName: "", "postgres/PG_VERSION": "14\n", "postgres/base/1": "x"},
			[]string{"a database of PostgreSQL 14", "install PostgreSQL 14", "CKADBOT_DATA_DIR"}},
		{"a database of a version that is not installed", map[string]string{lockName: "", "postgres/PG_VERSION": "99\n", "postgres/base/1": "x"},
			[]string{"a database of PostgreSQL 99", "no PostgreSQL 99 was found", "sudo apt-get install postgresql-99", "CKADBOT_DATA_DIR"}},
		{"a version that is no number", map[string]string{lockName: "", "postgres/PG_VERSION": "fifteen\n"},
			[]string{"does not contain a version"}},
		{"a cluster that lost its version", map[string]string{lockName: "", "postgres/base/1": "x"},
			[]string{"no PostgreSQL database", "CKADBOT_DATA_DIR"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := publicDir(t)
			for name, content := range test.files {
				writeFile(t, filepath.Join(dir, name), content, 0o600)
			}
			before := tree(t, dir)
			t.Setenv("PATH", fakes(t, "apt-get"))

			server, err := Start(t.Context(), Config{DataDir: dir, CacheDir: publicDir(t)})
			if err == nil {
				_ = server.Stop(t.Context())
				t.Fatal("Start succeeded; want an error")
			}
			for _, want := range append(test.want, dir) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("Start says %q; want it to contain %q", err, want)
				}
			}
			if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
				t.Errorf("Start changed the directory (-before +after):\n%s", diff)
			}
		})
	}
}

func TestAMissingDirectoryAndAFreshFileSystemAreUsed(t *testing.T) {
	missing := filepath.Join(publicDir(t), "a", "b", "data")
	fresh := publicDir(t)
	if err := os.Mkdir(filepath.Join(fresh, "lost+found"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{missing, fresh} {
		if got, err := claimDir(dir); got != dir || err != nil {
			t.Errorf("claimDir(%s) = %s, %v; want the directory, nil", dir, got, err)
		}
	}
}

func TestDefaultDataDir(t *testing.T) {
	tests := []struct {
		name            string
		uid             int
		xdg, home, want string
	}{
		{"root's is the system's", 0, "/root/data", "/root", "/var/lib/ckadbot"},
		{"the user's choice counts", 1000, "/home/ann/data", "/home/ann", "/home/ann/data/ckadbot"},
		{"a relative choice does not", 1000, "data", "", ""},
		{"without a home there is none", 1000, "", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := DefaultDataDir(test.uid, test.xdg, test.home); got != test.want {
				t.Errorf("DefaultDataDir(%d, %q, %q) = %q; want %q", test.uid, test.xdg, test.home, got, test.want)
			}
		})
	}
	if got := DefaultDataDir(1000, "", "/home/ann"); !strings.HasPrefix(got, "/home/ann/") || filepath.Base(got) != "ckadbot" {
		t.Errorf("DefaultDataDir in /home/ann = %q; want ckadbot below it", got)
	}
}

// tree describes everything below a directory.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		owner, _, err := ownerOf(path)
		files[path] = fmt.Sprint(info.Mode(), " ", owner.uid)
		if info.Mode().IsRegular() {
			content, readErr := os.ReadFile(path)
			files[path] += fmt.Sprint(" ", info.ModTime(), " ", string(content))
			return readErr
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func writeFile(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}

// fakes returns a directory of programs that do nothing, to be PATH.
func fakes(t *testing.T, names ...string) string {
	t.Helper()
	dir := publicDir(t)
	for _, name := range names {
		writeFile(t, filepath.Join(dir, name), "#!/bin/sh\n", 0o755)
	}
	return dir
}
