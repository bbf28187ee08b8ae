package quiz

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLintTellsProblemsWithTheirLines(t *testing.T) {
	good := `domain: D3
verified: "1.37"
questions:
  - id: x-logs
    competency: logs
    category: observability
    terms: [kubectl-logs]
    difficulty: 1
    text: Which command prints what a container has written?
    choices: [kubectl logs, kubectl top, kubectl exec, kubectl wait]
    key: A
    explanation: kubectl logs prints the output of a container; kubectl top only shows how much it uses.
    doc: /docs/concepts/
`
	terms := someTerms()
	if n, err := Lint("good.yaml", []byte(good), terms); n != 1 || err != nil {
		t.Errorf("a good file: got %d questions, error %v", n, err)
	}
	bad := strings.NewReplacer("kubectl-logs]", "kubectl-log]", "Which command", "With kubectl logs, which command").Replace(good) +
		"  - id: x-bare\n    category: x\n    difficulty: 1\n    text: Which?\n    choices: [one, two]\n    key: B\n"
	_, err := Lint("bad.yaml", []byte(bad), terms)
	want := []string{ // what is missing is told once, though it also lowers the grade
		`:4: x-logs: R1 hard: "kubectl logs" in the question gives "kubectl logs" away`,
		`:4: the glossary has no term "kubectl-log"; is it written otherwise there?`,
		`:14: explanation: want one line of 40 to 400 characters, got 0`,
		`:14: doc "": want a path below https://kubernetes.io or an https URL`,
	}
	if diff := cmp.Diff(want, problemsOf("bad.yaml", err)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// TestLintTakesListsOfItems: they are asked for what has a place in them, and what is wrong is told with its line.
func TestLintTakesListsOfItems(t *testing.T) {
	good := `[{
  "id": "x-logs", "term": "some-other-glossary", "type": "definition",
  "stem": "Which command prints what a container has written?",
  "options": ["kubectl top", "kubectl logs", "kubectl exec", "kubectl wait"], "answer": 1,
  "explanation": "kubectl logs prints the output of a container; kubectl top only shows how much it uses.",
  "doc": "/docs/concepts/", "domain": "D3", "difficulty": 1
}]`
	if n, err := Lint("good.json", []byte(good), someTerms()); n != 1 || err != nil {
		t.Errorf("a good list: got %d questions, error %v", n, err)
	}
	bad := strings.NewReplacer("Which command", "With kubectl logs, which command", `"/docs/concepts/"`, `""`, "[{", "[\n{").Replace(good)
	_, err := Lint("bad.json", []byte(bad), someTerms())
	want := []string{`:2: x-logs: R1 hard: "kubectl logs" in the question gives "kubectl logs" away`, ":2: x-logs: R10 −10: missing or wrong: doc"}
	if diff := cmp.Diff(want, problemsOf("bad.json", err)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	own := `{"domain": "D3", "questions": [{"id": "x", "category": "x", "difficulty": 1, "text": "Which?", "choices": ["a", "b"], "key": "A"}]}`
	_, err = Lint("own.json", []byte(own), someTerms())
	if got := strings.Join(problemsOf("own.json", err), "\n"); !strings.Contains(got, `:1: verified "": want a Kubernetes version`) {
		t.Errorf("our own form as JSON: got %q, want that it is as strict as for YAML", got)
	}
}
