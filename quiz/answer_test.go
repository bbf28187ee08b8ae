package quiz

import (
	"errors"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"
)

func TestAnswerIsToldWhatBecameOfIt(t *testing.T) {
	w := newWorld(t, 10)
	fixed := daily("fixed", general)
	locked, _ := w.openDaily(fixed)

	got := w.click(locked, general, "ada", 0, "wrong")
	if got.Outcome != Recorded || got.Revealed || got.Right || got.Next != -1 {
		t.Errorf("first click: got %+v, want recorded, nothing revealed, nothing left", got)
	}
	if got := w.click(locked, general, "ada", 0, "wrong"); got.Outcome != Repeated {
		t.Errorf("same click again: got %s, want repeated", got.Outcome)
	}
	got = w.click(locked, general, "ada", 0, "right")
	if got.Outcome != Locked || got.Question.Choices[got.Choice] != "wrong" || got.Right || got.Revealed {
		t.Errorf("another choice: got %+v, want locked on wrong", got)
	}
	w.clock.set(locked.Closes.Add(-time.Microsecond))
	if got := w.click(locked, general, "bob", 0, "right"); got.Outcome != Recorded {
		t.Errorf("click just before the close: got %s, want recorded", got.Outcome)
	}
	w.clock.set(locked.Closes)
	got = w.click(locked, general, "cleo", 0, "right")
	if got.Outcome != Late || got.Choice != -1 || !got.Revealed || got.Right {
		t.Errorf("click at the close: got %+v, want late, nothing recorded, key shown", got)
	}
	got = w.click(locked, general, "bob", 0, "right")
	if got.Outcome != Late || !got.Right || !got.Revealed || got.Next != -1 {
		t.Errorf("redelivered after the close: got %+v, want late with what is recorded", got)
	}
	if n := w.count(`SELECT count(*) FROM quiz.answer`); n != 2 {
		t.Errorf("answers stored: got %d, want 2", n)
	}
}

func TestAnswerMayBeChangedUntilTheClose(t *testing.T) {
	w := newWorld(t, 10)
	s := daily("open", general)
	s.Changeable = true
	r, _ := w.openDaily(s)

	var got []Outcome
	for _, text := range []string{"wrong", "right", "right", "worst"} {
		got = append(got, w.click(r, general, "ada", 0, text).Outcome)
	}
	if diff := cmp.Diff([]Outcome{Recorded, Changed, Repeated, Changed}, got); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	w.clock.set(r.Closes)
	res := w.click(r, general, "ada", 0, "right")
	if res.Outcome != Late || res.Question.Choices[res.Choice] != "worst" || res.Right {
		t.Errorf("after the close: got %+v, want late with worst recorded", res)
	}
}

func TestAnswerRefusesForgedClicks(t *testing.T) {
	w := newWorld(t, 10)
	r, _ := w.openDaily(daily("daily", general))
	good := Answer{Workspace: ws, Round: r.ID, Channel: general}
	for name, forge := range map[string]func(a *Answer){
		"negative question":  func(a *Answer) { a.Question = -1 },
		"question after all": func(a *Answer) { a.Question = 1 },
		"huge question":      func(a *Answer) { a.Question = math.MaxInt },
		"negative choice":    func(a *Answer) { a.Choice = -1 },
		"choice after all":   func(a *Answer) { a.Choice = 4 },
		"huge choice":        func(a *Answer) { a.Choice = math.MaxInt },
		"negative round":     func(a *Answer) { a.Round = -1 },
		"huge round":         func(a *Answer) { a.Round = math.MaxInt64 },
		"other channel":      func(a *Answer) { a.Channel = random },
		"no channel":         func(a *Answer) { a.Channel = "" },
		"other workspace":    func(a *Answer) { a.Workspace = "test/W2" },
		"no workspace":       func(a *Answer) { a.Workspace = "" },
		"huge workspace":     func(a *Answer) { a.Workspace = strings.Repeat("w", 201) },
		"zero in workspace":  func(a *Answer) { a.Workspace = "test/\x00" },
		"no user":            func(a *Answer) { a.By.User = "" },
		"huge user":          func(a *Answer) { a.By.User = strings.Repeat("u", 201) },
		"user from nowhere":  func(a *Answer) { a.By.Workspace = "" },
	} {
		t.Run(name+" is stale", func(t *testing.T) {
			a := good
			a.By = person(name)
			forge(&a)
			got, err := w.Answer(t.Context(), a)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(Result{Outcome: Stale, Choice: -1, Next: -1}, got, cmp.AllowUnexported(Duel{})); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
		})
	}
	// Two clicked where the round really is: they count as players.
	for table, want := range map[string]int{"answer": 0, "player": 2, "identity": 2} {
		if n := w.count(`SELECT count(*) FROM quiz.` + table); n != want {
			t.Errorf("rows in %s: got %d, want %d", table, n, want)
		}
	}
}

func TestAnswerRemembersTheNewestName(t *testing.T) {
	w := newWorld(t, 10)
	s := daily("daily", general)
	s.Questions = 3
	r, _ := w.openDaily(s)
	by := person("ada")
	for i, name := range []string{"U-ada", "Ada\u202e \n L.\x00", "", "U-ada", "ada"} {
		by.Name = name
		a := Answer{Workspace: ws, Round: r.ID, Question: i % 3, Channel: general, By: by}
		if _, err := w.Answer(t.Context(), a); err != nil {
			t.Fatalf("name %q: %v", name, err)
		}
		var got string
		if err := w.pool.QueryRow(t.Context(), `SELECT name FROM quiz.player`).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if want := []string{"U-ada", "Ada  L.", "Ada  L.", "Ada  L.", "ada"}[i]; got != want {
			t.Errorf("name %q: stored as %q, want %q", name, got, want)
		}
	}
}

func TestThreeHundredPlayersClickingTwiceGiveThreeHundredAnswers(t *testing.T) {
	w := newWorld(t, 10)
	r, _ := w.openDaily(daily("daily", general))
	outcomes := clickAll(t, w.Engine, r, general, 300)

	count := map[Outcome]int{}
	for _, o := range outcomes {
		count[o]++
	}
	// Of two different choices at once one is recorded, the other is told that it came second.
	if diff := cmp.Diff(map[Outcome]int{Recorded: 300, Locked: 300}, count); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	if n := w.count(`SELECT count(*) FROM quiz.answer`); n != 300 {
		t.Errorf("answers: got %d, want 300", n)
	}
	if n := w.count(`SELECT count(*) FROM quiz.player`); n != 300 {
		t.Errorf("players: got %d, want 300", n)
	}
}

// clickAll lets n new players click two different choices of the first question at the same time.
func clickAll(t testing.TB, e *Engine, r Round, channel string, n int) []Outcome {
	t.Helper()
	outcomes := make([]Outcome, 2*n)
	var all sync.WaitGroup
	for i := range outcomes {
		all.Go(func() {
			res, err := e.Answer(t.Context(), Answer{
				Workspace: ws, Round: r.ID, Choice: i % 2, Channel: channel, By: person(playerName(i / 2)),
			})
			if err != nil {
				t.Errorf("click %d: %v", i, err)
			}
			outcomes[i] = res.Outcome
		})
	}
	all.Wait()
	return outcomes
}

func playerName(i int) string { return "p" + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) }

func TestProgressFindsTheFirstOpenQuestion(t *testing.T) {
	w := newWorld(t, 10)
	s := daily("daily", general)
	s.Questions = 3
	r, _ := w.openDaily(s)
	res := w.click(r, general, "ada", 1, "right")
	if res.Next != 2 {
		t.Errorf("after the second question: got next %d, want 2, as the first was left for later", res.Next)
	}
	res = w.click(r, general, "ada", 0, "wrong")
	if res.Next != 2 {
		t.Errorf("after the first two: got next %d, want 2", res.Next)
	}
	p, err := w.Progress(t.Context(), ws, r.ID, general, person("ada"))
	if err != nil {
		t.Fatal(err)
	}
	if p.Next != 2 || p.Choices[0] != choice(t, r.Questions[0], "wrong") || p.Choices[1] != choice(t, r.Questions[1], "right") || p.Choices[2] != -1 {
		t.Errorf("progress while open: got %+v, want next 2 and two answers", p)
	}
	w.clock.set(r.Closes)
	if p, err = w.Progress(t.Context(), ws, r.ID, general, person("ada")); err != nil {
		t.Fatal(err)
	}
	if p.Next != -1 {
		t.Errorf("progress after the close: got next %d, want -1", p.Next)
	}
}

func TestProgressIsToldOnlyWhereTheRoundIs(t *testing.T) {
	w := newWorld(t, 10)
	r, _ := w.openDaily(daily("daily", general))
	for _, channel := range []string{random, ""} {
		if p, err := w.Progress(t.Context(), ws, r.ID, channel, person("eve")); !errors.Is(err, ErrNoRound) {
			t.Errorf("asked in %q: got %+v, %v, want ErrNoRound", channel, p, err)
		}
	}
}

// No answer may lose what it is an answer to, or where it was given, by whatever somebody does with psql.
func TestWhatWasAnsweredCannotBeDeleted(t *testing.T) {
	w := newWorld(t, 10)
	answered, free := w.mustAsk(general, "host"), w.mustAsk(random, "host")
	w.click(answered, general, "ada", 0, "right")
	for _, table := range []string{"round_question", "post"} {
		for name, sql := range map[string]string{
			"deleted": `DELETE FROM quiz.` + table + ` WHERE round = $1`,
			"moved":   `UPDATE quiz.` + table + ` SET round = round + 1000 WHERE round = $1`,
		} {
			var pgErr *pgconn.PgError
			if _, err := w.pool.Exec(t.Context(), sql, answered.ID); !errors.As(err, &pgErr) || pgErr.Code != "23503" {
				t.Errorf("%s of a round with answers, %s: got %v, want foreign_key_violation", table, name, err)
			}
		}
		if _, err := w.pool.Exec(t.Context(), `DELETE FROM quiz.`+table+` WHERE round = $1`, free.ID); err != nil {
			t.Errorf("%s of a round without answers: %v", table, err)
		}
	}
}
