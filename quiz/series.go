package quiz

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Limits of a series.
const (
	MaxQuestions = 10 // a round: what one sits through in a coffee break
	maxChannels  = 25 // of one series
)

// A Series is a recurring quiz: the same questions at the same time in all its channels.
type Series struct {
	Workspace string
	Name      string // 1 to 40 letters, digits, blanks, - and _; unique in the workspace whatever the case
	Channels  []Channel
	Schedule
	Questions  int       // of each round, 1 to MaxQuestions
	Topic      string    // empty: anything
	Changeable bool      // answers may be changed until the close
	Paused     bool      // nothing opens; what is open ends as usual
	Next       time.Time // when the next round is due, also while paused (then it is skipped)
	CreatedBy  string    // for people: who made it
}

// A Channel is a place where a series is posted.
type Channel struct {
	ID   string // "slack/T0123/C0456"
	Gone string // why nothing is posted there any more; empty while all is well
}

var nameForm = regexp.MustCompile(`^[\p{L}\p{N}_-]+( [\p{L}\p{N}_-]+)*$`)

// validate tidies a new series and reports the first thing that is wrong with it, as an *InvalidError.
func (s *Series) validate() error {
	s.Name = tidyName(s.Name)
	if !nameForm.MatchString(s.Name) || !oneLine(s.Name, 1, 40) {
		return invalid("a series' name has 1 to 40 letters, digits, blanks, - and _")
	}
	if s.Questions < 1 || s.Questions > MaxQuestions {
		return invalid("a round has 1 to %d questions", MaxQuestions)
	}
	if len(s.Channels) < 1 || len(s.Channels) > maxChannels {
		return invalid("a series is posted in 1 to %d channels", maxChannels)
	}
	for _, c := range s.Channels {
		if !platformID(c.ID) {
			return invalid("that is not a channel: %q", clip(c.ID, 40))
		}
	}
	if !platformID(s.Workspace) {
		return invalid("that is not a workspace: %q", clip(s.Workspace, 40))
	}
	s.CreatedBy = clip(s.CreatedBy, maxName)
	topic, err := cleanTopic(s.Topic)
	s.Topic = topic
	return errors.Join(err, s.Schedule.Validate())
}

// tidyName is how names are stored and looked for: blanks at the ends and double ones do not count.
func tidyName(name string) string { return strings.Join(strings.Fields(name), " ") }

// platformID reports whether s can be what a platform calls a workspace, a channel or a user.
func platformID(s string) bool { return oneLine(s, 1, maxID) }

// CreateSeries stores a series and returns it with Next. Errors: *InvalidError, also when there are fewer questions than one
// round needs; ErrSeriesExists; ErrNoQuestions when there is none.
// Who may post in these channels is for the caller to know.
func (e *Engine) CreateSeries(ctx context.Context, s Series) (Series, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	if err := s.validate(); err != nil {
		return Series{}, err
	}
	bank, err := e.liveBank(ctx, e.db)
	if err != nil {
		return Series{}, err
	}
	if err := enough(len(fitting(bank, s.Topic)), s); err != nil {
		return Series{}, err
	}
	now := e.now()
	s.Next = s.Schedule.Next(now)
	_, err = e.db.Exec(ctx, `
		WITH made AS (
			INSERT INTO quiz.series (workspace, name, opens, closes, days, zone, questions, topic, changeable, paused,
				created_by, created_at, next_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
			RETURNING workspace, id
		)
		INSERT INTO quiz.series_channel (workspace, series, channel)
		SELECT DISTINCT workspace, id, channel FROM made, unnest($14::text[]) AS c (channel)`,
		s.Workspace, s.Name, s.Opens, s.Closes, s.Days, s.Zone, s.Questions, s.Topic, s.Changeable, s.Paused,
		s.CreatedBy, now, s.Next, channelIDs(s.Channels))
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.ConstraintName == "series_name" {
		return Series{}, fmt.Errorf("%q: %w", s.Name, ErrSeriesExists)
	}
	if err != nil {
		return Series{}, fmt.Errorf("create series %q: %w", s.Name, err)
	}
	e.signal()
	return e.oneSeries(ctx, s.Workspace, s.Name)
}

// enough refuses a series for which there are too few questions: each of its rounds would be shorter than promised.
func enough(there int, s Series) error {
	switch {
	case there >= s.Questions:
		return nil
	case there == 0:
		return noQuestions(s.Topic)
	case s.Topic == "":
		return invalid("there are only %d questions; ask for %d or fewer", there, there)
	case there == 1:
		return invalid("there is only 1 question about %s; ask for 1, or choose another topic", s.Topic)
	}
	return invalid("there are only %d questions about %s; ask for %d or fewer, or choose another topic", there, s.Topic, there)
}

func channelIDs(channels []Channel) []string {
	ids := make([]string, len(channels))
	for i, c := range channels {
		ids[i] = c.ID
	}
	return ids
}

// Series returns the series of a workspace by name.
func (e *Engine) Series(ctx context.Context, workspace string) ([]Series, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	rows, err := e.db.Query(ctx, `
		SELECT s.workspace, s.name, s.opens, s.closes, s.days, s.zone, s.questions, s.topic, s.changeable, s.paused,
			s.next_at, s.created_by,
			(SELECT coalesce(jsonb_agg(jsonb_build_object('ID', c.channel, 'Gone', coalesce(c.gone, '')) ORDER BY c.channel), '[]')
			 FROM quiz.series_channel c WHERE c.workspace = s.workspace AND c.series = s.id)
		FROM quiz.series s
		WHERE s.workspace = $1 AND s.removed_at IS NULL
		ORDER BY lower(s.name)`, workspace)
	if err != nil {
		return nil, fmt.Errorf("read the series of %s: %w", workspace, err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s Series, err error) {
		err = row.Scan(&s.Workspace, &s.Name, &s.Opens, &s.Closes, &s.Days, &s.Zone, &s.Questions, &s.Topic,
			&s.Changeable, &s.Paused, &s.Next, &s.CreatedBy, &s.Channels)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the series of %s: %w", workspace, err)
	}
	return all, nil
}

func (e *Engine) oneSeries(ctx context.Context, workspace, name string) (Series, error) {
	all, err := e.Series(ctx, workspace)
	if err != nil {
		return Series{}, err
	}
	name = tidyName(name)
	i := slices.IndexFunc(all, func(s Series) bool { return strings.EqualFold(s.Name, name) })
	if i < 0 {
		return Series{}, noSeries(name)
	}
	return all[i], nil
}

// noSeries is for a name that no series has, which is an *InvalidError for no name at all.
func noSeries(name string) error {
	if name == "" {
		return invalid("which series? Give its name")
	}
	return fmt.Errorf("%q: %w", clip(name, 60), ErrNoSeries)
}

// PauseSeries stops a series from opening rounds. Pausing twice is fine. Errors: ErrNoSeries, *InvalidError for no name, as
// with all that follow.
func (e *Engine) PauseSeries(ctx context.Context, workspace, name string) error {
	return e.changeSeries(ctx, workspace, name, `
		UPDATE quiz.series SET paused = true
		WHERE workspace = $1 AND lower(name) = lower($2) AND removed_at IS NULL`)
}

// ResumeSeries lets a paused series go on with the next time it is due from now: what fell into the pause is not made up
// for. A series that is not paused stays as it is. Error: ErrNoSeries.
func (e *Engine) ResumeSeries(ctx context.Context, workspace, name string) error {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	s, err := e.oneSeries(ctx, workspace, name)
	if err != nil {
		return err
	}
	return e.changeSeries(ctx, workspace, name, `
		UPDATE quiz.series SET paused = false, next_at = CASE WHEN paused THEN $3 ELSE next_at END
		WHERE workspace = $1 AND lower(name) = lower($2) AND removed_at IS NULL`, s.Schedule.Next(e.now()))
}

// RemoveSeries ends a series. Rounds that are open finish as usual and its points stay; the name is free again.
// Error: ErrNoSeries.
func (e *Engine) RemoveSeries(ctx context.Context, workspace, name string) error {
	return e.changeSeries(ctx, workspace, name, `
		UPDATE quiz.series SET removed_at = $3
		WHERE workspace = $1 AND lower(name) = lower($2) AND removed_at IS NULL`, e.now())
}

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

// changeSeries runs a statement about the live series $2 of workspace $1; no row is ErrNoSeries.
func (e *Engine) changeSeries(ctx context.Context, workspace, name, sql string, args ...any) error {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	name = tidyName(name)
	tag, err := e.db.Exec(ctx, sql, append([]any{workspace, name}, args...)...)
	if err != nil {
		return fmt.Errorf("change series %q: %w", clip(name, 60), err)
	}
	if tag.RowsAffected() == 0 {
		return noSeries(name)
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
