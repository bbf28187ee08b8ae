package chat

import (
	"errors"
	"sync/atomic"
)

// A Status is what an adapter's Ready says; the zero value says that there is no
// connection yet. It may be used from many goroutines.
type Status struct{ why atomic.Pointer[error] }

// Set notes what Ready says from now on: nil while people can reach the bot.
func (s *Status) Set(why error) { s.why.Store(&why) }

// Ready says what was set last.
func (s *Status) Ready() error {
	if why := s.why.Load(); why != nil {
		return *why
	}
	return ErrOffline
}

// ErrOffline says that an adapter has no connection (yet).
var ErrOffline = errors.New("no connection")
