package console

import (
	"fmt"
	"slices"
	"strings"

	"ckadbot/bot/chat"
)

// kept is how many messages can still be edited or pressed. It bounds the memory
// of a terminal that stays open; nobody scrolls back further.
const kept = 1000

// A shown is a message that was printed.
type shown struct {
	chat.Message
	ref   chat.MessageRef
	key   string // of the post
	owner string // the ID of the one person an ephemeral message is for; empty: all
	turn  int    // whose letters count: the highest turn of those with live buttons
}

// sees tells whether the message is for that person.
func (s *shown) sees(user string) bool { return s.owner == "" || s.owner == user }

// A letter is a button that can be pressed now.
type letter struct {
	key    rune // 'A' or a later one
	button chat.Button
	choice bool // its label is its letter
}

// pressable are a message's buttons, after the choices of its menu.
func pressable(m chat.Message) []chat.Button {
	var all []chat.Button
	if s := m.Select(); s != nil {
		for _, c := range s.Choices {
			all = append(all, chat.Button{Action: c.Value, Label: c.Label})
		}
	}
	return append(all, m.Buttons()...)
}

// letters gives the live buttons of a message their letters, in order. Buttons
// that are labelled A, B, C… (a question's choices) keep their own letter, also
// when one of them is disabled.
func letters(m chat.Message) (live []letter) {
	all := pressable(m)
	next, choices := 'A', slices.ContainsFunc(all, func(b chat.Button) bool { return !b.Disabled && len(b.Label) == 1 })
	for _, b := range all {
		choices = choices && b.Label == string(next)
		if b.Disabled && !choices {
			continue
		}
		if !b.Disabled {
			live = append(live, letter{next, b, choices})
		}
		next++
	}
	return live
}

// list names the letters as in "A B C".
func list(live []letter) string {
	var keys []string
	for _, l := range live {
		keys = append(keys, string(l.key))
	}
	return strings.Join(keys, " ")
}

// A board holds the messages that were printed, oldest first. The adapter's
// mutex guards it.
type board struct {
	prefix   string // of this process' message IDs
	made     int    // messages so far
	low      int    // the lowest turn
	messages []*shown
}

// add takes a message that is about to be printed, and names it.
func (b *board) add(s shown) *shown {
	b.made++
	s.ref.ID, s.turn = fmt.Sprintf("%s-%d", b.prefix, b.made), b.made
	if len(b.messages) == kept {
		b.messages = slices.Delete(b.messages, 0, 1)
	}
	b.messages = append(b.messages, &s)
	return &s
}

// renew makes s the newest.
func (b *board) renew(s *shown) {
	b.made++
	s.turn = b.made
}

// find gives the message for which ok is true, nil if there is none.
func (b *board) find(ok func(*shown) bool) *shown {
	if i := slices.IndexFunc(b.messages, ok); i >= 0 {
		return b.messages[i]
	}
	return nil
}

// live gives the newest message whose buttons that person can press, nil if there is none.
func (b *board) live(user string) (newest *shown) {
	for _, s := range b.messages {
		if s.sees(user) && len(letters(s.Message)) > 0 && (newest == nil || s.turn > newest.turn) {
			newest = s
		}
	}
	return newest
}

// back sets the newest live message behind all others, and gives the one that is
// the newest now; nil if there is no other.
func (b *board) back(user string) *shown {
	now := b.live(user)
	if now == nil {
		return nil
	}
	b.low--
	now.turn = b.low
	if next := b.live(user); next != now {
		return next
	}
	return nil
}
