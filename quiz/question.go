package quiz

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
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
	MinExplanation = 40
	MaxExplanation = 400
	maxTerms       = 12
	maxWord        = 60 // a term, a category
	maxDoc         = 300
)

// SourceGlossary is the Source of questions that Generate made.
const SourceGlossary = "glossary"

// A Question has one right choice. It is a plain value: whoever shows it shuffles a copy (see Shuffled).
type Question struct {
	ID          string   // never changes and is never reused: answers refer to it; [a-z0-9-]{1,60}; generated ones begin with "gen-"
	Domain      string   // "D1" to "D5" of the exam's curriculum, or "BG" for background knowledge
	Competency  string   // Name of one of Competencies; empty for generated and background questions
	Category    string   // what it is about in one word: "workloads", "networking", "health", …
	Terms       []string // slugs or plain words it is about; searches by topic look here
	Difficulty  int      // 1 (definition) to 3 (a field, a default, what changed)
	Text        string   // the question itself, `code` allowed; one question mark, at the end
	Code        string   // shown in a fence beneath Text; may be empty
	Choices     []string // one line each, `code` allowed
	Key         int      // index of the right one in Choices
	Explanation string   // why the key is right and the nearest other choice is wrong; shown after the answer only
	Doc         string   // path below https://kubernetes.io, or a full https URL
	Verified    string   // the Kubernetes version it was checked against, "1.37"
	Source      string   // empty: written by hand; SourceGlossary: made by Generate
}

// URL is the page to read on.
func (q Question) URL() string {
	if strings.HasPrefix(q.Doc, "/") {
		return "https://kubernetes.io" + q.Doc
	}
	return q.Doc
}

// Validate reports everything that makes q unfit to be stored or shown, in one error with a line for each problem.
// It judges form only; Check judges quality.
func (q Question) Validate() error {
	var all []error
	complain := func(ok bool, format string, args ...any) {
		if !ok {
			all = append(all, fmt.Errorf(format, args...))
		}
	}
	complain(validID(q.ID), "id %q: want 1 to 60 of a-z, 0-9 and hyphen", clip(q.ID, 80))
	complain(slices.Contains(domainCodes, q.Domain), "domain %q: want one of %s", clip(q.Domain, 20), strings.Join(domainCodes, ", "))
	if q.Competency != "" {
		c, known := CompetencyByName(q.Competency)
		complain(known, "competency %q is not in the curriculum", clip(q.Competency, maxWord))
		complain(!known || c.Domain == q.Domain, "competency %q belongs to %s, not to %s", q.Competency, c.Domain, clip(q.Domain, 20))
	}
	complain(oneLine(q.Category, 1, maxWord), "category: want one line of 1 to %d characters", maxWord)
	complain(len(q.Terms) <= maxTerms, "terms: %d are too many, at most %d", len(q.Terms), maxTerms)
	for _, t := range q.Terms {
		complain(oneLine(t, 1, maxWord), "term %q: want one line of 1 to %d characters", clip(t, 80), maxWord)
	}
	complain(q.Difficulty >= 1 && q.Difficulty <= 3, "difficulty %d: want 1, 2 or 3", q.Difficulty)
	complain(oneLine(q.Text, 1, MaxText), "text: want one line of 1 to %d characters, got %d", MaxText, utf8.RuneCountInString(q.Text))
	complain(printable(q.Code, "\n") && utf8.RuneCountInString(q.Code) <= MaxCode, "code: want at most %d printable characters, got %d", MaxCode, utf8.RuneCountInString(q.Code))
	complain(!strings.Contains(q.Code, "```"), "code: contains a fence")
	complain(oneLine(q.Explanation, MinExplanation, MaxExplanation), "explanation: want one line of %d to %d characters, got %d", MinExplanation, MaxExplanation, utf8.RuneCountInString(q.Explanation))
	complain(validDoc(q.Doc), "doc %q: want a path below https://kubernetes.io or an https URL", clip(q.Doc, 80))
	complain(versionForm.MatchString(q.Verified), "verified %q: want a Kubernetes version such as %q", clip(q.Verified, 20), NewestKubernetes)
	complain(q.Source == "" || validID(q.Source), "source %q: want lower-case letters, digits and hyphens", clip(q.Source, 80))
	return errors.Join(append(all, q.validateChoices()...)...)
}

func (q Question) validateChoices() []error {
	var all []error
	if n := len(q.Choices); n < MinChoices || n > MaxChoices {
		return []error{fmt.Errorf("choices: want %d to %d, got %d", MinChoices, MaxChoices, n)}
	}
	if q.Key < 0 || q.Key >= len(q.Choices) {
		all = append(all, fmt.Errorf("key: there is no choice %d", q.Key+1))
	}
	seen := map[string]int{}
	for i, c := range q.Choices {
		if !oneLine(c, 1, MaxChoice) {
			all = append(all, fmt.Errorf("choice %d: want one line of 1 to %d characters, got %d", i+1, MaxChoice, utf8.RuneCountInString(c)))
		}
		same := fold(c)
		if first, twice := seen[same]; twice {
			all = append(all, fmt.Errorf("choices %d and %d are the same: %q", first+1, i+1, clip(c, 40)))
		} else {
			seen[same] = i
		}
	}
	return all
}

var (
	domainCodes = []string{"D1", "D2", "D3", "D4", "D5", "BG"}
	idForm      = regexp.MustCompile(`^[a-z0-9-]{1,60}$`)
	versionForm = regexp.MustCompile(`^1\.[0-9]{1,3}$`)
	pathForm    = regexp.MustCompile(`^/[A-Za-z0-9/._#-]*$`)
)

func validID(s string) bool { return idForm.MatchString(s) }

// validDoc accepts what may become a link in a chat: nothing but a plain path or an https address without a user's name.
func validDoc(doc string) bool {
	if utf8.RuneCountInString(doc) > maxDoc || !oneLine(doc, 1, maxDoc) || strings.ContainsAny(doc, "<>|\"` ") {
		return false
	}
	if strings.HasPrefix(doc, "/") {
		return pathForm.MatchString(doc) && !strings.HasPrefix(doc, "//")
	}
	u, err := url.Parse(doc)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil
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
