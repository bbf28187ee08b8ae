package quiz

import (
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func (w *world) mockResult(r Round, name string) MockResult {
	w.t.Helper()
	res, err := w.MockResult(w.t.Context(), r.Workspace, r.ID, person(name))
	if err != nil {
		w.t.Fatalf("MockResult: %v", err)
	}
	return res
}

// TestMockExamIsGradedAtItsEnd: nothing is told before; answers may be changed until then.
func TestMockExamIsGradedAtItsEnd(t *testing.T) {
	w := newExam(t, 3)
	r := w.mustMock("ada", 0)
	if len(r.Questions) != 20 || !r.Closes.Equal(w.clock.now().Add(40*time.Minute)) {
		t.Fatalf("got %d questions until %s, want 20 in 40 minutes", len(r.Questions), r.Closes)
	}
	for i := range 15 {
		if got := w.click(r, general, "ada", i, "wrong"); got.Outcome != Recorded || got.Revealed || got.Right || got.Next != i+1 {
			t.Fatalf("answer %d: got %+v, want recorded and nothing told", i, got)
		}
	}
	for i := range 13 {
		if got := w.click(r, random, "ada", i, "right"); got.Outcome != Changed || got.Revealed || got.Next != 15 {
			t.Fatalf("answer %d: got %+v, want changed, and to go on with what is open", i, got)
		}
	}
	var open *OpenError
	if _, err := w.MockResult(t.Context(), ws, r.ID, person("ada")); !errors.As(err, &open) || open.Round.ID != r.ID {
		t.Errorf("the result before the end: got %v, want an OpenError", err)
	}
	if _, err := w.Mock(t.Context(), person("ada"), 10); !errors.As(err, &open) || open.Round.ID != r.ID {
		t.Errorf("a second one: got %v, want an OpenError", err)
	}
	w.clock.add(25 * time.Minute)
	for range 2 { // twice changes nothing
		if err := w.Finish(t.Context(), ws, r.ID, person("ada")); err != nil {
			t.Fatal(err)
		}
		w.clock.add(time.Second)
	}
	res := w.mockResult(r, "ada")
	if res.Right != 13 || res.Questions != 20 || res.Percent() != 65 || res.Passed() || res.Unanswered != 5 || res.Took != 25*time.Minute {
		t.Errorf("result: got %d of %d, %d %%, passed %t, %d unanswered in %s; want 13 of 20, 65 %%, not passed, 5 in 25m",
			res.Right, res.Questions, res.Percent(), res.Passed(), res.Unanswered, res.Took)
	}
	right := 0
	for i, d := range res.Domains {
		right += d.Right
		if d.Domain != Domains()[i].Code || d.Questions != []int{4, 4, 3, 5, 4}[i] {
			t.Errorf("domain %d: got %+v", i, d)
		}
	}
	if right != 13 || len(res.Domains) != 5 || len(res.Competencies) < 15 {
		t.Errorf("parts: got %d right in %d domains, %d competencies", right, len(res.Domains), len(res.Competencies))
	}
	if got := w.click(r, general, "ada", 19, "right"); got.Outcome != Late || got.Choice != -1 {
		t.Errorf("an answer after the end: got %+v, want late", got)
	}
}

func TestMockPassesFromTheMarkOn(t *testing.T) {
	for _, c := range []struct {
		right, questions, percent int
		passed                    bool
	}{{66, 100, 66, true}, {65, 100, 65, false}, {13, 20, 65, false}, {14, 20, 70, true}, {39, 60, 65, false}, {40, 60, 66, true}, {2, 3, 66, true}, {0, 0, 0, false}} {
		s := Share{Right: c.right, Questions: c.questions}
		if s.Percent() != c.percent || s.Passed() != c.passed {
			t.Errorf("%d of %d: got %d %%, passed %t, want %d %%, %t", c.right, c.questions, s.Percent(), s.Passed(), c.percent, c.passed)
		}
	}
}

func TestMockTimeIsUpExactlyAtItsEnd(t *testing.T) {
	w := newExam(t, 2)
	r := w.mustMock("ada", 10)
	w.clock.set(r.Closes.Add(-time.Microsecond))
	if got := w.click(r, general, "ada", 0, "right"); got.Outcome != Recorded {
		t.Errorf("in time: got %s", got.Outcome)
	}
	w.clock.set(r.Closes)
	if got := w.click(r, general, "ada", 1, "right"); got.Outcome != Late || got.Choice != -1 {
		t.Errorf("when time is up: got %+v, want late", got)
	}
	p, shown, err := w.LastMock(t.Context(), person("ada"))
	if err != nil || shown || p.Round.ID != r.ID || p.Next != -1 {
		t.Errorf("the last one: got %+v, shown %t, %v", p, shown, err)
	}
	if res := w.mockResult(r, "ada"); res.Right != 1 || res.Unanswered != 9 || res.Took != 20*time.Minute {
		t.Errorf("result: got %d right, %d unanswered in %s, want 1, 9, 20m", res.Right, res.Unanswered, res.Took)
	}
	if _, shown, err := w.LastMock(t.Context(), person("ada")); err != nil || !shown {
		t.Errorf("after the result: shown %t, %v, want true", shown, err)
	}
	if _, _, err := w.LastMock(t.Context(), person("bob")); !errors.Is(err, ErrNoRound) {
		t.Errorf("of somebody else: got %v, want ErrNoRound", err)
	}
	w.mustMock("ada", 10) // the next may begin
}

// TestMockGoesOnAfterACrash: every answer that was confirmed is there for another process, in another channel.
func TestMockGoesOnAfterACrash(t *testing.T) {
	w := newExam(t, 3)
	r := w.mustMock("ada", 60)
	if len(r.Questions) != 60 || !r.Closes.Equal(w.clock.now().Add(2*time.Hour)) {
		t.Fatalf("got %d questions until %s, want 60 in two hours", len(r.Questions), r.Closes)
	}
	for i := range r.Questions {
		w.Engine = w.another(w.pool)
		p, _, err := w.LastMock(t.Context(), person("ada"))
		if err != nil || p.Next != i {
			t.Fatalf("after %d answers: next is %d, %v", i, p.Next, err)
		}
		w.clock.add(time.Minute)
		w.click(p.Round, []string{general, random}[i%2], "ada", p.Next, []string{"right", "worse"}[i%2])
	}
	if err := w.Finish(t.Context(), ws, r.ID, person("ada")); err != nil {
		t.Fatal(err)
	}
	if res := w.mockResult(r, "ada"); res.Right != 30 || res.Unanswered != 0 || len(res.Competencies) != 24 {
		t.Errorf("got %d right, %d unanswered, %d competencies, want 30, 0 and all 24", res.Right, res.Unanswered, len(res.Competencies))
	}
}

// TestMockResultNeverChanges: of answers from one device and the end from another, the result has what was confirmed.
func TestMockResultNeverChanges(t *testing.T) {
	w := newExam(t, 2)
	r := w.mustMock("ada", 20)
	var all sync.WaitGroup
	var mu sync.Mutex
	confirmed := 0
	start := make(chan struct{})
	for i := range r.Questions {
		all.Go(func() {
			<-start
			if got := w.click(r, general, "ada", i, "right"); got.Outcome == Recorded {
				mu.Lock()
				confirmed++
				mu.Unlock()
			}
		})
	}
	results := make([]MockResult, 3)
	for i := range results {
		all.Go(func() {
			<-start
			w.clock.add(time.Second)
			if err := w.Finish(t.Context(), ws, r.ID, person("ada")); err != nil {
				t.Errorf("Finish: %v", err)
			}
			w.clock.add(time.Second)
			results[i] = w.mockResult(r, "ada")
		})
	}
	close(start)
	all.Wait()
	last := w.mockResult(r, "ada")
	if last.Right != confirmed {
		t.Errorf("the result has %d answers, want the %d that were confirmed", last.Right, confirmed)
	}
	for i, res := range results {
		if diff := cmp.Diff(last, res, cmpopts.IgnoreFields(MockResult{}, "Progress.Round")); diff != "" {
			t.Errorf("result %d, and the last (-last +result):\n%s", i, diff)
		}
	}
}

func TestMockHeedsCorrectionsAndWhatWasTakenBack(t *testing.T) {
	w := newExam(t, 1)
	r := w.mustMock("ada", 10)
	w.answerAll(r, "ada", "wrong")
	if err := w.Finish(t.Context(), ws, r.ID, person("ada")); err != nil {
		t.Fatal(err)
	}
	if res := w.mockResult(r, "ada"); res.Right != 0 || res.Questions != 10 {
		t.Fatalf("got %d of %d right, want 0 of 10", res.Right, res.Questions)
	}
	bank := examBank(1)
	for i := range bank {
		if bank[i].ID == r.Questions[3].ID {
			bank[i].Key = 1 // "wrong" was right
		}
	}
	w.load(bank)
	if _, err := w.pool.Exec(t.Context(), `UPDATE quiz.round_question SET voided_at = now() WHERE position IN (4, 5)`); err != nil {
		t.Fatal(err)
	}
	res := w.mockResult(r, "ada")
	if res.Right != 1 || res.Questions != 8 || res.Percent() != 12 {
		t.Errorf("got %d of %d right, %d %%, want 1 of 8, 12 %%", res.Right, res.Questions, res.Percent())
	}
	sum := 0
	for _, s := range res.Competencies {
		sum += s.Questions
	}
	if sum != 8 {
		t.Errorf("the competencies have %d questions, want 8", sum)
	}
}

func TestMockNeedsEnoughQuestions(t *testing.T) {
	var invalid *InvalidError
	w := newWorld(t, 9)
	for _, n := range []int{-1, 9, 61} {
		if _, err := w.Mock(t.Context(), person("ada"), n); !errors.As(err, &invalid) {
			t.Errorf("%d questions: got %v, want an InvalidError", n, err)
		}
	}
	if _, err := w.Mock(t.Context(), person("ada"), 10); !errors.Is(err, ErrNoQuestions) {
		t.Errorf("a bank of 9: got %v, want ErrNoQuestions", err)
	}
	w.load(bankOf(11))
	if r := w.mustMock("ada", 20); len(r.Questions) != 11 || !r.Closes.Equal(w.clock.now().Add(22*time.Minute)) {
		t.Errorf("a bank of 11: got %d questions until %s, want 11 in 22 minutes", len(r.Questions), r.Closes)
	}
}

// TestWhoIsAwayIsToldThatTimeIsUp: once, and not if they have seen the result.
func TestWhoIsAwayIsToldThatTimeIsUp(t *testing.T) {
	w, d := newExam(t, 2), &desk{}
	away, finished := w.mustMock("ada", 10), w.mustMock("bob", 10)
	if err := w.Finish(t.Context(), ws, finished.ID, person("bob")); err != nil {
		t.Fatal(err)
	}
	w.mockResult(finished, "bob")
	w.clock.set(away.Closes.Add(-time.Second))
	if w.settle(d); len(d.said) != 0 {
		t.Fatalf("before the end: said %+v", d.said)
	}
	w.clock.set(away.Closes)
	w.settle(d)
	w.clock.add(time.Minute)
	w.settle(d)
	if len(d.said) != 1 || d.said[0].Kind != NoticeMock || d.said[0].To != (Person{Workspace: ws, User: "U-ada"}) {
		t.Fatalf("said %+v, want one notice to ada", d.said)
	}
	var over MockOver
	if err := json.Unmarshal(d.said[0].Body, &over); err != nil || over != (MockOver{ws, away.ID}) {
		t.Errorf("it is about %+v, %v, want round %d", over, err, away.ID)
	}
	if n := w.count(`SELECT count(*) FROM quiz.notice WHERE finished_at IS NULL`); n != 0 {
		t.Errorf("%d notices wait for ever", n)
	}
}

func TestSkippedQuestionsComeLast(t *testing.T) {
	p := Progress{Choices: []int{-1, 3, -1, -1, 0}}
	for question, want := range map[int]int{-5: 0, 0: 2, 1: 2, 2: 3, 3: 0, 4: 0, 99: 0} {
		if got := p.After(question); got != want {
			t.Errorf("after %d: got %d, want %d", question, got, want)
		}
	}
	if got := (Progress{Choices: []int{1, 2}}).After(0); got != -1 {
		t.Errorf("all answered: got %d, want -1", got)
	}
}
