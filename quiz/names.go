package quiz

import "strings"

// names finds the term that a choice names. A term's own name, kind and slug come before aliases: "NodePort" may be an
// alias of Service in a small glossary, and is still no synonym of it.
type names struct {
	own   map[string]Term
	alias map[string]Term
}

func newNames(terms []Term) names {
	n := names{map[string]Term{}, map[string]Term{}}
	for _, t := range terms {
		for _, name := range []string{t.Name, t.Kind, t.Slug} {
			for _, form := range nameForms(name) {
				n.own[squash(form)] = t
			}
		}
		for _, name := range append(append([]string{}, t.Aliases...), t.Short...) {
			n.alias[squash(name)] = t
		}
	}
	delete(n.own, "")
	delete(n.alias, "")
	return n
}

// term finds a choice by a term's own name.
func (n names) term(choice string) (Term, bool) {
	t, ok := n.own[squash(bare(choice))]
	return t, ok
}

// any finds it by an alias as well.
func (n names) any(choice string) (Term, bool) {
	if t, ok := n.term(choice); ok {
		return t, true
	}
	t, ok := n.alias[squash(bare(choice))]
	return t, ok
}

// synonyms reports whether the choices are two names of one term, at least one of them its own.
func (n names) synonyms(a, b string) bool {
	x, okX := n.any(a)
	y, okY := n.any(b)
	_, ownX := n.term(a)
	_, ownY := n.term(b)
	return okX && okY && x.Slug == y.Slug && (ownX || ownY)
}

// bare is a choice without code marks and article: "a `Deployment`" is "Deployment".
func bare(choice string) string {
	choice = strings.TrimSpace(strings.ReplaceAll(choice, "`", ""))
	for _, article := range []string{"A ", "An ", "The ", "a ", "an ", "the "} {
		if rest, found := strings.CutPrefix(choice, article); found {
			return rest
		}
	}
	return choice
}
