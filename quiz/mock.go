package quiz

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// What a mock exam is like. The real one has 15 to 20 tasks on the command line in two hours; its pass mark is ours.
const (
	MockQuestions    = 20 // by default
	MinMockQuestions = 10
	MaxMockQuestions = maxPosition
	PassMark         = 66              // percent of the questions, as in the exam
	MockPace         = 2 * time.Minute // for each question
)

// NoticeMock tells that the time of a mock exam is up while its player is away; Body is a MockOver.
const NoticeMock NoticeKind = "mock"

// A MockOver says which mock exam is over.
type MockOver struct {
	Workspace string
	Round     int64
}

// mockNews is how long after a mock exam it is news that it is over.
const mockNews = 24 * time.Hour

// Mock starts a mock exam: a round for one person alone by the exam's blueprint, with two minutes for each question.
// Answers may be changed until it is over, and all are graded then. questions is MinMockQuestions to MaxMockQuestions, 0
// means MockQuestions; if the bank has too few that may be told, the exam is shorter.
//
// Errors: *InvalidError; ErrNoQuestions if there are not even MinMockQuestions; *OpenError with the round if a mock exam of
// the person is open in this workspace.
func (e *Engine) Mock(ctx context.Context, by Person, questions int) (Progress, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	questions = cmp.Or(questions, MockQuestions)
	if questions < MinMockQuestions || questions > MaxMockQuestions {
		return Progress{}, invalid("a mock exam has %d to %d questions", MinMockQuestions, MaxMockQuestions)
	}
	return e.openPrivate(ctx, KindMock, by, false, func(tx pgx.Tx, n *newRound) error {
		fit, seen, err := e.tellable(ctx, tx, n.Workspace, *n.Player, "", n.Opens)
		if err != nil {
			return err
		}
		n.Questions = drawMock(e.chance, fit, seen, questions)
		if len(n.Questions) < MinMockQuestions {
			return fmt.Errorf("%d for a mock exam: %w", len(n.Questions), ErrNoQuestions)
		}
		n.Reveal, n.Changeable = false, true
		n.Closes = n.Opens.Add(time.Duration(len(n.Questions)) * MockPace)
		return nil
	})
}

// queueMockOver tells the player of a mock exam when its time is up, if they have not seen its result by then.
func (e *Engine) queueMockOver(ctx context.Context, tx pgx.Tx, n newRound, id int64) error {
	return e.queueNotice(ctx, tx, newNotice{
		Workspace: n.Workspace, Kind: NoticeMock, Player: *n.Player, Body: MockOver{n.Workspace, id},
		Dedupe: fmt.Sprintf("mock/%d", id), From: n.Closes, Expires: n.Closes.Add(mockNews),
	})
}

// freshMock says why the end of a mock exam is no news any more: its result was shown.
func (e *Engine) freshMock(ctx context.Context, c *noticeClaim) (unwanted string, err error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	var over MockOver
	if err := json.Unmarshal(c.Body, &over); err != nil {
		return "", fmt.Errorf("read notice %d: %w", c.ID, err)
	}
	var shown bool
	err = e.db.QueryRow(ctx, `SELECT EXISTS (SELECT FROM quiz.round WHERE workspace = $1 AND id = $2 AND sealed_at IS NOT NULL)`,
		over.Workspace, over.Round).Scan(&shown)
	if err != nil {
		return "", fmt.Errorf("look whether the result of mock exam %d was shown: %w", over.Round, err)
	}
	if shown {
		unwanted = "its result was shown already"
	}
	return unwanted, nil
}

// LastMock finds the newest mock exam of a person in their workspace. It may be open, or over; shown tells whether its result
// was shown already. The error is ErrNoRound if there was none.
func (e *Engine) LastMock(ctx context.Context, by Person) (p Progress, shown bool, err error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	var id int64
	err = e.db.QueryRow(ctx, `
		SELECT r.id
		FROM quiz.identity i
		JOIN quiz.round r ON r.workspace = i.workspace AND r.player = i.player
		WHERE i.workspace = $1 AND i.user_id = $2 AND r.kind = 'mock'
		ORDER BY r.opens_at DESC, r.id DESC LIMIT 1`, by.Workspace, by.User).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return Progress{}, false, fmt.Errorf("the last mock exam: %w", ErrNoRound)
	}
	if err != nil {
		return Progress{}, false, fmt.Errorf("look for the last mock exam: %w", err)
	}
	last, err := readProgress(ctx, e.db, by.Workspace, id, by)
	if err != nil {
		return Progress{}, false, err
	}
	return last.public(e.now()), last.sealed, nil
}

// Finish ends a mock exam before its time is up. One that is over already stays as it is.
// The error is ErrNoRound for what is no mock exam of theirs.
func (e *Engine) Finish(ctx context.Context, workspace string, round int64, by Person) error {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	return pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error {
		// Two devices at once: the second must see the end that the first has set.
		if _, err := tx.Exec(ctx, `SELECT FROM quiz.round WHERE workspace = $1 AND id = $2 AND kind = 'mock' FOR NO KEY UPDATE`, workspace, round); err != nil {
			return fmt.Errorf("lock mock exam %d: %w", round, err)
		}
		now := e.now()
		p, err := readMock(ctx, tx, workspace, round, by)
		if err != nil || p.over(now) {
			return err
		}
		return setClose(ctx, tx, workspace, round, now)
	})
}

// readMock reads a mock exam of that person. It is ErrNoRound for anything else.
func readMock(ctx context.Context, db querier, workspace string, round int64, by Person) (progress, error) {
	p, err := readProgress(ctx, db, workspace, round, by)
	if err == nil && (p.Round.Kind != KindMock || p.owner != p.player) {
		err = fmt.Errorf("mock exam %d: %w", round, ErrNoRound)
	}
	return p, err
}
