package quiz

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func (w *world) ask(channel, name string) (Round, error) {
	return w.Ask(w.t.Context(), AskRequest{Workspace: ws, Channel: channel, By: person(name)})
}

func (w *world) mustAsk(channel, name string) Round {
	w.t.Helper()
	r, err := w.ask(channel, name)
	if err != nil {
		w.t.Fatalf("Ask by %s: %v", name, err)
	}
	if err := w.Deliver(w.t.Context(), &desk{}, r); err != nil {
		w.t.Fatalf("Deliver: %v", err)
	}
	return r
}

func TestAskedQuestionIsGradedAtOnce(t *testing.T) {
	w := newWorld(t, 10)
	r := w.mustAsk(general, "ada")
	if r.Kind != KindAsk || !r.Reveal || len(r.Questions) != 1 || r.Closes.Sub(r.Opens) != 10*time.Minute {
		t.Errorf("round: got %+v, want one question for ten minutes, graded at once", r)
	}
	got := w.click(r, general, "bob", 0, "wrong")
	if got.Outcome != Recorded || !got.Revealed || got.Right {
		t.Errorf("wrong answer: got %+v, want recorded and revealed as wrong", got)
	}
	got = w.click(r, general, "bob", 0, "right")
	if got.Outcome != Locked || got.Right || got.Question.Choices[got.Choice] != "wrong" {
		t.Errorf("second try: got %+v, want locked on wrong", got)
	}
	if got = w.click(r, general, "cleo", 0, "right"); !got.Right || !got.Revealed {
		t.Errorf("right answer: got %+v", got)
	}
}

func TestAskedQuestionsDoNotPileUp(t *testing.T) {
	w := newWorld(t, 10)
	first := w.mustAsk(general, "ada")
	_, err := w.ask(general, "bob")
	open, ok := errors.AsType[*OpenError](err)
	if !ok || open.Round.ID != first.ID {
		t.Fatalf("somebody who has not answered: got %v, want round %d as open", err, first.ID)
	}
	w.mustAsk(random, "bob") // another channel
	w.click(first, general, "bob", 0, "wrong")
	second := w.mustAsk(general, "bob")
	if second.Questions[0].ID == first.Questions[0].ID {
		t.Error("the second question is the first one again")
	}
	w.clock.set(second.Closes)
	w.mustAsk(general, "cleo") // all are closed
}

func TestAskingAtTheSameMomentOpensOneQuestion(t *testing.T) {
	w := newWorld(t, 10)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			_, err := w.ask(general, playerName(i))
			var open *OpenError
			if err != nil && !errors.As(err, &open) {
				t.Errorf("ask %d: %v", i, err)
			}
		})
	}
	all.Wait()
	if n := w.count(`SELECT count(*) FROM quiz.round`); n != 1 {
		t.Errorf("rounds: got %d, want 1", n)
	}
}

func TestAskKeepsToTheTopicAndSaysWhenThereIsNone(t *testing.T) {
	w := newWorld(t, 10)
	for topic, domain := range map[string]string{"d3": "D3", "Services & Networking": "D5", "deployment": "D2", "term6": "D2"} {
		r, err := w.Ask(t.Context(), AskRequest{Workspace: ws, Channel: ws + "/" + topic, By: person("ada"), Topic: topic})
		if err != nil || r.Questions[0].Domain != domain {
			t.Errorf("topic %q: got %v, %v, want a question of %s", topic, r.Questions, err, domain)
		}
	}
	if _, err := w.Ask(t.Context(), AskRequest{Workspace: ws, Channel: general, By: person("ada"), Topic: "astrology"}); !errors.Is(err, ErrNoQuestions) {
		t.Errorf("a topic without questions: got %v, want ErrNoQuestions", err)
	}
}

// TestWithoutATopicOnePressAnswers: the other kinds are asked about by their topic, or if there is nothing else.
func TestWithoutATopicOnePressAnswers(t *testing.T) {
	w := newWorld(t, 1)
	w.load(kindsBank())
	asked := map[QuestionKind]int{}
	for range 6 {
		r := w.mustAsk(general, "ada")
		asked[r.Questions[0].Kind]++
		w.clock.set(r.Closes)
	}
	if diff := cmp.Diff(map[QuestionKind]int{OneChoice: 3, TrueFalse: 3}, asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	var longer []Question
	for _, q := range kindsBank() {
		if !onePress(&q) {
			longer = append(longer, q)
		}
	}
	w.load(longer)
	if _, err := w.ask(general, "ada"); err != nil {
		t.Errorf("with other kinds only: got %v, want one of them", err)
	}
}

func TestQuestionsThatAreStillSecretAreNeitherAskedNorDuelled(t *testing.T) {
	w := newWorld(t, 3)
	s := daily("daily", general)
	s.Questions = 2
	r, _ := w.openDaily(s)
	free := w.mustAsk(random, "ada").Questions[0].ID
	for _, q := range r.Questions {
		if q.ID == free {
			t.Errorf("asked: got %s, which the open series asks", free)
		}
	}
	duel, err := w.challengeOf("ada", "bob")
	if err != nil || len(duel.Questions) != 1 || duel.Questions[0].ID != free {
		t.Errorf("duel: got %v, %v, want only %s", ids(duel.Questions), err, free)
	}
	w.clock.set(r.Closes)
	if later := w.mustAsk(random, "ada").Questions[0].ID; later == free {
		t.Errorf("after the close: got %s again, want one of the series", later)
	}
}

func TestNothingIsAskedWhileAllFittingQuestionsAreSecret(t *testing.T) {
	w := newWorld(t, 2)
	s := daily("daily", general)
	s.Questions = 2
	w.openDaily(s)
	if r, err := w.ask(random, "ada"); !errors.Is(err, ErrNoQuestions) {
		t.Errorf("got %v, %v, want ErrNoQuestions", ids(r.Questions), err)
	}
}

// TestAskLeavesOutWhatASeriesAsks: also one that is graded at once, or the channel would tell the answers.
func TestAskLeavesOutWhatASeriesAsks(t *testing.T) {
	w := newWorld(t, 4)
	s := daily("daily", general)
	s.Questions, s.Reveal = 3, true
	r, _ := w.openDaily(s)
	asked, err := w.Ask(t.Context(), AskRequest{Workspace: ws, Channel: ws + "/other", By: person("ada")})
	if err != nil || slices.Contains(ids(r.Questions), asked.Questions[0].ID) {
		t.Errorf("got %v, %v, want the one question that is not among %v", ids(asked.Questions), err, ids(r.Questions))
	}
}

// Nor what a series asks that another workspace shares: whoever asks in a channel, or practises before they have played in it.
func TestWhatASharedSeriesAsksIsNotTold(t *testing.T) {
	w := newWorld(t, 2)
	w.shareDaily(general)
	w.clock.add(2 * time.Hour)
	d := &desk{}
	w.settle(d)
	secret := ids(d.posted[0].Round.Questions)
	if asked := w.mustAsk(random, "ada"); slices.Contains(ids(asked.Questions), secret[0]) {
		t.Errorf("asked: got %v, which the open series asks", secret)
	}
	w.clock.add(askWindow)
	p, err := w.Practice(t.Context(), PracticeRequest{By: person("ada")})
	if err != nil || slices.Contains(ids(p.Round.Questions), secret[0]) {
		t.Errorf("practice: got %v, %v, want none of %v", ids(p.Round.Questions), err, secret)
	}
}

// TestWhatADuelAsksIsAskedLast: who has not answered it there would learn it here, or in another duel.
func TestWhatADuelAsksIsAskedLast(t *testing.T) {
	w := newWorld(t, 4)
	duel := func(by, against string) []string {
		t.Helper()
		r, err := w.challengeOf(by, against)
		if err != nil || len(r.Questions) != 2 {
			t.Fatalf("duel of %s and %s: got %v, %v, want two questions", by, against, ids(r.Questions), err)
		}
		return ids(r.Questions)
	}
	first := duel("ada", "bob")
	for i := range 2 {
		if asked := w.mustAsk(random, "cleo").Questions[0].ID; slices.Contains(first, asked) {
			t.Errorf("asked %d: got %s of the open duel, want another", i+1, asked)
		}
		w.clock.add(askWindow)
	}
	for _, id := range duel("ada", "cleo") {
		if slices.Contains(first, id) {
			t.Errorf("a second duel: got %s of the first, want others", id)
		}
	}
	w.mustAsk(random, "cleo") // all are in duels
	duel("cleo", "bob")
}
