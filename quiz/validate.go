package quiz

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

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
	// What was imported may lack what other formats have no place for.
	complain(oneLine(q.Explanation, MinExplanation, MaxExplanation) || q.imported() && (q.Explanation == "" || oneLine(q.Explanation, 1, MaxExplanation)), "explanation: want one line of %d to %d characters, got %d", MinExplanation, MaxExplanation, utf8.RuneCountInString(q.Explanation))
	complain(validDoc(q.Doc) || q.imported() && q.Doc == "", "doc %q: want a path below https://kubernetes.io or an https URL", clip(q.Doc, 80))
	complain(versionForm.MatchString(q.Verified) || q.imported() && q.Verified == "", "verified %q: want a Kubernetes version such as %q", clip(q.Verified, 20), NewestKubernetes)
	complain(q.From == "" || versionForm.MatchString(q.From), "from %q: want a Kubernetes version such as %q", clip(q.From, 20), NewestKubernetes)
	complain(q.Until == "" || versionForm.MatchString(q.Until), "until %q: want a Kubernetes version such as %q", clip(q.Until, 20), NewestKubernetes)
	complain(q.From == "" || q.Until == "" || minor(q.From) <= minor(q.Until), "from %s is after until %s", clip(q.From, 20), clip(q.Until, 20))
	complain(q.Source == "" || validID(q.Source), "source %q: want lower-case letters, digits and hyphens", clip(q.Source, 80))
	return errors.Join(append(all, q.validateKind()...)...)
}

// validateKind looks at choices, key and accepted answers, which mean something else for each kind.
func (q Question) validateKind() []error {
	switch q.Kind {
	case OneChoice:
		return append(q.validateChoices(MinChoices), q.validateKey("there is no choice %d", q.Key+1)...)
	case Several:
		return append(q.validateChoices(3), q.validateKey("want at least one choice that is right and at least one that is not")...)
	case TrueFalse:
		if !slices.Equal(q.Choices, trueFalse()) {
			return []error{errors.New("choices: want True and False, in this order")}
		}
		return q.validateKey("want true or false")
	case Order:
		return append(q.validateChoices(3), q.validateKey("there is no order %d of %d steps", q.Key, len(q.Choices))...)
	case Typed:
		return q.validateAnswers()
	}
	return []error{fmt.Errorf("kind %q: want one of several, true-false, typed, order, or none for one choice", clip(string(q.Kind), 20))}
}

func (q Question) validateKey(format string, args ...any) []error {
	var all []error
	if q.Key < 0 || !q.possible(q.Key) || q.Kind == Several && q.Key == 1<<len(q.Choices)-1 {
		all = append(all, fmt.Errorf("key: "+format, args...))
	}
	if len(q.Answers) > 0 {
		all = append(all, errors.New("answers: only a typed question has some"))
	}
	return all
}

func (q Question) validateChoices(least int) []error {
	what := "choice"
	if q.Kind == Order {
		what = "step"
	}
	if n := len(q.Choices); n < least || n > MaxChoices {
		return []error{fmt.Errorf("%ss: want %d to %d, got %d", what, least, MaxChoices, n)}
	}
	var all []error
	seen := map[string]int{}
	for i, c := range q.Choices {
		if !oneLine(c, 1, MaxChoice) {
			all = append(all, fmt.Errorf("%s %d: want one line of 1 to %d characters, got %d", what, i+1, MaxChoice, utf8.RuneCountInString(c)))
		}
		same := fold(c)
		if first, twice := seen[same]; twice {
			all = append(all, fmt.Errorf("%ss %d and %d are the same: %q", what, first+1, i+1, clip(c, 40)))
		} else {
			seen[same] = i
		}
	}
	return all
}

func (q Question) validateAnswers() []error {
	if n := len(q.Answers); n < 1 || n > MaxAnswers {
		return []error{fmt.Errorf("answers: want 1 to %d, got %d", MaxAnswers, n)}
	}
	var all []error
	seen := map[string]int{}
	for i, a := range q.Answers {
		same := normal(a)
		if !oneLine(a, 1, MaxAnswer) || same == "" {
			all = append(all, fmt.Errorf("answer %d: want one line of 1 to %d characters, got %d", i+1, MaxAnswer, utf8.RuneCountInString(a)))
		}
		if first, twice := seen[same]; twice {
			all = append(all, fmt.Errorf("answers %d and %d are the same: %q", first+1, i+1, clip(a, 40)))
		} else {
			seen[same] = i
		}
	}
	if len(q.Choices) > 0 || q.Key != 1 {
		all = append(all, errors.New("choices and key: a typed question has none"))
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
