package quiz

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// The channels of a series, and the zone of a channel.

// JoinSeries posts a series in one more channel, from its next round on. A channel that was gone is tried again.
// Errors: ErrNoSeries, *InvalidError.
func (e *Engine) JoinSeries(ctx context.Context, workspace, name, channel string) error {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	s, err := e.oneSeries(ctx, workspace, name)
	if err != nil {
		return err
	}
	known := slices.ContainsFunc(s.Channels, func(c Channel) bool { return c.ID == channel })
	if !platformID(channel) {
		return invalid("that is not a channel: %q", clip(channel, 40))
	}
	if !known && len(s.Channels) >= maxChannels {
		return invalid("a series is posted in 1 to %d channels", maxChannels)
	}
	return e.changeSeries(ctx, workspace, name, `
		INSERT INTO quiz.series_channel (workspace, series, channel)
		SELECT workspace, id, $3 FROM quiz.series
		WHERE workspace = $1 AND lower(name) = lower($2) AND removed_at IS NULL
		ON CONFLICT (workspace, series, channel) DO UPDATE SET gone = NULL`, channel)
}

// LeaveSeries stops posting a series in a channel; what is open there finishes as usual. Errors: ErrNoSeries; *InvalidError
// for a channel it is not posted in, and for its last one.
func (e *Engine) LeaveSeries(ctx context.Context, workspace, name, channel string) error {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	s, err := e.oneSeries(ctx, workspace, name)
	if err != nil {
		return err
	}
	switch {
	case !slices.ContainsFunc(s.Channels, func(c Channel) bool { return c.ID == channel }):
		return invalid("%s is not posted in that channel", s.Name)
	case len(s.Channels) == 1:
		return invalid("that is the only channel of %s; remove or pause the series instead", s.Name)
	}
	_, err = e.db.Exec(ctx, `
		DELETE FROM quiz.series_channel c USING quiz.series s
		WHERE s.workspace = $1 AND lower(s.name) = lower($2) AND s.removed_at IS NULL
		AND c.workspace = s.workspace AND c.series = s.id AND c.channel = $3`, workspace, s.Name, channel)
	if err != nil {
		return fmt.Errorf("leave series %q: %w", s.Name, err)
	}
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
