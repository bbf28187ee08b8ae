package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/bot/picture"
	"ckadbot/quiz"
)

// stats shows what somebody has done so far, to the one who asked: all of it about themselves, and about others what a
// leaderboard and a channel show anyway. What others find hard is nobody's business.
func (a *App) stats(ctx context.Context, c chat.Command) (chat.Reply, error) {
	if c.Target != nil && c.Target.ID != c.User.ID {
		return a.statsOfOther(ctx, *c.Target)
	}
	if c.Target == nil && c.Rest != "" {
		return chat.Reply{}, problem("Whose statistics? Write who it is as `/ckad stats @somebody`; without a name they are yours.")
	}
	s, err := a.engine.Stats(ctx, person(c.User))
	if err != nil {
		return chat.Reply{}, err
	}
	if nothing(s) && chat.Homeless(c.User.Home()) {
		return private("You have not answered anything here yet. `/ckad practice` asks you questions. What you answer in a workspace counts apart: see `/ckad stats` there, or join the two by `/ckad link`."), nil
	}
	if nothing(s) {
		return private("You have no graded answers yet. `/ckad practice` asks you alone, `/ckad ask` posts a question; answers to a recurring quiz are graded when it closes."), nil
	}
	m := a.statsCard(c.User, s)
	m.Card.Buttons = []chat.Button{{Action: verbBoast + ":", Label: "Share in channel"}}
	return chat.Reply{Message: m, Ephemeral: true}, nil
}

// shareStats shows somebody's statistics to all, as they see them.
func (a *App) shareStats(ctx context.Context, c chat.Click, _ target) (chat.Reply, error) {
	who := person(c.User)
	hidden, err := a.engine.Hidden(ctx, who)
	if err != nil {
		return chat.Reply{}, err
	}
	if hidden {
		return chat.Reply{}, problem("You are hidden from others. `/ckad privacy` shows you again; then you can share this.")
	}
	s, err := a.engine.Stats(ctx, who)
	if err != nil {
		return chat.Reply{}, err
	}
	m := a.statsCard(c.User, s)
	m.Card.Footer = "Shared by " + chat.Line(c.User.Name, 32) + " · " + m.Card.Footer
	return chat.Reply{Message: m}, nil
}

// nothing reports whether there is nothing to show.
func nothing(s quiz.Stats) bool {
	_, answers := s.Sum()
	return answers == 0 && s.Streak.Best == 0 && s.Away == ""
}

func (a *App) statsOfOther(ctx context.Context, u chat.User) (chat.Reply, error) {
	hidden, err := a.engine.Hidden(ctx, person(u))
	if err != nil {
		return chat.Reply{}, err
	}
	if hidden {
		return private("%s shows their results to nobody.", chat.Escape(chat.Line(u.Name, 32))), nil
	}
	s, err := a.engine.Stats(ctx, person(u))
	if err != nil {
		return chat.Reply{}, err
	}
	name := chat.Line(u.Name, 32)
	if s.Rank == 0 && s.Won+s.Lost+s.Drawn == 0 && s.Streak.Best == 0 {
		return private("%s has no points here yet.", chat.Escape(name)), nil
	}
	return chat.Reply{Ephemeral: true, Message: chat.Message{Card: &chat.Card{
		Title: statsTitle(u), Body: standingText(s), Fields: slices.Concat(duelField(s), streakFields(s)),
		Footer: "Accuracy and readiness are shown to " + name + " alone."}}}, nil
}

func statsTitle(u chat.User) string { return chat.Line("Statistics: "+u.Name, chat.MaxTitle) }

// statsCard is all that there is to say, and the same as a picture.
func (a *App) statsCard(u chat.User, s quiz.Stats) chat.Message {
	right, answers := s.Sum()
	body := standingText(s)
	if answers > 0 {
		body += fmt.Sprintf(" **%d %% right** of %s.", percent(right, answers), counted(answers, "answer"))
	}
	card := &chat.Card{Title: statsTitle(u), Body: body, Footer: "Accuracy and readiness count all your answers, also in practice, review and mock exams; points only what leaderboards count."}
	var domains []string
	for _, d := range s.Domains {
		domains = append(domains, "• "+domainName(d.Domain)+": "+accuracyText(d.Right, d.Answers))
	}
	card.Fields = append(card.Fields, chat.Field{Name: "By domain", Value: strings.Join(domains, "\n")}, chat.Field{Name: "Readiness", Value: readinessText(s.Readiness)})
	card.Fields = append(card.Fields, competencyFields(s)...)
	card.Fields = append(card.Fields, streakFields(s)...)
	card.Fields = append(card.Fields, duelField(s)...)
	card.Image = a.statsImage(u, s)
	return chat.Message{Card: card}
}

// standingText is what boards say.
func standingText(s quiz.Stats) string {
	if s.Rank == 0 {
		return "No points yet."
	}
	return fmt.Sprintf("**%s**, rank %d of %d in this workspace.", points(s.Points), s.Rank, s.Players)
}

// accuracyText begins with words, for those who listen.
func accuracyText(right, answers int) string {
	if answers == 0 {
		return "no answers yet"
	}
	const steps = 5
	filled := (percent(right, answers)*steps + 50) / 100
	return fmt.Sprintf("%d %% right of %s %s%s", percent(right, answers), counted(answers, "answer"), strings.Repeat("▰", filled), strings.Repeat("▱", steps-filled))
}

// readinessText never sounds surer than it is.
func readinessText(r quiz.Readiness) string {
	if r.Known() {
		return fmt.Sprintf("About %d %%, likely %d to %d %%; %d %% passes, and the chance of that is about %d %%. "+
			"An estimate from %s of the last %d days. The real exam is work on the command line, which no question can measure.",
			r.Score, r.Low, r.High, quiz.PassMark, r.Chance, counted(r.Questions, "question"), quiz.ReadinessDays)
	}
	var missing []string
	for _, m := range r.Missing {
		missing = append(missing, fmt.Sprintf("%d in %s", m.Questions, strings.TrimPrefix(domainName(m.Domain), "CKAD: ")))
	}
	return fmt.Sprintf("Too few answers to tell. An estimate takes %d different questions of each domain within %d days; missing: %s. `/ckad mock` asks all domains.",
		quiz.ReadinessQuestions, quiz.ReadinessDays, strings.Join(missing, ", "))
}

func competencyFields(s quiz.Stats) []chat.Field {
	if s.Strongest == "" {
		return nil
	}
	return []chat.Field{{Name: "Strongest", Value: competencyText(s.Strongest)}, {Name: "Weakest", Value: competencyText(s.Weakest) + " (`/ckad practice " + s.Weakest + "`)"}}
}

// streakFields are the days in a row, and what keeps them going.
func streakFields(s quiz.Stats) (fields []chat.Field) {
	if k := s.Streak; k.Best > 0 {
		text := "None at the moment"
		if k.Days > 0 {
			text = fmt.Sprintf("%s of **%s**", counted(k.Days, "quiz day"), chat.Escape(k.Series))
		}
		if k.Freezes > 0 {
			text += fmt.Sprintf(", %s in hand", counted(k.Freezes, "freeze"))
		}
		fields = append(fields, chat.Field{Name: "In a row", Value: fmt.Sprintf("%s; best ever %d", text, k.Best)})
	}
	if s.Away != "" {
		fields = append(fields, chat.Field{Name: "Away", Value: "Until " + dayName(s.Away) + "; quiz days until then are free"})
	}
	return fields
}

func duelField(s quiz.Stats) []chat.Field {
	if s.Won+s.Lost+s.Drawn == 0 {
		return nil
	}
	return []chat.Field{{Name: "Duels", Value: fmt.Sprintf("%d won, %d lost, %d drawn", s.Won, s.Lost, s.Drawn)}}
}

// statsImage draws the statistics.
func (a *App) statsImage(u chat.User, s quiz.Stats) *chat.Image {
	card := picture.StatsCard{Name: chat.Line(u.Name, 32), Points: float64(s.Points) / float64(quiz.Point), Streak: s.Streak.Days}
	for _, d := range s.Domains {
		card.Domains = append(card.Domains, picture.Domain{Name: domainName(d.Domain), Right: d.Right, Answers: d.Answers})
	}
	if r := s.Readiness; r.Known() {
		card.Readiness = &picture.Readiness{Low: r.Low, Estimate: r.Score, High: r.High, Pass: quiz.PassMark}
	}
	if s.Strongest != "" {
		card.Strongest, card.Weakest = competencyText(s.Strongest), competencyText(s.Weakest)
	}
	png, err := picture.Stats(card)
	return a.image("stats.png", png, card.Alt(), err)
}
