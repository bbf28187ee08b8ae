package migrations

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// answerTime is how long the database may take to answer the first time.
	answerTime = 10 * time.Second
	// poolSize is the number of connections of one bot when the URL has no pool_max_conns: eight keep two cores busy,
	// and two may be waiting for news. pgx would take one for each core.
	poolSize = 10
	// minVersion is the oldest PostgreSQL that the schema works with, as server_version_num.
	minVersion = 15_00_00
)

// Open connects to the database at url and makes sure that a bot can work there: the server answers within ten seconds, is
// PostgreSQL 15 or newer, and lets this user make the schema if it is not there yet. Its error is one line for people: it says what
// is wrong and what to do about it, and contains neither the URL nor the password.
func Open(ctx context.Context, url string) (*pgxpool.Pool, error) {
	config, err := parse(url)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, explain(err, config.ConnConfig)
	}
	if err := check(ctx, pool, config.ConnConfig); err != nil {
		pool.Close()
		return nil, err
	}
	return pool, nil
}

// errURL does not say what exactly is wrong: parsers quote their input, and in a mistyped URL pieces of the password
// are in surprising places.
var errURL = errors.New("the database URL is malformed: it should look like postgres://user:password@host:5432/database, " +
	"with special characters in the password written as %XX")

// parse reads a URL, or a list of keywords and values.
func parse(text string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(text)
	if err != nil || strings.TrimSpace(text) == "" || misplacedPassword(text) {
		return nil, errURL
	}
	if !strings.Contains(text, "pool_max_conns") {
		config.MaxConns = poolSize
	}
	return config, nil
}

// misplacedPassword tells whether the URL is one that parses, but to something else than was meant: after an unescaped
// slash, question mark or hash in the password, the user is taken for the host and the password for a port and a database.
func misplacedPassword(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil {
		return false
	}
	query := u.Query()
	return strings.Contains(text, "@") && !query.Has("user") && !query.Has("password")
}

// check asks the server what must be known before the first migration.
func check(ctx context.Context, pool *pgxpool.Pool, c *pgx.ConnConfig) error {
	var (
		version             int
		release, user, name string
		mayCreate, migrated bool
	)
	err := pool.QueryRow(ctx, `
		SELECT current_setting('server_version_num')::int,
		       current_setting('server_version'),
		       current_user,
		       current_database(),
		       has_database_privilege(current_database(), 'CREATE'),
		       EXISTS (SELECT FROM pg_tables WHERE schemaname = 'migrations' AND tablename = 'applied')`).
		Scan(&version, &release, &user, &name, &mayCreate, &migrated)
	switch {
	case err != nil:
		return explain(err, c)
	case version < minVersion:
		return fmt.Errorf("the database at %s is PostgreSQL %s, and version 15 or newer is needed", address(c), release)
	case !mayCreate && !migrated:
		return fmt.Errorf("user %q may not create schemas in database %q: let its owner run GRANT CREATE ON DATABASE %s TO %s",
			user, name, pgx.Identifier{name}.Sanitize(), pgx.Identifier{user}.Sanitize())
	}
	return nil
}

// explain turns a failure to connect into one line for people.
func explain(err error, c *pgx.ConnConfig) error {
	var (
		refusal *pgconn.PgError
		dns     *net.DNSError
		slow    net.Error
	)
	switch {
	case errors.As(err, &refusal):
		return explainRefusal(refusal, c)
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("connect to the database at %s: %w", address(c), context.Canceled)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &slow) && slow.Timeout():
		return fmt.Errorf("the database at %s does not answer: is the address right, and is no firewall in the way?", address(c))
	case errors.As(err, &dns):
		return fmt.Errorf("the database host %q cannot be found: check the database URL", c.Host)
	}
	return fmt.Errorf("the database at %s cannot be reached: %s", address(c), reason(err))
}

// explainRefusal words what the server itself answered. The codes:
// https://www.postgresql.org/docs/current/errcodes-appendix.html
func explainRefusal(e *pgconn.PgError, c *pgx.ConnConfig) error {
	switch e.Code {
	case "28P01":
		return fmt.Errorf("the database at %s does not accept the password of user %q: check the database URL", address(c), c.User)
	case "28000":
		return fmt.Errorf("the database at %s does not let user %q in: %s", address(c), c.User, oneLine(e.Message))
	case "3D000":
		return fmt.Errorf("the server at %s has no database %q: create it, or check the database URL", address(c), c.Database)
	case "42501":
		return fmt.Errorf("user %q lacks a right in database %q at %s: %s", c.User, c.Database, address(c), oneLine(e.Message))
	}
	return fmt.Errorf("the database at %s refuses: %s (%s)", address(c), oneLine(e.Message), e.Code)
}

// address is where the server should be: host and port, or the directory of its Unix socket.
func address(c *pgx.ConnConfig) string {
	if strings.HasPrefix(c.Host, "/") {
		return c.Host
	}
	return net.JoinHostPort(c.Host, fmt.Sprint(c.Port))
}

// reason is the innermost error, such as "connection refused". Those around it have several lines, one for each
// address tried, and would name the user and the database.
func reason(err error) string {
	for {
		switch e := err.(type) {
		case interface{ Unwrap() []error }:
			err = e.Unwrap()[0]
		case interface{ Unwrap() error }:
			if e.Unwrap() == nil {
				return oneLine(err.Error())
			}
			err = e.Unwrap()
		default:
			return oneLine(err.Error())
		}
	}
}

// oneLine keeps a foreign message from spreading over several lines.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
