package quiz

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestAccepts(t *testing.T) {
	for _, tt := range []struct {
		typed    string
		accepted []string
		want     bool
	}{
		// no difference
		{"kubelet", []string{"kubelet"}, true},
		{"  KubeLet. ", []string{"kubelet"}, true},
		{"the kubelet!", []string{"kubelet"}, true},
		{"`kubelet`", []string{"kubelet"}, true},
		{"“kubelet”", []string{"kubelet"}, true},
		{"ｋｕｂｅｌｅｔ", []string{"kubelet"}, true},
		{"kube\u200blet", []string{"kubelet"}, true},
		{"config map", []string{"ConfigMap"}, true},
		{"Config-Maps", []string{"ConfigMap"}, true},
		{"kube proxy", []string{"kube-proxy"}, true},
		{"kube‑proxy", []string{"kube-proxy"}, true},
		{"network policies", []string{"NetworkPolicy"}, true},
		{"a Pod", []string{"pod"}, true},
		{"pods", []string{"Pod"}, true},
		{"two", []string{"one", "two"}, true},
		// commands
		{"$ kubectl get pods", []string{"kubectl get pods"}, true},
		{"get pods", []string{"kubectl get pods"}, true},
		{"k get pod", []string{"kubectl get pods"}, true},
		{"kubectl get pods", []string{"get pods"}, true},
		{"kubectl get pods -A", []string{"kubectl get pods -A"}, true},
		{"kubectl get pods -a", []string{"kubectl get pods -A"}, false},
		{"kubectl get pods —watch", []string{"kubectl get pods --watch"}, true},
		{"kubectl get pods –watch", []string{"kubectl get pods --watch"}, true},
		{"kubectl logs web –p", []string{"kubectl logs web -p"}, true},
		{"kubectl get pods -watch", []string{"kubectl get pods --watch"}, false},
		{"kubectl get pods --wach", []string{"kubectl get pods --watch"}, false},
		{"kubectl get pods -l ‘app=web’", []string{"kubectl get pods -l app=web"}, true},
		{"kubectl describe pod", []string{"kubectl get pod"}, false},
		{"kubectl", []string{"kubectl get pods"}, false},
		{"kubectl kubelet", []string{"kubelet"}, false},
		// typing mistakes
		{"kubelt", []string{"kubelet"}, true},
		{"kubeelt", []string{"kubelet"}, true},
		{"kubellet", []string{"kubelet"}, true},
		{"kubelat", []string{"kubelet"}, true},
		{"deploymnet", []string{"Deployment"}, true},
		{"deploymnets", []string{"Deployment"}, true},
		{"confgi map", []string{"ConfigMap"}, true},
		{"livenesProbe", []string{"livenessProbe"}, true},
		{"kubectl rollotu undo", []string{"kubectl rollout undo"}, true},
		{"deplomnet", []string{"Deployment"}, false},
		{"kubectl rollotu unod", []string{"kubectl rollout undo"}, false},
		{"kubectl rollout unod", []string{"kubectl rollout undo"}, false},
		{"Pdo", []string{"Pod"}, false},
		// real terms are never taken for one another
		{"kubectl", []string{"kubelet"}, false},
		{"kubelet", []string{"kubectl"}, false},
		{"kubeadm", []string{"kubectl"}, false},
		{"rollback", []string{"rollout"}, false},
		{"taint", []string{"toleration"}, false},
		{"retain", []string{"remain"}, false},
		{"policy retain", []string{"policy remain"}, false},
		{"kubetcl", []string{"kubectl"}, true},
		{"containr", []string{"container"}, true},
		{"containerr", []string{"container"}, false}, // as near to containerd
		{"nodePort", []string{"hostPort"}, false},
		{"egress", []string{"ingress"}, false},
		{"patches", []string{"matches"}, false},
		{"ReadWriteOnce", []string{"ReadWriteMany"}, false},
		{"ReadWriteOncePod", []string{"ReadWriteOnce"}, false},
		// exact: numbers, versions, paths
		{"v1beta2", []string{"v1beta1"}, false},
		{"30001", []string{"30000"}, false},
		{"networking.k8s.io/v2", []string{"networking.k8s.io/v1"}, false},
		{"spec.replcas", []string{"spec.replicas"}, false},
		{".spec.replicas", []string{"spec.replicas"}, true},
		{"1.5", []string{"15"}, false},
		// nothing
		{"", []string{"kubelet"}, false},
		{" ?! ", []string{"kubelet"}, false},
		{"kubelet kubectl", []string{"kubelet"}, false},
		{strings.Repeat("kubelet ", 20), []string{"kubelet"}, false},
	} {
		q := Question{Kind: Typed, Answers: tt.accepted, Key: 1}
		if got := q.Accepts(tt.typed); got != tt.want {
			t.Errorf("%q for %q: got %t, want %t", tt.typed, tt.accepted, got, tt.want)
		}
	}
}

// However a known word is asked for, no other known word is accepted, nor what lies between the two.
func TestKnownWordsAreNeverTakenForOneAnother(t *testing.T) {
	close := 0
	for want := range known {
		q := Question{Kind: Typed, Answers: []string{want}, Key: 1}
		if !q.Accepts(want) {
			t.Errorf("%q is not accepted for itself", want)
		}
		for other := range known {
			if other == want || !oneEdit(want, other) && (len(other) != len(want) || other[0] != want[0]) {
				continue // too far apart to be worth the time
			}
			if close++; q.Accepts(other) {
				t.Errorf("%q is accepted for %q", other, want)
			}
		}
	}
	if close < 100 {
		t.Errorf("compared %d pairs, want at least 100", close)
	}
	for _, between := range []string{"kubectel", "kubetl", "kubecl"} {
		for _, want := range []string{"kubelet", "kubectl"} {
			accepted := Question{Kind: Typed, Answers: []string{want}, Key: 1}.Accepts(between)
			if other := map[string]string{"kubelet": "kubectl", "kubectl": "kubelet"}[want]; accepted && oneEdit(between, other) {
				t.Errorf("%q is accepted for %q, though it is as near to %q", between, want, other)
			}
		}
	}
}

func TestOneEdit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := []rune(rapid.StringMatching(`[a-d]{1,8}`).Draw(t, "word"))
		i := rapid.IntRange(0, len(a)-1).Draw(t, "at")
		edits := map[string]string{
			"more":  string(a[:i]) + "x" + string(a[i:]),
			"less":  string(a[:i]) + string(a[i+1:]),
			"other": string(a[:i]) + "x" + string(a[i+1:]),
		}
		if i+1 < len(a) && a[i] != a[i+1] {
			edits["swapped"] = string(a[:i]) + string(a[i+1]) + string(a[i]) + string(a[i+2:])
		}
		for name, b := range edits {
			if !oneEdit(string(a), b) || !oneEdit(b, string(a)) {
				t.Errorf("%s: %q and %q are not taken for one edit", name, string(a), b)
			}
		}
		if two := string(a[:i]) + "xy" + string(a[i:]); oneEdit(string(a), two) || oneEdit(string(a), string(a)) {
			t.Errorf("%q and %q, or itself, are taken for one edit", string(a), two)
		}
	})
}

func TestCleanTyped(t *testing.T) {
	for _, tt := range []struct {
		name, typed, want, problem string
	}{
		{"ordinary", " kubectl  get\npods ", "kubectl get pods", ""},
		{"zero bytes and reading direction", "kube\u202elet\x00", "kubelet", ""},
		{"broken UTF-8", "kube\xfflet", "kubelet", ""},
		{"as long as may be", strings.Repeat("é", MaxTyped), strings.Repeat("é", MaxTyped), ""},
		{"too long", strings.Repeat("é", 10_000), "", "at most 200 characters, this one has 10000"},
		{"empty", " \x00\u200b ", "", "type an answer"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := cleanTyped(tt.typed)
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			invalid, ok := errors.AsType[*InvalidError](err)
			if ok != (tt.problem != "") || ok && !strings.Contains(invalid.Problem, tt.problem) {
				t.Errorf("got error %v, want %q", err, tt.problem)
			}
		})
	}
}

func FuzzAccepts(f *testing.F) {
	f.Add("kubelet", "kubectl")
	f.Add("–—\u200b$ k", "a the")
	f.Fuzz(func(t *testing.T, typed, accepted string) {
		q := Question{Kind: Typed, Answers: []string{accepted}, Key: 1}
		if q.Accepts(accepted) != (normal(accepted) != "") {
			t.Errorf("%q is not accepted for itself", accepted)
		}
		q.Accepts(typed)
		if clean, err := cleanTyped(typed); err == nil && (!printable(clean, "") || utf8.RuneCountInString(clean) > MaxTyped) {
			t.Errorf("%q is stored as %q", typed, clean)
		}
	})
}
