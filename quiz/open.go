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

// A dueSeries is a series whose time has come, locked by the transaction that read it.
type dueSeries struct {
	Series
	id       int64
	due      time.Time
	channels []string // those that are not gone
}

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
		if _, err := e.insertRounds(ctx, tx, rounds); err != nil {
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

func claimDue(ctx context.Context, tx pgx.Tx, now time.Time) ([]dueSeries, error) {
	rows, err := tx.Query(ctx, `
		SELECT s.workspace, s.id, s.name, s.next_at, s.opens, s.closes, s.days, s.zone, s.questions, s.topic, s.changeable,
			ARRAY(SELECT c.channel::text FROM quiz.series_channel c
			      WHERE c.workspace = s.workspace AND c.series = s.id AND c.gone IS NULL)
		FROM quiz.series s
		WHERE s.next_at <= $1 AND s.removed_at IS NULL AND NOT s.paused
		ORDER BY s.next_at
		LIMIT $2
		FOR NO KEY UPDATE OF s SKIP LOCKED`, now, openBatch)
	if err != nil {
		return nil, fmt.Errorf("claim series: %w", err)
	}
	due, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d dueSeries, err error) {
		err = row.Scan(&d.Workspace, &d.id, &d.Name, &d.due, &d.Opens, &d.Closes, &d.Days, &d.Zone, &d.Questions,
			&d.Topic, &d.Changeable, &d.channels)
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("claim series: %w", err)
	}
	return due, nil
}

// plan decides which of the due series get a round, and with which questions.
func (e *Engine) plan(ctx context.Context, tx pgx.Tx, due []dueSeries, now time.Time) ([]newRound, error) {
	bank, err := e.liveBank(ctx, tx)
	if err != nil {
		return nil, err
	}
	workspaces, scopes := make([]string, len(due)), make([]string, len(due))
	for i, d := range due {
		workspaces[i], scopes[i] = d.Workspace, d.scope()
	}
	used, err := usedIn(ctx, tx, workspaces, scopes, len(bank))
	if err != nil {
		return nil, err
	}
	byTopic := map[string][]*Question{}
	rounds := make([]newRound, 0, len(due))
	for _, d := range due {
		closes := d.Close(d.due)
		if reason := d.skip(now, closes); reason != "" {
			e.log.WarnContext(ctx, "a round is skipped", "workspace", d.Workspace, "series", d.Name, "due", d.due, "reason", reason)
			continue
		}
		if _, ok := byTopic[d.Topic]; !ok {
			byTopic[d.Topic] = fitting(bank, d.Topic)
		}
		questions := draw(e.chance, byTopic[d.Topic], used[d.scope()], d.Questions)
		if len(questions) == 0 {
			e.log.WarnContext(ctx, "a round is skipped", "workspace", d.Workspace, "series", d.Name, "due", d.due, "reason", "no question fits", "topic", d.Topic)
			continue
		}
		rounds = append(rounds, newRound{
			Workspace: d.Workspace, Kind: KindSeries, Series: &d.id, Due: &d.due, Scope: d.scope(), Topic: d.Topic,
			Opens: d.due, Closes: closes, Day: d.Schedule.Day(d.due), Late: now.Sub(d.due) > lateAfter, Changeable: d.Changeable,
			Questions: questions, Channels: d.channels,
		})
	}
	return rounds, nil
}

func (d dueSeries) scope() string { return "series/" + strconv.FormatInt(d.id, 10) }

// skip says why a series gets no round this time, if so.
func (d dueSeries) skip(now, closes time.Time) string {
	switch {
	case now.Sub(d.due) > graceTime || !now.Before(closes):
		return "too late"
	case len(d.channels) == 0:
		return "no channel left"
	}
	return ""
}

// advance sets the next due times: always in the future, so a standstill of a week is followed by one round, not by seven.
func (e *Engine) advance(ctx context.Context, tx pgx.Tx, due []dueSeries, now time.Time) error {
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
