package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// TestCorrectedCodeIsBold: most answers are commands, and some have stars in them.
func TestCorrectedCodeIsBold(t *testing.T) {
	text := correction(quiz.Correction{Text: "Which command lists the files?", Was: "`ls /*`", Now: "`ls /**/x` [all]", Answers: 2, Players: 2})
	var bold []string
	for _, s := range chat.Parse(text) {
		if s.Manner == chat.Bold {
			bold = append(bold, s.Text)
		}
	}
	if diff := cmp.Diff([]string{"Corrected:", "ls /**/x [all]", "ls /*"}, bold); diff != "" {
		t.Errorf("what is bold in %q (-want +got):\n%s", text, diff)
	}
}
