package kb

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestReadFolderUnderstandsThePages(t *testing.T) {
	got, err := ReadFolder("glossary", os.DirFS("testdata/import/glossary"), someNames())
	if err != nil {
		t.Fatal(err)
	}
	page := func(e Entry, stem string) Entry {
		e.Source, e.SourceURL, e.Licence = "kubernetes.io", "https://kubernetes.io/docs/reference/glossary/?all=true#term-"+stem, "CC BY 4.0"
		return e
	}
	var story strings.Builder
	for i := range 36 {
		story.WriteString(strings.ReplaceAll("Sentence number # says nothing of any use. ", "#", string(rune('A'+i%26))))
	}
	want := File{
		Name: "glossary",
		Entries: []Noted{
			{File: "glossary/box.md", Line: 2, Printed: "Box", Entry: page(Entry{Slug: "box", Term: "Box", Doc: "/docs/harbour/v1.37/#box", Definition: "Box holds goods.",
				Details: "Write ` .Goods ` on it, 1.37 times, never more.\n\nSizes\nbox --size  10\nbox --list\n\n1. small\n2. big *really*"}, "box")},
			{File: "glossary/crane.md", Line: 2, Printed: "Harbour Crane (HC)", Entry: page(Entry{Slug: "crane", Term: "Harbour Crane (HC)",
				Aliases: []string{"Portalkran", "harbour crane", "HC", "crane"}, Related: []string{"box"}, Doc: "/docs/harbour/cranes/",
				Definition: "A machine that lifts boxes from a ship.",
				Details: "A crane lifts Box — one at a time\nand never in a storm.\n\nIt stands on a QUAY WALL or on a barge. Its hook is a `<hook>` of steel, see the `hook` page and the law.\n\n" +
					"The driver sits in the cab: nobody else.\n\n- First it lowers the hook, slowly.\n- Then it lifts.\n\nRead more."}, "crane")},
			{File: "glossary/long-story.md", Line: 2, Printed: "Long Story", Entry: page(Entry{Slug: "long-story", Term: "Long Story", Definition: "Much text.",
				Details: strings.TrimSpace(story.String())}, "long-story")},
			{File: "glossary/pod-thing.md", Line: 2, Printed: "pods", Entry: page(Entry{Slug: "pod", Term: "pods", Aliases: []string{"pod thing"}, Doc: "/docs/concepts/workloads/pods/",
				Definition: "What the lead says.\n\nIts second paragraph."}, "pod-thing")},
			{File: "glossary/quay-wall.md", Line: 2, Printed: "QUAY WALL", Entry: page(Entry{Slug: "quay-wall", Term: "QUAY WALL", Definition: "The edge of the land.",
				Details: "More: https://harbour.example/walls?x=1"}, "quay-wall")},
		},
		Skipped: []Remark{{"glossary/index.md", 1, "is no term: it has no title, or neither id nor short_description"}},
		Corrected: []Remark{
			{"glossary/crane.md", 9, "full_link is there twice; the last one that says something counts"},
			{"glossary/box.md", 2, "the shortcode mystery was left out"},
			{"glossary/long-story.md", 2, "the text was cut behind a sentence to 1800 characters"},
			{"glossary/pod-thing.md", 2, "“pods” read as the entry pod"},
		},
	}
	// The story says the number of each sentence; all that matters here is where it ends.
	for i := range got.Entries {
		if d := got.Entries[i].Details; strings.HasPrefix(d, "Sentence") {
			if n := len([]rune(d)); n > maxDetails || n < maxDetails-60 || !strings.HasSuffix(d, "use.") {
				t.Errorf("long story: got %d characters that end in %q, want at most %d that end in a sentence", n, d[len(d)-20:], maxDetails)
			}
			got.Entries[i].Details = want.Entries[i].Details
		}
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Noted{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

// One page alone: the others' titles are not known.
func TestReadOfOnePage(t *testing.T) {
	in, err := os.Open("testdata/import/glossary/crane.md")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	f, err := Read("crane.md", in, "", someNames())
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Entries) != 1 || !strings.Contains(f.Entries[0].Details, "A crane lifts BOX — one") || !strings.Contains(f.Entries[0].Details, "on a quay wall or") {
		t.Errorf("got %+v, want the names of the other pages in words", f.Entries)
	}
}

func pageFile(title, more string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("---\ntitle: " + title + "\nid: x\nshort_description: Short.\n" + more + "---\nBody.\n")}
}

func TestReadFolderGivesEachPageItsOwnSlug(t *testing.T) {
	f, err := ReadFolder("g", fstest.MapFS{
		"A.md": pageFile("Node agent", "full_link: /docs/a/\nfull_link:\n"), "a-pods.md": pageFile("Pods", ""), "pod-copy.md": pageFile("POD", ""),
		"Kubelet.md": pageFile("Kubelet", ""), "ÄÖ.md": pageFile("日本", ""), "z.txt": {Data: []byte("no page")}, "README.md": {Data: []byte("# Read me\n\nNo page.\n")},
	}, someNames())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, e := range f.Entries {
		got[filepath.Base(e.File)] = e.Slug
	}
	if doc := f.Entries[0].Doc; doc != "/docs/a/" {
		t.Errorf("a link and then an empty one: got %q, want the link", doc)
	}
	// The kubelet's page has its very term, the other one only another name of it.
	want := map[string]string{"Kubelet.md": "kubelet", "a-pods.md": "pod", "pod-copy.md": "pod-copy", "A.md": "a", "ÄÖ.md": "term-cf2abf0c5be326cb"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("slugs (-want +got):\n%s", diff)
	}
}

func TestReadFolderTellsEveryProblem(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(t.TempDir(), "secret.md")
	for name, text := range map[string]string{
		secret:                         "---\ntitle: Secret\nid: s\nshort_description: Never read.\n---\n",
		filepath.Join(dir, "open.md"):  "---\ntitle: A\nid: a\n",
		filepath.Join(dir, "yaml.md"):  "---\ntitle: A\nid: b: c\n---\n",
		filepath.Join(dir, "bytes.md"): "---\ntitle: \xff\n---\n",
		filepath.Join(dir, "empty.md"): "---\ntitle: A\nid: a\n---\n<!-- nothing -->",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(secret, filepath.Join(dir, "link.md")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "sub.md"), 0o700); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	_, err = ReadFolder("g", root.FS(), someNames())
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("got error %v, want several", err)
	}
	checkProblems(t, "folder", joined.Unwrap(), []string{"g/bytes.md:2: byte 8 of the line is not UTF-8", "g/link.md: is no file in this folder",
		"g/open.md:3: the part that begins with --- does not end", "g/sub.md: is no file", "g/yaml.md:3: is not YAML (mapping values", "g/empty.md:2: A: the definition is missing"})
	for folder, want := range map[fs.FS]string{os.DirFS(t.TempDir()): "g: has no .md file", os.DirFS(dir + "/missing"): "g: has no .md file"} {
		if _, err := ReadFolder("g", folder, someNames()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %q", err, want)
		}
	}
}

func TestMarkdownBecomesPlainText(t *testing.T) {
	r := renderer{title: func(id string) string { return map[string]string{"pod": "Pod"}[id] }, dropped: func(string) {}}
	for markdown, want := range map[string]string{
		"a  b\nc":                       "a b c",
		"a\n\n\n\nb":                    "a\n\nb",
		"a\n* b\n* c\n\nd":              "a\n- b\n- c\n\nd",
		"`a <b> *c*` <i>d</i> &lt;e>":   "`a <b> *c*` d <e>",
		"2 * 3 * 4 and snake_case_name": "2 * 3 * 4 and snake_case_name",
		"**a** __b__ *c* _d_ ***":       "a b c d ***",
		"[a](/b) [c][d] ![e](f) [g]":    "a c e [g]",
		"[a (b)](/c_(d)) e":             "a (b) e",
		"[![a](b)](c)":                  "a",
		"<https://x.example/a_b_c>":     "https://x.example/a_b_c",
		"> quoted\n> text":              "quoted text",
		"# A #\ntext":                   "A\n\ntext",
		"a <!-- b\nc --> d":             "a d",
		"a <!-- b":                      "a",
		"{{< glossary_tooltip text=\"p\\\"s\" term_id=\"pod\" >}}": "p\\",
		"{{% glossary_tooltip term_id='pod' %}}":                   "Pod",
		"{{< glossary_tooltip term_id=stateful-thing >}}":          "stateful thing",
		"{{< unknown >}}{{ x }} }}{{{{ {{{<b>{{":                   "x {",
		"1 < 2 and 3 > 2":                                          "1 < 2 and 3 > 2",
		`\*a\* \[b\](c) C:\dir`:                                    `*a* [b](c) C:\dir`,
	} {
		if got := r.text(markdown); got != want {
			t.Errorf("%q: got %q, want %q", markdown, got, want)
		}
	}
}

func TestDocPath(t *testing.T) {
	for link, want := range map[string][2]string{
		"":                                 {"", ""},
		"/docs/a/":                         {"/docs/a/", ""},
		"docs/a":                           {"/docs/a/", ""},
		"/docs/a#b":                        {"/docs/a/#b", ""},
		"/docs/a/b.html":                   {"/docs/a/b.html", ""},
		"http://www.kubernetes.io/docs/a/": {"/docs/a/", ""},
		"https://kubernetes.io":            {"", ""},
		"https://helm.example/a?b#c":       {"", "https://helm.example/a?b#c"},
		"/docs/../../etc/":                 {"/etc/", ""},
		"/docs/Großes/":                    {"", "https://kubernetes.io/docs/Gro%C3%9Fes/"},
		"/docs/a/#Anchor":                  {"/docs/a/", ""},
		"javascript:alert(1)":              {"", ""},
		"://":                              {"", ""},
	} {
		doc, elsewhere := docPath(link)
		if got := [2]string{doc, elsewhere}; got != want {
			t.Errorf("%q: got %q, want %q", link, got, want)
		}
	}
}
