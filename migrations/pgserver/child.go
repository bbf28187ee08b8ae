//go:build linux || darwin

package pgserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// A child is a server process that this process started.
type child struct {
	cmd    *exec.Cmd
	log    *boundedLog
	exited chan struct{} // closed when the process is gone
	err    error         // why it is gone; read it after exited is closed
}

// errBlocked means that the remains of an earlier server are in the way.
var errBlocked = errors.New("another server is in the way")

func (b build) program(name string) string { return filepath.Join(b.bin, name) }

// launch starts the server and waits until it is ready. The caller holds the lock and has found that nobody listens.
func (s *Server) launch(ctx context.Context) (*pgx.Conn, error) {
	if _, err := s.socketDir(); err != nil { // what is in /tmp may be swept away
		return nil, err
	}
	clearStale(s.cluster, s.sockets)
	log, err := openLog(filepath.Join(s.dataDir, logName), s.account.give)
	if err != nil {
		return nil, err
	}
	cmd := s.account.command(context.Background(), s.cluster, s.build.program("postgres"), s.settings()...)
	c, err := startChild(cmd, log)
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL %d: %w", s.build.major, err)
	}
	conn, err := s.ready(ctx, c)
	if err == nil {
		s.child = c
		return conn, nil
	}
	err = errors.Join(err, c.end(ctx))
	lines := log.lastLines(5)
	if strings.Contains(lines, "already exists") || strings.Contains(lines, "still in use") {
		err = fmt.Errorf("%w: %w", errBlocked, err)
	}
	return nil, fmt.Errorf("start PostgreSQL %d in %s: %w\n%s", s.build.major, s.dataDir, err, lines)
}

// settings are the server's command line. It overrides postgresql.conf, which is left to people.
func (s *Server) settings() []string {
	// A list of names: quoted, so that a comma or a space in one does no harm.
	sockets := `"` + strings.ReplaceAll(s.sockets, `"`, `""`) + `"`
	settings := []string{
		"listen_addresses=", "unix_socket_directories=" + sockets, "port=" + port,
		"timezone=UTC", "log_timezone=UTC", "log_line_prefix=%m [%p] ",
		"logging_collector=off", "log_destination=stderr",
		"shared_buffers=64MB",
	}
	if s.config.Throwaway {
		settings = append(settings, "max_connections=200", "fsync=off", "synchronous_commit=off", "full_page_writes=off",
			"wal_level=minimal", "max_wal_senders=0")
	} else {
		settings = append(settings, "max_connections=100")
	}
	args := []string{"-D", s.cluster}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	return args
}

// startChild starts a process on a thread that lives as long as the process does: the kernel sends the parent-death signal
// when the thread ends that started it, not when the whole program does.
func startChild(cmd *exec.Cmd, log *boundedLog) (*child, error) {
	c := &child{cmd: cmd, log: log, exited: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = log, log
	cmd.WaitDelay = time.Second // the children of a killed server keep its standard error open a little longer
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with this goroutine
		err := cmd.Start()
		started <- err
		if err == nil {
			c.err = cmd.Wait()
			close(c.exited)
		}
		log.Close()
	}()
	return c, <-started
}

// ready waits until the server accepts connections, or ends. It listens almost at once; after a crash it may then
// answer for minutes that it is recovering.
func (s *Server) ready(ctx context.Context, c *child) (*pgx.Conn, error) {
	begin, told := time.Now(), false
	for {
		conn, err := s.connect(ctx)
		waited := time.Since(begin)
		switch {
		case err == nil:
			return conn, nil
		case absent(err) && waited < 30*time.Second:
		case !busy(err):
			return nil, err
		case waited > 5*time.Second && !told:
			s.say("PostgreSQL is recovering after a crash; this may take a while …")
			told = true
		}
		select {
		case <-c.exited:
			return nil, c.err
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// end stops the server: ever less politely, and in the end for certain.
func (c *child) end(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	_ = c.cmd.Process.Signal(syscall.SIGINT) // fast shutdown; an error means that it is gone
	select {
	case <-c.exited:
		return nil
	case <-ctx.Done():
	}
	_ = c.cmd.Process.Signal(syscall.SIGQUIT) // immediate shutdown: the next start recovers
	select {
	case <-c.exited:
		return nil
	case <-time.After(3 * time.Second):
	}
	_ = c.cmd.Process.Kill()
	<-c.exited
	return errors.New("PostgreSQL did not stop and was killed")
}

// run runs one of PostgreSQL's short programs. Its error ends with the last lines that the program wrote.
func (a account) run(cmd *exec.Cmd) error {
	runtime.LockOSThread() // see startChild
	defer runtime.UnlockOSThread()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	if text := strings.TrimSpace(out.String()); err != nil && text != "" {
		lines := strings.Split(text, "\n")
		err = fmt.Errorf("%s: %w\n%s", filepath.Base(cmd.Path), err, strings.Join(lines[max(0, len(lines)-5):], "\n"))
	}
	return err
}
