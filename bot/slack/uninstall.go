package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
// installation, and tokens of people are none of ours. What nobody can ask, as the
// token cannot be read, is told by when the event was.
func (a *Adapter) removed(ctx context.Context, team, enterprise string, at time.Time) {
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
	} else if !at.After(in.Installed) {
		log.Info("the app was removed before it was installed again")
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
	a.left(ctx, teams)
	return nil
}

// left tells the handler of workspaces that are without an installation, and that somebody
// has installed the app again meanwhile: it may have heard so before.
func (a *Adapter) left(ctx context.Context, teams []string) {
	s := a.current.Load()
	for _, team := range teams {
		a.log.Info("the app was removed", "workspace", team)
		if s != nil {
			s.handler.Left(ctx, "slack/"+team)
		}
		if _, err := a.cfg.Installations.Find(ctx, team, ""); err == nil {
			a.present(ctx, team)
		}
	}
}

// untold is for a workspace that is to be posted in and has no installation: the bot that
// removed it may have died before it told.
func (a *Adapter) untold(ctx context.Context, team string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaving)
	defer cancel()
	a.left(ctx, []string{team})
}

// present tells that the app is installed in a workspace.
func (a *Adapter) present(ctx context.Context, team string) {
	if a.cfg.Installed != nil && workspaceID.MatchString(team) {
		a.cfg.Installed(ctx, "slack/"+team)
	}
}

// revoked hears that an enterprise, which installed the app for all of its workspaces, has
// taken it from some. Whether they have it is asked, as the event may be late.
func (a *Adapter) revoked(ctx context.Context, enterprise string, teams []string) {
	if a.cfg.Installations == nil || enterprise == "" {
		return
	}
	defer stepAside(ctx)()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaving)
	defer cancel()
	log := a.log.With("enterprise", enterprise)
	in, err := a.cfg.Installations.Find(ctx, "", enterprise)
	if errors.Is(err, store.ErrNotInstalled) {
		return
	}
	var have []string
	if err == nil {
		have, err = a.teamsOf(ctx, in)
	}
	if err != nil {
		log.Warn("cannot tell which workspaces have the app still", "error", bare(err))
		return
	}
	teams = slices.DeleteFunc(teams, func(team string) bool { return !workspaceID.MatchString(team) || slices.Contains(have, team) })
	gone, err := a.cfg.Installations.RemoveTeams(ctx, enterprise, teams)
	if err != nil {
		log.Error("workspaces that the app was taken from are still there", "error", err)
		return
	}
	a.left(ctx, gone)
}

// granted hears that an enterprise, which installed the app for all of its workspaces, has given
// it to some. That they are of it is remembered: who posts there before anybody uses the app
// has no other way to find its installation.
func (a *Adapter) granted(ctx context.Context, enterprise string, teams []string) {
	for _, team := range teams {
		if a.cfg.Installations == nil || !workspaceID.MatchString(team) {
			continue
		}
		if _, err := a.cfg.Installations.Find(ctx, team, enterprise); err != nil {
			a.log.Warn("cannot look up a workspace that was given the app", "workspace", team, "enterprise", enterprise, "error", err)
			continue
		}
		a.present(ctx, team)
	}
}

// teamsOf asks which workspaces have what their enterprise installed.
func (a *Adapter) teamsOf(ctx context.Context, in store.Installation) (teams []string, err error) {
	ask := slack.ListTeamsParameters{Limit: 1000}
	for range maxPages {
		var page []slack.Team
		if page, ask.Cursor, err = a.newClient(string(in.Token)).ListTeamsContext(ctx, ask); err != nil {
			return nil, err
		}
		for _, t := range page {
			teams = append(teams, t.ID)
		}
		if ask.Cursor == "" {
			return teams, nil
		}
	}
	return nil, errors.New("too many workspaces")
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
