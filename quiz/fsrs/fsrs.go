// Package fsrs says when somebody should see a question again. It is FSRS-6, the Free Spaced Repetition Scheduler.
//
// # The model
//
// What a player remembers of one question is three numbers. Stability is the time, in days, after which the chance of a
// right answer has fallen to 90 %. Difficulty, 1 to 10, says how slowly stability grows. The third, the chance itself,
// follows from stability and the days since the last review: see Scheduler.Recall. A review is an answer with a rating,
// and changes stability and difficulty; the next one is due when the chance is down to Parameters.Retention.
//
// Formulas and weights are those of https://github.com/open-spaced-repetition/awesome-fsrs/wiki/The-Algorithm,
// section FSRS-6; the names w[0] to w[20] are theirs. Where that page leaves something open, limits and the order of
// intervals, we do as ts-fsrs 5.4.2 does: https://github.com/open-spaced-repetition/ts-fsrs. The tests replay its results.
//
// # What is used of it
//
// All intervals are whole days, 1 to Parameters.MaxDays. There are no learning steps of minutes, as in a flash card
// program: a chat is visited a few times a day at most, and what is wrong today can come again tomorrow. Reviews on the
// same day do happen, a daily question after some practice, and have a formula of their own: a right one adds little.
// There is no fuzz, the random shift that spreads piles of cards: the same answers always give the same day.
//
// Days are counted on the calendar, so nine o'clock is a day after yesterday's half past nine. The reference does that in
// UTC; Parameters.Zone makes it the calendar of the player. Card.Due keeps the time of day: ask a player for what is due
// before the end of their day, or those who answered in the evening and come in the morning see it a day late.
//
// # Use
//
// A Scheduler has no clock and stores nothing: what it answers depends on its arguments only. The card of a player and a
// question is the zero Card with Scheduler.Review applied to each of their answers in the order of time. A thousand
// answers take less than a millisecond, so cards need not be stored: the answers are the truth.
package fsrs

import (
	"cmp"
	"math"
	"time"
)

// A Rating says how well something was remembered. For a question with one right answer, Again and Good are enough.
type Rating int

// The ratings, with the numbers that the formulas give them. Review takes a lower number as Again, a higher one as Easy.
const (
	Again Rating = iota + 1 // wrong, forgotten
	Hard                    // right, with much effort
	Good                    // right
	Easy                    // right at once
)

// A Card is what one player remembers of one question after some reviews. The zero Card was never seen.
type Card struct {
	Stability  float64   // days until the chance of a right answer is 90 %: 0.001 to 36500
	Difficulty float64   // 1, the easiest, to 10
	Last       time.Time // of the last review
	Due        time.Time // Last and a number of whole days, each of 24 hours
	Reps       int       // reviews so far
	Lapses     int       // those after the first that were rated Again
}

// Parameters are what a schedule depends on besides the answers. The zero value is as published, on the calendar of UTC.
type Parameters struct {
	Weights   [21]float64    // of the formulas, w[0] to w[20]; all zero: the published ones
	Retention float64        // chance of a right answer at which a card is due, above 0 and below 1; 0: 0.9
	MaxDays   int            // the longest interval; anything but 1 to 36500: 36500, a hundred years
	Zone      *time.Location // whose calendar counts the days; nil: UTC
}

// published are the weights that come with FSRS-6, fitted to the reviews of thousands of people.
var published = [21]float64{
	0.212, 1.2931, 2.3065, 8.2956, // first stability, by rating
	6.4133, 0.8334, 3.0194, 0.001, // difficulty
	1.8722, 0.1666, 0.796, // stability after a right answer
	1.4835, 0.0614, 0.2629, 1.6483, // stability after a wrong one
	0.6014, 1.8729, // factors for Hard and for Easy
	0.5425, 0.0912, 0.0658, // stability after a review on the same day
	0.1542, // how the forgetting curve flattens
}

// A Scheduler applies the formulas. It never changes, so any number of goroutines may use one.
type Scheduler struct {
	model
	spread  float64 // days of interval for each day of stability
	maxDays float64
	zone    *time.Location
}

// New makes a Scheduler.
func New(p Parameters) *Scheduler {
	if p.Weights == [21]float64{} {
		p.Weights = published
	}
	if p.MaxDays < 1 || p.MaxDays > maxStability {
		p.MaxDays = maxStability
	}
	m := newModel(p.Weights)
	return &Scheduler{
		model:   m,
		spread:  m.daysUntil(cmp.Or(p.Retention, 0.9)),
		maxDays: float64(p.MaxDays),
		zone:    cmp.Or(p.Zone, time.UTC),
	}
}

// Review is the card after a review. A time before the last review counts as the time of the last review.
func (s *Scheduler) Review(c Card, at time.Time, r Rating) Card {
	r = min(max(r, Again), Easy)
	if c.Reps == 0 {
		first := Card{Stability: s.firstStability(r), Difficulty: s.firstDifficulty(r), Last: at, Reps: 1}
		return due(first, s.interval(first.Stability))
	}
	if at.Before(c.Last) {
		at = c.Last
	}
	after := s.stabilities(c, s.days(c.Last, at))
	next := Card{Stability: after[r], Difficulty: s.difficulty(c, r), Last: at, Reps: c.Reps + 1, Lapses: c.Lapses}
	if r == Again {
		next.Lapses++
	}
	return due(next, s.ordered(after, r))
}

// Recall is the chance, 0 to 1, that the answer would be right at a time: 1 on the day of the last review, whatever its
// rating, as the answer was shown then; less on each day after it. It is 0 for a card never seen.
func (s *Scheduler) Recall(c Card, at time.Time) float64 {
	if c.Reps == 0 {
		return 0
	}
	return s.recall(c.Stability, s.days(c.Last, at))
}

func due(c Card, days float64) Card {
	c.Due = c.Last.Add(time.Duration(days) * 24 * time.Hour)
	return c
}

// ordered is the interval after a rating of a card seen before. Good gives a day more than Hard at least, and Easy a day
// more than Good, even where rounding would make them equal.
func (s *Scheduler) ordered(after [Easy + 1]float64, r Rating) float64 {
	days := s.interval(after[r])
	if r > Hard {
		days = max(days, s.ordered(after, r-1)+1)
	}
	return min(days, s.maxDays)
}

// interval is the number of days in which the chance of a right answer falls to the retention.
func (s *Scheduler) interval(stability float64) float64 {
	return min(max(math.Round(stability*s.spread), 1), s.maxDays)
}

// days counts the midnights from one time to another. It is 0 for a time that came before.
func (s *Scheduler) days(from, to time.Time) float64 {
	return max(0, s.date(to)-s.date(from))
}

// date numbers the days of the calendar.
func (s *Scheduler) date(t time.Time) float64 {
	_, offset := t.In(s.zone).Zone()
	return math.Floor(float64(t.Unix()+int64(offset)) / (24 * 60 * 60))
}
