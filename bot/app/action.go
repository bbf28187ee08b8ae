package app

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// What a button does is written in its action, as words between colons:
//
//	ans:WORKSPACE:ROUND:QUESTION:CHOICE   an answer, in a message that all see
//	step:WORKSPACE:ROUND:QUESTION:CHOICE  the same, on somebody's own way through a round
//	pick:WORKSPACE:ROUND:QUESTION:PICKED  choices so far, of a question that takes several presses
//	type:WORKSPACE:ROUND:QUESTION         the form for a typed answer
//	start:WORKSPACE:ROUND                 shows the first question that is not answered
//	review:WORKSPACE:ROUND:QUESTION       a question that is answered, to change the answer
//	why:WORKSPACE:ROUND:QUESTION          the reason, after the close
//	accept:WORKSPACE:ROUND, decline:…     a challenge
//	quiet:HOME:WORKSPACE:ROUND            no more reminders of the round's series, for the person as HOME knows them
//	remind:SERIES:STATE                   reminders of a series, on or off; see seriesKey
//	help:                                 what the bot can do
//	join:CODE                             makes one player of two identities, see link.go
//	practice:QUESTIONS:TOPIC              opens a practice; 0 questions are as many as usual, pack made the topic
//	repeat:                               opens a review
//	mock:WORKSPACE:QUESTIONS              starts a mock exam
//	skip:WORKSPACE:ROUND:QUESTION         the next question of a mock exam without an answer, after that one
//	finish:WORKSPACE:ROUND:SURE           ends a mock exam; 0 asks first, 1 does it
//	result:WORKSPACE:ROUND                how a mock exam went
//	wrong:WORKSPACE:ROUND:QUESTION        the next question that was wrong, from that one on
//	look:SLUG                             a glossary entry, in a message of its own
//	board:WINDOW:PAGE:SCOPE, publish:…    a leaderboard, for one person or for all; see view
//	boast:                                somebody's own statistics, for all
//	entry:SLUG, share:SLUG                a glossary entry, likewise
//	find:PAGE:WORDS                       a page of a search; pack made the words
//	terms:PAGE:SUBJECT                    a page of the glossary; without a subject the subjects
//	suggest:SLUG, suggest::TERM           the form to suggest a change, or a new term
//	admin:approve:ID, admin:decline:ID    a suggestion; admin:queue:ID shows the one after that
//	export:OWNER, hide:…, unhide:…        privacy, for the person whom OWNER means, see mine
//	forget:OWNER:ASKED                    deletes all about them if that was asked for lately; asks first without ASKED
//	keep:OWNER                            does not
//	report:WORKSPACE:ROUND:QUESTION       the form to say that something is wrong with a question
//	admin:reports:ID                      the question that is reported after that one; admin:fine:ID declines the reports
//	admin:change:ID:VERSION               the form to edit a question; admin:retire:…, admin:void:… likewise
//	admin:restore:ID:VERSION:OLD          a question as it was at version OLD; the first VERSION is the one that was seen
//	admin:versions:ID                     the history of a question
//	admin:pause:SERIES, admin:resume:…    a series; see seriesKey
//	admin:skip:SERIES:DAY                 a day that a series leaves out
//	admin:new:                            the form for a series
//	admin:edit:SLUG                       the form to edit a term
//	admin:revert:SLUG:REV                 a term as it was at that edit
//
// Actions come back from outside: they name things, and grant nothing. Whether
// this person may answer here and now is checked against the database.
const (
	verbAnswer   = "ans"
	verbStep     = "step"
	verbPick     = "pick"
	verbType     = "type"
	verbStart    = "start"
	verbReview   = "review"
	verbWhy      = "why"
	verbAccept   = "accept"
	verbDecline  = "decline"
	verbPractice = "practice"
	verbRepeat   = "repeat"
	verbMock     = "mock"
	verbSkip     = "skip"
	verbFinish   = "finish"
	verbResult   = "result"
	verbWrong    = "wrong"
	verbLook     = "look"
	verbQuiet    = "quiet"
	verbRemind   = "remind"
	verbHelp     = "help"
	verbJoin     = "join"
	verbEntry    = "entry"
	verbShare    = "share"
	verbBoard    = "board"
	verbPublish  = "publish"
	verbBoast    = "boast"
	verbFind     = "find"
	verbTerms    = "terms"
	verbSuggest  = "suggest"
	verbReport   = "report"
	verbExport   = "export"
	verbHide     = "hide"
	verbUnhide   = "unhide"
	verbForget   = "forget"
	verbKeep     = "keep"
	verbApprove  = chat.AdminAction + "approve"
	verbRefuse   = chat.AdminAction + "decline"
	verbQueue    = chat.AdminAction + "queue"
	verbEdit     = chat.AdminAction + "edit"
	verbRevert   = chat.AdminAction + "revert"

	verbPause     = chat.AdminAction + "pause"
	verbResume    = chat.AdminAction + "resume"
	verbSkipDay   = chat.AdminAction + "skip"
	verbNewSeries = chat.AdminAction + "new"

	verbReports      = chat.AdminAction + "reports"
	verbFine         = chat.AdminAction + "fine"
	verbEditQuestion = chat.AdminAction + "change"
	verbRetire       = chat.AdminAction + "retire"
	verbVoid         = chat.AdminAction + "void"
	verbRestore      = chat.AdminAction + "restore"
	verbVersions     = chat.AdminAction + "versions"
)

// clicks carry out what a button says, by its verb; forms take what was typed into one.
var (
	clicks = map[string]func(*App, context.Context, chat.Click, target) (chat.Reply, error){
		verbAnswer:       (*App).answer,
		verbStep:         (*App).answer,
		verbPick:         (*App).pick,
		verbType:         (*App).typeAnswer,
		verbStart:        (*App).start,
		verbReview:       (*App).review,
		verbWhy:          (*App).why,
		verbWrong:        (*App).why,
		verbRepeat:       (*App).repeatMore,
		verbMock:         (*App).startMock,
		verbSkip:         (*App).skip,
		verbFinish:       (*App).finish,
		verbResult:       (*App).showResult,
		verbAccept:       (*App).accept,
		verbDecline:      (*App).decline,
		verbPractice:     (*App).practiceAnew,
		verbLook:         (*App).look,
		verbQuiet:        (*App).stopReminding,
		verbRemind:       (*App).remindFromHome,
		verbHelp:         (*App).helpFromHome,
		verbJoin:         (*App).join,
		verbEntry:        (*App).showEntry,
		verbShare:        (*App).shareEntry,
		verbBoard:        (*App).showBoard,
		verbPublish:      (*App).shareBoard,
		verbBoast:        (*App).shareStats,
		verbFind:         (*App).showResults,
		verbTerms:        (*App).showTerms,
		verbSuggest:      (*App).suggestFor,
		verbApprove:      (*App).approve,
		verbRefuse:       (*App).refuse,
		verbQueue:        (*App).nextSuggestion,
		verbEdit:         (*App).editFor,
		verbRevert:       (*App).revertTo,
		verbPause:        (*App).ruleSeries,
		verbResume:       (*App).ruleSeries,
		verbSkipDay:      (*App).ruleSeries,
		verbNewSeries:    (*App).newSeriesFromHome,
		verbExport:       (*App).export,
		verbHide:         (*App).hide,
		verbUnhide:       (*App).unhide,
		verbForget:       (*App).forget,
		verbKeep:         (*App).keep,
		verbReport:       (*App).report,
		verbReports:      (*App).nextReport,
		verbFine:         (*App).declineReports,
		verbEditQuestion: (*App).editQuestionFor,
		verbRetire:       (*App).retireFor,
		verbVoid:         (*App).voidFor,
		verbRestore:      (*App).restoreFor,
		verbVersions:     (*App).showVersions,
	}
	forms = map[string]func(*App, context.Context, chat.Submission, target) (chat.Reply, error){
		defineForm:   (*App).submitDefine,
		suggestForm:  (*App).submitSuggestion,
		termForm:     (*App).submitTerm,
		reportForm:   (*App).submitReport,
		questionForm: (*App).submitQuestion,
		seriesForm:   (*App).submitSeries,
		typedForm:    (*App).submitTyped,
	}
)

// roundNumbers are how many numbers follow the workspace in actions about a round, by verb.
var roundNumbers = map[string]int{
	verbAnswer: 3, verbStep: 3, verbPick: 3, verbReview: 2, verbWhy: 2, verbWrong: 2, verbSkip: 2, verbReport: 2, verbType: 2, typedForm: 2,
	verbFinish: 2, verbResult: 1, verbMock: 1, verbStart: 1, verbAccept: 1, verbDecline: 1,
}

// A target is what an action names.
type target struct {
	verb      string
	words     []string // what follows the verb, if it is not about a round
	workspace string
	round     int64
	question  int
	choice    int // or what is picked so far, see packPicks
}

func parseAction(s string) (target, bool) {
	s, admin := strings.CutPrefix(s, chat.AdminAction)
	verb, rest, ok := strings.Cut(s, ":")
	if admin {
		verb = chat.AdminAction + verb
	}
	words := strings.Split(rest, ":")
	a := target{verb: verb, words: words}
	if strings.ContainsRune(s, 0) || !utf8.ValidString(s) { // no action of ours, and nothing that PostgreSQL takes
		return a, false
	}
	numbers, isRound := roundNumbers[verb]
	if !ok || !isRound {
		return a, ok
	}
	if len(words) != 1+numbers {
		return a, false
	}
	var n [3]int64
	for i, w := range words[1:] {
		var err error
		if n[i], err = strconv.ParseInt(w, 10, 64); err != nil || n[i] < 0 || i > 0 && n[i] > 200_000 {
			return a, false
		}
	}
	if words[0] == "" {
		return a, false
	}
	a.workspace, a.round, a.question, a.choice = words[0], n[0], int(n[1]), int(n[2])
	return a, true
}

// parseForm reads the action of a form: a verb, and perhaps words.
func parseForm(s string) (target, bool) {
	if !strings.Contains(strings.TrimPrefix(s, chat.AdminAction), ":") {
		s += ":"
	}
	return parseAction(s)
}

func roundAction(verb string, r quiz.Round, numbers ...int) string {
	words := []string{verb, r.Workspace, strconv.FormatInt(r.ID, 10)}
	for _, n := range numbers {
		words = append(words, strconv.Itoa(n))
	}
	return strings.Join(words, ":")
}
