package quiz

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"
)

func TestRoundClosesOnceWithItsResult(t *testing.T) {
	w := newWorld(t, 10)
	s := daily("daily", general, random)
	s.Questions = 2
	r, d := w.openDaily(s)
	w.click(r, general, "ada", 0, "right")
	w.clock.add(time.Minute)
	w.click(r, random, "bob", 0, "right")
	w.click(r, random, "bob", 1, "wrong")
	w.click(r, general, "cleo", 0, "wrong")

	w.clock.set(r.Closes.Add(-time.Microsecond))
	if w.settle(d); len(d.closed) != 0 {
		t.Fatalf("before the close: %d posts were closed", len(d.closed))
	}
	w.clock.set(r.Closes)
	w.settle(d)
	w.clock.add(time.Hour)
	w.settle(d)
	if len(d.closed) != 2 || len(d.posted) != 2 {
		t.Fatalf("got %d posts and %d closed, want 2 and 2", len(d.posted), len(d.closed))
	}
	want := Tally{Counts: [][]int{make([]int, 4), make([]int, 4)}, Right: []int{2, 0}, Answers: []int{3, 1}, Wrong: make([][]Wrong, 2), Players: 3, Top: []Standing{
		{Rank: 1, Player: 1, Name: "ada", Points: Point, Rights: 1, Answers: 1},
		{Rank: 1, Player: 2, Name: "bob", Points: Point, Rights: 1, Answers: 2},
	}}
	want.Counts[0][choice(t, r.Questions[0], "right")] = 2
	want.Counts[0][choice(t, r.Questions[0], "wrong")] = 1
	want.Counts[1][choice(t, r.Questions[1], "wrong")] = 1
	for i, got := range d.tally {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("tally %d (-want +got):\n%s", i, diff)
		}
		if p := d.closed[i]; p.Message != "message "+p.Key {
			t.Errorf("closed post has message %q, want the one that was returned for it", p.Message)
		}
	}
}

// later lets somebody answer in another goroutine, and returns when so many wait for a lock; the result comes when
// whatever holds it up is gone.
func (w *world) later(r Round, channel, name string, waiting int) <-chan Result {
	done := make(chan Result, 1)
	go func() {
		defer close(done) // also when the click failed the test
		done <- w.click(r, channel, name, 0, "right")
	}()
	w.untilWaiting(waiting)
	return done
}

// untilWaiting returns when so many statements wait for a lock.
func (w *world) untilWaiting(n int) {
	for w.count(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) < n {
	}
}

func TestAnswerThatWaitedUntilTheResultWasShownIsLate(t *testing.T) {
	w := newWorld(t, 10)
	w.patience = time.Hour // the answer gives up waiting long after the test is over
	r, d := w.openDaily(daily("daily", general))
	w.click(r, general, "bob", 0, "right")
	w.clock.set(r.Closes.Add(-time.Millisecond))
	tx, err := w.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `LOCK TABLE quiz.answer IN EXCLUSIVE MODE`); err != nil { // can be read
		t.Fatal(err)
	}
	ada := w.later(r, general, "ada", 1)
	w.clock.set(r.Closes)
	if w.settle(d); len(d.tally) != 1 || d.tally[0].Players != 1 {
		t.Fatalf("result: got %+v, want one with bob only", d.tally)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := <-ada; got.Outcome != Late || got.Choice != -1 || !got.Revealed || got.Next != -1 {
		t.Errorf("the answer that waited: got %+v, want late and nothing recorded", got)
	}
	if diff := cmp.Diff([]string{"1 bob 1/1"}, shown(w.board(general, AllTime, "").Rows)); diff != "" {
		t.Errorf("board, as the result (-want +got):\n%s", diff)
	}
}

func TestResultWaitsForAnswersThatAreBeingRecorded(t *testing.T) {
	w := newWorld(t, 10)
	w.patience = time.Hour // as above
	r, d := w.openDaily(daily("daily", general))
	if _, err := w.register(t.Context(), ws, person("ada")); err != nil {
		t.Fatal(err)
	}
	tx, err := w.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// The answer refers to this row, so it can be written but not committed.
	if _, err := tx.Exec(t.Context(), `SELECT FROM quiz.player FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	ada := w.later(r, general, "ada", 1)
	w.clock.set(r.Closes)
	settled := make(chan struct{})
	go func() { w.settle(d); close(settled) }()
	w.untilWaiting(2)
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-settled
	if got := <-ada; got.Outcome != Recorded || len(d.tally) != 1 || d.tally[0].Players != 1 {
		t.Errorf("got %s and results %+v, want recorded and in the result", got.Outcome, d.tally)
	}
}

// TestASecondClickAfterTheCloseWaitsForTheFirst in another process: who clicked in time is not told that they gave no answer.
func TestASecondClickAfterTheCloseWaitsForTheFirst(t *testing.T) {
	w := newWorld(t, 10)
	w.patience = time.Hour // as above
	r, _ := w.openDaily(daily("daily", general))
	if _, err := w.register(t.Context(), ws, person("ada")); err != nil {
		t.Fatal(err)
	}
	tx, err := w.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `SELECT FROM quiz.player FOR UPDATE`); err != nil { // as above
		t.Fatal(err)
	}
	first := w.later(r, general, "ada", 1)
	w.clock.set(r.Closes)
	other := &world{t: t, pool: w.pool, Engine: w.another(w.pool), clock: w.clock}
	second := make(chan Result, 1)
	go func() { defer close(second); second <- other.click(r, general, "ada", 0, "wrong") }()
	for len(second) == 0 && w.count(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) < 2 {
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	one, two := <-first, <-second
	if one.Outcome != Recorded || two.Outcome != Late || two.Choice != one.Choice || one.Choice < 0 {
		t.Errorf("got %s of %d, then %s with %d recorded; want recorded, then late with the same", one.Outcome, one.Choice, two.Outcome, two.Choice)
	}
}

func TestTopHasFiveOfManyWinners(t *testing.T) {
	w := newWorld(t, 10)
	r, d := w.openDaily(daily("daily", general))
	for i, name := range []string{"g", "f", "e", "d", "c", "b", "a"} {
		w.clock.add(time.Second)
		w.click(r, general, name, 0, map[bool]string{true: "wrong", false: "right"}[i == 0])
	}
	w.clock.set(r.Closes)
	w.settle(d)
	var got []string
	for _, s := range d.tally[0].Top {
		got = append(got, fmt.Sprint(s.Rank, s.Name))
	}
	if diff := cmp.Diff([]string{"1f", "1e", "1d", "1c", "1b"}, got); diff != "" {
		t.Errorf("top: want those who were right first (-want +got):\n%s", diff)
	}
}

func TestPostIsTriedAgain(t *testing.T) {
	for _, c := range []struct {
		name     string
		problem  error
		min, max time.Duration // until the second attempt
	}{
		{"when the platform said so", fmt.Errorf("post: %w", &RetryError{After: 90 * time.Second}), 90 * time.Second, 90 * time.Second},
		{"not at once when the platform said so", &RetryError{}, time.Second, time.Second},
		{"soon after any other error", errors.New("the line is bad"), 750 * time.Millisecond, time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, 10)
			s := w.mustCreate(daily("daily", general))
			w.clock.set(s.Next)
			d := &desk{onPost: func(Post) error { return c.problem }}
			w.settle(d)
			w.clock.add(c.min - time.Microsecond)
			if w.settle(d); len(d.posted) != 1 {
				t.Fatalf("before the pause is over: got %d attempts, want 1", len(d.posted))
			}
			d.onPost = nil
			w.clock.set(s.Next.Add(c.max))
			if w.settle(d); len(d.posted) != 2 {
				t.Fatalf("after the pause: got %d attempts, want 2", len(d.posted))
			}
			want := s.Next
			if _, nothing := errors.AsType[*RetryError](c.problem); nothing { // was posted
				want = time.Time{}
			}
			if a, b := d.posted[0], d.posted[1]; a.Key != b.Key || !b.Tried.Equal(want) {
				t.Errorf("second attempt: got key %s tried %s, want %s and %s", b.Key, b.Tried, a.Key, want)
			}
		})
	}
}

func TestPausesGrowAndTheRoundsCloseEndsThem(t *testing.T) {
	w := newWorld(t, 10)
	s := w.mustCreate(daily("daily", general))
	d := &desk{onPost: func(Post) error { return errors.New("the line is bad") }}
	w.clock.set(s.Next)
	for w.clock.now().Before(s.Next.Add(8 * time.Hour)) {
		w.settle(d)
		at, err := w.nextDue(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		w.clock.set(at)
	}
	// 7.5 hours of at most five minutes each, after a few short ones.
	if n := len(d.posted); n < 90 || n > 140 {
		t.Errorf("attempts: got %d, want about 100", n)
	}
	if len(d.closed) != 0 {
		t.Errorf("a post that was never made was closed %d times", len(d.closed))
	}
	if n := w.count(`SELECT count(*) FROM quiz.post WHERE finished_at IS NULL`); n != 0 {
		t.Errorf("unfinished posts: got %d, want none", n)
	}
}

func TestPanicOfAPosterIsAnError(t *testing.T) {
	w := newWorld(t, 10)
	s := w.mustCreate(daily("daily", general, random))
	w.clock.set(s.Next)
	d := &desk{onPost: func(p Post) error {
		if p.Channel == general && p.Tried.IsZero() {
			panic("cannot draw this card")
		}
		return nil
	}}
	w.settle(d)
	w.clock.add(time.Second)
	w.settle(d)
	if n := w.count(`SELECT count(*) FROM quiz.post WHERE posted_at IS NOT NULL`); n != 2 {
		t.Errorf("posted: got %d, want both", n)
	}
}

func TestChannelThatIsGoneStopsThereOnly(t *testing.T) {
	w := newWorld(t, 10)
	set := daily("daily", general, random)
	set.CreatedBy = "U-boss"
	s := w.mustCreate(set)
	w.clock.set(s.Next)
	d := &desk{onPost: func(p Post) error {
		if p.Channel == general {
			return fmt.Errorf("post in C0456: %w", &GoneError{Reason: "The channel is archived."})
		}
		return nil
	}}
	w.settle(d)
	w.clock.set(s.Next.Add(24 * time.Hour))
	w.settle(d)
	var got []string
	for _, p := range d.posted {
		got = append(got, p.Channel)
	}
	if len(got) != 3 || got[2] != random {
		t.Errorf("posts: got %v, want both and then only %s", got, random)
	}
	all, err := w.Series(t.Context(), ws)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Channel{{ID: general, Gone: "The channel is archived."}, {ID: random}}, all[0].Channels); diff != "" {
		t.Errorf("channels: want the bare reason, for the first only (-want +got):\n%s", diff)
	}
	told := func(times int) {
		t.Helper()
		if len(d.said) != times {
			t.Fatalf("who set it up was told %d times, want %d: %+v", len(d.said), times, d.said)
		}
		n := d.said[times-1]
		if n.To != (Person{Workspace: ws, User: "U-boss"}) || n.Kind != NoticeGone || !strings.Contains(string(n.Body), "The channel is archived.") || !strings.Contains(string(n.Body), general) {
			t.Errorf("said: got %+v, body %s", n, n.Body)
		}
	}
	told(1)
	if err := w.JoinSeries(t.Context(), ws, "DAILY", general); err != nil {
		t.Fatal(err)
	}
	lost := d.onPost
	d.onPost = nil
	w.clock.set(s.Next.Add(48 * time.Hour))
	if w.settle(d); len(d.posted) != 5 {
		t.Errorf("after joining again: got %d posts, want 5", len(d.posted))
	}
	told(1)
	d.onPost = lost
	w.clock.set(s.Next.Add(72 * time.Hour))
	w.settle(d)
	told(2) // it was lost again
}

func TestMessageThatIsGoneEndsItsPostOnly(t *testing.T) {
	w := newWorld(t, 10)
	r, d := w.openDaily(daily("daily", general))
	d.onEnd = func(Post) error { return &GoneError{Reason: "The message was deleted."} }
	w.clock.set(r.Closes)
	w.settle(d)
	w.clock.add(time.Hour)
	if w.settle(d); len(d.closed) != 1 {
		t.Errorf("attempts to show the result: got %d, want 1", len(d.closed))
	}
	all, err := w.Series(t.Context(), ws)
	if err != nil || all[0].Channels[0].Gone != "" {
		t.Errorf("channels: got %+v, %v, want nothing gone", all[0].Channels, err)
	}
	w.clock.set(r.Opens.Add(24 * time.Hour))
	if w.settle(d); len(d.posted) != 2 {
		t.Errorf("posts on two days: got %d, want 2", len(d.posted))
	}
}

func TestRoundWhoseOnlyChannelIsGoneIsOver(t *testing.T) {
	for name, open := range map[string]func(w *world) (Round, error){
		"asked": func(w *world) (Round, error) { return w.ask(general, "ada") },
		"duel":  func(w *world) (Round, error) { return w.challengeOf("ada", "bob") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 10)
			r, err := open(w)
			if err != nil {
				t.Fatal(err)
			}
			d := &desk{onPost: func(Post) error { return ErrGone }}
			if err := w.Deliver(t.Context(), d, r); !errors.Is(err, ErrGone) {
				t.Errorf("Deliver: got %v, want ErrGone", err)
			}
			if got := w.click(r, general, "ada", 0, "right"); got.Outcome != Late {
				t.Errorf("an answer: got %s, want late", got.Outcome)
			}
			if _, err := open(w); err != nil {
				t.Errorf("the next one: got %v, want it opened", err)
			}
			w.clock.add(handover)
			if w.settle(d); len(d.posted) != 2 || len(d.closed) != 0 {
				t.Errorf("got %d attempts to post and %d to close, want one for each round and none", len(d.posted), len(d.closed))
			}
		})
	}
}

func TestCrashBetweenOpeningAndPosting(t *testing.T) {
	w := newWorld(t, 10)
	s := w.mustCreate(daily("daily", general))
	w.clock.set(s.Next)
	if _, err := w.openDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	d := &desk{}
	settle(t, w.another(w.pool), d)
	if len(d.posted) != 1 || !d.posted[0].Tried.IsZero() {
		t.Errorf("another engine: got %d posts, want one at once that was never tried", len(d.posted))
	}
}

func TestCrashBetweenClaimingAndPosting(t *testing.T) {
	w := newWorld(t, 10)
	s := w.mustCreate(daily("daily", general))
	w.clock.set(s.Next)
	if _, err := w.openDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c, err := w.claimPosts(t.Context(), 10, nil); err != nil || len(c) != 1 {
		t.Fatalf("claim: got %v, %v, want one", c, err)
	}
	d, other := &desk{}, w.another(w.pool)
	w.clock.add(leaseTime - time.Microsecond)
	if settle(t, other, d); len(d.posted) != 0 {
		t.Fatalf("while the lease runs: got %d posts, want none", len(d.posted))
	}
	w.clock.add(time.Microsecond)
	settle(t, other, d)
	if len(d.posted) != 1 || !d.posted[0].Tried.Equal(s.Next) {
		t.Errorf("after the lease: got %+v, want one post that knows of the first attempt", d.posted)
	}
}

// TestCrashBetweenPostingAndMarking stops the first engine and takes its database away while the platform says yes.
func TestCrashBetweenPostingAndMarking(t *testing.T) {
	w := newWorld(t, 10)
	s := w.mustCreate(daily("daily", general))
	w.clock.set(s.Next)
	pool, err := pgxpool.NewWithConfig(t.Context(), w.pool.Config())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	d := &desk{onPost: func(Post) error { stop(); pool.Close(); return nil }}
	dying := w.another(pool)
	if _, err := dying.openDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	claims, err := dying.claimPosts(t.Context(), 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := dying.attend(ctx, d, claims[0]); err == nil {
		t.Fatal("marking without a database: got no error")
	}
	d.onPost = nil
	w.clock.add(leaseTime)
	w.settle(d)
	if len(d.posted) != 2 {
		t.Fatalf("attempts: got %d, want 2", len(d.posted))
	}
	if a, b := d.posted[0], d.posted[1]; a.Key != b.Key || !b.Tried.Equal(s.Next) {
		t.Errorf("second attempt: got key %s tried %s, want %s and %s", b.Key, b.Tried, a.Key, s.Next)
	}
}

// TestPostIsMarkedWhenTheDatabaseIsBack has the database fail for just as long as nobody has noticed.
func TestPostIsMarkedWhenTheDatabaseIsBack(t *testing.T) {
	w := newWorld(t, 10)
	s := w.mustCreate(daily("daily", general))
	w.clock.set(s.Next)
	rename := func(from, to string) {
		if _, err := w.pool.Exec(t.Context(), `ALTER TABLE quiz.`+from+` RENAME TO `+to); err != nil {
			t.Error(err)
		}
	}
	failed := make(chan struct{}, 10)
	e := New(w.pool, Options{Now: w.clock.now, Log: logTo(failed)})
	d := &desk{onPost: func(Post) error {
		rename("post", "elsewhere")
		go func() { <-failed; rename("elsewhere", "post") }()
		return nil
	}}
	settle(t, e, d)
	w.clock.add(leaseTime + time.Minute)
	w.settle(d)
	if len(d.posted) != 1 {
		t.Errorf("posts: got %d, want 1", len(d.posted))
	}
	if n := w.count(`SELECT count(*) FROM quiz.post WHERE message = $1`, "message "+d.posted[0].Key); n != 1 {
		t.Errorf("marked posts: got %d, want 1", n)
	}
}

// TestMessageThatNobodyKnowsOfStaysAsItWas is the one known loss, see the package comment: the engine is killed between
// posting and marking, and nothing runs until the round is over.
func TestMessageThatNobodyKnowsOfStaysAsItWas(t *testing.T) {
	w := newWorld(t, 10)
	s := w.mustCreate(daily("daily", general))
	w.clock.set(s.Next)
	if _, err := w.openDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	claims, err := w.claimPosts(t.Context(), 1, nil)
	if err != nil || len(claims) != 1 {
		t.Fatalf("claim: got %v, %v, want one", claims, err)
	}
	r, err := readRound(t.Context(), w.pool, ws, claims[0].round)
	if err != nil {
		t.Fatal(err)
	}
	w.clock.set(r.Closes)
	d := &desk{}
	if w.settle(d); len(d.posted) != 0 || len(d.closed) != 0 {
		t.Errorf("got %d posts and %d results, want neither", len(d.posted), len(d.closed))
	}
	if got := w.click(r, general, "ada", 0, "right"); got.Outcome != Late || !got.Revealed {
		t.Errorf("a click there: got %+v, want late, with the key", got)
	}
	if n := w.count(`SELECT count(*) FROM quiz.post WHERE finished_at IS NULL`); n != 0 {
		t.Errorf("unfinished posts: got %d, want none", n)
	}
}

func TestWhoSucceededFirstIsRightEvenAfterTheLease(t *testing.T) {
	w := newWorld(t, 10)
	s := w.mustCreate(daily("daily", general))
	w.clock.set(s.Next)
	slow := &desk{}
	slow.onPost = func(Post) error {
		w.clock.add(leaseTime)
		second := &desk{onPost: func(Post) error { return errors.New("the line is bad") }}
		settle(t, w.another(w.pool), second)
		if len(second.posted) != 1 {
			t.Errorf("after the lease: got %d attempts of another engine, want 1", len(second.posted))
		}
		return nil
	}
	w.settle(slow)
	if n := w.count(`SELECT count(*) FROM quiz.post WHERE message = $1`, "message "+slow.posted[0].Key); n != 1 {
		t.Error("the message of the slow engine was not kept")
	}
	w.clock.add(time.Minute)
	if w.settle(slow); len(slow.posted) != 1 {
		t.Errorf("afterwards: got %d attempts, want no more", len(slow.posted))
	}
}

func TestPostThatOthersGaveUpMeanwhileGetsItsResult(t *testing.T) {
	w := newWorld(t, 10)
	s := w.mustCreate(daily("daily", general))
	w.clock.set(s.Next)
	d := &desk{onPost: func(p Post) error { // a computer that slept from here until the evening
		w.clock.set(p.Round.Closes)
		settle(t, w.another(w.pool), &desk{})
		return nil
	}}
	if w.settle(d); len(d.posted) != 1 || len(d.closed) != 1 {
		t.Errorf("got %d posts and %d results, want one of each", len(d.posted), len(d.closed))
	}
}

func TestResultIsShownAgainUntilItWorksOrIsOld(t *testing.T) {
	w := newWorld(t, 10)
	s := daily("daily", general)
	r, d := w.openDaily(s)
	if err := w.RemoveSeries(t.Context(), ws, "daily"); err != nil {
		t.Fatal(err)
	}
	d.onEnd = func(Post) error { return &RetryError{After: 50 * time.Minute} }
	for w.clock.set(r.Closes); w.clock.now().Before(r.Closes.Add(48 * time.Hour)); w.clock.add(time.Hour) {
		w.settle(d)
	}
	if n := len(d.closed); n != 25 {
		t.Errorf("attempts to show the result, one an hour: got %d, want 25", n)
	}
}

func TestDeliverPostsAtOnceAndOnlyOnce(t *testing.T) {
	w := newWorld(t, 10)
	r, err := w.Ask(t.Context(), AskRequest{Workspace: ws, Channel: general, By: person("ada")})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{onPost: func(Post) error { return errors.New("the line is bad") }}
	if err := w.Deliver(t.Context(), d, r); err == nil {
		t.Error("a failure: got no error")
	}
	d.onPost = nil
	w.clock.add(time.Second)
	w.settle(d)
	if err := w.Deliver(t.Context(), d, r); err != nil {
		t.Error(err)
	}
	if len(d.posted) != 2 {
		t.Errorf("attempts: got %d, want the failed one and one more", len(d.posted))
	}
}

func TestPlatformsAreLeftToThoseWhoServeThem(t *testing.T) {
	w := newWorld(t, 10)
	s := w.mustCreate(daily("daily", "slack/T1/C1", "discord/2/3"))
	w.clock.set(s.Next)
	slack := New(w.pool, Options{Now: w.clock.now, Platforms: []string{"slack"}})
	d := &desk{}
	settle(t, slack, d)
	if len(d.posted) != 1 || d.posted[0].Channel != "slack/T1/C1" {
		t.Errorf("Slack's process: got %+v, want the post in Slack", d.posted)
	}
	settle(t, New(w.pool, Options{Now: w.clock.now, Platforms: []string{}}), d)
	if len(d.posted) != 1 {
		t.Errorf("a process without platforms: got %d posts, want no more", len(d.posted)-1)
	}
	if w.settle(d); len(d.posted) != 2 {
		t.Errorf("a process for all: got %d posts, want the other one", len(d.posted)-1)
	}
}

func TestRunOpensPostsAndClosesUntilItIsStopped(t *testing.T) {
	w := newWorld(t, 10)
	s := w.mustCreate(daily("daily", general))
	ctx, stop := context.WithCancel(t.Context())
	posted, closed, done := make(chan Post, 1), make(chan Tally, 1), make(chan error, 1)
	go func() { done <- w.Run(ctx, chanPoster{posted, closed}) }()

	w.clock.set(s.Next)
	w.signal()
	r := (<-posted).Round
	w.clock.set(r.Closes)
	w.signal()
	if got := <-closed; got.Players != 0 {
		t.Errorf("players: got %d, want none", got.Players)
	}
	stop()
	if err := <-done; err != nil {
		t.Errorf("Run: got %v, want nil after its context ended", err)
	}
}

// A chanPoster tells what it was asked to do.
type chanPoster struct {
	posted chan Post
	closed chan Tally
}

func (p chanPoster) PostRound(_ context.Context, post Post) (string, error) {
	p.posted <- post
	return "", nil
}

func (p chanPoster) CloseRound(_ context.Context, _ Post, t Tally) error {
	p.closed <- t
	return nil
}

func (p chanPoster) PostNotice(context.Context, Notice) error { return nil }

func TestRunSurvivesTheLossOfItsDatabase(t *testing.T) {
	w := newWorld(t, 10)
	s := w.mustCreate(daily("daily", general))
	posted := make(chan Post, 1)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	lost := make(chan struct{}, 100)
	e := New(w.pool, Options{Now: w.clock.now, Log: logTo(lost)})

	if _, err := w.pool.Exec(ctx, `ALTER SCHEMA quiz RENAME TO elsewhere`); err != nil {
		t.Fatal(err)
	}
	go func() { done <- e.Run(ctx, chanPoster{posted: posted}) }()
	<-lost
	if _, err := w.pool.Exec(ctx, `ALTER SCHEMA elsewhere RENAME TO quiz`); err != nil {
		t.Fatal(err)
	}
	w.clock.set(s.Next)
	<-posted
	stop()
	if err := <-done; err != nil {
		t.Errorf("Run: got %v, want nil", err)
	}
	if n := len(lost); n != 0 {
		t.Errorf("errors logged: got %d, want one for the whole outage", n+1)
	}
}

// TestRunSaysThatTheDatabaseHangs has a lock stand for a frozen server: whatever reads series waits.
func TestRunSaysThatTheDatabaseHangs(t *testing.T) {
	w := newWorld(t, 10)
	s := w.mustCreate(daily("daily", general))
	posted, lost, done := make(chan Post, 1), make(chan struct{}, 100), make(chan error, 1)
	e := New(w.pool, Options{Now: w.clock.now, Log: logTo(lost)})
	e.patience = time.Second // enough for what is asked of a database that does not hang
	release := w.hang("quiz.series")
	ctx, stop := context.WithCancel(t.Context())
	go func() { done <- e.Run(ctx, chanPoster{posted: posted}) }()
	<-lost
	if _, err := e.Series(t.Context(), ws); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("somebody who asks meanwhile: got %v, want context.DeadlineExceeded", err)
	}
	w.clock.set(s.Next)
	release()
	<-posted
	stop()
	if err := <-done; err != nil {
		t.Errorf("Run: got %v, want nil", err)
	}
	if n := len(lost); n != 0 {
		t.Errorf("errors logged: got %d, want one for the whole outage", n+1)
	}
}

func TestWhoClicksDoesNotWaitForeverForADatabaseThatHangs(t *testing.T) {
	w := newWorld(t, 10)
	r := w.mustAsk(general, "ada")
	w.patience = 50 * time.Millisecond
	defer w.hang("quiz.round")()
	for name, f := range map[string]func() error{
		"answer": func() error {
			_, err := w.Answer(t.Context(), Answer{Workspace: ws, Round: r.ID, Channel: general, By: person("bob")})
			return err
		},
		"progress": func() error { _, err := w.Progress(t.Context(), ws, r.ID, general, person("bob")); return err },
		"ask":      func() error { _, err := w.ask(general, "bob"); return err },
		"duel":     func() error { _, err := w.challengeOf("bob", "ada"); return err },
		"accept":   func() error { _, err := w.Accept(t.Context(), ws, r.ID, person("bob")); return err },
		"board": func() error {
			_, err := w.Leaderboard(t.Context(), BoardRequest{Workspace: ws, Window: AllTime})
			return err
		},
		"stats": func() error { _, err := w.Stats(t.Context(), person("ada")); return err },
		"reading the round to post it": func() error {
			return w.attend(t.Context(), &desk{}, claim{workspace: ws, channel: general, round: r.ID, owner: "00000000-0000-0000-0000-000000000000"})
		},
	} {
		if err := f(); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: got %v, want context.DeadlineExceeded", name, err)
		}
	}
}

func TestThreeEnginesMakeEachPostOnce(t *testing.T) {
	w := newWorld(t, 20)
	w.clock.set(w.makeSeries(200))
	w.race(1)
	posters := []*desk{{}, {}, {}}
	var all sync.WaitGroup
	for _, d := range posters {
		e := w.another(w.pool)
		all.Go(func() { settle(t, e, d) })
	}
	all.Wait()
	seen := map[string]bool{}
	for i, d := range posters {
		for _, p := range d.posted {
			if seen[p.Key] {
				t.Errorf("engine %d: %s in %s was posted already", i, p.Key, p.Channel)
			}
			seen[p.Key] = true
		}
	}
	if len(seen) != 200 {
		t.Errorf("posts: got %d, want 200", len(seen))
	}
}

func TestPostsOfAChannelComeOneAfterTheOther(t *testing.T) {
	w := newWorld(t, 20)
	s := daily("first", general)
	s.Closes = s.Opens // the result is due when the next round is
	other := daily("second", general)
	other.Closes = other.Opens
	w.mustCreate(other)
	s = w.mustCreate(s)
	w.clock.set(s.Next)
	d := &desk{}
	w.settle(d)
	r := d.posted[0].Round
	w.clock.set(r.Closes)
	if _, err := w.openDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	for step, want := range []string{"close 1", "close 2", "post 3", "post 4"} {
		claims, err := w.claimPosts(t.Context(), postWorkers, nil)
		if err != nil || len(claims) != 1 {
			t.Fatalf("step %d: got %d claims, %v, want one", step, len(claims), err)
		}
		if more, err := w.another(w.pool).claimPosts(t.Context(), postWorkers, nil); err != nil || len(more) != 0 {
			t.Fatalf("step %d, another engine: got %d claims, %v, want none", step, len(more), err)
		}
		got := fmt.Sprint(map[bool]string{true: "close ", false: "post "}[claims[0].posted], claims[0].round)
		if got != want {
			t.Errorf("step %d: got %s, want %s", step, got, want)
		}
		if err := w.attend(t.Context(), d, claims[0]); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNoTransactionIsOpenWhileThePosterWorks(t *testing.T) {
	w := newWorld(t, 10)
	s := w.mustCreate(daily("daily", general))
	w.clock.set(s.Next)
	const open = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`
	calls := 0
	look := func(Post) error {
		calls++
		if n := w.count(open); n != 0 {
			t.Errorf("call %d: got %d open transactions, want none", calls, n)
		}
		return nil
	}
	d := &desk{onPost: look, onEnd: look}
	w.settle(d)
	w.clock.set(d.posted[0].Round.Closes)
	if w.settle(d); calls != 2 {
		t.Errorf("calls: got %d, want 2", calls)
	}
}

func TestStoppingLeavesACallTimeToFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		call, cancel := withGrace(ctx)
		defer cancel()
		stopped := time.Now()
		stop()
		<-call.Done()
		if got := time.Since(stopped); got != shutdownGrace {
			t.Errorf("the call ended %s after the stop, want %s", got, shutdownGrace)
		}

		call, cancel = withGrace(t.Context())
		defer cancel()
		began := time.Now()
		<-call.Done()
		if got := time.Since(began); got != postTimeout || got >= leaseTime {
			t.Errorf("a call takes at most %s, want %s, less than the lease of %s", got, postTimeout, leaseTime)
		}
	})
}

func TestWhatSomebodyAskedForIsLeftToTheirDeliver(t *testing.T) {
	w := newWorld(t, 10)
	r, err := w.Ask(t.Context(), AskRequest{Workspace: ws, Channel: general, By: person("ada")})
	if err != nil {
		t.Fatal(err)
	}
	other := &desk{}
	if settle(t, w.another(w.pool), other); len(other.posted) != 0 {
		t.Error("another engine posts it before the one that was asked")
	}
	d := &desk{}
	if err := w.Deliver(t.Context(), d, r); err != nil || len(d.posted) != 1 {
		t.Errorf("got %d posts and %v from Deliver, want 1", len(d.posted), err)
	}
	lost, err := w.Ask(t.Context(), AskRequest{Workspace: ws, Channel: random, By: person("ada")})
	if err != nil {
		t.Fatal(err)
	}
	w.clock.add(handover) // the process that was asked has died
	if settle(t, w.another(w.pool), other); len(other.posted) != 1 || other.posted[0].Round.ID != lost.ID {
		t.Errorf("after the handover: got %d posts, want that of round %d", len(other.posted), lost.ID)
	}
}
