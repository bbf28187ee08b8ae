package kb

import (
	"cmp"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"strings"
)

// settle completes the entries of a file with keys: what a person may leave out is known from elsewhere. It returns what is wrong
// with them.
func (f *File) settle(known Names) []error {
	entries := f.Entries[:0]
	for _, e := range f.Entries {
		e.Entry = tidied(e.Entry)
		if !e.Has("source") {
			e.Source = filepath.Base(f.Name)
		}
		if e.Source == SourceBuiltin {
			f.Skipped = append(f.Skipped, Remark{e.File, e.Line,
				fmt.Sprintf("%s is built in; write source: \"\" to say something else in your workspace", visibly(e.Term))})
			continue
		}
		if e.Slug == "" {
			e.Slug = known.slug(e.Term)
		}
		entries = append(entries, e)
	}
	f.Entries = entries
	f.share(known)
	return slices.Concat(f.check(), f.doubleRows(), f.doubleNames())
}

// check returns what is wrong with the entries, each by itself.
func (f *File) check() []error {
	p := problems{file: f.Name}
	for _, e := range f.Entries {
		p.file = e.File
		for _, text := range e.Check() {
			p.wrong(e.Line, "%s: %s", cmp.Or(visibly(e.Term), visibly(e.Slug), "this entry"), text)
		}
	}
	return p.list
}

// doubleRows finds the entries that are there twice.
func (f *File) doubleRows() []error {
	p := problems{}
	first := map[rowKey]int{} // the places in f.Entries
	for i, e := range f.Entries {
		at, ok := first[rowKey{e.Source, e.Slug}]
		if !ok {
			first[rowKey{e.Source, e.Slug}] = i
			continue
		}
		before := f.Entries[at]
		p.file = e.File
		p.wrong(e.Line, "%s means the same as %s in %s; make them one entry", visibly(e.Term), visibly(before.Term), before.placeFrom(e.File))
	}
	return p.list
}

// doubleNames finds the names that are given to two entries. Two that say their source are from an export, which may hold
// whatever the database holds.
func (f *File) doubleNames() []error {
	type id struct{ source, name string }
	p := problems{}
	first := map[id]int{}
	for i, e := range f.Entries {
		for n, printed := range e.printedNames() {
			at, ok := first[id{e.Source, n}]
			if !ok {
				first[id{e.Source, n}] = i
				continue
			}
			before := f.Entries[at]
			if before.Slug == e.Slug || e.Has("source") && before.Has("source") {
				continue // told by doubleRows, or no matter
			}
			p.file = e.File
			p.wrong(e.Line, "%s and %s in %s are both called “%s”; take the name from one of them",
				visibly(e.Term), visibly(before.Term), before.placeFrom(e.File), visibly(printed))
			break
		}
	}
	return p.list
}

// placeFrom says where the entry stands to somebody who reads a file.
func (n Noted) placeFrom(file string) string {
	if n.File == file {
		return fmt.Sprintf("line %d", n.Line)
	}
	return fmt.Sprintf("%s:%d", n.File, n.Line)
}

// names are the canonical names by which the entry can be asked for.
func (e Entry) names() (names []string) {
	for canonical := range e.printedNames() {
		names = append(names, canonical)
	}
	return names
}

// printedNames are the names by which the entry can be asked for, each spelling once, behind the canonical name.
func (e Entry) printedNames() iter.Seq2[string, string] {
	return func(yield func(canonical, printed string) bool) {
		seen := map[string]bool{"": true}
		for _, printed := range slices.Concat([]string{e.Term}, withoutParentheses(e.Term), e.Aliases, []string{e.Kind, e.Slug}) {
			c := canon(words(printed))
			if !seen[c] && !yield(c, strings.TrimSpace(printed)) {
				return
			}
			seen[c] = true
		}
	}
}

// share notes the names that lead to another known entry as well.
func (f *File) share(known Names) {
	for _, e := range f.Entries {
		for n, printed := range e.printedNames() {
			if other := known.called(n); other != nil && other.Slug != e.Slug {
				f.Shared = append(f.Shared, Remark{e.File, e.Line, fmt.Sprintf("“%s” is a name of %s as well; who asks for it can choose", visibly(printed), visibly(other.Term))})
				break
			}
		}
	}
}

// called finds the entry of a canonical name among those that somebody wrote: not the imported ones, or the second import of a
// file would be read otherwise than the first.
func (n Names) called(canonical string) *item {
	for _, l := range n.layers {
		for _, it := range l.byName[canonical] {
			if it.Source == "" || it.Source == SourceBuiltin {
				return it
			}
		}
	}
	return nil
}

// slug is that of the entry called so, or a new one.
func (n Names) slug(term string) string {
	if it := n.called(canon(words(term))); it != nil {
		return it.Slug
	}
	return SlugOf(term)
}
