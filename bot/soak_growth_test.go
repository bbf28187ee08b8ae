package main

import (
	"fmt"
	"os"
	"time"
)

// A size is how large a bot was.
type size struct {
	at                    time.Time
	megabytes, goroutines int
}

// measure notes how large a bot is.
func (f *faults) measure(b *theBot) {
	status, shown, err := get("http://" + b.address + "/metrics")
	if err != nil || status != 200 {
		return
	}
	memory, _ := metric(shown, "process_resident_memory_bytes")
	goroutines, _ := metric(shown, "go_goroutines")
	f.mu.Lock()
	defer f.mu.Unlock()
	b.sizes = append(b.sizes, size{time.Now(), int(memory / 1e6), int(goroutines)})
}

// A bot that lived for so long may hold so much more in the last third of its life than in the first, after a while. What counts
// is the least that it held at any time, so what people ask for in a moment is not in it; and what is kept for some time (who did
// what, texts of questions, connections that are not used) is kept from the first minutes on. In a test of half an hour, a bot lives
// for a quarter of an hour: a goroutine that is left behind each minute, or as often as a bot or the database is killed, makes nine.
const (
	longLife  = 3 * time.Minute
	mayGather = 6  // goroutines
	mayGrow   = 20 // MB
)

// grown tells how large the bots were when they were ready, and are now, and complains if one that lived long keeps growing.
func (f *faults) grown() {
	for n := range f.bots {
		b := f.bot(n)
		f.mu.Lock()
		sizes, over := b.sizes, f.over
		f.mu.Unlock()
		if len(sizes) == 0 {
			continue
		}
		first, last := sizes[0], sizes[len(sizes)-1]
		early, late := least(sizes[len(sizes)/6:len(sizes)/3+1]), least(sizes[len(sizes)*2/3:])
		fmt.Fprintf(os.Stdout, "bot %d over %s lived %s: from %d to %d MB, from %d to %d goroutines; at least %d MB and %d goroutines early, %d and %d late\n",
			n, over, last.at.Sub(first.at).Round(time.Second), first.megabytes, last.megabytes, first.goroutines, last.goroutines,
			early.megabytes, early.goroutines, late.megabytes, late.goroutines)
		switch {
		case last.at.Sub(first.at) <= longLife:
		case early.goroutines == 0 || early.megabytes == 0:
			f.soak.Errorf("bot %d over %s does not tell how large it is, so nobody knows whether it grows", n, over)
		case late.goroutines > early.goroutines+mayGather || late.megabytes > early.megabytes+mayGrow:
			f.soak.Errorf("bot %d over %s grows", n, over)
		}
	}
}

func least(sizes []size) (l size) {
	l = sizes[0]
	for _, s := range sizes {
		l.megabytes, l.goroutines = min(l.megabytes, s.megabytes), min(l.goroutines, s.goroutines)
	}
	return l
}
