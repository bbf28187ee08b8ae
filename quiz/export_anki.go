package quiz

import (
	"bufio"
	"fmt"
	"html"
	"strings"
)

// ankiHeader tells Anki how the notes are written. A note whose guid Anki knows is brought up to date there instead of being
// added a second time. See https://docs.ankiweb.net/importing/text-files.html.
const ankiHeader = "#separator:tab\n#html:true\n#notetype:Basic\n#columns:Guid\tFront\tBack\tTags\n#guid column:1\n#tags column:4\n"

// writeAnki writes a note for each question, of every kind: the choices stand in the front, the explanation beneath a line in
// the back. What is escaped has neither quotes nor tabs nor line breaks, so no field needs quotes around it.
func writeAnki(out *bufio.Writer, qs []Question) {
	_, _ = out.WriteString(ankiHeader)
	for _, q := range qs {
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", q.ID, q.ankiFront(), q.ankiBack(), ankiTags(q.Terms))
	}
}

func (q Question) ankiFront() string {
	front := ankiText(q.Text)
	if q.Code != "" {
		front += "<pre>" + strings.ReplaceAll(html.EscapeString(q.Code), "\n", "<br>") + "</pre>"
	}
	choices := q.Choices
	if q.Kind == Order {
		choices = Shuffled(q, 1).Choices // any order but the right one, and the same each time
	}
	if len(choices) > 0 {
		front += ankiList("ol type=A", choices)
	}
	return front
}

// ankiBack is one right choice as a text, several as a list, steps as a numbered list.
func (q Question) ankiBack() (back string) {
	switch q.Kind {
	case Typed:
		for i, a := range q.Answers {
			if i > 0 {
				back += " <i>or</i> "
			}
			back += ankiText(a)
		}
	case Several:
		back = ankiList("ul", q.texts(q.Key))
	case Order:
		back = ankiList("ol", q.texts(q.Key))
	default:
		back = ankiText(q.Right())
	}
	if q.Explanation != "" {
		back += "<hr>" + ankiText(q.Explanation)
	}
	return back
}

func ankiList(tag string, items []string) string {
	list := "<" + tag + ">"
	for _, i := range items {
		list += "<li>" + ankiText(i) + "</li>"
	}
	return list + "</" + tag[:2] + ">"
}

// ankiText is a text as HTML.
func ankiText(s string) string {
	return codeSpan.ReplaceAllStringFunc(html.EscapeString(s), func(code string) string {
		return "<code>" + strings.Trim(code, "`") + "</code>"
	})
}

// ankiTags are the terms: a tag has no blanks in it, and whoever asks for a topic does not notice the hyphen.
func ankiTags(terms []string) string {
	var tags []string
	for _, t := range terms {
		tags = append(tags, strings.Join(strings.Fields(strings.ReplaceAll(t, `"`, "")), "-"))
	}
	return strings.Join(tags, " ")
}
