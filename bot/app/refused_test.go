package app

import (
	"strings"
	"testing"

	"ckadbot/bot/chat"
)

// TestRefusedFormsSayWhere: a form that is refused stays open where it can, so what is wrong is said at an input.
func TestRefusedFormsSayWhere(t *testing.T) {
	r := newRoom(t)
	long := strings.Repeat("x ", 1000)
	fine := strings.Repeat("because ", 10)
	for _, tc := range []struct {
		action, input string
		values        map[string]string
	}{
		{suggestForm, "term", map[string]string{"term": "!!", "definition": "d"}},
		{suggestForm, "term", map[string]string{"term": long, "definition": "d"}},
		{suggestForm, "definition", map[string]string{"term": "definition", "definition": ""}},
		{suggestForm, "details", map[string]string{"term": "x", "definition": "d", "details": long + long}},
		{suggestForm, "aliases", map[string]string{"term": "x", "definition": "d", "aliases": "the definition, " + long}},
		{suggestForm, "aliases", map[string]string{"term": "x", "definition": "d", "aliases": strings.Repeat("a,", 21)}},
		{suggestForm, "why", map[string]string{"term": "x", "definition": "d", "why": long}},
		{termForm + ":service:0", "aliases", map[string]string{"term": "Service", "definition": "d", "aliases": "virtual IP"}}, // svc is a short name of it
		{termForm, "example", map[string]string{"term": "x", "definition": "d", "example": long}},
		{reportForm + ":" + here.Home() + ":1:0", "said", map[string]string{"said": long}},
		{questionForm + ":pods-0:0", "text", map[string]string{"text": "", "choices": "one\ntwo", "key": "A", "explanation": fine}},
		{questionForm + ":pods-0:0", "choices", map[string]string{"text": "Which?", "choices": "one\none", "key": "A", "explanation": fine}},
		{questionForm + ":pods-0:0", "key", map[string]string{"text": "Which?", "choices": "one\ntwo", "key": "C", "explanation": fine}},
		{questionForm + ":pods-0:0", "explanation", map[string]string{"text": "Which?", "choices": "one\ntwo", "key": "A", "explanation": ""}},
		{questionForm + ":pods-0:0", "why", map[string]string{"text": "Which?", "choices": "one\ntwo", "key": "A", "explanation": fine, "why": long}},
		{questionForm + ":kind-typed:0", "answers", map[string]string{"text": "Which?", "answers": "", "explanation": fine}},
		{questionForm + ":kind-typed:0", "answers", map[string]string{"text": "Which?", "answers": "one\none", "explanation": fine}},
		{questionForm + ":kind-true:0", "key", map[string]string{"text": "Is it?", "key": "maybe", "explanation": fine}},
		{questionForm + ":kind-order:0", "choices", map[string]string{"text": "Which?", "choices": "one\ntwo", "explanation": fine}},
	} {
		reply := r.app.Submit(t.Context(), chat.Submission{Action: tc.action, Values: tc.values, User: someone("admin"), Channel: here})
		if len(reply.Invalid) != 1 || reply.Invalid[tc.input] == "" {
			t.Errorf("%s %.60v: got %v at %q, want something at %s", tc.action, tc.values, reply.Text, reply.Invalid, tc.input)
		}
		if typed := strings.TrimSpace(tc.values[tc.input]); len(typed) < 100 && !strings.Contains(reply.Text, typed) {
			t.Errorf("%s: got %q, want what was typed, %q", tc.action, reply.Text, typed)
		}
	}
}
