package slack

import (
	"context"
	"errors"
	"fmt"

	"ckadbot/bot/chat"
)

// Hand shares a file in the direct conversation with one person. It needs the
// scopes im:write and files:write.
func (a *Adapter) Hand(ctx context.Context, u chat.User, f chat.File) (where string, err error) {
	if err := f.Validate(); err != nil {
		return "", err
	}
	ch, err := a.Direct(ctx, u)
	if err != nil {
		return "", err
	}
	w, err := a.workspace(ctx, u.Workspace, "")
	if err != nil {
		return "", fmt.Errorf("hand a file: %w", err)
	}
	if _, err := w.upload(ctx, true, upload{what: "hand a file", name: f.Name, content: f.Content, channel: ch.ID, comment: f.Comment}); err != nil {
		return "", err
	}
	return "our direct messages", nil
}

// Member tells whether somebody is in the workspace: deactivated people are not.
func (a *Adapter) Member(ctx context.Context, u chat.User) (bool, error) {
	w, err := a.workspace(ctx, u.Workspace, "")
	if err != nil {
		return false, fmt.Errorf("look up a person: %w", err)
	}
	p, err := w.person(ctx, u.ID)
	if errors.Is(err, errNobody) {
		return false, nil
	}
	return err == nil && !p.deleted, err
}
