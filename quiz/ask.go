package quiz

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// How long an asked question stays open: by default, and what one may ask for.
const (
	askWindow    = 10 * time.Minute
	minAskWindow = 10 * time.Second
	maxAskWindow = 24 * time.Hour
)

// An AskRequest asks for one question in a channel.
type AskRequest struct {
	Workspace, Channel string
	By                 Person
	Topic              string        // empty: anything
	Window             time.Duration // how long it is open, 10 s to 24 h; 0 means ten minutes
}

// Ask opens a round of one question in a channel, for everybody there. Its post waits in the outbox: Deliver posts it
// at once, Run does in any case.
//
// Errors: *InvalidError; ErrNoQuestions; *OpenError with the round, if one that somebody asked for is open in the
// channel and By has not answered it, so that questions do not pile up.
func (e *Engine) Ask(ctx context.Context, a AskRequest) (Round, error) {
	topic, err := cleanTopic(a.Topic)
	if err != nil {
		return Round{}, err
	}
	window := askWindow
	if a.Window != 0 {
		window = min(max(a.Window, minAskWindow), maxAskWindow)
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
			Opens: now, Closes: now.Add(window), Reveal: true, Channels: []string{a.Channel},
		}
		if n.Zone, err = zoneOf(ctx, tx, a.Workspace, a.Channel); err != nil {
			return err
		}
		if n.Questions, err = e.drawFor(ctx, tx, a.Workspace, n.Scope, topic, 1); err != nil {
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
		a.Workspace, "channel/"+a.Channel, now, player, maxAskWindow+time.Minute).Scan(&open)
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

// drawFor draws up to n questions about a topic for one scope. The error is ErrNoQuestions if there is not even one.
func (e *Engine) drawFor(ctx context.Context, db querier, workspace, scope, topic string, n int) ([]Question, error) {
	bank, err := liveBank(ctx, db)
	if err != nil {
		return nil, err
	}
	used, err := usedIn(ctx, db, []string{workspace}, []string{scope}, len(bank))
	if err != nil {
		return nil, err
	}
	questions := draw(e.chance, fitting(bank, topic), used[scope], n)
	if len(questions) == 0 {
		return nil, noQuestions(topic)
	}
	return questions, nil
}
