package app

import (
	"strings"
	"testing"

	"ckadbot/quiz"
)

func TestAnAnswerThatDoesNotCountAgainIsSaid(t *testing.T) {
	res := quiz.Result{Outcome: quiz.Recorded, Revealed: true, Right: true, Question: quiz.Question{Choices: []string{"a", "b"}}}
	const again = "does not count once more"
	if got := outcome(res); strings.Contains(got, again) {
		t.Errorf("the first time: got %q", got)
	}
	res.Again = true
	if got := outcome(res); !strings.Contains(got, again) {
		t.Errorf("again: got %q", got)
	}
}
