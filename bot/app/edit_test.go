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
