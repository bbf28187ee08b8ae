package kb

import (
	_ "embed"
	"strings"
)

// otherText lists words that are something else; see the file's first lines.
//
//go:embed other.txt
var otherText string

// otherWords are words of their own that look like a typing mistake in one of our names: "kubectl" is not "kubelet".
type otherWords struct {
	known map[string]bool // by canonical name
	keys  []string
}

func newOtherWords() *otherWords {
	o := &otherWords{known: map[string]bool{}}
	for line := range strings.Lines(otherText) {
		line, _, _ = strings.Cut(line, "#")
		for phrase := range strings.SplitSeq(line, ",") {
			if ws := words(phrase); len(ws) > 0 {
				o.known[canon(ws)] = true
				o.keys = append(o.keys, key(ws))
			}
		}
	}
	return o
}

// has reports whether the query is such a word.
func (o *otherWords) has(q query) bool { return o.known[q.canon] }

// nearer reports whether the query is nearer to such a word than to the name that is edits away.
func (o *otherWords) nearer(q query, edits int) bool {
	for _, k := range o.keys {
		if edits > 0 && distance(q.key, k, edits-1) < edits {
			return true
		}
	}
	return false
}
