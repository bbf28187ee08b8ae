package discordtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf16"
)

// The parts of requests, and what Discord wants of them.
// discord.com/developers/docs/resources/message, …/components/reference

type messageBody struct {
	Content         *string         `json:"content"`
	Embeds          *[]embed        `json:"embeds"`
	Components      *[]component    `json:"components"`
	Attachments     *[]attachment   `json:"attachments"`
	AllowedMentions *mentions       `json:"allowed_mentions"`
	Flags           int             `json:"flags"`
	Nonce           json.RawMessage `json:"nonce"`
	EnforceNonce    bool            `json:"enforce_nonce"`
}

type embed struct {
	Title       string  `json:"title"`
	Description string  `json:"description"`
	Color       int     `json:"color"`
	Fields      []field `json:"fields"`
	Footer      *struct {
		Text string `json:"text"`
	} `json:"footer"`
	Image *struct {
		URL string `json:"url"`
	} `json:"image"`
}

type field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type component struct {
	Type        int          `json:"type"`
	CustomID    string       `json:"custom_id"`
	Label       string       `json:"label"`
	Style       int          `json:"style"`
	Disabled    bool         `json:"disabled"`
	URL         string       `json:"url"`
	Value       string       `json:"value"`
	Placeholder string       `json:"placeholder"`
	MaxLength   int          `json:"max_length"`
	Required    *bool        `json:"required"`
	Component   *component   `json:"component"`
	Components  []component  `json:"components"`
	Options     []menuOption `json:"options"`
}

// A menuOption is one of a menu.
type menuOption struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

type mentions struct {
	Parse []string `json:"parse"`
	Users []string `json:"users"`
	Roles []string `json:"roles"`
}

type modalBody struct {
	CustomID   string      `json:"custom_id"`
	Title      string      `json:"title"`
	Components []component `json:"components"`
}

// Component types and the flag of ephemeral messages.
const (
	typeRow    = 1
	typeButton = 2
	typeMenu   = 3
	typeInput  = 4
	typeLabel  = 18
	ephemeral  = 1 << 6
)

// length counts as strictly as Discord may: in UTF-16 units.
func length(s string) (n int) {
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// A form of checks that stops at the first problem.
type checks struct{ no *refusal }

func (c *checks) that(ok bool, field, format string, args ...any) {
	if !ok && c.no == nil {
		c.no = malformed(field, fmt.Sprintf(format, args...))
	}
}

// text wants lo to hi characters, of which not all are white.
func (c *checks) text(field, s string, lo, hi int) {
	n := length(s)
	c.that(n <= hi, field, "must be %d or fewer in length, is %d", hi, n)
	c.that(lo == 0 || strings.TrimSpace(s) != "", field, "is required")
}

func parse(b []byte, into any) *refusal {
	err := json.Unmarshal(b, into)
	switch _, broken := err.(*json.SyntaxError); {
	case broken:
		return &refusal{status: http.StatusBadRequest, code: 50109, message: "The request body contains invalid JSON."}
	case err != nil:
		return malformed("body", err.Error())
	}
	return nil
}

// check wants a message that Discord takes; a new one may not be empty.
func (m *messageBody) check(fresh bool) *refusal {
	var c checks
	if m.Content != nil {
		c.text("content", *m.Content, 0, 2000)
	}
	total := 0
	for i, e := range deref(m.Embeds) {
		total += e.check(&c, fmt.Sprintf("embeds.%d", i))
	}
	c.that(len(deref(m.Embeds)) <= 10, "embeds", "must be 10 or fewer")
	c.that(total <= 6000, "embeds", "size exceeds maximum of 6000, is %d", total)
	m.checkFiles(&c)
	checkRows(&c, deref(m.Components))
	if a := m.AllowedMentions; a != nil {
		c.that(len(a.Users) <= 100 && len(a.Roles) <= 100, "allowed_mentions", "too many")
		c.that(len(a.Users) == 0 || !slices.Contains(a.Parse, "users"), "allowed_mentions", "users and parse: [users] exclude each other")
	}
	c.that(m.Flags&^(ephemeral|1<<2|1<<12) == 0, "flags", "%d is not known here", m.Flags)
	if fresh && c.no == nil && strings.TrimSpace(value(m.Content)) == "" && len(deref(m.Embeds)) == 0 && len(deref(m.Components)) == 0 && len(deref(m.Attachments)) == 0 {
		return &refusal{status: 400, code: 50006, message: "Cannot send an empty message"}
	}
	return c.no
}

func (e embed) check(c *checks, at string) (size int) {
	c.text(at+".title", e.Title, 0, 256)
	c.text(at+".description", e.Description, 0, 4096)
	c.that(e.Color >= 0 && e.Color <= 0xFFFFFF, at+".color", "is out of range")
	c.that(len(e.Fields) <= 25, at+".fields", "must be 25 or fewer")
	size = length(e.Title) + length(e.Description)
	for i, f := range e.Fields {
		c.text(fmt.Sprintf("%s.fields.%d.name", at, i), f.Name, 1, 256)
		c.text(fmt.Sprintf("%s.fields.%d.value", at, i), f.Value, 1, 1024)
		size += length(f.Name) + length(f.Value)
	}
	if e.Footer != nil {
		c.text(at+".footer.text", e.Footer.Text, 1, 2048)
		size += length(e.Footer.Text)
	}
	return size
}

func checkRows(c *checks, rows []component) {
	c.that(len(rows) <= 5, "components", "must be 5 or fewer")
	ids := map[string]bool{}
	for i, row := range rows {
		at := fmt.Sprintf("components.%d", i)
		c.that(row.Type == typeRow, at+".type", "want an action row")
		c.that(len(row.Components) >= 1 && len(row.Components) <= 5, at+".components", "must be 1 to 5")
		for _, b := range row.Components {
			if b.Type == typeMenu {
				c.that(len(row.Components) == 1, at+".components", "a menu fills its row alone")
				c.that(!ids[b.CustomID], at+".custom_id", "is duplicated")
				ids[b.CustomID] = true
				b.checkMenu(c, at)
				continue
			}
			c.that(b.Type == typeButton, at+".type", "only buttons are known here")
			c.that(b.Style >= 1 && b.Style <= 4 && b.URL == "", at+".style", "is not one of a button with an action")
			c.text(at+".label", b.Label, 1, 80)
			c.text(at+".custom_id", b.CustomID, 1, 100)
			c.that(!ids[b.CustomID], at+".custom_id", "is duplicated")
			ids[b.CustomID] = true
		}
	}
}

func (b component) checkMenu(c *checks, at string) {
	c.text(at+".custom_id", b.CustomID, 1, 100)
	c.text(at+".placeholder", b.Placeholder, 0, 150)
	c.that(len(b.Options) >= 1 && len(b.Options) <= 25, at+".options", "must be 1 to 25")
	values := map[string]bool{}
	for _, o := range b.Options {
		c.text(at+".options.label", o.Label, 1, 100)
		c.text(at+".options.value", o.Value, 1, 100)
		c.that(!values[o.Value], at+".options.value", "is duplicated")
		values[o.Value] = true
	}
}

func (m modalBody) check() *refusal {
	var c checks
	c.text("title", m.Title, 1, 45)
	c.text("custom_id", m.CustomID, 1, 100)
	c.that(len(m.Components) >= 1 && len(m.Components) <= 5, "components", "must be 1 to 5")
	ids := map[string]bool{}
	for i, l := range m.Components {
		at := fmt.Sprintf("components.%d", i)
		c.that(l.Type == typeLabel && l.Component != nil && l.Component.Type == typeInput, at, "want a label with a text input")
		if c.no != nil {
			break
		}
		in := l.Component
		c.text(at+".label", l.Label, 1, 45)
		c.text(at+".custom_id", in.CustomID, 1, 100)
		c.text(at+".placeholder", in.Placeholder, 0, 100)
		c.that(in.Style == 1 || in.Style == 2, at+".style", "must be 1 or 2")
		c.that(in.MaxLength >= 0 && in.MaxLength <= 4000, at+".max_length", "must be 4000 or less")
		c.text(at+".value", in.Value, 0, min(4000, max(in.MaxLength, 1)))
		c.that(!ids[in.CustomID], at+".custom_id", "is duplicated")
		ids[in.CustomID] = true
	}
	return c.no
}

func deref[T any](list *[]T) []T {
	if list == nil {
		return nil
	}
	return *list
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
