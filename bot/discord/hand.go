package discord

import (
	"context"
	"fmt"
	"net/http"

	"ckadbot/bot/chat"
)

// A handed message comes with a file that no embed shows.
type handed struct {
	payload
	file chat.File
}

// Hand posts a file in the direct conversation with one person.
func (a *Adapter) Hand(ctx context.Context, u chat.User, f chat.File) (where string, err error) {
	if err := f.Validate(); err != nil {
		return "", err
	}
	ch, err := a.Direct(ctx, u)
	if err != nil {
		return "", err
	}
	p := render(chat.Message{Text: chat.Escape(f.Comment)})
	p.Attachments = []attachment{{ID: "0", Filename: f.Name, Description: chat.Cut(f.Comment, maxAttached)}}
	err = a.rest.do(ctx, request{name: "hand a file", method: http.MethodPost, path: "/channels/" + ch.ID + "/messages", body: handed{p, f}})
	if err != nil {
		return "", explain(err)
	}
	return "our direct messages", nil
}

// Discord's error codes for people who are not there.
const (
	unknownMember = 10007
	unknownUser   = 10013
)

// Member tells whether somebody is in the guild. Conversations of no guild have
// no members that could leave.
func (a *Adapter) Member(ctx context.Context, u chat.User) (bool, error) {
	if u.Workspace == chat.Everywhere {
		return true, nil
	}
	if !snowflake(u.Workspace) || !snowflake(u.ID) {
		return false, fmt.Errorf("person %q of %q is not one of Discord's", chat.Line(u.ID, 40), chat.Line(u.Workspace, 40))
	}
	err := a.rest.do(ctx, request{name: "look up a member", method: http.MethodGet, path: "/guilds/" + u.Workspace + "/members/" + u.ID})
	if refusedWith(err, unknownMember, unknownUser) {
		return false, nil
	}
	return err == nil, explain(err)
}
