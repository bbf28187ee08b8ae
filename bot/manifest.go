package main

import (
	"ckadbot/bot/app"
	"ckadbot/bot/slack"
)

// manifest is the command that prints the manifest of a Slack app.
type manifest struct{}

// Run prints it: for HTTP if PUBLIC_URL is set, else for Socket Mode.
func (manifest) Run(s session) error {
	text, err := slack.Manifest(app.Spec, slack.ManifestOptions{PublicURL: s.config.PublicURL})
	if err != nil {
		return err
	}
	_, err = s.out.Write(text)
	return err
}
