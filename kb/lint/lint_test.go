package lint

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ckadbot/kb"
)

// fine has no problems. Each test changes it in one place.
const fine = `# Two entries.
- slug: pod
  term: Pod
  aliases: [po]
  short: [po]
  kind: Pod
  phrases:
  - smallest thing that runs
  definition: One or more containers that always run on one node and share its address.
  details: |-
    It has a ` + "`phase`" + `.
  example: |
    apiVersion: v1
    kind: Pod
    metadata:
      name: web
    spec:
      containers:
      - name: web
        image: nginx:1.29
  tip: Look at its events.
  related: [job]
  doc: /docs/concepts/workloads/pods/
  category: workloads
  domain: D1
  competency: workloads
  verified: "1.37"
  since: "1.0"
- slug: job
  term: Job
  kind: Job
  phrases:
  - work that is done some time
  definition: Runs containers until so many of them have ended with success, then stops.
  example: |
    kubectl create job once --image=busybox:1.37 -- date
  related:
  - pod
  category: workloads
  domain: D1
  competency: workloads
  verified: "1.37"
  changed: Nothing of note.
`

func check(text string, others ...kb.Entry) []string {
	problems := []string{}
	for _, p := range Check([]File{{"a.yaml", []byte(text)}}, others).Problems {
		problems = append(problems, p.Error())
	}
	return problems
}

func TestFineIsFine(t *testing.T) {
	got := Check([]File{{"a.yaml", []byte(fine)}}, nil)
	if diff := cmp.Diff(Report{Files: 1, Entries: 2, Manifests: 1, Guessed: map[string]int{}}, got); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
}

// changed replaces one text in fine by another.
func changed(t *testing.T, old, new string) string {
	t.Helper()
	if strings.Count(fine, old) != 1 {
		t.Fatalf("%q is there %d times, want once", old, strings.Count(fine, old))
	}
	return strings.Replace(fine, old, new, 1)
}

// TestEachRule breaks one rule at a time: exactly its problem is told, in its line.
func TestEachRule(t *testing.T) {
	definition := "One or more containers that always run on one node and share its address."
	const workloads = "  domain: D1\n  competency: workloads\n  verified: \"1.37\"\n  since: \"1.0\"\n"
	for name, c := range map[string]struct{ old, new, want string }{
		"an unknown key":                        {"  tip: Look", "  tips: Look", `a.yaml:21: unknown key "tips"; there are slug, term`},
		"a slug of two entries":                 {"# Two entries.", "- slug: job\n  term: Third\n  definition: It says in some eight words what it is not.\n  domain: BG\n  category: api\n  verified: \"1.37\"", "a.yaml:34: job: the slug is used at a.yaml:1 already"},
		"a name of two entries":                 {"  term: Job", "  term: Job\n  aliases: [PO]", `a.yaml:31: job: the name "po" belongs to pod (a.yaml:2) already`},
		"a text that is too long":               {"Look at its events.", strings.Repeat("x", 301), "a.yaml:2: pod: the tip has 301 characters"},
		"a mark of direction":                   {"Look at its events.", `"Look \u202e at"`, "a.yaml:2: pod: the tip holds a character that cannot be seen"},
		"a short name that is no alias":         {"  short: [po]", "  short: [pd]", `a.yaml:2: pod: the short name "pd"`},
		"a definition that begins with itself":  {definition, "A Pod runs one or more containers that share one node and its address.", `a.yaml:9: pod: the definition begins with its own name, "pod"`},
		"a definition that begins in plural":    {definition, "Pods run one or more containers that share one node and its address.", `a.yaml:9: pod: the definition begins with its own name, "pods"`},
		"a definition of nothing but its name":  {definition, "What a Pod is, and a pod it is.", "a.yaml:9: pod: the definition has 7 words besides its name"},
		"a definition that is too short":        {definition, "Runs one or more containers together.", "a.yaml:9: pod: the definition has 6 words besides"},
		"no category":                           {"  doc: /docs/concepts/workloads/pods/\n  category: workloads", "  category: work", `a.yaml:23: pod: there is no category "work"`},
		"no domain":                             {workloads, "  verified: \"1.37\"\n", "a.yaml:2: pod: the entry has no domain"},
		"an unknown domain":                     {workloads, "  domain: D6\n  verified: \"1.37\"\n", `a.yaml:2: pod: the domain "D6"`},
		"a competency of another domain":        {workloads, "  domain: D2\n  competency: workloads\n  verified: \"1.37\"\n", `a.yaml:26: pod: the competency "workloads" is none of domain D2; it has strategies, rollouts, helm, kustomize`},
		"no competency":                         {workloads, "  domain: D1\n  verified: \"1.37\"\n", `a.yaml:2: pod: the competency "" is none of domain D1`},
		"a competency of background":            {workloads, "  domain: BG\n  competency: workloads\n  verified: \"1.37\"\n", "a.yaml:26: pod: the domain BG has no competencies"},
		"not verified":                          {workloads, "  domain: D1\n  competency: workloads\n", "a.yaml:2: pod: verified is missing"},
		"verified too long ago":                 {workloads, "  domain: D1\n  competency: workloads\n  verified: \"1.33\"\n", "a.yaml:27: pod: checked for 1.33, more than three versions ago"},
		"verified for the future":               {workloads, "  domain: D1\n  competency: workloads\n  verified: \"1.38\"\n", "a.yaml:27: pod: verified is 1.38, but the newest version is 1.37"},
		"since the future":                      {`  since: "1.0"`, `  since: "1.40"`, "a.yaml:28: pod: since is 1.40"},
		"ended before it began":                 {`  since: "1.0"`, "  since: \"1.20\"\n  until: \"1.16\"", "a.yaml:29: pod: it ended in 1.16 before it began in 1.20"},
		"a link with a host":                    {"/docs/concepts/workloads/pods/", "https://kubernetes.io/docs/", `a.yaml:2: pod: the documentation path "https://kubernetes.io/docs/"`},
		"a link to nowhere":                     {"/docs/concepts/workloads/pods/", "/dogs/concepts/", `a.yaml:23: pod: the path "/dogs/concepts/" must begin`},
		"a link without its end":                {"/docs/concepts/workloads/pods/", "/docs/concepts/workloads/pods", `a.yaml:23: pod: the path "/docs/concepts/workloads/pods" must begin`},
		"a link that climbs":                    {"/docs/concepts/workloads/pods/", "/docs/../pods/", `a.yaml:2: pod: the documentation path`},
		"related to nothing":                    {"  - pod\n", "  - pod\n  - pods\n", `a.yaml:37: job: related: there is no entry "pods"`},
		"related twice":                         {"  - pod\n", "  - pod\n  - pod\n", "a.yaml:38: job: pod is related twice"},
		"related to itself":                     {"  - pod\n", "  - pod\n  - job\n", `a.yaml:29: job: "job" is no slug of another entry`},
		"related one way only":                  {"  related:\n  - pod\n", "", "a.yaml:22: pod: job is related, but not the other way round; add pod to it (a.yaml:29)"},
		"easily confused with nothing":          {"  related: [job]", "  related: [job]\n  confusable: {jobs: end}", `a.yaml:23: pod: confusable: there is no entry "jobs"`},
		"a phrase that is another's name":       {"  - work that is done some time", "  - work that ends\n  - Pods", `a.yaml:34: job: the phrase "Pods" is a name of pod`},
		"a phrase that is its own name":         {"  - work that is done some time", "  - work that ends\n  - jobs", `a.yaml:34: job: the phrase "jobs" is a name of job`},
		"a phrase of two entries":               {"  - work that is done some time", "  - work that ends\n  - Smallest thing that runs", `a.yaml:34: job: the phrase "Smallest thing that runs" stands at pod (a.yaml:8) already`},
		"code that does not end":                {"Look at its events.", "Look at its `events.", "a.yaml:21: pod: the tip opens `code` without closing it"},
		"a link in a text":                      {"Look at its events.", "Look [here](https://example.com).", "a.yaml:21: pod: the tip has a link"},
		"a kind that the API does not have":     {"  kind: Job\n", "  kind: Task\n", "a.yaml:31: job: the API has no kind Task"},
		"a file of something else":              {"# Two entries.\n- slug: pod", "domain: D1\nquestions:\n- id: a\n- slug: pod", "a.yaml:1: the file begins with “domain:”"},
		"a command that does not exist":         {"kubectl create job", "kubectl make job", `a.yaml:36: job: the example: kubectl has no command "make"`},
		"a part of a command that there is not": {"kubectl create job", "kubectl create pod", `a.yaml:36: job: the example: kubectl create has no "pod"`},
	} {
		t.Run(name, func(t *testing.T) {
			got := check(changed(t, c.old, c.new))
			if len(got) != 1 || !strings.HasPrefix(got[0], c.want) {
				t.Errorf("got:\n%s\nwant only:\n%s", strings.Join(got, "\n"), c.want)
			}
		})
	}
}

func TestWhatIsOldNeedsANote(t *testing.T) {
	old := strings.Replace(fine, "verified: \"1.37\"\n  changed: Nothing", "verified: \"1.30\"\n  changed: Nothing", 1)
	if got := check(old); len(got) != 0 || old == fine {
		t.Errorf("verified for 1.30, with a note: got %q, want no problem", got)
	}
	old = strings.Replace(fine, `verified: "1.37"`, `verified: "1.34"`, 1)
	if got := check(old); len(got) != 0 {
		t.Errorf("verified for 1.34, three versions ago: got %q, want no problem", got)
	}
}

func TestEntriesElsewhereMayBeReferredTo(t *testing.T) {
	other := kb.Entry{Slug: "cronjob", Term: "Jobs"}
	if got := check(changed(t, "  - pod\n", "  - pod\n  - cronjob\n"), other); len(got) != 0 {
		t.Errorf("got %q, want no problem: it need not refer back, and its names are its own", got)
	}
}

func TestProblemsAreSortedByPlace(t *testing.T) {
	report := Check([]File{
		{"b.yaml", []byte("- slug: b\n")}, {"a.yaml", []byte(strings.NewReplacer("D1", "D9", "nginx:1.29", "nginx").Replace(fine))},
	}, nil)
	var places []string
	for _, p := range report.Problems {
		place, _, _ := strings.Cut(p.Error(), ": ")
		places = append(places, place)
	}
	want := []string{"a.yaml:2", "a.yaml:20", "a.yaml:26", "a.yaml:29", "a.yaml:41"}
	if len(places) < 5 || !cmp.Equal(want, places[:5]) || !strings.HasPrefix(places[5], "b.yaml") {
		t.Errorf("got %q, want %q and then those of b.yaml", places, want)
	}
}

// TestATeamsOwnFileNeedsOnlyTermAndDefinition: as the import takes it, and the export writes it. With a slug and no source it is
// held to what the built-in glossary keeps.
func TestATeamsOwnFileNeedsOnlyTermAndDefinition(t *testing.T) {
	own := "- term: Blast radius\n  definition: How much breaks when one thing breaks in production.\n" +
		"- term: War room\n  definition: Where the people meet who repair an outage together.\n"
	if diff := cmp.Diff([]string{}, check(own)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	twice := own + "- term: Blast radius\n  definition: The same name once more, for another thing altogether.\n"
	if got := check(twice); len(got) == 0 || !strings.Contains(got[0], "a.yaml:5") {
		t.Errorf("a term that stands there twice: got %q, want a problem in line 5", got)
	}
	if got := check("- slug: blast-radius\n  source: team.csv\n  " + own[2:]); len(got) != 0 {
		t.Errorf("with slug and source: got %q, want no problem", got)
	}
	if got := check("- slug: blast-radius\n  " + own[2:]); len(got) != 3 {
		t.Errorf("with a slug: got %q, want category, domain and version to be missing", got)
	}
}
