package kb

import (
	"crypto/sha256"
	"fmt"
	"strings"
)

// Names is what is known already when a file is read: the names that one workspace can use.
type Names struct{ view }

// Names returns the names known in a workspace at this moment.
func (g *Glossary) Names(workspace string) Names { return Names{g.view(workspace)} }

// NewNames returns the names of some entries, without a database.
func NewNames(entries []Entry) Names {
	bySlug := map[string]Entry{}
	for _, e := range entries {
		bySlug[e.Slug] = e
	}
	return Names{view{layers: []*layer{newLayer(layerID{source: SourceBuiltin}, bySlug)}, other: newOtherWords()}}
}

// resolve finds the entry that a printed name means: by one of its names, or as the only one that is one or two typing
// mistakes away. It returns nil for a name of its own.
func (n Names) resolve(printed string) *item {
	q := parse(printed)
	if found := n.exact(q); len(found) > 0 {
		return found[0]
	}
	if len(q.key) < 4 {
		return nil
	}
	if best, _ := n.nearest(q, n.near(q.canon)); len(best) == 1 {
		if edits, _ := q.edits(n.names(best[0].Slug)); edits <= 2 {
			return best[0]
		}
	}
	return nil
}

// SlugOf makes the slug of a new entry from its name: its words, or a number for a name that these cannot be made of.
func SlugOf(printed string) string {
	outside := printed
	if readings := withoutParentheses(printed); len(readings) > 0 && strings.TrimSpace(readings[0]) != "" {
		outside = readings[0]
	}
	slug := strings.Join(words(outside), "-")
	if slugForm.MatchString(slug) {
		return slug
	}
	// Other letters, or too long. The same name gives the same slug at the next import.
	return fmt.Sprintf("term-%x", sha256.Sum256([]byte(key(words(printed)))))[:21]
}
