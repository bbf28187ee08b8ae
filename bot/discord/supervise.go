package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"ckadbot/bot/chat"
)

// A gateway keeps a connection: it resumes a lost one, and starts afresh when
// that does not help.
type gateway struct {
	rest    *client
	log     *slog.Logger
	pause   func(int) time.Duration
	deliver func(json.RawMessage)
	status  *chat.Status

	session session
	lost    bool // and said so
	resumes int  // that failed in a row
}

const (
	maxResumes = 3           // then the session is given up
	settled    = time.Minute // a connection that lasted this long was a good one
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
		if errors.Is(err, errInvalid) {
			tries = max(tries, 2) // Discord wants a second or more before a new session
		}
		g.stumble(err)
		if !sleep(ctx, g.pause(tries)) {
			return nil
		}
	}
}

// stumble notes that a connection ended, and whether its session is worth resuming.
func (g *gateway) stumble(err error) {
	g.status.Set(chat.ErrOffline)
	if !g.lost {
		g.log.Warn("no connection to Discord; trying until there is one", "error", err)
		g.lost = true
	}
	if g.resumes++; errors.Is(err, errInvalid) || g.resumes > maxResumes {
		g.session.forget()
		g.resumes = 0
	}
}

// serve prepares, connects, and serves until the connection ends; it says why.
func (g *gateway) serve(ctx context.Context) error {
	address, err := g.prepare(ctx)
	if err != nil {
		return err
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
	if err := c.start(g.rest.token, &g.session); err != nil {
		return err
	}
	watching.Go(func() { c.beat(done, &g.session) })
	return ended(c.listen(&g.session, g.ready, g.deliver))
}

// prepare gives the address to connect to. Before a new session it asks whether we
// may start one: more than Discord allows in a day would cost us the token.
func (g *gateway) prepare(ctx context.Context) (string, error) {
	if g.session.id != "" && g.session.url != "" {
		return g.session.url, nil
	}
	var gw discordgo.GatewayBotResponse
	if err := g.rest.do(ctx, request{name: "ask for the gateway", method: http.MethodGet, path: "/gateway/bot", into: &gw}); err != nil {
		return "", refusedForGood(err)
	}
	if l := gw.SessionStartLimit; l.Total > 0 && l.Remaining == 0 {
		wait := time.Duration(l.ResetAfter) * time.Millisecond
		g.log.Warn("no gateway sessions left for today; waiting", "wait", wait)
		if !sleep(ctx, wait) {
			return "", ctx.Err()
		}
	}
	return gw.URL, nil
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

func (g *gateway) ready(r *discordgo.Ready) {
	g.status.Set(nil)
	g.resumes = 0
	switch {
	case g.lost:
		g.log.Info("connected to Discord again", "resumed", r == nil)
	case r != nil && r.Application != nil && r.User != nil:
		g.log.Info("connected to Discord", "bot", r.User.Username, "guilds", len(r.Guilds), "invite", InviteURL(r.Application.ID))
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
	path := "/applications/" + app.ID + "/commands"
	var have []*discordgo.ApplicationCommand
	if err := c.do(ctx, request{name: "ask for my commands", method: http.MethodGet, path: path, into: &have}); err != nil {
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
