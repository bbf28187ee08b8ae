package kb

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"unicode/utf8"
)

// A layer is the entries that one workspace has from one source. It is never changed: an edit makes a new one, which shares
// the items that stay.
type layer struct {
	layerID
	items    []*item  // by number; nil: the number is free
	free     []uint32 // such numbers
	bySlug   map[string]*item
	byName   map[string][]*item // by canonical name
	sorted   []*item            // by term
	typed    typedNames         // for completion
	words    map[string]int     // in how many names a word stands
	pieces   postings           // of names
	stems    postings           // of texts
	longest  int                // no name has more characters, without spaces
	wordiest int                // no name has more words
}

type layerID struct{ workspace, source string }

// isImported reports whether the layer's texts are shown beneath others.
func (id layerID) isImported() bool { return id.workspace != "" && id.source != "" }

// compare orders layers as they are shown to one workspace.
func (id layerID) compare(other layerID) int {
	return cmp.Or(cmp.Compare(id.rank(), other.rank()), cmp.Compare(id.source, other.source))
}

func (id layerID) rank() int {
	switch {
	case id.workspace == "":
		return 2
	case !id.isImported() && id.workspace != "*":
		return 0
	case !id.isImported():
		return 1
	case id.workspace != "*":
		return 3
	default:
		return 4
	}
}

// newLayer makes a layer of which only the names are asked for.
func newLayer(id layerID, entries map[string]Entry) *layer {
	l := &layer{layerID: id}
	var changes []change
	for slug, e := range entries {
		changes = append(changes, change{documentID: documentID{id, slug}, is: newItem(e)})
	}
	return l.named(changes)
}

// A change replaces an item of a layer.
type change struct {
	documentID
	was, is *item // nil: there was none; there is none any more
}

// named returns the layer after changes of different slugs, as far as names go. It fills in what was there before.
func (l *layer) named(changes []change) *layer {
	next := *l
	next.bySlug, next.byName, next.words = clone(l.bySlug, len(changes)), clone(l.byName, 4*len(changes)), clone(l.words, 0)
	next.items, next.free = slices.Clone(l.items), slices.Clone(l.free)
	var gone, added []*item
	var pieces []listEdit
	for i := range changes {
		c := &changes[i]
		if c.was = next.bySlug[c.slug]; c.was != nil {
			gone = append(gone, c.was)
			next.removeNames(c.was)
			delete(next.bySlug, c.slug)
		}
		if c.is != nil {
			added = append(added, c.is)
			next.addNames(c.is)
			next.bySlug[c.slug] = c.is
		}
		if c.was != nil || c.is != nil {
			pieces = listEdits(pieces, next.number(*c), 0, c.was.pieces(), c.is.pieces())
		}
	}
	next.pieces = l.pieces.changed(pieces)
	slices.SortFunc(gone, (*item).compare)
	slices.SortFunc(added, (*item).compare)
	next.sorted = replaced(l.sorted, gone, added, (*item).compare)
	goneNames, addedNames := newTypedNames(gone), newTypedNames(added)
	for kind := range next.typed {
		next.typed[kind] = replaced(l.typed[kind], goneNames[kind], addedNames[kind], typedName.compare)
	}
	return &next
}

// read returns the layer with the texts of the changes, after named.
func (l *layer) read(changes []change) *layer {
	next := *l
	var stems []listEdit
	for _, c := range changes {
		if it := cmp.Or(c.is, c.was); it != nil {
			was, is := held(c.was), held(c.is)
			stems = listEdits(stems, it.number, 0, was.further, is.further)
			stems = listEdits(stems, it.number, 1, was.said, is.said)
		}
	}
	next.stems = l.stems.changed(stems)
	return &next
}

// number gives the new item of a change the number of the old one, or a free one, and returns it.
func (l *layer) number(c change) uint32 {
	var n uint32
	switch {
	case c.was != nil:
		n = c.was.number
	case len(l.free) > 0:
		n, l.free = l.free[len(l.free)-1], l.free[:len(l.free)-1]
	default:
		n, l.items = uint32(len(l.items)), append(l.items, nil)
	}
	if l.items[n] = c.is; c.is != nil {
		c.is.number = n
	} else {
		l.free = append(l.free, n)
	}
	return n
}

// clone copies a map and leaves room for more.
func clone[K comparable, V any](m map[K]V, more int) map[K]V {
	if len(m) == 0 {
		return make(map[K]V, more)
	}
	return maps.Clone(m)
}

// replaced returns a sorted list without those of it that are gone and with those that are added, both sorted. It looks for their
// places: beside a hundred thousand others there are few.
func replaced[T any](list, gone, added []T, compare func(a, b T) int) []T {
	out := make([]T, 0, len(list)+len(added))
	upTo := func(t T) (found bool) {
		at, found := slices.BinarySearchFunc(list, t, compare)
		out, list = append(out, list[:at]...), list[at:]
		return found
	}
	for len(gone) > 0 || len(added) > 0 {
		if len(added) == 0 || len(gone) > 0 && compare(gone[0], added[0]) <= 0 {
			if upTo(gone[0]) {
				list = list[1:]
			}
			gone = gone[1:]
		} else {
			upTo(added[0])
			out, added = append(out, added[0]), added[1:]
		}
	}
	return append(out, list...)
}

func (l *layer) addNames(it *item) {
	for _, n := range it.names {
		l.longest, l.wordiest = max(l.longest, utf8.RuneCountInString(n.key)), max(l.wordiest, len(n.words))
		for _, w := range n.words {
			l.words[w]++
		}
		named := l.byName[n.canon]
		if slices.Contains(named, it) {
			continue
		}
		// A new list, because other layers share the old one. An entry is asked for by its term before another one by an alias.
		named = append(slices.Clip(named), it)
		slices.SortFunc(named, func(a, b *item) int {
			return cmp.Or(falseFirst(b.isTerm(n.canon), a.isTerm(n.canon)), cmp.Compare(a.Slug, b.Slug))
		})
		l.byName[n.canon] = named
	}
}

func (l *layer) removeNames(it *item) {
	for _, n := range it.names {
		for _, w := range n.words {
			if l.words[w]--; l.words[w] == 0 {
				delete(l.words, w)
			}
		}
		named := slices.DeleteFunc(slices.Clone(l.byName[n.canon]), func(other *item) bool { return other == it })
		if l.byName[n.canon] = named; len(named) == 0 {
			delete(l.byName, n.canon)
		}
	}
}

// merged goes over what is in sorted lists in their order. It uses up the lists.
func merged[T any](lists [][]T, compare func(a, b T) int) iter.Seq[T] {
	return func(yield func(T) bool) {
		for {
			first := -1
			for i, list := range lists {
				if len(list) > 0 && (first < 0 || compare(list[0], lists[first][0]) < 0) {
					first = i
				}
			}
			if first < 0 || !yield(lists[first][0]) {
				return
			}
			lists[first] = lists[first][1:]
		}
	}
}
