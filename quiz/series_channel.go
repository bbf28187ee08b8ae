package quiz

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// The channels of a series, and the zone of a channel.

// JoinSeries posts a series in one more channel, from its next round on. A channel that was gone is tried again, also one of a
// series that another workspace shares. Errors: ErrNoSeries, *InvalidError.
func (e *Engine) JoinSeries(ctx context.Context, workspace, name, channel string) error {
	if !platformID(channel) {
		return invalid("that is not a channel: %q", clip(channel, 40))
	}
	err := e.joinOwn(ctx, workspace, name, channel)
	if errors.Is(err, ErrNoSeries) {
		return e.rejoinShared(ctx, workspace, name, channel)
	}
	return err
}

func (e *Engine) joinOwn(ctx context.Context, workspace, name, channel string) error {
	return e.changeChannels(ctx, workspace, name, func(tx pgx.Tx, s storedSeries) error {
		if !s.postsIn(channel) && len(s.Channels) >= maxChannels {
			return invalid("a series is posted in 1 to %d channels", maxChannels)
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO quiz.series_channel (workspace, series, channel) VALUES ($1, $2, $3)
			ON CONFLICT (workspace, series, channel) DO UPDATE SET gone = NULL`, s.Workspace, s.id, channel)
		return err
	})
}

// LeaveSeries stops posting a series in a channel; what is open there finishes as usual. Errors: ErrNoSeries; *InvalidError
// for a channel it is not posted in, and for its last one. Where another workspace's series of that name is posted, that one leaves.
func (e *Engine) LeaveSeries(ctx context.Context, workspace, name, channel string) error {
	if left, err := e.leaveShared(ctx, workspace, name, channel); left || err != nil {
		return err
	}
	return e.changeChannels(ctx, workspace, name, func(tx pgx.Tx, s storedSeries) error {
		switch {
		case !s.postsIn(channel):
			return invalid("the series %s is not posted in that channel", s.Name)
		case slices.IndexFunc(s.Channels, func(c Channel) bool { return c.ID != channel && c.in(s.Workspace) }) < 0:
			return invalid("that is the only channel of %s; remove or pause the series instead", s.Name)
		}
		_, err := tx.Exec(ctx, `
			DELETE FROM quiz.series_channel WHERE workspace = $1 AND series = $2 AND channel = $3`, s.Workspace, s.id, channel)
		return err
	})
}

// postsIn reports whether a series is posted in a channel, or was until that was gone.
func (s Series) postsIn(channel string) bool {
	return slices.ContainsFunc(s.Channels, func(c Channel) bool { return c.ID == channel })
}

// changeChannels lets change alter the channels of a series, one after the other: two admins who leave its last two channels
// at once would otherwise leave it with none.
func (e *Engine) changeChannels(ctx context.Context, workspace, name string, change func(pgx.Tx, storedSeries) error) error {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	name = tidyName(name)
	err := pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error {
		// Not the row's own lock: who has waited for that still sees the channels of before.
		if err := lock(ctx, tx, "channels", workspace, strings.ToLower(name)); err != nil {
			return err
		}
		s, err := lockSeries(ctx, tx, workspace, name)
		if err != nil {
			return err
		}
		return change(tx, s)
	})
	if err != nil {
		return fmt.Errorf("change the channels of a series: %w", err)
	}
	e.signal()
	return nil
}

// zoneOf is the zone in which a channel's days begin: that of a series in the channel, else of any series of the
// workspace, else UTC. Removed series count after all others, so that a board does not shift when one ends.
func zoneOf(ctx context.Context, db querier, workspace, channel string) (zone string, err error) {
	err = db.QueryRow(ctx, `
		SELECT coalesce((
			SELECT s.zone FROM quiz.series s
			LEFT JOIN quiz.series_channel c ON c.workspace = s.workspace AND c.series = s.id AND c.channel = $2
			WHERE s.workspace = $1
			ORDER BY c.channel IS NULL, s.removed_at IS NOT NULL, s.id
			LIMIT 1), 'UTC')`, workspace, channel).Scan(&zone)
	if err != nil {
		return "", fmt.Errorf("find the zone of %s: %w", workspace, err)
	}
	return zone, nil
}

// dayIn is the date in the zone of a channel, see zoneOf.
func dayIn(ctx context.Context, db querier, workspace, channel string, now time.Time) (string, error) {
	zone, err := zoneOf(ctx, db, workspace, channel)
	if err != nil {
		return "", err
	}
	loc, err := LoadZone(zone)
	if err != nil {
		loc = time.UTC // the database was made with a newer list of zones
	}
	return now.In(loc).Format(time.DateOnly), nil
}
