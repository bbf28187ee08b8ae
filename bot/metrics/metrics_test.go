package metrics

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/migrations/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

var spec = chat.Spec{Commands: []chat.CommandSpec{{Name: "ckad", Commands: []chat.CommandSpec{{Name: "define"}, {Name: "series", Commands: []chat.CommandSpec{{Name: "create"}}}}}}}

// shown is what somebody sees who looks.
func shown(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("the answer is %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func wants(t *testing.T, m *Metrics, lines ...string) {
	t.Helper()
	all := shown(t, m)
	for _, line := range lines {
		if !strings.Contains(all, "\n"+line+"\n") {
			t.Errorf("%q is missing in:\n%s", line, all)
		}
	}
}

func TestResponsesAreCountedByKindAndOutcome(t *testing.T) {
	m := New(spec)
	told := m.Responded("slack")
	told(chat.Response{Kind: chat.DidCommand, Command: "ckad define", First: 3 * time.Millisecond, Answer: 80 * time.Millisecond, Outcome: chat.Answered})
	told(chat.Response{Kind: chat.DidCommand, Command: "ckad series create", First: 20 * time.Millisecond, Answer: 2 * time.Second, Outcome: chat.Failed})
	told(chat.Response{Kind: chat.DidClick, Answer: 4 * time.Second, Outcome: chat.Lost})
	wants(t, m,
		`ckadbot_interactions_total{kind="ckad define",outcome="answered",platform="slack"} 1`,
		`ckadbot_interactions_total{kind="ckad series create",outcome="failed",platform="slack"} 1`,
		`ckadbot_interactions_total{kind="click",outcome="lost",platform="slack"} 1`,
		`ckadbot_interactions_total{kind="form",outcome="failed",platform="slack"} 0`,
		`ckadbot_interactions_total{kind="home",outcome="lost",platform="slack"} 0`,
		`ckadbot_first_response_seconds_bucket{kind="command",platform="slack",le="0.01"} 1`,
		`ckadbot_first_response_seconds_bucket{kind="command",platform="slack",le="0.1"} 2`,
		`ckadbot_answer_seconds_bucket{kind="command",platform="slack",le="0.1"} 1`,
		`ckadbot_answer_seconds_count{kind="command",platform="slack"} 2`,
	)
	if all := shown(t, m); strings.Contains(all, `seconds_count{kind="click"`) {
		t.Errorf("an answer that was lost has a time:\n%s", all)
	}
}

// Who types what the bot does not know must not fill anybody's memory.
func TestLabelsAreBounded(t *testing.T) {
	m := New(spec)
	told := m.Responded("slack")
	for i := range 1000 {
		told(chat.Response{Kind: chat.DidCommand, Command: fmt.Sprint("ckad ", i), First: 1, Answer: 1, Outcome: chat.Answered})
	}
	wants(t, m, `ckadbot_interactions_total{kind="command",outcome="answered",platform="slack"} 1000`)
	if n := strings.Count(shown(t, m), "ckadbot_interactions_total{"); n > 13 {
		t.Errorf("there are %d series, want 13 at most", n)
	}
}

// A scripted adapter fails in the way that a test says.
type scripted struct {
	chat.Adapter
	err error
}

func (scripted) Platform() string { return "discord" }
func (s scripted) Post(context.Context, chat.Channel, chat.Key, chat.Message) (chat.MessageRef, error) {
	return chat.MessageRef{ID: "7"}, s.err
}
func (s scripted) Edit(context.Context, chat.MessageRef, chat.Message) error { return s.err }

func TestPostsAreCountedByOutcome(t *testing.T) {
	m := New(spec)
	for _, err := range []error{nil, nil, fmt.Errorf("post: %w", &chat.RetryError{}), fmt.Errorf("post: %w", &chat.GoneError{}), &chat.UncertainError{Err: errors.New("lost")}, errors.New("no")} {
		a := m.Adapter(scripted{err: err})
		ref, got := a.Post(t.Context(), chat.Channel{}, chat.Key{}, chat.Message{})
		if edited := a.Edit(t.Context(), chat.MessageRef{}, chat.Message{}); ref.ID != "7" || !errors.Is(got, err) || !errors.Is(edited, err) {
			t.Errorf("got %v, %v and %v, want what the adapter says: %v", ref, got, edited, err)
		}
	}
	for _, action := range []string{"post", "edit"} {
		for outcome, n := range map[string]int{"ok": 2, "retry": 1, "gone": 1, "uncertain": 1, "error": 1} {
			wants(t, m, fmt.Sprintf(`ckadbot_posts_total{action="%s",outcome="%s",platform="discord"} %d`, action, outcome, n))
		}
	}
}

func TestTheRestIsShown(t *testing.T) {
	m := New(spec)
	m.RoundPosted(90 * time.Second)
	m.RoundPosted(-time.Second) // clocks differ
	m.Database(pgtest.New(t))
	m.Queue(func(context.Context) (int, error) { return 12, nil })
	wants(t, m, "ckadbot_queue_posts 12", `ckadbot_round_lateness_seconds_bucket{le="1"} 1`, `ckadbot_round_lateness_seconds_bucket{le="300"} 2`, "ckadbot_database_connections_busy 0")
	for _, name := range []string{"go_goroutines ", "process_start_time_seconds ", "ckadbot_database_connections_max "} {
		if !strings.Contains(shown(t, m), "\n"+name) {
			t.Errorf("%s is missing", name)
		}
	}
}

// A database that hangs must not hide the rest.
func TestAQueueThatCannotBeReadIsLeftOut(t *testing.T) {
	m := New(spec)
	m.Queue(func(ctx context.Context) (int, error) {
		<-ctx.Done()
		return 0, ctx.Err()
	})
	if all := shown(t, m); strings.Contains(all, "ckadbot_queue_posts") || !strings.Contains(all, "go_goroutines") {
		t.Errorf("got\n%s", all)
	}
}

// An adapter that tells who is in which channel still does when its posts are counted: the home page asks for that.
func TestACountedAdapterKeepsWhatItCan(t *testing.T) {
	m := New(spec)
	if _, ok := m.Adapter(keeper{}).(chat.Doorkeeper); !ok {
		t.Error("nobody can ask a counted Doorkeeper who is inside")
	}
	if _, ok := m.Adapter(scripted{}).(chat.Doorkeeper); ok {
		t.Error("an adapter that is no Doorkeeper becomes one")
	}
}

type keeper struct {
	scripted
	chat.Doorkeeper
}
