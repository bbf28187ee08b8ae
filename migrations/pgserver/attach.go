//go:build linux || darwin

package pgserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// keep watches the connection and looks after the server when it breaks.
func (s *Server) keep(ctx context.Context, conn *pgx.Conn) {
	defer close(s.kept)
	for {
		for conn.PgConn().WaitForNotification(ctx) == nil {
			// Nobody notifies this connection; it is here to break.
		}
		closeConn(conn)
		if ctx.Err() != nil {
			return
		}
		s.config.Log.Info("the connection to PostgreSQL is lost; making sure that it runs", "data", s.dataDir)
		s.say("The connection to PostgreSQL is lost; making sure that it runs …")
		if conn = s.reattach(ctx); conn == nil {
			return
		}
	}
}

// reattach tries until a server runs again. It returns nil when ctx ends.
func (s *Server) reattach(ctx context.Context) *pgx.Conn {
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 30*time.Second) {
		conn, err := s.attachLocked(ctx)
		if err == nil {
			return conn
		}
		if ctx.Err() != nil {
			return nil
		}
		s.config.Log.Error("PostgreSQL does not start again", "data", s.dataDir, "error", err, "retry_in", wait)
		if pause(ctx, wait) != nil {
			return nil
		}
	}
}

func (s *Server) attachLocked(ctx context.Context) (*pgx.Conn, error) {
	lock, err := lockFile(ctx, filepath.Join(s.dataDir, lockName), syscall.LOCK_EX)
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	return s.attach(ctx)
}

// attach connects to the server, after starting it when none runs. The caller holds the lock.
func (s *Server) attach(ctx context.Context) (*pgx.Conn, error) {
	// A killed server is in the way of the next one until its last processes are gone, and until somebody has taken
	// notice of its death: process 1 may take two seconds for that.
	patience := time.Now().Add(30 * time.Second)
	for told := false; ; {
		conn, err := s.connect(ctx)
		if err == nil {
			return conn, nil
		}
		wait := 10 * time.Millisecond
		switch {
		case busy(err):
		case absent(err):
			if !told {
				s.say("Starting PostgreSQL %d …", s.build.major)
				told = true
			}
			if conn, err = s.launch(ctx); err == nil {
				return conn, nil
			}
			if !errors.Is(err, errBlocked) {
				return nil, err
			}
			wait = 200 * time.Millisecond
		default:
			return nil, fmt.Errorf("connect to the server in %s: %w", s.dataDir, err)
		}
		if time.Now().After(patience) {
			return nil, err
		}
		if pause(ctx, wait) != nil {
			return nil, err
		}
	}
}

func (s *Server) connect(ctx context.Context) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(s.URL())
	if err != nil {
		return nil, err
	}
	config.RuntimeParams["application_name"] = "ckadbot watching the server"
	return pgx.ConnectConfig(ctx, config)
}

// busy tells that a server is there, but is starting or stopping: it says so (codes 57P01 to 57P03), or hangs up on those
// who were waiting for it to answer.
func busy(err error) bool {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return strings.HasPrefix(e.Code, "57P0")
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// absent tells that no server listens.
func absent(err error) bool {
	return errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.ECONNREFUSED)
}

func closeConn(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = conn.Close(ctx) // it is of no use any more, whatever this says
}
