package quiz

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Rounds are stored with a seed; a change of these orders would move the letters under answers already given.
func TestShuffledStaysTheSameForEver(t *testing.T) {
	q := Question{ID: "d1-example", Choices: []string{"a", "b", "c", "d", "e"}, Key: 2}
	for seed, want := range map[uint64][]string{
		0:           {"b", "d", "c", "e", "a"},
		1:           {"d", "b", "c", "a", "e"},
		1<<64 - 1:   {"b", "d", "a", "e", "c"},
		20261122900: {"e", "c", "a", "d", "b"},
	} {
		got := Shuffled(q, seed)
		if diff := cmp.Diff(want, got.Choices); diff != "" {
			t.Errorf("seed %d (-want +got):\n%s", seed, diff)
		}
	}
	if q.Key != 2 || q.Choices[0] != "a" {
		t.Error("the question itself was changed")
	}
}

func TestShuffledKeepsChoicesAndKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		choices := rapid.SliceOfNDistinct(rapid.String(), MinChoices, MaxChoices, rapid.ID).Draw(t, "choices")
		q := Question{ID: rapid.String().Draw(t, "id"), Choices: choices, Key: rapid.IntRange(0, len(choices)-1).Draw(t, "key")}
		got := Shuffled(q, rapid.Uint64().Draw(t, "seed"))
		if got.Choices[got.Key] != choices[q.Key] {
			t.Errorf("the key was %q, now it is %q", choices[q.Key], got.Choices[got.Key])
		}
		slices.Sort(got.Choices)
		if want := slices.Sorted(slices.Values(choices)); !slices.Equal(got.Choices, want) {
			t.Errorf("choices: got %q, want %q", got.Choices, want)
		}
	})
}

// Over many seeds each position is right equally often: for 4,000 draws the count is 1,000 ± 110 (four standard deviations).
func TestShuffledPutsTheKeyEverywhere(t *testing.T) {
	q := goodQuestion()
	var at [4]int
	for seed := range uint64(4000) {
		at[Shuffled(q, seed).Key]++
	}
	for i, n := range at {
		if n < 890 || n > 1110 {
			t.Errorf("position %d: got the key %d times of 4000, want about 1000", i+1, n)
		}
	}
}
