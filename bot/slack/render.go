package slack

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"ckadbot/bot/chat"
)

// What we send at most, in characters after escaping. Slack's own limits are
// docs.slack.dev/reference/block-kit; it refuses the whole message over them.
const (
	maxTopText = 3900  // chat.update: 4,000
	maxSection = 2900  // section text: 3,000
	maxHeader  = 150   // header text: 150
	maxContext = 1900  // text in a context block: 3,000; the footer is at most 300 before escaping
	maxLabel   = 75    // button text: 75
	maxAlt     = 1900  // alt_text of an image: 2,000
	maxBlocks  = 11500 // all blocks: about 13,200 is refused (not documented); the contract says 12,000
	maxHint    = 150   // placeholder: 150
	maxView    = 24    // title and buttons of a modal: 24
	maxRefusal = 250   // what is wrong with an input; not documented, it stands below the input in small print
)

var userID = regexp.MustCompile(`^[UW][A-Z0-9]{2,20}$`)

// render turns m into the text that notifications and screen readers take, and
// the blocks that everybody else sees. Both say everything; text in hostile
// amounts of escapes is cut with "…". file is m's picture, uploaded; "" for none.
func render(m chat.Message, file string) (string, []slack.Block) {
	var mention text
	if m.Mention != nil && userID.MatchString(m.Mention.ID) {
		mention.add("<@" + m.Mention.ID + "> ")
	}
	top := string(mention.then(mrkdwn(m.Markdown())).shorten(maxTopText).s)
	if strings.TrimSpace(top) == "" {
		top = nothing
	}
	if m.Card == nil {
		return top, sections(mention.then(mrkdwn(m.Text)).shorten(maxBlocks))
	}
	return top, card(mention, *m.Card, file)
}

// then joins two texts.
func (t text) then(u text) text {
	if len(t.s) == 0 {
		return u
	}
	both := text{s: slices.Concat(t.s, u.s), size: t.size + u.size, cuts: slices.Clone(t.cuts)}
	for _, c := range u.cuts {
		c.at += int32(len(t.s))
		c.size += int32(t.size)
		both.cuts = append(both.cuts, c)
	}
	return both
}

func card(mention text, c chat.Card, file string) []slack.Block {
	head, tail := []slack.Block{}, []slack.Block{}
	room := maxBlocks
	if title := plain(c.Title, maxHeader); title != "" {
		head = append(head, slack.NewHeaderBlock(plainText(title)))
		room -= chat.Length(title)
	}
	if c.Image != nil && file != "" {
		picture := image(*c.Image, file)
		tail = append(tail, picture)
		room -= chat.Length(picture.AltText)
	}
	if footer := plain(c.Footer, maxContext); footer != "" {
		tail = append(tail, slack.NewContextBlock("", plainText(footer)))
		room -= chat.Length(footer)
	}
	if c.Select != nil {
		tail = append(tail, slack.NewActionBlock("", menuOf(*c.Select, &room)))
	}
	if bs := buttons(c.Buttons, &room); len(bs) > 0 {
		tail = append(tail, slack.NewActionBlock("", bs...))
	}
	parts := []text{mention.then(mrkdwn(c.Body))}
	for _, f := range c.Fields {
		name := marked([]chat.Span{{Manner: chat.Bold, Text: visible(f.Name)}, {Text: "\n"}})
		parts = append(parts, name.then(mrkdwn(f.Value)))
	}
	for _, p := range parts {
		if room < 100 {
			break // only after thousands of escapes; the reader has seen "…" by now
		}
		p = p.shorten(room)
		room -= p.size
		head = append(head, sections(p)...)
	}
	return append(head, tail...)
}

func sections(t text) []slack.Block {
	blocks := []slack.Block{}
	for _, part := range t.split(maxSection) {
		// verbatim: addresses and @names in plain text stay plain text.
		blocks = append(blocks, slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, part, false, true), nil, nil))
	}
	return blocks
}

// buttons leaves out the dead ones, since Slack cannot show a button that is disabled.
func buttons(bs []chat.Button, room *int) []slack.BlockElement {
	var elements []slack.BlockElement
	for _, b := range bs {
		if b.Disabled {
			continue
		}
		label := plain(b.Label, maxLabel)
		*room -= chat.Length(label)
		e := slack.NewButtonBlockElement(b.Action, "", plainText(label))
		if b.Form {
			e.Value = opensForm
		}
		if b.Spoken != "" {
			e.AccessibilityLabel = chat.Cut(strings.TrimSpace(strings.ReplaceAll(visible(b.Spoken), "\n", " ")), maxLabel)
		}
		switch b.Style {
		case chat.Primary:
			e.Style = slack.StylePrimary
		case chat.Danger:
			e.Style = slack.StyleDanger
		}
		elements = append(elements, e)
	}
	return elements
}

// menuOf has all choices at once; which was made tells its value, see [interaction.pressed].
func menuOf(s chat.Select, room *int) slack.BlockElement {
	hint := plain(s.Label, maxHint)
	*room -= chat.Length(hint)
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plainText(hint), menuAction)
	for _, c := range s.Choices {
		o := option(c)
		*room -= chat.Length(o.Text.Text) + len(o.Value)
		e.Options = append(e.Options, o)
	}
	return e
}

// menuAction is the action id of every menu in a message.
const menuAction = "menu"

// opensForm is the value of a button that is answered with a form, see [session.ahead].
const opensForm = "form"

// nothing stands for a text of which nothing can be seen: Slack takes no empty ones.
const nothing = "…"

func plainText(s string) *slack.TextBlockObject {
	if s == "" {
		s = nothing
	}
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

// modal turns f into a view. The form's action is the callback id; origin tells
// where the form was asked for, and comes back in the submission.
func modal(f chat.Form, origin string) slack.ModalViewRequest {
	v := slack.ModalViewRequest{
		Type:            slack.VTModal,
		Title:           plainText(plain(f.Title, maxView)),
		Submit:          plainText(plain(firstOf(f.Submit, "Save"), maxView)),
		Close:           plainText("Cancel"),
		CallbackID:      f.Action,
		PrivateMetadata: origin,
	}
	for _, in := range f.Inputs {
		b := slack.NewInputBlock(in.Name, plainText(plain(in.Label, maxSection)), nil, element(in))
		b.Optional = in.Optional
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, b)
	}
	return v
}

// element is what somebody fills in: a menu that is filled while they type if
// the handler can complete the input, unless what stands there fits in no menu.
func element(in chat.Input) slack.BlockElement {
	var hint *slack.TextBlockObject
	if in.Hint != "" {
		hint = plainText(plain(in.Hint, maxHint))
	}
	if in.Place {
		e := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, hint, inputAction)
		e.Filter = &slack.SelectBlockElementFilter{Include: []string{"public", "private"}, ExcludeBotUsers: true}
		return e
	}
	if in.Complete && !in.Long && chat.Length(in.Value) <= maxOption {
		e := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, hint, inputAction)
		e.MinQueryLength = new(int) // 0: there is something to choose from at once
		if in.Value != "" {
			e.InitialOption = option(chat.Choice{Value: in.Value})
		}
		return e
	}
	e := slack.NewPlainTextInputBlockElement(hint, inputAction)
	e.InitialValue, e.Multiline, e.MaxLength = in.Value, in.Long, chat.MaxInputValue
	return e
}

// inputAction is the action id of every input; its block's id is the input's name.
const inputAction = "value"

func unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
