package quiz

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"ckadbot/internal/textfile"
)

// csvColumns are the columns of a table of questions, in the order in which they are written.
var csvColumns = []string{
	"id", "domain", "competency", "category", "terms", "difficulty", "kind", "text", "code", "a", "b", "c", "d", "e",
	"key", "answers", "explanation", "doc", "verified", "from", "until",
}

// readCSV reads a table as spreadsheets save it: the first row names the columns, which are csvColumns in any order; only text
// must be there.
//
//   - The choices stand in columns a to e, or "choice 1" to "choice 5"; the steps of an order likewise, in the right order.
//   - The key is the letter of the right choice, or letters for the kind several, or true or false.
//   - Terms and answers are separated by | or ;. A backslash before one of these, or before another backslash, takes its meaning away.
func readCSV(r *reader, text string) {
	c := csvReader{reader: r}
	table := textfile.NewTable(strings.NewReader(text), isColumn)
	for row := range table.Rows {
		if c.columns != nil {
			c.row(row)
		} else if !c.header(row) {
			break
		}
	}
	if line, problem := table.Problem(); problem != "" {
		c.wrong(c.line(line), "%s", problem)
	}
}

type csvReader struct {
	*reader
	columns []string // of csvColumns; empty for one without a name
}

func isColumn(name string) bool { return slices.Contains(csvColumns, columnName(name)) }

var choiceColumn = regexp.MustCompile(`^(?:choice|answer|option|step) ?([1-5a-e])$`)

// columnName is the name of a column as it stands in csvColumns.
func columnName(cell string) string {
	name := oneSpaced(strings.NewReplacer("_", " ", "-", " ").Replace(strings.ToLower(cell)))
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

func (c *csvReader) header(row []textfile.Cell) bool {
	at := c.line(row[0].Line)
	found := len(c.problems)
	for _, cell := range row {
		name := columnName(cell.Text)
		switch {
		case name == "":
		case !slices.Contains(csvColumns, name):
			c.wrong(at, "there is no column %q; there are %s", clip(cell.Text, 40), strings.Join(csvColumns, ", "))
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

func (c *csvReader) row(cells []textfile.Cell) {
	at := c.line(cells[0].Line)
	row := map[string]string{}
	for i, cell := range cells {
		if i < len(c.columns) && c.columns[i] != "" {
			row[c.columns[i]] = cell.Text
		} else if strings.TrimSpace(cell.Text) != "" {
			c.wrong(at, "%q stands in column %d, which has no name; is a separator too many in the row, or are straight quotes (\") missing around a text?", clip(cell.Text, 40), i+1)
			return
		}
	}
	b, err := rowQuestion(row)
	if err == nil {
		var q Question
		if q, err = b.question(bankFile{}); err == nil {
			c.add(at, q)
			return
		}
	}
	c.wrong(at, "%v", err)
}

// rowQuestion is a row as the question of a YAML file would be, so that the rules of the kinds are the same.
func rowQuestion(row map[string]string) (bankQuestion, error) {
	cell := func(name string) string { return cellText(row[name]) }
	b := bankQuestion{
		ID: cell("id"), Domain: strings.ToUpper(cell("domain")), Competency: cell("competency"), Category: cell("category"),
		Kind: kindNamed(cell("kind")), Terms: textfile.SplitCell(cell("terms"), ";|"), Text: cell("text"), Code: strings.TrimRight(row["code"], "\n"),
		Explanation: cell("explanation"), Doc: cell("doc"), Verified: cell("verified"), From: cell("from"), Until: cell("until"),
	}
	if d := cell("difficulty"); d != "" {
		n, err := strconv.Atoi(d)
		if err != nil || n == 0 {
			return b, fmt.Errorf("difficulty %q: want 1, 2 or 3", clip(d, 20))
		}
		b.Difficulty = n
	}
	b.Answers = yamlNodes(textfile.SplitCell(cell("answers"), ";|"))
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
