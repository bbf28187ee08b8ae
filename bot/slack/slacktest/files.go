package slacktest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"

	"ckadbot/bot/chat"
)

// A file is uploaded in three steps: the bot asks for an address, sends the bytes
// there, and says that it is done. Only then may a block show it.
// docs.slack.dev/messaging/working-with-files
type file struct {
	name   string
	length int
	bytes  []byte
	done   bool
	slow   int // how often a block with it is refused before Slack has looked at it
}

// notReady is said of a file that Slack has not looked at yet: a bot cannot know.
const notReady = "invalid_blocks invalid slack file, it is being looked at"

// SlowFiles makes Slack refuse each file that is uploaded from now on in the first n blocks.
func (s *Server) SlowFiles(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slow = n
}

// BreakUploads makes Slack not take the bytes of files.
func (s *Server) BreakUploads() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.full = true
}

func (s *Server) getUploadURL(args map[string]any) (map[string]any, string) {
	length, err := strconv.Atoi(word(args["length"]))
	if err != nil || length < 1 || word(args["filename"]) == "" {
		return nil, "invalid_arguments filename or length"
	}
	id := s.id("F0FILE")
	s.files[id] = &file{name: word(args["filename"]), length: length, slow: s.slow}
	return map[string]any{"file_id": id, "upload_url": s.http.URL + "/upload/" + id}, ""
}

// upload takes the bytes of a file.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	part, _, err := r.FormFile("file")
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	defer part.Close()
	content, err := io.ReadAll(io.LimitReader(part, chat.MaxFile+1))
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[r.PathValue("id")]
	switch {
	case s.full:
		http.Error(w, "no room", http.StatusInternalServerError)
	case err != nil || f == nil || len(content) != f.length:
		s.complain("upload: not a file that was asked for, or of another length: %d, %v", len(content), err)
		http.Error(w, "mismatch", http.StatusBadRequest)
	default:
		f.bytes = content
		fmt.Fprintf(w, "OK - %d", len(content))
	}
}

func (s *Server) completeUpload(args map[string]any) (map[string]any, string) {
	var done []struct{ ID, Title string }
	if err := json.Unmarshal([]byte(word(args["files"])), &done); err != nil || len(done) == 0 {
		return nil, "invalid_arguments files"
	}
	to := s.channels[word(args["channel_id"])]
	if args["channels"] != nil || args["channel_id"] != nil && (to == nil || to.name != directMessage) {
		return nil, "invalid_arguments the file would be a message of its own, for all"
	}
	var answer []any
	for _, d := range done {
		f := s.files[d.ID]
		if f == nil || f.bytes == nil {
			return nil, "file_not_found"
		}
		f.done = true
		if to != nil {
			s.keep(&message{ts: s.stamp(), channel: to.id, text: word(args["initial_comment"]), file: f})
		}
		answer = append(answer, map[string]any{"id": d.ID, "title": d.Title})
	}
	return map[string]any{"files": answer}, ""
}

const maxAlt = 2000 // alt_text of an image

var fileID = regexp.MustCompile(`^F[A-Z0-9]{8,}$`)

// checkImage checks the form of an image block, which must show a file.
func checkImage(b map[string]any) string {
	switch id := word(object(b["slack_file"])["id"]); {
	case !fileID.MatchString(id):
		return fmt.Sprintf("no file %q", id)
	case b["image_url"] != nil:
		return "both a file and an address"
	case size(word(b["alt_text"])) < 1 || size(word(b["alt_text"])) > maxAlt:
		return "alt_text"
	}
	return ""
}

// checkFiles says what Slack would refuse in the pictures of a message, which one
// person sees or all, "" if nothing. The caller holds mu.
func (s *Server) checkFiles(args map[string]any, ephemeral bool) string {
	for _, b := range array(args["blocks"]) {
		if object(b)["type"] != "image" {
			continue
		}
		f := s.files[word(object(object(b)["slack_file"])["id"])]
		switch {
		case f == nil || !f.done:
			return "invalid_blocks invalid slack file"
		case ephemeral:
			return "invalid_blocks nobody can see a file in an ephemeral message"
		case f.slow > 0:
			f.slow--
			return notReady
		}
	}
	return ""
}

// image is the picture that blocks show. The caller holds mu.
func (s *Server) image(blocks []any) *chat.Image {
	for _, b := range blocks {
		if block := object(b); block["type"] == "image" {
			f := s.files[word(object(block["slack_file"])["id"])]
			return &chat.Image{PNG: f.bytes, Alt: unescaped(word(block["alt_text"])), Name: f.name}
		}
	}
	return nil
}

// imageOf is what people see of a message besides its text: a picture, or a file that is shared with it.
func (s *Server) imageOf(m *message) *chat.Image {
	if m.file != nil {
		return &chat.Image{PNG: m.file.bytes, Name: m.file.name}
	}
	return s.image(m.blocks)
}

// Deactivate takes somebody out of the workspace.
func (s *Server) Deactivate(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.people {
		p.deleted = p.deleted || p.name == name
	}
}
