package pgserver

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// clearStale removes the pid files of a server that was killed, when its number meanwhile belongs to another program (after a
// restart of a container that is likely), or had not been written yet. PostgreSQL would refuse to start for ever. Any program
// named postgres is left to PostgreSQL's own judgement. The caller holds the lock and has found that nobody listens.
func clearStale(cluster, sockets string) {
	pidFile := filepath.Join(cluster, "postmaster.pid")
	text, err := os.ReadFile(pidFile)
	if err != nil {
		return
	}
	var pid int
	if _, err := fmt.Sscan(string(text), &pid); err == nil {
		name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
		if err != nil || strings.TrimSpace(string(name)) == "postgres" {
			return // there is no such process, and PostgreSQL sees that by itself; or it is one of PostgreSQL's
		}
	}
	_ = os.Remove(pidFile)
	_ = os.Remove(filepath.Join(sockets, socketName+".lock"))
}
