package quiz

import (
	"math/bits"
	"slices"
	"strings"
)

// A QuestionKind says how a question is answered. Whatever the kind, an answer is one number, and it is right if it is the
// question's Key. So one column holds every answer, and points, boards and tallies need not know the kinds.
type QuestionKind string

// The kinds of questions, with what the number of an answer means.
const (
	OneChoice QuestionKind = ""           // one is right: its index in Choices
	Several   QuestionKind = "several"    // choose all that are right, all or nothing: a bit for each choice, 1 for the first
	TrueFalse QuestionKind = "true-false" // a statement: 0 for True, 1 for False
	Typed     QuestionKind = "typed"      // a few words, see Accepts: 1 if accepted, else 0
	Order     QuestionKind = "order"      // Choices are steps to be put in order: the rank of that order, see rank
)

// QuestionKinds lists the kinds.
func QuestionKinds() []QuestionKind {
	return []QuestionKind{OneChoice, Several, TrueFalse, Typed, Order}
}

// Name is what people call the kind.
func (k QuestionKind) Name() string {
	if k == OneChoice {
		return "one choice"
	}
	return string(k)
}

// Hint tells people how a question of the kind is answered. It is empty where the buttons say so.
func (k QuestionKind) Hint() string {
	switch k {
	case Several:
		return "Choose all that are right. It counts only if you have them all and no other."
	case Typed:
		return "Type a short answer. Capitals do not matter."
	case Order:
		return "Put the steps in order."
	}
	return ""
}

func trueFalse() []string { return []string{"True", "False"} }

// beyond is the number after the greatest that an answer can have.
func (q Question) beyond() int {
	switch n := len(q.Choices); q.Kind {
	case Several:
		return 1 << n
	case Typed:
		return 2
	case Order:
		return factorial(n)
	default:
		return n
	}
}

// possible reports whether an answer to q can have that number. To choose nothing is no answer.
func (q Question) possible(choice int) bool {
	return choice >= 0 && choice < q.beyond() && !(q.Kind == Several && choice == 0)
}

// Picked returns what an answer chose, as indices of Choices: one, or those chosen of several, or all in the order that
// was said. It is nil for a typed answer and for a number that is no answer, such as -1.
func (q Question) Picked(choice int) []int {
	if !q.possible(choice) {
		return nil
	}
	switch q.Kind {
	case Several:
		var picked []int
		for i := range q.Choices {
			if choice&(1<<i) != 0 {
				picked = append(picked, i)
			}
		}
		return picked
	case Typed:
		return nil
	case Order:
		return unrank(choice, len(q.Choices))
	default:
		return []int{choice}
	}
}

// Pick is the reverse of Picked: the number of the answer that chooses these. It is -1 if they make no answer: another
// choice than there is, none, one twice, steps missing, anything for a typed answer.
func (q Question) Pick(picked ...int) int {
	seen := 0
	for _, i := range picked {
		if i < 0 || i >= len(q.Choices) {
			return -1
		}
		seen |= 1 << i
	}
	if len(picked) == 0 || bits.OnesCount(uint(seen)) < len(picked) {
		return -1
	}
	switch {
	case q.Kind == Several:
		return seen
	case q.Kind == Order && len(picked) == len(q.Choices):
		return rank(picked)
	case len(picked) == 1 && (q.Kind == OneChoice || q.Kind == TrueFalse):
		return picked[0]
	}
	return -1
}

// Said is an answer in words: the choice, or all chosen of several with a dot between them, or the steps in the order that
// was said with arrows between them, or what was typed. It is empty for no answer.
func (q Question) Said(choice int, typed string) string {
	if q.Kind == Typed {
		return typed
	}
	var said []string
	for _, i := range q.Picked(choice) {
		said = append(said, q.Choices[i])
	}
	if q.Kind == Order {
		return strings.Join(said, " → ")
	}
	return strings.Join(said, " · ")
}

// Right is the right answer in words, as Said has it; of those accepted for a typed answer the first.
func (q Question) Right() string {
	if q.Kind == Typed && len(q.Answers) > 0 {
		return q.Answers[0]
	}
	return q.Said(q.Key, "")
}

// current reports whether q is true for the Kubernetes version that people train for.
func (q Question) current() bool {
	newest := minor(NewestKubernetes)
	return (q.From == "" || minor(q.From) <= newest) && (q.Until == "" || newest <= minor(q.Until))
}

// sameAnswer reports whether two versions of a question, which may show their choices in different order, take the same
// answer as right.
func sameAnswer(a, b Question) bool {
	if a.Kind != Several {
		return a.Right() == b.Right() && slices.Equal(a.Answers, b.Answers)
	}
	return slices.Equal(sorted(a.texts(a.Key)), sorted(b.texts(b.Key)))
}

// texts are the choices that an answer picked.
func (q Question) texts(choice int) []string {
	var all []string
	for _, i := range q.Picked(choice) {
		all = append(all, q.Choices[i])
	}
	return all
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

// rekeyed is q, as it was shown, with the key, the accepted answers and the explanation of another version of it that has
// the same choices.
func rekeyed(q, corrected Question) Question {
	q.Answers, q.Explanation = corrected.Answers, corrected.Explanation
	if q.Kind == Typed {
		return q
	}
	var picked []int
	for _, text := range corrected.texts(corrected.Key) {
		picked = append(picked, slices.Index(q.Choices, text))
	}
	q.Key = q.Pick(picked...)
	return q
}
