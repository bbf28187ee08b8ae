package discordtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
)

// Files come with a message in a form: the message as JSON, in which attachments
// tell of the files by number, and the files themselves.
// discord.com/developers/docs/reference#uploading-files

type attachment struct {
	ID          string `json:"id"`
	Filename    string `json:"filename"`
	Description string `json:"description"`
	Content     []byte `json:"content"` // not Discord's: what unpack puts here
}

const maxFile = 10 << 20 // bytes

// unpack makes a form one piece of JSON, with each file in its attachment. What
// is no form stays as it is.
func unpack(kind string, body []byte) ([]byte, *refusal) {
	if !strings.HasPrefix(kind, "multipart/form-data") {
		return body, nil
	}
	form, err := chattest.ReadForm(kind, body)
	if err != nil {
		return nil, malformed("body", err.Error())
	}
	var message map[string]any
	if err := json.Unmarshal(form.JSON, &message); err != nil {
		return nil, malformed("payload_json", err.Error())
	}
	holder := message
	if data, ok := message["data"].(map[string]any); ok { // of an answer to an interaction
		holder = data
	}
	attachments, _ := holder["attachments"].([]any)
	for _, a := range attachments {
		about, _ := a.(map[string]any)
		field := fmt.Sprintf("files[%v]", about["id"])
		if content, ok := form.Files[field]; ok && about["filename"] == form.Names[field] {
			about["content"] = content
			delete(form.Files, field)
		}
	}
	if len(form.Files) > 0 {
		return nil, malformed("attachments", "tell nothing of a file, or call it otherwise")
	}
	all, err := json.Marshal(message)
	if err != nil {
		return nil, malformed("body", err.Error())
	}
	return all, nil
}

// mayAttach refuses files when the bot lacks the permission.
func (s *Server) mayAttach(kind string) *refusal {
	if strings.HasPrefix(kind, "multipart/") && s.permissions&attachFiles == 0 {
		return &refusal{status: http.StatusForbidden, code: 50013, message: "Missing Permissions", excused: true}
	}
	return nil
}

// checkFiles wants a file for each attachment, and an attachment for each picture in an embed.
func (m *messageBody) checkFiles(c *checks) {
	names := map[string]bool{}
	for i, a := range deref(m.Attachments) {
		at := fmt.Sprintf("attachments.%d", i)
		c.that(len(a.Content) > 0 && len(a.Content) <= maxFile, at, "has a file of %d bytes", len(a.Content))
		c.text(at+".description", a.Description, 1, 1024)
		names["attachment://"+a.Filename] = true
	}
	c.that(len(deref(m.Attachments)) <= 10, "attachments", "must be 10 or fewer")
	for i, e := range deref(m.Embeds) {
		c.that(e.Image == nil || names[e.Image.URL], fmt.Sprintf("embeds.%d.image.url", i), "is not an attachment")
	}
}

// image is the picture that people see with m: in an embed, or below m if no embed shows it.
func (m *message) image() *chat.Image {
	if len(m.attachments) == 0 {
		return nil
	}
	a := m.attachments[0]
	return &chat.Image{PNG: a.Content, Alt: a.Description, Name: a.Filename}
}
