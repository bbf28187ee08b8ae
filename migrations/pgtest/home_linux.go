package pgtest

import (
	"flag"
	"os"
	"syscall"
)

// memory is where Linux has a file system in memory. A database is some 400 small files, which are made and removed there in a third
// of the time that a disk takes, though nothing waits for the disk.
const memory = "/dev/shm"

// dataHome is the directory for the server's data: memory when a gigabyte is free there (tests need up to a fifth of that), and
// nobody chose another place with TMPDIR. Benchmarks need more, and measure what is on a disk.
func dataHome() string {
	temp := os.TempDir()
	bench := flag.Lookup("test.bench")
	var fs syscall.Statfs_t
	if temp != "/tmp" || bench.Value.String() != "" || syscall.Statfs(memory, &fs) != nil || fs.Bavail*uint64(fs.Bsize) < 1<<30 {
		return temp
	}
	return memory
}
