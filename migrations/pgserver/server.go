//go:build linux || darwin

package pgserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
)

const (
	superuser  = "postgres"
	database   = "postgres"
	port       = "5432" // only a part of the socket's name
	socketName = ".s.PGSQL." + port
)

// A Server is a running PostgreSQL that this process uses, and may have started.
type Server struct {
	config  Config
	build   build
	account account
	dataDir string
	cluster string // the directory of the cluster
	sockets string // the directory of the socket
	users   *os.File

	child *child // the server, when this process started it; owned by Start, then by keep, then by Stop

	endKeep context.CancelFunc
	kept    chan struct{} // closed when keep has returned
	stop    sync.Once
}

// Start makes sure that a server runs on the data directory and is ready for connections: it adopts the one that is there
// already, or starts one, after making the cluster if need be. It waits as long as ctx allows; the server outlives ctx, until Stop.
//
// While the Server is in use, a goroutine holds one connection and starts the server again when it goes away.
func Start(ctx context.Context, c Config) (*Server, error) {
	s, err := start(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("built-in PostgreSQL: %w", err)
	}
	return s, nil
}

func start(ctx context.Context, c Config) (_ *Server, err error) {
	c = c.withDefaults()
	if c.DataDir == "" {
		return nil, errors.New("no directory for the data: set CKADBOT_DATA_DIR")
	}
	s := &Server{config: c, kept: make(chan struct{})}
	if s.dataDir, err = claimDir(c.DataDir); err != nil {
		return nil, err
	}
	s.cluster = filepath.Join(s.dataDir, clusterName)

	lock, err := lockFile(ctx, filepath.Join(s.dataDir, lockName), syscall.LOCK_EX)
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	if err := s.enlist(ctx, lock); err != nil {
		return nil, err
	}
	conn, err := s.attach(ctx)
	if err != nil {
		s.users.Close()
		return nil, err
	}
	if s.child == nil {
		s.say("Using the PostgreSQL that already runs in %s.", s.dataDir)
	}
	keepCtx, cancel := context.WithCancel(context.Background())
	s.endKeep = cancel
	go s.keep(keepCtx, conn)
	return s, nil
}

func (c Config) withDefaults() Config {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Progress == nil {
		c.Progress = func(string) {}
	}
	if c.systemDirs == nil {
		c.systemDirs = systemDirs
	}
	if c.CacheDir == "" {
		c.CacheDir = defaultCacheDir()
	}
	return c
}

func defaultCacheDir() string {
	if os.Geteuid() == 0 { // root's own is where PostgreSQL, which does not run as root, cannot read
		return "/var/cache/ckadbot"
	}
	dir, err := os.UserCacheDir()
	if err != nil { // no home
		return filepath.Join(os.TempDir(), fmt.Sprintf("ckadbot-cache-%d", os.Geteuid()))
	}
	return filepath.Join(dir, "ckadbot")
}

// prepare finds the programs and the account, and makes the cluster if there is none. The caller holds the lock.
func (s *Server) prepare(ctx context.Context) error {
	major, err := checkCluster(s.cluster)
	if err != nil {
		return err
	}
	if s.build, err = s.config.find(ctx, major); err != nil {
		if major == 0 {
			return fmt.Errorf("%w, or set DATABASE_URL to a database elsewhere", err)
		}
		return fmt.Errorf("%s is a database of PostgreSQL %d, which only the same version can open, so it is left alone: "+
			"%w, or choose another CKADBOT_DATA_DIR", s.cluster, major, err)
	}
	if s.account, err = chooseAccount(ctx, s.build, s.dataDir, s.cluster); err != nil {
		return err
	}
	if s.sockets, err = s.socketDir(); err != nil {
		return err
	}
	if major == 0 {
		if err := s.createCluster(ctx); err != nil {
			return fmt.Errorf("create the database in %s: %w", s.cluster, err)
		}
	}
	return nil
}

// enlist registers this process as a user of the server.
func (s *Server) enlist(ctx context.Context, lock *os.File) (err error) {
	if s.users, err = lockFile(ctx, filepath.Join(s.dataDir, usersName), syscall.LOCK_SH); err != nil {
		return err
	}
	if err = errors.Join(s.account.give(lock), s.account.give(s.users)); err != nil {
		s.users.Close()
	}
	return err
}

// URL returns the connection string. It stays the same when the server is started again.
func (s *Server) URL() string {
	query := url.Values{
		"host":    {s.sockets},
		"port":    {port},
		"sslmode": {"disable"}, // PostgreSQL has none on a Unix socket
	}.Encode()
	query = strings.ReplaceAll(query, "+", "%20") // pgx takes a plus for a plus, also in "Application Support"
	return (&url.URL{Scheme: "postgres", User: url.User(superuser), Path: "/" + database, RawQuery: query}).String()
}

// Stop ends the use of the server. When this process started the server and nobody else uses it, the server is
// stopped: cleanly, or after ten seconds, or when ctx ends, less so (nothing that was committed is lost either way). A server
// that others use goes on; if this process started it, until the process ends. Calls after the first do nothing.
func (s *Server) Stop(ctx context.Context) (err error) {
	s.stop.Do(func() {
		s.endKeep()
		<-s.kept
		defer s.users.Close()
		if s.child == nil {
			return
		}
		// Nobody may begin to use the server between the look at the users and the end of the server.
		lock, lockErr := lockFile(ctx, filepath.Join(s.dataDir, lockName), syscall.LOCK_EX)
		if lockErr != nil {
			err = fmt.Errorf("stop PostgreSQL: %w", lockErr)
			return
		}
		defer lock.Close()
		alone, lockErr := tryLock(s.users, syscall.LOCK_EX)
		if lockErr != nil || !alone {
			err = lockErr
			return
		}
		err = s.child.end(ctx)
		if s.sockets != s.cluster {
			_ = os.Remove(s.sockets) // stays when the server was killed and left its socket
		}
	})
	return err
}

// say tells people what is going on.
func (s *Server) say(format string, args ...any) {
	s.config.Progress(fmt.Sprintf(format, args...))
}
