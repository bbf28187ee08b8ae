package textfile

import (
	"regexp"
	"strings"
)

// SplitCell splits the text of a cell at each of the separators, some of ; and |, that has no backslash before it. The parts have
// no blanks around them, and empty ones are left out. A backslash takes the meaning of ; and | and of another backslash away.
func SplitCell(cell, separators string) (parts []string) {
	var part strings.Builder
	end := func() {
		if s := strings.TrimSpace(part.String()); s != "" {
			parts = append(parts, s)
		}
		part.Reset()
	}
	for i := 0; i < len(cell); i++ {
		switch special := i+1 < len(cell) && strings.IndexByte(`\;|`, cell[i+1]) >= 0; {
		case cell[i] == '\\' && special:
			i++
			part.WriteByte(cell[i])
		case strings.IndexByte(separators, cell[i]) >= 0:
			end()
		default:
			part.WriteByte(cell[i])
		}
	}
	end()
	return parts
}

// JoinCell makes a cell of parts, which SplitCell takes apart again.
func JoinCell(parts []string) string {
	var escaped []string
	for _, p := range parts {
		escaped = append(escaped, cellEscape.Replace(p))
	}
	return strings.Join(escaped, "|")
}

var cellEscape = strings.NewReplacer(`\`, `\\`, `;`, `\;`, `|`, `\|`)

var (
	formula = regexp.MustCompile("^'*[=+@\t\r-]")
	guarded = regexp.MustCompile("^'+[=+@\t\r-]")
)

// guard puts an apostrophe before what a spreadsheet would run as a formula.
func guard(cell string) string {
	if formula.MatchString(cell) {
		return "'" + cell
	}
	return cell
}

// unguarded is the inverse of guard.
func unguarded(cell string) string {
	if guarded.MatchString(cell) {
		return cell[1:]
	}
	return cell
}
