package pgserver

import "syscall"

// adjust has nothing to add.
func (a account) adjust(*syscall.SysProcAttr) {}
