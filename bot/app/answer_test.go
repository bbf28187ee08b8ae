package app

import (
	"strings"
	"testing"

	"ckadbot/bot/chat"
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

// TestAnAnswerThatIsNotRecordedIsAFailure, for statistics.
func TestAnAnswerThatIsNotRecordedIsAFailure(t *testing.T) {
	r := newRoom(t)
	r.do(t, "alice: /ckad ask pods")
	if _, err := r.pool.Exec(t.Context(), `ALTER TABLE quiz.answer RENAME TO broken`); err != nil {
		t.Fatal(err)
	}
	reply := r.app.Click(t.Context(), chat.Click{Action: verbAnswer + r.roundOf(t, verbAnswer) + ":0:0", User: someone("alice"), Message: chat.MessageRef{Channel: here, ID: "m0"}})
	if got := chat.OutcomeOf(reply, nil); got != chat.Failed || !strings.Contains(reply.Text, "**not** recorded") {
		t.Errorf("got %s with %q, want it to count as failed", got, reply.Text)
	}
}
