package chat

import "time"

// A Response is how an adapter answered something that a person did. Adapters tell
// it when all is over, for statistics. What was delivered again, or handled by
// another bot, has none.
type Response struct {
	Kind    string        // one of those below
	Command string        // of a command, its name by the spec
	First   time.Duration // from when it came until the platform had a first sign, be it only that the answer comes later; zero if it never had
	Answer  time.Duration // until the platform had the answer, or would not take it
	Outcome Outcome
}

// What people do, as Kind of a [Response].
const (
	DidCommand  = "command"
	DidClick    = "click"
	DidSubmit   = "form"
	DidComplete = "completion"
	DidHome     = "home" // opened the bot's own page
)

// An Outcome is what became of something that a person did.
type Outcome string

// The outcomes.
const (
	Answered Outcome = "answered"
	Failed   Outcome = "failed" // the handler failed; the answer was an apology
	Lost     Outcome = "lost"   // the platform did not take the answer
)

// OutcomeOf is what became of r, which the platform took unless err says why not.
func OutcomeOf(r Reply, err error) Outcome {
	switch {
	case err != nil:
		return Lost
	case r.Apology:
		return Failed
	}
	return Answered
}
