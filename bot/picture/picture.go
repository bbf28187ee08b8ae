// Package picture draws what a person or a channel has reached as a PNG: a
// player's statistics, or a leaderboard. Plain data goes in, bytes come out;
// the same data always makes the same bytes. Nothing is stored or cached, and
// all functions may be called from many goroutines at once.
//
// A picture repeats what the message beside it says in words. Alt says the same
// once more, for those who cannot see the picture: every number that is drawn.
// Nothing is told by colour alone: bars and marks have their numbers beside them,
// and text has a contrast of at least 4.5 : 1 (WCAG 2.2, 1.4.3).
//
// The font is Go's own (golang.org/x/image/font/gofont), which knows Latin, Greek
// and Cyrillic. A name that it cannot write is not drawn with gaps or boxes: the
// picture says that the name is in the text, where every script works.
package picture

import (
	"fmt"
	"strconv"
	"strings"

	"ckadbot/bot/chat"
)

// Sizes are in units of which the finished picture has two pixels each, so that
// it is sharp on fine screens. Chats show it at about half its width: text is
// large for that.
const (
	scale  = 2
	width  = 800
	margin = 40
	inner  = width - 2*margin

	titleSize = 38
	bodySize  = 26
	smallSize = 22
)

// percent is part of whole in percent, rounded, from 0 to 100; 0 of nothing.
func percent(part, whole int) int {
	if whole <= 0 {
		return 0
	}
	return min(max(0, (200*part+whole)/(2*whole)), 100)
}

// share is how much was right, where there is little room.
func share(right, answers int) string {
	if answers <= 0 {
		return "none yet"
	}
	return fmt.Sprintf("%d %% of %d", percent(right, answers), answers)
}

// accuracy is how much was right, in words.
func accuracy(right, answers int) string {
	if answers <= 0 {
		return "no answers yet"
	}
	return fmt.Sprintf("%d %% right of %s", percent(right, answers), counted(answers, "answer"))
}

func counted(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// figure is a number of points: "3", or "3.2" where there is something after the point.
func figure(points float64) string { return strconv.FormatFloat(points, 'f', -1, 64) }

func inPoints(points float64) string {
	if points == 1 {
		return "1 point"
	}
	return figure(points) + " points"
}

// How much of a text an alternative text has, in characters.
const (
	maxName  = 32  // of a player's name, and of a board's
	maxTopic = 100 // of a domain and of a competency, whose names are known to be shorter
)

func line(s string, n int) string { return chat.Line(strings.ToValidUTF8(s, ""), n) }

// sentences joins an alternative text, and keeps it within what chats take.
func sentences(parts []string) string {
	return chat.Cut(strings.Join(parts, " "), chat.MaxAlt)
}
