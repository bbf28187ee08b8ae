//go:build linux || darwin

package pgserver

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

const (
	lockName    = "ckadbot.lock"
	usersName   = "ckadbot.users"
	clusterName = "postgres"
	logName     = "server.log"
	newPrefix   = "postgres.new-" // a cluster in the making
)

// claimDir makes the data directory, or makes sure that an existing one is ours to use, and returns its real path.
func claimDir(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", fmt.Errorf("make the data directory: %w", err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("make the data directory: %w", err)
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", fmt.Errorf("look into the data directory: %w", err)
	}
	has := func(name string) bool {
		return slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == name })
	}
	empty := len(entries) == 0 || len(entries) == 1 && has("lost+found") // a fresh file system
	switch {
	case empty, has(lockName):
		return dir, nil
	case has("PG_VERSION"):
		return "", foreignCluster(dir)
	}
	return "", fmt.Errorf("%s is not empty and has no database of ckadbot in it, so it is left alone: "+
		"choose an empty or a new directory with CKADBOT_DATA_DIR", dir)
}

func foreignCluster(dir string) error {
	major, err := clusterVersion(dir)
	if err != nil {
		return err
	}
	return fmt.Errorf("%s has a PostgreSQL %d database that ckadbot did not make, so it is left alone: "+
		"install PostgreSQL %[2]d, run it there yourself and set DATABASE_URL, or choose another CKADBOT_DATA_DIR", dir, major)
}

// checkCluster returns the version of the cluster in the data directory, 0 when it has yet to be made.
func checkCluster(cluster string) (int, error) {
	major, err := clusterVersion(cluster)
	if err != nil {
		return 0, fmt.Errorf("look at the database: %w", err)
	}
	if major == 0 {
		entries, err := os.ReadDir(cluster)
		if err == nil && len(entries) > 0 {
			return 0, fmt.Errorf("%s is not empty and no PostgreSQL database, so it is left alone: choose another CKADBOT_DATA_DIR", cluster)
		}
		return 0, ignoreMissing(err)
	}
	if major < MinVersion {
		return 0, fmt.Errorf("%s is a database of PostgreSQL %d, and %d or newer is needed; it is left alone: "+
			"install PostgreSQL %[2]d and a newer one and move the data with pg_upgrade, or choose another CKADBOT_DATA_DIR",
			cluster, major, MinVersion)
	}
	return major, nil
}

// createCluster makes a cluster aside and puts it in place when it is whole.
func (s *Server) createCluster(ctx context.Context) error {
	s.say("Creating the database in %s …", s.cluster)
	leftovers, _ := filepath.Glob(filepath.Join(s.dataDir, newPrefix+"*"))
	for _, dir := range leftovers {
		_ = os.RemoveAll(dir) // what cannot be removed now is not in the way
	}
	dir, err := os.MkdirTemp(s.dataDir, newPrefix)
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) // nothing is there any more after the rename
	if err := s.account.own(dir); err != nil {
		return err
	}
	initdb := func(args ...string) error {
		return s.account.run(s.account.command(ctx, s.dataDir, s.build.program("initdb"), append(args, "-D", dir)...))
	}
	args := []string{"-U", superuser, "--auth=trust", "--encoding=UTF8", "--lc-messages=C", "--no-sync", "--no-instructions"}
	if err := initdb(append(args, s.build.localeArgs()...)...); err != nil {
		return err
	}
	if !s.config.Throwaway {
		// One sync at the end, of everything, instead of one for each file of each step.
		if err := initdb("--sync-only"); err != nil {
			return err
		}
	}
	if err := os.Rename(dir, s.cluster); err != nil {
		return err
	}
	return syncDir(s.dataDir)
}

// localeArgs choose a locale in which text sorts by code point, the same on every machine, and in which lower() and
// trigrams know all letters: the plain C locale knows ASCII only.
func (b build) localeArgs() []string {
	args := []string{"--locale=C.UTF-8"}
	if runtime.GOOS == "darwin" { // has no C.UTF-8
		args = []string{"--locale=C", "--lc-ctype=en_US.UTF-8"}
	}
	if b.major >= 17 {
		args = append(args, "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
	}
	return args
}

// socketDir returns the directory of the socket: the cluster's own, unless its path is too long for the address of a
// socket (104 bytes on macOS, 108 on Linux), or has a comma, which in a URL separates two hosts. Then it is one in /tmp, which
// every process derives from the cluster's path alone.
func (s *Server) socketDir() (string, error) {
	if len(s.cluster+"/"+socketName) < 100 && !strings.Contains(s.cluster, ",") {
		return s.cluster, nil
	}
	dir := fmt.Sprintf("/tmp/ckadbot-%x", sha256.Sum256([]byte(s.cluster)))[:len("/tmp/ckadbot-")+16]
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("make a directory for the socket: %w", err)
	}
	// Anybody can make a directory in /tmp and wait for us to trust it.
	info, err := os.Lstat(dir)
	if err != nil {
		return "", err
	}
	owner, _, err := ownerOf(dir)
	if err != nil {
		return "", err
	}
	if !info.IsDir() || info.Mode().Perm() != 0o700 || owner.uid != s.account.uid && owner.uid != os.Geteuid() {
		return "", fmt.Errorf("%s should be a directory that only uid %d may enter: remove it, or choose a CKADBOT_DATA_DIR with a shorter path",
			dir, s.account.uid)
	}
	return dir, s.account.own(dir)
}

// syncDir makes a rename in the directory last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
