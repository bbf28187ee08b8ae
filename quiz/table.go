package quiz

import (
	"cmp"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
)

// A Graded question knows what Check thinks of it.
type Graded struct {
	Question
	Problems []Problem
	Score    int
}

// Grade checks questions with the terms of the glossary, see Check.
func Grade(bank []Question, terms []Term) []Graded {
	n := newNames(terms)
	all := make([]Graded, len(bank))
	for i, q := range bank {
		problems := check(q, n)
		all[i] = Graded{Question: q, Problems: problems, Score: Score(problems)}
	}
	return all
}

// Table is the bank as a table of text: how many questions there are by domain, competency, kind and difficulty, what
// share of all that is, and the lowest and the mean of their grades.
func Table(bank []Graded) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\tquestions\tshare\tlowest grade\tmean grade")
	writeRow(w, "all", bank, len(bank))
	for _, section := range []struct {
		title  string
		groups []group
	}{
		{"domain", byDomain()}, {"competency", byCompetency()}, {"kind", byKind()}, {"difficulty", byDifficulty()},
	} {
		fmt.Fprintf(w, "\t\t\t\t\n%s\t\t\t\t\n", section.title)
		for _, g := range section.groups {
			of := slices.DeleteFunc(slices.Clone(bank), func(q Graded) bool { return !g.has(q.Question) })
			writeRow(w, "  "+g.name, of, len(bank))
		}
	}
	w.Flush()
	return trailing.ReplaceAllString(b.String(), "\n")
}

// trailing are the blanks with which a tabwriter fills up lines.
var trailing = regexp.MustCompile(` +\n`)

func writeRow(w io.Writer, name string, of []Graded, all int) {
	if len(of) == 0 {
		fmt.Fprintf(w, "%s\t0\t\t\t\n", name)
		return
	}
	lowest, sum := of[0].Score, 0
	for _, q := range of {
		lowest, sum = min(lowest, q.Score), sum+q.Score
	}
	fmt.Fprintf(w, "%s\t%d\t%.0f %%\t%d\t%.1f\n", name, len(of), 100*float64(len(of))/float64(all), lowest, float64(sum)/float64(len(of)))
}

// A group is a row of a table.
type group struct {
	name string
	has  func(Question) bool
}

func byDomain() []group {
	var all []group
	for _, d := range append(Domains(), Domain{Code: "BG", Name: "background"}) {
		name := fmt.Sprintf("%s %s", d.Code, d.Name)
		if d.Weight > 0 {
			name += fmt.Sprintf(" (%d %% of the exam)", d.Weight)
		}
		all = append(all, group{name, func(q Question) bool { return q.Domain == d.Code }})
	}
	return all
}

func byCompetency() []group {
	var all []group
	for _, c := range Competencies() {
		all = append(all, group{c.Domain + " " + c.Name, func(q Question) bool { return q.Competency == c.Name }})
	}
	return append(all, group{"none", func(q Question) bool { return q.Competency == "" }})
}

func byKind() []group {
	var all []group
	for _, k := range QuestionKinds() {
		all = append(all, group{k.Name(), func(q Question) bool { return q.Kind == k }})
	}
	return append(all, group{"made from the glossary", func(q Question) bool { return q.Source == SourceGlossary }})
}

func byDifficulty() []group {
	var all []group
	for d := 1; d <= 3; d++ {
		all = append(all, group{fmt.Sprint(d), func(q Question) bool { return q.Difficulty == d }})
	}
	return all
}

// Sample picks n questions by chance, those that the seed says, in the order of their ids; all if there are no more. Which
// they are depends on the ids alone: a question that is added or removed changes no more than one of them.
func Sample(bank []Question, n int, seed uint64) []Question {
	lot := func(q Question) uint64 { return newDice(seed, "sample "+q.ID).next() }
	drawn := slices.Clone(bank)
	slices.SortFunc(drawn, func(a, b Question) int {
		return cmp.Or(cmp.Compare(lot(a), lot(b)), cmp.Compare(a.ID, b.ID))
	})
	drawn = drawn[:max(0, min(n, len(drawn)))]
	slices.SortFunc(drawn, func(a, b Question) int { return cmp.Compare(a.ID, b.ID) })
	return drawn
}
