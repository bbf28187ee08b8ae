package pgserver

import "syscall"

// adjust adds what only Linux has: the program gets SIGINT, which is PostgreSQL's fast and clean shutdown, when the thread
// that started it ends, and the user namespace.
func (a account) adjust(attr *syscall.SysProcAttr) {
	attr.Pdeathsig = syscall.SIGINT
	if a.namespace {
		attr.Cloneflags = syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: nobody, HostID: a.uid, Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: nobody, HostID: a.gid, Size: 1}}
		attr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody, NoSetGroups: true}
	}
}
