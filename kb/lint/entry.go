package lint

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"ckadbot/kb"
)

// newest is the newest minor version of Kubernetes, 1.37, that entries can be verified for. An entry that was verified for an
// older one than oldest has to say in changed what has changed or what has not.
const (
	newest = 37
	oldest = newest - 3
)

// minWords is how many words a definition has at least, its own name not counted.
const minWords = 8

func (l *linter) entry(e kb.Noted) {
	l.definition(e)
	l.place(e)
	l.versions(e)
	l.links(e)
	l.prose(e)
	if e.Kind != "" && !l.kubernetes.knows(e.Kind) {
		l.wrong(e, e.LineOf("kind"), "the API has no kind %s; write it as manifests do, or take the key away", e.Kind)
	}
}

func (l *linter) definition(e kb.Noted) {
	said := words(e.Definition)
	for len(said) > 0 && slices.Contains([]string{"a", "an", "the"}, said[0]) {
		said = said[1:]
	}
	names := kb.Entry{Slug: e.Slug, Term: e.Term, Kind: e.Kind}.CanonicalNames() // aliases may be what kind of thing it is
	for n := range min(len(said), 6) {
		if name := strings.Join(said[:n+1], " "); slices.Contains(names, kb.CanonicalName(name)) {
			l.wrong(e, e.LineOf("definition"), "the definition begins with its own name, %q; begin with what kind of thing it is", name)
		}
	}
	own := words(e.Term)
	said = slices.DeleteFunc(said, func(w string) bool { return slices.Contains(own, w) })
	if len(said) < minWords {
		l.wrong(e, e.LineOf("definition"), "the definition has %d words besides its name; say in at least %d what it is and does", len(said), minWords)
	}
}

// teams reports whether an entry is a team's own: the slug is left to the import, or the source is given, as in every export.
// Nobody asks these for the exam or for a version.
func teams(e kb.Noted) bool { return !e.Has("slug") || e.Has("source") }

// place checks the entry's place in the glossary and in the curriculum.
func (l *linter) place(e kb.Noted) {
	if teams(e) && e.Category == "" && e.Domain == "" {
		return
	}
	if !kb.IsCategory(e.Category) {
		l.wrong(e, e.LineOf("category"), "there is no category %q; use one that other entries have", e.Category)
	}
	competencies := kb.Competencies(e.Domain)
	switch {
	case e.Domain == "":
		l.wrong(e, e.Line, "the entry has no domain; give the exam's, D1 to D5, or BG for background")
	case len(competencies) == 0 && e.Competency != "":
		l.wrong(e, e.LineOf("competency"), "the domain %s has no competencies; take %q away or give another domain", e.Domain, e.Competency)
	case len(competencies) > 0 && !slices.Contains(competencies, e.Competency):
		l.wrong(e, e.LineOf("competency"), "the competency %q is none of domain %s; it has %s", e.Competency, e.Domain, strings.Join(competencies, ", "))
	}
}

func (l *linter) versions(e kb.Noted) {
	verified, since, until := minor(e.Verified), minor(e.Since), minor(e.Until)
	if verified < 0 && teams(e) {
		return
	}
	if verified < 0 {
		l.wrong(e, e.LineOf("verified"), "verified is missing; give the Kubernetes version all this was checked for, such as 1.%d", newest)
	} else if verified < oldest && e.Changed == "" {
		l.wrong(e, e.LineOf("verified"), "checked for 1.%d, more than three versions ago; check it again, or say in changed what has changed since", verified)
	}
	for _, v := range []struct {
		key   string
		minor int
	}{{"verified", verified}, {"since", since}, {"until", until}} {
		if v.minor > newest {
			l.wrong(e, e.LineOf(v.key), "%s is 1.%d, but the newest version is 1.%d", v.key, v.minor, newest)
		}
	}
	if until >= 0 && since > until {
		l.wrong(e, e.LineOf("until"), "it ended in 1.%d before it began in 1.%d; exchange them or correct one", until, since)
	}
}

// minor is 37 for "1.37", and -1 for what is no version; what is neither empty nor a version is told by kb.
func minor(version string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(version, "1."))
	if err != nil || !strings.HasPrefix(version, "1.") {
		return -1
	}
	return n
}

// docForm is that of a page below kubernetes.io; kb sees to the characters and the / at the beginning.
var docForm = regexp.MustCompile(`^/(docs|blog)/(.*/)?(#[^/#]+)?$`)

func (l *linter) links(e kb.Noted) {
	if strings.HasPrefix(e.Doc, "/") && !docForm.MatchString(e.Doc) {
		l.wrong(e, e.LineOf("doc"), "the path %q must begin with /docs/ or /blog/ and end with / or /#part", e.Doc)
	}
	for i, slug := range e.Related {
		if slices.Contains(e.Related[:i], slug) {
			l.wrong(e, l.lineOf(e, "related", slug), "%s is related twice; keep one", slug)
		}
	}
}

var markdownLink = regexp.MustCompile(`\]\([^)]*\)`)

// prose checks what people read: code spans are closed, and there are no links.
func (l *linter) prose(e kb.Noted) {
	texts := []struct{ key, text string }{{"definition", e.Definition}, {"details", e.Details}, {"tip", e.Tip}, {"changed", e.Changed}}
	for _, slug := range sortedKeys(e.Confusable) {
		texts = append(texts, struct{ key, text string }{"confusable", e.Confusable[slug]})
	}
	for _, t := range texts {
		if strings.Count(t.text, "`")%2 != 0 {
			l.wrong(e, e.LineOf(t.key), "the %s opens `code` without closing it; put a ` on both sides", t.key)
		}
		if found := markdownLink.FindString(t.text); found != "" {
			l.wrong(e, l.lineOf(e, t.key, found), "the %s has a link, which is not shown as one; write its text only, or use doc", t.key)
		}
	}
}

func words(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
