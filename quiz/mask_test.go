package quiz

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestStemJoinsTheFormsOfAWord(t *testing.T) {
	for _, forms := range []string{
		"schedule schedules scheduled scheduling scheduler",
		"policy policies", "proxy proxies", "class classes", "ingress ingresses", "probe probes probed probing",
		"controller controllers controlled control", "install installed installs", "node nodes", "service services",
	} {
		list := strings.Fields(forms)
		for _, w := range list {
			if got, want := stem(w), stem(list[0]); got != want {
				t.Errorf("stem(%s): got %q, want %q as of %s", w, got, want, list[0])
			}
		}
	}
	for _, two := range [][2]string{{"string", "strange"}, {"state", "station"}, {"user", "use"}, {"thing", "the"}, {"status", "state"}} {
		if stem(two[0]) == stem(two[1]) {
			t.Errorf("stem: %s and %s are the same, %q", two[0], two[1], stem(two[0]))
		}
	}
}

func TestWordsSplitsCamelCase(t *testing.T) {
	for text, want := range map[string]string{
		"ReplicaSets":              "replica sets",
		"maxUnavailable=25%":       "max unavailable 25",
		"PVCs and CRDs":            "pvcs and crds",
		"DNSServer, HTTPRoute":     "dns server http route",
		"kube-scheduler's v1beta1": "kube scheduler s v1beta1",
		"[…] – é":                  "é",
		"":                         "",
	} {
		if got := strings.Join(texts(text), " "); got != want {
			t.Errorf("words of %q: got %q, want %q", text, got, want)
		}
	}
}

func TestHide(t *testing.T) {
	terms := map[string]Term{}
	for _, term := range someTerms() {
		terms[term.Slug] = term
	}
	terms["cni"] = Term{Slug: "cni", Name: "Container Network Interface (CNI)"}
	terms["cloud"] = Term{Slug: "cloud-controller-manager", Name: "cloud-controller-manager"}
	terms["tenancy"] = Term{Slug: "multi-tenancy", Name: "Multi-tenancy"}
	terms["server"] = Term{Slug: "server", Name: "Server"}
	for _, tt := range []struct{ slug, text, want string }{
		{"replicaset", "A ReplicaSet makes replicas; Replica Sets, replica-sets and replicasets are one.", "[…] makes […]; […], […] and […] are one."},
		{"replicaset", "The set of Pods.", "The set of Pods."},
		{"cronjob", "A cron job is a scheduled job.", "[…] is […]."},
		{"taint", "A tainted node: `kubectl taint` taints it, tainting is for admins.", "[…] node: `kubectl […]` […] it, […] is for admins."},
		{"toleration", "Tolerates a taint.", "[…] a taint."},
		{"kube-scheduler", "The kube-scheduler, not the my-scheduler-2 plugin.", "The […], not the […] plugin."},
		{"kube-proxy", "It proxies; kubectl proxy is another proxy.", "It […]; kubectl […] is another […]."},
		{"statefulset", "Keeps state; stateful Pods in a Stateful Set.", "Keeps state; […] Pods in […]."},
		{"statefulset", "`kubectl get sts` lists them.", "`kubectl get […]` lists them."},
		{"service", "An API for microservices: a `Service` serves.", "An API for […]: […] serves."},
		{"service", "service-account-name", "[…]"},
		{"cni", "The CNI spec: networks for containers, a container network interface.", "The […] spec: networks for containers, […]."},
		{"cloud", "Loops that need the cloud provider's API, or a cloud.", "Loops that need the […] provider's API, or […]."},
		{"tenancy", "Tenants in multitenant clusters.", "[…] in […] clusters."},
		{"server", "Two servers.", "Two […]."},
		{"pod", "Podman is no pod, and a Pod-level field neither.", "Podman is no […], and […] field neither."},
		{"deployment", "An app is deployed; a deployer deploys.", "An app is […]; […]."},
	} {
		if got := newMask(terms[tt.slug]).hide(tt.text).text; got != tt.want {
			t.Errorf("%s in %q:\ngot  %q\nwant %q", tt.slug, tt.text, got, tt.want)
		}
	}
}

func TestHideSaysWhenTooLittleIsLeft(t *testing.T) {
	m := newMask(Term{Slug: "job", Name: "Job"})
	for text, want := range map[string]bool{
		"Runs one two three four five six seven job.":            true,
		"Runs one two three four five six job.":                  false, // seven words left
		"Job a b job c d job e f g h i j k l m n o p.":           true,
		"Job a b job c d job e f job h i j k l m n o p.":         false, // four blanks
		"Job a b job c job d e f.":                               false, // a third is gone
		"Nothing to hide here, and there are enough words left.": true,
	} {
		if got := m.hide(text); got.usable() != want {
			t.Errorf("%q: got usable %t for %+v, want %t", text, got.usable(), got, want)
		}
	}
}

// Whatever the text, nothing that gives the term away is left in it.
func TestHideLeavesNothing(t *testing.T) {
	terms := someTerms()
	var pieces []string
	for _, term := range terms {
		pieces = append(pieces, slices.Concat(strings.Fields(term.Definition), []string{term.Name, strings.ToUpper(term.Slug), term.Kind + "s"}, term.Aliases)...)
	}
	rapid.Check(t, func(t *rapid.T) {
		term := rapid.SampledFrom(terms).Draw(t, "term")
		piece := rapid.OneOf(rapid.SampledFrom(pieces), rapid.SampledFrom([]string{term.Name, "-", "_", "`", "a", "the", "é", "."}), rapid.String())
		glue := rapid.SampledFrom([]string{" ", " ", " ", "", "-", "_"})
		var text strings.Builder
		for range rapid.IntRange(0, 12).Draw(t, "pieces") {
			text.WriteString(piece.Draw(t, "piece") + glue.Draw(t, "glue"))
		}
		m := newMask(term)
		hidden := m.hide(text.String())
		if left := m.find(hidden.text); len(left) > 0 {
			t.Errorf("%s in %q: %q is left at %v", term.Name, text.String(), hidden.text, left)
		}
		if n := strings.Count(hidden.text, Blank) - strings.Count(text.String(), Blank); n != hidden.blanks {
			t.Errorf("%q: got %d blanks, said to be %d", hidden.text, n, hidden.blanks)
		}
	})
}
