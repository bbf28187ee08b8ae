package quiz

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	duelQuestions = 5 // by default
	// challengeWindow is how long a challenge waits for an answer: wherever the other one lives, a working day is in it.
	challengeWindow = 24 * time.Hour
	// duelWindow is how long the two have once it is accepted; the same, so that there is one number to remember.
	duelWindow = 24 * time.Hour
)

// A ChallengeRequest asks somebody for a duel.
type ChallengeRequest struct {
	Workspace, Channel string // where it is announced, and where the result is posted
	By, Against        Person
	Questions          int    // 1 to MaxQuestions; 0 means five
	Topic              string // empty: anything
}

// Challenge opens a duel: the same questions for two players, who answer at their own pace once it is accepted. Nobody
// scores on a board with it, as friends would farm points. It expires 24 hours after, and is closed when both have
// answered everything. Its post waits in the outbox like that of Ask.
//
// Errors: *InvalidError; ErrSelf; ErrNoQuestions; *OpenError with the round if the two have an open duel in this workspace.
func (e *Engine) Challenge(ctx context.Context, c ChallengeRequest) (Round, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	topic, err := cleanTopic(c.Topic)
	if err != nil {
		return Round{}, err
	}
	if c.Questions == 0 {
		c.Questions = duelQuestions
	}
	if c.Questions < 1 || c.Questions > MaxQuestions {
		return Round{}, invalid("a duel has 1 to %d questions", MaxQuestions)
	}
	var round Round
	err = again(func() error {
		by, err := e.register(ctx, c.Workspace, c.By)
		if err != nil {
			return err
		}
		against, err := e.register(ctx, c.Workspace, c.Against)
		if err != nil {
			return err
		}
		if by == against {
			return ErrSelf
		}
		return pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error {
			round, err = e.challenge(ctx, tx, c, topic, by, against)
			return err
		})
	})
	if err != nil {
		return Round{}, fmt.Errorf("challenge in %s: %w", c.Channel, err)
	}
	return round, nil
}

func (e *Engine) challenge(ctx context.Context, tx pgx.Tx, c ChallengeRequest, topic string, by, against int64) (Round, error) {
	scope := fmt.Sprintf("pair/%d/%d", min(by, against), max(by, against))
	// The two may challenge each other at the same moment.
	if err := lock(ctx, tx, "duel", c.Workspace, scope); err != nil {
		return Round{}, err
	}
	now := e.now()
	if err := refuseDuel(ctx, tx, c.Workspace, scope, now); err != nil {
		return Round{}, err
	}
	n := newRound{
		Workspace: c.Workspace, Kind: KindDuel, Scope: scope, Topic: topic,
		Opens: now, Closes: now.Add(challengeWindow), Reveal: true, Channels: []string{c.Channel},
	}
	var err error
	if n.Day, err = dayIn(ctx, tx, c.Workspace, c.Channel, now); err != nil {
		return Round{}, err
	}
	if n.Questions, err = e.drawFor(ctx, tx, c.Workspace, scope, topic, nil, c.Questions, now); err != nil {
		return Round{}, err
	}
	id, err := e.insertRound(ctx, tx, n)
	if err != nil {
		return Round{}, err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO quiz.duel (workspace, round, challenger, challenged, challenger_own, challenged_own)
		VALUES ($1, $2, $3, $4, `+ownSQL("$5", "$6")+`, `+ownSQL("$7", "$8")+`)`,
		n.Workspace, id, by, against, c.By.Workspace, c.By.User, c.Against.Workspace, c.Against.User)
	if err != nil {
		return Round{}, fmt.Errorf("store the duel: %w", err)
	}
	return readRound(ctx, tx, n.Workspace, id)
}

func refuseDuel(ctx context.Context, tx pgx.Tx, workspace, scope string, now time.Time) error {
	var open int64
	err := tx.QueryRow(ctx, `
		SELECT id FROM quiz.round
		WHERE workspace = $1 AND scope = $2 AND closes_at > $3
		ORDER BY id LIMIT 1`, workspace, scope, now).Scan(&open)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for an open duel: %w", err)
	}
	r, err := readRound(ctx, tx, workspace, open)
	if err != nil {
		return err
	}
	return &OpenError{Round: r}
}

// goneDuellist is the number of a player who is forgotten. It is nobody's.
const goneDuellist int64 = -1

// readDuel reads the two of a duel.
func readDuel(ctx context.Context, db querier, workspace string, round int64) (*Duel, error) {
	var d Duel
	err := db.QueryRow(ctx, `
		SELECT coalesce(d.challenger, $3), coalesce(d.challenged, $3), d.accepted_at, d.declined_at, coalesce(d.gone_rights, 0),
			coalesce(bi.workspace, d.workspace), coalesce(bi.user_id, ''), coalesce(bp.name, $4),
			coalesce(ai.workspace, d.workspace), coalesce(ai.user_id, ''), coalesce(ap.name, $4)
		FROM quiz.duel d
		LEFT JOIN quiz.player bp ON bp.workspace = d.workspace AND bp.id = d.challenger
		LEFT JOIN quiz.player ap ON ap.workspace = d.workspace AND ap.id = d.challenged
		-- Who has several identities is shown as the one of this workspace.
		LEFT JOIN LATERAL (SELECT i.workspace, i.user_id FROM quiz.identity i WHERE i.player = d.challenger
			ORDER BY i.workspace <> d.workspace, i.workspace, i.user_id LIMIT 1) bi ON true
		LEFT JOIN LATERAL (SELECT i.workspace, i.user_id FROM quiz.identity i WHERE i.player = d.challenged
			ORDER BY i.workspace <> d.workspace, i.workspace, i.user_id LIMIT 1) ai ON true
		WHERE d.workspace = $1 AND d.round = $2`, workspace, round, goneDuellist, nobody).Scan(
		&d.by, &d.against, &d.Accepted, &d.Declined, &d.goneRights,
		&d.By.Workspace, &d.By.User, &d.By.Name, &d.Against.Workspace, &d.Against.User, &d.Against.Name)
	if err != nil {
		return nil, fmt.Errorf("read the duel: %w", err)
	}
	return &d, nil
}

// Accept starts a duel: the two have 24 hours from now. Accepting again changes nothing.
// Errors: ErrNoRound, ErrNotYours for anybody but the challenged, ErrClosed when it expired, was declined or is over.
func (e *Engine) Accept(ctx context.Context, workspace string, round int64, by Person) (Round, error) {
	return e.decide(ctx, workspace, round, by, func(tx pgx.Tx, d *Duel, now time.Time) error {
		if d.Accepted != nil {
			return nil
		}
		_, err := tx.Exec(ctx, `UPDATE quiz.duel SET accepted_at = $3 WHERE workspace = $1 AND round = $2`, workspace, round, now)
		if err != nil {
			return fmt.Errorf("accept duel %d: %w", round, err)
		}
		return setClose(ctx, tx, workspace, round, now.Add(duelWindow))
	})
}

// Decline ends a duel before it began. Errors: ErrNoRound, ErrNotYours for anybody but the challenged, ErrAccepted for one
// that was accepted and runs, ErrClosed when it expired, was declined or is over.
func (e *Engine) Decline(ctx context.Context, workspace string, round int64, by Person) (Round, error) {
	return e.decide(ctx, workspace, round, by, func(tx pgx.Tx, d *Duel, now time.Time) error {
		if d.Accepted != nil {
			return ErrAccepted
		}
		_, err := tx.Exec(ctx, `UPDATE quiz.duel SET declined_at = $3 WHERE workspace = $1 AND round = $2`, workspace, round, now)
		if err != nil {
			return fmt.Errorf("decline duel %d: %w", round, err)
		}
		return setClose(ctx, tx, workspace, round, now)
	})
}

// decide lets the challenged act on a duel that is open. The round's row is locked first, so that two decisions come one
// after the other.
func (e *Engine) decide(ctx context.Context, workspace string, round int64, by Person, act func(pgx.Tx, *Duel, time.Time) error) (Round, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	var r Round
	err := pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT FROM quiz.round WHERE workspace = $1 AND id = $2 FOR NO KEY UPDATE`, workspace, round); err != nil {
			return fmt.Errorf("lock duel %d: %w", round, err)
		}
		now := e.now()
		p, err := readProgress(ctx, tx, workspace, round, by)
		if err != nil {
			return err
		}
		r = p.Round
		switch {
		case r.Duel == nil:
			return fmt.Errorf("round %d is not a duel: %w", round, ErrNoRound)
		case r.Duel.against != p.player:
			return ErrNotYours
		case p.over(now): // also when it expired on another process's clock, which shows so
			return ErrClosed
		}
		if err := act(tx, r.Duel, now); err != nil {
			return err
		}
		r, err = readRound(ctx, tx, workspace, round)
		return err
	})
	if err != nil {
		return r, fmt.Errorf("duel %d: %w", round, err)
	}
	e.signal()
	return r, nil
}

// endFinishedDuel closes a duel in which both have answered everything. It runs after the answer was committed: of two
// last answers at once, the one that looks later sees both.
func (e *Engine) endFinishedDuel(ctx context.Context, r Round, now time.Time) error {
	return pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error {
		var answers int
		err := tx.QueryRow(ctx, `SELECT count(*) FROM quiz.answer WHERE workspace = $1 AND round = $2`, r.Workspace, r.ID).Scan(&answers)
		if err != nil {
			return fmt.Errorf("count the answers of duel %d: %w", r.ID, err)
		}
		if answers < 2*len(r.Questions) {
			return nil
		}
		defer e.signal()
		return setClose(ctx, tx, r.Workspace, r.ID, now)
	})
}
