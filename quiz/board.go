package quiz

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// boardSize is how many lines a board has, besides those around the person who asked.
const boardSize = 10

// A BoardRequest asks for a leaderboard.
type BoardRequest struct {
	Workspace string
	Channel   string // answers given there; empty: in the whole workspace
	Window    Window
	For       Person // who asks; may be nobody
}

// A Board is a leaderboard at this moment.
type Board struct {
	Window   Window
	From, To time.Time  // of the window, To being the first instant after it; zero for AllTime
	Zone     string     // on whose calendar the window lies
	Rows     []Standing // the first ten
	Around   []Standing // when the person who asked is not among Rows: they, and the neighbour on each side who is not
	Me       *Standing  // the person who asked, if they have answered
	Players  int        // how many are on the board altogether
}

// Leaderboard ranks the players of a channel or a workspace. It is computed from the answers at each call, so a corrected
// key changes it at once. A round counts for the day on which it opened, in the zone of the channel's series (else of any
// series of the workspace, else UTC), and only when its answers are graded: at once for an asked question, at the close
// for a series. Duels do not count, and of asked questions only the first answer that a player ever gave to one in the
// workspace, in whichever channel, right or wrong: whoever asks the whole bank again and again alone learns, but does not
// climb. Later answers to it count neither as points nor as answers; in series, each round counts.
//
// Order: more points, then fewer answers, then who had the last point earlier, then the name. Only points make a rank.
func (e *Engine) Leaderboard(ctx context.Context, b BoardRequest) (Board, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	zone, err := zoneOf(ctx, e.db, b.Workspace, b.Channel)
	if err != nil {
		return Board{}, err
	}
	me, err := playerOf(ctx, e.db, b.For)
	if err != nil {
		return Board{}, err
	}
	board := Board{Window: b.Window, Zone: zone}
	loc, err := LoadZone(zone)
	if err != nil {
		loc, board.Zone = time.UTC, "UTC" // the database was made with a newer list of zones
	}
	now := e.now()
	board.From, board.To = b.Window.span(now, loc)
	if err := e.rank(ctx, b, &board, me, now); err != nil {
		return Board{}, fmt.Errorf("rank the players of %s: %w", b.Workspace, err)
	}
	return board, nil
}

// rank fills Rows, Around, Me and Players.
func (e *Engine) rank(ctx context.Context, b BoardRequest, board *Board, me int64, now time.Time) error {
	rows, err := e.db.Query(ctx, `
		WITH graded AS (
			SELECT a.player, count(*) AS answers,
				count(*)           FILTER (WHERE a.choice = q.key) AS points,
				max(a.answered_at) FILTER (WHERE a.choice = q.key) AS reached
			FROM quiz.round r
			JOIN quiz.round_question q ON q.workspace = r.workspace AND q.round = r.id
			JOIN quiz.answer a         ON a.workspace = q.workspace AND a.round = q.round AND a.position = q.position
			WHERE r.workspace = $1 AND (r.kind = 'series' OR a.first_asked IS NOT NULL)
			AND (r.reveal OR r.closes_at <= $2)
			AND ($3::timestamptz IS NULL OR r.opens_at >= $3 AND r.opens_at < $4)
			AND ($5 = '' OR a.channel = $5)
			GROUP BY a.player
		), placed AS (
			SELECT g.*, p.name,
				rank()       OVER (ORDER BY g.points DESC) AS rank,
				row_number() OVER (ORDER BY g.points DESC, g.answers, g.reached, p.name, g.player) AS place,
				count(*)     OVER () AS players
			FROM graded g
			JOIN quiz.player p ON p.workspace = $1 AND p.id = g.player
		)
		SELECT place, players, rank, player, name, points * 10, points, answers, player = $6
		FROM placed
		WHERE place <= $7 OR abs(place - (SELECT place FROM placed WHERE player = $6)) <= 1
		ORDER BY place`,
		b.Workspace, now, orNull(board.From), orNull(board.To), b.Channel, me, boardSize)
	if err != nil {
		return err
	}
	var place int
	var s Standing
	var beside []Standing // with places, to see whether they belong to Rows
	_, err = pgx.ForEachRow(rows, []any{&place, &board.Players, &s.Rank, &s.Player, &s.Name, &s.Points, &s.Rights, &s.Answers, &s.Me}, func() error {
		if s.Me {
			mine := s
			board.Me = &mine
		}
		if place <= boardSize {
			board.Rows = append(board.Rows, s)
		} else {
			beside = append(beside, s)
		}
		return nil
	})
	// Somebody on place 10 has a neighbour on place 11, but needs no second list.
	if len(beside) > 1 || len(beside) == 1 && beside[0].Me {
		board.Around = beside
	}
	return err
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
