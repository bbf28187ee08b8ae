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
	MaxQuestions = 10  // a round: what one sits through in a coffee break
	maxChannels  = 25  // of one series
	maxRemoved   = 500 // removed series whose names are known
)

// A Series is a recurring quiz: the same questions at the same time in all its channels.
type Series struct {
	Workspace string
	Name      string // 1 to 40 letters, digits, blanks, - and _; unique in the workspace whatever the case
	Channels  []Channel
	Schedule
	Questions  int       // of each round, 1 to MaxQuestions
	Topic      string    // up to five with commas between them; empty: anything, by the weights of the exam's domains
	Difficulty int       // of all questions, 1 to 3; 0 for any
	Changeable bool      // answers may be changed until the close
	Reveal     bool      // each answer is graded at once, otherwise all at the close; not together with Changeable
	Speed      bool      // a right answer counts a little more the earlier it is given, see Points
	Paused     bool      // nothing opens; what is open ends as usual
	Next       time.Time // when the next round is due, also while paused (then it is skipped)
	CreatedBy  string    // who made it, as the platform of Workspace calls them; they are told when a channel is gone
}

// A Channel is a place where a series is posted.
type Channel struct {
	ID   string // "slack/T0123/C0456"
	Gone string // why nothing is posted there any more; empty while all is well

	Paused bool // by an admin of its workspace, with which another shares the series; see SharedSeries
}

var nameForm = regexp.MustCompile(`^[\p{L}\p{N}_-]+( [\p{L}\p{N}_-]+)*$`)

// validate tidies a new series and reports the first thing that is wrong with it, as an *InvalidError.
func (s *Series) validate() error {
	s.Name = tidyName(s.Name)
	if !nameForm.MatchString(s.Name) || !oneLine(s.Name, 1, 40) {
		return invalidPart("name", "a series' name has 1 to 40 letters, digits, blanks, - and _")
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
	return s.validateRounds()
}

// validateRounds is validate for what an edit may change.
func (s *Series) validateRounds() (err error) {
	switch {
	case s.Questions < 1 || s.Questions > MaxQuestions:
		return invalid("a round has 1 to %d questions", MaxQuestions)
	case s.Difficulty < 0 || s.Difficulty > 3:
		return invalid("the difficulty is 1, 2, 3 or any")
	case s.Reveal && s.Changeable:
		return invalid("who is told at once whether they were right cannot change the answer: choose either reveal=now or change=yes")
	}
	if s.Topic, _, err = cleanTopics(s.Topic); err != nil {
		return err
	}
	return s.Schedule.Validate()
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
	if err := e.feasible(ctx, e.db, s); err != nil {
		return Series{}, err
	}
	now := e.now()
	s.Skipped = s.Skipped.from(s.today(now))
	s.Next = s.Schedule.Next(now)
	_, err := e.db.Exec(ctx, `
		WITH made AS (
			INSERT INTO quiz.series (workspace, name, opens, closes, days, zone, skipped, questions, topic, difficulty,
				changeable, reveal, speed, paused, created_by, created_at, next_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7::text[]::date[], $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
			RETURNING workspace, id
		)
		INSERT INTO quiz.series_channel (workspace, series, channel)
		SELECT DISTINCT workspace, id, channel FROM made, unnest($18::text[]) AS c (channel)`,
		s.Workspace, s.Name, s.Opens, s.Closes, s.Days, s.Zone, noNil(s.Skipped), s.Questions, s.Topic, s.Difficulty,
		s.Changeable, s.Reveal, s.Speed, s.Paused, s.CreatedBy, now, s.Next, channelIDs(s.Channels))
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.ConstraintName == "series_name" {
		return Series{}, fmt.Errorf("%q: %w", s.Name, ErrSeriesExists)
	}
	if err != nil {
		return Series{}, fmt.Errorf("create a series: %w", err)
	}
	e.signal()
	return e.oneSeries(ctx, s.Workspace, s.Name)
}

// feasible refuses a series for which there are too few questions: each of its rounds would be shorter than promised.
func (e *Engine) feasible(ctx context.Context, db querier, s Series) error {
	bank, err := e.liveBank(ctx, db, s.Workspace)
	if err != nil {
		return err
	}
	_, topics, err := cleanTopics(s.Topic)
	if err != nil {
		return err
	}
	for _, topic := range topics {
		switch fit := len(fitting(bank, topic)); {
		case fit == 0 && len(topics) > 1:
			return invalid("there is no question about %s, which is one of the topics; choose another", topic)
		case fit == 0:
			return noQuestions(topic)
		}
	}
	return enough(len(s.fitting(bank)), s)
}

// fitting returns the questions that the series may ask.
func (s Series) fitting(bank []banked) []*Question {
	return slices.DeleteFunc(fitting(bank, s.Topic), func(q *Question) bool { return s.Difficulty != 0 && q.Difficulty != s.Difficulty })
}

// enough is what to say when there are not as many questions as a round is to have.
func enough(there int, s Series) error {
	about := ""
	if s.Topic != "" {
		about = " about " + s.Topic
	}
	if s.Difficulty != 0 {
		about += fmt.Sprintf(" of difficulty %d", s.Difficulty)
	}
	switch {
	case there >= s.Questions:
		return nil
	case there == 0 && s.Difficulty == 0:
		return noQuestions(s.Topic)
	case there == 0:
		return invalid("there is no question%s; choose another difficulty or another topic", about)
	case about == "":
		return invalid("there are only %d questions; ask for %d or fewer", there, there)
	case there == 1:
		return invalid("there is only 1 question%s; ask for 1, or choose another topic", about)
	}
	return invalid("there are only %d questions%s; ask for %d or fewer, or choose another topic", there, about, there)
}

func channelIDs(channels []Channel) []string {
	ids := make([]string, len(channels))
	for i, c := range channels {
		ids[i] = c.ID
	}
	return ids
}

// RemovedSeries returns what the removed series of a workspace were called, the last ones first: their leaderboards remain.
func (e *Engine) RemovedSeries(ctx context.Context, workspace string) ([]string, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	rows, err := e.db.Query(ctx, `
		SELECT name FROM quiz.series WHERE workspace = $1 AND removed_at IS NOT NULL
		GROUP BY name ORDER BY max(removed_at) DESC LIMIT $2`, workspace, maxRemoved)
	if err != nil {
		return nil, fmt.Errorf("read the removed series of %s: %w", workspace, err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("read the removed series of %s: %w", workspace, err)
	}
	return names, nil
}

// Series returns the series of a workspace by name.
func (e *Engine) Series(ctx context.Context, workspace string) ([]Series, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	rows, err := e.db.Query(ctx, seriesSQL+`
		WHERE s.workspace = $1 AND s.removed_at IS NULL
		ORDER BY lower(s.name)`, workspace)
	if err != nil {
		return nil, fmt.Errorf("read the series of %s: %w", workspace, err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Series, error) {
		d, err := scanSeries(row)
		return d.Series, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the series of %s: %w", workspace, err)
	}
	return all, nil
}

// A storedSeries is a series with its number.
type storedSeries struct {
	Series
	id int64
}

// seriesSQL reads what scanSeries wants of quiz.series s.
const seriesSQL = `
	SELECT s.id, s.workspace, s.name, s.opens, s.closes, s.days, s.zone, s.skipped, s.questions, s.topic, s.difficulty,
		s.changeable, s.reveal, s.speed, s.paused, s.next_at, s.created_by,
		(SELECT coalesce(jsonb_agg(jsonb_build_object('ID', c.channel, 'Gone', coalesce(c.gone, ''), 'Paused', c.paused) ORDER BY c.channel), '[]')
		 FROM quiz.series_channel c WHERE c.workspace = s.workspace AND c.series = s.id)
	FROM quiz.series s`

func scanSeries(row pgx.CollectableRow) (s storedSeries, err error) {
	var skipped []time.Time
	err = row.Scan(&s.id, &s.Workspace, &s.Name, &s.Opens, &s.Closes, &s.Days, &s.Zone, &skipped, &s.Questions, &s.Topic, &s.Difficulty,
		&s.Changeable, &s.Reveal, &s.Speed, &s.Paused, &s.Next, &s.CreatedBy, &s.Channels)
	for _, day := range skipped {
		s.Skipped = append(s.Skipped, day.Format(time.DateOnly))
	}
	return s, err
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
//
// A series that another workspace shares is paused in the channels of this one.
func (e *Engine) PauseSeries(ctx context.Context, workspace, name string) error {
	err := e.changeSeries(ctx, workspace, name, `
		UPDATE quiz.series SET paused = true
		WHERE workspace = $1 AND lower(name) = lower($2) AND removed_at IS NULL`)
	if errors.Is(err, ErrNoSeries) {
		return e.pauseShared(ctx, workspace, name, true)
	}
	return err
}

// ResumeSeries lets a paused series go on with the next time it is due from now: what fell into the pause is not made up
// for. A series that is not paused stays as it is. Error: ErrNoSeries.
func (e *Engine) ResumeSeries(ctx context.Context, workspace, name string) error {
	err := e.alterSeries(ctx, workspace, name, func(_ pgx.Tx, s *Series) error {
		s.Paused = false
		return nil
	})
	if errors.Is(err, ErrNoSeries) {
		return e.pauseShared(ctx, workspace, name, false)
	}
	return err
}

// RemoveSeries ends a series. Rounds that are open finish as usual and its points stay; the name is free again.
// Error: ErrNoSeries.
func (e *Engine) RemoveSeries(ctx context.Context, workspace, name string) error {
	return e.changeSeries(ctx, workspace, name, `
		UPDATE quiz.series SET removed_at = $3
		WHERE workspace = $1 AND lower(name) = lower($2) AND removed_at IS NULL`, e.now())
}

// changeSeries runs a statement about the live series $2 of workspace $1; no row is ErrNoSeries.
func (e *Engine) changeSeries(ctx context.Context, workspace, name, sql string, args ...any) error {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	name = tidyName(name)
	tag, err := e.db.Exec(ctx, sql, append([]any{workspace, name}, args...)...)
	if err != nil {
		return fmt.Errorf("change a series: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return noSeries(name)
	}
	e.signal()
	return nil
}
