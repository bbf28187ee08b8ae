package kb

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// controls finds the characters that an entry may not have. A character that would act on a terminal is named, not repeated.
func (n *File) controls(lines []string) (problems []error) {
	for _, e := range n.Entries {
		for _, number := range e.lines {
			line := strings.TrimSpace(lines[number-1])
			if i := strings.IndexFunc(line, isControl); i >= 0 {
				r, _ := utf8.DecodeRuneInString(line[i:])
				problems = append(problems, &FileError{n.Name, number, fmt.Sprintf("has a control character (%U); remove it", r)})
			}
		}
	}
	return problems
}

// isControl reports whether a character is not to be seen but acts: controls but the tab, and marks of direction.
func isControl(r rune) bool {
	return unicode.IsControl(r) && r != '\t' || unicode.Is(unicode.Bidi_Control, r)
}

// visible replaces a character that acts on who prints it.
func visible(r rune) rune {
	if isControl(r) {
		return unicode.ReplacementChar
	}
	return r
}

func (n *File) tooLong() (problems []error) {
	for _, e := range n.Entries {
		if count := utf8.RuneCountInString(e.Definition); count > maxDefinition {
			problems = append(problems, &FileError{n.Name, e.Line,
				fmt.Sprintf("the definition of %s has %d characters; shorten it to %d", e.Printed, count, maxDefinition)})
		}
	}
	return problems
}

func (n *File) twice() (problems []error) {
	first := map[string]Noted{} // by slug, and by name: the next import would find either by it
	for _, e := range n.Entries {
		name := "name " + canon(words(e.Printed))
		before, ok := first[e.Slug]
		if !ok {
			before, ok = first[name]
		}
		if ok {
			problems = append(problems, &FileError{n.Name, e.Line,
				fmt.Sprintf("“%s” means the same as “%s” in line %d; make them one entry", e.Printed, before.Printed, before.Line)})
			continue
		}
		first[e.Slug], first[name] = e, e
	}
	return problems
}
