package quiz

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// BoardSize is how many lines a page of a board has, besides those around the person who asked.
	BoardSize = 10
	// MaxBoardPages is how many pages can be turned to. Whoever comes later is found by asking for themselves.
	MaxBoardPages = 50
	// soonCounted is how many answers Leaderboard looks at to see what was not counted yet, and then counts itself. It takes
	// some milliseconds; more are left to Run.
	soonCounted = 2000
)

// A BoardRequest asks for a leaderboard: of answers given in a channel, or to a series, or to questions of a domain; with
// none of the three, of the whole workspace.
type BoardRequest struct {
	Workspace string
	Channel   string
	Series    string // its name; also of one that was removed
	Domain    string // "D1" to "D5", "BG"
	Window    Window
	Season    string // the name of one, for InSeason
	Page      int    // from 0; one that is not there is the last
	For       Person // who asks; may be nobody
}

// A Board is a leaderboard at this moment.
type Board struct {
	Window   Window
	Season   Season     // for InSeason
	From, To time.Time  // the first and the last day of the window, as dates in UTC; zero for InSeason and AllTime
	Zone     string     // on whose calendar the window lies
	Rows     []Standing // of the page
	Around   []Standing // when the person who asked is not among Rows: they, and the neighbour on each side who is not
	Above    bool       // Around stands above Rows
	Me       *Standing  // the person who asked, if they have answered
	Players  int        // how many are on the board altogether
	Page     int        // which page this is, from 0
	Pages    int        // how many there are, at most MaxBoardPages
	Behind   bool       // so many answers were given just now that some are not counted yet; seconds later they are
}

// Leaderboard ranks the players of a channel, a series, a domain or a workspace.
//
// A round counts for the day on which it opened, in the zone of its series (for an asked question: of the channel's series,
// else of any series of the workspace, else UTC), and for the season that was open then; later changes of zones change
// nothing. It counts when its answers can be graded and no more can come: a round of a series when it is sealed, at its
// close; an asked question at once. Duels and rounds for one person do not count, nor do voided questions. Of asked
// questions only the first answer counts that a player ever gave to one in the workspace, in whichever channel, right or
// wrong: whoever asks the whole bank again and again alone learns, but does not climb. In series, each round counts.
//
// Order: more points, then fewer answers, then who played first in this installation (the lower number of the player).
// Only points make a rank. Boards are sums that are kept beside the answers, see quiz.score; corrections change them.
//
// Errors: ErrNoSeries; ErrNoSeason; *InvalidError for a domain that there is not.
func (e *Engine) Leaderboard(ctx context.Context, b BoardRequest) (Board, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	board := Board{Window: b.Window}
	behind, err := e.catchUp(ctx, b.Workspace)
	if err != nil {
		return Board{}, err
	}
	board.Behind = behind
	key, err := e.findBoard(ctx, b, &board)
	if err != nil {
		return Board{}, err
	}
	if err := readBoard(ctx, e.db, key, &board, b.Page, b.For); err != nil {
		return Board{}, fmt.Errorf("rank the players of %s: %w", b.Workspace, err)
	}
	return board, nil
}

// catchUp counts what was answered just now in a workspace, so that whoever looks at the board of a team sees what they did a
// moment ago. It reports whether it left something to Run, as there is too much or others are at it.
//
// Those who look at boards of a workspace at once share one count, and wait for it without a connection: otherwise a few of
// them would wait in the database with all connections, and everybody else for these.
func (e *Engine) catchUp(ctx context.Context, workspace string) (behind bool, err error) {
	behind, ok, err := e.counting.do(ctx, workspace, scoreWait, func() (bool, error) {
		ctx, cancel := e.soon(context.WithoutCancel(ctx)) // whoever counts may leave; the others are still there
		defer cancel()
		return e.countRecent(ctx, workspace)
	})
	return behind || !ok, err
}

// countRecent counts what was answered just now, unless that is too much.
func (e *Engine) countRecent(ctx context.Context, workspace string) (behind bool, err error) {
	if err := e.sealClosed(ctx, workspace); err != nil {
		return false, err
	}
	var looked, uncounted int
	err = e.db.QueryRow(ctx, `
		SELECT count(*), count(*) FILTER (WHERE points IS DISTINCT FROM counted)
		FROM (
			SELECT w.points, w.counted
			FROM quiz.round r
			JOIN quiz.worth w ON w.workspace = r.workspace AND w.round = r.id
			WHERE r.workspace = $1 AND r.recount AND r.kind IN ('series', 'ask') AND (r.sealed_at IS NOT NULL OR r.kind = 'ask')
			LIMIT $2
		) recent`, workspace, soonCounted).Scan(&looked, &uncounted)
	switch {
	case err != nil:
		return false, fmt.Errorf("look for what is not counted: %w", err)
	case looked == soonCounted:
		return true, nil
	case uncounted == 0:
		return false, nil
	}
	err = e.countAll(ctx, workspace, true)
	if errors.Is(err, errBusy) {
		return true, nil
	}
	return false, err
}

// A boardKey is what quiz.board has of a board.
type boardKey struct {
	workspace, scope, span string
	start                  string // the first day, for the spans that have one
	season                 int64
}

// findBoard finds out which board is asked for, and fills in what is known of it.
func (e *Engine) findBoard(ctx context.Context, b BoardRequest, board *Board) (boardKey, error) {
	key := boardKey{workspace: b.Workspace, start: "-infinity"}
	var err error
	if key.scope, board.Zone, err = scopeOf(ctx, e.db, b); err != nil {
		return key, err
	}
	loc, err := LoadZone(board.Zone)
	if err != nil {
		loc, board.Zone = time.UTC, "UTC" // the database was made with a newer list of zones
	}
	key.span, board.From, board.To = b.Window.span(e.now().In(loc))
	if !board.From.IsZero() {
		key.start = board.From.Format(time.DateOnly)
	}
	if b.Window == InSeason {
		board.Season, err = findSeason(ctx, e.db, b.Workspace, b.Season)
		key.season = board.Season.ID
	}
	return key, err
}

// scopeOf returns whose answers a board is made of, as quiz.board has it, and the zone of its calendar.
func scopeOf(ctx context.Context, db querier, b BoardRequest) (scope, zone string, err error) {
	switch {
	case b.Series != "":
		if !oneLine(tidyName(b.Series), 1, maxName) {
			return "", "", noSeries(b.Series)
		}
		var id int64
		err = db.QueryRow(ctx, `
			SELECT id, zone FROM quiz.series WHERE workspace = $1 AND lower(name) = lower($2)
			ORDER BY removed_at IS NOT NULL, id DESC LIMIT 1`, b.Workspace, tidyName(b.Series)).Scan(&id, &zone)
		if errors.Is(err, pgx.ErrNoRows) {
			return "", "", noSeries(b.Series)
		}
		if err != nil {
			return "", "", fmt.Errorf("find a series: %w", err)
		}
		return "series/" + strconv.FormatInt(id, 10), zone, nil
	case b.Domain != "":
		code := strings.ToUpper(b.Domain)
		if !isDomain(code) {
			return "", "", invalid("%q is not a domain of the exam; say D1 to D5, or BG for background", clip(b.Domain, 20))
		}
		scope = "domain/" + code
	case b.Channel != "":
		scope = "channel/" + b.Channel
	default:
		scope = "workspace"
	}
	zone, err = zoneOf(ctx, db, b.Workspace, b.Channel)
	return scope, zone, err
}

func isDomain(code string) bool {
	for _, d := range Domains() {
		if d.Code == code {
			return true
		}
	}
	return code == "BG"
}
