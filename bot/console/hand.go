package console

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"ckadbot/bot/chat"
)

// Hand writes a file into a new directory for temporary files, which nobody else
// may read, and says where.
func (a *Adapter) Hand(ctx context.Context, _ chat.User, f chat.File) (where string, err error) {
	if err := cmp.Or(ctx.Err(), f.Validate()); err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "ckadbot-")
	if err != nil {
		return "", fmt.Errorf("hand a file: %w", err)
	}
	path := filepath.Join(dir, f.Name)
	if err := os.WriteFile(path, f.Content, 0o600); err != nil {
		return "", fmt.Errorf("hand a file: %w", err)
	}
	return path, nil
}

// Member is true: whoever sits at the terminal is there.
func (*Adapter) Member(context.Context, chat.User) (bool, error) { return true, nil }
