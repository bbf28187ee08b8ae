package fsrs

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var monday = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

// days is the interval to which a card was scheduled.
func days(c Card) float64 { return c.Due.Sub(c.Last).Hours() / 24 }

// seen draws a card after one review or more: over minutes, days or years, by people of all kinds.
func seen(t *rapid.T) Card {
	s := New(Parameters{})
	c := s.Review(Card{}, monday, rating.Draw(t, "first"))
	for range rapid.IntRange(0, 20).Draw(t, "more") {
		c = s.Review(c, c.Last.Add(gap(t)), rating.Draw(t, "rating"))
	}
	return c
}

var rating = rapid.SampledFrom([]Rating{Again, Hard, Good, Easy})

func gap(t *rapid.T) time.Duration {
	unit := rapid.SampledFrom([]time.Duration{time.Minute, time.Hour, 24 * time.Hour, 365 * 24 * time.Hour}).Draw(t, "unit")
	return unit * time.Duration(rapid.IntRange(0, 60).Draw(t, "units"))
}

func TestRightAnswersComeBackLaterThanWrongOnes(t *testing.T) {
	s := New(Parameters{})
	rapid.Check(t, func(t *rapid.T) {
		c := Card{}
		if rapid.Bool().Draw(t, "seen") {
			c = seen(t)
		}
		at := c.Last.Add(gap(t))
		wrong, hard, right, easy := s.Review(c, at, Again), s.Review(c, at, Hard), s.Review(c, at, Good), s.Review(c, at, Easy)
		if days(wrong) > days(hard) || days(hard) > days(right) || days(right) > days(easy) || days(wrong) >= days(right) && days(right) < maxStability {
			t.Errorf("%+v is due after %v days if wrong, %v if hard, %v if right, %v if easy: want them to grow", c, days(wrong), days(hard), days(right), days(easy))
		}
		if wrong.Stability >= right.Stability || c.Reps > 0 && right.Stability < c.Stability {
			t.Errorf("stability %v becomes %v if wrong, %v if right; want less, no less", c.Stability, wrong.Stability, right.Stability)
		}
	})
}

func TestTheLongerAgoTheMoreARightAnswerProves(t *testing.T) {
	s := New(Parameters{})
	rapid.Check(t, func(t *rapid.T) {
		c, r := seen(t), rating.Draw(t, "rating")
		sooner := c.Last.Add(24*time.Hour + gap(t))
		later := sooner.Add(gap(t))
		if a, b := s.Review(c, sooner, r), s.Review(c, later, r); b.Stability < a.Stability || days(b) < days(a) {
			t.Errorf("rated %d at %v: %+v; later, at %v: %+v; want no less", r, sooner, a, later, b)
		}
		if a, b := s.Recall(c, sooner), s.Recall(c, later); b > a {
			t.Errorf("chance of a right answer at %v is %v, later, at %v, %v; want no more", sooner, a, later, b)
		}
	})
}

func TestNumbersStayWithinTheirLimitsWhateverTheTimes(t *testing.T) {
	s := New(Parameters{})
	wild := rapid.OneOf(
		rapid.Int64Range(0, 1<<33), // until the year 2242
		rapid.Int64(),
		rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64, -62135596800, 0}),
	)
	rapid.Check(t, func(t *rapid.T) {
		c := Card{}
		for range rapid.IntRange(1, 40).Draw(t, "reviews") {
			at := time.Unix(wild.Draw(t, "seconds"), 0)
			before := c
			c = s.Review(c, at, Rating(rapid.IntRange(-1, 6).Draw(t, "rating")))
			// As "not within", so that NaN fails too.
			if !(c.Stability >= minStability && c.Stability <= maxStability && c.Difficulty >= 1 && c.Difficulty <= 10) {
				t.Fatalf("%+v reviewed at %v is %+v: out of limits", before, at, c)
			}
			if d := days(c); !(d >= 1 && d <= maxStability && d == math.Trunc(d)) {
				t.Fatalf("%+v reviewed at %v is due after %v days, want 1 to %d, whole", before, at, d, maxStability)
			}
			if before.Reps > 0 && c.Last.Before(before.Last) {
				t.Fatalf("%+v reviewed at %v: the last review moved back to %v", before, at, c.Last)
			}
			probe := time.Unix(wild.Draw(t, "probe"), 0)
			if r := s.Recall(c, probe); !(r >= 0 && r <= 1) {
				t.Fatalf("chance of a right answer to %+v at %v is %v", c, probe, r)
			}
		}
	})
}

func TestACardIsDueWhenTheChanceHasFallenToTheRetention(t *testing.T) {
	for _, retention := range []float64{0.7, 0.8, 0.9, 0.95} {
		s := New(Parameters{Retention: retention})
		c := s.Review(Card{}, monday, Easy)
		before, after := s.Recall(c, c.Due.AddDate(0, 0, -1)), s.Recall(c, c.Due.AddDate(0, 0, 1))
		if before <= retention || after >= retention {
			t.Errorf("due after %v days with a chance of %v the day before, %v the day after; want %v between", days(c), before, after, retention)
		}
	}
}

func TestNoIntervalIsLongerThanTheLongest(t *testing.T) {
	s := New(Parameters{MaxDays: 30})
	c := Card{}
	for i, want := range []float64{8, 30, 30, 30} {
		if c = s.Review(c, c.Due, Easy); days(c) != want {
			t.Errorf("easy answer %d is due after %v days, want %v", i+1, days(c), want)
		}
	}
}

func TestTheLongestIntervalIsAHundredYearsAtMost(t *testing.T) {
	for _, wish := range []int{-1, 0, 1 << 40} {
		s := New(Parameters{MaxDays: wish})
		c := Card{}
		for range 10 {
			c = s.Review(c, c.Due, Easy)
		}
		if days(c) != 36500 {
			t.Errorf("with a longest interval of %d, a card is due after %v days, want 36500", wish, days(c))
		}
	}
}

func TestNobodyRecallsWhatTheyHaveNotSeen(t *testing.T) {
	s := New(Parameters{})
	for _, at := range []time.Time{{}, monday} {
		if got := s.Recall(Card{}, at); got != 0 {
			t.Errorf("chance of a right answer at %v is %v, want 0", at, got)
		}
	}
}

func TestAReviewBeforeTheLastCountsAsAtTheSameTime(t *testing.T) {
	s := New(Parameters{})
	c := s.Review(Card{}, monday, Good)
	got, want := s.Review(c, monday.AddDate(0, 0, -3), Good), s.Review(c, monday, Good)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDaysAreThoseOfThePlayersCalendar(t *testing.T) {
	losAngeles, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	s := New(Parameters{Zone: losAngeles})
	tests := []struct {
		name        string
		first, then time.Time
		want        float64
	}{
		{"an afternoon is one day although UTC has midnight in it", time.Date(2026, 3, 2, 15, 30, 0, 0, losAngeles), time.Date(2026, 3, 2, 16, 30, 0, 0, losAngeles), 0},
		{"the next morning is a day later after less than 24 hours", time.Date(2026, 3, 2, 9, 30, 0, 0, losAngeles), time.Date(2026, 3, 3, 9, 0, 0, 0, losAngeles), 1},
		{"the night the clock goes forward is one night", time.Date(2026, 3, 7, 23, 0, 0, 0, losAngeles), time.Date(2026, 3, 8, 4, 0, 0, 0, losAngeles), 1},
		{"the day the clock goes back is one day", time.Date(2026, 11, 1, 0, 0, 0, 0, losAngeles), time.Date(2026, 11, 1, 23, 59, 0, 0, losAngeles), 0},
		{"days before 1970 count alike", time.Date(1969, 12, 30, 12, 0, 0, 0, losAngeles), time.Date(1970, 1, 2, 12, 0, 0, 0, losAngeles), 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := s.Review(Card{}, tt.first.UTC(), Good)
			want := 1.0
			if tt.want > 0 {
				want = s.recall(c.Stability, tt.want)
			}
			if got := s.Recall(c, tt.then.UTC()); got != want {
				t.Errorf("chance of a right answer is %v, want %v, that of %v days", got, want, tt.want)
			}
		})
	}
}

func BenchmarkThousandReviews(b *testing.B) {
	s := New(Parameters{})
	for b.Loop() {
		c := Card{}
		for i := range 1000 {
			r := Good
			if i%5 == 0 {
				r = Again
			}
			c = s.Review(c, monday.AddDate(0, 0, i*3), r)
		}
		if c.Reps != 1000 {
			b.Fatalf("%d reviews, want 1000", c.Reps)
		}
	}
}
