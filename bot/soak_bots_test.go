package main

import (
	"context"
	"os"
	"slices"
	"syscall"
	"time"
)

// Over what platforms and bots reach each other.
const (
	bySockets = "sockets"
	byHTTP    = "HTTP"
)

// transportsOver are what that is on each platform.
var transportsOver = map[string]map[string]string{
	bySockets: {"slack": "Slack sockets", "discord": "Discord gateway"},
	byHTTP:    {"slack": "Slack HTTP", "discord": "Discord HTTP"},
}

// theBot is one of the two, until it ends. All but the process and its address is guarded by the mutex of faults.
type theBot struct {
	*process
	address string // of HTTP

	ails  string // why it cannot answer now; "" if it can
	met   []meeting
	sizes []size
}

// A meeting is when a bot was told what somebody did.
type meeting struct {
	place, person string
	at            time.Time
}

const (
	starting    = "a bot starts"
	unconnected = "no bot is connected"
)

// begin starts the bots, and waits until they are ready. If they run already, over something else, they are stopped before.
func (f *faults) begin(over string) {
	if f.bot(0) != nil {
		f.soak.Logf("the bots change to %s", over)
		f.changing.Store(true)
		defer f.changing.Store(false)
	}
	for n := range f.bots {
		if b := f.bot(n); b != nil {
			f.ail(b, "the bots change over")
			f.interrupt(b)
		}
	}
	f.mu.Lock()
	f.over = over
	f.mu.Unlock()
	if over == byHTTP {
		f.slack.RemoveScope("channels:history") // from now on, what became of a post cannot be looked up
		f.slack.OverHTTP(f.balancer.url)
		f.discord.DeliverTo(f.balancer.url)
	}
	for n := range f.bots {
		f.start(n)
	}
	f.await()
}

// await waits until both bots are ready: also those that live on must be connected again.
func (f *faults) await() {
	for n := range f.bots {
		for began := time.Now(); ; f.soak.wait(20 * time.Millisecond) {
			b := f.bot(n)
			status, said, err := get("http://" + b.address + "/readyz")
			if err == nil && status == 200 && f.ailing(b) == "" {
				break
			}
			if time.Since(began) > 3*time.Minute {
				f.soak.Fatalf("bot %d is not ready within three minutes (%q): %d %s (%v)", n, f.ailing(b), status, said, err)
			}
		}
	}
}

func (f *faults) bot(n int) *theBot {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.bots[n]
}

// ailing tells why a bot cannot answer now; "" if it can.
func (f *faults) ailing(b *theBot) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if b == nil {
		return starting
	}
	return b.ails
}

// start starts a bot.
func (f *faults) start(n int) {
	slack, discord := slackOverSockets, discordOverGateway
	if f.over == byHTTP {
		slack, discord = slackOverHTTP, discordOverHTTP
	}
	address := freeAddress(f.soak)
	env := slices.Concat(slack(f.slack.URL()), discord(f.discord.URL()), []string{"DATABASE_URL=" + f.road.url, "HTTP_ADDR=" + address, "LOG_LEVEL=info"})
	b := &theBot{process: start(f.soak, env, ""), address: address, ails: starting}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.bots[n] = b
	f.looking.Go(func() { f.follow(n, b) })
}

// follow waits until a bot is ready, and then looks now and then how large it is, until it ends. One that ends because the database
// is away when it starts is started again, as everywhere something does.
func (f *faults) follow(n int, b *theBot) {
	began := time.Now()
	for pause := 20 * time.Millisecond; !f.gone(b); f.soak.wait(pause) {
		if status, _, err := get("http://" + b.address + "/readyz"); err != nil || status != 200 {
			continue
		}
		f.mu.Lock()
		if b.ails == starting {
			b.ails = ""
			f.soak.Logf("bot %d is ready after %s", n, time.Since(began).Round(100*time.Millisecond))
		}
		f.mu.Unlock()
		f.measure(b)
		pause = min(2*pause, 5*time.Second)
	}
	f.mu.Lock()
	ails, ended := b.ails, f.ended
	f.mu.Unlock()
	switch {
	case ended:
	case ails == starting:
		f.count("", "bots that ended while they started")
		f.soak.Logf("bot %d ended while it started: %s", n, b.complained())
		f.soak.wait(100 * time.Millisecond)
		f.start(n)
	case ails == "":
		f.soak.Errorf("bot %d ends by itself: %s", n, b.complained())
	}
}

// leave ends looking at the bots.
func (f *faults) leave() {
	f.mu.Lock()
	f.ended = true
	f.mu.Unlock()
	f.looking.Wait()
}

// gone tells whether a bot has ended, or the test.
func (f *faults) gone(b *theBot) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case <-b.done:
		return true
	default:
		return f.ended
	}
}

// ail notes that a bot cannot answer from now on. It is false if it already could not.
func (f *faults) ail(b *theBot, why string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if b.ails != "" {
		return false
	}
	b.ails = why
	return true
}

// strand notes that those are in trouble whom a bot was told about just before.
func (f *faults) strand(b *theBot, why string) {
	f.mu.Lock()
	met := b.met
	b.met = nil
	f.mu.Unlock()
	for _, m := range met {
		if time.Since(m.at) < deadline {
			f.note(m.place, m.person, why, 0)
		}
	}
}

// meet notes that a bot is told what somebody did, and gives what ails it.
func (f *faults) meet(b *theBot, place, person string) (ails string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(b.met) > 0 && time.Since(b.met[0].at) > deadline {
		b.met = b.met[1:]
	}
	b.met = append(b.met, meeting{place, person, time.Now()})
	return b.ails
}

// kill kills a bot and starts it again.
func (f *faults) kill(m mishap) {
	b := f.bot(m.bot)
	if !f.ail(b, m.name) {
		return
	}
	f.count("", "bots killed")
	if f.over == byHTTP {
		f.strand(b, m.name)
	} else {
		f.note("", "", m.name, 2*time.Second)
	}
	if err := b.cmd.Process.Kill(); err != nil {
		f.soak.Error(err)
		return
	}
	<-b.done
	f.mu.Lock()
	f.killed = time.Now()
	f.mu.Unlock()
	f.after(m.how, func() { f.start(m.bot) })
}

// stop stops a bot, and starts it again. What it was told before is answered.
func (f *faults) stop(m mishap) {
	b := f.bot(m.bot)
	if !f.ail(b, m.name) {
		return
	}
	f.count("", "bots stopped")
	f.repair.Go(func() {
		f.interrupt(b)
		f.soak.wait(m.how)
		f.start(m.bot)
	})
}

// interrupt has a bot end, as it should.
func (f *faults) interrupt(b *theBot) {
	if err := b.cmd.Process.Signal(os.Interrupt); err != nil {
		f.soak.Errorf("interrupt a bot: %v", err)
	}
	select {
	case <-b.done:
		if code := b.cmd.ProcessState.ExitCode(); code != 0 {
			f.soak.Errorf("interrupted, a bot ends with code %d, want 0", code)
		}
	case <-time.After(time.Minute):
		f.soak.Error("a bot does not end when it is interrupted")
	}
}

// pause has a bot stand still for a while.
func (f *faults) pause(m mishap) {
	b := f.bot(m.bot)
	if !f.ail(b, m.name) {
		return
	}
	f.strand(b, m.name)
	if err := b.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		f.soak.Error(err)
	}
	f.after(2*m.how, func() {
		if err := b.cmd.Process.Signal(syscall.SIGCONT); err != nil {
			f.soak.Error(err)
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		b.ails = ""
	})
}

// watch looks all the time whether there is trouble.
func (f *faults) watch() {
	for over := false; !over; {
		f.look()
		before := time.Now()
		f.soak.wait(50 * time.Millisecond)
		if late := time.Since(before); late > time.Second {
			f.note("", "", "this computer has no time", time.Second)
		}
		f.mu.Lock()
		over = f.ended
		f.mu.Unlock()
	}
}

// look notes why nobody can be answered now.
func (f *faults) look() {
	ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	if f.soak.db.Ping(ctx) != nil {
		f.note("", "", "the database is away", 2*time.Second) // until the bots notice that it is back
	}
	if f.changing.Load() {
		f.note("", "", "the bots change over", time.Second)
	}
	if f.transport("slack") == transportsOver[byHTTP]["slack"] {
		return // there, each request has its own reason
	}
	if f.ailing(f.bot(0)) != "" && f.ailing(f.bot(1)) != "" {
		f.note("", "", "both bots are away", time.Second)
	}
	if n, _ := f.slack.Connections(); n == 0 {
		f.note("slack", "", unconnected, time.Second)
	}
	if n, _ := f.discord.Connections(); n == 0 {
		f.note("discord", "", unconnected, time.Second)
	}
}
