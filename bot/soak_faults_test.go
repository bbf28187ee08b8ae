package main

import (
	"context"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/discord/discordtest"
	"ckadbot/bot/slack/slacktest"
	"ckadbot/migrations/pgserver"
)

// A mishap is something that goes wrong at some time.
type mishap struct {
	at   time.Duration
	name string
	bot  int           // which
	how  time.Duration // how long, or how slow
}

// mishaps are what can go wrong for all, and over sockets or HTTP only.
var (
	mishaps = []string{
		"outgoing requests fail often", "the database is slow", "the database hangs", "the database is killed", "a bot is killed", "a bot is stopped",
	}
	mishapsOver = map[string][]string{
		bySockets: {
			"Slack drops a bot's connections", "Slack asks the bots to connect again", "Discord drops connections", "Discord asks the bots to connect again",
			"Discord ends sessions",
		},
		byHTTP: {"incoming requests fail often", "incoming requests come twice", "a bot stands still"},
	}
)

// plan says what goes wrong when: everything once before anything twice. Of what happens to a bot, only the first happens to the
// first bot, which then lives on: what grows in it has the time to show.
func plan(chance *rand.Rand, over string, length time.Duration) (all []mishap) {
	names := slices.Concat(mishaps, mishapsOver[over])
	if *soakTime < time.Minute { // bots take long to start, above all with the race detector
		spared := map[string]string{bySockets: "a bot is killed", byHTTP: "a bot is stopped"}[over]
		names = slices.DeleteFunc(names, func(name string) bool { return name == spared })
	}
	step := max(length/time.Duration(len(names)+2), 250*time.Millisecond)
	step = min(step, 5*time.Second)
	ended := map[string]bool{}
	for at := step; at < length-step; {
		for _, i := range chance.Perm(len(names)) {
			m := mishap{at, names[i], chance.IntN(2), between(chance, 500, 2000)}
			if m.name == "a bot is killed" || m.name == "a bot is stopped" {
				m.bot = 0
				if ended[m.name] {
					m.bot = 1
				}
				ended[m.name] = true
			}
			if at < length-step {
				all = append(all, m)
			}
			at += step/2 + time.Duration(chance.Int64N(int64(step)))
		}
	}
	return append(all, mishap{at: length, name: "that was all"})
}

// faults are the bots and all that they need, which go wrong.
type faults struct {
	soak     *soak
	slack    *slacktest.Server
	discord  *discordtest.Server
	server   *pgserver.Server
	dir      string // of the server's data
	road     *road
	balancer *balancer
	chance   *rand.Rand // of requests; guarded by mu
	often    atomic.Bool
	incoming atomic.Int64 // one of so many requests to the bots fails
	twice    atomic.Bool
	changing atomic.Bool

	mu      sync.Mutex // guards the rest
	over    string     // sockets or HTTP
	bots    [2]*theBot
	trouble []trouble
	well    bool
	ended   bool
	killed  time.Time

	repair  sync.WaitGroup // of what went wrong
	looking sync.WaitGroup
}

// A trouble is when something stood in the way of an answer: to one person, or to all on a platform, or everywhere.
type trouble struct {
	place    string // "" for everywhere
	person   string // "" for all there
	why      string
	from, to time.Time
}

// delays tells whether a trouble only makes people wait longer: without the database, too, they have to be told something.
func (t trouble) delays() bool { return strings.HasPrefix(t.why, "the database") }

func newFaults(s *soak, slack *slacktest.Server, discord *discordtest.Server) *faults {
	f := &faults{soak: s, slack: slack, discord: discord, dir: s.TempDir(), chance: s.chance(2)}
	var err error
	if f.server, err = pgserver.Start(s.Context(), pgserver.Config{DataDir: f.dir}); err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() {
		if err := f.server.Stop(context.Background()); err != nil {
			s.Error(err)
		}
	})
	f.road = newRoad(s.T, f.server.URL())
	f.balancer = newBalancer(f)
	f.incoming.Store(rarely)
	slack.Disturb(func(r *http.Request, person string) chattest.Trouble { return f.disturb("slack", r, person) })
	discord.Disturb(func(r *http.Request, person string) chattest.Trouble { return f.disturb("discord", r, person) })
	return f
}

// note remembers a trouble from now on.
func (f *faults) note(place, person, why string, length time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	for i := range f.trouble[max(0, len(f.trouble)-10):] { // go on with the last one of the kind
		if last := &f.trouble[len(f.trouble)-1-i]; last.place == place && last.person == person && last.why == why && !last.to.Before(now) {
			last.to = now.Add(length)
			return
		}
	}
	f.trouble = append(f.trouble, trouble{place, person, why, now, now.Add(length)})
}

// during tells what trouble there was for a person, rather what concerned them than what concerned all; "" for none.
// If they were never answered, it is none that only delays.
func (f *faults) during(p *person, from, to time.Time, never bool) (why string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.trouble {
		switch {
		case t.place != "" && t.place != p.place.workplace.channel.Platform, !t.from.Before(to), !t.to.After(from), never && t.delays():
		case t.person == p.name:
			return t.why
		case t.person == "":
			why = t.why
		}
	}
	return why
}

func (f *faults) count(place, what string) { f.soak.tally.add(f.transport(place), what, 1) }

// transport is how a platform and the bots reach each other now.
func (f *faults) transport(place string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return transportsOver[f.over][place]
}

// roll throws a dice of so many sides; none of them when all is well.
func (f *faults) roll(sides int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.well {
		return sides
	}
	return f.chance.IntN(sides)
}

// disturb has some requests of the bots fail.
func (f *faults) disturb(place string, r *http.Request, person string) chattest.Trouble {
	path := r.URL.Path
	if strings.HasSuffix(path, "/conversations.history") {
		f.count(place, "posts of unknown outcome that a bot looked for")
	}
	if strings.HasSuffix(path, "/auth.test") || strings.HasSuffix(path, "/commands") || strings.HasSuffix(path, "/@me") {
		return chattest.None // at the start only
	}
	roll, often := f.roll(100), 3
	if f.often.Load() {
		often = 40
	}
	if roll >= often {
		return chattest.None
	}
	what := []chattest.Trouble{chattest.Busy, chattest.Broken, chattest.Unsaid}[roll%3]
	why := "outgoing requests: " + []string{"", "told to wait (429)", "failed (500)", "done, but the answer lost"}[what]
	f.count(place, why)
	if person != "" {
		f.note(place, person, why, time.Second)
	}
	return what
}

// play has everything go wrong that is planned, and made good.
func (f *faults) play(all []mishap) {
	began := time.Now()
	for _, m := range all {
		if early := m.at - time.Since(began); early > 0 {
			f.soak.wait(early)
		}
		f.soak.Logf("%6.1f s: %s", time.Since(began).Seconds(), m.name)
		f.happen(m)
	}
	f.repair.Wait()
	f.await()
}

// alone is for how long no bot was connected to a platform.
func (f *faults) alone(place string) (all time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.trouble {
		if t.place == place && t.why == unconnected {
			f.soak.Logf("%s: no connection from %s for %s", place, t.from.Format(time.TimeOnly), t.to.Sub(t.from).Round(100*time.Millisecond))
			all += t.to.Sub(t.from)
		}
	}
	return all
}

// end has nothing more go wrong.
func (f *faults) end() {
	f.mu.Lock()
	f.well = true
	killed := f.killed
	f.mu.Unlock()
	if *soakTime < time.Minute && !killed.IsZero() { // else what a dead bot was about is left alone for a minute
		f.soak.must(`UPDATE quiz.post SET lease_until = now() WHERE lease_until <= $1`, killed.Add(time.Minute))
	}
}

func (f *faults) happen(m mishap) {
	place := ""
	if name, _, _ := strings.Cut(m.name, " "); name == "Slack" || name == "Discord" {
		place = strings.ToLower(name)
	}
	switch m.name {
	case "that was all":
		return
	case "Slack drops a bot's connections":
		f.note(place, "", m.name, 2*time.Second)
		f.slack.Fail(chattest.Drop)
	case "Slack asks the bots to connect again":
		f.slack.Disconnect("refresh_requested")
	case "Discord drops connections":
		f.note(place, "", m.name, 2*time.Second)
		f.discord.Drop()
	case "Discord asks the bots to connect again":
		f.note(place, "", m.name, 2*time.Second)
		f.discord.Reconnect()
	case "Discord ends sessions":
		f.note(place, "", m.name, 2*time.Second)
		f.discord.Invalidate(m.bot == 0)
	case "outgoing requests fail often":
		f.often.Store(true)
		f.after(m.how, func() { f.often.Store(false) })
	case "incoming requests fail often":
		f.incoming.Store(4)
		f.after(m.how, func() { f.incoming.Store(rarely) })
	case "incoming requests come twice":
		f.twice.Store(true)
		f.after(m.how, func() { f.twice.Store(false) })
	case "the database is slow":
		f.road.slow(m.how / 10)
		f.after(m.how, func() { f.road.slow(0) })
	case "the database hangs":
		f.note("", "", m.name, m.how+time.Second)
		f.road.hang()
		f.after(m.how, f.road.goOn)
	case "the database is killed":
		f.note("", "", m.name, 2*time.Second)
		f.killDatabase()
	case "a bot is killed":
		f.kill(m)
	case "a bot is stopped":
		f.stop(m)
	case "a bot stands still":
		f.pause(m)
	}
	f.count(place, "mishap: "+m.name)
}

// after does something later, but before the end.
func (f *faults) after(d time.Duration, do func()) {
	f.repair.Go(func() { f.soak.wait(d); do() })
}

// killDatabase kills the whole server, which pgserver then starts again.
func (f *faults) killDatabase() {
	text, err := os.ReadFile(filepath.Join(f.dir, "postgres", "postmaster.pid"))
	if err != nil {
		return // it is just starting
	}
	first, _, _ := strings.Cut(string(text), "\n")
	if pid, err := strconv.Atoi(first); err == nil && pid > 1 {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}
