package kb

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseCommandFindsWhatIsAskedFor(t *testing.T) {
	for line, want := range map[string]command{
		"kubectl get po web -o yaml": {
			words: []string{"po"}, forms: [][]string{{"kubectl", "get", "po", "web"}, {"kubectl", "get", "po"}, {"po"}, {"po"}}, also: []string{"kubectlget"}},
		"k -n dev logs -f web": {
			words: []string{"kubectl", "logs", "web"}, forms: [][]string{{"kubectl", "logs", "web"}, {"kubectl", "logs"}}, also: []string{"web"}},
		"what does `kubectl top` do": {words: []string{"kubectl", "top"}, forms: [][]string{{"kubectl", "top"}}},
		"kubectl delete svc/web,svc/db": {
			words: []string{"svc"}, forms: [][]string{{"kubectl", "delete", "svc", "web", "svc", "db"}, {"svc", "web", "svc", "db"}, {"svc"}}, also: []string{"kubectldelete"}},
		"helm repo add x": {
			words: []string{"helm", "repo", "add", "x"}, forms: [][]string{{"helm", "repo", "add", "x"}, {"helm", "repo", "add"}, {"helm", "repo"}}, also: []string{"add"}},
	} {
		got, ok := parseCommand(line)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(command{})); !ok || diff != "" {
			t.Errorf("%q: got %v (-want +got):\n%s", line, ok, diff)
		}
	}
}

func TestParseCommandLeavesOtherTextAlone(t *testing.T) {
	for _, line := range []string{"", "kubectl", "k", "pod", "how does kubectl work", "helm chart for nginx", "the kubelet", "kubectl -n dev", "sudo"} {
		if got, ok := parseCommand(line); ok {
			t.Errorf("%q: got %v, want no command", line, got)
		}
	}
}

func TestPartsAreWhatStandsBetween(t *testing.T) {
	for text, want := range map[string][][]string{
		"taints and tolerations":                        {{"taints"}, {"tolerations"}},
		"What is the difference between a Pod & a Job?": {{"pod"}, {"job"}},
		"role vs. clusterrole":                          {{"role"}, {"clusterrole"}},
		"liveness, readiness or startup probes":         {{"liveness"}, {"readiness"}, {"startup", "probes"}},
		"pod":                                           nil,
		"and":                                           nil,
		"pod and":                                       nil,
		"":                                              nil,
	} {
		if diff := cmp.Diff(want, parts(text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestFieldNamesAreReadFromPathsAndPairs(t *testing.T) {
	for text, want := range map[string][][]string{
		"spec.containers[].imagePullPolicy": {{"imagepullpolicy"}},
		"restartPolicy: Never":              {{"restartpolicy"}},
		"kind: Deployment":                  {{"deployment"}, {"kind"}},
		"--dry-run=client":                  {{"dry", "run"}},
		"labels with = and !=":              nil,
		"https://example.com/role":          nil,
		"":                                  nil,
	} {
		if diff := cmp.Diff(want, fieldNames(text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}
