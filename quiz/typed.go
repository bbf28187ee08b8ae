package quiz

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// # What is accepted of a typed answer
//
// It is right if it reads like one of the question's Answers. These make no difference:
//
//   - capitals, except in flags of one letter: -A is another than -a;
//   - blanks around and between words, also none or a hyphen where a name is written as one word: "config map", "kube proxy";
//   - quotes, code marks, and punctuation at the ends; dashes and full-width letters that a phone or a word processor made;
//   - a prompt, "$ ", and an article in front; "kubectl", or "k", in front of one of its commands;
//   - the plural.
//
// One mistake is forgiven: a letter too many, missing or wrong, or two neighbours swapped, in one word of six letters or more
// that is nothing but letters. Not if what was typed is a word of Kubernetes itself, or as near to one as to the answer:
// kubelet and kubectl are different answers, and so is whatever lies between them. (See known.go for those words.)
// Flags, numbers, versions, paths and fields of fields must be exact.

// Accepts reports whether a typed answer is right.
func (q Question) Accepts(typed string) bool {
	said := normal(typed)
	if said == "" {
		return false
	}
	if slices.ContainsFunc(q.Answers, func(a string) bool { return sameWords(said, normal(a)) }) {
		return true
	}
	return slices.ContainsFunc(q.Answers, func(a string) bool { return mistyped(said, normal(a)) })
}

// cleanTyped makes what somebody typed fit to be stored and shown: valid UTF-8, one line, no characters that hide or turn text.
func cleanTyped(s string) (string, error) {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Cf, r), r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
	s = oneSpaced(s)
	switch n := utf8.RuneCountInString(s); {
	case n == 0:
		return "", invalid("type an answer of a word or a few")
	case n > MaxTyped:
		return "", invalid("an answer has at most %d characters, this one has %d", MaxTyped, n)
	}
	return s, nil
}

// normal is a text without what makes no difference, except between words.
func normal(s string) string {
	list := strings.Fields(strings.Map(plainSign, norm.NFKC.String(s)))
	for i, w := range list {
		list[i] = plainDashes(w)
		if !oneLetterFlag(list[i]) {
			list[i] = strings.ToLower(list[i])
		}
	}
	list = strings.Fields(strings.Trim(strings.Join(list, " "), ".,;:!? "))
	if len(list) > 1 && slices.Contains([]string{"$", "a", "an", "the"}, list[0]) {
		list = list[1:]
	}
	if len(list) > 1 && (list[0] == "kubectl" || list[0] == "k") && kubectlCommands[list[1]] {
		list = list[1:]
	}
	for i, w := range list {
		if onlyLetters(w) {
			list[i] = singular(w)
		}
	}
	return strings.Join(list, " ")
}

// plainSign drops quotes and code marks. Dashes other than the hyphen become an en dash, see plainDashes.
func plainSign(r rune) rune {
	switch {
	case strings.ContainsRune("'\"`´‘’‚‛“”„‟′″«»‹›", r), unicode.Is(unicode.Cf, r):
		return -1
	case r == '‐', r == '‑': // hyphens under other names
		return '-'
	case r == '−', unicode.Is(unicode.Pd, r) && r != '-':
		return '–'
	case unicode.IsControl(r):
		return ' '
	}
	return r
}

// plainDashes turns dashes back into what was typed before a word processor made them: two hyphens before a long flag, else one.
func plainDashes(w string) string {
	if flag, found := strings.CutPrefix(w, "–"); found && utf8.RuneCountInString(strings.TrimLeft(flag, "–-")) > 1 {
		w = "--" + strings.TrimLeft(flag, "–-")
	}
	return strings.ReplaceAll(w, "–", "-")
}

func oneLetterFlag(w string) bool { return len(w) == 2 && w[0] == '-' }

// onlyLetters reports whether w is a plain word: letters, perhaps with hyphens between them.
func onlyLetters(w string) bool {
	return w != "" && w[0] != '-' && !strings.ContainsFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && r != '-' })
}

// sameWords compares two normal texts; without flags it does not matter where blanks and hyphens are.
func sameWords(said, accepted string) bool {
	return said == accepted || !hasFlag(said) && !hasFlag(accepted) && joined(said) == joined(accepted)
}

func hasFlag(s string) bool { return strings.HasPrefix(s, "-") || strings.Contains(s, " -") }

// joined is a normal text as one word, in the singular.
func joined(s string) string { return strings.NewReplacer(" ", "", "-", "").Replace(s) }

// mistyped reports whether a normal text is an accepted one but for one mistake that can be forgiven.
func mistyped(said, accepted string) bool {
	words, want := strings.Fields(said), strings.Fields(accepted)
	// The mistake may be in the command, so that normal has not seen that it is one.
	if len(words) == len(want)+1 && (words[0] == "kubectl" || words[0] == "k") && kubectlCommands[want[0]] {
		words = words[1:]
	}
	if len(want) == 1 && !hasFlag(said) {
		words = []string{joined(said)}
	}
	if len(words) != len(want) {
		return false
	}
	mistakes := 0
	for i, w := range words {
		if w != want[i] {
			mistakes++
			if !forgiven(w, want[i]) {
				return false
			}
		}
	}
	return mistakes == 1
}

// forgiven reports whether w can only be meant as the word want.
func forgiven(w, want string) bool {
	if !onlyLetters(w) || !onlyLetters(want) {
		return false
	}
	w, want = singular(joined(w)), joined(want)
	if utf8.RuneCountInString(want) < 6 || known[w] || !oneEdit(w, want) {
		return false
	}
	for other := range known {
		if other != want && oneEdit(w, other) {
			return false
		}
	}
	return true
}

// oneEdit reports whether a becomes b by one letter more, less or other, or by swapping two neighbours.
func oneEdit(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	x, y = x[i:], y[i:] // what differs from the first difference on
	switch {
	case len(y) == len(x)+1:
		return slices.Equal(x, y[1:])
	case len(y) != len(x) || len(x) == 0:
		return false
	}
	swapped := len(x) > 1 && x[0] == y[1] && x[1] == y[0] && slices.Equal(x[2:], y[2:])
	return swapped || slices.Equal(x[1:], y[1:])
}
