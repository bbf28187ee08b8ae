package kb

import (
	_ "embed"
	"strings"
)

// phraseText holds how people describe entries; see the file's first lines.
//
//go:embed phrases.txt
var phraseText string

// phrases returns the phrases of phraseText by slug.
func phrases() map[string][]string {
	bySlug := map[string][]string{}
	for line := range strings.Lines(phraseText) {
		slug, list, ok := strings.Cut(line, ":")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		bySlug[slug] = strings.Split(list, ",")
	}
	return bySlug
}
