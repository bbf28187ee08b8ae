package kb

import "context"

// maxSuggestions is how many suggestions an Answer has at most: as many buttons as a row holds on any platform.
const maxSuggestions = 5

// A stage is one way to search. It returns the entries that match best and equally well: one is the answer, several are
// suggestions, and both end the search. Weak ones are only ever suggested.
type stage func(ctx context.Context, v view, q query) (best, weak []*item, err error)

// Define finds what a query means in a workspace. Exact names are answered from memory, in microseconds. Then one stage after
// the other is tried until one gives a single entry that is clearly meant. Nothing clear is no answer: a wrong definition is
// worse than none. Errors come from the search index or from ctx.
func (g *Glossary) Define(ctx context.Context, workspace, text string) (Answer, error) {
	v, q := g.view(workspace), parse(text)
	answer := Answer{Query: cut(text, maxQuery)}
	found := v.exact(q)
	if len(found) == 0 || !found[0].isTerm(q.forms[0]) {
		several := v.each(q)
		if answer.Several = len(several) > 1; answer.Several {
			answer.give(v, several[:1], several[1:])
			return answer, nil
		}
	}
	if len(found) > 0 {
		answer.Exact = true
		answer.give(v, found[:1], append(found[1:], v.named(q.also...)...))
		return answer, nil
	}
	if q.key == "" {
		return answer, nil
	}
	var weak []*item
	stages := []stage{g.byWords, inMemory(view.byPrefix), inMemory(view.byTypo), g.byWordTypos, inMemory(view.byStatus),
		inMemory(view.byDescription), inMemory(view.byMention), inMemory(view.byTypedBeginning)}
	for _, search := range stages {
		best, more, err := search(ctx, v, q)
		if err != nil {
			return answer, err
		}
		if len(best) == 1 && !v.other.has(q) {
			answer.give(v, best, append(v.named(q.also...), more...))
			return answer, nil
		}
		weak = append(weak, append(best, more...)...)
		if len(best) > 1 {
			break
		}
	}
	answer.give(v, nil, weak)
	return answer, nil
}

// inMemory makes a stage of a search that asks no index.
func inMemory(search func(view, query) (best, weak []*item)) stage {
	return func(_ context.Context, v view, q query) (best, weak []*item, err error) {
		best, weak = search(v, q)
		return best, weak, nil
	}
}

// give fills the answer in.
func (a *Answer) give(v view, best, suggestions []*item) {
	if len(best) > 0 {
		e, _ := v.entry(best[0].Slug)
		a.Entry = &e
	}
	for _, it := range v.distinct(suggestions) {
		e, ok := v.entry(it.Slug)
		if ok && len(a.Suggestions) < maxSuggestions && (len(best) == 0 || it.Slug != best[0].Slug) {
			a.Suggestions = append(a.Suggestions, e)
		}
	}
}

// maxCandidates is what bleve proposes at most; the right ones are among the first few.
const maxCandidates = 20

// candidates returns the items for what bleve proposed. Documents that are gone meanwhile are left out.
func (v view) candidates(slugs []string) []*item {
	var items []*item
	seen := map[*item]bool{nil: true}
	for _, slug := range slugs {
		if it := v.item(slug); !seen[it] {
			items = append(items, it)
			seen[it] = true
		}
	}
	return items
}
