package discord

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"

	"github.com/bwmarrin/discordgo"

	"ckadbot/bot/chat"
)

// An attachment tells of a file that is uploaded with a message: its number among
// them, and what it shows. An edit keeps none of the files before, since it
// names none of their ids.
// https://discord.com/developers/docs/reference#editing-message-attachments
type attachment struct {
	ID          string `json:"id"`
	Filename    string `json:"filename"`
	Description string `json:"description"`
}

// bare is p without its picture, whose card says the same in words.
func (p payload) bare() payload {
	if p.picture == nil {
		return p
	}
	e := *p.Embeds[0]
	e.Image = nil
	p.Embeds, p.Attachments, p.picture = []*discordgo.MessageEmbed{&e}, []attachment{}, nil
	return p
}

// picture is what goes with the body as a file, nil for nothing, and the body
// that goes without it.
func (r request) picture() (p *chat.Image, bare any) {
	switch body := r.body.(type) {
	case payload:
		return body.picture, body.bare()
	case response:
		if message, ok := body.Data.(payload); ok {
			return message.picture, response{body.Type, message.bare()}
		}
	}
	return nil, r.body
}

// perhapsOfPicture tells whether it may be a picture that Discord refuses.
func (r *refusal) perhapsOfPicture() bool {
	return r.code == missingPermissions || r.status == http.StatusRequestEntityTooLarge || r.status == http.StatusBadRequest && r.code != acknowledged
}

// withPicture is the form that brings a message's JSON and its picture.
// https://discord.com/developers/docs/reference#uploading-files
func withPicture(message []byte, p chat.Image) (kind string, body io.Reader, err error) {
	return withFile(message, p.Name, "image/png", p.PNG)
}

func withFile(message []byte, name, mediaType string, content []byte) (kind string, body io.Reader, err error) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for _, part := range []struct {
		about   map[string]string
		kind    string
		content []byte
	}{
		{map[string]string{"name": "payload_json"}, "application/json", message},
		{map[string]string{"name": "files[0]", "filename": name}, mediaType, content},
	} {
		w, err := form.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {mime.FormatMediaType("form-data", part.about)}, "Content-Type": {part.kind},
		})
		if err == nil {
			_, err = w.Write(part.content)
		}
		if err != nil {
			return "", nil, err
		}
	}
	return form.FormDataContentType(), &b, form.Close()
}
