package kb

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ckadbot/migrations/pgtest"
)

// generated makes n entries that look like terms of a company: names of two or three made-up words, an abbreviation, a
// definition of a sentence and a few of details. The same n gives the same entries.
func generated(source string, n int) []Entry {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	syllables := strings.Fields("ba be bi bo ca ce co da de di do fa fi ga go ha he ka ke ki la le li lo ma me mi mo na ne no pa pe po ra re ri ro sa se si so ta te ti to va ve vi wa wo za zo")
	word := func() string {
		var b strings.Builder
		for range 2 + random.IntN(3) {
			b.WriteString(syllables[random.IntN(len(syllables))])
		}
		return b.String()
	}
	vocabulary := make([]string, 3000)
	for i := range vocabulary {
		vocabulary[i] = word() + []string{"", "s", "ed", "ing", "er", "ation"}[random.IntN(6)]
	}
	text := func(words int) string {
		said := make([]string, words)
		for i := range said {
			said[i] = vocabulary[int(float64(len(vocabulary))*random.Float64()*random.Float64())]
		}
		return strings.ToUpper(said[0][:1]) + strings.Join(said, " ")[1:] + "."
	}
	entries := make([]Entry, n)
	for i := range entries {
		first, second := word(), word()
		entries[i] = Entry{
			Slug: fmt.Sprintf("%s-%s-%d", first, second, i), Term: fmt.Sprintf("%s%s %s", strings.ToUpper(first[:1]), first[1:], second),
			Aliases: []string{first + second, word() + fmt.Sprint(i)}, Definition: text(12 + random.IntN(12)), Details: text(20 + random.IntN(20)), Source: source,
		}
	}
	return entries
}

func writeRows(t testing.TB, g *Glossary, workspace string, entries []Entry) {
	t.Helper()
	err := pgx.BeginFunc(t.Context(), g.pool, func(tx pgx.Tx) error {
		return writeEntries(t.Context(), tx, workspace, authors{{Name: "somebody"}}, entries, func(int) {})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// peakHeap measures the most that live and dead objects take together, while do runs.
func peakHeap(do func()) (mib float64) {
	runtime.GC()
	ctx, stop := context.WithCancel(context.Background())
	peak := make(chan uint64)
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		most := uint64(0)
		for tick := time.NewTicker(5 * time.Millisecond); ; {
			metrics.Read(sample)
			most = max(most, sample[0].Value.Uint64())
			select {
			case <-tick.C:
			case <-ctx.Done():
				tick.Stop()
				peak <- most
				return
			}
		}
	}()
	do()
	stop()
	return float64(<-peak) / (1 << 20)
}

// BenchmarkOpen opens a glossary on a database that holds imported entries.
func BenchmarkOpen(b *testing.B) {
	for _, n := range []int{0, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			g := open(b, Options{builtin: small()})
			writeRows(b, g, "*", generated("file.csv", n))
			b.ResetTimer()
			for range b.N {
				b.ReportMetric(peakHeap(func() { openOn(b, g.pool, Options{builtin: small()}) }), "peak-MiB")
			}
		})
	}
}

// BenchmarkNewItem analyses entries one after the other.
func BenchmarkNewItem(b *testing.B) {
	entries := generated("file.csv", 1000)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		newItem(entries[i%len(entries)])
		i++
	}
}

// BenchmarkImportIsSearchable writes 10,000 entries in one transaction and measures from its commit how long another running
// glossary takes to answer the last one's exact name, and then to find it by a typing mistake and by its description.
func BenchmarkImportIsSearchable(b *testing.B) {
	for range b.N {
		f, writer := follow(b, Options{poll: time.Hour})
		f.await(b, f.listens)
		entries := generated("file.csv", 10_000)
		var began time.Time
		var writing, exact, searchable time.Duration
		heap := peakHeap(func() {
			began = time.Now()
			writeRows(b, writer, "*", entries)
			writing = time.Since(began)
			began = time.Now()
			for a := (Answer{}); a.Entry == nil; exact = time.Since(began) {
				a, _ = f.Define(b.Context(), "*", entries[9999].Term)
				runtime.Gosched()
			}
			f.await(b, f.changed)
			searchable = time.Since(began)
		})
		a, err := f.Define(b.Context(), "*", entries[9999].Term+"o")
		if err != nil || a.Entry == nil {
			b.Fatalf("got %s and error %v, want it found by a typing mistake", got(a), err)
		}
		b.ReportMetric(float64(writing.Milliseconds()), "write-ms")
		b.ReportMetric(float64(exact.Milliseconds()), "exact-ms")
		b.ReportMetric(float64(searchable.Milliseconds()), "searchable-ms")
		b.ReportMetric(heap, "peak-MiB")
	}
}

// BenchmarkOneEditIsSearchable measures from the commit of one edit until another running glossary has it in its index,
// beside so many other imported entries.
func BenchmarkOneEditIsSearchable(b *testing.B) {
	for _, n := range []int{200, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			pool := pgtest.New(b)
			entries := generated("file.csv", n)
			writeRows(b, &Glossary{pool: pool}, "*", entries)
			f := followOn(b, pool, Options{poll: time.Hour})
			f.await(b, f.listens)
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				e := entries[i%n]
				e.Definition = fmt.Sprintf("Edited %d times.", i)
				began := time.Now()
				writeRows(b, f.Glossary, "*", []Entry{e})
				f.await(b, f.changed)
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}
