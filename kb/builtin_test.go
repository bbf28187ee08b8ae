package kb

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

const fine = `
- slug: pod
  term: Pod
  aliases: [po]
  short: [po]
  definition: Containers on one node.
  related: [job]
  category: workloads
  domain: D1
  verified: "1.37"
- slug: job
  term: Job
  definition: A task that ends.
  related: [pod]
  confusable: {pod: runs for ever}
  category: workloads
  domain: D1
  verified: "1.37"
`

func readFiles(text string) ([]Entry, error) {
	return readContent(fstest.MapFS{"a.yaml": {Data: []byte(text)}})
}

func TestContentProblemsAreNamedWithTheirLine(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"an unknown key":          {"term: Job", "title: Job", `a.yaml:12: unknown key "title"`},
		"a wrong type":            {"related: [job]", "related: job", "a.yaml:7: related must be a list of texts"},
		"no YAML":                 {"- slug: pod", "- {slug", "a.yaml:2: is not YAML"},
		"a slug used twice":       {"slug: job", "slug: pod", "a.yaml:11: pod: the slug is used at a.yaml:2 already"},
		"a name of two entries":   {"term: Job", "term: PODS", `a.yaml:12: job: the name "pod" belongs to pod (a.yaml:2) already`},
		"an alias of two entries": {"aliases: [po]", "aliases: [po, jobs]", `the name "job" belongs to pod (a.yaml:2) already`},
		"a bad slug":              {"slug: job", "slug: The Job", `a.yaml:11: The Job: the slug "The Job" must be made of`},
		"no definition":           {"definition: A task that ends.", "definition: ''", "a.yaml:11: job: the definition is missing"},
		"a long definition":       {"A task that ends.", strings.Repeat("x", 301), "a.yaml:11: job: the definition has 301 characters"},
		"an unknown domain":       {"domain: D1", "domain: D6", `a.yaml:2: pod: the domain "D6" must be`},
		"a related entry missing": {"related: [job]", "related: [jobs]", `a.yaml:7: pod: related: there is no entry "jobs"`},
		"nothing to confuse with": {"{pod: runs", "{pods: runs", `a.yaml:15: job: confusable: there is no entry "pods"`},
		"related to itself":       {"related: [job]", "related: [pod]", `a.yaml:2: pod: "pod" is no slug of another entry`},
		"a short name, no alias":  {"short: [po]", "short: [pp]", `a.yaml:2: pod: the short name "pp" must be`},
		"no version":              {`verified: "1.37"`, `verified: latest`, "a.yaml:2: pod: verified must be a Kubernetes version"},
		"a control character":     {"definition: A task that ends.", `definition: "A\u0007task"`, "a character that cannot be seen"},
	} {
		t.Run(name, func(t *testing.T) {
			changed := strings.Replace(fine, c.old, c.new, 1)
			if changed == fine {
				t.Fatalf("%q is not in the text", c.old)
			}
			if _, err := readFiles(changed); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got error %v, want %q in it", err, c.want)
			}
		})
	}
}

func TestContentProblemsAreNamedAllAtOnce(t *testing.T) {
	_, err := readFiles(strings.NewReplacer("domain: D1", "domain: X", `verified: "1.37"`, "verified: Y").Replace(fine))
	if err == nil || strings.Count(err.Error(), "\n") != 4 {
		t.Errorf("got error %v, want four problems", err)
	}
}

func TestOtherEntriesMayBeReferredTo(t *testing.T) {
	entries, problems := ReadYAML("a.yaml", strings.NewReader("- slug: job\n  term: Job\n  definition: A task that ends.\n  related: [pod]\n"))
	if problems != nil {
		t.Fatal(problems)
	}
	if got := CheckTogether(entries, nil); len(got) != 1 {
		t.Errorf("without others: got %v, want a problem with pod", got)
	}
	if got := CheckTogether(entries, []Entry{{Slug: "pod", Term: "Jobs"}}); got != nil {
		t.Errorf("with pod among the others: got %v, want no problem, with the name of both neither", got)
	}
}

func TestContentIsReadInOrderOfSlugs(t *testing.T) {
	entries, err := readFiles(fine)
	if err != nil || len(entries) != 2 || entries[0].Slug != "job" || entries[1].Short[0] != "po" {
		t.Errorf("got %+v and error %v, want job and pod", entries, err)
	}
}

func TestOtherNamesAreNotSpellings(t *testing.T) {
	e := Entry{Term: "Deployment", Aliases: []string{"deploy", "Depoloyment", "de ployment"}}
	if got, want := e.OtherNames(), []string{"deploy"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// BenchmarkBuiltin is what the start of a program waits for; the figure to keep is 50 ms.
func BenchmarkBuiltin(b *testing.B) {
	for b.Loop() {
		if _, err := Builtin(); err != nil {
			b.Fatal(err)
		}
	}
}
