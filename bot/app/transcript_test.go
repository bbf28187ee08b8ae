package app

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"ckadbot/bot/chat"
	"ckadbot/kb"
	"ckadbot/migrations/pgtest"
	"ckadbot/quiz"
)

var update = flag.Bool("update", false, "rewrite the transcripts; read the difference before you commit it")

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// TestTranscripts plays the conversations in testdata. A line that begins with
// ">" is something that happens, the lines below it are what the bot says:
//
//	> alice: /ckad define pod     somebody types a command ("admin" is an admin, "robot" a bot)
//	> alice alone: /ckad ask      the same in a direct conversation, which belongs to no workspace
//	> alice@far: /ckad link       somebody of another workspace, in the channel there
//	> alice: /ckad link CODE1     the first code that was given to anybody
//	> alice: press B              presses a button of the newest message that they could see and that had it
//	> alice: fill time=09:30; …   fills in the form that was shown, the rest as it stands
//	> clock 2026-11-23 09:30      it is that time (UTC) now, and the bot does what is due: one thing,
//	> clock 2026-11-23 09:30 2    or two
//	> remove the bot              it may not post in the channel any more, until
//	> invite the bot
//	> alice: home                 opens the bot's own page; buttons pressed on it are answered there
//	> alice leaves the channel    so that its quiz is none of theirs
//	> alice blocks the bot        and takes no direct messages from it any more
//	> alice leaves the workspace  and the bot finds that out, as soon as they are shown on a board
//	> the bot is removed from the workspace
//	> restart                     the bot is killed and started again
//	> the other bot answers       one that runs on the same database, and has at most a second to learn what happened
//
// Messages are marked with who sees them; an edit says so. Comments begin with "#".
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(want))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(want) {
				t.Errorf("%s differs; run go test ./bot/app -update and read the difference.\n%s", file, firstDifference(got, string(want)))
			}
		})
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		if i >= len(g) || i >= len(w) || g[i] != w[i] {
			return fmt.Sprintf("line %d:\n got %q\nwant %q", i+1, strings.Join(g[min(i, len(g)):min(i+3, len(g))], "\n"), strings.Join(w[min(i, len(w)):min(i+3, len(w))], "\n"))
		}
	}
	return ""
}

// play carries out the lines of a script that begin with ">" and gives the
// script back with what was said.
func play(t *testing.T, script string) string {
	r := newRoom(t)
	for _, line := range strings.Split(script, "\n") {
		switch {
		case strings.HasPrefix(line, "#"):
			fmt.Fprintln(&r.said, line)
		case strings.HasPrefix(line, "> "):
			fmt.Fprintf(&r.said, "\n%s\n", line)
			r.do(t, strings.TrimPrefix(line, "> "))
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.said.String()
}

// A room is a channel with people in it: a chat.Adapter that writes down what is said.
type room struct {
	app    *App
	other  *App                  // runs beside it; nil until it is needed
	db     func() (*App, func()) // starts the bot anew
	pool   *pgxpool.Pool
	beside func(testing.TB) *kb.Glossary // another process's view of the database
	stop   func()

	mu       sync.Mutex // guards what follows
	clock    time.Time
	refused  bool            // the bot may not post
	blocked  map[string]bool // people who take no direct messages
	outside  map[string]bool // people who are not in the channel
	departed map[string]bool // people who have left the workspace
	said     strings.Builder
	shown    []shown // also what was replaced since: a chat on a telephone may be slow to notice
	events   int     // posts and edits so far
	expected int     // how many of them a command or the clock has waited for; a click may lead to more
	happened chan struct{}
	form     *chat.Form
	atHome   bool     // it was asked for on a page
	codes    []string // that were given
	before   int      // how long said was before the clock moved
	starts   []int    // where messages begin in it since then
}

// shown is a message in the room.
type shown struct {
	id, to string // to one person, or "" to all
	m      chat.Message
	direct bool   // posted to them in their own channel
	home   bool   // on their page
	posted string // the workspace where it was posted
}

var here = chat.Channel{Platform: "test", Workspace: "w", ID: "quiz"}

func newRoom(t *testing.T) *room {
	t.Helper()
	r := &room{clock: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC), happened: make(chan struct{}), blocked: map[string]bool{}, outside: map[string]bool{}, departed: map[string]bool{}}
	pool := pgtest.New(t)
	r.pool = pool
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	glossary := following(t, pool)
	r.beside = func(t testing.TB) *kb.Glossary { return following(t, pool) }
	r.db = func() (*App, func()) {
		var random atomic.Uint64
		engine := quiz.New(pool, quiz.Options{Now: r.now, Log: log, Platforms: []string{"test"}, Random: func() uint64 { return random.Add(0x9e3779b97f4a7c15) }, Others: []quiz.Keeper{glossary.People()}})
		if _, _, _, _, err := engine.Load(t.Context(), testBank()); err != nil {
			t.Fatal(err)
		}
		a := New(Config{Glossary: glossary, Engine: engine, Adapters: []chat.Adapter{r}, Now: r.now, Log: log})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); _ = engine.Run(ctx, a) }()
		return a, func() { cancel(); <-done }
	}
	r.app, r.stop = r.db()
	t.Cleanup(func() { r.stop() })
	return r
}

// testBank is a few questions that are easy to recognise.
func testBank() (bank []quiz.Question) {
	for i, topic := range []string{"pods", "probes", "services", "helm"} {
		for n := range 3 {
			bank = append(bank, quiz.Question{ID: fmt.Sprintf("%s-%d", topic, n), Domain: []string{"D1", "D3", "D5", "D2"}[i], Competency: []string{"workloads", "probes", "services", "helm"}[i],
				Category: topic, Terms: []string{topic, []string{"pod", "liveness-probe", "service", "helm"}[i]}, Difficulty: 1,
				Text: fmt.Sprintf("Which choice is right about %s (%d)?", topic, n), Choices: []string{"the right one", "wrong", "also wrong"}, Key: 0,
				Explanation: "The right one is right because it says so; wrong and also wrong are not.", Doc: "/docs/concepts/", Verified: quiz.NewestKubernetes})
		}
	}
	explained := "The right one is right because it says so; every other one is not."
	for _, q := range []quiz.Question{
		{ID: "kind-several", Category: "choosing", Kind: quiz.Several, Text: "Which of these `kubectl` commands only read?", Choices: []string{"`kubectl get`", "`kubectl apply`", "`kubectl describe`", "`kubectl delete`"}, Key: 0b0101},
		{ID: "kind-true", Category: "believing", Kind: quiz.TrueFalse, Text: "A Pod can have two containers. True or false?", Choices: []string{"True", "False"}, Key: 0},
		{ID: "kind-typed", Category: "typing", Kind: quiz.Typed, Text: "Which agent runs on every node and starts the containers of its Pods?", Answers: []string{"kubelet", "the kubelet agent"}, Key: 1},
		{ID: "kind-order", Category: "ordering", Kind: quiz.Order, Text: "What happens first, what next, when a Pod starts?", Choices: []string{"It is scheduled", "Its images are pulled", "Its containers run"}, Key: 0},
	} {
		q.Domain, q.Terms, q.Difficulty, q.Explanation, q.Doc, q.Verified = "BG", []string{q.Category}, 1, explained, "/docs/concepts/", quiz.NewestKubernetes
		bank = append(bank, q)
	}
	return bank
}

func (r *room) now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.clock
}

func (r *room) do(t *testing.T, line string) {
	t.Helper()
	if !r.event(t, line) {
		r.person(t, line)
	}
}

// event carries out what is not somebody's typing or pressing; false if the line is none.
func (r *room) event(t *testing.T, line string) bool {
	t.Helper()
	if at, ok := strings.CutPrefix(line, "clock "); ok {
		r.setClock(t, at)
		return true
	}
	if line == "remove the bot" || line == "invite the bot" {
		r.mu.Lock()
		r.refused = line == "remove the bot"
		r.mu.Unlock()
		return true
	}
	if who, ok := strings.CutSuffix(line, " blocks the bot"); ok {
		r.mu.Lock()
		r.blocked[who] = true
		r.mu.Unlock()
		return true
	}
	if who, ok := strings.CutSuffix(line, " leaves the channel"); ok {
		r.mu.Lock()
		r.outside[who] = true
		r.mu.Unlock()
		return true
	}
	if who, ok := strings.CutSuffix(line, " leaves the workspace"); ok {
		r.departed[who] = true
		r.findOut(t)
		return true
	}
	if line == "the bot is removed from the workspace" {
		r.app.Left(t.Context(), here.Home())
		return true
	}
	if line == "restart" {
		r.stop()
		r.app, r.stop = r.db()
		return true
	}
	if line == "the other bot answers" {
		r.turnToOther(t)
		return true
	}
	return false
}

// person has somebody type, press or fill in what a line says after their name.
func (r *room) person(t *testing.T, line string) {
	t.Helper()
	who, what, ok := strings.Cut(line, ": ")
	if !ok {
		t.Fatalf("cannot read %q", line)
	}
	who, alone := strings.CutSuffix(who, " alone")
	u := someone(who)
	ch := channelOf(u)
	if alone {
		u.Workspace, u.Admin, ch = chat.Everywhere, false, direct(u)
	}
	switch verb, rest, _ := strings.Cut(what, " "); verb {
	case "press":
		r.press(t, u, rest)
	case "fill":
		r.fill(t, u, rest)
	case "home":
		r.home(t, u)
	default:
		r.mu.Lock()
		for i, code := range r.codes {
			what = strings.ReplaceAll(what, fmt.Sprint("CODE", i+1), code)
		}
		r.mu.Unlock()
		c, ok := Spec.Parse(what, chat.Names{
			Person: func(w string) (string, bool) { return strings.CutPrefix(w, "@") },
			Place:  func(w string) (string, bool) { return strings.CutPrefix(w, "#") },
		})
		if !ok {
			t.Fatalf("%q is no command", what)
		}
		c.User, c.Channel = u, ch
		if id := c.Args["user"]; id != "" {
			target := someone(id)
			c.Target = &target
		}
		r.show(t, u, "", r.app.Command(t.Context(), c))
		r.mu.Lock()
		r.expected = r.events
		r.mu.Unlock()
	}
}

// findOut asks about all who were shown on boards.
func (r *room) findOut(t *testing.T) {
	t.Helper()
	for {
		select {
		case m := <-r.app.members:
			if _, err := r.app.askWhetherLeft(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		default:
			return
		}
	}
}

// following opens a glossary of its own that follows the database until the test ends.
func following(t testing.TB, pool *pgxpool.Pool) *kb.Glossary {
	g, err := kb.Open(context.WithoutCancel(t.Context()), pool, kb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{})
	go func() { defer close(done); _ = g.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done; _ = g.Close() })
	return g
}

// turnToOther has the other bot answer from now on, as soon as it knows what this one knows:
// within a second, or a few on a busy computer; if it is not told of edits, it asks after ten.
func (r *room) turnToOther(t *testing.T) {
	t.Helper()
	if r.other == nil {
		r.other = New(Config{Glossary: r.beside(t), Engine: r.app.engine, Adapters: []chat.Adapter{r}, Now: r.now, Log: r.app.log})
	}
	deadline, look := time.After(8*time.Second), time.NewTicker(5*time.Millisecond)
	defer look.Stop()
	for !cmp.Equal(r.app.glossary.Entries(here.Home()), r.other.glossary.Entries(here.Home())) {
		select {
		case <-look.C:
		case <-deadline:
			t.Fatal("after eight seconds the other bot does not know what this one knows")
		}
	}
	r.app, r.other = r.other, r.app
}

func someone(name string) chat.User {
	name, workspace, elsewhere := strings.Cut(name, "@")
	u := chat.User{Platform: "test", Workspace: "w", ID: name, Name: strings.ToUpper(name[:1]) + name[1:], Admin: name == "admin", Bot: name == "robot"}
	if elsewhere {
		u.Workspace, u.ID = workspace, name+"@"+workspace
	}
	return u
}

// channelOf is where somebody is.
func channelOf(u chat.User) chat.Channel {
	ch := here
	ch.Workspace = u.Workspace
	return ch
}

// atRest waits until what was posted is written down: for a bot whose clock jumps by hours before that, it is somebody
// else's who has died, and is posted again.
func (r *room) atRest(t *testing.T) {
	t.Helper()
	for busy := true; busy; {
		err := r.pool.QueryRow(t.Context(), `
			SELECT EXISTS (SELECT FROM quiz.post WHERE lease_owner IS NOT NULL AND finished_at IS NULL)
				OR EXISTS (SELECT FROM quiz.notice WHERE lease_owner IS NOT NULL AND finished_at IS NULL)`).Scan(&busy)
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (r *room) setClock(t *testing.T, words string) {
	t.Helper()
	f := strings.Fields(words)
	at, err := time.Parse("2006-01-02 15:04", f[0]+" "+f[1])
	if err != nil {
		t.Fatal(err)
	}
	wait := 1
	if len(f) > 2 {
		wait, _ = strconv.Atoi(f[2])
	}
	r.atRest(t)
	r.mu.Lock()
	r.clock = at
	wait += r.expected
	r.expected = wait
	r.starts, r.before = nil, r.said.Len()
	r.mu.Unlock()
	deadline := time.After(time.Minute)
	for {
		r.mu.Lock()
		done, happened := r.events >= wait, r.happened
		r.mu.Unlock()
		if done {
			r.atRest(t) // what comes next may ask for what was posted
			r.sortTwice()
			return
		}
		select {
		case <-happened:
		case <-deadline:
			t.Fatalf("nothing more happens at %s", words)
		}
	}
}

// sortTwice puts what was said at the same moment here and elsewhere into one order: here first.
func (r *room) sortTwice() {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.said.String()
	var messages []string
	for i, at := range r.starts {
		end := len(all)
		if i+1 < len(r.starts) {
			end = r.starts[i+1]
		}
		messages = append(messages, all[at:end])
	}
	for i := range max(len(messages)-1, 0) {
		heading, body, _ := strings.Cut(messages[i], ":")
		if next, same, _ := strings.Cut(messages[i+1], ":"); same == body && strings.HasPrefix(heading, next+" in ") {
			messages[i], messages[i+1] = messages[i+1], messages[i]
		}
	}
	if len(messages) > 1 && r.starts[0] == r.before {
		r.said.Reset()
		r.said.WriteString(all[:r.before] + strings.Join(messages, ""))
	}
}

func (r *room) press(t *testing.T, u chat.User, label string) {
	t.Helper()
	r.mu.Lock()
	all := slices.Clone(r.shown)
	r.mu.Unlock()
	for _, s := range slices.Backward(all) {
		if s.to != "" && s.to != u.ID || s.to == "" && s.posted != "" && s.posted != u.Home() {
			continue
		}
		for _, b := range pressable(s.m) {
			if b.Label == label {
				ch := channelOf(u)
				if s.direct || u.Workspace == chat.Everywhere { // as on Discord
					u.Workspace, ch = chat.Everywhere, direct(u)
				}
				if s.home {
					ch.ID = ""
					r.showAtHome(t, u, r.app.Click(t.Context(), chat.Click{Action: b.Action, User: u, Message: chat.MessageRef{Channel: ch}}))
					return
				}
				r.show(t, u, s.id, r.app.Click(t.Context(), chat.Click{Action: b.Action, User: u, Message: chat.MessageRef{Channel: ch, ID: s.id}}))
				return
			}
		}
	}
	t.Fatalf("%s sees no button %q", u.ID, label)
}

// pressable are the buttons of a message that are not dead, and the choices of its menu as buttons.
func pressable(m chat.Message) []chat.Button {
	live := slices.DeleteFunc(slices.Clone(m.Buttons()), func(b chat.Button) bool { return b.Disabled })
	if s := m.Select(); s != nil {
		for _, c := range s.Choices {
			live = append(live, chat.Button{Action: c.Value, Label: c.Label})
		}
	}
	return live
}

func (r *room) fill(t *testing.T, u chat.User, values string) {
	t.Helper()
	if r.form == nil {
		t.Fatal("no form was shown")
	}
	s := chat.Submission{Action: r.form.Action, Values: map[string]string{}, User: u, Channel: channelOf(u)}
	for _, in := range r.form.Inputs {
		s.Values[in.Name] = in.Value
	}
	for part := range strings.SplitSeq(values, ";") {
		k, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		s.Values[k] = v
	}
	if r.atHome {
		s.Channel.ID = ""
		r.showAtHome(t, u, r.app.Submit(t.Context(), s))
		return
	}
	r.show(t, u, "", r.app.Submit(t.Context(), s))
}

// home shows somebody their page.
func (r *room) home(t *testing.T, u chat.User) {
	t.Helper()
	for _, m := range r.app.Home(t.Context(), u) {
		if err := m.Validate(); err != nil {
			t.Errorf("home of %s: %v", u.ID, err)
		}
		r.mu.Lock()
		r.shown = append(r.shown, shown{id: "home", to: u.ID, m: m, home: true})
		r.write("on the page of "+u.ID, m)
		r.mu.Unlock()
	}
}

// showAtHome writes the answer to a click on a page down. Its buttons are on the page, too.
func (r *room) showAtHome(t *testing.T, u chat.User, reply chat.Reply) {
	t.Helper()
	r.show(t, u, "home", reply)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.atHome = reply.Form != nil || reply.Invalid != nil; reply.Form == nil {
		r.shown[len(r.shown)-1].home = true
	}
}

// show writes a reply down; clicked is the message whose button was pressed.
func (r *room) show(t *testing.T, u chat.User, clicked string, reply chat.Reply) {
	t.Helper()
	if err := reply.Validate(); err != nil {
		t.Errorf("reply to %s: %v", u.ID, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if reply.Form != nil {
		r.form, r.atHome = reply.Form, false
		fmt.Fprintf(&r.said, "form for %s: %s\n", u.ID, reply.Form.Title)
		for _, in := range reply.Form.Inputs {
			fmt.Fprintf(&r.said, "  %s [%s]\n", in.Label, strings.ReplaceAll(in.Value, "\n", "\n    "))
		}
		return
	}
	to, id := "", fmt.Sprint("m", len(r.shown))
	if reply.Ephemeral {
		to = u.ID
	}
	if reply.Replace {
		id = clicked
	}
	r.shown = append(r.shown, shown{id: id, to: to, m: reply.Message})
	heading := "to all"
	if to != "" {
		heading = "to " + to + " only"
	}
	if reply.Replace {
		heading += ", in its place"
	}
	r.write(heading, reply.Message)
	for _, input := range slices.Sorted(maps.Keys(reply.Invalid)) {
		fmt.Fprintf(&r.said, "  (at %s: %s)\n", input, chat.Unmarked(reply.Invalid[input]))
	}
}

func (r *room) write(heading string, m chat.Message) {
	if m.Mention != nil {
		heading += ", notifying " + m.Mention.ID
	}
	r.starts = append(r.starts, r.said.Len())
	fmt.Fprintf(&r.said, "%s:\n", heading)
	var text strings.Builder
	for _, span := range chat.Parse(m.Markdown()) {
		if span.Manner == chat.Moment && r.databaseSaid(span.Time) {
			span.Text = "just now"
		}
		text.WriteString(span.Text)
		if span.Manner == chat.Link {
			text.WriteString(" (" + span.URL + ")")
		}
	}
	said := glossaryDay.ReplaceAllString(text.String(), "${1}TODAY")
	// Codes are random.
	said = regexp.MustCompile(`code=[A-Z2-9]{4}-[A-Z2-9]{4}`).ReplaceAllStringFunc(said, func(code string) string {
		r.codes = append(r.codes, strings.TrimPrefix(code, "code="))
		return fmt.Sprint("code=CODE", len(r.codes))
	})
	for line := range strings.SplitSeq(said, "\n") {
		fmt.Fprintln(&r.said, strings.TrimRight("  "+line, " "))
	}
	if p := m.Image(); p != nil {
		fmt.Fprintf(&r.said, "  (picture %s: %s)\n", p.Name, p.Alt)
	}
	if s := m.Select(); s != nil {
		fmt.Fprintf(&r.said, "  %s:", s.Label)
		for _, c := range s.Choices {
			fmt.Fprintf(&r.said, " [%s]", c.Label)
		}
		r.said.WriteString("\n")
	}
	dead := func(b chat.Button) bool { return b.Disabled } // Discord shows them, other platforms do not
	if bs := slices.DeleteFunc(slices.Clone(m.Buttons()), dead); len(bs) > 0 {
		r.said.WriteString("  ")
		verbs := map[string]int{}
		for _, b := range bs {
			fmt.Fprintf(&r.said, "[%s]", b.Label)
			to, _ := parseAction(b.Action)
			verbs[to.verb]++
		}
		r.said.WriteString("\n")
		for verb, n := range verbs {
			if n > 10 {
				fmt.Fprintf(&r.said, "  %d buttons to %s: take a menu\n", n, verb)
			}
		}
	}
}

// The glossary dates its edits by the database's clock; all other dates are the room's.
var glossaryDay = regexp.MustCompile(`((?:last changed by [^\n]+ on|(?m:^)Version \d+,) )\d{4}-\d\d-\d\d`)

// databaseSaid tells whether a moment is one that the database's clock gave an edit of the glossary or a suggestion.
func (r *room) databaseSaid(at time.Time) (said bool) {
	err := r.pool.QueryRow(context.Background(), `
		SELECT EXISTS (SELECT FROM kb.history WHERE date_trunc('second', changed_at) = $1)
			OR EXISTS (SELECT FROM kb.entry WHERE date_trunc('second', changed_at) = $1)
			OR EXISTS (SELECT FROM kb.suggestion WHERE date_trunc('second', at) = $1)`, at).Scan(&said)
	if err != nil {
		panic(err)
	}
	return said
}

// Hand writes the keys of a file down, and how many things each has.
func (r *room) Hand(_ context.Context, u chat.User, f chat.File) (string, error) {
	if err := f.Validate(); err != nil {
		return "", err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.blocked[u.ID] {
		return "", &chat.GoneError{Reason: "This person does not accept messages from me."}
	}
	var all map[string]any
	if err := json.Unmarshal(f.Content, &all); err != nil {
		return "", err
	}
	fmt.Fprintf(&r.said, "file %s to %s directly:\n  %s\n", f.Name, u.ID, f.Comment)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if list, ok := all[key].([]any); ok {
			fmt.Fprintf(&r.said, "  %s: %d\n", key, len(list))
		}
	}
	return "our direct messages", nil
}

// Member tells of those who have not left.
func (r *room) Member(_ context.Context, u chat.User) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.departed[u.ID], nil
}

// Platform, Run, Post and Edit make the room an adapter.
func (r *room) Platform() string { return "test" }

// Ready is nil: the room is always open.
func (r *room) Ready() error { return nil }

// Check is what Post would say.
func (r *room) Check(context.Context, chat.Channel) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refused {
		return &chat.GoneError{Reason: "I am not a member of it. Invite me, then try again."}
	}
	return nil
}

func (r *room) Run(ctx context.Context, _ chat.Spec, _ chat.Handler) error {
	<-ctx.Done()
	return nil
}

func (r *room) Post(_ context.Context, ch chat.Channel, _ chat.Key, m chat.Message) (chat.MessageRef, error) {
	if err := m.Validate(); err != nil {
		return chat.MessageRef{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refused && !strings.HasPrefix(ch.ID, directTo) {
		return chat.MessageRef{}, &chat.GoneError{Reason: "I am not a member of it. Invite me, then try again."}
	}
	new := shown{id: fmt.Sprint("m", len(r.shown)), m: m, posted: ch.Home()}
	heading := "posted" + elsewhere(ch)
	if to, ok := strings.CutPrefix(ch.ID, directTo); ok {
		new.to, new.direct, heading = to, true, "posted to "+to+" directly"
		if r.blocked[to] {
			fmt.Fprintf(&r.said, "refused by %s\n", to)
			r.happen()
			return chat.MessageRef{}, &chat.GoneError{Reason: "This person does not accept messages from me."}
		}
	}
	r.shown = append(r.shown, new)
	r.write(heading, m)
	r.happen()
	return chat.MessageRef{Channel: ch, ID: new.id}, nil
}

// Inside is everybody who has not left.
func (r *room) Inside(_ context.Context, u chat.User, channels []chat.Channel) ([]chat.Channel, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.outside[u.ID] {
		return nil, nil
	}
	return channels, nil
}

// Direct gives each person a channel of their own, Link what a browser would open.
func (r *room) Direct(_ context.Context, u chat.User) (chat.Channel, error) { return direct(u), nil }

func (r *room) Link(_ context.Context, ref chat.MessageRef) (string, error) {
	return "https://chat.example/" + ref.Channel.ID + "/" + ref.ID, nil
}

func direct(u chat.User) chat.Channel {
	return chat.Channel{Platform: "test", Workspace: chat.Everywhere, ID: directTo + u.ID}
}

// directTo begins the names of channels for one person.
const directTo = "direct-"

func (r *room) Edit(_ context.Context, ref chat.MessageRef, m chat.Message) error {
	if err := m.Validate(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.shown = append(r.shown, shown{id: ref.ID, m: m, posted: ref.Channel.Home()})
	r.write("edited"+elsewhere(ref.Channel), m)
	r.happen()
	return nil
}

// elsewhere names the workspace of a channel that is not here.
func elsewhere(ch chat.Channel) string {
	if ch.Workspace == here.Workspace {
		return ""
	}
	return " in " + ch.Workspace
}

// happen tells those who wait; the caller holds mu.
func (r *room) happen() {
	r.events++
	close(r.happened)
	r.happened = make(chan struct{})
}
