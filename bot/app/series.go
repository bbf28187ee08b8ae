package app

import (
	"context"
	"fmt"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// seriesForm is the action of the form for a new series.
const seriesForm = chat.AdminAction + "series"

// createSeries makes a recurring quiz from the options, or asks for them in a form.
func (a *App) createSeries(ctx context.Context, c chat.Command) (chat.Reply, error) {
	if len(c.Args) == 0 {
		return chat.Reply{Form: &chat.Form{Title: "New recurring quiz", Action: seriesForm, Inputs: []chat.Input{
			{Name: "name", Label: "Name", Value: "daily"},
			{Name: "time", Label: "Opens at", Hint: "09:30", Value: "09:30"},
			{Name: "close", Label: "Closes at", Hint: "17:00", Value: "17:00"},
			{Name: "days", Label: "Weekdays", Hint: "mon-fri, or daily, or mon,wed,fri", Value: "mon-fri"},
			{Name: "zone", Label: "Time zone", Hint: "Europe/Berlin"},
		}}}, nil
	}
	if c.Rest != "" {
		return chat.Reply{}, problemf("I do not know what to do with **%s**. Write each option as name=value: `/ckad-admin series create name=daily time=09:30 days=mon-fri zone=Europe/Berlin close=17:00`.", chat.Escape(chat.Line(c.Rest, 60)))
	}
	return a.saveSeries(ctx, c.User, c.Channel, c.Args)
}

// submitSeries takes the form.
func (a *App) submitSeries(ctx context.Context, s chat.Submission, _ target) (chat.Reply, error) {
	return a.saveSeries(ctx, s.User, s.Channel, s.Values)
}

func (a *App) saveSeries(ctx context.Context, u chat.User, ch chat.Channel, values map[string]string) (chat.Reply, error) {
	s, err := newSeries(u, ch, values)
	if err == nil {
		s, err = a.engine.CreateSeries(ctx, s)
	}
	if words, ok := explain(aboutTopic(err, values["topic"])); ok {
		return chat.Reply{}, problem(words + "\n\nWhat you gave: " + retype(values))
	}
	if err != nil {
		return chat.Reply{}, err
	}
	return private("Saved. **%s** posts %s %s, %s to %s (%s). First round: %s.\n\nIf I am not a member of the channel yet, invite me. `/ckad-admin series list` shows all series.",
		chat.Escape(s.Name), counted(s.Questions, "question"), s.Schedule.Days, s.Schedule.Opens, s.Schedule.Closes, s.Schedule.Zone, chat.Time(s.Next)), nil
}

// newSeries reads what was typed. What is left out is once a day on weekdays,
// 09:30 to 17:00, but the zone must be told: a wrong guess is an hour off for years.
func newSeries(u chat.User, ch chat.Channel, values map[string]string) (quiz.Series, error) {
	get := func(key, unset string) string {
		if v := strings.TrimSpace(values[key]); v != "" {
			return v
		}
		return unset
	}
	s := quiz.Series{Workspace: ch.Home(), Name: get("name", "daily"), Topic: get("topic", ""), Changeable: get("change", "no") == "yes", CreatedBy: u.ID}
	if id := values["channel"]; id != "" {
		ch.ID = id
	}
	s.Channels = []quiz.Channel{{ID: ch.String()}}
	var err error
	if s.Questions, err = questionCount(get("questions", ""), 1); err != nil {
		return s, err
	}
	if s.Schedule.Opens, err = quiz.ParseClock(get("time", "09:30")); err != nil {
		return s, err
	}
	if s.Schedule.Closes, err = quiz.ParseClock(get("close", "17:00")); err != nil {
		return s, err
	}
	if s.Schedule.Days, err = quiz.ParseDays(get("days", "mon-fri")); err != nil {
		return s, err
	}
	s.Schedule.Zone = get("zone", "")
	if s.Schedule.Zone == "" {
		return s, problem("In which time zone? For example `zone=Europe/Berlin` or `zone=America/New_York`.")
	}
	return s, nil
}

// retype shows what was given as a command that can be corrected and sent again.
func retype(values map[string]string) string {
	line := "/ckad-admin series create"
	create, _ := Spec.Find("ckad-admin series create")
	for _, o := range create.Options {
		if v := values[o.Name]; v != "" && o.Kind != chat.Place {
			line += " " + o.Name + `="` + strings.ReplaceAll(chat.Line(v, 60), `"`, "") + `"`
		}
	}
	return chat.Fence(line)
}

// listSeries shows all series of the workspace.
func (a *App) listSeries(ctx context.Context, c chat.Command) (chat.Reply, error) {
	all, err := a.engine.Series(ctx, c.User.Home())
	if err != nil {
		return chat.Reply{}, err
	}
	if len(all) == 0 {
		return private("There is no series yet. `/ckad-admin series create` makes one."), nil
	}
	text := ""
	for i, s := range all {
		next := paragraphs(text, describe(s))
		if chat.Length(next) > chat.MaxBody-summaryRest {
			text += fmt.Sprintf("\n\n… and %d more.", len(all)-i)
			break
		}
		text = next
	}
	return chat.Reply{Message: chat.Message{Card: &chat.Card{Title: "Recurring quizzes", Body: text}}, Ephemeral: true}, nil
}

func describe(s quiz.Series) string {
	lines := []string{"**" + chat.Escape(s.Name) + "**: " + counted(s.Questions, "question") + " " + s.Schedule.Days.String() + ", " +
		s.Schedule.Opens.String() + " to " + s.Schedule.Closes.String() + " (" + chat.Escape(s.Schedule.Zone) + ")"}
	if s.Topic != "" {
		lines[0] += ", about " + chat.Escape(s.Topic)
	}
	if s.Paused {
		lines = append(lines, "Paused. `/ckad-admin series resume NAME` goes on.")
	} else {
		lines = append(lines, "Next round: "+chat.Time(s.Next))
	}
	for _, ch := range s.Channels {
		line := "• channel " + chat.Escape(ch.ID[strings.LastIndex(ch.ID, "/")+1:])
		if ch.Gone != "" {
			line += ": not reachable. " + chat.Escape(ch.Gone) + " When that is mended, use `/ckad-admin series join NAME` there again."
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func (a *App) pauseSeries(ctx context.Context, c chat.Command) (chat.Reply, error) {
	return changed(c, "**%s** is paused. An open round ends as planned.", a.engine.PauseSeries(ctx, c.User.Home(), seriesName(c)))
}

func (a *App) resumeSeries(ctx context.Context, c chat.Command) (chat.Reply, error) {
	return changed(c, "**%s** goes on with the next round that is due; none is made up for.", a.engine.ResumeSeries(ctx, c.User.Home(), seriesName(c)))
}

func (a *App) removeSeries(ctx context.Context, c chat.Command) (chat.Reply, error) {
	return changed(c, "**%s** is removed. An open round ends as planned; points and answers stay.", a.engine.RemoveSeries(ctx, c.User.Home(), seriesName(c)))
}

func (a *App) joinSeries(ctx context.Context, c chat.Command) (chat.Reply, error) {
	return changed(c, "**%s** will be posted there, too, from its next round on. If I am not a member of the channel yet, invite me.", a.engine.JoinSeries(ctx, c.User.Home(), seriesName(c), place(c)))
}

func (a *App) leaveSeries(ctx context.Context, c chat.Command) (chat.Reply, error) {
	return changed(c, "**%s** is not posted there any more.", a.engine.LeaveSeries(ctx, c.User.Home(), seriesName(c), place(c)))
}

func seriesName(c chat.Command) string { return strings.TrimSpace(c.Args["name"]) }

// place is the channel that a command names, or the one it was typed in.
func place(c chat.Command) string {
	ch := c.Channel
	if id := c.Args["channel"]; id != "" {
		ch.ID = id
	}
	return ch.String()
}

func changed(c chat.Command, format string, err error) (chat.Reply, error) {
	return private(format, chat.Escape(seriesName(c))), err
}
