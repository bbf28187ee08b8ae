package lint

import (
	"slices"
	"strings"

	"ckadbot/kb"
)

// together checks what entries have to do with each other; kb.CheckTogether has seen to their names.
func (l *linter) together() {
	owners := map[string]kb.Noted{} // by canonical name
	for _, e := range l.entries {
		for _, n := range e.CanonicalNames() {
			owners[n] = e
		}
	}
	said := map[string]place{} // by canonical phrase
	for _, e := range l.entries {
		l.relatedBack(e)
		l.phrases(e, owners, said)
	}
}

// A place is where an entry says something.
type place struct {
	kb.Noted
	line int
}

func (l *linter) relatedBack(e kb.Noted) {
	for _, slug := range e.Related {
		if other, ok := l.bySlug[slug]; ok && !slices.Contains(other.Related, e.Slug) {
			l.wrong(e, l.lineOf(e, "related", slug), "%s is related, but not the other way round; add %s to it (%s:%d)", slug, e.Slug, other.File, other.LineOf("related"))
		}
	}
}

// phrases checks that a phrase leads to one entry: it is no name, and no other entry has it.
func (l *linter) phrases(e kb.Noted, owners map[string]kb.Noted, said map[string]place) {
	for _, p := range e.Phrases {
		name, line := kb.CanonicalName(p), l.lineOf(e, "phrases", p)
		if owner, ok := owners[name]; ok && (owner.Slug != e.Slug || len(strings.Fields(p)) < 3) {
			l.wrong(e, line, "the phrase %q is a name of %s, so it describes nothing; take it away", p, owner.Slug)
		}
		if before, ok := said[name]; ok {
			l.wrong(e, line, "the phrase %q stands at %s (%s:%d) already; keep it where it fits best", p, before.Slug, before.File, before.line)
			continue
		}
		said[name] = place{e, line}
	}
}
