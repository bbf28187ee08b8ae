package quiz

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ckadbot/quiz/fsrs"
)

func TestDueListFollowsTheAnswers(t *testing.T) {
	day := func(n int) time.Time { return monday.AddDate(0, 0, n) }
	answers := []gradedAnswer{
		{"forgotten", day(0), false}, // comes again the day after
		{"known", day(0), true},      // in 2 days
		{"learnt", day(-10), false},
		{"learnt", day(-9), true},
		{"learnt", day(-5), true}, // in about 9 days
		{"retired", day(-30), false},
	}
	live := map[string]*Question{"forgotten": {}, "known": {}, "learnt": {}}
	cards := replay(answers, time.UTC)
	for _, c := range []struct {
		name string
		at   time.Time
		want []string
		next string
	}{
		{"the same day", day(0).Add(time.Hour), nil, "2026-03-03"},
		{"the end of the day", time.Date(2026, 3, 2, 23, 59, 59, 0, time.UTC), nil, "2026-03-03"},
		{"the morning after", time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC), []string{"forgotten"}, "2026-03-04"},
		{"two days after", day(2), []string{"forgotten", "known"}, "2026-03-06"},
		{"a month after", day(30), []string{"forgotten", "known", "learnt"}, "0001-01-01"},
	} {
		got, next := dueBy(cards, live, c.at)
		if diff := cmp.Diff(c.want, got); diff != "" || next.Format(time.DateOnly) != c.next {
			t.Errorf("%s: got %v, next %s, want %v, next %s", c.name, got, next.Format(time.DateOnly), c.want, c.next)
		}
	}
	if c := cards["learnt"]; c.Reps != 3 || c.Lapses != 0 {
		t.Errorf("learnt: got %d reviews and %d lapses, want 3 and 0: the first answer is no lapse", c.Reps, c.Lapses)
	}
}

// TestDueIsByThePlayersCalendar: who answers late in the evening finds it in the morning.
func TestDueIsByThePlayersCalendar(t *testing.T) {
	auckland, err := LoadZone("Pacific/Auckland")
	if err != nil {
		t.Fatal(err)
	}
	evening := time.Date(2026, 3, 2, 22, 0, 0, 0, auckland) // 09:00 UTC
	cards := replay([]gradedAnswer{{"q", evening, false}}, auckland)
	live := map[string]*Question{"q": {}}
	if ids, next := dueBy(cards, live, evening.Add(time.Hour)); len(ids) != 0 || !next.Equal(time.Date(2026, 3, 3, 0, 0, 0, 0, auckland)) {
		t.Errorf("an hour later: got %v, next %s, want it next at midnight", ids, next)
	}
	if ids, _ := dueBy(cards, live, evening.Add(9*time.Hour)); len(ids) != 1 {
		t.Errorf("in the morning: got %v, want it", ids)
	}
}

func (w *world) review(by Person) (Round, error) {
	p, err := w.Review(w.t.Context(), by)
	return p.Round, err
}

func TestReviewAsksWhatWasWrongLongestAgo(t *testing.T) {
	w := newExam(t, 1)
	w.alsoKnown(elsewhere, person("ada"))
	if _, err := w.review(person("ada")); !errors.Is(err, ErrNothingDue) {
		t.Fatalf("before any answer: got %v, want ErrNothingDue", err)
	}
	first := w.mustPractice("ada", "", 12)
	w.answerAll(first, "ada", "wrong")
	w.clock.add(time.Hour)
	second := w.mustPractice("ada", "", 5)
	w.answerAll(second, "ada", "right")
	if due, err := w.Due(t.Context(), person("ada")); err != nil || due.Today != 0 || !due.Next.Equal(time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("the same day: got %+v, %v, want the next tomorrow", due, err)
	}
	w.clock.set(monday.AddDate(0, 0, 2))
	r, err := w.review(person("ada"))
	if err != nil || r.Kind != KindReview || !r.Reveal || len(r.Questions) != 10 {
		t.Fatalf("review: got %+v, %v, want ten questions", r, err)
	}
	for _, q := range r.Questions {
		if !slices.Contains(ids(first.Questions), q.ID) {
			t.Errorf("%s was right, and comes before what was wrong", q.ID)
		}
	}
	var open *OpenError
	if _, err := w.review(person("ada")); !errors.As(err, &open) || open.Round.ID != r.ID {
		t.Errorf("again: got %v, want an OpenError with the unfinished review", err)
	}
	w.answerAll(r, "ada", "right")
	r, err = w.review(elsewhere) // the same player
	if err != nil || r.Workspace != elsewhere.Workspace || len(r.Questions) != 7 {
		t.Fatalf("in another workspace: got %+v, %v, want the 7 that are left", r, err)
	}
	if due, err := w.Due(t.Context(), person("ada")); err != nil || due.Today != 7 || due.Next.IsZero() {
		t.Errorf("due: got %+v, %v, want 7 today and others later", due, err)
	}
}

func TestAnAnswerInAReviewIsAReview(t *testing.T) {
	w := newExam(t, 1)
	r := w.mustPractice("ada", "helm", 1)
	w.click(r, general, "ada", 0, "wrong")
	var gaps []int
	for range 4 {
		w.clock.add(24 * time.Hour)
		for days := 1; ; days++ {
			r, err := w.review(person("ada"))
			if err == nil {
				w.click(r, general, "ada", 0, "right")
				gaps = append(gaps, days)
				break
			}
			if !errors.Is(err, ErrNothingDue) || days > 100 {
				t.Fatal(err)
			}
			w.clock.add(24 * time.Hour)
		}
	}
	if !slices.IsSorted(gaps) || gaps[3] <= gaps[0] {
		t.Errorf("days between reviews: got %v, want more and more", gaps)
	}
	answers, err := gradedAnswers(t.Context(), w.pool, 1, w.clock.now())
	if err != nil || len(answers) != 5 {
		t.Errorf("got %d answers, %v, want 5", len(answers), err)
	}
}

func TestReviewKeepsSecretsUntilTheClose(t *testing.T) {
	w := newExam(t, 1)
	r, d := w.openDaily(daily("daily", general))
	w.click(r, general, "ada", 0, "wrong")
	mock := w.mustMock("ada", 10)
	w.answerAll(mock, "ada", "wrong")
	known := func(want int, when string) {
		t.Helper()
		answers, err := gradedAnswers(t.Context(), w.pool, 1, w.clock.now())
		if err != nil || len(answers) != want {
			t.Errorf("%s: got %d graded answers, %v, want %d", when, len(answers), err, want)
		}
	}
	known(0, "while both are open")
	w.clock.set(mock.Closes)
	known(10, "after the mock exam")
	w.clock.set(r.Closes)
	w.settle(d)
	known(11, "after the close of the series")
}

func TestReviewHeedsCorrectionsAndWhatWasTakenBack(t *testing.T) {
	w := newExam(t, 1)
	r := w.mustPractice("ada", "", 4)
	w.answerAll(r, "ada", "wrong")
	corrected, voided, retired := r.Questions[0].ID, r.Questions[1].ID, r.Questions[2].ID
	bank := examBank(1)
	bank = slices.DeleteFunc(bank, func(q Question) bool { return q.ID == retired })
	for i := range bank {
		if bank[i].ID == corrected {
			bank[i].Key = 1 // "wrong" was right
		}
	}
	w.load(bank)
	if _, err := w.pool.Exec(t.Context(), `UPDATE quiz.round_question SET voided_at = $1 WHERE question = $2`, w.clock.now(), voided); err != nil {
		t.Fatal(err)
	}
	w.clock.add(24 * time.Hour)
	got, err := w.review(person("ada"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{r.Questions[3].ID}, ids(got.Questions)); diff != "" {
		t.Errorf("the day after (-want +got):\n%s", diff)
	}
	w.answerAll(got, "ada", "right")
	w.clock.add(24 * time.Hour)
	if got, err = w.review(person("ada")); err != nil || !slices.Contains(ids(got.Questions), corrected) {
		t.Errorf("two days after: got %v, %v, want the corrected one, which was right", ids(got.Questions), err)
	}
}

// A question that leaves the bank while a review asks it can still be answered there; the card of it stays.
func TestQuestionRetiredDuringAReviewCanBeAnswered(t *testing.T) {
	w := newExam(t, 1)
	w.click(w.mustPractice("ada", "helm", 1), general, "ada", 0, "wrong")
	w.clock.add(24 * time.Hour)
	r, err := w.review(person("ada"))
	if err != nil {
		t.Fatal(err)
	}
	w.load(slices.DeleteFunc(examBank(1), func(q Question) bool { return q.ID == r.Questions[0].ID }))
	if got := w.click(r, general, "ada", 0, "right"); got.Outcome != Recorded || !got.Right {
		t.Errorf("got %+v, want recorded", got)
	}
	w.clock.add(1000 * 24 * time.Hour)
	if due, err := w.Due(t.Context(), person("ada")); err != nil || due != (Due{}) {
		t.Errorf("years later: got %+v, %v, want nothing", due, err)
	}
}

func TestReplayIsWhatFSRSSays(t *testing.T) {
	s, c := fsrs.New(fsrs.Parameters{}), fsrs.Card{}
	var answers []gradedAnswer
	for i, right := range []bool{false, true, true, false, true} {
		at := monday.AddDate(0, 0, i*i)
		answers = append(answers, gradedAnswer{"q", at, right}, gradedAnswer{"other", at, !right})
		c = s.Review(c, at, map[bool]fsrs.Rating{true: fsrs.Good, false: fsrs.Again}[right])
	}
	if diff := cmp.Diff(c, replay(answers, time.UTC)["q"]); diff != "" {
		t.Errorf("card (-want +got):\n%s", diff)
	}
}

// BenchmarkReview finds out what is due of 5,000 answers to 700 questions in two workspaces. The least time is what it
// takes when nothing else keeps the computer busy.
func BenchmarkReview(b *testing.B) {
	w := newExam(b, 30)
	w.alsoKnown(elsewhere, person("ada"))
	for i, workspace := range []string{ws, elsewhere.Workspace} {
		if _, err := w.register(b.Context(), workspace, person("ada")); err != nil {
			b.Fatal(err)
		}
		_, err := w.pool.Exec(b.Context(), `
			WITH bank AS (
				SELECT id, content, row_number() OVER (ORDER BY id) - 1 AS n FROM quiz.question WHERE retired_at IS NULL
			), round AS (
				INSERT INTO quiz.round (workspace, id, kind, player, scope, topic, opens_at, closes_at, late, reveal, changeable)
				SELECT $1, $2::int + d, 'practice', 1, 'player/1', '', $3::timestamptz - d * interval '1 day', $3::timestamptz - d * interval '1 day' + interval '1 day', false, true, false
				FROM generate_series(1, 250) d
			), question AS (
				INSERT INTO quiz.round_question (workspace, round, position, question, body, key)
				SELECT $1, $2::int + d, p, bank.id, bank.content - 'Key', 0
				FROM generate_series(1, 250) d CROSS JOIN generate_series(0, 9) p
				JOIN bank ON bank.n = (d * 10 + p + $2::int) % 700
			), post AS (
				INSERT INTO quiz.post (workspace, round, channel, next_at, finished_at) SELECT $1, $2::int + d, 'player/1', $3, $3 FROM generate_series(1, 250) d
			)
			INSERT INTO quiz.answer (workspace, round, position, player, choice, channel, answered_at)
			SELECT $1, $2::int + d, p, 1, (d + p) % 3 / 2, 'player/1', $3::timestamptz - d * interval '1 day' FROM generate_series(1, 250) d, generate_series(0, 9) p`,
			workspace, (i+1)*10_000, monday)
		if err != nil {
			b.Fatal(err)
		}
	}
	if _, err := w.pool.Exec(b.Context(), `VACUUM ANALYZE`); err != nil {
		b.Fatal(err)
	}
	least := time.Hour
	for b.Loop() {
		began := time.Now()
		due, err := w.Due(b.Context(), person("ada"))
		if err != nil || due.Today == 0 {
			b.Fatalf("got %+v, %v", due, err)
		}
		least = min(least, time.Since(began))
	}
	b.ReportMetric(float64(least.Microseconds())/1000, "least-ms")
	answers, err := gradedAnswers(b.Context(), w.pool, 1, w.clock.now())
	if err != nil || len(answers) != 5000 {
		b.Fatalf("got %d answers, %v, want 5000", len(answers), err)
	}
}
