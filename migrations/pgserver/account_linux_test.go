package pgserver

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// A private directory is one that only its owner may enter, such as a home.
func privateDir(t *testing.T) string {
	t.Helper()
	dir := publicDir(t)
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "data")
}

func TestServerNeverRunsAsRoot(t *testing.T) {
	for name, dir := range map[string]string{
		"in a directory for everybody": filepath.Join(publicDir(t), "data"),
		"in somebody's home":           privateDir(t),
	} {
		t.Run(name, func(t *testing.T) {
			server := newServer(t, Config{DataDir: dir, Throwaway: true})
			// What the server itself takes for its user.
			if got := query(t, server.URL(), `SELECT (pg_read_file('/proc/self/status') ~ '\nUid:\t0')::text`); got != "false" {
				t.Error("the server believes to be root")
			}
			owner, _, err := ownerOf(server.cluster)
			if err != nil {
				t.Fatal(err)
			}
			capabilities := query(t, server.URL(), `SELECT substring(pg_read_file('/proc/self/status') FROM '\nCapEff:\t(\w+)')`)
			if strings.Trim(capabilities, "0") != "" {
				t.Errorf("the server, of uid %d, has capabilities %s; want none", owner.uid, capabilities)
			}
		})
	}
}

func TestRootsClusterBelongsToWhoeverCanReachIt(t *testing.T) {
	if os.Geteuid() != 0 { // then there is only one answer
		server := newServer(t, Config{DataDir: privateDir(t), Throwaway: true})
		if owner, _, err := ownerOf(server.cluster); owner.uid != os.Geteuid() || err != nil {
			t.Errorf("the cluster belongs to uid %d, %v; want %d", owner.uid, err, os.Geteuid())
		}
		return
	}
	for dir, want := range map[string]int{
		filepath.Join(publicDir(t), "data"): unprivileged().uid,
		filepath.Dir(privateDir(t)):         unprivileged().uid, // it is empty and given to us: so given on
		privateDir(t):                       0,                  // in a user namespace
	} {
		server := newServer(t, Config{DataDir: dir, Throwaway: true})
		if owner, _, err := ownerOf(server.cluster); owner.uid != want || err != nil {
			t.Errorf("the cluster in %s belongs to uid %d, %v; want %d", dir, owner.uid, err, want)
		}
		if err := server.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := query(t, newServer(t, Config{DataDir: dir, Throwaway: true}).URL(), `SELECT 'again'`); got != "again" {
			t.Errorf("started again, the server says %q; want again", got)
		}
	}
}

func TestOwnerAndRootTakeTurns(t *testing.T) {
	for first, as := range people() {
		for then, next := range people() {
			if first == then && len(people()) > 1 {
				continue // TestDataOutlivesTheServer does that
			}
			t.Run(first+" then "+then, func(t *testing.T) {
				dir := dataDirOf(t, as)
				b := startBot(t, dir, as)
				b.want(`SELECT lo_create(4711)::text`, "4711")
				b.quit()
				b = newBot(t, dir, next)
				if as == nil && next != nil { // root's data is not for everybody
					word, line := b.line()
					if word != "error" || !strings.Contains(line, dir) {
						t.Errorf("the bot said %s %s; want an error that names %s", word, line, dir)
					}
					return
				}
				b.ready()
				b.want(`SELECT oid::text FROM pg_largeobject_metadata`, "4711")
				b.quit()
				startBot(t, dir, as).want(`SELECT oid::text FROM pg_largeobject_metadata`, "4711")
			})
		}
	}
}

func TestRootWithoutCapabilitiesIsToldWhatToDo(t *testing.T) {
	dir := filepath.Join(publicDir(t), "data")
	// /proc/sys/user/max_user_namespaces would switch namespaces off for everybody; a new namespace that may have no
	// others below it switches them off for this bot only.
	script := `echo 0 >/proc/sys/user/max_user_namespaces && exec setpriv --bounding-set=-all --inh-caps=-all -- "$@"`
	b := newBot(t, dir, &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
	}, "/bin/sh", "-c", script, "sh")
	word, line := b.line()
	if word != "error" || !strings.Contains(line, "start as an ordinary user, or set DATABASE_URL") {
		t.Errorf("the bot said %s %s; want an error that says what to do", word, line)
	}
}

func TestServerKnowsNoSecrets(t *testing.T) {
	t.Setenv("SLACK_BOT_TOKEN", "xoxb-secret")
	dir := filepath.Join(publicDir(t), "data")
	newServer(t, Config{DataDir: dir, Throwaway: true})
	environment, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", postmaster(dir)))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(environment, []byte("TZ=UTC")) || bytes.Contains(environment, []byte("secret")) {
		t.Errorf("the server's environment is %q; want only what it needs", environment)
	}
}

func TestKilledBotTakesTheServerAlong(t *testing.T) {
	dir := filepath.Join(publicDir(t), "data")
	b := startBot(t, dir, nil)
	pid := postmaster(dir)
	b.kill()
	eventually(t, "the end of the server", func() bool { return gone(pid) })
	if postmaster(dir) != 0 {
		t.Error("the server left its pid file; want a clean shutdown")
	}
}

func TestServerOutlivesTheThreadThatCalledStart(t *testing.T) {
	dir := filepath.Join(publicDir(t), "data")
	type result struct {
		server *Server
		thread int
		err    error
	}
	results := make(chan result)
	onDyingThread(func() {
		server, err := Start(t.Context(), Config{DataDir: dir, Throwaway: true})
		results <- result{server, syscall.Gettid(), err}
	})
	got := <-results
	if got.err != nil {
		t.Fatal(got.err)
	}
	t.Cleanup(func() { _ = got.server.Stop(context.WithoutCancel(t.Context())) })
	pid := postmaster(dir)
	eventually(t, "the end of the thread", func() bool {
		_, err := os.Stat(fmt.Sprintf("/proc/self/task/%d", got.thread))
		return err != nil
	})
	if answer := query(t, got.server.URL(), `SELECT 'still here'`); answer != "still here" || postmaster(dir) != pid {
		t.Errorf("the server says %q as process %d; want it to go on as %d", answer, postmaster(dir), pid)
	}
}

// onDyingThread runs f on a thread that ends after it.
func onDyingThread(f func()) {
	go func() {
		runtime.LockOSThread() // and never unlocked: then the thread ends with its goroutine
		if syscall.Gettid() != os.Getpid() {
			f()
			return
		}
		// The main thread never ends. While it waits here another one must be taken.
		done := make(chan struct{})
		onDyingThread(func() {
			f()
			close(done)
		})
		<-done
		runtime.UnlockOSThread()
	}()
}

func TestRemainsOfAKilledServerAreNotInTheWay(t *testing.T) {
	dir := filepath.Join(publicDir(t), "data")
	server := newServer(t, Config{DataDir: dir, Throwaway: true})
	pidFile := filepath.Join(server.cluster, "postmaster.pid")
	content, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Another program, of the same account, that has the number of the server by now.
	other := exec.Command("/bin/sleep", "600")
	other.SysProcAttr = server.account.command(t.Context(), "/", "/bin/sleep").SysProcAttr
	other.SysProcAttr.Pdeathsig = syscall.SIGKILL
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = other.Process.Kill()
		_ = other.Wait()
	})
	_, rest, _ := strings.Cut(string(content), "\n")
	remains := map[string]string{
		"the number of another program": fmt.Sprintf("%d\n%s", other.Process.Pid, rest),
		"no number yet":                 "",
	}
	for name, remains := range remains {
		t.Run(name, func(t *testing.T) {
			for _, path := range []string{pidFile, filepath.Join(server.sockets, socketName+".lock")} {
				writeFile(t, path, remains, 0o600)
				if err := server.account.own(path); err != nil {
					t.Fatal(err)
				}
			}
			if got := query(t, newServer(t, Config{DataDir: dir, Throwaway: true}).URL(), `SELECT 'works'`); got != "works" {
				t.Errorf("the server says %q; want works", got)
			}
		})
	}
}
