package quiz

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const oneQuestion = `domain: D3
verified: "1.37"
questions:
  - id: t-one
    competency: probes
    category: health
    terms: [probe]
    difficulty: 1
    text: Which probe delays the other two?
    choices: [liveness, readiness, startup]
    key: C
    explanation: The startup probe holds the others back until it has succeeded once; readiness only steers traffic.
    doc: /docs/concepts/
`

func TestParseQuestionsFillsInWhatTheFileSaysForAll(t *testing.T) {
	got, err := ParseQuestions("d3.yaml", []byte(oneQuestion))
	if err != nil {
		t.Fatal(err)
	}
	want := []Question{{
		ID: "t-one", Domain: "D3", Competency: "probes", Category: "health", Terms: []string{"probe"}, Difficulty: 1,
		Text: "Which probe delays the other two?", Choices: []string{"liveness", "readiness", "startup"}, Key: 2,
		Explanation: "The startup probe holds the others back until it has succeeded once; readiness only steers traffic.",
		Doc:         "/docs/concepts/", Verified: "1.37",
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("questions (-want +got):\n%s", diff)
	}
}

// YAML 1.1 reads these words as true and false, 1_0 as ten and 0644 as 420: as choices they are words.
func TestParseQuestionsKeepsChoicesAsWritten(t *testing.T) {
	for _, words := range [][]string{
		{"yes", "no", "on", "off"},
		{"true", "false", "Yes", "NO"},
		{"1.20", "0644", "1_0", "0x1F"},
		{"1e3", ".inf", "2026-01-01", "12:30:00"},
		{"null", "~", "NaN", "0b1"},
	} {
		file := strings.Replace(oneQuestion, "[liveness, readiness, startup]", "["+strings.Join(words, ", ")+"]", 1)
		got, err := ParseQuestions("x.yaml", []byte(file))
		if err != nil {
			t.Errorf("%v: %v", words, err)
			continue
		}
		if diff := cmp.Diff(words, got[0].Choices); diff != "" {
			t.Errorf("choices (-want +got):\n%s", diff)
		}
	}
}

const fiveKinds = `domain: D3
verified: "1.37"
questions:
  - &one
    id: k-one
    category: health
    difficulty: 1
    text: Which probe delays the other two?
    choices: [no, off, on]
    key: C
    explanation: The startup probe holds the others back until it has succeeded once; readiness only steers traffic.
    doc: /docs/concepts/
    from: 1.30
    until: "1.40"
  - <<: *one
    id: k-several
    kind: several
    keys: [C, A]
    key: ""
  - <<: *one
    id: k-true-false
    kind: true-false
    choices: null
    key: "False"
  - <<: *one
    id: k-typed
    kind: typed
    choices: null
    key: ""
    answers: [null, yes]
  - <<: *one
    id: k-order
    kind: order
    choices: null
    key: ""
    steps: [on, off, no]
`

func TestParseQuestionsKnowsEveryKind(t *testing.T) {
	got, err := ParseQuestions("x.yaml", []byte(fiveKinds))
	if err != nil {
		t.Fatal(err)
	}
	type answer struct {
		Kind         QuestionKind
		Key          int
		Choices, Ans []string
		From, Until  string
	}
	var have []answer
	for _, q := range got {
		have = append(have, answer{q.Kind, q.Key, q.Choices, q.Answers, q.From, q.Until})
	}
	want := []answer{
		{OneChoice, 2, []string{"no", "off", "on"}, nil, "1.30", "1.40"},
		{Several, 5, []string{"no", "off", "on"}, nil, "1.30", "1.40"},
		{TrueFalse, 1, []string{"True", "False"}, nil, "1.30", "1.40"},
		{Typed, 1, nil, []string{"null", "yes"}, "1.30", "1.40"},
		{Order, 0, []string{"on", "off", "no"}, nil, "1.30", "1.40"},
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("questions (-want +got):\n%s", diff)
	}
}

func TestParseQuestionsNamesFileAndLineOfEveryProblem(t *testing.T) {
	second := strings.SplitAfterN(oneQuestion, "questions:\n", 2)[1]
	for _, tt := range []struct {
		name, file string
		want       []string
	}{
		{"unknown key", strings.Replace(oneQuestion, "category:", "categroy:", 1), []string{"bank.yaml:6: field categroy not found"}},
		{"a choice that is a map", strings.Replace(oneQuestion, "[liveness, readiness, startup]", "[a: b, c]", 1), []string{"bank.yaml:4: choice 1: want a text"}},
		{"empty choices", strings.Replace(oneQuestion, "liveness, readiness", "'', ' '", 1), []string{"bank.yaml:4: choice 1:", "bank.yaml:4: choice 2:", "bank.yaml:4: choices 1 and 2 are the same"}},
		{"key beyond the choices", strings.Replace(oneQuestion, "key: C", "key: D", 1), []string{"bank.yaml:4: key: there is no choice 4"}},
		{"key that is no letter", strings.Replace(oneQuestion, "key: C", "key: 2", 1), []string{`bank.yaml:4: key "2": want the letter`}},
		{"unknown kind", strings.Replace(oneQuestion, "key: C", "kind: many", 1), []string{`bank.yaml:4: kind "many": want one of`}},
		{"several without keys", strings.Replace(oneQuestion, "key: C", "kind: several", 1), []string{"bank.yaml:4: keys: want the letters"}},
		{"several with one key", strings.Replace(oneQuestion, "key: C", "kind: several\n    key: C", 1), []string{`bank.yaml:4: key: not for a question of the kind "several"`}},
		{"all of several", strings.Replace(oneQuestion, "key: C", "kind: several\n    keys: [A, B, C]", 1), []string{"bank.yaml:4: key: want at least one choice that is right and at least one that is not"}},
		{"a key twice", strings.Replace(oneQuestion, "key: C", "kind: several\n    keys: [A, A]", 1), []string{"bank.yaml:4: keys: A is there twice"}},
		{"a key beyond several", strings.Replace(oneQuestion, "key: C", "kind: several\n    keys: [A, E]", 1), []string{"bank.yaml:4: key: want"}},
		{"two keys for one choice", strings.Replace(oneQuestion, "key: C", "keys: [A, C]", 1), []string{`bank.yaml:4: keys: not for a question of the kind "one choice"`}},
		{"choices of a statement", strings.Replace(oneQuestion, "key: C", "kind: true-false\n    key: true", 1), []string{"bank.yaml:4: choices: not for"}},
		{"a statement that is neither", strings.Replace(strings.Replace(oneQuestion, "choices: [liveness, readiness, startup]", "kind: true-false", 1), "key: C", "key: maybe", 1), []string{`bank.yaml:4: key "maybe": want true or false`}},
		{"no accepted answer", strings.Replace(strings.Replace(oneQuestion, "choices: [liveness, readiness, startup]", "kind: typed", 1), "    key: C\n", "", 1), []string{"bank.yaml:4: answers: want 1 to 10, got 0"}},
		{"accepted answers that are the same", strings.Replace(strings.Replace(oneQuestion, "choices: [liveness, readiness, startup]", "kind: typed", 1), "key: C", "answers: [Pod, the pods]", 1), []string{"bank.yaml:4: answers 1 and 2 are the same"}},
		{"two steps", strings.Replace(strings.Replace(oneQuestion, "choices: [liveness, readiness, startup]", "kind: order", 1), "key: C", "steps: [one, two]", 1), []string{"bank.yaml:4: steps: want 3 to 5, got 2"}},
		{"until before from", strings.Replace(oneQuestion, "key: C", "key: C\n    from: 1.35\n    until: 1.30", 1), []string{"bank.yaml:4: from 1.35 is after until 1.30"}},
		{"id twice", oneQuestion + second, []string{`bank.yaml:14: id "t-one" is used in line 4 already`}},
		{"two bad questions", strings.ReplaceAll(oneQuestion+strings.Replace(second, "t-one", "T_2", 1), "difficulty: 1", "difficulty: 9"),
			[]string{"bank.yaml:4: difficulty 9", `bank.yaml:14: id "T_2"`, "bank.yaml:14: difficulty 9"}},
		{"broken YAML", "questions:\n  - id: [\n", []string{"bank.yaml:"}},
		{"second document", oneQuestion + "---\nquestions: []\n", []string{"bank.yaml: a second YAML document"}},
		{"empty", "", []string{"bank.yaml: the file is empty"}},
		{"no questions", "domain: D1\n", []string{"bank.yaml:1: no questions"}},
		{"far too big", strings.Repeat("#", MaxBankFile+1), []string{"bank.yaml: 2097153 bytes are too many"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseQuestions("bank.yaml", []byte(tt.file))
			if err == nil {
				t.Fatalf("got %d questions and no error, want %q", len(got), tt.want)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error lacks %q:\n%v", want, err)
				}
			}
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if !strings.HasPrefix(line, "bank.yaml:") {
					t.Errorf("line without the file's name: %q", line)
				}
			}
		})
	}
}

func FuzzParseQuestions(f *testing.F) {
	f.Add([]byte(oneQuestion))
	f.Add([]byte(fiveKinds))
	f.Add([]byte("questions: &a [*a]"))
	f.Add([]byte("- id: x"))
	f.Fuzz(func(t *testing.T, data []byte) {
		bank, err := ParseQuestions("f.yaml", data)
		for _, q := range bank {
			if bad := q.Validate(); err == nil && bad != nil {
				t.Errorf("a question was accepted that is not valid: %v", bad)
			}
		}
	})
}

// The bank's promise: 360 questions near the exam's weights, at least ten for each of the 24 competencies, and no position
// of the right choice that is worth guessing.
func TestBuiltinCoversTheCurriculum(t *testing.T) {
	bank, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	domains, competencies, difficulties, keys, single := map[string]int{}, map[string]int{}, map[int]int{}, map[int]int{}, 0
	for _, q := range bank {
		domains[q.Domain]++
		competencies[q.Competency]++
		difficulties[q.Difficulty]++
		if q.Kind == OneChoice && len(q.Choices) == 4 {
			keys[q.Key]++
			single++
		}
		if q.Verified != NewestKubernetes {
			t.Errorf("%s: got verified %s, want %s", q.ID, q.Verified, NewestKubernetes)
		}
		if !strings.HasPrefix(q.ID, strings.ToLower(q.Domain)+"-") {
			t.Errorf("%s: got domain %s, want the one that the id begins with", q.ID, q.Domain)
		}
	}
	if len(bank) < 360 {
		t.Errorf("got %d questions, want at least 360", len(bank))
	}
	for _, d := range Domains() {
		if share := 100 * float64(domains[d.Code]) / float64(len(bank)); share < float64(d.Weight)-2 || share > float64(d.Weight)+2 {
			t.Errorf("%s: got %.1f %% of the questions, want about %d %%", d.Code, share, d.Weight)
		}
	}
	for _, c := range Competencies() {
		if competencies[c.Name] < 10 {
			t.Errorf("competency %s: got %d questions, want at least 10", c.Name, competencies[c.Name])
		}
	}
	for d := 1; d <= 3; d++ {
		if difficulties[d] < len(bank)/6 {
			t.Errorf("difficulty %d: got %d questions, want at least %d", d, difficulties[d], len(bank)/6)
		}
	}
	for position := range 4 {
		if share := float64(keys[position]) / float64(single); share < 0.2 || share > 0.3 {
			t.Errorf("the right choice is the %dth in %.0f %% of the questions, want 20 to 30", position+1, share*100)
		}
	}
}

// What one question accepts is never taken for what another asks for.
func TestBuiltinTypedAnswersAreFarApart(t *testing.T) {
	bank, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range bank {
		for _, other := range bank {
			for _, a := range other.Answers {
				exact := slices.ContainsFunc(q.Answers, func(b string) bool { return sameWords(normal(a), normal(b)) })
				if q.Kind == Typed && !exact && q.Accepts(a) {
					t.Errorf("%s accepts %q, which is what %s asks for: add it to the words in known.go", q.ID, a, other.ID)
				}
			}
		}
	}
}
