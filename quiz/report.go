package quiz

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
)

// How many reports may be open in a workspace at a time.
const (
	maxReportsOfPerson    = 20
	maxReportsOfWorkspace = 500
)

// ErrTooManyReports says that an admin has to decide about some before there can be more.
var ErrTooManyReports = errors.New("too many reports are open")

// A ReportRequest says that something is wrong with a question of a round.
type ReportRequest struct {
	Workspace string // of the round
	Round     int64
	Question  int    // from 0
	Channel   string // where it is said, see Answer
	By        Person
	Said      string // what is wrong; may be empty
}

// Report keeps what somebody says about a question until an admin of the workspace decides about it. Who reports the same
// question again while the first report is open replaces what they said.
//
// Errors: ErrNoRound for a question that was not asked there; ErrNotYours for a duel of two others; ErrTooManyReports;
// *InvalidError.
func (e *Engine) Report(ctx context.Context, r ReportRequest) error {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	said := strings.TrimSpace(r.Said)
	if n := utf8.RuneCountInString(said); n > maxWhy {
		return invalidPart("said", "say it in at most %d characters; these are %d", maxWhy, n)
	}
	if !printable(said, "\n\r\t") {
		return invalidPart("said", "that has characters which cannot be shown; please type it anew")
	}
	p, err := e.Progress(ctx, r.Workspace, r.Round, r.Channel, r.By)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if r.Question < 0 || r.Question >= len(p.Round.Questions) {
		return fmt.Errorf("report question %d of round %d: %w", r.Question, r.Round, ErrNoRound)
	}
	err = again(func() error {
		player, err := e.register(ctx, r.Workspace, r.By)
		if err != nil {
			return err
		}
		return pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error {
			return storeReport(ctx, tx, p.Round, r.Question, player, r.By, said, e.now())
		})
	})
	if err != nil {
		return fmt.Errorf("report question %s: %w", p.Round.Questions[r.Question].ID, err)
	}
	return nil
}

func storeReport(ctx context.Context, tx pgx.Tx, r Round, n int, player int64, by Person, said string, now time.Time) error {
	// One after the other, so that the counts stay true until this one is written.
	if err := lock(ctx, tx, "report", r.Workspace); err != nil {
		return err
	}
	var others, all int
	err := tx.QueryRow(ctx, `
		SELECT count(*) FILTER (WHERE player = $3 AND question <> $2), count(*)
		FROM quiz.report WHERE workspace = $1 AND decided_at IS NULL`, r.Workspace, r.Questions[n].ID, player).Scan(&others, &all)
	if err != nil {
		return fmt.Errorf("count reports: %w", err)
	}
	if others >= maxReportsOfPerson || all >= maxReportsOfWorkspace {
		return ErrTooManyReports
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO quiz.report (workspace, question, player, round, said, reported_at, given_by)
		VALUES ($1, $2, $3, $4, $5, $6, `+ownSQL("$7", "$8")+`)
		ON CONFLICT (workspace, question, player) WHERE decided_at IS NULL
		DO UPDATE SET said = excluded.said, round = excluded.round, reported_at = excluded.reported_at WHERE excluded.said <> ''`,
		r.Workspace, r.Questions[n].ID, player, r.ID, said, now, by.Workspace, by.User)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

// DeclineReports closes the open reports of a question: it is fine as it is, at whichever version. It is no error if there are
// none (any more).
func (e *Engine) DeclineReports(ctx context.Context, d Decision) error {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	return closeReports(ctx, e.db, d, e.now())
}

// closeReports closes the open reports of a question, since an admin has decided about them.
func closeReports(ctx context.Context, db execer, d Decision, at time.Time) error {
	_, err := db.Exec(ctx, `
		UPDATE quiz.report SET decided_at = $3, decided_by = $4, decided_id = $5
		WHERE workspace = $1 AND question = $2 AND decided_at IS NULL`, d.Workspace, d.ID, at, adminName(d.By), d.ByID)
	if err != nil {
		return fmt.Errorf("close the reports of %s: %w", clip(d.ID, 80), err)
	}
	return nil
}

// adminName is the name of an admin for the history.
func adminName(by string) string { return cleanName(Person{Name: by, User: "an admin"}) }

// A Said is what one person says about a question.
type Said struct {
	By      string // their name
	Text    string // may be empty
	At      time.Time
	Choices []string // as they were shown to them: letters in Text mean these
}

// NextReported returns the question that admins should look at after another, or first if after is empty: those that most
// people report come first, then those that have waited longest. waiting is how many questions are reported. If none comes
// after that one, the ID of its question is empty.
func (e *Engine) NextReported(ctx context.Context, workspace, after string) (s QuestionState, waiting int, err error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	var next *string
	err = e.db.QueryRow(ctx, `
		WITH queue AS (
			SELECT question, row_number() OVER (ORDER BY count(*) DESC, min(reported_at), question) AS place
			FROM quiz.report WHERE workspace = $1 AND decided_at IS NULL
			GROUP BY question
		)
		SELECT count(*), (
			SELECT question FROM queue
			WHERE place > coalesce((SELECT place FROM queue WHERE question = $2), 0)
			ORDER BY place LIMIT 1)
		FROM queue`, workspace, after).Scan(&waiting, &next)
	if err != nil {
		return QuestionState{}, 0, fmt.Errorf("find the next report: %w", err)
	}
	if next == nil {
		return QuestionState{}, waiting, nil
	}
	s, err = e.Question(ctx, workspace, *next)
	return s, waiting, err
}

// A QuestionState is how a question stands in a workspace.
type QuestionState struct {
	Version         // in force; its number is 0 if nothing was ever decided here
	Gone       bool // the bank has retired it, so it is asked nowhere
	NewBank    bool // the bank has another text since the workspace made its own
	Bank       Question
	Asked      []Asked // the latest rounds in which it was asked to more than one person, the latest first
	Rounds     int     // all in which it was asked
	Responses  int     // answers to it, without those of rounds in which it was voided
	Rights     int     // how many of these were right
	Reports    []Said  // the open ones, the oldest first
	VoidRounds int     // rounds in which it was voided
}

// An Asked is a round in which a question was asked.
type Asked struct {
	Round  int64
	Kind   Kind
	Series string
	Opens  time.Time
	Voided bool // the question does not count in it
}

// askedSize is how many rounds a QuestionState lists, saidSize how many reports.
const (
	askedSize = 5
	saidSize  = 10
)

// Question tells how a question stands in a workspace. The error is ErrNoQuestion for one that there never was.
func (e *Engine) Question(ctx context.Context, workspace, id string) (QuestionState, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	h, err := readHistory(ctx, e.db, workspace, id)
	if err != nil {
		return QuestionState{}, fmt.Errorf("read a question: %w", err)
	}
	s := QuestionState{Version: h.inForce(), Gone: h.gone, NewBank: h.newBank, Bank: h.bank}
	err = e.db.QueryRow(ctx, `
		SELECT count(DISTINCT q.round), count(DISTINCT q.round) FILTER (WHERE q.voided_at IS NOT NULL),
			coalesce(sum(a.answers) FILTER (WHERE q.voided_at IS NULL), 0), coalesce(sum(a.answers) FILTER (WHERE q.voided_at IS NULL AND a.choice = q.key), 0)
		FROM quiz.round_question q
		LEFT JOIN LATERAL (
			SELECT choice, 1 AS answers FROM quiz.answer a WHERE a.workspace = q.workspace AND a.round = q.round AND a.position = q.position
			UNION ALL
			SELECT choice, answers FROM quiz.past_answer a WHERE a.workspace = q.workspace AND a.round = q.round AND a.position = q.position
		) a ON true
		WHERE q.workspace = $1 AND q.question = $2`, workspace, id).Scan(&s.Rounds, &s.VoidRounds, &s.Responses, &s.Rights)
	if err != nil {
		return QuestionState{}, fmt.Errorf("count the answers to a question: %w", err)
	}
	rows, err := e.db.Query(ctx, `
		SELECT r.id, r.kind, coalesce(s.name, ''), r.opens_at, q.voided_at IS NOT NULL
		FROM quiz.round_question q
		JOIN quiz.round r       ON r.workspace = q.workspace AND r.id = q.round
		LEFT JOIN quiz.series s ON s.workspace = r.workspace AND s.id = r.series
		WHERE q.workspace = $1 AND q.question = $2 AND r.player IS NULL
		ORDER BY r.opens_at DESC, r.id DESC LIMIT $3`, workspace, id, askedSize)
	if err == nil {
		s.Asked, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Asked])
	}
	if err != nil {
		return QuestionState{}, fmt.Errorf("read where a question was asked: %w", err)
	}
	rows, err = e.db.Query(ctx, `
		SELECT coalesce(p.name, $4), r.said, r.reported_at, coalesce(q.body -> 'Choices', '[]')
		FROM quiz.report r
		LEFT JOIN quiz.player p         ON p.workspace = r.workspace AND p.id = r.player
		LEFT JOIN quiz.round_question q ON q.workspace = r.workspace AND q.round = r.round AND q.question = r.question
		WHERE r.workspace = $1 AND r.question = $2 AND r.decided_at IS NULL
		ORDER BY r.said = '', r.reported_at, r.id LIMIT $3`, workspace, id, saidSize, nobody)
	if err == nil {
		s.Reports, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Said])
	}
	if err != nil {
		return QuestionState{}, fmt.Errorf("read the reports of a question: %w", err)
	}
	return s, nil
}
