package quiz

import "regexp"

// The tables here are what experience with bad questions taught; each row is data for a rule of Check or a choice of Generate.

// A pair is two names that answer the same question, so that both would be right.
type pair struct {
	a, b string // squashed names
	// unless the question is about what tells them apart, it has two right answers; this is how such a question reads.
	// Generated questions cannot be that careful: there the two never stand side by side.
	when *regexp.Regexp
}

var (
	keepsCount = regexp.MustCompile(`(?i)\b(number|count|copies|replicas|instances|two|three|four|five|ten|\d+) |\bkeep`)
	runsTask   = regexp.MustCompile(`(?i)\b(runs?|starts?|executes?|handles?)\b.*\b(task|work|job|batch|command)s?\b`)
	anything   = regexp.MustCompile(``)
	restricts  = regexp.MustCompile(`(?i)\b(restrict|limit|cap|bound|constrain)`)
	metrics    = regexp.MustCompile(`(?i)\bmetrics?\b`)
	controls   = regexp.MustCompile(`(?i)\b(control loop|reconcil|desired state)`)
)

var bothRight = newPairs(
	row{"ReplicaSet", "Deployment", keepsCount},
	row{"ReplicaSet", "ReplicationController", keepsCount},
	row{"Deployment", "ReplicationController", keepsCount},
	row{"Job", "CronJob", runsTask},
	row{"Prometheus", "metrics-server", metrics},
	row{"Controller", "Operator", controls},
	row{"Controller", "kube-controller-manager", controls},
	row{"Controller", "cloud-controller-manager", controls},
	row{"kube-controller-manager", "cloud-controller-manager", controls},
	row{"Resource Limits", "LimitRange", restricts},
	row{"Resource Limits", "ResourceQuota", restricts},
	row{"Resource Limits", "Resource Requests", nil},
	row{"LimitRange", "ResourceQuota", regexp.MustCompile(`(?i)\brestricts? resources\b`)},
	row{"Master Node", "Control Plane Node", anything},
	row{"Worker Node", "Node", anything},
	row{"PodSpec", "Pod", nil},
	row{"PodSpec", "Manifest", nil},
	row{"PodSpec", "PodTemplate", nil},
	row{"Pod", "Container", nil},
	row{"Predicates", "kube-scheduler", nil},
	row{"Priorities", "kube-scheduler", nil},
	row{"Priorities", "PriorityClass", nil},
	row{"Context", "SecurityContext", nil},
	row{"Context", "Namespace", nil},
	row{"Equality-based Selector", "Set-based Selector", nil},
	row{"Node Affinity", "nodeSelector", regexp.MustCompile(`(?i)\battract`)},
	row{"Container Network Interface", "Software-Defined Network Overlay", nil},
	row{"Pod Security Policy", "Pod Security Admission", nil},
	row{"Pod Security Admission", "Pod Security Standards", nil},
	row{"PersistentVolume", "Volume", nil},
	row{"Ephemeral Volume", "emptyDir", nil},
	row{"Service", "ClusterIP", nil},
	row{"Rollout", "Rolling Update", nil},
	row{"Kustomize", "Kustomize Overlay", nil},
	row{"Container Image", "OCI Image", nil},
	row{"Sidecar Container", "Ambassador Pattern", regexp.MustCompile(`(?i)\bhelper container\b`)},
	row{"Sidecar Container", "Adapter Pattern", regexp.MustCompile(`(?i)\bhelper container\b`)},
	row{"Sidecar Container", "Init Container", regexp.MustCompile(`(?i)\bhelper container\b`)},
)

type row struct {
	a, b string
	when *regexp.Regexp
}

func newPairs(rows ...row) []pair {
	var all []pair
	for _, r := range rows {
		all = append(all, pair{squash(r.a), squash(r.b), r.when})
	}
	return all
}

// pairOf finds the row of two names given squashed.
func pairOf(a, b string) (pair, bool) {
	for _, p := range bothRight {
		if p.a == a && p.b == b || p.a == b && p.b == a {
			return p, true
		}
	}
	return pair{}, false
}

// retired names things that Kubernetes no longer has. They are right answers only to a question about the past.
var retired = map[string]string{
	squash("userspace"):              "removed in 1.26",
	squash("dockershim"):             "removed in 1.24",
	squash("PodSecurityPolicy"):      "removed in 1.25",
	squash("PSP"):                    "removed in 1.25",
	squash("Predicates"):             "filter plugins since 1.23",
	squash("Priorities"):             "score plugins since 1.23",
	squash("Master Node"):            "control plane node",
	squash("batch/v1beta1"):          "removed in 1.25",
	squash("extensions/v1beta1"):     "removed in 1.22",
	squash("kubectl rolling-update"): "removed in 1.18",
}

// aboutThePast is how a question reads that may have a retired thing as its answer.
var aboutThePast = regexp.MustCompile(`(?i)\b(removed|deprecated|gone|deleted|dropped|replaced|retired|former|formerly|earlier|old|older|legacy|once|before|until|successor|predecessor|used to|no longer|1\.\d\d?)\b`)

// myths are claims that old notes repeat. A question that builds on one is false whatever its key.
var myths = []struct {
	key   string // squashed name of the key; empty: any
	claim *regexp.Regexp
	truth string
}{
	{squash("Taint"), regexp.MustCompile(`(?i)\b(property|setting|attribute|field|characteristic) (of|on|in) (a |the |its )?pods?\b`), "a taint is set on a node, not on a Pod"},
	{squash("Taint"), regexp.MustCompile(`(?i)\bpods? property\b`), "a taint is set on a node, not on a Pod"},
	{squash("ReplicaSet"), regexp.MustCompile(`(?i)\b(number|copies|count) of (identical |running )?containers\b`), "a ReplicaSet counts Pods, not containers"},
	{squash("DaemonSet"), regexp.MustCompile(`(?i)\bnodes? (of|in|within) (a|the|its) namespace\b`), "nodes belong to no namespace"},
	{squash("kube-scheduler"), regexp.MustCompile(`(?i)\b(enforce|evaluate|check)s?\b.*\bquotas?\b`), "quotas are enforced at admission, before the scheduler"},
	{squash("Service"), regexp.MustCompile(`(?i)\benforces?\b.*\baccess\b`), "access rules are the work of NetworkPolicy"},
	{squash("Set-based Selector"), regexp.MustCompile(`(?i)\bof a service\b|\bservices to (choose|select|use)\b`), "a Service's selector is equality-based only"},
	{squash("Pause Container"), regexp.MustCompile(`(?i)\bdocker ps\b`), "nodes run containerd or CRI-O; crictl shows Pod sandboxes"},
	{"", regexp.MustCompile(`(?i)--cloud-provider-external\b`), "the flag is --cloud-provider=external"},
}
