package kb

import (
	"slices"
	"strings"
)

// A saying is one way to say what an entry is: one of its phrases or the first sentence of a definition.
type saying struct {
	literal string   // the stems of its words but the articles, each between spaces
	words   []string // the stems of those that say something
	stems   []uint64 // hashes of words, each as the first of its synonyms, in their order
}

// articles are words that may be left out or changed without saying another thing.
var articles = wordSet(`a an the is are was were be been being its their your my`)

// saying makes one of a text.
func (m stemmer) saying(text string) saying {
	camel := camelWords(text)
	s := saying{literal: m.literal(trim(camel)), words: m.meaning(camel)}
	s.stems = m.hashes(nil, camel)
	if isCamel(text) { // "cronjob" for "CronJob"
		s.stems = m.hashes(s.stems, words(text))
	}
	return s
}

// literal joins the stems of words but the articles, each between spaces.
func (m stemmer) literal(words []string) string {
	var b strings.Builder
	b.WriteByte(' ')
	for _, w := range words {
		if !articles[w] {
			b.WriteString(m.word(w).stem)
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

// saidBy returns the item that is described by the very words of the query: by a whole phrase that no other one has, or, being
// the first of the list, by a part of one. Nouns alone, "data plane", have to be a whole phrase: a part of one is likely to be
// the name of something else.
func saidBy(q query, list []described) *item {
	asked, stems := stemmer(nil).literal(trim(q.all)), meaning(q.words)
	if len(list) == 0 || strings.Count(asked, " ") < 3 {
		return nil
	}
	if whole := whoSay(list, func(s saying) bool { return s.literal == asked }); len(whole) > 0 {
		return onlyOne(whole)
	}
	if isCompound(q.words) || distinctCount(stems) < 3 {
		return nil
	}
	part := onlyOne(whoSay(list, func(s saying) bool {
		return strings.Contains(s.literal, asked) || inOrder(s.words, stems) || len(s.words) > 2 && strings.Contains(asked, s.literal)
	}))
	if part != list[0].item {
		return nil
	}
	return part
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

func onlyOne(items []*item) *item {
	if len(items) != 1 {
		return nil
	}
	return items[0]
}

// whoSay returns the items with a saying that fits.
func whoSay(list []described, fits func(saying) bool) []*item {
	var found []*item
	for _, d := range list {
		if slices.ContainsFunc(d.texts, func(t *texts) bool { return slices.ContainsFunc(t.sayings, fits) }) {
			found = append(found, d.item)
		}
	}
	return found
}

// saidTogether returns how much of what is asked stands in the one saying of an entry that holds most of it.
func saidTogether(all []*texts, a asked) float64 {
	most := 0.0
	for _, t := range all {
		for _, said := range t.sayings {
			most = max(most, said.share(a))
		}
	}
	return most
}

// share is how much of what is asked stands in a saying. It counts less when the saying is about much more, and more when words
// stand side by side in both.
func (s saying) share(a asked) float64 {
	found, share := 0, 0.0
	var places [maxStems]int // where each stem asked for stands, from 1
	for at, stem := range s.stems {
		i := slices.Index(a.hashes, stem)
		if i < 0 {
			continue
		}
		if places[i] == 0 {
			found++
			share += a.weight[i]
		}
		places[i] = at + 1
	}
	share *= 1 - tightPart + tightPart*float64(found)/float64(max(1, len(s.words)))
	for i := range a.hashes[1:] {
		apart := places[i+1] - places[i]
		if places[i] > 0 && places[i+1] > 0 && -2 <= apart && apart <= 2 {
			share += pairPart * (a.weight[i] + a.weight[i+1]) / 2
		}
	}
	return share
}
