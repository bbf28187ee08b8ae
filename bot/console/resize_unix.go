//go:build unix

package console

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// followSize calls changed when the terminal's size does, until ctx ends; then
// it closes ended.
func followSize(ctx context.Context, changed func()) (ended <-chan struct{}) {
	signals, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(signals, syscall.SIGWINCH)
	go func() {
		defer close(done)
		defer signal.Stop(signals)
		for {
			select {
			case <-signals:
				changed()
			case <-ctx.Done():
				return
			}
		}
	}()
	return done
}
