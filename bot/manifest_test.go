package main

import (
	"bytes"
	"strings"
	"testing"

	"ckadbot/bot/app"
	"ckadbot/bot/slack"
)

func TestManifestIsThatOfTheTransport(t *testing.T) {
	for _, public := range []string{"", "https://quiz.example"} {
		want, err := slack.Manifest(app.Spec, slack.ManifestOptions{PublicURL: public})
		if err != nil {
			t.Fatal(err)
		}
		env := func(name string) string { return map[string]string{"PUBLIC_URL": public}[name] }
		var out, errs bytes.Buffer
		if code := run(t.Context(), []string{"manifest"}, env, strings.NewReader(""), &out, &errs); code != 0 || out.String() != string(want) {
			t.Errorf("with PUBLIC_URL=%q: code %d, %s, got:\n%s\nwant:\n%s", public, code, errs.String(), out.String(), want)
		}
	}
}
