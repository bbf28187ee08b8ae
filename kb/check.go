package kb

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// How much an entry may hold.
const (
	maxAliases = 20
	maxPhrases = 30
	maxLinks   = 20 // related ones, and confusable ones
)

// An InvalidError tells what is wrong with an entry that somebody wrote, in sentences for that person.
type InvalidError struct {
	Problems []string
	Parts    []string // what each is about: the term, definition, details, example or aliases of the entry, or why it is suggested; "" for anything else
}

// Error is the problems in one line.
func (e *InvalidError) Error() string { return "invalid entry: " + strings.Join(e.Problems, "; ") }

// Check returns what is wrong with an entry, a sentence for each problem; none means that it can be written. What a workspace
// writes itself is held to the lengths that are shown well; imported definitions may be longer.
func (e Entry) Check() []string { return e.check().problems }

func (e Entry) check() checker {
	c := checker{part: "term"} // of which the slug is made
	if !slugForm.MatchString(e.Slug) {
		c.add("the slug %q must be made of a-z, 0-9 and -, at most 60", cut(e.Slug, 70))
	}
	longest := 300
	if e.Source != "" && e.Source != SourceBuiltin {
		longest = 4000
	}
	c.name("term", e.Term, 75)
	c.part = "definition"
	c.text("definition", e.Definition, longest)
	if strings.TrimSpace(e.Definition) == "" {
		c.add("the definition is missing")
	}
	c.part = "details"
	c.text("details", e.Details, 1800)
	c.part = "example"
	c.text("example", e.Example, 600)
	c.part = "aliases"
	c.aliases(e)
	c.part = ""
	c.text("tip", e.Tip, 300)
	c.text("note on what changed", e.Changed, 500)
	c.phrases(e)
	c.links(e)
	for _, f := range []struct {
		name, text string
		most       int
	}{{"kind", e.Kind, 75}, {"category", e.Category, 40}, {"competency", e.Competency, 60}, {"source", e.Source, 200}, {"licence", e.Licence, 100}} {
		c.line(f.name, f.text, f.most)
	}
	if e.Domain != "" && !domains[e.Domain] {
		c.add("the domain %q must be one of D1 to D5, or BG for background", cut(e.Domain, 20))
	}
	for _, v := range []struct{ name, text string }{{"verified", e.Verified}, {"since", e.Since}, {"until", e.Until}} {
		if v.text != "" && !versionForm.MatchString(v.text) {
			c.add("%s must be a Kubernetes version such as 1.37, not %q", v.name, cut(v.text, 20))
		}
	}
	return c
}

type checker struct {
	problems, parts []string
	part            string // that is looked at now, see InvalidError
}

func (c *checker) add(format string, args ...any) {
	c.problems, c.parts = append(c.problems, fmt.Sprintf(format, args...)), append(c.parts, c.part)
}

// err is what is wrong, nil if nothing is.
func (c *checker) err() error {
	if len(c.problems) == 0 {
		return nil
	}
	return &InvalidError{c.problems, c.parts}
}

// text checks what may have several lines.
func (c *checker) text(what, s string, most int) {
	if n := utf8.RuneCountInString(strings.TrimSpace(s)); n > most {
		c.add("the %s has %d characters; at most %d are allowed", what, n, most)
	}
	if strings.ContainsFunc(s, func(r rune) bool { return isHidden(r) && r != '\n' && r != '\t' }) || !utf8.ValidString(s) {
		c.add("the %s holds a character that cannot be seen; type it again without", what)
	}
}

// line checks what must stand in one line.
func (c *checker) line(what, s string, most int) {
	c.text(what, s, most)
	if strings.ContainsAny(s, "\n\t") {
		c.add("the %s must be one line without tabs", what)
	}
}

func (c *checker) name(what, s string, most int) {
	c.line(what, s, most)
	if key(words(s)) == "" {
		c.add("the %s needs a letter or a digit", what)
	}
}

func (c *checker) aliases(e Entry) {
	if n := len(e.Aliases); n > maxAliases {
		c.add("there are %d other names; at most %d are allowed", n, maxAliases)
	}
	for _, a := range e.Aliases {
		c.name(fmt.Sprintf("other name %q", cut(a, 30)), a, 75)
	}
	for _, s := range e.Short {
		if !slices.Contains(e.Aliases, s) {
			c.add("the short name %q must be one of the other names, too", cut(s, 30))
		}
	}
}

func (c *checker) phrases(e Entry) {
	if n := len(e.Phrases); n > maxPhrases {
		c.add("there are %d phrases; at most %d are allowed", n, maxPhrases)
	}
	for _, p := range e.Phrases {
		c.name(fmt.Sprintf("phrase %q", cut(p, 30)), p, 100)
	}
}

func (c *checker) links(e Entry) {
	if len(e.Related) > maxLinks || len(e.Confusable) > maxLinks {
		c.add("there are %d related and %d confusable entries; at most %d of each are allowed", len(e.Related), len(e.Confusable), maxLinks)
	}
	for _, slug := range slices.Concat(e.Related, slices.Sorted(maps.Keys(e.Confusable))) {
		if !slugForm.MatchString(slug) || slug == e.Slug {
			c.add("%q is no slug of another entry", cut(slug, 70))
		}
	}
	for _, slug := range slices.Sorted(maps.Keys(e.Confusable)) {
		c.line(fmt.Sprintf("difference from %q", cut(slug, 70)), e.Confusable[slug], 200)
	}
	if e.Doc != "" && (!docForm.MatchString(e.Doc) || strings.Contains(e.Doc, "..") || len(e.Doc) > 200) {
		c.add("the documentation path %q must be one below https://kubernetes.io, such as /docs/concepts/workloads/pods/", cut(e.Doc, 60))
	}
	c.line("source's address", e.SourceURL, 500)
	if u, err := url.Parse(e.SourceURL); e.SourceURL != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
		c.add("the source's address must begin with https://")
	}
}

// isHidden reports whether a character is a control character or changes the direction of what follows, so that a text would
// not be what it seems.
func isHidden(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\ufeff'
}
