package quiz

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// A shownQuestion is a question as a round showed it; the keys are what the SQL of correctRounds reads.
type shownQuestion struct {
	Workspace string   `json:"workspace"`
	Round     int64    `json:"round"`
	Position  int      `json:"position"`
	Question  Question `json:"question"`
}

// correctRounds carries corrected keys to the rounds that asked these questions with the same choices, in whatever order
// they were shown there. The explanation goes with the key: the old one defends the old key. What was typed is graded again.
// It reads all of round_question; keys are corrected rarely enough not to keep an index for it.
func correctRounds(ctx context.Context, tx pgx.Tx, qs []Question) error {
	if len(qs) == 0 {
		return nil
	}
	byID := make(map[string]Question, len(qs))
	ids := make([]string, len(qs))
	for i, q := range qs {
		ids[i], byID[q.ID] = q.ID, q
	}
	shown, err := readShown(ctx, tx, ids)
	if err != nil {
		return err
	}
	var corrected []shownQuestion
	for _, s := range shown {
		if q := byID[s.Question.ID]; sameAsked(s.Question, q) {
			s.Question = rekeyed(s.Question, q)
			corrected = append(corrected, s)
		}
	}
	if err := storeKeys(ctx, tx, corrected); err != nil {
		return err
	}
	return regradeTyped(ctx, tx, corrected)
}

// readShown reads these questions in all rounds. It locks them, so that an answer that is being typed is there to be graded.
func readShown(ctx context.Context, tx pgx.Tx, ids []string) ([]shownQuestion, error) {
	rows, err := tx.Query(ctx, `
		SELECT workspace, round, position, body || jsonb_build_object('Key', key, 'Answers', accepted)
		FROM quiz.round_question WHERE question = ANY($1)
		ORDER BY workspace, round, position
		FOR NO KEY UPDATE`, ids)
	if err != nil {
		return nil, fmt.Errorf("read past rounds: %w", err)
	}
	shown, err := pgx.CollectRows(rows, pgx.RowToStructByPos[shownQuestion])
	if err != nil {
		return nil, fmt.Errorf("read past rounds: %w", err)
	}
	return shown, nil
}

func storeKeys(ctx context.Context, tx pgx.Tx, shown []shownQuestion) error {
	data, err := json.Marshal(shown)
	if err != nil {
		return fmt.Errorf("encode corrected keys: %w", err)
	}
	_, err = tx.Exec(ctx, `
		UPDATE quiz.round_question q
		SET body     = q.body || jsonb_build_object('Explanation', n.question -> 'Explanation'),
		    key      = (n.question ->> 'Key')::smallint,
		    accepted = CASE WHEN n.question ? 'Answers' THEN ARRAY(SELECT jsonb_array_elements_text(n.question -> 'Answers')) END
		FROM jsonb_to_recordset($1::jsonb) AS n (workspace text, round bigint, position smallint, question jsonb)
		WHERE q.workspace = n.workspace AND q.round = n.round AND q.position = n.position`, data)
	if err != nil {
		return fmt.Errorf("correct keys of past rounds: %w", err)
	}
	return nil
}

// regradeTyped grades what was typed by what is accepted now. When it was said stays as it was.
func regradeTyped(ctx context.Context, tx pgx.Tx, shown []shownQuestion) error {
	for _, s := range shown {
		if s.Question.Kind != Typed {
			continue
		}
		accepted, err := acceptedTexts(ctx, tx, s)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			UPDATE quiz.answer SET choice = (typed = ANY($4))::int
			WHERE workspace = $1 AND round = $2 AND position = $3`, s.Workspace, s.Round, s.Position, accepted)
		if err != nil {
			return fmt.Errorf("grade typed answers of round %d again: %w", s.Round, err)
		}
	}
	return nil
}

// acceptedTexts are those of the texts typed in a round that are right.
func acceptedTexts(ctx context.Context, tx pgx.Tx, s shownQuestion) ([]string, error) {
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT typed FROM quiz.answer WHERE workspace = $1 AND round = $2 AND position = $3`, s.Workspace, s.Round, s.Position)
	if err != nil {
		return nil, fmt.Errorf("read typed answers of round %d: %w", s.Round, err)
	}
	accepted := []string{}
	var typed string
	_, err = pgx.ForEachRow(rows, []any{&typed}, func() error {
		if s.Question.Accepts(typed) {
			accepted = append(accepted, typed)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read typed answers of round %d: %w", s.Round, err)
	}
	return accepted, nil
}
