// Package migrations is the database: how to connect to it and how to bring it to the newest schema.
//
// The schema is a list of numbered SQL files, embedded in the program. They only go forward, and a file that has shipped
// is never edited. Each part of the program owns one PostgreSQL schema of its own name; this package owns the schema
// "migrations", whose one table says which files have been applied. So the only right that a bot needs in an empty
// database is CREATE on that database.
//
// Package pgserver, below this one, is the PostgreSQL that the program starts when nothing is configured;
// package pgtest gives each test a fresh, migrated database.
package migrations

import (
	"context"
	"embed"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

//go:embed *.sql
var files embed.FS

// lockID is the advisory lock that is held while migrating: "ckadbot" in ASCII. Such locks are per database.
const lockID int64 = 0x636b6164626f74

// Up brings the database to the newest schema and returns how many migrations it applied: 0 when there was nothing to do.
// Each migration is one transaction, so a failed one leaves the database as it was after the one before; the error names it.
//
// Several bots may call Up at the same time: an advisory lock lets one work while the others wait, as long as ctx allows,
// and then find nothing left to do.
func Up(ctx context.Context, pool *pgxpool.Pool) (applied int, err error) {
	// goose's own lock comes after goose has looked at its table and made it, which is a race. Ours is around all of it, on
	// a connection beside the pool, because goose needs the pool's last one.
	conn, err := pgx.ConnectConfig(ctx, pool.Config().ConnConfig)
	if err != nil {
		return 0, fmt.Errorf("connect to migrate: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) // and with it goes the lock
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, lockID); err != nil {
		return 0, fmt.Errorf("wait for another bot to migrate: %w", err)
	}
	if err := ensureSchema(ctx, conn); err != nil {
		return 0, fmt.Errorf("create schema migrations: %w", err)
	}

	db := stdlib.OpenDBFromPool(pool)
	defer db.Close() // gives its connection back; the pool stays open
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithTableName("migrations.applied"), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return 0, fmt.Errorf("read the embedded migrations: %w", err)
	}
	results, err := provider.Up(ctx)
	if failed := (*goose.PartialError)(nil); errors.As(err, &failed) {
		return len(failed.Applied), fmt.Errorf("apply migration %s: %w", failed.Failed.Source.Path, failed.Err)
	}
	if err != nil {
		return 0, fmt.Errorf("bring the database to the newest schema: %w", err)
	}
	return len(results), nil
}

// ensureSchema makes the schema in which goose keeps its table.
func ensureSchema(ctx context.Context, conn *pgx.Conn) error {
	// CREATE SCHEMA IF NOT EXISTS alone would ask for the right to create even when there is nothing to create.
	_, err := conn.Exec(ctx, `
		DO $$ BEGIN
			IF to_regnamespace('migrations') IS NULL THEN
				CREATE SCHEMA migrations;
				COMMENT ON SCHEMA migrations IS 'Which migrations have been applied';
			END IF;
		END $$`)
	return err
}
