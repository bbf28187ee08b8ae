package kb

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// ReadYAML reads entries as they stand in a file of the built-in glossary; package content explains the keys. Besides them there
// may be source, source_url and licence.
//
// Only the form is judged here: unknown keys, keys written twice, and a text where a list belongs are problems, each a
// *FileError; what the entries say is not. Each value is the text that was written, so no, 1.10 and 2024-01-01 need no quotes.
// Anchors, aliases and tags are refused, and nothing is longer than it can be in an entry: a small file cannot become a big one.
//
// The entries are read one after the other, so that a file of ten thousand needs the memory of one.
func ReadYAML(name string, r io.Reader) ([]Noted, []error) {
	y := yamlReader{problems: problems{file: name}}
	in := newLines(name, r)
	for in.next() {
		y.line(in.number, in.text)
	}
	y.item()
	if in.err != nil {
		y.list = append(y.list, in.err)
	}
	return y.entries, y.list
}

// A yamlReader cuts a file into the items of its list. YAML asks that everything inside an item is indented by more than the
// dash it begins with, so a line that is not belongs to the next one.
type yamlReader struct {
	problems
	entries []Noted
	indent  string       // before the dash of each item; known with the first
	text    bytes.Buffer // of the item
	first   int          // its line; 0: none has begun
}

func (y *yamlReader) line(number int, line []byte) {
	rest := bytes.TrimLeft(line, " ")
	indent := string(line[:len(line)-len(rest)])
	begins := bytes.Equal(rest, []byte("-")) || bytes.HasPrefix(rest, []byte("- "))
	switch {
	case len(rest) == 0 || rest[0] == '#' && (y.first == 0 || len(indent) <= len(y.indent)):
		if y.first > 0 {
			y.text.WriteByte('\n')
		}
	case indent == "" && (bytes.HasPrefix(rest, []byte("---")) || bytes.HasPrefix(rest, []byte("%")) || bytes.Equal(rest, []byte("..."))):
		y.item()
		y.indent = ""
	case begins && (y.first == 0 || indent == y.indent):
		y.item()
		y.indent, y.first = indent, number
		y.add(line, number)
	case y.first == 0 || len(indent) <= len(y.indent):
		y.item()
		y.wrong(number, "no entry of a list; each entry begins with “- slug: …” at the beginning of a line")
	default:
		y.add(line, number)
	}
}

// add takes a line into the item.
func (y *yamlReader) add(line []byte, number int) {
	if y.text.Len() <= maxItem {
		y.text.Write(line)
		y.text.WriteByte('\n')
	}
}

// item reads the item that ends here.
func (y *yamlReader) item() {
	if y.first == 0 {
		return
	}
	first := y.first
	y.first = 0
	defer y.text.Reset()
	if y.text.Len() > maxItem {
		y.wrong(first, "an entry of more than %d KiB; is its end missing?", maxItem>>10)
		return
	}
	var document yaml.Node
	if err := yaml.Unmarshal(y.text.Bytes(), &document); err != nil {
		line, text := yamlError(err, first)
		y.wrong(line, "%s", text)
		return
	}
	for _, node := range document.Content[0].Content {
		y.entry(node, first-1)
	}
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line ([0-9]+): )?`)

// yamlError gives the line and the text of a syntax error of an item that begins in line first.
func yamlError(err error, first int) (line int, text string) {
	line, text = first, err.Error()
	if found := yamlLine.FindStringSubmatch(text); found != nil {
		text = text[len(found[0]):]
		if n, err := strconv.Atoi(found[1]); err == nil {
			line = first + n - 1
		}
	}
	return line, "is not YAML (" + text + "); put a text that holds “: ” or “ #”, or begins with a special character, in quotes"
}

// entry reads one entry; before is the number of lines before the document that the node is of.
func (y *yamlReader) entry(node *yaml.Node, before int) {
	e := Noted{File: y.file, Line: node.Line + before}
	found := len(y.list)
	if node.Kind != yaml.MappingNode {
		y.wrong(e.Line, "an entry has keys such as “slug: pod” and “term: Pod”")
		return
	}
	if !plainNode(node) {
		y.wrong(e.Line, "the entry has an anchor or a tag, which no entry needs; take it away")
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		line := key.Line + before
		f, problem := e.take(key.Value, line)
		if problem == "" {
			problem = f.setNode(&e.Entry, value)
		}
		if problem == "" && !plainNode(key) {
			problem = "has an anchor or a tag, which no entry needs; write the word itself"
		}
		if problem != "" {
			y.wrong(line, "%s", problem)
		}
	}
	if len(y.list) == found {
		y.entries = append(y.entries, e)
	}
}

// setNode gives a field the value of a node, or says why it cannot.
func (f field) setNode(e *Entry, node *yaml.Node) (problem string) {
	switch {
	case !plainNode(node) || slices.ContainsFunc(node.Content, func(n *yaml.Node) bool { return !plainNode(n) }):
		return f.key + " has an anchor, an alias or a tag; write the text itself, in quotes if it begins with *, & or !"
	case f.text != nil && node.Kind == yaml.ScalarNode:
		*f.text(e) = node.Value
	case f.list != nil && (node.Kind == yaml.SequenceNode || isEmptyNode(node)):
		for _, n := range node.Content {
			if n.Kind != yaml.ScalarNode {
				return f.key + " is a list of texts; put one with “: ” in quotes"
			}
			*f.list(e) = append(*f.list(e), n.Value)
		}
	case f.pairs != nil && (node.Kind == yaml.MappingNode || isEmptyNode(node)):
		return f.setPairs(e, node.Content)
	default:
		return f.key + " must be " + f.want()
	}
	return ""
}

func (f field) setPairs(e *Entry, nodes []*yaml.Node) (problem string) {
	pairs := map[string]string{}
	for i := 0; i+1 < len(nodes); i += 2 {
		k, v := nodes[i], nodes[i+1]
		if _, twice := pairs[k.Value]; twice {
			return fmt.Sprintf("%s has %q twice; keep one", f.key, visibly(k.Value))
		}
		if k.Kind != yaml.ScalarNode || v.Kind != yaml.ScalarNode {
			return f.key + " must be " + f.want()
		}
		pairs[k.Value] = v.Value
	}
	*f.pairs(e) = pairs
	return ""
}

// plainNode reports whether a node is only itself. Aliases are how a small file becomes a big one.
func plainNode(n *yaml.Node) bool {
	return n.Kind != yaml.AliasNode && n.Anchor == "" && n.Style&yaml.TaggedStyle == 0
}

func isEmptyNode(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Value == "" }

// visibly is text from a file as it may be repeated to a person: short, and without characters that act.
func visibly(s string) string {
	s = strings.Map(visible, s)
	if short := cut(s, 40); short != s {
		return short + "…"
	}
	return s
}
