package kb

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestParseFindsWhatIsAskedFor(t *testing.T) {
	for typed, want := range map[string]string{
		"Pod":                               "pod",
		"what is a pod?":                    "pod",
		"What’s a DaemonSet":                "daemonset",
		"how does the kube-proxy work":      "kube proxy",
		"kubectl get ds -A":                 "ds",
		"k get deploy,svc":                  "deploy",
		"kubectl get pods/web-0":            "pods",
		"kubectl":                           "kubectl",
		"kubectl get":                       "kubectl get",
		"what is":                           "",
		"\u202e\u200fpod\u200b":             "pod",
		"P\u0308od\x00":                     "pod",
		"ﬁltering":                          "filtering",
		"Straße":                            "strasse",
		"":                                  "",
		"???":                               "",
		"\xff\xfe":                          "",
		strings.Repeat("a", 10_000):         strings.Repeat("a", maxQuery),
		strings.Repeat("🍌", 10_000) + "pod": "",
	} {
		if got := strings.Join(parse(typed).words, " "); got != want {
			t.Errorf("parse(%.40q): got %.40q, want %.40q", typed, got, want)
		}
	}
}

func TestNamesOfOneThingHaveOneCanonicalForm(t *testing.T) {
	for _, group := range [][]string{
		{"network policy", "Network Policies", "networkpolicies", "NETWORK-POLICY"},
		{"resource limit", "Resource Limits", "resource_limits", "resourcelimits"},
		{"prometheus", "Prometheus"},
		{"class", "classes"},
		{"proxy", "proxies"},
		{"ds"},
	} {
		for _, other := range group {
			if got, want := canon(words(other)), canon(words(group[0])); got != want {
				t.Errorf("canonical form of %q: got %q, want %q", other, got, want)
			}
		}
	}
	if got := canon(words("sts")); got != "sts" {
		t.Errorf("canonical form of an abbreviation: got %q, want it unchanged", got)
	}
}

func TestParenthesesAreReadInSeveralWays(t *testing.T) {
	for text, want := range map[string][]string{
		"Container Network Interface (CNI) Specification": {"Container Network Interface   Specification", "Container Network Interface ", "CNI"},
		"equality-based (selector)":                       {"equality-based  "},
		"Pod (anti-)affinity":                             {"Pod  affinity"},
		"no parentheses":                                  nil,
		"one (only":                                       nil,
	} {
		if diff := cmp.Diff(want, withoutParentheses(text)); diff != "" {
			t.Errorf("readings of %q (-want +got):\n%s", text, diff)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"pod", "what is a pod?", "kubectl get ds", "a (b) c", "\xff", "\u202e", "PodSecurityPolicies"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q := parse(text)
		if !utf8.ValidString(q.key) || strings.ContainsFunc(q.key, func(r rune) bool { return r < ' ' }) {
			t.Errorf("parse(%q): got key %q, want clean text", text, q.key)
		}
		if n := utf8.RuneCountInString(q.key); n > 18*maxQuery {
			t.Errorf("parse(%q): got a key of %d characters", text, n)
		}
	})
}
