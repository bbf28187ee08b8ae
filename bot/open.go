package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5/pgxpool"

	"ckadbot/kb"
	"ckadbot/migrations"
	"ckadbot/migrations/pgserver"
)

// openDatabase connects to the configured database, or to the built-in one,
// which it starts if need be, and brings it to the newest schema.
func openDatabase(s session) (pool *pgxpool.Pool, closeAll func(), err error) {
	url, stop := string(s.config.DatabaseURL), func() {}
	if url == "" {
		if url, stop, err = startServer(s); err != nil {
			return nil, nil, err
		}
	}
	if pool, err = migrations.Open(s.ctx, url); err != nil {
		stop()
		if s.config.DatabaseURL != "" {
			err = fmt.Errorf("DATABASE_URL: %w", err)
		}
		return nil, nil, err
	}
	closeAll = func() { pool.Close(); stop() }
	applied, err := migrations.Up(s.ctx, pool)
	if err != nil {
		closeAll()
		return nil, nil, err
	}
	if applied > 0 {
		s.progress("Prepared the database: " + counted(applied, "schema step", "schema steps") + ".")
	}
	return pool, closeAll, nil
}

func startServer(s session) (url string, stop func(), err error) {
	dir := s.config.DataDir
	if dir == "" {
		dir = pgserver.DefaultDataDir(os.Geteuid(), s.config.XDGDataHome, s.config.Home)
	}
	if dir == "" {
		return "", nil, errors.New("no place for the built-in database: set CKADBOT_DATA_DIR to a directory, or DATABASE_URL to a PostgreSQL")
	}
	server, err := pgserver.Start(s.ctx, pgserver.Config{DataDir: dir, BinDir: s.config.PostgresBin, Log: s.log, Progress: s.progress})
	if err != nil && s.config.PostgresBin != "" {
		err = fmt.Errorf("with CKADBOT_PG_BIN set: %w", err)
	}
	if err != nil {
		return "", nil, err
	}
	return server.URL(), func() {
		if err := server.Stop(context.WithoutCancel(s.ctx)); err != nil {
			s.progress("Stopping the built-in PostgreSQL failed: " + err.Error())
		}
	}, nil
}

// openGlossary opens the database and the glossary in it.
func openGlossary(s session) (*kb.Glossary, *pgxpool.Pool, func(), error) {
	pool, closeDatabase, err := openDatabase(s)
	if err != nil {
		return nil, nil, nil, err
	}
	glossary, err := kb.Open(s.ctx, pool, kb.Options{Log: s.log})
	if err != nil {
		closeDatabase()
		return nil, nil, nil, err
	}
	return glossary, pool, func() {
		if err := glossary.Close(); err != nil {
			s.progress("Removing the search index failed: " + err.Error())
		}
		closeDatabase()
	}, nil
}
