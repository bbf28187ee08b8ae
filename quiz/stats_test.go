package quiz

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func (w *world) stats(name string) Stats {
	w.t.Helper()
	s, err := w.Stats(w.t.Context(), person(name))
	if err != nil {
		w.t.Fatalf("Stats of %s: %v", name, err)
	}
	return s
}

// sum is right answers and answers of all domains.
func (s Stats) sum() string {
	right, answers := s.Sum()
	return fmt.Sprint(right, "/", answers)
}

func TestStats(t *testing.T) {
	w, d := newWorld(t, 60), &desk{}
	w.askAll(general, "ada", "right", "wrong", "right")
	w.askAll(general, "bob", "right", "right", "right")
	for _, text := range []string{"right", "wrong"} {
		r := w.mustChallenge("ada", "bob", d)
		if _, err := w.Accept(t.Context(), ws, r.ID, person("bob")); err != nil {
			t.Fatal(err)
		}
		w.click(r, general, "ada", 0, text)
		w.click(r, general, "ada", 1, "wrong")
		w.click(r, general, "bob", 0, "wrong")
		w.click(r, general, "bob", 1, "wrong")
	}
	got := w.stats("ada")
	if got.sum() != "3/7" || len(got.Domains) != 5 || got.Domains[0].Domain != "D1" {
		t.Errorf("domains: got %+v, want three right of seven over the five", got.Domains)
	}
	want := Stats{Points: 2 * Point, Rank: 2, Players: 2, Won: 1, Drawn: 1}
	unless := cmpopts.IgnoreFields(Stats{}, "Domains", "Readiness")
	if diff := cmp.Diff(want, got, unless); diff != "" {
		t.Errorf("ada (-want +got):\n%s", diff)
	}
	got = w.stats("stranger")
	if diff := cmp.Diff(Stats{Players: 2}, got, unless); diff != "" || got.sum() != "0/0" || got.Readiness.Known() {
		t.Errorf("stranger: got %+v (-want +got):\n%s", got, diff)
	}
}

func TestStatsCountWhatIsGraded(t *testing.T) {
	w := newWorld(t, 10)
	r, _ := w.openDaily(daily("daily", general))
	w.click(r, general, "ada", 0, "right")
	if got := w.stats("ada"); got.sum() != "0/0" || got.Points != 0 {
		t.Errorf("while open: got %+v, want nothing", got)
	}
	w.clock.set(r.Closes)
	if got := w.stats("ada"); got.sum() != "1/1" || got.Points != Point {
		t.Errorf("after the close: got %+v, want one right", got)
	}
	p, err := w.Practice(t.Context(), PracticeRequest{By: person("ada"), Questions: 2})
	if err != nil {
		t.Fatal(err)
	}
	w.click(p.Round, general, "ada", 0, "wrong")
	w.click(p.Round, general, "ada", 1, "right")
	if got := w.stats("ada"); got.sum() != "2/3" || got.Points != Point {
		t.Errorf("after a practice: got %+v, want two of three right and no more points", got)
	}
	if _, err := w.pool.Exec(t.Context(), `UPDATE quiz.round_question SET voided_at = now() WHERE round = $1`, p.Round.ID); err != nil {
		t.Fatal(err)
	}
	if got := w.stats("ada"); got.sum() != "1/1" {
		t.Errorf("after the questions were taken back: got %+v, want them gone", got)
	}
}

func TestStatsCountWhatWasAskedAgain(t *testing.T) {
	w := newWorld(t, 2)
	w.askAll(general, "ada", "wrong", "right", "right") // there are only two questions
	if got := w.stats("ada"); got.sum() != "2/3" || got.Points != Point {
		t.Errorf("got %+v, want two of three right, and one point", got)
	}
}

func TestExtremesAreProven(t *testing.T) {
	some := func(competency string, right, wrong int) (all []pastAnswer) {
		for i := range right + wrong {
			all = append(all, pastAnswer{competency: competency, right: i < right})
		}
		return all
	}
	for name, c := range map[string]struct {
		answers         [][]pastAnswer
		strong, weakest string
	}{
		"nothing":           {},
		"one alone":         {answers: [][]pastAnswer{some("probes", 9, 1)}},
		"too few":           {answers: [][]pastAnswer{some("probes", 9, 1), some("helm", 0, 4)}},
		"two":               {[][]pastAnswer{some("probes", 9, 1), some("helm", 1, 4)}, "probes", "helm"},
		"many beat few":     {[][]pastAnswer{some("probes", 45, 5), some("helm", 5, 0), some("logs", 10, 40), some("ingress", 1, 4)}, "probes", "logs"},
		"no competency":     {answers: [][]pastAnswer{some("", 9, 1), some("helm", 1, 4)}},
		"not told apart":    {answers: [][]pastAnswer{some("probes", 50, 50), some("helm", 3, 2)}},
		"the same for both": {answers: [][]pastAnswer{some("probes", 5, 5), some("helm", 5, 5)}},
	} {
		var all []pastAnswer
		for _, a := range c.answers {
			all = append(all, a...)
		}
		if strong, weakest := extremes(all); strong != c.strong || weakest != c.weakest {
			t.Errorf("%s: got %q and %q, want %q and %q", name, strong, weakest, c.strong, c.weakest)
		}
	}
}

// BenchmarkStats reads the statistics of a player with 10,000 answers, in a workspace with ten such players: ten questions a day
// for a thousand days.
func BenchmarkStats(b *testing.B) {
	w := newWorld(b, 10)
	w.mustCreate(daily("daily", general))
	_, err := w.pool.Exec(b.Context(), `
		WITH player AS (
			INSERT INTO quiz.player (workspace, id, name) SELECT $1, i, 'player ' || i FROM generate_series(1, 10) i
		), identity AS (
			INSERT INTO quiz.identity (workspace, user_id, player) SELECT $1, 'U-' || i, i FROM generate_series(1, 10) i
		), round AS (
			INSERT INTO quiz.round (workspace, id, kind, series, due, day, scope, topic, opens_at, closes_at, sealed_at, late, reveal, changeable)
			SELECT $1, d, 'series', s.id, at, at::date, 'series/1', '', at, at + interval '1 hour', at + interval '1 hour', false, false, false
			FROM quiz.series s, generate_series(1, 1000) d, LATERAL (SELECT $3::timestamptz - (1001 - d) * interval '1 day') t (at)
		), question AS (
			INSERT INTO quiz.round_question (workspace, round, position, question, body, key)
			SELECT $1, d, p, 'q-' || (d * 7 + p) % 2000, (q.content || jsonb_build_object('Domain', 'D' || 1 + (d + p) % 5, 'Competency', 'probes')) - 'Key', 0
			FROM generate_series(1, 1000) d, generate_series(0, 9) p
			JOIN quiz.question q ON q.id = 'q-00' || p
		), post AS (
			INSERT INTO quiz.post (workspace, round, channel, next_at, posted_at, message, finished_at)
			SELECT $1, d, $2, $3, $3, 'm', $3 FROM generate_series(1, 1000) d
		)
		INSERT INTO quiz.answer (workspace, round, position, player, choice, channel, answered_at)
		SELECT $1, d, p, i, (d * 7 + p * 3 + d * i) % 4, $2, $3::timestamptz - (1001 - d) * interval '1 day'
		FROM generate_series(1, 1000) d, generate_series(0, 9) p, generate_series(1, 10) i`, ws, general, monday)
	if err != nil {
		b.Fatal(err)
	}
	if err := w.Rebuild(b.Context(), ws, nil); err != nil {
		b.Fatal(err)
	}
	if _, err := w.pool.Exec(b.Context(), `VACUUM ANALYZE`); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := w.Stats(b.Context(), Person{Workspace: ws, User: "U-5"})
		if _, answers := s.Sum(); err != nil || answers != StatsAnswers || s.Rank == 0 || s.Streak.Days != 1000 || !s.Readiness.Known() {
			b.Fatalf("got %+v, %v, want %d answers, and a thousand days in a row", s, err, StatsAnswers)
		}
	}
}
