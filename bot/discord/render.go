package discord

import (
	"slices"

	"github.com/bwmarrin/discordgo"

	"ckadbot/bot/chat"
)

// Limits on messages, in characters.
// https://discord.com/developers/docs/resources/message
const (
	maxContent     = 2000
	maxTitle       = 256
	maxDescribed   = 4096 // an embed's description
	maxName        = 256
	maxValue       = 1024
	maxFooter      = 2048
	maxEmbed       = 6000 // all of an embed
	maxAttached    = 1024 // an attachment's description
	maxButtonLabel = 80
	maxMenuLabel   = 150 // a menu's placeholder
	buttonsInRow   = 5
)

// The colour at the side of cards: the blue of Kubernetes.
const brand = 0x326CE5

// A payload is a message as Discord takes it: in a post, in an edit, and in an
// answer to an interaction. All of it is always given, so that an edit leaves
// nothing of the message before.
type payload struct {
	Content         string                           `json:"content"`
	Embeds          []*discordgo.MessageEmbed        `json:"embeds"`
	Components      []discordgo.MessageComponent     `json:"components"`
	Attachments     []attachment                     `json:"attachments"`
	AllowedMentions discordgo.MessageAllowedMentions `json:"allowed_mentions"`
	Flags           discordgo.MessageFlags           `json:"flags,omitempty"`
	Nonce           string                           `json:"nonce,omitempty"`
	EnforceNonce    bool                             `json:"enforce_nonce,omitempty"`

	picture *chat.Image // goes beside the JSON, as the file that Attachments tells of
}

// render writes m for Discord. A card is an embed, which screen readers read like
// text, so nothing is said twice. Nobody is notified but m.Mention.
func render(m chat.Message) payload {
	p := payload{
		Embeds:          []*discordgo.MessageEmbed{},
		Components:      components(m),
		Attachments:     []attachment{},
		AllowedMentions: discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}},
	}
	if m.Mention != nil && snowflake(m.Mention.ID) {
		p.Content = "<@" + m.Mention.ID + ">"
		p.AllowedMentions.Users = []string{m.Mention.ID}
	}
	if m.Card != nil {
		e := embed(*m.Card)
		if p.picture = m.Image(); p.picture != nil {
			e.Image = &discordgo.MessageEmbedImage{URL: "attachment://" + p.picture.Name}
			p.Attachments = append(p.Attachments, attachment{ID: "0", Filename: p.picture.Name, Description: chat.Cut(p.picture.Alt, maxAttached)})
		}
		p.Embeds = append(p.Embeds, e)
		return p
	}
	if p.Content != "" {
		p.Content += " "
	}
	p.Content += markdown(m.Text, maxContent-len(p.Content))
	return p
}

// embed writes a card. Escaping makes text longer: if all of it together is too
// long for Discord, every part gives way by its share.
func embed(c chat.Card) *discordgo.MessageEmbed {
	e := sized(c, func(limit, _ int) int { return limit })
	total := size(e)
	if total <= maxEmbed {
		return e
	}
	const rounding = 3 + 2*chat.MaxFields // each part has at least one character, so it may be rounded up to that
	return sized(c, func(limit, length int) int {
		return max(1, min(limit, length*(maxEmbed-rounding)/total))
	})
}

// sized writes a card whose parts have the limits that fit gives, from Discord's
// own and the length that the part has within that.
func sized(c chat.Card, fit func(limit, length int) int) *discordgo.MessageEmbed {
	write := func(as func(string, int) string, text string, limit int) string {
		if text == "" {
			return ""
		}
		whole := as(text, limit)
		if n := fit(limit, chat.Length(whole)); n < limit {
			return as(text, n)
		}
		return whole
	}
	e := &discordgo.MessageEmbed{Color: brand, Title: write(title, c.Title, maxTitle), Description: write(markdown, c.Body, maxDescribed)}
	for _, f := range c.Fields {
		e.Fields = append(e.Fields, &discordgo.MessageEmbedField{Name: write(title, f.Name, maxName), Value: write(markdown, f.Value, maxValue)})
	}
	if c.Footer != "" {
		e.Footer = &discordgo.MessageEmbedFooter{Text: write(footer, c.Footer, maxFooter)}
	}
	return e
}

func size(e *discordgo.MessageEmbed) int {
	n := chat.Length(e.Title) + chat.Length(e.Description)
	for _, f := range e.Fields {
		n += chat.Length(f.Name) + chat.Length(f.Value)
	}
	if e.Footer != nil {
		n += chat.Length(e.Footer.Text)
	}
	return n
}

// components puts the menu into a row of its own, as Discord wants it, and the buttons into rows of five.
func components(m chat.Message) []discordgo.MessageComponent {
	all := []discordgo.MessageComponent{}
	if s := m.Select(); s != nil {
		menu := discordgo.SelectMenu{MenuType: discordgo.StringSelectMenu, CustomID: menuAction, Placeholder: plain(s.Label, maxMenuLabel)}
		for _, c := range s.Choices {
			menu.Options = append(menu.Options, discordgo.SelectMenuOption{Label: plain(c.Label, maxChoice), Value: c.Value})
		}
		all = append(all, discordgo.ActionsRow{Components: []discordgo.MessageComponent{menu}})
	}
	for row := range slices.Chunk(m.Buttons(), buttonsInRow) {
		r := discordgo.ActionsRow{}
		for _, b := range row {
			r.Components = append(r.Components, discordgo.Button{Label: plain(b.Label, maxButtonLabel), Style: style(b.Style), Disabled: b.Disabled, CustomID: b.Action})
		}
		all = append(all, r)
	}
	return all
}

// menuAction is the custom id of every menu. Which choice was made tells its value.
const menuAction = "menu"

func style(s chat.Style) discordgo.ButtonStyle {
	switch s {
	case chat.Primary:
		return discordgo.PrimaryButton
	case chat.Danger:
		return discordgo.DangerButton
	}
	return discordgo.SecondaryButton
}
