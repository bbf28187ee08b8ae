package main

import (
	"fmt"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A road leads to the database. It can be slow.
type road struct {
	url    string
	target string // the socket
	delay  atomic.Int64
	mu     sync.RWMutex // held while nothing gets through
}

func newRoad(t testing.TB, to string) *road {
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	r := &road{target: filepath.Join(u.Query().Get("host"), ".s.PGSQL."+u.Query().Get("port"))}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	r.url = fmt.Sprintf("postgres://%s@%s%s?sslmode=disable", u.User.Username(), l.Addr(), u.Path)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go r.lead(c)
		}
	}()
	return r
}

// lead leads one connection there and back.
func (r *road) lead(from net.Conn) {
	defer from.Close()
	to, err := net.Dial("unix", r.target)
	if err != nil {
		return
	}
	defer to.Close()
	go func() {
		_, _ = io.Copy(to, slowly{r, from})
		_ = to.Close()
	}()
	_, _ = io.Copy(from, slowly{r, to})
}

// slowly delays what is read.
type slowly struct {
	road *road
	net.Conn
}

func (s slowly) Read(p []byte) (int, error) {
	n, err := s.Conn.Read(p)
	if d := time.Duration(s.road.delay.Load()); d > 0 {
		<-time.After(d)
	}
	s.road.mu.RLock() // waits while the road is closed
	defer s.road.mu.RUnlock()
	return n, err
}

func (r *road) slow(d time.Duration) { r.delay.Store(int64(d)) }
func (r *road) hang()                { r.mu.Lock() }
func (r *road) goOn()                { r.mu.Unlock() }
