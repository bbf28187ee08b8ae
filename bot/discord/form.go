package discord

import (
	"github.com/bwmarrin/discordgo"

	"ckadbot/bot/chat"
)

// Limits on forms, in characters.
// https://discord.com/developers/docs/components/reference#text-input
const (
	maxFormTitle   = 45
	maxInputLabel  = 45
	maxPlaceholder = 100
)

// A modal is a form as Discord takes it.
type modal struct {
	CustomID   string                       `json:"custom_id"`
	Title      string                       `json:"title"`
	Components []discordgo.MessageComponent `json:"components"`
}

func form(f chat.Form) modal {
	m := modal{CustomID: f.Action, Title: plain(f.Title, maxFormTitle)}
	for _, in := range f.Inputs {
		m.Components = append(m.Components, discordgo.Label{Label: plain(in.Label, maxInputLabel), Component: input(in)})
	}
	return m
}

func input(in chat.Input) discordgo.TextInput {
	required := !in.Optional
	t := discordgo.TextInput{
		CustomID: in.Name, Style: discordgo.TextInputShort, Value: in.Value,
		Required: &required, MaxLength: chat.MaxInputValue,
	}
	if in.Hint != "" {
		t.Placeholder = plain(in.Hint, maxPlaceholder)
	}
	if in.Long {
		t.Style = discordgo.TextInputParagraph
	}
	return t
}

// values are what a person wrote, by the inputs' names.
func values(d discordgo.ModalSubmitInteractionData) map[string]string {
	all := map[string]string{}
	for _, c := range d.Components {
		l, _ := c.(*discordgo.Label)
		if l == nil {
			continue
		}
		if t, ok := l.Component.(*discordgo.TextInput); ok {
			all[t.CustomID] = t.Value
		}
	}
	return all
}
