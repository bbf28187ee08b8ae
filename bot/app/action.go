package app

import (
	"strconv"
	"strings"

	"ckadbot/quiz"
)

// What a button does is written in its action, as words between colons:
//
//	ans:WORKSPACE:ROUND:QUESTION:CHOICE   an answer, in a message that all see
//	step:WORKSPACE:ROUND:QUESTION:CHOICE  the same, on somebody's own way through a round
//	start:WORKSPACE:ROUND                 shows the first question that is not answered
//	review:WORKSPACE:ROUND:QUESTION       a question that is answered, to change the answer
//	why:WORKSPACE:ROUND:QUESTION          the reason, after the close
//	accept:WORKSPACE:ROUND, decline:…     a challenge
//	entry:SLUG, share:SLUG                a glossary entry, for one person or for all
//	board:WINDOW:SCOPE, publish:…         a leaderboard, likewise
//
// Actions come back from outside: they name things, and grant nothing. Whether
// this person may answer here and now is checked against the database.
const (
	verbAnswer  = "ans"
	verbStep    = "step"
	verbStart   = "start"
	verbReview  = "review"
	verbWhy     = "why"
	verbAccept  = "accept"
	verbDecline = "decline"
	verbEntry   = "entry"
	verbShare   = "share"
	verbBoard   = "board"
	verbPublish = "publish"
)

// A target is what an action names.
type target struct {
	verb      string
	words     []string // of entry, share, board and publish
	workspace string
	round     int64
	question  int
	choice    int
}

func parseAction(s string) (target, bool) {
	verb, rest, ok := strings.Cut(s, ":")
	words := strings.Split(rest, ":")
	a := target{verb: verb, words: words}
	numbers, isRound := map[string]int{verbAnswer: 3, verbStep: 3, verbReview: 2, verbWhy: 2, verbStart: 1, verbAccept: 1, verbDecline: 1}[verb]
	if !ok || !isRound {
		return a, ok
	}
	if len(words) != 1+numbers {
		return a, false
	}
	var n [3]int64
	for i, w := range words[1:] {
		var err error
		if n[i], err = strconv.ParseInt(w, 10, 64); err != nil || n[i] < 0 || i > 0 && n[i] > 100 {
			return a, false
		}
	}
	if words[0] == "" {
		return a, false
	}
	a.workspace, a.round, a.question, a.choice = words[0], n[0], int(n[1]), int(n[2])
	return a, true
}

func roundAction(verb string, r quiz.Round, numbers ...int) string {
	words := []string{verb, r.Workspace, strconv.FormatInt(r.ID, 10)}
	for _, n := range numbers {
		words = append(words, strconv.Itoa(n))
	}
	return strings.Join(words, ":")
}
