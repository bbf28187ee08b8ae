package quiz

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"
)

// A Post is a round in one channel.
type Post struct {
	Round   Round
	Channel string
	Message string    // what PostRound returned; empty before
	Key     string    // at most 25 characters; the same at every attempt and different for every post: an idempotency key
	Tried   time.Time // of the first attempt; zero if this is the first. If it is not, the message may be there already
}

// A Poster puts rounds in front of people. Its methods are called from several goroutines, have 30 seconds, and may
// panic. Besides any other error, which is tried again with growing pauses, they may return (wrapped or not):
//
//   - *RetryError: nothing was posted, try again after that time;
//   - *GoneError or ErrGone: nothing can be posted in that channel any more, or the message that was to be edited is not
//     there any more.
type Poster interface {
	// PostRound posts a round and returns what the platform calls the message. It is called again when it failed and when
	// nobody could write down that it succeeded: then Tried is set, and the same Key should lead to the same message.
	PostRound(ctx context.Context, p Post) (message string, err error)

	// CloseRound shows the result in place of the round. It is called at least once, so it should be an edit.
	CloseRound(ctx context.Context, p Post, t Tally) error

	// PostNotice says a notice. It is called again as PostRound is; gone is also a person who takes no direct messages.
	PostNotice(ctx context.Context, n Notice) error
}

// A RetryError is how a Poster says that the platform wants us to wait.
type RetryError struct{ After time.Duration }

// Error says how long to wait.
func (e *RetryError) Error() string { return fmt.Sprintf("told to wait %s", e.After) }

// ErrGone is how a Poster says that a channel, or the right to write there, or the message to be edited, is gone.
var ErrGone = errors.New("the channel is gone")

// A GoneError is ErrGone with a reason that admins can read; nothing else of an error is shown to them.
type GoneError struct{ Reason string }

// Error is ErrGone's text and the reason.
func (e *GoneError) Error() string { return ErrGone.Error() + ": " + e.Reason }

// Unwrap makes errors.Is(err, ErrGone) true.
func (e *GoneError) Unwrap() error { return ErrGone }

// postKey makes Key. The opening time is in it because round numbers begin again with a new database, while a platform
// may remember the old keys for a while.
func postKey(r Round, channel string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x1f%d\x1f%d\x1f%s", r.Workspace, r.ID, r.Opens.UnixMicro(), channel))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:15]))
}
