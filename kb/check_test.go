package kb

import (
	"strings"
	"testing"
)

func TestCheckNamesEachProblem(t *testing.T) {
	sound := Entry{Slug: "gizmo", Term: "Gizmo", Aliases: []string{"gz"}, Short: []string{"gz"}, Phrases: []string{"thing with a handle"},
		Definition: "A thing with `a` handle.", Details: "One line.\n\tAnother.", Example: "kubectl get gz\n", Related: []string{"pod"}, Confusable: map[string]string{"job": "ends"},
		Doc: "/docs/concepts/workloads/pods/#what-is-a-pod", Category: "workloads", Domain: "D1", Verified: "1.37", Source: "file.csv", SourceURL: "https://example.com/gizmo", Licence: "CC BY 4.0"}
	if problems := sound.Check(); len(problems) > 0 {
		t.Errorf("a sound entry: got %q, want no problems", problems)
	}
	many := func(n int) []string { return strings.Fields(strings.Repeat("name ", n)) }
	long := func(n int) string { return strings.Repeat("ö", n) }
	for name, c := range map[string]struct {
		change func(*Entry)
		want   string // in the one problem; empty: none
	}{
		"slug with a capital":                      {func(e *Entry) { e.Slug = "Gizmo" }, "slug"},
		"no term":                                  {func(e *Entry) { e.Term = "" }, "needs a letter or a digit"},
		"term of signs":                            {func(e *Entry) { e.Term = "?!" }, "needs a letter or a digit"},
		"term of 75 letters of two bytes":          {func(e *Entry) { e.Term = long(75) }, ""},
		"term of 76":                               {func(e *Entry) { e.Term = long(76) }, "76 characters; at most 75"},
		"term of two lines":                        {func(e *Entry) { e.Term = "Giz\nmo" }, "one line"},
		"no definition":                            {func(e *Entry) { e.Definition = " \n" }, "definition is missing"},
		"imported definition of 4000":              {func(e *Entry) { e.Definition = long(4000) }, ""},
		"imported definition of 4001":              {func(e *Entry) { e.Definition = long(4001) }, "at most 4000"},
		"own definition of 301":                    {func(e *Entry) { e.Source, e.Definition = "", long(301) }, "at most 300"},
		"zero byte":                                {func(e *Entry) { e.Details = "a\x00b" }, "cannot be seen"},
		"mark of direction":                        {func(e *Entry) { e.Tip = "a\u202eb" }, "cannot be seen"},
		"no UTF-8":                                 {func(e *Entry) { e.Example = "a\xff" }, "cannot be seen"},
		"emoji of several characters":              {func(e *Entry) { e.Tip = "👩‍💻" }, ""},
		"20 other names":                           {func(e *Entry) { e.Short, e.Aliases = nil, many(20) }, ""},
		"21 other names":                           {func(e *Entry) { e.Short, e.Aliases = nil, many(21) }, "at most 20"},
		"31 phrases":                               {func(e *Entry) { e.Phrases = many(31) }, "at most 30"},
		"phrase of 101":                            {func(e *Entry) { e.Phrases = []string{long(101)} }, "at most 100"},
		"short name that is no other name":         {func(e *Entry) { e.Short = []string{"giz"} }, "short name"},
		"related to itself":                        {func(e *Entry) { e.Related = []string{"gizmo"} }, "no slug of another entry"},
		"related to no slug":                       {func(e *Entry) { e.Related = []string{"<script>"} }, "no slug of another entry"},
		"difference of two lines":                  {func(e *Entry) { e.Confusable["pod"] = "a\nb" }, "one line"},
		"documentation elsewhere":                  {func(e *Entry) { e.Doc = "https://example.com/" }, "documentation path"},
		"documentation that leaves its place":      {func(e *Entry) { e.Doc = "/docs/../admin" }, "documentation path"},
		"domain that does not exist":               {func(e *Entry) { e.Domain = "D6" }, "domain"},
		"version that is none":                     {func(e *Entry) { e.Until = "v1.2.3" }, "until must be"},
		"address that runs something when clicked": {func(e *Entry) { e.SourceURL = "javascript:alert(1)" }, "https://"},
	} {
		e := sound
		e.Confusable = map[string]string{"job": "ends"}
		c.change(&e)
		problems := e.Check()
		if c.want == "" && len(problems) > 0 || c.want != "" && (len(problems) != 1 || !strings.Contains(problems[0], c.want)) {
			t.Errorf("%s: got %q, want one problem with %q", name, problems, c.want)
		}
	}
}

func TestTheBuiltinGlossaryPassesCheck(t *testing.T) {
	entries, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if problems := e.Check(); len(problems) > 0 {
			t.Errorf("%s: got %q, want no problems", e.Slug, problems)
		}
	}
}
