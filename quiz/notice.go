package quiz

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// NoticeKind says what a notice is about.
type NoticeKind string

// The kinds of notices.
const (
	NoticeReminder NoticeKind = "reminder" // Body is a Reminder
)

// A Notice is something to say outside of rounds, once: to a channel, or to one person.
type Notice struct {
	Workspace string
	ID        int64
	Kind      NoticeKind
	Channel   string          // where it is said; empty for a notice to one person
	To        Person          // to whom, without a name; zero for a notice to a channel
	Body      json.RawMessage // what there is to say, see Kind
	Key       string          // at most 25 characters; the same at every attempt, different for every notice: an idempotency key
	Tried     time.Time       // of the first attempt; zero if this is the first. If it is not, it may have been said already
}

// A newNotice is what queueNotice needs; the keys are what its SQL reads.
type newNotice struct {
	Workspace string     `json:"workspace"`
	Kind      NoticeKind `json:"kind"`
	Channel   string     `json:"channel,omitempty"` // where it is said, or
	Player    int64      `json:"player,omitempty"`  // to whom: at their identity in the workspace, else at any
	Body      any        `json:"body"`
	Dedupe    string     `json:"dedupe"` // what makes it happen once in the workspace, such as "reminder/ROUND/PLAYER"
	From      time.Time  `json:"from"`   // not said before; zero means at once
	Expires   time.Time  `json:"expires"`
}

// queueNotice puts notices into the outbox, from where Run delivers them after the transaction. One whose Dedupe was
// queued before, delivered or not, changes nothing; nor does one to a player without an identity.
// Call signal after the commit, or Run learns of them a second later.
func (e *Engine) queueNotice(ctx context.Context, tx pgx.Tx, notices ...newNotice) error {
	now := e.now()
	for i := range notices {
		if notices[i].From.IsZero() {
			notices[i].From = now
		}
	}
	data, err := json.Marshal(notices)
	if err != nil {
		return fmt.Errorf("encode notices: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO quiz.notice (workspace, kind, channel, home, user_id, body, dedupe, next_at, expires_at)
		SELECT n.workspace, n.kind, n.channel, i.workspace, i.user_id, n.body, n.dedupe, n."from", n.expires
		FROM jsonb_to_recordset($1::jsonb) AS n (
			workspace text, kind text, channel text, player bigint, body jsonb, dedupe text, "from" timestamptz, expires timestamptz)
		LEFT JOIN LATERAL (
			SELECT i.workspace, i.user_id FROM quiz.identity i
			WHERE i.player = n.player
			ORDER BY i.workspace <> n.workspace, i.workspace, i.user_id
			LIMIT 1
		) i ON n.channel IS NULL
		WHERE n.channel IS NOT NULL OR i.user_id IS NOT NULL
		ON CONFLICT (workspace, dedupe) DO NOTHING`, data)
	if err != nil {
		return fmt.Errorf("queue notices: %w", err)
	}
	return nil
}

// A noticeClaim is a notice that this engine has leased: nobody else touches it until the lease runs out.
type noticeClaim struct {
	Notice
	owner    string
	until    time.Time // when the lease ends, on the clock of this computer
	attempts int       // before this one
	expires  time.Time
}

// claimNotices leases up to n notices whose time has come, those first that have waited longest. Of one kind a channel gets one
// after the other, in the order in which they were queued: what was taken back and counts again must not be told the other way round.
// Workspaces that have enough at work are passed over.
func (e *Engine) claimNotices(ctx context.Context, n int, passedOver ...string) ([]noticeClaim, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	now, until := e.now(), time.Now().Add(leaseTime)
	rows, err := e.db.Query(ctx, `
		WITH due AS MATERIALIZED (
			SELECT n.workspace, n.id, n.first_tried_at
			FROM quiz.notice n
			WHERE n.finished_at IS NULL AND n.next_at <= $1
			AND (n.lease_until IS NULL OR n.lease_until <= $1)
			AND ($2::text[] IS NULL OR n.platform = ANY($2))
			AND n.workspace <> ALL(coalesce($5::text[], '{}'))
			AND (n.channel IS NULL OR NOT EXISTS (
				SELECT FROM quiz.notice e
				WHERE e.workspace = n.workspace AND e.channel = n.channel AND e.kind = n.kind AND e.id < n.id
				AND e.finished_at IS NULL AND (e.next_at <= $1 OR e.first_tried_at IS NOT NULL)))
			ORDER BY n.next_at, n.id
			LIMIT $3
			FOR NO KEY UPDATE OF n SKIP LOCKED
		)
		UPDATE quiz.notice n
		SET lease_owner = gen_random_uuid(), lease_until = $4, attempts = n.attempts + 1,
			first_tried_at = coalesce(n.first_tried_at, $1)
		FROM due
		WHERE n.workspace = due.workspace AND n.id = due.id
		RETURNING n.workspace, n.id, n.kind, coalesce(n.channel, ''), coalesce(n.home, ''), coalesce(n.user_id, ''), n.body,
			n.dedupe, n.expires_at, n.lease_owner::text, n.attempts - 1, due.first_tried_at`, now, e.platforms, n, now.Add(leaseTime), passedOver)
	if err != nil {
		return nil, fmt.Errorf("claim notices: %w", err)
	}
	claims, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c noticeClaim, err error) {
		var dedupe string
		var tried *time.Time
		c.until = until
		err = row.Scan(&c.Workspace, &c.ID, &c.Kind, &c.Channel, &c.To.Workspace, &c.To.User, &c.Body,
			&dedupe, &c.expires, &c.owner, &c.attempts, &tried)
		if tried != nil {
			c.Tried = *tried
		}
		c.Key = noticeKey(c.Notice, dedupe, c.expires)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("claim notices: %w", err)
	}
	return claims, nil
}

// noticeKey makes Key. The time is in it for the reason that postKey gives.
func noticeKey(n Notice, dedupe string, expires time.Time) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "notice\x1f%s\x1f%d\x1f%s\x1f%d", n.Workspace, n.ID, dedupe, expires.UnixMicro()))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:15]))
}

// attendNotice says a claimed notice, if it is still news, and writes down what became of it. No transaction is open while
// the Poster works. The error is what the Poster or the database said; it has been dealt with.
func (e *Engine) attendNotice(ctx context.Context, p Poster, c noticeClaim) error {
	unwanted, err := e.freshen(ctx, &c)
	switch {
	case err != nil:
		return errors.Join(err, e.releaseNotice(ctx, c, e.now().Add(backoff(c.attempts)), err))
	case unwanted != "":
		return e.endNotice(ctx, c, unwanted)
	}
	err = e.callNotice(ctx, p, c.Notice)
	if err == nil {
		return e.keepMarking(ctx, c.until, func() error { return e.markSaid(ctx, c) })
	}
	return e.noticeFailed(ctx, c, fmt.Errorf("say notice %d: %w", c.ID, err))
}

// freshen brings up to date what a notice says, or says why it is not to be said any more.
func (e *Engine) freshen(ctx context.Context, c *noticeClaim) (unwanted string, err error) {
	switch {
	case !e.now().Before(c.expires):
		return "not said before it expired", nil
	case c.Kind == NoticeReminder:
		return e.freshReminder(ctx, c)
	case c.Kind == NoticeMock:
		return e.freshMock(ctx, c)
	case c.Kind == NoticeCorrection:
		return e.freshCorrection(ctx, c)
	}
	return "", nil
}

func (e *Engine) callNotice(ctx context.Context, p Poster, n Notice) (err error) {
	ctx, cancel := withGrace(ctx)
	defer cancel()
	defer recovered(&err)
	return p.PostNotice(ctx, n)
}

// noticeFailed decides how a notice goes on after an error.
func (e *Engine) noticeFailed(ctx context.Context, c noticeClaim, problem error) error {
	next := e.now().Add(pauseAfter(problem, c.attempts))
	gone := errors.Is(problem, ErrGone)
	if gone && c.Kind == NoticeReminder {
		problem = errors.Join(problem, e.stopAll(ctx, c))
	}
	if gone || !next.Before(c.expires) {
		return errors.Join(problem, e.endNotice(ctx, c, problem.Error()))
	}
	return errors.Join(problem, e.releaseNotice(ctx, c, next, problem))
}

// markSaid remembers that a notice was said. It does not ask who holds the lease: whoever succeeded first is right.
func (e *Engine) markSaid(ctx context.Context, c noticeClaim) error {
	return e.storeNotice(ctx, c, "mark", `
		UPDATE quiz.notice SET posted_at = $3, finished_at = $3, problem = NULL, lease_owner = NULL, lease_until = NULL
		WHERE workspace = $1 AND id = $2 AND posted_at IS NULL`, e.now())
}

// endNotice ends the work on a notice that is not said.
func (e *Engine) endNotice(ctx context.Context, c noticeClaim, why string) error {
	return e.storeNotice(ctx, c, "end", `
		UPDATE quiz.notice SET finished_at = $4, problem = $5, lease_owner = NULL, lease_until = NULL
		WHERE workspace = $1 AND id = $2 AND lease_owner = $3::uuid`, c.owner, e.now(), clip(why, maxProblem))
}

// releaseNotice gives a notice back for another attempt at that time.
func (e *Engine) releaseNotice(ctx context.Context, c noticeClaim, next time.Time, problem error) error {
	return e.storeNotice(ctx, c, "put back", `
		UPDATE quiz.notice SET next_at = $4, problem = $5, lease_owner = NULL, lease_until = NULL
		WHERE workspace = $1 AND id = $2 AND lease_owner = $3::uuid`, c.owner, next, clip(problem.Error(), maxProblem))
}

// storeNotice runs a statement about a notice, $1 and $2 being its key, with a time limit of its own as store has it.
func (e *Engine) storeNotice(ctx context.Context, c noticeClaim, what, sql string, args ...any) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	if _, err := e.db.Exec(ctx, sql, append([]any{c.Workspace, c.ID}, args...)...); err != nil {
		return fmt.Errorf("%s notice %d: %w", what, c.ID, err)
	}
	return nil
}
