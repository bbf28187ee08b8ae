package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/kb"
	"ckadbot/quiz"
)

// questionForm is the action of the form in which an admin edits a question;
// the question and the version that they have seen follow.
const questionForm = chat.AdminAction + "question"

// showQuestion shows admins a question with its answer, and what can be done about it.
func (a *App) showQuestion(ctx context.Context, c chat.Command) (chat.Reply, error) {
	s, err := a.question(ctx, c)
	if err != nil {
		return chat.Reply{}, err
	}
	card := &chat.Card{Title: chat.Line("Question "+s.Question.ID, chat.MaxTitle), Body: chat.CutMarkdown(questionInFull(s.Question), chat.MaxBody),
		Fields: []chat.Field{{Name: "Here", Value: stands(s)}}, Buttons: ruleButtons(s)}
	if rounds := lately(s.Asked); rounds != "" {
		card.Fields = append(card.Fields, chat.Field{Name: "Asked lately", Value: rounds})
	}
	if len(s.Reports) > 0 {
		card.Fields = append(card.Fields, chat.Field{Name: "Who reports it", Value: sayings(s)})
	}
	for _, r := range s.Asked {
		if !r.Voided {
			card.Buttons = append(card.Buttons, chat.Button{Action: fmt.Sprintf("%s:%s:%d:%d", verbVoid, s.Question.ID, s.Number, r.Round), Label: fmt.Sprintf("Void in round %d", r.Round)})
		}
	}
	if s.Number > 0 {
		card.Buttons = append(card.Buttons, chat.Button{Action: verbVersions + ":" + s.Question.ID, Label: "History"})
	}
	return chat.Reply{Ephemeral: true, Message: chat.Message{Card: fitted(card)}}, nil
}

// lately lists rounds with their numbers, which buttons name.
func lately(rounds []quiz.Asked) string {
	var lines []string
	for _, r := range rounds {
		what := map[quiz.Kind]string{quiz.KindSeries: chat.Escape(chat.Line(r.Series, 40)), quiz.KindAsk: "asked for", quiz.KindDuel: "a duel"}[r.Kind]
		line := fmt.Sprintf("• round %d, %s, %s", r.Round, what, chat.Time(r.Opens))
		if r.Voided {
			line += ", taken back"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// question is the one that a command names.
func (a *App) question(ctx context.Context, c chat.Command) (quiz.QuestionState, error) {
	id := strings.TrimSpace(c.Args["id"])
	if id == "" {
		return quiz.QuestionState{}, problemf("Which question? For example `/%s d1-image-digest`. `/ckad-admin reports` shows those that people report.", c.Name)
	}
	return a.engine.Question(ctx, c.User.Home(), id)
}

// decisionOf is about the question that a command names, as it is now.
func (a *App) decisionOf(ctx context.Context, c chat.Command) (quiz.Decision, error) {
	s, err := a.question(ctx, c)
	return quiz.Decision{Workspace: c.User.Home(), ID: s.Question.ID, Version: s.Number, By: chat.Line(c.User.Name, 64),
		Why: strings.TrimSpace(c.Args["why"] + " " + c.Rest)}, err
}

// editQuestion opens the form with a question as it is now.
func (a *App) editQuestion(ctx context.Context, c chat.Command) (chat.Reply, error) {
	s, err := a.question(ctx, c)
	if err != nil {
		return chat.Reply{}, err
	}
	return questionEditor(s.Version), nil
}

// editQuestionFor follows a button to the form.
func (a *App) editQuestionFor(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	s, err := a.engine.Question(ctx, c.User.Home(), to.words[0])
	if err != nil {
		return chat.Reply{}, err
	}
	return questionEditor(s.Version), nil
}

func questionEditor(v quiz.Version) chat.Reply {
	q := v.Question
	inputs := []chat.Input{{Name: "text", Label: "Question", Value: q.Text, Long: true}}
	switch q.Kind {
	case quiz.Typed:
		inputs = append(inputs, chat.Input{Name: "answers", Label: "Right answers, one to a line, the best first", Value: strings.Join(q.Answers, "\n"), Long: true})
	case quiz.Order:
		inputs = append(inputs, chat.Input{Name: "choices", Label: "Steps in the right order, one to a line", Value: strings.Join(inOrder(q), "\n"), Long: true})
	case quiz.TrueFalse:
		inputs = append(inputs, chat.Input{Name: "key", Label: "Right answer: True or False", Value: q.Right()})
	default:
		inputs = append(inputs, chat.Input{Name: "choices", Label: "Choices, one to a line", Value: strings.Join(q.Choices, "\n"), Long: true},
			chat.Input{Name: "key", Label: keyLabel(q), Value: lettersOf(q)})
	}
	inputs = append(inputs, chat.Input{Name: "explanation", Label: "Why that is right", Value: q.Explanation, Long: true, Optional: q.Explanation == ""},
		chat.Input{Name: "why", Label: "What was wrong; people are told", Optional: true})
	return chat.Reply{Form: &chat.Form{Title: "Edit a question", Action: fmt.Sprintf("%s:%s:%d", questionForm, q.ID, v.Number), Inputs: inputs}}
}

func keyLabel(q quiz.Question) string {
	if q.Kind == quiz.Several {
		return "Letters of all right choices, such as A, C"
	}
	return "Letter of the right choice, the first is A"
}

func lettersOf(q quiz.Question) string {
	var all []string
	for _, i := range q.Picked(q.Key) {
		all = append(all, letter(i))
	}
	return strings.Join(all, ", ")
}

func inOrder(q quiz.Question) (steps []string) {
	for _, i := range q.Picked(q.Key) {
		steps = append(steps, q.Choices[i])
	}
	return steps
}

// submitQuestion writes what the form holds.
func (a *App) submitQuestion(ctx context.Context, s chat.Submission, to target) (chat.Reply, error) {
	d, err := decision(s.User, to)
	if err != nil {
		return chat.Reply{}, err
	}
	d.Why = strings.TrimSpace(s.Values["why"])
	now, err := a.engine.Question(ctx, d.Workspace, d.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	q, err := edited(now.Question, s.Values)
	if err != nil {
		return keeping(err, s.Values)
	}
	entries, err := kb.Builtin()
	if err != nil {
		return chat.Reply{}, err
	}
	v, err := a.engine.EditQuestion(ctx, d, q, Terms(entries))
	if err != nil {
		return keeping(err, s.Values)
	}
	return a.afterRule(ctx, s.User, v)
}

// edited is a question with what a form says.
func edited(q quiz.Question, values map[string]string) (quiz.Question, error) {
	q.Text, q.Explanation = chat.Line(values["text"], 10*quiz.MaxText), chat.Line(values["explanation"], 10*quiz.MaxExplanation)
	switch q.Kind {
	case quiz.Typed:
		q.Answers = linesOf(values["answers"])
	case quiz.Order:
		q.Choices, q.Key = linesOf(values["choices"]), 0
	case quiz.TrueFalse:
		q.Key = slices.IndexFunc(q.Choices, func(c string) bool { return strings.EqualFold(c, strings.TrimSpace(values["key"])) })
		if q.Key < 0 {
			return q, problem("The right answer is True or False.")
		}
	default:
		q.Choices = linesOf(values["choices"])
		return keyed(q, values["key"])
	}
	return q, nil
}

// keyed is q with the key that these letters mean.
func keyed(q quiz.Question, letters string) (quiz.Question, error) {
	var picked []int
	for _, l := range strings.FieldsFunc(strings.ToUpper(letters), func(r rune) bool { return strings.ContainsRune(" ,;.)", r) }) {
		if len(l) != 1 {
			return q, problem("Say what is right by letters: A for the first choice, B for the second.")
		}
		picked = append(picked, int(l[0])-'A')
	}
	if q.Key = q.Pick(picked...); q.Key < 0 {
		return q, problemf("%s does not say which of the %d choices is right. A is the first.", chat.Escape(chat.Line(letters, 40)), len(q.Choices))
	}
	return q, nil
}

// linesOf are the lines that are not empty.
func linesOf(s string) (lines []string) {
	for line := range strings.SplitSeq(s, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// retireQuestion, voidQuestion and restoreQuestion carry out commands about one question.
func (a *App) retireQuestion(ctx context.Context, c chat.Command) (chat.Reply, error) {
	return a.ruleOn(ctx, c, a.engine.RetireQuestion)
}

func (a *App) voidQuestion(ctx context.Context, c chat.Command) (chat.Reply, error) {
	round, err := positive(c.Args["round"], "round")
	if err != nil {
		return chat.Reply{}, err
	}
	return a.ruleOn(ctx, c, a.voidIn(int64(round)))
}

// voidIn voids a question in one round, or in all for 0.
func (a *App) voidIn(round int64) func(context.Context, quiz.Decision) (quiz.Version, error) {
	return func(ctx context.Context, d quiz.Decision) (quiz.Version, error) {
		return a.engine.VoidQuestion(ctx, d, round)
	}
}

func (a *App) restoreQuestion(ctx context.Context, c chat.Command) (chat.Reply, error) {
	if _, typed, more := strings.Cut(strings.TrimSpace(c.Args["id"]), " "); more { // no number, as it would be the version
		c.Args["version"] = typed
	}
	version, err := positive(c.Args["version"], "version")
	if err != nil {
		return chat.Reply{}, err
	}
	return a.ruleOn(ctx, c, func(ctx context.Context, d quiz.Decision) (quiz.Version, error) {
		return a.engine.RestoreQuestion(ctx, d, version)
	})
}

// positive reads the number of a round or of a version; if none is given it is 0.
func positive(typed, what string) (int, error) {
	n, err := strconv.Atoi(typed)
	if typed != "" && (err != nil || n < 1) {
		return 0, problemf("%s is no number of a %s; `/ckad-admin question show` and `history` tell them.", chat.Escape(chat.Line(typed, 20)), what)
	}
	return n, nil
}

func (a *App) ruleOn(ctx context.Context, c chat.Command, rule func(context.Context, quiz.Decision) (quiz.Version, error)) (chat.Reply, error) {
	d, err := a.decisionOf(ctx, c)
	if err != nil {
		return chat.Reply{}, err
	}
	v, err := rule(ctx, d)
	if err != nil {
		return chat.Reply{}, err
	}
	return a.afterRule(ctx, c.User, v)
}

// afterRule says what a decision led to, and offers to take it back.
func (a *App) afterRule(ctx context.Context, u chat.User, v quiz.Version) (chat.Reply, error) {
	_, waiting, err := a.engine.NextReported(ctx, u.Home(), "")
	if err != nil {
		return chat.Reply{}, err
	}
	next := undoButton(v)
	if v.Again { // only Void takes it back once more
		next = chat.Button{Action: verbVersions + ":" + v.Question.ID, Label: "History"}
	}
	card := &chat.Card{Body: done(v), Buttons: []chat.Button{next}}
	if waiting > 0 {
		card.Buttons = append(card.Buttons, chat.Button{Action: verbReports + ":", Label: "Next report"})
	}
	return chat.Reply{Ephemeral: true, Message: chat.Message{Card: card}}, nil
}

func undoButton(v quiz.Version) chat.Button {
	return chat.Button{Action: fmt.Sprintf("%s:%s:%d:%d", verbRestore, v.Question.ID, v.Number, v.Number-1), Label: "Undo"}
}

// done says what a decision led to.
func done(v quiz.Version) string {
	id := "**" + chat.Escape(v.Question.ID) + "**"
	said := map[quiz.Act]string{
		quiz.ActEdit:    id + " is changed for this workspace.",
		quiz.ActRetire:  id + " is not asked here any more. A round that is open finishes as it began.",
		quiz.ActRestore: id + " is as it was then.",
		quiz.ActVoid:    id + " is taken back: no answer to it counts.",
	}[v.Act]
	if v.Round != 0 {
		said = fmt.Sprintf("%s is taken back in round %d: no answer to it there counts.", id, v.Round)
	}
	if v.Act == quiz.ActRestore && v.Retired {
		said += " It is not asked here."
	}
	switch {
	case v.Answers > 0:
		said += " " + whoseAnswers(v.Answers, v.Players) + counting(v.Answers, " differently now") + "; results and leaderboards follow. " + willBeTold(v.Told)
	case v.Act != quiz.ActRetire:
		said += " No past answer counts differently."
	}
	if v.Lapsed {
		said += fmt.Sprintf(" It had been taken back then, but that was undone, so its answers count; `/ckad-admin question void %s` takes it back again.", v.Question.ID)
	}
	if v.Untouched > 0 && v.Act == quiz.ActEdit {
		said += fmt.Sprintf(" %s showed other choices and stay graded as they were; `/ckad-admin question void %s` takes the question back there.", counted(v.Untouched, "past round"), v.Question.ID)
	}
	return said
}

// willBeTold says how many channels learn of a decision. None does when only duels and rounds for one person are concerned,
// old ones, or what was undone in time.
func willBeTold(channels int) string {
	switch channels {
	case 0:
		return "No channel needs to be told."
	case 1:
		return "The channel is told."
	}
	return fmt.Sprintf("%d channels are told.", channels)
}

// retireFor, voidFor and restoreFor follow buttons.
func (a *App) retireFor(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	return a.ruled(ctx, c, to, a.engine.RetireQuestion)
}

func (a *App) voidFor(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	if len(to.words) < 3 {
		return a.ruled(ctx, c, to, a.voidIn(0))
	}
	d, err := decision(c.User, to)
	if err != nil {
		return chat.Reply{}, err
	}
	round, err := strconv.ParseInt(to.words[2], 10, 64)
	if err != nil {
		return stale, nil
	}
	v, err := a.engine.VoidQuestion(ctx, d, round)
	if err != nil {
		return chat.Reply{}, err
	}
	return a.afterRule(ctx, c.User, v)
}

func (a *App) restoreFor(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	d, err := decision(c.User, to)
	if err != nil || len(to.words) != 3 {
		return stale, nil
	}
	version, err := strconv.Atoi(to.words[2])
	if err != nil {
		return stale, nil
	}
	v, err := a.engine.RestoreQuestion(ctx, d, version)
	if err != nil {
		return chat.Reply{}, err
	}
	r, err := a.afterRule(ctx, c.User, v)
	r.Replace = true
	return r, err
}

// questionHistory lists who decided what about a question, when, and what it led to.
func (a *App) questionHistory(ctx context.Context, c chat.Command) (chat.Reply, error) {
	s, err := a.question(ctx, c)
	if err != nil {
		return chat.Reply{}, err
	}
	return a.historyOf(ctx, c.User, s)
}

// showVersions follows a button to the history.
func (a *App) showVersions(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	s, err := a.engine.Question(ctx, c.User.Home(), to.words[0])
	if err != nil {
		return chat.Reply{}, err
	}
	return a.historyOf(ctx, c.User, s)
}

func (a *App) historyOf(ctx context.Context, u chat.User, s quiz.QuestionState) (chat.Reply, error) {
	versions, err := a.engine.QuestionHistory(ctx, u.Home(), s.Question.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	if len(versions) == 0 {
		return private("Nothing was ever decided about **%s** here. `/ckad-admin question edit %s` changes it for this workspace.", chat.Escape(s.Question.ID), s.Question.ID), nil
	}
	card := &chat.Card{Title: chat.Line("History: "+s.Question.ID, chat.MaxTitle), Footer: counted(len(versions), "version")}
	if s.NewBank {
		card.Body = "**The bank** has another text since this workspace made its own. Now it is: " + briefly(s.Bank) + "\n\n"
	}
	for i, v := range versions[:min(len(versions), versionsShown)] {
		card.Body += questionVersionLine(v) + "\n\n"
		if i > 0 {
			card.Buttons = append(card.Buttons, backButton(s, v.Number, fmt.Sprintf("Back to version %d", v.Number)))
		}
	}
	if s.Own || s.Retired || s.VoidRounds > 0 {
		card.Buttons = append(card.Buttons, backButton(s, 0, "As the bank has it"))
	}
	card.Body = chat.CutMarkdown(strings.TrimSpace(card.Body), chat.MaxBody)
	return chat.Reply{Ephemeral: true, Message: chat.Message{Card: fitted(card)}}, nil
}

func backButton(s quiz.QuestionState, version int, label string) chat.Button {
	return chat.Button{Action: fmt.Sprintf("%s:%s:%d:%d", verbRestore, s.Question.ID, s.Number, version), Label: label}
}

func questionVersionLine(v quiz.Version) string {
	what := map[quiz.Act]string{quiz.ActEdit: "edited", quiz.ActRetire: "retired", quiz.ActRestore: "restored", quiz.ActVoid: "taken back in all rounds until then", quiz.ActBank: "key corrected"}[v.Act]
	if v.Round != 0 {
		what = fmt.Sprintf("taken back in round %d", v.Round)
	}
	by := v.By
	if v.Act == quiz.ActBank {
		by = "the bank"
	}
	line := fmt.Sprintf("**Version %d**, %s, %s: %s.", v.Number, chat.Time(v.At), chat.Escape(chat.Line(by, 64)), what)
	if v.Act == quiz.ActEdit || v.Act == quiz.ActRestore {
		line += " " + briefly(v.Question)
	}
	if v.Why != "" {
		line += " Why: " + chat.Escape(chat.Line(v.Why, 200))
	}
	if v.Answers > 0 {
		line += " " + whoseAnswers(v.Answers, v.Players) + counting(v.Answers, " differently since") + "."
	}
	return line
}

// briefly is a question with its answer in a line.
func briefly(q quiz.Question) string {
	return "“" + chat.Prose(chat.Line(q.Text, 120)) + "” Right: " + rightInShort(q) + "."
}

// questionConflict tells an admin that another was quicker.
func questionConflict(err error) (string, bool) {
	var c *quiz.ConflictError
	if !errors.As(err, &c) {
		return "", false
	}
	by := c.Latest.By
	if by == "" {
		by = "the bank"
	}
	return fmt.Sprintf("Nothing was changed: **%s** was changed by %s since you saw it (%s). Look at it again with `/ckad-admin question show %s`, then decide.",
		chat.Escape(c.Latest.Question.ID), chat.Escape(by), chat.Time(c.Latest.At), c.Latest.Question.ID), true
}
