package quiz

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// settle completes the questions and finds what is wrong with them.
func (r *reader) settle() {
	source := sourceOf(r.file.Name)
	texts := map[string]int{}
	for i := range r.file.Questions {
		q := &r.file.Questions[i].Question
		r.complete(q)
		q.Source = source
		texts[textID(*q)]++
	}
	for i := range r.file.Questions {
		q := &r.file.Questions[i].Question
		if q.ID == "" {
			q.ID = textID(*q)
			if texts[q.ID] > 1 { // "Which is true?" needs its choices to be told from another one
				q.ID = textID(*q, q.Choices...)
			}
		}
	}
	r.check()
}

// complete fills in what a format cannot say or a question does not.
func (r *reader) complete(q *Question) {
	if c, known := CompetencyByName(q.Competency); known && q.Domain == "" {
		q.Domain = c.Domain
	}
	q.Domain = cmp.Or(q.Domain, r.opt.Domain, "BG")
	q.Category = cmp.Or(q.Category, r.opt.Category, "imported")
	q.Difficulty = cmp.Or(q.Difficulty, r.opt.Difficulty, 2)
	if len(q.Terms) == 0 {
		q.Terms = nil // an empty list is no other question
	}
	var folded []string
	for _, c := range q.Choices {
		folded = append(folded, fold(c))
	}
	if right := fold(q.Right()); q.Kind == OneChoice && right != "" && slices.Equal(sorted(folded), []string{"false", "true"}) {
		q.Kind, q.Choices, q.Key = TrueFalse, trueFalse(), slices.Index([]string{"true", "false"}, right)
	}
}

// check tells what is wrong with each question, and which are there twice.
func (r *reader) check() {
	first := map[string]Place{}
	for _, n := range r.file.Questions {
		if err := n.Validate(); err != nil {
			for text := range strings.SplitSeq(err.Error(), "\n") {
				r.wrong(n.placeOf(text), "%s", text)
			}
		}
		if at, twice := first[n.ID]; twice {
			r.wrong(n.Place, "id %q is used at %s already, or it is the same question; keep one", clip(n.ID, 80), at.within(r.file.Name))
		} else {
			first[n.ID] = n.Place
		}
		for _, t := range n.Terms {
			if r.opt.Known != nil && !r.opt.Known(t) {
				r.notice(n.Place, "the glossary has no term %q; is it written otherwise there?", clip(t, maxWord))
			}
		}
	}
}

// placeOf finds the cell that a problem is about, by the words before its colon.
func (n Noted) placeOf(problem string) Place {
	what, _, _ := strings.Cut(problem, ":")
	if at, found := n.cells[what]; found {
		return at
	}
	return n.Place
}

// within is the place for somebody who reads about this file anyway.
func (p Place) within(file string) string {
	if p.File == file && p.Line > 0 {
		return fmt.Sprintf("line %d", p.Line)
	}
	return p.String()
}

// setRight makes q a question whose right choices are those: of one choice if it is one, else of several.
func (q *Question) setRight(right []int) error {
	if len(right) == 0 {
		return errors.New("no key: tell which answer is right")
	}
	if len(right) > 1 {
		q.Kind = Several
	}
	if len(q.Choices) <= MaxChoices { // what has more is told by Validate
		q.Key = q.Pick(right...)
	}
	return nil
}
