package slacktest

import "time"

// The limits that Slack documents (docs.slack.dev/apis/web-api/rate-limits), by method.
var perMinute = map[string]int{"chat.postMessage": 300, "chat.update": 50, "users.info": 100, "chat.postEphemeral": 100, "views.open": 100}

const (
	inChannel  = 6 // messages within five seconds: one each, and a burst
	channelFor = 5
)

// Limit has Slack keep to its limits, with a clock on which a second lasts so long. 429 is
// counted, see Limited.
func (s *Server) Limit(second time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.second, s.used = second, map[string][]time.Time{}
}

// Limited is how many calls got 429 because of [Server.Limit].
func (s *Server) Limited() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.limited
}

// Squeeze answers all calls of a method by a team with 429 and this Retry-After, until it is zero.
func (s *Server) Squeeze(team, method string, after int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.squeezed[team+" "+method] = after
}

// wait is how long a call has to wait, in seconds of the server's clock; zero: it may be made. The caller holds mu.
func (s *Server) wait(team, method, channel string) (seconds int) {
	if after := s.squeezed[team+" "+method]; after > 0 {
		s.limited++
		return after
	}
	if s.second == 0 || perMinute[method] == 0 {
		return 0
	}
	now := time.Now()
	wait := s.window(now, team+" "+method, perMinute[method], 60*s.second)
	if method == "chat.postMessage" {
		wait = max(wait, s.window(now, team+" "+channel, inChannel, channelFor*s.second))
	}
	if wait > 0 {
		s.limited++
		return int(wait/s.second) + 1
	}
	s.used[team+" "+method] = append(s.used[team+" "+method], now)
	if method == "chat.postMessage" {
		s.used[team+" "+channel] = append(s.used[team+" "+channel], now)
	}
	return 0
}

// window is how long until fewer than n calls were made within per.
func (s *Server) window(now time.Time, key string, n int, per time.Duration) time.Duration {
	used := s.used[key]
	for len(used) > 0 && now.Sub(used[0]) >= per {
		used = used[1:]
	}
	s.used[key] = used
	if len(used) < n {
		return 0
	}
	return used[len(used)-n].Add(per).Sub(now)
}
