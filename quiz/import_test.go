package quiz

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// fileOf is a file as Read would give it.
func fileOf(qs ...Question) File {
	f := File{Name: "team.csv"}
	for i, q := range qs {
		q.Source = cmp.Or(q.Source, "team-csv")
		f.Questions = append(f.Questions, Noted{Question: q, Place: Place{File: f.Name, Line: i + 2}})
	}
	return f
}

// mustImport returns what Import said, without the changes.
func (w *world) mustImport(f File, opt ImportOptions) string {
	w.t.Helper()
	report, err := w.Import(w.t.Context(), f, opt)
	if err != nil {
		w.t.Fatalf("Import: %v", err)
	}
	said := report.String()
	for _, s := range report.Skipped {
		said += "; " + s.String()
	}
	return said
}

func theirs(n int) []Question {
	var qs []Question
	for i := range n {
		q := testQuestion(100 + i)
		q.ID, q.Explanation, q.Doc, q.Verified = fmt.Sprintf("t-%d", i), "", "", ""
		qs = append(qs, q)
	}
	return qs
}

func TestImportedQuestionsStandBesideTheBuiltInOnes(t *testing.T) {
	w := newWorld(t, 10)
	changed := theirs(3)
	changed[1].Text = "Is it changed?"
	renamed := fileOf(changed...)
	for i := range renamed.Questions {
		renamed.Questions[i].Source = "other-csv"
	}
	own := testQuestion(3)
	gen := theirs(1)[0]
	gen.ID = "gen-def-none"
	for _, step := range []struct {
		name string
		file File
		opt  ImportOptions
		want string
	}{
		{"a dry run", fileOf(theirs(3)...), ImportOptions{DryRun: true}, "3 added, 0 updated, 0 unchanged"},
		{"the first time", fileOf(theirs(3)...), ImportOptions{}, "3 added, 0 updated, 0 unchanged"},
		{"again", fileOf(theirs(3)...), ImportOptions{}, "0 added, 0 updated, 3 unchanged"},
		{"one changed", fileOf(changed...), ImportOptions{}, "0 added, 1 updated, 2 unchanged"},
		{"under another name", renamed, ImportOptions{}, "0 added, 0 updated, 3 unchanged"},
		{"less", fileOf(changed[0]), ImportOptions{}, "0 added, 0 updated, 1 unchanged"},
		{"a built-in one", fileOf(own, changed[0]), ImportOptions{}, "0 added, 0 updated, 1 unchanged; team.csv:2: q-003 is the id of a built-in question, which stays as it is; give yours another id to have both"},
		{"a built-in one that is not loaded yet", fileOf(gen), ImportOptions{Builtin: []Question{gen}}, "0 added, 0 updated, 0 unchanged; team.csv:2: gen-def-none is the id of a built-in question, which stays as it is; give yours another id to have both"},
	} {
		if got := w.mustImport(step.file, step.opt); got != step.want {
			t.Errorf("%s: got %q, want %q", step.name, got, step.want)
		}
	}
	if got := w.load(bankOf(8)); got != [4]int{0, 0, 2, 8} {
		t.Errorf("the next start with two questions less: got %v, want only those two retired", got)
	}
	bank, err := readBank(t.Context(), w.pool)
	if err != nil || len(bank) != 11 {
		t.Errorf("afterwards: got %d questions (error %v), want 8 built-in and 3 imported", len(bank), err)
	}
}

func TestImportedQuestionsAreAskedAndGradedAnew(t *testing.T) {
	w := newWorld(t, 1)
	imported := theirs(1)
	imported[0].Terms = []string{"zebra"}
	w.mustImport(fileOf(imported...), ImportOptions{})
	s := daily("daily", general)
	s.Topic = "zebra"
	r, d := w.openDaily(s)
	if r.Questions[0].ID != "t-0" {
		t.Fatalf("asked: got %s, want t-0", r.Questions[0].ID)
	}
	w.click(r, general, "ada", 0, "worst")
	w.clock.set(r.Closes)
	w.settle(d)
	imported[0].Key = 3
	w.mustImport(fileOf(imported...), ImportOptions{})
	if diff := gocmp.Diff([]string{"1 ada 1/1"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
}

func TestImportStoresNothingOfWhatIsWrong(t *testing.T) {
	w := newWorld(t, 1)
	broken := theirs(2)
	broken[1].Key = 9
	nobodys := fileOf(theirs(1)...)
	nobodys.Questions[0].Source = ""
	for name, c := range map[string]struct {
		file File
		want string
	}{
		"a key beyond the choices":    {fileOf(broken...), "team.csv:3: key: there is no choice 10"},
		"an id in two joined files":   {fileOf(append(theirs(2), theirs(1)...)...), `team.csv:4: id "t-0" is used at team.csv:2 already`},
		"a question without a source": {nobodys, "team.csv:2: the question has no source"},
	} {
		if _, err := w.Import(t.Context(), c.file, ImportOptions{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got error %v, want %q", name, err, c.want)
		}
	}
	if n := w.count(`SELECT count(*) FROM quiz.question`); n != 1 {
		t.Errorf("stored: got %d questions, want only the one from before", n)
	}
}

// everyKind is a bank with what is hard to write down.
func everyKind() []Question {
	base := Question{Domain: "D3", Competency: "logs", Category: "observability", Terms: []string{"kubectl-logs", `a|b;c\d`}, Difficulty: 2, Doc: "/docs/concepts/", Verified: "1.37", Source: "f",
		Explanation: "It is so because #1 = ~2: {x}, \\n and “why” not; see `a = b`."}
	with := func(id string, change func(*Question)) Question {
		q := base
		q.ID = id
		change(&q)
		return q
	}
	return []Question{
		with("k-one", func(q *Question) {
			q.Text, q.Choices, q.Key = "=1+1: what is it?", []string{"yes", "-n", "%50% off", "1.10", "[html] x"}, 3
		}),
		with("k-code", func(q *Question) {
			q.Text, q.Choices, q.Key, q.Code = "What is wrong?", []string{"on", "\"off\"", "null", "~"}, 0, "a: |\n  - b\n\n# c // {d}\n  \\e: 'f'  \ng"
		}),
		with("k-several", func(q *Question) {
			q.Kind, q.Text, q.Choices, q.Key, q.From, q.Until = Several, "Which are right?", []string{"a", "b", "c"}, 0b101, "1.30", "1.40"
		}),
		with("k-true", func(q *Question) {
			q.Kind, q.Text, q.Choices, q.Key = TrueFalse, "It is so. True or false?", trueFalse(), 1
		}),
		with("k-typed", func(q *Question) {
			q.Kind, q.Text, q.Key, q.Answers = Typed, "Which command?", 1, []string{"kubectl get pods -o=wide", "a|b", "%100%", "x -> y"}
		}),
		with("k-order", func(q *Question) { q.Kind, q.Text, q.Choices = Order, "In which order?", []string{"'=x", "@y", "no"} }),
		with("k-bare", func(q *Question) {
			*q = Question{ID: "k-bare", Domain: "BG", Category: "imported", Difficulty: 1, Text: "Which?", Choices: []string{"a", "b"}, Source: "f"}
		}),
	}
}

// TestWrittenFilesAreReadBackTheSame: what a format holds comes back, and what it cannot hold is told.
func TestWrittenFilesAreReadBackTheSame(t *testing.T) {
	builtin, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for i := range builtin {
		builtin[i].Source = "f"
	}
	lost := map[Format][]string{
		FormatGIFT:  {"Competency", "Difficulty", "Doc", "Verified", "From", "Until"},
		FormatAiken: {"ID", "Domain", "Competency", "Category", "Terms", "Difficulty", "Explanation", "Doc", "Verified", "From", "Until"},
		FormatAnki:  {"Domain", "Competency", "Category", "Difficulty", "Doc", "Verified", "From", "Until"},
	}
	lost[FormatKahoot] = lost[FormatAiken]
	for _, format := range []Format{FormatYAML, FormatCSV, FormatGIFT, FormatAiken, FormatAnki, FormatKahoot} {
		for name, qs := range map[string][]Question{"every kind": everyKind(), "the built-in bank": builtin} {
			t.Run(string(format)+" of "+name, func(t *testing.T) {
				var one, two bytes.Buffer
				left, err := WriteQuestions(&one, qs, format)
				if err != nil {
					t.Fatal(err)
				}
				f, err := Read("f", bytes.NewReader(one.Bytes()), ReadOptions{Format: format})
				if err != nil {
					t.Fatalf("%v\n%s", err, one.String())
				}
				want := slices.DeleteFunc(slices.Clone(qs), func(q Question) bool {
					return slices.ContainsFunc(left, func(l string) bool { return strings.HasPrefix(l, q.ID+":") })
				})
				if len(want) != len(qs)-len(left) || format == FormatYAML && len(left) > 0 || format == FormatCSV && len(left) > 0 {
					t.Errorf("left out: got %q", left)
				}
				if diff := gocmp.Diff(want, bareOf(f), cmpopts.IgnoreFields(Question{}, append(lost[format], "Source")...), cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("read back (-want +got):\n%s", diff)
				}
				if guessed, err := Read("f", bytes.NewReader(one.Bytes()), ReadOptions{}); err != nil || len(guessed.Questions) != len(want) {
					t.Errorf("without a format: got %d questions, error %v", len(guessed.Questions), err)
				}
				if _, err := WriteQuestions(&two, bareOf(f), format); err != nil || !bytes.Equal(one.Bytes(), two.Bytes()) {
					t.Errorf("written again (error %v): got\n%s\nwant\n%s", err, two.String(), one.String())
				}
			})
		}
	}
}

func TestExportGoesIntoAnotherDatabaseAndBack(t *testing.T) {
	w, other := newWorld(t, 5), newWorld(t, 5)
	w.mustImport(fileOf(everyKind()...), ImportOptions{})
	exported := func(w *world) string {
		qs, err := w.Imported(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if _, err := WriteQuestions(&out, qs, ""); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	f, err := Read("x.yaml", strings.NewReader(exported(w)), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got := other.mustImport(f, ImportOptions{}); got != "7 added, 0 updated, 0 unchanged" {
		t.Errorf("in another database: got %q", got)
	}
	if diff := gocmp.Diff(exported(w), exported(other)); diff != "" {
		t.Errorf("exported from there (-want +got):\n%s", diff)
	}
	if got := w.mustImport(f, ImportOptions{}); got != "0 added, 0 updated, 7 unchanged" {
		t.Errorf("back in the first: got %q", got)
	}
}

func TestFormatsThatCannotBeWrittenAreRefused(t *testing.T) {
	for _, format := range []Format{FormatJSON, "docx"} {
		if _, err := WriteQuestions(io.Discard, everyKind(), format); err == nil {
			t.Errorf("%s: got no error", format)
		}
	}
}
