package slacktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Lengths in characters, from docs.slack.dev/reference/block-kit and
// docs.slack.dev/reference/methods/chat.update.
const (
	maxText     = 40_000
	maxUpdate   = 4000
	maxBlocks   = 50
	maxAll      = 13_200 // observed, not documented
	maxSection  = 3000
	maxHeader   = 150
	maxElements = 25
	maxContext  = 10
	maxButton   = 75
	maxID       = 255
	maxTitle    = 24
	maxView     = 250_000
	maxMetadata = 3000
	maxHint     = 150
	maxOptions  = 100
	maxOption   = 75 // of a text; of a value it was 75 and is 150 now
)

// CheckMessage says what Slack would refuse in a message, "" if nothing. The
// first word is Slack's error.
func CheckMessage(args map[string]any) string {
	text, blocks := word(args["text"]), array(args["blocks"])
	switch {
	case strings.TrimSpace(text) == "":
		return "no_text"
	case size(text) > maxText:
		return "msg_too_long"
	case args["link_names"] != nil || args["parse"] == "full":
		return "invalid_arguments link_names or parse make plain names notify people"
	case len(blocks) > maxBlocks:
		return fmt.Sprintf("invalid_blocks %d blocks", len(blocks))
	}
	if all := size(strings.Join(texts(blocks), "")); all > maxAll {
		return fmt.Sprintf("msg_blocks_too_long %d characters", all)
	}
	for i, b := range blocks {
		if problem := checkBlock(object(b)); problem != "" {
			return fmt.Sprintf("invalid_blocks block %d: %s", i, problem)
		}
	}
	return ""
}

func checkBlock(b map[string]any) string {
	switch kind := word(b["type"]); kind {
	case "section":
		return checkText(b["text"], "mrkdwn", maxSection)
	case "header":
		return checkText(b["text"], "plain_text", maxHeader)
	case "image":
		return checkImage(b)
	case "divider":
		return ""
	case "context":
		elements := array(b["elements"])
		if len(elements) < 1 || len(elements) > maxContext {
			return fmt.Sprintf("context with %d elements", len(elements))
		}
		for _, e := range elements {
			if problem := checkText(e, word(object(e)["type"]), maxSection); problem != "" {
				return problem
			}
		}
		return ""
	case "actions":
		return checkActions(array(b["elements"]))
	default:
		return "type " + kind
	}
}

func checkActions(elements []any) string {
	if len(elements) < 1 || len(elements) > maxElements {
		return fmt.Sprintf("actions with %d elements", len(elements))
	}
	seen := map[string]bool{}
	for _, e := range elements {
		button := object(e)
		id, style := word(button["action_id"]), button["style"]
		switch {
		case button["type"] != "button" && button["type"] != "static_select":
			return "element of type " + word(button["type"])
		case id == "" || size(id) > maxID || seen[id]:
			return fmt.Sprintf("action_id %q is empty, long, or there twice", id)
		case style != nil && style != "primary" && style != "danger":
			return fmt.Sprintf("style %v", style)
		}
		seen[id] = true
		if button["type"] == "static_select" {
			if problem := checkMenu(button); problem != "" {
				return problem
			}
			continue
		}
		if size(word(button["accessibility_label"])) > maxButton {
			return "accessibility_label"
		}
		if problem := checkText(button["text"], "plain_text", maxButton); problem != "" {
			return problem
		}
	}
	return ""
}

// checkMenu checks a menu whose options are in the message.
func checkMenu(menu map[string]any) string {
	options := array(menu["options"])
	if len(options) < 1 || len(options) > maxOptions {
		return fmt.Sprintf("menu with %d options", len(options))
	}
	if problem := checkText(menu["placeholder"], "plain_text", maxHint); problem != "" {
		return "placeholder: " + problem
	}
	return checkEach(options)
}

// checkText checks a text object.
func checkText(v any, kind string, max int) string {
	t := object(v)
	text := word(t["text"])
	switch {
	case word(t["type"]) != kind || kind != "mrkdwn" && kind != "plain_text":
		return fmt.Sprintf("text of type %q, want %q", word(t["type"]), kind)
	case strings.TrimSpace(text) == "":
		return "empty text"
	case size(text) > max:
		return fmt.Sprintf("%d characters, at most %d", size(text), max)
	case kind == "mrkdwn" && t["emoji"] != nil:
		return "emoji is for plain_text"
	}
	return ""
}

// CheckHome says what Slack would refuse in a home page, "" if nothing.
func CheckHome(v map[string]any) string {
	raw, err := json.Marshal(v)
	blocks := array(v["blocks"])
	switch {
	case err != nil || word(v["type"]) != "home":
		return "invalid_arguments not a home page"
	case len(raw) > maxView:
		return "view_too_large"
	case len(blocks) < 1 || len(blocks) > 2*maxBlocks:
		return "invalid_arguments number of blocks"
	}
	for i, b := range blocks {
		if problem := checkBlock(object(b)); problem != "" {
			return fmt.Sprintf("invalid_arguments block %d: %s", i, problem)
		}
	}
	return ""
}

// CheckErrors says what Slack would refuse in the answer to a form with this view, "" if nothing.
func CheckErrors(v, answer map[string]any) string {
	errors := object(answer["errors"])
	if answer["response_action"] != "errors" || len(errors) == 0 || len(answer) != 2 {
		return "an answer that is no errors"
	}
	inputs := map[string]bool{}
	for _, b := range array(v["blocks"]) {
		inputs[word(object(b)["block_id"])] = true
	}
	for id, problem := range errors {
		if !inputs[id] || strings.TrimSpace(word(problem)) == "" {
			return fmt.Sprintf("an error %q at %q", problem, id)
		}
	}
	return ""
}

// CheckView says what Slack would refuse in a modal, "" if nothing.
func CheckView(v map[string]any) string {
	raw, err := json.Marshal(v)
	blocks := array(v["blocks"])
	switch {
	case err != nil || word(v["type"]) != "modal":
		return "invalid_arguments not a modal"
	case len(raw) > maxView:
		return "view_too_large"
	case len(blocks) < 1 || len(blocks) > 2*maxBlocks:
		return "invalid_arguments number of blocks"
	case size(word(v["private_metadata"])) > maxMetadata, size(word(v["callback_id"])) > maxID:
		return "invalid_arguments private_metadata or callback_id"
	}
	for _, k := range []string{"title", "submit", "close"} {
		if v[k] == nil && k == "submit" && !hasInput(blocks) {
			continue
		}
		if problem := checkText(v[k], "plain_text", maxTitle); problem != "" {
			return "invalid_arguments " + k + ": " + problem
		}
	}
	ids := map[string]bool{}
	for _, b := range blocks {
		block := object(b)
		id := word(block["block_id"])
		if word(block["type"]) != "input" {
			if problem := checkBlock(block); problem != "" {
				return "invalid_arguments " + problem
			}
			continue
		}
		if id == "" || size(id) > maxID || ids[id] {
			return fmt.Sprintf("invalid_arguments input %q", id)
		}
		ids[id] = true
		if problem := checkInput(block); problem != "" {
			return fmt.Sprintf("invalid_arguments input %q: %s", id, problem)
		}
	}
	return ""
}

func hasInput(blocks []any) bool {
	return slices.ContainsFunc(blocks, func(b any) bool { return word(object(b)["type"]) == "input" })
}

func checkInput(block map[string]any) string {
	if problem := checkText(block["label"], "plain_text", 2000); problem != "" {
		return problem
	}
	element := object(block["element"])
	if word(element["action_id"]) == "" {
		return "action_id"
	}
	if hint := element["placeholder"]; hint != nil {
		if problem := checkText(hint, "plain_text", 150); problem != "" {
			return problem
		}
	}
	switch least, number := element["min_query_length"].(float64); word(element["type"]) {
	case "plain_text_input":
		return checkTextInput(element)
	case "conversations_select":
		return ""
	case "external_select":
		if element["min_query_length"] != nil && (!number || least < 0) || element["initial_value"] != nil {
			return "min_query_length or initial_value"
		}
		if o := element["initial_option"]; o != nil {
			return checkOption(object(o))
		}
		return ""
	}
	return "element"
}

func checkTextInput(element map[string]any) string {
	if limit, _ := element["max_length"].(float64); limit > 3000 {
		return "max_length"
	}
	if size(word(element["initial_value"])) > 3000 {
		return "initial_value"
	}
	return ""
}

// CheckOptions says what Slack would refuse in the answer to block_suggestion, "" if nothing.
func CheckOptions(answer map[string]any) string {
	options, ok := answer["options"].([]any)
	if !ok || len(options) > maxOptions || len(answer) != 1 {
		return fmt.Sprintf("no options, or %d, or something else", len(options))
	}
	return checkEach(options)
}

func checkEach(options []any) string {
	seen := map[string]bool{}
	for _, o := range options {
		if problem := checkOption(object(o)); problem != "" {
			return problem
		}
		if value := word(object(o)["value"]); seen[value] {
			return fmt.Sprintf("the value %q twice", value)
		}
		seen[word(object(o)["value"])] = true
	}
	return ""
}

func checkOption(o map[string]any) string {
	if n := size(word(o["value"])); n < 1 || n > maxOption {
		return fmt.Sprintf("an option's value of %d characters", n)
	}
	return checkText(o["text"], "plain_text", maxOption)
}

func size(s string) int { return utf8.RuneCountInString(s) }

// texts are all text objects' texts below v, in their order.
func texts(v any) (out []string) {
	switch t := v.(type) {
	case []any:
		for _, x := range t {
			out = append(out, texts(x)...)
		}
	case map[string]any:
		if text, ok := t["text"].(string); ok && (t["type"] == "mrkdwn" || t["type"] == "plain_text") {
			return []string{text}
		}
		var inside []string
		for k, x := range t {
			switch x.(type) {
			case []any, map[string]any:
				inside = append(inside, k)
			}
		}
		slices.Sort(inside)
		for _, k := range inside {
			out = append(out, texts(t[k])...)
		}
	}
	return out
}

// labels are the buttons' labels in blocks of a kind.
func labels(blocks []any, kind string) (out []string) {
	for _, b := range blocks {
		if object(b)["type"] == kind {
			for _, e := range array(object(b)["elements"]) {
				if object(e)["type"] == "static_select" {
					for _, o := range array(object(e)["options"]) {
						out = append(out, optionLabel(o))
					}
					continue
				}
				out = append(out, unescaped(word(object(object(e)["text"])["text"])))
			}
		}
	}
	return out
}

func inputLabels(view map[string]any) (out []string) {
	for _, b := range array(view["blocks"]) {
		if object(b)["type"] == "input" {
			out = append(out, inputLabel(object(b)))
		}
	}
	return out
}

func inputLabel(block map[string]any) string { return word(object(block["label"])["text"]) }

func optionLabel(option any) string { return unescaped(word(object(object(option)["text"])["text"])) }

// findButton finds a button by its label, or a menu by that of an option, which is then selected.
func findButton(blocks []any, label string) map[string]any {
	for _, b := range blocks {
		for _, e := range array(object(b)["elements"]) {
			button := object(e)
			if button["type"] == "button" && unescaped(word(object(button["text"])["text"])) == label {
				return button
			}
			for _, o := range array(button["options"]) {
				if optionLabel(o) == label {
					return map[string]any{"type": "static_select", "action_id": button["action_id"], "placeholder": button["placeholder"], "selected_option": o}
				}
			}
		}
	}
	return nil
}

// unescaped is what people see of a plain text.
func unescaped(s string) string { return unescaper.Replace(s) }

var unescaper = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

func sortedViews(views map[string]*view) []string { return slices.Sorted(maps.Keys(views)) }

// object, array and word read JSON that may be of any form.
func object(v any) map[string]any { m, _ := v.(map[string]any); return m }

func array(v any) []any { a, _ := v.([]any); return a }

func word(v any) string { s, _ := v.(string); return s }
