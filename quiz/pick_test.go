package quiz

import (
	"slices"
	"strings"
	"testing"
)

func TestGenerateHonoursAvoid(t *testing.T) {
	terms := someTerms()[:12]
	for i := range terms {
		if terms[i].Slug == "statefulset" {
			terms[i].Avoid = []string{"daemonset"}
		}
	}
	for seed := range uint64(seeds) {
		for _, q := range Generate(terms, seed) {
			if slices.Contains(q.Choices, "StatefulSet") && slices.Contains(q.Choices, "DaemonSet") {
				t.Errorf("%s, seed %d: %q has both StatefulSet and DaemonSet", q.ID, seed, q.Choices)
			}
		}
	}
}

// What is easily confused stands beside each other, whatever its category, unless both would be right: a ReplicaSet is
// near a Deployment, but never a wrong choice beside it.
func TestGeneratePrefersWhatIsEasilyConfused(t *testing.T) {
	near := map[string][]string{
		"deployment":       {"replicaset", "service", "no-such-term", "network-policy"},
		"kube-proxy":       {"cni", "taint"},
		"kubectl-describe": {"kubectl-top"},
	}
	terms := someTerms()
	for i := range terms {
		terms[i].Near = near[terms[i].Slug]
	}
	for seed := range uint64(seeds) {
		all := Generate(terms, seed)
		for id, want := range map[string][]string{
			"gen-def-deployment":       {"Deployment", "Service", "Network Policy"},
			"gen-def-kube-proxy":       {"kube-proxy", "Container Network Interface", "Taint"},
			"gen-def-kubectl-describe": {"kubectl describe", "kubectl top"},
		} {
			q := questionOf(t, all, id)
			choices := q.Choices
			if !slices.ContainsFunc(want[1:], func(name string) bool { return strings.Contains(q.Explanation, "In contrast, "+name+": ") }) {
				t.Errorf("%s, seed %d: got the explanation %q, want it to speak of one of %q", id, seed, q.Explanation, want[1:])
			}
			for _, name := range want {
				if !slices.Contains(choices, name) {
					t.Errorf("%s, seed %d: got %q, want %s among them", id, seed, choices, name)
				}
			}
			if slices.Contains(choices, "ReplicaSet") {
				t.Errorf("%s, seed %d: got %q, want no ReplicaSet", id, seed, choices)
			}
		}
	}
}

// The third wrong choice is from further away only if the category has no more: a Service is no temptation beside a CronJob.
func TestGenerateStaysInTheCategory(t *testing.T) {
	workloads := []string{"Pod", "CronJob", "DaemonSet", "StatefulSet", "Deployment", "ReplicaSet"}
	for seed := range uint64(seeds) {
		for _, c := range questionOf(t, Generate(someTerms(), seed), "gen-def-cronjob").Choices {
			if !slices.Contains(workloads, c) {
				t.Errorf("seed %d: got the choice %s, want one of %q", seed, c, workloads)
			}
		}
	}
}

// What has gone out of use is a wrong choice beside another such thing, where it is the best, and nowhere else.
func TestGenerateKeepsOldNamesTogether(t *testing.T) {
	old := func(slug, name, near, definition string) Term {
		return Term{Slug: slug, Name: name, Category: "scheduling", Domain: "BG", Definition: definition, Doc: "/docs/", Verified: "1.37", Near: []string{near}}
	}
	terms := append(someTerms(),
		old("predicates", "Predicates", "priorities", "Old word for the checks by which machines are ruled out that lack processor, memory or a wanted label."),
		old("priorities", "Priorities", "predicates", "Old word for the points by which the best of several suitable machines is found when a Pod needs one."))
	for seed := range uint64(seeds) {
		all := Generate(terms, seed)
		if q := questionOf(t, all, "gen-def-predicates"); !slices.Contains(q.Choices, "Priorities") {
			t.Errorf("%s, seed %d: got %q, want Priorities among them", q.ID, seed, q.Choices)
		}
		for _, q := range all {
			if !slices.Contains([]string{"predicates", "priorities", "psp"}, q.Terms[0]) && (slices.Contains(q.Choices, "Predicates") || slices.Contains(q.Choices, "Priorities")) {
				t.Errorf("%s, seed %d: got %q, want no old name among them", q.ID, seed, q.Choices)
			}
		}
	}
}

// A word of the right name that the question shows, and a blank in the right description, are in a wrong choice as well;
// where there is no such wrong choice, nothing is asked.
func TestGenerateLeavesNoOddOneOut(t *testing.T) {
	const (
		plain   = "Carries cars and walkers over the river from dawn till late, except in storms or thick fog."
		nodes   = "Carries cars between each node of the river from dawn till late, except in storms or thick fog."
		ferries = "Carries cars and walkers as ferries do, from dawn till late, except in storms or thick fog."
		relay   = "Passes messages on from hall to hall; each node remembers what it has sent for a whole day."
		relayed = "Passes messages on from hall to hall and relays all that it has heard during a whole day."
	)
	for _, tt := range []struct {
		name, id        string
		relay           string // definition of Relay Node, the right answer
		another, second string // name and definition of one wrong choice
		must            string // what a wrong choice must have; empty: no question
	}{
		{"a word in the text that a wrong name has", "gen-def-relay", relay, "Ferry Node", plain, "Ferry Node"},
		{"a word in the text that no wrong name has", "gen-def-relay", relay, "Ferry", nodes, ""},
		{"a word in the description that a wrong one has", "gen-what-relay", relay, "Ferry", nodes, "each node of the river"},
		{"a word in the description that no wrong one has", "gen-what-relay", relay, "Ferry Node", plain, ""},
		{"a blank that a wrong description has", "gen-what-relay", relayed, "Ferry", ferries, "as […] do"},
		{"a blank that no wrong description has", "gen-what-relay", relayed, "Ferry", plain, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			definitions := map[string]string{
				"Relay Node": tt.relay,
				tt.another:   tt.second,
				"Beacon":     "Sends out a light every second so that ships at sea know where the rocks of the coast are.",
				"Ledger":     "Lists every payment in order of time, each with its sum, and is closed by two people at night.",
				"Orchard":    "Gives apples in autumn if bees come by in spring; frost in May can undo the work of a year.",
				"Viaduct":    "Lets trains cross the valley on arches of brick, high above meadows, barns and a small stream.",
				"Quarry":     "Yields slabs of granite that are cut with wire, polished in the village and sold in the city.",
			}
			var terms []Term
			for name, definition := range definitions {
				slug := strings.ToLower(strings.Fields(name)[0])
				terms = append(terms, Term{Slug: slug, Name: name, Category: "things", Domain: "BG", Definition: definition, Doc: "/docs/", Verified: "1.37"})
			}
			for seed := range uint64(seeds) {
				all := Generate(terms, seed)
				i := slices.IndexFunc(all, func(q Question) bool { return q.ID == tt.id })
				if got, want := i >= 0, tt.must != ""; got != want {
					t.Errorf("seed %d: got a question %t, want %t", seed, got, want)
				}
				if i >= 0 && !slices.ContainsFunc(all[i].Choices, func(c string) bool { return strings.Contains(c, tt.must) }) {
					t.Errorf("seed %d: got choices %q, want one with %q", seed, all[i].Choices, tt.must)
				}
			}
		})
	}
}
