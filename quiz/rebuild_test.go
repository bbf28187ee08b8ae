package quiz

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// An axe cuts the connection off when a statement begins.
type axe struct {
	left atomic.Int32 // statements until then
	fall atomic.Pointer[context.CancelFunc]
}

func (a *axe) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	if a.left.Add(-1) == 0 {
		(*a.fall.Load())()
	}
	return ctx
}

func (a *axe) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// all is everything that a rebuild may change, as one text.
func (w *world) all() (text string) {
	w.t.Helper()
	err := w.pool.QueryRow(w.t.Context(), `
		SELECT string_agg(line, E'\n' ORDER BY line) FROM (
			SELECT b::text AS line FROM quiz.board b
			UNION ALL SELECT s::text FROM quiz.score s
			UNION ALL SELECT c::text FROM quiz.score_count c
			UNION ALL SELECT a::text FROM quiz.answer a
		) lines`).Scan(&text)
	if err != nil {
		w.t.Fatal(err)
	}
	return text
}

// TestARebuildThatIsCutOffChangesNothing cuts it off at each of its statements.
func TestARebuildThatIsCutOffChangesNothing(t *testing.T) {
	w := newWorld(t, 30)
	w.askAll(general, "ada", "right", "right", "wrong")
	w.askAll(random, "bob", "right")
	w.tend()
	w.exec(`UPDATE quiz.score SET points = points + 10 WHERE player = 1`)
	w.exec(`UPDATE quiz.answer SET counted = NULL WHERE player = 2`)
	w.exec(`DELETE FROM quiz.board WHERE span = 'week'`)
	before := w.all()
	a := &axe{}
	config := w.pool.Config()
	config.ConnConfig.Tracer = a
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	e := w.another(pool)
	cuts := int32(0)
	for err = errors.New("not tried yet"); err != nil && cuts < 1000; {
		cuts++
		ctx, cancel := context.WithCancel(t.Context())
		a.fall.Store(&cancel)
		a.left.Store(cuts)
		err = e.Rebuild(ctx, ws, nil)
		cancel()
		if after := w.all(); err != nil && after != before {
			t.Fatalf("cut off at statement %d (-before +after):\n%s", cuts, cmp.Diff(before, after))
		}
	}
	if cuts < 30 || err != nil {
		t.Errorf("got a rebuild after being cut off %d times, %v, want more than 30 statements", cuts-1, err)
	}
	w.checkBoards()
	if diff := cmp.Diff([]string{"1 ada 2/3", "2 bob 1/1"}, shown(w.board("", ThisWeek, "").Rows)); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
}

func TestRebuildSaysHowFarItIs(t *testing.T) {
	w := newWorld(t, 30)
	w.askAll(general, "ada", "right")
	var last, of int
	err := w.Rebuild(t.Context(), ws, func(done, steps int, next string) {
		if done > 0 && (done != last+1 || steps != of) || next == "" {
			t.Errorf("got %d of %d steps, next %q, want one more than %d of %d", done, steps, next, last, of)
		}
		last, of = done, steps
	})
	if err != nil || last+1 != of {
		t.Errorf("got %d of %d steps, %v, want all but the last", last, of, err)
	}
}

// TestBoardsThatCanBeAskedForAreKept looks at the windows of each day of three years, wherever it is that day or not yet or no
// longer.
func TestBoardsThatCanBeAskedForAreKept(t *testing.T) {
	w := newWorld(t, 1)
	var spans []string
	var starts, kept []time.Time
	for days := range 3 * 366 {
		utc := monday.AddDate(0, 0, days)
		for _, away := range []int{-1, 0, 1} {
			for _, window := range Windows() {
				if span, from, _ := window.span(utc.AddDate(0, 0, away)); !from.IsZero() {
					spans, starts, kept = append(spans, span), append(starts, from), append(kept, utc)
				}
			}
		}
	}
	var lost int
	err := w.pool.QueryRow(t.Context(), `
		SELECT count(*) FROM unnest($1::text[], $2::date[], $3::date[]) asked (span, start, today)
		WHERE NOT quiz.kept(span, start, today)`, spans, starts, kept).Scan(&lost)
	if err != nil || lost != 0 || len(spans) != 3*366*3*6 {
		t.Errorf("boards that are gone: got %d of %d, %v, want none", lost, len(spans), err)
	}
}
