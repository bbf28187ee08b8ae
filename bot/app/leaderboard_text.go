package app

import (
	"fmt"
	"strings"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// boardText is the rows; asked tells whether somebody asked for themselves.
func boardText(b quiz.Board, asked bool) string {
	if len(b.Rows) == 0 {
		if past(b) {
			return "Nobody answered then."
		}
		return "Nobody has points here yet. `/ckad ask` posts a question."
	}
	rows, around := standings(b.Rows), standings(b.Around)
	switch {
	case len(around) == 0:
	case b.Above:
		rows = append(append(around, "…"), rows...)
	default:
		rows = append(append(rows, "…"), around...)
	}
	parts := []string{strings.Join(rows, "\n")}
	if b.Me == nil && asked {
		parts = append(parts, "You are not on this board.")
	}
	if b.Players > len(b.Rows) {
		all := counted(b.Players, "player") + " in all."
		if b.Pages > 1 {
			all += fmt.Sprintf(" Page %d of %d.", b.Page+1, b.Pages)
		}
		parts = append(parts, all)
	}
	if b.Behind {
		parts = append(parts, "So many are answering just now that some answers are not counted yet. Look again in a moment.")
	}
	return strings.Join(parts, "\n\n")
}

func standings(all []quiz.Standing) (lines []string) {
	for _, s := range all {
		lines = append(lines, standing(s))
	}
	return lines
}

func standing(s quiz.Standing) string {
	row := fmt.Sprintf("%d. %s: %s, %s (%d %% right)", s.Rank, chat.Escape(chat.Line(s.Name, 32)), points(s.Points), counted(s.Answers, "answer"), percent(s.Rights, s.Answers))
	if s.Me && s.Hidden {
		return "**" + row + "** ← you, hidden from others"
	}
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

// boardRules says what counts, and how.
func boardRules(b quiz.Board) string {
	rules := "A point for each right answer"
	for _, s := range b.Rows {
		if s.Points%quiz.Point != 0 {
			rules += ", up to 1.2 for an early one where a series says so"
			break
		}
	}
	return rules + ". Ties share a place; among them, fewer answers come first, then who played first. Days begin at midnight, " + b.Zone + "."
}

// past tells whether the time of a board is over.
func past(b quiz.Board) bool {
	return b.Window == quiz.Yesterday || b.Window == quiz.LastWeek || b.Window == quiz.LastMonth || b.Window == quiz.InSeason && !b.Season.Closed.IsZero()
}

// when says in words which time a board is of.
func when(b quiz.Board) string {
	words := window(b)
	switch {
	case b.Window == quiz.InSeason && !past(b):
		return words + " (since " + day(b.Season.Opened) + ")"
	case b.Window == quiz.InSeason:
		return words + " (" + days(b.Season.Opened, b.Season.Closed) + ")"
	case past(b):
		return words + " (" + days(b.From, b.To) + ")"
	}
	return words
}

// window is when without the dates.
func window(b quiz.Board) string {
	if b.Window == quiz.InSeason {
		return "season " + b.Season.Name
	}
	return windowName(b.Window)
}

func day(t time.Time) string { return t.Format("2 January 2006") }

// days says from when to when, and no more often than needed which month and year.
func days(from, to time.Time) string {
	switch {
	case day(from) == day(to):
		return day(to)
	case from.Year() != to.Year():
		return day(from) + " to " + day(to)
	case from.Month() != to.Month():
		return from.Format("2 January") + " to " + day(to)
	}
	return from.Format("2") + " to " + day(to)
}

func windowName(w quiz.Window) string {
	return map[quiz.Window]string{
		quiz.Today: "today", quiz.Yesterday: "yesterday", quiz.ThisWeek: "this week", quiz.LastWeek: "last week",
		quiz.ThisMonth: "this month", quiz.LastMonth: "last month", quiz.InSeason: "season", quiz.AllTime: "all time",
	}[w]
}

func scopeName(scope string) string {
	series, isSeries := strings.CutPrefix(scope, inSeries)
	switch {
	case isSeries:
		return "series " + series
	case scope == inChannel:
		return "this channel"
	case scope == inWorkspace:
		return "whole workspace"
	}
	return domainName(scope)
}

// boardButtons lead to the other windows, to the one before, to the other scope and to the next pages: ten at most.
func boardButtons(v view, b quiz.Board, seasons bool) (bs []chat.Button) {
	add := func(to view, label string) {
		bs = append(bs, chat.Button{Action: to.action(verbBoard), Label: strings.ToUpper(label[:1]) + label[1:]})
	}
	for _, w := range []quiz.Window{quiz.Today, quiz.ThisWeek, quiz.ThisMonth, quiz.InSeason, quiz.AllTime} {
		if w != v.window && (w != quiz.InSeason || seasons) {
			add(view{window: w, scope: v.scope}, windowName(w))
		}
	}
	before := map[quiz.Window]quiz.Window{quiz.Today: quiz.Yesterday, quiz.ThisWeek: quiz.LastWeek, quiz.ThisMonth: quiz.LastMonth}
	if w, ok := before[v.window]; ok {
		add(view{window: w, scope: v.scope}, windowName(w))
	}
	other := inWorkspace
	if v.scope == inWorkspace {
		other = inChannel
	}
	add(view{window: v.window, season: v.season, scope: other}, scopeName(other))
	if b.Page > 0 {
		add(view{v.window, v.season, b.Page - 1, v.scope}, fmt.Sprint("page ", b.Page))
	}
	if b.Page+1 < b.Pages {
		add(view{v.window, v.season, b.Page + 1, v.scope}, fmt.Sprint("page ", b.Page+2))
	}
	return append(bs, chat.Button{Action: v.action(verbPublish), Label: "Share in channel"})
}
