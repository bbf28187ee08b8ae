//go:build !unix

package console

import "context"

// followSize has nothing to follow on this system: the size is read again for
// each line.
func followSize(context.Context, func()) (ended <-chan struct{}) {
	done := make(chan struct{})
	close(done)
	return done
}
