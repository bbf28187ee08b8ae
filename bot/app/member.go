package app

import (
	"context"
	"errors"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

const (
	// askPause is between two questions whether somebody is still in their workspace: twelve a minute, where Slack takes a hundred.
	askPause = 5 * time.Second
	// maxAsk is how many people wait to be asked about. More are asked about when they are shown the next time.
	maxAsk = 500
	// askedAgain is when the database is asked again whether it is time to ask about somebody, which it is once a day.
	askedAgain = time.Hour
	// maxAsked is of how many people that is remembered; then of none.
	maxAsked = 10_000
)

// A member is a player as the boards of a workspace show them.
type member struct {
	workspace string
	player    int64
}

// shownOnBoard notes that people were shown to others, so that it is found out whether they are still there. It never waits.
func (a *App) shownOnBoard(workspace string, rows []quiz.Standing) {
	for _, s := range rows {
		select {
		case a.members <- member{workspace, s.Player}:
		default:
			return
		}
	}
}

// watchMembers asks the platforms about people who were shown, one by one, until ctx ends.
func (a *App) watchMembers(ctx context.Context) error {
	asked := map[member]time.Time{}
	for {
		var m member
		select {
		case m = <-a.members:
		case <-ctx.Done():
			return nil
		}
		if last, ok := asked[m]; ok && a.now().Sub(last).Abs() < askedAgain {
			continue
		}
		if len(asked) >= maxAsked {
			clear(asked)
		}
		asked[m] = a.now()
		wait, err := a.askWhetherLeft(ctx, m)
		if err != nil && ctx.Err() == nil {
			a.log.Info("cannot find out whether somebody is still there", "workspace", m.workspace, "error", err)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil
		}
	}
}

// askWhetherLeft asks the platform about one person, unless that was done within a day, and gives how long to wait before the next.
// Who has several identities in a workspace has left with the last of them.
func (a *App) askWhetherLeft(ctx context.Context, m member) (wait time.Duration, err error) {
	identities, err := a.engine.WhetherLeft(ctx, m.workspace, m.player)
	if err != nil || len(identities) == 0 {
		return 0, err
	}
	for _, p := range identities {
		u := user(p)
		adapter, ok := a.adapters[u.Platform]
		if !ok {
			return 0, nil // another bot serves that platform
		}
		there, err := adapter.Member(ctx, *u)
		var later *chat.RetryError
		if errors.As(err, &later) {
			return max(later.After, askPause), nil
		}
		if err != nil {
			return askPause, err
		}
		if there {
			return askPause, a.engine.SetLeft(ctx, m.workspace, m.player, false)
		}
	}
	return askPause, a.engine.SetLeft(ctx, m.workspace, m.player, true)
}
