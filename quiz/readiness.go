package quiz

import (
	"math"
	"time"
)

const (
	// ReadinessQuestions is how many different questions of each domain of the exam somebody must have answered lately before
	// there is an estimate.
	ReadinessQuestions = 5
	// ReadinessDays is what lately means: six half-lives, after which an answer has nearly lost its weight.
	ReadinessDays = 180

	halfLife   = 30 * 24 * time.Hour // of the weight of an answer: what somebody knew in spring says little in autumn
	repeated   = 0.5                 // the weight of an answer to a question that was seen before
	easier     = 1.5                 // the odds of being right grow by this with each step of difficulty down
	prior      = 2.0                 // right and wrong answers that everybody begins with
	kinship    = 4.0                 // answers' worth of what the other domains tell about one
	ninety     = 1.645               // standard deviations to each side that hold 90 % of a normal distribution
	maxPercent = 100
)

// A Readiness is an estimate of somebody's score in the exam, from questions. It cannot know how somebody does at the
// command line, which is what the exam is about.
//
// Each question that somebody answered within ReadinessDays counts by the first of these answers, with weight 1, and if
// there were more by the newest, with weight ½ as it was seen before; both weights halve every 30 days. Corrected for
// difficulty, a right answer counts √1.5 times as much when the question is hard (3) and 1/√1.5 times when it is easy (1),
// a wrong one the other way round. So each domain has weighted sums R of right and W of wrong answers, which say as
// much as N = (Σ of weights)² / (Σ of weights²) answers of the same weight, and
//
//	overall   m = (ΣR + 2) / (ΣR + ΣW + 4)
//	domain    μ = (R + 4m) / (R + W + 4)         few answers lean on the other domains
//	score     S = Σ weight · μ                   with the domains' weights in the exam
//	variance  V = Σ weight² · μ(1−μ)/(N+1)  +  (Σ weight · 4/(R+W+4))² · m(1−m)/(ΣN+4)
//
// Low and High hold the score with 90 %, by a normal distribution on the scale of log odds, which stays between 0 and
// 100 %; Chance is the part of that distribution from PassMark on. One more right answer never lowers the score. A
// simulation of learners in the tests checks that the range holds what it says, for answers that obey the model.
type Readiness struct {
	Score     int // percent; 0 while something is missing
	Low, High int // percent
	Chance    int // of PassMark or more, percent, from 1 to 99
	Questions int // how many different ones it is made of
	Missing   []Missing
}

// Missing is how many more questions of a domain an estimate needs.
type Missing struct {
	Domain    string
	Questions int
}

// Known reports whether there is an estimate.
func (r Readiness) Known() bool { return len(r.Missing) == 0 }

// evidence is what answers to a domain weigh.
type evidence struct {
	right, wrong float64
	squares      float64 // of the weights
	questions    int     // different ones
}

func (e evidence) sum() float64 { return e.right + e.wrong }

// effective is how many answers of the same weight say as much (Kish's effective sample size).
func (e evidence) effective() float64 {
	if e.squares == 0 {
		return 0
	}
	return e.sum() * e.sum() / e.squares
}

// readiness estimates from answers in the order of time.
func readiness(answers []pastAnswer, now time.Time) (r Readiness) {
	found := weigh(answers, now)
	for _, d := range Domains() {
		r.Questions += found[d.Code].questions
		if lack := ReadinessQuestions - found[d.Code].questions; lack > 0 {
			r.Missing = append(r.Missing, Missing{d.Code, lack})
		}
	}
	if !r.Known() {
		return r
	}
	score, sd := estimate(found)
	at, pass := logOdds(score), logOdds(float64(PassMark)/maxPercent)
	sd /= score * (1 - score) // from percent to log odds
	r.Score, r.Low, r.High = inPercent(score), inPercent(fromLogOdds(at-ninety*sd)), inPercent(fromLogOdds(at+ninety*sd))
	r.Chance = min(max(1, inPercent(math.Erfc((pass-at)/sd/math.Sqrt2)/2)), maxPercent-1)
	return r
}

func logOdds(p float64) float64 { return math.Log(p / (1 - p)) }

// fromLogOdds undoes logOdds.
func fromLogOdds(l float64) float64 { return 1 / (1 + math.Exp(-l)) }

func inPercent(p float64) int { return int(math.Round(maxPercent * p)) }

// weigh sums up the first and the newest recent answer to each question.
func weigh(answers []pastAnswer, now time.Time) map[string]evidence {
	type pair struct{ first, newest int } // in answers
	seen := map[string]pair{}
	since := now.AddDate(0, 0, -ReadinessDays)
	for i, a := range answers {
		if a.at.Before(since) {
			continue
		}
		p, again := seen[a.question]
		if !again {
			p.first = i
		}
		p.newest = i
		seen[a.question] = p
	}
	found := map[string]evidence{}
	for i, a := range answers { // in their order: sums of floats depend on it
		p, recent := seen[a.question]
		weight := math.Exp2(-float64(max(0, now.Sub(a.at))) / float64(halfLife))
		e := found[a.domain]
		switch {
		case !recent:
			continue
		case i == p.first:
			e.questions++
		case i == p.newest:
			weight *= repeated
		default:
			continue
		}
		hard := math.Pow(easier, float64(a.difficulty-2)/2)
		if a.right {
			weight *= hard
			e.right += weight
		} else {
			weight /= hard
			e.wrong += weight
		}
		e.squares += weight * weight
		found[a.domain] = e
	}
	return found
}

// estimate returns the score, from 0 to 1, and its standard deviation.
func estimate(found map[string]evidence) (score, sd float64) {
	var all evidence
	answers := 0.0
	for _, d := range Domains() {
		e := found[d.Code]
		all.right, all.wrong = all.right+e.right, all.wrong+e.wrong
		answers += e.effective()
	}
	m := (all.right + prior) / (all.sum() + 2*prior)
	variance, leaning := 0.0, 0.0
	for _, d := range Domains() {
		e, weight := found[d.Code], float64(d.Weight)/maxPercent
		mean := (e.right + kinship*m) / (e.sum() + kinship)
		score += weight * mean
		variance += weight * weight * mean * (1 - mean) / (e.effective() + 1)
		leaning += weight * kinship / (e.sum() + kinship)
	}
	variance += leaning * leaning * m * (1 - m) / (answers + 2*prior)
	return score, math.Sqrt(variance)
}

// wilson returns the bounds between which the probability of being right lies with 90 %, by Wilson's score interval.
func wilson(right, answers int) (low, high float64) {
	n := float64(answers)
	p, z := float64(right)/n, ninety*ninety/n
	middle, half := p+z/2, ninety*math.Sqrt(p*(1-p)/n+z/n/4)
	return (middle - half) / (1 + z), (middle + half) / (1 + z)
}
