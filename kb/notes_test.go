package kb

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// someNames are a few known entries for tests of the reader.
func someNames() Names {
	return NewNames([]Entry{
		{Slug: "pod", Term: "Pod", Aliases: []string{"po"}, Definition: "x"},
		{Slug: "daemonset", Term: "DaemonSet", Aliases: []string{"ds"}, Definition: "x"},
		{Slug: "kubelet", Term: "kubelet", Aliases: []string{"node agent"}, Definition: "x"},
		{Slug: "container-network-interface", Term: "Container Network Interface (CNI)", Aliases: []string{"CNI plugin"}, Definition: "x"},
	})
}

func read(t testing.TB, text string) File {
	t.Helper()
	n, err := ReadNotes("notes.txt", strings.NewReader(text), someNames())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestReadNotesUnderstandsTheSample(t *testing.T) {
	text, err := os.ReadFile("testdata/notes/sample.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := File{
		Name: "notes.txt",
		Entries: []Noted{
			{File: "notes.txt", Line: 6, Printed: "Pods", Entry: Entry{Slug: "pod", Term: "Pod", Aliases: []string{"Pods"},
				Definition: "A handful of containers on one node. Remember: they share an address.", Source: "notes.txt"}},
			{File: "notes.txt", Line: 8, Printed: "Deamonset", Entry: Entry{Slug: "daemonset", Term: "DaemonSet", Aliases: []string{"Deamonset"},
				Definition: "One Pod for each machine", Source: "notes.txt"}},
			{File: "notes.txt", Line: 10, Printed: "Gizmo Widget Frobnicator (GWF) Thing", Entry: Entry{Slug: "gizmo-widget-frobnicator-thing",
				Term: "Gizmo Widget Frobnicator (GWF) Thing", Aliases: []string{"Gizmo Widget Frobnicator Thing", "Gizmo Widget Frobnicator", "GWF"},
				Definition: "Something only our team has.", Source: "notes.txt"}},
			{File: "notes.txt", Line: 12, Printed: "role-aware (gizmo)", Entry: Entry{Slug: "role-aware", Term: "role-aware (gizmo)", Aliases: []string{"role-aware"},
				Definition: "A gizmo with a role, see the list (a, b, c). Uses the operators =, ==, and !=.", Source: "notes.txt"}},
			{File: "notes.txt", Line: 16, Printed: "Node Agent", Entry: Entry{Slug: "kubelet", Term: "kubelet", Aliases: []string{"Node Agent"},
				Definition: "Starts containers. e.g. sudo crictl ps | grep web.\nIts second line: wrapped by an editor, belongs to it\nand so does the third.", Source: "notes.txt"}},
			{File: "notes.txt", Line: 20, Printed: "Team Overlays", Entry: Entry{Slug: "team-overlays", Term: "Team Overlays", Definition: "Alpha Beta Gamma", Source: "notes.txt"}},
		},
		Skipped: []Remark{
			{"notes.txt", 1, "not an entry: no “Term:” in “Study Notes of a Team”"},
			{"notes.txt", 4, "not an entry: no “Term:” in “Core Terms”"},
			{"notes.txt", 14, "not an entry: no “Term:” in “This is a sentence that somebody left be…”"},
		},
		Corrected: []Remark{{"notes.txt", 8, "“Deamonset” read as DaemonSet"}, {"notes.txt", 16, "“Node Agent” read as kubelet"}},
	}
	for name, variant := range map[string]string{
		"as it is":              string(text),
		"with CRLF":             strings.ReplaceAll(string(text), "\n", "\r\n"),
		"with a BOM":            "\uFEFF" + string(text),
		"with a newline at end": string(text) + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(want, read(t, variant), cmpopts.IgnoreUnexported(Noted{})); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadNotesTellsEntriesFromOtherLines(t *testing.T) {
	for name, c := range map[string]struct {
		text             string
		entries, skipped int
	}{
		"a heading right above an entry is skipped":           {"Core Terms\nFoo: bar", 1, 1},
		"prose above a line with a colon is all skipped":      {"This goes on and\non, as we say here.\nFoo: bar\n\nA: b", 1, 3},
		"one entry a line without blank lines":                {"Foo: a\nBar: b\nBaz: c", 3, 0},
		"a name without a definition is told":                 {"Foo:\n\nBar: b", 1, 1},
		"a name at the end without a definition is told":      {"Bar: b\n\nFoo:", 1, 1},
		"a definition on the next line":                       {"Foo:\nbar", 1, 0},
		"a definition after a blank line":                     {"Foo:\n\nbar baz", 1, 0},
		"a clock and an address end no term":                  {"A: b\n\n10:30 is lunch\n\nhttps://example.org", 1, 2},
		"a sentence before the colon is no term":              {"A: b\n\nThis, they said: no", 1, 1},
		"too many words before the colon are no term":         {"A: b\n\none two three four five six seven eight nine: no", 1, 1},
		"a missing space after the colon":                     {"Foo:Bar baz", 1, 0},
		"a term above a line that lacks the space is told":    {"A: b\n\nFoo:\n\nbar:baz and more", 1, 2},
		"a term above two words that lack the space is told":  {"A: b\n\nFoo:\n\nfoo bar:baz and more", 1, 2},
		"a definition may begin with a clock":                 {"Foo:\n\n10:30 is lunch", 1, 0},
		"a definition may begin with an address":              {"Foo:\n\nhttps://example.org tells", 1, 0},
		"a definition may have a colon later":                 {"Foo:\n\nwhat one sees in a:b", 1, 0},
		"a control character in what is skipped harms nobody": {"A: b\n\nthis is\fprose", 1, 1},
		"a tab is no control character":                       {"A: b\tc", 1, 0},
		"other letters":                                       {"Стручок: штука\n\nПодик: ещё", 2, 0},
	} {
		t.Run(name, func(t *testing.T) {
			n := read(t, c.text)
			if len(n.Entries) != c.entries || len(n.Skipped) != c.skipped {
				t.Errorf("got %d entries and %d skipped, want %d and %d\n%+v", len(n.Entries), len(n.Skipped), c.entries, c.skipped, n)
			}
		})
	}
}

func TestReadNotesResolvesNames(t *testing.T) {
	for printed, want := range map[string]string{
		"# Pod": "pod", "###Pods": "pod", "## Gizmo": "gizmo",
		"Pod": "pod", "PODS": "pod", "po": "pod", "daemon sets": "daemonset", "Deamonset": "daemonset", "kubelte": "kubelet",
		"Container Network Interface (CNI) Specification": "container-network-interface",
		"Container Network Interface":                     "container-network-interface",
		"CNI":                                             "container-network-interface",
		"kubectl":                                         "kubectl", // a word of its own, not a mistyped kubelet
		"Prod":                                            "prod",
		"Pot":                                             "pot",
		"Pod (anti-)affinity":                             "pod-affinity",
		"Purple Orange (PO)":                              "purple-orange",
		"Helm Chart":                                      "helm-chart",
		"C++":                                             "c",
		"日本":                                              "term-cf2abf0c5be326cb",
		strings.Repeat("abcdefghi ", 7):                   "term-69a34082ed97900f",
	} {
		if got := read(t, printed+": something").Entries[0].Slug; got != want {
			t.Errorf("%q: got slug %s, want %s", printed, got, want)
		}
	}
}

func TestReadNotesRefusesWhatItCannotUse(t *testing.T) {
	long := strings.Repeat("x", 4001)
	for text, want := range map[string][]string{
		"":                                     {"notes.txt: the file is empty"},
		" \n\t\r\n":                            {"notes.txt: the file is empty"},
		"\uFEFF":                               {"notes.txt: the file is empty"},
		"only prose here\n\nand here":          {"notes.txt: no entry found"},
		"Foo: bar\nb\xffz: x":                  {"notes.txt:2: byte 2 of the line is not UTF-8"},
		"Foo: bar\x00":                         {"notes.txt:1: a zero byte"},
		"A: b\n\nFoo: " + long:                 {"notes.txt:3: the definition of Foo has 4001 characters"},
		"Foo: " + strings.Repeat("é", maxItem): {"notes.txt:1: a line of more than 256 KiB"},
		"A: b\n\nFoo: red \x1b[31m":            {"notes.txt:3: has a control character (U+001B); remove it"},
		"A\u202eB: b":                          {"notes.txt:1: has a control character (U+202E); remove it"},
		"A:\n\nb\nc\u0085d\n\nE: f\u2066":      {"notes.txt:4: has a control character (U+0085)", "notes.txt:6: has a control character (U+2066)"},
		"A: b\rC: d":                           {"notes.txt:1: has a control character (U+000D)"},
		"Foo: a\n\nBar: b\n\nfoos: c":          {"notes.txt:5: “foos” means the same as “Foo” in line 1"},
		"Pod: a\n\nPods: b\n\nds: c\n\nDeamonset: d": {
			"notes.txt:3: “Pods” means the same as “Pod” in line 1", "notes.txt:7: “Deamonset” means the same as “ds” in line 5"},
	} {
		n, err := ReadNotes("notes.txt", strings.NewReader(text), someNames())
		if err == nil {
			t.Errorf("%.40q: got %d entries, want an error", text, len(n.Entries))
			continue
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%.40q: got error %q, want %q in it", text, err, w)
			}
		}
		var file *FileError
		if !errors.As(err, &file) {
			t.Errorf("%.40q: got %T, want a *FileError", text, err)
		}
	}
}

func TestARemarkRepeatsNoControlCharacter(t *testing.T) {
	got := read(t, "A: b\n\nprose \x1b]0;title\x07 and \u202eesrever").Skipped
	want := []Remark{{"notes.txt", 3, "not an entry: no “Term:” in “prose \uFFFD]0;title\uFFFD and \uFFFDesrever”"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("remarks (-want +got):\n%s", diff)
	}
}

// endless is a reader of one line that never ends.
type endless struct{ given int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	e.given += len(p)
	return len(p), nil
}

func TestReadNotesGivesUpAnEndlessLineAtOnce(t *testing.T) {
	in := &endless{}
	if _, err := ReadNotes("big", in, someNames()); err == nil || !strings.Contains(err.Error(), "big:1: a line of more than 256 KiB") {
		t.Errorf("got error %v, want the line", err)
	}
	if in.given > 2*maxItem {
		t.Errorf("got %d bytes read, want at most %d", in.given, 2*maxItem)
	}
}

func TestReadNotesGivesUpAnEndlessFile(t *testing.T) {
	for text, want := range map[string]string{
		strings.Repeat("x\n", maxNotes+1):                                   "big:200001: the file has more than 200000 lines; split it",
		strings.Repeat(strings.Repeat("x", 99_999)+"\n", maxFile/100_000+1): "more than 64 MiB",
	} {
		if _, err := ReadNotes("big", strings.NewReader(text), someNames()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %q", err, want)
		}
	}
}

func TestReadNotesOfADirectory(t *testing.T) {
	dir, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	if _, err := ReadNotes("some/dir", dir, someNames()); err == nil || !strings.Contains(err.Error(), "some/dir: cannot be read") {
		t.Errorf("got error %v, want the directory's name", err)
	}
}

// Every line that is not blank is in exactly one entry or one remark, whatever the file holds.
func FuzzReadNotes(f *testing.F) {
	sample, err := os.ReadFile("testdata/notes/sample.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{string(sample), "A: b", "A:\n\nB:\n\nC", "Heading\nA: b\nB: c\n\nfoo", "a\r\n\r\nb: c", "\uFEFFx:", "(a): b", "Pod (P) x: y"} {
		f.Add(seed)
	}
	known := someNames()
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := readLines("f", strings.NewReader(text))
		if err != nil {
			return
		}
		n := File{Name: "f"}
		n.readParagraphs(lines)
		var used []int
		for _, e := range n.Entries {
			used = append(used, e.lines...)
			if e.Definition == "" || !slugForm.MatchString(SlugOf(e.Printed)) {
				t.Errorf("line %d: got entry %+v", e.Line, e)
			}
		}
		for _, s := range n.Skipped {
			used = append(used, s.Line)
		}
		slices.Sort(used)
		var want []int
		for i, l := range lines {
			if strings.TrimSpace(l) != "" {
				want = append(want, i+1)
			}
		}
		if !slices.Equal(used, want) {
			t.Errorf("%q: got lines %v, want %v", text, used, want)
		}
		if _, err := ReadNotes("f", strings.NewReader(text), known); err != nil {
			if file := new(FileError); !errors.As(err, &file) {
				t.Errorf("%q: got error %v, want a *FileError", text, err)
			}
		}
	})
}
