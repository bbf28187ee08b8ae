package app

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"ckadbot/bot/chat"
	"ckadbot/kb"
	"ckadbot/quiz"
)

// A problem is an error in words for the person who caused it: what is wrong,
// and what to do.
type problem string

func (p problem) Error() string { return string(p) }

func problemf(format string, args ...any) error { return problem(fmt.Sprintf(format, args...)) }

// private says text to one person.
func private(format string, args ...any) chat.Reply {
	return chat.Reply{Message: chat.Message{Text: fmt.Sprintf(format, args...)}, Ephemeral: true}
}

var (
	adminsOnly = private("Only admins of this workspace can do that. In Slack these are the workspace's admins and owners, in Discord members with the permission Manage Server.")
	stale      = private("I do not know this button any more: its message is from long ago, or from an older version of me. Please use the command again.")
)

// reply is the one place where an error becomes words. Errors that people can
// do something about get a sentence and a way on; all others are logged under
// a reference that the person is told.
func (a *App) reply(r chat.Reply, err error) chat.Reply {
	if err == nil {
		return r
	}
	if words, ok := explain(err); ok {
		return private("%s", words)
	}
	return chat.Sorry(a.logged(err))
}

// logged writes an unexpected error down and gives the reference to tell.
func (a *App) logged(err error) string {
	ref := chat.Reference()
	a.log.Error("handler failed", "ref", ref, "error", err)
	return ref
}

// sentence gives s a capital and a full stop.
func sentence(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	s = string(unicode.ToUpper(first)) + s[size:]
	if strings.HasSuffix(s, "?") || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

func bulleted(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString("• " + chat.Escape(sentence(l)) + "\n")
	}
	return strings.TrimSpace(b.String())
}

func explain(err error) (string, bool) {
	var p problem
	var invalid *quiz.InvalidError
	var gone *chat.GoneError
	var unfit *kb.InvalidError
	var season *quiz.SeasonError
	if words, ok := conflict(err); ok {
		return words, true
	}
	if words, ok := questionConflict(err); ok {
		return words, true
	}
	if words, ok := linkTrouble(err); ok {
		return words, true
	}
	switch {
	case errors.Is(err, quiz.ErrTooManyReports):
		return "You have reported a lot already, thank you. Please wait until an admin has looked at it.", true
	case errors.Is(err, quiz.ErrNoQuestion):
		return "There is no such question. `/ckad-admin reports` shows those that people report.", true
	case errors.As(err, &unfit):
		return chat.CutMarkdown("That does not fit yet:\n"+bulleted(unfit.Problems), chat.MaxText/2), true // what was typed is shown beneath
	case errors.Is(err, kb.ErrBuiltin):
		return "The built-in glossary stays as it is. `/ckad-admin term edit` puts your own text in the place of an entry, for this workspace.", true
	case errors.Is(err, kb.ErrTooMany):
		return "You have suggested a lot already. Please wait until an admin has looked at it.", true
	case errors.Is(err, kb.ErrDecided):
		return "Somebody has decided about this suggestion already.", true
	case errors.Is(err, kb.ErrShared):
		return "This text belongs to everybody in this installation, so it cannot be removed here. `/ckad-admin term edit` puts your own in its place, for this workspace.", true
	case errors.Is(err, kb.ErrUnknown):
		return "There is no such term or version. `/ckad-admin term history TERM` lists the versions.", true
	case errors.As(err, &p):
		return string(p), true
	case errors.As(err, &invalid):
		return chat.Escape(sentence(invalid.Problem)), true
	case errors.As(err, &gone):
		return "I cannot post in this channel: " + chat.Escape(gone.Reason), true
	case errors.Is(err, quiz.ErrSelf):
		return "You cannot challenge yourself. Pick a colleague: `/ckad challenge @somebody 5`.", true
	case errors.Is(err, quiz.ErrNotYours):
		return "This challenge is for somebody else. Start your own: `/ckad challenge @somebody 5`.", true
	case errors.Is(err, quiz.ErrNoRound):
		return stale.Text, true
	case errors.Is(err, quiz.ErrAccepted):
		return "You have accepted already. Press Start in the message of the duel.", true
	case errors.Is(err, quiz.ErrClosed):
		return "This is over. Start a new one: `/ckad challenge @somebody 5`.", true
	case errors.Is(err, quiz.ErrSeriesExists):
		return "There is a series of that name already. Choose another name, or remove the old one: `/ckad-admin series remove NAME`.", true
	case errors.As(err, &season):
		return seasonTrouble(season), true
	case errors.Is(err, quiz.ErrNoSeason):
		return "There is no such season. `/ckad leaderboard season` shows the open one, or the last. Admins open one: `/ckad-admin season open NAME`.", true
	case errors.Is(err, quiz.ErrNoSeries):
		return "There is no series of that name. `/ckad-admin series list` shows all. A channel is written with its #.", true
	}
	return "", false
}
