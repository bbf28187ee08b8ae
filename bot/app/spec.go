package app

import (
	"context"

	"ckadbot/bot/chat"
)

var (
	topicOption  = chat.OptionSpec{Name: "topic", Description: "A domain, a subject or a term, such as networking or pod", Complete: true}
	seriesOption = chat.OptionSpec{Name: "name", Description: "The name of the series", Required: true, Complete: true}
	placeOption  = chat.OptionSpec{Name: "channel", Description: "The channel; this one if left out", Kind: chat.Place}
)

// What a series can be told, when it is made and later.
var (
	timeOption       = chat.OptionSpec{Name: "time", Description: "When a round opens, such as 09:30", Complete: true}
	daysOption       = chat.OptionSpec{Name: "days", Description: "Weekdays, such as mon-fri or daily", Complete: true}
	zoneOption       = chat.OptionSpec{Name: "zone", Description: "Time zone, such as Europe/Berlin", Complete: true}
	closeOption      = chat.OptionSpec{Name: "close", Description: "When a round closes, such as 17:00", Complete: true}
	countOption      = chat.OptionSpec{Name: "questions", Description: "Questions in a round, 1 to 10; at first 1", Kind: chat.Number}
	changeOption     = chat.OptionSpec{Name: "change", Description: "May answers be changed until the close? At first no", Choices: []string{"yes", "no"}}
	difficultyOption = chat.OptionSpec{Name: "difficulty", Description: "1 (what is it?) to 3 (details); at first any", Choices: []string{"any", "1", "2", "3"}}
	revealOption     = chat.OptionSpec{Name: "reveal", Description: "When people learn whether they were right; at first at the close", Choices: []string{"close", "now"}}
	speedOption      = chat.OptionSpec{Name: "speed", Description: "Do early right answers count a little more? At first no", Choices: []string{"yes", "no"}}
	skipOption       = chat.OptionSpec{Name: "skip", Description: "Days without a round, such as 2026-12-24..2027-01-02; none clears them", Complete: true}
	topicsOption     = chat.OptionSpec{Name: "topic", Description: "One or more, such as networking,pods; any is all, by the exam's weights", Complete: true}
)

var (
	idOption  = chat.OptionSpec{Name: "id", Description: "The question, as reports and exports name it", Required: true, Complete: true}
	whyOption = chat.OptionSpec{Name: "why", Description: "The reason; people whose answers it changes are told"}
)

var helpOption = chat.OptionSpec{Name: "command", Description: "A command, to see all that it takes", Complete: true}

var termOption = chat.OptionSpec{Name: "term", Description: "The term", Required: true, Complete: true}

// Spec is every command of the bot: what Discord registers, what Slack and the
// terminal parse by, and what the help lists.
var Spec = chat.Spec{Translations: translations, Commands: []chat.CommandSpec{
	{Name: "ckad", Description: "Look up terms, answer questions, see the leaderboard", Commands: []chat.CommandSpec{
		{Name: "define", Description: "Explain a Kubernetes term", Options: []chat.OptionSpec{
			{Name: "term", Description: "A term, a short name such as svc, or a description", Required: true, Asked: true, Complete: true},
		}},
		{Name: "search", Description: "Find everything in the glossary that fits some words", Options: []chat.OptionSpec{
			{Name: "words", Description: "What you are looking for", Required: true},
		}},
		{Name: "terms", Description: "Browse the glossary by subject", Options: []chat.OptionSpec{
			{Name: "subject", Description: "A category such as networking, a domain such as D3, own or all", Complete: true},
		}},
		{Name: "suggest", Form: true, Description: "Suggest a term for the glossary, or a better text for one", Local: true, Options: []chat.OptionSpec{
			{Name: "term", Description: "The term", Complete: true},
		}},
		{Name: "ask", Description: "Post a question in this channel now", Local: true, Options: []chat.OptionSpec{topicOption}},
		{Name: "practice", Description: "Questions for you alone, graded at once", Options: []chat.OptionSpec{
			topicOption,
			{Name: "questions", Description: "How many questions, 1 to 20; 5 if left out", Kind: chat.Number},
		}},
		{Name: "review", Description: "See again what you are about to forget"},
		{Name: "mock", Description: "A timed mock exam by the exam's blueprint, for you alone", Options: []chat.OptionSpec{
			{Name: "questions", Description: "How many questions, 10 to 60; 20 if left out", Kind: chat.Number},
		}},
		{Name: "leaderboard", Description: "Who has how many points", Local: true, Options: []chat.OptionSpec{
			{Name: "window", Description: "Since when; week if left out", Choices: windowNames()},
			{Name: "scope", Description: "Of this channel (if left out) or the whole workspace", Choices: []string{inChannel, inWorkspace}},
			{Name: "domain", Description: "Only questions of a domain of the exam; BG is background", Choices: domainCodes()},
			{Name: "series", Description: "Only rounds of a series", Complete: true, Named: true},
			{Name: "season", Description: "An earlier season, by name", Complete: true, Named: true},
			{Name: "page", Description: "Which ten; the first if left out", Kind: chat.Number, Named: true},
		}},
		{Name: "challenge", Description: "Challenge somebody to a duel: the same questions for both", Local: true, Options: []chat.OptionSpec{
			{Name: "user", Description: "Whom you challenge", Kind: chat.Person, Required: true},
			{Name: "questions", Description: "How many questions, 1 to 10; 5 if left out", Kind: chat.Number},
			topicOption,
		}},
		{Name: "stats", Description: "Points, accuracy by domain, readiness, streak", Options: []chat.OptionSpec{
			{Name: "user", Description: "Whose points and streak; all about you if left out", Kind: chat.Person},
		}},
		{Name: "away", Description: "Keep your streak while you are away", Local: true, Options: []chat.OptionSpec{
			{Name: "until", Description: "The last day, such as 2026-12-24; or off", Complete: true},
		}},
		{Name: "remind", Description: "Be reminded directly of rounds that you have not answered", Local: true, Options: []chat.OptionSpec{
			{Name: "reminders", Description: "Whether you are reminded", Required: true, Choices: []string{"on", "off"}},
			{Name: "series", Description: "Of which recurring quiz; this channel's if left out", Complete: true},
		}},
		{Name: "link", Description: "Be one player here and on your other platform or workspace", Options: []chat.OptionSpec{
			{Name: "code", Description: "The code that you got there; off undoes it; without it you get one"},
		}},
		{Name: "privacy", Description: "What is stored about you: export it, hide yourself, or have it deleted"},
		{Name: "help", Description: "What I can do", Options: []chat.OptionSpec{helpOption}},
	}},
	{Name: "ckad-admin", Description: "Set up recurring quizzes, edit the glossary", Admin: true, Commands: []chat.CommandSpec{
		{Name: "series", Description: "Recurring quizzes", Commands: []chat.CommandSpec{
			{Name: "create", Description: "Create a recurring quiz; without options a form asks for the essentials", Options: []chat.OptionSpec{
				{Name: "name", Description: "Its name, such as daily"},
				timeOption, daysOption, zoneOption, closeOption, countOption, placeOption, changeOption,
				difficultyOption, revealOption, speedOption, skipOption, topicsOption,
			}},
			{Name: "edit", Description: "Change a series from its next round on", Options: []chat.OptionSpec{
				seriesOption, timeOption, daysOption, zoneOption, closeOption, countOption, changeOption,
				difficultyOption, revealOption, speedOption, skipOption, topicsOption,
			}},
			{Name: "skip", Description: "Leave out some days, such as holidays", Options: []chat.OptionSpec{
				seriesOption,
				{Name: "dates", Description: "Such as 2026-12-24..2027-01-02,2027-05-01; none takes all back", Required: true, Complete: true},
			}},
			{Name: "list", Description: "All series, their times and their troubles"},
			{Name: "pause", Description: "Open no more rounds until resumed", Options: []chat.OptionSpec{seriesOption}},
			{Name: "resume", Description: "Open rounds again", Options: []chat.OptionSpec{seriesOption}},
			{Name: "remove", Description: "Remove a series; points and answers stay", Options: []chat.OptionSpec{seriesOption}},
			{Name: "join", Description: "Post a series in one more channel", Options: []chat.OptionSpec{
				{Name: "name", Description: "The name of the series", Complete: true},
				placeOption,
				{Name: "code", Description: "For a series of another workspace, from an admin there", Named: true},
			}},
			{Name: "leave", Description: "Stop posting a series in a channel", Options: []chat.OptionSpec{seriesOption, placeOption}},
			{Name: "share", Description: "Have a series posted in another workspace, too, also on another platform", Options: []chat.OptionSpec{seriesOption}},
			{Name: "unshare", Description: "Post a series in this workspace only", Options: []chat.OptionSpec{seriesOption}},
		}},
		{Name: "season", Description: "Leaderboards of a time that you open and close", Commands: []chat.CommandSpec{
			{Name: "open", Description: "Open a season: rounds from now on count for it, too", Options: []chat.OptionSpec{
				{Name: "name", Description: "Its name, such as spring 2027", Required: true},
			}},
			{Name: "close", Description: "Close the open season; its leaderboard stays"},
			{Name: "list", Description: "All seasons"},
		}},
		{Name: "term", Description: "Your team's own words", Commands: []chat.CommandSpec{
			{Name: "add", Form: true, Description: "Add a term to this workspace's glossary; a form asks for the text", Options: []chat.OptionSpec{
				{Name: "term", Description: "The new term"},
			}},
			{Name: "edit", Form: true, Description: "Edit a term, or put your own text in the place of a built-in one", Options: []chat.OptionSpec{termOption}},
			{Name: "remove", Description: "Remove this workspace's text; a built-in one shows again", Options: []chat.OptionSpec{termOption}},
			{Name: "history", Description: "Who changed a term, and when", Options: []chat.OptionSpec{termOption}},
			{Name: "revert", Description: "Bring an earlier version of a term back", Options: []chat.OptionSpec{
				termOption,
				{Name: "version", Description: "Its number in the history", Kind: chat.Number, Required: true},
			}},
		}},
		{Name: "suggestions", Description: "Accept or decline what people suggest for the glossary"},
		{Name: "reports", Description: "The questions that people report, and what to do about them"},
		{Name: "question", Description: "Correct, retire or take back a question, for this workspace", Commands: []chat.CommandSpec{
			{Name: "show", Description: "A question with its answer, and how it was answered here", Options: []chat.OptionSpec{idOption}},
			{Name: "edit", Form: true, Description: "Correct text, choices, key or explanation; past answers are graded again", Options: []chat.OptionSpec{idOption}},
			{Name: "retire", Description: "Ask a question no more", Options: []chat.OptionSpec{idOption, whyOption}},
			{Name: "void", Description: "Take a question back: past answers to it do not count", Options: []chat.OptionSpec{
				idOption, whyOption,
				{Name: "round", Description: "Only in that round; all rounds if left out", Kind: chat.Number, Named: true},
			}},
			{Name: "restore", Description: "Undo all that was decided about a question, or what came after a version", Options: []chat.OptionSpec{
				idOption,
				{Name: "version", Description: "Its number in the history; as the bank has it if left out", Kind: chat.Number},
			}},
			{Name: "history", Description: "Who decided what about a question, and when", Options: []chat.OptionSpec{idOption}},
		}},
		{Name: "privacy", Description: "How long answers are kept in this workspace", Options: []chat.OptionSpec{
			{Name: "months", Description: "After how many they become counts without names, 3 to 60, or forever"},
		}},
		{Name: "help", Description: "What admins can do", Options: []chat.OptionSpec{helpOption}},
	}},
}}

// commands carry out what Spec lists, by full path.
var commands = map[string]func(*App, context.Context, chat.Command) (chat.Reply, error){
	"ckad define":                 (*App).define,
	"ckad search":                 (*App).search,
	"ckad terms":                  (*App).terms,
	"ckad suggest":                (*App).suggest,
	"ckad ask":                    (*App).ask,
	"ckad practice":               (*App).practice,
	"ckad review":                 (*App).repeat,
	"ckad mock":                   (*App).mock,
	"ckad leaderboard":            (*App).leaderboard,
	"ckad stats":                  (*App).stats,
	"ckad away":                   (*App).away,
	"ckad challenge":              (*App).challenge,
	"ckad remind":                 (*App).remind,
	"ckad link":                   (*App).link,
	"ckad privacy":                (*App).privacy,
	"ckad help":                   (*App).help,
	"ckad-admin help":             (*App).help,
	"ckad-admin series create":    (*App).createSeries,
	"ckad-admin series list":      (*App).listSeries,
	"ckad-admin series edit":      (*App).editSeries,
	"ckad-admin series skip":      (*App).skipDates,
	"ckad-admin series pause":     (*App).pauseSeries,
	"ckad-admin series resume":    (*App).resumeSeries,
	"ckad-admin series remove":    (*App).removeSeries,
	"ckad-admin series join":      (*App).joinSeries,
	"ckad-admin series leave":     (*App).leaveSeries,
	"ckad-admin series share":     (*App).shareSeries,
	"ckad-admin series unshare":   (*App).unshareSeries,
	"ckad-admin season open":      (*App).openSeason,
	"ckad-admin season close":     (*App).closeSeason,
	"ckad-admin season list":      (*App).listSeasons,
	"ckad-admin term add":         (*App).addTerm,
	"ckad-admin term edit":        (*App).editTerm,
	"ckad-admin term remove":      (*App).removeTerm,
	"ckad-admin term history":     (*App).termHistory,
	"ckad-admin term revert":      (*App).revertTerm,
	"ckad-admin suggestions":      (*App).suggestions,
	"ckad-admin privacy":          (*App).retention,
	"ckad-admin reports":          (*App).reports,
	"ckad-admin question show":    (*App).showQuestion,
	"ckad-admin question edit":    (*App).editQuestion,
	"ckad-admin question retire":  (*App).retireQuestion,
	"ckad-admin question void":    (*App).voidQuestion,
	"ckad-admin question restore": (*App).restoreQuestion,
	"ckad-admin question history": (*App).questionHistory,
}
