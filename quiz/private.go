package quiz

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// What practice, review and mock exam have in common: a round for one person alone. It counts on no board.

// privateWindow is how long practice and review stay open: who stops at night goes on in the morning.
const privateWindow = 24 * time.Hour

// openPrivate opens a round of a kind for one person. fill gives it its questions and what else the kind asks for.
//
// A person has one unfinished round of each kind in a workspace. If there is one, it is given up for another if anew is
// set, else the error is *OpenError with that round.
func (e *Engine) openPrivate(ctx context.Context, kind Kind, by Person, anew bool, fill func(pgx.Tx, *newRound) error) (Progress, error) {
	var p progress
	now := e.now()
	err := again(func() error {
		player, err := e.register(ctx, by.Workspace, by)
		if err != nil {
			return err
		}
		return pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error {
			// Two devices at once: the second must see the round of the first.
			if err := lock(ctx, tx, "private", by.Workspace, privateChannel(player), string(kind)); err != nil {
				return err
			}
			if err := leaveUnfinished(ctx, tx, kind, by.Workspace, player, anew, now); err != nil {
				return err
			}
			id, err := e.insertPrivate(ctx, tx, kind, by, player, fill, now)
			if err != nil {
				return err
			}
			p, err = readProgress(ctx, tx, by.Workspace, id, by)
			return err
		})
	})
	if err != nil {
		return Progress{}, fmt.Errorf("open a %s: %w", kind, err)
	}
	return p.public(now), nil
}

func (e *Engine) insertPrivate(ctx context.Context, tx pgx.Tx, kind Kind, by Person, player int64, fill func(pgx.Tx, *newRound) error, now time.Time) (id int64, err error) {
	n := newRound{
		Workspace: by.Workspace, Kind: kind, Player: &player, Scope: privateChannel(player),
		Opens: now, Closes: now.Add(privateWindow), Reveal: true, Channels: []string{privateChannel(player)},
	}
	if n.Day, err = dayIn(ctx, tx, by.Workspace, "", now); err != nil {
		return 0, err
	}
	if err := fill(tx, &n); err != nil {
		return 0, err
	}
	if id, err = e.insertRound(ctx, tx, n); err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `
		UPDATE quiz.round SET opened_by = i.own FROM quiz.identity i
		WHERE round.workspace = $1 AND id = $2 AND i.workspace = $1 AND i.user_id = $3 AND i.own IS NOT NULL`, by.Workspace, id, by.User)
	if err == nil && kind == KindMock {
		err = e.queueMockOver(ctx, tx, n, id)
	}
	return id, err
}

// leaveUnfinished looks for the round of the kind that the player can go on with. It closes it, or returns *OpenError.
func leaveUnfinished(ctx context.Context, tx pgx.Tx, kind Kind, workspace string, player int64, anew bool, now time.Time) error {
	var open int64
	err := tx.QueryRow(ctx, `
		SELECT r.id FROM quiz.round r
		WHERE r.workspace = $1 AND r.player = $2 AND r.kind = $3 AND r.closes_at > $4 AND r.sealed_at IS NULL
		-- A mock exam in which all is answered may still be changed.
		AND (r.changeable OR EXISTS (
			SELECT FROM quiz.round_question q
			WHERE q.workspace = r.workspace AND q.round = r.id AND NOT EXISTS (
				SELECT FROM quiz.answer a
				WHERE a.workspace = q.workspace AND a.round = q.round AND a.position = q.position AND a.player = $2)))
		ORDER BY r.opens_at DESC, r.id DESC LIMIT 1`, workspace, player, kind, now).Scan(&open)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("look for an unfinished %s: %w", kind, err)
	case anew:
		return setClose(ctx, tx, workspace, open, now)
	}
	r, err := readRound(ctx, tx, workspace, open)
	if err != nil {
		return err
	}
	return &OpenError{Round: r}
}

// seenBy returns the questions that a player has answered, in whichever workspace, the one seen longest ago first.
func seenBy(ctx context.Context, db querier, player int64) ([]string, error) {
	rows, err := db.Query(ctx, `
		SELECT q.question
		FROM quiz.player p
		JOIN quiz.answer a         ON a.workspace = p.workspace AND a.player = p.id
		JOIN quiz.round_question q ON q.workspace = a.workspace AND q.round = a.round AND q.position = a.position
		WHERE p.id = $1
		GROUP BY q.question
		-- Two answers may have the same time; the order of the ids would ask the newest of them again.
		ORDER BY max(a.answered_at), max(ARRAY[a.round, a.position])`, player)
	if err != nil {
		return nil, fmt.Errorf("read what player %d has seen: %w", player, err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("read what player %d has seen: %w", player, err)
	}
	return ids, nil
}

// secretTo returns the questions that a player must not be told yet: those of open rounds that are graded at their close,
// in any workspace where they play, or that shares a series with theirs, and of their own mock exam; also what a series, a channel or their duel asks and grades at once,
// until they have answered it, or practice would give away the point. It is for a player who is there, see register.
func secretTo(ctx context.Context, db querier, player int64, now time.Time) ([]string, error) {
	rows, err := db.Query(ctx, `
		SELECT q.question
		FROM (
			SELECT workspace FROM quiz.player WHERE id = $1
			UNION SELECT c.workspace FROM quiz.identity i JOIN quiz.series_channel c ON c.added_home = i.workspace WHERE i.player = $1
		) w
		JOIN quiz.round r          ON r.workspace = w.workspace
		JOIN quiz.round_question q ON q.workspace = r.workspace AND q.round = r.id
		WHERE r.closes_at > $2 AND (r.player IS NULL OR r.player = $1)
		AND (NOT r.reveal OR (r.kind IN ('series', 'ask') OR r.kind = 'duel' AND EXISTS (
			SELECT FROM quiz.duel d
			WHERE d.workspace = r.workspace AND d.round = r.id AND $1 IN (d.challenger, d.challenged))) AND NOT EXISTS (
			SELECT FROM quiz.answer a
			WHERE a.workspace = q.workspace AND a.round = q.round AND a.position = q.position AND a.player = $1))
		AND r.opens_at > $2 - interval '2 days'  -- for the index only: none is open longer`, player, now)
	if err != nil {
		return nil, fmt.Errorf("read what player %d is not told yet: %w", player, err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("read what player %d is not told yet: %w", player, err)
	}
	return ids, nil
}

// tellable returns the questions of a workspace's live bank about a topic that a player may be told the answers of, and those that
// they have seen, the one seen longest ago first.
func (e *Engine) tellable(ctx context.Context, db querier, workspace string, player int64, topic string, now time.Time) (fit []*Question, seen []string, err error) {
	bank, err := e.liveBank(ctx, db, workspace)
	if err != nil {
		return nil, nil, err
	}
	secret, err := secretTo(ctx, db, player, now)
	if err != nil {
		return nil, nil, err
	}
	if seen, err = seenBy(ctx, db, player); err != nil {
		return nil, nil, err
	}
	fit = slices.DeleteFunc(fitting(bank, topic), func(q *Question) bool { return slices.Contains(secret, q.ID) })
	return fit, seen, nil
}
