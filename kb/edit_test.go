package kb

import "testing"

// put writes an entry of a workspace's own, over the one that is there.
func put(t *testing.T, g *Glossary, workspace string, e Entry) Entry {
	t.Helper()
	now, _ := g.Entry(workspace, e.Slug)
	e, err := g.Put(t.Context(), workspace, "Ann", now.Rev, e)
	if err != nil {
		t.Fatal(err)
	}
	return e
}
