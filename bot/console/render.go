package console

import (
	"os"
	"strings"
	"time"

	"ckadbot/bot/chat"
)

// Columns of text. Longer lines than widest are hard to read, in fewer than
// narrowest nothing can be laid out.
const (
	usual     = 80
	widest    = 100
	narrowest = 20
)

// width is how wide texts may be now.
func (a *Adapter) width() int {
	w := usual
	if f, ok := a.out.(*os.File); ok {
		if columns, _, ok := size(f); ok {
			w = columns
		}
	}
	return max(narrowest, min(w, widest))
}

func (a *Adapter) page() *page { return &page{plain: !a.styled, zone: time.Local} }

// render lays out a message as it is now, with the letters that press it.
// The caller holds the mutex.
func (a *Adapter) render(s *shown, changed bool) string {
	p := a.page()
	if head := s.head(); head != "" {
		p.write(head+"\n", bold)
	}
	if s.Card == nil {
		p.markdown(s.Text)
	} else {
		p.card(s.Card)
	}
	viewer := a.who
	if s.owner != "" {
		viewer = s.owner
	}
	notes := a.notes(s, changed)
	if live := letters(s.Message); len(live) > 0 {
		if a.board.live(viewer) == s {
			p.gap()
			if menu := s.Select(); menu != nil {
				p.write(single(menu.Label)+":\n", normal)
			}
			p.write(keys(live), normal)
		} else {
			notes = append(notes, "/back lets you press its buttons")
		}
	}
	if len(notes) > 0 {
		p.fresh()
		p.write("("+strings.Join(notes, "; ")+")", dim)
	}
	return p.print(a.width()) + "\n"
}

// head says for which channel and for whom a message is, if not simply for this terminal.
func (s *shown) head() string {
	var parts []string
	if s.ref.Channel.ID != terminalID {
		parts = append(parts, "#"+single(s.ref.Channel.ID))
	}
	if s.Mention != nil {
		parts = append(parts, "@"+single(s.Mention.Name))
	}
	return strings.Join(parts, " ")
}

// notes are what has to be said about a message besides its text.
func (a *Adapter) notes(s *shown, changed bool) (notes []string) {
	if changed {
		notes = append(notes, "changed")
	}
	switch s.owner {
	case "":
	case "you":
		notes = append(notes, "only you see this")
	default:
		notes = append(notes, "only "+a.name(s.owner)+" sees this")
	}
	return notes
}

func (p *page) card(c *chat.Card) {
	p.write(c.Title, bold)
	p.gap()
	p.markdown(c.Body)
	short := false // whether the field before was
	for _, f := range c.Fields {
		before := short
		short = !strings.Contains(f.Value, "\n") && chat.Length(f.Name+f.Value) < usual
		if p.fresh(); !before || !short {
			p.gap()
		}
		p.write(f.Name+":", bold)
		if short {
			p.write(" ", normal)
		} else {
			p.write("\n", normal)
		}
		p.markdown(f.Value)
	}
	if c.Footer != "" {
		p.gap()
		p.write(c.Footer, dim)
	}
}

// keys shows what can be pressed. It is only broken between buttons.
func keys(live []letter) string {
	var choices, parts []string
	for _, l := range live {
		if l.choice {
			choices = append(choices, string(l.key))
		} else {
			parts = append(parts, whole("["+string(l.key)+"] "+single(l.button.Label)))
		}
	}
	if len(choices) > 0 {
		parts = append([]string{whole("Type a letter: " + strings.Join(choices, " "))}, parts...)
	}
	return strings.Join(parts, "   ")
}
