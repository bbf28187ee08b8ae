//go:build linux || darwin

package pgserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// systemDirs are the places where systems install PostgreSQL outside of PATH, as glob patterns.
var systemDirs = []string{
	"/usr/lib/postgresql/*/bin",         // Debian, Ubuntu
	"/usr/pgsql-*/bin",                  // packages from postgresql.org on Fedora, RHEL
	"/usr/lib/postgresql*/bin",          // openSUSE
	"/usr/libexec/postgresql*",          // Alpine
	"/usr/local/pgsql/bin",              // built from source
	"/opt/homebrew/opt/postgresql*/bin", // Homebrew on Apple silicon, on Intel, on Linux
	"/usr/local/opt/postgresql*/bin",
	"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
	"/opt/local/lib/postgresql*/bin", // MacPorts
	"/Applications/Postgres.app/Contents/Versions/*/bin",
}

// A build is one installed PostgreSQL.
type build struct {
	bin   string // the directory of its programs
	major int
}

// find returns the programs for a cluster of version major, or for a new cluster when major is 0. It fetches them when
// there are none.
func (c Config) find(ctx context.Context, major int) (build, error) {
	if c.BinDir != "" {
		b, err := inspect(ctx, c.BinDir)
		if err == nil && !b.fits(major) {
			err = fmt.Errorf("it is version %d", b.major)
		}
		if err != nil {
			return build{}, fmt.Errorf("%s has no usable PostgreSQL%s: %w", c.BinDir, ifVersion(major), err)
		}
		return b, nil
	}
	for _, dirs := range [][]string{onPath(ctx), glob(c.systemDirs...), c.cached()} {
		if b, ok := best(ctx, dirs, major); ok {
			return b, nil
		}
		if err := ctx.Err(); err != nil {
			return build{}, err
		}
	}
	return c.fetch(ctx, major)
}

// fits tells whether the build can serve a cluster of this version (0: a new one).
func (b build) fits(major int) bool {
	return b.major >= MinVersion && (major == 0 || major == b.major)
}

// onPath returns the directories that PATH leads to.
func onPath(ctx context.Context) (dirs []string) {
	if path, err := exec.LookPath("postgres"); err == nil {
		// A link alone in a directory of links would not have initdb beside it.
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real
		}
		dirs = append(dirs, filepath.Dir(path))
	}
	// Debian has pg_config on PATH, but not the server.
	if out, err := output(ctx, "pg_config", "--bindir"); err == nil {
		dirs = append(dirs, strings.TrimSpace(out))
	}
	return dirs
}

func glob(patterns ...string) (dirs []string) {
	for _, p := range patterns {
		found, _ := filepath.Glob(p) // fails only for a malformed pattern
		dirs = append(dirs, found...)
	}
	return dirs
}

// best returns the newest build in dirs that fits.
func best(ctx context.Context, dirs []string, major int) (build, bool) {
	var fitting []build
	for _, dir := range dirs {
		if b, err := inspect(ctx, dir); err == nil && b.fits(major) {
			fitting = append(fitting, b)
		}
	}
	if len(fitting) == 0 {
		return build{}, false
	}
	return slices.MaxFunc(fitting, func(a, b build) int { return a.major - b.major }), true
}

var versionPattern = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// inspect tells which version is in a directory. It runs the server program, so a build for another machine or one
// that lacks a library is an error.
func inspect(ctx context.Context, bin string) (build, error) {
	if _, err := exec.LookPath(filepath.Join(bin, "initdb")); err != nil {
		return build{}, errors.New("no initdb there")
	}
	out, err := output(ctx, filepath.Join(bin, "postgres"), "--version")
	if err != nil {
		return build{}, err
	}
	match := versionPattern.FindStringSubmatch(out)
	if match == nil {
		return build{}, fmt.Errorf("postgres --version says %q", strings.TrimSpace(out))
	}
	major, err := strconv.Atoi(match[1])
	return build{bin: bin, major: major}, err
}

// output runs a short command. Its error ends with what the command wrote to standard error.
func output(ctx context.Context, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, args...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(exit.Stderr) > 0 {
		err = fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
	}
	return string(out), err
}

// ifVersion is " 16" for a cluster of version 16 and " 15 or newer" for a new one.
func ifVersion(major int) string {
	if major == 0 {
		return fmt.Sprintf(" %d or newer", MinVersion)
	}
	return fmt.Sprintf(" %d", major)
}

// clusterVersion reads the version of the cluster in dir: 0 when there is none.
func clusterVersion(dir string) (int, error) {
	text, err := os.ReadFile(filepath.Join(dir, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || major <= 0 {
		return 0, fmt.Errorf("%s does not contain a version", filepath.Join(dir, "PG_VERSION"))
	}
	return major, nil
}
