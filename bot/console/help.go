package console

import (
	"strings"

	"ckadbot/bot/chat"
)

// greeting is what a person sees first.
func (s *session) greeting() string {
	return "**Hello!** You are talking to the bot in your own terminal: nobody else reads this.\n" + s.more() + " `/quit` leaves."
}

// more says where all is explained.
func (s *session) more() string {
	return "Type `/" + s.first() + " help` to see what the bot can do, and `/help` for what you can type here."
}

// first is the name of the bot's main command.
func (s *session) first() string {
	if len(s.spec.Commands) == 0 {
		return ""
	}
	return s.spec.Commands[0].Name
}

// example shows one or two commands with what they need.
func (s *session) example() string {
	var examples []string
	for _, top := range s.spec.Commands {
		for _, sub := range top.Commands {
			if !top.Admin && len(sub.Commands) == 0 && len(examples) < 2 {
				examples = append(examples, "`"+usage(top.Name+" "+sub.Name, sub.Options)+"`")
			}
		}
	}
	return strings.Join(examples, " or ")
}

// usage is a command as it is typed, as in "/ckad challenge <user> [questions]".
func usage(name string, options []chat.OptionSpec) string {
	u := "/" + name
	for _, o := range options {
		if o.Required {
			u += " <" + o.Name + ">"
		} else {
			u += " [" + o.Name + "]"
		}
	}
	return u
}

// help says what can be typed here.
func (s *session) help() string {
	var b strings.Builder
	b.WriteString("**What you can type here**\n")
	for _, c := range s.spec.Commands {
		b.WriteString("• `/" + c.Name + " …`: " + chat.Escape(c.Description) + "\n")
	}
	b.WriteString("• `A`, `B`, `C` …: press that button of the newest message that has some\n")
	b.WriteString("• `/back`: go back to the message with buttons before that\n")
	b.WriteString("• `/as NAME`: act as somebody else, to play with several people\n")
	b.WriteString("• `/help`, `/quit`\n")
	b.WriteString("People are written as `@name`, channels as `#name`. “/" + s.first() + "” may be left out.")
	if s.in.edits() {
		b.WriteString("\nTab completes a command, the arrow keys bring earlier ones back, Ctrl-D or Ctrl-C leaves.")
	}
	return b.String()
}
