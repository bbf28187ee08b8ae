package quiz

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// NoticeCorrection tells a channel that past answers there are worth something else now. Body is []Correction.
const NoticeCorrection NoticeKind = "correction"

const (
	// correctionNews is for how long the result of a round is something that people remember: who played in one of that age
	// is told when it changes.
	correctionNews = 30 * 24 * time.Hour
	// resultPause is how long a result that changes waits until it is shown again: an admin who goes through the reports about
	// one round changes it several times. noticePause leaves a minute more, so that people find what they are told.
	resultPause = 10 * time.Second
	noticePause = resultPause + time.Minute
	// correctionTries is for how long it is tried to tell them.
	correctionTries = 3 * 24 * time.Hour
)

// A Correction is what has become of a question that was asked in a channel.
type Correction struct {
	Text     string // the question
	Was, Now string // the right answer before and now, in words
	Voided   bool   // it was taken back: no answer to it counts any more
	Again    bool   // it had been taken back, and counts again
	Why      string // in the words of whoever decided, or the explanation of the new key; may be empty
	Answers  int    // in rounds of this channel of the last 30 days, how many answers are worth something else
	Players  int    // and of how many players
}

// tellChannels queues a notice for each channel in which past questions were asked lately and answers are worth something else
// once they are stored. Rounds for one person and duels are nobody else's business. A round that is graded at its close and
// still open has told nobody anything, so there is nothing to correct; and while any round with the question is open, what is
// right is not told elsewhere either.
func (e *Engine) tellChannels(ctx context.Context, tx pgx.Tx, past []pastQuestion, data []byte, why string) error {
	rows, err := tx.Query(ctx, changedSQL+`, told AS (
			SELECT p.workspace, p.channel, c.question, max(c.round) AS round, count(*) AS answers, count(DISTINCT c.player) AS players
			FROM changed c
			JOIN quiz.round r ON r.workspace = c.workspace AND r.id = c.round
			JOIN quiz.post p  ON p.workspace = c.workspace AND p.round = c.round
			WHERE r.kind IN ('series', 'ask') AND (r.reveal OR r.closes_at <= $2) AND p.posted_at > $3
			GROUP BY p.workspace, p.channel, c.question
		)
		SELECT t.workspace, t.channel, t.question, t.round, t.answers, t.players, quiz.open_until(t.workspace, t.question, $2),
			pg_current_xact_id()::text
		FROM told t
		ORDER BY t.workspace, t.channel, t.question`, data, e.now(), e.now().Add(-correctionNews))
	if err != nil {
		return fmt.Errorf("find whom to tell: %w", err)
	}
	var notices []newNotice
	var workspace, channel, question, xact string
	var round int64
	var answers, players int
	var open *time.Time
	_, err = pgx.ForEachRow(rows, []any{&workspace, &channel, &question, &round, &answers, &players, &open, &xact}, func() error {
		n := len(notices)
		if n == 0 || notices[n-1].Workspace != workspace || notices[n-1].Channel != channel {
			notices = append(notices, newNotice{Workspace: workspace, Kind: NoticeCorrection, Channel: channel, From: e.now().Add(noticePause),
				Dedupe: fmt.Sprintf("correction/%d/%s/%s", e.now().UnixMicro(), xact, channel)})
			n++
		}
		last := &notices[n-1]
		if open != nil && open.After(last.From) {
			last.From = *open
		}
		last.Expires = last.From.Add(correctionTries)
		c := correctionOf(past, workspace, round, question)
		c.Answers, c.Players = answers, players
		if why != "" {
			c.Why = why
		}
		body, _ := last.Body.([]Correction)
		last.Body = append(body, c)
		return nil
	})
	if err != nil {
		return fmt.Errorf("find whom to tell: %w", err)
	}
	if len(notices) == 0 {
		return nil
	}
	return e.queueNotice(ctx, tx, notices...)
}

// correctionOf is what becomes of a question of a round.
func correctionOf(past []pastQuestion, workspace string, round int64, question string) Correction {
	for _, p := range past {
		if p.Workspace == workspace && p.Round == round && p.Question.ID == question {
			c := Correction{Text: p.Question.Text, Was: p.was.Right(), Now: p.Question.Right(), Voided: p.Voided != nil, Again: p.wasVoided && p.Voided == nil}
			if !c.Voided && c.Was != c.Now {
				c.Why = p.Question.Explanation
			}
			return c
		}
	}
	return Correction{}
}

// showAgain puts the results of past questions' rounds on the list of what is to be shown, as far as they were shown or are
// being shown just now, of rounds that people remember. A duel's is posted anew each time, so it stays as it is.
func showAgain(ctx context.Context, tx pgx.Tx, past []byte, now time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE quiz.post p
		SET finished_at = NULL, attempts = 0, lease_owner = NULL, lease_until = NULL,
			-- Not while a call with the old result may still be under way.
			next_at = greatest($4, p.lease_until, quiz.open_until(n.workspace, n.id, $2))
		FROM (
			SELECT DISTINCT workspace, round, question ->> 'ID' AS id
			FROM jsonb_to_recordset($1::jsonb) AS n (workspace text, round bigint, question jsonb)
		) n
		JOIN quiz.round r ON r.workspace = n.workspace AND r.id = n.round
		WHERE p.workspace = n.workspace AND p.round = n.round AND r.kind IN ('series', 'ask') AND r.closes_at <= $2
		AND p.posted_at > $3 AND (p.finished_at IS NULL OR p.problem IS NULL)`, past, now, now.Add(-correctionNews), now.Add(resultPause))
	if err != nil {
		return fmt.Errorf("show results again: %w", err)
	}
	return nil
}
