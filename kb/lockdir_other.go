//go:build !unix

package kb

import (
	"os"
	"path/filepath"
)

// lockDir takes the lock on a directory. Here a lock outlives its process, so directories of dead ones stay.
func lockDir(dir string) (*os.File, error) {
	return os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_EXCL, 0o600)
}
