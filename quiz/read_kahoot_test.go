package quiz

import (
	"archive/zip"
	"bytes"
	"fmt"
	"html"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// xlsx packs a spreadsheet of sheets by name, each with rows of cells. A cell is a text, or XML of its own if it begins with <.
func xlsx(t testing.TB, sheets map[string][][]string, more map[string]string) []byte {
	t.Helper()
	var book, rels strings.Builder
	parts := map[string]string{
		"xl/sharedStrings.xml": `<sst><si><t>shared </t><r><t>text</t></r><rPh><t>hidden</t></rPh></si></sst>`,
		"xl/styles.xml": `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="GENERAL"/><numFmt numFmtId="165" formatCode="yy-mm"/></numFmts>` +
			`<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>`,
	}
	for name, rows := range sheets {
		id := len(parts)
		fmt.Fprintf(&book, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, name, id, id)
		fmt.Fprintf(&rels, `<Relationship Id="rId%d" Target="worksheets/sheet%d.xml"/>`, id, id)
		parts[fmt.Sprintf("xl/worksheets/sheet%d.xml", id)] = sheetXML(rows)
	}
	parts["xl/workbook.xml"] = `<workbook xmlns:r="x"><sheets>` + book.String() + `</sheets></workbook>`
	parts["xl/_rels/workbook.xml.rels"] = `<Relationships>` + rels.String() + `</Relationships>`
	for name, text := range more {
		parts[name] = text
	}
	return zipped(t, parts)
}

func sheetXML(rows [][]string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><worksheet><sheetData>`)
	for y, row := range rows {
		fmt.Fprintf(&b, `<row r="%d">`, y+1)
		for x, c := range row {
			at := fmt.Sprintf("%c%d", 'A'+x, y+1)
			switch {
			case strings.HasPrefix(c, "<c"):
				b.WriteString(strings.Replace(c, "<c", `<c r="`+at+`"`, 1))
			case c != "":
				fmt.Fprintf(&b, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, at, html.EscapeString(c))
			}
		}
		b.WriteString(`</row>`)
	}
	return b.String() + `</sheetData></worksheet>`
}

func zipped(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// kahootRows is Kahoot's template with some questions in it.
func kahootRows(rows ...[]string) [][]string {
	return append([][]string{
		{"", "Quiz template"}, {"", "Add questions, at least two answer alternatives, time limit and choose correct answers"}, nil,
		{"", "Question - max 120 characters", "Answer 1 - max 75 characters", "Answer 2 - max 75 characters", "Answer 3 - max 75 characters",
			"Answer 4 - max 75 characters", "Time limit (sec) – 5, 10, 20, 30, 60, 90, 120, or 240 secs", "Correct answer(s) - choose at least one"},
	}, rows...)
}

func readSheet(t *testing.T, data []byte) []string {
	t.Helper()
	f, err := Read("k.xlsx", bytes.NewReader(data), ReadOptions{})
	return append(shownFile(f), problemsOf("k.xlsx", err)...)
}

func TestKahootSpreadsheetIsRead(t *testing.T) {
	data := xlsx(t, map[string][][]string{"Quiz": kahootRows(
		[]string{"1", "Which is a <b>workload</b>?", "Job", "Secret", "Node", "Role", "20", "<c><v>1</v></c>"},
		[]string{"2", "Which are two?", "one", "<c t=\"s\"><v>0</v></c>", "<c><v>0.10000000000000001</v></c>", "", "20", "<c><v>1.3</v></c>"},
		[]string{"3", "A slide", "", "", "", "", "20"},
		[]string{"4", "", "", "", "", "", "20"},
		nil,
		[]string{"5", "Which number?", "<c s=\"2\"><v>2.5</v></c>", "<c s=\"0\"><v>3</v></c>", "", "", "5", "<c s=\"2\"><v>1</v></c>"},
		[]string{"6", "Is it?", "<c t=\"b\"><v>1</v></c>", "<c t=\"b\"><v>0</v></c>", "", "", "5", "2"},
	)}, nil)
	want := []string{
		":Quiz!B5  Which is a workload? [Job|Secret|Node|Role] Job",
		":Quiz!B6 several Which are two? [one|shared text|0.1] one · 0.1",
		":Quiz!B10  Which number? [2.5|3] 2.5",
		":Quiz!B11 true-false Is it? [True|False] False",
		"skipped :Quiz!B7: a slide: a text without answers is no question",
	}
	if diff := cmp.Diff(want, readSheet(t, data)); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
}

func TestKahootProblemsAreToldWithTheirCells(t *testing.T) {
	data := xlsx(t, map[string][][]string{"My quiz": kahootRows(
		[]string{"", "Which?", "one", "two", "", "", "20", "3"},
		[]string{"", "Which one?", "one", "two", "", "", "20"},
		[]string{"", "Which two?", "one", strings.Repeat("x", 151), "", "", "20", "1"},
		[]string{"", "Which date?", "<c s=\"1\"><v>45000</v></c>", "two", "", "", "20", "1"},
		[]string{"", "Which date of their own?", "<c s=\"3\"><v>45000</v></c>", "two", "", "", "20", "1"},
		[]string{"", "Which gap?", "one", "", "three", "", "20", "1"},
		[]string{"", "", "one", "two", "", "", "20", "1"},
		[]string{"", "All?", "one", "two", "", "", "20", "1,2"},
		[]string{"", "Twice?", "one", "two", "", "", "20", "1,1"},
	)}, nil)
	want := []string{
		`:My quiz!H5: correct answer "3": want the number of an answer, or numbers with commas between them`,
		`:My quiz!B6: no key: write the number of the right answer into the column Correct answer(s)`,
		`:My quiz!C8: is shown as a date, a percentage or the like, which does not say what stands there; format the cell as text`,
		`:My quiz!C9: is shown as a date, a percentage or the like, which does not say what stands there; format the cell as text`,
		`:My quiz!E10: answer 2 is empty, and answer 3 is not; move the answers together, and look at the correct answers`,
		`:My quiz!C11: the row has answers and no question`,
		`:My quiz!H13: correct answer "1,1": 1 is there twice`,
		`:My quiz!D7: choice 2: want one line of 1 to 150 characters, got 151`,
		`:My quiz!B12: choices: want 3 to 5, got 2`,
		`:My quiz!H12: key: want at least one choice that is right and at least one that is not`,
	}
	if diff := cmp.Diff(want, readSheet(t, data)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestHostileSpreadsheetsAreRefused(t *testing.T) {
	good := kahootRows([]string{"", "Which?", "one", "two", "", "", "20", "1"})
	manyParts := map[string]string{}
	for i := range maxParts {
		manyParts[fmt.Sprint(i)] = ""
	}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"a bomb":                 {xlsx(t, map[string][][]string{"Q": good}, map[string]string{"xl/sharedStrings.xml": "<sst>" + strings.Repeat(" ", maxUnpacked) + "</sst>"}), "unpacked it has more than 48 MiB"},
		"a bomb of cells":        {xlsx(t, map[string][][]string{"Q": good}, map[string]string{"xl/worksheets/sheet2.xml": "<sheetData><row>" + strings.Repeat("<c/>", maxCells+1) + "</row></sheetData>"}), "more cells than any quiz"},
		"a bomb of shared texts": {xlsx(t, map[string][][]string{"Q": good}, map[string]string{"xl/sharedStrings.xml": "<sst>" + strings.Repeat("<si/>", maxShared+1) + "</sst>"}), "more cells than any quiz"},
		"too many parts":         {xlsx(t, map[string][][]string{"Q": good}, manyParts), "is no spreadsheet: it has"},
		"no sheet":               {zipped(t, map[string]string{"a.txt": "x"}), "is no spreadsheet (.xlsx): it has no sheet"},
		"broken XML":             {xlsx(t, map[string][][]string{"Q": good}, map[string]string{"xl/worksheets/sheet2.xml": "<sheetData><row"}), "its part xl/worksheets/sheet2.xml is damaged"},
		"entities that grow":     {xlsx(t, map[string][][]string{"Q": good}, map[string]string{"xl/worksheets/sheet2.xml": `<!DOCTYPE x [<!ENTITY a "aaaa">]><sheetData><row><c><v>&a;</v></c></row></sheetData>`}), "is damaged"},
		"half a file":            {xlsx(t, map[string][][]string{"Q": good}, nil)[:300], "it cannot be unpacked"},
		"another table":          {xlsx(t, map[string][][]string{"Q": {{"Name", "Age"}}}, nil), "none of its first 10 rows has the columns"},
	} {
		t.Run(name, func(t *testing.T) {
			got := readSheet(t, c.data)
			if len(got) != 1 || !strings.Contains(got[0], c.want) {
				t.Errorf("got %q of a file of %d bytes, want %q", got, len(c.data), c.want)
			}
		})
	}
}
