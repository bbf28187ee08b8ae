package quiz

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Stats is how somebody is doing in their workspace. It counts what a board counts, see Leaderboard.
type Stats struct {
	Points     Points
	Rights     int // right answers
	Answers    int
	Domains    []DomainStats // those with answers, in the order of their codes
	Rank       int           // of all time in the workspace, 0 for somebody who is not on the board
	Players    int           // on that board
	Won        int           // duels with more points than the other
	Lost       int
	Drawn      int
	DaysInARow int // see Engine.Stats
}

// DomainStats is how somebody is doing in one domain.
type DomainStats struct {
	Domain         string // "D1" to "D5", "BG"
	Right, Answers int
}

// Stats tells how a person is doing. For somebody who never played everything is zero.
//
// DaysInARow counts the days with an answer to a series or an asked question, back from today, on the calendar of the
// workspace's series. A day without a round of a series in any channel where they have ever answered is skipped, so
// weekends and other people's channels are free; a day that is not over yet does not count against anybody.
func (e *Engine) Stats(ctx context.Context, p Person) (Stats, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	board, err := e.Leaderboard(ctx, BoardRequest{Workspace: p.Workspace, Window: AllTime, For: p})
	if err != nil {
		return Stats{}, err
	}
	s := Stats{Players: board.Players}
	if board.Me != nil {
		s.Rank, s.Points, s.Rights, s.Answers = board.Me.Rank, board.Me.Points, board.Me.Rights, board.Me.Answers
	}
	player, err := playerOf(ctx, e.db, p)
	if err != nil {
		return Stats{}, err
	}
	now := e.now()
	if s.Domains, err = domainStats(ctx, e.db, p.Workspace, player, now); err != nil {
		return Stats{}, err
	}
	if err = duelStats(ctx, e.db, p.Workspace, player, now, &s); err != nil {
		return Stats{}, err
	}
	loc, err := LoadZone(board.Zone)
	if err != nil {
		return Stats{}, err
	}
	days, err := quizDays(ctx, e.db, p.Workspace, player, loc)
	if err != nil {
		return Stats{}, err
	}
	s.DaysInARow = daysInARow(days, now.In(loc).Format(time.DateOnly))
	return s, nil
}

func domainStats(ctx context.Context, db querier, workspace string, player int64, now time.Time) ([]DomainStats, error) {
	rows, err := db.Query(ctx, `
		SELECT q.body ->> 'Domain', count(*) FILTER (WHERE a.choice = q.key), count(*)
		FROM quiz.answer a
		JOIN quiz.round r          ON r.workspace = a.workspace AND r.id = a.round
		JOIN quiz.round_question q ON q.workspace = a.workspace AND q.round = a.round AND q.position = a.position
		WHERE a.workspace = $1 AND a.player = $2 AND (r.kind = 'series' OR a.first_asked IS NOT NULL) AND (r.reveal OR r.closes_at <= $3)
		GROUP BY 1
		ORDER BY q.body ->> 'Domain' = 'BG', 1`, workspace, player, now)
	if err != nil {
		return nil, fmt.Errorf("count answers by domain: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[DomainStats])
	if err != nil {
		return nil, fmt.Errorf("count answers by domain: %w", err)
	}
	return all, nil
}

// duelStats counts duels that were accepted, are over, and in which anybody answered anything.
func duelStats(ctx context.Context, db querier, workspace string, player int64, now time.Time, s *Stats) error {
	err := db.QueryRow(ctx, `
		WITH score AS (
			SELECT d.round,
				count(*) FILTER (WHERE a.player = $2  AND a.choice = q.key) AS mine,
				count(*) FILTER (WHERE a.player <> $2 AND a.choice = q.key) AS theirs
			FROM quiz.duel d
			JOIN quiz.round r          ON r.workspace = d.workspace AND r.id = d.round
			JOIN quiz.answer a         ON a.workspace = d.workspace AND a.round = d.round
			JOIN quiz.round_question q ON q.workspace = a.workspace AND q.round = a.round AND q.position = a.position
			WHERE d.workspace = $1 AND $2 IN (d.challenger, d.challenged) AND r.closes_at <= $3
			GROUP BY d.round
		)
		SELECT count(*) FILTER (WHERE mine > theirs), count(*) FILTER (WHERE mine < theirs), count(*) FILTER (WHERE mine = theirs)
		FROM score`, workspace, player, now).Scan(&s.Won, &s.Lost, &s.Drawn)
	if err != nil {
		return fmt.Errorf("count duels: %w", err)
	}
	return nil
}

// A quizDay is a day on which something could be or was answered.
type quizDay struct {
	date   string // 2006-01-02
	played bool
}

// quizDays returns the latest days with rounds, the newest first: those of series that were posted where the player has
// ever answered, and those asked that they answered.
func quizDays(ctx context.Context, db querier, workspace string, player int64, loc *time.Location) ([]quizDay, error) {
	const enough = 2000 // rounds; a streak that fills them has made its point
	rows, err := db.Query(ctx, `
		WITH mine AS (
			SELECT round, channel FROM quiz.answer WHERE workspace = $1 AND player = $2
		)
		SELECT r.opens_at, r.id IN (SELECT round FROM mine)
		FROM quiz.round r
		WHERE r.workspace = $1
		AND (r.kind = 'ask' AND r.id IN (SELECT round FROM mine)
			OR r.kind = 'series' AND EXISTS (
				SELECT FROM quiz.post p
				WHERE p.workspace = r.workspace AND p.round = r.id AND p.channel IN (SELECT channel FROM mine)))
		ORDER BY r.opens_at DESC LIMIT $3`, workspace, player, enough)
	if err != nil {
		return nil, fmt.Errorf("read the days played: %w", err)
	}
	var days []quizDay
	var opened time.Time
	var answered bool
	_, err = pgx.ForEachRow(rows, []any{&opened, &answered}, func() error {
		date := opened.In(loc).Format(time.DateOnly)
		if len(days) == 0 || days[len(days)-1].date != date {
			days = append(days, quizDay{date: date})
		}
		days[len(days)-1].played = days[len(days)-1].played || answered
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the days played: %w", err)
	}
	return days, nil
}

// daysInARow counts the played days from the newest on; today may be missing.
func daysInARow(days []quizDay, today string) (n int) {
	for _, d := range days {
		switch {
		case d.played:
			n++
		case d.date != today:
			return n
		}
	}
	return n
}
