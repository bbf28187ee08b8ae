package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
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
		return chat.Reply{}, unfit(c, "/ckad-admin series create name=daily time=09:30 days=mon-fri zone=Europe/Berlin close=17:00")
	}
	return a.saveSeries(ctx, c.User, c.Channel, c.Args)
}

// submitSeries takes the form.
func (a *App) submitSeries(ctx context.Context, s chat.Submission, _ target) (chat.Reply, error) {
	return a.saveSeries(ctx, s.User, s.Channel, s.Values)
}

func (a *App) saveSeries(ctx context.Context, u chat.User, ch chat.Channel, values map[string]string) (chat.Reply, error) {
	if err := strange("ckad-admin series create", values); err != nil {
		return chat.Reply{}, err
	}
	s, err := newSeries(u, ch, values)
	if err == nil {
		if err = a.mayPost(ctx, s.Channels[0].ID); err != nil {
			err = refused{"channel", err}
		}
	}
	if err == nil {
		s, err = a.engine.CreateSeries(ctx, s)
	}
	if errors.Is(err, quiz.ErrSeriesExists) {
		err = refused{"name", err}
	}
	if words, ok := explain(aboutTopic(err, values["topic"])); ok {
		r := private("%s", words+"\n\nWhat you gave: "+retype(values))
		r.Invalid = atInputs(err, values)
		return r, nil
	}
	if err != nil {
		return chat.Reply{}, err
	}
	return private("Saved. %s. First round: %s.\n\n`/ckad-admin series list` shows all series.",
		strings.Join(append([]string{posts(s)}, rules(s)...), ". "), chat.Time(s.Next)), nil
}

// newSeries reads what was typed. What is left out is once a day on weekdays,
// 09:30 to 17:00, but the zone must be told: a wrong guess is an hour off for years.
func newSeries(u chat.User, ch chat.Channel, values map[string]string) (quiz.Series, error) {
	s := quiz.Series{Workspace: ch.Home(), Name: cmp.Or(strings.TrimSpace(values["name"]), "daily"), CreatedBy: u.ID, Questions: 1,
		Schedule: quiz.Schedule{Opens: 9*60 + 30, Closes: 17 * 60, Days: quiz.Weekdays}}
	if id := values["channel"]; id != "" {
		ch.ID = id
	}
	if ch.ID == "" { // somebody's home page is none
		return s, refused{"channel", problem("In which channel? Choose one that I am in.")}
	}
	s.Channels = []quiz.Channel{{ID: ch.String()}}
	if err := setSeries(&s, values); err != nil {
		return s, err
	}
	if s.Zone == "" {
		return s, refused{"zone", problem("In which time zone? For example `zone=Europe/Berlin` or `zone=America/New_York`.")}
	}
	return s, nil
}

// setSeries changes what the values say, by the names of the commands' options, and leaves the rest.
func setSeries(s *quiz.Series, values map[string]string) (err error) {
	for _, option := range []struct {
		name string
		set  func(typed string)
	}{
		{"time", func(v string) { s.Opens, err = quiz.ParseClock(v) }},
		{"close", func(v string) { s.Closes, err = quiz.ParseClock(v) }},
		{"days", func(v string) { s.Days, err = quiz.ParseDays(v) }},
		{"zone", func(v string) { s.Zone = v; _, err = quiz.LoadZone(v) }},
		{"questions", func(v string) { s.Questions, err = questionCount(v, 1) }},
		{"topic", func(v string) { s.Topic = unless(v, "any") }},
		{"skip", func(v string) { s.Skipped, err = skipped(v) }},
		{"difficulty", func(v string) { s.Difficulty, err = difficulty(v) }},
		{"reveal", func(v string) { s.Reveal = v == "now" }},
		{"change", func(v string) { s.Changeable = v == "yes" }},
		{"speed", func(v string) { s.Speed = v == "yes" }},
	} {
		if v := strings.TrimSpace(values[option.name]); v != "" {
			option.set(v)
		}
		if err != nil {
			return refused{option.name, err}
		}
	}
	return nil
}

// unfit says what is wrong with words that fit no option.
func unfit(c chat.Command, example string) error {
	if err := strange(c.Name, map[string]string{"": c.Rest}); err != nil {
		return err
	}
	name, value, _ := strings.Cut(c.Rest, "=")
	value = chat.Escape(chat.Line(value, 40))
	spec, _ := Spec.Find(c.Name)
	for _, o := range spec.Options {
		switch {
		case !strings.EqualFold(o.Name, name):
		case len(o.Choices) > 0:
			return problemf("**%s** is one of %s; not **%s**.", o.Name, strings.Join(o.Choices, ", "), value)
		case o.Kind == chat.Number:
			return problemf("**%s** takes a number, not **%s**. (%s.)", o.Name, value, o.Description)
		case o.Kind == chat.Place:
			return problemf("**%s** takes a channel, such as #quiz; **%s** is none that I know.", o.Name, value)
		}
	}
	return problemf("I do not know what to do with **%s**. Write each option as name=value: `%s`.", chat.Escape(chat.Line(c.Rest, 60)), example)
}

var anOption = regexp.MustCompile(`(?:^|\s)(\pL+)=`)

// strange finds what was typed as an option that the command does not have: else it would be taken as words for one that it has.
func strange(command string, values map[string]string) error {
	spec, _ := Spec.Find(command)
	var names []string
	for _, o := range spec.Options {
		names = append(names, o.Name)
	}
	for _, v := range values {
		for _, m := range anOption.FindAllStringSubmatch(v, -1) {
			if !slices.Contains(names, strings.ToLower(m[1])) {
				return problemf("There is no option **%s** here. There are: %s.", chat.Escape(chat.Line(m[1], 40)), strings.Join(names, ", "))
			}
		}
	}
	return nil
}

// unless is what was typed, or nothing for the word that means nothing.
func unless(typed, nothing string) string {
	if strings.EqualFold(typed, nothing) {
		return ""
	}
	return typed
}

func skipped(typed string) (quiz.Dates, error) {
	if unless(typed, "none") == "" {
		return nil, nil
	}
	return quiz.ParseDates(typed)
}

func difficulty(typed string) (int, error) {
	if unless(typed, "any") == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(typed)
	if err != nil || n < 1 || n > 3 {
		return 0, problem("The difficulty is 1, 2, 3 or any.")
	}
	return n, nil
}

// editSeries changes a series for its next rounds.
func (a *App) editSeries(ctx context.Context, c chat.Command) (chat.Reply, error) {
	changes := maps.Clone(c.Args)
	delete(changes, "name")
	const example = "/ckad-admin series edit daily time=10:00 topic=networking,pods"
	if err := strange(c.Name, c.Args); err != nil {
		return chat.Reply{}, err
	}
	if c.Rest != "" {
		return chat.Reply{}, unfit(c, example)
	}
	if len(changes) == 0 && seriesName(c) != "" {
		return chat.Reply{}, problem("What shall be changed? Write each option as name=value: `" + example + "`.")
	}
	s, err := a.engine.EditSeries(ctx, c.User.Home(), seriesName(c), func(s *quiz.Series) error { return setSeries(s, changes) })
	if err := aboutTopic(err, changes["topic"]); err != nil {
		return chat.Reply{}, a.notOurs(ctx, c, err)
	}
	return seriesCard("Changed, from the next round on", s), nil
}

// skipDates adds holidays to a series, or takes all of them back.
func (a *App) skipDates(ctx context.Context, c chat.Command) (chat.Reply, error) {
	if strings.EqualFold(strings.TrimSpace(c.Args["dates"]), "none") {
		s, err := a.engine.EditSeries(ctx, c.User.Home(), seriesName(c), func(s *quiz.Series) error {
			s.Skipped = nil
			return nil
		})
		if err != nil {
			return chat.Reply{}, a.notOurs(ctx, c, err)
		}
		return seriesCard("No days are left out any more", s), nil
	}
	days, err := quiz.ParseDates(c.Args["dates"])
	if err != nil {
		return chat.Reply{}, err
	}
	s, err := a.engine.SkipDates(ctx, c.User.Home(), seriesName(c), days)
	if err != nil {
		return chat.Reply{}, a.notOurs(ctx, c, err)
	}
	r := seriesCard("These days are left out", s)
	r.Card.Footer = "A round that is open ends as planned."
	return r, nil
}

func seriesCard(title string, s quiz.Series) chat.Reply {
	return chat.Reply{Message: chat.Message{Card: &chat.Card{Title: title, Body: chat.CutMarkdown(describe(s, s.Workspace), chat.MaxBody)}}, Ephemeral: true}
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
	all, err := a.everySeries(ctx, c.User.Home())
	if err != nil {
		return chat.Reply{}, err
	}
	if len(all) == 0 {
		return private("There is no series yet. `/ckad-admin series create` makes one."), nil
	}
	return chat.Reply{Message: chat.Message{Card: &chat.Card{Title: "Recurring quizzes", Body: seriesText(all, c.User.Home())}}, Ephemeral: true}, nil
}

// seriesText is as much about series as fits.
func seriesText(all []quiz.Series, home string) (text string) {
	for i, s := range all {
		next := paragraphs(text, describe(s, home))
		if i == 0 { // it may have many channels that are not reachable
			next = chat.CutMarkdown(next, chat.MaxBody-summaryRest)
		}
		if chat.Length(next) > chat.MaxBody-summaryRest {
			return text + fmt.Sprintf("\n\n… and %d more.", len(all)-i)
		}
		text = next
	}
	return text
}

// posts says what a series does, when.
func posts(s quiz.Series) string {
	about := ", topics by the exam's weights"
	if s.Topic != "" {
		about = ", about " + chat.Escape(s.Topic)
	}
	if s.Difficulty != 0 {
		about += fmt.Sprintf(", of difficulty %d", s.Difficulty)
	}
	return fmt.Sprintf("**%s** posts %s %s, %s to %s (%s)%s", chat.Escape(s.Name), counted(s.Questions, "question"),
		s.Schedule.Days, s.Opens, s.Closes, chat.Escape(s.Zone), about)
}

// rules says what is not as usual in the rounds of a series.
func rules(s quiz.Series) (all []string) {
	if len(s.Skipped) > 0 {
		all = append(all, "Skips "+s.Skipped.String())
	}
	if s.Changeable {
		all = append(all, "Answers may be changed until the close")
	}
	if s.Reveal {
		all = append(all, "Each answer is graded at once")
	}
	if s.Speed {
		all = append(all, "Right answers count a little more the earlier they come")
	}
	return all
}

// describe is all about a series, for the admins of a workspace.
func describe(s quiz.Series, home string) string {
	lines := append([]string{posts(s)}, rules(s)...)
	switch {
	case s.Workspace != home:
		platform, _, _ := strings.Cut(s.Workspace, "/")
		lines = append(lines, "It is a series of another workspace, on "+platformName(platform)+", whose admins decide about it. Here you can `pause`, `resume` and `leave` it.")
	case severalWorkspaces(s, home):
		lines = append(lines, "Other workspaces have it, too. `/ckad-admin series unshare NAME` ends that.")
	}
	if s.Paused && s.Workspace != home {
		lines = append(lines, "Paused by its admins.")
	} else if s.Paused {
		lines = append(lines, "Paused. `/ckad-admin series resume NAME` goes on.")
	} else {
		lines = append(lines, "Next round: "+chat.Time(s.Next))
	}
	for _, ch := range s.Channels {
		line := "• " + channelName(ch.ID, home)
		if ch.Paused {
			line += ": paused there"
		}
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
	return changed(c, "**%s** is removed. An open round ends as planned; points and answers stay.", a.notOurs(ctx, c, a.engine.RemoveSeries(ctx, c.User.Home(), seriesName(c))))
}

func (a *App) joinSeries(ctx context.Context, c chat.Command) (chat.Reply, error) {
	if code := sharedCode(c); code != "" {
		return a.joinShared(ctx, c, code)
	}
	if err := a.mayPost(ctx, place(c)); err != nil {
		return chat.Reply{}, err
	}
	return changed(c, "**%s** will be posted there, too, from its next round on.", a.engine.JoinSeries(ctx, c.User.Home(), seriesName(c), place(c)))
}

func (a *App) leaveSeries(ctx context.Context, c chat.Command) (chat.Reply, error) {
	return changed(c, "**%s** is not posted there any more.", a.engine.LeaveSeries(ctx, c.User.Home(), seriesName(c), place(c)))
}

// mayPost is a problem that names what is missing if nothing can be posted in a
// channel. What cannot be found out now shows at the first round.
func (a *App) mayPost(ctx context.Context, channel string) error {
	adapter, ch, err := a.adapter(channel)
	if err != nil {
		return err
	}
	err = adapter.Check(ctx, ch)
	var gone *chat.GoneError
	switch {
	case errors.As(err, &gone):
		return problem("I cannot post there: " + chat.Escape(gone.Reason) + "\n\nNothing is saved; please try again when that is mended.")
	case err != nil:
		a.log.Warn("cannot tell whether a channel can be posted in", "channel", channel, "error", err)
	}
	return nil
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
