package quiz

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Options change how an Engine works; the zero value is what production uses.
type Options struct {
	Now func() time.Time // the clock, default time.Now; every comparison with the time uses it
	Log *slog.Logger     // default slog.Default()

	// Platforms are those whose posts this process delivers: what stands before the first "/" of a channel.
	// nil means all. Rounds are opened whatever the platform, so a series may have channels on several.
	Platforms []string

	// Random gives random numbers for what is drawn and in which order choices are shown; default math/rand/v2.
	// Tests that show a whole conversation give their own. It is called from many goroutines.
	Random func() uint64

	Others []Keeper // that keep more about people and workspaces in this database
}

// A source is a function as a source of random numbers.
type source func() uint64

func (s source) Uint64() uint64 { return s() }

// An Engine asks, listens and keeps score. Its methods may be called from many goroutines and many processes at once. A
// method that waits ten seconds for the database gives up; its error is then context.DeadlineExceeded (errors.Is), and
// whether it did its work is not known.
type Engine struct {
	db        *pgxpool.Pool
	now       func() time.Time
	log       *slog.Logger
	platforms []string
	others    []Keeper
	patience  time.Duration // dbTimeout, shorter in tests
	chance    *rand.Rand    // as safe for many goroutines as its source, as it keeps nothing itself
	bank      bankCopy
	clicks    queue
	counting  turns         // of workspaces, for Leaderboard
	wake      chan struct{} // tells Run that something may be due; holds at most one signal
}

// New returns an Engine over a migrated database. It starts nothing: see Run.
func New(db *pgxpool.Pool, opt Options) *Engine {
	e := &Engine{db: db, log: opt.Log, platforms: opt.Platforms, others: opt.Others, patience: dbTimeout, wake: make(chan struct{}, 1)}
	e.clicks.flushing = map[userKey]bool{}
	random := opt.Random
	if random == nil {
		random = rand.Uint64
	}
	e.chance = rand.New(source(random))
	clock := opt.Now
	if clock == nil {
		clock = time.Now
	}
	// PostgreSQL keeps microseconds: what we compare must be what we stored.
	e.now = func() time.Time { return clock().UTC().Truncate(time.Microsecond) }
	if e.log == nil {
		e.log = slog.Default()
	}
	return e
}

// dbTimeout is how long the database has for one call of a method, and for one step of Run. A server that hangs answers
// nobody, not even with an error; without a limit everybody who clicks would wait on, holding a connection each.
const dbTimeout = 10 * time.Second

// soon limits ctx to dbTimeout.
func (e *Engine) soon(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, e.patience)
}

// signal makes Run look again soon. It never waits.
func (e *Engine) signal() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// What callers ask of an error, with errors.Is.
var (
	ErrNoQuestions  = errors.New("no question fits")
	ErrNoSeries     = errors.New("there is no such series")
	ErrSeriesExists = errors.New("a series of that name exists already")
	ErrNoRound      = errors.New("there is no such round")
	ErrSelf         = errors.New("nobody can challenge themselves")
	ErrNotYours     = errors.New("that is for somebody else")
	ErrClosed       = errors.New("that round is closed")
	ErrAccepted     = errors.New("it was accepted already")
)

// An InvalidError says in a sentence for people what is wrong with what they typed.
type InvalidError struct {
	Problem string
	Part    string // what of it, if that is clear: of an edited question text, choices, answers, key, explanation or why
}

// Error is the sentence.
func (e *InvalidError) Error() string { return e.Problem }

func invalid(format string, args ...any) error {
	return &InvalidError{Problem: fmt.Sprintf(format, args...)}
}

// invalidPart is invalid for a part of what was typed.
func invalidPart(part, format string, args ...any) error {
	return &InvalidError{Problem: fmt.Sprintf(format, args...), Part: part}
}

// An OpenError says that something of the kind is open already; Round is that one.
type OpenError struct{ Round Round }

// Error names the round.
func (e *OpenError) Error() string { return fmt.Sprintf("round %d is still open", e.Round.ID) }

// Limits of what comes from a chat, in characters. The tables check the same numbers.
const (
	maxID    = 200 // a workspace, a user, a channel
	maxName  = 80
	maxTopic = 60
)

// cleanName makes a name fit to be stored and shown: valid UTF-8, one line, at most maxName characters, never empty.
func cleanName(p Person) string {
	name := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, p.Name)
	name = strings.TrimSpace(name)
	if name == "" {
		name = p.User
	}
	if r := []rune(name); len(r) > maxName {
		name = string(r[:maxName])
	}
	return name
}

// A querier is a pool or a transaction: helpers that only read take either.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// lock waits for the lock of that name and holds it until the transaction ends. It is for the few decisions that no
// unique key can express, because they compare with the clock. Two names with the same hash only wait for each other.
func lock(ctx context.Context, tx pgx.Tx, names ...string) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, strings.Join(names, "\x1f"))
	if err != nil {
		return fmt.Errorf("wait for the lock of %s: %w", names[0], err)
	}
	return nil
}

// again runs do once, and up to twice more if that is retriable. What do begins with is who somebody is.
func again(do func() error) (err error) {
	for range 3 {
		if err = do(); !retriable(err) {
			break
		}
	}
	return err
}

// retriable reports whether PostgreSQL undid the statement for no fault of its own: a deadlock, a failed serialisation,
// another answer that became the first to its question in the same moment, or a player who became another in it, see Link.
func retriable(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return false
	}
	ofPlayer := func(key string) bool { return strings.HasSuffix(pg.ConstraintName, key) } // a foreign key to quiz.player
	return pg.Code == "40P01" || pg.Code == "40001" || slices.Contains([]string{"answer_first_asked", "player_joined"}, pg.ConstraintName) ||
		slices.ContainsFunc([]string{"_workspace_player_fkey", "_workspace_challenger_fkey", "_workspace_challenged_fkey"}, ofPlayer)
}
