package quiz

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// NewestKubernetes is the Kubernetes version that the built-in questions are true for.
const NewestKubernetes = "1.37"

// Limits of a question, in characters (not bytes). They are below what a Slack section and a Discord embed take
// and are short enough to be read on a phone without scrolling.
const (
	MaxText        = 240
	MaxCode        = 700
	MinChoices     = 2
	MaxChoices     = 5 // one row of buttons on Discord
	MaxChoice      = 150
	MaxAnswers     = 10  // accepted for a typed answer
	MaxAnswer      = 60  // each of them
	MaxTyped       = 200 // what somebody may type as an answer
	MinExplanation = 40
	MaxExplanation = 400
	maxTerms       = 12
	maxWord        = 60 // a term, a category
	maxDoc         = 300
)

// SourceGlossary is the Source of questions that Generate made.
const SourceGlossary = "glossary"

// A Question is one thing to ask, of one of five kinds. It is a plain value: whoever shows it shuffles a copy (see Shuffled).
type Question struct {
	ID          string   // never changes and is never reused: answers refer to it; [a-z0-9-]{1,60}; generated ones begin with "gen-"
	Domain      string   // "D1" to "D5" of the exam's curriculum, or "BG" for background knowledge
	Competency  string   // Name of one of Competencies; empty for background questions
	Category    string   // what it is about in one word: "workloads", "networking", "health", …
	Terms       []string // slugs or plain words it is about; searches by topic look here
	Difficulty  int      // 1 (definition) to 3 (a field, a default, what changed)
	Text        string   // the question itself, `code` allowed; one question mark, at the end
	Code        string   // shown in a fence beneath Text; may be empty
	Choices     []string // one line each, `code` allowed; for Order the steps, for Typed none
	Key         int      // the right answer as a number, see QuestionKind: for OneChoice the index of the right one in Choices
	Explanation string   // why the key is right and the nearest other choice is wrong; shown after the answer only
	Doc         string   // path below https://kubernetes.io, or a full https URL
	Verified    string   // the Kubernetes version it was checked against, "1.37"
	Source      string   // empty: written by hand; SourceGlossary: made by Generate; else the file it was imported from, and then Explanation, Doc and Verified may be empty

	Kind        QuestionKind `json:",omitempty"`
	Answers     []string     `json:",omitempty"` // for Typed what is accepted, the best first; see Accepts
	From, Until string       `json:",omitempty"` // the first and the last Kubernetes version for which it is true; empty: no limit
	Voided      bool         `json:",omitempty"` // only of a question in a Round: it was taken back, and no answer to it counts
}

// URL is the page to read on.
func (q Question) URL() string {
	if strings.HasPrefix(q.Doc, "/") {
		return "https://kubernetes.io" + q.Doc
	}
	return q.Doc
}

// fold is how two choices are compared: the reader sees no difference in case, blanks or code marks.
func fold(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(s, "`", "")), " "))
}

// oneLine reports whether s has min to max characters, is not only blanks, and has no line break or other control character.
func oneLine(s string, min, max int) bool {
	n := utf8.RuneCountInString(s)
	return n >= min && n <= max && strings.TrimSpace(s) == s && s != "" && printable(s, "")
}

// printable refuses invalid UTF-8 and the characters that hide or reorder text: control characters except those in
// allowed, and format characters such as U+202E, which would let a choice be read backwards.
func printable(s, allowed string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029') && !strings.ContainsRune(allowed, r) {
			return false
		}
	}
	return true
}

// clip keeps hostile text short in an error.
func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
