package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// tick is the unit of time in /proc/PID/stat, on all architectures that Go runs on.
const tick = 10 * time.Millisecond

// A cpu is what a process says of itself in /proc/PID/stat.
type cpu struct {
	parent       int
	own, ofEnded time.Duration // that it had, and its children that have ended
}

// cpuOf reads what a process had; it is an error where there is no /proc, or no such process.
func cpuOf(process string) (cpu, error) {
	stat, err := os.ReadFile(filepath.Join("/proc", process, "stat"))
	if err != nil {
		return cpu{}, err
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // before it is the name, which may contain anything
	var c cpu
	fields := strings.Fields(rest)
	if len(fields) < 15 {
		return cpu{}, fmt.Errorf("%q has too few fields", stat)
	}
	number := func(i int) time.Duration {
		n, e := strconv.ParseInt(fields[i], 10, 64)
		if err == nil {
			err = e
		}
		return time.Duration(n)
	}
	c.parent, c.own, c.ofEnded = int(number(1)), tick*(number(11)+number(12)), tick*(number(13)+number(14))
	return c, err
}

// databaseCPU is what all processes of a PostgreSQL have had; it is an error if they are not on this computer.
func databaseCPU(tb testing.TB, database string) (time.Duration, error) {
	db, err := pgx.Connect(tb.Context(), database)
	if err != nil {
		tb.Fatal(err)
	}
	defer db.Close(tb.Context())
	session, err := cpuOf(fmt.Sprint(db.PgConn().PID()))
	if err != nil {
		return 0, err
	}
	first, err := cpuOf(fmt.Sprint(session.parent))
	if err != nil {
		return 0, err
	}
	all := first.own + first.ofEnded
	processes, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, err
	}
	for _, process := range processes {
		if c, err := cpuOf(filepath.Base(process)); err == nil && c.parent == session.parent { // else it has just ended
			all += c.own + c.ofEnded
		}
	}
	return all, nil
}
