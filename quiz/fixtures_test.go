package quiz

// someTerms is a small glossary with the traps of a large one: names inside names, names in their own definitions,
// families of words, pairs of which both would be right, commands, a retired thing.
func someTerms() []Term {
	object := func(slug, kind, short, category, domain, definition string) Term {
		t := Term{Slug: slug, Name: kind, Kind: kind, Category: category, Domain: domain, Definition: definition, Doc: "/docs/concepts/", Verified: "1.37"}
		if short != "" {
			t.Short, t.Aliases = []string{short}, []string{short}
		}
		return t
	}
	idea := func(slug, name, category, domain, definition string, aliases ...string) Term {
		return Term{Slug: slug, Name: name, Category: category, Domain: domain, Definition: definition, Doc: "/docs/concepts/", Verified: "1.37", Aliases: aliases}
	}
	terms := []Term{
		object("pod", "Pod", "po", "workloads", "D1", "Smallest thing you can start: containers that share an address and volumes, always together on one machine. Pods are replaced, never repaired."),
		object("job", "Job", "", "workloads", "D1", "Starts Pods until enough of them have ended well, for work that comes to an end, such as a migration or a report."),
		object("cronjob", "CronJob", "cj", "workloads", "D1", "Creates a Job at the times of a schedule that is written in five fields, as the cron daemon of Unix has them, for work that comes again and again."),
		object("daemonset", "DaemonSet", "ds", "workloads", "D1", "Puts one copy on every machine of the cluster, or on those that a rule picks, and follows when machines come and go."),
		object("statefulset", "StatefulSet", "sts", "workloads", "D1", "Gives each copy a number, a lasting DNS name and storage of its own, and starts the copies in order. Suits stateful software such as databases."),
		object("deployment", "Deployment", "deploy", "workloads", "D2", "Brings new versions of a stateless app out step by step and back again, by way of ReplicaSets. Deploying means to change its template."),
		object("replicaset", "ReplicaSet", "rs", "workloads", "D2", "Counts the Pods that match its labels and creates or deletes some until the wanted number of replicas is there."),
		object("service", "Service", "svc", "networking", "D5", "Gives changing Pods one lasting name and mostly one virtual address, and spreads connections over the ready ones among them."),
		object("ingress", "Ingress", "ing", "networking", "D5", "Routes HTTP requests by host and path to backends inside the cluster; needs a program that carries it out."),
		idea("cni", "Container Network Interface (CNI)", "networking", "BG", "Agreement by which a runtime calls plugins that give each new Pod an address, and take it away again; CNI plugins are many."),
		object("network-policy", "NetworkPolicy", "netpol", "networking", "D5", "Lists the traffic that chosen Pods may receive or send; whatever no policy in the namespace allows is then dropped."),
		object("configmap", "ConfigMap", "cm", "configuration", "D4", "Holds plain settings as keys and values, which containers read from variables or files; not for passwords."),
		object("secret", "Secret", "", "configuration", "D4", "Holds passwords, tokens and certificates, base64 in the object, to be read from files or variables by containers."),
		idea("taint", "Taint", "scheduling", "BG", "Mark on a node that keeps away every Pod which does not tolerate it; a tainted node can even evict what runs there.", "node taint"),
		idea("toleration", "Toleration", "scheduling", "BG", "Entry in a Pod by which it may be placed on a marked node; it tolerates the mark but is not drawn towards it."),
		idea("node-affinity", "Node Affinity", "scheduling", "BG", "Rules of a Pod that draw it towards machines with certain labels, either as a must or as a wish with a weight.", "affinity"),
		idea("node-selector", "nodeSelector", "scheduling", "BG", "Plain list of labels that a machine has to carry before a Pod is placed there, the simplest of all placement rules."),
		idea("topology-spread", "Topology Spread", "scheduling", "BG", "Rule that shares out the copies of an app evenly over zones or machines, so that one failure hits only a few."),
		idea("kubelet", "kubelet", "architecture", "BG", "Agent on each machine that has the runtime start containers, runs their probes and reports how they are."),
		idea("kube-proxy", "kube-proxy", "architecture", "BG", "Agent on each machine that programs the kernel for virtual addresses; proxying itself happens in the kernel."),
		idea("kube-scheduler", "kube-scheduler", "architecture", "BG", "Chooses a machine for each new Pod: it drops those that do not fit and scores the others. Scheduling is not starting.", "scheduler"),
		idea("etcd", "etcd", "architecture", "BG", "Consistent store of keys and values in which the whole state of a cluster lives; only one component talks to it."),
		idea("kube-controller-manager", "kube-controller-manager", "architecture", "BG", "Process with most built-in control loops, each of which brings one sort of object to its wanted state.", "KCM"),
		idea("psp", "Pod Security Policy", "security", "D4", "Rules about privileges that were attached to users; removed in 1.25 and followed by checks at the namespace.", "PSP"),
		idea("kubectl-logs", "kubectl logs", "kubectl", "D3", "Prints what a container has written to its standard output, now, from before its last restart, or as it comes."),
		idea("kubectl-top", "kubectl top", "kubectl", "D3", "Prints the present use of processor and memory by Pods or machines, provided that somebody gathers the figures."),
		idea("kubectl-exec", "kubectl exec", "kubectl", "D3", "Starts a further program inside a running container, for example a shell to look around in its files."),
		idea("kubectl-describe", "kubectl describe", "kubectl", "D3", "Shows an object in readable form together with its latest events, the first step when something is wrong."),
		idea("kubectl-wait", "kubectl wait", "kubectl", "D3", "Blocks until an object meets a condition such as being ready, or until the time that you allow has run out."),
		idea("vague", "Widget", "workloads", "D1", "A widget widgets widgets."),
	}
	for i := range terms {
		if terms[i].Kind == "NetworkPolicy" { // shown in another way than it is written in manifests
			terms[i].Name = "Network Policy"
		}
	}
	return terms
}
