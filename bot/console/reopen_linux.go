package console

import (
	"fmt"
	"os"
	"syscall"
)

// reopen opens a terminal or a pipe once more, in a way that knows deadlines.
// Standard input usually does not, and must not be switched: the mode belongs to
// all processes that share it. It gives nil where there is no need or no way.
func reopen(f *os.File) *os.File {
	info, err := f.Stat()
	if err != nil || info.Mode()&(os.ModeCharDevice|os.ModeNamedPipe) == 0 { // reads of files do not wait
		return nil
	}
	fd, err := descriptor(f)
	if err != nil {
		return nil
	}
	again, err := os.OpenFile(fmt.Sprintf("/proc/self/fd/%d", fd), os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil
	}
	return again
}
