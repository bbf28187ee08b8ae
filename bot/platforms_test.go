package main

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"ckadbot/bot/app"
	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/migrations/pgtest"
	"ckadbot/quiz"
)

// TestPlatformsCarryEverything plays one story on each platform, over each of its transports, with the bot as a process of its own.
func TestPlatformsCarryEverything(t *testing.T) {
	for name, open := range transports {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := freeAddress(t)
			w := open(t, address)
			start(t, append(settings(pgtest.URL(t), w), "HTTP_ADDR="+address), "")
			awaitStatus(t, address, "/readyz", 200) // over HTTP, nobody waits long for a bot that starts
			story(t, w)
			awaitStatus(t, address, "/healthz", 200)
			metricsOf(t, w.channel.Platform, awaitStatus(t, address, "/metrics", 200))
			w.content(t)
		})
	}
}

// metricsOf checks what is shown of the story, which are all metrics that the README lists, and no other of ours.
func metricsOf(t *testing.T, platform, shown string) {
	t.Helper()
	for _, line := range []string{
		`ckadbot_interactions_total{kind="ckad define",outcome="answered",platform="` + platform + `"} `,
		`ckadbot_interactions_total{kind="click",outcome="failed",platform="` + platform + `"} 0`,
		`ckadbot_first_response_seconds_count{kind="click",platform="` + platform + `"} `,
		`ckadbot_posts_total{action="post",outcome="ok",platform="` + platform + `"} `,
		"ckadbot_queue_posts ",
	} {
		if !strings.Contains(shown, "\n"+line) {
			t.Errorf("/metrics lacks %s; it shows\n%s", line, shown)
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (ckadbot_[a-z]+_[a-z_]+)`).FindAllStringSubmatch(shown, -1) {
		if !strings.Contains(readme(t), "`"+m[1]+"`") && !strings.HasPrefix(m[1], "ckadbot_database_") {
			t.Errorf("%s is not in the README", m[1])
		}
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `(ckadbot_[a-z_]+)`").FindAllStringSubmatch(readme(t), -1) {
		if !strings.Contains(shown, "# TYPE "+m[1]+" ") {
			t.Errorf("%s is in the README, but not shown", m[1])
		}
	}
}

func story(t *testing.T, w workplace) {
	see := func(person, text string) chattest.Shown {
		t.Helper()
		return chattest.AwaitText(t, w, person, text)
	}

	if m := w.ask(t, "alice", "/ckad define deploymnet", "ReplicaSet"); !m.Ephemeral {
		t.Errorf("the entry is not ephemeral: %+v", m)
	} else {
		w.Press("alice", m, "Share in channel")
	}
	if m := see("bob", "Shared by"); len(m.Pings) > 0 {
		t.Errorf("sharing pings %q", m.Pings)
	}

	w.Type("alice", "/ckad ask "+onePressTopic(t))
	question := see("carol", "The result is shown to you alone")
	for _, person := range []string{"alice", "bob", "carol"} {
		w.Press(person, question, "A")
		if m := see(person, "You answered"); !m.Ephemeral {
			t.Errorf("the result is not ephemeral: %+v", m)
		}
	}
	w.Press("bob", question, "A")
	see("bob", "it counts once")
	w.Press("bob", question, "B")
	see("bob", "the first answer counts")
	w.ask(t, "bob", "/ckad leaderboard all", "1 answer")
	w.ask(t, "carol", "/ckad stats", "Statistics")
	w.ask(t, "carol", "/ckad-admin series list", "Only admins")
	w.ask(t, "admin", "/ckad-admin series create name=daily time=09:30 days=mon-fri zone=Europe/Berlin", "Saved")

	alone(t, w, see)
	duel(t, w, see)
	glossary(t, w, see)
}

// alone has somebody practise twenty questions, and take a mock exam in which they skip one: each step is the reply to a
// press, and takes the place of the last.
func alone(t *testing.T, w workplace, see func(person, text string) chattest.Shown) {
	const dave = "dave"
	if m := w.ask(t, dave, "/ckad practice D4 20", "Question 1 of 20"); !m.Ephemeral {
		t.Errorf("practice is not ephemeral: %+v", m)
	}
	for n := 1; n <= 20; n++ {
		w.answer(t, dave, fmt.Sprintf("Question %d of 20", n))
	}
	if m := see(dave, "That was the last one: "); !m.Ephemeral || !slices.Contains(m.Buttons, "Again") {
		t.Errorf("the end of practice: %+v", m)
	}
	w.ask(t, dave, "/ckad review", "Nothing is due today")

	w.Press(dave, w.ask(t, dave, "/ckad mock 10", "10 questions over all five domains"), "Start")
	w.Press(dave, see(dave, "Question 1 of 10"), "Skip")
	for n := 2; n <= 10; n++ {
		w.answer(t, dave, fmt.Sprintf("Question %d of 10", n))
	}
	see(dave, "Question 1 of 10") // again
	open := w.ask(t, dave, "/ckad mock", "9 of 10 questions answered")
	w.Press(dave, open, "Continue")
	w.answer(t, dave, "Question 1 of 10")
	w.Press(dave, see(dave, "You have answered all 10 questions"), "Finish")
	result := see(dave, "66 % is a pass.")
	if !result.Ephemeral || !strings.Contains(result.Text, "CKAD: Services and Networking") {
		t.Errorf("the result of the mock exam: %+v", result)
	}
	w.Press(dave, result, "Show the answers")
	see(dave, "The answer")
	for _, person := range []string{"alice", "bob"} {
		if messages, _ := w.Sees(person); len(messages) > 0 {
			if m, found := chattest.Find(messages, "Question 1 of"); found {
				t.Errorf("%s sees %+v", person, m)
			}
		}
	}
}

// answer answers a question on somebody's way through a round, whatever its kind, and be it wrong.
func (w workplace) answer(t *testing.T, person, title string) {
	t.Helper()
	m := chattest.AwaitText(t, w, person, title)
	for _, label := range []string{"A", "B", "C", "D", "E"} {
		switch {
		case slices.Contains(m.Buttons, "Type the answer"):
			w.Press(person, m, "Type the answer")
			form := chattest.Await(t, w, person, func(m chattest.Shown) bool { return m.Form })
			w.Fill(person, form, map[string]string{"A word or a few": "kubelet"})
			return
		case slices.Contains(m.Buttons, "True"):
			w.Press(person, m, "True")
			return
		case slices.Contains(m.Buttons, "Hand in"):
			w.Press(person, m, "Hand in")
			return
		}
		w.Press(person, m, label)
		if !strings.Contains(m.Text, quiz.Several.Hint()) && !strings.Contains(m.Text, quiz.Order.Hint()) {
			return
		}
		m = chattest.Await(t, w, person, func(m chattest.Shown) bool {
			return strings.Contains(m.Text, title) && !slices.Contains(m.Buttons, label)
		})
	}
	w.Press(person, m, "Hand in")
}

// glossary looks terms up in each way there is, and has the team write its own.
func glossary(t *testing.T, w workplace, see func(person, text string) chattest.Shown) {
	form := func(person string) chattest.Shown {
		return chattest.Await(t, w, person, func(m chattest.Shown) bool { return m.Form })
	}
	if w.channel.Platform == "discord" { // completes the term as it is typed
		w.Type("alice", "/ckad define keeps pods away from a node")
	} else {
		w.Type("alice", "/ckad define")
		w.Fill("alice", form("alice"), map[string]string{"Term": "keeps pods away from a node"})
	}
	if m := see("alice", "Mark on a node that keeps Pods away"); !m.Ephemeral || !slices.Contains(m.Buttons, "Suggest a change") {
		t.Errorf("the entry is not ephemeral, or cannot be corrected: %+v", m)
	} else {
		w.Press("alice", m, "Toleration")
	}
	see("alice", "Entry in a Pod's spec")
	w.Press("alice", w.ask(t, "alice", "/ckad search rolling update", "1. "), "More →")
	w.Press("alice", see("alice", "6. "), "← Back")
	see("alice", "1. ")
	w.Press("alice", w.ask(t, "alice", "/ckad terms D5", "Page 1 of 2"), "More →")
	w.Press("alice", see("alice", "Page 2 of 2"), "Subjects")
	see("alice", "Choose a subject")

	w.Type("alice", "/ckad suggest blast radius")
	w.Fill("alice", form("alice"), map[string]string{"What it means, in a sentence or two": "How much breaks. <!everyone> @everyone <b>", "Other names, with commas between them": "reach of damage"})
	see("alice", "waits for an admin")
	w.ask(t, "carol", "/ckad-admin suggestions", "Only admins")
	w.Press("admin", w.ask(t, "admin", "/ckad-admin suggestions", "New term: blast radius"), "Accept")
	see("admin", "is in the glossary now")
	shared := w.ask(t, "bob", "/ckad define reach of damage", "last changed by alice, accepted by admin")
	w.Press("bob", shared, "Share in channel")
	if m := see("carol", "How much breaks."); len(m.Pings) > 0 {
		t.Errorf("the shared entry pings %q", m.Pings)
	}

	w.Type("admin", "/ckad-admin term edit pod")
	w.Fill("admin", form("admin"), map[string]string{"What it means, in a sentence or two": "What runs in our racks."})
	see("admin", "shows your text in this workspace")
	w.ask(t, "bob", "/ckad define pod", "What runs in our racks.")
	w.ask(t, "admin", "/ckad-admin term history pod", "Version 1")
	w.Press("admin", w.ask(t, "admin", "/ckad-admin term remove pod", "shows the text again"), "Undo")
	see("admin", "is again as it was then")
}

func duel(t *testing.T, w workplace, see func(person, text string) chattest.Shown) {
	t.Helper()
	w.ask(t, "alice", "/ckad challenge @alice", "cannot challenge yourself")
	w.Type("alice", "/ckad challenge @bob 2 "+onePressTopic(t))
	invitation := see("bob", "do you accept?")
	if len(invitation.Pings) != 1 || invitation.Pings[0] != "bob" {
		t.Errorf("the challenge pings %q, want bob", invitation.Pings)
	}
	w.Press("carol", invitation, "Accept")
	see("carol", "for somebody else")
	w.Press("bob", invitation, "Accept")
	for _, person := range []string{"alice", "bob"} {
		w.Press(person, see(person, "accepted."), "Start")
		w.Press(person, see(person, "Question 1 of 2"), "A")
		w.Press(person, see(person, "Question 2 of 2"), "A")
		see(person, "That was the last one")
	}
	chattest.Await(t, w, "carol", func(m chattest.Shown) bool {
		return !m.Ephemeral && strings.Contains(m.Text, " of 2 right") && (strings.Contains(m.Text, "wins.") || strings.Contains(m.Text, "A draw."))
	})
}

// onePressTopic is a topic with questions that are answered by pressing A, and no others.
func onePressTopic(t testing.TB) string {
	t.Helper()
	bank, err := app.Bank()
	if err != nil {
		t.Fatal(err)
	}
	questions := map[string]int{}
	for _, q := range bank {
		for _, term := range q.Terms {
			if q.Kind == quiz.OneChoice {
				questions[term]++
			} else {
				questions[term] = -len(bank)
			}
		}
	}
	for _, term := range slices.Sorted(maps.Keys(questions)) {
		if questions[term] > 2 && strings.HasPrefix(term, "kubectl-") { // no domain speaks of these
			return term
		}
	}
	t.Fatal("each topic has questions that are answered in another way")
	return ""
}

// TestDailyRoundSurvivesAKill: a round of a series with a channel on each
// platform is due. The bot that opens it is killed while it posts, before the
// platforms have the posts. Of two other bots that take over, one posts in each
// channel, and answers count once.
func TestDailyRoundSurvivesAKill(t *testing.T) {
	t.Parallel()
	slack, discord := newSlack(t), newDiscord(t)
	database := pgtest.URL(t)
	pool := newPool(t, database)
	dueNow(t, pool, slack.channel, discord.channel)

	slackGate, discordGate := newGate(t, slack.base), newGate(t, discord.base)
	first := start(t, settings(database, slack.at(slackGate.base), discord.at(discordGate.base)), "")
	slackGate.await(t, first)
	discordGate.await(t, first)
	if err := first.cmd.Process.Kill(); err != nil { // kill -9
		t.Fatal(err)
	}
	first.finish(t)

	// A minute passes: the dead bot's leases run out.
	tag, err := pool.Exec(t.Context(), `UPDATE quiz.post SET lease_until = now() WHERE lease_until > now() AND posted_at IS NULL`)
	if err != nil || tag.RowsAffected() != 2 {
		t.Fatalf("%d posts were leased by the killed bot (%v), want 2", tag.RowsAffected(), err)
	}
	discord.discord().ToAll() // as the real one: both bots hear of everything
	startReady(t, database, slack, discord)
	startReady(t, database, slack, discord)
	for _, w := range []workplace{slack, discord} {
		question := chattest.AwaitText(t, w, "alice", "Quiz: daily")
		for _, person := range []string{"alice", "bob", "carol"} {
			w.Press(person, question, "A")
			w.Press(person, question, "A")
			chattest.AwaitText(t, w, person, "it counts once")
		}
	}
	var rounds, answers int
	if err := pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM quiz.round), (SELECT count(*) FROM quiz.answer)`).Scan(&rounds, &answers); err != nil {
		t.Fatal(err)
	}
	if rounds != 1 || answers != 6 {
		t.Errorf("%d rounds with %d answers, want 1 with 6", rounds, answers)
	}
	discord.Type("erin", "/ckad ask pod")
	chattest.AwaitText(t, discord, "dave", "Question about pod")
	discord.Type("erin", "/ckad stats") // whatever the other bot made of the command was before this
	chattest.AwaitText(t, discord, "erin", "no graded answers yet")
	for w, want := range map[*workplace]int{&slack: 1, &discord: 2} {
		messages, _ := w.Sees("dave")
		if n := len(messages); n != want {
			t.Errorf("there are %d posts on %s, want %d: %+v", n, w.channel.Platform, want, messages)
		}
		w.content(t)
	}
}

// farClock is half a day from now, in UTC: a series that opens then has no round while a test runs, at whatever time that is.
func farClock() quiz.Clock {
	at := time.Now().UTC().Add(12 * time.Hour)
	return quiz.Clock(at.Hour()*60 + at.Minute())
}

// dueNow makes a series in both channels whose round was due a minute ago.
func dueNow(t *testing.T, pool *pgxpool.Pool, channels ...chat.Channel) {
	t.Helper()
	now := time.Now().UTC()
	engine := quiz.New(pool, quiz.Options{Now: func() time.Time { return now.Add(-5 * time.Minute) }})
	bank, err := app.Bank()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, _, err := engine.Load(t.Context(), bank); err != nil {
		t.Fatal(err)
	}
	opens, closes := now.Add(-time.Minute), now.Add(3*time.Hour)
	s := quiz.Series{Workspace: channels[0].Home(), Name: "daily", Questions: 1, Topic: onePressTopic(t), CreatedBy: "test", Schedule: quiz.Schedule{Zone: "UTC",
		Opens: quiz.Clock(opens.Hour()*60 + opens.Minute()), Closes: quiz.Clock(closes.Hour()*60 + closes.Minute())}}
	if s.Schedule.Days, err = quiz.ParseDays("daily"); err != nil {
		t.Fatal(err)
	}
	for _, ch := range channels {
		s.Channels = append(s.Channels, quiz.Channel{ID: ch.String()})
	}
	if _, err := engine.CreateSeries(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}

// noted waits until the bots have written down that so many posts are made. People see them a moment before; a result, a reminder and
// a home page are about those only that are written down.
func noted(t *testing.T, pool *pgxpool.Pool, posts int) {
	t.Helper()
	deadline := time.After(2 * time.Minute)
	for {
		var n int
		if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM quiz.post WHERE posted_at IS NOT NULL`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n == posts {
			return
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-deadline:
			t.Fatalf("%d posts are written down as made, want %d", n, posts)
		}
	}
}

// A gate stands between a bot and a platform. It lets everything through but
// posts: these it holds until the bot goes away, and then forgets them.
type gate struct {
	base string        // the base URL for a bot behind the gate
	held chan struct{} // has an element when a post is held
}

func newGate(t *testing.T, base string) *gate {
	t.Helper()
	g := &gate{held: make(chan struct{}, 16)}
	g.base = onTheWay(t, base, func(w http.ResponseWriter, r *http.Request, goOn http.Handler) {
		_, _ = io.Copy(io.Discard, r.Body) // only then net/http notices that the bot went away
		g.held <- struct{}{}
		<-r.Context().Done()
	})
	return g
}

func (g *gate) await(t *testing.T, p *process) {
	t.Helper()
	select {
	case <-g.held:
	case <-time.After(2 * time.Minute):
		t.Fatalf("the bot posts nothing: %s", p.complained())
	}
}
