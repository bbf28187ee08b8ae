package quiz

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// someOf makes a valid question of a kind, fit for the limits but without sense.
func someOf(t *rapid.T, kind QuestionKind) Question {
	q := goodQuestion()
	q.Kind, q.ID = kind, rapid.StringMatching(`[a-z0-9-]{1,60}`).Draw(t, "id")
	word := rapid.StringMatching(`[a-z]{1,20}`)
	q.Choices = rapid.SliceOfNDistinct(word, 3, MaxChoices, rapid.ID).Draw(t, "choices")
	switch n := len(q.Choices); kind {
	case OneChoice:
		q.Key = rapid.IntRange(0, n-1).Draw(t, "key")
	case Several:
		q.Key = rapid.IntRange(1, 1<<n-2).Draw(t, "key")
	case TrueFalse:
		q.Choices, q.Key = trueFalse(), rapid.IntRange(0, 1).Draw(t, "key")
	case Order:
		q.Key = rapid.IntRange(0, factorial(n)-1).Draw(t, "key")
	case Typed:
		q.Choices, q.Key = nil, 1
		q.Answers = rapid.SliceOfNDistinct(word, 1, MaxAnswers, normal).Draw(t, "answers")
	}
	return q
}

func forEveryKind(t *testing.T, check func(*rapid.T, Question)) {
	for _, kind := range QuestionKinds() {
		t.Run("kind "+string(kind), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { check(t, someOf(t, kind)) })
		})
	}
}

func TestEveryKindIsValid(t *testing.T) {
	forEveryKind(t, func(t *rapid.T, q Question) {
		if err := q.Validate(); err != nil {
			t.Errorf("%+v: %v", q, err)
		}
	})
}

func TestRankNumbersEveryOrderOnce(t *testing.T) {
	for n := 1; n <= MaxChoices; n++ {
		seen := map[string]bool{}
		for r := range factorial(n) {
			order := unrank(r, n)
			if got := rank(order); got != r {
				t.Errorf("rank of %v: got %d, want %d", order, got, r)
			}
			seen[cmp.Diff(nil, order)] = true
		}
		if len(seen) != factorial(n) {
			t.Errorf("orders of %d things: got %d different ones, want %d", n, len(seen), factorial(n))
		}
	}
	if got := unrank(0, 4); !slices.Equal(got, []int{0, 1, 2, 3}) {
		t.Errorf("order number 0: got %v, want the order as it is", got)
	}
}

func TestPickAndPickedAreReverse(t *testing.T) {
	forEveryKind(t, func(t *rapid.T, q Question) {
		choice := rapid.IntRange(-1, q.beyond()).Draw(t, "choice")
		picked := q.Picked(choice)
		want := choice
		if !q.possible(choice) || q.Kind == Typed {
			want = -1
		}
		if got := q.Pick(picked...); got != want {
			t.Errorf("Pick of %v: got %d, want %d", picked, got, want)
		}
	})
}

func TestPickRefusesWhatIsNoAnswer(t *testing.T) {
	abc := []string{"a", "b", "c"}
	for _, tt := range []struct {
		name   string
		kind   QuestionKind
		picked []int
	}{
		{"nothing of one", OneChoice, nil},
		{"two of one", OneChoice, []int{0, 1}},
		{"a choice too far", OneChoice, []int{3}},
		{"a choice before the first", OneChoice, []int{-1}},
		{"none of several", Several, nil},
		{"a choice twice", Several, []int{1, 1}},
		{"several with one too far", Several, []int{0, 64}},
		{"a step missing", Order, []int{0, 1}},
		{"a step twice", Order, []int{0, 1, 1}},
		{"anything typed", Typed, []int{0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := (Question{Kind: tt.kind, Choices: abc}).Pick(tt.picked...); got != -1 {
				t.Errorf("Pick(%v) = %d, want -1", tt.picked, got)
			}
		})
	}
}

func TestShuffledKeepsTheAnswerOfEveryKind(t *testing.T) {
	forEveryKind(t, func(t *rapid.T, q Question) {
		got := Shuffled(q, rapid.Uint64().Draw(t, "seed"))
		if !sameAnswer(q, got) {
			t.Errorf("right was %q, is now %q", q.Right(), got.Right())
		}
		if err := got.Validate(); err != nil {
			t.Errorf("shuffled: %v", err)
		}
		if diff := cmp.Diff(sorted(q.Choices), sorted(got.Choices)); diff != "" {
			t.Errorf("choices (-want +got):\n%s", diff)
		}
		if q.Kind == Order && got.Key == 0 {
			t.Errorf("%q are shown in the right order", got.Choices)
		}
		if q.Kind == TrueFalse && got.Choices[0] != "True" {
			t.Errorf("got %q, want True first", got.Choices)
		}
	})
}

func TestSaidAndRightAreWords(t *testing.T) {
	for _, tt := range []struct {
		q           Question
		choice      int
		typed       string
		said, right string
	}{
		{Question{Choices: []string{"a", "b"}, Key: 1}, 0, "", "a", "b"},
		{Question{Choices: []string{"a", "b"}, Key: 1}, -1, "", "", "b"},
		{Question{Kind: Several, Choices: []string{"a", "b", "c"}, Key: 5}, 6, "", "b · c", "a · c"},
		{Question{Kind: TrueFalse, Choices: trueFalse(), Key: 1}, 0, "", "True", "False"},
		{Question{Kind: Order, Choices: []string{"b", "c", "a"}, Key: 4}, 0, "", "b → c → a", "a → b → c"},
		{Question{Kind: Typed, Answers: []string{"kubectl logs", "logs"}, Key: 1}, 0, "kubectl log", "kubectl log", "kubectl logs"},
	} {
		if got := tt.q.Said(tt.choice, tt.typed); got != tt.said {
			t.Errorf("%s: Said(%d, %q) = %q, want %q", tt.q.Kind, tt.choice, tt.typed, got, tt.said)
		}
		if got := tt.q.Right(); got != tt.right {
			t.Errorf("%s: Right() = %q, want %q", tt.q.Kind, got, tt.right)
		}
	}
}

// A correction reaches rounds in which the choices stand in another order.
func TestRekeyedFollowsTheTexts(t *testing.T) {
	forEveryKind(t, func(t *rapid.T, q Question) {
		corrected := q
		corrected.Explanation = "It was wrong before, and now it is right, as everybody can see."
		switch n := len(q.Choices); q.Kind {
		case Several:
			corrected.Key = rapid.IntRange(1, 1<<n-2).Draw(t, "new key")
		case Typed:
			corrected.Answers = []string{"something else"}
		default:
			corrected.Key = rapid.IntRange(0, q.beyond()-1).Draw(t, "new key")
		}
		shown := Shuffled(q, rapid.Uint64().Draw(t, "seed"))
		got := rekeyed(shown, corrected)
		if !sameAnswer(got, corrected) || !slices.Equal(got.Choices, shown.Choices) {
			t.Errorf("got %q of %q, want %q of %q", got.Right(), got.Choices, corrected.Right(), shown.Choices)
		}
		if got.Explanation != corrected.Explanation {
			t.Errorf("explanation: got %q, want that of the correction", got.Explanation)
		}
	})
}
