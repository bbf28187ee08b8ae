package main

import (
	"strings"
	"testing"

	"ckadbot/migrations"
	"ckadbot/migrations/pgtest"
)

func TestBoardsAreCheckedAndRebuilt(t *testing.T) {
	url := pgtest.URL(t)
	env := []string{"DATABASE_URL=" + url}
	said := func(code int, args ...string) string {
		out, errs := bot(t, code, env, append([]string{"boards"}, args...)...)
		return out + errs
	}
	if got := said(0, "check"); !strings.Contains(got, "The leaderboards of 0 workspaces agree") {
		t.Errorf("without any answer: got %q, want that all agree", got)
	}
	pool, err := migrations.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	// A score that no answer explains.
	for _, sql := range []string{
		`INSERT INTO quiz.round (workspace, id, kind, scope, topic, opens_at, closes_at, late, reveal, changeable, sealed_at, recount)
			VALUES ('test/W', 1, 'ask', 'x', '', now(), now(), false, true, false, now(), false)`,
		`INSERT INTO quiz.scoring (workspace, kept) VALUES ('test/W', '2026-01-01')`,
		`INSERT INTO quiz.board (workspace, scope, span, start, season) VALUES ('test/W', 'workspace', 'all', '-infinity', 0)`,
		`INSERT INTO quiz.score SELECT workspace, id, 7, 12, 1, 1 FROM quiz.board`,
	} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	if got, want := said(1, "check"), "test/W: workspace, all: player 7 has 1.2 points from 1 right of 1 answers, should have 0 points from 0 right of 0 answers"; !strings.Contains(got, want) {
		t.Errorf("check: got %q, want %q in it", got, want)
	}
	if got := said(0, "rebuild", "test/W"); !strings.Contains(got, "test/W: done") {
		t.Errorf("rebuild: got %q, want that it is done", got)
	}
	if got := said(0, "check"); !strings.Contains(got, "The leaderboards of 1 workspace agree") {
		t.Errorf("afterwards: got %q, want that all agree", got)
	}
}
