package quiz

import "slices"

// Which wrong choices stand beside the right one in a generated question.

// wrongChoices is how many a generated question has, beside the right one.
const wrongChoices = 3

// pick chooses three fair wrong choices for t, nil when there are not enough: at most two that are easily confused with
// it, then at most two of its category, then others of its domain; whoever is nearest where these are missing. That makes
// a question neither trivial nor hair-splitting. Which of them, the seed decides. All of them fit, and each of the needs
// is met by at least one.
func (g generator) pick(t subject, id string, fits func(subject) bool, needs ...func(subject) bool) []subject {
	order := g.byDistance(t, id)
	var chosen []subject
	next := func(want func(subject) bool) bool {
		i := slices.IndexFunc(order, func(o subject) bool {
			beside := func(c subject) bool { return !g.fair(o, c) }
			return want(o) && g.fair(t, o) && !outdated(t, o) && fits(o) && !slices.ContainsFunc(chosen, beside)
		})
		if i >= 0 {
			chosen = append(chosen, order[i])
		}
		return i >= 0
	}
	for _, need := range needs {
		if !slices.ContainsFunc(chosen, need) && (len(chosen) == wrongChoices || !next(need)) {
			return nil
		}
	}
	mixed := func(o subject) bool {
		d := distance(t, o)
		return d == sameDomain || d < sameDomain && countAt(d, t, chosen) < 2
	}
	whoever := func(subject) bool { return true }
	for len(chosen) < wrongChoices {
		if !next(mixed) && !next(whoever) {
			return nil
		}
	}
	return chosen
}

// How far a wrong choice is from the right one.
const (
	easilyConfused = iota
	sameCategory
	sameDomain
	furtherAway
)

func distance(t, o subject) int {
	switch {
	case slices.Contains(t.Near, o.Slug):
		return easilyConfused
	case t.Category == o.Category:
		return sameCategory
	case t.Domain == o.Domain:
		return sameDomain
	}
	return furtherAway
}

// countAt is how many of list are at that distance from t.
func countAt(far int, t subject, list []subject) (n int) {
	for _, o := range list {
		if distance(t, o) == far {
			n++
		}
	}
	return n
}

// byDistance is all subjects, the nearest to t first, and in an order of the seed where they are equally far.
func (g generator) byDistance(t subject, id string) []subject {
	var at [furtherAway + 1][]subject
	for _, i := range newDice(g.seed, "pick "+id).perm(len(g.subjects)) {
		d := distance(t, g.subjects[i])
		at[d] = append(at[d], g.subjects[i])
	}
	return slices.Concat(at[:]...)
}

// fair reports whether o may stand beside t: another thing, of the same sort, not right as well, and with a name that is
// no part of t's.
func (g generator) fair(t, o subject) bool {
	_, both := pairOf(t.squashed, o.squashed)
	return t.Slug != o.Slug && !both && !avoids(t.Term, o.Term) &&
		(t.Kind == "") == (o.Kind == "") && commandForm.MatchString(t.name) == commandForm.MatchString(o.name) &&
		!slices.Equal(t.parts, o.parts) && !within(t.parts, o.parts) && !within(o.parts, t.parts) && !g.names.synonyms(t.name, o.name)
}

// outdated reports whether o has gone out of use while t has not. Beside an old name another one is just right.
func outdated(t, o subject) bool {
	_, old := retired[t.squashed]
	_, gone := retired[o.squashed]
	return gone && !old
}

// echoes are the words of t's name that no mask takes out, such as "node", as far as said has them: there each must be in
// what is shown of a wrong choice as well, or "Pause Container" is easily found where containers are spoken of.
func echoes(t subject, said string, show func(subject) string) []func(subject) bool {
	var all []func(subject) bool
	for _, s := range stems(t.name) {
		if generic[s] && slices.Contains(stems(said), s) {
			all = append(all, func(o subject) bool { return slices.Contains(stems(show(o)), s) })
		}
	}
	return all
}
