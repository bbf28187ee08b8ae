package quiz

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// One-time codes: whoever has one may join somebody's identity with theirs, or post a series of another workspace in theirs.

const (
	// CodeTime is how long a code works.
	CodeTime = 10 * time.Minute
	// codeTries is how many wrong codes a person may type in codeHour. There are 2^40 codes.
	codeTries = 5
	codeHour  = time.Hour
)

// ErrNoCode is for a code that is wrong, that was used, or that is too old. Which of them is nobody's business.
var ErrNoCode = errors.New("that code does not work")

// A TriesError says that somebody typed so many wrong codes that they have to wait.
type TriesError struct{ After time.Duration }

// Error says for how long.
func (e *TriesError) Error() string {
	return fmt.Sprintf("too many wrong codes; wait %s", e.After.Round(time.Minute))
}

// codeLetters have no look-alikes: no 0 and O, no 1 and I, no U, which is V to some.
const codeLetters = "ABCDEFGHJKLMNPQRSTVWXYZ23456789"

// newCode makes a code that nobody can guess, as people read it: "ABCD-EFGH".
func newCode() string {
	code := make([]byte, 0, 9)
	for len(code) < 9 {
		if len(code) == 4 {
			code = append(code, '-')
		}
		var b [1]byte
		rand.Read(b[:])                                // never fails
		if i := int(b[0] >> 3); i < len(codeLetters) { // there are 31 of them
			code = append(code, codeLetters[i])
		}
	}
	return string(code)
}

// hashCode is what is stored of a code, whatever the case and the separators in which it was typed.
func hashCode(typed string) []byte {
	bare := strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, strings.ToUpper(clip(typed, 40)))
	sum := sha256.Sum256([]byte(bare))
	return sum[:]
}

// LooksLikeCode reports whether somebody who typed that meant a code.
func LooksLikeCode(typed string) bool {
	s := strings.ToUpper(strings.TrimSpace(typed))
	if len(s) != 9 || s[4] != '-' {
		return false
	}
	return strings.Trim(s[:4]+s[5:], codeLetters) == ""
}

// mayTry reports a *TriesError if somebody has typed too many wrong codes.
func (e *Engine) mayTry(ctx context.Context, by Person) error {
	var left time.Duration
	err := e.db.QueryRow(ctx, `
		SELECT since + $3::interval - $4::timestamptz FROM quiz.code_try
		WHERE home = $1 AND user_id = $2 AND wrong >= $5 AND since > $4::timestamptz - $3::interval`,
		by.Workspace, by.User, codeHour, e.now(), codeTries).Scan(&left)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for wrong codes: %w", err)
	}
	return &TriesError{After: left}
}

// wrongCode counts a wrong code and returns ErrNoCode.
func (e *Engine) wrongCode(ctx context.Context, by Person) error {
	_, err := e.db.Exec(ctx, `
		WITH old AS (
			DELETE FROM quiz.code_try WHERE since <= $3::timestamptz - $4::interval AND (home, user_id) <> ($1, $2)
		)
		INSERT INTO quiz.code_try AS t (home, user_id, since, wrong) VALUES ($1, $2, $3, 1)
		ON CONFLICT (home, user_id) DO UPDATE
		SET wrong = CASE WHEN t.since > $3::timestamptz - $4::interval THEN least(t.wrong + 1, 1000) ELSE 1 END,
		    since = CASE WHEN t.since > $3::timestamptz - $4::interval THEN t.since ELSE $3 END`,
		by.Workspace, by.User, e.now(), codeHour)
	if err != nil {
		return fmt.Errorf("count a wrong code: %w", err)
	}
	return ErrNoCode
}
