package kb

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"sync"

	"ckadbot/kb/content"
)

// Builtin reads the built-in glossary, sorted by slug. Each start of a program waits for it, so it checks only what the
// program relies on, see CheckTogether; package lint checks the rest. The error names every problem with file and line.
func Builtin() ([]Entry, error) { return readContent(content.Files) }

func readContent(files fs.FS) ([]Entry, error) {
	paths, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("built-in glossary: %w", err)
	}
	entries, problems := make([][]Noted, len(paths)), make([][]error, len(paths))
	var reading sync.WaitGroup
	for i, path := range paths {
		reading.Go(func() { entries[i], problems[i] = readContentFile(files, path) })
	}
	reading.Wait()
	all := slices.Concat(entries...)
	if err := errors.Join(append(slices.Concat(problems...), CheckTogether(all, nil)...)...); err != nil {
		return nil, fmt.Errorf("built-in glossary:\n%w", err)
	}
	var out []Entry
	for _, n := range all {
		e := tidied(n.Entry)
		e.Source, e.Licence = SourceBuiltin, "Apache-2.0"
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b Entry) int { return cmp.Compare(a.Slug, b.Slug) })
	return out, nil
}

func readContentFile(files fs.FS, path string) ([]Noted, []error) {
	text, err := fs.ReadFile(files, path)
	if err != nil {
		return nil, []error{err}
	}
	return ReadYAML(path, bytes.NewReader(text))
}

// CheckTogether returns what is wrong with entries that are to be one glossary, each a *FileError: what Entry.Check finds in
// one, slugs and names that two of them have, and related or confusable entries that do not exist. The slugs of others may be
// referred to as well.
func CheckTogether(entries []Noted, others []Entry) []error {
	c := together{slugs: map[string]Noted{}, owners: map[string]Noted{}, others: map[string]bool{}}
	for _, e := range others {
		c.others[e.Slug] = true
	}
	for _, e := range entries {
		c.add(e)
	}
	for _, e := range entries {
		c.links(e)
	}
	return c.problems
}

type together struct {
	slugs    map[string]Noted
	owners   map[string]Noted // by canonical name
	others   map[string]bool
	problems []error
}

func (c *together) wrong(e Noted, line int, format string, args ...any) {
	c.problems = append(c.problems, &FileError{e.File, line, visibly(e.Slug) + ": " + fmt.Sprintf(format, args...)})
}

func (c *together) add(e Noted) {
	if before, ok := c.slugs[e.Slug]; ok {
		c.wrong(e, e.LineOf("slug"), "the slug is used at %s:%d already; choose another one", before.File, before.Line)
	}
	c.slugs[e.Slug] = e
	built := tidied(e.Entry)
	built.Source = SourceBuiltin // its lengths, not those of imported texts
	for _, p := range built.Check() {
		c.wrong(e, e.Line, "%s", p)
	}
	for _, n := range e.CanonicalNames() {
		if owner, ok := c.owners[n]; ok && owner.Slug != e.Slug {
			c.wrong(e, e.lineOfName(n), "the name %q belongs to %s (%s:%d) already; take it from one of them", n, visibly(owner.Slug), owner.File, owner.Line)
		}
		c.owners[n] = e
	}
}

func (c *together) links(e Noted) {
	for _, l := range []struct {
		key   string
		slugs []string
	}{{"related", e.Related}, {"confusable", slices.Sorted(maps.Keys(e.Confusable))}} {
		for _, slug := range l.slugs {
			if _, ok := c.slugs[slug]; !ok && !c.others[slug] {
				c.wrong(e, e.LineOf(l.key), "%s: there is no entry %q; correct the slug or take it away", l.key, visibly(slug))
			}
		}
	}
}

// lineOfName returns the line of the key that gives an entry a name.
func (n Noted) lineOfName(canonical string) int {
	switch canonical {
	case canon(words(n.Term)):
		return n.LineOf("term")
	case canon(words(n.Slug)):
		return n.LineOf("slug")
	case canon(words(n.Kind)):
		return n.LineOf("kind")
	}
	return n.LineOf("aliases")
}

// CanonicalName is the form in which names are compared: case, spaces, hyphens and plurals do not matter.
func CanonicalName(name string) string { return canon(words(name)) }

// CanonicalNames returns all names by which the entry can be asked for, each once and in the form of CanonicalName.
func (e Entry) CanonicalNames() []string { return e.names() }

var (
	slugForm    = regexp.MustCompile(`^[a-z0-9-]{1,60}$`)
	versionForm = regexp.MustCompile(`^1\.[0-9]{1,2}$`)
	docForm     = regexp.MustCompile(`^/[a-z0-9/#._-]+$`)
	categories  = wordSet(`workloads images storage deployment tooling api kubectl health troubleshooting metadata scheduling security configuration networking architecture observability`)
	domains     = wordSet(`D1 D2 D3 D4 D5 BG`)
)

// IsCategory reports whether the built-in glossary has the category.
func IsCategory(name string) bool { return categories[name] }

// Competencies returns the names of the lines that the exam's curriculum has in a domain, in its order; none for background.
func Competencies(domain string) []string { return slices.Clone(competencies[domain]) }

var competencies = map[string][]string{
	"D1": {"images", "workloads", "multi-container", "volumes"},
	"D2": {"strategies", "rollouts", "helm", "kustomize"},
	"D3": {"deprecations", "probes", "monitoring", "logs", "debugging"},
	"D4": {"extensions", "auth", "quotas", "resources", "configmaps", "secrets", "serviceaccounts", "security"},
	"D5": {"networkpolicies", "services", "ingress"},
}
