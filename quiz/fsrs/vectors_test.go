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
			W       [21]float64
			Retain  float64 `json:"request_retention"`
			MaxDays int     `json:"maximum_interval"`
			Fuzz    bool    `json:"enable_fuzz"`
		}
		Sequences []struct {
			Start   int64
			Reviews [][7]float64
		}
	}
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

// Eight decimals are kept on both sides; half of the last is for processors that compute a logarithm a little differently.
const tolerance = 1e-6

func TestReviewsGiveWhatTheReferenceGives(t *testing.T) {
	v := readVectors(t)
	sequences, reviews := 0, 0
	for _, set := range v.Sets {
		scheduler := New(Parameters{Weights: set.Parameters.W, Retention: set.Parameters.Retain, MaxDays: set.Parameters.MaxDays})
		for i, s := range set.Sequences {
			sequences++
			c, at := Card{}, time.Unix(s.Start, 0)
			for j, row := range s.Reviews {
				reviews++
				at = at.Add(time.Duration(row[0]) * time.Second)
				recall := scheduler.Recall(c, at)
				c = scheduler.Review(c, at, Rating(row[1]))
				// The reference adds a day for each better rating even at its maximum.
				days := min(row[5], scheduler.maxDays)
				got := []float64{recall, c.Stability, c.Difficulty, c.Due.Sub(c.Last).Hours() / 24, float64(c.Lapses), float64(c.Reps)}
				want := []float64{row[2], row[3], row[4], days, row[6], float64(j + 1)}
				for k, name := range []string{"recall", "stability", "difficulty", "days", "lapses", "reps"} {
					if math.Abs(got[k]-want[k]) > tolerance {
						t.Fatalf("sequence %d, review %d: %s = %v, want %v (%v)", i, j, name, got[k], want[k], fmt.Sprint(s.Reviews[:j+1]))
					}
				}
			}
		}
	}
	t.Logf("%d sequences, %d reviews as %s %s has them", sequences, reviews, v.Package, v.Version)
}
