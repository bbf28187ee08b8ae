package kb

import "slices"

// each finds what is meant by each part of a query that names several things: "role vs clusterrole". It returns nothing when
// one of the parts is no name, or when all mean the same.
func (v view) each(q query) []*item {
	if len(q.parts) < 2 || len(q.parts) > maxSuggestions {
		return nil
	}
	var all []*item
	for i := range q.parts {
		found := v.partNamed(q.parts, i, all)
		if len(found) == 0 {
			found, _ = v.byTypo(partQuery(q.parts[i]))
		}
		if len(found) == 0 {
			return nil
		}
		all = append(all, found...)
	}
	if all = v.distinct(all); len(all) < 2 {
		return nil
	}
	return all
}

// partNamed returns what one of the parts names, by itself or with words that are left out because they stand in another part:
// "liveness and readiness probes", "kubectl apply vs create". Found is what the parts before it name: of "requests and limits"
// the first are the resource requests, so the second may be the resource limits.
func (v view) partNamed(parts [][]string, i int, found []*item) []*item {
	part, first, last := parts[i], parts[0], parts[len(parts)-1]
	var all []*item
	if len(found) > 0 && i > 0 {
		if term := found[0].names[0].words; len(term) > 1 {
			all = v.named(canon(slices.Concat(term[:len(term)-1], part)))
		}
	}
	if all = append(all, v.named(canon(part))...); len(all) == 0 && i > 0 {
		all = v.named(canon(slices.Concat(first[:len(first)-1], part)))
	}
	if len(all) == 0 && i < len(parts)-1 {
		all = v.named(canon(slices.Concat(part, last[len(last)-1:])))
	}
	return all
}

func partQuery(words []string) query {
	return query{all: words, words: words, key: key(words), canon: canon(words), forms: []string{canon(words)}}
}
