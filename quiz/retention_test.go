package quiz

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func (w *world) mustTidy() {
	w.t.Helper()
	if err := w.tidy(w.t.Context()); err != nil {
		w.t.Fatalf("tidy: %v", err)
	}
}

func TestOldAnswersBecomeCounts(t *testing.T) {
	w := newWorld(t, 30)
	r, d := w.openDaily(daily("daily", general))
	for _, name := range []string{"ada", "bob", "cleo"} {
		w.click(r, general, name, 0, "right")
	}
	w.click(r, general, "dan", 0, "wrong")
	old := w.mustChallenge("ada", "bob", d)
	w.clock.set(r.Closes)
	w.settle(d)
	if err := w.tendBoards(t.Context()); err != nil {
		t.Fatal(err)
	}
	before, err := w.tally(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	// Two months later there is another round, and a month after that the first is older than three months.
	w.clock.set(r.Opens.AddDate(0, 2, 0))
	late := w.mustAsk(random, "ada")
	w.click(late, random, "ada", 0, "right")
	if err := w.SetRetention(t.Context(), ws, 3); err != nil {
		t.Fatal(err)
	}
	w.mustTidy()
	if n := w.count(`SELECT count(*) FROM quiz.past_answer`); n != 0 {
		t.Errorf("counts after two months: got %d, want none", n)
	}
	w.clock.set(r.Closes.AddDate(0, 3, 0).Add(time.Hour))
	w.mustTidy()
	w.mustTidy()
	if n := w.count(`SELECT count(*) FROM quiz.answer`); n != 1 {
		t.Errorf("answers that are left: got %d, want the new one", n)
	}
	after, err := w.tally(t.Context(), r)
	want := before
	want.Top = nil
	if diff := cmp.Diff(want, after); err != nil || diff != "" {
		t.Errorf("the old result: %v, want the same without names (-want +got):\n%s", err, diff)
	}
	w.noDifferences()
	if b := w.board("", AllTime, "ada"); len(b.Rows) != 1 || b.Rows[0].Points != Point {
		t.Errorf("the board of all time: got %+v, want ada with the new answer", b.Rows)
	}
	if err := w.Rebuild(t.Context(), ws, nil); err != nil {
		t.Fatal(err)
	}
	w.noDifferences()
	if _, err := w.Progress(t.Context(), ws, old.ID, general, person("ada")); err != nil {
		t.Errorf("the old duel: got %v", err)
	}
	for _, months := range []int{2, 61, -1} {
		var invalid *InvalidError
		if err := w.SetRetention(t.Context(), ws, months); !errors.As(err, &invalid) {
			t.Errorf("%d months: got %v, want an InvalidError", months, err)
		}
	}
	if err := w.SetRetention(t.Context(), ws, 0); err != nil {
		t.Fatal(err)
	}
	if got, err := w.Retention(t.Context(), ws); got != 0 || err != nil {
		t.Errorf("for ever: got %d, %v", got, err)
	}
}

// Many players in a round take several transactions; one that is cut off changes nothing but how far it is.
func TestOldAnswersBecomeCountsBitByBit(t *testing.T) {
	w := newWorld(t, 30)
	r, d := w.openDaily(daily("daily", general))
	_, err := w.pool.Exec(t.Context(), `
		WITH many AS (SELECT nextval('quiz.player_id') AS id FROM generate_series(1, $3::int)), identities AS (
			INSERT INTO quiz.identity (workspace, user_id, player) SELECT $1, 'many-' || id, id FROM many
		), players AS (
			INSERT INTO quiz.player (workspace, id, name) SELECT $1, id, 'p' || id FROM many RETURNING id
		)
		INSERT INTO quiz.answer (workspace, round, position, player, choice, channel, answered_at)
		SELECT $1, $2, 0, id, id % 4, $4, $5 FROM players`, ws, r.ID, tidyPlayers+200, general, r.Opens.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	w.clock.set(r.Closes)
	w.settle(d)
	if err := w.tendBoards(t.Context()); err != nil {
		t.Fatal(err)
	}
	before, err := w.tally(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	before.Top = nil
	w.clock.set(r.Closes.AddDate(0, 4, 0))
	more, err := w.forgetSome(t.Context(), ws, r.ID)
	if err != nil || !more {
		t.Fatalf("the first bit: got more %v, %v, want more", more, err)
	}
	if n := w.count(`SELECT count(*) FROM quiz.answer`); n != 200 {
		t.Errorf("after the first bit: got %d answers, want 200", n)
	}
	w.noDifferences()
	if err := w.SetRetention(t.Context(), ws, 3); err != nil {
		t.Fatal(err)
	}
	w.mustTidy()
	after, err := w.tally(t.Context(), r)
	if diff := cmp.Diff(before, after); err != nil || diff != "" {
		t.Errorf("the result: %v (-want +got):\n%s", err, diff)
	}
	w.noDifferences()
}

func TestPrivateRoundsAndNoticesGoAfterAWhile(t *testing.T) {
	w, d := newWorld(t, 80), &desk{}
	aLife(t, w, d)
	w.clock.add(KeepNotices + 48*time.Hour)
	w.settle(d)
	w.mustTidy()
	if n := w.count(`SELECT count(*) FROM quiz.notice WHERE finished_at IS NOT NULL AND expires_at < $1`, w.now().Add(-KeepNotices)); n != 0 {
		t.Errorf("old notices: got %d, want none", n)
	}
	if n := w.count(`SELECT count(*) FROM quiz.round WHERE player IS NOT NULL`); n != 2 {
		t.Errorf("private rounds after a month: got %d, want 2", n)
	}
	w.clock.set(w.now().AddDate(0, KeepPrivate, 0))
	w.mustTidy()
	for _, what := range []string{`quiz.round WHERE player IS NOT NULL`, `quiz.post WHERE channel LIKE 'player/%'`, `quiz.answer WHERE channel LIKE 'player/%'`, `quiz.away`,
		`quiz.link_code`, `quiz.series_code`, `quiz.code_try`} {
		if n := w.count(`SELECT count(*) FROM ` + what); n != 0 {
			t.Errorf("%s after two years: got %d, want none", what, n)
		}
	}
	if n := w.count(`SELECT count(*) FROM quiz.report`); n != 3 {
		t.Errorf("reports: got %d, want all three", n)
	}
	w.noDifferences()
}

// TestAPrivateRoundThatAnotherBotDeletesIsLeftToIt: and if that bot dies, it goes the next time.
func TestAPrivateRoundThatAnotherBotDeletesIsLeftToIt(t *testing.T) {
	w := newWorld(t, 80)
	for range 3 {
		if _, err := w.Practice(t.Context(), PracticeRequest{By: person("ada")}); err != nil {
			t.Fatal(err)
		}
		w.clock.add(30 * 24 * time.Hour)
	}
	w.clock.set(w.now().AddDate(0, KeepPrivate, 1))
	other, err := w.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Exec(t.Context(), `SELECT FROM quiz.round WHERE player IS NOT NULL ORDER BY opens_at LIMIT 1 FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	w.mustTidy()
	if n := w.count(`SELECT count(*) FROM quiz.round WHERE player IS NOT NULL`); n != 1 {
		t.Errorf("meanwhile: got %d private rounds, want the one that the other bot has", n)
	}
	if err := other.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.mustTidy()
	if n := w.count(`SELECT count(*) FROM quiz.round WHERE player IS NOT NULL`); n != 0 {
		t.Errorf("after the other bot died: got %d private rounds, want none", n)
	}
}

// TestWhoIsBusyWithOneWorkspaceHoldsUpNoOther: somebody counts the answers of one for as long as we wait.
func TestWhoIsBusyWithOneWorkspaceHoldsUpNoOther(t *testing.T) {
	w := newWorld(t, 80)
	for _, workspace := range []string{ws, "test/W2"} {
		who := Person{Workspace: workspace, User: "U-ada", Name: "ada"}
		r, err := w.Ask(t.Context(), AskRequest{Workspace: workspace, Channel: workspace + "/quiz", By: who})
		if err == nil {
			w.answerAs(r, workspace+"/quiz", who, 0, "right")
			err = w.SetRetention(t.Context(), workspace, MinRetention)
		}
		if err == nil {
			_, err = w.Practice(t.Context(), PracticeRequest{By: who})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	w.clock.set(w.now().AddDate(0, KeepPrivate, 2))
	other, err := w.pool.Begin(t.Context())
	if err == nil {
		defer other.Rollback(t.Context())
		err = lockScores(t.Context(), other, ws)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.mustTidy()
	for _, what := range []string{`quiz.answer WHERE workspace = 'test/W2'`, `quiz.round WHERE player IS NOT NULL`} {
		if n := w.count(`SELECT count(*) FROM ` + what); n != 0 {
			t.Errorf("%s: got %d, want none", what, n)
		}
	}
	if err := other.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.mustTidy()
	if n := w.count(`SELECT count(*) FROM quiz.answer`); n != 0 {
		t.Errorf("when they are done: got %d answers, want none", n)
	}
}
