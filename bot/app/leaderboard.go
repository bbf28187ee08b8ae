package app

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

const (
	inChannel   = "channel"
	inWorkspace = "workspace"
	inSeries    = "series." // with its name
)

// A view is a leaderboard as an action names it.
type view struct {
	window quiz.Window
	season int64  // its number, for quiz.InSeason; 0 for the open one, else the last
	page   int    // from 0
	scope  string // inChannel, inWorkspace, inSeries with a name, or a domain's code
}

// action is the view behind a verb, "board:season.3:0:workspace". A series is named by its key, since names have blanks.
func (v view) action(verb string) string {
	window := string(v.window)
	if series, ok := strings.CutPrefix(v.scope, inSeries); ok {
		v.scope = inSeries + seriesKey(series)
	}
	if v.season != 0 {
		window += "." + strconv.FormatInt(v.season, 10)
	}
	return verb + ":" + window + ":" + strconv.Itoa(v.page) + ":" + v.scope
}

// parseView reads what action wrote; instead of a series' name the view has its key, see namedScope.
func parseView(words []string) (v view, ok bool) {
	if len(words) < 3 {
		return v, false
	}
	window, season, inSeason := strings.Cut(words[0], ".")
	var err error
	if v.page, err = strconv.Atoi(words[1]); err != nil || !slices.Contains(windowNames(), window) {
		return v, false
	}
	if inSeason {
		if v.season, err = strconv.ParseInt(season, 10, 64); err != nil {
			return v, false
		}
	}
	v.window, v.scope = quiz.Window(window), strings.Join(words[2:], ":")
	return v, v.scope == inChannel || v.scope == inWorkspace || strings.HasPrefix(v.scope, inSeries) || slices.Contains(domainCodes(), v.scope)
}

func windowNames() (names []string) {
	for _, w := range quiz.Windows() {
		names = append(names, string(w))
	}
	return names
}

func domainCodes() (codes []string) {
	for _, d := range quiz.Domains() {
		codes = append(codes, d.Code)
	}
	return append(codes, "BG")
}

// leaderboard shows who has how many points to the one who asked.
func (a *App) leaderboard(ctx context.Context, c chat.Command) (chat.Reply, error) {
	v, err := a.askedView(ctx, c)
	if err != nil {
		return chat.Reply{}, err
	}
	m, err := a.board(ctx, c.User, c.Channel, v)
	return chat.Reply{Message: m, Ephemeral: true}, err
}

// askedView reads which leaderboard a command asks for.
func (a *App) askedView(ctx context.Context, c chat.Command) (v view, err error) {
	window, season, rest := c.Args["window"], c.Args["season"], c.Rest
	switch {
	case rest != "" && (window == "" && season != "" || window == string(quiz.InSeason)): // the name of a season, loose
		season, rest = strings.TrimSpace(season+" "+rest), ""
	case strings.EqualFold(rest, "last") && window != "": // last week, in two words
		window, rest = "last "+window, ""
	case strings.EqualFold(rest, "this") && window != "":
		rest = ""
	}
	if rest != "" {
		return v, problemf("I do not know the leaderboard **%s**. Use `day`, `yesterday`, `week`, `last-week`, `month`, `last-month`, `season` or `all`, and `channel`, `workspace` or a domain such as `D3`. By name: `series=daily`, `season=\"spring 2027\"`.", chat.Escape(chat.Line(rest, 40)))
	}
	if v.window, err = quiz.ParseWindow(window); err != nil {
		return v, err
	}
	if page, err := strconv.Atoi(c.Args["page"]); err == nil {
		v.page = max(page-1, 0)
	}
	if v.scope, err = askedScope(c); err == nil && v.scope == "" {
		v.scope, err = a.usualScope(ctx, c.Channel)
	}
	if err == nil && season != "" {
		v.window = quiz.InSeason
		v.season, err = a.seasonNumber(ctx, c.Channel, v.scope, season)
	}
	return v, err
}

// seasonNumber finds a season by its name, among those of the workspace whose leaderboard it is.
func (a *App) seasonNumber(ctx context.Context, ch chat.Channel, scope, name string) (int64, error) {
	home, err := a.homeOf(ctx, ch, scope)
	if err != nil {
		return 0, err
	}
	all, err := a.engine.Seasons(ctx, home)
	if err != nil {
		return 0, err
	}
	for _, s := range all {
		if strings.EqualFold(s.Name, strings.Join(strings.Fields(name), " ")) {
			return s.ID, nil
		}
	}
	return 0, quiz.ErrNoSeason
}

// askedScope reads whose answers a command asks for, "" if it does not say.
func askedScope(c chat.Command) (string, error) {
	scope, domain, series := c.Args["scope"], c.Args["domain"], strings.Join(strings.Fields(c.Args["series"]), " ")
	switch {
	case domain != "" && (series != "" || scope == inChannel), series != "" && scope == inChannel:
		return "", problem("There is one leaderboard for each channel, each series and each domain, but none for two of them together. Leave one out.")
	case domain != "":
		return domain, nil
	case series != "":
		return inSeries + series, nil
	case scope != "":
		return scope, nil
	}
	return "", nil
}

// showBoard goes to another leaderboard or page, in place.
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
	v, ok := parseView(to.words)
	if !ok {
		return chat.Message{}, problem(stale.Text)
	}
	var err error
	if v.scope, err = a.namedScope(ctx, c.Message.Channel.Home(), v.scope); err != nil {
		return chat.Message{}, err
	}
	return a.board(ctx, c.User, c.Message.Channel, v)
}

func (a *App) board(ctx context.Context, u chat.User, ch chat.Channel, v view) (chat.Message, error) {
	series, isSeries := strings.CutPrefix(v.scope, inSeries)
	home, err := a.homeOf(ctx, ch, v.scope)
	if err != nil {
		return chat.Message{}, err
	}
	seasons, err := a.engine.Seasons(ctx, home)
	if err != nil {
		return chat.Message{}, err
	}
	req := quiz.BoardRequest{Workspace: home, Window: v.window, Page: v.page, For: person(u)}
	if i := slices.IndexFunc(seasons, func(s quiz.Season) bool { return s.ID == v.season }); i >= 0 {
		req.Season = seasons[i].Name
	}
	switch {
	case isSeries:
		req.Series = series
	case v.scope == inChannel:
		req.Channel = ch.String()
	case v.scope != inWorkspace:
		req.Domain = v.scope
	}
	b, err := a.engine.Leaderboard(ctx, req)
	if err != nil {
		return chat.Message{}, err
	}
	a.shownOnBoard(req.Workspace, b.Rows)
	v.page = b.Page
	card := &chat.Card{
		Title:   chat.Line("Leaderboard: "+when(b)+", "+scopeName(v.scope), chat.MaxTitle),
		Body:    boardText(b, u.ID != ""),
		Footer:  boardRules(b),
		Buttons: boardButtons(v, b, len(seasons) > 0),
	}
	if u.ID == "" { // shared
		card.Image = a.boardImage(b, window(b), scopeName(v.scope))
	}
	return chat.Message{Card: card}, nil
}
