package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// completions is how many proposals are made; Discord shows up to 25.
const completions = 20

// maxChoiceLabel is how long the label of a proposal is at most: Discord shows 100 characters.
const maxChoiceLabel = 100

// Complete proposes what could stand for an option while somebody types. Each key that they press asks, so it answers
// from memory: the glossary is there, and what is in the database was asked for within the last [fresh]. Only questions are
// looked for in the database each time, which admins alone do.
func (a *App) Complete(ctx context.Context, c chat.Completion) []chat.Choice {
	typed := strings.TrimSpace(c.Typed)
	if Spec.Admin(c.Command) && !c.User.Admin {
		return nil
	}
	switch c.Option {
	case "command":
		top, _, _ := strings.Cut(c.Command, " ")
		return matching(typed, commandNames(top))
	case "id":
		return a.completeQuestion(ctx, c)
	case "term":
		return a.completeTerm(c)
	case "subject":
		return matching(typed, a.subjectNames(c.User.Home()))
	case "topic":
		topics := a.remembered(ctx, "", "topics", a.topicNames)
		if strings.HasPrefix(c.Command, "ckad-admin series") {
			return lastOf(typed, func(typed string) []chat.Choice { return matching(typed, topics) })
		}
		return matching(typed, topics)
	case "season":
		return matching(typed, a.remembered(ctx, c.User.Home(), "seasons", a.seasonNames))
	case "name", "series":
		return matching(typed, a.remembered(ctx, c.User.Home(), "series", a.seriesNames))
	case "zone":
		return completeZone(typed)
	case "time", "close":
		return matching(typed, times())
	case "days":
		return lastOf(typed, func(typed string) []chat.Choice { return matching(typed, daySets) })
	case "until":
		return completeDay(a.now(), typed, "off")
	case "dates", "skip":
		return lastOf(typed, func(last string) []chat.Choice {
			none := "none"
			if last != typed { // after a comma
				none = ""
			}
			return completeDay(a.now(), last, none)
		})
	}
	return nil
}

func (a *App) topicNames(ctx context.Context, _ string) (names []string, err error) {
	all, err := a.engine.Topics(ctx)
	for _, t := range all {
		names = append(names, t.Name)
	}
	return names, err
}

func (a *App) seasonNames(ctx context.Context, workspace string) (names []string, err error) {
	all, err := a.engine.Seasons(ctx, workspace)
	for _, s := range all {
		names = append(names, s.Name)
	}
	return names, err
}

func (a *App) seriesNames(ctx context.Context, workspace string) (names []string, err error) {
	all, err := a.everySeries(ctx, workspace)
	for _, s := range all {
		names = append(names, s.Name)
	}
	return names, err
}

func (a *App) completeTerm(c chat.Completion) (choices []chat.Choice) {
	for _, e := range a.glossary.Complete(c.User.Home(), c.Typed, completions) {
		choices = append(choices, chat.Choice{Label: e.Term, Value: e.Term})
	}
	if typed := chat.Line(strings.TrimSpace(c.Typed), chat.MaxLabel); c.Command == defineForm && typed != "" { // a picker takes nothing that is not proposed
		choices = append(choices, chat.Choice{Label: typed, Value: typed})
	}
	return choices
}

// completeQuestion proposes questions to admins, and only to them: those that are reported, then those with the words.
func (a *App) completeQuestion(ctx context.Context, c chat.Completion) (choices []chat.Choice) {
	if !c.User.Admin {
		return nil
	}
	found, err := a.engine.FindQuestions(ctx, c.User.Home(), c.Typed, completions)
	if err != nil {
		a.log.Warn("completing failed", "subject", "questions", "error", err)
	}
	for _, f := range found {
		label := f.ID + ": " + f.Text
		if f.Reports > 0 {
			label = fmt.Sprintf("🚩 %d · %s", f.Reports, label)
		}
		choices = append(choices, chat.Choice{Label: chat.Line(label, maxChoiceLabel), Value: f.ID})
	}
	return choices
}

// matching picks the names that contain what was typed: first those that begin with it.
func matching(typed string, names []string) (choices []chat.Choice) {
	typed = strings.ToLower(typed)
	var begin, contain []string
	for _, name := range names {
		switch low := strings.ToLower(name); {
		case strings.HasPrefix(low, typed):
			begin = append(begin, name)
		case strings.Contains(low, typed):
			contain = append(contain, name)
		}
	}
	for _, name := range slices.Concat(begin, contain) {
		choice := chat.Choice{Label: name, Value: name}
		if len(choices) < completions && !slices.Contains(choices, choice) { // a shared series may have the name of one's own
			choices = append(choices, choice)
		}
	}
	return choices
}

// lastOf completes the last of several words with commas between them; those before stay.
func lastOf(typed string, complete func(last string) []chat.Choice) []chat.Choice {
	comma := strings.LastIndex(typed, ",") + 1
	before, last := typed[:comma], strings.TrimSpace(typed[comma:])
	choices := complete(last)
	for i, c := range choices {
		choices[i] = chat.Choice{Label: before + c.Label, Value: before + c.Value}
	}
	return choices
}

// usualZones are proposed before anything is typed.
var usualZones = []string{"UTC", "Europe/Berlin", "Europe/London", "Europe/Madrid", "America/New_York", "America/Chicago", "America/Los_Angeles",
	"America/Sao_Paulo", "America/Mexico_City", "Asia/Kolkata", "Asia/Tokyo", "Asia/Shanghai", "Asia/Singapore", "Australia/Sydney", "Africa/Lagos"}

// zoneOfCity are large cities that the database of time zones does not name.
var zoneOfCity = map[string]string{
	"Munich": "Europe/Berlin", "Hamburg": "Europe/Berlin", "Cologne": "Europe/Berlin", "Frankfurt": "Europe/Berlin", "Barcelona": "Europe/Madrid",
	"Milan": "Europe/Rome", "Geneva": "Europe/Zurich", "Manchester": "Europe/London", "Edinburgh": "Europe/London", "Lyon": "Europe/Paris",
	"Krakow": "Europe/Warsaw", "Rotterdam": "Europe/Amsterdam", "Gothenburg": "Europe/Stockholm", "Ankara": "Europe/Istanbul",
	"San Francisco": "America/Los_Angeles", "Seattle": "America/Los_Angeles", "San Diego": "America/Los_Angeles", "Washington": "America/New_York",
	"Boston": "America/New_York", "Atlanta": "America/New_York", "Miami": "America/New_York", "Philadelphia": "America/New_York",
	"Houston": "America/Chicago", "Dallas": "America/Chicago", "Austin": "America/Chicago", "Montreal": "America/Toronto", "Ottawa": "America/Toronto",
	"Calgary": "America/Edmonton", "Rio de Janeiro": "America/Sao_Paulo", "Brasilia": "America/Sao_Paulo", "Guadalajara": "America/Mexico_City",
	"Bangalore": "Asia/Kolkata", "Bengaluru": "Asia/Kolkata", "Mumbai": "Asia/Kolkata", "Delhi": "Asia/Kolkata", "Chennai": "Asia/Kolkata",
	"Hyderabad": "Asia/Kolkata", "Pune": "Asia/Kolkata", "Beijing": "Asia/Shanghai", "Shenzhen": "Asia/Shanghai", "Guangzhou": "Asia/Shanghai",
	"Osaka": "Asia/Tokyo", "Kyoto": "Asia/Tokyo", "Busan": "Asia/Seoul", "Hanoi": "Asia/Ho_Chi_Minh", "Islamabad": "Asia/Karachi", "Lahore": "Asia/Karachi",
	"Abu Dhabi": "Asia/Dubai", "Tel Aviv": "Asia/Jerusalem", "Canberra": "Australia/Sydney", "Wellington": "Pacific/Auckland",
	"Cape Town": "Africa/Johannesburg", "Abuja": "Africa/Lagos", "Mombasa": "Africa/Nairobi",
}

// completeZone finds time zones by their names and by cities.
func completeZone(typed string) (choices []chat.Choice) {
	if typed == "" {
		return matching("", usualZones)
	}
	for city, zone := range zoneOfCity {
		if strings.HasPrefix(strings.ToLower(city), strings.ToLower(typed)) {
			choices = append(choices, chat.Choice{Label: city + " (" + zone + ")", Value: zone})
		}
	}
	slices.SortFunc(choices, func(a, b chat.Choice) int { return strings.Compare(a.Label, b.Label) })
	for _, zone := range quiz.SuggestZones(typed, completions) {
		choices = append(choices, chat.Choice{Label: zone, Value: zone})
	}
	return choices[:min(len(choices), completions)]
}

// daySets are weekdays as they are mostly wanted.
var daySets = []string{"mon-fri", "daily", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "mon-thu", "weekends"}

// times are every half hour, those of the working day first.
func times() (all []string) {
	for half := range 48 {
		at := (half + 16) % 48
		all = append(all, fmt.Sprintf("%02d:%02d", at/2, at%2*30))
	}
	return all
}

// completeDay proposes days from tomorrow on, as somebody begins to type one, and a word that stands for none of them.
func completeDay(now time.Time, typed, word string) (choices []chat.Choice) {
	if word != "" && strings.HasPrefix(word, strings.ToLower(typed)) {
		choices = append(choices, chat.Choice{Label: word, Value: word})
	}
	from, until, isRange := strings.Cut(typed, "..")
	first := now.AddDate(0, 0, 1)
	if day, err := time.Parse(time.DateOnly, from); err == nil {
		if !isRange {
			choices = append(choices, chat.Choice{Label: day.Format(time.DateOnly + " (Mon)"), Value: from})
		}
		first = day.AddDate(0, 0, 1)
	} else if isRange {
		return choices
	}
	for d := range 366 {
		day := first.AddDate(0, 0, d).Format(time.DateOnly)
		if len(choices) == completions {
			break
		}
		switch label := first.AddDate(0, 0, d).Format(time.DateOnly + " (Mon)"); {
		case isRange && strings.HasPrefix(day, until):
			choices = append(choices, chat.Choice{Label: from + ".." + label, Value: from + ".." + day})
		case !isRange && strings.HasPrefix(day, typed):
			choices = append(choices, chat.Choice{Label: label, Value: day})
		}
	}
	return choices
}

// A memory is what the database was asked for completions, by workspace and subject.
type memory struct {
	mu  sync.Mutex // guards all
	all map[[2]string]names
}

type names struct {
	names []string
	at    time.Time
}

const (
	fresh      = 10 * time.Second
	rememberBy = 1000 // workspaces and subjects; then all is forgotten
)

// remembered gives names that ask found lately, or asks.
func (a *App) remembered(ctx context.Context, workspace, subject string, ask func(ctx context.Context, workspace string) ([]string, error)) []string {
	key := [2]string{workspace, subject}
	a.memory.mu.Lock()
	known, ok := a.memory.all[key]
	a.memory.mu.Unlock()
	if age := a.now().Sub(known.at); ok && age >= 0 && age < fresh {
		return known.names
	}
	found, err := ask(ctx, workspace)
	if err != nil {
		a.log.Warn("completing failed", "subject", subject, "error", err)
		return known.names
	}
	a.memory.mu.Lock()
	defer a.memory.mu.Unlock()
	if a.memory.all == nil || len(a.memory.all) >= rememberBy {
		a.memory.all = map[[2]string]names{}
	}
	a.memory.all[key] = names{found, a.now()}
	return found
}

// forget has a workspace's names asked for anew: an admin has changed something.
func (l *memory) forget(workspace string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key := range l.all {
		if key[0] == workspace {
			delete(l.all, key)
		}
	}
}
