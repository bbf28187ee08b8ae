package quiz

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// queue puts notices into the outbox, in a transaction of their own.
func (w *world) queue(notices ...newNotice) {
	w.t.Helper()
	err := pgx.BeginFunc(w.t.Context(), w.pool, func(tx pgx.Tx) error { return w.queueNotice(w.t.Context(), tx, notices...) })
	if err != nil {
		w.t.Fatalf("queueNotice: %v", err)
	}
}

// news is a notice for the channel that is news for an hour.
func (w *world) news(channel, dedupe string) newNotice {
	return newNotice{Workspace: ws, Kind: "news", Channel: channel, Body: map[string]string{"Says": dedupe}, Dedupe: dedupe, Expires: w.clock.now().Add(time.Hour)}
}

func TestNoticeIsSaidOnceWhereItBelongs(t *testing.T) {
	w := newWorld(t, 5)
	ada, err := w.register(t.Context(), ws, person("ada"))
	if err != nil {
		t.Fatal(err)
	}
	later := w.news("", "later")
	later.Channel, later.Player, later.From = "", ada, w.clock.now().Add(time.Minute)
	w.queue(w.news(general, "one"), later, w.news(general, "one"))
	w.queue(w.news(random, "one"))
	d := &desk{}
	w.settle(d)
	if len(d.said) != 1 || d.said[0].Channel != general || d.said[0].To != (Person{}) || !d.said[0].Tried.IsZero() {
		t.Fatalf("said at once: got %+v, want one in the channel", d.said)
	}
	var body map[string]string
	if err := json.Unmarshal(d.said[0].Body, &body); err != nil || body["Says"] != "one" {
		t.Errorf("body: got %s, %v", d.said[0].Body, err)
	}
	w.clock.add(time.Minute)
	w.settle(d)
	w.clock.add(time.Minute)
	w.settle(d)
	w.queue(w.news(general, "one"))
	w.settle(d)
	if len(d.said) != 2 || d.said[1].Channel != "" || d.said[1].To != (Person{Workspace: ws, User: "U-ada"}) {
		t.Fatalf("said in all: got %+v, want one more, to ada", d.said)
	}
	if a, b := d.said[0].Key, d.said[1].Key; a == b || len(a) == 0 || len(a) > 25 {
		t.Errorf("keys: got %q and %q, want two short ones", a, b)
	}
}

func TestNoticeToAPlayerGoesToTheirIdentityInTheWorkspace(t *testing.T) {
	w := newWorld(t, 5)
	_, err := w.pool.Exec(t.Context(), `
		INSERT INTO quiz.identity (workspace, user_id, player)
		VALUES ('test/W0', 'U0', 77), ('test/W1', 'U1', 77), ('test/W0', 'U5', 78)`)
	if err != nil {
		t.Fatal(err)
	}
	for player, dedupe := range map[int64]string{77: "both", 78: "elsewhere", 79: "nobody"} {
		n := w.news("", dedupe)
		n.Channel, n.Player = "", player
		w.queue(n)
	}
	d := &desk{}
	w.settle(d)
	got := map[string]string{}
	for _, n := range d.said {
		var body struct{ Says string }
		_ = json.Unmarshal(n.Body, &body)
		got[body.Says] = n.To.Workspace + " " + n.To.User
	}
	if diff := cmp.Diff(map[string]string{"both": "test/W1 U1", "elsewhere": "test/W0 U5"}, got); diff != "" {
		t.Errorf("to whom (-want +got):\n%s", diff)
	}
}

func TestNoticeIsTriedAgainUntilItExpires(t *testing.T) {
	w := newWorld(t, 5)
	began := w.clock.now()
	w.queue(w.news(general, "one"))
	d := &desk{onSay: func(Notice) error { return errors.New("the line is bad") }}
	for w.clock.now().Before(began.Add(3 * time.Hour)) {
		w.settle(d)
		at, err := w.nextDue(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if at.IsZero() {
			break
		}
		w.clock.set(at)
	}
	if n := len(d.said); n < 12 || n > 30 { // seconds at first, then up to five minutes
		t.Errorf("attempts within the hour: got %d, want about 20", n)
	}
	if !w.clock.now().Before(began.Add(time.Hour)) {
		t.Errorf("the last attempt was at %s, want it before the notice expired", w.clock.now())
	}
	for i, n := range d.said {
		if n.Key != d.said[0].Key || i > 0 && !n.Tried.Equal(began) {
			t.Errorf("attempt %d: got key %s tried %s, want %s and %s", i+1, n.Key, n.Tried, d.said[0].Key, began)
		}
	}
	if n := w.count(`SELECT count(*) FROM quiz.notice WHERE finished_at IS NOT NULL AND problem LIKE '%the line is bad'`); n != 1 {
		t.Errorf("finished with the reason: got %d, want 1", n)
	}
}

func TestNoticeWaitsAsLongAsThePlatformWants(t *testing.T) {
	w := newWorld(t, 5)
	w.queue(w.news(general, "one"))
	d := &desk{onSay: func(Notice) error { return fmt.Errorf("say: %w", &RetryError{After: 90 * time.Second}) }}
	w.settle(d)
	w.clock.add(90*time.Second - time.Microsecond)
	if w.settle(d); len(d.said) != 1 {
		t.Fatalf("before the pause is over: got %d attempts, want 1", len(d.said))
	}
	d.onSay = nil
	w.clock.add(time.Microsecond)
	if w.settle(d); len(d.said) != 2 {
		t.Errorf("after the pause: got %d attempts, want 2", len(d.said))
	}
}

func TestNoticeThatExpiredIsNotSaid(t *testing.T) {
	w := newWorld(t, 5)
	w.queue(w.news(general, "one"))
	w.clock.add(time.Hour) // a standstill
	d := &desk{}
	if w.settle(d); len(d.said) != 0 {
		t.Errorf("said: got %+v, want nothing", d.said)
	}
	if n := w.count(`SELECT count(*) FROM quiz.notice WHERE finished_at IS NOT NULL`); n != 1 {
		t.Errorf("finished: got %d, want 1", n)
	}
}

func TestNoticeToWhatIsGoneIsFinished(t *testing.T) {
	w := newWorld(t, 5)
	w.queue(w.news(general, "one"))
	d := &desk{onSay: func(Notice) error { return &GoneError{Reason: "The channel is archived."} }}
	w.settle(d)
	w.clock.add(10 * time.Minute)
	if w.settle(d); len(d.said) != 1 {
		t.Errorf("attempts: got %d, want 1", len(d.said))
	}
}

func TestNoticeThatPanicsIsTriedAgain(t *testing.T) {
	w := newWorld(t, 5)
	w.queue(w.news(general, "one"))
	d := &desk{onSay: func(n Notice) error {
		if n.Tried.IsZero() {
			panic("cannot draw this card")
		}
		return nil
	}}
	w.settle(d)
	w.clock.add(time.Second)
	w.settle(d)
	if n := w.count(`SELECT count(*) FROM quiz.notice WHERE posted_at IS NOT NULL`); n != 1 || len(d.said) != 2 {
		t.Errorf("got %d said after %d attempts, want 1 after 2", n, len(d.said))
	}
}

func TestCrashBetweenClaimingAndSaying(t *testing.T) {
	w := newWorld(t, 5)
	began := w.clock.now()
	w.queue(w.news(general, "one"))
	dying, err := w.claimNotices(t.Context(), 10)
	if err != nil || len(dying) != 1 {
		t.Fatalf("claim: got %v, %v, want one", dying, err)
	}
	d, other := &desk{}, w.another(w.pool)
	w.clock.add(leaseTime - time.Microsecond)
	if settle(t, other, d); len(d.said) != 0 {
		t.Fatalf("while the lease runs: got %d, want none", len(d.said))
	}
	w.clock.add(time.Microsecond)
	settle(t, other, d)
	if len(d.said) != 1 || !d.said[0].Tried.Equal(began) || d.said[0].Key != dying[0].Key {
		t.Errorf("after the lease: got %+v, want one that knows of the first attempt, with its key", d.said)
	}
	// The one that was taken for dead wakes up: it may say no more than that it failed, and nobody listens.
	if err := w.releaseNotice(t.Context(), dying[0], w.clock.now(), errors.New("late")); err != nil {
		t.Error(err)
	}
	if settle(t, other, d); len(d.said) != 1 {
		t.Errorf("after a late failure: got %d, want no more", len(d.said))
	}
}

func TestThreeEnginesSayEachNoticeOnce(t *testing.T) {
	w := newWorld(t, 5)
	var all []newNotice
	for i := range 200 {
		all = append(all, w.news(general, fmt.Sprint("news ", i)))
	}
	w.queue(all...)
	var mu sync.Mutex
	said := map[string]int{}
	var engines sync.WaitGroup
	for range 3 {
		pool, err := pgxpool.NewWithConfig(t.Context(), w.pool.Config())
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		e := w.another(pool)
		engines.Go(func() {
			settle(t, e, &desk{onSay: func(n Notice) error { mu.Lock(); defer mu.Unlock(); said[n.Key]++; return nil }})
		})
	}
	engines.Wait()
	for key, n := range said {
		if n != 1 {
			t.Errorf("%s was said %d times, want once", key, n)
		}
	}
	if len(said) != 200 {
		t.Errorf("notices said: got %d, want 200", len(said))
	}
}

func TestNoTransactionIsOpenWhileANoticeIsSaid(t *testing.T) {
	w := newWorld(t, 5)
	w.queue(w.news(general, "one"))
	d := &desk{onSay: func(Notice) error {
		if n := w.count(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`); n != 0 {
			t.Errorf("got %d open transactions, want none", n)
		}
		return nil
	}}
	if w.settle(d); len(d.said) != 1 {
		t.Errorf("said: got %d, want 1", len(d.said))
	}
}

func TestNoticeIsLeftToTheProcessThatServesItsPlatform(t *testing.T) {
	w := newWorld(t, 5)
	w.queue(w.news("slack/T1/C1", "slack"), w.news("discord/2/3", "discord"))
	d := &desk{}
	settle(t, New(w.pool, Options{Now: w.clock.now, Platforms: []string{"slack"}}), d)
	if len(d.said) != 1 || d.said[0].Channel != "slack/T1/C1" {
		t.Errorf("Slack's process: got %+v, want the notice for Slack", d.said)
	}
}

func TestRunSaysNotices(t *testing.T) {
	w := newWorld(t, 5)
	said := make(chan Notice, 1)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx, &desk{onSay: func(n Notice) error { said <- n; return nil }}) }()
	w.queue(w.news(general, "one"))
	w.signal()
	if n := <-said; n.Channel != general {
		t.Errorf("got %+v", n)
	}
	stop()
	if err := <-done; err != nil {
		t.Errorf("Run: got %v, want nil after its context ended", err)
	}
}

// TestNoticesOfAChannelKeepTheirOrder: also when the first does not get through at first, and two bots are at work.
func TestNoticesOfAChannelKeepTheirOrder(t *testing.T) {
	w := newWorld(t, 1)
	r, d := w.openDaily(daily("daily", general))
	w.click(r, general, "ada", 0, "right")
	w.clock.set(r.Closes)
	w.settle(d)
	w.must(w.VoidQuestion(t.Context(), w.by("q-000", ""), 0))
	w.clock.add(noticePause)
	tries := 0
	d.onSay = func(Notice) error {
		if tries++; tries == 1 {
			return errors.New("try again")
		}
		return nil
	}
	w.settle(d)
	w.must(w.RestoreQuestion(t.Context(), w.by("q-000", ""), 0)) // the first may have been said, so it is not taken back
	w.clock.add(noticePause)
	first, err := w.claimNotices(t.Context(), 2)
	if err != nil || len(first) != 1 {
		t.Fatalf("claimed at once: got %d, %v, want one", len(first), err)
	}
	if second, err := w.another(w.pool).claimNotices(t.Context(), 2); err != nil || len(second) != 0 {
		t.Errorf("claimed by another bot meanwhile: got %+v, %v, want none", second, err)
	}
	_ = w.attendNotice(t.Context(), d, first[0])
	w.settle(d)
	var said []string
	for _, n := range d.said {
		var all []Correction
		if err := json.Unmarshal(n.Body, &all); err != nil || len(all) != 1 {
			t.Fatalf("notice: got %s, %v, want one correction", n.Body, err)
		}
		said = append(said, fmt.Sprintf("voided %v, again %v", all[0].Voided, all[0].Again))
	}
	want := []string{"voided true, again false", "voided true, again false", "voided false, again true"} // the first of them failed
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("said (-want +got):\n%s", diff)
	}
}
