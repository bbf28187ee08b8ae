package quiz

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// inDomains are n questions of each domain, as blueprint takes them.
func inDomains(n ...int) [][]*Question {
	waiting := make([][]*Question, len(n))
	for i := range n {
		waiting[i] = make([]*Question, n[i])
	}
	return waiting
}

func TestBlueprintIsTheExamsByLargestRemainder(t *testing.T) {
	for _, c := range []struct {
		name    string
		n       int
		waiting [][]*Question
		want    []int // D1 to D5, weights 20, 20, 15, 25, 20
	}{
		{"twenty", 20, inDomains(99, 99, 99, 99, 99), []int{4, 4, 3, 5, 4}},
		{"ten", 10, inDomains(99, 99, 99, 99, 99), []int{2, 2, 2, 2, 2}}, // 1.5 and 2.5: the first of equal remainders
		{"eleven", 11, inDomains(99, 99, 99, 99, 99), []int{2, 2, 2, 3, 2}},
		{"sixty", 60, inDomains(99, 99, 99, 99, 99), []int{12, 12, 9, 15, 12}},
		{"a domain with too few", 20, inDomains(99, 99, 1, 99, 99), []int{5, 5, 1, 5, 4}},
		{"a domain with none", 20, inDomains(99, 0, 99, 99, 99), []int{5, 0, 4, 6, 5}},
		{"all too few", 20, inDomains(1, 2, 3, 4, 0), []int{1, 2, 3, 4, 0}},
	} {
		if diff := cmp.Diff(c.want, blueprint(c.n, c.waiting)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestMockDrawsByTheBlueprint: whatever the bank, nothing comes twice, and domains, competencies and difficulties are as
// even as they can be.
func TestMockDrawsByTheBlueprint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bank := examBank(rapid.IntRange(1, 12).Draw(t, "each"))
		n := rapid.IntRange(MinMockQuestions, MaxMockQuestions).Draw(t, "n")
		seen := ids(bank[:rapid.IntRange(0, len(bank)).Draw(t, "seen")])
		drawn := drawMock(anyRandom(), pointers(bank), seen, n)
		if want := min(n, len(bank)); len(drawn) != want || len(distinct(ids(drawn))) != want {
			t.Fatalf("got %d questions, %d different, want %d", len(drawn), len(distinct(ids(drawn))), want)
		}
		domains, competencies := map[string]int{}, map[string]int{}
		for _, q := range drawn {
			domains[q.Domain]++
			competencies[q.Competency]++
		}
		for _, d := range Domains() {
			if got := domains[d.Code]; len(bank) >= 120 && (got*100 <= n*d.Weight-100 || got*100 >= n*d.Weight+100) {
				t.Errorf("%s: got %d of %d, want %d %%", d.Code, got, n, d.Weight)
			}
		}
		for _, a := range Competencies() {
			for _, b := range Competencies() {
				if a.Domain == b.Domain && competencies[a.Name] > competencies[b.Name]+1 {
					t.Errorf("%s: %d of %s, but %d of %s", a.Domain, competencies[a.Name], a.Name, competencies[b.Name], b.Name)
				}
			}
		}
	})
}

func TestMockPrefersWhatIsNotSeenHandWrittenAndOfTheExam(t *testing.T) {
	bank := examBank(9)
	var seen []string
	generated := map[string]bool{}
	for i := range bank {
		switch i % 3 { // for each competency and difficulty three
		case 0:
			bank[i].Source = SourceGlossary
			generated[bank[i].ID] = true
		}
		bank[i].Difficulty = 1 + i%9/3
		if i%3 == 1 {
			seen = append(seen, bank[i].ID)
		}
	}
	for i := range 20 {
		q := testQuestion(i)
		q.ID, q.Domain = fmt.Sprintf("background-%d", i), "BG"
		bank = append(bank, q)
		q.ID, q.Domain = fmt.Sprintf("imported-%d", i), "D1"
		bank = append(bank, q)
	}
	difficulty := map[int]int{}
	for _, q := range drawMock(anyRandom(), pointers(bank), seen, 20) {
		difficulty[q.Difficulty]++
		if generated[q.ID] || distinct(seen)[q.ID] || q.Competency == "" {
			t.Errorf("got %s, want one that is not seen, written by hand, of a competency", q.ID)
		}
	}
	for d, n := range difficulty {
		if n < 5 || n > 8 {
			t.Errorf("difficulty %d: got %d of 20, want about a third", d, n)
		}
	}
}
