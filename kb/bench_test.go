package kb

import (
	"slices"
	"testing"
	"time"
)

// BenchmarkDefineExact answers from memory; the figure to keep is 50 µs.
func BenchmarkDefineExact(b *testing.B) {
	g := open(b, Options{})
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		if a, err := g.Define(ctx, "slack/T1", "what is a DaemonSet?"); err != nil || !a.Exact {
			b.Fatal(a, err)
		}
	}
}

// BenchmarkDefineSearch asks the typos and descriptions of testdata/search.txt; the figure to keep is a p99 of 5 ms.
func BenchmarkDefineSearch(b *testing.B) {
	g := open(b, Options{})
	ctx := b.Context()
	for _, kind := range []string{"typo", "description", "nonsense"} {
		var queries []string
		for _, c := range readSearchCases(b) {
			if c.kind == kind {
				queries = append(queries, c.query)
			}
		}
		b.Run(kind, func(b *testing.B) {
			b.ReportAllocs()
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				began := time.Now()
				if _, err := g.Define(ctx, "", queries[i%len(queries)]); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}
