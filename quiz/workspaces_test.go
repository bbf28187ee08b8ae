package quiz

import (
	"context"
	"fmt"
	"slices"
	"testing"
)

func TestWorkspacesAreThoseOfThePlatformThatAnythingIsOf(t *testing.T) {
	w := newWorld(t, 3)
	for n := range 3 {
		for _, home := range []string{"discord/%d", "discord/%d0", "slack/T%d"} {
			if _, err := w.Practice(t.Context(), PracticeRequest{By: Person{Workspace: fmt.Sprintf(home, n+1), User: fmt.Sprint("U", n), Name: "ada"}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	s := daily("daily", "slack/T1/C1", "discord/7/70")
	s.Workspace = "slack/T1"
	w.mustCreate(s)
	s = daily("daily", "discord/8/80")
	s.Workspace = "discord/8"
	w.mustCreate(s)
	for _, home := range []string{"discord/2", "discord/9", "slack/T1"} {
		if err := w.Leave(t.Context(), home); err != nil {
			t.Fatal(err)
		}
	}
	w.others = []Keeper{keeper{of: []string{"discord/5", "discord/9", "slack/T5", "*"}}, keeper{of: []string{"discord/5"}}}
	here, left, err := w.WorkspacesOn(t.Context(), "discord")
	if want := []string{"discord/1", "discord/10", "discord/20", "discord/3", "discord/30", "discord/5", "discord/7", "discord/8"}; err != nil || !slices.Equal(slices.Sorted(slices.Values(here)), want) {
		t.Errorf("here: got %v, %v, want %v", here, err, want)
	}
	if want := []string{"discord/2", "discord/9"}; !slices.Equal(slices.Sorted(slices.Values(left)), want) {
		t.Errorf("left: got %v, want %v", left, want)
	}
	if here, left, err := w.WorkspacesOn(t.Context(), "irc"); len(here)+len(left) > 0 || err != nil {
		t.Errorf("a platform where nobody is: got %v, %v, %v", here, left, err)
	}
}

// A keeper keeps something of workspaces.
type keeper struct {
	Keeper
	of []string
}

func (k keeper) Workspaces(context.Context) ([]string, error) { return k.of, nil }
