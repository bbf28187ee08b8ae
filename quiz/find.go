package quiz

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// A Found is a question that FindQuestions found.
type Found struct {
	ID, Text string // as it stands in the workspace
	Reports  int    // people who report it and wait for a decision
}

// maxFindWords is how many words of what somebody types are looked for.
const maxFindWords = 8

// FindQuestions gives at most n questions, retired ones as well, in whose ID and text all words that were typed occur: first
// those that most people report, then those whose ID begins with what was typed. It is for admins: what it gives is no
// secret of any round, but all of the bank.
func (e *Engine) FindQuestions(ctx context.Context, workspace, typed string, n int) ([]Found, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	typed = strings.ToLower(strings.TrimSpace(typed))
	words := strings.Fields(typed)
	if !printable(typed, "") {
		return nil, nil
	}
	rows, err := e.db.Query(ctx, `
		WITH own AS (
			SELECT DISTINCT ON (question) question, content
			FROM quiz.question_edit WHERE workspace = $1
			ORDER BY question, rev DESC
		), reported AS (
			SELECT question, count(*)::int AS people
			FROM quiz.report WHERE workspace = $1 AND decided_at IS NULL
			GROUP BY question
		), found AS (
			SELECT b.id, coalesce(own.content, b.content) ->> 'Text' AS text, coalesce(reported.people, 0) AS reports
			FROM quiz.question b
			LEFT JOIN own      ON own.question      = b.id
			LEFT JOIN reported ON reported.question = b.id
		)
		SELECT id, text, reports FROM found
		WHERE NOT EXISTS (SELECT FROM unnest($2::text[]) word WHERE strpos(lower(id || ' ' || text), word) = 0)
		ORDER BY reports DESC, starts_with(id, $3) DESC, id
		LIMIT $4`, workspace, words[:min(len(words), maxFindWords)], typed, n)
	if err != nil {
		return nil, fmt.Errorf("find questions: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Found])
	if err != nil {
		return nil, fmt.Errorf("find questions: %w", err)
	}
	return found, nil
}
