package quiz

import "slices"

// A Competency is one line of the exam's curriculum.
type Competency struct {
	Name   string // short and stable, stored with questions: "probes"
	Domain string // "D1" to "D5"
	Text   string // what a candidate should be able to do, in our words
}

// Competencies lists the 24 lines of the CKAD curriculum v1.35 (the newest; unchanged in substance since v1.30), in its order.
func Competencies() []Competency { return slices.Clone(competencies) }

// CompetencyByName finds one of Competencies.
func CompetencyByName(name string) (Competency, bool) {
	i := slices.IndexFunc(competencies, func(c Competency) bool { return c.Name == name })
	if i < 0 {
		return Competency{}, false
	}
	return competencies[i], true
}

var competencies = []Competency{
	{"images", "D1", "define, build and change container images"},
	{"workloads", "D1", "pick the workload resource that fits"},
	{"multi-container", "D1", "combine containers in a Pod: sidecar, init and other patterns"},
	{"volumes", "D1", "use persistent and ephemeral volumes"},

	{"strategies", "D2", "build blue/green and canary deployments from plain objects"},
	{"rollouts", "D2", "work with Deployments and rolling updates"},
	{"helm", "D2", "install existing packages with Helm"},
	{"kustomize", "D2", "adapt manifests with Kustomize"},

	{"deprecations", "D3", "cope with deprecated and removed API versions"},
	{"probes", "D3", "add probes and health checks"},
	{"monitoring", "D3", "watch applications with the built-in command-line tools"},
	{"logs", "D3", "read container logs"},
	{"debugging", "D3", "find out why something does not work"},

	{"extensions", "D4", "find and use what extends Kubernetes: custom resources, operators"},
	{"auth", "D4", "understand authentication, authorization and admission control"},
	{"quotas", "D4", "understand requests, limits and quotas"},
	{"resources", "D4", "state what an application needs of CPU and memory"},
	{"configmaps", "D4", "configure applications with ConfigMaps"},
	{"secrets", "D4", "make Secrets and use them"},
	{"serviceaccounts", "D4", "understand ServiceAccounts"},
	{"security", "D4", "secure applications: security contexts, capabilities"},

	{"networkpolicies", "D5", "understand NetworkPolicies"},
	{"services", "D5", "give access through Services and repair it"},
	{"ingress", "D5", "expose applications with Ingress rules"},
}
