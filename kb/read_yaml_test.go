package kb

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ckadbot/kb/content"
)

func TestReadYAMLReadsTheBuiltinGlossary(t *testing.T) {
	files, err := content.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var got []Entry
	for _, f := range files {
		in, err := content.Files.Open(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		entries, problems := ReadYAML(f.Name(), in)
		for _, p := range problems {
			t.Error(p)
		}
		for _, e := range entries {
			got = append(got, tidied(e.Entry))
		}
	}
	want, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	bySlug := cmpopts.SortSlices(func(a, b Entry) bool { return a.Slug < b.Slug })
	if diff := cmp.Diff(want, got, bySlug, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(Entry{}, "Source", "Licence")); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

func TestReadYAMLKeepsWhatWasWritten(t *testing.T) {
	text := "\uFEFF---\r\n# Ours.\r\n- slug: no\r\n  term: 1.10\r\n  aliases: [yes, 2024-01-01, ~, 0x1F]\r\n  short:\r\n  definition: >-\r\n    Two\r\n    lines.\r\n" +
		"  example: |\r\n    # a: comment\r\n    - b\r\n\r\n  confusable: {off: null}\r\n# Between.\r\n\r\n-\r\n  term: \"a\\tb: c\"\r\n  definition: on\r\n"
	got, problems := ReadYAML("f.yaml", strings.NewReader(text))
	for _, p := range problems {
		t.Error(p)
	}
	want := []Noted{
		{File: "f.yaml", Line: 3, Entry: Entry{Slug: "no", Term: "1.10", Aliases: []string{"yes", "2024-01-01", "~", "0x1F"}, Definition: "Two lines.",
			Example: "# a: comment\n- b\n", Confusable: map[string]string{"off": "null"}}},
		{File: "f.yaml", Line: 18, Entry: Entry{Term: "a\tb: c", Definition: "on"}},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Noted{})); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	for key, line := range map[string]int{"slug": 3, "definition": 7, "example": 10, "confusable": 14, "tip": 3} {
		if got[0].LineOf(key) != line {
			t.Errorf("line of %s: got %d, want %d", key, got[0].LineOf(key), line)
		}
	}
}

func TestReadYAMLTellsEachProblemWithItsLine(t *testing.T) {
	for text, want := range map[string][]string{
		"- slug: a\n  trem: A\n  definition: [x]\n- aliases: b\n": {`f:2: unknown key "trem"; there are slug, term`, "f:3: definition must be a text", "f:4: aliases must be a list of texts"},
		"- term: A\n  tip: b\n  term: C\n":                        {"f:3: term is there twice, before in line 1"},
		"- term: A\n  confusable:\n    b: c\n    b: d\n":          {`f:2: confusable has "b" twice`},
		"- term: A\n  confusable: {b: [c]}\n":                     {"f:2: confusable must be pairs of a slug and a text"},
		"- term: A\n  related: [{b: c}]\n":                        {"f:2: related is a list of texts"},
		"- &a\n  term: A\n- *a\n":                                 {"f:1: the entry has an anchor", "f:3: is not YAML (unknown anchor"},
		"- term: &a A\n  tip: *a\n":                               {"f:1: term has an anchor", "f:2: tip has an anchor"},
		"- term: !!binary QQ==\n  ? !x tip\n  : b\n":              {"f:1: term has an anchor, an alias or a tag", "f:2: has an anchor or a tag"},
		"- <<: {term: A}\n":                                       {`f:1: unknown key "<<"`},
		"- term: A\n\n- tip: b: c\n":                              {"f:3: is not YAML (mapping values are not allowed"},
		"- term: \"A\n- tip: b\n":                                 {"f:2: is not YAML (found unexpected end"},
		"slug: a\nterm: A\n":                                      {"f:1: no entry of a list", "f:2: no entry of a list"},
		"- a\n- [b]\n-\n":                                         {"f:1: an entry has keys", "f:2: an entry has keys", "f:3: an entry has keys"},
		"- term: A\n tip: b\n":                                    {"f:"},
		"- term: A\n- term: \xff":                                 {"f:2: byte 9 of the line is not UTF-8"},
		"PK\x03\x04\x00\x00":                                      {"f:1: a zero byte"},
		"- term: A\n  tip: a\rb\n":                                {"f:2: has a control character (U+000D)"},
		"- term: " + strings.Repeat("[", 20000):                   {"f:1: is not YAML"},
		"- term: " + strings.Repeat("x", maxItem):                 {"f:1: a line of more than 256 KiB"},
		"- term: A\n" + strings.Repeat("  x: "+strings.Repeat("y", 1000)+"\n", 300): {"f:1: an entry of more than 256 KiB"},
		"  - term: A\n    tipp: b\n  - ter: B\n":                                    {`f:2: unknown key "tipp"`, `f:3: unknown key "ter"`},
	} {
		_, problems := ReadYAML("f", strings.NewReader(text))
		checkProblems(t, text, problems, want)
	}
}

func TestReadYAMLGivesUpAfterManyProblems(t *testing.T) {
	_, problems := ReadYAML("f", strings.NewReader(strings.Repeat("a: b\n", 100_000)))
	if len(problems) != maxProblems || !strings.Contains(problems[maxProblems-1].Error(), "and more") {
		t.Errorf("got %d problems, want %d, the last saying that there are more", len(problems), maxProblems)
	}
}
