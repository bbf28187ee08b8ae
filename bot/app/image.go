package app

import (
	"ckadbot/bot/chat"
	"ckadbot/bot/picture"
	"ckadbot/quiz"
)

// boardImage draws the first rows of a leaderboard.
func (a *App) boardImage(b quiz.Board, window, scope string) *chat.Image {
	card := picture.BoardCard{Window: window, Scope: scope}
	for _, s := range b.Rows {
		card.Rows = append(card.Rows, picture.Row{Rank: s.Rank, Name: chat.Line(s.Name, 32), Points: float64(s.Points) / float64(quiz.Point), Right: s.Rights, Answers: s.Answers})
	}
	png, err := picture.Board(card)
	return a.image("leaderboard.png", png, card.Alt(), err)
}

// image is a drawn picture for a card; a message goes without it if drawing failed, as it says everything in words.
func (a *App) image(name string, png []byte, alt string, err error) *chat.Image {
	if err != nil {
		a.log.Error("drawing a picture failed", "picture", name, "error", err)
		return nil
	}
	return &chat.Image{PNG: png, Alt: alt, Name: name}
}
