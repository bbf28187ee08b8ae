package quiz

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestTableCountsAndGrades(t *testing.T) {
	bank := kindsBank()
	bank = append(bank, goodQuestion())
	graded := Grade(bank, nil)
	for i := range graded {
		graded[i].Score = 80 + 4*i
	}
	lines := map[string]string{}
	for line := range strings.SplitSeq(Table(graded), "\n") {
		if cells := strings.Split(strings.TrimRight(line, " "), "  "); strings.TrimSpace(line) != "" {
			cells = slices.DeleteFunc(cells, func(s string) bool { return strings.TrimSpace(s) == "" })
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			lines[cells[0]] = strings.Join(cells[1:], "|")
		}
	}
	for name, want := range map[string]string{
		"all": "6|100 %|80|90.0",
		"D3 Application Observability and Maintenance (15 % of the exam)": "2|33 %|88|94.0",
		"D3 probes":              "1|17 %|100|100.0",
		"D1 images":              "0",
		"none":                   "5|83 %|80|88.0",
		"one choice":             "2|33 %|80|90.0",
		"several":                "1|17 %|84|84.0",
		"made from the glossary": "0",
		"1":                      "5|83 %|80|88.0",
		"2":                      "1|17 %|100|100.0",
		"BG background":          "0",
	} {
		if got := lines[name]; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestGradeIsCheck(t *testing.T) {
	bad := goodQuestion()
	bad.Explanation = ""
	got := Grade([]Question{goodQuestion(), bad}, nil)
	if len(got) != 2 || got[0].Score != 100 || got[1].Score != 85 || !cmp.Equal(got[1].Problems, Check(bad, nil)) {
		t.Errorf("got %+v, want 100 and 85 with the problems of Check", got)
	}
}

func TestSampleFollowsItsSeed(t *testing.T) {
	bank := bankOf(200)
	first := ids(Sample(bank, 50, 1))
	if diff := cmp.Diff(first, ids(Sample(reversed(bankOf(200)), 50, 1))); diff != "" {
		t.Errorf("the same bank in another order (-want +got):\n%s", diff)
	}
	if got := ids(Sample(bank, 50, 2)); slices.Equal(first, got) {
		t.Error("another seed gives the same questions")
	}
	if got := ids(Sample(bankOf(201), 50, 1)); len(slices.DeleteFunc(got, func(id string) bool { return slices.Contains(first, id) })) > 1 {
		t.Errorf("one question more changes more than one: got also %v", got)
	}
	count := map[string]int{}
	for seed := range uint64(400) {
		for _, q := range Sample(bank, 50, seed) {
			count[q.ID]++
		}
	}
	for id, n := range count { // 100 are expected, standard deviation 8.7
		if n < 60 || n > 140 {
			t.Errorf("%s: drawn %d times of 400, want about 100", id, n)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n, size := rapid.IntRange(-1, 20).Draw(t, "n"), rapid.IntRange(0, 15).Draw(t, "bank")
		got := ids(Sample(bankOf(size), n, rapid.Uint64().Draw(t, "seed")))
		if want := max(0, min(n, size)); len(got) != want || len(distinct(got)) != want || !slices.IsSorted(got) {
			t.Errorf("%d of %d: got %v", n, size, fmt.Sprint(got))
		}
	})
}
