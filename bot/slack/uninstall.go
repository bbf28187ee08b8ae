package slack

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"ckadbot/bot/chat"
	"ckadbot/bot/store"
)

// leaving bounds forgetting a workspace, which goes on when the caller is not interested any more.
const leaving = 10 * time.Second

// removed hears from Slack that a workspace may have removed the app, or revoked
// a token (app_uninstalled, tokens_revoked; in any order, more than once, late).
// Whether ours still works is asked: an event may be older than the newest
// installation, and tokens of people are none of ours.
func (a *Adapter) removed(ctx context.Context, team, enterprise string) {
	defer stepAside(ctx)()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaving)
	defer cancel()
	log := a.log.With("workspace", team)
	if a.cfg.Installations == nil {
		a.removedOwn(ctx, team)
		return
	}
	in, err := a.cfg.Installations.Find(ctx, team, enterprise)
	if errors.Is(err, store.ErrNotInstalled) {
		return
	}
	if err == nil {
		if _, err = a.newClient(string(in.Token)).AuthTestContext(ctx); err == nil {
			log.Info("the app is said to be removed, but its token works")
			return
		}
		if !dead(err) {
			log.Warn("cannot tell whether the app was removed, the next call will", "error", bare(err))
			return
		}
	} else if !errors.Is(err, store.ErrKey) {
		log.Error("cannot look up a workspace that may have removed the app", "error", err)
		return
	}
	if err := a.remove(ctx, in); err != nil {
		log.Error("a workspace that removed the app is still there", "error", err)
	}
}

// removedOwn is removed for the one workspace of the bot token: without it there is nothing to do.
func (a *Adapter) removedOwn(ctx context.Context, team string) {
	w, err := a.enter(team)
	s := a.current.Load()
	if err != nil || s == nil {
		return
	}
	if _, err := w.api.AuthTestContext(ctx); dead(err) && a.gone.CompareAndSwap(false, true) {
		s.handler.Left(ctx, "slack/"+team)
		s.end(tokenError("SLACK_BOT_TOKEN", slackWord(err)))
	}
}

// slackWord is what Slack says in an error.
func slackWord(err error) string {
	var said slack.SlackErrorResponse
	_ = errors.As(err, &said)
	return said.Err
}

// lost deals with a token that Slack refuses for good. The error is what to tell
// who needed it.
func (w *workspace) lost(ctx context.Context, in store.Installation) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaving)
	defer cancel()
	if err := w.remove(ctx, in); err != nil {
		return err
	}
	if _, err := w.cfg.Installations.Find(ctx, in.Team, in.Enterprise); err == nil { // installed again since, or renewed
		return &chat.RetryError{After: w.second}
	}
	return fmt.Errorf("%w: %w", errNotInstalled, &chat.RetryError{After: notThere})
}

// remove deletes an installation, unless there is a newer one, and tells the
// handler of the workspaces that have none now. One of many bots does; once.
func (a *Adapter) remove(ctx context.Context, in store.Installation) error {
	teams, err := a.cfg.Installations.Remove(ctx, in)
	if err != nil {
		return err
	}
	a.outdate(in)
	s := a.current.Load()
	for _, team := range teams {
		a.log.Info("the app was removed", "workspace", team)
		if s != nil {
			s.handler.Left(ctx, "slack/"+team)
		}
	}
	return nil
}

// outdate has the workspaces of an installation read theirs again.
func (a *Adapter) outdate(in store.Installation) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, w := range a.workspaces {
		w.mu.Lock()
		if w.in.Enterprise == in.Enterprise && w.in.Team == in.Team {
			w.read = time.Time{}
		}
		w.mu.Unlock()
	}
}
