package quiz

import (
	"fmt"
	"slices"
)

// A Problem is one way in which a question falls short.
type Problem struct {
	Rule   string // R1 to R10, see Check
	Points int    // taken off the score of 100
	Hard   bool   // the question must not be asked, whatever its score
	Text   string // what is wrong, for the person who writes questions
}

// String is the problem in words, after its rule.
func (p Problem) String() string {
	if p.Hard {
		return fmt.Sprintf("%s hard: %s", p.Rule, p.Text)
	}
	return fmt.Sprintf("%s −%d: %s", p.Rule, p.Points, p.Text)
}

// PassScore is the least score of a question that may be asked.
const PassScore = 80

// Score is 100 less the points of the problems, at least 0.
func Score(problems []Problem) int {
	score := 100
	for _, p := range problems {
		score -= p.Points
	}
	return max(score, 0)
}

// Passes reports whether a question with these problems may be asked.
func Passes(problems []Problem) bool {
	return Score(problems) >= PassScore && !slices.ContainsFunc(problems, func(p Problem) bool { return p.Hard })
}

// Check grades a question that is valid in form (see Validate) by what a machine can judge. The terms are those of the
// glossary, used to recognise names among the choices; without them less is found.
//
//	R1  leak: the question contains the name of the key, or shares more words with it than with any other choice (hard)
//	R2  truth: the key is a retired thing, the question repeats a known error, or was verified too long ago (hard)
//	R3  one answer: another choice is the key under another name, or right as well (hard)
//	R4  length: the key stands out by its length (15; hard when it is twice as long as any other)
//	R5  category: the other choices are not of the key's sort (15; 25 when it is plain to see)
//	R6  duplicates: two choices are equal, or one is contained in another (hard)
//	R7  form: not a question, "all of the above" and the like, a negation that is easily overlooked (15; hard for the last two)
//	R8  mask: too many blanks, or too little left to go by (10)
//	R9  explanation: missing, too short or long, or it does not speak of the key and another choice (15)
//	R10 metadata: domain, difficulty, verified, id, doc (10)
//
// For the other kinds of questions the rules mean the same as far as they apply, and more:
//
//	several     each right choice is a key; the text does not tell how many are right (R7, 25)
//	true-false  the statement has no word such as "always" that gives it away (R7, 25), and no double negation (R7, hard);
//	            a true one repeats no known error (R2)
//	typed       each accepted answer is a term, a field or a command (R7, 25), is not in the text (R1), all of them are one
//	            thing, and nothing else is right (R3)
//	order       the steps cannot be ordered by their wording (R7, 25), and no two are equal (R6)
//
// Two rules of a good deck need more than one question and are left to whoever draws: novelty and spread.
func Check(q Question, terms []Term) []Problem {
	return check(q, newNames(terms))
}

func check(q Question, n names) []Problem {
	if !q.possible(q.Key) || q.Kind == Typed && len(q.Answers) == 0 {
		return []Problem{{Rule: "R3", Hard: true, Text: "there is no right choice"}}
	}
	g := grader{Question: q, names: n}
	switch q.Kind {
	case OneChoice, Several:
		g.choices()
	case TrueFalse:
		g.statement()
	case Typed:
		g.accepted()
	case Order:
		g.steps()
	}
	g.verified()
	g.form()
	g.blanks()
	g.metadata()
	return g.problems
}

// choices applies the rules about right and wrong choices.
func (g *grader) choices() {
	g.right = g.Picked(g.Key)
	for i := range g.Choices {
		if !slices.Contains(g.right, i) {
			g.wrong = append(g.wrong, i)
		}
	}
	if len(g.wrong) == 0 {
		g.hard("R3", "there is no wrong choice")
		return
	}
	for _, key := range g.right {
		g.leak(g.Choices[key])
		g.truth(g.Choices[key])
		g.oneAnswer(g.Choices[key])
	}
	g.length()
	g.category()
	g.duplicates()
	g.explanation()
	if g.Kind == Several {
		g.number()
	}
}

type grader struct {
	Question
	names        names
	right, wrong []int // indices of Choices, for questions with right and wrong choices
	problems     []Problem
}

func (g *grader) hard(rule, format string, args ...any) {
	g.problems = append(g.problems, Problem{Rule: rule, Hard: true, Text: fmt.Sprintf(format, args...)})
}

func (g *grader) minus(points int, rule, format string, args ...any) {
	g.problems = append(g.problems, Problem{Rule: rule, Points: points, Text: fmt.Sprintf(format, args...)})
}
