package quiz

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"ckadbot/migrations/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// A fakeClock shows what it was set to.
type fakeClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *fakeClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *fakeClock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

func (c *fakeClock) add(d time.Duration) { c.set(c.now().Add(d)) }

// monday is 2 March 2026, 08:00 in Berlin: an ordinary Monday an hour and a half before the daily quiz.
var monday = time.Date(2026, 3, 2, 7, 0, 0, 0, time.UTC)

// A world is one engine over a fresh database, with its clock.
type world struct {
	*Engine
	t     testing.TB
	clock *fakeClock
	pool  *pgxpool.Pool
}

// newWorld loads n hand-written questions, spread over the domains; the right choice of each is "right".
func newWorld(t testing.TB, n int) *world {
	t.Helper()
	w := &world{t: t, clock: &fakeClock{at: monday}, pool: pgtest.New(t)}
	w.Engine = w.another(w.pool)
	if _, _, _, _, err := w.Load(t.Context(), bankOf(n)); err != nil {
		t.Fatalf("Load: %v", err)
	}
	return w
}

// another is one more engine on the same clock, as another process would have.
func (w *world) another(pool *pgxpool.Pool) *Engine {
	var drawn dice // the same draws at every run: with luck, two channels ask the same question, which counts once
	var mu sync.Mutex
	random := func() uint64 {
		mu.Lock()
		defer mu.Unlock()
		return drawn.next()
	}
	return New(pool, Options{Now: w.clock.now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Random: random})
}

func bankOf(n int) []Question {
	qs := make([]Question, n)
	for i := range qs {
		qs[i] = testQuestion(i)
	}
	return qs
}

func testQuestion(i int) Question {
	return Question{
		ID: fmt.Sprintf("q-%03d", i), Domain: Domains()[i%5].Code, Category: "workloads", Terms: []string{fmt.Sprintf("term%d", i)}, Difficulty: 1,
		Text: fmt.Sprintf("What is right in case %d?", i), Choices: []string{"right", "wrong", "worse", "worst"}, Key: 0,
		Explanation: "It is right because that is what it says, and wrong is not.", Doc: "/docs/", Verified: "1.37",
	}
}

const (
	ws      = "test/W1"
	general = "test/W1/general"
	random  = "test/W1/random"
)

func person(name string) Person { return Person{Workspace: ws, User: "U-" + name, Name: name} }

// daily is a series that opens at 09:30 and closes at 17:00 in Berlin, every day.
func daily(name string, channels ...string) Series {
	s := Series{
		Workspace: ws, Name: name, Questions: 1,
		Schedule: Schedule{Opens: 9*60 + 30, Closes: 17 * 60, Days: Daily, Zone: "Europe/Berlin"},
	}
	for _, c := range channels {
		s.Channels = append(s.Channels, Channel{ID: c})
	}
	return s
}

func (w *world) mustCreate(s Series) Series {
	w.t.Helper()
	s, err := w.CreateSeries(w.t.Context(), s)
	if err != nil {
		w.t.Fatalf("CreateSeries: %v", err)
	}
	return s
}

// settle does what Run would do now, until there is nothing left to do.
func (w *world) settle(p Poster) { w.t.Helper(); settle(w.t, w.Engine, p) }

func settle(t testing.TB, e *Engine, p Poster) {
	t.Helper()
	for {
		n, err := e.openDue(t.Context())
		if err != nil {
			t.Fatalf("openDue: %v", err)
		}
		claims, err := e.claimPosts(t.Context(), postWorkers, nil)
		if err != nil {
			t.Fatalf("claimPosts: %v", err)
		}
		for _, c := range claims {
			_ = e.attend(t.Context(), p, c) // what a Poster fails at is in the outbox
		}
		notices, err := e.claimNotices(t.Context(), postWorkers)
		if err != nil {
			t.Fatalf("claimNotices: %v", err)
		}
		for _, c := range notices {
			_ = e.attendNotice(t.Context(), p, c)
		}
		if n == 0 && len(claims) == 0 && len(notices) == 0 {
			return
		}
	}
}

// A desk is a Poster that remembers what it was asked to do.
type desk struct {
	mu     sync.Mutex
	posted []Post
	closed []Post
	tally  []Tally
	said   []Notice
	onPost func(Post) error // decides, when set
	onEnd  func(Post) error
	onSay  func(Notice) error
}

func (d *desk) PostRound(_ context.Context, p Post) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.posted = append(d.posted, p)
	if d.onPost != nil {
		if err := d.onPost(p); err != nil {
			return "", err
		}
	}
	return "message " + p.Key, nil
}

func (d *desk) CloseRound(_ context.Context, p Post, t Tally) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed, d.tally = append(d.closed, p), append(d.tally, t)
	if d.onEnd != nil {
		return d.onEnd(p)
	}
	return nil
}

func (d *desk) PostNotice(_ context.Context, n Notice) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.said = append(d.said, n)
	if d.onSay != nil {
		return d.onSay(n)
	}
	return nil
}

// openDaily creates a series in the channels, moves the clock to its first opening and has it posted.
func (w *world) openDaily(s Series) (Round, *desk) {
	w.t.Helper()
	s = w.mustCreate(s)
	w.clock.set(s.Next)
	d := &desk{}
	w.settle(d)
	if len(d.posted) != len(s.Channels) {
		w.t.Fatalf("posts of the first round: got %d, want %d", len(d.posted), len(s.Channels))
	}
	return d.posted[0].Round, d
}

// choice returns the index at which a round shows the text.
func choice(t testing.TB, q Question, text string) int {
	t.Helper()
	for i, c := range q.Choices {
		if c == text {
			return i
		}
	}
	t.Fatalf("question %s has no choice %q", q.ID, text)
	return -1
}

// click answers question i of the round in the channel with the choice of that text.
func (w *world) click(r Round, channel, name string, i int, text string) Result {
	w.t.Helper()
	res, err := w.Answer(w.t.Context(), Answer{
		Workspace: r.Workspace, Round: r.ID, Question: i, Choice: choice(w.t, r.Questions[i], text), Channel: channel, By: person(name),
	})
	if err != nil {
		w.t.Fatalf("Answer by %s: %v", name, err)
	}
	return res
}

// count reads a number from the database.
func (w *world) count(sql string, args ...any) (n int) {
	w.t.Helper()
	if err := w.pool.QueryRow(w.t.Context(), sql, args...).Scan(&n); err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// hang makes everything that uses a table wait until release is called, or the test is over.
func (w *world) hang(table string) (release func()) {
	w.t.Helper()
	tx, err := w.pool.Begin(w.t.Context())
	if err == nil {
		_, err = tx.Exec(w.t.Context(), `LOCK TABLE `+table+` IN ACCESS EXCLUSIVE MODE`)
	}
	if err != nil {
		w.t.Fatalf("lock %s: %v", table, err)
	}
	return func() {
		if err := tx.Rollback(w.t.Context()); err != nil {
			w.t.Errorf("unlock %s: %v", table, err)
		}
	}
}

// logTo is a log that signals each error.
func logTo(errs chan<- struct{}) *slog.Logger {
	return slog.New(errorSignal{slog.DiscardHandler, errs})
}

type errorSignal struct {
	slog.Handler
	errs chan<- struct{}
}

func (errorSignal) Enabled(context.Context, slog.Level) bool { return true }

func (h errorSignal) Handle(_ context.Context, r slog.Record) error {
	if r.Level >= slog.LevelError {
		h.errs <- struct{}{}
	}
	return nil
}
