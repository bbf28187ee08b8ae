//go:build !linux

package console

import "os"

// reopen knows no way on this system.
func reopen(*os.File) *os.File { return nil }
