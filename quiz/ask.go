package quiz

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// askWindow is how long an asked question stays open.
const askWindow = 10 * time.Minute

// An AskRequest asks for one question in a channel.
type AskRequest struct {
	Workspace, Channel string
	By                 Person
	Topic              string // empty: anything
}

// Ask opens a round of one question in a channel, for everybody there, for ten minutes. Without a topic it is one that a
// press of a button answers: who just wants a question wants a quick one. Its post waits in the outbox: Deliver posts it
// at once, Run does in any case.
//
// Errors: *InvalidError; ErrNoQuestions; *OpenError with the round, if one that somebody asked for is open in the
// channel and By has not answered it, so that questions do not pile up.
func (e *Engine) Ask(ctx context.Context, a AskRequest) (Round, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	topic, err := cleanTopic(a.Topic)
	if err != nil {
		return Round{}, err
	}
	player, err := e.register(ctx, a.Workspace, a.By)
	if err != nil {
		return Round{}, err
	}
	var round Round
	err = pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error {
		// Two people asking at the same moment: the second must see the first one's question.
		if err := lock(ctx, tx, "ask", a.Workspace, a.Channel); err != nil {
			return err
		}
		now := e.now()
		if err := refuseOpen(ctx, tx, a, player, now); err != nil {
			return err
		}
		n := newRound{
			Workspace: a.Workspace, Kind: KindAsk, Scope: "channel/" + a.Channel, Topic: topic,
			Opens: now, Closes: now.Add(askWindow), Reveal: true, Channels: []string{a.Channel},
		}
		if n.Day, err = dayIn(ctx, tx, a.Workspace, a.Channel, now); err != nil {
			return err
		}
		var prefer func(*Question) bool
		if topic == "" {
			prefer = onePress
		}
		if n.Questions, err = e.drawFor(ctx, tx, a.Workspace, n.Scope, topic, prefer, 1, now); err != nil {
			return err
		}
		id, err := e.insertRound(ctx, tx, n)
		if err != nil {
			return err
		}
		round, err = readRound(ctx, tx, n.Workspace, id)
		return err
	})
	if err != nil {
		return Round{}, fmt.Errorf("ask in %s: %w", a.Channel, err)
	}
	return round, nil
}

// refuseOpen returns an *OpenError if the channel has an open asked question that the player has not answered.
func refuseOpen(ctx context.Context, tx pgx.Tx, a AskRequest, player int64, now time.Time) error {
	var open int64
	err := tx.QueryRow(ctx, `
		SELECT r.id FROM quiz.round r
		WHERE r.workspace = $1 AND r.scope = $2 AND r.kind = 'ask' AND r.closes_at > $3
		AND r.opens_at > $3 - $5::interval  -- for the index only: none is open longer
		AND NOT EXISTS (SELECT FROM quiz.answer a WHERE a.workspace = r.workspace AND a.round = r.id AND a.player = $4)
		ORDER BY r.opens_at LIMIT 1`,
		a.Workspace, "channel/"+a.Channel, now, player, askWindow+time.Minute).Scan(&open)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for an open question: %w", err)
	}
	r, err := readRound(ctx, tx, a.Workspace, open)
	if err != nil {
		return err
	}
	return &OpenError{Round: r}
}

// onePress reports whether one press of a button is the whole answer.
func onePress(q *Question) bool { return q.Kind == OneChoice || q.Kind == TrueFalse }

// drawFor draws up to n questions about a topic for one scope, if there are n that prefer likes then only such (nil likes
// all). Here whoever answers is told the key at once, so questions that the workspace is busy with elsewhere and must not be
// told yet are left out; those of open duels are, too, if there are n others. The error is ErrNoQuestions if there is not even one.
func (e *Engine) drawFor(ctx context.Context, db querier, workspace, scope, topic string, prefer func(*Question) bool, n int, now time.Time) ([]Question, error) {
	bank, err := e.liveBank(ctx, db, workspace)
	if err != nil {
		return nil, err
	}
	used, err := usedIn(ctx, db, []string{workspace}, []string{scope}, len(bank))
	if err != nil {
		return nil, err
	}
	secret, err := secretNow(ctx, db, workspace, now)
	if err != nil {
		return nil, err
	}
	fit := slices.DeleteFunc(fitting(bank, topic), func(q *Question) bool { return secret[q.ID] })
	fit = preferred(fit, n, func(q *Question) bool { _, duelled := secret[q.ID]; return !duelled })
	if prefer != nil {
		fit = preferred(fit, n, prefer)
	}
	questions := draw(e.chance, fit, used[scope], n)
	if len(questions) == 0 {
		return nil, noQuestions(topic)
	}
	return questions, nil
}

// preferred returns the questions that somebody likes if there are n of them, else all.
func preferred(fit []*Question, n int, likes func(*Question) bool) []*Question {
	liked := slices.DeleteFunc(slices.Clone(fit), func(q *Question) bool { return !likes(q) })
	if len(liked) < n {
		return fit
	}
	return liked
}

// secretNow returns the questions of a workspace's open rounds that are graded only at their close, and those of its open series, as
// not everybody has answered them; also those of open series in workspaces that share one with it. Those that only open duels ask
// are there, too, but false.
func secretNow(ctx context.Context, db querier, workspace string, now time.Time) (map[string]bool, error) {
	rows, err := db.Query(ctx, `
		SELECT q.question, r.kind <> 'duel'
		FROM (SELECT $1 AS workspace UNION SELECT workspace FROM quiz.series_channel WHERE added_home = $1) w
		JOIN quiz.round r          ON r.workspace = w.workspace AND (r.workspace = $1 OR r.kind = 'series')
		JOIN quiz.round_question q ON q.workspace = r.workspace AND q.round = r.id
		WHERE r.player IS NULL AND (NOT r.reveal OR r.kind IN ('series', 'duel')) AND r.closes_at > $2
		AND r.opens_at > $2 - interval '2 days'  -- for the index only: none is open longer`, workspace, now)
	if err != nil {
		return nil, fmt.Errorf("read what is asked and not told yet: %w", err)
	}
	all := map[string]bool{}
	var id string
	var secret bool
	_, err = pgx.ForEachRow(rows, []any{&id, &secret}, func() error {
		all[id] = all[id] || secret
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what is asked and not told yet: %w", err)
	}
	return all, nil
}
