package quiz

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// examBank has so many questions of each competency, easy and hard ones in turn.
func examBank(each int) []Question {
	var bank []Question
	for _, c := range Competencies() {
		for i := range each {
			q := testQuestion(len(bank))
			q.Domain, q.Competency, q.Difficulty = c.Domain, c.Name, 1+i%3
			q.ID = fmt.Sprintf("%s-%d", c.Name, i)
			bank = append(bank, q)
		}
	}
	return bank
}

// newExam is a world with an examBank.
func newExam(t testing.TB, each int) *world {
	w := newWorld(t, 1)
	w.load(examBank(each))
	return w
}

func (w *world) practice(name, topic string, n int) (Progress, error) {
	return w.Practice(w.t.Context(), PracticeRequest{By: person(name), Topic: topic, Questions: n})
}

func (w *world) mustPractice(name, topic string, n int) Round {
	w.t.Helper()
	p, err := w.practice(name, topic, n)
	if err != nil {
		w.t.Fatalf("Practice: %v", err)
	}
	return p.Round
}

// mustMock starts a mock exam.
func (w *world) mustMock(name string, n int) Round {
	w.t.Helper()
	p, err := w.Mock(w.t.Context(), person(name), n)
	if err != nil {
		w.t.Fatalf("Mock: %v", err)
	}
	return p.Round
}

// answerAll answers all questions of a round in order; texts are used again when they are through.
func (w *world) answerAll(r Round, name string, texts ...string) (last Result) {
	w.t.Helper()
	for i := range r.Questions {
		last = w.click(r, general, name, i, texts[i%len(texts)])
	}
	return last
}

// alsoKnown makes somebody of another workspace the same player as a person.
func (w *world) alsoKnown(other, p Person) {
	w.t.Helper()
	if _, err := w.register(w.t.Context(), p.Workspace, p); err != nil {
		w.t.Fatal(err)
	}
	_, err := w.pool.Exec(w.t.Context(), `
		INSERT INTO quiz.identity (workspace, user_id, player)
		SELECT $3, $4, player FROM quiz.identity WHERE workspace = $1 AND user_id = $2`, p.Workspace, p.User, other.Workspace, other.User)
	if err != nil {
		w.t.Fatal(err)
	}
}

// elsewhere is how ada is known in another workspace.
var elsewhere = Person{Workspace: "test/W2", User: "U-2", Name: "Ada L."}

func TestPracticeIsGradedAtOnceAndCountsOnNoBoard(t *testing.T) {
	w := newExam(t, 2)
	p, err := w.practice("ada", "D5", 3)
	if err != nil {
		t.Fatal(err)
	}
	r := p.Round
	if r.Kind != KindPractice || len(r.Questions) != 3 || p.Next != 0 || !r.Closes.Equal(w.clock.now().Add(24*time.Hour)) {
		t.Fatalf("practice: got %+v", p)
	}
	for i, q := range r.Questions {
		if q.Domain != "D5" {
			t.Errorf("question %d is about %s, want D5", i, q.Domain)
		}
	}
	if got := w.click(r, general, "ada", 0, "right"); got.Outcome != Recorded || !got.Revealed || !got.Right || got.Next != 1 {
		t.Errorf("the first answer: got %+v, want recorded and right", got)
	}
	if got := w.click(r, random, "ada", 0, "wrong"); got.Outcome != Locked || !got.Right {
		t.Errorf("another answer, from another channel: got %+v, want locked", got)
	}
	if got := w.click(r, random, "ada", 1, "wrong"); got.Outcome != Recorded || got.Right {
		t.Errorf("the second, from another channel: got %+v, want recorded and wrong", got)
	}
	for _, channel := range []string{general, random, ""} {
		if rows := w.board(channel, AllTime, "ada").Rows; len(rows) != 0 {
			t.Errorf("board of %q: got %v, want nobody", channel, shown(rows))
		}
	}
	d := &desk{}
	w.clock.set(r.Closes.Add(time.Hour))
	if w.settle(d); len(d.posted)+len(d.closed)+len(d.said) != 0 {
		t.Errorf("something was posted: %+v", d)
	}
}

func TestPracticeAsksFirstWhatWasNotSeenAnywhere(t *testing.T) {
	w := newExam(t, 2)
	w.alsoKnown(elsewhere, person("ada"))
	seen := map[string]bool{}
	for _, by := range []Person{person("ada"), elsewhere, person("ada"), elsewhere} {
		p, err := w.Practice(t.Context(), PracticeRequest{By: by, Topic: "", Questions: 12})
		if err != nil {
			t.Fatal(err)
		}
		if p.Round.Workspace != by.Workspace {
			t.Errorf("it is in workspace %s, want %s", p.Round.Workspace, by.Workspace)
		}
		for i, q := range p.Round.Questions {
			if seen[q.ID] {
				t.Errorf("%s came again after %d of 48 questions", q.ID, len(seen))
			}
			seen[q.ID] = true
			w.clock.add(time.Second)
			if _, err := w.Answer(t.Context(), Answer{Workspace: p.Round.Workspace, Round: p.Round.ID, Question: i, Channel: general, By: by}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(seen) != 48 {
		t.Fatalf("got %d different questions, want 48", len(seen))
	}
	first := w.mustPractice("ada", "", 1).Questions[0].ID
	longest := w.text(`SELECT question FROM quiz.answer JOIN quiz.round_question USING (workspace, round, position) ORDER BY answered_at LIMIT 1`)
	if first != longest {
		t.Errorf("then comes %s, want %s, which was seen longest ago", first, longest)
	}
}

// text reads a word from the database.
func (w *world) text(sql string, args ...any) (s string) {
	w.t.Helper()
	if err := w.pool.QueryRow(w.t.Context(), sql, args...).Scan(&s); err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
	return s
}

func TestPracticeHasEasyAndHardQuestions(t *testing.T) {
	w := newExam(t, 3)
	count := map[int]int{}
	for _, q := range w.mustPractice("ada", "", 15).Questions {
		count[q.Difficulty]++
	}
	if diff := cmp.Diff(map[int]int{1: 5, 2: 5, 3: 5}, count); diff != "" {
		t.Errorf("questions of each difficulty (-want +got):\n%s", diff)
	}
}

func TestUnfinishedPracticeIsOfferedAgain(t *testing.T) {
	w := newExam(t, 2)
	first := w.mustPractice("ada", "", 2)
	w.click(first, general, "ada", 1, "right")
	var open *OpenError
	if _, err := w.practice("ada", "helm", 1); !errors.As(err, &open) || open.Round.ID != first.ID {
		t.Fatalf("another one: got %v, want an OpenError with the first", err)
	}
	if p, err := w.another(w.pool).Progress(t.Context(), ws, first.ID, random, person("ada")); err != nil || p.Next != 0 {
		t.Errorf("after a restart, elsewhere: got next %d, %v, want the question left out", p.Next, err)
	}
	if _, err := w.practice("bob", "", 1); err != nil {
		t.Errorf("somebody else: got %v", err)
	}
	w.clock.add(time.Minute)
	p, err := w.Practice(t.Context(), PracticeRequest{By: person("ada"), Questions: 1, Anew: true})
	if err != nil || p.Round.ID == first.ID {
		t.Fatalf("anew: got %+v, %v, want another round", p.Round, err)
	}
	if got := w.click(first, general, "ada", 0, "right"); got.Outcome != Late || got.Choice != -1 {
		t.Errorf("an answer to the one given up: got %+v, want late", got)
	}
	if got := w.click(p.Round, general, "ada", 0, "right"); got.Next != -1 {
		t.Errorf("the last answer: got next %d, want none", got.Next)
	}
	if _, err := w.practice("ada", "", 1); err != nil {
		t.Errorf("after the last answer: got %v, want a new one", err)
	}
	w.clock.add(24 * time.Hour)
	if _, err := w.practice("ada", "", 1); err != nil {
		t.Errorf("when the time is over: got %v, want a new one", err)
	}
}

func TestPracticeRefusesWhatItCannotDo(t *testing.T) {
	w := newExam(t, 1)
	var invalid *InvalidError
	for _, n := range []int{-1, MaxPracticeQuestions + 1} {
		if _, err := w.practice("ada", "", n); !errors.As(err, &invalid) {
			t.Errorf("%d questions: got %v, want an InvalidError", n, err)
		}
	}
	if _, err := w.practice("ada", "quantum", 1); !errors.Is(err, ErrNoQuestions) {
		t.Errorf("an unknown topic: got %v, want ErrNoQuestions", err)
	}
	if got := w.mustPractice("ada", "helm", 20).Questions; len(got) != 1 {
		t.Errorf("got %d questions, want the only one", len(got))
	}
}

// TestTwoDevicesOpenOneRound: whoever is second finds the round of the first.
func TestTwoDevicesOpenOneRound(t *testing.T) {
	w := newExam(t, 3)
	for kind, open := range map[Kind]func(*Engine) (Progress, error){
		KindPractice: func(e *Engine) (Progress, error) {
			return e.Practice(t.Context(), PracticeRequest{By: person("ada")})
		},
		KindMock: func(e *Engine) (Progress, error) { return e.Mock(t.Context(), person("ada"), 0) },
	} {
		ids := make([]int64, 6)
		var all sync.WaitGroup
		for i := range ids {
			all.Go(func() {
				p, err := open(w.another(w.pool))
				var already *OpenError
				if errors.As(err, &already) {
					p.Round, err = already.Round, nil
				}
				if err != nil {
					t.Errorf("%s on device %d: %v", kind, i, err)
				}
				ids[i] = p.Round.ID
			})
		}
		all.Wait()
		if n := w.count(`SELECT count(*) FROM quiz.round WHERE kind = $1`, kind); n != 1 || len(slices.Compact(ids)) != 1 {
			t.Errorf("%s: got %d rounds, shown as %v, want one", kind, n, ids)
		}
	}
}

func TestTwoDevicesAnswerOnce(t *testing.T) {
	w := newExam(t, 2)
	r := w.mustPractice("ada", "", 5)
	var all sync.WaitGroup
	outcomes := make([]Outcome, 8)
	for i := range outcomes {
		all.Go(func() { outcomes[i] = w.click(r, general, "ada", 2, []string{"right", "wrong"}[i%2]).Outcome })
	}
	all.Wait()
	recorded := 0
	for _, o := range outcomes {
		if o == Recorded {
			recorded++
		}
	}
	if n := w.count(`SELECT count(*) FROM quiz.answer`); n != 1 || recorded != 1 {
		t.Errorf("got %d answers, %v, want one", n, outcomes)
	}
}

// TestNobodyElseIsInAPrivateRound: a forged click learns nothing, not even that there is such a round.
func TestNobodyElseIsInAPrivateRound(t *testing.T) {
	w := newExam(t, 2)
	if _, err := w.register(t.Context(), ws, person("bob")); err != nil { // plays here; mallory does not
		t.Fatal(err)
	}
	for kind, r := range map[Kind]Round{KindPractice: w.mustPractice("ada", "", 2), KindMock: w.mustMock("ada", 0)} {
		for _, name := range []string{"bob", "mallory"} {
			for _, channel := range []string{general, "player/1", "test/W1/player/1"} {
				got := w.click(r, channel, name, 0, "right")
				if diff := cmp.Diff(stale, got, cmp.AllowUnexported(Duel{})); diff != "" {
					t.Errorf("%s: an answer of %s in %s (-want +got):\n%s", kind, name, channel, diff)
				}
			}
			if p, err := w.Progress(t.Context(), ws, r.ID, general, person(name)); !errors.Is(err, ErrNoRound) || len(p.Round.Questions) != 0 {
				t.Errorf("%s: progress of %s: got %+v, %v, want ErrNoRound", kind, name, p, err)
			}
			if _, err := w.MockResult(t.Context(), ws, r.ID, person(name)); !errors.Is(err, ErrNoRound) {
				t.Errorf("%s: result for %s: got %v, want ErrNoRound", kind, name, err)
			}
			if err := w.Finish(t.Context(), ws, r.ID, person(name)); !errors.Is(err, ErrNoRound) {
				t.Errorf("%s: finished by %s: got %v, want ErrNoRound", kind, name, err)
			}
		}
	}
	if n := w.count(`SELECT count(*) FROM quiz.answer`); n != 0 {
		t.Errorf("got %d answers, want none", n)
	}
	if n := w.count(`SELECT count(*) FROM quiz.identity WHERE user_id = 'U-mallory'`); n != 0 {
		t.Error("a forged click made somebody a player")
	}
}

// TestWhatIsSecretIsNotPractised: neither what a series asks in any workspace of the player, nor their own mock exam.
func TestWhatIsSecretIsNotPractised(t *testing.T) {
	w := newWorld(t, 1)
	w.load(examBank(1))
	w.alsoKnown(elsewhere, person("ada"))
	if _, err := w.register(t.Context(), elsewhere.Workspace, elsewhere); err != nil {
		t.Fatal(err)
	}
	var secret []string
	for _, workspace := range []string{ws, elsewhere.Workspace} {
		s := daily("daily", workspace+"/general")
		s.Workspace, s.Questions = workspace, 3
		w.mustCreate(s)
	}
	w.clock.set(monday.Add(90 * time.Minute))
	d := &desk{}
	w.settle(d)
	for _, p := range d.posted {
		secret = append(secret, ids(p.Round.Questions)...)
	}
	mock := w.mustMock("ada", 10)
	secret = append(secret, ids(mock.Questions)...)
	if len(d.posted) != 2 || len(distinct(secret[6:])) != 10 {
		t.Fatalf("got %d rounds and a mock exam of %v", len(d.posted), secret[6:])
	}
	for _, id := range ids(mock.Questions) {
		if slices.Contains(secret[:6], id) {
			t.Errorf("the mock exam asks %s, which a series asks", id)
		}
	}
	p, err := w.practice("ada", "", 20)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range p.Round.Questions {
		if slices.Contains(secret, q.ID) {
			t.Errorf("practice asks %s, which is secret", q.ID)
		}
	}
	if got, want := len(p.Round.Questions), 24-len(distinct(secret)); got != want {
		t.Errorf("practice has %d questions, want the other %d", got, want)
	}
}

// TestWhatIsGradedAtOnceIsPractisedAfterTheAnswer: else practice would tell the answer to a question that still brings a point.
func TestWhatIsGradedAtOnceIsPractisedAfterTheAnswer(t *testing.T) {
	w := newWorld(t, 4)
	s := daily("daily", general)
	s.Questions, s.Reveal = 3, true
	r, _ := w.openDaily(s)
	w.click(r, general, "ada", 0, "right")
	p, err := w.practice("ada", "", 4)
	if err != nil {
		t.Fatal(err)
	}
	asked := ids(p.Round.Questions)
	if len(asked) != 2 || !slices.Contains(asked, r.Questions[0].ID) || slices.Contains(asked, r.Questions[1].ID) || slices.Contains(asked, r.Questions[2].ID) {
		t.Errorf("practice asks %v while a series asks %v; want the first of these, which is answered, and the other question of the bank", asked, ids(r.Questions))
	}
	w.clock.set(r.Closes)
	if p, err = w.practice("bob", "", 4); err != nil || len(p.Round.Questions) != 4 {
		t.Errorf("after the close: got %v, %v, want all four questions", ids(p.Round.Questions), err)
	}
}

// TestDuelsArePlayedBeforeTheyArePractised: whether the duel is accepted or not, by either of the two. Others may practise them.
func TestDuelsArePlayedBeforeTheyArePractised(t *testing.T) {
	w, d := newWorld(t, 4), &desk{}
	r := w.mustChallenge("ada", "bob", d) // two questions
	practised := func(name string) []string {
		t.Helper()
		p, err := w.Practice(t.Context(), PracticeRequest{By: person(name), Questions: 4, Anew: true})
		if err != nil {
			t.Fatal(err)
		}
		return ids(p.Round.Questions)
	}
	check := func(when string, want map[string]int) {
		t.Helper()
		for name, n := range want {
			if got := practised(name); len(got) != n {
				t.Errorf("%s: %s practises %v while the duel asks %v, want %d questions", when, name, got, ids(r.Questions), n)
			}
		}
	}
	check("challenged", map[string]int{"ada": 2, "bob": 2, "eve": 4})
	w.clock.add(challengeWindow - time.Minute)
	if _, err := w.Accept(t.Context(), ws, r.ID, person("bob")); err != nil {
		t.Fatal(err)
	}
	w.click(r, general, "ada", 0, "right")
	check("accepted, ada has answered one", map[string]int{"ada": 3, "bob": 2, "eve": 4})
	w.clock.add(duelWindow - time.Minute)
	check("just before the end", map[string]int{"ada": 3, "bob": 2})
	w.clock.add(time.Minute)
	check("over", map[string]int{"ada": 4, "bob": 4})
}

// TestPracticeRepeatsWhatWasSeenLongestAgo: also if the clock stood still, or somebody answers within its precision.
func TestPracticeRepeatsWhatWasSeenLongestAgo(t *testing.T) {
	w := newWorld(t, 5)
	var seen []string
	for range 6 {
		p := w.mustPractice("ada", "", 2)
		w.answerAll(p, "ada", "wrong")
		seen = append(seen, ids(p.Questions)...)
	}
	for i, id := range seen[5:] {
		if id != seen[i] {
			t.Errorf("question %d: got %s, want %s, which was asked longest ago; asked were %v", i+5, id, seen[i], seen)
		}
	}
}

func TestPracticeThatIsGivenUpDoesNotBeginWithTheSameQuestion(t *testing.T) {
	w := newWorld(t, 3)
	last := ""
	for i := range 6 {
		p, err := w.Practice(t.Context(), PracticeRequest{By: person("ada"), Questions: 2, Anew: true})
		if err != nil {
			t.Fatal(err)
		}
		if got := ids(p.Round.Questions)[0]; got == last {
			t.Errorf("practice %d begins with %s, at which the one before was given up", i, got)
		}
		last = ids(p.Round.Questions)[0]
	}
}
