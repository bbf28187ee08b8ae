package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// Home is a person's own page: how they do, what they can answer now and what
// comes next, and for admins what they can set and have to decide. It shows of
// the channels only those that the person is in, since a private channel's quiz is
// nobody else's business.
func (a *App) Home(ctx context.Context, u chat.User) []chat.Message {
	var page []chat.Message
	for _, part := range []struct {
		admin bool
		make  func(context.Context, chat.User) (*chat.Card, error)
	}{{false, a.homeStats}, {false, a.homeRounds}, {true, a.homeSeries}, {true, a.homeQueues}, {false, homeHelp}} {
		if part.admin && !u.Admin {
			continue
		}
		card, err := part.make(ctx, u)
		if err != nil {
			page = append(page, chat.Sorry(a.logged(err)).Message)
			continue
		}
		page = append(page, chat.Message{Card: card})
	}
	return page
}

// homeStats is how somebody does.
func (a *App) homeStats(ctx context.Context, u chat.User) (*chat.Card, error) {
	s, err := a.engine.Stats(ctx, person(u))
	if err != nil {
		return nil, err
	}
	b, err := a.engine.Leaderboard(ctx, quiz.BoardRequest{Workspace: u.Home(), Window: quiz.ThisWeek, For: person(u)})
	if err != nil {
		return nil, err
	}
	body := "No points yet this week."
	if b.Me != nil {
		body = fmt.Sprintf("**%s** this week, rank %d of %d in this workspace.", points(b.Me.Points), b.Me.Rank, b.Players)
	}
	card := &chat.Card{Title: chat.Line("Hello "+u.Name, chat.MaxTitle), Body: body, Fields: streakFields(s), Buttons: []chat.Button{
		{Action: verbPractice + ":0:", Label: "Practice"},
		{Action: verbRepeat + ":", Label: "Review"},
		{Action: view{window: quiz.ThisWeek, scope: inWorkspace}.action(verbBoard), Label: "Leaderboard"},
	}}
	if s.Readiness.Known() {
		card.Fields = append(card.Fields, chat.Field{Name: "Readiness", Value: readinessText(s.Readiness)})
	}
	return card, nil
}

// homeLines is how many rounds or series a part of the page lists.
const homeLines = 8

// homeRounds is what somebody has not answered yet, and what comes next where they are.
func (a *App) homeRounds(ctx context.Context, u chat.User) (*chat.Card, error) {
	open, err := a.engine.Unanswered(ctx, person(u))
	if err != nil {
		return nil, err
	}
	all, err := a.everySeries(ctx, u.Home())
	if err != nil {
		return nil, err
	}
	inside, err := a.inside(ctx, u, open, all)
	if err != nil {
		a.log.Warn("cannot tell which channels somebody is in", "workspace", u.Home(), "error", err)
		return &chat.Card{Title: "Quizzes", Body: "I cannot find out right now which channels you are in, so I cannot show their quizzes here. They are in the channels as usual."}, nil
	}
	reminded, err := a.engine.Reminded(ctx, person(u))
	if err != nil {
		return nil, err
	}
	card := &chat.Card{Title: "Quizzes", Body: "There is nothing open that you have not answered."}
	var lines, next []string
	for _, r := range open {
		if !slices.ContainsFunc(r.Channels, inside) || len(lines) == homeLines {
			continue
		}
		how, label := counted(r.Of, "question"), "Start "
		if r.Open < r.Of {
			how, label = fmt.Sprintf("%d of %s left", r.Open, counted(r.Of, "question")), "Go on with "
		}
		lines = append(lines, fmt.Sprintf("• **%s**: %s, closes %s", chat.Escape(r.Series), how, chat.Time(r.Closes)))
		style := chat.Plain
		if len(card.Buttons) == 0 {
			style = chat.Primary
		}
		card.Buttons = append(card.Buttons, chat.Button{Action: fmt.Sprintf("%s:%s:%d", verbStart, r.Workspace, r.Round), Label: chat.Line(label+r.Series, chat.MaxLabel), Style: style})
	}
	if len(lines) > 0 {
		card.Body = "Open now, and not answered by you:\n" + strings.Join(lines, "\n")
	}
	for i, s := range all {
		if !slices.ContainsFunc(s.Channels, func(c quiz.Channel) bool { return c.Gone == "" && inside(c.ID) }) || len(next) == homeLines {
			continue
		}
		when, on := "paused", slices.Contains(reminded, s.Name)
		if !paused(s) {
			when = chat.Time(s.Next)
		}
		if namesake(all, i) {
			next = append(next, fmt.Sprintf("• **%s**, which another workspace shares: %s. Reminders: `/ckad remind on` in its channel.", chat.Escape(s.Name), when))
			continue
		}
		told, label, state := "no reminders", "Remind me of ", "on"
		if on {
			told, label, state = "I remind you", "No more reminders of ", "off"
		}
		next = append(next, fmt.Sprintf("• **%s**: %s, %s", chat.Escape(s.Name), when, told))
		card.Buttons = append(card.Buttons, chat.Button{Action: verbRemind + ":" + seriesKey(s.Name) + ":" + state, Label: chat.Line(label+s.Name, chat.MaxLabel)})
	}
	if len(next) > 0 {
		card.Fields = []chat.Field{{Name: "Next rounds", Value: chat.CutMarkdown(strings.Join(next, "\n"), chat.MaxValue)}}
	}
	return card, nil
}

// paused tells whether a series opens no rounds here; one that another workspace shares
// may be paused in this one's channels only.
func paused(s quiz.Series) bool {
	return s.Paused || !slices.ContainsFunc(s.Channels, func(c quiz.Channel) bool { return !c.Paused })
}

// inside tells of a channel whether somebody is in it.
func (a *App) inside(ctx context.Context, u chat.User, open []quiz.Unanswered, all []quiz.Series) (func(channel string) bool, error) {
	var ids []string
	for _, r := range open {
		ids = append(ids, r.Channels...)
	}
	for _, s := range all {
		for _, c := range s.Channels {
			ids = append(ids, c.ID)
		}
	}
	found, err := a.doors(ctx, u, ids)
	return func(channel string) bool {
		return slices.ContainsFunc(found, func(c chat.Channel) bool { return c.String() == channel })
	}, err
}

// doors gives those of the channels that somebody is in; none on a platform that does not tell.
func (a *App) doors(ctx context.Context, u chat.User, ids []string) ([]chat.Channel, error) {
	keeper, ok := a.adapters[u.Platform].(chat.Doorkeeper)
	if !ok {
		return nil, nil
	}
	slices.Sort(ids)
	var channels []chat.Channel
	for _, id := range slices.Compact(ids) {
		if ch, err := chat.ParseChannel(id); err == nil {
			channels = append(channels, ch)
		}
	}
	return keeper.Inside(ctx, u, channels)
}

// fromHome finds the channel in which somebody answers a round from their page: one
// of those in which it is posted and they are. Rounds for one person alone are in none.
func (a *App) fromHome(ctx context.Context, u chat.User, ch chat.Channel, to target) (chat.Channel, error) {
	if ch.ID != "" || to.round == 0 || to.verb == verbMock {
		return ch, nil
	}
	kind, posted, err := a.engine.PostedIn(ctx, to.workspace, to.round)
	if err != nil || kind.Private() {
		return ch, err
	}
	found, err := a.doors(ctx, u, posted)
	if err != nil {
		return ch, err
	}
	if len(found) == 0 {
		return ch, problem("This round is in a channel that you are not in, so you cannot answer it here.")
	}
	return found[0], nil
}

// withoutChannel is m without the buttons that make no sense on somebody's page,
// where there is no channel.
func withoutChannel(m chat.Message) chat.Message {
	if m.Card == nil {
		return m
	}
	card := *m.Card
	card.Buttons = slices.DeleteFunc(slices.Clone(card.Buttons), func(b chat.Button) bool {
		verb, _, _ := strings.Cut(b.Action, ":")
		return verb == verbShare || verb == verbPublish || verb == verbBoast || verb == verbBoard && strings.HasSuffix(b.Action, ":"+inChannel)
	})
	m.Card = &card
	return m
}

// seriesKey stands for a series in an action, which is too short for some names.
func seriesKey(name string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(name)))
	return hex.EncodeToString(sum[:8])
}

// keyed finds the series that an action names. Error: quiz.ErrNoSeries.
func (a *App) keyed(ctx context.Context, u chat.User, key string) (quiz.Series, error) {
	all, err := a.everySeries(ctx, u.Home())
	if err != nil {
		return quiz.Series{}, err
	}
	if i := byKey(all, key); i >= 0 {
		return all[i], nil
	}
	return quiz.Series{}, quiz.ErrNoSeries
}

// byKey is the index of the series that a key stands for, -1 if there is none.
func byKey(all []quiz.Series, key string) int {
	return slices.IndexFunc(all, func(s quiz.Series) bool { return seriesKey(s.Name) == key })
}

// namesake tells whether the series at i has its name from another workspace that shares it, and this one has its own of that
// name: that is the one which buttons and commands by name are about.
func namesake(all []quiz.Series, i int) bool { return byKey(all, seriesKey(all[i].Name)) < i }

// remindFromHome turns reminders of a series on or off.
func (a *App) remindFromHome(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	if len(to.words) != 2 {
		return stale, nil
	}
	s, err := a.keyed(ctx, c.User, to.words[0])
	if err != nil {
		return chat.Reply{}, err
	}
	r := quiz.RemindRequest{Workspace: c.User.Home(), Series: s.Name, By: person(c.User)}
	if to.words[1] == "off" {
		_, err := a.engine.RemindOff(ctx, r)
		return notReminded(s.Name), err
	}
	inside, err := a.inside(ctx, c.User, nil, []quiz.Series{s})
	if err != nil {
		return chat.Reply{}, err
	}
	i := slices.IndexFunc(s.Channels, func(ch quiz.Channel) bool { return inside(ch.ID) })
	if i < 0 {
		return chat.Reply{}, problemf("**%s** is in no channel that you are in.", chat.Escape(s.Name))
	}
	r.Channel = s.Channels[i].ID
	if err := a.writable(ctx, c.User); err != nil {
		return chat.Reply{}, err
	}
	_, err = a.engine.RemindOn(ctx, r)
	return remindedOf(s.Name), err
}

// homeSeries is what an admin can do about the recurring quizzes.
func (a *App) homeSeries(ctx context.Context, u chat.User) (*chat.Card, error) {
	all, err := a.everySeries(ctx, u.Home())
	if err != nil {
		return nil, err
	}
	card := &chat.Card{Title: "For admins: recurring quizzes", Body: "There is none yet.", Buttons: []chat.Button{{Action: verbNewSeries + ":", Label: "New series", Form: true}}}
	var lines []string
	for i, s := range all {
		if i == homeLines {
			lines = append(lines, fmt.Sprintf("… and %d more: `/ckad-admin series list`.", len(all)-i))
			break
		}
		key, line := seriesKey(s.Name), "• "+posts(s)+". "
		switch {
		case namesake(all, i):
			line += "Another workspace shares it; `/ckad-admin series leave` with its name in its channel ends that."
		case paused(s):
			line += "Paused."
			card.Buttons = append(card.Buttons, chat.Button{Action: verbResume + ":" + key, Label: chat.Line("Resume "+s.Name, chat.MaxLabel)})
		default:
			line += "Next: " + chat.Time(s.Next) + "."
			card.Buttons = append(card.Buttons, chat.Button{Action: verbPause + ":" + key, Label: chat.Line("Pause "+s.Name, chat.MaxLabel)})
			if day := dayOf(s); day != "" && s.Workspace == u.Home() {
				card.Buttons = append(card.Buttons, chat.Button{Action: verbSkipDay + ":" + key + ":" + day, Label: chat.Line("Skip "+day+" of "+s.Name, chat.MaxLabel)})
			}
		}
		for _, c := range s.Channels {
			if c.Gone != "" {
				line += " One of its channels is not reachable: `/ckad-admin series list` says why."
				break
			}
		}
		lines = append(lines, line)
	}
	if len(lines) > 0 {
		card.Body = chat.CutMarkdown(strings.Join(lines, "\n"), chat.MaxBody)
	}
	return card, nil
}

// dayOf is the day of a series' next round on its own calendar.
func dayOf(s quiz.Series) string {
	zone, err := quiz.LoadZone(s.Zone)
	if err != nil {
		return ""
	}
	return s.Next.In(zone).Format(time.DateOnly)
}

// ruleSeries pauses or resumes a series, or leaves a day out.
func (a *App) ruleSeries(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	s, err := a.keyed(ctx, c.User, to.words[0])
	if err != nil {
		return chat.Reply{}, err
	}
	name := chat.Escape(s.Name)
	switch {
	case to.verb == verbPause:
		return private("**%s** is paused. An open round ends as planned.", name), a.engine.PauseSeries(ctx, c.User.Home(), s.Name)
	case to.verb == verbResume:
		return private("**%s** goes on with the next round that is due; none is made up for.", name), a.engine.ResumeSeries(ctx, c.User.Home(), s.Name)
	case len(to.words) != 2:
		return stale, nil
	}
	days, err := quiz.ParseDates(to.words[1])
	if err != nil {
		return chat.Reply{}, err
	}
	s, err = a.engine.SkipDates(ctx, c.User.Home(), s.Name, days)
	return private("**%s** leaves out %s; the next round is %s. `/ckad-admin series skip %s none` takes all such days back.", name, days, chat.Time(s.Next), name), err
}

// newSeriesFromHome opens the form for a series, which asks for the channel, too.
func (a *App) newSeriesFromHome(context.Context, chat.Click, target) (chat.Reply, error) {
	return chat.Reply{Form: &chat.Form{Title: "New recurring quiz", Action: seriesForm, Inputs: []chat.Input{
		{Name: "name", Label: "Name", Value: "daily"},
		{Name: "channel", Label: "Channel that I am in", Place: true},
		{Name: "time", Label: "Opens at", Hint: "09:30", Value: "09:30"},
		{Name: "days", Label: "Weekdays", Hint: "mon-fri, or daily, or mon,wed,fri", Value: "mon-fri"},
		{Name: "zone", Label: "Time zone", Hint: "Europe/Berlin"},
	}}}, nil
}

// homeQueues is what waits for an admin to decide.
func (a *App) homeQueues(ctx context.Context, u chat.User) (*chat.Card, error) {
	_, reported, err := a.engine.NextReported(ctx, u.Home(), "")
	if err != nil {
		return nil, err
	}
	_, suggested, err := a.glossary.Suggestions(ctx, u.Home(), 0, 1)
	if err != nil {
		return nil, err
	}
	card := &chat.Card{Title: "For admins: to decide", Body: fmt.Sprintf("Reported questions: %d. Suggestions for the glossary: %d.", reported, suggested)}
	if reported > 0 {
		card.Buttons = append(card.Buttons, chat.Button{Action: verbReports + ":", Label: "Look at reports"})
	}
	if suggested > 0 {
		card.Buttons = append(card.Buttons, chat.Button{Action: verbQueue + ":0", Label: "Look at suggestions"})
	}
	return card, nil
}

func homeHelp(context.Context, chat.User) (*chat.Card, error) {
	return &chat.Card{Title: "Help and privacy",
		Body: "`/ckad help` lists all that I can do, in any channel. Only you see this page. Your answers are yours; of them others see your points on leaderboards. " +
			"`/ckad privacy` shows what I store about you; there you can export it, hide yourself from others, or have it deleted.",
		Buttons: []chat.Button{{Action: verbHelp + ":", Label: "Help"}}}, nil
}

// helpFromHome is what the command says.
func (*App) helpFromHome(context.Context, chat.Click, target) (chat.Reply, error) {
	return private(helpText), nil
}
