package quiz

import (
	"fmt"
	"time"
)

// Points are a score, counted in tenths of a point so that sums are exact.
type Points int

// Point is what a right answer is worth.
const Point Points = 10

// String writes points as people read them: "3", and "3.2" only where there is something after the point.
func (p Points) String() string {
	if p%Point == 0 {
		return fmt.Sprint(int(p / Point))
	}
	return fmt.Sprintf("%d.%d", p/Point, p%Point)
}

// Worth is what an answer is worth that was given at that time in a round: a point if it is right, else nothing. Everybody
// who is right in time gets the same: there is no prize for being online. Only where the round says Speed, a right answer in
// the first third of the time from the opening to the close is worth 1.2 points and one in the second third 1.1: a fifth more at
// most, so that thinking twice never costs as much as being wrong. An answer that was changed counts from its last change.
//
// Boards and results compute the same in the database, as quiz.points. Answers to a voided question are worth nothing and
// do not count as answers either.
func Worth(right bool, r Round, answered time.Time) Points {
	spent, window := answered.Sub(r.Opens), r.Closes.Sub(r.Opens)
	switch {
	case !right:
		return 0
	case r.Speed && 3*spent < window:
		return Point * 12 / 10
	case r.Speed && 3*spent < 2*window:
		return Point * 11 / 10
	}
	return Point
}

// Correct reports whether a choice is the right one; none (-1) never is.
func (q Question) Correct(choice int) bool { return choice == q.Key }
