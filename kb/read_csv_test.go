package kb

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// spreadsheet is a table as a spreadsheet would write it: quotes, line breaks in cells, columns in another order, a row without text.
const spreadsheet = "Definition,TERM, aliases ,Source URL,confusable,short\n" +
	"\"Two\nlines, and a \"\"quote\"\".\",Crane,lift;hoist\\;er|derrick,,box=holds; it|\\|=x,lift\n" +
	",,,,,\n" +
	"'=1+1,'tis,,https://example.org,,\n" +
	"Short row,Quay\n"

func spreadsheetEntries() []Entry {
	return []Entry{
		{Slug: "crane", Term: "Crane", Definition: "Two\nlines, and a \"quote\".", Aliases: []string{"lift", "hoist;er", "derrick"}, Short: []string{"lift"},
			Confusable: map[string]string{"box": "holds; it", "|": "x"}, Source: "t.csv"},
		{Slug: "tis", Term: "'tis", Definition: "=1+1", SourceURL: "https://example.org", Source: "t.csv"},
		{Slug: "quay", Term: "Quay", Definition: "Short row", Source: "t.csv"},
	}
}

func TestReadCSVUnderstandsWhatSpreadsheetsWrite(t *testing.T) {
	plain := strings.Replace(spreadsheet, `|\|=x`, "", 1)
	utf16 := func(endian unicode.Endianness) string {
		s, _, err := transform.String(unicode.UTF16(endian, unicode.UseBOM).NewEncoder(), plain)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	semicolons := "Definition;TERM; aliases ;Source URL;confusable;short\n" +
		"\"Two\nlines, and a \"\"quote\"\".\";Crane;\"lift;hoist\\;er|derrick\";;\"box=holds; it\";lift\n" +
		";;;;;\n'=1+1;'tis;;https://example.org;;\nShort row;Quay\n"
	for name, text := range map[string]string{
		"as it is":                      plain,
		"with Excel's BOM":              "\uFEFF" + plain,
		"with CRLF":                     strings.ReplaceAll(plain, "\n", "\r\n"),
		"separated by semicolons":       semicolons,
		"separated by tabs":             strings.NewReplacer("lines, and", "lines§ and", ",", "\t", "§", ",").Replace(strings.ReplaceAll(plain, "lines, and", "lines§ and")),
		"with a line for Excel":         "sep=;\r\n" + semicolons,
		"in UTF-16, as Excel's Unicode": utf16(unicode.LittleEndian),
		"in UTF-16, the other way":      utf16(unicode.BigEndian),
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Read("dir/t.csv", strings.NewReader(text), "", someNames())
			if err != nil {
				t.Fatalf("%v\nof:\n%s", err, text)
			}
			var got []Entry
			for _, e := range f.Entries {
				got = append(got, e.Entry)
			}
			want := spreadsheetEntries()
			delete(want[0].Confusable, "|")
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadCSVCountsLinesWithinCells(t *testing.T) {
	entries, problems := readCSV("f", strings.NewReader(spreadsheet))
	var lines []int
	for _, e := range entries {
		lines = append(lines, e.Line)
	}
	if diff := cmp.Diff([]int{2, 5, 6}, lines); diff != "" || len(problems) > 0 {
		t.Errorf("lines (-want +got):\n%s\nproblems %v", diff, problems)
	}
	if got := entries[0].LineOf("aliases"); got != 3 {
		t.Errorf("line of the aliases behind a cell of two lines: got %d, want 3", got)
	}
	if diff := cmp.Diff(spreadsheetEntries()[0].Confusable, entries[0].Confusable); diff != "" {
		t.Errorf("confusable (-want +got):\n%s", diff)
	}
}

func TestReadCSVTellsEachProblemWithItsLine(t *testing.T) {
	for text, want := range map[string][]string{
		"\n":                                                     {},
		"term,defintion\nA,b\n":                                  {`f:1: the first row has unknown columns: "defintion"; there are slug, term`, "f:1: there is no column definition"},
		"term,definition,term\nA,b,c\n":                          {"f:1: there are two columns term"},
		"term,definition\nA,b,c\nB,c,\n":                         {`f:2: "c" stands in column 3, which has no name`},
		"term,definition\nA,\"b\nC,d\n":                          {"f:2: is no CSV (extraneous or missing \" in quoted-field)"},
		"sep=;\nterm;definition\nA;\"b\n":                        {"f:3: is no CSV"},
		"sep=;\nterm;definition\nA;b;c\n":                        {"f:3: \"c\" stands in column 3"},
		"term,definition\nA,b \"c\" d\n":                         {"f:2: is no CSV (bare \" in non-quoted-field)"},
		"term,definition\nA,b\nB,\xff\n":                         {"f:3: column 2 is not UTF-8"},
		"term,definition,confusable\nA,b,pod\n":                  {`f:2: confusable has "pod"; write slug=difference`},
		"term,definition,confusable\nA,b,c=1|c=2\n":              {`f:2: confusable has "c=2"`},
		"term,definition\nA,\"" + strings.Repeat("b\n", maxItem): {"f: cannot be read: a row of more than 256 KiB"},
		strings.Repeat("x,", 10_000) + "term,definition\n":       {`f:1: the first row has unknown columns: "x", "x", "x", "x", "x", 9995 more; there are`},
		"term,definition\n" + strings.Repeat("x", 3<<20):         {"f: cannot be read: a row of more than 256 KiB"},
	} {
		_, problems := readCSV("f", strings.NewReader(text))
		checkProblems(t, text, problems, want)
	}
}

// checkProblems compares the beginnings.
func checkProblems(t *testing.T, text string, problems []error, want []string) {
	t.Helper()
	var got []string
	for _, p := range problems {
		got = append(got, p.Error())
	}
	if len(got) != len(want) {
		t.Errorf("%.60q: got %d problems, want %d:\n%s", text, len(got), len(want), strings.Join(got, "\n"))
		return
	}
	for i, w := range want {
		if !strings.HasPrefix(got[i], w) {
			t.Errorf("%.60q: got %.300q, want it to begin with %q", text, got[i], w)
		}
	}
}

func TestReadCSVGivesUpAnEndlessFileAtOnce(t *testing.T) {
	in := &endless{}
	if _, problems := readCSV("f", in); len(problems) != 1 || in.given > 2*maxItem {
		t.Errorf("got %v after %d bytes, want one problem after at most %d", problems, in.given, 2*maxItem)
	}
	rows := bytes.NewReader(append([]byte("term,definition\n"), bytes.Repeat([]byte(strings.Repeat(" ", 10_000)+",\n"), maxFile/10_000)...))
	if _, problems := readCSV("f", rows); len(problems) != 1 || !strings.Contains(problems[0].Error(), "more than 64 MiB") {
		t.Errorf("got %v, want the size", problems)
	}
}
