package textfile

import (
	"regexp"
	"strings"
)

// codeSpan is what stands between backticks, or between pairs of them. As in Markdown it may go on in the next line, but not
// behind a blank one.
var codeSpan = regexp.MustCompile("(?s)``.+?``|`(?:[^`\n]|\n[^`\n])+`")

// OutsideCode applies a change to what is not within `code` marks.
func OutsideCode(text string, change func(string) string) string {
	var b strings.Builder
	at := 0
	for _, span := range codeSpan.FindAllStringIndex(text, -1) {
		b.WriteString(change(text[at:span[0]]))
		b.WriteString(text[span[0]:span[1]])
		at = span[1]
	}
	b.WriteString(change(text[at:]))
	return b.String()
}
