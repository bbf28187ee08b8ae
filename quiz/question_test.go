package quiz

import (
	"strings"
	"testing"
)

// goodQuestion is valid and has no problem; tests spoil one thing in it.
func goodQuestion() Question {
	return Question{
		ID: "t-good", Domain: "D3", Competency: "probes", Category: "health", Terms: []string{"liveness-probe"}, Difficulty: 2,
		Text:    "A container hangs but its process lives on. Which probe makes the kubelet restart it?",
		Choices: []string{"startupProbe", "readinessProbe", "livenessProbe", "grpcProbe"}, Key: 2,
		Explanation: "A failed livenessProbe has the container restarted; a failed readinessProbe only takes the Pod out of its Services.",
		Doc:         "/docs/concepts/configuration/liveness-readiness-startup-probes/", Verified: "1.37",
	}
}

func TestValidate(t *testing.T) {
	if err := goodQuestion().Validate(); err != nil {
		t.Fatalf("a good question is refused: %v", err)
	}
	for _, tt := range []struct {
		name  string
		spoil func(*Question)
		want  string // in the error
	}{
		{"no id", func(q *Question) { q.ID = "" }, `id "": want`},
		{"id with capitals", func(q *Question) { q.ID = "D3-Probe" }, `id "D3-Probe": want`},
		{"id too long", func(q *Question) { q.ID = strings.Repeat("a", 61) }, "id "},
		{"unknown domain", func(q *Question) { q.Domain = "D6" }, `domain "D6": want one of`},
		{"unknown competency", func(q *Question) { q.Competency = "etcd" }, `competency "etcd" is not`},
		{"competency of another domain", func(q *Question) { q.Competency = "helm" }, `competency "helm" belongs to D2, not to D3`},
		{"no category", func(q *Question) { q.Category = "" }, "category: want"},
		{"too many terms", func(q *Question) { q.Terms = make([]string, 13) }, "terms: 13 are too many"},
		{"difficulty 0", func(q *Question) { q.Difficulty = 0 }, "difficulty 0: want"},
		{"no text", func(q *Question) { q.Text = "" }, "text: want"},
		{"text too long", func(q *Question) { q.Text = strings.Repeat("é", 241) }, "text: want one line of 1 to 240 characters, got 241"},
		{"text of two lines", func(q *Question) { q.Text = "One\ntwo?" }, "text: want one line"},
		{"text that turns the reading direction", func(q *Question) { q.Text = "Is it \u202erebmun?" }, "text: want one line"},
		{"text that is no UTF-8", func(q *Question) { q.Text = "a\xff?" }, "text: want one line"},
		{"code too long", func(q *Question) { q.Code = strings.Repeat("x", 701) }, "code: want at most 700"},
		{"code that ends its fence", func(q *Question) { q.Code = "a\n```\nb" }, "code: contains a fence"},
		{"code with an escape", func(q *Question) { q.Code = "a\x1b[2J" }, "code: want"},
		{"one choice", func(q *Question) { q.Choices, q.Key = q.Choices[:1], 0 }, "choices: want 2 to 5, got 1"},
		{"six choices", func(q *Question) { q.Choices = append(q.Choices, "e", "f") }, "choices: want 2 to 5, got 6"},
		{"a choice too long", func(q *Question) { q.Choices[1] = strings.Repeat("x", 151) }, "choice 2: want one line of 1 to 150 characters, got 151"},
		{"a choice of blanks", func(q *Question) { q.Choices[3] = " " }, "choice 4: want"},
		{"the same choice in other letters", func(q *Question) { q.Choices[0] = "`LivenessProbe`" }, "choices 1 and 3 are the same"},
		{"key too large", func(q *Question) { q.Key = 4 }, "key: there is no choice 5"},
		{"key negative", func(q *Question) { q.Key = -1 }, "key: there is no choice 0"},
		{"explanation too short", func(q *Question) { q.Explanation = "Because." }, "explanation: want one line of 40 to 400 characters, got 8"},
		{"explanation too long", func(q *Question) { q.Explanation = strings.Repeat("x", 401) }, "explanation: want"},
		{"doc of http", func(q *Question) { q.Doc = "http://helm.sh/docs/" }, "doc "},
		{"doc with a password", func(q *Question) { q.Doc = "https://me:secret@helm.sh/" }, "doc "},
		{"doc that is a script", func(q *Question) { q.Doc = "javascript:alert(1)" }, "doc "},
		{"doc that leaves the host", func(q *Question) { q.Doc = "//evil.example/" }, "doc "},
		{"doc that breaks a link", func(q *Question) { q.Doc = "https://helm.sh/>x" }, "doc "},
		{"version of nothing", func(q *Question) { q.Verified = "new" }, `verified "new": want`},
		{"odd source", func(q *Question) { q.Source = "Some Where" }, `source "Some Where": want`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q := goodQuestion()
			tt.spoil(&q)
			if err := q.Validate(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
}

func TestValidateReportsEverythingAtOnce(t *testing.T) {
	err := Question{Choices: []string{"a", "b"}}.Validate()
	for _, want := range []string{"id ", "domain ", "category", "difficulty", "text", "explanation", "doc ", "verified"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q among the problems", err, want)
		}
	}
}

func TestURL(t *testing.T) {
	for doc, want := range map[string]string{
		"/docs/concepts/":       "https://kubernetes.io/docs/concepts/",
		"https://helm.sh/docs/": "https://helm.sh/docs/",
	} {
		if got := (Question{Doc: doc}).URL(); got != want {
			t.Errorf("URL of %s: got %s, want %s", doc, got, want)
		}
	}
}

func TestCompetenciesAreTheCurriculums(t *testing.T) {
	n := map[string]int{}
	for _, c := range Competencies() {
		n[c.Domain]++
		if got, ok := CompetencyByName(c.Name); !ok || got != c {
			t.Errorf("CompetencyByName(%q): got %v, want %v", c.Name, got, c)
		}
	}
	for domain, want := range map[string]int{"D1": 4, "D2": 4, "D3": 5, "D4": 8, "D5": 3} {
		if n[domain] != want {
			t.Errorf("%s: got %d competencies, want %d", domain, n[domain], want)
		}
	}
}
