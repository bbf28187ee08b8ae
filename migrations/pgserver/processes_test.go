//go:build linux || darwin

package pgserver

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

func TestDataOutlivesTheServer(t *testing.T) {
	for name, as := range people() {
		t.Run(name, func(t *testing.T) {
			dir := dataDirOf(t, as)
			first := startBot(t, dir, as)
			if len(first.started) != 2 || !strings.HasPrefix(first.started[0], "Creating the database in "+dir) ||
				!strings.HasPrefix(first.started[1], "Starting PostgreSQL ") {
				t.Errorf("the first start said %q; want that it creates and starts", first.started)
			}
			first.want(`SELECT lo_create(4711)::text`, "4711")
			pid := postmaster(dir)
			first.quit()
			if !gone(pid) {
				t.Errorf("the server still runs after its only user has stopped")
			}
			wantFiles(t, dir, lockName, usersName, clusterName, logName)

			second := startBot(t, dir, as)
			if len(second.started) != 1 || !strings.HasPrefix(second.started[0], "Starting PostgreSQL ") {
				t.Errorf("the second start said %q; want only that it starts", second.started)
			}
			second.want(`SELECT oid::text FROM pg_largeobject_metadata`, "4711")
		})
	}
}

func TestSecondBotAdoptsTheServer(t *testing.T) {
	ends := map[string]func(first *bot){
		"and goes on when the first stops":     (*bot).quit,
		"and goes on when the first is killed": (*bot).kill,
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(publicDir(t), "data")
			first := startBot(t, dir, nil)
			pid := postmaster(dir)
			second := startBot(t, dir, nil)
			if want := []string{"Using the PostgreSQL that already runs in " + dir + "."}; !slices.Equal(second.started, want) {
				t.Errorf("the second bot said %q; want %q", second.started, want)
			}
			if postmaster(dir) != pid {
				t.Errorf("the second bot started another server")
			}
			second.want(`SELECT 'before'`, "before")
			end(first)
			second.want(`SELECT 'after'`, "after")
			// The kernel tells the server of the end of its parent, and that takes a moment.
			eventually(t, "the end of the first server", func() bool { return gone(pid) })
			second.want(`SELECT 'later'`, "later")

			pid = postmaster(dir)
			second.quit()
			if !gone(pid) {
				t.Error("the server still runs after its last user has stopped")
			}
		})
	}
}

func TestAdopterLeavesTheServerAlone(t *testing.T) {
	dir := filepath.Join(publicDir(t), "data")
	first := startBot(t, dir, nil)
	pid := postmaster(dir)
	startBot(t, dir, nil).quit()
	if answer, failed := first.ask(`SELECT 'still here'`); failed || postmaster(dir) != pid {
		t.Errorf("after the adopter's end the server says %q, pid %d; want it to go on as %d", answer, postmaster(dir), pid)
	}
}

func TestStopLeavesAServerThatOthersUse(t *testing.T) {
	dir := filepath.Join(publicDir(t), "data")
	server := newServer(t, Config{DataDir: dir})
	pid := postmaster(dir)
	t.Cleanup(func() { _ = server.child.end(context.WithoutCancel(t.Context())) })
	other := startBot(t, dir, nil)
	if err := server.Stop(t.Context()); err != nil {
		t.Errorf("Stop: %v", err)
	}
	if answer, failed := other.ask(`SELECT 'still here'`); failed || postmaster(dir) != pid {
		t.Errorf("the other bot is told %q, and the server is process %d; want it to go on as %d", answer, postmaster(dir), pid)
	}
}

func TestTwoBotsAtOnceMakeOneCluster(t *testing.T) {
	dir := filepath.Join(publicDir(t), "data")
	bots := []*bot{newBot(t, dir, nil), newBot(t, dir, nil), newBot(t, dir, nil)}
	created := 0
	for _, b := range bots {
		b.ready()
		for _, line := range b.started {
			if strings.HasPrefix(line, "Creating") {
				created++
			}
		}
		b.want(`SELECT 'works'`, "works")
	}
	if created != 1 {
		t.Errorf("%d of %d bots created the database; want 1", created, len(bots))
	}
}

func TestKilledBotDoesNotBlockTheNext(t *testing.T) {
	dir := filepath.Join(publicDir(t), "data")
	first := startBot(t, dir, nil)
	first.want(`SELECT lo_create(4711)::text`, "4711")
	first.kill()
	startBot(t, dir, nil).want(`SELECT oid::text FROM pg_largeobject_metadata`, "4711")
}

func TestKilledServerIsStartedAgain(t *testing.T) {
	dir := filepath.Join(publicDir(t), "data")
	b := startBot(t, dir, nil)
	b.want(`SELECT lo_create(4711)::text`, "4711")
	killServer(t, dir)
	b.want(`SELECT oid::text FROM pg_largeobject_metadata`, "4711")
}

func TestKilledBotAndServerDoNotBlockTheNext(t *testing.T) {
	dir := filepath.Join(publicDir(t), "data")
	first := startBot(t, dir, nil)
	if err := first.cmd.Process.Signal(syscall.SIGSTOP); err != nil { // or it would start the server again
		t.Fatal(err)
	}
	killServer(t, dir)
	first.kill()
	second := startBot(t, dir, nil)
	second.want(`SELECT 'works'`, "works")
	if len(second.started) != 1 { // it may take several attempts
		t.Errorf("the second bot said %q; want one line", second.started)
	}
}

func TestBotKilledWhileCreatingLeavesNothingThatLooksLikeACluster(t *testing.T) {
	dir := filepath.Join(publicDir(t), "data")
	first := newBot(t, dir, nil)
	if word, line := first.line(); word != "progress" || !strings.HasPrefix(line, "Creating") {
		t.Fatalf("the bot said %s %s; want that it creates the database", word, line)
	}
	var half []string
	eventually(t, "a cluster in the making", func() bool {
		half, _ = filepath.Glob(filepath.Join(dir, newPrefix+"*", "base"))
		return len(half) > 0
	})
	first.kill()
	eventually(t, "the end of initdb", func() bool { return exec.Command("pgrep", "-f", filepath.Dir(half[0])).Run() != nil })
	if _, err := os.Stat(filepath.Join(dir, clusterName)); err == nil {
		t.Fatal("a half-made cluster is in place")
	}
	second := startBot(t, dir, nil)
	second.want(`SELECT 'works'`, "works")
	// The remains are removed by the second bot; had initdb still lived then, by any later one that creates.
	wantFiles(t, dir, lockName, usersName, clusterName, logName)
}

func TestCtrlCIsForTheBotOnly(t *testing.T) {
	dir := filepath.Join(publicDir(t), "data")
	b := startBot(t, dir, &syscall.SysProcAttr{Setpgid: true})
	pid := postmaster(dir)
	if err := syscall.Kill(-b.cmd.Process.Pid, syscall.SIGINT); err != nil { // what a terminal does
		t.Fatal(err)
	}
	b.want(`SELECT 'works'`, "works")
	if got := postmaster(dir); got != pid {
		t.Errorf("the server is process %d; want still %d", got, pid)
	}
}

// killServer is kill -9 for the server.
func killServer(t *testing.T, dataDir string) {
	t.Helper()
	if err := syscall.Kill(postmaster(dataDir), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// people returns those whom this process can start a bot as: itself, and when it is root, an ordinary user.
func people() map[string]*syscall.SysProcAttr {
	if os.Geteuid() != 0 {
		return map[string]*syscall.SysProcAttr{"of an ordinary user": nil}
	}
	return map[string]*syscall.SysProcAttr{
		"of root":             nil,
		"of an ordinary user": {Credential: &syscall.Credential{Uid: 54321, Gid: 54321}},
	}
}

// dataDirOf returns a directory in which this person can make the data directory.
func dataDirOf(t *testing.T, as *syscall.SysProcAttr) string {
	t.Helper()
	dir := publicDir(t)
	if as != nil {
		if err := os.Chown(dir, int(as.Credential.Uid), int(as.Credential.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "data")
}

func wantFiles(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s has %q; want %q", dir, got, want)
	}
}
