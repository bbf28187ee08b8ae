package chat

import (
	"fmt"
	"regexp"
	"unicode/utf8"
)

// A File is something for one person to keep: text, given to them alone by an
// [Adapter].
type File struct {
	Name    string // as in "ckadbot-data.json"
	Content []byte // UTF-8
	Comment string // what it is, in plain words
}

// MaxFile is how many bytes a file has at most: Discord takes 10 MiB,
// discord.com/developers/docs/reference#uploading-files.
const MaxFile = 9 << 20

// What a file may be called on every platform, and on a disk.
var fileName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,50}\.(json|txt)$`)

// Validate checks f against every platform's limits.
func (f File) Validate() error {
	switch {
	case !fileName.MatchString(f.Name):
		return fmt.Errorf("file's name %q is not of a-z, 0-9 and - with .json or .txt", f.Name)
	case len(f.Content) == 0 || len(f.Content) > MaxFile:
		return fmt.Errorf("file has %d bytes, want 1 to %d", len(f.Content), MaxFile)
	case !utf8.Valid(f.Content):
		return fmt.Errorf("file %s is not UTF-8", f.Name)
	case Length(f.Comment) < 1 || Length(f.Comment) > MaxAlt:
		return fmt.Errorf("file's comment has %d characters, want 1 to %d", Length(f.Comment), MaxAlt)
	}
	return nil
}
