package slack

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/slack-go/slack"

	"ckadbot/bot/chat"
)

// What an answer to somebody who types into a menu takes at most
// (docs.slack.dev/reference/block-kit/composition-objects/option-object).
const (
	maxOptions = 100
	maxOption  = 75       // characters of a text, and of a value, which Slack let grow to 150 later
	maxAnswer  = 16 << 10 // bytes; Slack drops an acknowledgement of 20 KB without a word
)

// A menu is the answer to block_suggestion.
type menu struct {
	Options []*slack.OptionBlockObject `json:"options"`
}

// complete gives what can be chosen: nothing, if that takes too long, since it
// can only be said in the acknowledgement, which Slack wants within three seconds.
func (s *session) complete(in interaction) menu {
	ctx, cancel := context.WithTimeout(s.work, chat.Patience)
	defer cancel()
	found := make(chan menu, 1)
	s.busy.Go(func() {
		defer s.recovered("completion")
		if ctx, end, ok := s.takeTurn(ctx); ok {
			defer end()
			found <- s.menu(ctx, in)
		}
	})
	select {
	case m := <-found:
		return m
	case <-ctx.Done():
		s.log.Warn("a completion took too long")
		return options(nil)
	}
}

// menu asks the handler. A menu that is none of ours has no options.
func (s *session) menu(ctx context.Context, in interaction) menu {
	from, ok := parseOrigin(in.View.PrivateMetadata)
	if !ok || in.ActionID != inputAction {
		return options(nil)
	}
	from.team = firstOf(from.team, in.team())
	p, err := s.locate(ctx, from, in.Enterprise.ID, in.place())
	if err != nil {
		s.log.Warn("a menu of a workspace without a token", "workspace", from.team, "error", err)
		return options(nil)
	}
	if strings.HasPrefix(in.View.CallbackID, chat.AdminAction) {
		p.user = s.withRights(ctx, p)
	}
	return options(s.handler.Complete(ctx, chat.Completion{
		Command: in.View.CallbackID, Option: in.BlockID, Typed: in.Value, User: p.user, Channel: p.channel,
	}))
}

// options are as many of choices as Slack takes, each value once. A value that
// is too long is left out, since what comes back has to be what was meant.
func options(choices []chat.Choice) menu {
	m, seen, size := menu{Options: []*slack.OptionBlockObject{}}, map[string]bool{"": true}, 0
	for _, c := range choices {
		if seen[c.Value] || chat.Length(c.Value) > maxOption {
			continue
		}
		o := option(c)
		raw, err := json.Marshal(o)
		if size += len(raw) + 1; err != nil || size > maxAnswer || len(m.Options) == maxOptions {
			break
		}
		seen[c.Value] = true
		m.Options = append(m.Options, o)
	}
	return m
}

func option(c chat.Choice) *slack.OptionBlockObject {
	return slack.NewOptionBlockObject(c.Value, plainText(plain(firstOf(c.Label, c.Value), maxOption)), nil)
}
