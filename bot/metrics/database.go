package metrics

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
)

// reading bounds what is read from the database while somebody looks.
const reading = time.Second

// Queue shows what due counts: posts that are to be made or changed by now. What
// cannot be read within a second is not shown.
func (m *Metrics) Queue(due func(context.Context) (int, error)) {
	m.registry.MustRegister(&queue{due, prometheus.NewDesc("ckadbot_queue_posts", "Posts that are to be made or changed by now, in all bots together. Missing while the database does not answer.", nil, nil)})
}

type queue struct {
	due  func(context.Context) (int, error)
	desc *prometheus.Desc
}

// Describe names what Collect shows.
func (q *queue) Describe(descs chan<- *prometheus.Desc) { descs <- q.desc }

// Collect shows it.
func (q *queue) Collect(shown chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), reading) // whoever asks is not known here
	defer cancel()
	if n, err := q.due(ctx); err == nil {
		shown <- prometheus.MustNewConstMetric(q.desc, prometheus.GaugeValue, float64(n))
	}
}

// Database shows what db says of its connections.
func (m *Metrics) Database(db *pgxpool.Pool) {
	value := func(kind prometheus.ValueType, name, help string, read func(*pgxpool.Stat) float64) reader {
		return reader{kind, prometheus.NewDesc("ckadbot_database_"+name, help, nil, nil), read}
	}
	m.registry.MustRegister(pool{db, []reader{
		value(prometheus.GaugeValue, "connections_max", "Connections that this bot may have.", func(s *pgxpool.Stat) float64 { return float64(s.MaxConns()) }),
		value(prometheus.GaugeValue, "connections", "Connections that it has.", func(s *pgxpool.Stat) float64 { return float64(s.TotalConns()) }),
		value(prometheus.GaugeValue, "connections_busy", "Connections that are in use.", func(s *pgxpool.Stat) float64 { return float64(s.AcquiredConns()) }),
		value(prometheus.CounterValue, "connections_opened_total", "Connections that were made.", func(s *pgxpool.Stat) float64 { return float64(s.NewConnsCount()) }),
		value(prometheus.CounterValue, "acquires_total", "How often a connection was taken.", func(s *pgxpool.Stat) float64 { return float64(s.AcquireCount()) }),
		value(prometheus.CounterValue, "acquires_waited_total", "How often all were in use, so that somebody had to wait.", func(s *pgxpool.Stat) float64 { return float64(s.EmptyAcquireCount()) }),
		value(prometheus.CounterValue, "acquires_waited_seconds_total", "How long these waited, together.", func(s *pgxpool.Stat) float64 { return s.EmptyAcquireWaitTime().Seconds() }),
	}})
}

// A reader reads one metric.
type reader struct {
	kind prometheus.ValueType
	desc *prometheus.Desc
	read func(*pgxpool.Stat) float64
}

type pool struct {
	db      *pgxpool.Pool
	readers []reader
}

// Describe names what Collect shows.
func (p pool) Describe(descs chan<- *prometheus.Desc) {
	for _, r := range p.readers {
		descs <- r.desc
	}
}

// Collect shows it.
func (p pool) Collect(shown chan<- prometheus.Metric) {
	stat := p.db.Stat()
	for _, r := range p.readers {
		shown <- prometheus.MustNewConstMetric(r.desc, r.kind, r.read(stat))
	}
}
