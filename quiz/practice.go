package quiz

import (
	"context"

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
// what the person has not answered anywhere yet, easy and hard questions in turn; there may be fewer than were asked for.
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
		n.Topic = topic
		if n.Questions = draw(e.chance, fit, seen, req.Questions); len(n.Questions) == 0 {
			return noQuestions(topic)
		}
		return nil
	})
}
