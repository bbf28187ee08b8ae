package quiz

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"
)

// What has gone wrong with time and with what bots remember, each with a test that fails without the remedy. Those that are
// not in this file:
//
// When:
//   - a day is 24 hours, so the quiz moves by an hour twice a year, comes twice or not at all: TestEveryZoneHasOneRoundADay,
//     TestScheduleOnTheDaysTheClocksChange
//   - the zone is an offset, or one that this computer does not know: TestLoadZoneSaysWhatWasMeant,
//     TestSeriesInAZoneThatIsUnknownHereDoesNotStopTheOthers
//   - a bot that was down posts a heap, or posts what nobody waits for any more: TestSeriesAfterAStandstill
//   - a holiday, or another time of day, ends the round that is open or opens a second one:
//     TestDateSkippedAfterTheRoundOpenedEndsNothing, TestPausedSeriesMovedToALaterTimeHasNoSecondRoundThatDay
//   - the clock of the database decides, not ours: TestOnlyOurClockCounts
//   - an answer that was under way at the close changes the result that is shown: TestAnswerThatWaitedUntilTheResultWasShownIsLate
//   - days, weeks and streaks end at midnight in UTC, and all of the past moves with a new zone:
//     TestWindowsBeginAtMidnightOfTheSeriesZone, TestStreakKeepsItsDaysWhenTheZoneChanges
//   - weekends, holidays and the bot's own standstills end streaks: TestStreakGoesOverWeekendsAndSkippedDates,
//     TestStreakIsNotBrokenByABotThatWasDown, TestARoundThatNobodyCouldSeeIsFree
//   - points are lost when a season ends, and the board of the old one is gone: TestSeasonsHaveBoardsOfTheirOwn
//   - scores expire: TestOldBoardsOfDaysAndWeeksArePruned, which keeps seasons and all time
//
// Once:
//   - two bots, two posts: TestThreeEnginesOpenEachDueSeriesOnce, TestThreeEnginesMakeEachPostOnce, TestThreeEnginesSayEachNoticeOnce
//   - it is posted again after a restart, or never: TestCrashBetweenOpeningAndPosting, TestCrashBetweenClaimingAndPosting,
//     TestCrashBetweenPostingAndMarking, TestCrashBetweenClaimingAndSaying, and of the whole program TestDailyRoundSurvivesAKill
//   - two admins undo each other's work: TestOfTwoAdminsTheSecondIsToldOfTheFirst, TestEditAndOpeningDoNotMeet,
//     TestLeavingTheLastTwoChannelsAtOnceLeavesOne
//   - questions come again too early: TestASeriesRunsThroughTheBankBeforeItRepeats, TestQuestionsAreNotRepeatedAcrossAnEdit,
//     TestPracticeRepeatsWhatWasSeenLongestAgo
//
// What is left of it:
//   - what is open is only in memory: TestRoundsOfAnEarlierVersionGoOn, TestMockGoesOnAfterACrash
//   - it is "already running" for ever: TestAskedQuestionsDoNotPileUp, TestUnfinishedPracticeIsOfferedAgain, TestDuelExpires
//   - a channel is deleted, or the permission to post in it is taken away, and all series end or the bot stands still:
//     TestChannelThatIsGoneStopsThereOnly, TestRoundWhoseOnlyChannelIsGoneIsOver, TestMessageThatIsGoneEndsItsPostOnly
//   - one refusal ends it, or every refusal is answered by another try: TestPostIsTriedAgain, TestPausesGrowAndTheRoundsCloseEndsThem,
//     TestNoticeWaitsAsLongAsThePlatformWants
//   - the database goes away: TestRunSurvivesTheLossOfItsDatabase, TestPostIsMarkedWhenTheDatabaseIsBack
//   - an edit of a question changes a round that is open: TestChangedAndRetiredQuestionsOfEveryKindFinishTheirRound,
//     TestAnOpenRoundEndsWithItsRemovedQuestion
//   - the same edit is announced twice, or in the wrong order: TestDecisionsInARowAreToldAsOne, TestNoticesOfAChannelKeepTheirOrder
//   - a series is deleted while its round is open: TestSeriesRemovedDuringItsRoundKeepsItsPoints
//   - one team sees another's: TestWorkspacesDoNotSeeEachOthersEdits, TestBoardOfAChannelAndOfTheWorkspace

// Bots that remember when they posted last, and post a day after that, are later every day.
func TestLateRoundsDoNotMoveTheNext(t *testing.T) {
	w := newWorld(t, 10)
	w.mustCreate(daily("daily", general))
	d := &desk{}
	for day := range 5 {
		due := time.Date(2026, 3, 2+day, 8, 30, 0, 0, time.UTC)
		if next := w.only().Next; !next.Equal(due) {
			t.Fatalf("day %d: due at %s, want %s", day, next, due)
		}
		w.clock.set(due.Add(time.Duration(day) * 25 * time.Minute))
		w.settle(d)
		if n := len(d.posted); n != day+1 || !d.posted[day].Round.Closes.Equal(due.Add(7*time.Hour+30*time.Minute)) {
			t.Fatalf("day %d: got %d rounds, the last %+v, want it to close at 17:00 in Berlin", day, n, d.posted[n-1].Round)
		}
	}
}

// A clock that is set back shows the same time of day twice.
func TestAClockThatIsSetBackOpensNothingTwice(t *testing.T) {
	w := newWorld(t, 10)
	r, d := w.openDaily(daily("daily", general))
	for _, back := range []time.Duration{time.Minute, time.Hour, 25 * time.Hour} {
		w.clock.set(r.Opens.Add(-back))
		for range 30 {
			w.settle(d)
			w.clock.add(back / 30)
		}
		w.clock.set(r.Opens)
		w.settle(d)
	}
	if n := w.count(`SELECT count(*) FROM quiz.round`); n != 1 || len(d.posted) != 1 {
		t.Errorf("got %d rounds and %d posts, want one of each", n, len(d.posted))
	}
}

// Two bots on two computers: for one the round is over, for the other it is not.
func TestBotsWhoseClocksDisagreeAgreeOnTheRound(t *testing.T) {
	w := newWorld(t, 10)
	r, d := w.openDaily(daily("daily", general))
	slow := New(w.pool, Options{Now: func() time.Time { return w.clock.now().Add(-10 * time.Minute) }})
	settle(t, slow, d) // the round has not begun for it
	w.clock.add(10 * time.Minute)
	settle(t, slow, d)
	if len(d.posted) != 1 {
		t.Errorf("opened by both: got %d posts, want one", len(d.posted))
	}
	answer := func(name string) Outcome {
		res, err := slow.Answer(t.Context(), Answer{Workspace: ws, Round: r.ID, Channel: general, By: person(name)})
		if err != nil {
			t.Fatal(err)
		}
		return res.Outcome
	}
	if got := answer("ada"); got != Recorded {
		t.Errorf("while it is open: got %s, want recorded", got)
	}
	w.clock.set(r.Closes)
	w.settle(d)
	if got := answer("bob"); got != Late {
		t.Errorf("once the result is shown: got %s, want late", got)
	}
	w.clock.add(10 * time.Minute)
	settle(t, slow, d)
	if len(d.closed) != 1 || d.tally[0].Players != 1 {
		t.Errorf("got %d results, the first %+v, want one with one player", len(d.closed), d.tally)
	}
}

// A timer for a time that is too far away goes off at once in other languages: those bots never stopped posting.
func TestRunSleepsWhateverIsDue(t *testing.T) {
	w := newWorld(t, 10)
	nap := func(when string) {
		t.Helper()
		if got := w.nap(t.Context()); got != maxNap {
			t.Errorf("%s: got %s, want %s", when, got, maxNap)
		}
	}
	nap("nothing")
	w.mustCreate(daily("daily", general))
	day := w.only().today(w.clock.now())
	days := Dates{}
	for range maxSkipped {
		days = append(days, day)
		day = nextDay(day)
	}
	if _, err := w.SkipDates(t.Context(), ws, "daily", days); err != nil {
		t.Fatal(err)
	}
	nap("due in 100 days")
	if _, err := w.pool.Exec(t.Context(), `UPDATE quiz.series SET next_at = '9999-01-01'`); err != nil {
		t.Fatal(err)
	}
	nap("due in 8,000 years")
	if _, err := w.pool.Exec(t.Context(), `UPDATE quiz.series SET next_at = $1`, w.clock.now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	nap("due an hour ago, and left to another bot")
}

// A bot that is restarted again and again, in the midst of whatever it does, posts each round and its result once.
func TestRestartsPostNothingAgain(t *testing.T) {
	w := newWorld(t, 10)
	r, d := w.openDaily(daily("daily", general))
	for range 10 {
		settle(t, w.another(w.pool), d)
		w.clock.add(time.Minute)
	}
	w.click(r, general, "ada", 0, "right")
	w.clock.set(r.Closes)
	for range 10 {
		settle(t, w.another(w.pool), d)
		w.clock.add(time.Minute)
	}
	if len(d.posted) != 1 || len(d.closed) != 1 || d.tally[0].Players != 1 {
		t.Errorf("got %d posts and %d results, want one of each", len(d.posted), len(d.closed))
	}
}

// Days are those of the series, whatever zone and whatever way to write dates the bot's computer and the database have.
func TestTheComputersZoneDoesNotMatter(t *testing.T) {
	want := lifeOf(t, time.UTC, nil)
	for _, zone := range []string{"Pacific/Kiritimati", "Pacific/Pago_Pago"} { // a day ahead of, and half a day behind UTC
		t.Run(zone, func(t *testing.T) {
			loc, err := time.LoadLocation(zone)
			if err != nil {
				t.Fatal(err)
			}
			got := lifeOf(t, loc, map[string]string{"timezone": zone, "datestyle": "German, DMY"})
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// lifeOf tells what becomes of a player in three days, as a computer in that zone has it.
func lifeOf(t *testing.T, loc *time.Location, settings map[string]string) (events []string) {
	t.Helper()
	w := newWorld(t, 10)
	config := w.pool.Config()
	for name, value := range settings {
		config.ConnConfig.RuntimeParams[name] = value
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	w.pool, w.Engine = pool, New(pool, Options{Now: func() time.Time { return w.clock.now().In(loc) }})
	s := daily("daily", general)
	s.Skipped = Dates{"2026-03-04", "2026-03-06"}
	c := calendar{world: w}
	c.mustCreate(s)
	note := func(format string, args ...any) { events = append(events, fmt.Sprintf(format, args...)) }
	look := func(at string) {
		c.clock.set(instant(t, at))
		c.settle(&c.d)
		today := c.board("", Today, "ada")
		until, last, err := c.AwayUntil(t.Context(), person("ada"))
		if err != nil {
			t.Fatal(err)
		}
		due, err := c.Due(t.Context(), person("ada"))
		if err != nil {
			t.Fatal(err)
		}
		next := c.only()
		note("%s: next %s, skips %s; board %s of %s..%s; streak %d; away until %q, last %v; due %d, next %s", at, next.Next.UTC(), next.Skipped,
			shown(today.Rows), today.From.UTC(), today.To.UTC(), c.streak("ada").Days, until, last, due.Today, due.Next.UTC())
	}
	c.day(2, "ada")
	look("2026-03-02T22:30:00Z") // 23:30 in Berlin
	look("2026-03-02T23:30:00Z") // and half an hour into Tuesday
	c.day(3)
	if err := c.Away(t.Context(), person("ada"), "2026-03-03"); err != nil {
		t.Fatal(err)
	}
	look("2026-03-03T22:30:00Z")
	look("2026-03-03T23:30:00Z")
	c.day(5, "ada")
	if _, err := c.SkipDates(t.Context(), ws, "daily", Dates{"2026-03-05", "2026-03-07"}); err != nil {
		t.Fatal(err)
	}
	look("2026-03-05T22:30:00Z")
	rows, err := pool.Query(t.Context(), `SELECT to_char(day, 'YYYY-MM-DD') FROM quiz.round ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	var day string
	var days []string
	for rows.Next() {
		if err := rows.Scan(&day); err != nil {
			t.Fatal(err)
		}
		days = append(days, day)
	}
	note("rounds of %s", strings.Join(days, ", "))
	return events
}

// The clock of one bot is a little behind that of the other, which has just opened a round, and somebody is quick.
func TestAnAnswerCountsAlsoIfItsBotThinksThatTheRoundIsNotOpenYet(t *testing.T) {
	w := newWorld(t, 30)
	slow := New(w.pool, Options{Now: func() time.Time { return w.clock.now().Add(-2 * time.Second) }})
	asked := w.mustAsk(general, "ada")
	practice, err := w.Practice(t.Context(), PracticeRequest{By: person("ada")})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []Round{asked, practice.Round} {
		res, err := slow.Answer(t.Context(), Answer{Workspace: ws, Round: r.ID, Choice: r.Questions[0].Key, Channel: general, By: person("ada")})
		if err != nil || res.Outcome != Recorded || !res.Right {
			t.Errorf("%s: got %+v, %v, want that it is recorded and right", r.Kind, res.Outcome, err)
		}
	}
	if n := w.count(`SELECT count(*) FROM quiz.answer a JOIN quiz.round r ON r.id = a.round WHERE a.answered_at < r.opens_at`); n != 0 {
		t.Errorf("got %d answers from before their round, want none", n)
	}
}
