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
// Two rules of a good deck need more than one question and are left to whoever draws: novelty and spread.
func Check(q Question, terms []Term) []Problem {
	return check(q, newNames(terms))
}

func check(q Question, n names) []Problem {
	if q.Key < 0 || q.Key >= len(q.Choices) {
		return []Problem{{Rule: "R3", Hard: true, Text: "there is no right choice"}}
	}
	g := grader{Question: q, names: n}
	g.leak()
	g.truth()
	g.oneAnswer()
	g.length()
	g.category()
	g.duplicates()
	g.form()
	g.blanks()
	g.explanation()
	g.metadata()
	return g.problems
}

type grader struct {
	Question
	names    names
	problems []Problem
}

func (g *grader) hard(rule, format string, args ...any) {
	g.problems = append(g.problems, Problem{Rule: rule, Hard: true, Text: fmt.Sprintf(format, args...)})
}

func (g *grader) minus(points int, rule, format string, args ...any) {
	g.problems = append(g.problems, Problem{Rule: rule, Points: points, Text: fmt.Sprintf(format, args...)})
}

func (g *grader) key() string { return g.Choices[g.Key] }

// others are the indices of the wrong choices.
func (g *grader) others() []int {
	var all []int
	for i := range g.Choices {
		if i != g.Key {
			all = append(all, i)
		}
	}
	return all
}
