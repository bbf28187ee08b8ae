package quiz

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// corrections reads what a notice says in a line for each question.
func corrections(t testing.TB, n Notice) (lines []string) {
	t.Helper()
	var all []Correction
	if err := json.Unmarshal(n.Body, &all); err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		line := fmt.Sprintf("%s: %s, not %s", n.Channel, c.Now, c.Was)
		if c.Voided {
			line = n.Channel + ": taken back"
		}
		if c.Again {
			line = n.Channel + ": counts again"
		}
		lines = append(lines, fmt.Sprintf("%s; %d of %d; %s", line, c.Answers, c.Players, c.Why))
	}
	return lines
}

// told moves the clock past the pause and returns what channels were told.
func (w *world) told(d *desk) (lines []string) {
	w.t.Helper()
	from := len(d.said)
	w.clock.add(resultPause)
	w.settle(d)
	w.clock.add(noticePause)
	w.settle(d)
	for _, n := range d.said[from:] {
		lines = append(lines, corrections(w.t, n)...)
	}
	slices.Sort(lines)
	return lines
}

func TestChannelsAreToldWhatChangedThere(t *testing.T) {
	w := newWorld(t, 1)
	s := daily("daily", general, random)
	r, d := w.openDaily(s)
	w.click(r, general, "ada", 0, "right")
	w.click(r, random, "bob", 0, "worst")
	w.click(r, random, "eve", 0, "wrong")
	w.clock.set(r.Closes)
	w.settle(d)
	quiet := w.askThere("test/W2", "")
	w.clickThere(quiet, "eve", "right")

	w.must(w.rekey("q-000", "worst"))
	want := []string{general + ": worst, not right; 2 of 2; It was mixed up.", random + ": worst, not right; 2 of 2; It was mixed up."}
	if diff := cmp.Diff(want, w.told(d)); diff != "" {
		t.Errorf("after the edit (-want +got):\n%s", diff)
	}
	w.must(w.VoidQuestion(t.Context(), w.by("q-000", "Nobody can know."), 0))
	want = []string{general + ": taken back; 3 of 3; Nobody can know.", random + ": taken back; 3 of 3; Nobody can know."}
	if diff := cmp.Diff(want, w.told(d)); diff != "" {
		t.Errorf("after it was voided (-want +got):\n%s", diff)
	}
	if got := w.board("", AllTime, "").Rows; len(got) != 0 {
		t.Errorf("board of a voided question: got %v, want nobody", shown(got))
	}
	w.must(w.RestoreQuestion(t.Context(), w.by("q-000", ""), 1))
	want = []string{general + ": counts again; 3 of 3; ", random + ": counts again; 3 of 3; "}
	if diff := cmp.Diff(want, w.told(d)); diff != "" {
		t.Errorf("after that was undone (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"1 bob 1/1", "2 ada 0/1", "2 eve 0/1"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
	w.must(w.RetireQuestion(t.Context(), w.by("q-000", "")))
	q := w.standing("q-000").Question
	q.Text = "What is right, if anything?"
	w.must(w.EditQuestion(t.Context(), w.by("q-000", ""), q, nil))
	if got := w.told(d); len(got) != 0 {
		t.Errorf("after nothing changed for anybody: got %q, want nothing", got)
	}
	w.clock.add(askWindow)
	bank := bankOf(1)
	bank[0].Key = 2
	w.load(bank) // the workspace has its own text; the other one is told
	if got := w.told(d); len(got) != 1 || got[0] != "test/W2/general: worse, not right; 1 of 1; "+bank[0].Explanation {
		t.Errorf("after a release: got %q, want the other workspace told", got)
	}
}

// A corrected key must not be told while somebody can still answer, wherever that is.
func TestNothingIsToldWhileTheQuestionIsOpen(t *testing.T) {
	w := newWorld(t, 1)
	asked := w.mustAsk(random, "ada")
	w.click(asked, random, "ada", 0, "right")
	w.clock.add(askWindow)
	r, d := w.openDaily(daily("daily", general))
	w.click(r, general, "ada", 0, "right")
	w.click(r, general, "bob", 0, "worst")
	w.must(w.rekey("q-000", "worst"))
	results := len(d.closed)
	if got := w.told(d); len(got) != 0 || len(d.closed) != results {
		t.Errorf("before the close: got %q and %d results, want nothing", got, len(d.closed)-results)
	}
	w.clock.set(r.Closes)
	w.settle(d)
	if got := d.tally[len(d.tally)-1]; got.Right[0] != 1 || got.Top[0].Name != "bob" {
		t.Errorf("the result: got %+v, want bob right by the corrected key", got)
	}
	want := []string{random + ": worst, not right; 1 of 1; It was mixed up."} // in general nobody was told anything wrong
	var got []string
	for _, n := range d.said {
		got = append(got, corrections(t, n)...)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("after the close (-want +got):\n%s", diff)
	}
}

func TestPrivateRoundsDuelsAndOldRoundsAreGradedAgainInSilence(t *testing.T) {
	w := newWorld(t, 1)
	d := &desk{}
	old := w.mustAsk(general, "ada")
	w.click(old, general, "ada", 0, "right")
	w.settle(d)
	w.clock.add(correctionNews + askWindow)
	w.settle(d)
	practice := w.mustPractice("ada", "", 1)
	w.answerAll(practice, "ada", "right")
	w.clock.add(privateWindow)
	duel := w.mustChallenge("ada", "bob", d)
	if _, err := w.Accept(t.Context(), ws, duel.ID, person("bob")); err != nil {
		t.Fatal(err)
	}
	w.click(duel, general, "ada", 0, "right")
	w.click(duel, general, "bob", 0, "worst")
	w.settle(d)
	results := len(d.closed)
	if v := w.must(w.rekey("q-000", "worst")); v.Answers != 4 || v.Players != 2 {
		t.Errorf("got %+v, want four answers of two players changed", v)
	}
	if got := w.told(d); len(got) != 0 || len(d.closed) != results {
		t.Errorf("got %q and %d more results, want silence", got, len(d.closed)-results)
	}
	for _, r := range []Round{old, practice, duel} {
		if r, err := readRound(t.Context(), w.pool, ws, r.ID); err != nil || r.Questions[0].Right() != "worst" {
			t.Errorf("%s: got %v, %v, want the corrected key", r.Kind, r.Questions, err)
		}
	}
}

func TestVoidingOneRoundLeavesTheOthers(t *testing.T) {
	w := newWorld(t, 1)
	var rounds []Round
	for _, name := range []string{"ada", "bob"} {
		r := w.mustAsk(general, name)
		w.click(r, general, name, 0, "right")
		rounds = append(rounds, r)
		w.clock.add(askWindow)
	}
	if v := w.must(w.VoidQuestion(t.Context(), w.by("q-000", ""), rounds[0].ID)); v.Answers != 1 || v.Round != rounds[0].ID {
		t.Errorf("got %+v, want one answer of one round", v)
	}
	if diff := cmp.Diff([]string{"1 bob 1/1"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
	if _, err := w.VoidQuestion(t.Context(), w.by("q-000", ""), rounds[0].ID); !isInvalid(err) {
		t.Errorf("again: got %v, want an InvalidError", err)
	}
	if _, err := w.VoidQuestion(t.Context(), w.by("q-000", ""), 999); !isInvalid(err) {
		t.Errorf("a round that is not there: got %v, want an InvalidError", err)
	}
	w.must(w.VoidQuestion(t.Context(), w.by("q-000", ""), 0))
	w.must(w.RestoreQuestion(t.Context(), w.by("q-000", ""), 1)) // the first round stays voided
	if diff := cmp.Diff([]string{"1 bob 1/1"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("board after restoring (-want +got):\n%s", diff)
	}
}

// TestGradingAgainEqualsGradingFromScratch: whatever is corrected, voided and restored, in whichever order, by admins and by
// releases, with answers in between: each answer is worth what the version that grades it says, and decisions count exactly
// the answers that they change.
func TestGradingAgainEqualsGradingFromScratch(t *testing.T) {
	w := newWorld(t, 1)
	runs := 0
	rapid.Check(t, func(t *rapid.T) {
		runs++
		m := &marking{world: w, space: fmt.Sprintf("test/E%d", runs), bank: map[string]grading{}, states: map[string][]grading{}, answers: map[given3]int{}}
		w.load(kindsBank())
		for range rapid.IntRange(1, 15).Draw(t, "steps") {
			m.step(t)
			m.compare(t)
		}
	})
}

// A grading says what a version of a question takes as right: said[kind][key]. Those of different wordings grade different rounds.
type grading struct {
	own          bool // the workspace has this version for itself
	key, wording int
}

// A marking is the model: what was asked, who said what, and what is right.
type marking struct {
	*world
	space   string
	rounds  []markedRound
	bank    map[string]grading
	states  map[string][]grading // of each question after each decision
	answers map[given3]int       // to the index in said
}

type given3 struct {
	round  int
	kind   QuestionKind
	player string
}

type markedRound struct {
	Round
	grading map[string]grading
	voided  map[string]int // the version that took a question back, 0 for none
}

// inForce is what the workspace asks.
func (m *marking) inForce(id string) grading {
	if all := m.states[id]; len(all) > 0 && all[len(all)-1].own {
		return all[len(all)-1]
	}
	return m.bank[id]
}

// version makes the question that a grading stands for.
func version(q Question, g grading) Question {
	base := kindsBank()[slices.IndexFunc(kindsBank(), func(k Question) bool { return k.ID == q.ID })]
	if g.wording > 0 {
		switch base.Kind {
		case TrueFalse, Typed:
			base.Text = fmt.Sprintf("What is right in wording %d?", g.wording)
		case Order:
			base.Choices = append(base.Choices, fmt.Sprintf("five, wording %d", g.wording))
		default:
			base.Choices[3] = fmt.Sprintf("other, wording %d", g.wording)
		}
	}
	texts := said[base.Kind][g.key]
	switch base.Kind {
	case Typed:
		base.Answers = texts
		if g.key == 0 {
			base.Answers = []string{"kubelet", "the node's agent"}
		}
	case Order:
		base.Choices = append(slices.Clone(texts), base.Choices[len(texts):]...)
	default:
		var picked []int
		for _, text := range texts {
			picked = append(picked, slices.Index(base.Choices, text))
		}
		base.Key = base.Pick(picked...)
	}
	base.Explanation = fmt.Sprintf("It is said number %d that is right, and the others are not.", g.key)
	return base
}

func (m *marking) step(t *rapid.T) {
	what := rapid.SampledFrom([]string{"ask", "answer", "answer", "answer", "answer", "edit", "edit", "release", "void", "void one", "restore"}).Draw(t, "what")
	if len(m.rounds) == 0 {
		what = "ask"
	}
	q := rapid.SampledFrom(kindsBank()).Draw(t, "question")
	before := m.worth(q.ID)
	d := Decision{Workspace: m.space, ID: q.ID, Version: len(m.states[q.ID]), By: "Admin"}
	var v Version
	var err error
	switch what {
	case "ask":
		m.ask(t)
		return
	case "answer":
		m.answer(t, q.Kind)
		return
	case "release":
		m.release(t, q)
		return
	case "edit":
		g := grading{own: true, key: rapid.IntRange(0, 1).Draw(t, "key"), wording: rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "wording")}
		v, err = m.EditQuestion(m.t.Context(), d, version(q, g), nil)
		if err == nil {
			m.decided(q.ID, g)
		}
	case "void", "void one":
		v, err = m.void(t, d, what == "void one")
	case "restore":
		v, err = m.restore(t, d)
	}
	if isInvalid(err) { // it would change nothing
		return
	}
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	changed := 0
	after := m.worth(q.ID)
	for a := range after {
		if before[a] != after[a] {
			changed++
		}
	}
	if v.Answers != changed {
		t.Errorf("%s: got %d answers changed, want %d", what, v.Answers, changed)
	}
}

// decided makes a grading the one in force and grades all rounds by it.
func (m *marking) decided(id string, g grading) {
	m.states[id] = append(m.states[id], g)
	m.regrade(id)
}

func (m *marking) regrade(id string) {
	for i := range m.rounds {
		g := m.rounds[i].grading[id]
		if now := m.inForce(id); now.wording == g.wording {
			g.key = now.key
		} else if bank := m.bank[id]; bank.wording == g.wording {
			g.key = bank.key
		}
		m.rounds[i].grading[id] = g
	}
}

// worth is for each answer whether it is right, 0 or 1, or -1 if it does not count.
func (m *marking) worth(id string) map[given3]int {
	all := map[given3]int{}
	for a, index := range m.answers {
		r := m.rounds[a.round]
		q := r.Questions[slices.IndexFunc(r.Questions, func(q Question) bool { return q.Kind == a.kind })]
		switch g := r.grading[q.ID]; {
		case q.ID != id:
		case r.voided[id] != 0:
			all[a] = -1
		case index == g.key:
			all[a] = 1
		default:
			all[a] = 0
		}
	}
	return all
}

func (m *marking) ask(t *rapid.T) {
	bank, err := m.liveBank(m.t.Context(), m.pool, m.space)
	if err != nil {
		t.Fatal(err)
	}
	n := newRound{Workspace: m.space, Kind: KindAsk, Scope: "channel/" + general, Opens: monday, Closes: monday.Add(askWindow), Day: "2026-03-02", Reveal: true, Channels: []string{general}}
	marked := markedRound{grading: map[string]grading{}, voided: map[string]int{}}
	for _, b := range bank {
		n.Questions = append(n.Questions, b.Question)
		marked.grading[b.ID] = m.inForce(b.ID)
	}
	tx, err := m.pool.Begin(m.t.Context())
	if err != nil {
		t.Fatal(err)
	}
	id, err := m.insertRound(m.t.Context(), tx, n)
	if err == nil {
		err = tx.Commit(m.t.Context())
	}
	if err == nil {
		marked.Round, err = readRound(m.t.Context(), m.pool, m.space, id)
	}
	if err != nil {
		t.Fatal(err)
	}
	m.rounds = append(m.rounds, marked)
}

func (m *marking) answer(t *rapid.T, kind QuestionKind) {
	a := given3{rapid.IntRange(0, len(m.rounds)-1).Draw(t, "round"), kind, rapid.SampledFrom([]string{"ada", "bob", "eve"}).Draw(t, "player")}
	if _, known := m.answers[a]; known {
		return
	}
	r := m.rounds[a.round]
	index, i := rapid.IntRange(0, 1).Draw(t, "said"), position(m.t, r.Round, kind)
	texts := said[kind][index]
	if kind == Order && len(r.Questions[i].Choices) > len(texts) { // another wording has one step more
		texts = append(slices.Clone(texts), r.Questions[i].Choices[slices.IndexFunc(r.Questions[i].Choices, func(c string) bool { return !slices.Contains(texts, c) })])
	}
	if res, err := m.Answer(m.t.Context(), answerTo(m.t, r.Round, i, a.player, texts)); err != nil || res.Outcome != Recorded {
		t.Fatalf("answer %v: got %s, %v", a, res.Outcome, err)
	}
	m.answers[a] = index
}

// release loads a bank with another version of a question, as a new version of the bot does.
func (m *marking) release(t *rapid.T, q Question) {
	g := grading{key: rapid.IntRange(0, 1).Draw(t, "key"), wording: rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "wording")}
	was, before := m.bank[q.ID], m.worth(q.ID)
	m.bank[q.ID] = g
	bank := kindsBank()
	for i := range bank {
		bank[i] = version(bank[i], m.bank[bank[i].ID])
	}
	m.load(bank)
	if was.wording != g.wording || was.key == g.key { // no corrected key: past rounds stay
		return
	}
	m.regrade(q.ID)
	if !maps.Equal(before, m.worth(q.ID)) { // then it is in the history
		last := grading{}
		if all := m.states[q.ID]; len(all) > 0 {
			last = all[len(all)-1]
		}
		m.states[q.ID] = append(m.states[q.ID], last)
	}
}

func (m *marking) void(t *rapid.T, d Decision, one bool) (Version, error) {
	round := int64(0)
	if one {
		round = rapid.SampledFrom(m.rounds).Draw(t, "voided").ID
	}
	v, err := m.VoidQuestion(m.t.Context(), d, round)
	if err != nil {
		return v, err
	}
	last := grading{}
	if all := m.states[d.ID]; len(all) > 0 {
		last = all[len(all)-1]
	}
	for _, r := range m.rounds {
		if r.voided[d.ID] == 0 && (!one || r.ID == round) {
			r.voided[d.ID] = v.Number
		}
	}
	m.decided(d.ID, last)
	return v, nil
}

func (m *marking) restore(t *rapid.T, d Decision) (Version, error) {
	to := rapid.IntRange(0, max(0, len(m.states[d.ID])-1)).Draw(t, "to")
	v, err := m.RestoreQuestion(m.t.Context(), d, to)
	if err != nil {
		return v, err
	}
	then := grading{}
	if to > 0 {
		then = m.states[d.ID][to-1]
	}
	for _, r := range m.rounds {
		if r.voided[d.ID] > to {
			r.voided[d.ID] = 0
		}
	}
	m.decided(d.ID, then)
	return v, nil
}

// compare looks at what is stored.
func (m *marking) compare(t *rapid.T) {
	got := map[given3]int{}
	for i, r := range m.rounds {
		rows, err := m.pool.Query(m.t.Context(), `
			SELECT q.kind, p.name, CASE WHEN q.voided_at IS NOT NULL THEN -1 ELSE (a.choice = q.key)::int END
			FROM quiz.answer a
			JOIN quiz.round_question q USING (workspace, round, position)
			JOIN quiz.player p ON p.workspace = a.workspace AND p.id = a.player
			WHERE a.workspace = $1 AND a.round = $2`, m.space, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			a, worth := given3{round: i}, 0
			if err := rows.Scan(&a.kind, &a.player, &worth); err != nil {
				t.Fatal(err)
			}
			got[a] = worth
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	want := map[given3]int{}
	for _, q := range kindsBank() {
		maps.Copy(want, m.worth(q.ID))
	}
	if !maps.Equal(want, got) {
		t.Fatalf("what answers are worth (-want +got):\n%s", cmp.Diff(fmt.Sprint(want), fmt.Sprint(got)))
	}
}
