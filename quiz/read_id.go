package quiz

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"regexp"
	"strings"
)

// textID is the id of a question that its file gives none: made of what is asked, and of more where that is not enough.
// It does not depend on case, blanks and code marks, nor on the order of what else is given.
func textID(q Question, more ...string) string {
	parts := []string{fold(q.Text), q.Code}
	var folded []string
	for _, m := range more {
		folded = append(folded, fold(m))
	}
	return hashID(append(parts, sorted(folded)...)...)
}

// foreignID is the id for what another program calls something.
func foreignID(name string) string {
	switch name = strings.TrimSpace(name); {
	case name == "" || validID(name):
		return name
	}
	return hashID("id", name)
}

func hashID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "q-" + hex.EncodeToString(sum[:6])
}

var notInID = regexp.MustCompile(`[^a-z0-9]+`)

// sourceOf is the Source of the questions of a file.
func sourceOf(name string) string {
	base := strings.ToLower(filepath.Base(name))
	source := strings.Trim(notInID.ReplaceAllString(base, "-"), "-")
	if source == "" || source == SourceGlossary {
		source = "file-" + source
	}
	return strings.TrimRight(source[:min(len(source), 60)], "-")
}

// imported reports whether q is from a file that somebody imported.
func (q Question) imported() bool { return q.Source != "" && q.Source != SourceGlossary }
