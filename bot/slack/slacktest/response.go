package slacktest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"ckadbot/bot/chat/chattest"
)

// response answers a message to a response_url: five within half an hour.
func (s *Server) response(w http.ResponseWriter, r *http.Request) {
	body, err := chattest.Read(r.Body, r.ContentLength, 1<<20)
	if err != nil {
		return
	}
	s.calls.Add(r, body)
	var args map[string]any
	if s.troubled(w, r) {
		return
	}
	readable := strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") && json.Unmarshal(body, &args) == nil
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.unsaid(r)
	u := s.urls[r.PathValue("id")]
	problem, status := "", http.StatusOK
	switch {
	case !readable:
		problem, status = "invalid_payload", http.StatusBadRequest
	case u == nil || time.Since(u.made) > responseLife:
		problem, status = "expired_url", http.StatusNotFound
	case u.uses >= responseUses:
		problem, status = "used_url", http.StatusNotFound
	default:
		if problem = s.take(u, args); problem != "" {
			status = http.StatusBadRequest
		}
	}
	if problem != "" && problem != "expired_url" && problem != notReady {
		s.complain("response_url: %s", problem)
	}
	switch {
	case problem == "":
		problem = "ok"
	case strings.HasPrefix(problem, "invalid_blocks"): // github.com/slackapi/java-slack-sdk/issues/1349
		problem, status = `{"ok":false,"error":"invalid_blocks"}`, http.StatusNotFound
	}
	w.WriteHeader(status)
	if _, err := io.WriteString(w, problem); err != nil {
		return // the bot hung up
	}
}

// take shows a message that came to u. The caller holds mu.
func (s *Server) take(u *responseURL, args map[string]any) (problem string) {
	kind := word(args["response_type"])
	if kind != "ephemeral" && kind != "in_channel" {
		return "invalid_payload response_type"
	}
	if u.uses++; u.uses == 1 {
		s.waits.Answer = append(s.waits.Answer, time.Since(u.made))
	}
	if args["replace_original"] == true && u.message != nil {
		if problem := CheckMessage(args); problem != "" {
			return problem
		}
		if problem := s.checkFiles(args, u.message.only != ""); problem != "" {
			return problem
		}
		s.listen(args)
		u.message.change(args)
		s.showNew(u.message)
		return ""
	}
	only := ""
	if kind == "ephemeral" {
		only = u.user
	}
	if u.message != nil && word(args["thread_ts"]) != u.message.thread {
		s.complain("an answer to a message in the thread %q went to %q", u.message.thread, word(args["thread_ts"]))
	}
	args[":asked"] = u.made
	if u.message != nil {
		args[":to"] = u.message.channel + " " + u.message.ts
	}
	_, problem = s.newMessage(s.channels[u.channel], only, args)
	return problem
}
