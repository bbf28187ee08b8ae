//go:build !linux

package pgtest

import "os"

// dataHome is the directory for the server's data.
func dataHome() string { return os.TempDir() }
