package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ckadbot/migrations/pgtest"
)

const aiken = "Which object holds plain settings?\nA. ConfigMap\nB. Secret\nANSWER: A\n\nWhich object runs once?\nA. Deployment\nB. Job\nANSWER: B\n"

func TestQuestionsAreImportedOnceAndExported(t *testing.T) {
	env := []string{"DATABASE_URL=" + pgtest.URL(t)}
	dir := write(t, map[string]string{
		"a.aiken": aiken,
		"b.csv":   "text;a;b;key;kind;answers;terms\nShort name of a Service?;;;;typed;svc;service|unheard\nIs it so?;yes;no;b;;;\n",
		"c.gift":  "Write about Pods. {}\n\n::x::Order? {=one ~two}\n",
	})
	file := func(name string) string { return filepath.Join(dir, name) }
	args := []string{"questions", "import", file("a.aiken"), file("b.csv"), file("c.gift")}
	steps := []struct {
		args []string
		want []string
	}{
		{append(args, "--dry-run"), []string{"c.gift:1: not imported: an essay", `b.csv:2: the glossary has no term "unheard"`, "a.aiken:1: added q-", "5 questions: 5 added, 0 updated, 0 unchanged (dry run: nothing was written)\n"}},
		{append(args, "--domain=D5"), []string{"b.csv:2: added", "5 questions: 5 added, 0 updated, 0 unchanged\n"}},
		{append(args, "--domain=D5"), []string{"5 questions: 0 added, 0 updated, 5 unchanged\n"}},
		{append(args, "--domain=D4"), []string{"b.csv:2: changed", "5 questions: 0 added, 5 updated, 0 unchanged\n"}},
		{[]string{"questions"}, []string{"questions", "all", "domain", "D1 ", "competency", "kind", "typed", "difficulty"}},
		{[]string{"questions", "--sample=3", "--seed=7"}, []string{"Right: ", "Right: ", "Right: "}},
	}
	for _, step := range steps {
		out, _ := bot(t, 0, env, step.args...)
		if missing := inOrder(out, step.want...); missing != "" {
			t.Errorf("%v: %q is missing in:\n%s", step.args, missing, out)
		}
	}

	for format, want := range map[string]int{"yaml": 5, "csv": 5, "gift": 5, "aiken": 4, "anki": 5, "kahoot": 4} {
		to := file("out." + cmp.Or(map[string]string{"anki": "txt", "kahoot": "xlsx"}[format], format))
		out, errs := bot(t, 0, env, "questions", "export", to)
		if !strings.Contains(out, fmt.Sprintf("%d questions exported to %s.", want, to)) || strings.Contains(errs, "1 question is not in the file:\n  q-") != (want == 4) {
			t.Errorf("export to %s said %q and %q", format, out, errs)
		}
		text, err := os.ReadFile(to)
		if out, _ := bot(t, 0, env, "questions", "export", "--format", format); err != nil || out != string(text) {
			t.Errorf("%s to standard output: got %q, want %q (error %v)", format, out, text, err)
		}
		other := []string{"DATABASE_URL=" + pgtest.URL(t)}
		bot(t, 0, other, "questions", "import", to)
		if out, _ := bot(t, 0, other, "questions", "export", "--format", format); format != "gift" && out != string(text) {
			t.Errorf("%s from another database: got\n%s\nwant\n%s", format, out, text)
		}
	}
	if _, errs := bot(t, 1, env, "questions", "export", file("out.yaml")); !strings.Contains(errs, "is there already") {
		t.Errorf("over a file: got %q", errs)
	}
	all, _ := bot(t, 0, env, "questions", "export", "--all")
	everything := write(t, map[string]string{"all.yaml": all})
	out, _ := bot(t, 0, env, "questions", "import", filepath.Join(everything, "all.yaml"))
	if !strings.Contains(out, "d1-image-digest is the id of a built-in question") || !strings.Contains(out, ": 0 added, 0 updated, 5 unchanged\n") {
		t.Errorf("all of the bank, imported: got %q", lastLine(out))
	}
	for _, step := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"b.csv", "--dry-run"}, 0, "2 questions removed; importing them again brings them back (dry run: nothing was removed)\n"},
		{[]string{"c.gift"}, 0, "removed q-8599399927e4 (Order?)\n1 question removed"},
		{[]string{"d1-image-digest"}, 1, "nor the id of such a question; there are some from a-aiken (2), b-csv (2)"},
		{[]string{file("a.aiken"), "b.csv"}, 0, "4 questions removed"},
		{[]string{"a.aiken"}, 1, "none are imported"},
	} {
		out, errs := bot(t, step.code, env, append([]string{"questions", "remove"}, step.args...)...)
		if !strings.Contains(out+errs, step.want) {
			t.Errorf("remove %v: got %q and %q, want %q", step.args, out, errs, step.want)
		}
	}
	if out, _ := bot(t, 0, env, "questions", "export"); out != "questions: []\n" {
		t.Errorf("after all are removed: got an export of\n%s", out)
	}
}

func TestQuestionFilesWithProblemsChangeNothing(t *testing.T) {
	env := []string{"DATABASE_URL=" + pgtest.URL(t)}
	dir := write(t, map[string]string{
		"good.aiken": aiken, "bad.aiken": "Why?\nA. one\nANSWER: A\n\nHow?\nA. one\nB. two\n", "bad.csv": "text,a,b,key\nWhich?,one,two,A B\n",
		"bomb.xlsx": "PK\x03\x04", "forced.gift": "What\x1b[31m? {=a ~b}", "deck.apkg": "PK\x03\x04", "what": "nothing in particular",
	})
	file := func(name string) string { return filepath.Join(dir, name) }
	_, errs := bot(t, 1, env, "questions", "import", file("good.aiken"), file("bad.aiken"), file("bad.csv"))
	if missing := inOrder(errs, "bad.aiken:1: want 2 choices or more, got 1", "bad.aiken:5: the question has no ANSWER", `bad.csv:2: key "A B": two keys`,
		"bot: nothing was imported: mend the 3 problems above"); missing != "" {
		t.Errorf("%q is missing in:\n%s", missing, errs)
	}
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"the same questions in two files": {[]string{file("good.aiken"), file("good.aiken")}, "mend the 2 problems"},
		"a damaged spreadsheet":           {[]string{file("bomb.xlsx")}, "it cannot be unpacked"},
		"a package":                       {[]string{"--format=anki", file("deck.apkg")}, "export the questions as text"},
		"a control character":             {[]string{file("forced.gift")}, "has a control character (U+001B)"},
		"a file of no format":             {[]string{file("what")}, "cannot tell the format; say it with --format"},
		"a folder":                        {[]string{dir}, "name a file"},
		"a file that is not there":        {[]string{file("none")}, "none"},
		"a domain that is not there":      {[]string{"--domain=D9", file("good.aiken")}, "D9"},
		"a difficulty that is not there":  {[]string{"--difficulty=7", file("good.aiken")}, "mend the 2 problems"},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, env, "", append([]string{"questions", "import"}, c.args...)...)
			if code := p.finish(t); code == 0 || !strings.Contains(lastLine(p.complained()), c.want) || strings.Contains(p.complained(), "\x1b") {
				t.Errorf("exit code %d, want %q in the last line of:\n%s", code, c.want, p.complained())
			}
		})
	}
	if out, _ := bot(t, 0, env, "questions", "export"); out != "questions: []\n" {
		t.Errorf("after refused imports: got an export of\n%s", out)
	}
}

// BenchmarkQuestionImport imports 10,000 questions as a program of its own, and says what memory that takes at most.
func BenchmarkQuestionImport(b *testing.B) {
	files := map[string]*bytes.Buffer{"big.yaml": bytes.NewBufferString("questions:\n"), "big.csv": bytes.NewBufferString("text,a,b,c,d,key,explanation\n"), "big.gift": {}}
	why := strings.Repeat("It is so for this reason. ", 10)
	for i := range 10_000 {
		fmt.Fprintf(files["big.yaml"], "  - id: big-%d\n    domain: D1\n    category: images\n    difficulty: 2\n    text: What is right in case %d?\n    choices:\n      - the first\n      - the second\n      - the third\n      - the last\n    key: B\n    explanation: %s\n", i, i, why)
		fmt.Fprintf(files["big.csv"], "What is right in case %d?,the first,the second,the third,the last,B,%s\n", i, why)
		fmt.Fprintf(files["big.gift"], "What is right in case %d? {\n~the first\n=the second\n~the third\n~the last\n####%s\n}\n\n", i, why)
	}
	for name, text := range files {
		b.Run(name, func(b *testing.B) {
			file := filepath.Join(write(b, map[string]string{name: text.String()}), name)
			peak := int64(0)
			for b.Loop() {
				p := start(b, []string{"DATABASE_URL=" + pgtest.URL(b)}, "", "questions", "import", file)
				if code := p.finish(b); code != 0 || !strings.Contains(p.said(), "10000 added") {
					b.Fatalf("exit code %d:\n%s\n%s", code, p.said(), p.complained())
				}
				if usage, ok := p.cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
					peak = max(peak, int64(usage.Maxrss)) // KiB on Linux
				}
			}
			b.ReportMetric(float64(peak)/1024, "peak-MiB")
		})
	}
}
