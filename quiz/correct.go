package quiz

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// # Grading again
//
// A round keeps what it asked. Only three things of it ever change later: the key, with the explanation, which would go on
// defending the old one, and whether the question counts at all. Everything that follows from them follows by itself: points,
// boards and results are computed from answers and keys; what was typed is graded once more.
//
// A corrected key reaches the rounds that asked the question with the same choices, in whatever order they were shown (see
// sameAsked); others asked something else and keep their key. Where a workspace has its own version of a question, that
// one grades what was asked with its choices, and the bank's what was asked with those of the bank.

// A pastQuestion is a question as a round asked it, and what is to become of it. The keys are what SQL reads.
type pastQuestion struct {
	Workspace string     `json:"workspace"`
	Round     int64      `json:"round"`
	Position  int        `json:"position"`
	Question  Question   `json:"question"`
	Voided    *time.Time `json:"voided"`

	Right []string `json:"right"` // of what was typed, what is right from now on

	was          Question // before
	voidedBefore *time.Time
}

// readPast reads some questions in all rounds, or in those of one workspace. It locks them, so that an answer that is being
// typed is there to be graded.
func readPast(ctx context.Context, tx pgx.Tx, workspace string, ids []string) ([]pastQuestion, error) {
	rows, err := tx.Query(ctx, `
		SELECT workspace, round, position, body || jsonb_build_object('Key', key, 'Answers', accepted), voided_at
		FROM quiz.round_question
		WHERE question = ANY($1) AND ($2 = '' OR workspace = $2)
		ORDER BY workspace, round, position
		FOR NO KEY UPDATE`, ids, workspace)
	if err != nil {
		return nil, fmt.Errorf("read past rounds: %w", err)
	}
	past, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p pastQuestion, err error) {
		err = row.Scan(&p.Workspace, &p.Round, &p.Position, &p.Question, &p.Voided)
		p.was, p.voidedBefore = p.Question, p.Voided
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("read past rounds: %w", err)
	}
	return past, nil
}

// correct gives p the key of the version that grades it: of the workspace's own, or of the bank's. If neither does, it keeps its.
func (p *pastQuestion) correct(own *Question, bank Question) {
	by := &bank
	if own != nil && sameAsked(p.Question, *own) {
		by = own
	}
	if sameAsked(p.Question, *by) && !sameAnswer(p.Question, *by) {
		p.Question = rekeyed(p.Question, *by)
	}
}

// changed reports whether p has another key than before, or counts while it did not, or the reverse.
func (p *pastQuestion) changed() bool {
	return !sameAnswer(p.was, p.Question) || (p.voidedBefore != nil) != (p.Voided != nil)
}

// correctRounds carries corrected keys of the bank, which holds these questions already, to past rounds of all workspaces.
func (e *Engine) correctRounds(ctx context.Context, tx pgx.Tx, qs []Question) error {
	if len(qs) == 0 {
		return nil
	}
	byID := make(map[string]Question, len(qs))
	ids := make([]string, len(qs))
	for i, q := range qs {
		ids[i], byID[q.ID] = q.ID, q
	}
	edits, err := readEdits(ctx, tx, ids)
	if err != nil {
		return err
	}
	own := map[[2]string]*Question{}
	for _, d := range edits {
		own[[2]string{d.Workspace, d.Question}] = d.Content
	}
	if err := holdBank(ctx, tx); err != nil {
		return err
	}
	past, err := readPast(ctx, tx, "", ids)
	if err != nil {
		return err
	}
	var again []pastQuestion
	for _, p := range past {
		p.correct(own[[2]string{p.Workspace, p.Question.ID}], byID[p.Question.ID])
		if p.changed() {
			again = append(again, p)
		}
	}
	changes, err := e.regrade(ctx, tx, again, "")
	if err != nil || len(changes) == 0 {
		return err
	}
	return noteCorrections(ctx, tx, changes, e.now())
}

// regrade stores what has become of past questions, with everything that follows: typed answers are graded again, results that
// were shown are shown again, and channels are told. It returns whose answers are worth something else now.
func (e *Engine) regrade(ctx context.Context, tx pgx.Tx, past []pastQuestion, why string) ([]change, error) {
	if len(past) == 0 {
		return nil, nil
	}
	for i := range past {
		if err := past[i].readRight(ctx, tx); err != nil {
			return nil, err
		}
	}
	data, err := json.Marshal(past)
	if err != nil {
		return nil, fmt.Errorf("encode past questions: %w", err)
	}
	changes, err := countChanges(ctx, tx, data)
	if err != nil {
		return nil, err
	}
	if err := e.tellChannels(ctx, tx, past, data, why); err != nil {
		return nil, err
	}
	if err := storePast(ctx, tx, data); err != nil {
		return nil, err
	}
	return changes, showAgain(ctx, tx, data, e.now())
}

// readRight finds which of the texts typed are right from now on.
func (p *pastQuestion) readRight(ctx context.Context, tx pgx.Tx) error {
	p.Right = []string{}
	if p.Question.Kind != Typed {
		return nil
	}
	rows, err := tx.Query(ctx, `
		SELECT typed FROM quiz.answer
		WHERE workspace = $1 AND round = $2 AND position = $3 AND typed IS NOT NULL
		UNION
		SELECT typed FROM quiz.answer_aside
		WHERE workspace = $1 AND round = $2 AND position = $3 AND typed IS NOT NULL`, p.Workspace, p.Round, p.Position)
	if err != nil {
		return fmt.Errorf("read typed answers of round %d: %w", p.Round, err)
	}
	var typed string
	_, err = pgx.ForEachRow(rows, []any{&typed}, func() error {
		if p.Question.Accepts(typed) {
			p.Right = append(p.Right, typed)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read typed answers of round %d: %w", p.Round, err)
	}
	return nil
}

// changedSQL is the answers that will be worth something else when $1, past questions, is stored. It must be asked before.
const changedSQL = `
	WITH past AS (
		SELECT * FROM jsonb_to_recordset($1::jsonb)
			AS n (workspace text, round bigint, position smallint, question jsonb, voided timestamptz, "right" text[])
	), changed AS (
		SELECT a.workspace, a.round, a.player, q.question
		FROM past n
		JOIN quiz.round_question q ON q.workspace = n.workspace AND q.round = n.round AND q.position = n.position
		JOIN quiz.answer a         ON a.workspace = n.workspace AND a.round = n.round AND a.position = n.position
		WHERE CASE WHEN q.voided_at IS NULL THEN a.choice = q.key END
		IS DISTINCT FROM CASE WHEN n.voided IS NOT NULL THEN NULL
			WHEN a.typed IS NOT NULL THEN a.typed = ANY(n."right")
			ELSE a.choice = (n.question ->> 'Key')::smallint END
	)`

// A change says how many answers to a question are worth something else in a workspace.
type change struct {
	Workspace, Question string
	Answers, Players    int
}

// countChanges counts the answers that will be worth something else.
func countChanges(ctx context.Context, tx pgx.Tx, past []byte) ([]change, error) {
	rows, err := tx.Query(ctx, changedSQL+`
		SELECT workspace, question, count(*), count(DISTINCT player) FROM changed
		GROUP BY workspace, question ORDER BY workspace, question`, past)
	if err != nil {
		return nil, fmt.Errorf("count what changes: %w", err)
	}
	changes, err := pgx.CollectRows(rows, pgx.RowToStructByPos[change])
	if err != nil {
		return nil, fmt.Errorf("count what changes: %w", err)
	}
	return changes, nil
}

// storePast stores keys, explanations and what is voided, and grades what was typed. When it was said stays as it was.
func storePast(ctx context.Context, tx pgx.Tx, past []byte) error {
	_, err := tx.Exec(ctx, `
		WITH past AS (
			SELECT * FROM jsonb_to_recordset($1::jsonb)
				AS n (workspace text, round bigint, position smallint, question jsonb, voided timestamptz, "right" text[])
		), typed AS (
			UPDATE quiz.answer a SET choice = (a.typed = ANY(n."right"))::int
			FROM past n
			WHERE a.workspace = n.workspace AND a.round = n.round AND a.position = n.position AND a.typed IS NOT NULL
		), aside AS (
			UPDATE quiz.answer_aside a SET choice = (a.typed = ANY(n."right"))::int
			FROM past n
			WHERE a.workspace = n.workspace AND a.round = n.round AND a.position = n.position AND a.typed IS NOT NULL
		)
		UPDATE quiz.round_question q
		SET body      = q.body || jsonb_build_object('Explanation', n.question -> 'Explanation'),
		    key       = (n.question ->> 'Key')::smallint,
		    accepted  = CASE WHEN n.question ? 'Answers' THEN ARRAY(SELECT jsonb_array_elements_text(n.question -> 'Answers')) END,
		    voided_at = n.voided
		FROM past n
		WHERE q.workspace = n.workspace AND q.round = n.round AND q.position = n.position`, past)
	if err != nil {
		return fmt.Errorf("correct past rounds: %w", err)
	}
	return nil
}

// noteCorrections writes into the history of each workspace what a correction of the bank changed there.
func noteCorrections(ctx context.Context, tx pgx.Tx, changes []change, now time.Time) error {
	data, err := json.Marshal(changes)
	if err != nil {
		return fmt.Errorf("encode what changed: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO quiz.question_edit (workspace, question, rev, act, content, retired, base, by_name, at, why, answers, players)
		SELECT n."Workspace", n."Question", coalesce(l.rev, 0) + 1, 'bank', l.content, coalesce(l.retired, false),
			CASE WHEN l.content IS NULL THEN md5(b.content::text) ELSE l.base END, '', $2, '', n."Answers", n."Players"
		FROM jsonb_to_recordset($1::jsonb) AS n ("Workspace" text, "Question" text, "Answers" integer, "Players" integer)
		JOIN quiz.question b ON b.id = n."Question"
		LEFT JOIN LATERAL (
			SELECT * FROM quiz.question_edit q WHERE q.workspace = n."Workspace" AND q.question = n."Question"
			ORDER BY q.rev DESC LIMIT 1
		) l ON true`, data, now)
	if err != nil {
		return fmt.Errorf("note what was corrected: %w", err)
	}
	return nil
}
