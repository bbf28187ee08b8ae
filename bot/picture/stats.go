package picture

import (
	"fmt"
)

// A StatsCard is what a player has reached.
type StatsCard struct {
	Name      string
	Points    float64    // in whole tenths
	Domains   []Domain   // of the exam, in its order; at most eight are drawn
	Readiness *Readiness // nil if there is too little to tell
	Streak    int        // days in a row

	Strongest, Weakest string // competencies; "" if there is too little to tell
}

// A Domain is how a player does in one domain of the exam.
type Domain struct {
	Name           string
	Right, Answers int
}

// A Readiness is the score that a player would likely have in the exam, the range
// in which it may be, and the score that passes. All are percent, from 0 to 100.
type Readiness struct{ Low, Estimate, High, Pass int }

// What the parts of the picture take, in units.
const (
	headHeight   = 144
	domainHeight = 74
	maxDomains   = 8
	readyHeight  = 166
	passHeight   = 38 // of it, for the pass mark
	factHeight   = 42
	factLabel    = 130 // the width of what stands before a fact
	thick        = 16  // of a bar
)

// Stats draws s. An error is one of the font or of the encoder: none comes from the data.
func Stats(s StatsCard) ([]byte, error) {
	c, err := drawStats(s)
	if err != nil {
		return nil, err
	}
	return c.finish()
}

func drawStats(s StatsCard) (*canvas, error) {
	s.Domains = s.Domains[:min(len(s.Domains), maxDomains)]
	facts := s.facts()
	ready := readyHeight
	if s.Readiness == nil {
		ready -= passHeight
	}
	c, err := newCanvas(headHeight + len(s.Domains)*domainHeight + ready + len(facts)*factHeight + margin)
	if err != nil {
		return nil, err
	}
	title, ok := drawable(c.title, s.Name)
	if !ok {
		title = "Statistics" // the message says whose
	}
	c.head(title, s.summary())
	y := headHeight
	for _, d := range s.Domains {
		c.domain(d, y)
		y += domainHeight
	}
	c.readiness(s.Readiness, y)
	y += ready
	for _, f := range facts {
		c.left(c.small, muted, margin, y+26, f.label)
		c.name(c.small, margin+factLabel, y+26, inner-factLabel, f.value)
		y += factHeight
	}
	return c, nil
}

// Alt says all that is drawn.
func (s StatsCard) Alt() string {
	parts := []string{"Statistics of " + line(s.Name, maxName) + ": " + s.summary() + "."}
	for _, d := range s.Domains[:min(len(s.Domains), maxDomains)] {
		parts = append(parts, line(d.Name, maxTopic)+": "+accuracy(d.Right, d.Answers)+".")
	}
	parts = append(parts, "Readiness: "+s.Readiness.String()+".")
	for _, f := range s.facts() {
		parts = append(parts, f.label+": "+line(f.value, maxTopic)+".")
	}
	return sentences(parts)
}

func (s StatsCard) summary() string {
	right, answers := 0, 0
	for _, d := range s.Domains {
		right, answers = right+d.Right, answers+d.Answers
	}
	return inPoints(s.Points) + ", " + accuracy(right, answers)
}

type fact struct{ label, value string }

func (s StatsCard) facts() []fact {
	facts := []fact{{"In a row", counted(s.Streak, "day")}}
	if s.Strongest != "" {
		facts = append(facts, fact{"Strongest", s.Strongest})
	}
	if s.Weakest != "" {
		facts = append(facts, fact{"Weakest", s.Weakest})
	}
	return facts
}

// String is r in words.
func (r *Readiness) String() string {
	if r == nil {
		return "too few answers to tell"
	}
	return fmt.Sprintf("%d %%, likely %d to %d %%; %d %% passes", r.Estimate, r.Low, r.High, r.Pass)
}

// domain draws one domain, with its top at y.
func (c *canvas) domain(d Domain, y int) {
	begin := c.right(c.small, muted, margin+inner, y+24, share(d.Right, d.Answers))
	c.name(c.small, margin, y+24, begin-margin-20, d.Name)
	c.bar(margin, y+36, inner, thick, percent(d.Right, d.Answers))
}

// readiness draws a scale from 0 to 100 % with the range, the estimate and the pass mark.
func (c *canvas) readiness(r *Readiness, y int) {
	c.box(track, margin, y+8, inner, 2, 0)
	c.left(c.strong, ink, margin, y+58, "Readiness")
	if r == nil {
		c.right(c.small, muted, margin+inner, y+58, r.String())
		c.box(track, margin, y+76, inner, thick, thick/2)
		return
	}
	low, estimate, high, pass := onScale(r.Low), onScale(r.Estimate), onScale(r.High), onScale(r.Pass)
	c.right(c.small, muted, margin+inner, y+58, fmt.Sprintf("%d %%, likely %d to %d %%", r.Estimate, r.Low, r.High))
	c.box(track, margin, y+76, inner, thick, thick/2)
	c.box(band, low, y+76, high-low, thick, thick/2)
	c.box(brand, estimate-4, y+70, 8, thick+12, 4)
	c.box(ink, pass-1, y+68, 3, thick+16, 1)
	label := fmt.Sprintf("pass mark %d %%", r.Pass)
	half := measure(c.small, label) / 2
	c.centre(c.small, muted, min(max(pass, margin+half), margin+inner-half), y+126, label)
}

// onScale is where a number of percent stands on a bar.
func onScale(percent int) int { return margin + inner*min(max(0, percent), 100)/100 }
