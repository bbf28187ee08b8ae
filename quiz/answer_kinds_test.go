package quiz

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ckadbot/migrations/pgtest"
)

// kindsBank has one question of each kind, each in a domain of its own.
func kindsBank() []Question {
	bank := bankOf(len(QuestionKinds()))
	for i, kind := range QuestionKinds() {
		q := &bank[i]
		q.Kind = kind
		switch kind {
		case Several:
			q.Choices, q.Key = []string{"red", "green", "blue", "black"}, 0b101
		case TrueFalse:
			q.Choices, q.Key = trueFalse(), 1
		case Order:
			q.Choices, q.Key = []string{"one", "two", "three", "four"}, 0
		case Typed:
			q.Choices, q.Key, q.Answers = nil, 1, []string{"kubelet", "the node's agent"}
		}
	}
	return bank
}

// said are an answer that is right and two that are wrong for each question of kindsBank: texts of choices, or what is typed.
var said = map[QuestionKind][3][]string{
	OneChoice: {{"right"}, {"wrong"}, {"worse"}},
	Several:   {{"blue", "red"}, {"red"}, {"red", "green", "blue"}},
	TrueFalse: {{"False"}, {"True"}, {"True"}},
	Order:     {{"one", "two", "three", "four"}, {"four", "three", "two", "one"}, {"two", "one", "three", "four"}},
	Typed:     {{" The Kubelet."}, {"kubectl"}, {"kubeadm"}},
}

// openKinds opens a round with one question of each kind.
func openKinds(t testing.TB, changeable bool) (*world, Round, *desk) {
	t.Helper()
	w := newWorld(t, 1)
	w.load(kindsBank())
	s := daily("daily", general, random)
	s.Questions, s.Changeable = len(QuestionKinds()), changeable
	r, d := w.openDaily(s)
	return w, r, d
}

// position finds the question of that kind in a round.
func position(t testing.TB, r Round, kind QuestionKind) int {
	t.Helper()
	i := slices.IndexFunc(r.Questions, func(q Question) bool { return q.Kind == kind })
	if i < 0 {
		t.Fatalf("round %d has no question of kind %q", r.ID, kind)
	}
	return i
}

// answerTo is the answer that says these texts.
func answerTo(t testing.TB, r Round, i int, name string, texts []string) Answer {
	t.Helper()
	a := Answer{Workspace: r.Workspace, Round: r.ID, Question: i, Channel: general, By: person(name)}
	q := r.Questions[i]
	if q.Kind == Typed {
		a.Typed = texts[0]
		return a
	}
	var picked []int
	for _, text := range texts {
		picked = append(picked, choice(t, q, text))
	}
	a.Choice = q.Pick(picked...)
	return a
}

func (w *world) say(r Round, kind QuestionKind, name string, texts []string) Result {
	w.t.Helper()
	res, err := w.Answer(w.t.Context(), answerTo(w.t, r, position(w.t, r, kind), name, texts))
	if err != nil {
		w.t.Fatalf("%s answers %q: %v", name, texts, err)
	}
	return res
}

func TestEveryKindIsAnswered(t *testing.T) {
	w, r, _ := openKinds(t, false)
	for _, kind := range QuestionKinds() {
		right, wrong := said[kind][0], said[kind][1]
		if got := w.say(r, kind, "ada", right); got.Outcome != Recorded || got.Revealed || got.Right {
			t.Errorf("%s, first answer: got %+v, want recorded and nothing told", kind, got)
		}
		if got := w.say(r, kind, "ada", right); got.Outcome != Repeated {
			t.Errorf("%s, the same again: got %s, want repeated", kind, got.Outcome)
		}
		if got := w.say(r, kind, "ada", wrong); got.Outcome != Locked || got.Revealed {
			t.Errorf("%s, another answer: got %s, want locked and nothing told", kind, got.Outcome)
		}
		if got := w.say(r, kind, "bob", wrong); got.Outcome != Recorded {
			t.Errorf("%s, a wrong answer: got %s, want recorded", kind, got.Outcome)
		}
	}
	w.clock.set(r.Closes)
	for _, kind := range QuestionKinds() {
		ada := w.say(r, kind, "ada", said[kind][1])
		if ada.Outcome != Late || !ada.Right || !ada.Revealed {
			t.Errorf("%s, ada after the close: got %+v, want late and right", kind, ada)
		}
		if bob := w.say(r, kind, "bob", said[kind][0]); bob.Outcome != Late || bob.Right {
			t.Errorf("%s, bob after the close: got %+v, want late and wrong", kind, bob)
		}
		if cleo := w.say(r, kind, "cleo", said[kind][0]); cleo.Outcome != Late || cleo.Choice != -1 || cleo.Typed != "" {
			t.Errorf("%s, cleo after the close: got %+v, want late and nothing recorded", kind, cleo)
		}
		if got := ada.Question.Said(ada.Choice, ada.Typed); kind != Typed && kind != Several && got != ada.Question.Right() {
			t.Errorf("%s: ada said %q, right is %q, want the same", kind, got, ada.Question.Right())
		}
	}
	if diff := cmp.Diff([]string{"1 ada 5/5", "2 bob 0/5"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
	p, err := w.Progress(t.Context(), ws, r.ID, general, person("ada"))
	if err != nil {
		t.Fatal(err)
	}
	if i := position(t, r, Typed); p.Typed[i] != "The Kubelet." || p.Choices[i] != 1 {
		t.Errorf("typed: got %q, %d, want what ada typed, accepted", p.Typed[i], p.Choices[i])
	}
}

func TestEveryKindMayBeChanged(t *testing.T) {
	w, r, _ := openKinds(t, true)
	for _, kind := range QuestionKinds() {
		var got []Outcome
		for _, i := range []int{1, 0, 0, 1} {
			got = append(got, w.say(r, kind, "ada", said[kind][i]).Outcome)
		}
		if diff := cmp.Diff([]Outcome{Recorded, Changed, Repeated, Changed}, got); diff != "" {
			t.Errorf("%s: outcomes (-want +got):\n%s", kind, diff)
		}
	}
	// One wrong answer in place of another is a change, too, though it is the same number.
	if got := w.say(r, Typed, "ada", said[Typed][2]); got.Outcome != Changed || got.Typed != "kubeadm" {
		t.Errorf("another wrong answer: got %+v, want changed", got)
	}
	w.clock.set(r.Closes)
	if diff := cmp.Diff([]string{"1 ada 0/5"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
}

func TestEveryKindIsGradedAtOnceWhenAsked(t *testing.T) {
	w := newWorld(t, 1)
	w.load(kindsBank())
	for _, q := range kindsBank() {
		r, err := w.Ask(t.Context(), AskRequest{Workspace: ws, Channel: general, By: person("host"), Topic: q.Domain})
		if err != nil {
			t.Fatal(err)
		}
		kind := r.Questions[0].Kind
		if got := w.say(r, kind, "ada", said[kind][0]); !got.Right || !got.Revealed {
			t.Errorf("%s, right: got %+v", kind, got)
		}
		if got := w.say(r, kind, "bob", said[kind][1]); got.Right || !got.Revealed {
			t.Errorf("%s, wrong: got %+v", kind, got)
		}
		w.clock.add(askWindow)
	}
	if diff := cmp.Diff([]string{"1 ada 5/5", "2 bob 0/5"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
}

func TestForgedAnswersOfEveryKindAreStale(t *testing.T) {
	w, r, _ := openKinds(t, true)
	for _, tt := range []struct {
		name   string
		kind   QuestionKind
		choice int
		typed  string
	}{
		{"one choice too far", OneChoice, 4, ""},
		{"typed to one choice", OneChoice, 0, "right"},
		{"none of several", Several, 0, ""},
		{"more than all of several", Several, 16, ""},
		{"typed to several", Several, 1, "red"},
		{"neither true nor false", TrueFalse, 2, ""},
		{"a rank beyond the orders", Order, 24, ""},
		{"a rank beyond any order", Order, 120, ""},
		{"a negative rank", Order, -1, ""},
		{"nothing typed, said to be right", Typed, 1, ""},
		{"nothing typed", Typed, 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := Answer{Workspace: ws, Round: r.ID, Question: position(t, r, tt.kind), Choice: tt.choice, Typed: tt.typed, Channel: general, By: person("eve")}
			got, err := w.Answer(t.Context(), a)
			if err != nil || got.Outcome != Stale {
				t.Errorf("got %s, %v, want stale", got.Outcome, err)
			}
		})
	}
	for name, typed := range map[string]string{"ten thousand characters": strings.Repeat("k", 10_000), "only blanks": " \t\u200b"} {
		a := Answer{Workspace: ws, Round: r.ID, Question: position(t, r, Typed), Typed: typed, Channel: general, By: person("eve")}
		if got, err := w.Answer(t.Context(), a); !errors.As(err, new(*InvalidError)) {
			t.Errorf("%s: got %s, %v, want an InvalidError", name, got.Outcome, err)
		}
	}
	if n := w.count(`SELECT count(*) FROM quiz.answer`); n != 0 {
		t.Errorf("answers stored: got %d, want 0", n)
	}
	// What says that it is right without being so is graded all the same; zero bytes and tricks are taken out.
	a := Answer{Workspace: ws, Round: r.ID, Question: position(t, r, Typed), Choice: 1, Typed: "kube\x00ctl\u202e \xff", Channel: general, By: person("eve")}
	if got, err := w.Answer(t.Context(), a); err != nil || got.Outcome != Recorded || got.Choice != 0 || got.Typed != "kube ctl" {
		t.Errorf("a wrong answer with zero bytes: got %+v, %v, want recorded as wrong", got, err)
	}
}

func TestTallyCountsEveryKind(t *testing.T) {
	w, r, d := openKinds(t, false)
	answers := map[string]int{"ada": 0, "bob": 1, "cleo": 1, "dan": 2}
	for _, kind := range QuestionKinds() {
		for name, i := range answers {
			w.say(r, kind, name, said[kind][i])
		}
	}
	w.say(r, Typed, "eli", []string{"`KUBECTL`"})
	w.clock.set(r.Closes)
	w.settle(d)
	got := d.tally[0]
	counts := map[QuestionKind]map[string]int{
		OneChoice: {"right": 1, "wrong": 2, "worse": 1, "worst": 0},
		Several:   {"red": 4, "green": 1, "blue": 2, "black": 0},
		TrueFalse: {"True": 3, "False": 1},
	}
	for _, kind := range QuestionKinds() {
		i := position(t, r, kind)
		have := map[string]int{}
		for c, n := range got.Counts[i] {
			have[r.Questions[i].Choices[c]] = n
		}
		if diff := cmp.Diff(counts[kind], have); diff != "" && len(counts[kind])+len(have) > 0 {
			t.Errorf("%s: counts (-want +got):\n%s", kind, diff)
		}
		want := 4
		if kind == Typed {
			want = 5
		}
		if got.Right[i] != 1 || got.Answers[i] != want {
			t.Errorf("%s: got %d of %d right, want 1 of %d", kind, got.Right[i], got.Answers[i], want)
		}
	}
	// What only one person typed is shown to nobody; what differs in its quotes is the same.
	if diff := cmp.Diff([]Wrong{{"kubectl", 3}}, got.Wrong[position(t, r, Typed)]); diff != "" {
		t.Errorf("wrong answers (-want +got):\n%s", diff)
	}
}

func TestMostFrequentWrongAnswersAreAtMostThree(t *testing.T) {
	list := []Wrong{{"alone", 1}, {"b", 2}, {"C", 3}, {"c.", 3}, {"d", 4}, {"e", 5}}
	want := []Wrong{{"C", 6}, {"e", 5}, {"d", 4}}
	if diff := cmp.Diff(want, mostFrequent(list)); diff != "" {
		t.Errorf("wrong answers (-want +got):\n%s", diff)
	}
}

// corrected are the questions of kindsBank with another key: of said, the second answer is right now.
func corrected() []Question {
	bank := kindsBank()
	for i := range bank {
		q := &bank[i]
		q.Explanation = "The key was wrong for a while; now it is corrected, and that is why."
		switch q.Kind {
		case OneChoice:
			q.Key = 1
		case Several:
			q.Key = 0b001
		case TrueFalse:
			q.Key = 0
		case Order:
			q.Choices = []string{"four", "three", "two", "one"}
		case Typed:
			q.Answers = []string{"kubectl"}
		}
	}
	return bank
}

func TestCorrectedKeysOfEveryKindGradeAnew(t *testing.T) {
	w, r, _ := openKinds(t, false)
	for _, kind := range QuestionKinds() {
		w.say(r, kind, "ada", said[kind][0])
		w.say(r, kind, "bob", said[kind][1])
	}
	w.clock.set(r.Closes)
	bank := corrected()
	w.load(bank)
	if diff := cmp.Diff([]string{"1 bob 5/5", "2 ada 0/5"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
	got, err := readRound(t.Context(), w.pool, ws, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	for i, q := range got.Questions {
		if !slices.Equal(q.Choices, r.Questions[i].Choices) || q.Explanation != bank[0].Explanation {
			t.Errorf("%s: got %+v, want the choices as shown with the new explanation", q.Kind, q)
		}
	}
	w.load(kindsBank())
	if diff := cmp.Diff([]string{"1 ada 5/5", "2 bob 0/5"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("board after all is as it was (-want +got):\n%s", diff)
	}
}

// With another text, the same answer may be right for another reason: past rounds keep theirs.
func TestRewordedStatementsAndTypedQuestionsKeepTheirRounds(t *testing.T) {
	w, r, _ := openKinds(t, false)
	for _, kind := range []QuestionKind{TrueFalse, Typed} {
		w.say(r, kind, "ada", said[kind][0])
	}
	w.clock.set(r.Closes)
	bank := corrected()
	for i := range bank {
		bank[i].Text = "What was turned into its contrary?"
	}
	w.load(bank)
	if diff := cmp.Diff([]string{"1 ada 2/2"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
}

func TestChangedAndRetiredQuestionsOfEveryKindFinishTheirRound(t *testing.T) {
	w, r, d := openKinds(t, false)
	changed := kindsBank()[:4] // the fifth is retired
	for i := range changed {
		changed[i].Text = "Something else, with another kind of answer?"
		changed[i].Kind, changed[i].Answers = OneChoice, nil
		changed[i].Choices, changed[i].Key = []string{"yes", "no"}, 1
	}
	w.load(changed)
	got, err := readRound(t.Context(), w.pool, ws, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r.Questions, got.Questions); diff != "" {
		t.Errorf("questions as posted (-want +got):\n%s", diff)
	}
	for _, kind := range QuestionKinds() {
		w.say(r, kind, "ada", said[kind][0])
	}
	w.clock.set(r.Closes)
	w.settle(d)
	if got := d.tally[0]; len(got.Top) != 1 || got.Top[0].Points != 5*Point {
		t.Errorf("result: got %+v, want ada with 5 points", got.Top)
	}
}

// Whoever types while the accepted answers are being corrected waits, and is graded by the new ones.
func TestTypingWhileTheKeyIsCorrectedIsGradedByTheNewOne(t *testing.T) {
	w, r, _ := openKinds(t, false)
	tx, err := w.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.correctRounds(t.Context(), tx, corrected()); err != nil {
		t.Fatal(err)
	}
	done := make(chan Result, 1)
	go func() { done <- w.say(r, Typed, "ada", said[Typed][1]) }()
	waiting := `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
	for len(done) == 0 && w.count(waiting) == 0 {
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := <-done; got.Outcome != Recorded || got.Choice != 1 {
		t.Errorf("got %+v, want recorded and accepted by the new key", got)
	}
}

// And who comes first is graded again.
func TestTypingBeforeTheKeyIsCorrectedIsGradedAnew(t *testing.T) {
	w, r, _ := openKinds(t, false)
	var both sync.WaitGroup
	const players = 30
	for i := range players {
		both.Go(func() { w.say(r, Typed, fmt.Sprint("player", i), said[Typed][i%2]) })
	}
	both.Go(func() { w.load(corrected()) })
	both.Wait()
	right := w.count(`
		SELECT count(*) FROM quiz.answer a JOIN quiz.round_question q USING (workspace, round, position)
		WHERE q.kind = 'typed' AND (a.choice = 1) = (a.typed = 'kubectl')`)
	if right != players {
		t.Errorf("got %d answers graded by the new key, want %d", right, players)
	}
}

func TestQuestionsOfOtherVersionsAreNotDrawn(t *testing.T) {
	w := newWorld(t, 1)
	bank := bankOf(5)
	bank[0].From = "1.38"
	bank[1].Until = "1.36"
	bank[2].From, bank[2].Until = "1.37", "1.37"
	bank[3].From = "1.29"
	bank[4].Until = "1.99"
	w.load(bank)
	var asked []string
	for range 6 {
		asked = append(asked, w.mustAsk(general, "ada").Questions[0].ID)
		w.clock.add(askWindow)
	}
	slices.Sort(asked)
	if got, want := slices.Compact(asked), []string{"q-002", "q-003", "q-004"}; !slices.Equal(got, want) {
		t.Errorf("asked: got %v, want %v", got, want)
	}
	topics, err := w.Topics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if topics[0].Name != "D3" || topics[len(topics)-1].Questions != 3 {
		t.Errorf("topics: got %+v, want only what is asked", topics)
	}
}

// Every process sees a changed bank at the next draw, also when it was changed by hand.
func TestTheCopyOfTheBankIsNeverStale(t *testing.T) {
	w := newWorld(t, 3)
	other := w.another(w.pool)
	ids := func() []string {
		bank, err := other.liveBank(t.Context(), w.pool, ws)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, q := range bank {
			all = append(all, q.ID)
		}
		return all
	}
	first := ids()
	w.load(bankOf(5))
	if got := ids(); len(first) != 3 || len(got) != 5 {
		t.Errorf("before and after another process loads: got %v and %v, want 3 and 5 questions", first, got)
	}
	if _, err := w.pool.Exec(t.Context(), `UPDATE quiz.question SET retired_at = now() WHERE id = 'q-001'`); err != nil {
		t.Fatal(err)
	}
	if got, want := ids(), []string{"q-000", "q-002", "q-003", "q-004"}; !slices.Equal(got, want) {
		t.Errorf("after one was retired by hand: got %v, want %v", got, want)
	}
}

// A database that an earlier version of the bot filled keeps its rounds, answers and points.
func TestRoundsOfAnEarlierVersionGoOn(t *testing.T) {
	pool := pgtest.New(t)
	statements := []string{
		`DROP SCHEMA kb, quiz, chat CASCADE`,
		migration(t, "00001_kb.sql"),
		migration(t, "00002_quiz.sql"),
		`INSERT INTO quiz.identity (workspace, user_id, player) VALUES ('test/W1', 'U-ada', 1), ('test/W1', 'U-bob', 2);
		INSERT INTO quiz.player (workspace, id, name) VALUES ('test/W1', 1, 'ada'), ('test/W1', 2, 'bob');
		INSERT INTO quiz.question (id, content, loaded_at) VALUES ('q-000', '{"ID": "q-000", "Key": 2, "Choices": ["a", "b", "c"]}', now());
		INSERT INTO quiz.round (workspace, id, kind, scope, topic, opens_at, closes_at, late, reveal, changeable) VALUES
			('test/W1', 7, 'ask', 'channel/test/W1/general', '', '2026-03-02 06:00Z', '2026-03-02 06:10Z', false, true, false),
			('test/W1', 8, 'ask', 'channel/test/W1/general', '', '2026-03-02 06:58Z', '2026-03-02 07:08Z', false, true, false);
		INSERT INTO quiz.round_question (workspace, round, position, question, body, key) VALUES
			('test/W1', 7, 0, 'q-000', '{"ID": "q-000", "Text": "?", "Domain": "D1", "Choices": ["c", "b", "a"]}', 0),
			('test/W1', 8, 0, 'q-001', '{"ID": "q-001", "Text": "?", "Domain": "D2", "Choices": ["yes", "no"]}', 1);
		INSERT INTO quiz.post (workspace, round, channel, next_at, posted_at, message) VALUES
			('test/W1', 7, 'test/W1/general', now(), now(), 'm7'), ('test/W1', 8, 'test/W1/general', now(), now(), 'm8');
		INSERT INTO quiz.answer (workspace, round, position, player, choice, channel, answered_at, first_asked) VALUES
			('test/W1', 7, 0, 1, 0, 'test/W1/general', '2026-03-02 06:01Z', 'q-000'),
			('test/W1', 7, 0, 2, 1, 'test/W1/general', '2026-03-02 06:02Z', 'q-000');`,
	}
	later, err := filepath.Glob("../migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range later {
		if name := filepath.Base(name); name > "00003" {
			statements = append(statements, migration(t, name))
		}
	}
	for _, sql := range statements {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%.60s…: %v", sql, err)
		}
	}
	w := &world{t: t, clock: &fakeClock{at: monday}, pool: pool}
	w.Engine = w.another(pool)
	if diff := cmp.Diff([]string{"1 ada 1/1", "2 bob 0/1"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
	open, err := readRound(t.Context(), pool, ws, 8)
	if err != nil {
		t.Fatal(err)
	}
	want := []Question{{ID: "q-001", Text: "?", Domain: "D2", Choices: []string{"yes", "no"}, Key: 1}}
	if diff := cmp.Diff(want, open.Questions); diff != "" {
		t.Errorf("open round (-want +got):\n%s", diff)
	}
	if got := w.click(open, general, "bob", 0, "no"); got.Outcome != Recorded || !got.Right {
		t.Errorf("answer to the open round: got %+v, want recorded and right", got)
	}
	if diff := cmp.Diff([]string{"1 ada 1/1", "1 bob 1/2"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
}

// migration is the text of a migration. As one it is run without goose, whose marks are comments.
func migration(t *testing.T, name string) string {
	t.Helper()
	sql, err := os.ReadFile("../migrations/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(sql)
}
