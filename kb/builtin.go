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
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"ckadbot/kb/content"
)

// Builtin reads the built-in glossary and checks all of it, sorted by slug. The error names every problem with file and line.
func Builtin() ([]Entry, error) { return readContent(content.Files) }

// A contentEntry is an entry as it stands in a file; package content explains the keys.
type contentEntry struct {
	Slug       string            `yaml:"slug"`
	Term       string            `yaml:"term"`
	Aliases    []string          `yaml:"aliases"`
	Short      []string          `yaml:"short"`
	Kind       string            `yaml:"kind"`
	Phrases    []string          `yaml:"phrases"`
	Definition string            `yaml:"definition"`
	Details    string            `yaml:"details"`
	Example    string            `yaml:"example"`
	Tip        string            `yaml:"tip"`
	Related    []string          `yaml:"related"`
	Confusable map[string]string `yaml:"confusable"`
	Doc        string            `yaml:"doc"`
	Category   string            `yaml:"category"`
	Domain     string            `yaml:"domain"`
	Competency string            `yaml:"competency"`
	Verified   string            `yaml:"verified"`
	Since      string            `yaml:"since"`
	Until      string            `yaml:"until"`
	Changed    string            `yaml:"changed"`

	place string // file:line
}

func (c contentEntry) entry() Entry {
	t := strings.TrimSpace
	return Entry{Slug: c.Slug, Term: t(c.Term), Aliases: c.Aliases, Short: c.Short, Kind: c.Kind, Phrases: c.Phrases,
		Definition: t(c.Definition), Details: t(c.Details), Example: strings.TrimRight(c.Example, "\n "), Tip: t(c.Tip),
		Related: c.Related, Confusable: c.Confusable, Doc: c.Doc, Category: c.Category, Domain: c.Domain, Competency: c.Competency,
		Verified: c.Verified, Since: c.Since, Until: c.Until, Changed: t(c.Changed), Source: "ckadbot", Licence: "Apache-2.0"}
}

func readContent(files fs.FS) ([]Entry, error) {
	paths, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("built-in glossary: %w", err)
	}
	var all []contentEntry
	var problems []error
	for _, path := range paths {
		entries, err := readContentFile(files, path)
		all = append(all, entries...)
		problems = append(problems, err)
	}
	if err := errors.Join(append(problems, checkContent(all)...)...); err != nil {
		return nil, fmt.Errorf("built-in glossary:\n%w", err)
	}
	var out []Entry
	for _, c := range all {
		out = append(out, c.entry())
	}
	slices.SortFunc(out, func(a, b Entry) int { return cmp.Compare(a.Slug, b.Slug) })
	return out, nil
}

func readContentFile(files fs.FS, path string) ([]contentEntry, error) {
	text, err := fs.ReadFile(files, path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var entries []contentEntry
	strict := yaml.NewDecoder(bytes.NewReader(text))
	strict.KnownFields(true)
	if err := strict.Decode(&entries); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var lines []yaml.Node
	if err := yaml.Unmarshal(text, &lines); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for i := range entries {
		entries[i].place = fmt.Sprintf("%s:%d", path, lines[i].Line)
	}
	return entries, nil
}

// checkContent returns every problem of the entries, each with its place.
func checkContent(all []contentEntry) []error {
	var problems []error
	places, owners := map[string]string{}, map[string]string{} // of slugs; slugs by canonical name
	for _, c := range all {
		if before, ok := places[c.Slug]; ok {
			problems = append(problems, fmt.Errorf("%s: slug %q is used at %s already", c.place, c.Slug, before))
		}
		places[c.Slug] = c.place
		for _, n := range newItem(c.entry()).names {
			if owner, ok := owners[n.canon]; ok && owner != c.Slug {
				problems = append(problems, fmt.Errorf("%s: %s: the name %q belongs to %s already", c.place, c.Slug, strings.Join(n.words, " "), owner))
			}
			owners[n.canon] = c.Slug
		}
	}
	for _, c := range all {
		for _, p := range slices.Concat(checkForm(c), checkLengths(c), checkLinks(c, places)) {
			problems = append(problems, fmt.Errorf("%s: %s: %s", c.place, c.Slug, p))
		}
	}
	return problems
}

var (
	slugForm    = regexp.MustCompile(`^[a-z0-9-]{1,60}$`)
	versionForm = regexp.MustCompile(`^1\.[0-9]{1,2}$`)
	docForm     = regexp.MustCompile(`^/[a-z0-9/#._-]+$`)
	categories  = wordSet(`workloads images storage deployment tooling api kubectl health troubleshooting metadata scheduling security configuration networking architecture observability`)
	domains     = wordSet(`D1 D2 D3 D4 D5 BG`)
)

func checkForm(c contentEntry) (problems []string) {
	bad := func(wrong bool, format string, args ...any) {
		if wrong {
			problems = append(problems, fmt.Sprintf(format, args...))
		}
	}
	bad(!slugForm.MatchString(c.Slug), "a slug is made of a-z, 0-9 and -, at most 60")
	bad(!categories[c.Category], "unknown category %q", c.Category)
	bad(!domains[c.Domain], "unknown domain %q", c.Domain)
	bad(c.Doc != "" && !docForm.MatchString(c.Doc), "doc %q is no path below https://kubernetes.io", c.Doc)
	for field, v := range map[string]string{"verified": c.Verified, "since": c.Since, "until": c.Until} {
		bad((v != "" || field == "verified") && !versionForm.MatchString(v), "%s %q is no version such as \"1.37\"", field, v)
	}
	for _, text := range []string{c.Term, c.Definition, c.Details, c.Example, c.Tip, c.Changed} {
		bad(strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }), "a control character in %.30q…", text)
	}
	return problems
}

func checkLengths(c contentEntry) (problems []string) {
	for _, f := range []struct {
		name, text string
		min, max   int
	}{
		{"term", c.Term, 1, 75}, {"definition", c.Definition, 1, 300}, {"details", c.Details, 0, 1800}, {"example", c.Example, 0, 600},
		{"tip", c.Tip, 0, 300}, {"changed", c.Changed, 0, 500},
	} {
		if n := utf8.RuneCountInString(strings.TrimSpace(f.text)); n < f.min || n > f.max {
			problems = append(problems, fmt.Sprintf("%s has %d characters; %d to %d are allowed", f.name, n, f.min, f.max))
		}
	}
	for _, a := range c.Aliases {
		if n := utf8.RuneCountInString(a); n == 0 || n > 75 {
			problems = append(problems, fmt.Sprintf("alias %q has %d characters; 1 to 75 are allowed", a, n))
		}
	}
	return problems
}

func checkLinks(c contentEntry, places map[string]string) (problems []string) {
	for _, slug := range slices.Concat(c.Related, slices.Sorted(maps.Keys(c.Confusable))) {
		if places[slug] == "" || slug == c.Slug {
			problems = append(problems, fmt.Sprintf("related or confusable %q is no other entry", slug))
		}
	}
	for _, s := range c.Short {
		if !slices.Contains(c.Aliases, s) {
			problems = append(problems, fmt.Sprintf("short name %q is no alias", s))
		}
	}
	return problems
}
