package app

import (
	"testing"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/quiz"
)

// TestCardsOfEveryKind writes down the cards for a question of each kind: open, on somebody's way, partly answered, closed.
// The adapters' tests show what becomes of them on each platform.
func TestCardsOfEveryKind(t *testing.T) {
	cards := map[string]chat.Message{}
	for name, q := range map[string]quiz.Question{
		"choice":  {Kind: quiz.OneChoice, Text: "Which object runs one Pod on every node?", Choices: []string{"A Job", "A DaemonSet", "A ReplicaSet"}, Key: 1},
		"several": {Kind: quiz.Several, Text: "Which of these `kubectl` commands only read?", Choices: []string{"`kubectl get`", "`kubectl apply`", "`kubectl describe`"}, Key: 0b101},
		"true":    {Kind: quiz.TrueFalse, Text: "A Pod can have two containers. True or false?", Choices: []string{"True", "False"}},
		"typed":   {Kind: quiz.Typed, Text: "Which agent runs on every node?", Answers: []string{"kubelet"}, Key: 1},
		"order":   {Kind: quiz.Order, Text: "What happens when a Pod starts, in which order?", Choices: []string{"Its images are pulled", "It is scheduled", "Its containers run"}, Key: 2},
	} {
		q.ID, q.Domain, q.Category, q.Difficulty, q.Verified = name, "BG", "kinds", 1, quiz.NewestKubernetes
		q.Explanation, q.Doc = "The documentation says so & the others are <not> right.", "/docs/concepts/"
		r := quiz.Round{Workspace: "test/w", ID: 7, Kind: quiz.KindAsk, Reveal: true, Closes: time.Date(2026, 11, 20, 8, 10, 0, 0, time.UTC), Questions: []quiz.Question{q}}
		tally := quiz.Tally{Counts: [][]int{make([]int, len(q.Choices))}, Right: []int{1}, Answers: []int{4}, Players: 4, Wrong: [][]quiz.Wrong{nil}, Top: []quiz.Standing{{Rank: 1, Name: "Alice", Points: quiz.Point}}}
		if q.Kind == quiz.Typed {
			tally.Wrong[0] = []quiz.Wrong{{Typed: "<kubectl>", Count: 2}}
		}
		cards[name+"-open"], cards[name+"-step"], cards[name+"-closed"] = openCard(r), stepCard(r, 0, ""), closedCard(r, tally)
		if !onePress(q) && q.Kind != quiz.Typed {
			cards[name+"-picked"] = pickedCard(r, 0, []int{2, 0})
		}
	}
	for name, m := range cards {
		if err := m.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	chattest.Golden(t, "testdata/kinds.json", chattest.JSON(t, cards), *update)
}
