package quiz

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// complain reports question i of a round.
func (w *world) complain(r Round, channel, name string, i int, said string) error {
	return w.Report(w.t.Context(), ReportRequest{Workspace: r.Workspace, Round: r.ID, Question: i, Channel: channel, By: person(name), Said: said})
}

func (w *world) mustComplain(r Round, name, said string) {
	w.t.Helper()
	if err := w.complain(r, general, name, 0, said); err != nil {
		w.t.Fatalf("Report by %s: %v", name, err)
	}
}

// queue returns what admins see, one line for each reported question.
func (w *world) reported() (lines []string) {
	w.t.Helper()
	for after := ""; ; {
		s, waiting, err := w.NextReported(w.t.Context(), ws, after)
		if err != nil {
			w.t.Fatalf("NextReported: %v", err)
		}
		if after = s.Question.ID; after == "" {
			if waiting != len(lines) {
				w.t.Errorf("waiting: got %d, want %d", waiting, len(lines))
			}
			return lines
		}
		line := fmt.Sprintf("%s %d/%d", after, s.Rights, s.Responses)
		for _, r := range s.Reports {
			line += " " + r.By + ":" + r.Text
		}
		lines = append(lines, line)
	}
}

func TestReportsAreGroupedByQuestionTheMostReportedFirst(t *testing.T) {
	w := newWorld(t, 3)
	first := w.mustAsk(general, "ada")
	w.click(first, general, "ada", 0, "right")
	w.clock.add(askWindow)
	second := w.mustAsk(general, "ada")
	w.mustComplain(first, "ada", "")
	w.clock.add(1)
	w.mustComplain(second, "ada", "wrong is right")
	w.mustComplain(second, "bob", " worst is right\n")
	w.mustComplain(second, "bob", "") // says nothing new
	want := []string{
		second.Questions[0].ID + " 0/0 ada:wrong is right bob:worst is right",
		first.Questions[0].ID + " 1/1 ada:",
	}
	if diff := cmp.Diff(want, w.reported()); diff != "" {
		t.Errorf("queue (-want +got):\n%s", diff)
	}
	if err := w.DeclineReports(t.Context(), Decision{Workspace: ws, ID: second.Questions[0].ID, By: "Admin"}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want[1:], w.reported()); diff != "" {
		t.Errorf("queue after declining (-want +got):\n%s", diff)
	}
	w.mustComplain(second, "bob", "no, really")
	if got := w.reported(); len(got) != 2 {
		t.Errorf("a new report after a declined one: got %q, want both questions", got)
	}
}

func TestReportsOfWhatWasNotAskedAreRefused(t *testing.T) {
	w := newWorld(t, 5)
	r := w.mustAsk(general, "ada")
	duel := w.mustChallenge("ada", "bob", &desk{})
	practice, err := w.Practice(t.Context(), PracticeRequest{By: person("ada")})
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		err  error
		want error
	}{
		"another question":         {w.complain(r, general, "bob", 1, ""), ErrNoRound},
		"a negative question":      {w.complain(r, general, "bob", -1, ""), ErrNoRound},
		"another channel":          {w.complain(r, random, "bob", 0, ""), ErrNoRound},
		"another round":            {w.complain(Round{Workspace: ws, ID: 999}, general, "bob", 0, ""), ErrNoRound},
		"another workspace":        {w.complain(Round{Workspace: "test/W2", ID: r.ID}, general, "bob", 0, ""), ErrNoRound},
		"somebody else's practice": {w.complain(practice.Round, general, "bob", 0, ""), ErrNoRound},
		"a duel of two others":     {w.complain(duel, general, "eve", 0, ""), ErrNotYours},
		"their own practice":       {w.complain(practice.Round, general, "ada", 0, ""), nil},
		"their own duel":           {w.complain(duel, general, "bob", 0, ""), nil},
		"the round":                {w.complain(r, general, "bob", 0, ""), nil},
	} {
		if !errors.Is(tt.err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, tt.err, tt.want)
		}
	}
	for name, said := range map[string]string{"too long": strings.Repeat("é", maxWhy+1), "reversed": "a\u202eb", "no UTF-8": "\xff", "NUL": "\x00"} {
		if _, invalid := errors.AsType[*InvalidError](w.complain(r, general, "bob", 0, said)); !invalid {
			t.Errorf("%s: got %v, want an InvalidError", name, w.complain(r, general, "bob", 0, said))
		}
	}
}

func TestOnePersonCannotFillTheQueue(t *testing.T) {
	w := newWorld(t, maxReportsOfPerson+2)
	var last Round
	for i := range maxReportsOfPerson + 1 {
		last = w.mustAsk(general, "ada")
		err := w.complain(last, general, "ada", 0, "")
		if full := errors.Is(err, ErrTooManyReports); full != (i == maxReportsOfPerson) || !full && err != nil {
			t.Fatalf("report %d: got %v", i+1, err)
		}
		w.clock.add(askWindow)
	}
	w.mustComplain(last, "bob", "")
	if got := w.count(`SELECT count(*) FROM quiz.report`); got != maxReportsOfPerson+1 {
		t.Errorf("reports: got %d, want %d of ada and one of bob", got, maxReportsOfPerson)
	}
}
