//go:build linux || darwin

package pgserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// lockFile waits for a lock (syscall.LOCK_EX or LOCK_SH) on the file, as long as ctx allows. Closing the file gives the
// lock back, and so does the end of the process, however it ends.
func lockFile(ctx context.Context, path string, how int) (*os.File, error) {
	f, err := openFile(path, os.O_RDWR)
	if err != nil {
		return nil, err
	}
	for {
		got, err := tryLock(f, how)
		if err == nil && !got {
			// A blocking flock would not notice that ctx ends.
			err = pause(ctx, 10*time.Millisecond)
		}
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		if got {
			return f, nil
		}
	}
}

// openFile opens or makes a file in the data directory. It does not follow a link: we may be root, and the directory
// somebody else's.
func openFile(path string, flag int) (*os.File, error) {
	return os.OpenFile(path, flag|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
}

// tryLock takes the lock, or changes its kind, unless another process is in the way.
func tryLock(f *os.File, how int) (bool, error) {
	err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

// pause waits, unless ctx ends before.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
