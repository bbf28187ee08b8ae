package kb

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestReadJSONReadsAListOfObjects(t *testing.T) {
	text := "[\n {\"slug\": \"crane\",\n  \"term\": \"Cr\\u0061ne\", \"aliases\": [\"a\", \"b;c\"], \"tip\": null, \"related\": null,\n" +
		"  \"confusable\": {\"box\": \"holds\"}, \"definition\": \"x\\ny\"}, {\"term\": \"B\", \"definition\": \"\"}\n]\n"
	got, problems := readJSON("f.json", strings.NewReader(text))
	want := []Noted{
		{File: "f.json", Line: 2, Entry: Entry{Slug: "crane", Term: "Crane", Aliases: []string{"a", "b;c"}, Confusable: map[string]string{"box": "holds"}, Definition: "x\ny"}},
		{File: "f.json", Line: 4, Entry: Entry{Term: "B"}},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Noted{})); diff != "" || len(problems) > 0 {
		t.Errorf("problems %v, entries (-want +got):\n%s", problems, diff)
	}
	if got[0].LineOf("term") != 3 || got[0].LineOf("definition") != 4 {
		t.Errorf("lines: got %d and %d, want 3 and 4", got[0].LineOf("term"), got[0].LineOf("definition"))
	}
}

func TestReadJSONTellsEachProblemWithItsLine(t *testing.T) {
	for text, want := range map[string][]string{
		"":                  {"f:1: is not JSON (unexpected EOF)"},
		"{\"term\": \"A\"}": {"f:1: is no list"},
		"null":              {"f:1: is no list"},
		"[\n1,\n[2],\n{}]":  {"f:2: an entry is an object", "f:3: an entry is an object"},
		"[{\"trem\": {\"a\": [1]},\n\"term\": 1,\n\"aliases\": \"b\",\n\"tip\": {\"a\": 1}}]": {
			`f:1: unknown key "trem"`, "f:2: term must be a text; put a number", "f:3: aliases must be a list", "f:4: tip must be a text"},
		"[{\"term\": \"A\",\n\"term\": \"B\"}]":             {"f:2: term is there twice, before in line 1"},
		"[{\"aliases\": [\"a\",\n1, [2]]}]":                 {"f:1: aliases must be a list of texts"},
		"[{\"confusable\": {\"a\": \"b\",\n\"a\": \"c\"}}]": {`f:1: confusable has "a" twice`},
		"[{\"confusable\": {\"a\": {\"b\": []}}}]":          {"f:1: confusable must be pairs"},
		"[{\"term\": \"A\"\n\n\"tip\": \"b\"}]":             {"f:3: is not JSON (invalid character '\"' after object key:value pair)"},
		"[{\"term\": \"A\"},\n]":                            {"f:2: is not JSON"},
		"[{\"term\": \"A\"":                                 {"f:1: is not JSON (unexpected EOF)"},
		"[]\n[]":                                            {"f:2: something follows the list"},
		"[{\"term\":\n\"\xff\"}]":                           {"f:2: byte 2 of the line is not UTF-8"},
		"[{\"term\":\n\"\x00\"}]":                           {"f:2: a zero byte"},
		"[{\"term\": \"" + strings.Repeat("x", maxItem+1):   {"f:1: a text of more than 256 KiB"},
		"[" + strings.Repeat("[", 1_000_000):                {"f:1: an entry is an object", "f:1: brackets in brackets"},
	} {
		_, problems := readJSON("f", strings.NewReader(text))
		checkProblems(t, text, problems, want)
	}
}

func TestReadJSONGivesUpAnEndlessFile(t *testing.T) {
	in := &endless{}
	if _, problems := readJSON("f", in); len(problems) != 1 || !strings.Contains(problems[0].Error(), "more than 64 MiB") || in.given > 2*maxFile {
		t.Errorf("got %v after %d bytes, want the size", problems, in.given)
	}
}
