package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// A series may be posted in channels of several workspaces, on several
// platforms: one round, one leaderboard.

// shareSeries gives an admin a code for an admin of another workspace.
func (a *App) shareSeries(ctx context.Context, c chat.Command) (chat.Reply, error) {
	code, err := a.engine.ShareSeries(ctx, c.User.Home(), seriesName(c))
	if err != nil {
		return chat.Reply{}, a.notOurs(ctx, c, err)
	}
	return private("**%s** can be posted in a channel of another workspace, also on another platform. An admin there types this in that channel within %d minutes:\n`/ckad-admin series join code=%s`\n"+
		"It stays one round with one leaderboard, and yours: you decide when it asks what. All who answer are on its leaderboard and on those of this workspace. The code works once.",
		chat.Escape(seriesName(c)), int(quiz.CodeTime.Minutes()), code), nil
}

func (a *App) unshareSeries(ctx context.Context, c chat.Command) (chat.Reply, error) {
	return changed(c, "**%s** is posted in this workspace only. An open round ends as planned; answers and points stay.", a.engine.UnshareSeries(ctx, c.User.Home(), seriesName(c)))
}

// joinShared posts a series of another workspace in a channel of this one.
func (a *App) joinShared(ctx context.Context, c chat.Command, code string) (chat.Reply, error) {
	if err := a.mayPost(ctx, place(c)); err != nil {
		return chat.Reply{}, err
	}
	s, err := a.engine.JoinShared(ctx, code, place(c), person(c.User))
	if err != nil {
		return chat.Reply{}, noShared(err)
	}
	return private("Saved. %s. The first round here: %s.\n\nIt is a series of another workspace, whose admins decide about it. People here and there answer the same round and are on one leaderboard. "+
		"`/ckad-admin series pause`, `resume` and `leave` with its name are about this workspace only.",
		strings.Join(append([]string{posts(s)}, rules(s)...), ". "), chat.Time(s.Next)), nil
}

// sharedCode is the code in a command that joins a series: given as such, or in place of a name that looks like one.
func sharedCode(c chat.Command) string {
	code := strings.TrimSpace(c.Args["code"])
	if code == "" && quiz.LooksLikeCode(c.Args["name"]) {
		code = c.Args["name"]
	}
	return code
}

// everySeries is what is posted in a workspace: its own series and those that others share with it.
func (a *App) everySeries(ctx context.Context, home string) ([]quiz.Series, error) {
	own, err := a.engine.Series(ctx, home)
	if err != nil {
		return nil, err
	}
	shared, err := a.engine.SharedSeries(ctx, home)
	return append(own, shared...), err
}

// notOurs makes an error about a series that is not there one about a series of another workspace, if it is one.
func (a *App) notOurs(ctx context.Context, c chat.Command, err error) error {
	if !errors.Is(err, quiz.ErrNoSeries) {
		return err
	}
	if home, _ := a.boardHome(ctx, c.Channel, seriesName(c)); home != c.User.Home() {
		return problemf("**%s** is a series of another workspace, whose admins decide about it. Here you can `pause`, `resume` and `leave` it.", chat.Escape(seriesName(c)))
	}
	return err
}

// homeOf is the workspace whose leaderboard that is: the one in which it is asked for, or the one that shares the series.
func (a *App) homeOf(ctx context.Context, ch chat.Channel, scope string) (string, error) {
	if series, ok := strings.CutPrefix(scope, inSeries); ok {
		return a.boardHome(ctx, ch, series)
	}
	return ch.Home(), nil
}

// namedScope puts the name of a series in the place of its key, also of one that was removed: its leaderboard remains.
func (a *App) namedScope(ctx context.Context, home, scope string) (string, error) {
	key, isSeries := strings.CutPrefix(scope, inSeries)
	if !isSeries {
		return scope, nil
	}
	all, err := a.everySeries(ctx, home)
	if err != nil {
		return "", err
	}
	if i := byKey(all, key); i >= 0 {
		return inSeries + all[i].Name, nil
	}
	removed, err := a.engine.RemovedSeries(ctx, home)
	if i := slices.IndexFunc(removed, func(name string) bool { return seriesKey(name) == key }); i >= 0 {
		return inSeries + removed[i], nil
	}
	return scope, err // buttons of the release before have the name itself
}

// boardHome is the workspace whose series that is: this one, or the one that shares it. Of two of a name it is that of the
// one in the channel.
func (a *App) boardHome(ctx context.Context, ch chat.Channel, series string) (string, error) {
	all, err := a.everySeries(ctx, ch.Home())
	if err != nil {
		return "", err
	}
	home := ""
	for _, s := range all {
		if !strings.EqualFold(s.Name, strings.Join(strings.Fields(series), " ")) {
			continue
		}
		if postedIn(s, ch) {
			return s.Workspace, nil
		}
		home = cmp.Or(home, s.Workspace)
	}
	return cmp.Or(home, ch.Home()), nil
}

func postedIn(s quiz.Series, ch chat.Channel) bool {
	return slices.ContainsFunc(s.Channels, func(c quiz.Channel) bool { return c.ID == ch.String() })
}

// usualScope is whose answers make the leaderboard of a channel if nothing is said: those of the series, where one is
// posted that several workspaces have; else those given in the channel.
func (a *App) usualScope(ctx context.Context, ch chat.Channel) (string, error) {
	all, err := a.everySeries(ctx, ch.Home())
	if err != nil {
		return "", err
	}
	all = slices.DeleteFunc(all, func(s quiz.Series) bool { return !postedIn(s, ch) })
	if len(all) == 1 && severalWorkspaces(all[0], ch.Home()) {
		return inSeries + all[0].Name, nil
	}
	return inChannel, nil
}

// severalWorkspaces reports whether a series, as a workspace sees it, is posted in others, too.
func severalWorkspaces(s quiz.Series, home string) bool {
	return s.Workspace != home || slices.ContainsFunc(s.Channels, func(c quiz.Channel) bool { return !strings.HasPrefix(c.ID, home+"/") })
}

// channelName is a channel as the admins of a workspace read it.
func channelName(id, home string) string {
	ch, err := chat.ParseChannel(id)
	if err != nil || ch.Home() == home {
		return "channel " + chat.Escape(id[strings.LastIndex(id, "/")+1:])
	}
	of := "workspace"
	if ch.Platform == "discord" {
		of = "server"
	}
	return fmt.Sprintf("a channel of another %s, on %s", of, platformName(ch.Platform))
}

// noShared makes an error about a code one about a series' code.
func noShared(err error) error {
	if errors.Is(err, quiz.ErrNoCode) {
		return problem("That code does not work: it may be mistyped, used already, or older than ten minutes. An admin of the other workspace gets a new one: `/ckad-admin series share NAME`.")
	}
	return err
}
