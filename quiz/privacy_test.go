package quiz

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"ckadbot/migrations/pgtest"
)

// zoe is somebody whose name, id and number occur nowhere by chance. She had another name before.
const (
	zoe       = "Zoe Zephyr"
	maiden    = "Zoe Quimby"
	zoeNumber = "918273645"
)

// aLife has zoe do all that leaves something behind, among others who do the same. It returns a closed round of a series in which
// zoe was the best.
func aLife(t *testing.T, w *world, d *desk) Round {
	t.Helper()
	if _, err := w.pool.Exec(t.Context(), `SELECT setval('quiz.player_id', `+zoeNumber+`, false)`); err != nil {
		t.Fatal(err)
	}
	s := daily("daily", general)
	s.CreatedBy = person(zoe).User
	s.Questions = 2
	s.Changeable = true
	s = w.mustCreate(s)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := w.OpenSeason(t.Context(), ws, "spring", person(zoe).User)
	must(err)
	w.clock.set(s.Next)
	w.settle(d)
	round := d.posted[len(d.posted)-1].Round
	was := Person{ws, person(zoe).User, maiden}
	w.answerAs(round, general, was, 0, "wrong")
	before := Decision{Workspace: ws, ID: round.Questions[1].ID, By: maiden, ByID: person(zoe).User}
	must(w.complain(round, general, "bob", 1, "hm"))
	must(w.DeclineReports(t.Context(), before))
	_, err = w.RetireQuestion(t.Context(), before)
	must(err)
	if got := w.click(round, general, zoe, 0, "right"); got.Outcome != Changed {
		t.Fatalf("answer: got %+v", got)
	}
	w.click(round, general, zoe, 1, "right")
	w.click(round, general, "bob", 0, "right")
	w.click(round, general, "bob", 1, "wrong")
	w.click(round, general, "cleo", 0, "wrong")
	w.click(round, general, "cleo", 1, "wrong")
	_, err = w.RemindOn(t.Context(), RemindRequest{Workspace: ws, Channel: general, By: person(zoe)})
	must(err)
	// On another platform they are one player with, and have a code for one more and typed a wrong one.
	w.answerAs(round, general, far(zoe), 0, "wrong")
	_, err = w.RemindOn(t.Context(), RemindRequest{Workspace: ws, Channel: general, By: far(zoe)})
	must(err)
	w.mustLink(person(zoe), far(zoe))
	_, err = w.LinkCode(t.Context(), person(zoe))
	must(err)
	if _, err := w.LinkOffer(t.Context(), "AAAA-AAAA", far(zoe)); !errors.Is(err, ErrNoCode) {
		t.Fatalf("a wrong code: got %v, want %v", err, ErrNoCode)
	}
	asked := w.mustAsk(random, zoe)
	must(w.Deliver(t.Context(), d, asked))
	w.click(asked, random, zoe, 0, "right")
	w.click(asked, random, "bob", 0, "wrong")
	must(w.complain(asked, random, zoe, 0, "I think that it is wrong"))
	practice, err := w.Practice(t.Context(), PracticeRequest{By: person(zoe)})
	must(err)
	w.click(practice.Round, random, zoe, 0, "wrong")
	must(w.complain(practice.Round, random, zoe, 0, "and this one"))
	mock, err := w.Mock(t.Context(), person(zoe), 10)
	must(err)
	w.click(mock.Round, random, zoe, 0, "wrong")
	w.away(zoe, "2026-03-04")

	won := w.mustChallenge(zoe, "bob", d)
	_, err = w.Accept(t.Context(), ws, won.ID, person("bob"))
	must(err)
	for i := range won.Questions {
		w.click(won, general, zoe, i, "right")
		w.click(won, general, "bob", i, "wrong")
	}
	w.clock.set(round.Closes.Add(time.Second))
	w.settle(d)
	must(w.tendBoards(t.Context()))
	open := w.mustChallenge("bob", zoe, d)
	_, err = w.Accept(t.Context(), ws, open.ID, person(zoe))
	must(err)
	w.click(open, general, "bob", 0, "right")
	w.mustChallenge("cleo", zoe, d)
	_, err = w.RetireQuestion(t.Context(), Decision{Workspace: ws, ID: round.Questions[0].ID, By: zoe, Why: "because"}) // by a bot that knows no ids
	must(err)
	return round
}

func traces(t *testing.T, pool *pgxpool.Pool) []string {
	return pgtest.Traces(t, pool, zoe, maiden, person(zoe).User, zoeNumber)
}

func TestWhoIsForgottenLeavesNothingBehind(t *testing.T) {
	w, d := newWorld(t, 80), &desk{}
	round := aLife(t, w, d)
	bob := w.statsOf("bob")
	if before := traces(t, w.pool); len(before) < 20 {
		t.Fatalf("before: got only %d columns with zoe in them: %q", len(before), before)
	}
	before, err := w.tally(t.Context(), round)
	if err != nil {
		t.Fatal(err)
	}
	asked := w.state(round.Questions[0].ID)
	if err := w.Delete(t.Context(), person(zoe)); err != nil {
		t.Fatalf("Delete: %v", err)
	}
	w.settle(d)
	if left := traces(t, w.pool); len(left) > 0 {
		t.Errorf("left behind:\n%s", strings.Join(left, "\n"))
	}
	after, err := w.tally(t.Context(), round)
	if err != nil {
		t.Fatal(err)
	}
	want := before
	want.Top = slices.DeleteFunc(slices.Clone(before.Top), func(s Standing) bool { return s.Name == zoe })
	if len(want.Top) != len(before.Top)-1 {
		t.Fatalf("the best before: got %+v, want zoe among them", before.Top)
	}
	if diff := cmp.Diff(want, after); diff != "" {
		t.Errorf("the result of a closed round, want it without zoe's name (-want +got):\n%s", diff)
	}
	if now := w.state(round.Questions[0].ID); now.Responses != asked.Responses || now.Rights != asked.Rights {
		t.Errorf("how a question was answered: got %d of %d right, want %d of %d", now.Rights, now.Responses, asked.Rights, asked.Responses)
	}
	w.noDifferences()
	if got := w.statsOf("bob"); got.Won != bob.Won || got.Lost != bob.Lost || got.Lost != 1 {
		t.Errorf("bob's duels: got %d won and %d lost, want %d and %d", got.Won, got.Lost, bob.Won, bob.Lost)
	}
	if open := w.count(`SELECT count(*) FROM quiz.duel JOIN quiz.round ON id = round WHERE closes_at > $1`, w.now()); open != 0 {
		t.Errorf("open duels: got %d, want none", open)
	}
	if b := w.board("", AllTime, zoe); b.Me != nil || len(b.Rows) != 2 {
		t.Errorf("the board: got %+v, want two others", b)
	}
	// They may begin anew at once.
	again := w.mustAsk(random, zoe)
	if got := w.click(again, random, zoe, 0, "right"); got.Outcome != Recorded {
		t.Errorf("begin anew: got %+v", got)
	}
	if b := w.board("", AllTime, zoe); b.Me == nil || b.Me.Answers != 1 {
		t.Errorf("begin anew: got %+v, want one answer", b.Me)
	}
	if err := w.Delete(t.Context(), person(zoe)); err != nil {
		t.Fatalf("Delete again: %v", err)
	}
	if err := w.Delete(t.Context(), person("nobody")); err != nil {
		t.Errorf("Delete somebody unknown: %v", err)
	}
}

// The walker would be worth nothing if it did not see a table that somebody adds.
func TestTracesFindsANewTable(t *testing.T) {
	w := newWorld(t, 1)
	if _, err := w.pool.Exec(t.Context(), `CREATE TABLE quiz.secret (about jsonb); INSERT INTO quiz.secret VALUES ('{"who": ["`+zoe+`"]}')`); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"quiz.secret.about: " + zoe}, traces(t, w.pool)); diff != "" {
		t.Errorf("traces (-want +got):\n%s", diff)
	}
}

func (w *world) noDifferences() {
	w.t.Helper()
	wrong, err := w.CheckBoards(w.t.Context(), ws, 10)
	if err != nil || len(wrong) > 0 {
		w.t.Errorf("the boards: got %v, %v, want what the answers say", wrong, err)
	}
}

func (w *world) statsOf(name string) Stats {
	w.t.Helper()
	s, err := w.Stats(w.t.Context(), person(name))
	if err != nil {
		w.t.Fatalf("Stats: %v", err)
	}
	return s
}

func (w *world) state(question string) QuestionState {
	w.t.Helper()
	s, err := w.Question(w.t.Context(), ws, question)
	if err != nil {
		w.t.Fatalf("Question: %v", err)
	}
	return s
}

func TestAnExportHasAllThatNamesAPerson(t *testing.T) {
	w, d := newWorld(t, 80), &desk{}
	aLife(t, w, d)
	mock, err := w.Mock(t.Context(), person(zoe), 10)
	if err != nil {
		t.Fatal(err)
	}
	w.click(mock.Round, random, zoe, 0, "right")
	data, err := w.Export(t.Context(), person(zoe))
	if err != nil {
		t.Fatalf("Export: %v", err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatalf("no JSON: %v", err)
	}
	for _, k := range exportKeys {
		if len(all[k.key]) < 10 {
			t.Errorf("%s: got %s, want something", k.key, all[k.key])
		}
	}
	for _, k := range namedKeys {
		if len(all[k.key]) < 10 {
			t.Errorf("%s: got %s, want something", k.key, all[k.key])
		}
	}
	if strings.Contains(string(data), "U-bob") || strings.Contains(string(data), `"bob"`) {
		t.Error("it names somebody else")
	}
	// Who calls themselves what she is to the platform is not told what she did.
	data, err = w.Export(t.Context(), Person{ws, "U-eve", person(zoe).User})
	var hers map[string]json.RawMessage
	if err := errors.Join(err, json.Unmarshal(data, &hers)); err != nil {
		t.Fatal(err)
	}
	for _, k := range namedKeys {
		if got := string(hers[k.key]); got != "[]" {
			t.Errorf("%s of somebody who is called like her id: got %s, want nothing", k.key, got)
		}
	}
	// The second mock exam is open: what is right in it is not told.
	var answers []struct {
		Round int64
		Right *bool
	}
	if err := json.Unmarshal(all["answers"], &answers); err != nil {
		t.Fatal(err)
	}
	for _, a := range answers {
		if (a.Right == nil) != (a.Round == mock.Round.ID) {
			t.Errorf("an answer in round %d: got right %v", a.Round, a.Right)
		}
	}
	p, err := w.Privacy(t.Context(), person(zoe))
	want := Privacy{Identities: 2, Answers: len(answers), Private: 3, Duels: 3, Reports: 2, Away: 1, Reminders: 1, Messages: p.Messages, More: map[string]int{}}
	if diff := cmp.Diff(want, p); err != nil || diff != "" {
		t.Errorf("Privacy: %v (-want +got):\n%s", err, diff)
	}
	if data, err := w.Export(t.Context(), person("nobody")); err != nil || !strings.Contains(string(data), `"answers": []`) {
		t.Errorf("of somebody unknown: got %s, %v", data, err)
	}
}

func TestOthersDoNotSeeWhoIsHidden(t *testing.T) {
	w := newWorld(t, 30)
	for i, name := range []string{"ada", "bob", "cleo", "dan"} {
		for range 4 - i {
			r := w.mustAsk(general, name)
			w.click(r, general, name, 0, "right")
			w.clock.add(askWindow)
		}
	}
	rows := func(me string) (lines []string) {
		b := w.board("", AllTime, me)
		for _, s := range b.Rows {
			line := fmt.Sprintf("%d %s %s", s.Rank, s.Name, s.Points)
			if s.Hidden {
				line += " hidden"
			}
			lines = append(lines, line)
		}
		return append(lines, fmt.Sprint(b.Players))
	}
	want := func(me string, want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, rows(me)); diff != "" {
			t.Errorf("what %s sees (-want +got):\n%s", me, diff)
		}
	}
	hide := func(name string, hidden bool) {
		t.Helper()
		if err := w.Hide(t.Context(), person(name), hidden); err != nil {
			t.Fatalf("Hide: %v", err)
		}
	}
	hide("bob", true)
	hide("bob", true)
	want("ada", "1 ada 4", "2 cleo 2", "3 dan 1", "3")
	want("", "1 ada 4", "2 cleo 2", "3 dan 1", "3")
	want("bob", "1 ada 4", "2 bob 3 hidden", "3 cleo 2", "4 dan 1", "4")
	hide("dan", true)
	want("ada", "1 ada 4", "2 cleo 2", "2")
	want("dan", "1 ada 4", "2 cleo 2", "3 dan 1 hidden", "3")
	// Also where they play for the first time.
	other := Person{Workspace: "test/W2", User: "U-x", Name: "x"}
	if _, err := w.register(t.Context(), ws, other); err != nil {
		t.Fatal(err)
	}
	if err := w.Hide(t.Context(), other, true); err != nil {
		t.Fatal(err)
	}
	if _, err := w.register(t.Context(), "test/W3", other); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`SELECT count(*) FROM quiz.player WHERE name = 'x' AND hidden`); n != 3 {
		t.Errorf("hidden: got in %d workspaces, want 3", n)
	}
	hide("bob", false)
	hide("dan", false)
	want("", "1 ada 4", "2 bob 3", "3 cleo 2", "4 dan 1", "4")
	w.noDifferences()
}

func TestTheResultOfARoundNamesNobodyHidden(t *testing.T) {
	w := newWorld(t, 10)
	r, d := w.openDaily(daily("daily", general))
	for _, name := range []string{"ada", "bob"} {
		w.click(r, general, name, 0, "right")
	}
	if err := w.Hide(t.Context(), person("ada"), true); err != nil {
		t.Fatal(err)
	}
	w.clock.set(r.Closes)
	w.settle(d)
	if got := d.tally[0]; got.Players != 2 || got.Right[0] != 2 || len(got.Top) != 1 || got.Top[0].Name != "bob" || got.Top[0].Rank != 1 {
		t.Errorf("result: got %+v, want both counted and bob alone named", got)
	}
}

// An identity that moves to another player, as when two are linked, takes with it that it is hidden.
func TestWhoIsLinkedToSomebodyHiddenIsHidden(t *testing.T) {
	w := newWorld(t, 1)
	ids := map[string]int64{}
	for _, name := range []string{"ada", "bob"} {
		var err error
		if ids[name], err = w.register(t.Context(), ws, person(name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Hide(t.Context(), person("bob"), true); err != nil {
		t.Fatal(err)
	}
	move := func(name string, to int64) {
		t.Helper()
		if _, err := w.pool.Exec(t.Context(), `UPDATE quiz.identity SET player = $2 WHERE user_id = $1`, person(name).User, to); err != nil {
			t.Fatal(err)
		}
	}
	hidden := func() (names []string) {
		for name, id := range ids {
			if w.count(`SELECT count(*) FROM quiz.player WHERE id = $1 AND hidden`, id) == 1 {
				names = append(names, name)
			}
		}
		return names
	}
	move("bob", ids["ada"])
	if got := hidden(); !slices.Equal(got, []string{"ada"}) {
		t.Errorf("after bob is linked to ada: hidden are %v, want ada's player", got)
	}
	move("bob", ids["bob"])
	if got := hidden(); !slices.Equal(got, []string{"bob"}) {
		t.Errorf("after that is undone: hidden are %v, want bob's player", got)
	}
}
