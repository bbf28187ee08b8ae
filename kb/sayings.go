package kb

import (
	"slices"
	"strings"
)

// A saying is one way to say what an entry is: one of its phrases or the first sentence of a definition.
type saying struct {
	literal string   // the stems of its words but the articles, each between spaces
	words   []string // the stems of those that say something
	stems   evidence // of words, each as the first of its synonyms
}

// articles are words that may be left out or changed without saying another thing.
var articles = wordSet(`a an the is are was were be been being its their your my`)

// saying makes one of a text.
func (m stemmer) saying(text string) saying {
	ws := camelWords(text)
	s := saying{literal: m.literal(trim(ws)), words: m.meaning(ws)}
	for _, stem := range asOne(slices.Clone(s.words)) {
		s.stems = append(s.stems, hashOf(fnvBasis, stem))
	}
	slices.Sort(s.stems)
	return s
}

// literal joins the stems of words but the articles, each between spaces.
func (m stemmer) literal(words []string) string {
	var b strings.Builder
	b.WriteByte(' ')
	for _, w := range words {
		if !articles[w] {
			b.WriteString(m.stem(w))
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// firstSentence returns a text up to its first full stop.
func firstSentence(text string) string {
	first, _, _ := strings.Cut(text, ". ")
	return first
}

// saying returns the one item that is described by the very words of the query: by a whole phrase, or by a part of one.
// Nouns alone, "data plane", have to be a whole phrase: a part of one is likely to be the name of something else.
func (v view) saying(q query, items []*item) []*item {
	asked := stemmer(nil).literal(q.words)
	if strings.Count(asked, " ") < 3 {
		return nil
	}
	whole := v.whoSay(items, func(s saying) bool { return s.literal == asked })
	stems := meaning(q.words)
	if len(whole) > 0 || isCompound(q.words) || distinctCount(stems) < 3 {
		return onlyOne(whole)
	}
	part := v.whoSay(items, func(s saying) bool { return strings.Contains(s.literal, asked) })
	if len(part) == 0 {
		part = v.whoSay(items, func(s saying) bool { return inOrder(s.words, stems) })
	}
	return onlyOne(part)
}

// inOrder reports whether all that is asked stands in said, in the same order.
func inOrder(said, asked []string) bool {
	for _, s := range said {
		if len(asked) > 0 && s == asked[0] {
			asked = asked[1:]
		}
	}
	return len(asked) == 0
}

// isCompound reports whether no little word joins the others: "pod group", not "group of pods".
func isCompound(words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return little[w] })
}

func onlyOne(items []*item) []*item {
	if len(items) != 1 {
		return nil
	}
	return items
}

// whoSay returns the items with a saying that fits.
func (v view) whoSay(items []*item, fits func(saying) bool) []*item {
	var found []*item
	for _, it := range items {
		if slices.ContainsFunc(v.sayings(it.Slug), fits) {
			found = append(found, it)
		}
	}
	return found
}

// sayings returns those of an entry, over all layers.
func (v view) sayings(slug string) []saying {
	var all []saying
	for _, l := range v.layers {
		if it := l.bySlug[slug]; it != nil {
			all = append(all, it.judging().sayings...)
		}
	}
	return all
}

// together returns the greatest weight that stems asked for, each once, have in one saying of an entry.
func (v view) together(slug string, asked []string, weight map[string]float64) float64 {
	most := 0.0
	for _, said := range v.sayings(slug) {
		sum := 0.0
		for _, s := range asked {
			if said.stems.has(s) {
				sum += weight[s]
			}
		}
		most = max(most, sum)
	}
	return most
}
