package quiz

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// What Kahoot's spreadsheet takes, as the header of its own template says (https://kahoot.com/library/quiz-template/):
// characters of a question and of an answer, and how many answers. The template's first question stands in row 9.
const (
	kahootText    = 120
	kahootChoice  = 75
	kahootChoices = 4
	kahootSeconds = 60 // to answer; one of those that the template allows, and enough to read the longest question
	kahootRow     = 9
)

var kahootColumns = []string{
	"Question - max 120 characters", "Answer 1 - max 75 characters", "Answer 2 - max 75 characters", "Answer 3 - max 75 characters",
	"Answer 4 - max 75 characters", "Time limit (sec) – 5, 10, 20, 30, 60, 90, 120, or 240 secs", "Correct answer(s) - choose at least one",
}

// writeKahoot writes Kahoot's spreadsheet, and returns which questions are left out and why.
func writeKahoot(out io.Writer, qs []Question) (left []string, err error) {
	rows := make([][]string, kahootRow-1)
	rows[1] = []string{"", "Quiz template"}
	rows[kahootRow-2] = append([]string{""}, kahootColumns...)
	for _, q := range qs {
		if why := q.notForKahoot(); why != "" {
			left = append(left, q.ID+": "+why)
			continue
		}
		row := append([]string{strconv.Itoa(len(rows) - kahootRow + 2), q.Text}, q.Choices...)
		for len(row) < 2+kahootChoices {
			row = append(row, "")
		}
		var right []string
		for _, i := range q.Picked(q.Key) {
			right = append(right, strconv.Itoa(i+1))
		}
		rows = append(rows, append(row, strconv.Itoa(kahootSeconds), strings.Join(right, ",")))
	}
	return left, writeXLSX(out, "Sheet1", rows)
}

// notForKahoot says what of a question has no place there; it is empty if all has one.
func (q Question) notForKahoot() string {
	switch n := utf8.RuneCountInString(q.Text); {
	case q.Kind == Typed || q.Kind == Order:
		return fmt.Sprintf("Kahoot's spreadsheet has only questions with choices, no %s", q.Kind)
	case q.Code != "":
		return "Kahoot's spreadsheet has no place for its code"
	case n > kahootText:
		return fmt.Sprintf("its text has %d characters, in Kahoot at most %d", n, kahootText)
	case len(q.Choices) > kahootChoices:
		return fmt.Sprintf("it has %d choices, in Kahoot at most %d", len(q.Choices), kahootChoices)
	}
	for i, c := range q.Choices {
		if n := utf8.RuneCountInString(c); n > kahootChoice {
			return fmt.Sprintf("choice %c has %d characters, in Kahoot at most %d", 'A'+i, n, kahootChoice)
		}
	}
	return ""
}

// The parts of a spreadsheet (ISO/IEC 29500) besides the sheet: which parts there are and how they belong together.
var xlsxParts = []struct{ name, text string }{
	{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` +
		`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`},
	{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
	{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
}

// writeXLSX writes a spreadsheet of one sheet. Cells of digits alone become numbers, all others texts, so nothing is run as a
// formula. The same rows make the same bytes.
func writeXLSX(out io.Writer, sheet string, rows [][]string) error {
	z := zip.NewWriter(out)
	part := func(name, text string) error {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err == nil {
			_, err = io.WriteString(w, xml.Header+text)
		}
		return err
	}
	for _, p := range xlsxParts {
		if err := part(p.name, p.text); err != nil {
			return err
		}
	}
	err := part("xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" `+
		`xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="`+sheet+`" sheetId="1" r:id="rId1"/></sheets></workbook>`)
	if err == nil {
		err = part("xl/worksheets/sheet1.xml", sheetOf(rows))
	}
	if err != nil {
		return err
	}
	return z.Close()
}

func sheetOf(rows [][]string) string {
	var b bytes.Buffer
	b.WriteString(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cols><col min="2" max="6" width="40" customWidth="1"/></cols><sheetData>`)
	for y, row := range rows {
		if len(row) == 0 {
			continue
		}
		fmt.Fprintf(&b, `<row r="%d">`, y+1)
		for x, text := range row {
			at := cell{column: x, row: y + 1}.name()
			switch _, err := strconv.ParseUint(text, 10, 32); {
			case text == "":
			case err == nil && (text == "0" || text[0] != '0'):
				fmt.Fprintf(&b, `<c r="%s"><v>%s</v></c>`, at, text)
			default:
				fmt.Fprintf(&b, `<c r="%s" t="inlineStr"><is><t xml:space="preserve">`, at)
				_ = xml.EscapeText(&b, []byte(text)) // a Buffer takes everything
				b.WriteString(`</t></is></c>`)
			}
		}
		b.WriteString(`</row>`)
	}
	b.WriteString(`</sheetData></worksheet>`)
	return b.String()
}
