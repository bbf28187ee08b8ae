package picture

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/image/font"
)

// A BoardCard is the top of a leaderboard.
type BoardCard struct {
	Window, Scope string // such as "Week of 16 November" and "#general"
	Rows          []Row  // in their order; at most [MaxRows] are drawn
}

// A Row is one player's place. Players who share a rank have the same.
type Row struct {
	Rank           int
	Name           string
	Points         float64 // in whole tenths
	Right, Answers int
}

// MaxRows is how many rows a picture of a board has.
const MaxRows = 10

// What the parts of the picture take, in units, and where its columns stand.
const (
	rowHeight  = 64
	boardHead  = 184 // with the names of the columns
	rankColumn = margin + 30
	nameColumn = margin + 76
	ptsColumn  = 560 // here the points end
	accColumn  = margin + inner - 16
)

// Board draws b. An error is one of the font or of the encoder: none comes from the data.
func Board(b BoardCard) ([]byte, error) {
	c, err := drawBoard(b)
	if err != nil {
		return nil, err
	}
	return c.finish()
}

func drawBoard(b BoardCard) (*canvas, error) {
	rows := b.Rows[:min(len(b.Rows), MaxRows)]
	c, err := newCanvas(boardHead + max(1, len(rows))*rowHeight + margin)
	if err != nil {
		return nil, err
	}
	c.head("Leaderboard", about(c.small, b.Window, b.Scope))
	if len(rows) == 0 {
		c.left(c.body, ink, margin, boardHead, nobody)
		return c, nil
	}
	c.left(c.small, muted, nameColumn, boardHead-16, "Player")
	c.right(c.small, muted, ptsColumn, boardHead-16, "Points")
	c.right(c.small, muted, accColumn, boardHead-16, "Right answers")
	most := slices.MaxFunc(rows, func(a, b Row) int { return cmp.Compare(a.Points, b.Points) }).Points
	for i, r := range rows {
		c.row(r, most, boardHead+i*rowHeight, i%2 == 0)
	}
	return c, nil
}

// about joins what the font can write of parts; a channel's name may be of any script.
func about(f font.Face, parts ...string) string {
	var written []string
	for _, p := range parts {
		if text, ok := drawable(f, p); ok {
			written = append(written, text)
		}
	}
	return strings.Join(written, " · ")
}

const nobody = "Nobody has points here yet."

// Alt says all that is drawn.
func (b BoardCard) Alt() string {
	parts := []string{"Leaderboard, " + line(b.Window, maxName) + ", " + line(b.Scope, maxName) + "."}
	for _, r := range b.Rows[:min(len(b.Rows), MaxRows)] {
		parts = append(parts, fmt.Sprintf("%d. %s: %s, %s.", r.Rank, line(r.Name, maxName), inPoints(r.Points), accuracy(r.Right, r.Answers)))
	}
	if len(b.Rows) == 0 {
		parts = append(parts, nobody)
	}
	return sentences(parts)
}

// row draws one player, with the top at y. The bar compares with the most points of all.
func (c *canvas) row(r Row, most float64, y int, striped bool) {
	if striped {
		c.box(stripe, margin, y, inner, rowHeight, 12)
	}
	badge, digits := track, ink
	if r.Rank <= 3 {
		badge, digits = brand, paper
	}
	rank := strconv.Itoa(r.Rank)
	wide := max(40, measure(c.small, rank)+14)
	c.box(badge, rankColumn-20, y+12, wide, 40, 20)
	c.centre(c.small, digits, rankColumn-20+wide/2, y+40, rank)
	name := max(nameColumn, rankColumn-20+wide+12)
	points := c.right(c.strong, ink, ptsColumn, y+41, figure(r.Points))
	c.name(c.body, name, y+38, points-name-24, r.Name)
	c.bar(name, y+48, 300, 6, percent(int(10*r.Points), int(10*most)))
	c.right(c.small, muted, accColumn, y+40, fit(c.small, share(r.Right, r.Answers), accColumn-ptsColumn-20))
}
