package app

import (
	"maps"
	"slices"

	"ckadbot/kb"
	"ckadbot/quiz"
)

// bankSeed fixes which distractors generated questions get. Changing it changes
// their choices on every installation at its next start.
const bankSeed = 1

// Bank is every built-in question: those written by hand, and those made from
// the built-in glossary.
func Bank() ([]quiz.Question, error) {
	questions, err := quiz.Builtin()
	if err != nil {
		return nil, err
	}
	entries, err := kb.Builtin()
	if err != nil {
		return nil, err
	}
	return append(questions, quiz.Generate(Terms(entries), bankSeed)...), nil
}

// Terms tells the question generator what the glossary knows.
func Terms(entries []kb.Entry) []quiz.Term {
	var terms []quiz.Term
	for _, e := range entries {
		t := quiz.Term{Slug: e.Slug, Name: e.Term, Kind: e.Kind, Category: e.Category, Domain: e.Domain,
			Definition: e.Definition, Doc: e.Doc, Verified: e.Verified, Aliases: e.Aliases, Short: e.Short,
			Near: slices.Sorted(maps.Keys(e.Confusable))}
		if e.Until != "" { // what is gone is asked about by hand only
			continue
		}
		terms = append(terms, t)
	}
	return terms
}
