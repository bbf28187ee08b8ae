package app

import (
	"context"
	"fmt"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

const (
	inChannel   = "channel"
	inWorkspace = "workspace"
)

// leaderboard shows who has how many points to the one who asked.
func (a *App) leaderboard(ctx context.Context, c chat.Command) (chat.Reply, error) {
	window, scope := c.Args["window"], c.Args["scope"]
	if window == "" {
		window = string(quiz.ThisWeek)
	}
	if scope == "" {
		scope = inChannel
	}
	if c.Rest != "" {
		return chat.Reply{}, problemf("I do not know the leaderboard **%s**. Use `day`, `week`, `month` or `all`, and `channel` or `workspace`.", chat.Escape(chat.Line(c.Rest, 40)))
	}
	m, err := a.board(ctx, c.User, c.Channel, window, scope)
	return chat.Reply{Message: m, Ephemeral: true}, err
}

// showBoard goes to another window or scope, in place.
func (a *App) showBoard(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	m, err := a.boardOf(ctx, c, to)
	return chat.Reply{Message: m, Ephemeral: true, Replace: true}, err
}

// shareBoard shows the board to all, without anybody's own row.
func (a *App) shareBoard(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	sharer := c.User.Name
	c.User = chat.User{}
	m, err := a.boardOf(ctx, c, to)
	if err != nil {
		return chat.Reply{}, err
	}
	m.Card.Buttons = nil
	m.Card.Footer = chat.Line("Shared by "+sharer+" · "+m.Card.Footer, chat.MaxFooter)
	return chat.Reply{Message: m}, nil
}

func (a *App) boardOf(ctx context.Context, c chat.Click, to target) (chat.Message, error) {
	if len(to.words) != 2 || to.words[1] != inChannel && to.words[1] != inWorkspace {
		return chat.Message{}, problem(stale.Text)
	}
	return a.board(ctx, c.User, c.Message.Channel, to.words[0], to.words[1])
}

func (a *App) board(ctx context.Context, u chat.User, ch chat.Channel, window, scope string) (chat.Message, error) {
	w, err := quiz.ParseWindow(window)
	if err != nil {
		return chat.Message{}, err
	}
	req := quiz.BoardRequest{Workspace: ch.Home(), Window: w, For: person(u)}
	if scope == inChannel {
		req.Channel = ch.String()
	}
	b, err := a.engine.Leaderboard(ctx, req)
	if err != nil {
		return chat.Message{}, err
	}
	card := &chat.Card{
		Title:   "Leaderboard: " + windowName(w) + ", " + scopeName(scope),
		Body:    boardText(b, u.ID != ""),
		Footer:  "A point for each right answer. Ties share a place. Days begin at midnight, " + b.Zone + ".",
		Buttons: boardButtons(w, scope),
	}
	if u.ID == "" { // shared
		card.Image = a.boardImage(b, windowName(w), scopeName(scope))
	}
	return chat.Message{Card: card}, nil
}

// boardText is the rows; asked tells whether somebody asked for themselves.
func boardText(b quiz.Board, asked bool) string {
	if len(b.Rows) == 0 {
		return "Nobody has points here yet. `/ckad ask` posts a question."
	}
	var lines []string
	for _, s := range b.Rows {
		lines = append(lines, standing(s))
	}
	if len(b.Around) > 0 {
		lines = append(lines, "…")
		for _, s := range b.Around {
			lines = append(lines, standing(s))
		}
	}
	text := strings.Join(lines, "\n")
	if b.Me == nil && asked {
		text += "\n\nYou have no answers in this time yet."
	}
	if b.Players > len(b.Rows) {
		text += "\n\n" + counted(b.Players, "player") + " in all."
	}
	return text
}

func standing(s quiz.Standing) string {
	row := fmt.Sprintf("%d. %s: %s, %s (%d %% right)", s.Rank, chat.Escape(chat.Line(s.Name, 32)), points(s.Points), counted(s.Answers, "answer"), percent(s.Rights, s.Answers))
	if s.Me {
		return "**" + row + "** ← you"
	}
	return row
}

// points says them in words.
func points(p quiz.Points) string {
	if p == quiz.Point {
		return "1 point"
	}
	return p.String() + " points"
}

func windowName(w quiz.Window) string {
	return map[quiz.Window]string{quiz.Today: "today", quiz.ThisWeek: "this week", quiz.ThisMonth: "this month", quiz.AllTime: "all time"}[w]
}

func scopeName(scope string) string {
	if scope == inWorkspace {
		return "whole workspace"
	}
	return "this channel"
}

func boardButtons(shown quiz.Window, scope string) (bs []chat.Button) {
	for _, w := range []quiz.Window{quiz.Today, quiz.ThisWeek, quiz.ThisMonth, quiz.AllTime} {
		label := windowName(w)
		if w != shown {
			bs = append(bs, chat.Button{Action: verbBoard + ":" + string(w) + ":" + scope, Label: strings.ToUpper(label[:1]) + label[1:]})
		}
	}
	other := inWorkspace
	if scope == inWorkspace {
		other = inChannel
	}
	scoped := scopeName(other)
	return append(bs,
		chat.Button{Action: verbBoard + ":" + string(shown) + ":" + other, Label: strings.ToUpper(scoped[:1]) + scoped[1:]},
		chat.Button{Action: verbPublish + ":" + string(shown) + ":" + scope, Label: "Share in channel"})
}
