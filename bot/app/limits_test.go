package app

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/kb"
	"ckadbot/quiz"
)

// TestTheLongestQuestionsFit: whatever a question may legally hold, every card
// about it is within the limits of all platforms.
func TestTheLongestQuestionsFit(t *testing.T) {
	for name, letter := range map[string]string{"plain": "x", "markup": "<", "emoji": "😀"} {
		q := quiz.Question{ID: "longest", Domain: "D1", Category: "pods", Difficulty: 3, Text: strings.Repeat(letter, quiz.MaxText-1) + "?", Code: strings.Repeat(letter, quiz.MaxCode),
			Explanation: strings.Repeat(letter, quiz.MaxExplanation), Doc: "/docs/" + strings.Repeat("x", 280) + "/", Verified: quiz.NewestKubernetes}
		for i := range quiz.MaxChoices {
			q.Choices = append(q.Choices, strings.Repeat(letter, quiz.MaxChoice-1)+string(rune('a'+i)))
		}
		long := strings.Repeat(letter, 80)
		now := time.Now()
		r := quiz.Round{Workspace: "slack/T" + strings.Repeat("0", 20), ID: 1 << 60, Kind: quiz.KindSeries, Series: long, Topic: long, Closes: now, Late: true, Questions: []quiz.Question{q}}
		tally := quiz.Tally{Counts: [][]int{make([]int, quiz.MaxChoices)}, Right: []int{0}, Answers: []int{0}, Wrong: [][]quiz.Wrong{{{Typed: long, Count: 2}}}, Top: make([]quiz.Standing, 5)}
		for i := range tally.Top {
			tally.Top[i].Name = long
		}
		ten, tenTally := r, tally
		for range quiz.MaxQuestions - 1 {
			ten.Questions = append(ten.Questions, q)
			tenTally.Counts = append(tenTally.Counts, tally.Counts[0])
			tenTally.Right, tenTally.Answers, tenTally.Wrong = append(tenTally.Right, 0), append(tenTally.Answers, 0), append(tenTally.Wrong, tally.Wrong[0])
		}
		said := outcome(quiz.Result{Outcome: quiz.Recorded, Round: r, Question: q, Revealed: true})
		for what, m := range map[string]chat.Message{
			"open":   openCard(r),
			"step":   stepCard(ten, 9, said),
			"review": reviewCard(quiz.Progress{Round: ten, Choices: make([]int, 10), Typed: make([]string, 10)}, 0, said),
			"closed": closedCard(r, tally),
			"ten":    closedCard(ten, tenTally),
		} {
			if err := m.Validate(); err != nil {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
}

// TestTheLongestMockExamFits: sixty of the longest questions, all of them wrong, and a list of those.
func TestTheLongestMockExamFits(t *testing.T) {
	for name, letter := range map[string]string{"plain": "x", "markup": "<", "emoji": "😀"} {
		r := quiz.Round{Workspace: "slack/T" + strings.Repeat("0", 20), ID: 1 << 60, Kind: quiz.KindMock, Changeable: true, Closes: time.Now().Add(time.Hour)}
		res := quiz.MockResult{Unanswered: 60, Took: time.Hour, Share: quiz.Share{Questions: 60}}
		for i := range 60 {
			c := quiz.Competencies()[i%24]
			q := quiz.Question{ID: "longest", Domain: c.Domain, Competency: c.Name, Text: strings.Repeat(letter, quiz.MaxText-1) + "?", Code: strings.Repeat(letter, quiz.MaxCode),
				Doc: "/docs/" + strings.Repeat("x", 280) + "/" + strconv.Itoa(i) + "/", Explanation: strings.Repeat(letter, quiz.MaxExplanation)}
			for i := range quiz.MaxChoices {
				q.Choices = append(q.Choices, strings.Repeat(letter, quiz.MaxChoice-1)+string(rune('a'+i)))
			}
			r.Questions = append(r.Questions, q)
			res.Choices, res.Typed = append(res.Choices, -1), append(res.Typed, "")
		}
		for _, c := range quiz.Competencies() {
			res.Competencies = append(res.Competencies, quiz.Share{Domain: c.Domain, Competency: c.Name, Questions: 3})
		}
		for _, d := range quiz.Domains() {
			res.Domains = append(res.Domains, quiz.Share{Domain: d.Code, Questions: 12})
		}
		res.Round = r
		all := make([]int, 60)
		a := New(Config{Glossary: &kb.Glossary{}})
		for what, m := range map[string]chat.Message{
			"step":         a.walk(r, 59, stepCard(r, 59, "Recorded: **A**.")).Message,
			"picked":       a.walk(r, 59, pickedCard(r, 59, []int{1})).Message,
			"gone over":    a.walk(r, 0, reviewCard(res.Progress, 0, "Changed to **A**.")).Message,
			"all answered": a.allAnswered(r, "Recorded: **A**.").Message,
			"open":         a.openMock(res.Progress),
			"result":       resultCard(res, "This mock exam is over."),
			"wrong ones":   {Card: &chat.Card{Body: withQuestions(outcome(quiz.Result{Question: r.Questions[0], Round: r, Revealed: true}), r, all)}},
		} {
			if err := m.Validate(); err != nil {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
		if m := resultCard(res, ""); len(m.Card.Fields) < 5 {
			t.Errorf("%s: the result has %d fields, want what to study and most domains", name, len(m.Card.Fields))
		}
	}
}

// TestEveryEntryFits: each built-in entry, also with long notes of a team.
func TestEveryEntryFits(t *testing.T) {
	entries, err := kb.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	a := New(Config{Glossary: &kb.Glossary{}})
	for _, e := range entries {
		e.Related = nil // looked up in the database
		e.Notes = []kb.Note{{Text: strings.Repeat("<", 4000), Source: strings.Repeat("n", 200)}, {Text: strings.Repeat("*", 4000), Source: "x", SourceURL: "https://x.example/" + strings.Repeat("y", 200), Licence: "CC BY 4.0"}}
		if err := a.entryCard("console/local", e).Validate(); err != nil {
			t.Errorf("%s: %v", e.Slug, err)
		}
	}
}

// TestALongSeriesIsListed: also one with many channels that are not reachable, alone and among others.
func TestALongSeriesIsListed(t *testing.T) {
	long := quiz.Series{Workspace: "slack/T1", Name: "daily"}
	for range 25 {
		long.Channels = append(long.Channels, quiz.Channel{ID: "slack/T1/C" + strings.Repeat("0", 20), Gone: strings.Repeat("I am not a member of it. ", 12)})
	}
	for n := range 3 {
		text := seriesText(slices.Repeat([]quiz.Series{long}, n+1), "slack/T1")
		if !strings.HasPrefix(text, "**daily** posts ") {
			t.Errorf("%d series: got %q", n+1, chat.Line(text, 80))
		}
		if err := (chat.Message{Card: &chat.Card{Body: text}}).Validate(); err != nil {
			t.Errorf("%d series: %v", n+1, err)
		}
	}
}

// TestListsFullOfMarkupFit: what is escaped takes twice the room.
func TestListsFullOfMarkupFit(t *testing.T) {
	r := newRoom(t)
	admin, marks := someone("admin"), func(n, i int) string {
		return strings.Repeat("<", n-2) + string(rune('a'+i/26)) + string(rune('a'+i%26))
	}
	admin.Name = marks(64, 0)
	var file kb.File
	var rev int64
	for i := range 10 {
		file.Entries = append(file.Entries, kb.Noted{Entry: kb.Entry{Slug: fmt.Sprint("imported-", i), Term: marks(75, i), Definition: marks(4000, i), Source: "file", Category: []string{"own", "all"}[i%2]}})
		e, err := r.app.glossary.Put(t.Context(), here.Home(), author(admin), rev, kb.Entry{Slug: "mine", Term: marks(75, 20), Definition: marks(300, i)})
		if err != nil {
			t.Fatal(err)
		}
		rev = e.Rev
	}
	if _, err := r.app.glossary.Import(t.Context(), here.Home(), "somebody", file, kb.ImportOptions{}); err != nil {
		t.Fatal(err)
	}
	for i := range 41 {
		if _, err := r.app.engine.OpenSeason(t.Context(), here.Home(), marks(40, i), "admin"); err != nil {
			t.Fatal(err)
		}
		if _, err := r.app.engine.CloseSeason(t.Context(), here.Home(), "admin"); err != nil {
			t.Fatal(err)
		}
	}
	for name, args := range map[string]map[string]string{
		"ckad terms":              {},
		"ckad-admin term history": {"term": "mine"},
		"ckad-admin season list":  {},
	} {
		reply := r.app.Command(t.Context(), chat.Command{Name: name, Args: args, User: admin, Channel: here})
		if err := reply.Validate(); err != nil || reply.Card == nil {
			t.Errorf("%s: got %q, %v, want a card that fits", name, chat.Line(reply.Markdown(), 80), err)
		}
	}
	if err := r.app.termsPage(here.Home(), imported, 0).Validate(); err != nil {
		t.Errorf("imported terms: %v", err)
	}
}

// TestManyProblemsFit, beneath which is what was typed.
func TestManyProblemsFit(t *testing.T) {
	r := newRoom(t)
	var names []string
	for i := range 20 {
		names = append(names, strings.Repeat("[", 80)+strconv.Itoa(i))
	}
	reply := r.app.Submit(t.Context(), chat.Submission{Action: suggestForm, User: someone("alice"), Channel: here,
		Values: map[string]string{"term": "Gizmo", "definition": "what I have written", "aliases": strings.Join(names, ", ")}})
	if err := reply.Validate(); err != nil || !strings.Contains(reply.Text, "what I have written") {
		t.Errorf("got %q, %v, want what was typed", reply.Text, err)
	}
}
