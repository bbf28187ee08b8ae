package quiz

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// hold lets nobody store clicks until release is called.
func (q *queue) hold() (release func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.flushes += maxFlushes
	return func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.flushes -= maxFlushes
		q.passOn()
	}
}

// untilQueued returns when so many wait.
func (q *queue) untilQueued(n int) {
	for {
		q.mu.Lock()
		waiting := len(q.waiting)
		q.mu.Unlock()
		if waiting == n {
			return
		}
		runtime.Gosched()
	}
}

// A told is what became of an answer.
type told struct {
	res Result
	err error
}

// queued has these answers given while nobody stores any, and waits until they are in the queue, in this order. What became
// of them is known when wait returns.
func (w *world) queued(ctx context.Context, answers ...Answer) (wait func() []told) {
	all := make([]told, len(answers))
	var done sync.WaitGroup
	w.clicks.untilQueued(0)
	for i, a := range answers {
		done.Go(func() { all[i].res, all[i].err = w.Answer(ctx, a) })
		w.clicks.untilQueued(i + 1)
	}
	return func() []told { done.Wait(); return all }
}

// together has these answers stored together.
func (w *world) together(answers ...Answer) []told {
	release := w.clicks.hold()
	wait := w.queued(w.t.Context(), answers...)
	release()
	return wait()
}

func outcomes(all []told) (list []Outcome) {
	for _, x := range all {
		list = append(list, x.res.Outcome)
	}
	return list
}

// same is that outcome n times.
func same(o Outcome, n int) (list []Outcome) {
	for range n {
		list = append(list, o)
	}
	return list
}

// refuseBy makes PostgreSQL fail at each answer of a player.
func (w *world) refuseBy(name string) {
	w.t.Helper()
	_, err := w.pool.Exec(w.t.Context(), fmt.Sprintf(`
		CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			IF EXISTS (SELECT FROM quiz.player WHERE id = new.player AND name = '%s') THEN RAISE 'no answer of this one'; END IF;
			RETURN new;
		END $$;
		CREATE TRIGGER refuse AFTER INSERT ON quiz.answer FOR EACH ROW EXECUTE FUNCTION refuse()`, name))
	if err != nil {
		w.t.Fatal(err)
	}
}

// answersOfAllKinds are an answer of each player to each question of several rounds.
func answersOfAllKinds(t *testing.T, players ...string) (w *world, answers []Answer) {
	w, r, _ := openKinds(t, false)
	w.load(append(kindsBank(), testQuestion(20), testQuestion(21)))
	asked := []Round{w.mustAsk(general, "host"), w.mustAsk(random, "host")}
	for i, kind := range QuestionKinds() {
		for j, name := range players {
			answers = append(answers, answerTo(t, r, position(t, r, kind), name, said[kind][(i+j)%2]))
		}
	}
	for _, r := range asked {
		for _, name := range players {
			a := answerTo(t, r, 0, name, said[r.Questions[0].Kind][0])
			if r.ID == asked[1].ID {
				a.Channel = random
			}
			answers = append(answers, a)
		}
	}
	return w, answers
}

func TestAnswersToManyRoundsAreStoredTogether(t *testing.T) {
	w, answers := answersOfAllKinds(t, "ada", "bob", "cleo")
	all := w.together(answers...)
	if diff := cmp.Diff(same(Recorded, len(answers)), outcomes(all)); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	for i, a := range answers {
		got := all[i].res
		q := got.Round.Questions[a.Question]
		want := a.Choice
		if q.Accepts(a.Typed) {
			want = 1
		}
		if got.Round.ID != a.Round || got.Choice != want || got.Typed != strings.TrimSpace(a.Typed) || q.ID != got.Question.ID {
			t.Errorf("%s to question %d of round %d: got %+v, want what was said", a.By.Name, a.Question, a.Round, got)
		}
		if n := w.count(`SELECT count(*) FROM quiz.answer a JOIN quiz.player p ON p.id = a.player
			WHERE round = $1 AND position = $2 AND name = $3 AND choice = $4`, a.Round, a.Question, a.By.Name, want); n != 1 {
			t.Errorf("%s to question %d of round %d: %d such answers stored, want 1", a.By.Name, a.Question, a.Round, n)
		}
	}
}

func TestAnAnswerThatCannotBeStoredFailsAlone(t *testing.T) {
	w, answers := answersOfAllKinds(t, "ada", "bob", "eve")
	w.refuseBy("eve")
	for i, x := range w.together(answers...) {
		eve := answers[i].By.Name == "eve"
		if (x.err != nil) != eve || !eve && x.res.Outcome != Recorded {
			t.Errorf("%s to question %d of round %d: got %s, %v", answers[i].By.Name, answers[i].Question, answers[i].Round, x.res.Outcome, x.err)
		}
	}
	if n, want := w.count(`SELECT count(*) FROM quiz.answer`), len(answers)*2/3; n != want {
		t.Errorf("answers stored: got %d, want %d", n, want)
	}
}

func TestARoundThatIsLockedHoldsUpNoOther(t *testing.T) {
	w := newWorld(t, 10)
	held, free := w.mustAsk(general, "host"), w.mustAsk(random, "host")
	tx, err := w.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `SELECT FROM quiz.round WHERE id = $1 FOR UPDATE`, held.ID); err != nil {
		t.Fatal(err)
	}
	w.patience = time.Minute // of which a flush waits a twentieth
	release := w.clicks.hold()
	slow := w.queued(t.Context(), Answer{Workspace: ws, Round: held.ID, Channel: general, By: person("ada")})
	quick := make(chan Result)
	go func() { quick <- w.click(free, random, "bob", 0, "right") }()
	w.clicks.untilQueued(2)
	release()
	if got := <-quick; got.Outcome != Recorded {
		t.Errorf("while another round is locked: got %s, want recorded", got.Outcome)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := slow()[0]; got.err != nil || got.res.Outcome != Recorded {
		t.Errorf("when it is free again: got %s, %v, want recorded", got.res.Outcome, got.err)
	}
}

func TestWhoStoresForOthersMayLeave(t *testing.T) {
	w := newWorld(t, 10)
	r, _ := w.openDaily(daily("daily", general))
	tx, err := w.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `LOCK TABLE quiz.answer IN EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	w.patience = time.Hour
	answer := func(name string) Answer {
		return Answer{Workspace: ws, Round: r.ID, Channel: general, By: person(name)}
	}
	release := w.clicks.hold()
	ctx, leave := context.WithCancel(t.Context())
	var first told
	var left sync.WaitGroup
	left.Go(func() { first.res, first.err = w.Answer(ctx, answer("ada")) })
	w.clicks.untilQueued(1)
	var others []<-chan told
	for i, name := range []string{"bob", "cleo"} {
		done := make(chan told, 1)
		others = append(others, done)
		go func() { res, err := w.Answer(t.Context(), answer(name)); done <- told{res, err} }()
		w.clicks.untilQueued(i + 2)
	}
	release()
	w.untilWaiting(1)
	leave()
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	left.Wait()
	if first.err != nil && !errors.Is(first.err, context.Canceled) {
		t.Errorf("who left: got %v, want nothing or context.Canceled", first.err)
	}
	for _, done := range others {
		if got := <-done; got.err != nil || got.res.Outcome != Recorded {
			t.Errorf("who stayed: got %s, %v, want recorded", got.res.Outcome, got.err)
		}
	}
}

func TestWhoLeavesTheQueueLeavesNothingBehind(t *testing.T) {
	w := newWorld(t, 10)
	r, _ := w.openDaily(daily("daily", general))
	release := w.clicks.hold()
	ctx, leave := context.WithCancel(t.Context())
	wait := w.queued(ctx, Answer{Workspace: ws, Round: r.ID, Channel: general, By: person("ada")})
	leave()
	if got := wait()[0]; !errors.Is(got.err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", got.err)
	}
	release()
	// Who is gone before they come may store their answer or not: the turn is passed on either way.
	for i := range 20 {
		_, err := w.Answer(ctx, Answer{Workspace: ws, Round: r.ID, Channel: general, By: person(playerName(i))})
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("somebody who is gone: %v", err)
		}
	}
	if got := w.click(r, general, "bob", 0, "right"); got.Outcome != Recorded {
		t.Errorf("the next: got %s, want recorded", got.Outcome)
	}
	if n := w.count(`SELECT count(*) FROM quiz.player WHERE name = 'ada'`); n != 0 {
		t.Error("the click of somebody who had left the queue was stored")
	}
}

func TestQueueGoesOnAfterAPanic(t *testing.T) {
	e := New(nil, Options{}) // so that there is nothing to store in
	for i := range 3 {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("storing in nothing went well")
				}
			}()
			_, err := e.Answer(t.Context(), Answer{Workspace: ws, Channel: general, By: person(playerName(i))})
			t.Errorf("got %v, want a panic", err)
		}()
	}
	if e.clicks.flushes != 0 || len(e.clicks.flushing) != 0 {
		t.Errorf("got %d flushes of %d people, want none", e.clicks.flushes, len(e.clicks.flushing))
	}
}

func TestConnectionsAreAsBeforeAfterAnAnswer(t *testing.T) {
	w, r, _ := openKinds(t, false)
	w.say(r, OneChoice, "ada", said[OneChoice][0])
	w.say(r, Typed, "ada", said[Typed][0])
	for _, conn := range w.pool.AcquireAllIdle(t.Context()) {
		var got [3]string
		err := conn.QueryRow(t.Context(), `
			SELECT current_setting('lock_timeout'), current_setting('plan_cache_mode'), current_setting('enable_seqscan')`).Scan(&got[0], &got[1], &got[2])
		conn.Release()
		if want := [3]string{"0", "auto", "on"}; err != nil || got != want {
			t.Errorf("settings: got %v, %v, want %v", got, err, want)
		}
	}
}

func TestQueueAtTheBell(t *testing.T) {
	w := newWorld(t, 10)
	r, d := w.openDaily(daily("daily", general))
	answer := func(name string) Answer {
		return Answer{Workspace: ws, Round: r.ID, Channel: general, By: person(name)}
	}
	w.clock.set(r.Closes.Add(-time.Microsecond))
	release := w.clicks.hold()
	inTime := w.queued(t.Context(), answer("ada"))
	w.clock.set(r.Closes)
	late := make(chan Result)
	go func() { late <- w.click(r, general, "bob", 0, "right") }()
	w.clicks.untilQueued(2)
	release()
	// They are stored together, but each has clicked at a time of their own.
	if a, b := inTime()[0], <-late; a.res.Outcome != Recorded || b.Outcome != Late {
		t.Errorf("got %s, %v for the last in time and %s for the next, want recorded and late", a.res.Outcome, a.err, b.Outcome)
	}

	w.clock.set(r.Closes.Add(-time.Microsecond))
	release = w.clicks.hold()
	inTime = w.queued(t.Context(), answer("cleo"), answer("dan"))
	w.clock.set(r.Closes)
	w.settle(d) // the result is shown while they wait
	release()
	if diff := cmp.Diff(same(Late, 2), outcomes(inTime())); diff != "" {
		t.Errorf("in time, but stored after the result (-want +got):\n%s", diff)
	}
	if len(d.tally) != 1 || d.tally[0].Players != 1 || w.count(`SELECT count(*) FROM quiz.answer`) != 1 {
		t.Errorf("result: got %+v, want one with ada alone", d.tally)
	}
}

// Whatever is stored is in the result, however the close comes between those who click.
func TestResultHasAllThatIsStoredWhenManyClickAtTheBell(t *testing.T) {
	w := newWorld(t, 10)
	r, d := w.openDaily(daily("daily", general))
	w.clock.set(r.Closes.Add(-time.Microsecond))
	var all sync.WaitGroup
	closing := make(chan struct{})
	for i := range 600 {
		all.Go(func() {
			if got := w.click(r, general, playerName(i), 0, "right").Outcome; got != Recorded && got != Late {
				t.Errorf("click %d: got %s, want recorded or late", i, got)
			}
			if i == 200 {
				close(closing)
			}
		})
	}
	<-closing
	w.clock.set(r.Closes)
	w.settle(d)
	all.Wait()
	if n := w.count(`SELECT count(*) FROM quiz.answer`); len(d.tally) != 1 || d.tally[0].Players != n {
		t.Errorf("results: got %+v, want one with all %d that are stored", d.tally, n)
	}
}

func TestThousandPeopleClickingTwiceGiveAThousandAnswers(t *testing.T) {
	w := newWorld(t, 10)
	r, _ := w.openDaily(daily("daily", general))
	const people = 1000
	var answers []Answer
	for i := range 2 * people {
		answers = append(answers, Answer{Workspace: ws, Round: r.ID, Choice: i / people, Channel: general, By: person(fmt.Sprint("p", i%people))})
	}
	// Whoever was first is recorded, whichever flush either click came into.
	want := append(same(Recorded, people), same(Locked, people)...)
	if diff := cmp.Diff(want, outcomes(w.together(answers...))); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	if n := w.count(`SELECT count(*) FROM quiz.answer WHERE choice = 0`); n != people {
		t.Errorf("answers stored: got %d, want %d", n, people)
	}
}

// TestAnswersTogetherAreAsOneAfterTheOther compares what becomes of answers that are stored together with a naive model,
// which takes them in their order.
func TestAnswersTogetherAreAsOneAfterTheOther(t *testing.T) {
	w := newWorld(t, 30)
	fixed, open, over := daily("fixed", general), daily("open", general), daily("over", general)
	fixed.Questions, open.Questions, open.Changeable, over.Schedule.Closes = 3, 3, true, 10*60
	var rounds []Round
	for _, s := range []Series{fixed, open, over} {
		w.clock.set(monday)
		r, _ := w.openDaily(s)
		rounds = append(rounds, r)
	}
	w.clock.set(rounds[2].Closes)
	type key struct {
		round    int64
		position int
		name     string
	}
	stored := map[key]int{} // also what was stored in the runs before
	rapid.Check(t, func(t *rapid.T) {
		var answers []Answer
		var want []Outcome
		for range rapid.IntRange(1, 120).Draw(t, "clicks") {
			r := rapid.SampledFrom(rounds).Draw(t, "round")
			k := key{r.ID, rapid.IntRange(0, 2).Draw(t, "question"), playerName(rapid.IntRange(0, 200).Draw(t, "player"))}
			a := Answer{Workspace: ws, Round: r.ID, Question: k.position, Choice: rapid.IntRange(0, 4).Draw(t, "choice"), Channel: general, By: person(k.name)}
			answers = append(answers, a)
			before, known := stored[k]
			var o Outcome
			switch {
			case a.Question >= len(r.Questions) || a.Choice == 4:
				o = Stale
			case r.ID == rounds[2].ID:
				o = Late
			case known && before == a.Choice:
				o = Repeated
			case known && !r.Changeable:
				o = Locked
			case known:
				o, stored[k] = Changed, a.Choice
			default:
				o, stored[k] = Recorded, a.Choice
			}
			want = append(want, o)
		}
		all := w.together(answers...)
		if diff := cmp.Diff(want, outcomes(all)); diff != "" {
			t.Errorf("outcomes (-want +got):\n%s", diff)
		}
		for i, x := range all {
			if x.err != nil {
				t.Errorf("click %d: %v", i, x.err)
			}
		}
	})
	for k, choice := range stored {
		if n := w.count(`SELECT count(*) FROM quiz.answer a JOIN quiz.player p ON p.id = a.player
			WHERE round = $1 AND position = $2 AND name = $3 AND choice = $4`, k.round, k.position, k.name, choice); n != 1 {
			t.Errorf("%+v: %d answers %d stored, want 1", k, n, choice)
		}
	}
	if n := w.count(`SELECT count(*) FROM quiz.answer`); n != len(stored) {
		t.Errorf("answers stored: got %d, want %d", n, len(stored))
	}
}
