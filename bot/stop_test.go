package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ckadbot/bot/chat/chattest"
	"ckadbot/migrations/pgtest"
)

// awaitStatus asks until the answer has that status, and gives its text.
func awaitStatus(t testing.TB, address, path string, want int) string {
	t.Helper()
	deadline := time.After(2 * time.Minute)
	for {
		status, text, err := get("http://" + address + path)
		if err == nil && status == want {
			return text
		}
		select {
		case <-deadline:
			t.Fatalf("%s answers %d %q (%v), want %d", path, status, text, err, want)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func get(address string) (status int, text string, err error) {
	answer, err := http.Get(address)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(body), err
}

// awaitStopping asks until the bot says that it stops. It may have been not ready before, for another reason.
func awaitStopping(t testing.TB, address string) {
	t.Helper()
	for !strings.Contains(awaitStatus(t, address, "/readyz", 503), "bot: stopping") {
	}
}

// hold has somebody use a command that the bot begins and cannot finish until release is called.
func hold(t *testing.T, w workplace, database string) (release func()) {
	t.Helper()
	lock, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = lock.Close(context.Background()) })
	if _, err := lock.Exec(t.Context(), `begin; lock table quiz.answer`); err != nil {
		t.Fatal(err)
	}
	w.Type("alice", "/ckad stats")
	watch, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = watch.Close(context.Background()) })
	for waiting := 0; waiting == 0; {
		err := watch.QueryRow(t.Context(), `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`).Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		if _, err := lock.Exec(t.Context(), `rollback`); err != nil {
			t.Error(err)
		}
	}
}

func (p *process) signal(t testing.TB, s os.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// TestWhatIsUnderWayAtTheStopIsAnswered: a command is at work when the bot is told
// to stop. It is answered, and then the bot ends as it should.
func TestWhatIsUnderWayAtTheStopIsAnswered(t *testing.T) {
	for name, open := range transports {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, database := freeAddress(t), pgtest.URL(t)
			w := open(t, address)
			p := start(t, append(settings(database, w), "HTTP_ADDR="+address), "")
			ready := awaitStatus(t, address, "/readyz", 200)
			if want := "database: ok\n" + w.channel.Platform + ": ok\n"; ready != want {
				t.Errorf("/readyz says %q, want %q", ready, want)
			}
			release := hold(t, w, database)
			p.signal(t, syscall.SIGTERM)
			awaitStopping(t, address)
			if status, _, err := get("http://" + address + "/healthz"); status != 200 {
				t.Errorf("/healthz answers %d (%v) while the bot stops", status, err)
			}
			release()
			chattest.AwaitText(t, w, "alice", "no graded answers yet")
			if code := p.finish(t); code != 0 {
				t.Errorf("the exit code is %d", code)
			}
			w.content(t)
		})
	}
}

func TestASecondSignalEndsTheBotAtOnce(t *testing.T) {
	t.Parallel()
	address, database := freeAddress(t), pgtest.URL(t)
	w := newDiscord(t)
	p := start(t, append(settings(database, w), "HTTP_ADDR="+address), "")
	awaitStatus(t, address, "/readyz", 200)
	hold(t, w, database)
	p.signal(t, syscall.SIGTERM)
	awaitStopping(t, address)
	p.signal(t, syscall.SIGTERM)
	p.finish(t)
	if status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() {
		t.Errorf("the bot ends with %v, want by the signal", p.cmd.ProcessState)
	}
}

// TestAPostUnderWayAtTheStopIsMade: the platform takes its time with a round's post
// when the bot is told to stop. The bot waits for it, and writes down that it was posted.
func TestAPostUnderWayAtTheStopIsMade(t *testing.T) {
	for name, open := range map[string]func(testing.TB) workplace{"slack": newSlack, "discord": newDiscord} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, address, database := open(t), freeAddress(t), pgtest.URL(t)
			pool := newPool(t, database)
			dueNow(t, pool, w.channel)
			base, held, release := slowPosts(t, w.base)
			p := start(t, append(settings(database, w.at(base)), "HTTP_ADDR="+address), "")
			select {
			case <-held:
			case <-time.After(2 * time.Minute):
				t.Fatal("the bot posts nothing")
			}
			p.signal(t, syscall.SIGTERM)
			awaitStopping(t, address)
			release()
			if code := p.finish(t); code != 0 {
				t.Errorf("the exit code is %d", code)
			}
			chattest.AwaitText(t, w, "alice", "Quiz: daily")
			var known int
			if err := pool.QueryRow(t.Context(), `select count(*) from quiz.post where posted_at is not null and lease_owner is null`).Scan(&known); err != nil || known != 1 {
				t.Errorf("%d posts are known to be made (%v), want 1", known, err)
			}
		})
	}
}

// slowPosts stands between a bot and its platform, and holds the posts until release is called.
func slowPosts(t *testing.T, base string) (through string, held <-chan struct{}, release func()) {
	t.Helper()
	began, released := make(chan struct{}, 16), make(chan struct{})
	through = onTheWay(t, base, func(w http.ResponseWriter, r *http.Request, goOn http.Handler) {
		began <- struct{}{}
		<-released
		goOn.ServeHTTP(w, r)
	})
	return through, began, sync.OnceFunc(func() { close(released) })
}
