package lint

import (
	"testing"
)

// TestBuiltinGlossaryIsClean holds what is built in to every rule.
func TestBuiltinGlossaryIsClean(t *testing.T) {
	files, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	r := Check(files, nil)
	for _, p := range r.Problems {
		t.Errorf("kb/content/%v", p)
	}
	if r.Files < 16 || r.Entries < 178 || r.Manifests < 60 {
		t.Errorf("got %d files, %d entries, %d manifests, want 16, 178, 60 or more", r.Files, r.Entries, r.Manifests)
	}
}
