package lint

import (
	"regexp"
	"strings"

	"ckadbot/kb"
)

var (
	fileComment  = regexp.MustCompile(`^# *([a-zA-Z0-9._-]+/)*([A-Z][a-z]+file|[a-zA-Z0-9_-]+\.[a-z]+)$`)
	yamlBegins   = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_.-]*:( |$)|- |---)`)
	literalBlock = regexp.MustCompile(`^( {2}|- )example: *\|[0-9+-]*$`)
)

// example checks the example by what it is: manifests or a part of one, commands, or another file, which begins with a
// comment that is its name.
func (l *linter) example(e kb.Noted) {
	text := strings.TrimRight(e.Example, " \n")
	if text == "" {
		return
	}
	wrong := func(line int, problem string) { l.wrong(e, l.exampleLine(e, line), "the example: %s", problem) }
	first, content := firstLines(text)
	named := fileComment.MatchString(first)
	switch {
	case named && !strings.HasSuffix(first, ".yaml") && !strings.HasSuffix(first, ".yml"):
	case yamlBegins.MatchString(content):
		l.yaml(e, text, named, wrong)
	default:
		for _, c := range parseShell(text) {
			if problem := c.problem(); problem != "" {
				wrong(c.line, problem)
			}
		}
	}
}

// firstLines returns the first line of a text, and the first that is no comment.
func firstLines(text string) (first, content string) {
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if first == "" {
			first = line
		}
		if line != "" && line[0] != '#' {
			return first, line
		}
	}
	return first, ""
}

// exampleLine is the line of the file that a line of the example stands in: exactly, when the example is a block as usual.
func (l *linter) exampleLine(e kb.Noted, line int) int {
	key := e.LineOf("example")
	if lines := l.lines[e.File]; key <= len(lines) && literalBlock.MatchString(lines[key-1]) {
		return key + line
	}
	return key
}

// yaml checks an example in YAML; named: it is a file with a name of its own.
func (l *linter) yaml(e kb.Noted, text string, named bool, wrong func(line int, problem string)) {
	for _, d := range documents(text) {
		if problems := d.parse(); problems != nil {
			for _, p := range problems {
				wrong(d.before+p.line, p.text)
			}
			continue
		}
		var problems []finding
		switch {
		case d.text("kind") != "":
			l.report.Manifests++
			problems = l.kubernetes.manifest(d)
		case named:
		case d.text("apiVersion") != "":
			problems = []finding{{d.lineOf("apiVersion"), "a manifest needs a kind beside its apiVersion"}}
		default:
			var kind string
			kind, problems = l.kubernetes.part(d, e.Kind)
			if kind != e.Kind && kind != "Pod" {
				l.report.Guessed[kind]++
			}
		}
		for _, p := range problems {
			wrong(d.before+p.line, p.text)
		}
	}
}
