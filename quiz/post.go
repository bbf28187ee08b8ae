package quiz

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// postTimeout is what a Poster has for one call. leaseTime must be longer, by the time that claiming and reading may
	// take (dbTimeout each): while a call may still reach the platform, nobody else may begin the same one.
	postTimeout = 30 * time.Second
	leaseTime   = 60 * time.Second
	// handover is for how long a round that somebody asked for is left to their Deliver before Run posts it: for a
	// process that died between the two.
	handover = 2 * time.Second
	// shutdownGrace is what a call that is under way has left when Run is told to stop: a call that is cut off leaves
	// behind a post of which nobody knows whether it is there.
	shutdownGrace = 5 * time.Second
	// storeTimeout is for writing down what happened, which is done even when ctx has ended.
	storeTimeout = 5 * time.Second
	// markPause is between two attempts to write down that something was posted.
	markPause = 500 * time.Millisecond
	// closeTries is how long after a round's close its result is still worth showing.
	closeTries = 24 * time.Hour
	// maxBackoff is the longest pause between two attempts.
	maxBackoff = 5 * time.Minute
)

// A claim is a post that this engine has leased: nobody else touches it until the lease runs out.
type claim struct {
	workspace, channel string
	round              int64
	owner              string    // of this claim only
	until              time.Time // when the lease ends, on the clock of this computer: it measures, it is not compared with rows
	attempts           int       // before this one, since the last success
	posted             bool
	message            string
	tried              time.Time
}

// claimPosts leases up to n posts for which there is something to do, those first that have waited longest, and in each
// channel one after the other: yesterday's result is shown before today's question. With a round it claims only the
// posts of that one, and at once, as somebody waits for it. Workspaces that have enough at work are passed over.
func (e *Engine) claimPosts(ctx context.Context, n int, round *Round, passedOver ...string) ([]claim, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	var workspace *string
	var id *int64
	if round != nil {
		workspace, id = &round.Workspace, &round.ID
	}
	now, until := e.now(), time.Now().Add(leaseTime)
	rows, err := e.db.Query(ctx, `
		WITH due AS MATERIALIZED (
			SELECT p.workspace, p.round, p.channel, p.first_tried_at
			FROM quiz.post p
			WHERE p.finished_at IS NULL AND p.next_at <= $1
			AND (p.lease_until IS NULL OR p.lease_until <= $1
				OR $3::text IS NOT NULL AND p.first_tried_at IS NULL)  -- kept for Deliver, see insertRounds
			AND ($2::text[] IS NULL OR p.platform = ANY($2))
			AND ($3::text IS NULL OR p.workspace = $3 AND p.round = $4)
			AND p.workspace <> ALL(coalesce($7::text[], '{}'))
			-- One at a time in a channel: what was due before goes first, also while another engine is at it.
			AND ($3::text IS NOT NULL OR NOT EXISTS (
				SELECT FROM quiz.post o
				WHERE o.channel = p.channel AND o.finished_at IS NULL
				AND o.next_at <= p.next_at AND (o.next_at, o.round) < (p.next_at, p.round)
			))
			ORDER BY p.next_at, p.round
			LIMIT $5
			FOR NO KEY UPDATE OF p SKIP LOCKED  -- answers refer to posts, and must not wait
		)
		UPDATE quiz.post p
		SET lease_owner = gen_random_uuid(), lease_until = $6, attempts = p.attempts + 1,
			first_tried_at = coalesce(p.first_tried_at, $1)
		FROM due
		WHERE p.workspace = due.workspace AND p.round = due.round AND p.channel = due.channel
		RETURNING p.workspace, p.round, p.channel, p.lease_owner::text, p.attempts - 1, p.posted_at IS NOT NULL,
			coalesce(p.message, ''), due.first_tried_at`,
		now, e.platforms, workspace, id, n, now.Add(leaseTime), passedOver)
	if err != nil {
		return nil, fmt.Errorf("claim posts: %w", err)
	}
	claims, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c claim, err error) {
		var tried *time.Time
		c.until = until
		err = row.Scan(&c.workspace, &c.round, &c.channel, &c.owner, &c.attempts, &c.posted, &c.message, &tried)
		if tried != nil {
			c.tried = *tried
		}
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("claim posts: %w", err)
	}
	return claims, nil
}

// Deliver posts a round now, in this call, where it has not been posted yet: for somebody who waits for it. Whatever
// fails stays in the outbox, so Run tries again; the error is for telling them. A post that Run is busy with is left to it.
func (e *Engine) Deliver(ctx context.Context, p Poster, r Round) error {
	claims, err := e.claimPosts(ctx, maxChannels, &r)
	if err != nil {
		return err
	}
	var all []error
	for _, c := range claims {
		all = append(all, e.attend(ctx, p, c))
	}
	return errors.Join(all...)
}

// attend does what is to be done for a claimed post and writes down what became of it. No transaction is open while
// the Poster works. The error is what the Poster or the database said; it has been dealt with.
func (e *Engine) attend(ctx context.Context, p Poster, c claim) error {
	round, err := e.readSoon(ctx, c)
	if err != nil {
		return errors.Join(err, e.release(ctx, c, e.now().Add(time.Second), err))
	}
	post := Post{Round: round, Channel: c.channel, Message: c.message, Key: postKey(round, c.channel), Tried: c.tried}
	switch now := e.now(); {
	case !c.posted && round.Closed(now):
		return e.giveUp(ctx, c, "not posted before the round closed")
	case !c.posted:
		message, err := e.callPost(ctx, p, post)
		if err != nil {
			return e.failed(ctx, c, round, round.Closes, fmt.Errorf("post round %d in %s: %w", c.round, c.channel, err))
		}
		return e.keepMarking(ctx, c.until, func() error { return e.markPosted(ctx, c, message) })
	case !round.Closed(now):
		return e.release(ctx, c, round.Closes, nil) // the close moved after this post was put on the list
	}
	err = e.showResult(ctx, p, post)
	if errors.Is(err, errStillOpen) {
		return e.release(ctx, c, e.now(), nil) // the close has just moved; read it again
	}
	if err != nil {
		return e.failed(ctx, c, round, round.Closes.Add(closeTries), fmt.Errorf("close round %d in %s: %w", c.round, c.channel, err))
	}
	return e.finish(ctx, c, "")
}

// errStillOpen is for a round whose close moved before it was sealed.
var errStillOpen = errors.New("the round is open")

// showResult counts the answers once there can be no more of them.
func (e *Engine) showResult(ctx context.Context, p Poster, post Post) error {
	sealed, err := e.seal(ctx, post.Round.Workspace, post.Round.ID)
	if err != nil {
		return err
	}
	if !sealed {
		return errStillOpen
	}
	t, err := e.tally(ctx, post.Round)
	if err != nil {
		return err
	}
	return e.callClose(ctx, p, post, t)
}

func (e *Engine) readSoon(ctx context.Context, c claim) (Round, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	return readRound(ctx, e.db, c.workspace, c.round)
}

func (e *Engine) callPost(ctx context.Context, p Poster, post Post) (message string, err error) {
	ctx, cancel := withGrace(ctx)
	defer cancel()
	defer recovered(&err)
	return p.PostRound(ctx, post)
}

func (e *Engine) callClose(ctx context.Context, p Poster, post Post, t Tally) (err error) {
	ctx, cancel := withGrace(ctx)
	defer cancel()
	defer recovered(&err)
	return p.CloseRound(ctx, post, t)
}

// withGrace gives a call postTimeout, of which shutdownGrace remains when ctx ends.
func withGrace(ctx context.Context) (context.Context, context.CancelFunc) {
	call, cancel := context.WithTimeout(context.WithoutCancel(ctx), postTimeout)
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-call.Done():
		case <-time.After(shutdownGrace):
			cancel()
		}
	})
	return call, func() { stop(); cancel() }
}

// recovered turns a panic of a Poster into an error: one bad round must not end the program.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
	}
}

// failed decides how a post goes on after an error; until is when there is no point in trying any longer.
func (e *Engine) failed(ctx context.Context, c claim, r Round, until time.Time, problem error) error {
	if errors.Is(problem, ErrGone) {
		return errors.Join(problem, e.endGone(ctx, c, r, problem))
	}
	next := e.now().Add(pauseAfter(problem, c.attempts))
	if c.posted && !next.Before(until) {
		return errors.Join(problem, e.giveUp(ctx, c, problem.Error()))
	}
	if !c.posted && next.After(until) {
		next = until // then it is given up, without another attempt
	}
	return errors.Join(problem, e.release(ctx, c, next, problem))
}

// pauseAfter is how long to wait after a problem that so many others came before in a row.
func pauseAfter(problem error, failures int) time.Duration {
	if wait, ok := errors.AsType[*RetryError](problem); ok {
		return min(max(wait.After, time.Second), time.Hour)
	}
	return backoff(failures)
}

// backoff is the pause after so many failures in a row: from one second, doubled each time, up to maxBackoff. A quarter
// of it is chance, so that a thousand posts that failed together do not come back together.
func backoff(failures int) time.Duration {
	pause := maxBackoff
	if failures < 8 {
		pause = min(time.Second<<failures, maxBackoff)
	}
	return pause*3/4 + rand.N(pause/4)
}

// store runs a statement about a claimed post, $1 to $3 being its key. It has its own time limit: what happened must be
// written down even when ctx has ended.
func (e *Engine) store(ctx context.Context, c claim, what, sql string, args ...any) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	if _, err := e.db.Exec(ctx, sql, append([]any{c.workspace, c.round, c.channel}, args...)...); err != nil {
		return fmt.Errorf("%s of round %d in %s: %w", what, c.round, c.channel, err)
	}
	return nil
}

// keepMarking writes down that something was posted, again and again until the lease ends or Run is stopped: if the database
// is away just now, another attempt costs nothing, while a post that nobody knows of is posted a second time.
func (e *Engine) keepMarking(ctx context.Context, until time.Time, mark func() error) error {
	for attempt := 0; ; attempt++ {
		err := mark()
		if err == nil {
			return nil
		}
		if attempt == 0 {
			e.log.ErrorContext(ctx, "what was posted could not be written down; trying again for a minute", "error", err)
		}
		if !time.Now().Before(until) || !e.sleep(ctx, markPause, false) {
			return err
		}
	}
}

// markPosted remembers the message and waits for the close. It does not ask who holds the lease: whoever succeeded first
// is right, even if they took longer than their lease and others have given the post up since: its result is shown.
func (e *Engine) markPosted(ctx context.Context, c claim, message string) error {
	return e.store(ctx, c, "mark the post", `
		WITH r AS (
			SELECT closes_at FROM quiz.round WHERE workspace = $1 AND id = $2
			FOR SHARE  -- or a close that moves at this moment (see setClose) would be overwritten by the old one
		)
		UPDATE quiz.post
		SET posted_at = $4, message = $5, next_at = r.closes_at, finished_at = NULL, attempts = 0, problem = NULL, lease_owner = NULL, lease_until = NULL
		FROM r
		WHERE workspace = $1 AND round = $2 AND channel = $3 AND posted_at IS NULL`, e.now(), message)
}

// release gives a post back for another attempt at that time. A platform that told us to wait has posted nothing, so
// this attempt does not count as one that may have (looking for such posts takes time, and platforms limit it, too), nor
// as a failure, which makes pauses longer.
func (e *Engine) release(ctx context.Context, c claim, next time.Time, problem error) error {
	_, nothing := errors.AsType[*RetryError](problem)
	var why *string
	if problem != nil {
		s := clip(problem.Error(), maxProblem)
		why = &s
	}
	return e.store(ctx, c, "put back the post", `
		UPDATE quiz.post SET next_at = $5, problem = $6, lease_owner = NULL, lease_until = NULL,
			first_tried_at = CASE WHEN $7 AND $8 THEN NULL ELSE first_tried_at END,
			attempts = CASE WHEN $7 THEN attempts - 1 ELSE attempts END
		WHERE workspace = $1 AND round = $2 AND channel = $3 AND lease_owner = $4::uuid`, c.owner, next, why, nothing, c.tried.IsZero())
}

// maxProblem is how much of an error is kept with a post or a channel, in characters.
const maxProblem = 300

// finish ends the work on a post.
func (e *Engine) finish(ctx context.Context, c claim, problem string) error {
	return e.store(ctx, c, "finish the post", `
		UPDATE quiz.post SET finished_at = $5, problem = nullif($6, ''), lease_owner = NULL, lease_until = NULL
		WHERE workspace = $1 AND round = $2 AND channel = $3 AND lease_owner = $4::uuid`, c.owner, e.now(), clip(problem, maxProblem))
}

// giveUp finishes a post that did not work out.
func (e *Engine) giveUp(ctx context.Context, c claim, why string) error {
	e.log.WarnContext(ctx, "a post is given up", "workspace", c.workspace, "channel", c.channel, "round", c.round, "reason", why)
	return e.finish(ctx, c, why)
}
