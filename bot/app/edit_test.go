package app

import (
	"strings"
	"testing"

	"ckadbot/quiz"
)

func TestOnlyOneRoundIsTakenBack(t *testing.T) {
	v := quiz.Version{Act: quiz.ActVoid, Round: 7, Question: quiz.Question{ID: "pods-1"}}
	if got, want := done(v), "**pods-1** is taken back in round 7: no answer to it there counts."; !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want %q at the beginning", got, want)
	}
}

func TestWhatADecisionLedToIsSaidAsItIs(t *testing.T) {
	edited := func(answers, told int) quiz.Version {
		return quiz.Version{Act: quiz.ActEdit, Question: quiz.Question{ID: "pods-1"}, Answers: answers, Players: 1, Told: told}
	}
	for _, tc := range []struct {
		v    quiz.Version
		want string
	}{
		{edited(0, 0), "No past answer counts differently."},
		{edited(1, 0), "1 answer of 1 player counts differently now; results and leaderboards follow. No channel needs to be told."},
		{edited(2, 1), "2 answers of 1 player count differently now; results and leaderboards follow. The channel is told."},
		{edited(2, 3), "3 channels are told."},
	} {
		if got := done(tc.v); !strings.HasSuffix(got, tc.want) {
			t.Errorf("%+v: got %q, want %q at the end", tc.v, got, tc.want)
		}
	}
	if got := questionVersionLine(edited(1, 0)); !strings.HasSuffix(got, " 1 answer of 1 player counts differently since.") {
		t.Errorf("history: got %q", got)
	}
	if got := correction(quiz.Correction{Again: true, Answers: 1, Players: 1}); !strings.Contains(got, "1 answer of 1 player counts again.") {
		t.Errorf("counts again: got %q", got)
	}
}

func TestNothingIsCountedWhereThereIsNothing(t *testing.T) {
	q := quiz.Question{ID: "pods-1", Text: "Which?", Choices: []string{"one", "two"}}
	for name, tc := range map[string]struct{ got, want string }{
		"never asked":            {stands(quiz.QuestionState{}), "Not asked yet."},
		"never answered":         {stands(quiz.QuestionState{Rounds: 1}), "Asked in 1 round; nobody has answered."},
		"taken back":             {stands(quiz.QuestionState{Rounds: 1, VoidRounds: 1}), "Asked in 1 round; no answer counts.\nTaken back in 1 round."},
		"a round without answer": {summary(quiz.Round{Questions: []quiz.Question{q}}, quiz.Tally{Answers: []int{0}, Right: []int{0}}), "Nobody took part.\n\n1. Which?\nA) one: no answer."},
	} {
		if got, want := strings.ReplaceAll(tc.got, "**", ""), tc.want; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}
