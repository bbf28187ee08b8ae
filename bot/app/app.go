// Package app is the program behind every chat: it turns commands and clicks
// into calls of the glossary (kb) and of the quiz, and what they answer into
// messages. It is the chat.Handler of all adapters and the quiz.Poster of the
// engine, and the only package that knows all three.
//
// App keeps no state of its own but what completions were made of lately. What a button means is in its action (see
// action.go), what happened is in the database, so a click works after a
// restart and in any of several running bots.
//
// There is one file for each thing a person can do; spec.go lists the commands.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"ckadbot/bot/chat"
	"ckadbot/kb"
	"ckadbot/quiz"
)

// App answers people and posts rounds. Make it with New; its methods may be
// called from many goroutines.
type App struct {
	glossary *kb.Glossary
	engine   *quiz.Engine
	adapters map[string]chat.Adapter // by platform
	now      func() time.Time
	log      *slog.Logger
	posted   func(late time.Duration)
	memory   memory
	members  chan member // who was shown on boards, see watchMembers
}

// Config is what an App works with. All fields but Now and Posted are needed.
type Config struct {
	Glossary *kb.Glossary
	Engine   *quiz.Engine
	Adapters []chat.Adapter
	Now      func() time.Time // time.Now if nil
	Log      *slog.Logger

	// Posted is told how long after it was due a series' round was posted in a channel, if it is not nil.
	Posted func(late time.Duration)
}

// New makes an App.
func New(c Config) *App {
	a := &App{glossary: c.Glossary, engine: c.Engine, adapters: map[string]chat.Adapter{}, now: c.Now, log: c.Log, posted: c.Posted, members: make(chan member, maxAsk)}
	for _, adapter := range c.Adapters {
		a.adapters[adapter.Platform()] = adapter
	}
	if a.now == nil {
		a.now = time.Now
	}
	return a
}

// errDone ends the program when an adapter has nothing more to do.
var errDone = errors.New("done")

// Run connects all adapters, follows changes of the glossary and runs the
// quiz's schedules, until ctx ends, an adapter is done (the terminal, at the
// end of its input) or something fails for good.
func (a *App) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.glossary.Run(ctx) })
	g.Go(func() error { return a.engine.Run(ctx, a) })
	g.Go(func() error { return a.watchMembers(ctx) })
	for _, adapter := range a.adapters {
		g.Go(func() error {
			if err := adapter.Run(ctx, Spec, a); err != nil {
				return fmt.Errorf("%s: %w", adapter.Platform(), err)
			}
			return errDone
		})
	}
	if err := g.Wait(); err != nil && !errors.Is(err, errDone) && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// Command answers what somebody typed.
func (a *App) Command(ctx context.Context, c chat.Command) chat.Reply {
	if Spec.Admin(c.Name) && !c.User.Admin {
		return adminsOnly
	}
	if Spec.Admin(c.Name) {
		defer a.memory.forget(c.User.Home())
	}
	if spec, _ := Spec.Find(c.Name); spec.Local && chat.Homeless(c.Channel.Home()) {
		return local
	}
	if home := c.Channel.Home(); !chat.Homeless(home) {
		a.Present(ctx, home)
	}
	do, ok := map[string]func(context.Context, chat.Command) (chat.Reply, error){
		"ckad define":              a.define,
		"ckad search":              a.search,
		"ckad terms":               a.terms,
		"ckad suggest":             a.suggest,
		"ckad ask":                 a.ask,
		"ckad practice":            a.practice,
		"ckad review":              a.repeat,
		"ckad mock":                a.mock,
		"ckad leaderboard":         a.leaderboard,
		"ckad stats":               a.stats,
		"ckad away":                a.away,
		"ckad challenge":           a.challenge,
		"ckad remind":              a.remind,
		"ckad link":                a.link,
		"ckad privacy":             a.privacy,
		"ckad help":                help,
		"ckad-admin help":          help,
		"ckad-admin series create": a.createSeries,
		"ckad-admin series list":   a.listSeries,
		"ckad-admin series edit":   a.editSeries,
		"ckad-admin series skip":   a.skipDates,
		"ckad-admin series pause":  a.pauseSeries,
		"ckad-admin series resume": a.resumeSeries,
		"ckad-admin series remove": a.removeSeries,
		"ckad-admin series join":   a.joinSeries,
		"ckad-admin series leave":  a.leaveSeries,
		"ckad-admin series share":  a.shareSeries,

		"ckad-admin series unshare": a.unshareSeries,

		"ckad-admin season open":  a.openSeason,
		"ckad-admin season close": a.closeSeason,
		"ckad-admin season list":  a.listSeasons,
		"ckad-admin term add":     a.addTerm,
		"ckad-admin term edit":    a.editTerm,
		"ckad-admin term remove":  a.removeTerm,
		"ckad-admin term history": a.termHistory,
		"ckad-admin term revert":  a.revertTerm,
		"ckad-admin suggestions":  a.suggestions,
		"ckad-admin privacy":      a.retention,

		"ckad-admin reports":          a.reports,
		"ckad-admin question show":    a.showQuestion,
		"ckad-admin question edit":    a.editQuestion,
		"ckad-admin question retire":  a.retireQuestion,
		"ckad-admin question void":    a.voidQuestion,
		"ckad-admin question restore": a.restoreQuestion,
		"ckad-admin question history": a.questionHistory,
	}[c.Name]
	if !ok {
		do = a.unknown
	}
	return a.reply(do(ctx, c))
}

// Click answers a press of a button.
func (a *App) Click(ctx context.Context, c chat.Click) chat.Reply {
	if strings.HasPrefix(c.Action, chat.AdminAction) && !c.User.Admin {
		return adminsOnly
	}
	to, ok := parseAction(c.Action)
	if !ok {
		return stale
	}
	do, ok := map[string]func(context.Context, chat.Click, target) (chat.Reply, error){
		verbAnswer:   a.answer,
		verbStep:     a.answer,
		verbPick:     a.pick,
		verbType:     a.typeAnswer,
		verbStart:    a.start,
		verbReview:   a.review,
		verbWhy:      a.why,
		verbWrong:    a.why,
		verbRepeat:   a.repeatMore,
		verbMock:     a.startMock,
		verbSkip:     a.skip,
		verbFinish:   a.finish,
		verbResult:   a.showResult,
		verbAccept:   a.accept,
		verbDecline:  a.decline,
		verbPractice: a.practiceAnew,
		verbLook:     a.look,
		verbQuiet:    a.stopReminding,
		verbRemind:   a.remindFromHome,
		verbHelp:     helpFromHome,
		verbJoin:     a.join,
		verbEntry:    a.showEntry,
		verbShare:    a.shareEntry,
		verbBoard:    a.showBoard,
		verbPublish:  a.shareBoard,
		verbBoast:    a.shareStats,
		verbFind:     a.showResults,
		verbTerms:    a.showTerms,
		verbSuggest:  a.suggestFor,
		verbApprove:  a.approve,
		verbRefuse:   a.refuse,
		verbQueue:    a.nextSuggestion,
		verbEdit:     a.editFor,
		verbRevert:   a.revertTo,

		verbPause:     a.ruleSeries,
		verbResume:    a.ruleSeries,
		verbSkipDay:   a.ruleSeries,
		verbNewSeries: a.newSeriesFromHome,
		verbExport:    a.export,
		verbHide:      a.hide,
		verbUnhide:    a.unhide,
		verbForget:    a.forget,
		verbKeep:      a.keep,

		verbReport:       a.report,
		verbReports:      a.nextReport,
		verbFine:         a.declineReports,
		verbEditQuestion: a.editQuestionFor,
		verbRetire:       a.retireFor,
		verbVoid:         a.voidFor,
		verbRestore:      a.restoreFor,
		verbVersions:     a.showVersions,
	}[to.verb]
	if !ok {
		return stale
	}
	c.User = atHome(c.User, to.workspace)
	if (to.verb == verbSuggest || to.verb == verbReport) && chat.Homeless(c.User.Home()) {
		return unread
	}
	onPage := c.Message.Channel.ID == ""
	var err error
	if c.Message.Channel, err = a.fromHome(ctx, c.User, c.Message.Channel, to); err != nil {
		return a.reply(chat.Reply{}, err)
	}
	r := a.reply(do(ctx, c, to))
	if onPage {
		r.Message = withoutChannel(r.Message)
	}
	return r
}

// Submit takes a form that was filled in.
func (a *App) Submit(ctx context.Context, s chat.Submission) chat.Reply {
	if strings.HasPrefix(s.Action, chat.AdminAction) && !s.User.Admin {
		return adminsOnly
	}
	if s.User.Admin {
		defer a.memory.forget(s.User.Home())
	}
	to, ok := parseForm(s.Action)
	do, known := map[string]func(context.Context, chat.Submission, target) (chat.Reply, error){
		defineForm:   a.submitDefine,
		suggestForm:  a.submitSuggestion,
		termForm:     a.submitTerm,
		reportForm:   a.submitReport,
		questionForm: a.submitQuestion,
		seriesForm:   a.submitSeries,
		typedForm:    a.submitTyped,
	}[to.verb]
	if !ok || !known {
		return stale
	}
	s.User = atHome(s.User, to.workspace)
	if (to.verb == suggestForm || to.verb == reportForm) && chat.Homeless(s.User.Home()) {
		return unread
	}
	var err error
	if s.Channel, err = a.fromHome(ctx, s.User, s.Channel, to); err != nil {
		return a.reply(chat.Reply{}, err)
	}
	return a.reply(do(ctx, s, to))
}

func person(u chat.User) quiz.Person {
	return quiz.Person{Workspace: u.Home(), User: u.ID, Name: chat.Line(u.Name, 64)}
}
