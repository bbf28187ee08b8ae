package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLintNeedsNoDatabase: the settings name a database that is not there, and nothing is said of it.
func TestLintNeedsNoDatabase(t *testing.T) {
	env := []string{"DATABASE_URL=postgres://nobody@127.0.0.1:1/none"}
	p := start(t, env, "", "lint")
	if code := p.finish(t); code != 0 || !strings.HasPrefix(p.said(), "no problems found; checked 178 entries in 16 files, with ") {
		t.Errorf("the built-in glossary: exit code %d, said %q, complained %q", code, p.said(), p.complained())
	}

	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	entry := "- slug: crane\n  term: Crane\n  definition: Lifts what is too heavy for people, at the harbour.\n  related: [%]\n  category: api\n  domain: BG\n  verified: \"1.37\"\n"
	good := write("good.yml", strings.Replace(entry, "%", "pod", 1))
	bad := write("bad.yaml", strings.NewReplacer("%", "pods", "crane", "ship", "Crane", "Ship", "api", "\"\\u202eapi\"").Replace(entry))
	question := "domain: D1\nverified: \"1.37\"\nquestions:\n  - id: x\n    category: images\n    terms: [pod]\n    difficulty: 1\n    text: What lifts ships?\n" +
		"    choices: [Crane, Rope]\n    key: A\n    explanation: A Crane lifts what is heavy, and a Rope only holds it.\n    doc: /docs/\n"
	asked := write("questions.yml", question)
	wrong := filepath.Join(t.TempDir(), "wrong.yaml")
	if err := os.WriteFile(wrong, []byte(strings.NewReplacer("[pod]", "[pods]", "What lifts", "What crane lifts", "/docs/", "http://x/").Replace(question)), 0o600); err != nil {
		t.Fatal(err)
	}
	item := `{"id": "%", "stem": "What lifts ships?", "options": ["Crane", "Rope", "#"], "answer": 0, "explanation": "A Crane lifts what is heavy, and a Rope only holds it.", "doc": "/docs/"}`
	items := filepath.Join(t.TempDir(), "items.json")
	list := "[" + strings.NewReplacer("%", "b", "#", "Sail").Replace(item) + ",\n" + strings.NewReplacer("%", "c", "#", "All of the above").Replace(item) + "]"
	if err := os.WriteFile(items, []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	terms := filepath.Join(t.TempDir(), "terms.json")
	if err := os.WriteFile(terms, []byte(`[{"term": "Crane", "definition": "Lifts what is too heavy for people, at the harbour."}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		want []string
	}{
		{[]string{good}, 0, []string{"no problems found; checked 1 entry in 1 file, with 0 manifests"}},
		{[]string{bad}, 1, []string{bad + ":4: ship: related: there is no entry", bad + ":5: ship: there is no category", "3 problems found; checked 1 entry in 1 file,"}},
		{[]string{dir}, 1, []string{bad + ":4:", "2 entries in 2 files", "1 question in 1 file"}},
		{[]string{good, write("notes.txt", "Crane: lifts.")}, 1, []string{"notes.txt is no YAML file; bot import --dry-run and bot questions import --dry-run check the other formats"}},
		{[]string{filepath.Join(dir, "none.yaml")}, 1, []string{"none.yaml: no such file"}},
		{[]string{asked}, 0, []string{"no problems found; checked 1 question in 1 file\n"}},
		{[]string{items, terms, good}, 1, []string{items + ":2: c: R7 hard", terms + `:1: there is no key "definition" in a list of questions`, "2 problems found; checked 1 entry in 1 file, with 0 manifests; 2 questions in 2 files"}},
		{[]string{wrong, good}, 1, []string{wrong + `:4: doc "http://x/"`, wrong + ":4: x: R1 hard", wrong + ":4: the glossary has no term \"pods\"", "checked 1 entry in 1 file, with 0 manifests; 1 question in 1 file"}},
		{[]string{t.TempDir()}, 1, []string{"there is no YAML file in"}},
	} {
		p := start(t, env, "", append([]string{"lint"}, c.args...)...)
		code := p.finish(t)
		if all := p.said() + p.complained(); code != c.code || inOrder(all, c.want...) != "" || strings.Contains(all, "\u202e") {
			t.Errorf("%q: got exit code %d and\n%s\nwant %d and %q", c.args, code, all, c.code, c.want)
		}
	}
}
