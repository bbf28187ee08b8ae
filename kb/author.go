package kb

import "strings"

// An Author is somebody who edits or decides.
type Author struct {
	Name string `json:"name"` // in words
	ID   string `json:"id"`   // as the platform numbers people; empty for somebody who is known by name only
}

// authors are those of one edit: one, or whose suggestion it was and who accepted it.
type authors []Author

// acceptedBy stands between the two, and within no name.
const acceptedBy = ", accepted by "

// words are the names of all, as kb.entry.changed_by has them.
func (a authors) words() string {
	var names []string
	for _, one := range a {
		names = append(names, person(one.Name))
	}
	return strings.Join(names, acceptedBy)
}

// known are those with an id, as kb.entry.authors has them.
func (a authors) known() authors {
	some := authors{}
	for _, one := range a {
		if one.ID != "" {
			some = append(some, Author{person(one.Name), one.ID})
		}
	}
	return some
}

// person is a name that is fit to be shown and kept: of one line, and not long.
func person(name string) string {
	name = strings.Map(func(r rune) rune {
		if isHidden(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	// By a sign that acceptedBy has not, or what is around it might become another one.
	return cut(strings.TrimSpace(strings.ReplaceAll(name, acceptedBy, "; ")), 200)
}
