package quiz

import (
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"ckadbot/migrations/pgtest"
)

func TestNothingHappensWhereTheBotWasRemovedUntilItIsBack(t *testing.T) {
	w := newWorld(t, 30)
	r, d := w.openDaily(daily("daily", general))
	w.click(r, general, "ada", 0, "right")
	if _, err := w.RemindOn(t.Context(), RemindRequest{Workspace: ws, Channel: general, By: person("bob")}); err != nil {
		t.Fatal(err)
	}
	w.clock.add(time.Hour)
	for range 2 { // it may be told twice
		if err := w.Leave(t.Context(), ws); err != nil {
			t.Fatalf("Leave: %v", err)
		}
	}
	for range 29 {
		w.clock.add(24 * time.Hour)
		w.settle(d)
	}
	w.mustTidy()
	if len(d.posted) != 1 || len(d.closed) != 0 || len(d.said) != 0 {
		t.Errorf("after it was removed: got %d posts, %d results, %d notices, want none but the first", len(d.posted), len(d.closed), len(d.said))
	}
	if got := w.click(r, general, "cleo", 0, "right"); got.Outcome != Late {
		t.Errorf("an answer afterwards: got %s, want late", got.Outcome)
	}
	had, err := w.Return(t.Context(), ws)
	if err != nil || !had {
		t.Fatalf("Return: got %v, %v, want that it had left", had, err)
	}
	if had, err := w.Return(t.Context(), ws); err != nil || had {
		t.Errorf("Return again: got %v, %v, want nothing", had, err)
	}
	s, err := w.oneSeries(t.Context(), ws, "daily")
	if err != nil || !s.Next.After(w.now()) {
		t.Fatalf("the series: got %+v, %v, want it to be due in the future", s, err)
	}
	w.settle(d)
	if len(d.posted) != 1 {
		t.Errorf("at once: got %d posts, want none", len(d.posted)-1)
	}
	w.clock.set(s.Next)
	w.settle(d)
	if len(d.posted) != 2 {
		t.Errorf("when it is due again: got %d posts, want one", len(d.posted)-1)
	}
	if b := w.board("", AllTime, "ada"); b.Me == nil || b.Me.Points != Point {
		t.Errorf("the board: got %+v, want ada's point", b.Me)
	}
	w.noDifferences()
}

func TestAWorkspaceLeavesNothingBehindAfterThirtyDays(t *testing.T) {
	w, d := newWorld(t, 80), &desk{}
	aLife(t, w, d)
	if err := w.SetRetention(t.Context(), ws, 12); err != nil {
		t.Fatal(err)
	}
	if err := w.Delete(t.Context(), person("cleo")); err != nil { // so that there are counts
		t.Fatal(err)
	}
	other := Person{Workspace: "test/V2", User: "U-other", Name: "other"}
	if _, err := w.Practice(t.Context(), PracticeRequest{By: other}); err != nil {
		t.Fatal(err)
	}
	others := len(pgtest.Traces(t, w.pool, "test/V2"))
	if _, err := w.ShareSeries(t.Context(), ws, "daily"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.LinkOffer(t.Context(), "AAAA-AAAA", person("bob")); !errors.Is(err, ErrNoCode) {
		t.Fatalf("a wrong code: got %v, want %v", err, ErrNoCode)
	}
	// What is not there could not be left behind: these two are about no workspace.
	if diff := cmp.Diff([]string{"bank", "question"}, tablesWithout(t, w, ws)); diff != "" {
		t.Errorf("tables that do not name the workspace before (-want +got):\n%s", diff)
	}
	if err := w.Leave(t.Context(), ws); err != nil {
		t.Fatal(err)
	}
	w.clock.add(LeftFor - time.Minute)
	w.mustTidy()
	if n := len(pgtest.Traces(t, w.pool, ws)); n < 30 {
		t.Errorf("before thirty days: only %d columns name the workspace", n)
	}
	w.clock.add(time.Minute)
	w.mustTidy()
	if left := pgtest.Traces(t, w.pool, ws, "U-bob", "cleo"); len(left) > 0 {
		t.Errorf("left behind:\n%s", strings.Join(left, "\n"))
	}
	// Who was linked to somebody elsewhere is still there.
	if n := w.count(`SELECT count(*) FROM quiz.identity WHERE workspace = $1`, far(zoe).Workspace); n != 1 {
		t.Errorf("zoe's identity elsewhere: got %d, want one", n)
	}
	if n := len(pgtest.Traces(t, w.pool, "test/V2")); n != others {
		t.Errorf("another workspace: got %d columns that name it, want %d as before", n, others)
	}
	// Who comes back begins anew.
	if had, err := w.Return(t.Context(), ws); err != nil || had {
		t.Errorf("Return: got %v, %v, want nothing", had, err)
	}
	w.mustCreate(daily("daily", general))
}

// tablesWithout are the tables of the quiz that have a word nowhere.
func tablesWithout(t *testing.T, w *world, word string) (tables []string) {
	t.Helper()
	traces := pgtest.Traces(t, w.pool, word)
	rows, err := w.pool.Query(t.Context(), `SELECT table_name FROM information_schema.tables WHERE table_schema = 'quiz' AND table_type = 'BASE TABLE' ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(table string) bool {
		return slices.ContainsFunc(traces, func(trace string) bool { return strings.HasPrefix(trace, "quiz."+table+".") })
	})
}

// TestWhoWasLinkedToAWorkspaceThatIsGoneCanBeForgotten: nothing that was kept in order to undo the link outlives both.
func TestWhoWasLinkedToAWorkspaceThatIsGoneCanBeForgotten(t *testing.T) {
	for _, first := range []string{"here", "there"} {
		t.Run("who played first "+first, func(t *testing.T) {
			w, d := newWorld(t, 80), &desk{}
			if first == "there" {
				if _, err := w.register(t.Context(), ws, far(zoe)); err != nil {
					t.Fatal(err)
				}
			}
			aLife(t, w, d)
			if err := w.Leave(t.Context(), far(zoe).Workspace); err != nil {
				t.Fatal(err)
			}
			w.clock.add(LeftFor)
			w.mustTidy()
			if left := pgtest.Traces(t, w.pool, far(zoe).Workspace, far(zoe).User, far(zoe).Name); len(left) > 0 {
				t.Errorf("of the workspace that is gone:\n%s", strings.Join(left, "\n"))
			}
			if _, err := w.Unlink(t.Context(), person(zoe)); !errors.Is(err, ErrNotJoined) {
				t.Errorf("Unlink: got %v, want %v", err, ErrNotJoined)
			}
			w.noDifferences()
			if err := w.Delete(t.Context(), person(zoe)); err != nil {
				t.Fatal(err)
			}
			if left := traces(t, w.pool); len(left) > 0 {
				t.Errorf("left behind:\n%s", strings.Join(left, "\n"))
			}
		})
	}
}

// TestTheDataOfAWorkspaceIsGoneAlsoIfAnotherBotDiesDeletingIt: rows that somebody else holds are waited for, not passed over.
func TestTheDataOfAWorkspaceIsGoneAlsoIfAnotherBotDiesDeletingIt(t *testing.T) {
	w, d := newWorld(t, 80), &desk{}
	aLife(t, w, d)
	if err := w.Leave(t.Context(), ws); err != nil {
		t.Fatal(err)
	}
	w.clock.add(LeftFor)
	other, err := w.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tag, err := other.Exec(t.Context(), `SELECT FROM quiz.notice WHERE workspace = $1 FOR UPDATE`, ws)
	if err != nil || tag.RowsAffected() == 0 {
		t.Fatalf("the other bot: got %d notices, %v, want some", tag.RowsAffected(), err)
	}
	done := make(chan error, 1)
	go func() { done <- w.tidy(t.Context()) }()
	waiting := `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
	for len(done) == 0 && w.count(waiting) == 0 {
	}
	if err := other.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if left := pgtest.Traces(t, w.pool, ws); len(left) > 0 {
		t.Errorf("left behind:\n%s", strings.Join(left, "\n"))
	}
}

func TestWhoHasLeftIsNotShownUntilTheyAreBack(t *testing.T) {
	w := newWorld(t, 30)
	for _, name := range []string{"ada", "bob"} {
		r := w.mustAsk(general, name)
		w.click(r, general, name, 0, "right")
		w.clock.add(askWindow)
	}
	ada := w.board("", AllTime, "ada").Me.Player
	ask := func() int {
		t.Helper()
		who, err := w.WhetherLeft(t.Context(), ws, ada)
		if err != nil {
			t.Fatal(err)
		}
		return len(who)
	}
	if got := []int{ask(), ask()}; got[0] != 1 || got[1] != 0 {
		t.Errorf("identities to ask about: got %v, want one, and none at once again", got)
	}
	w.clock.add(askAgain)
	if got := ask(); got != 1 {
		t.Errorf("a day later: got %d, want one", got)
	}
	if err := w.SetLeft(t.Context(), ws, ada, true); err != nil {
		t.Fatal(err)
	}
	if b := w.board("", AllTime, "bob"); len(b.Rows) != 1 || b.Rows[0].Name != "bob" || b.Rows[0].Rank != 1 {
		t.Errorf("after ada has left: got %+v, want bob alone", b.Rows)
	}
	r := w.mustAsk(random, "bob")
	w.click(r, random, "ada", 0, "wrong")
	if b := w.board("", AllTime, "bob"); len(b.Rows) != 2 {
		t.Errorf("after ada answered again: got %+v, want both", b.Rows)
	}
	w.noDifferences()
}

// TestNobodyIsTakenOutOfAWorkspaceThatTheBotIsBackIn: it may be back since it was found that the workspace is to be deleted.
func TestNobodyIsTakenOutOfAWorkspaceThatTheBotIsBackIn(t *testing.T) {
	w := newWorld(t, 1)
	w.mustLink(person("ada"), far("ada"))
	if _, err := w.Return(t.Context(), ws); err != nil {
		t.Fatal(err)
	}
	if err := w.purge(t.Context(), ws); err != nil {
		t.Fatal(err)
	}
	if got, err := w.Linked(t.Context(), person("ada")); err != nil || len(got) != 2 {
		t.Errorf("joined: got %v, %v, want both identities", got, err)
	}
}

// TestTheBotLeavesAlsoIfAnswersAreBeingStored: they hold rounds, and of two who wait for each other PostgreSQL undoes one.
func TestTheBotLeavesAlsoIfAnswersAreBeingStored(t *testing.T) {
	w := newWorld(t, 30)
	first, second := w.mustAsk(general, "ada"), w.mustAsk(random, "ada")
	other, err := w.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Rollback(t.Context())
	hold := func(r Round) {
		t.Helper()
		if _, err := other.Exec(t.Context(), `SELECT FROM quiz.round WHERE id = $1 FOR SHARE`, r.ID); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := other.Exec(t.Context(), `SET LOCAL deadlock_timeout = '1min'`); err != nil { // so it is the one who leaves that is undone
		t.Fatal(err)
	}
	hold(second)
	done := make(chan error, 1)
	go func() { done <- w.Leave(t.Context(), ws) }()
	waiting := `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
	for len(done) == 0 && w.count(waiting) == 0 {
	}
	hold(first)
	if err := other.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Errorf("Leave: got %v, want that it is tried again", err)
	}
	if n := w.count(`SELECT count(*) FROM quiz.post WHERE finished_at IS NULL`); n != 0 {
		t.Errorf("got %d posts to be looked after, want none", n)
	}
}

// TestWhatAnotherBotHasDeletedIsNoReturn: all bots look every hour, often in the same second.
func TestWhatAnotherBotHasDeletedIsNoReturn(t *testing.T) {
	var log strings.Builder
	e := New(pgtest.New(t), Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err := e.purge(t.Context(), ws); err != nil || strings.Contains(log.String(), "back") {
		t.Errorf("got %v and in the log %q, want no word of a return", err, &log)
	}
}
