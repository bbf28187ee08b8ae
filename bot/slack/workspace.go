package slack

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"ckadbot/bot/chat"
	"ckadbot/bot/store"
)

const (
	// known is how long an installation is taken for what it was: other bots change them, too.
	known = time.Minute
	// unused is how long a workspace is kept in memory that nobody uses; its limits are over by then. All are looked through that
	// often at most: to do it for each new one would take ten thousand workspaces half a minute.
	unused = 2 * time.Minute
	// notThere is when a post to a workspace that has no installation is tried again: somebody may install me.
	notThere = 10 * time.Minute
)

// A workspace is what it takes to talk to one Slack workspace.
type workspace struct {
	*Adapter
	team    string
	limits  limits
	line    line
	loading chan struct{} // filled while somebody reads the installation, or renews its tokens

	mu   sync.Mutex // guards the rest
	api  *slack.Client
	in   store.Installation
	read time.Time // zero: it has to be read
	used time.Time

	unkept bool // its tokens are newer than those that are stored
}

// errNotInstalled says that there is no token for a workspace.
var errNotInstalled = errors.New("I am not installed in this Slack workspace")

// workspace gives the workspace of a team, whose enterprise is "" if it has none or
// nobody knows. The error wraps errNotInstalled if we have no token for it.
func (a *Adapter) workspace(ctx context.Context, team, enterprise string) (*workspace, error) {
	w, err := a.enter(team)
	if err != nil || a.cfg.Installations == nil {
		return w, err
	}
	_, err = w.client(ctx, enterprise)
	return w, err
}

// enter gives what is in memory of a team.
func (a *Adapter) enter(team string) (*workspace, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.cfg.Installations != nil:
	case a.own.team == "" || a.own.team == team: // before Run asks Slack, the token is taken to be for whatever is asked for
		return a.own, nil
	default:
		return nil, errNotInstalled
	}
	w := a.workspaces[team]
	if w == nil {
		if time.Since(a.swept) > unused {
			a.sweep()
		}
		w = a.newWorkspace(team)
		a.workspaces[team] = w
	}
	return w, nil
}

// sweep forgets workspaces that nobody uses. The caller holds mu.
func (a *Adapter) sweep() {
	a.swept = time.Now()
	for team, w := range a.workspaces {
		w.mu.Lock()
		if time.Since(w.used) > unused && !w.unkept {
			delete(a.workspaces, team)
		}
		w.mu.Unlock()
	}
}

// forget drops what is in memory of a workspace.
func (a *Adapter) forget(w *workspace) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.workspaces[w.team] == w {
		delete(a.workspaces, w.team)
	}
}

func (a *Adapter) newWorkspace(team string) *workspace {
	return &workspace{Adapter: a, team: team, limits: limits{second: a.second}, line: line{calls: make(chan struct{}, maxCalls)}, loading: make(chan struct{}, 1), used: time.Now()}
}

func (a *Adapter) newClient(token string) *slack.Client {
	return slack.New(token, slack.OptionAPIURL(a.cfg.APIURL), slack.OptionHTTPClient(a.http), slack.OptionLog(silent))
}

// A call is one call of the Web API.
type call struct {
	what            string // we are doing, for the error
	method, channel string // as the limits have them; channel only for posts
	hasty           bool   // rather fails with a RetryError than wait for its turn
}

// call has f make a call when the limits allow it. Errors are those of [failure],
// and one that wraps errNotInstalled and a RetryError where the token is no good any more.
func (w *workspace) call(ctx context.Context, c call, f func(api *slack.Client) error) error {
	defer stepAside(ctx)()
	if err := w.line.closed(w.second, c.hasty, 0); err != nil { // before it counts
		return fmt.Errorf("%s: %w", c.what, err)
	}
	end, _ := ctx.Deadline()
	wait, ok := w.limits.turn(time.Now(), c.method, c.channel, c.hasty, end)
	if !ok {
		return fmt.Errorf("%s: %w", c.what, &chat.RetryError{After: wait})
	}
	if wait > 0 && !pause(ctx, wait) {
		return fmt.Errorf("%s: %w", c.what, ctx.Err())
	}
	api, in, err := w.token(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", c.what, err)
	}
	leave, err := w.line.enter(ctx, w.second, c.hasty)
	if err != nil {
		return fmt.Errorf("%s: %w", c.what, err)
	}
	said := func() (err error) {
		defer func() { leave(err) }() // also if f panics
		return f(api)
	}()
	if w.cfg.Installations != nil && dead(said) {
		return fmt.Errorf("%s: %w", c.what, w.lost(ctx, in))
	}
	err = failure(c.what, said)
	var retry *chat.RetryError
	if errors.As(err, &retry) {
		retry.After = max(retry.After/time.Second, 1) * w.second
		w.limits.pause(c.method, time.Now().Add(retry.After))
	}
	return err
}

// dead tells whether Slack says that a token will never work again.
func dead(err error) bool {
	var said slack.SlackErrorResponse
	return errors.As(err, &said) && (said.Err == "invalid_auth" || said.Err == "account_inactive" || said.Err == "token_revoked")
}
