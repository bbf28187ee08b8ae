package quiz

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// answersOf makes answers to n different questions of a domain, right or not, at a time.
func answersOf(domain string, n int, right bool, at time.Time) (all []pastAnswer) {
	for i := range n {
		all = append(all, pastAnswer{question: fmt.Sprint(domain, right, at.Unix(), i), domain: domain, difficulty: 2, right: right, at: at})
	}
	return all
}

func inAllDomains(n int, right bool, at time.Time) (all []pastAnswer) {
	for _, d := range Domains() {
		all = append(all, answersOf(d.Code, n, right, at)...)
	}
	return all
}

func TestReadinessSaysWhatIsMissing(t *testing.T) {
	answers := inAllDomains(ReadinessQuestions, true, monday)
	r := readiness(answers[1:], monday)
	if diff := cmp.Diff([]Missing{{"D1", 1}}, r.Missing); diff != "" || r.Known() || r.Score != 0 {
		t.Errorf("one too few: got %+v (-want +got):\n%s", r, diff)
	}
	if r := readiness(append(answers[1:], answersOf("BG", 9, true, monday)...), monday); r.Known() {
		t.Errorf("background instead: got %+v, want nothing known", r)
	}
	if r := readiness(answers, monday); !r.Known() || r.Questions != 5*ReadinessQuestions {
		t.Errorf("enough: got %+v, want it known from 25 questions", r)
	}
	if r := readiness(answers, monday.AddDate(0, 0, ReadinessDays+1)); r.Known() || r.Questions != 0 {
		t.Errorf("long ago: got %+v, want nothing known", r)
	}
	same := answers[1:]
	for range 20 {
		same = append(same, answers[1])
	}
	if r := readiness(same, monday); r.Known() {
		t.Errorf("the same question again and again: got %+v, want nothing known", r)
	}
	if r := readiness(nil, monday); len(r.Missing) != 5 {
		t.Errorf("no answers: got %+v, want five domains missing", r)
	}
}

func TestReadinessWeighs(t *testing.T) {
	score := func(answers ...[]pastAnswer) int {
		var all []pastAnswer
		for _, some := range answers {
			all = append(all, some...)
		}
		r := readiness(all, monday)
		if !r.Known() || r.Low > r.Score || r.Score > r.High || r.Low < 0 || r.High > 100 {
			t.Errorf("got %+v, want the score within its range", r)
		}
		return r.Score
	}
	const n = 50
	spring := monday.AddDate(0, 0, -90)
	hard := func(difficulty int, answers []pastAnswer) []pastAnswer {
		for i := range answers {
			answers[i].difficulty = difficulty
		}
		return answers
	}
	half := score(inAllDomains(n, true, monday), inAllDomains(n, false, monday))
	if half != 50 {
		t.Errorf("half right: got %d %%, want 50", half)
	}
	if got := score(inAllDomains(n, false, spring), inAllDomains(n, true, monday)); got < 85 {
		t.Errorf("better than in spring: got %d %%, want that to weigh eight times less", got)
	}
	difficult := score(hard(3, inAllDomains(n, true, monday)), hard(3, inAllDomains(n, false, monday)))
	easy := score(hard(1, inAllDomains(n, true, monday)), hard(1, inAllDomains(n, false, monday)))
	if difficult != 60 || easy != 40 {
		t.Errorf("half of hard ones right: %d %%, of easy ones: %d %%; want 60 and 40", difficult, easy)
	}
	d4, d3 := answersOf("D4", n, true, monday), answersOf("D3", n, true, monday)
	rest := inAllDomains(ReadinessQuestions, false, monday)
	if a, b := score(rest, d4), score(rest, d3); a <= b {
		t.Errorf("good at D4: %d %%, at D3: %d %%; want more for the domain with more weight", a, b)
	}
	before := inAllDomains(n, false, monday)
	again := inAllDomains(n, false, monday)
	for i := range again {
		again[i].right, again[i].at = true, monday
	}
	if got := score(before, again); got < 30 || got > 40 {
		t.Errorf("right when seen again: got %d %%, want a third", got)
	}
}

// TestReadinessHoldsItsRange: learners whose ability is known answer questions by the model; the range holds the score that they
// would have at questions of middling difficulty.
func TestReadinessHoldsItsRange(t *testing.T) {
	chance := rand.New(rand.NewPCG(3, 5))
	for _, each := range []int{ReadinessQuestions, 10, 30, 100} {
		const learners = 4000
		held, width, sure, passed := 0, 0, 0.0, 0.0
		for range learners {
			overall, truth := logOdds(0.3+0.65*chance.Float64()), 0.0
			var answers []pastAnswer
			for _, d := range Domains() {
				ability := overall + chance.NormFloat64()*0.7 // domains differ
				truth += float64(d.Weight) / 100 * fromLogOdds(ability)
				for i := range each {
					a := pastAnswer{question: fmt.Sprint(d.Code, i), domain: d.Code, difficulty: 1 + chance.IntN(3)}
					a.right = chance.Float64() < fromLogOdds(ability-float64(a.difficulty-2)*math.Log(easier))
					a.at = monday.Add(-time.Duration(chance.Int64N(int64(60 * 24 * time.Hour))))
					answers = append(answers, a)
				}
			}
			r := readiness(answers, monday)
			percent := int(math.Round(100 * truth))
			held += number(r.Low <= percent && percent <= r.High)
			width += r.High - r.Low
			sure += float64(r.Chance) / 100
			passed += float64(number(truth >= 0.66))
		}
		share := 100 * float64(held) / learners
		t.Logf("%3d answers a domain: the range holds %.1f %% and is %.1f %% wide; %.0f %% of learners would pass, %.0f %% by the estimate",
			each, share, float64(width)/learners, 100*passed/learners, 100*sure/learners)
		if share < 88 || share > 97 {
			t.Errorf("%d answers a domain: the range holds %.1f %% of the true scores, want about 90", each, share)
		}
		if math.Abs(sure-passed) > 0.07*learners {
			t.Errorf("%d answers a domain: %.0f learners would pass, %.0f by the estimate", each, passed, sure)
		}
	}
}

func TestReadinessProperties(t *testing.T) {
	one := rapid.Custom(func(t *rapid.T) pastAnswer {
		question := rapid.IntRange(0, 40).Draw(t, "question")
		return pastAnswer{question: fmt.Sprint(question), domain: Domains()[question%5].Code, difficulty: 1 + question%3, right: rapid.Bool().Draw(t, "right")}
	})
	rapid.Check(t, func(t *rapid.T) {
		answers := inAllDomains(ReadinessQuestions, rapid.Bool().Draw(t, "base"), monday.AddDate(0, 0, -rapid.IntRange(0, ReadinessDays-1).Draw(t, "age")))
		for i, a := range rapid.SliceOfN(one, 0, 60).Draw(t, "answers") {
			a.at = monday.Add(time.Duration(i-60) * time.Hour)
			answers = append(answers, a)
		}
		before := readiness(answers, monday)
		if diff := cmp.Diff(before, readiness(answers, monday)); diff != "" {
			t.Fatalf("not the same twice:\n%s", diff)
		}
		if before.Low > before.Score || before.Score > before.High || before.Low < 0 || before.High > 100 || before.Chance < 1 || before.Chance > 99 {
			t.Fatalf("got %+v, which cannot be", before)
		}
		another := one.Draw(t, "one more")
		another.right, another.at = true, monday
		score, _ := estimate(weigh(answers, monday))
		more, _ := estimate(weigh(append(answers, another), monday))
		if more < score {
			t.Fatalf("one more right answer: from %v to %v", score, more)
		}
	})
}
