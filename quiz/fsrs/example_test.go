package fsrs_test

import (
	"fmt"
	"time"

	"ckadbot/quiz/fsrs"
)

// The card of a player and a question is made from all answers, in the order of time.
func ExampleScheduler_Review() {
	s := fsrs.New(fsrs.Parameters{})
	answers := []struct {
		day   string
		right bool
	}{
		{"2026-03-02", false},
		{"2026-03-03", true},
		{"2026-03-07", true},
		{"2026-03-21", true},
	}
	var c fsrs.Card
	for _, a := range answers {
		at, err := time.Parse(time.DateOnly, a.day)
		if err != nil {
			panic(err)
		}
		rating := fsrs.Again
		if a.right {
			rating = fsrs.Good
		}
		c = s.Review(c, at, rating)
		fmt.Printf("%s right=%-5t next %s\n", a.day, a.right, c.Due.Format(time.DateOnly))
	}
	fmt.Printf("a month later: %.0f %%\n", 100*s.Recall(c, c.Last.AddDate(0, 1, 0)))
	// Output:
	// 2026-03-02 right=false next 2026-03-03
	// 2026-03-03 right=true  next 2026-03-05
	// 2026-03-07 right=true  next 2026-03-16
	// 2026-03-21 right=true  next 2026-04-20
	// a month later: 90 %
}
