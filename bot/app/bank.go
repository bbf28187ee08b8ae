package app

import (
	"cmp"
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

// otherPages are where to read on about what kubernetes.io has no page of: a question needs one.
var otherPages = map[string]string{
	"dockerfile":      "https://docs.docker.com/reference/dockerfile/",
	"helm":            "https://helm.sh/docs/intro/using_helm/",
	"helm-chart":      "https://helm.sh/docs/topics/charts/",
	"helm-release":    "https://helm.sh/docs/intro/using_helm/",
	"helm-repository": "https://helm.sh/docs/topics/chart_repository/",
	"helm-values":     "https://helm.sh/docs/chart_template_guide/values_files/",
	"oci-image":       "https://github.com/opencontainers/image-spec",
}

// Terms tells the question generator what the glossary knows.
func Terms(entries []kb.Entry) []quiz.Term {
	var terms []quiz.Term
	for _, e := range entries {
		if e.Until != "" { // what is gone is asked about by hand only
			continue
		}
		terms = append(terms, quiz.Term{Slug: e.Slug, Name: e.Term, Kind: e.Kind, Category: e.Category, Domain: e.Domain, Competency: e.Competency,
			Definition: e.Definition, Doc: cmp.Or(e.Doc, otherPages[e.Slug]), Verified: e.Verified, Aliases: e.Aliases, Short: e.Short,
			Near: slices.Sorted(maps.Keys(e.Confusable))})
	}
	return terms
}
