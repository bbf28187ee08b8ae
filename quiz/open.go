package quiz

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// graceTime is how late a round may still be opened after a standstill: the people who waited for it at nine have
	// given up by eleven.
	graceTime = 2 * time.Hour
	// lateAfter is when people should be told that a round is late: up to then nobody notices.
	lateAfter = 5 * time.Minute
	// openBatch is how many series one transaction opens: enough to make the number of commits irrelevant, few enough
	// that engines racing for a full minute share the work.
	openBatch = 100
)

// openDue opens rounds for one batch of series that are due and returns how many series it dealt with; fewer than
// openBatch means that nobody else's were left. Rounds, questions, posts and the next due times are one transaction:
// after a crash all of it happened or none. Engines racing here each get other series, as locked ones are skipped.
func (e *Engine) openDue(ctx context.Context) (dealt int, err error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	now := e.now()
	err = pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error {
		due, err := claimDue(ctx, tx, now)
		if err != nil || len(due) == 0 {
			return err
		}
		rounds, err := e.plan(ctx, tx, due, now)
		if err != nil {
			return err
		}
		ids, err := e.insertRounds(ctx, tx, rounds)
		if err != nil {
			return err
		}
		if err := e.queueReminders(ctx, tx, ofRounds, workspacesOf(due), ids); err != nil {
			return err
		}
		dealt = len(due)
		return e.advance(ctx, tx, due, now)
	})
	if err != nil {
		return 0, fmt.Errorf("open what is due: %w", err)
	}
	return dealt, nil
}

// claimDue reads series whose time, Next, has come, and locks them until the transaction ends.
func claimDue(ctx context.Context, tx pgx.Tx, now time.Time) ([]storedSeries, error) {
	rows, err := tx.Query(ctx, seriesSQL+`
		WHERE s.next_at <= $1 AND s.removed_at IS NULL AND NOT s.paused
		AND NOT EXISTS (SELECT FROM quiz.workspace w WHERE w.workspace = s.workspace AND w.left_at IS NOT NULL)
		ORDER BY s.next_at
		LIMIT $2
		FOR NO KEY UPDATE OF s SKIP LOCKED`, now, openBatch)
	if err != nil {
		return nil, fmt.Errorf("claim series: %w", err)
	}
	due, err := pgx.CollectRows(rows, scanSeries)
	if err != nil {
		return nil, fmt.Errorf("claim series: %w", err)
	}
	return due, nil
}

// plan decides which of the due series get a round, and with which questions.
func (e *Engine) plan(ctx context.Context, tx pgx.Tx, due []storedSeries, now time.Time) ([]newRound, error) {
	live, err := e.liveBanks(ctx, tx)
	if err != nil {
		return nil, err
	}
	scopes := make([]string, len(due))
	for i, d := range due {
		scopes[i] = d.scope()
	}
	used, err := usedIn(ctx, tx, workspacesOf(due), scopes, len(live.all))
	if err != nil {
		return nil, err
	}
	type choice struct {
		bank       *banked // the first of it: workspaces without edits share theirs
		topic      string
		difficulty int
	}
	fit := map[choice][]*Question{} // most series ask for the same
	rounds := make([]newRound, 0, len(due))
	for _, d := range due {
		closes, channels := d.Close(d.Next), d.reachable()
		if reason := d.skip(now, closes, channels); reason != "" {
			e.log.WarnContext(ctx, "a round is skipped", "workspace", d.Workspace, "series", d.Name, "due", d.Next, "reason", reason)
			continue
		}
		bank := live.in(d.Workspace)
		want := choice{topic: d.Topic, difficulty: d.Difficulty}
		if len(bank) > 0 {
			want.bank = &bank[0]
		}
		if _, ok := fit[want]; !ok {
			fit[want] = d.fitting(bank)
		}
		questions := draw(e.chance, fit[want], used[d.scope()], d.Questions)
		if len(questions) == 0 {
			e.log.WarnContext(ctx, "a round is skipped", "workspace", d.Workspace, "series", d.Name, "due", d.Next, "reason", "no question fits", "topic", d.Topic, "difficulty", d.Difficulty)
			continue
		}
		rounds = append(rounds, newRound{
			Workspace: d.Workspace, Kind: KindSeries, Series: &d.id, Due: &d.Next, Scope: d.scope(), Topic: d.Topic,
			Opens: d.Next, Closes: closes, Day: d.Schedule.Day(d.Next), Late: now.Sub(d.Next) > lateAfter,
			Changeable: d.Changeable, Reveal: d.Reveal, Speed: d.Speed, Questions: questions, Channels: channels,
		})
	}
	return rounds, nil
}

func workspacesOf(due []storedSeries) []string {
	all := make([]string, len(due))
	for i, d := range due {
		all[i] = d.Workspace
	}
	return all
}

func (d storedSeries) scope() string { return "series/" + strconv.FormatInt(d.id, 10) }

// reachable are the channels that are not gone, and not paused by themselves.
func (s Series) reachable() (channels []string) {
	for _, c := range s.Channels {
		if c.Gone == "" && !c.Paused {
			channels = append(channels, c.ID)
		}
	}
	return channels
}

// skip says why a series gets no round this time, if so.
func (s Series) skip(now, closes time.Time, channels []string) string {
	switch {
	case now.Sub(s.Next) > graceTime || !now.Before(closes):
		return "too late"
	case len(channels) == 0:
		return "no channel left"
	}
	return ""
}

// advance sets the next due times: always in the future, so a standstill of a week is followed by one round, not by seven.
func (e *Engine) advance(ctx context.Context, tx pgx.Tx, due []storedSeries, now time.Time) error {
	type next struct {
		Workspace string    `json:"workspace"`
		ID        int64     `json:"id"`
		Next      time.Time `json:"next_at"`
	}
	all := make([]next, len(due))
	for i, d := range due {
		at := d.Schedule.Next(now)
		if at.IsZero() {
			e.log.ErrorContext(ctx, "a series cannot go on: its time zone is not known here", "workspace", d.Workspace, "series", d.Name, "zone", d.Zone)
			at = now.Add(24 * time.Hour)
		}
		all[i] = next{d.Workspace, d.id, at}
	}
	data, err := json.Marshal(all)
	if err != nil {
		return fmt.Errorf("encode due times: %w", err)
	}
	_, err = tx.Exec(ctx, `
		UPDATE quiz.series s SET next_at = n.next_at
		FROM jsonb_to_recordset($1::jsonb) AS n (workspace text, id bigint, next_at timestamptz)
		WHERE s.workspace = n.workspace AND s.id = n.id`, data)
	if err != nil {
		return fmt.Errorf("set the next due times: %w", err)
	}
	return nil
}
