package quiz

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// A MockResult is how a mock exam went.
type MockResult struct {
	Progress
	Share            // of the whole exam; questions that were taken back are not among them
	Unanswered   int // they count as wrong
	Took         time.Duration
	Domains      []Share // those with questions, in the order of their codes
	Competencies []Share // those with questions, in the order of the curriculum; last what belongs to none, without a name
}

// A Share is how many questions there were of something, and how many were right.
type Share struct {
	Domain           string // "D1" to "D5"; empty for the whole
	Competency       string // Name of one of Competencies; empty for a domain, and for questions of no competency
	Right, Questions int
}

// Percent is rounded down, so that it is PassMark or more only for those who passed.
func (s Share) Percent() int {
	if s.Questions == 0 {
		return 0
	}
	return 100 * s.Right / s.Questions
}

// Passed reports whether that would do in the exam.
func (s Share) Passed() bool { return s.Questions > 0 && s.Percent() >= PassMark }

// MockResult tells how a mock exam went. From then on no answer is taken any more, however long it was under way. A later
// correction of a question changes the result.
//
// Errors: ErrNoRound for what is no mock exam of theirs; *OpenError if it is not over.
func (e *Engine) MockResult(ctx context.Context, workspace string, round int64, by Person) (MockResult, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	p, err := readMock(ctx, e.db, workspace, round, by)
	if err != nil {
		return MockResult{}, err
	}
	sealed, err := e.seal(ctx, workspace, round)
	if err != nil {
		return MockResult{}, err
	}
	if !sealed {
		return MockResult{}, &OpenError{Round: p.Round}
	}
	if p, err = readMock(ctx, e.db, workspace, round, by); err != nil { // with the answers that seal waited for
		return MockResult{}, err
	}
	return mockResult(p.public(e.now())), nil
}

func mockResult(p Progress) MockResult {
	res := MockResult{Progress: p, Took: p.Round.Closes.Sub(p.Round.Opens)}
	for i, q := range p.Round.Questions {
		if q.Voided {
			continue
		}
		if p.Choices[i] < 0 {
			res.Unanswered++
		}
		right := number(q.Correct(p.Choices[i]))
		res.Right, res.Questions = res.Right+right, res.Questions+1
		res.Domains = addShare(res.Domains, Share{Domain: q.Domain, Right: right})
		res.Competencies = addShare(res.Competencies, Share{Domain: q.Domain, Competency: q.Competency, Right: right})
	}
	slices.SortFunc(res.Domains, func(a, b Share) int { return cmp.Compare(a.Domain, b.Domain) })
	slices.SortFunc(res.Competencies, func(a, b Share) int {
		return cmp.Or(cmp.Compare(a.Domain, b.Domain), cmp.Compare(lineOf(a.Competency), lineOf(b.Competency)))
	})
	return res
}

// addShare counts one question.
func addShare(all []Share, p Share) []Share {
	i := slices.IndexFunc(all, func(o Share) bool { return o.Domain == p.Domain && o.Competency == p.Competency })
	if i < 0 {
		i = len(all)
		all = append(all, Share{Domain: p.Domain, Competency: p.Competency})
	}
	all[i].Right += p.Right
	all[i].Questions++
	return all
}

// lineOf is where a competency stands in the curriculum; what is none comes last.
func lineOf(name string) int {
	i := slices.IndexFunc(competencies, func(c Competency) bool { return c.Name == name })
	if i < 0 {
		return len(competencies)
	}
	return i
}
