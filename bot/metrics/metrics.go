// Package metrics counts what the bot does, and shows it in the form that
// Prometheus reads. The README lists the names.
//
// Labels are few and bounded: a platform, a kind, a command of the spec, an
// outcome. Workspaces, channels, people and what they type are in none.
//
// Counters begin at zero with the process. What is in the database is read when
// somebody looks; if that takes too long, it is left out.
package metrics

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"ckadbot/bot/chat"
)

// Metrics are all that is counted. The methods may be called from many goroutines.
type Metrics struct {
	commands     map[string]bool // of the spec, by their full names
	registry     *prometheus.Registry
	interactions *prometheus.CounterVec
	first        *prometheus.HistogramVec
	answer       *prometheus.HistogramVec
	posts        *prometheus.CounterVec
	lateness     prometheus.Histogram
}

// New makes metrics for the commands of spec. They include those of the process
// and of Go's runtime.
func New(spec chat.Spec) *Metrics {
	m := &Metrics{
		commands: map[string]bool{},
		registry: prometheus.NewRegistry(),
		interactions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ckadbot_interactions_total",
			Help: "What people did, by platform, kind (the command, click, form, completion, home) and outcome: answered, failed (people got an apology) or lost (the platform took no answer).",
		}, []string{"platform", "kind", "outcome"}),
		// Platforms wait three seconds; what people take for at once is about a tenth of one.
		first: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "ckadbot_first_response_seconds",
			Help:    "How long the platform waited for the first sign of an answer; it gives up after three seconds.",
			Buckets: []float64{0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 1.5, 2, 2.5, 3, 5},
		}, []string{"platform", "kind"}),
		answer: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "ckadbot_answer_seconds",
			Help:    "How long people waited until the platform had the answer itself.",
			Buckets: []float64{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 3, 10, 30, 60},
		}, []string{"platform", "kind"}),
		posts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ckadbot_posts_total",
			Help: "Posts and edits that were tried, by outcome: ok, retry (told to wait), gone (the channel, the message or the right to post there), uncertain (nobody knows whether it was posted) or error.",
		}, []string{"platform", "action", "outcome"}),
		lateness: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "ckadbot_round_lateness_seconds",
			Help:    "How long after they were due the rounds of series were posted, once for each channel.",
			Buckets: []float64{1, 2, 5, 10, 30, 60, 300, 900, 3600, 7200},
		}),
	}
	m.know("", spec.Commands)
	m.registry.MustRegister(m.interactions, m.first, m.answer, m.posts, m.lateness,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *Metrics) know(path string, commands []chat.CommandSpec) {
	for _, c := range commands {
		m.commands[path+c.Name] = true
		m.know(path+c.Name+" ", c.Commands)
	}
}

// Handler shows them. It answers two requests at a time.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 2, Timeout: 5 * time.Second})
}

// Responded counts how an adapter for platform answered something.
func (m *Metrics) Responded(platform string) func(chat.Response) {
	for _, kind := range []string{chat.DidClick, chat.DidSubmit, chat.DidComplete, chat.DidHome} {
		for _, outcome := range []chat.Outcome{chat.Answered, chat.Failed, chat.Lost} {
			m.interactions.WithLabelValues(platform, kind, string(outcome)) // shown from the beginning, or its first increase is never seen
		}
	}
	return func(r chat.Response) {
		kind := r.Kind
		if kind == chat.DidCommand && m.commands[r.Command] {
			kind = r.Command
		}
		m.interactions.WithLabelValues(platform, kind, string(r.Outcome)).Inc()
		if r.First > 0 {
			m.first.WithLabelValues(platform, r.Kind).Observe(r.First.Seconds())
		}
		if r.Outcome != chat.Lost {
			m.answer.WithLabelValues(platform, r.Kind).Observe(r.Answer.Seconds())
		}
	}
}

// RoundPosted notes how long after it was due a round was posted in a channel.
func (m *Metrics) RoundPosted(late time.Duration) {
	m.lateness.Observe(max(late, 0).Seconds())
}
