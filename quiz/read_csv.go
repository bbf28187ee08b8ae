package quiz

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// csvColumns are the columns of a table of questions, in the order in which they are written.
var csvColumns = []string{
	"id", "domain", "competency", "category", "terms", "difficulty", "kind", "text", "code", "a", "b", "c", "d", "e",
	"key", "answers", "explanation", "doc", "verified", "from", "until",
}

// readCSV reads a table as spreadsheets save it: the first row names the columns, which are csvColumns in any order; only text
// must be there.
//
//   - Columns are separated by commas, semicolons or tabs, whichever makes most sense of the first row.
//   - The choices stand in columns a to e, or "choice 1" to "choice 5"; the steps of an order likewise, in the right order.
//   - The key is the letter of the right choice, or letters for the kind several, or true or false.
//   - Terms and answers are separated by | or ;. A backslash before one of these, or before another backslash, takes its meaning away.
//   - A cell that would be a formula has an apostrophe before it, which is no part of the text.
//   - Rows without any text are skipped.
func readCSV(r *reader, text string) {
	c := csvReader{reader: r}
	in := c.open(text)
	header, err := in.Read()
	if err != nil || !c.header(header) {
		c.failed(err)
		return
	}
	for {
		cells, err := in.Read()
		if err != nil {
			c.failed(err)
			return
		}
		line, _ := in.FieldPos(0)
		c.row(line+c.before, cells)
	}
}

type csvReader struct {
	*reader
	before  int      // lines before those that the library counts
	columns []string // of csvColumns; empty for one without a name
}

var separatorLine = regexp.MustCompile(`^"?sep=([,;\t])"?\n`)

// open finds the character between columns: the one that Excel writes into a line of its own, or the one that makes most known
// names of the first row.
func (c *csvReader) open(text string) *csv.Reader {
	separator := rune(',')
	if found := separatorLine.FindStringSubmatch(text); found != nil {
		text, c.before, separator = text[len(found[0]):], 1, rune(found[1][0])
	} else {
		first, _, _ := strings.Cut(text, "\n")
		most := -1
		for _, s := range ",;\t" {
			if n := knownCells(strings.Split(first, string(s))); n > most {
				separator, most = s, n
			}
		}
	}
	in := csv.NewReader(strings.NewReader(text))
	in.Comma, in.FieldsPerRecord, in.ReuseRecord = separator, -1, true
	return in
}

// knownColumns counts the names of columns in what may be the first row of a table.
func knownColumns(row string) int {
	most := 0
	for _, s := range ",;\t" {
		most = max(most, knownCells(strings.Split(row, string(s))))
	}
	return most
}

func knownCells(cells []string) (n int) {
	for _, cell := range cells {
		if slices.Contains(csvColumns, columnName(cell)) {
			n++
		}
	}
	return n
}

var choiceColumn = regexp.MustCompile(`^(?:choice|answer|option|step) ?([1-5a-e])$`)

// columnName is the name of a column as it stands in csvColumns.
func columnName(cell string) string {
	name := oneSpaced(strings.NewReplacer("_", " ", "-", " ", `"`, "").Replace(strings.ToLower(cell)))
	if m := choiceColumn.FindStringSubmatch(name); m != nil {
		name = m[1]
		if name < "a" {
			name = string(rune('a' + name[0] - '1'))
		}
	}
	if name == "question" {
		name = "text"
	}
	return name
}

func (c *csvReader) header(cells []string) bool {
	at := c.line(c.before + 1)
	found := len(c.problems)
	for _, cell := range cells {
		name := columnName(cell)
		switch {
		case name == "":
		case !slices.Contains(csvColumns, name):
			c.wrong(at, "there is no column %q; there are %s", clip(cell, 40), strings.Join(csvColumns, ", "))
		case slices.Contains(c.columns, name):
			c.wrong(at, "there are two columns %s; keep one", name)
		}
		c.columns = append(c.columns, name)
	}
	if !slices.Contains(c.columns, "text") {
		c.wrong(at, "there is no column text; the first row must name the columns, such as text, a, b, c, d, key")
	}
	return len(c.problems) == found
}

// failed tells why a row could not be read; the end of the file and what was told already are no failure.
func (c *csvReader) failed(err error) {
	var wrong *csv.ParseError
	switch {
	case err == nil || errors.Is(err, io.EOF):
	case errors.As(err, &wrong):
		c.wrong(c.line(c.before+wrong.StartLine), "is no CSV (%v); put a text with a quote, a separator or a line break in straight quotes, and double each quote inside", wrong.Err)
	default:
		c.wrong(c.line(0), "cannot be read: %v", err)
	}
}

func (c *csvReader) row(line int, cells []string) {
	if !slices.ContainsFunc(cells, func(s string) bool { return strings.TrimSpace(s) != "" }) {
		return
	}
	row := map[string]string{}
	for i, cell := range cells {
		if cell = unguarded(cell); i < len(c.columns) && c.columns[i] != "" {
			row[c.columns[i]] = cell
		} else if strings.TrimSpace(cell) != "" {
			c.wrong(c.line(line), "%q stands in column %d, which has no name; is a separator too many in the row, or are straight quotes (\") missing around a text?", clip(cell, 40), i+1)
			return
		}
	}
	b, err := rowQuestion(row)
	if err == nil {
		var q Question
		if q, err = b.question(bankFile{}); err == nil {
			c.add(c.line(line), q)
			return
		}
	}
	c.wrong(c.line(line), "%v", err)
}

// rowQuestion is a row as the question of a YAML file would be, so that the rules of the kinds are the same.
func rowQuestion(row map[string]string) (bankQuestion, error) {
	cell := func(name string) string { return cellText(row[name]) }
	b := bankQuestion{
		ID: cell("id"), Domain: strings.ToUpper(cell("domain")), Competency: cell("competency"), Category: cell("category"),
		Kind: kindNamed(cell("kind")), Terms: splitCell(row["terms"]), Text: cell("text"), Code: strings.TrimRight(row["code"], "\n"),
		Explanation: cell("explanation"), Doc: cell("doc"), Verified: cell("verified"), From: cell("from"), Until: cell("until"),
	}
	if d := cell("difficulty"); d != "" {
		n, err := strconv.Atoi(d)
		if err != nil || n == 0 {
			return b, fmt.Errorf("difficulty %q: want 1, 2 or 3", clip(d, 20))
		}
		b.Difficulty = n
	}
	b.Answers = yamlNodes(splitCell(row["answers"]))
	choices, err := rowChoices(row)
	if b.Choices = yamlNodes(choices); b.Kind == Order {
		b.Choices, b.Steps = nil, b.Choices
	}
	if err == nil {
		err = b.setKey(cell("key"))
	}
	return b, err
}

// cellText is a cell as one line.
func cellText(cell string) string {
	return strings.TrimSpace(cellBreaks.Replace(cell))
}

var cellBreaks = strings.NewReplacer("\n", " ", "\t", " ")

// kindNamed is a kind as people write it: "True/False", "one choice".
func kindNamed(name string) QuestionKind {
	name = strings.NewReplacer(" ", "-", "/", "-", "_", "-").Replace(strings.ToLower(name))
	if name == "one" || name == "one-choice" {
		return OneChoice
	}
	return QuestionKind(name)
}

// rowChoices are the cells a to e. One that is empty before one that is not would give the others other letters.
func rowChoices(row map[string]string) (choices []string, err error) {
	gap := ""
	for _, letter := range []string{"a", "b", "c", "d", "e"} {
		choice := cellText(row[letter])
		switch {
		case choice == "" && gap == "":
			gap = letter
		case choice != "" && gap != "":
			return nil, fmt.Errorf("choice %s is empty, and %s is not; move the choices together, and look at the key", gap, letter)
		case choice != "":
			choices = append(choices, choice)
		}
	}
	return choices, nil
}

var (
	keySeparators = regexp.MustCompile(`[\s,;|+&“”"'‘’]+`)
	manyLetters   = regexp.MustCompile(`^[A-Ea-e]{2,5}$`)
)

// setKey reads the cell of the key: letters, or numbers, or true and false.
func (b *bankQuestion) setKey(cell string) error {
	var keys []string
	for _, k := range keySeparators.Split(cell, -1) {
		if b.Kind == Several && manyLetters.MatchString(k) { // AC is A and C
			keys = append(keys, strings.Split(strings.ToUpper(k), "")...)
		} else if k != "" {
			keys = append(keys, keyLetter(k))
		}
	}
	switch {
	case b.Kind == Several:
		b.Keys = keys
	case len(keys) > 1:
		return fmt.Errorf("key %q: two keys; keep one, or write several in the column kind", clip(cell, 20))
	case len(keys) == 1:
		b.Key = keys[0]
	}
	return nil
}

func keyLetter(key string) string {
	if len(key) == 1 && key >= "1" && key <= "5" {
		return string(rune('A' + key[0] - '1'))
	}
	if key = strings.ToUpper(key); key == "TRUE" || key == "FALSE" { // as spreadsheets write them
		return strings.ToLower(key)
	}
	return key
}

func yamlNodes(texts []string) (nodes []yaml.Node) {
	for _, t := range texts {
		nodes = append(nodes, yaml.Node{Kind: yaml.ScalarNode, Value: t})
	}
	return nodes
}

// splitCell splits a cell at | and ; without a backslash before them, and drops what is empty.
func splitCell(cell string) (parts []string) {
	var part strings.Builder
	end := func() {
		if s := cellText(part.String()); s != "" {
			parts = append(parts, s)
		}
		part.Reset()
	}
	for i := 0; i < len(cell); i++ {
		switch special := i+1 < len(cell) && strings.IndexByte(`\;|`, cell[i+1]) >= 0; {
		case cell[i] == '\\' && special:
			i++
			part.WriteByte(cell[i])
		case cell[i] == ';' || cell[i] == '|':
			end()
		default:
			part.WriteByte(cell[i])
		}
	}
	end()
	return parts
}

// joinCell is the inverse of splitCell.
func joinCell(parts []string) string {
	escape := strings.NewReplacer(`\`, `\\`, `;`, `\;`, `|`, `\|`)
	var escaped []string
	for _, p := range parts {
		escaped = append(escaped, escape.Replace(p))
	}
	return strings.Join(escaped, "|")
}

var (
	formula = regexp.MustCompile("^'*[=+@\t\r-]")
	guarded = regexp.MustCompile("^'+[=+@\t\r-]")
)

// guard puts an apostrophe before what a spreadsheet would run as a formula.
func guard(cell string) string {
	if formula.MatchString(cell) {
		return "'" + cell
	}
	return cell
}

// unguarded is the inverse of guard.
func unguarded(cell string) string {
	if guarded.MatchString(cell) {
		return cell[1:]
	}
	return cell
}
