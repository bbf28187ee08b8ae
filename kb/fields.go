package kb

import (
	"slices"
	"strings"
)

// A field is one key of an entry in a file. Exactly one of text, list and pairs is set; it leads to the field's place in an entry.
type field struct {
	key   string
	text  func(*Entry) *string
	list  func(*Entry) *[]string
	pairs func(*Entry) *map[string]string
}

// fields are the keys of an entry in every format, in the order in which they are written.
var fields = []field{
	{key: "slug", text: func(e *Entry) *string { return &e.Slug }},
	{key: "term", text: func(e *Entry) *string { return &e.Term }},
	{key: "aliases", list: func(e *Entry) *[]string { return &e.Aliases }},
	{key: "short", list: func(e *Entry) *[]string { return &e.Short }},
	{key: "kind", text: func(e *Entry) *string { return &e.Kind }},
	{key: "phrases", list: func(e *Entry) *[]string { return &e.Phrases }},
	{key: "definition", text: func(e *Entry) *string { return &e.Definition }},
	{key: "details", text: func(e *Entry) *string { return &e.Details }},
	{key: "example", text: func(e *Entry) *string { return &e.Example }},
	{key: "tip", text: func(e *Entry) *string { return &e.Tip }},
	{key: "related", list: func(e *Entry) *[]string { return &e.Related }},
	{key: "confusable", pairs: func(e *Entry) *map[string]string { return &e.Confusable }},
	{key: "doc", text: func(e *Entry) *string { return &e.Doc }},
	{key: "category", text: func(e *Entry) *string { return &e.Category }},
	{key: "domain", text: func(e *Entry) *string { return &e.Domain }},
	{key: "competency", text: func(e *Entry) *string { return &e.Competency }},
	{key: "verified", text: func(e *Entry) *string { return &e.Verified }},
	{key: "since", text: func(e *Entry) *string { return &e.Since }},
	{key: "until", text: func(e *Entry) *string { return &e.Until }},
	{key: "changed", text: func(e *Entry) *string { return &e.Changed }},
	{key: "source", text: func(e *Entry) *string { return &e.Source }},
	{key: "source_url", text: func(e *Entry) *string { return &e.SourceURL }},
	{key: "licence", text: func(e *Entry) *string { return &e.Licence }},
}

// fieldOf finds a field by its key.
func fieldOf(key string) (field, bool) {
	i := slices.IndexFunc(fields, func(f field) bool { return f.key == key })
	if i < 0 {
		return field{}, false
	}
	return fields[i], true
}

// fieldKeys are all keys, for telling which there are.
func fieldKeys() string {
	var keys []string
	for _, f := range fields {
		keys = append(keys, f.key)
	}
	return strings.Join(keys, ", ")
}

// want says what kind of value the field has.
func (f field) want() string {
	switch {
	case f.list != nil:
		return "a list of texts"
	case f.pairs != nil:
		return "pairs of a slug and a text"
	default:
		return "a text"
	}
}

// tidied takes away what a text has around it and no reader sees: spaces and line breaks. Code keeps the indentation of its first line.
func tidied(e Entry) Entry {
	for _, f := range fields {
		switch {
		case f.key == "example":
			e.Example = strings.TrimRight(strings.TrimLeft(e.Example, "\n"), " \t\n")
		case f.text != nil:
			*f.text(&e) = strings.TrimSpace(*f.text(&e))
		case f.list != nil:
			*f.list(&e) = tidiedList(*f.list(&e))
		case len(*f.pairs(&e)) > 0:
			pairs := map[string]string{}
			for k, v := range *f.pairs(&e) {
				pairs[strings.TrimSpace(k)] = strings.TrimSpace(v)
			}
			*f.pairs(&e) = pairs
		}
	}
	return e
}

func tidiedList(list []string) (tidy []string) {
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" {
			tidy = append(tidy, s)
		}
	}
	return tidy
}
