package chattest

import (
	"testing"

	"ckadbot/bot/chat"
)

// Run checks every promise; open gives a fresh fake platform for each.
func Run(t *testing.T, open func(testing.TB) Platform) {
	for name, promise := range map[string]func(*testing.T, Platform){
		"a command reaches the handler":            commandArrives,
		"a person in a command is resolved":        personIsResolved,
		"only admins are admins":                   adminsAreTold,
		"an ephemeral reply is seen by one person": ephemeralStaysPrivate,
		"a public reply is seen by all":            publicIsPublic,
		"a click reaches the handler":              clickArrives,
		"a choice from a menu is a click":          choiceIsAClick,
		"a reply can take the message's place":     replaceReplaces,
		"a form comes back with its values":        formComesBack,
		"an input can be completed":                inputIsCompleted,
		"a slow answer is acknowledged first":      slowIsAcknowledged,
		"an event delivered again is handled once": redeliveryIsHandledOnce,
		"a handler that panics ends nothing":       panicEndsNothing,
		"a reply over the limits ends nothing":     invalidReplyEndsNothing,
		"hostile text is inert":                    hostileTextIsInert,
		"a mention notifies one person":            mentionNotifiesOne,
		"a post appears once and can be edited":    postAndEdit,
		"a post made again is not doubled":         postAgain,
		"a picture comes with its alternative":     pictureComesWithItsAlternative,
		"an edit changes or drops the picture":     editChangesThePicture,
		"without a picture nothing is lost":        nothingIsLostWithoutPicture,
		"being limited is told":                    limitedIsTold,
		"a channel that is gone is told":           goneIsTold,
		"a direct message is seen by one person":   directIsSeenByOne,
		"a file is given to one person":            fileIsGivenToOne,
		"who is no member is told":                 whoIsNoMemberIsTold,
		"a message has an address":                 messageHasAnAddress,
		"a forged action grants nothing":           forgedActionsGrantNothing,
		"odd actions end nothing":                  oddActionsEndNothing,
		"double clicks are answered":               doubleClicksAreAnswered,
		"old messages still answer":                oldMessagesStillAnswer,
		"names are inert":                          namesAreInert,
		"a lost connection is made good":           dropIsMadeGood,
		"a refused token is told without it":       badTokenIsTold,
	} {
		t.Run(name, func(t *testing.T) {
			p := open(t)
			promise(t, p)
			if c := p.Complaints(); len(c) > 0 {
				t.Errorf("the platform complains: %q", c)
			}
		})
	}
}

func text(s string) chat.Reply { return chat.Reply{Message: chat.Message{Text: s}, Ephemeral: true} }

func card(body string, buttons ...chat.Button) chat.Message {
	return chat.Message{Card: &chat.Card{Title: "Title", Body: body, Fields: []chat.Field{{Name: "Field", Value: "Value"}}, Footer: "Footer", Buttons: buttons}}
}

var abc = []chat.Button{{Action: "ans:1:0", Label: "A", Style: chat.Primary}, {Action: "ans:1:1", Label: "B"}, {Action: "ans:1:2", Label: "C", Style: chat.Danger}}

// ready waits until the adapter is connected.
func ready(t *testing.T, p Platform) {
	t.Helper()
	p.Type("alice", "/ckad help")
	AwaitText(t, p, "alice", "ok")
}
