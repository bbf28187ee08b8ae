package quiz

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// NoticeCorrection tells a channel that past answers there are worth something else now. Body is []Correction; until it is
// said for the first time, it is stored as an unsaid.
const NoticeCorrection NoticeKind = "correction"

const (
	// correctionNews is for how long the result of a round is something that people remember: who played in one of that age
	// is told when it changes.
	correctionNews = 30 * 24 * time.Hour
	// resultPause is how long a result that changes waits until it is shown again: an admin who goes through the reports about
	// one round changes it several times. noticePause leaves a minute more, so that people find what they are told; each decision
	// begins it anew, but for no longer than noticeLimit after the first.
	resultPause = 10 * time.Second
	noticePause = resultPause + time.Minute
	noticeLimit = 10 * time.Minute
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

// An unsaid is how questions stood when a channel was told of them last. What has become of them is looked up when it is to be
// said: several decisions about a question are told as one, and one that is undone in time is not told at all.
type unsaid struct {
	Before []pastQuestion    // with the key of then, each question of a round once
	Why    map[string]string // for the ID of a question, in the words of whoever decided last
	Since  time.Time         // when the first decision was made; zero in what a bot of the release before has stored
}

// due is when it is to be said if another decision is made now.
func (u *unsaid) due(now time.Time) time.Time {
	if u.Since.IsZero() {
		u.Since = now
	}
	due, last := now.Add(noticePause), u.Since.Add(noticeLimit)
	if due.After(last) {
		return last
	}
	return due
}

// add notes how past questions are before a decision about them. Those that are there already are not as people know them.
func (u *unsaid) add(before pastQuestion, why string) {
	known := func(p pastQuestion) bool { return p.Round == before.Round && p.Position == before.Position }
	if !slices.ContainsFunc(u.Before, known) {
		u.Before = append(u.Before, before)
	}
	if u.Why == nil {
		u.Why = map[string]string{}
	}
	u.Why[before.Question.ID] = why
}

// tellChannels queues a notice for each channel in which past questions were asked lately, before they are stored anew, or
// adds to the one that is waiting there. Rounds for one person and duels are nobody else's business. A round that is graded at
// its close and still open has told nobody anything, so there is nothing to correct; and while any round with the question is
// open, what is right is not told elsewhere either.
func (e *Engine) tellChannels(ctx context.Context, tx pgx.Tx, past []pastQuestion, data []byte, why string) error {
	rows, err := tx.Query(ctx, `
		SELECT n.place - 1, p.channel, quiz.open_until(r.workspace, n.past -> 'question' ->> 'ID', $2), pg_current_xact_id()::text
		FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS n (past, place)
		JOIN quiz.round r ON r.workspace = n.past ->> 'workspace' AND r.id = (n.past ->> 'round')::bigint
		JOIN quiz.post p  ON p.workspace = r.workspace AND p.round = r.id
		WHERE r.kind IN ('series', 'ask') AND (r.reveal OR r.closes_at <= $2) AND p.posted_at > $3
		ORDER BY p.workspace, p.channel, n.place`, data, e.now(), e.now().Add(-correctionNews))
	if err != nil {
		return fmt.Errorf("find whom to tell: %w", err)
	}
	var notices []newNotice
	var news []unsaid
	var place int
	var channel, xact string
	var open *time.Time
	_, err = pgx.ForEachRow(rows, []any{&place, &channel, &open, &xact}, func() error {
		before := past[place]
		before.Question, before.Voided, before.Right = before.was, before.voidedBefore, nil
		n := len(notices)
		if n == 0 || notices[n-1].Workspace != before.Workspace || notices[n-1].Channel != channel {
			notices = append(notices, newNotice{Workspace: before.Workspace, Kind: NoticeCorrection, Channel: channel,
				Dedupe: fmt.Sprintf("correction/%d/%s/%s", e.now().UnixMicro(), xact, channel)})
			news = append(news, unsaid{})
			n++
		}
		if last := &notices[n-1]; open != nil && open.After(last.From) { // else queueUnsaid says from when
			last.From = *open
		}
		news[n-1].add(before, why)
		return nil
	})
	if err != nil {
		return fmt.Errorf("find whom to tell: %w", err)
	}
	if len(notices) == 0 {
		return nil
	}
	return e.queueUnsaid(ctx, tx, notices, news)
}

// queueUnsaid queues notices of corrections, or adds them to those that wait unsaid in the same channels.
func (e *Engine) queueUnsaid(ctx context.Context, tx pgx.Tx, notices []newNotice, news []unsaid) error {
	waiting, err := lockUnsaid(ctx, tx, notices)
	if err != nil {
		return err
	}
	var fresh []newNotice
	for i, n := range notices {
		w, found := waiting[[2]string{n.Workspace, n.Channel}]
		for _, p := range news[i].Before {
			w.unsaid.add(p, news[i].Why[p.Question.ID])
		}
		if due := w.unsaid.due(e.now()); n.From.Before(due) {
			n.From = due
		}
		n.Expires = n.From.Add(correctionTries)
		if !found {
			n.Body = w.unsaid
			fresh = append(fresh, n)
			continue
		}
		body, err := json.Marshal(w.unsaid)
		if err != nil {
			return fmt.Errorf("encode corrections: %w", err)
		}
		_, err = tx.Exec(ctx, `
			UPDATE quiz.notice
			SET body = $3, next_at = greatest(next_at, $4),
				expires_at = CASE WHEN first_tried_at IS NULL THEN greatest(expires_at, $5) ELSE expires_at END  -- it is in Key
			WHERE workspace = $1 AND id = $2`, n.Workspace, w.id, body, n.From, n.Expires)
		if err != nil {
			return fmt.Errorf("add to notice %d: %w", w.id, err)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	return e.queueNotice(ctx, tx, fresh...)
}

// A waitingNotice is one of corrections that was not said yet.
type waitingNotice struct {
	id     int64
	unsaid unsaid
}

// lockUnsaid finds what waits unsaid in the channels of some notices, and keeps it from being said until the transaction ends.
func lockUnsaid(ctx context.Context, tx pgx.Tx, notices []newNotice) (map[[2]string]waitingNotice, error) {
	var workspaces, channels []string
	for _, n := range notices {
		workspaces, channels = append(workspaces, n.Workspace), append(channels, n.Channel)
	}
	rows, err := tx.Query(ctx, `
		SELECT n.workspace, n.channel, n.id, n.body
		FROM unnest($1::text[], $2::text[]) AS c (workspace, channel)
		JOIN quiz.notice n ON n.workspace = c.workspace AND n.channel = c.channel
		WHERE n.kind = 'correction' AND n.finished_at IS NULL AND jsonb_typeof(n.body) = 'object'
		ORDER BY n.workspace, n.id
		FOR NO KEY UPDATE OF n`, workspaces, channels)
	if err != nil {
		return nil, fmt.Errorf("find what is not said yet: %w", err)
	}
	all := map[[2]string]waitingNotice{}
	var key [2]string
	var w waitingNotice
	_, err = pgx.ForEachRow(rows, []any{&key[0], &key[1], &w.id, &w.unsaid}, func() error {
		all[key], w = w, waitingNotice{}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find what is not said yet: %w", err)
	}
	return all, nil
}

// freshCorrection looks up what has become of the questions of a notice, when it is said for the first time. From then on it
// stays as it is: it may have been said, and whatever is decided now is told in a notice of its own.
func (e *Engine) freshCorrection(ctx context.Context, c *noticeClaim) (unwanted string, err error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	err = pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error {
		// A decision that is being made is waited for; the next one finds that this is being said.
		err := tx.QueryRow(ctx, `
			SELECT body FROM quiz.notice WHERE workspace = $1 AND id = $2
			FOR NO KEY UPDATE`, c.Workspace, c.ID).Scan(&c.Body)
		if err != nil || !bytes.HasPrefix(c.Body, []byte("{")) {
			return err
		}
		var u unsaid
		if err := json.Unmarshal(c.Body, &u); err != nil {
			return err
		}
		all, err := u.corrections(ctx, tx)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			unwanted = "all is as people know it"
		}
		if c.Body, err = json.Marshal(all); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE quiz.notice SET body = $3 WHERE workspace = $1 AND id = $2`, c.Workspace, c.ID, c.Body)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("bring notice %d up to date: %w", c.ID, err)
	}
	return unwanted, nil
}

// corrections tells what has become of the questions. Those to which no answer is worth anything else are left out.
func (u unsaid) corrections(ctx context.Context, tx pgx.Tx) ([]Correction, error) {
	all := []Correction{}
	for i := range u.Before {
		if err := u.Before[i].readRight(ctx, tx); err != nil {
			return nil, err
		}
	}
	data, err := json.Marshal(u.Before)
	if err != nil {
		return nil, fmt.Errorf("encode past questions: %w", err)
	}
	// Here $1 is what was and the tables hold what is, so it finds the same answers as the other way round.
	rows, err := tx.Query(ctx, changedSQL+`, told AS (
			SELECT workspace, question, max(round) AS round, count(*) AS answers, count(DISTINCT player) AS players
			FROM changed GROUP BY workspace, question
		)
		SELECT q.round, q.position, q.body || jsonb_build_object('Key', q.key, 'Answers', q.accepted), q.voided_at, t.answers, t.players
		FROM told t
		JOIN quiz.round_question q ON q.workspace = t.workspace AND q.round = t.round AND q.question = t.question
		ORDER BY t.question`, data)
	if err != nil {
		return nil, fmt.Errorf("find what has changed: %w", err)
	}
	var now pastQuestion
	var answers, players int
	_, err = pgx.ForEachRow(rows, []any{&now.Round, &now.Position, &now.Question, &now.Voided, &answers, &players}, func() error {
		i := slices.IndexFunc(u.Before, func(p pastQuestion) bool { return p.Round == now.Round && p.Position == now.Position })
		c := correctionOf(u.Before[i], now, u.Why[now.Question.ID])
		c.Answers, c.Players = answers, players
		all, now = append(all, c), pastQuestion{}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find what has changed: %w", err)
	}
	return all, nil
}

// correctionOf is what has become of a question of a round.
func correctionOf(before, now pastQuestion, why string) Correction {
	c := Correction{Text: now.Question.Text, Was: before.Question.Right(), Now: now.Question.Right(), Why: why,
		Voided: now.Voided != nil, Again: before.Voided != nil && now.Voided == nil}
	if why == "" && !c.Voided && c.Was != c.Now {
		c.Why = now.Question.Explanation
	}
	return c
}

// toBeTold counts the channels of a workspace that are going to be told what has become of a question.
func toBeTold(ctx context.Context, tx pgx.Tx, workspace, id string) (channels int, err error) {
	rows, err := tx.Query(ctx, `
		SELECT body FROM quiz.notice
		WHERE workspace = $1 AND kind = 'correction' AND finished_at IS NULL AND jsonb_typeof(body) = 'object'
		ORDER BY id`, workspace)
	if err != nil {
		return 0, fmt.Errorf("find whom to tell of %s: %w", id, err)
	}
	waiting, err := pgx.CollectRows(rows, pgx.RowTo[unsaid])
	if err != nil {
		return 0, fmt.Errorf("find whom to tell of %s: %w", id, err)
	}
	for _, u := range waiting {
		u.Before = slices.DeleteFunc(u.Before, func(p pastQuestion) bool { return p.Question.ID != id })
		all, err := u.corrections(ctx, tx)
		if err != nil {
			return 0, err
		}
		if len(all) > 0 {
			channels++
		}
	}
	return channels, nil
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
