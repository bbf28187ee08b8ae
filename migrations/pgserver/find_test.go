//go:build linux || darwin

package pgserver

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakeBuild makes a directory with programs that only know their version.
func fakeBuild(t *testing.T, bin, version string) string {
	t.Helper()
	writeFile(t, filepath.Join(bin, "postgres"), "#!/bin/sh\necho 'postgres (PostgreSQL) "+version+"'\n", 0o755)
	writeFile(t, filepath.Join(bin, "initdb"), "#!/bin/sh\n", 0o755)
	return bin
}

func TestFindTakesTheRightBuild(t *testing.T) {
	base := publicDir(t)
	path := filepath.Join(base, "path")
	fakeBuild(t, filepath.Join(base, "path-17"), "17.2 (Debian 17.2-1)")
	if err := os.Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(base, "path-17", "postgres"), filepath.Join(path, "postgres")); err != nil {
		t.Fatal(err)
	}
	fakeBuild(t, filepath.Join(base, "config-16"), "16.9")
	writeFile(t, filepath.Join(path, "pg_config"), "#!/bin/sh\necho "+filepath.Join(base, "config-16")+"\n", 0o755)
	fakeBuild(t, filepath.Join(base, "system-9", "bin"), "9.6.24")
	fakeBuild(t, filepath.Join(base, "system-14", "bin"), "14.1")
	fakeBuild(t, filepath.Join(base, "system-15", "bin"), "15.18")
	fakeBuild(t, filepath.Join(base, "system-18", "bin"), "18beta1")
	writeFile(t, filepath.Join(base, "system-19", "bin", "postgres"), "#!/bin/sh\nexit 1\n", 0o755) // for another machine
	writeFile(t, filepath.Join(base, "system-19", "bin", "initdb"), "#!/bin/sh\n", 0o755)
	writeFile(t, filepath.Join(base, "system-20", "bin", "postgres"), "#!/bin/sh\necho 'postgres (PostgreSQL) 20.0'\n", 0o755) // no initdb
	fakeBuild(t, filepath.Join(base, "cache", "postgresql-19.1.0-beta.1", "bin"), "19.1")

	t.Setenv("PATH", path)
	config := Config{systemDirs: []string{filepath.Join(base, "system-*", "bin")}, CacheDir: filepath.Join(base, "cache")}
	tests := []struct {
		name  string
		major int
		bin   string // given
		want  string
	}{
		{"PATH first, the newest there", 0, "", "path-17"},
		{"the one of the cluster's version, by pg_config", 16, "", "config-16"},
		{"the one of the cluster's version, in the system's places", 15, "", "system-15/bin"},
		{"a beta release", 18, "", "system-18/bin"},
		{"one fetched before", 19, "", "cache/postgresql-19.1.0-beta.1/bin"},
		{"the one that was asked for", 0, "system-15/bin", "system-15/bin"},
		{"none too old", 14, "", ""},
		{"none without initdb", 20, "", ""},
		{"none but the one that was asked for", 16, "system-15/bin", ""},
		{"none too old, though asked for", 0, "system-14/bin", ""},
		{"none where there is none", 0, "nowhere", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			config := config
			if test.bin != "" {
				config.BinDir = filepath.Join(base, test.bin)
			}
			got, err := config.find(t.Context(), test.major)
			if test.want == "" {
				if err == nil {
					t.Errorf("find(%d) = %v; want an error", test.major, got)
				}
				return
			}
			if want := filepath.Join(base, test.want); got.bin != want || err != nil {
				t.Errorf("find(%d) = %v, %v; want %s", test.major, got, err, want)
			}
		})
	}

	t.Setenv("PATH", fakes(t))
	if got, err := config.find(t.Context(), 0); got.major != 18 || err != nil {
		t.Errorf("find without PATH = %v, %v; want the newest of the system's", got, err)
	}
}

func TestNothingFoundSaysWhatToInstall(t *testing.T) {
	for manager, want := range map[string]string{
		"apt-get": "sudo apt-get install postgresql",
		"dnf":     "sudo dnf install postgresql-server",
		"apk":     "sudo apk add postgresql17",
		"brew":    "brew install postgresql@17",
	} {
		t.Run(manager, func(t *testing.T) {
			t.Setenv("PATH", fakes(t, manager))
			_, err := Start(t.Context(), Config{DataDir: publicDir(t), CacheDir: publicDir(t), systemDirs: []string{"/nowhere/*"}})
			if err == nil || !strings.Contains(err.Error(), "install it ("+want+"), or set DATABASE_URL") || strings.Contains(err.Error(), "\n") {
				t.Errorf("Start = %v; want one line with %q", err, want)
			}
		})
	}
}
