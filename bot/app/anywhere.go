package app

import (
	"strings"

	"ckadbot/bot/chat"
)

// Where a conversation belongs to no workspace (see [chat.Everywhere]) people look things up and learn alone. What they do
// there counts as done in a workspace of that name, of which nobody is an admin; no board shows it, and nothing is posted.

// anywhereText names the commands that work there.
func anywhereText() string {
	var all []string
	ckad, _ := Spec.Find("ckad")
	for _, c := range ckad.Commands {
		if !c.Local && c.Name != "help" {
			all = append(all, "`"+c.Name+"`")
		}
	}
	return "Here, outside of a workspace that has added me, these work: " + strings.Join(all, ", ") + ". " +
		"What you answer here counts apart from your workspaces; `/ckad link` joins it with one of them."
}

var (
	local = private("That belongs to a workspace (in Discord, a server) that has added me: to its channels, boards and people. Please use it there. " +
		"Here I answer you alone: `/ckad practice`, `/ckad review` and `/ckad mock` ask you questions, `/ckad define` explains a term.")
	unread = private("Here, outside of a workspace that has added me, no admin would read that. Please suggest or report it in a workspace (in Discord, a server) where I am.")
)

// atHome is who somebody is in a workspace: where direct conversations belong to
// none, only what a button or form is about tells as whom they use it.
func atHome(u chat.User, workspace string) chat.User {
	if id, ok := strings.CutPrefix(workspace, u.Platform+"/"); ok && u.Workspace == chat.Everywhere {
		u.Workspace = id
	}
	return u
}
