// Package pgserver is the PostgreSQL that a bot brings along: when nobody has configured a database, it finds or fetches
// the binaries, makes a cluster once and runs a server for as long as a bot needs it.
//
// # What is on disk
//
// A data directory belongs to pgserver when it was empty at first; from then on a file named ckadbot.lock says so.
// Anything else that is found there is left alone. In it are
//
//	ckadbot.lock     locked while one process looks at the cluster, makes it, starts it or stops it
//	ckadbot.users    locked, shared, by every process that uses the server
//	postgres/        the cluster, and in it the socket; only the account that the server runs as may enter
//	server.log       what the server says, at most 1 MB, and server.log.1 with what it said before
//
// A cluster is made under another name and renamed when it is whole, so that a half-made one is never used.
// The major version of a cluster is fixed: only a server of the same version ever touches it.
//
// # Who runs the server
//
// The first process starts it, as a child in a process group of its own; the others adopt it. On Linux the kernel stops
// it (a fast, clean shutdown) when the process that started it ends, however it ends. Whoever still uses the data directory
// then notices the lost connection and starts the server again under the same URL, after about a fifth of a second. The
// same happens when the server crashes. A connection pool gets over it; a query that was running fails, once.
// On other systems the server of a killed process stays, and is adopted by the next one.
//
// PostgreSQL refuses to run as root. A root process lets it run as the account that owns the cluster, for a new one
// "postgres" or else uid 65534, which is also given the data directory if it could not enter it otherwise. Where that account
// cannot go at all (below /root, say), the server runs in a user namespace, in which root has the number 65534.
//
// # Who may connect
//
// The server listens on a Unix socket only, in a directory that nobody else may enter, and asks for no password.
package pgserver

import (
	"log/slog"
	"path/filepath"
	"runtime"
)

// MinVersion is the oldest major version of PostgreSQL that is used.
const MinVersion = 15

// A Config says where the server keeps its data. Only DataDir is needed.
type Config struct {
	// DataDir is the directory for the cluster: empty, missing, or used by pgserver before.
	DataDir string
	// BinDir has PostgreSQL's programs (initdb, postgres). When it is empty they are looked for.
	BinDir string
	// CacheDir is where fetched programs are kept: by default /var/cache/ckadbot for root, otherwise ckadbot in the user's
	// cache directory. Several data directories may share it.
	CacheDir string
	// Throwaway makes a server for tests: faster, with room for 200 connections instead of 100, and
	// everything in it is lost when the machine stops.
	Throwaway bool
	// Log gets what is of interest to an operator. May be nil.
	Log *slog.Logger
	// Progress is called with a short line for people before each slow step. May be nil. It is called
	// from another goroutine, after Start, when the server has to be started again.
	Progress func(line string)

	// systemDirs replaces the places where systems install PostgreSQL, in tests.
	systemDirs []string
}

// DefaultDataDir says where the data is kept when nothing is configured: root's in /var/lib/ckadbot, other people's where
// their system keeps the data of programs. The caller reads the environment: uid is the effective user's, xdgDataHome is
// $XDG_DATA_HOME and home is $HOME. It is empty when nothing sensible can be said.
func DefaultDataDir(uid int, xdgDataHome, home string) string {
	switch {
	case uid == 0:
		return "/var/lib/ckadbot"
	case filepath.IsAbs(xdgDataHome): // a relative one is invalid, says the XDG specification
		return filepath.Join(xdgDataHome, "ckadbot")
	case home == "":
		return ""
	case runtime.GOOS == "darwin":
		return filepath.Join(home, "Library", "Application Support", "ckadbot")
	}
	return filepath.Join(home, ".local", "share", "ckadbot")
}
