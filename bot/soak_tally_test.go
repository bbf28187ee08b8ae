package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
)

// A tally counts what happens, by transport; "" for what concerns none in particular.
type tally struct {
	mu     sync.Mutex
	counts map[string]map[string]int // by what
}

func (t *tally) add(over, what string, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts[what] == nil {
		t.counts[what] = map[string]int{}
	}
	t.counts[what][over] += n
}

// print prints a line for all that was counted, and a column for each transport.
func (t *tally) print(w io.Writer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	columns := []string{"Slack sockets", "Discord gateway", "Slack HTTP", "Discord HTTP"}
	fmt.Fprintf(w, "  %-72s", "")
	for _, c := range append(columns, "all") {
		fmt.Fprintf(w, " %15s", c)
	}
	for _, what := range slices.Sorted(maps.Keys(t.counts)) {
		fmt.Fprintf(w, "\n  %-72s", what)
		all := t.counts[what][""]
		for _, c := range columns {
			fmt.Fprintf(w, " %15.0d", t.counts[what][c])
			all += t.counts[what][c]
		}
		fmt.Fprintf(w, " %15d", all)
	}
	fmt.Fprintln(w)
}
