package quiz

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"ckadbot/internal/textfile"
)

// Imported returns the imported questions, sorted by id.
func (e *Engine) Imported(ctx context.Context) ([]Question, error) {
	all, err := readBank(ctx, e.db)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(q Question) bool { return !q.imported() })
	slices.SortFunc(all, func(a, b Question) int { return strings.Compare(a.ID, b.ID) }) // the database's order depends on its language
	return all, nil
}

// WriteQuestions writes a file of questions (yaml when format is empty), and returns in words which are left out because the format
// cannot say them. Read of that file and WriteQuestions of what was read make the same file.
//
// YAML and CSV keep everything. Besides text, code, choices, key and explanation, which players see, GIFT keeps id, domain,
// category and terms, and Anki id and terms. Aiken and Kahoot's spreadsheet keep only text, choices and key.
func WriteQuestions(w io.Writer, qs []Question, format Format) (left []string, err error) {
	out := bufio.NewWriter(w)
	switch format {
	case "", FormatYAML:
		err = writeYAML(out, qs)
	case FormatCSV:
		err = writeCSV(out, qs)
	case FormatGIFT:
		left = writeGIFT(out, qs)
	case FormatAiken:
		left = writeAiken(out, qs)
	case FormatAnki:
		writeAnki(out, qs)
	case FormatKahoot:
		left, err = writeKahoot(out, qs)
	default:
		err = fmt.Errorf("cannot export to the format %q; use yaml, csv, gift, aiken, anki or kahoot", clip(string(format), 20))
	}
	if err != nil {
		return nil, err
	}
	return left, out.Flush()
}

// A part of a question as files have it: the key of YAML, the column of CSV.
type part struct {
	key  string
	text string
	list []string // instead of text
}

// parts are those that are not empty, in the order in which files have them.
func (q Question) parts() []part {
	parts := []part{
		{key: "id", text: q.ID}, {key: "domain", text: q.Domain}, {key: "competency", text: q.Competency}, {key: "category", text: q.Category},
		{key: "terms", list: q.Terms}, {key: "difficulty", text: strconv.Itoa(q.Difficulty)}, {key: "kind", text: string(q.Kind)},
		{key: "text", text: q.Text}, {key: "code", text: q.Code},
	}
	switch q.Kind {
	case Order:
		parts = append(parts, part{key: "steps", list: q.texts(q.Key)})
	case Typed:
		parts = append(parts, part{key: "answers", list: q.Answers})
	case TrueFalse:
		parts = append(parts, part{key: "key", text: strings.ToLower(q.Right())})
	case Several:
		parts = append(parts, part{key: "choices", list: q.Choices}, part{key: "keys", list: q.keyLetters()})
	default:
		parts = append(parts, part{key: "choices", list: q.Choices}, part{key: "key", text: q.keyLetters()[0]})
	}
	parts = append(parts, part{key: "explanation", text: q.Explanation}, part{key: "doc", text: q.Doc},
		part{key: "verified", text: q.Verified}, part{key: "from", text: q.From}, part{key: "until", text: q.Until})
	var some []part
	for _, p := range parts {
		if p.text != "" || len(p.list) > 0 {
			some = append(some, p)
		}
	}
	return some
}

// keyLetters are the letters of the right choices.
func (q Question) keyLetters() (letters []string) {
	for _, i := range q.Picked(q.Key) {
		letters = append(letters, string(rune('A'+i)))
	}
	return letters
}

func writeYAML(out *bufio.Writer, qs []Question) error {
	_, _ = out.WriteString("questions:") // a Writer keeps its first error
	if len(qs) == 0 {
		_, _ = out.WriteString(" []\n")
	}
	for i, q := range qs {
		item := &yaml.Node{Kind: yaml.MappingNode}
		for _, p := range q.parts() {
			item.Content = append(item.Content, textfile.YAML(p.key), p.node())
		}
		var b bytes.Buffer
		enc := yaml.NewEncoder(&b)
		enc.SetIndent(2)
		list := &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{item}}
		if err := enc.Encode(list); err != nil {
			return fmt.Errorf("write question %s: %w", q.ID, err)
		}
		if i > 0 {
			_ = out.WriteByte('\n')
		} else {
			_, _ = out.WriteString("\n")
		}
		for line := range strings.SplitSeq(strings.TrimSuffix(b.String(), "\n"), "\n") {
			if line != "" {
				line = "  " + line
			}
			_, _ = out.WriteString(line + "\n")
		}
	}
	return nil
}

func (p part) node() *yaml.Node {
	if p.list == nil {
		if p.key == "difficulty" {
			return &yaml.Node{Kind: yaml.ScalarNode, Value: p.text}
		}
		return textfile.YAML(p.text)
	}
	list := &yaml.Node{Kind: yaml.SequenceNode}
	if p.key == "terms" || p.key == "keys" {
		list.Style = yaml.FlowStyle // they are short
	}
	for _, s := range p.list {
		list.Content = append(list.Content, textfile.YAML(s))
	}
	return list
}

func writeCSV(out *bufio.Writer, qs []Question) error {
	w := textfile.NewTableWriter(out)
	_ = w.Row(csvColumns) // Flush tells its error
	for _, q := range qs {
		row := map[string]string{}
		for _, p := range q.parts() {
			switch p.key {
			case "choices", "steps":
				for i, s := range p.list {
					row[string(rune('a'+i))] = s
				}
			case "keys":
				row["key"] = strings.Join(p.list, " ")
			default:
				row[p.key] = p.text + textfile.JoinCell(p.list)
			}
		}
		var cells []string
		for _, column := range csvColumns {
			cells = append(cells, row[column])
		}
		_ = w.Row(cells)
	}
	return w.Flush()
}

var giftEscape = strings.NewReplacer(`\`, `\\`, "~", `\~`, "=", `\=`, "#", `\#`, "{", `\{`, "}", `\}`, ":", `\:`, "\n", `\n`)

// giftText is a text between answers; what could be taken for a weight or for markup gets one before it.
func giftText(s string) string {
	if strings.HasPrefix(s, "[") || strings.HasPrefix(s, "%") {
		s = "[markdown]" + s
	}
	return giftEscape.Replace(s)
}

func writeGIFT(out *bufio.Writer, qs []Question) (left []string) {
	category := ""
	for _, q := range qs {
		if q.Kind == Order {
			left = append(left, q.ID+": GIFT has no steps to be put in order")
			continue
		}
		if c := strings.ReplaceAll(q.Domain+"/"+strings.ReplaceAll(q.Category, "/", "//"), "\n", " "); c != category {
			category = c
			fmt.Fprintf(out, "$CATEGORY: %s\n\n", c)
		}
		fmt.Fprintf(out, "// [id:%s]", q.ID)
		for _, t := range q.Terms {
			if !strings.ContainsAny(t, "[]") {
				fmt.Fprintf(out, " [tag:%s]", t)
			}
		}
		text := q.Text
		if q.Code != "" {
			text += "\n```\n" + q.Code + "\n```\n"
		}
		fmt.Fprintf(out, "\n::%s::[markdown]%s {\n%s", q.ID, giftEscape.Replace(text), q.giftAnswers())
		if q.Explanation != "" {
			fmt.Fprintf(out, "\t####%s\n", giftEscape.Replace(q.Explanation))
		}
		fmt.Fprint(out, "}\n\n")
	}
	return left
}

func (q Question) giftAnswers() string {
	var b strings.Builder
	switch right := q.Picked(q.Key); q.Kind {
	case TrueFalse:
		fmt.Fprintln(&b, strings.ToUpper(q.Right()))
	case Typed:
		for _, a := range q.Answers {
			fmt.Fprintf(&b, "\t=%s\n", giftText(a))
		}
	default:
		for i, c := range q.Choices {
			is, sign := false, "~"
			for _, r := range right {
				is = is || r == i
			}
			switch {
			case q.Kind == Several && is:
				sign = fmt.Sprintf("~%%%.5f%%", 100/float64(len(right)))
			case q.Kind == Several:
				sign = "~%-100%"
			case is:
				sign = "="
			}
			fmt.Fprintf(&b, "\t%s%s\n", sign, giftText(c))
		}
	}
	return b.String()
}

func writeAiken(out *bufio.Writer, qs []Question) (left []string) {
	for _, q := range qs {
		switch {
		case q.Kind != OneChoice && q.Kind != TrueFalse:
			left = append(left, fmt.Sprintf("%s: Aiken has only questions with one right choice, no %s", q.ID, q.Kind))
			continue
		case q.Code != "":
			left = append(left, q.ID+": Aiken has no place for its code")
			continue
		case aikenAnswer.MatchString(q.Text):
			left = append(left, q.ID+": its text begins with ANSWER, which means something else in Aiken")
			continue
		}
		fmt.Fprintln(out, q.Text)
		for i, c := range q.Choices {
			fmt.Fprintf(out, "%c. %s\n", 'A'+i, c)
		}
		fmt.Fprintf(out, "ANSWER: %s\n\n", q.keyLetters()[0])
	}
	return left
}
