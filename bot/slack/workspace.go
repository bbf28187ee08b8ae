package slack

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"ckadbot/bot/chat"
)

// A workspace is what it takes to talk to one Slack workspace.
type workspace struct {
	*Adapter
	team   string
	bot    string // my user id, if it is known
	limits limits
	api    *slack.Client // for call, which keeps to the limits
}

// errNotInstalled says that there is no token for a workspace.
var errNotInstalled = errors.New("I am not installed in this Slack workspace")

// workspace gives the workspace of a team, whose enterprise is "" if it has none or
// nobody knows. The error is errNotInstalled if we have no token for it.
func (a *Adapter) workspace(_ context.Context, team, _ string) (*workspace, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.own.team == "" || a.own.team == team { // before Run asks Slack, the token is taken to be for whatever is asked for
		return a.own, nil
	}
	return nil, errNotInstalled
}

func (a *Adapter) newWorkspace(team, token string) *workspace {
	return &workspace{
		Adapter: a, team: team, limits: limits{second: a.second},
		api: slack.New(token, slack.OptionAPIURL(a.cfg.APIURL), slack.OptionHTTPClient(a.http), slack.OptionLog(silent)),
	}
}

// A call is one call of the Web API.
type call struct {
	what            string // we are doing, for the error
	method, channel string // as the limits have them; channel only for posts
	hasty           bool   // rather fails with a RetryError than wait for its turn
}

// call has f make a call when the limits allow it. Errors are those of [failure].
func (w *workspace) call(ctx context.Context, c call, f func(api *slack.Client) error) error {
	wait, ok := w.limits.turn(time.Now(), c.method, c.channel, c.hasty)
	if !ok {
		return fmt.Errorf("%s: %w", c.what, &chat.RetryError{After: wait})
	}
	if wait > 0 && !pause(ctx, wait) {
		return fmt.Errorf("%s: %w", c.what, ctx.Err())
	}
	err := failure(c.what, f(w.api))
	var retry *chat.RetryError
	if errors.As(err, &retry) {
		retry.After = max(retry.After/time.Second, 1) * w.second
		w.limits.pause(c.method, time.Now().Add(retry.After))
	}
	return err
}
