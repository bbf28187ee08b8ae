package fsrs

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"
	"time"
)

// vectors are what the reference implementation answers: testdata/vectors.mjs makes them and tells what they hold.
type vectors struct {
	Package, Version string
	Sets             []struct {
		Parameters struct {
			W         [21]float64
			Retention float64 `json:"request_retention"`
			MaxDays   int     `json:"maximum_interval"`
		}
		Sequences []sequence
	}
}

type sequence struct {
	Start   int64
	Reviews [][7]float64
}

func readVectors(t *testing.T) (v vectors) {
	t.Helper()
	data, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestReviewsGiveWhatTheReferenceGives(t *testing.T) {
	v := readVectors(t)
	sequences, reviews := 0, 0
	for i, set := range v.Sets {
		p := Parameters{Weights: set.Parameters.W, Retention: set.Parameters.Retention, MaxDays: set.Parameters.MaxDays}
		if i == 0 {
			p = Parameters{} // the first set is made with what the reference takes when nothing is said
		}
		for j, s := range set.Sequences {
			if err := replay(New(p), s); err != nil {
				t.Errorf("set %d, sequence %d: %v", i, j, err)
			}
			sequences++
			reviews += len(s.Reviews)
		}
	}
	if sequences < 300 || reviews < 3000 {
		t.Errorf("compared %d sequences of %d reviews, want 300 of 3000 at least", sequences, reviews)
	}
	t.Logf("%d sequences, %d reviews as %s %s has them", sequences, reviews, v.Package, v.Version)
}

// tolerance is for all numbers, of any size: both sides keep eight decimals of each result.
const tolerance = 1e-6

// replay reviews a card as the sequence says, and returns an error for the first number that differs.
func replay(scheduler *Scheduler, s sequence) error {
	c, at := Card{}, time.Unix(s.Start, 0)
	for n, row := range s.Reviews {
		at = at.Add(time.Duration(row[0]) * time.Second)
		recall := scheduler.Recall(c, at)
		c = scheduler.Review(c, at, Rating(row[1]))
		got := []float64{recall, c.Stability, c.Difficulty, days(c), float64(c.Lapses), float64(c.Reps)}
		// The reference adds a day for each better rating even at its maximum.
		want := []float64{row[2], row[3], row[4], min(row[5], scheduler.maxDays), row[6], float64(n + 1)}
		for k, name := range []string{"recall", "stability", "difficulty", "days", "lapses", "reps"} {
			if math.Abs(got[k]-want[k]) > tolerance {
				return fmt.Errorf("%s is %v, want %v, after %v", name, got[k], want[k], s.Reviews[:n+1])
			}
		}
	}
	return nil
}
