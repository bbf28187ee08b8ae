package quiz

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func (w *world) challengeOf(by, against string) (Round, error) {
	return w.Challenge(w.t.Context(), ChallengeRequest{
		Workspace: ws, Channel: general, By: person(by), Against: person(against), Questions: 2,
	})
}

// mustChallenge has the challenge posted, too.
func (w *world) mustChallenge(by, against string, d *desk) Round {
	w.t.Helper()
	r, err := w.challengeOf(by, against)
	if err != nil {
		w.t.Fatalf("Challenge: %v", err)
	}
	if err := w.Deliver(w.t.Context(), d, r); err != nil {
		w.t.Fatalf("Deliver: %v", err)
	}
	return r
}

func TestDuelRunsFromChallengeToResult(t *testing.T) {
	w, d := newWorld(t, 10), &desk{}
	r := w.mustChallenge("ada", "bob", d)
	if r.Kind != KindDuel || r.Duel.By != person("ada") || r.Duel.Against != person("bob") || r.Duel.Accepted != nil || len(r.Questions) != 2 {
		t.Fatalf("challenge: got %+v", r)
	}
	if got := w.click(r, general, "ada", 0, "right"); got.Outcome != Unaccepted || got.Revealed || got.Next != -1 {
		t.Errorf("answer before it is accepted: got %+v, want unaccepted", got)
	}
	w.clock.add(time.Hour)
	r, err := w.Accept(t.Context(), ws, r.ID, person("bob"))
	if err != nil || r.Duel.Accepted == nil || !r.Closes.Equal(w.clock.now().Add(24*time.Hour)) {
		t.Fatalf("accept: got %+v, %v, want 24 hours from now", r, err)
	}
	if _, err := w.Decline(t.Context(), ws, r.ID, person("bob")); !errors.Is(err, ErrAccepted) {
		t.Errorf("decline what was accepted: got %v, want ErrAccepted", err)
	}
	w.clock.add(time.Hour)
	again, err := w.Accept(t.Context(), ws, r.ID, person("bob"))
	if err != nil || !again.Closes.Equal(r.Closes) {
		t.Errorf("accept again: got close %s, %v, want %s as before", again.Closes, err, r.Closes)
	}
	if got := w.click(r, general, "cleo", 0, "right"); got.Outcome != NotYours || got.Revealed {
		t.Errorf("a stranger: got %+v, want not yours", got)
	}
	if _, err := w.Progress(t.Context(), ws, r.ID, general, person("cleo")); !errors.Is(err, ErrNotYours) {
		t.Errorf("a stranger's progress: got %v, want ErrNotYours", err)
	}
	w.click(r, general, "ada", 0, "right")
	w.click(r, general, "ada", 1, "right")
	w.click(r, general, "bob", 0, "wrong")
	if w.settle(d); len(d.closed) != 0 {
		t.Fatalf("before the last answer: closed %d times", len(d.closed))
	}
	w.click(r, general, "bob", 1, "right")
	if w.settle(d); len(d.closed) != 1 {
		t.Fatalf("after the last answer: closed %d times, want once, at once", len(d.closed))
	}
	want := []Standing{{Rank: 1, Player: 1, Name: "ada", Points: 2 * Point, Rights: 2, Answers: 2}, {Rank: 2, Player: 2, Name: "bob", Points: Point, Rights: 1, Answers: 2}}
	if diff := cmp.Diff(want, d.tally[0].Duel); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
	if got := w.click(r, general, "bob", 1, "right"); got.Outcome != Late {
		t.Errorf("afterwards: got %s, want late", got.Outcome)
	}
	w.mustChallenge("bob", "ada", d) // a rematch
}

func TestDuelDoesNotScoreOnBoards(t *testing.T) {
	w, d := newWorld(t, 10), &desk{}
	r := w.mustChallenge("ada", "bob", d)
	if _, err := w.Accept(t.Context(), ws, r.ID, person("bob")); err != nil {
		t.Fatal(err)
	}
	w.click(r, general, "ada", 0, "right")
	b, err := w.Leaderboard(t.Context(), BoardRequest{Workspace: ws, Window: AllTime, For: person("ada")})
	if err != nil || len(b.Rows) != 0 || b.Me != nil {
		t.Errorf("board: got %+v, %v, want nobody", b, err)
	}
}

func TestDuelIsDeclined(t *testing.T) {
	w, d := newWorld(t, 10), &desk{}
	r := w.mustChallenge("ada", "bob", d)
	for _, name := range []string{"ada", "cleo", "nobody"} {
		if _, err := w.Decline(t.Context(), ws, r.ID, person(name)); !errors.Is(err, ErrNotYours) {
			t.Errorf("decline by %s: got %v, want ErrNotYours", name, err)
		}
		if _, err := w.Accept(t.Context(), ws, r.ID, person(name)); !errors.Is(err, ErrNotYours) {
			t.Errorf("accept by %s: got %v, want ErrNotYours", name, err)
		}
	}
	r, err := w.Decline(t.Context(), ws, r.ID, person("bob"))
	if err != nil || r.Duel.Declined == nil || !r.Closed(w.clock.now()) {
		t.Fatalf("decline: got %+v, %v", r, err)
	}
	if w.settle(d); len(d.closed) != 1 || d.closed[0].Round.Duel.Declined == nil {
		t.Errorf("closed: got %+v, want the declined duel once", d.closed)
	}
	for name, f := range map[string]func() (Round, error){
		"accept":  func() (Round, error) { return w.Accept(t.Context(), ws, r.ID, person("bob")) },
		"decline": func() (Round, error) { return w.Decline(t.Context(), ws, r.ID, person("bob")) },
	} {
		if _, err := f(); !errors.Is(err, ErrClosed) {
			t.Errorf("%s afterwards: got %v, want ErrClosed", name, err)
		}
	}
	w.mustChallenge("ada", "bob", d)
}

func TestDuelExpires(t *testing.T) {
	w, d := newWorld(t, 10), &desk{}
	r := w.mustChallenge("ada", "bob", d)
	w.clock.add(24 * time.Hour)
	if _, err := w.Accept(t.Context(), ws, r.ID, person("bob")); !errors.Is(err, ErrClosed) {
		t.Errorf("accept after a day: got %v, want ErrClosed", err)
	}
	if w.settle(d); len(d.closed) != 1 {
		t.Errorf("closed %d times, want once", len(d.closed))
	}
	stats, err := w.Stats(t.Context(), person("bob"))
	if err != nil || stats.Won+stats.Lost+stats.Drawn != 0 {
		t.Errorf("stats: got %+v, %v, want no duel counted", stats, err)
	}
}

func TestChallengeRefuses(t *testing.T) {
	w := newWorld(t, 10)
	if _, err := w.challengeOf("ada", "ada"); !errors.Is(err, ErrSelf) {
		t.Errorf("oneself: got %v, want ErrSelf", err)
	}
	first, err := w.challengeOf("ada", "bob")
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.challengeOf("bob", "ada")
	if open, ok := errors.AsType[*OpenError](err); !ok || open.Round.ID != first.ID {
		t.Errorf("the same pair the other way round: got %v, want round %d as open", err, first.ID)
	}
	if _, err := w.challengeOf("ada", "cleo"); err != nil {
		t.Errorf("another pair: got %v", err)
	}
	_, err = w.Challenge(t.Context(), ChallengeRequest{Workspace: ws, Channel: general, By: person("a"), Against: person("b"), Questions: 11})
	if _, ok := errors.AsType[*InvalidError](err); !ok {
		t.Errorf("11 questions: got %v, want an *InvalidError", err)
	}
	ask := w.mustAsk(general, "ada")
	if _, err := w.Accept(t.Context(), ws, ask.ID, person("ada")); !errors.Is(err, ErrNoRound) {
		t.Errorf("accepting what is no duel: got %v, want ErrNoRound", err)
	}
	if _, err := w.Accept(t.Context(), ws, -1, person("ada")); !errors.Is(err, ErrNoRound) {
		t.Errorf("accepting nothing: got %v, want ErrNoRound", err)
	}
}

func TestLastAnswersAtTheSameMomentEndADuel(t *testing.T) {
	w, d := newWorld(t, 40), &desk{}
	for range 10 {
		r := w.mustChallenge("ada", "bob", d)
		if _, err := w.Accept(t.Context(), ws, r.ID, person("bob")); err != nil {
			t.Fatal(err)
		}
		w.click(r, general, "ada", 0, "right")
		w.click(r, general, "bob", 0, "right")
		var both sync.WaitGroup
		for _, name := range []string{"ada", "bob"} {
			both.Go(func() { w.click(r, general, name, 1, "right") })
		}
		both.Wait()
		if r, err := readRound(t.Context(), w.pool, ws, r.ID); err != nil || !r.Closed(w.clock.now()) {
			t.Fatalf("closes: got %s, %v, want now", r.Closes, err)
		}
		w.clock.add(time.Second)
	}
}

func TestCloseThatMovesWhileThePostIsMarkedIsNotLost(t *testing.T) {
	w := newWorld(t, 10)
	r, err := w.challengeOf("ada", "bob")
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{}
	d.onPost = func(Post) error { // bob is so quick that the message is not written down yet
		_, err := w.Decline(t.Context(), ws, r.ID, person("bob"))
		return err
	}
	if err := w.Deliver(t.Context(), d, r); err != nil {
		t.Fatal(err)
	}
	if w.settle(d); len(d.closed) != 1 {
		t.Errorf("closed %d times, want once, at once", len(d.closed))
	}
}

func TestChallengeThatIsShownAsExpiredCannotBeAcceptedAnyMore(t *testing.T) {
	w, d := newWorld(t, 10), &desk{}
	r := w.mustChallenge("ada", "bob", d)
	w.clock.set(r.Closes)
	d.onEnd = func(Post) error {
		w.clock.set(r.Closes.Add(-time.Millisecond)) // the clock of another process
		if r, err := w.Accept(t.Context(), ws, r.ID, person("bob")); !errors.Is(err, ErrClosed) {
			t.Errorf("accept: got %+v, %v, want ErrClosed", r, err)
		}
		return nil
	}
	w.settle(d)
	if n := w.count(`SELECT count(*) FROM quiz.post WHERE finished_at IS NULL`); n != 0 || len(d.closed) != 1 {
		t.Errorf("got %d unfinished posts, closed %d times, want none, once", n, len(d.closed))
	}
}

func TestChallengeAcceptedJustBeforeItIsShownAsExpiredGoesOn(t *testing.T) {
	w, d := newWorld(t, 10), &desk{}
	r := w.mustChallenge("ada", "bob", d)
	w.clock.set(r.Closes)
	claims, err := w.claimPosts(t.Context(), 1, nil)
	if err != nil || len(claims) != 1 {
		t.Fatalf("claim: got %v, %v, want one", claims, err)
	}
	late, err := readRound(t.Context(), w.pool, ws, r.ID) // as the engine that closes it has read it
	if err != nil {
		t.Fatal(err)
	}
	w.clock.set(r.Closes.Add(-time.Millisecond))
	if _, err := w.Accept(t.Context(), ws, r.ID, person("bob")); err != nil {
		t.Fatal(err)
	}
	w.clock.set(r.Closes)
	if err := w.showResult(t.Context(), d, Post{Round: late, Channel: general}); !errors.Is(err, errStillOpen) {
		t.Errorf("showing it as expired: got %v, want errStillOpen", err)
	}
	if err := w.attend(t.Context(), d, claims[0]); err != nil || len(d.closed) != 0 {
		t.Errorf("attend: got %v, closed %d times, want neither", err, len(d.closed))
	}
	w.clock.add(duelWindow)
	if w.settle(d); len(d.closed) != 1 || d.closed[0].Round.Duel.Accepted == nil {
		t.Errorf("a day later: closed %+v, want the accepted duel", d.closed)
	}
}
