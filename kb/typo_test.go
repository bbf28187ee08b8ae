package kb

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDistanceCountsTypingMistakes(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"pod", "pod", 0}, {"", "", 0}, {"pod", "", 3},
		{"taint", "paint", 1}, {"taint", "tain", 1}, {"taint", "taintt", 1}, {"taint", "tiant", 1},
		{"kubelet", "kubectl", 3}, {"ingress", "egress", 2}, {"päd", "pod", 1},
	} {
		if got := distance(c.a, c.b, 5); got != c.want {
			t.Errorf("distance(%q, %q): got %d, want %d", c.a, c.b, got, c.want)
		}
		if got := distance(c.a, c.b, 0); got > 1 {
			t.Errorf("distance(%q, %q) with limit 0: got %d, want at most 1", c.a, c.b, got)
		}
	}
}

func TestDistanceIsSymmetricAndBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(rapid.RuneFrom([]rune("abcé")), 0, 12, -1)
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		d := distance(a, b, 20)
		if back := distance(b, a, 20); back != d {
			t.Fatalf("distance(%q, %q): got %d one way and %d the other", a, b, d, back)
		}
		if longest := max(len([]rune(a)), len([]rune(b))); d > longest || (d == 0) != (a == b) {
			t.Fatalf("distance(%q, %q): got %d", a, b, d)
		}
		if got := distance(a, b, 2); got != min(d, 3) {
			t.Fatalf("distance(%q, %q) with limit 2: got %d, want %d", a, b, got, min(d, 3))
		}
	})
}

// Every single typing mistake in every name of six letters or more finds its entry, or suggests it, unless the result is nearer
// to something else.
func TestEverySingleTypoIsUnderstood(t *testing.T) {
	g := open(t, Options{})
	v := g.view("")
	var names []string
	owners := map[string]string{}
	for _, it := range v.items() {
		for _, n := range it.names {
			if text := strings.Join(n.words, " "); len([]rune(n.key)) >= 6 && !strings.ContainsAny(text, "0123456789") {
				names, owners[text] = append(names, text), it.Slug
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(names).Draw(t, "name")
		typed := mistype(t, name)
		a, err := g.Define(t.Context(), "", typed)
		if err != nil {
			t.Fatal(err)
		}
		if a.Entry != nil && a.Entry.Slug == owners[name] || slices.Contains(slugs(a.Suggestions), owners[name]) {
			return
		}
		if a.Entry != nil && a.Exact || v.other.has(parse(typed)) {
			return // it became another name, or a word of its own
		}
		t.Fatalf("%q for %q: got %s, want %s", typed, name, got(a), owners[name])
	})
}

// mistype makes one mistake within a word of the name.
func mistype(t *rapid.T, name string) string {
	r := []rune(name)
	letter := rapid.RuneFrom([]rune("abcdefghijklmnopqrstuvwxyz")).Draw(t, "letter")
	at := rapid.IntRange(0, len(r)-2).Filter(func(i int) bool { return r[i] != ' ' && r[i+1] != ' ' }).Draw(t, "at")
	switch rapid.SampledFrom([]string{"leave out", "add", "change", "swap"}).Draw(t, "mistake") {
	case "leave out":
		r = slices.Delete(r, at, at+1)
	case "add":
		r = slices.Insert(r, at, letter)
	case "change":
		r[at] = letter
	default:
		r[at], r[at+1] = r[at+1], r[at]
	}
	return string(r)
}

func TestMistakesAreAllThatAreOneOff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-z]{0,8}`).Draw(t, "word")
		found := map[string]bool{}
		for other := range mistakes(word) {
			if d := distance(word, string(other), 1); d > 1 {
				t.Fatalf("got %q among the mistakes in %q, want none that is further away", other, word)
			}
			found[string(other)] = true
		}
		if typed := rapid.StringMatching(`[a-z]{0,9}`).Draw(t, "typed"); distance(word, typed, 1) == 1 && !found[typed] {
			t.Fatalf("got no %q among the mistakes in %q", typed, word)
		}
		for i := range len(word) - 1 {
			if swapped := word[:i] + word[i+1:i+2] + word[i:i+1] + word[i+2:]; !found[swapped] {
				t.Fatalf("got no %q among the mistakes in %q", swapped, word)
			}
		}
	})
}
