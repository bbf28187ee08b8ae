package app

import (
	"context"
	"errors"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// openSeason opens a season in the workspace.
func (a *App) openSeason(ctx context.Context, c chat.Command) (chat.Reply, error) {
	s, err := a.engine.OpenSeason(ctx, c.User.Home(), c.Args["name"], c.User.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	return private("Season **%s** is open: rounds from now on count for it, too. `/ckad leaderboard season` shows it, `/ckad-admin season close` ends it.", chat.Escape(s.Name)), nil
}

// closeSeason closes the open season and leads to its leaderboard.
func (a *App) closeSeason(ctx context.Context, c chat.Command) (chat.Reply, error) {
	s, err := a.engine.CloseSeason(ctx, c.User.Home(), c.User.ID)
	if errors.Is(err, quiz.ErrNoSeason) {
		return chat.Reply{}, problem("No season is open. `/ckad-admin season open NAME` opens one.")
	}
	if err != nil {
		return chat.Reply{}, err
	}
	final := view{window: quiz.InSeason, season: s.ID, scope: inWorkspace}
	return chat.Reply{Ephemeral: true, Message: chat.Message{Card: &chat.Card{
		Title:   chat.Line("Season closed: "+s.Name, chat.MaxTitle),
		Body:    "Rounds that are open now still count for it when they close. Its leaderboard stays, and you can share it.",
		Buttons: []chat.Button{{Action: final.action(verbBoard), Label: "Show the leaderboard"}},
	}}}, nil
}

// listSeasons shows all seasons.
func (a *App) listSeasons(ctx context.Context, c chat.Command) (chat.Reply, error) {
	all, err := a.engine.Seasons(ctx, c.User.Home())
	if err != nil {
		return chat.Reply{}, err
	}
	if len(all) == 0 {
		return private("There was no season yet. `/ckad-admin season open NAME` opens one."), nil
	}
	const most = 40 // lines of at most 90 characters fit into a card, but names may be full of markup
	var lines []string
	for i, s := range all {
		if i == most {
			lines = append(lines, "… and "+counted(len(all)-most, "older season")+".")
			break
		}
		line := "• **" + chat.Escape(s.Name) + "**, " + days(s.Opened, s.Closed)
		if s.Closed.IsZero() {
			line = "• **" + chat.Escape(s.Name) + "**, open since " + day(s.Opened)
		}
		lines = append(lines, line)
	}
	return chat.Reply{Ephemeral: true, Message: chat.Message{Card: &chat.Card{Title: "Seasons", Body: chat.CutMarkdown(strings.Join(lines, "\n"), chat.MaxBody),
		Footer: "/ckad leaderboard season=\"NAME\" shows the leaderboard of one."}}}, nil
}

// seasonTrouble says what stands in the way of a season.
func seasonTrouble(err *quiz.SeasonError) string {
	name := chat.Escape(err.Season.Name)
	if err.Season.Closed.IsZero() {
		return "Season **" + name + "** is still open. `/ckad-admin season close` closes it first."
	}
	return "There was a season **" + name + "** already. Choose another name, so that both can be looked up."
}
