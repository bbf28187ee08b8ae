package quiz

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What has gone wrong with answers and points in quiz bots, each with a test that fails without the remedy. Those that are
// not in this file:
//
//   - one person's clicks at once all count: TestThousandPeopleClickingTwiceGiveAThousandAnswers
//   - answers get lost when many are given at once: TestAnswersTogetherAreAsOneAfterTheOther
//   - points that are added up drift away from the answers: TestBoardAgreesWithPoints, and the boards' CheckBoards
//   - a round ends twice and counts twice: TestRoundClosesOnceWithItsResult, TestThreeEnginesMakeEachPostOnce
//   - an answer after the end counts, or one in time does not: TestQueueAtTheBell, TestResultHasAllThatIsStoredWhenManyClickAtTheBell
//   - a button that does not exist is an index: TestAnswerRefusesForgedClicks, TestForgedAnswersOfEveryKindAreStale
//   - "any word equals", so that who types all words is right: TestAccepts
//   - yes, no, on and off in a file become true and false: testdata/import/own.yaml
//   - a duel never ends, or ends against an old challenge: TestDuelExpires, TestDuelIsDeclined, TestLastAnswersAtTheSameMomentEndADuel
//
// The first two are also true of several processes: PostgreSQL keeps one row for each question and player.

// The first choice is number 0, which is easily taken for no answer.
func TestFirstChoiceIsAnAnswerEverywhere(t *testing.T) {
	w := newWorld(t, 10)
	r, d := w.openDaily(daily("daily", general))
	first := r.Questions[0].Choices[0]
	if got := w.click(r, general, "ada", 0, first); got.Outcome != Recorded || got.Choice != 0 || got.Next != -1 {
		t.Errorf("click: got %+v, want recorded, and nothing left to answer", got)
	}
	p, err := w.Progress(t.Context(), ws, r.ID, general, person("ada"))
	if err != nil || p.Choices[0] != 0 || p.Next != -1 {
		t.Errorf("progress: got %+v, %v, want choice 0 and nothing left", p, err)
	}
	w.clock.set(r.Closes)
	w.settle(d)
	right := 0
	if r.Questions[0].Key == 0 {
		right = 1
	}
	if got := d.tally[0]; got.Counts[0][0] != 1 || got.Answers[0] != 1 || got.Right[0] != right {
		t.Errorf("result: got %+v, want one answer, the first choice, %d right", got, right)
	}
}

// Who is told at once could otherwise go on until they are right.
func TestTryingAllChoicesCountsTheFirst(t *testing.T) {
	w := newWorld(t, 10)
	r := w.mustAsk(general, "host")
	var got []Outcome
	for _, text := range []string{"worst", "worse", "wrong", "right"} {
		got = append(got, w.click(r, general, "ada", 0, text).Outcome)
	}
	if diff := cmp.Diff([]Outcome{Recorded, Locked, Locked, Locked}, got); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"1 ada 0/1"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
}

// Slack delivers a click again when an answer takes long: at once, minutes later, and after a restart to another process.
func TestClickThatIsDeliveredAgainCountsOnce(t *testing.T) {
	w := newWorld(t, 10)
	r, _ := w.openDaily(daily("daily", general))
	other := &world{Engine: w.another(w.pool), t: t, clock: w.clock, pool: w.pool}
	click := Answer{Workspace: ws, Round: r.ID, Channel: general, By: person("ada")}
	want := append([]Outcome{Recorded}, same(Repeated, 10)...)
	if diff := cmp.Diff(want, outcomes(w.together(click, click, click, click, click, click, click, click, click, click, click))); diff != "" {
		t.Errorf("at once (-want +got):\n%s", diff)
	}
	w.clock.add(5 * time.Minute)
	for name, process := range map[string]*world{"minutes later": w, "to another process": other} {
		if got := process.together(click)[0].res; got.Outcome != Repeated || got.Choice != 0 {
			t.Errorf("%s: got %+v, want repeated", name, got)
		}
	}
	if n := w.count(`SELECT count(*) FROM quiz.answer WHERE changes = 0`); n != 1 {
		t.Errorf("answers that were never changed: got %d, want 1", n)
	}
}

// A name is no key: two people may have the same, and one person may change theirs.
func TestPeopleOfTheSameNameAreTwoPlayers(t *testing.T) {
	w := newWorld(t, 10)
	s := daily("daily", general)
	s.Questions = 2
	r, _ := w.openDaily(s)
	answer := func(user, name string, i int, text string) Answer {
		return Answer{Workspace: ws, Round: r.ID, Question: i, Choice: choice(t, r.Questions[i], text), Channel: general,
			By: Person{Workspace: ws, User: user, Name: name}}
	}
	all := w.together(answer("U1", "sam", 0, "right"), answer("U2", "sam", 0, "wrong"), answer("U1", "sam the first", 1, "right"))
	if diff := cmp.Diff(same(Recorded, 3), outcomes(all)); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	w.clock.set(r.Closes)
	w.settle(&desk{})
	if diff := cmp.Diff([]string{"1 sam the first 2/2", "2 sam 0/1"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
}
