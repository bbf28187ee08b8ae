package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
	"golang.org/x/sync/errgroup"

	"ckadbot/bot/chat"
)

// A fleet is all shards of the gateway: each is a session with a part of the guilds.
// Up to 2,500 guilds there is one.
type fleet struct {
	rest   *client
	log    *slog.Logger
	pause  func(int) time.Duration
	gap    time.Duration // between two new sessions of one lane
	status *chat.Status
	to     ears

	mu    sync.Mutex // guards the rest
	up    []bool     // which shards are connected
	lanes []lane
	gw    discordgo.GatewayBotResponse
	asked time.Time
}

// A lane is for shards that may not begin a session at the same time.
// https://discord.com/developers/docs/events/gateway#sharding-max-concurrency
type lane struct {
	busy chan struct{} // holds one while a shard begins a session
	free time.Time     // when the next may
}

// maxShards bounds what Discord, or a setting, may ask for.
const maxShards = 1000

// run keeps shards connected, as many as Discord recommends if there is no other
// number, until ctx ends or Discord refuses one of them for good.
func (f *fleet) run(ctx context.Context, shards int) error {
	if shards == 0 {
		shards = f.gw.Shards
	}
	shards = min(max(shards, 1), maxShards)
	f.up = make([]bool, shards)
	f.lanes = make([]lane, min(max(f.gw.SessionStartLimit.MaxConcurrency, 1), shards))
	for i := range f.lanes {
		f.lanes[i].busy = make(chan struct{}, 1)
	}
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() error {
		select {
		case <-ctx.Done():
			return nil
		case <-f.rest.refused: // when posting; the gateway takes a token that was replaced until it connects again
			return errToken
		}
	})
	for id := range shards {
		g := &gateway{fleet: f, log: f.log, id: id}
		if shards > 1 {
			g.log = f.log.With("shard", id)
		}
		all.Go(func() error { return g.run(ctx) })
	}
	return all.Wait()
}

// set notes whether a shard is connected: people can reach the bot if all are.
func (f *fleet) set(id int, up bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.up[id] = up
	n := 0
	for _, up := range f.up {
		if up {
			n++
		}
	}
	switch {
	case n == len(f.up):
		f.status.Set(nil)
	case n == 0:
		f.status.Set(chat.ErrOffline)
	default:
		f.status.Set(fmt.Errorf("%d of %d shards have a connection", n, len(f.up)))
	}
}

// ask asks for the gateway's address, and how many sessions may begin.
func (f *fleet) ask(ctx context.Context) error {
	f.mu.Lock()
	recent := time.Since(f.asked) < f.gap
	f.mu.Unlock()
	if recent {
		return nil
	}
	var gw discordgo.GatewayBotResponse
	if err := f.rest.do(ctx, request{name: "ask for the gateway", method: http.MethodGet, path: "/gateway/bot", into: &gw}); err != nil {
		return refusedForGood(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gw, f.asked = gw, time.Now()
	return nil
}

// enter waits until a shard may begin a session, and gives the address for that.
// More sessions than Discord allows in a day would cost us the token. leave must be
// called, with whether a session was asked for; more calls change nothing.
func (f *fleet) enter(ctx context.Context, id int) (address string, leave func(began bool), err error) {
	l := &f.lanes[id%len(f.lanes)]
	select {
	case l.busy <- struct{}{}:
	case <-ctx.Done():
		return "", nil, ctx.Err()
	}
	var once sync.Once
	out := func(began bool) {
		once.Do(func() {
			if began {
				l.free = time.Now().Add(f.gap)
			}
			<-l.busy
		})
	}
	defer func() {
		if err != nil { // then leave is nil
			out(false)
		}
	}()
	if !sleep(ctx, time.Until(l.free)) {
		return "", nil, ctx.Err()
	}
	if err := f.ask(ctx); err != nil {
		return "", nil, err
	}
	f.mu.Lock()
	limit := &f.gw.SessionStartLimit
	address, wait := f.gw.URL, time.Duration(0)
	if limit.Total > 0 && limit.Remaining <= 0 {
		wait = time.Until(f.asked.Add(time.Duration(limit.ResetAfter) * time.Millisecond))
	}
	limit.Remaining--
	f.mu.Unlock()
	if wait > 0 {
		f.log.Warn("no gateway sessions left for today; waiting", "wait", wait)
		if !sleep(ctx, wait) {
			return "", nil, ctx.Err()
		}
	}
	return address, out, nil
}

// A gateway keeps the connection of one shard: it resumes a lost one, and starts
// afresh when that does not help.
type gateway struct {
	*fleet
	log *slog.Logger
	id  int

	session session
	lost    bool // and said so
	resumes int  // that failed in a row
}

const (
	maxResumes = 3               // then the session is given up
	maxTries   = 2               // counted while connections come about and end soon, as when Discord restarts its servers: about a second each
	settled    = time.Minute     // a connection that lasted this long was a good one
	identifies = 5 * time.Second // between two new sessions
)

// run connects again and again until ctx ends or Discord refuses us for good.
func (g *gateway) run(ctx context.Context) error {
	for tries := 0; ; tries++ {
		began := time.Now()
		err := g.serve(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if final(err) {
			return err
		}
		if time.Since(began) > settled {
			tries = 0
		}
		if g.connected() && !errors.Is(err, errInvalid) { // Discord is there, and resuming a session takes none of the day's
			tries = min(tries, maxTries)
		}
		if errors.Is(err, errInvalid) {
			tries = max(tries, 2) // Discord wants a second or more before a new session
		}
		g.stumble(err)
		if !sleep(ctx, g.pause(tries)) {
			return nil
		}
	}
}

// connected tells whether the shard was connected until now.
func (g *gateway) connected() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.up[g.id]
}

// stumble notes that a connection ended, and whether its session is worth resuming.
func (g *gateway) stumble(err error) {
	g.set(g.id, false)
	if !g.lost {
		g.log.Warn("no connection to Discord; trying until there is one", "error", err)
		g.lost = true
	}
	if g.resumes++; errors.Is(err, errInvalid) || g.resumes > maxResumes {
		g.session.forget()
		g.resumes = 0
	}
}

// serve connects, and serves until the connection ends; it says why.
func (g *gateway) serve(ctx context.Context) error {
	address, began := g.session.url, func(bool) {}
	if g.session.id == "" || address == "" {
		g.session.forget()
		var err error
		if address, began, err = g.enter(ctx, g.id); err != nil {
			return err
		}
		defer began(false)
	}
	c, err := dial(ctx, address)
	if err != nil {
		return err
	}
	var watching sync.WaitGroup
	defer watching.Wait()
	defer c.close(closeAgain)
	done := make(chan struct{})
	defer close(done)
	watching.Go(func() {
		select {
		case <-ctx.Done():
			c.close(closeForGood) // ends reading, too
		case <-done:
		}
	})
	if err := c.greet(); err != nil {
		return fmt.Errorf("greeting of the gateway: %w", ended(err))
	}
	err = c.start(g.rest.token, &g.session, g.id, len(g.up))
	began(true)
	if err != nil {
		return err
	}
	watching.Go(func() { c.beat(done, &g.session) })
	to := g.to
	to.ready = g.ready
	return ended(c.listen(&g.session, to))
}

// final tells whether err ends Run.
func final(err error) bool {
	var f *finalError
	return errors.Is(err, chat.ErrToken) || errors.As(err, &f)
}

// refusedForGood makes the refusals final that only a person can mend.
func refusedForGood(err error) error {
	var no *refusal
	switch {
	case !errors.As(err, &no):
	case no.status == http.StatusUnauthorized:
		return errToken
	case no.status == http.StatusBadRequest:
		return &finalError{err.Error()}
	}
	return err
}

func (g *gateway) ready(r *ready) {
	g.set(g.id, true)
	g.resumes = 0
	switch {
	case g.lost:
		g.log.Info("connected to Discord again", "resumed", r == nil)
	case r != nil && r.App != nil && r.User != nil:
		g.log.Info("connected to Discord", "bot", r.User.Username, "guilds", len(r.Guilds), "invite", InviteURL(r.App.ID), "add", AddURL(r.App.ID))
	}
	g.lost = false
}

// backoff is how long to wait before connecting again: next to nothing after a
// connection that was good, then about 1, 2, 4… seconds, at most two minutes.
// The random part keeps bots apart that lost their connections together.
func backoff(tries int) time.Duration {
	if tries == 0 {
		return rand.N(250 * time.Millisecond)
	}
	d := min(time.Second<<min(tries-1, 10), 2*time.Minute)
	return d/2 + rand.N(d/2)
}

// register makes the bot's commands those of spec. It changes nothing if they are already.
func register(ctx context.Context, c *client, spec chat.Spec, log *slog.Logger) error {
	var app discordgo.Application
	if err := c.do(ctx, request{name: "ask who I am", method: http.MethodGet, path: "/applications/@me", into: &app}); err != nil {
		return err
	}
	if !snowflake(app.ID) {
		return fmt.Errorf("ask who I am: application id %q is malformed", app.ID)
	}
	c.app = app.ID
	path := "/applications/" + app.ID + "/commands"
	var have []*discordgo.ApplicationCommand
	if err := c.do(ctx, request{name: "ask for my commands", method: http.MethodGet, path: path + "?with_localizations=true", into: &have}); err != nil {
		return err
	}
	want := commands(spec)
	if ok, err := same(have, want); ok || err != nil {
		return err
	}
	body, err := lean(want)
	if err != nil {
		return err
	}
	log.Info("registering commands", "count", len(want))
	return c.do(ctx, request{name: "register my commands", method: http.MethodPut, path: path, body: body})
}
