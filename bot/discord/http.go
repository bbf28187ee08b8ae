package discord

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
)

const (
	maxRequest = 1 << 20         // bytes of what Discord may send; forms with files have their addresses only
	freshness  = 5 * time.Minute // how far a request's timestamp may be from now
)

// publicKey reads the application's key as Discord shows it.
func publicKey(typed string) (ed25519.PublicKey, error) {
	b, err := hex.DecodeString(typed)
	if err != nil || len(b) != ed25519.PublicKeySize {
		return nil, errors.New("DISCORD_PUBLIC_KEY is not the public key of an application, which has 64 hexadecimal digits; copy it from the page General Information of your application at https://discord.com/developers/applications")
	}
	return b, nil
}

// Routes adds what Discord calls when Config has a PublicKey: /discord/interactions
// and /discord/events. Without one there is nothing to add.
func (a *Adapter) Routes(mux *http.ServeMux) {
	if a.publicKey == "" {
		return
	}
	mux.Handle("POST /discord/interactions", a.authentic((*responder).interact))
	mux.Handle("POST /discord/events", a.authentic((*responder).hear))
}

// A door is where requests come in, and what posts find out. It is open while Run
// serves, and Run ends after those that are inside.
type door struct {
	mu     sync.Mutex // guards inside
	inside *responder // nil while the door is closed
}

func (d *door) open(r *responder) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.inside = r
}

// enter gives the responder for one request, which must call leave; nil while the door is closed.
func (d *door) enter() (r *responder, leave func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.inside == nil {
		return nil, nil
	}
	tasks := d.inside.tasks
	tasks.Add(1) // before Run waits for the tasks, since it closes the door first
	return d.inside, tasks.Done
}

// authentic lets only requests through that Discord has signed just now. The
// others learn nothing but that; Discord itself tries with bad signatures.
// https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint-validating-security-request-headers
func (a *Adapter) authentic(do func(*responder, http.ResponseWriter, []byte)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxRequest))
		var large *http.MaxBytesError
		switch {
		case errors.As(err, &large):
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		case err != nil:
			http.Error(w, "cannot be read", http.StatusBadRequest)
			return
		case !signed(a.key, req.Header, body, time.Now()):
			http.Error(w, "invalid request signature", http.StatusUnauthorized)
			return
		}
		r, leave := a.door.enter() // only now: Run waits for who is inside, and strangers take their time
		if r == nil {
			http.Error(w, "not running", http.StatusServiceUnavailable)
			return
		}
		defer leave()
		do(r, w, body)
	})
}

// signed tells whether key signed body just before now.
func signed(key ed25519.PublicKey, h http.Header, body []byte, now time.Time) bool {
	signatures, stamps := h.Values("X-Signature-Ed25519"), h.Values("X-Signature-Timestamp")
	if len(key) != ed25519.PublicKeySize || len(signatures) != 1 || len(stamps) != 1 {
		return false
	}
	signature, err := hex.DecodeString(signatures[0])
	if err != nil || len(signature) != ed25519.SignatureSize || !ed25519.Verify(key, append([]byte(stamps[0]), body...), signature) {
		return false
	}
	at, err := strconv.ParseInt(stamps[0], 10, 64)
	return err == nil && now.Sub(time.Unix(at, 0)).Abs() <= freshness
}

// interact answers an interaction: with its first answer, if that is there soon
// and has no picture, and otherwise by saying that it comes another way.
func (r *responder) interact(w http.ResponseWriter, body []byte) {
	received := time.Now()
	var ping struct {
		Type discordgo.InteractionType `json:"type"`
	}
	if json.Unmarshal(body, &ping) == nil && ping.Type == discordgo.InteractionPing {
		writeJSON(w, response{Type: discordgo.InteractionResponsePong})
		return
	}
	in, err := read(body)
	if err != nil {
		r.log.Warn("interaction cannot be read", "error", err)
		http.Error(w, "malformed interaction", http.StatusBadRequest)
		return
	}
	in.exchange = &exchange{first: make(chan *response, 1), written: make(chan struct{})}
	r.tasks.Go(func() {
		defer r.recovered()
		defer in.exchange.give(nil) // nothing more comes
		r.once(in, received)
	})
	defer close(in.exchange.written)
	if first := <-in.exchange.first; first != nil {
		writeJSON(w, first)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// An exchange is the request that brought an interaction, which can take back one
// answer. Giving is for one goroutine.
type exchange struct {
	first   chan *response // nil: the answer comes another way, or there is none
	given   bool
	written chan struct{} // closed when Discord has it
}

// give answers the request, if that was not done before.
func (e *exchange) give(first *response) bool {
	if e.given {
		return false
	}
	e.given = true
	e.first <- first
	return true
}

// answered tells whether resp could be the answer to the request: pictures go by
// the callback, where a refusal is seen. It waits until it is written.
func (e *exchange) answered(resp response) bool {
	if e == nil {
		return false
	}
	first := &resp
	if picture, _ := (request{body: resp}).picture(); picture != nil {
		first = nil
	}
	if !e.give(first) {
		return false
	}
	<-e.written
	return first != nil
}

// writeJSON answers at once: what follows by other ways must find it there.
func writeJSON(w http.ResponseWriter, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "no answer", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	_, _ = io.Copy(w, bytes.NewReader(b))
	_ = http.NewResponseController(w).Flush()
}

// hear takes events of the application. The time to acknowledge them is short,
// so they are dealt with afterwards.
// https://discord.com/developers/docs/events/webhook-events
func (r *responder) hear(w http.ResponseWriter, body []byte) {
	var all struct {
		Event struct {
			Type      string `json:"type"`
			Timestamp string `json:"timestamp"`
			Data      struct {
				User  *discordgo.User `json:"user"`
				Guild *guild          `json:"guild"`
			} `json:"data"`
		} `json:"event"`
	}
	if err := json.Unmarshal(body, &all); err != nil {
		http.Error(w, "malformed event", http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
	e := all.Event
	if e.Data.Guild == nil || !snowflake(e.Data.Guild.ID) || !r.seen.First(e.Type+e.Data.Guild.ID+e.Timestamp) {
		return
	}
	r.task(func(ctx context.Context) {
		switch e.Type {
		case "APPLICATION_AUTHORIZED":
			r.joined(ctx, *e.Data.Guild, e.Data.User)
		case "APPLICATION_DEAUTHORIZED": // Discord may also send it without a guild, for a user's install
			r.left(ctx, e.Data.Guild.ID)
		}
	})
}
