//go:build linux || darwin

package pgserver

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
)

const (
	logMax  = 1 << 20 // bytes in server.log before it becomes server.log.1
	tailMax = 2 << 10 // bytes kept for error messages
)

// A boundedLog is a log file that never grows beyond logMax. It remembers the last lines.
type boundedLog struct {
	path string
	give func(*os.File) error // to whom a new file belongs

	mu   sync.Mutex
	file *os.File
	size int64
	tail []byte
}

func openLog(path string, give func(*os.File) error) (*boundedLog, error) {
	l := &boundedLog{path: path, give: give}
	if err := l.open(); err != nil {
		return nil, fmt.Errorf("open the server's log: %w", err)
	}
	return l, nil
}

func (l *boundedLog) open() error {
	f, err := openFile(l.path, os.O_WRONLY|os.O_APPEND)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err := errors.Join(err, l.give(f)); err != nil {
		f.Close()
		return err
	}
	l.file, l.size = f, info.Size()
	return nil
}

// Write never fails: a full disk must not take the server's standard error away.
func (l *boundedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tail = append(l.tail, p...)
	l.tail = l.tail[max(0, len(l.tail)-tailMax):]
	if l.file != nil && l.size > 0 && l.size+int64(len(p)) > logMax {
		l.file.Close()
		l.file = nil
		_ = os.Rename(l.path, l.path+".1")
	}
	if l.file == nil && l.open() != nil {
		return len(p), nil
	}
	n, _ := l.file.Write(p)
	l.size += int64(n)
	return len(p), nil
}

// lastLines returns up to n of the last lines.
func (l *boundedLog) lastLines(n int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(string(l.tail)), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

func (l *boundedLog) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	return err
}
