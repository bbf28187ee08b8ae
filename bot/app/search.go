package app

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"ckadbot/bot/chat"
)

const (
	found     = 5  // results on a page of a search: each with its beginning and a button
	packedMax = 60 // bytes of text that fit into an action beside everything else
)

// search shows everything that fits some words, best first.
func (a *App) search(ctx context.Context, c chat.Command) (chat.Reply, error) {
	words := strings.TrimSpace(c.Args["words"] + " " + c.Rest)
	if words == "" {
		return chat.Reply{}, problem("What are you looking for? For example `/ckad search rolling update` or `/ckad search storage that stays`.")
	}
	m, err := a.results(ctx, c.User, pack(words), 0)
	return chat.Reply{Message: m, Ephemeral: true}, err
}

// showResults goes to another page of a search, in place.
func (a *App) showResults(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	page, words, err := paged(to)
	if err != nil {
		return chat.Reply{}, err
	}
	m, err := a.results(ctx, c.User, pack(unpack(words)), page) // what comes back in an action may be no such words
	return inPlace(m), err
}

func (a *App) results(ctx context.Context, u chat.User, packed string, page int) (chat.Message, error) {
	words := unpack(packed)
	entries, total, err := a.glossary.Search(ctx, u.Home(), words, found, page*found)
	if err != nil {
		return chat.Message{}, err
	}
	shown := "**" + chat.Escape(chat.Line(words, packedMax)) + "**"
	if len(entries) == 0 {
		card := &chat.Card{Body: "Nothing in the glossary fits " + shown + ". Try fewer or other words; `/ckad terms` lists everything."}
		if !chat.Homeless(u.Home()) {
			card.Buttons = []chat.Button{{Action: verbSuggest + "::" + packed, Label: "Suggest this term", Form: true}}
		}
		return chat.Message{Card: card}, nil
	}
	card := &chat.Card{Title: "Search", Body: fmt.Sprintf("%s for %s:", counted(total, "result"), shown)}
	for i, e := range entries {
		card.Body += fmt.Sprintf("\n\n%d. %s", page*found+i+1, brief(e))
		card.Buttons = addButton(card.Buttons, entryButton(e))
	}
	card.Buttons = append(card.Buttons, turns(verbFind, packed, page, (total+found-1)/found)...)
	return chat.Message{Card: card}, nil
}

// turns are the buttons to the pages before and after this one of so many.
func turns(verb, rest string, page, pages int) (bs []chat.Button) {
	to := func(page int, label string) {
		bs = append(bs, chat.Button{Action: verb + ":" + strconv.Itoa(page) + ":" + rest, Label: label})
	}
	if page > 0 {
		to(page-1, "← Back")
	}
	if page+1 < pages {
		to(page+1, "More →")
	}
	return bs
}

// paged reads the page and the rest of an action that turns made.
func paged(to target) (page int, rest string, err error) {
	if len(to.words) != 2 {
		return 0, "", problem(stale.Text)
	}
	page, err = strconv.Atoi(to.words[0])
	if err != nil || page < 0 || page > 1e6 {
		return 0, "", problem(stale.Text)
	}
	return page, to.words[1], nil
}

// pack brings words that somebody typed into a form that fits into an action;
// what is beyond packedMax bytes is left out.
func pack(words string) string {
	words = strings.ToValidUTF8(words, "")
	if len(words) > packedMax {
		cut := packedMax
		for !utf8.RuneStart(words[cut]) {
			cut--
		}
		words = words[:cut]
	}
	return base64.RawURLEncoding.EncodeToString([]byte(words))
}

// unpack gives the words back. Actions come from outside: what makes no sense is no words.
func unpack(packed string) string {
	words, err := base64.RawURLEncoding.DecodeString(packed)
	if err != nil || len(words) > packedMax {
		return ""
	}
	return strings.ToValidUTF8(string(words), "")
}
