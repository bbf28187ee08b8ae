package console

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"ckadbot/bot/chat"
)

// A session is one Run: somebody types, the bot answers.
type session struct {
	completer
	in input
}

// converse takes lines until there are no more or somebody leaves.
func (s *session) converse(ctx context.Context) error {
	tab := func(typed string) string { return s.tab(ctx, typed) }
	for {
		line, err := s.in.line(s.me().Name+"> ", true, tab)
		if err != nil {
			return err
		}
		if s.take(ctx, strings.TrimSpace(line)) {
			return nil
		}
	}
}

// take does what a line asks for, and tells whether that was to leave.
func (s *session) take(ctx context.Context, line string) (leave bool) {
	word, rest, _ := strings.Cut(line, " ")
	switch strings.ToLower(word) {
	case "":
	case "/quit", "quit", "exit":
		return true
	case "/help":
		s.say(s.help())
	case "/as":
		s.as(strings.TrimPrefix(strings.TrimSpace(rest), "@"))
	case "/back":
		s.back()
	default:
		s.act(ctx, line)
	}
	return false
}

// act presses a button or gives a command.
func (s *session) act(ctx context.Context, line string) {
	if key := strings.ToUpper(strings.Trim(line, "[]()")); len(key) == 1 && key >= "A" && key <= "Z" {
		s.press(ctx, rune(key[0]))
	} else if c, ok := s.command(line); ok {
		s.reply(ctx, s.handler.Command(ctx, c), nil)
	} else {
		s.say(fmt.Sprintf("I do not know what to do with “%s”. A command looks like this: %s. %s", chat.Escape(chat.Line(clean(line), 60)), s.example(), s.more()))
	}
}

// me is the person who types.
func (a *Adapter) me() chat.User {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.user(a.who)
}

// as lets somebody else type.
func (s *session) as(name string) {
	if name == "" {
		s.say("You are “" + chat.Escape(s.me().Name) + "”. Type `/as NAME` to act as somebody else.")
		return
	}
	if !validName(name) {
		s.say("That is no name here: please use 1 to 32 letters, digits, “-”, “_” and “.”, as in `/as bob`.")
		return
	}
	s.mu.Lock()
	s.who = s.meet(name)
	s.mu.Unlock()
	s.say("You are “" + chat.Escape(name) + "” now.")
}

func validName(name string) bool {
	return name != "" && len([]rune(name)) <= 32 && !strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.", r)
	})
}

// press presses a button of the newest message that has some.
func (s *session) press(ctx context.Context, key rune) {
	s.mu.Lock()
	m := s.board.live(s.who)
	var live []letter
	if m != nil {
		live = letters(m.Message)
	}
	s.mu.Unlock()
	for _, l := range live {
		if l.key == key {
			s.reply(ctx, s.handler.Click(ctx, chat.Click{Action: l.button.Action, User: s.me(), Message: m.ref}), m)
			return
		}
	}
	if m == nil {
		s.say("There is no button to press right now. " + s.more())
		return
	}
	s.say(fmt.Sprintf("There is no button %c here. Type one of these letters: %s", key, list(live)))
}

// back shows the message with buttons before the newest again.
func (s *session) back() {
	s.mu.Lock()
	m := s.board.back(s.who)
	if m != nil {
		s.print(s.render(m, false))
	}
	s.mu.Unlock()
	if m == nil {
		s.say("There is no other message with buttons.")
	}
}

// command reads a command as it is typed here: "/ckad define pod", and also
// without the first word or the slash, "define pod".
func (s *session) command(line string) (chat.Command, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := chat.Names{Person: s.person, Place: place}
	c, ok := s.spec.Parse(full(s.spec, line), names)
	if !ok {
		return c, false
	}
	c.User, c.Channel = s.user(s.who), here()
	spec, _ := s.spec.Find(c.Name)
	for _, o := range spec.Options {
		if id := c.Args[o.Name]; o.Kind == chat.Person && id != "" {
			target := s.user(id)
			c.Target = &target
		}
	}
	return c, true
}

// full puts the command's name before a line that begins with one of its subcommands.
func full(spec chat.Spec, line string) string {
	bare := strings.TrimPrefix(line, "/")
	first, _, _ := strings.Cut(strings.ToLower(bare), " ")
	for _, top := range spec.Commands {
		for _, sub := range top.Commands {
			if sub.Name == first {
				return "/" + top.Name + " " + bare
			}
		}
	}
	return line
}

// person reads "@name". A person needs not have typed anything yet.
func (s *session) person(word string) (id string, ok bool) {
	name, ok := strings.CutPrefix(word, "@")
	if !ok || !validName(name) {
		return "", false
	}
	id = strings.ToLower(name)
	if _, known := s.names[id]; !known {
		s.meet(name)
	}
	return id, true
}

// place reads "#name".
func place(word string) (id string, ok bool) {
	name, ok := strings.CutPrefix(word, "#")
	return strings.ToLower(name), ok && validName(name)
}

// reply shows what the handler answered the person who types; clicked is the
// message whose button was pressed, nil if none was.
func (s *session) reply(ctx context.Context, r chat.Reply, clicked *shown) {
	if r.Form != nil {
		s.fill(ctx, *r.Form, clicked)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Replace && clicked != nil {
		clicked.Message = r.Message
		s.board.renew(clicked)
		s.print(s.render(clicked, true))
		return
	}
	m := shown{Message: r.Message, ref: chat.MessageRef{Channel: here()}}
	if r.Ephemeral {
		m.owner = s.who
	}
	s.print(s.render(s.board.add(m), false))
}
