package quiz

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// FreezeEvery is how many quiz days in a row, all of them played, earn a freeze.
	FreezeEvery = 7
	// MaxFreezes is how many a player can have at a time.
	MaxFreezes = 2
)

// A Streak is how many quiz days in a row somebody has played in a series.
//
// A quiz day of a series is a day on which it opened a round that was posted. All other days are free: weekends,
// skipped dates, days on which the bot was down. A quiz day counts as played with one answer, right or wrong, and it
// does not count as missed while its round is open, or when the player had said before its close that they would be
// away, see Engine.Away.
//
// FreezeEvery played days in a row earn a freeze; somebody who has MaxFreezes gets no more. A missed quiz day spends
// one, if there is one, and the streak goes on without growing; else the streak is over. A spent freeze interrupts the
// days in a row that earn one.
//
// All of it follows from rounds and answers, nothing is stored. Days are those that rounds have kept since they
// opened, so a new zone of the series changes no past.
type Streak struct {
	Series  string // its name
	Days    int    // played in a row until now
	Freezes int    // in hand
	Best    int    // the most days in a row ever
}

// A quizDay is a day on which a series opened a round.
type quizDay struct {
	played bool
	free   bool // the round is open, or the player was away: counts if it was played
}

// streak counts over all quiz days of a series, the oldest first. Days before the first that was played do not matter.
func streak(days []quizDay) (s Streak) {
	row := 0 // played days in a row since the last freeze was earned or spent
	for _, d := range days {
		switch {
		case d.played:
			s.Days, row = s.Days+1, row+1
			s.Best = max(s.Best, s.Days)
			if row == FreezeEvery {
				s.Freezes, row = min(s.Freezes+1, MaxFreezes), 0
			}
		case d.free:
		case s.Freezes > 0:
			s.Freezes, row = s.Freezes-1, 0
		default:
			s.Days, row = 0, 0
		}
	}
	return s
}

// streakOf returns the longest of a player's running streaks in the series of a workspace, that of the series made first
// among equals. Best is the most days in a row in any series, also one that was removed.
func streakOf(ctx context.Context, db querier, workspace string, player int64, now time.Time) (Streak, error) {
	rows, err := db.Query(ctx, `
		WITH mine AS MATERIALIZED (
			SELECT DISTINCT r.series, r.id, r.day
			FROM quiz.answer a
			JOIN quiz.round r ON r.workspace = a.workspace AND r.id = a.round
			WHERE a.workspace = $1 AND a.player = $2 AND r.series IS NOT NULL
		)
		SELECT s.id, s.name, s.removed_at IS NULL, bool_or(mine.id IS NOT NULL), bool_or(
			r.closes_at > $3
			OR EXISTS (
				SELECT FROM quiz.away w
				WHERE w.workspace = $1 AND w.player = $2 AND r.day BETWEEN w.starts AND w.ends AND w.said_at < r.closes_at))
		FROM (SELECT series, min(day) AS first FROM mine GROUP BY series) played
		JOIN quiz.series s  ON s.workspace = $1 AND s.id = played.series
		JOIN quiz.round r   ON r.workspace = $1 AND r.series = played.series AND r.day >= played.first
		LEFT JOIN mine      ON mine.id = r.id
		WHERE mine.id IS NOT NULL
		OR EXISTS (SELECT FROM quiz.post p WHERE p.workspace = $1 AND p.round = r.id AND p.posted_at IS NOT NULL)
		GROUP BY s.id, s.name, s.removed_at, r.day
		ORDER BY s.id, r.day`, workspace, player, now)
	if err != nil {
		return Streak{}, fmt.Errorf("read the quiz days of player %d: %w", player, err)
	}
	type series struct {
		name string
		runs bool
		days []quizDay
	}
	var all []series
	var id, last int64
	var s series
	var d quizDay
	_, err = pgx.ForEachRow(rows, []any{&id, &s.name, &s.runs, &d.played, &d.free}, func() error {
		if id != last {
			all, last = append(all, s), id
		}
		all[len(all)-1].days = append(all[len(all)-1].days, d)
		return nil
	})
	if err != nil {
		return Streak{}, fmt.Errorf("read the quiz days of player %d: %w", player, err)
	}
	var longest Streak
	best := 0
	for _, s := range all {
		one := streak(s.days)
		best = max(best, one.Best)
		if s.runs && one.Days > longest.Days {
			longest, longest.Series = one, s.name
		}
	}
	longest.Best = best
	return longest, nil
}
