//go:build !linux && !darwin

package pgserver

import (
	"context"
	"errors"
	"runtime"
)

// A Server does not exist here: see Start.
type Server struct{}

// Start says that there is no built-in PostgreSQL for this system.
func Start(context.Context, Config) (*Server, error) {
	return nil, errors.New("there is no built-in PostgreSQL for " + runtime.GOOS +
		": install PostgreSQL 15 or newer and set DATABASE_URL to postgres://user:password@localhost:5432/database")
}

// URL is never called: there is no Server.
func (*Server) URL() string { return "" }

// Stop is never called: there is no Server.
func (*Server) Stop(context.Context) error { return nil }
