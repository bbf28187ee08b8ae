package slack_test

import (
	"container/heap"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/bot/slack"
	"ckadbot/bot/slack/slacktest"
)

// A backlog is posts by when they are due.
type backlog []due

type due struct {
	at      time.Time
	channel chat.Channel
}

func (b backlog) Len() int           { return len(b) }
func (b backlog) Less(i, j int) bool { return b[i].at.Before(b[j].at) }
func (b backlog) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }
func (b *backlog) Push(x any)        { *b = append(*b, x.(due)) }
func (b *backlog) Pop() any          { old := *b; last := old[len(old)-1]; *b = old[:len(old)-1]; return last }

// BenchmarkThousandChannels posts in a thousand channels, as 64 workers do who come back when they are told to wait,
// to a Slack that keeps to its limits with a clock ten times as fast.
func BenchmarkThousandChannels(b *testing.B) {
	const second = 100 * time.Millisecond
	for name, workspaces := range map[string]int{"in one workspace": 1, "in a thousand workspaces": 1000} {
		b.Run(name, func(b *testing.B) {
			h := newHosted(b)
			slack.Hurry(h.adapter.(*slack.Adapter), second)
			var posts backlog
			for i := range 1000 {
				team, channel := fmt.Sprintf("T0%04d", i%workspaces), fmt.Sprintf("C0%04d", i)
				h.AddWorkspace(team, channel)
				posts = append(posts, due{channel: chat.Channel{Platform: "slack", Workspace: team, ID: channel}})
			}
			for i := range workspaces {
				team := fmt.Sprintf("T0%04d", i)
				h.give(b, slacktest.Install{Team: team})
			}
			h.Limit(second)
			for b.Loop() {
				began := time.Now()
				left := append(backlog(nil), posts...)
				deliver(b, h.adapter, left)
				took := time.Since(began)
				b.ReportMetric(1000/took.Seconds()*second.Seconds(), "posts/s-of-Slack")
				b.ReportMetric(float64(h.Limited()), "429s")
				if workspaces == 1 { // the first of four spans of a minute is free
					b.ReportMetric(100*(180*second.Seconds())/took.Seconds(), "%-of-the-limit")
				}
			}
		})
	}
}

// deliver makes all posts.
func deliver(b *testing.B, a chat.Adapter, left backlog) {
	var mu sync.Mutex // guards left and open
	open := len(left)
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			for {
				mu.Lock()
				if open == 0 {
					mu.Unlock()
					return
				}
				if len(left) == 0 || left[0].at.After(time.Now()) {
					mu.Unlock()
					pauseFor(b, time.Millisecond)
					continue
				}
				p := heap.Pop(&left).(due)
				mu.Unlock()
				_, err := a.Post(b.Context(), p.channel, chat.Key{ID: "k"}, question)
				var retry *chat.RetryError
				mu.Lock()
				switch {
				case errors.As(err, &retry):
					heap.Push(&left, due{time.Now().Add(retry.After), p.channel})
				case err != nil:
					b.Error(err)
					fallthrough
				default:
					open--
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
}
