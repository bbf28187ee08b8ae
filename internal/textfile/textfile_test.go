package textfile

import (
	"bufio"
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"
)

func TestDecodeGivesOneEncodingAndOneLineEnd(t *testing.T) {
	const text = "ä: “x”\n\n\U0001F600\nend\n"
	utf16 := func(endian unicode.Endianness) string {
		s, err := unicode.UTF16(endian, unicode.UseBOM).NewEncoder().String(strings.ReplaceAll(text, "\n", "\r\n"))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for name, in := range map[string]string{
		"as it is":           text,
		"with a mark":        "\uFEFF" + text,
		"of Windows":         strings.ReplaceAll(text, "\n", "\r\n"),
		"of an old Mac":      strings.ReplaceAll(text, "\n", "\r"),
		"UTF-16":             utf16(unicode.LittleEndian),
		"UTF-16, big endian": utf16(unicode.BigEndian),
	} {
		for way, r := range map[string]io.Reader{"at once": strings.NewReader(in), "byte by byte": iotest.OneByteReader(strings.NewReader(in))} {
			got, err := io.ReadAll(Decode(r))
			if diff := cmp.Diff(text, string(got)); diff != "" || err != nil {
				t.Errorf("%s, %s (-want +got):\n%s\nerror %v", name, way, diff, err)
			}
		}
	}
	for _, in := range []string{"", "\r", "a", "\xff", "\uFEFF", "a\xfe\xff"} {
		want := strings.ReplaceAll(strings.TrimPrefix(in, "\uFEFF"), "\r", "\n")
		if got, err := io.ReadAll(Decode(strings.NewReader(in))); string(got) != want || err != nil {
			t.Errorf("%q: got %q and error %v, want %q", in, got, err, want)
		}
	}
}

func TestPackedFilesAreKnown(t *testing.T) {
	for begin, want := range map[string]string{"PK\x03\x04\x14": "packed", "%PDF-1.7": "PDF", "SQLite format 3\x00": "database", "PK": "", "": "", "term,definition": ""} {
		if got := Packed([]byte(begin)); !strings.Contains(got, want) || (want == "") != (got == "") {
			t.Errorf("%q: got %q, want %q in it", begin, got, want)
		}
	}
}

func known(column string) bool { return slices.Contains([]string{"name", "text"}, column) }

// rowsOf are the rows of a table, and its problem.
func rowsOf(text string) (rows [][]Cell, line int, problem string) {
	table := NewTable(strings.NewReader(text), known)
	for row := range table.Rows {
		rows = append(rows, slices.Clone(row))
	}
	line, problem = table.Problem()
	return rows, line, problem
}

func TestTablesOfEveryCountryAreTheSame(t *testing.T) {
	want := [][]Cell{{{"name", 1}, {"text", 1}}, {{"one; two", 3}, {"a\nb, \"c\"", 3}}, {{"=1", 5}, {"'x", 5}, {"more", 5}}}
	text := "name;\"text\"\n ; \n\"one; two\";\"a\nb, \"\"c\"\"\"\n'=1;'x;more\n\n"
	for name, in := range map[string]string{
		"semicolons": text,
		"commas":     strings.NewReplacer("e; t", "e; t", ";", ",").Replace(text),
		"tabs":       strings.NewReplacer("e; t", "e; t", ";", "\t").Replace(text),
	} {
		rows, _, problem := rowsOf(in)
		if diff := cmp.Diff(want, rows); diff != "" || problem != "" {
			t.Errorf("%s (-want +got):\n%s\nproblem %q", name, diff, problem)
		}
		sep := "sep=" + map[string]string{"semicolons": ";", "commas": ",", "tabs": "\t"}[name] + "\n"
		if rows, _, _ := rowsOf(sep + in); len(rows) != 3 || rows[1][0].Line != 4 {
			t.Errorf("%s behind a line %q: got %v, want line 4", name, sep, rows)
		}
	}
	if separator, n := Columns("x;name|y,text;name\n,,,name", known); separator != ';' || n != 1 {
		t.Errorf("got %d columns between %q, want 1 between semicolons", n, separator)
	}
}

func TestTablesThatEndEarlySayWhereAndWhy(t *testing.T) {
	for text, want := range map[string]struct {
		line    int
		problem string
	}{
		"name\na\"b\n":                             {2, "is no CSV (bare \""},
		"sep=;\nname\n\"b\nc":                      {3, "is no CSV (extraneous"},
		"name,text\n\"a\n\",\xff\n":                {3, "column 2 is not UTF-8; save"},
		"name\n\"" + strings.Repeat("x\n", maxRow): {0, "cannot be read: a row of more than 256 KiB"},
		"name\n" + strings.Repeat(strings.Repeat("x", 9999)+"\n", maxTable/10_000+1): {0, "cannot be read: the file has more than 64 MiB"},
		"": {0, ""},
	} {
		_, line, problem := rowsOf(text)
		if line != want.line || !strings.HasPrefix(problem, want.problem) || (want.problem == "") != (problem == "") {
			t.Errorf("%.30q: got %q in line %d; want %+v", text, problem, line, want)
		}
	}
}

// TestWhatIsWrittenIsReadAgain: any texts, also lists in cells, are the same behind a file; and no cell begins like a formula.
func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringMatching("['=+@;|\\\\\",\t\n a-]{0,6}")
		list := rapid.SliceOfN(rapid.StringMatching(`[;|\\a=]{1,4}`), 1, 3)
		want := []string{"name", cell.Draw(t, "cell"), JoinCell(list.Draw(t, "list"))}
		var file bytes.Buffer
		out := bufio.NewWriter(&file)
		w := NewTableWriter(out)
		for range 2 {
			if err := w.Row(want); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		rows := 0
		table := NewTable(Decode(&file), known)
		for row := range table.Rows {
			rows++
			for i, c := range row {
				if c.Text != want[i] {
					t.Fatalf("got %q, want %q", c.Text, want[i])
				}
			}
		}
		if _, problem := table.Problem(); rows != 2 || problem != "" {
			t.Fatalf("got %d rows and the problem %q, want 2 rows", rows, problem)
		}
		if c := guard(want[1]); c != "" && strings.ContainsRune("=+-@\t", rune(c[0])) {
			t.Fatalf("%q begins like a formula", c)
		}
	})
}

func TestListsInCells(t *testing.T) {
	for _, c := range []struct {
		cell, separators string
		want             []string
	}{
		{`a; b |c`, ";|", []string{"a", "b", "c"}},
		{`a; b |c`, "|", []string{"a; b", "c"}},
		{`a\;b\|c\\;d\e`, ";|", []string{`a;b|c\`, `d\e`}},
		{` ;;| `, ";|", nil},
		{`a\`, ";|", []string{`a\`}},
	} {
		if got := SplitCell(c.cell, c.separators); !slices.Equal(got, c.want) {
			t.Errorf("%q at %q: got %q, want %q", c.cell, c.separators, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(rapid.StringMatching(`[;|\\a=]{1,4}`), 1, 4).Draw(t, "parts")
		if got := SplitCell(JoinCell(want), ";|"); !slices.Equal(got, want) {
			t.Fatalf("got %q from %q, want %q", got, JoinCell(want), want)
		}
	})
}

func TestYAMLTextsStayTexts(t *testing.T) {
	for text, want := range map[string]string{
		"a pod": "a pod\n", "no": "\"no\"\n", "1.30": "\"1.30\"\n", "12:30": "\"12:30\"\n", "a\nb": "|-\n    a\n    b\n", "a \nb": "\"a \\nb\"\n", "a: b": "'a: b'\n",
	} {
		if got, err := yaml.Marshal(YAML(text)); string(got) != want || err != nil {
			t.Errorf("%q: got %q and error %v, want %q", text, got, err, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.OneOf(rapid.StringMatching("[a-c \n\t:#'\"|>-]{0,8}"), rapid.String()).Draw(t, "text")
		file, err := yaml.Marshal(YAML(want))
		var got string
		if err == nil {
			err = yaml.Unmarshal(file, &got)
		}
		if err != nil || got != want {
			t.Fatalf("got %q and error %v from %q, want %q", got, err, file, want)
		}
	})
}

func TestCodeStaysAsItIs(t *testing.T) {
	for text, want := range map[string]string{
		"a `b` c":       "A `b` C",
		"a ``b ` c`` d": "A ``b ` c`` D",
		"a `b\nc` d":    "A `b\nc` D",
		"a `b\n\nc` d":  "A `B\n\nC` D",
		"a ` b":         "A ` B",
		"``":            "``",
		"`a`":           "`a`",
		"":              "",
	} {
		if got := OutsideCode(text, strings.ToUpper); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
