package lint

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A document is one of the YAML documents of an example.
type document struct {
	raw    string
	before int // lines of the example before it
	root   *yaml.Node
}

// A finding is a problem in a line of a document; the first line is 1.
type finding struct {
	line int
	text string
}

// documents splits text at its --- lines. Documents of comments alone are left out.
func documents(text string) []*document {
	var all []*document
	current := &document{}
	end := func() {
		if _, content := firstLines(current.raw); content != "" {
			all = append(all, current)
		}
	}
	n := 0
	for line := range strings.Lines(text) {
		n++
		if trimmed := strings.TrimRight(line, " \n"); trimmed == "---" || strings.HasPrefix(trimmed, "--- #") {
			end()
			current = &document{before: n}
			continue
		}
		current.raw += line
	}
	end()
	return all
}

var yamlErrorLine = regexp.MustCompile(`^(?:yaml: )?line ([0-9]+): `)

// parse reads the document into its root, or says what is wrong with its form.
func (d *document) parse() []finding {
	var node yaml.Node
	if err := yaml.Unmarshal([]byte(d.raw), &node); err != nil {
		line, text := 1, strings.TrimPrefix(err.Error(), "yaml: ")
		if found := yamlErrorLine.FindStringSubmatch(err.Error()); found != nil {
			line, _ = strconv.Atoi(found[1])
			text = err.Error()[len(found[0]):]
		}
		return []finding{{line, "is not YAML (" + text + "); look at quotes and indentation"}}
	}
	d.root = node.Content[0]
	if d.root.Kind != yaml.MappingNode {
		return []finding{{d.root.Line, "a manifest has keys such as apiVersion: and kind:"}}
	}
	return repeated(d.root)
}

// repeated finds keys that a mapping has twice.
func repeated(n *yaml.Node) (all []finding) {
	seen := map[string]int{}
	for i, child := range n.Content {
		all = append(all, repeated(child)...)
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			continue
		}
		if before, ok := seen[child.Value]; ok {
			all = append(all, finding{child.Line, fmt.Sprintf("%q is there twice, before in line %d of the document; keep one", child.Value, before)})
		}
		seen[child.Value] = child.Line
	}
	return all
}

// at returns the nodes at a path such as "spec.containers[0].image"; without an index, those of all elements.
func (d *document) at(path string) []*yaml.Node {
	nodes := []*yaml.Node{d.root}
	for _, part := range strings.Split(path, ".") {
		key, index, indexed := strings.Cut(strings.TrimSuffix(part, "]"), "[")
		var next []*yaml.Node
		for _, n := range nodes {
			next = append(next, children(n, key)...)
		}
		if i, err := strconv.Atoi(index); indexed && err == nil && len(next) > 0 && i < len(next[0].Content) {
			next = []*yaml.Node{next[0].Content[i]}
		}
		nodes = next
	}
	return nodes
}

// children returns the values of a key in a mapping, or in each mapping of a list.
func children(n *yaml.Node, key string) (all []*yaml.Node) {
	if n.Kind == yaml.SequenceNode {
		for _, element := range n.Content {
			all = append(all, children(element, key)...)
		}
		return all
	}
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			all = append(all, n.Content[i+1])
		}
	}
	return all
}

// text returns the scalar at a path, or "".
func (d *document) text(path string) string {
	for _, n := range d.at(path) {
		return n.Value
	}
	return ""
}

// lineOf returns the line of what stands at a path, or of the nearest thing around it that is there.
func (d *document) lineOf(path string) int {
	for path != "" {
		for _, n := range d.at(path) {
			return n.Line
		}
		i := strings.LastIndexByte(path, '.')
		path = path[:max(i, 0)]
	}
	return d.root.Line
}
