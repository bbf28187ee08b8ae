package app

import (
	"context"

	"ckadbot/bot/chat"
)

// Home is a person's own page.
func (a *App) Home(context.Context, chat.User) []chat.Message { return nil }
