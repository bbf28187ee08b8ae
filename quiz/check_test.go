package quiz

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"
)

// spoiled is a good question with other text and choices, the first of which is the key.
func spoiled(text string, choices ...string) Question {
	q := goodQuestion()
	q.Text, q.Choices, q.Key = text, choices, 0
	q.Explanation = "It is " + choices[0] + ", while " + choices[1] + " is something else, as the page below explains."
	return q
}

func TestCheckFinds(t *testing.T) {
	with := func(change func(*Question)) Question {
		q := goodQuestion()
		change(&q)
		return q
	}
	generated := func(id, text string, choices ...string) Question {
		q := spoiled(text, choices...)
		q.ID, q.Source = id, SourceGlossary
		return q
	}
	for _, tt := range []struct {
		name, rule string
		hard       bool
		q          Question
	}{
		{"the name of the key", "R1", true, spoiled("Which of the daemon sets' relatives puts Pods on every machine?", "DaemonSet", "Deployment", "StatefulSet", "Job")},
		{"a name that no glossary knows", "R1", true, spoiled("What does the sub-path field set?", "subPath", "mountPath", "readOnly", "name")},
		{"another form of the key's word", "R1", true, spoiled("What lets a Pod be scheduled on a machine?", "kube-scheduler", "etcd", "kubelet", "kube-proxy")},
		{"an alias of the key", "R1", true, spoiled("What is KCM short for, a process with many loops?", "kube-controller-manager", "etcd", "kubelet", "kube-proxy")},
		{"a short name outside a question about short names", "R1", true, spoiled("What does `kubectl describe sts web` show you?", "StatefulSet", "Deployment", "DaemonSet", "Job")},
		{"a key that echoes the question", "R1", true, spoiled("What happens to the volume when its claim goes away?", "The volume goes away with the claim", "Somebody keeps all data for later", "It is offered to anybody at once", "An error is shown to its owner")},
		{"a retired thing as the answer", "R2", true, spoiled("Which rules decide about the privileges of Pods?", "Pod Security Policy", "Taint", "Toleration", "Node Affinity")},
		{"a claim of old notes", "R2", true, spoiled("Which property of a Pod keeps it away from machines?", "Taint", "Toleration", "Node Affinity", "nodeSelector")},
		{"facts of long ago", "R2", true, with(func(q *Question) { q.Verified = "1.34" })},
		{"two names of one thing", "R3", true, spoiled("What draws Pods towards machines by their labels?", "Node Affinity", "affinity", "Taint", "Toleration")},
		{"two right answers", "R3", true, spoiled("Which object keeps five copies of a Pod going?", "ReplicaSet", "Deployment", "Service", "Ingress")},
		{"two right answers, never beside each other when generated", "R3", true, generated("gen-def-replicaset", "“Has to do with versions of an app and its Pods in some way or other.” Which kind of object is this?", "ReplicaSet", "Deployment", "Service", "Ingress")},
		{"a definition that fits another choice", "R3", true, generated("gen-def-taint", "“Entry in a Pod by which it may be placed on a marked node; but is not drawn.” Which term is this?", "Taint", "Toleration", "kubelet", "etcd")},
		{"a key of twice the length", "R4", true, spoiled("What is a name for here?", "A scope inside one cluster in which names have to be different from each other", "A small machine", "A container of a Pod", "A file with settings in it")},
		{"a key longer than the rest", "R4", false, spoiled("What is a name for here?", "A scope in which all names have to differ", "A very small virtual machine", "A container of some Pod", "A file with settings in it")},
		{"choices of very different length", "R4", false, spoiled("What is a name for here?", "A scope for names", "A file", "A machine in a cluster that runs the containers", "A small container")},
		{"choices of other categories", "R5", false, spoiled("What lives on each machine and starts containers?", "kubelet", "kubectl", "Taint", "Secret")},
		{"commands among things", "R5", false, spoiled("What prints the lines that a container wrote?", "`kubectl logs web`", "etcd", "A log", "Monday")},
		{"equal choices", "R6", true, spoiled("Which letters stand for an object with numbered Pods?", "sts", "`STS`", "ss", "ds")},
		{"equal choices spelled otherwise", "R6", true, spoiled("Which rules draw a Pod to labels?", "Node Affinity", "node-affinity", "Taint", "Toleration")},
		{"a choice inside another", "R6", true, spoiled("Which object comes to an end by itself?", "Job", "CronJob", "Service", "Pod")},
		{"a command inside another", "R6", true, spoiled("How do you read a log?", "`kubectl logs web -f`", "`kubectl logs web`", "`kubectl top pod web`", "`kubectl get pod web`")},
		{"no question", "R7", false, with(func(q *Question) { q.Text = "The probe that restarts a hanging container is this one." })},
		{"two questions", "R7", false, with(func(q *Question) { q.Text = "Does it hang? Which probe helps?" })},
		{"too long", "R7", false, with(func(q *Question) { q.Text = strings.Repeat("so ", 90) + "what?" })},
		{"all of the above", "R7", true, spoiled("Where may labels stand?", "All of the above", "On Pods", "On machines", "On Services")},
		{"A and B", "R7", true, spoiled("Where may labels stand?", "On Pods", "A and C", "On machines", "On Services")},
		{"a quiet not", "R7", true, spoiled("Which of these is not a way to expose an app?", "Sidecar", "NodePort", "LoadBalancer", "Ingress")},
		{"a quiet not after a first sentence", "R7", true, spoiled("An app runs. Which field doesn't its spec have?", "sidecars", "volumes", "containers", "hostname")},
		{"a quiet except", "R7", true, spoiled("All of them except which expose an app?", "Sidecar", "NodePort", "LoadBalancer", "Ingress")},
		{"two negations", "R7", false, with(func(q *Question) { q.Text = "What happens if a Pod is not ready and never was?" })},
		{"nothing but a blank", "R7", true, with(func(q *Question) { q.Text = "“[…]” – ?" })},
		{"four blanks", "R8", false, with(func(q *Question) {
			q.Text = "“A […] has […] one two three four five six seven […] eight nine ten […] eleven.” Which is it?"
		})},
		{"few words besides blanks", "R8", false, with(func(q *Question) { q.Text = "“[…] runs […].” Which is it?" })},
		{"no explanation", "R9", false, with(func(q *Question) { q.Explanation = "" })},
		{"an explanation without the key", "R9", false, with(func(q *Question) { q.Explanation = "The readinessProbe only takes the Pod out of its Services." })},
		{"an explanation of the key alone", "R9", false, with(func(q *Question) {
			q.Explanation = "A failed livenessProbe has the container restarted by the kubelet."
		})},
		{"no domain", "R10", false, with(func(q *Question) { q.Domain = "" })},
		{"a broken link", "R10", false, with(func(q *Question) { q.Doc = "docs/" })},
		{"no right choice at all", "R3", true, with(func(q *Question) { q.Key = 7 })},
	} {
		t.Run(tt.name, func(t *testing.T) {
			problems := Check(tt.q, someTerms())
			if !slices.ContainsFunc(problems, func(p Problem) bool { return p.Rule == tt.rule && p.Hard == tt.hard }) {
				t.Errorf("got %v, want %s (hard: %t)", problems, tt.rule, tt.hard)
			}
			if tt.hard && Passes(problems) {
				t.Error("the question passes, want that it does not")
			}
		})
	}
}

func TestCheckAccepts(t *testing.T) {
	for _, tt := range []struct {
		name string
		q    Question
	}{
		{"a good question", goodQuestion()},
		{"an emphasised NOT", spoiled("Which of these is NOT a way to expose an app?", "Sidecar", "NodePort", "LoadBalancer", "Ingress")},
		{"a negation in the story", spoiled("A Pod must not be restarted. Which setting fits?", "Never", "Always", "OnFailure", "Sometimes")},
		{"a negation in a clause", spoiled("What does the server do if a field is not known?", "It warns", "It stops", "It retries", "It waits")},
		{"a word of the key that every choice has", spoiled("Which affinity looks at the labels of machines?", "Node Affinity", "Pod affinity", "nodeSelector", "Taint")},
		{"a retired thing in a question about the past", spoiled("Which mode of kube-proxy was removed in Kubernetes 1.26?", "userspace", "iptables", "nftables", "ipvs")},
		{"an old name in a question that says so", spoiled("“Old word for the checks by which the scheduler drops machines.” What is it?", "Predicates", "Taints", "Labels", "Quotas")},
		{"a pair that the question tells apart", spoiled("A new image is rolled out. Which object holds the Pods of the new version?", "ReplicaSet", "Deployment", "Service", "Ingress")},
		{"an object asked for by its short name", func() Question {
			q := spoiled("Which kind of object does `kubectl get sts` list?", "StatefulSet", "Service", "Deployment", "Pod")
			q.ID, q.Source = "gen-short-statefulset-sts", SourceGlossary
			return q
		}()},
		{"names of any length", spoiled("Who programs virtual addresses into the kernel?", "kube-proxy", "etcd", "kubelet", "kube-controller-manager")},
		{"schedules that differ in one sign", spoiled("Which one means every five minutes?", "`*/5 * * * *`", "`5 * * * *`", "`* 5 * * *`", "`5/* * * * *`")},
		{"two choices", spoiled("Does a Service know its Pods by label?", "yes", "no")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if problems := Check(tt.q, someTerms()); len(problems) > 0 {
				t.Errorf("got %v, want no problem", problems)
			}
		})
	}
}

func TestScore(t *testing.T) {
	for _, tt := range []struct {
		problems []Problem
		score    int
		passes   bool
	}{
		{nil, 100, true},
		{[]Problem{{Points: 15}, {Points: 5}}, 80, true},
		{[]Problem{{Points: 15}, {Points: 6}}, 79, false},
		{[]Problem{{Hard: true}}, 100, false},
		{[]Problem{{Points: 70}, {Points: 70}}, 0, false},
	} {
		if got := Score(tt.problems); got != tt.score {
			t.Errorf("score of %v: got %d, want %d", tt.problems, got, tt.score)
		}
		if got := Passes(tt.problems); got != tt.passes {
			t.Errorf("%v passes: got %t, want %t", tt.problems, got, tt.passes)
		}
	}
}

// The built-in questions have no problem at all, with or without a glossary at hand.
func TestBuiltinPassesEveryRule(t *testing.T) {
	bank, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range bank {
		for _, terms := range [][]Term{nil, someTerms()} {
			if problems := Check(q, terms); len(problems) > 0 {
				t.Errorf("%s, %d terms: got %v, want no problem", q.ID, len(terms), problems)
			}
		}
	}
}

// A link that leads nowhere is worse than none, and a test cannot open pages; so each has to be on a list of pages seen.
func TestBuiltinPointsToKnownPages(t *testing.T) {
	f, err := os.Open("testdata/doc-pages.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	known := map[string]bool{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		known[lines.Text()] = true
	}
	bank, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range bank {
		if !known[q.Doc] {
			t.Errorf("%s points to %s, which is not in testdata/doc-pages.txt", q.ID, q.Doc)
		}
	}
}
