package console

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ckadbot/bot/chat"
)

// A completer continues a line that is being typed.
type completer struct {
	*Adapter
	spec    chat.Spec
	handler chat.Handler
}

// proposals is how many are shown at once.
const proposals = 10

// A way to continue a line: its end, from some word on, becomes text.
type way struct{ label, text string }

// tab gives the line as far as it is clear, and prints the ways if it is not.
func (c *completer) tab(ctx context.Context, line string) string {
	base, ways := c.ways(ctx, line)
	if len(ways) == 0 {
		c.hint(line)
	}
	return c.goOn(line, base, ways)
}

// tabAnswer is tab for the answer to an input of a form.
func (c *completer) tabAnswer(ctx context.Context, action, name, line string) string {
	typed := strings.TrimSpace(line)
	ways := c.propose(ctx, chat.Completion{Command: action, Option: name, Typed: typed})
	if n := len(ways); n > 1 && ways[n-1].text == typed {
		ways = ways[:n-1] // for those who can only choose: to stay with what is typed
	}
	return c.goOn(line, "", ways)
}

// goOn gives line as far as the ways agree, and prints them if that is no further.
func (c *completer) goOn(line, base string, ways []way) string {
	switch len(ways) {
	case 0:
		return line
	case 1:
		return base + ways[0].text
	}
	if longer := base + common(ways); len(longer) > len(line) && strings.EqualFold(longer[:len(line)], line) {
		return longer
	}
	c.show(ways)
	return line
}

// ways lists how line can go on: base is what stays of it.
func (c *completer) ways(ctx context.Context, line string) (base string, ways []way) {
	line = strings.TrimLeft(line, " ")
	at := strings.LastIndexByte(line, ' ') + 1
	base, word := line[:at], line[at:]
	typed := strings.ToLower(word) // may be longer or shorter
	if base == "" {
		return base, begin(c.words(typed), typed)
	}
	whole := full(c.spec, line)
	spec, ok := c.spec.Find(c.parse(whole[:len(whole)-len(word)]).Name)
	switch {
	case !ok:
		return base, nil
	case len(spec.Commands) > 0:
		return base, begin(subcommands(spec), typed)
	}
	if ways := begin(c.values(spec, whole[:len(whole)-len(word)]), typed); len(ways) > 0 {
		return base, ways
	}
	return c.ask(ctx, line, c.parse(whole), spec)
}

func (c *completer) parse(line string) chat.Command {
	parsed, _ := c.spec.Parse(line, chat.Names{Person: someone, Place: place})
	return parsed
}

// someone is anybody whose name could be written so.
func someone(word string) (string, bool) {
	name, ok := strings.CutPrefix(word, "@")
	return name, ok && validName(name)
}

// words are what a line can begin with.
func (c *completer) words(typed string) (words []string) {
	for _, top := range c.spec.Commands {
		words = append(words, "/"+top.Name+" ")
		if typed != "" && typed[0] != '/' {
			words = append(words, subcommands(top)...)
		}
	}
	return append(words, "/as ", "/back", "/help", "/quit")
}

func subcommands(c chat.CommandSpec) (words []string) {
	for _, sub := range c.Commands {
		words = append(words, sub.Name+" ")
	}
	return words
}

// values are the words that fit the command's options, other than free text,
// which are not in line yet.
func (c *completer) values(spec chat.CommandSpec, line string) (words []string) {
	taken := c.parse(line).Args
	for _, o := range spec.Options {
		if _, ok := taken[o.Name]; ok {
			continue
		}
		for _, choice := range o.Choices {
			words = append(words, choice+" ", o.Name+"="+choice+" ")
		}
		if o.Kind == chat.Person {
			words = append(words, c.people()...)
		}
	}
	return words
}

// people are those who were named so far, but for the one who types.
func (c *completer) people() (words []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, name := range c.names {
		if id != c.who {
			words = append(words, "@"+name+" ")
		}
	}
	slices.Sort(words)
	return words
}

// ask lets the handler complete the option that the end of line belongs to.
func (c *completer) ask(ctx context.Context, line string, parsed chat.Command, spec chat.CommandSpec) (base string, ways []way) {
	for _, o := range spec.Options {
		typed := parsed.Args[o.Name]
		trimmed := strings.TrimRight(line, " ")
		if !o.Complete || !strings.HasSuffix(trimmed, typed) {
			continue
		}
		if typed != "" {
			line = trimmed
		}
		return line[:len(line)-len(typed)], c.propose(ctx, chat.Completion{Command: parsed.Name, Option: o.Name, Typed: typed})
	}
	return line, nil
}

// propose gives what the handler can complete.
func (c *completer) propose(ctx context.Context, typed chat.Completion) (ways []way) {
	ctx, cancel := context.WithTimeout(ctx, chat.Patience)
	defer cancel()
	typed.User, typed.Channel = c.me(), here()
	for _, ch := range c.handler.Complete(ctx, typed) {
		ways = append(ways, way{single(ch.Label), single(ch.Value)})
	}
	return ways
}

// begin picks the words that begin with typed. What needs its option's name is
// only proposed to those who typed that much.
func begin(words []string, typed string) (ways []way) {
	for _, w := range words {
		if strings.HasPrefix(strings.ToLower(w), typed) && (strings.Contains(typed, "=") || !strings.Contains(w, "=")) {
			ways = append(ways, way{strings.TrimSpace(w), w})
		}
	}
	return ways
}

// common is what all ways begin with.
func common(ways []way) string {
	prefix := []rune(ways[0].text)
	for _, w := range ways[1:] {
		text := []rune(w.text)
		n := 0
		for n < len(prefix) && n < len(text) && prefix[n] == text[n] {
			n++
		}
		prefix = prefix[:n]
	}
	return string(prefix)
}

// hint prints what the command takes, if line has one.
func (c *completer) hint(line string) {
	name := c.parse(full(c.spec, line)).Name
	if spec, ok := c.spec.Find(name); ok && len(spec.Options) > 0 {
		c.say("`" + usage(name, spec.Options) + "`")
	}
}

// show prints the ways above the line that is being typed.
func (c *completer) show(ways []way) {
	var labels []string
	for _, w := range ways[:min(len(ways), proposals)] {
		labels = append(labels, chat.Escape(whole(w.label)))
	}
	text := strings.Join(labels, "   ")
	if more := len(ways) - proposals; more > 0 {
		text += fmt.Sprintf("   … and %d more", more)
	}
	c.say(text)
}
