package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// away notes that somebody will not play for some days, or that they are back.
func (a *App) away(ctx context.Context, c chat.Command) (chat.Reply, error) {
	who := person(c.User)
	first, rest, _ := strings.Cut(strings.TrimSpace(c.Args["until"]), " ")
	if strings.EqualFold(first, "until") {
		first = strings.TrimSpace(rest)
	}
	typed := strings.ToLower(first)
	if typed == "" || typed == "until" || typed == "off" {
		until, last, err := a.engine.AwayUntil(ctx, who)
		switch {
		case err != nil:
			return chat.Reply{}, err
		case typed != "off":
			return private("%s `/ckad away until 2026-12-24` makes quiz days free for your streak, that day included, at most %d days ahead; `/ckad away off` ends it.", awayText(until, last), quiz.MaxAway), nil
		case until == "" || last:
			return private("%s", awayText(until, last)), nil
		}
		if err := a.engine.Back(ctx, who); err != nil {
			return chat.Reply{}, err
		}
		return private("Welcome back. From tomorrow on quiz days count again; today's is still free."), nil
	}
	if err := a.engine.Away(ctx, who, first); err != nil {
		return chat.Reply{}, err
	}
	return private("You are away until %s. Quiz days that you miss until then do not end your streak; what you play still counts. `/ckad away off` ends it.", dayName(first)), nil
}

func awayText(until string, last bool) string {
	switch {
	case until == "":
		return "You are not away."
	case last:
		return "You are not away any more: today's quiz day is still free, from tomorrow on they count again."
	}
	return fmt.Sprintf("You are away until %s.", dayName(until))
}

// dayName is a date, "2006-01-02", as people say it.
func dayName(date string) string {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return day.Format("Mon 2 January 2006")
}
