package quiz

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

const (
	practiceQuestions    = 5  // by default
	MaxPracticeQuestions = 20 // of one practice
)

// A PracticeRequest asks for questions for one person alone.
type PracticeRequest struct {
	By        Person
	Topic     string // empty: anything
	Questions int    // 1 to MaxPracticeQuestions; 0 means five
	Anew      bool   // an unfinished practice is given up
}

// Practice opens a round for one person alone: each answer is graded at once, and there are 24 hours for it. It asks first
// what the person has not answered anywhere yet, easy and hard questions in turn; there may be fewer than were asked for. The
// question at which they gave up the last practice comes last.
//
// Errors: *InvalidError; ErrNoQuestions; *OpenError with the round if a practice is unfinished in this workspace and Anew
// is not set.
func (e *Engine) Practice(ctx context.Context, req PracticeRequest) (Progress, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	topic, err := cleanTopic(req.Topic)
	if err != nil {
		return Progress{}, err
	}
	if req.Questions == 0 {
		req.Questions = practiceQuestions
	}
	if req.Questions < 1 || req.Questions > MaxPracticeQuestions {
		return Progress{}, invalid("practice has 1 to %d questions", MaxPracticeQuestions)
	}
	return e.openPrivate(ctx, KindPractice, req.By, req.Anew, func(tx pgx.Tx, n *newRound) error {
		fit, seen, err := e.tellable(ctx, tx, n.Workspace, *n.Player, topic, n.Opens)
		if err != nil {
			return err
		}
		passed, err := passedOver(ctx, tx, n.Workspace, *n.Player)
		if err != nil {
			return err
		}
		n.Topic, seen = topic, append(seen, passed...)
		if n.Questions = draw(e.chance, fit, seen, req.Questions); len(n.Questions) == 0 {
			return noQuestions(topic)
		}
		return nil
	})
}

// passedOver returns the question at which a player has left their last practice, if they have: it was shown, but not answered.
func passedOver(ctx context.Context, tx pgx.Tx, workspace string, player int64) ([]string, error) {
	rows, err := tx.Query(ctx, `
		SELECT q.question
		FROM (SELECT id FROM quiz.round
		      WHERE workspace = $1 AND player = $2 AND kind = 'practice' ORDER BY opens_at DESC, id DESC LIMIT 1) r
		JOIN quiz.round_question q ON q.workspace = $1 AND q.round = r.id
		WHERE NOT EXISTS (
			SELECT FROM quiz.answer a WHERE a.workspace = $1 AND a.round = r.id AND a.position = q.position AND a.player = $2)
		ORDER BY q.position LIMIT 1`, workspace, player)
	if err != nil {
		return nil, fmt.Errorf("read what player %d has passed over: %w", player, err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("read what player %d has passed over: %w", player, err)
	}
	return ids, nil
}
