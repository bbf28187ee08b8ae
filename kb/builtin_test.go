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
		"an unknown key":          {"term: Job", "title: Job", "a.yaml: yaml: unmarshal errors:\n  line 12"},
		"a wrong type":            {"related: [job]", "related: job", "line 7"},
		"no YAML":                 {"- slug: pod", "- {slug", "a.yaml: yaml:"},
		"a slug used twice":       {"slug: job", "slug: pod", `a.yaml:11: slug "pod" is used at a.yaml:2 already`},
		"a name of two entries":   {"term: Job", "term: PODS", `a.yaml:11: job: the name "pods" belongs to pod already`},
		"a bad slug":              {"slug: job", "slug: The Job", "a.yaml:11: The Job: a slug is made of"},
		"no definition":           {"definition: A task that ends.", "definition: ''", "a.yaml:11: job: definition has 0 characters"},
		"a long definition":       {"A task that ends.", strings.Repeat("x", 301), "a.yaml:11: job: definition has 301 characters"},
		"an unknown category":     {"category: workloads", "category: work", `unknown category "work"`},
		"an unknown domain":       {"domain: D1", "domain: D6", `unknown domain "D6"`},
		"a related entry missing": {"related: [job]", "related: [jobs]", `related or confusable "jobs" is no other entry`},
		"related to itself":       {"related: [job]", "related: [pod]", `related or confusable "pod" is no other entry`},
		"a short name, no alias":  {"short: [po]", "short: [pp]", `short name "pp" is no alias`},
		"no version":              {`verified: "1.37"`, `verified: latest`, `verified "latest" is no version`},
		"a control character":     {"definition: A task that ends.", `definition: "A\u0007task"`, "a control character"},
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
	_, err := readFiles(strings.NewReplacer("domain: D1", "domain: X", "category: workloads", "category: Y").Replace(fine))
	if err == nil || strings.Count(err.Error(), "\n") != 4 {
		t.Errorf("got error %v, want four problems", err)
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
