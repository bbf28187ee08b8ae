package chat

import (
	"slices"
	"strings"
	"unicode"
)

// A Spec describes the bot's slash commands. Discord registers it; Slack and
// the terminal parse text by it.
type Spec struct {
	Commands []CommandSpec
	// Translations of descriptions, by language ("de") and then by the English text.
	Translations map[string]map[string]string
}

// A CommandSpec is a command with options, or with subcommands (which may have
// subcommands once more), never both.
type CommandSpec struct {
	Name, Description string
	Form              bool // it is answered with a form, see Button
	Admin             bool // of a top-level command: for admins only
	Local             bool // about a workspace's channels, boards or people: of no use in a conversation that belongs to none, see [Everywhere]
	Options           []OptionSpec
	Commands          []CommandSpec
}

// An OptionSpec is one thing that a command takes. Required ones come first.
type OptionSpec struct {
	Name, Description string
	Kind              Kind
	Required          bool
	Asked             bool     // it is required, but in text it may be missing: then a form asks for it
	Complete          bool     // the handler can complete it
	Choices           []string // all that is accepted, if there are few
	Named             bool     // in text only as name=value: it takes no word that stands alone
}

// A Kind is what an option takes.
type Kind int

// The kinds of options.
const (
	Words  Kind = iota // text; the last Words option of a command takes the rest of the line
	Number             // a whole number
	Person             // somebody of the workspace
	Place              // a channel of the workspace
)

// Names reads people and channels as one platform writes them in text.
type Names struct {
	Person func(word string) (id string, ok bool)
	Place  func(word string) (id string, ok bool)
}

// Parse reads a command as it was typed, with or without the slash. Options may
// be named (time=09:30, days="mon, wed"), the others are taken in order. What
// fits nowhere is in Rest; a required option may be missing: the handler
// says what to do. ok is false if text begins with none of the commands.
func (s Spec) Parse(text string, names Names) (c Command, ok bool) {
	words := fields(text)
	if len(words) == 0 {
		return c, false
	}
	first := strings.ToLower(strings.TrimPrefix(words[0].text, "/"))
	spec, ok := find(s.Commands, first)
	if !ok {
		return c, false
	}
	path := []string{spec.Name}
	for words = words[1:]; len(words) > 0 && len(spec.Commands) > 0; words = words[1:] {
		sub, ok := find(spec.Commands, strings.ToLower(words[0].text))
		if !ok {
			break
		}
		spec, path = sub, append(path, sub.Name)
	}
	c = Command{Name: strings.Join(path, " "), Args: map[string]string{}}
	c.Rest = assign(c.Args, spec.Options, words, names)
	return c, true
}

func find(specs []CommandSpec, name string) (CommandSpec, bool) {
	for _, s := range specs {
		if s.Name == name {
			return s, true
		}
	}
	return CommandSpec{}, false
}

// Find gives the spec of a command by its full path.
func (s Spec) Find(name string) (CommandSpec, bool) {
	specs, found := s.Commands, CommandSpec{}
	for _, part := range strings.Fields(name) {
		var ok bool
		if found, ok = find(specs, part); !ok {
			return found, false
		}
		specs = found.Commands
	}
	return found, found.Name != ""
}

// Admin tells whether a command, by its full path, is for admins.
func (s Spec) Admin(name string) bool {
	first, _, _ := strings.Cut(name, " ")
	c, ok := find(s.Commands, first)
	return ok && c.Admin
}

// assign puts words into args by the options' names, then by their order, and
// gives back what is left over.
func assign(args map[string]string, options []OptionSpec, words []word, names Names) (rest string) {
	var loose, unfit []string
	for _, w := range words {
		o, named := option(options, w.name)
		v, fits := o.accept(w.value, names)
		switch {
		case !named || w.name == "":
			loose = append(loose, w.text)
		case fits:
			args[o.Name] = v
		default: // and it is meant for no other option
			unfit = append(unfit, w.text)
		}
	}
	for _, o := range options { // what only certain words fit finds them anywhere
		if _, taken := args[o.Name]; !taken && !o.free() && !o.Named {
			loose = o.pick(args, loose, names)
		}
	}
	for i, o := range options {
		_, taken := args[o.Name]
		switch {
		case taken || !o.free() || len(loose) == 0:
		case slices.ContainsFunc(options[i+1:], OptionSpec.free):
			args[o.Name], loose = loose[0], loose[1:]
		default:
			args[o.Name], loose = strings.Join(loose, " "), nil
		}
	}
	return strings.Join(append(unfit, loose...), " ")
}

// free tells whether o takes any words that stand alone.
func (o OptionSpec) free() bool { return o.Kind == Words && len(o.Choices) == 0 && !o.Named }

// pick takes the first of words that fits o, and gives back the others.
func (o OptionSpec) pick(args map[string]string, words []string, names Names) []string {
	for i, w := range words {
		if v, ok := o.accept(w, names); ok {
			args[o.Name] = v
			return slices.Concat(words[:i], words[i+1:])
		}
	}
	return words
}

func option(options []OptionSpec, name string) (OptionSpec, bool) {
	for _, o := range options {
		if o.Name == name {
			return o, true
		}
	}
	return OptionSpec{}, false
}

// accept tells whether word can stand for o, and as what.
func (o OptionSpec) accept(word string, names Names) (string, bool) {
	switch o.Kind {
	case Number:
		return word, word != "" && len(word) < 10 && !strings.ContainsFunc(word, func(r rune) bool { return r < '0' || r > '9' })
	case Person:
		return names.Person(word)
	case Place:
		return names.Place(word)
	}
	if len(o.Choices) == 0 {
		return word, true
	}
	for _, c := range o.Choices {
		if strings.EqualFold(c, word) {
			return c, true
		}
	}
	return "", false
}

// A word is a piece of a command line. Quotes, also typographic ones, keep
// words together; name and value are set for name=value.
type word struct{ text, name, value string }

func fields(line string) []word {
	var words []word
	var text strings.Builder
	var closing rune
	equals, inside := -1, false
	flush := func() {
		if inside {
			w := word{text: text.String()}
			if equals > 0 {
				w.name, w.value = strings.ToLower(w.text[:equals]), w.text[equals+1:]
			}
			words = append(words, w)
		}
		text.Reset()
		equals, inside = -1, false
	}
	for _, r := range line {
		switch {
		case closing != 0 && (r == closing || closing == '”' && r == '"'):
			closing = 0
		case closing == 0 && quotes[r] != 0 && (text.Len() == 0 || equals == text.Len()-1 && equals >= 0):
			closing, inside = quotes[r], true
		case closing == 0 && unicode.IsSpace(r):
			flush()
		default:
			switch {
			case r == '=' && equals < 0 && closing == 0:
				equals = text.Len()
			case r != '\n' && unicode.IsSpace(r): // within quotes
				r = ' '
			}
			text.WriteRune(r)
			inside = true
		}
	}
	flush()
	return words
}

// Typed reads what somebody typed into a field for one option as [Spec.Parse] reads it
// in a line: quotes around words are dropped, and spaces of every kind are one blank.
func Typed(value string) string {
	var all []string
	for _, w := range fields(value) {
		all = append(all, strings.Fields(w.text)...)
	}
	return strings.Join(all, " ")
}

// quotes are the opening ones, with those that close them.
var quotes = map[rune]rune{'"': '"', '“': '”', '„': '“', '«': '»'}
