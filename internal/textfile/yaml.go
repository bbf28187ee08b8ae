package textfile

import (
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// otherWord are words that this library reads as texts, and other programs as truth values or as numbers to the base of 60.
var otherWord = regexp.MustCompile(`^(?i:y|yes|n|no|on|off)$|^[-+]?[0-9][0-9_:.]*$`)

// YAML is a text as YAML in the style that reads best: lines below each other where that keeps them as they are. A line that ends
// in a blank, or a first one that begins with one, cannot be told from its surroundings.
func YAML(text string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	hidden := strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && !strconv.IsPrint(r) })
	switch {
	case otherWord.MatchString(text):
		node.Style = yaml.DoubleQuotedStyle
	case !strings.Contains(text, "\n"):
	case hidden || strings.Contains(text, " \n") || strings.TrimSpace(text) != text:
		node.Style = yaml.DoubleQuotedStyle
	default:
		node.Style = yaml.LiteralStyle
	}
	return node
}
