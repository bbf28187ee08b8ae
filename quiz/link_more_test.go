package quiz

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// TestAllThatIsOnesOwnIsJoined: duels, days away, reminders, reports and rounds for oneself alone are of the one player while two
// identities are joined, and of each of them again when they are not.
func TestAllThatIsOnesOwnIsJoined(t *testing.T) {
	w := newWorld(t, 60)
	ctx := t.Context()
	other := Person{ws, "U-ada-2", "ada two"} // a second account in the same workspace has all of it there, too
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	r, d := w.openDaily(daily("daily", general))
	w.click(r, general, "ada", 0, "right")
	for _, p := range []Person{person("ada"), other} {
		_, err := w.RemindOn(ctx, RemindRequest{Workspace: ws, Channel: general, By: p})
		must(err)
		must(w.Report(ctx, ReportRequest{Workspace: ws, Round: r.ID, Question: 0, Channel: general, By: p, Said: "hm, said " + p.Name}))
	}
	must(w.Away(ctx, person("ada"), "2026-03-04"))
	must(w.Away(ctx, other, "2026-03-08"))
	practice, err := w.Practice(ctx, PracticeRequest{By: other})
	must(err)
	w.answerAs(practice.Round, random, other, 0, "right")
	challenge := func(by, against Person) Round {
		t.Helper()
		r, err := w.Challenge(ctx, ChallengeRequest{Workspace: ws, Channel: random, By: by, Against: against, Questions: 1})
		must(err)
		must(w.Deliver(ctx, d, r))
		return r
	}
	between := challenge(person("ada"), other)
	_, err = w.Accept(ctx, ws, between.ID, other)
	must(err)
	withBob := challenge(person("bob"), other)

	type state struct {
		ada, two struct {
			reminders, reports, away, private, duels, answers int
			until                                             string
		}
	}
	look := func() (s state) {
		t.Helper()
		for p, of := range map[string]*struct {
			reminders, reports, away, private, duels, answers int
			until                                             string
		}{"U-ada": &s.ada, "U-ada-2": &s.two} {
			who := Person{ws, p, ""}
			n := func(sql string) int {
				return w.count(strings.ReplaceAll(sql, "ME", `(SELECT player FROM quiz.identity WHERE user_id = $1)`), p)
			}
			of.reminders = n(`SELECT count(*) FROM quiz.reminder WHERE player = ME AND user_id = $1`)
			of.reports = n(`SELECT count(*) FROM quiz.report WHERE player = ME AND decided_at IS NULL`)
			of.away = n(`SELECT count(*) FROM quiz.away WHERE player = ME`)
			of.private = n(`SELECT count(*) FROM quiz.round WHERE player = ME`)
			of.duels = n(`SELECT count(*) FROM quiz.duel WHERE ME IN (challenger, challenged)`)
			of.answers = n(`SELECT count(*) FROM quiz.answer WHERE player = ME`)
			var err error
			of.until, _, err = w.AwayUntil(ctx, who)
			must(err)
		}
		return s
	}
	before := look()

	w.mustLink(person("ada"), other)
	now := look()
	if now.ada.reminders+now.two.reminders != 1 || now.ada.reports != 1 || now.ada.until != "2026-03-08" || now.ada.private != 1 || now.ada.duels != 2 || now.ada.answers != 2 {
		t.Errorf("joined: got %+v, want one reminder, one report, the longer absence, and all rounds", now.ada)
	}
	if _, err := w.Challenge(ctx, ChallengeRequest{Workspace: ws, Channel: random, By: person("ada"), Against: other}); !errors.Is(err, ErrSelf) {
		t.Errorf("a duel with oneself: got %v, want %v", err, ErrSelf)
	}
	if got := w.answerAs(practice.Round, random, person("ada"), 1, "right"); got.Outcome != Recorded {
		t.Errorf("to go on with the practice of the other: got %s, want it recorded", got.Outcome)
	}
	if got := w.answerAs(between, random, other, 0, "right"); got.Outcome != Late {
		t.Errorf("the duel between the two: got %s, want it called off", got.Outcome)
	}
	if _, err := w.Accept(ctx, ws, withBob.ID, person("ada")); err != nil {
		t.Errorf("to accept as the other: %v", err)
	}
	w.answerAs(withBob, random, person("ada"), 0, "right")
	w.click(withBob, random, "bob", 0, "wrong")
	w.clock.add(time.Second)
	w.settle(d)
	stats, err := w.Stats(ctx, other)
	must(err)
	if stats.Won != 1 || stats.Lost+stats.Drawn != 0 {
		t.Errorf("duels: got %d won, %d lost, %d drawn; want the one with bob won, and none with oneself", stats.Won, stats.Lost, stats.Drawn)
	}

	if _, err := w.Unlink(ctx, person("ada")); err != nil {
		t.Fatal(err)
	}
	after := look()
	// Meanwhile ada answered a question of the practice and the one of the duel with bob.
	before.ada.answers += 2
	if after != before {
		t.Errorf("apart again: got\n%+v\nwant\n%+v", after, before)
	}
	if n := w.count(`SELECT count(*) FROM quiz.joined_aside`); n != 0 {
		t.Errorf("put aside: got %d rows, want none left", n)
	}
}

// A meddler does something once, just before the next transaction begins.
type meddler struct {
	mu sync.Mutex
	do func()
}

func (m *meddler) next(do func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.do = do
}

func (m *meddler) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	if !strings.HasPrefix(q.SQL, "begin") {
		return ctx
	}
	m.mu.Lock()
	do := m.do
	m.do = nil
	m.mu.Unlock()
	if do != nil {
		do()
	}
	return ctx
}

func (*meddler) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TestWhoIsJoinedWhileTheyActActsAsWhoTheyAreNow: between the moment in which it is looked up who somebody is, and the one in which it
// is written down what they do, they may become the player of another identity of theirs.
func TestWhoIsJoinedWhileTheyActActsAsWhoTheyAreNow(t *testing.T) {
	w := newWorld(t, 60)
	ctx := t.Context()
	r, _ := w.openDaily(daily("daily", general))
	cfg, meddler := w.pool.Config(), &meddler{}
	cfg.ConnConfig.Tracer = meddler
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	bot := w.another(pool)
	for what, c := range map[string]struct {
		act  func(by Person) error
		left string // how many rows there are of it
	}{
		"says they are away": {func(by Person) error { return bot.Away(ctx, by, "2026-03-08") }, `quiz.away WHERE player = $1`},
		"challenges": {func(by Person) error {
			_, err := bot.Challenge(ctx, ChallengeRequest{Workspace: ws, Channel: general, By: by, Against: person("bob")})
			return err
		}, `quiz.duel WHERE challenger = $1`},
		"is challenged": {func(by Person) error {
			_, err := bot.Challenge(ctx, ChallengeRequest{Workspace: ws, Channel: general, By: person("bob"), Against: by})
			return err
		}, `quiz.duel WHERE challenged = $1`},
		"practises": {func(by Person) error {
			_, err := bot.Practice(ctx, PracticeRequest{By: by})
			return err
		}, `quiz.round WHERE player = $1`},
		"wants to be reminded": {func(by Person) error {
			_, err := bot.RemindOn(ctx, RemindRequest{Workspace: ws, Channel: general, By: by})
			return err
		}, `quiz.reminder WHERE player = $1`},
		"reports": {func(by Person) error {
			return bot.Report(ctx, ReportRequest{Workspace: ws, Round: r.ID, Channel: general, By: by, Said: "hm"})
		}, `quiz.report WHERE player = $1`},
	} {
		t.Run("who "+what, func(t *testing.T) {
			w := &world{Engine: w.Engine, t: t, clock: w.clock, pool: w.pool}
			by, first := person(strings.ReplaceAll(what, " ", "-")), far(strings.ReplaceAll(what, " ", "-"))
			var ids [2]int64
			for i, p := range []Person{first, by} {
				if ids[i], err = w.register(ctx, ws, p); err != nil {
					t.Fatal(err)
				}
			}
			meddler.next(func() { w.mustLink(by, first) })
			if err := c.act(by); err != nil {
				t.Errorf("got %v, want that it works out", err)
			}
			for id, want := range map[int64]int{ids[0]: 1, ids[1]: 0} {
				if n := w.count(`SELECT count(*) FROM `+c.left, id); n != want {
					t.Errorf("rows of player %d, of whom %d is left: got %d, want %d", id, ids[0], n, want)
				}
			}
		})
	}
}

// TestWhatCountedAloneCountsAgainWhenALinkIsUndone: which of several answers to what was asked counts cannot be found anew, so it is
// kept. Here it is not the oldest: when that was given, there was an older one, which is forgotten since.
func TestWhatCountedAloneCountsAgainWhenALinkIsUndone(t *testing.T) {
	for name, aside := range map[string]bool{"it stayed": false, "it was put aside": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1)
			if err := w.SetRetention(t.Context(), ws, 3); err != nil {
				t.Fatal(err)
			}
			began := w.now()
			askIn := func(months int) Round {
				w.clock.set(began.AddDate(0, months, 0))
				w.mustTidy()
				return w.mustAsk(random, "bob")
			}
			w.click(askIn(0), random, "ada", 0, "wrong")
			if got := w.click(askIn(2), random, "ada", 0, "right"); !got.Again {
				t.Fatalf("the second time: got %+v, want that it does not count", got)
			}
			r := askIn(4)
			if aside {
				w.answerAs(r, random, far("ada"), 0, "wrong")
				w.clock.add(time.Minute)
			}
			if got := w.click(r, random, "ada", 0, "wrong"); got.Again {
				t.Fatalf("when the first is forgotten: got %+v, want that it counts", got)
			}
			board := func() []string { return w.rows(BoardRequest{Workspace: ws, Window: AllTime, For: person("ada")}) }
			want := board()
			w.mustLink(person("ada"), far("ada"))
			if got := board(); len(got) != 1 {
				t.Errorf("while they are joined: got %q, want one player", got)
			}
			if _, err := w.Unlink(t.Context(), person("ada")); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, board()); diff != "" {
				t.Errorf("afterwards (-want +got):\n%s", diff)
			}
			w.mustBeClean(t, ws)
		})
	}
}
