package quiz

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// remindAtMost is how long before the close a reminder comes at the earliest; in a short round it comes when half of the
// time is left.
const remindAtMost = 2 * time.Hour

// A Reminder is the body of a NoticeReminder: what somebody who asked for it has not answered yet. What it says is read
// when it is said; in the outbox there is only whom and what it is about.
type Reminder struct {
	Round   int64 // in the notice's workspace
	Player  int64
	Series  string
	Closes  time.Time
	Open    int    // questions that the person has not answered
	Of      int    // questions that the round has; those that were voided count in neither
	Channel string // where it is posted for them
	Message string // there
}

// A RemindRequest says who wants to be reminded of a series, or not any more.
type RemindRequest struct {
	Workspace, Channel string // where they ask
	Series             string // its name; empty for that of the channel
	By                 Person
}

// RemindOn has somebody reminded, once in each round of a series, by a notice to them alone: when half of the time is left,
// at most two hours before the close, and only if they have not answered everything. Asking again changes where they find
// the round. Errors: ErrNoSeries; *InvalidError when it is not clear which series is meant.
func (e *Engine) RemindOn(ctx context.Context, r RemindRequest) (Series, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	s, err := e.meantSeries(ctx, r)
	if err != nil {
		return Series{}, err
	}
	err = again(func() error {
		player, err := e.register(ctx, s.Workspace, r.By)
		if err != nil {
			return err
		}
		return pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error { return e.storeReminder(ctx, tx, s, r, player) })
	})
	if err != nil {
		return Series{}, fmt.Errorf("remind of series %q: %w", s.Name, err)
	}
	e.signal()
	return s.Series, nil
}

func (e *Engine) storeReminder(ctx context.Context, tx pgx.Tx, s storedSeries, r RemindRequest, player int64) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO quiz.reminder (workspace, series, player, home, user_id, channel)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (workspace, series, player) DO UPDATE
		SET home = excluded.home, user_id = excluded.user_id, channel = excluded.channel`,
		s.Workspace, s.id, player, r.By.Workspace, r.By.User, r.Channel)
	if err != nil {
		return fmt.Errorf("store a reminder: %w", err)
	}
	return e.queueReminders(ctx, tx, ofOpenRounds, []string{s.Workspace}, []int64{s.id})
}

// RemindOff ends what RemindOn began, whether or not it had begun. Errors are those of RemindOn.
func (e *Engine) RemindOff(ctx context.Context, r RemindRequest) (Series, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	s, err := e.meantSeries(ctx, r)
	if err != nil {
		return Series{}, err
	}
	return s.Series, e.forget(ctx, s.Workspace, s.id, r.By)
}

// StopReminding is RemindOff for the series of a round, as a reminder names it; it returns the name of the series.
// Error: ErrNoRound, also for a round without a series.
func (e *Engine) StopReminding(ctx context.Context, workspace string, round int64, by Person) (string, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	if !platformID(workspace) {
		return "", fmt.Errorf("round %d: %w", round, ErrNoRound)
	}
	var series int64
	var name string
	err := e.db.QueryRow(ctx, `
		SELECT s.id, s.name
		FROM quiz.round r
		JOIN quiz.series s ON s.workspace = r.workspace AND s.id = r.series
		WHERE r.workspace = $1 AND r.id = $2`, workspace, round).Scan(&series, &name)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("round %d: %w", round, ErrNoRound)
	}
	if err != nil {
		return "", fmt.Errorf("find the series of round %d: %w", round, err)
	}
	return name, e.forget(ctx, workspace, series, by)
}

func (e *Engine) forget(ctx context.Context, workspace string, series int64, by Person) error {
	_, err := e.db.Exec(ctx, `
		DELETE FROM quiz.reminder
		WHERE workspace = $1 AND series = $2
		AND player = (SELECT player FROM quiz.identity WHERE workspace = $3 AND user_id = $4)`,
		workspace, series, by.Workspace, by.User)
	if err != nil {
		return fmt.Errorf("remove a reminder: %w", err)
	}
	return nil
}

// meantSeries is the series of that name in the workspace or, without a name, the one that is posted in the channel. Of several
// of a name, since others share theirs, it is the one in the channel, else the workspace's own.
func (e *Engine) meantSeries(ctx context.Context, r RemindRequest) (storedSeries, error) {
	name := tidyName(r.Series)
	if name != "" && !oneLine(name, 1, 40) {
		return storedSeries{}, noSeries(name)
	}
	rows, err := e.db.Query(ctx, seriesSQL+`
		WHERE s.removed_at IS NULL
		AND CASE WHEN $3 <> '' THEN lower(s.name) = lower($3) AND (s.workspace = $1 OR EXISTS (
			-- of another workspace that shares it
			SELECT FROM quiz.series_channel c WHERE c.workspace = s.workspace AND c.series = s.id AND starts_with(c.channel, $1 || '/')))
			ELSE EXISTS (SELECT FROM quiz.series_channel c WHERE c.workspace = s.workspace AND c.series = s.id AND c.channel = $2) END
		ORDER BY lower(s.name), NOT EXISTS (
			SELECT FROM quiz.series_channel c WHERE c.workspace = s.workspace AND c.series = s.id AND c.channel = $2), s.workspace <> $1, s.id`, r.Workspace, r.Channel, name)
	if err != nil {
		return storedSeries{}, fmt.Errorf("find the series: %w", err)
	}
	all, err := pgx.CollectRows(rows, scanSeries)
	switch {
	case err != nil:
		return storedSeries{}, fmt.Errorf("find the series: %w", err)
	case len(all) == 1 || len(all) > 0 && name != "":
		return all[0], nil
	case name != "":
		return storedSeries{}, noSeries(name)
	case len(all) == 0:
		return storedSeries{}, invalid("there is no recurring quiz in this channel; ask where there is one, or give its name")
	}
	var names []string
	for _, s := range all {
		names = append(names, s.Name)
	}
	return storedSeries{}, invalid("there are several recurring quizzes in this channel; give the name of one: %s", strings.Join(names, ", "))
}

// Whose reminders queueReminders puts into the outbox, by $1 and $2.
const (
	ofRounds     = `r.workspace = ANY($1) AND r.id = ANY($2)`
	ofOpenRounds = `r.workspace = ANY($1) AND r.series = ANY($2) AND r.due > $3::timestamptz - interval '2 days'` // of a series; none is open longer
)

// queueReminders puts reminders into the outbox. Those whose time has come already are left out: who has just seen the round
// needs none.
func (e *Engine) queueReminders(ctx context.Context, tx pgx.Tx, which string, workspaces []string, ids []int64) error {
	_, err := tx.Exec(ctx, `
		WITH timed AS (
			SELECT r.*, greatest(r.closes_at - $4::interval, r.opens_at + (r.closes_at - r.opens_at) / 2) AS remind_at
			FROM quiz.round r
			WHERE `+which+`
		)
		INSERT INTO quiz.notice (workspace, kind, home, user_id, body, dedupe, next_at, expires_at)
		SELECT r.workspace, $5, m.home, m.user_id, jsonb_build_object('Round', r.id, 'Player', m.player),
			'reminder/' || r.id || '/' || m.player, r.remind_at, r.closes_at
		FROM timed r
		JOIN quiz.reminder m ON m.workspace = r.workspace AND m.series = r.series
		WHERE r.remind_at > $3::timestamptz
		ON CONFLICT (workspace, dedupe) DO UPDATE SET home = excluded.home, user_id = excluded.user_id  -- they asked elsewhere again
		WHERE notice.finished_at IS NULL AND notice.first_tried_at IS NULL AND (notice.home, notice.user_id) <> (excluded.home, excluded.user_id)`, workspaces, ids, e.now(), remindAtMost, NoticeReminder)
	if err != nil {
		return fmt.Errorf("queue reminders: %w", err)
	}
	return nil
}

// freshReminder fills in what a reminder says now, or says why there is no use in it any more.
func (e *Engine) freshReminder(ctx context.Context, c *noticeClaim) (unwanted string, err error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	var r Reminder
	if err := json.Unmarshal(c.Body, &r); err != nil {
		return "", fmt.Errorf("read reminder %d: %w", c.ID, err)
	}
	var channel, message *string
	var away bool
	err = e.db.QueryRow(ctx, `
		SELECT s.name, r.closes_at,
			(SELECT count(*) FROM quiz.round_question q
			 WHERE q.workspace = r.workspace AND q.round = r.id AND q.voided_at IS NULL),
			(SELECT count(*) FROM quiz.round_question q
			 JOIN quiz.answer a ON a.workspace = q.workspace AND a.round = q.round AND a.position = q.position AND a.player = m.player
			 WHERE q.workspace = r.workspace AND q.round = r.id AND q.voided_at IS NULL),
			p.channel, p.message,
			EXISTS (
				SELECT FROM quiz.away w
				WHERE w.workspace IN (r.workspace, m.home) AND w.player = m.player AND r.day BETWEEN w.starts AND w.ends)
		FROM quiz.round r
		JOIN quiz.series s   ON s.workspace = r.workspace AND s.id = r.series
		JOIN quiz.reminder m ON m.workspace = r.workspace AND m.series = r.series AND m.player = $3 AND m.home = $4 AND m.user_id = $5
		LEFT JOIN LATERAL (
			SELECT channel, message FROM quiz.post p
			WHERE p.workspace = r.workspace AND p.round = r.id AND p.posted_at IS NOT NULL
			AND (p.channel = m.channel OR starts_with(p.channel, m.home || '/'))
			ORDER BY p.channel <> m.channel, p.channel
			LIMIT 1
		) p ON true
		WHERE r.workspace = $1 AND r.id = $2`, c.Workspace, r.Round, r.Player, c.To.Workspace, c.To.User).
		Scan(&r.Series, &r.Closes, &r.Of, &r.Open, &channel, &message, &away)
	r.Open = r.Of - r.Open
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return "not wanted any more", nil
	case err != nil:
		return "", fmt.Errorf("read reminder %d: %w", c.ID, err)
	case away:
		return "they are away", nil
	case r.Open == 0:
		return "everything was answered", nil
	case channel == nil:
		return "the round is not posted where they are", nil
	}
	r.Channel, r.Message = *channel, *message
	c.Body, err = json.Marshal(r)
	return "", err
}

// stopAll ends all reminders of somebody who takes no messages from us any more.
func (e *Engine) stopAll(ctx context.Context, c noticeClaim) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	if _, err := e.db.Exec(ctx, `DELETE FROM quiz.reminder WHERE home = $1 AND user_id = $2`, c.To.Workspace, c.To.User); err != nil {
		return fmt.Errorf("remove the reminders of somebody who is gone: %w", err)
	}
	return nil
}
