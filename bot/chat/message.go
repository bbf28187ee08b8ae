package chat

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// A Message is something the bot says: either a Text, or a Card.
type Message struct {
	Text    string // Markdown, see Parse
	Card    *Card
	Mention *User // the one person whom this message notifies; nobody if nil
}

// A Card is a message with structure. Only Body is needed.
type Card struct {
	Title   string // plain text
	Body    string // Markdown
	Fields  []Field
	Footer  string // plain text
	Buttons []Button
	Select  *Select `json:",omitempty"` // stands above the buttons; nil for none
	Image   *Image  // shown where the platform can; nil for none
}

// An Image is a picture in a card. It only repeats what the card says: a person,
// a platform or a workspace that shows no pictures misses nothing.
type Image struct {
	PNG  []byte
	Alt  string // plain text: all that there is to see, for those who cannot
	Name string // of the file, as in "stats.png"
}

// A Field is a short titled part of a card.
type Field struct {
	Name  string // plain text
	Value string // Markdown
}

// A Button sends its Action back in a [Click].
type Button struct {
	Action, Label string
	Style         Style
	Disabled      bool // shown but dead; left out where a platform cannot show that
	Form          bool `json:",omitempty"` // the click is answered with a form: Slack opens one only within three seconds

	// Spoken is what a screen reader says for a label that is a sign or a letter, where the
	// platform can have it say something else; plain text, at most MaxLabel characters.
	Spoken string `json:",omitempty"`
}

// A Select is a menu of things to choose one of, where buttons would be too many.
// Who chooses sends the Value of the choice back as the Action of a [Click], as if
// each had a button. In the terminal each has its letter, like a button.
type Select struct {
	Label   string // what is chosen, as in "Choose a subject"; plain text
	Choices []Choice
}

// A Style is how much a button stands out. It never carries meaning alone.
type Style int

// The styles. At most one button of a message should be Primary.
const (
	Plain Style = iota
	Primary
	Danger
)

// A Form is a modal; the terminal asks its inputs one by one.
type Form struct {
	Title, Action string
	Submit        string // the label of the button that hands it in; "Save" if empty
	Inputs        []Input
}

// An Input is one line (or, if Long, several) that a form asks for. If Complete,
// and not Long, Slack and the terminal propose what the handler's Complete gives;
// on Slack nothing else can be chosen, so what was typed should be among it.
type Input struct {
	Name, Label string
	Hint        string // an example of what to write
	Value       string // stands there at first
	Optional    bool
	Long        bool
	Complete    bool // the handler can complete it, see Completion
	Place       bool // a channel of the workspace: Slack gives a menu and brings the channel's ID, elsewhere it is text
}

// Limits on what the bot says: the smaller of the platforms', in characters
// (both as code points and as UTF-16 units), with room for escaping.
const (
	MaxText       = 1900 // Discord content: 2,000, discord.com/developers/docs/resources/message
	MaxTitle      = 150  // Slack header: 150, docs.slack.dev/reference/block-kit/blocks/header-block
	MaxBody       = 3800 // Discord embed description: 4,096
	MaxFields     = 10   // Slack section fields: 10
	MaxName       = 100  // our own: a field's name is a few words; Discord takes 256
	MaxValue      = 1000 // Discord embed field value: 1,024
	MaxFooter     = 300  // our own; Discord takes 2,048
	MaxCard       = 5500 // Discord, all of an embed: 6,000
	MaxButtons    = 25   // Discord: five rows of five, of which a menu takes one; with what is in the menu, since the terminal has a letter for each
	MaxLabel      = 75   // Slack button: 75
	MaxAction     = 100  // Discord custom_id: 100
	MaxChoice     = 75   // Slack option, text and value: 75
	MaxInputs     = 5    // Discord modal: five components
	MaxFormTitle  = 24   // Slack view title: 24
	MaxInputLabel = 45   // Discord text input label: 45
	MaxInputHint  = 100  // Discord text input placeholder: 100
	MaxInputValue = 3000 // Slack plain_text_input: 3,000
	MaxAlt        = 1000 // Discord attachment description: 1,024; Slack image alt_text: 2,000
	MaxImageName  = 60   // our own
)

// MaxPNG is how many bytes a picture has at most: our own limit, since it is held
// in memory and sent within seconds. Discord takes 10 MiB.
const MaxPNG = 1 << 20

// Markdown is everything the message says, as one text: what a screen reader,
// a notification or a plain terminal gets.
func (m Message) Markdown() string {
	if m.Card == nil {
		return m.Text
	}
	c := m.Card
	var parts []string
	if c.Title != "" {
		parts = append(parts, "**"+Escape(c.Title)+"**")
	}
	if c.Body != "" {
		parts = append(parts, c.Body)
	}
	for _, f := range c.Fields {
		parts = append(parts, "**"+Escape(f.Name)+"**\n"+f.Value)
	}
	if c.Footer != "" {
		parts = append(parts, Escape(c.Footer))
	}
	return strings.Join(parts, "\n\n")
}

// Buttons are the message's buttons; none if it has no card.
func (m Message) Buttons() []Button {
	if m.Card == nil {
		return nil
	}
	return m.Card.Buttons
}

// Select is the message's menu; nil if it has none.
func (m Message) Select() *Select {
	if m.Card == nil {
		return nil
	}
	return m.Card.Select
}

// Image is the message's picture; nil if it has none.
func (m Message) Image() *Image {
	if m.Card == nil {
		return nil
	}
	return m.Card.Image
}

// Empty tells whether there is nothing to say.
func (m Message) Empty() bool { return m.Text == "" && m.Card == nil }

// Validate checks m against every platform's limits and names all that is wrong.
func (m Message) Validate() error {
	var v validation
	switch {
	case m.Empty():
		v.add("message says nothing")
	case m.Text != "" && m.Card != nil:
		v.add("message has both a text and a card")
	case m.Card == nil:
		v.length("text", m.Text, 1, MaxText)
	default:
		v.card(*m.Card)
	}
	return v.err()
}

// Validate checks f against every platform's limits and names all that is wrong.
func (f Form) Validate() error {
	var v validation
	v.length("form title", f.Title, 1, MaxFormTitle)
	v.length("form's button", f.Submit, 0, MaxFormTitle)
	v.action(f.Action)
	if len(f.Inputs) < 1 || len(f.Inputs) > MaxInputs {
		v.add("form has %d inputs, want 1 to %d", len(f.Inputs), MaxInputs)
	}
	seen := map[string]bool{}
	for _, in := range f.Inputs {
		v.action(in.Name)
		if seen[in.Name] {
			v.add("two inputs named %q", in.Name)
		}
		seen[in.Name] = true
		v.length("input label", in.Label, 1, MaxInputLabel)
		v.length("input hint", in.Hint, 0, MaxInputHint)
		v.length("input value", in.Value, 0, MaxInputValue)
	}
	return v.err()
}

// Validate checks what r says, be it a message or a form.
func (r Reply) Validate() error {
	if r.Form != nil {
		return r.Form.Validate()
	}
	return r.Message.Validate()
}

type validation struct{ problems []error }

func (v *validation) add(format string, args ...any) {
	v.problems = append(v.problems, fmt.Errorf(format, args...))
}

func (v *validation) err() error { return errors.Join(v.problems...) }

func (v *validation) length(what, s string, lo, hi int) {
	if !utf8.ValidString(s) {
		v.add("%s is not UTF-8", what)
	}
	if n := Length(s); n < lo || n > hi {
		v.add("%s has %d characters, want %d to %d", what, n, lo, hi)
	}
}

func (v *validation) action(a string) {
	if len(a) < 1 || len(a) > MaxAction || strings.ContainsFunc(a, func(r rune) bool { return r <= ' ' || r > '~' }) {
		v.add("action or name %q is not 1 to %d printable ASCII characters", a, MaxAction)
	}
}

func (v *validation) card(c Card) {
	v.length("title", c.Title, 0, MaxTitle)
	v.length("body", c.Body, 1, MaxBody)
	v.length("footer", c.Footer, 0, MaxFooter)
	total := Length(c.Title) + Length(c.Body) + Length(c.Footer)
	if len(c.Fields) > MaxFields {
		v.add("%d fields, want at most %d", len(c.Fields), MaxFields)
	}
	for _, f := range c.Fields {
		v.length("field name", f.Name, 1, MaxName)
		v.length("field value", f.Value, 1, MaxValue)
		total += Length(f.Name) + Length(f.Value)
	}
	if total > MaxCard {
		v.add("card has %d characters, want at most %d", total, MaxCard)
	}
	v.buttons(c.Buttons)
	if c.Select != nil {
		v.menu(*c.Select, len(c.Buttons))
	}
	if c.Image != nil {
		v.image(*c.Image)
	}
}

// A picture's file begins with this: https://www.w3.org/TR/png-3/#5PNG-file-signature
const pngSignature = "\x89PNG\r\n\x1a\n"

// What a file may be called so that it can stand in an address: attachment://stats.png
var imageName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*\.png$`)

func (v *validation) image(i Image) {
	v.length("picture's alternative text", strings.TrimSpace(i.Alt), 1, MaxAlt)
	if len(i.PNG) > MaxPNG || !bytes.HasPrefix(i.PNG, []byte(pngSignature)) {
		v.add("picture is not a PNG of at most %d bytes (it has %d)", MaxPNG, len(i.PNG))
	}
	if len(i.Name) > MaxImageName || !imageName.MatchString(i.Name) {
		v.add("picture's name %q is not at most %d of a-z, 0-9 and -, and .png", i.Name, MaxImageName)
	}
}

func (v *validation) buttons(bs []Button) {
	if len(bs) > MaxButtons {
		v.add("%d buttons, want at most %d", len(bs), MaxButtons)
	}
	seen := map[string]bool{}
	for _, b := range bs {
		v.action(b.Action)
		if seen[b.Action] {
			v.add("two buttons with the action %q", b.Action)
		}
		seen[b.Action] = true
		v.length("button label", b.Label, 1, MaxLabel)
		v.length("button's spoken label", b.Spoken, 0, MaxLabel)
	}
}

func (v *validation) menu(s Select, buttons int) {
	v.length("menu's label", s.Label, 1, MaxLabel)
	if n := len(s.Choices); n < 1 || n+buttons > MaxButtons || buttons > MaxButtons-5 {
		v.add("menu with %d choices beside %d buttons, want 1 to %d in all and at most %d buttons", n, buttons, MaxButtons, MaxButtons-5)
	}
	seen := map[string]bool{}
	for _, c := range s.Choices {
		v.action(c.Value)
		v.length("choice's action", c.Value, 1, MaxChoice)
		v.length("choice's label", c.Label, 1, MaxChoice)
		if seen[c.Value] {
			v.add("two choices with the action %q", c.Value)
		}
		seen[c.Value] = true
	}
}
