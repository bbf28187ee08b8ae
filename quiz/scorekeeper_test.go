package quiz

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

// checkBoards fails unless all boards agree with the answers.
func (w *world) checkBoards() {
	w.t.Helper()
	differences, err := w.CheckBoards(w.t.Context(), ws, 10)
	if err != nil || len(differences) > 0 {
		w.t.Errorf("boards: got %v, %v, want what the answers say", differences, err)
	}
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.pool.Exec(w.t.Context(), sql, args...); err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
}

func (w *world) tend() {
	w.t.Helper()
	if err := w.tendBoards(w.t.Context()); err != nil {
		w.t.Fatalf("tendBoards: %v", err)
	}
}

// TestRunCountsWhatNobodyLooksAt has a round whose only post is gone: nobody shows its result, and it is counted all the same.
func TestRunCountsWhatNobodyLooksAt(t *testing.T) {
	w := newWorld(t, 10)
	r, _ := w.openDaily(daily("daily", general))
	w.click(r, general, "ada", 0, "right")
	w.exec(`UPDATE quiz.post SET finished_at = next_at`)
	w.clock.set(r.Closes)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx, &desk{}) }()
	for w.count(`SELECT count(*) FROM quiz.score WHERE points = 10`) == 0 && ctx.Err() == nil {
		w.pause()
	}
	stop()
	if err := <-done; err != nil {
		t.Errorf("Run: %v", err)
	}
	if n := w.count(`SELECT count(*) FROM quiz.round WHERE sealed_at IS NOT NULL AND NOT recount`); n != 1 {
		t.Errorf("rounds that are sealed and counted: got %d, want 1", n)
	}
	w.checkBoards()
}

// pause lets the database wait a moment.
func (w *world) pause() { w.exec(`SELECT pg_sleep(0.01)`) }

// TestManyCountAtOnce has engines count, and one make all boards again, while people answer and look, and keys change.
func TestManyCountAtOnce(t *testing.T) {
	w := newWorld(t, 30)
	rounds := []Round{w.mustAsk(general, "host"), w.mustAsk(random, "host")}
	var all sync.WaitGroup
	for i, e := range []*Engine{w.another(w.pool), w.another(w.pool), w.another(w.pool)} {
		all.Go(func() {
			for n := range 20 {
				if err := e.tendBoards(t.Context()); err != nil {
					t.Errorf("engine %d: %v", i, err)
				}
				name := fmt.Sprintf("p%d-%d", i, n)
				r := rounds[n%2]
				w.click(r, map[bool]string{true: general, false: random}[n%2 == 0], name, 0, []string{"right", "wrong"}[n%3%2])
				if _, err := e.Leaderboard(t.Context(), BoardRequest{Workspace: ws, Window: AllTime, For: person(name)}); err != nil {
					t.Errorf("board: %v", err)
				}
				if n%5 == 0 {
					w.exec(`UPDATE quiz.round_question SET key = (key + 1) % 4 WHERE round = $1`, r.ID)
				}
			}
		})
	}
	all.Go(func() {
		for range 5 {
			if err := w.Rebuild(t.Context(), ws, nil); err != nil {
				t.Errorf("rebuild meanwhile: %v", err)
			}
		}
	})
	all.Wait()
	w.tend()
	w.checkBoards()
	if b := w.board("", AllTime, ""); b.Players != 60 {
		t.Errorf("players: got %d, want 60", b.Players)
	}
}

// TestACorrectionThatIsNotCommittedYetIsCountedAfterwards holds a corrected key back while others count by the old one.
func TestACorrectionThatIsNotCommittedYetIsCountedAfterwards(t *testing.T) {
	w := newWorld(t, 3)
	r := w.mustAsk(general, "ada")
	w.click(r, general, "ada", 0, "wrong")
	w.clock.add(askWindow)
	if err := w.sealClosed(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	tx, err := w.pool.Begin(t.Context())
	if err == nil {
		_, err = tx.Exec(t.Context(), `UPDATE quiz.round_question SET key = $1`, choice(t, r.Questions[0], "wrong"))
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.countSome(t.Context(), ws); !errors.Is(err, errBusy) {
		t.Errorf("counting while a key is corrected: got %v, want errBusy", err)
	}
	if b := w.board("", AllTime, ""); !b.Behind {
		t.Errorf("a board meanwhile: got %+v, want it to say that it is behind", b)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"1 ada 1/1"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
	w.checkBoards()
}

// TestBoardsOfAnOlderReleaseAreMade has answers from before there were scores, as the migration leaves them.
func TestBoardsOfAnOlderReleaseAreMade(t *testing.T) {
	w := newWorld(t, 30)
	w.askAll(general, "ada", "right", "right", "wrong")
	w.askAll(random, "bob", "right")
	w.exec(`UPDATE quiz.answer SET counted = NULL`)
	w.exec(`TRUNCATE quiz.board, quiz.score, quiz.score_count, quiz.scoring`)
	w.exec(`INSERT INTO quiz.scoring (workspace, kept, built) VALUES ($1, '2026-03-02', false)`, ws)
	w.tend()
	if diff := cmp.Diff([]string{"1 ada 2/3", "2 bob 1/1"}, shown(w.board("", ThisWeek, "").Rows)); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
	if n := w.count(`SELECT count(*) FROM quiz.scoring WHERE built`); n != 1 {
		t.Errorf("workspaces whose boards are made: got %d, want 1", n)
	}
	w.checkBoards()
}

func TestCheckBoardsFindsWhatSomebodyChangedAndRebuildMendsIt(t *testing.T) {
	w := newWorld(t, 30)
	w.askAll(general, "ada", "right", "right")
	w.askAll(general, "bob", "right")
	w.tend()
	w.checkBoards()
	for name, sql := range map[string]string{
		"a point too many": `UPDATE quiz.score SET points = points + 10 WHERE player = 1`,
		"a missing player": `DELETE FROM quiz.score WHERE player = 2`,
		"a ghost":          `INSERT INTO quiz.score SELECT workspace, id, 99, 10, 1, 1 FROM quiz.board`,
		"a missing board":  `DELETE FROM quiz.board WHERE span = 'week'`,
		"an answer":        `UPDATE quiz.answer SET choice = (choice + 1) % 4`,
	} {
		w.exec(sql)
		differences, err := w.CheckBoards(t.Context(), ws, 3)
		if err != nil || len(differences) != 3 || !strings.Contains(differences[0].String(), "should have") {
			t.Errorf("%s: got %v, %v, want three of the differences", name, differences, err)
		}
		if err := w.Rebuild(t.Context(), ws, nil); err != nil {
			t.Fatal(err)
		}
		w.checkBoards()
	}
	if all, err := w.Workspaces(t.Context()); err != nil || !cmp.Equal(all, []string{ws}) {
		t.Errorf("Workspaces: got %v, %v, want %s", all, err, ws)
	}
}

func TestOldBoardsOfDaysAndWeeksArePruned(t *testing.T) {
	w := newWorld(t, 30)
	w.askAll(general, "ada", "right")
	w.tend()
	for _, c := range []struct {
		days  int
		spans string
	}{{0, "all day month week"}, {2, "all day month week"}, {3, "all month week"}, {14, "all month week"}, {15, "all month"}, {60, "all month"}, {61, "all"}} {
		w.clock.set(monday.AddDate(0, 0, c.days))
		w.tend()
		var got string
		err := w.pool.QueryRow(t.Context(), `SELECT string_agg(DISTINCT b.span, ' ' ORDER BY b.span) FROM quiz.board b JOIN quiz.score s ON s.board = b.id JOIN quiz.score_count c ON c.board = b.id`).Scan(&got)
		if err != nil || got != c.spans {
			t.Errorf("%d days later: got boards of %s, %v, want %s", c.days, got, err, c.spans)
		}
		w.checkBoards()
	}
	if n := w.count(`SELECT count(*) FROM quiz.score s WHERE NOT EXISTS (SELECT FROM quiz.board b WHERE b.id = s.board)`); n != 0 {
		t.Errorf("scores without a board: got %d, want none", n)
	}
	// A correction of what is so old changes what is kept, and nothing else comes back.
	w.exec(`UPDATE quiz.round_question SET key = (key + 1) % 4`)
	w.tend()
	if diff := cmp.Diff([]string{"1 ada 0/1"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("all time after a correction (-want +got):\n%s", diff)
	}
	if n := w.count(`SELECT count(*) FROM quiz.board WHERE span <> 'all'`); n != 0 {
		t.Errorf("boards of the past: got %d, want none", n)
	}
}

// TestBoardsThatTwoBotsPruneLeaveNothingBehind: at midnight all bots find them at once. One is busy with the first of many scores,
// and dies after these.
func TestBoardsThatTwoBotsPruneLeaveNothingBehind(t *testing.T) {
	w := newWorld(t, 30)
	w.askAll(general, "ada", "right")
	w.tend()
	w.exec(`INSERT INTO quiz.score SELECT workspace, id, 1000 + n, 10, 1, 1 FROM quiz.board, generate_series(1, $1) n WHERE span = 'day' AND scope = 'workspace'`, pruneBatch)
	w.clock.set(monday.AddDate(0, 0, 3))
	today := utcDate(w.now())
	found, err := w.unpruned(t.Context(), today)
	if err != nil || !cmp.Equal(found, []string{ws}) {
		t.Fatalf("to be pruned: got %v, %v, want %s", found, err, ws)
	}
	w.exec(`UPDATE quiz.scoring SET kept = $1::text::date`, today)
	dying, err := w.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = dying.Exec(t.Context(), `
		DELETE FROM quiz.score WHERE (board, player) IN (
			SELECT s.board, s.player FROM quiz.score s JOIN quiz.board b ON b.id = s.board WHERE b.span = 'day' ORDER BY 1, 2 LIMIT $1)`, pruneBatch)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- w.prune(t.Context(), ws, today) }()
	for len(done) == 0 && w.count(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) == 0 {
	}
	if err := dying.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	w.clock.add(24 * time.Hour)
	w.tend()
	if n := w.count(`SELECT count(*) FROM quiz.board WHERE span = 'day'`); n != 0 {
		t.Errorf("boards of the day on the next: got %d, want none", n)
	}
	if n := w.count(`SELECT count(*) FROM quiz.score s WHERE NOT EXISTS (SELECT FROM quiz.board b WHERE b.id = s.board)`); n != 0 {
		t.Errorf("scores without a board: got %d, want none", n)
	}
}

func TestDeletedAnswersLeaveTheBoards(t *testing.T) {
	w := newWorld(t, 30)
	w.askAll(general, "ada", "right", "right")
	w.askAll(general, "bob", "right")
	w.tend()
	err := pgx.BeginFunc(t.Context(), w.pool, func(tx pgx.Tx) error { return deleteAnswers(t.Context(), tx, ws, 1, w.now()) })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"1 bob 1/1"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
	if n := w.count(`SELECT count(*) FROM quiz.score WHERE player = 1`); n != 0 {
		t.Errorf("scores of who is gone: got %d, want none", n)
	}
	w.checkBoards()
}

func TestTypedAnswersThatAreAcceptedLaterCount(t *testing.T) {
	w := newWorld(t, 1)
	q := testQuestion(500)
	q.Kind, q.Choices, q.Answers, q.Key = Typed, nil, []string{"kubelet"}, 1
	w.load([]Question{q})
	r := w.mustAsk(general, "ada")
	if _, err := w.Answer(t.Context(), Answer{Workspace: ws, Round: r.ID, Typed: "node agent", Channel: general, By: person("ada")}); err != nil {
		t.Fatal(err)
	}
	w.clock.add(time.Hour)
	if diff := cmp.Diff([]string{"1 ada 0/1"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("before (-want +got):\n%s", diff)
	}
	w.tend()
	q.Answers = append(q.Answers, "node agent")
	w.load([]Question{q})
	if diff := cmp.Diff([]string{"1 ada 1/1"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("after (-want +got):\n%s", diff)
	}
	w.checkBoards()
}
