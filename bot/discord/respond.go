package discord

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"ckadbot/bot/chat"
)

// A responder answers interactions.
type responder struct {
	*Adapter
	handler chat.Handler
	work    context.Context // outlives Run's context a little, so that answers under way are delivered
	tasks   *sync.WaitGroup // all that the responder started
}

const (
	handling   = time.Minute      // for a handler; nobody waits longer
	delivering = 30 * time.Second // for an answer, with all that it takes
)

// take starts to answer an interaction and returns at once.
func (r *responder) take(raw json.RawMessage) {
	received := time.Now()
	r.tasks.Go(func() {
		defer r.recovered()
		in, err := read(raw)
		if err != nil {
			r.log.Warn("interaction cannot be read", "error", err)
			return
		}
		r.once(in, received)
	})
}

// once answers an interaction, unless it was answered before or another process
// does. Completions change nothing, and come with every key that is pressed: all answer.
func (r *responder) once(in *interaction, received time.Time) {
	if !r.seen.First(in.ID) {
		return
	}
	if in.Type != discordgo.InteractionApplicationCommandAutocomplete && !r.first(r.work, in.ID) {
		return
	}
	r.answer(in, received)
}

// task runs do, which has a minute, also beyond the end of Run's context.
func (r *responder) task(do func(context.Context)) {
	r.tasks.Go(func() {
		defer r.recovered()
		ctx, cancel := context.WithTimeout(r.work, handling)
		defer cancel()
		do(ctx)
	})
}

// first tells whether this process may do what key names: no other has begun it.
// If the others cannot be asked in time it may: what must not happen twice is
// decided in the database.
func (r *responder) first(ctx context.Context, key string) bool {
	if r.claim == nil {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, claiming)
	defer cancel()
	first, err := r.claim(ctx, platform+" "+key)
	if err != nil {
		r.log.Warn("going on without knowing whether another bot does", "error", err)
		return true
	}
	return first
}

func (r *responder) recovered() {
	if p := recover(); p != nil {
		r.log.Error("interaction failed", "panic", p, "stack", string(debug.Stack()))
	}
}

func (r *responder) answer(in *interaction, received time.Time) {
	switch in.Type {
	case discordgo.InteractionApplicationCommandAutocomplete:
		r.suggest(in, received)
	case discordgo.InteractionApplicationCommand:
		c, _ := in.command()
		r.reply(in, received, chat.Response{Kind: chat.DidCommand, Command: c.Name}, func(ctx context.Context) chat.Reply { return r.handler.Command(ctx, c) })
	case discordgo.InteractionMessageComponent:
		c := chat.Click{Action: in.pressed(), User: in.user(), Message: chat.MessageRef{Channel: in.channel(), ID: in.message}}
		r.reply(in, received, chat.Response{Kind: chat.DidClick}, func(ctx context.Context) chat.Reply { return r.handler.Click(ctx, c) })
	case discordgo.InteractionModalSubmit:
		data := in.ModalSubmitData()
		s := chat.Submission{Action: data.CustomID, Values: values(data), User: in.user(), Channel: in.channel()}
		r.reply(in, received, chat.Response{Kind: chat.DidSubmit}, func(ctx context.Context) chat.Reply { return r.handler.Submit(ctx, s) })
	default:
		r.log.Warn("interaction of an unknown type", "type", in.Type)
	}
}

// reply gets the handler's reply and brings it to the person. When that takes
// too long, Discord is told that it comes later.
func (r *responder) reply(in *interaction, received time.Time, how chat.Response, handle func(context.Context) chat.Reply) {
	replied := start(r, handle)
	var reply chat.Reply
	var err error
	select {
	case reply = <-replied:
		reply, err = r.deliver(in, reply, r.now)
	case <-time.After(time.Until(received.Add(chat.Patience))):
		if err = r.callback(in, response{Type: later(in), Data: thinking(in)}); err == nil {
			how.First = time.Since(received)
			reply, err = r.deliver(in, <-replied, r.afterwards)
		}
	}
	r.done(in, err)
	how.Outcome = chat.OutcomeOf(reply, err)
	r.responded(received, how, err)
}

// responded completes how something was answered, and tells it, unless another process answered.
func (r *responder) responded(received time.Time, how chat.Response, err error) {
	if r.told == nil || refusedWith(err, acknowledged) {
		return
	}
	how.Answer = time.Since(received)
	if how.First == 0 && how.Outcome != chat.Lost {
		how.First = how.Answer
	}
	r.told(how)
}

// start runs a handler as soon as one of the slots is free.
func start(r *responder, handle func(context.Context) chat.Reply) <-chan chat.Reply {
	replied := make(chan chat.Reply, 1)
	r.tasks.Go(func() {
		ctx, cancel := context.WithTimeout(r.work, handling)
		defer cancel()
		select {
		case r.slots <- struct{}{}:
			defer func() { <-r.slots }()
			replied <- handle(ctx)
		case <-ctx.Done():
			replied <- say("I am very busy right now; please try again in a minute.")
		}
	})
	return replied
}

// suggest answers what could be typed; nothing, if that takes too long.
func (r *responder) suggest(in *interaction, received time.Time) {
	ctx, cancel := context.WithDeadline(r.work, received.Add(chat.Patience))
	defer cancel()
	found := make(chan []*discordgo.ApplicationCommandOptionChoice, 1)
	r.tasks.Go(func() {
		defer r.recovered()
		select {
		case r.slots <- struct{}{}:
			defer func() { <-r.slots }()
			found <- in.complete(ctx, r.handler)
		case <-ctx.Done():
		}
	})
	choices := []*discordgo.ApplicationCommandOptionChoice{}
	select {
	case choices = <-found:
	case <-ctx.Done():
	}
	err := r.callback(in, response{Type: discordgo.InteractionApplicationCommandAutocompleteResult, Data: map[string]any{"choices": choices}})
	r.done(in, err)
	r.responded(received, chat.Response{Kind: chat.DidComplete, Outcome: chat.OutcomeOf(chat.Reply{}, err)}, err)
}

// deliver brings a reply to the person by send. What Discord does not take is
// logged, and the person is told that something went wrong. It gives what was sent last.
func (r *responder) deliver(in *interaction, reply chat.Reply, send func(*interaction, chat.Reply) error) (chat.Reply, error) {
	err := send(in, reply)
	var no *refusal
	if errors.As(err, &no) && no.status == http.StatusBadRequest && no.code != acknowledged {
		ref := chat.Reference()
		r.log.Error("Discord does not take a reply", "ref", ref, "workspace", in.workspace(), "channel", in.ChannelID, "error", err)
		reply = chat.Sorry(ref)
		err = send(in, reply)
	}
	return reply, err
}

// done logs why an answer was not delivered. Another process with the same token
// may have answered first; that is well.
func (r *responder) done(in *interaction, err error) {
	switch {
	case err == nil:
	case refusedWith(err, acknowledged):
		r.log.Debug("interaction was answered elsewhere", "workspace", in.workspace(), "channel", in.ChannelID)
	default:
		r.log.Warn("answer was not delivered", "workspace", in.workspace(), "channel", in.ChannelID, "error", err)
	}
}

func say(text string) chat.Reply {
	return chat.Reply{Ephemeral: true, Message: chat.Message{Text: text}}
}

// A response is the first answer to an interaction.
type response struct {
	Type discordgo.InteractionResponseType `json:"type"`
	Data any                               `json:"data,omitempty"`
}

// now answers with the reply itself.
func (r *responder) now(in *interaction, reply chat.Reply) error {
	switch {
	case reply.Form != nil && in.Type == discordgo.InteractionModalSubmit:
		return r.now(in, say("One form cannot open another here. Please use the command or the button again."))
	case reply.Form != nil:
		return r.callback(in, response{discordgo.InteractionResponseModal, form(*reply.Form)})
	case reply.Replace && in.message != "":
		return r.callback(in, response{discordgo.InteractionResponseUpdateMessage, render(reply.Message)})
	}
	return r.callback(in, response{discordgo.InteractionResponseChannelMessageWithSource, flagged(reply)})
}

// later is how to say that the answer comes later. On a message that shows
// nothing, since the answer may belong into that message.
func later(in *interaction) discordgo.InteractionResponseType {
	if in.message != "" {
		return discordgo.InteractionResponseDeferredMessageUpdate
	}
	return discordgo.InteractionResponseDeferredChannelMessageWithSource
}

// thinking makes the "thinking…" ephemeral: most answers are, and one for all
// can still be made then, not the other way round.
func thinking(in *interaction) any {
	if in.message != "" {
		return nil
	}
	return map[string]any{"flags": discordgo.MessageFlagsEphemeral}
}

// afterwards brings a reply that comes after later.
func (r *responder) afterwards(in *interaction, reply chat.Reply) error {
	onMessage := in.message != ""
	switch {
	case reply.Form != nil: // Discord opens forms only at once
		return r.afterwards(in, say("That took me too long to open the form. Please try once more."))
	case onMessage && reply.Replace:
		return r.original(in, http.MethodPatch, render(reply.Message))
	case !onMessage && reply.Ephemeral:
		err := r.original(in, http.MethodPatch, render(reply.Message))
		if !refusedWith(err, unknownMessage) {
			return err
		} // it was taken away for a reply that Discord did not take
	case !onMessage: // the first message after "thinking…" would be ephemeral, too
		if err := r.original(in, http.MethodDelete, nil); err != nil && !refusedWith(err, unknownMessage) { // perhaps by the try before
			return err
		}
	}
	return r.followUp(in, flagged(reply))
}

func flagged(reply chat.Reply) payload {
	p := render(reply.Message)
	if reply.Ephemeral {
		p.Flags = discordgo.MessageFlagsEphemeral
	}
	return p
}

// callback gives the first answer: to the request that brought the interaction, or by one of our own.
func (r *responder) callback(in *interaction, resp response) error {
	if in.exchange.answered(resp) {
		return nil
	}
	return r.call(in, request{name: "answer", method: http.MethodPost, path: "/interactions/" + in.ID + "/" + in.Token + "/callback", body: resp})
}

// original edits or deletes the first answer; if that showed nothing, it is the
// message that was clicked.
func (r *responder) original(in *interaction, method string, body any) error {
	return r.call(in, request{name: "change the answer", method: method, path: "/webhooks/" + in.AppID + "/" + in.Token + "/messages/@original", body: body})
}

func (r *responder) followUp(in *interaction, p payload) error {
	return r.call(in, request{name: "answer once more", method: http.MethodPost, path: "/webhooks/" + in.AppID + "/" + in.Token, body: p})
}

func (r *responder) call(in *interaction, req request) error {
	ctx, cancel := context.WithTimeout(r.work, delivering)
	defer cancel()
	req.interaction, req.chasing = true, in.exchange != nil
	return r.rest.insist(ctx, req)
}
