package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// PostRound puts a round in front of the people of one channel.
func (a *App) PostRound(ctx context.Context, p quiz.Post) (string, error) {
	adapter, ch, err := a.adapter(p.Channel)
	if err != nil {
		return "", err
	}
	ref, err := adapter.Post(ctx, ch, chat.Key{ID: p.Key, Tried: p.Tried}, openCard(p.Round))
	if err == nil && a.posted != nil && p.Round.Kind == quiz.KindSeries {
		a.posted(a.now().Sub(p.Round.Opens))
	}
	return ref.ID, forEngine(err)
}

// CloseRound turns a round's message into its result. The result of a duel is
// also posted, for the two have been elsewhere since.
func (a *App) CloseRound(ctx context.Context, p quiz.Post, t quiz.Tally) error {
	adapter, ch, err := a.adapter(p.Channel)
	if err != nil {
		return err
	}
	ref := chat.MessageRef{Channel: ch, ID: p.Message}
	if p.Round.Kind != quiz.KindDuel {
		return forEngine(adapter.Edit(ctx, ref, closedCard(p.Round, t)))
	}
	if p.Round.Duel.Accepted == nil {
		return forEngine(adapter.Edit(ctx, ref, duelResult(p.Round, t)))
	}
	// First what may be done twice; and if somebody deleted the invitation, the result is news all the same.
	over := chat.Message{Card: &chat.Card{Title: roundTitle(p.Round), Body: "Over. The result is below."}}
	var gone *chat.GoneError
	if err := adapter.Edit(ctx, ref, over); err != nil && !errors.As(err, &gone) {
		return forEngine(err)
	}
	// Tried is set, as an earlier call may have posted it and then failed to say so.
	_, err = adapter.Post(ctx, ch, chat.Key{ID: p.Key + "r", Tried: p.Round.Closes}, duelResult(p.Round, t))
	return forEngine(err)
}

func (a *App) adapter(channel string) (chat.Adapter, chat.Channel, error) {
	ch, err := chat.ParseChannel(channel)
	if err != nil {
		return nil, ch, err
	}
	adapter, ok := a.adapters[ch.Platform]
	if !ok {
		return nil, ch, fmt.Errorf("no adapter for %s", ch.Platform)
	}
	return adapter, ch, nil
}

// forEngine puts a chat's refusals into the quiz's words.
func forEngine(err error) error {
	var retry *chat.RetryError
	var gone *chat.GoneError
	switch {
	case errors.As(err, &retry):
		return fmt.Errorf("%w: %w", &quiz.RetryError{After: retry.After}, err)
	case errors.As(err, &gone):
		return fmt.Errorf("%w: %w", &quiz.GoneError{Reason: gone.Reason}, err)
	}
	return err
}

// openCard is how a round looks while it is open: one question with its
// buttons, several with a way in, a duel with an invitation.
func openCard(r quiz.Round) chat.Message {
	if r.Kind == quiz.KindDuel {
		return duelCard(r)
	}
	if len(r.Questions) == 1 {
		return askedCard(r, "")
	}
	return chat.Message{Card: &chat.Card{
		Title:   roundTitle(r),
		Body:    counted(len(r.Questions), "question") + ", seen by you alone, at your own pace.\n\n" + closing(r),
		Buttons: []chat.Button{{Action: roundAction(verbStart, r), Label: "Start", Style: chat.Primary}},
	}}
}

// closedCard is how a series' or an asked round looks when it is over.
func closedCard(r quiz.Round, t quiz.Tally) chat.Message {
	card := &chat.Card{Title: chat.Line(roundTitle(r)+" (closed)", chat.MaxTitle)}
	if len(r.Questions) == 1 {
		card.Body = result(r.Questions[0], t)
		card.Buttons = append(deadChoices(r), reportButton(r, 0))
	} else {
		card.Body = summary(r, t)
		card.Buttons = []chat.Button{{Action: roundAction(verbWhy, r, 0), Label: "Show the reasons"}}
	}
	card.Fields = []chat.Field{{Name: "Top five", Value: topFive(t.Top)}}
	return chat.Message{Card: card}
}

// deadChoices are the buttons of a question that is closed, where a press of one answered it.
func deadChoices(r quiz.Round) []chat.Button {
	if !onePress(r.Questions[0]) {
		return nil
	}
	bs := choiceButtons(verbAnswer, r, 0)
	for i := range bs {
		bs[i].Disabled = true
	}
	return bs
}

// result is the distribution and the solution. Of the longest questions the code is left out, as everybody has seen it.
func result(q quiz.Question, t quiz.Tally) string {
	if q.Voided {
		return chat.CutMarkdown(paragraphs(doesNotCount, questionText(q), solution(q)), chat.MaxBody)
	}
	body := paragraphs(distribution(q, t, 0), solution(q))
	if chat.Length(body) > chat.MaxBody {
		q.Code = ""
		body = paragraphs(distribution(q, t, 0), solution(q))
	}
	return chat.CutMarkdown(body, chat.MaxBody)
}

// distribution repeats the question and says how many took each choice.
func distribution(q quiz.Question, t quiz.Tally, n int) string {
	lines := []string{chat.Prose(q.Text)}
	if q.Code != "" {
		lines = append(lines, chat.Fence(q.Code))
	}
	if len(t.Counts[n]) > 0 {
		lines = append(lines, "")
	}
	for i, count := range t.Counts[n] { // none for a kind without single choices
		line := fmt.Sprintf("%s) %s: %d (%d %%)", letter(i), chat.Prose(q.Choices[i]), count, percent(count, t.Answers[n]))
		if q.Kind == quiz.TrueFalse {
			line = strings.TrimPrefix(line, letter(i)+") ")
		}
		if slices.Contains(q.Picked(q.Key), i) {
			line = "✅ " + line + ", right"
		}
		lines = append(lines, line)
	}
	said := countedOrNobody(t.Answers[n]) + " answered."
	if !onePress(q) && t.Answers[n] > 0 {
		said = fmt.Sprintf("%s answered, %d all right (%d %%).", counted(t.Answers[n], "player"), t.Right[n], percent(t.Right[n], t.Answers[n]))
	}
	for _, w := range t.Wrong[n] {
		said += fmt.Sprintf(" Often typed, but not right: %s (%d).", chat.Escape(chat.Line(w.Typed, 60)), w.Count)
	}
	return strings.TrimSpace(strings.Join(append(lines, "", said), "\n"))
}

func countedOrNobody(players int) string {
	if players == 0 {
		return "Nobody"
	}
	return counted(players, "player")
}

// summaryRest is room for saying that there are more questions.
const summaryRest = 60

// summary is a line or two for each question of a longer round.
func summary(r quiz.Round, t quiz.Tally) string {
	text := countedOrNobody(t.Players) + " took part."
	for i, q := range r.Questions {
		how := fmt.Sprintf("%d of %d right", t.Right[i], t.Answers[i])
		if t.Answers[i] == 0 {
			how = "no answer"
		}
		row := fmt.Sprintf("\n\n%d. %s\n%s: %s.%s", i+1, chat.Prose(chat.Line(q.Text, 120)), rightInShort(q), how, readMore(q))
		if q.Voided {
			row = fmt.Sprintf("\n\n%d. %s\nTaken back: no answer to it counts.", i+1, chat.Prose(chat.Line(q.Text, 120)))
		}
		if chat.Length(text+row) > chat.MaxBody-summaryRest {
			return text + fmt.Sprintf("\n\n… and %s more: press the button.", counted(len(r.Questions)-i, "question"))
		}
		text += row
	}
	return text
}

func topFive(top []quiz.Standing) string {
	if len(top) == 0 {
		return "Nobody answered right this time."
	}
	var lines []string
	for _, s := range top {
		lines = append(lines, fmt.Sprintf("%d. %s: %s", s.Rank, chat.Escape(chat.Line(s.Name, 32)), points(s.Points)))
	}
	return strings.Join(lines, "\n")
}
