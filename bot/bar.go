package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// A bar tells on standard error how far something is that takes longer than a
// second: as a bar in a terminal, else by a line now and then.
type bar struct {
	session
	terminal bool
	began    time.Time
	last     time.Time // when something was shown
	drawn    bool      // the cursor stands behind a bar
}

func newBar(s session) *bar {
	b := &bar{session: s, began: time.Now()}
	if f, ok := s.errs.w.(*os.File); ok {
		info, err := f.Stat()
		b.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0 && !s.config.NoColor
	}
	return b
}

// show is called after each piece of work.
func (b *bar) show(done, total int) {
	pause := 5 * time.Second
	if b.terminal {
		pause = 100 * time.Millisecond
	}
	now := time.Now()
	if now.Sub(b.began) < time.Second || now.Sub(b.last) < pause && done < total {
		return
	}
	b.last = now
	if !b.terminal {
		b.progress(fmt.Sprintf("%d of %d entries written.", done, total))
		return
	}
	const width = 40
	filled := width * done / max(total, 1)
	fmt.Fprintf(b.errs, "\r[%s%s] %d of %d entries", strings.Repeat("#", filled), strings.Repeat(".", width-filled), done, total)
	b.drawn = true
}

// end leaves the line.
func (b *bar) end() {
	if b.drawn {
		fmt.Fprintln(b.errs)
	}
}
