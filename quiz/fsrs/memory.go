package fsrs

import "math"

// A model has the formulas of FSRS-6. Each result keeps eight decimals, as in the reference: far more than a memory has,
// and few enough that processors which round the last bits differently come to the same card.
type model struct {
	w      [21]float64
	factor float64 // makes the forgetting curve pass through 90 % at the stability
}

const (
	minStability  = 0.001 // days
	maxStability  = 36500
	minDifficulty = 1
	maxDifficulty = 10
)

func newModel(w [21]float64) model {
	return model{w: w, factor: round(math.Pow(0.9, -1/w[20]) - 1)}
}

// recall is the forgetting curve: the chance of a right answer some days after the last review.
func (m *model) recall(stability, days float64) float64 {
	return round(math.Pow(1+m.factor*days/stability, -m.w[20]))
}

// daysUntil is the inverse of recall for a stability of one day; for others it is in proportion.
func (m *model) daysUntil(recall float64) float64 {
	return round((math.Pow(recall, -1/m.w[20]) - 1) / m.factor)
}

func (m *model) firstStability(r Rating) float64 {
	return clampStability(m.w[r-1])
}

func (m *model) firstDifficulty(r Rating) float64 {
	return clampDifficulty(m.rawDifficulty(r))
}

// rawDifficulty is the difficulty after a first rating without its limits: that of Easy, below 1, is what all
// difficulties slowly return to.
func (m *model) rawDifficulty(r Rating) float64 {
	return round(m.w[4] - math.Exp(m.w[5]*float64(r-1)) + 1)
}

// difficulty is that after another review. It moves less the closer it is to 10.
func (m *model) difficulty(c Card, r Rating) float64 {
	step := round(-m.w[6] * float64(r-Good) * (maxDifficulty - c.Difficulty) / 9)
	return clampDifficulty(m.w[7]*m.rawDifficulty(Easy) + (1-m.w[7])*(c.Difficulty+step))
}

// stabilities are those after another review, some days after the last, by its rating.
func (m *model) stabilities(c Card, days float64) (after [Easy + 1]float64) {
	if days == 0 {
		for r := Again; r <= Easy; r++ {
			after[r] = m.sameDay(c, r)
		}
		return after
	}
	recall := m.recall(c.Stability, days)
	growth := m.growth(c, recall)
	after[Again] = m.forgotten(c, recall)
	after[Hard] = clampStability(c.Stability * (1 + growth*m.w[15]))
	after[Good] = clampStability(c.Stability * (1 + growth))
	after[Easy] = clampStability(c.Stability * (1 + growth*m.w[16]))
	return after
}

// growth is what a right answer adds to the stability, as a multiple of it: the more, the easier the card, the lower its
// stability, and the less likely a right answer was.
func (m *model) growth(c Card, recall float64) float64 {
	w := &m.w
	return math.Exp(w[8]) * (11 - c.Difficulty) * math.Pow(c.Stability, -w[9]) * (math.Exp(w[10]*(1-recall)) - 1)
}

// forgotten is the stability after a wrong answer on a later day: a part of what it was, and the larger the part, the
// lower it was.
func (m *model) forgotten(c Card, recall float64) float64 {
	w := &m.w
	s := w[11] * math.Pow(c.Difficulty, -w[12]) * (math.Pow(c.Stability+1, w[13]) - 1) * math.Exp(w[14]*(1-recall))
	return clampStability(min(s, c.Stability/math.Exp(w[17]*w[18])))
}

// sameDay is the stability after another review on the day of the last. A right answer adds little, and never lowers it.
func (m *model) sameDay(c Card, r Rating) float64 {
	growth := math.Exp(m.w[17]*(float64(r-Good)+m.w[18])) * math.Pow(c.Stability, -m.w[19])
	if r > Again {
		growth = max(growth, 1)
	}
	return clampStability(c.Stability * growth)
}

func clampStability(s float64) float64 {
	return round(min(max(s, minStability), maxStability))
}

func clampDifficulty(d float64) float64 {
	return round(min(max(d, minDifficulty), maxDifficulty))
}

func round(x float64) float64 {
	return math.Round(x*1e8) / 1e8
}
