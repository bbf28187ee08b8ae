package app

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// runnable are the full paths of all commands that can be given, sorted.
func runnable() (all []string) {
	described("", Spec.Commands, func(path, _ string) {
		if c, ok := Spec.Find(path); ok && len(c.Commands) == 0 {
			all = append(all, path)
		}
	})
	return slices.Sorted(slices.Values(all))
}

func TestEveryCommandIsCarriedOut(t *testing.T) {
	if diff := cmp.Diff(runnable(), slices.Sorted(maps.Keys(commands))); diff != "" {
		t.Errorf("what is carried out (+) is not what the Spec lists (-):\n%s", diff)
	}
}

func TestEveryActionAboutARoundIsCarriedOut(t *testing.T) {
	for verb := range roundNumbers {
		if clicks[verb] == nil && forms[verb] == nil {
			t.Errorf("nothing carries out %q", verb)
		}
	}
}
