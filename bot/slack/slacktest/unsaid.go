package slacktest

import (
	"html"
	"strings"
	"unicode"
)

// Unsaid are words that people see in the blocks of a message, but that are not in its
// text, which is all that screen readers and notifications have
// (docs.slack.dev/reference/methods/chat.postMessage). Labels of buttons do not count. Of a
// long text, which is cut with "…", nothing is asked for.
func Unsaid(text string, blocks []any) (missing []string) {
	var said map[string]bool
	for _, b := range blocks {
		switch object(b)["type"] {
		case "header", "section", "context":
		default:
			continue
		}
		for _, seen := range texts(b) {
			if strings.Contains(text, seen) || len(text) >= cutText && strings.HasSuffix(text, "…") {
				continue
			}
			if said == nil {
				said = map[string]bool{}
				for _, w := range spoken(text) {
					said[w] = true
				}
			}
			for _, w := range spoken(seen) {
				if !said[w] {
					missing = append(missing, w)
				}
			}
		}
	}
	return missing
}

// cutText is how many bytes a text has at least that the bot may cut.
const cutText = 3800

// spoken are the words of a text, without markup and what cannot be seen. A word that is cut off is none.
func spoken(text string) []string {
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, html.UnescapeString(text))
	words := strings.FieldsFunc(text, func(r rune) bool { return r != '…' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	kept := words[:0]
	for _, w := range words {
		if !strings.Contains(w, "…") {
			kept = append(kept, w)
		}
	}
	return kept
}

// listen complains of a message whose text does not say all. The caller holds mu.
func (s *Server) listen(args map[string]any) {
	if missing := Unsaid(word(args["text"]), array(args["blocks"])); len(missing) > 0 {
		s.complain("the text %q does not say %q, which are in the blocks", word(args["text"]), missing)
	}
}
