package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
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

// mishaps are what can go wrong for all.
var mishaps = []string{
	"Slack drops a bot's connections", "Slack asks the bots to connect again", "Discord drops connections", "Discord asks the bots to connect again",
	"Discord ends sessions", "requests fail often", "the database is slow", "the database hangs", "the database is killed", "a bot is killed",
}

// plan says what goes wrong when: everything once before anything twice.
func plan(chance *rand.Rand, length time.Duration) (all []mishap) {
	step := max(length/time.Duration(len(mishaps)+2), 500*time.Millisecond)
	step = min(step, 5*time.Second)
	for at := step; at < length-step; {
		for _, i := range chance.Perm(len(mishaps)) {
			m := mishap{at, mishaps[i], chance.IntN(2), between(chance, 500, 2000)}
			if at < length-step {
				all = append(all, m)
			}
			at += step/2 + time.Duration(chance.Int64N(int64(step)))
		}
	}
	return append(all, mishap{at: length, name: "all is well"})
}

// faults are the bots and all that they need, which go wrong.
type faults struct {
	soak    *soak
	slack   *slacktest.Server
	discord *discordtest.Server
	server  *pgserver.Server
	dir     string // of the server's data
	road    *road
	chance  *rand.Rand // of requests; guarded by mu
	often   atomic.Bool

	mu      sync.Mutex // guards the rest
	bots    [2]*process
	ready   [2]bool
	came    [2]bool // has been ready
	trouble []trouble
	counts  map[string]int
	well    bool
	repair  sync.WaitGroup // of what went wrong
	looking sync.WaitGroup
	ended   bool
	killed  time.Time
}

// A trouble is when something stood in the way of an answer: to one person, or to all on a platform, or everywhere.
type trouble struct {
	place    string // "" for everywhere
	person   string // "" for all there
	from, to time.Time
}

func newFaults(s *soak, slack *slacktest.Server, discord *discordtest.Server) *faults {
	f := &faults{soak: s, slack: slack, discord: discord, dir: s.TempDir(), chance: s.chance(2), counts: map[string]int{}}
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
	slack.Disturb(func(r *http.Request, person string) chattest.Trouble { return f.disturb("slack", r, person) })
	discord.Disturb(func(r *http.Request, person string) chattest.Trouble { return f.disturb("discord", r, person) })
	return f
}

// begin starts the bots, and waits until they are ready.
func (f *faults) begin() {
	for n := range f.bots {
		f.start(n)
	}
	f.looking.Go(f.watch)
	for began := time.Now(); !f.allCame(); f.soak.wait(20 * time.Millisecond) {
		if time.Since(began) > time.Minute {
			f.soak.Fatal("the bots are not ready within a minute")
		}
	}
	f.soak.Cleanup(func() {
		f.mu.Lock()
		f.ended = true
		f.mu.Unlock()
		f.looking.Wait()
	})
}

func (f *faults) allCame() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.came[0] && f.came[1]
}

// start starts a bot.
func (f *faults) start(n int) {
	var env []string
	for _, p := range f.soak.places {
		env = append(env, p.env(p.base)...)
	}
	address := freeAddress(f.soak)
	p := start(f.soak, append(env, "DATABASE_URL="+f.road.url, "HTTP_ADDR="+address, "LOG_LEVEL=info"), "")
	f.mu.Lock()
	defer f.mu.Unlock()
	f.bots[n], f.ready[n], f.came[n] = p, false, false
	f.bots[n].address = address
}

// watch looks all the time whether there is trouble.
func (f *faults) watch() {
	for over := false; !over; f.soak.wait(50 * time.Millisecond) {
		f.look()
		f.mu.Lock()
		over = f.ended
		f.mu.Unlock()
	}
}

// look notes whether people can be answered now.
func (f *faults) look() {
	f.mu.Lock()
	bots := f.bots
	f.mu.Unlock()
	var ready [2]bool
	for n, p := range bots {
		if p != nil {
			status, _, err := get("http://" + p.address + "/readyz")
			ready[n] = err == nil && status == 200
		}
	}
	slack, _ := f.slack.Connections()
	discord, _ := f.discord.Connections()
	f.mu.Lock()
	f.ready = ready
	for n := range bots {
		f.came[n] = f.came[n] || ready[n] && bots[n] == f.bots[n]
	}
	f.mu.Unlock()
	for place, n := range map[string]int{"slack": slack, "discord": discord} {
		if n == 0 || !ready[0] && !ready[1] {
			f.note(place, "", time.Second)
		}
	}
}

// note remembers a trouble from now on.
func (f *faults) note(place, person string, length time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	for i := range f.trouble[max(0, len(f.trouble)-10):] { // go on with the last one of the kind
		if last := &f.trouble[len(f.trouble)-1-i]; last.place == place && last.person == person && !last.to.Before(now) {
			last.to = now.Add(length)
			return
		}
	}
	f.trouble = append(f.trouble, trouble{place, person, now, now.Add(length)})
}

// during tells whether there was trouble for a person.
func (f *faults) during(p *person, from, to time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.trouble {
		if (t.place == "" || t.place == p.place.workplace.channel.Platform) && (t.person == "" || t.person == p.name) && t.from.Before(to) && t.to.After(from) {
			return true
		}
	}
	return false
}

func (f *faults) count(what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.counts[what]++
}

func (f *faults) counted() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.counts
}

// disturb has some requests fail.
func (f *faults) disturb(place string, r *http.Request, person string) chattest.Trouble {
	if strings.HasSuffix(r.URL.Path, "/auth.test") || strings.HasSuffix(r.URL.Path, "/commands") || strings.HasSuffix(r.URL.Path, "/@me") {
		return chattest.None // at the start only
	}
	f.mu.Lock()
	roll, well := f.chance.IntN(100), f.well
	f.mu.Unlock()
	often := 3
	if f.often.Load() {
		often = 40
	}
	if well || roll >= often {
		return chattest.None
	}
	what := []chattest.Trouble{chattest.Busy, chattest.Broken, chattest.Unsaid}[roll%3]
	f.count("requests: " + []string{"", "told to wait (429)", "failed (500)", "done, but the answer lost"}[what])
	if person != "" {
		f.note(place, person, impatience)
	}
	return what
}

// play has everything go wrong that is planned, then sees to it that all is well again.
func (f *faults) play(all []mishap) {
	began := time.Now()
	for _, m := range all {
		if early := m.at - time.Since(began); early > 0 {
			f.soak.wait(early)
		}
		f.soak.Logf("%6.1f s: %s", time.Since(began).Seconds(), m.name)
		if m.name != "all is well" {
			f.count("mishaps: " + m.name)
			f.happen(m)
		}
	}
	f.repair.Wait()
	f.mu.Lock()
	f.well = true
	killed := f.killed
	f.mu.Unlock()
	if *soakTime < time.Minute && !killed.IsZero() { // else what a dead bot was about is left alone for a minute
		f.soak.must(`UPDATE quiz.post SET lease_until = now() WHERE lease_until <= $1`, killed.Add(time.Minute))
	}
}

func (f *faults) happen(m mishap) {
	switch m.name {
	case "Slack drops a bot's connections":
		f.note("slack", "", 2*time.Second)
		f.slack.Fail(chattest.Drop)
	case "Slack asks the bots to connect again":
		f.slack.Disconnect("refresh_requested")
	case "Discord drops connections":
		f.note("discord", "", 2*time.Second)
		f.discord.Drop()
	case "Discord asks the bots to connect again":
		f.note("discord", "", 2*time.Second)
		f.discord.Reconnect()
	case "Discord ends sessions":
		f.note("discord", "", 2*time.Second)
		f.discord.Invalidate(m.bot == 0)
	case "requests fail often":
		f.often.Store(true)
		f.after(m.how, func() { f.often.Store(false) })
	case "the database is slow":
		f.road.slow(m.how / 10)
		f.after(m.how, func() { f.road.slow(0) })
	case "the database hangs":
		f.note("", "", m.how+2*time.Second)
		f.road.hang()
		f.after(m.how, f.road.goOn)
	case "the database is killed":
		f.note("", "", 2*time.Second)
		f.killDatabase()
	case "a bot is killed":
		f.kill(m)
	}
}

// after does something later, but before the end.
func (f *faults) after(d time.Duration, do func()) {
	f.repair.Go(func() { f.soak.wait(d); do() })
}

// kill kills a bot and starts it again, unless it is just starting.
func (f *faults) kill(m mishap) {
	f.mu.Lock()
	p, came := f.bots[m.bot], f.came[m.bot]
	f.came[m.bot] = false
	f.mu.Unlock()
	if !came {
		return
	}
	f.count("bots killed")
	f.note("", "", 2*time.Second)
	if err := p.cmd.Process.Kill(); err != nil {
		f.soak.Error(err)
		return
	}
	<-p.done
	f.mu.Lock()
	f.killed = time.Now()
	f.mu.Unlock()
	f.after(m.how, func() { f.start(m.bot) })
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

// A road leads to the database. It can be slow.
type road struct {
	url    string
	target string // the socket
	delay  atomic.Int64
	mu     sync.RWMutex // held while nothing gets through
}

func newRoad(t testing.TB, to string) *road {
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	r := &road{target: filepath.Join(u.Query().Get("host"), ".s.PGSQL."+u.Query().Get("port"))}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	r.url = fmt.Sprintf("postgres://%s@%s%s?sslmode=disable", u.User.Username(), l.Addr(), u.Path)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go r.lead(c)
		}
	}()
	return r
}

// lead leads one connection there and back.
func (r *road) lead(from net.Conn) {
	defer from.Close()
	to, err := net.Dial("unix", r.target)
	if err != nil {
		return
	}
	defer to.Close()
	go func() {
		_, _ = io.Copy(to, slowly{r, from})
		_ = to.Close()
	}()
	_, _ = io.Copy(from, slowly{r, to})
}

// slowly delays what is read.
type slowly struct {
	road *road
	net.Conn
}

func (s slowly) Read(p []byte) (int, error) {
	n, err := s.Conn.Read(p)
	if d := time.Duration(s.road.delay.Load()); d > 0 {
		<-time.After(d)
	}
	s.road.mu.RLock() // waits while the road is closed
	defer s.road.mu.RUnlock()
	return n, err
}

func (r *road) slow(d time.Duration) { r.delay.Store(int64(d)) }
func (r *road) hang()                { r.mu.Lock() }
func (r *road) goOn()                { r.mu.Unlock() }
