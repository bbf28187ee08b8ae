package quiz

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// readKahoot reads the spreadsheet that Kahoot offers for writing quizzes. A row among the first ten of a sheet names the columns:
// Question, Answer 1 to Answer 4 (or more), Correct answer(s); others, such as Time limit, are not needed. Correct answers are
// numbers: "1", or "1,3" for a question of several. Rows without a question are skipped; those with a question and no answers,
// which are slides, are told.
func readKahoot(r *reader, data []byte) {
	w, err := openWorkbook(data)
	if err != nil {
		r.wrong(r.line(0), "%v", err)
		return
	}
	tables := 0
	for _, s := range w.sheets {
		k := kahootReader{reader: r, sheet: s.name}
		if err := w.cells(s, k.take); err != nil {
			r.wrong(r.line(0), "%v", err)
			return
		}
		k.question()
		if k.columns != nil {
			tables++
		} else if k.some {
			r.skip(Place{File: r.file.Name, Cell: s.name}, "the sheet has no row with the columns of Kahoot's template")
		}
	}
	if tables == 0 {
		r.wrong(r.line(0), "none of its first %d rows has the columns Question, Answer 1, Answer 2 and Correct answer(s), as Kahoot's template has", kahootHeader)
	}
}

// kahootHeader is how many rows may stand before the table.
const kahootHeader = 10

type kahootReader struct {
	*reader
	sheet   string
	some    bool           // there is a text in it
	columns map[int]string // "text", "choice 1", "key"; nil before the row that names them
	number  int            // of the row that is being read
	row     map[int]cell
}

// take notes a cell, and reads the row before when another one begins.
func (k *kahootReader) take(c cell) {
	k.some = true
	if c.row != k.number {
		k.question()
		k.number, k.row = c.row, map[int]cell{}
	}
	k.row[c.column] = c
}

func (k *kahootReader) at(c cell) Place {
	return Place{File: k.file.Name, Cell: k.sheet + "!" + c.name()}
}

var (
	kahootAnswer = regexp.MustCompile(`^answer ([1-6])\b`)
	kahootKey    = regexp.MustCompile(`^correct answer`)
)

// header takes a row for the names of the columns if it has all that are needed.
func (k *kahootReader) header() {
	columns := map[int]string{}
	for _, n := range slices.Sorted(maps.Keys(k.row)) {
		name := strings.ToLower(oneSpaced(k.row[n].text))
		switch m := kahootAnswer.FindStringSubmatch(name); {
		case m != nil:
			columns[n] = "choice " + m[1]
		case kahootKey.MatchString(name):
			columns[n] = "key"
		case strings.HasPrefix(name, "question") && !slices.Contains(slices.Collect(maps.Values(columns)), "text"):
			columns[n] = "text"
		}
	}
	have := slices.Sorted(maps.Values(columns))
	for _, needed := range []string{"text", "choice 1", "choice 2", "key"} {
		if !slices.Contains(have, needed) {
			return
		}
	}
	if len(slices.Compact(slices.Clone(have))) == len(have) {
		k.columns = columns
	}
}

// question reads the row that ends here.
func (k *kahootReader) question() {
	switch {
	case len(k.row) == 0:
		return
	case k.columns == nil:
		if k.number <= kahootHeader {
			k.header()
		}
		return
	}
	cells, ok := k.cells()
	text, is := cells["text"]
	switch {
	case !ok || len(cells) == 0:
		return
	case !is:
		k.wrong(k.at(k.first()), "the row has answers and no question")
		return
	}
	n := Noted{Place: k.at(text), cells: map[string]Place{}}
	for what, c := range cells {
		n.cells[what] = k.at(c)
	}
	p := k.plain(n.Place, text.text, false)
	n.Text, n.Code = p.text, p.code
	if n.Choices, ok = k.choices(cells); !ok {
		return
	}
	if len(n.Choices) == 0 {
		k.skip(n.Place, "a slide: a text without answers is no question")
		return
	}
	if k.key(cells, &n) {
		k.file.Questions = append(k.file.Questions, n)
	}
}

// cells are those of the row by what they are, such as "choice 2"; not ok if one cannot be understood.
func (k *kahootReader) cells() (cells map[string]cell, ok bool) {
	cells, ok = map[string]cell{}, true
	for _, n := range slices.Sorted(maps.Keys(k.row)) {
		what, c := k.columns[n], k.row[n]
		if what == "" {
			continue
		}
		cells[what] = c
		if c.date {
			k.wrong(k.at(c), "is shown as a date, a percentage or the like, which does not say what stands there; format the cell as text")
			ok = false
		}
	}
	return cells, ok
}

// choices are the answers. One that is missing before another would give that another number.
func (k *kahootReader) choices(cells map[string]cell) (choices []string, ok bool) {
	for i := 1; i <= 6; i++ {
		c, is := cells[fmt.Sprintf("choice %d", i)]
		if !is {
			continue
		}
		if i != len(choices)+1 {
			k.wrong(k.at(c), "answer %d is empty, and answer %d is not; move the answers together, and look at the correct answers", i-1, i)
			return nil, false
		}
		choices = append(choices, k.plain(k.at(c), c.text, false).text)
	}
	return choices, true
}

// key reads the correct answers.
func (k *kahootReader) key(cells map[string]cell, n *Noted) bool {
	c, is := cells["key"]
	if !is {
		k.wrong(n.Place, "no key: write the number of the right answer into the column Correct answer(s)")
		return false
	}
	right, problem := kahootNumbers(c.text, len(n.Choices))
	if problem == "" {
		if err := n.setRight(right); err != nil {
			problem = err.Error()
		}
	}
	if problem != "" {
		k.wrong(k.at(c), "%s", problem)
	}
	return problem == ""
}

func (k *kahootReader) first() cell {
	return k.row[slices.Min(slices.Collect(maps.Keys(k.row)))]
}

// kahootNumbers reads "1,3". A spreadsheet may have taken that for the number 1.3.
func kahootNumbers(s string, choices int) (right []int, problem string) {
	for _, n := range strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(" ,;.&+", c) }) {
		if len(n) != 1 || n[0] < '1' || int(n[0]-'0') > choices {
			return nil, fmt.Sprintf("correct answer %q: want the number of an answer, or numbers with commas between them", clip(s, 20))
		}
		if i := int(n[0] - '1'); !slices.Contains(right, i) {
			right = append(right, i)
		} else {
			return nil, fmt.Sprintf("correct answer %q: %s is there twice", clip(s, 20), n)
		}
	}
	return right, ""
}
