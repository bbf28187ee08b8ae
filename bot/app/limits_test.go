package app

import (
	"strings"
	"testing"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/kb"
	"ckadbot/quiz"
)

// TestTheLongestQuestionsFit: whatever a question may legally hold, every card
// about it is within the limits of all platforms.
func TestTheLongestQuestionsFit(t *testing.T) {
	for name, letter := range map[string]string{"plain": "x", "markup": "<", "emoji": "😀"} {
		q := quiz.Question{ID: "longest", Domain: "D1", Category: "pods", Difficulty: 3, Text: strings.Repeat(letter, quiz.MaxText-1) + "?", Code: strings.Repeat(letter, quiz.MaxCode),
			Explanation: strings.Repeat(letter, quiz.MaxExplanation), Doc: "/docs/" + strings.Repeat("x", 280) + "/", Verified: quiz.NewestKubernetes}
		for i := range quiz.MaxChoices {
			q.Choices = append(q.Choices, strings.Repeat(letter, quiz.MaxChoice-1)+string(rune('a'+i)))
		}
		long := strings.Repeat(letter, 80)
		now := time.Now()
		r := quiz.Round{Workspace: "slack/T" + strings.Repeat("0", 20), ID: 1 << 60, Kind: quiz.KindSeries, Series: long, Topic: long, Closes: now, Late: true, Questions: []quiz.Question{q}}
		tally := quiz.Tally{Counts: [][]int{make([]int, quiz.MaxChoices)}, Right: []int{0}, Answers: []int{0}, Wrong: [][]quiz.Wrong{{{Typed: long, Count: 2}}}, Top: make([]quiz.Standing, 5)}
		for i := range tally.Top {
			tally.Top[i].Name = long
		}
		ten, tenTally := r, tally
		for range quiz.MaxQuestions - 1 {
			ten.Questions = append(ten.Questions, q)
			tenTally.Counts = append(tenTally.Counts, tally.Counts[0])
			tenTally.Right, tenTally.Answers, tenTally.Wrong = append(tenTally.Right, 0), append(tenTally.Answers, 0), append(tenTally.Wrong, tally.Wrong[0])
		}
		said := outcome(quiz.Result{Outcome: quiz.Recorded, Round: r, Question: q, Revealed: true})
		for what, m := range map[string]chat.Message{
			"open":   openCard(r),
			"step":   stepCard(ten, 9, said),
			"review": reviewCard(quiz.Progress{Round: ten, Choices: make([]int, 10), Typed: make([]string, 10)}, 0, said),
			"closed": closedCard(r, tally),
			"ten":    closedCard(ten, tenTally),
		} {
			if err := m.Validate(); err != nil {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
}

// TestEveryEntryFits: each built-in entry, also with long notes of a team.
func TestEveryEntryFits(t *testing.T) {
	entries, err := kb.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	a := New(Config{Glossary: &kb.Glossary{}})
	for _, e := range entries {
		e.Related = nil // looked up in the database
		e.Notes = []kb.Note{{Text: strings.Repeat("<", 4000), Source: strings.Repeat("n", 200)}, {Text: strings.Repeat("*", 4000), Source: "x", SourceURL: "https://x.example/" + strings.Repeat("y", 200), Licence: "CC BY 4.0"}}
		if err := a.entryCard("console/local", e).Validate(); err != nil {
			t.Errorf("%s: %v", e.Slug, err)
		}
	}
}
