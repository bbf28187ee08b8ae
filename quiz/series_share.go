package quiz

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// A series of one workspace may be posted in channels of others, also on another platform: one round, one board. It stays
// that of the workspace that made it: its admins decide about it, its answers count for the boards of that workspace. The others
// only have their channels in it, which they can pause and take out.

// in reports whether a channel is one of the workspace.
func (c Channel) in(workspace string) bool { return strings.HasPrefix(c.ID, workspace+"/") }

// ShareSeries makes a code with which an admin of another workspace can have a series posted in a channel there, by JoinShared.
// It works once and for CodeTime, and ends the one before. Errors: ErrNoSeries, *InvalidError.
func (e *Engine) ShareSeries(ctx context.Context, workspace, name string) (code string, err error) {
	code = newCode()
	err = e.changeSeries(ctx, workspace, name, `
		INSERT INTO quiz.series_code (workspace, series, code, expires_at)
		SELECT workspace, id, $3, $4 FROM quiz.series WHERE workspace = $1 AND lower(name) = lower($2) AND removed_at IS NULL
		ON CONFLICT (workspace, series) DO UPDATE SET code = excluded.code, expires_at = excluded.expires_at`, hashCode(code), e.now().Add(CodeTime))
	return code, err
}

// UnshareSeries takes a series out of all channels of other workspaces, and ends the code to join it. What is open there
// finishes as usual. Errors: ErrNoSeries; *InvalidError if it is in none.
func (e *Engine) UnshareSeries(ctx context.Context, workspace, name string) error {
	return e.changeChannels(ctx, workspace, name, func(tx pgx.Tx, s storedSeries) error {
		ended, err := tx.Exec(ctx, `DELETE FROM quiz.series_code WHERE workspace = $1 AND series = $2`, workspace, s.id)
		if err != nil {
			return err
		}
		left, err := tx.Exec(ctx, `
			DELETE FROM quiz.series_channel WHERE workspace = $1 AND series = $2 AND NOT starts_with(channel, workspace || '/')`, workspace, s.id)
		if err == nil && ended.RowsAffected()+left.RowsAffected() == 0 {
			err = invalid("the series %s is posted in no other workspace", s.Name)
		}
		return err
	})
}

// JoinShared posts the series whose code that is in a channel, from its next round on. Whether the person is an admin there is for the
// caller to know. Errors: ErrNoCode, *TriesError, *InvalidError.
func (e *Engine) JoinShared(ctx context.Context, code, channel string, by Person) (Series, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	if err := e.mayTry(ctx, by); err != nil {
		return Series{}, err
	}
	if !platformID(channel) || !(Channel{ID: channel}).in(by.Workspace) {
		return Series{}, invalid("that is not a channel of this workspace: %q", clip(channel, 40))
	}
	var workspace, name string
	err := e.db.QueryRow(ctx, `
		SELECT s.workspace, s.name FROM quiz.series_code c JOIN quiz.series s ON s.workspace = c.workspace AND s.id = c.series
		WHERE c.code = $1 AND c.expires_at > $2 AND s.removed_at IS NULL`, hashCode(code), e.now()).Scan(&workspace, &name)
	if errors.Is(err, pgx.ErrNoRows) {
		return Series{}, e.wrongCode(ctx, by)
	}
	if err != nil {
		return Series{}, fmt.Errorf("look a code up: %w", err)
	}
	err = e.changeChannels(ctx, workspace, name, func(tx pgx.Tx, s storedSeries) error {
		switch {
		case s.postsIn(channel):
			return invalid("the series %s is posted in that channel already", s.Name)
		case len(s.Channels) >= maxChannels:
			return invalid("a series is posted in 1 to %d channels", maxChannels)
		}
		// Who was slower than another with the same code finds it used.
		used, err := tx.Exec(ctx, `DELETE FROM quiz.series_code WHERE workspace = $1 AND series = $2 AND code = $3`, workspace, s.id, hashCode(code))
		if err != nil {
			return err
		}
		if used.RowsAffected() == 0 {
			return ErrNoCode
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO quiz.series_channel (workspace, series, channel, added_home, added_by) VALUES ($1, $2, $3, $4, $5)`,
			workspace, s.id, channel, by.Workspace, by.User)
		return err
	})
	if err != nil {
		return Series{}, err
	}
	return e.oneSeries(ctx, workspace, name)
}

// SharedSeries returns the series of other workspaces that are posted in channels of this one, by name; of their channels only
// those.
func (e *Engine) SharedSeries(ctx context.Context, workspace string) ([]Series, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	rows, err := e.db.Query(ctx, seriesSQL+`
		WHERE s.removed_at IS NULL AND s.workspace <> $1 AND (s.workspace, s.id) IN (
			SELECT c.workspace, c.series FROM quiz.series_channel c WHERE c.added_home = $1)
		ORDER BY lower(s.name), s.workspace`, workspace)
	if err != nil {
		return nil, fmt.Errorf("read the series that others share with %s: %w", workspace, err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Series, error) {
		d, err := scanSeries(row)
		var here []Channel
		for _, c := range d.Channels {
			if c.in(workspace) {
				here = append(here, c)
			}
		}
		d.Channels = here
		return d.Series, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the series that others share with %s: %w", workspace, err)
	}
	return all, nil
}

// sharedSQL is the channels of workspace $1 in which series $2 of others are posted.
const sharedSQL = `
	FROM quiz.series s
	WHERE s.workspace = c.workspace AND s.id = c.series AND s.workspace <> $1 AND s.removed_at IS NULL
	AND lower(s.name) = lower($2) AND c.added_home = $1`

// pauseShared pauses others' series in the channels of a workspace, or goes on there. Error: ErrNoSeries.
func (e *Engine) pauseShared(ctx context.Context, workspace, name string, paused bool) error {
	return e.changeSeries(ctx, workspace, name, `UPDATE quiz.series_channel c SET paused = $3`+sharedSQL, paused)
}

// rejoinShared tries a channel of others' series again that was gone. Error: ErrNoSeries.
func (e *Engine) rejoinShared(ctx context.Context, workspace, name, channel string) error {
	return e.changeSeries(ctx, workspace, name, `UPDATE quiz.series_channel c SET gone = NULL, paused = false`+sharedSQL+` AND c.channel = $3`, channel)
}

// leaveShared takes a channel of a workspace out of a series of another, and reports whether it was in one.
func (e *Engine) leaveShared(ctx context.Context, workspace, name, channel string) (bool, error) {
	err := e.changeSeries(ctx, workspace, name, `
		DELETE FROM quiz.series_channel c USING quiz.series s`+strings.Replace(sharedSQL, "FROM quiz.series s", "", 1)+` AND c.channel = $3`, channel)
	var unfit *InvalidError
	if errors.Is(err, ErrNoSeries) || errors.As(err, &unfit) {
		return false, nil
	}
	return err == nil, err
}
