package lint

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// withExample is an entry with an example that begins in line 7. Other problems it has none.
func withExample(kind, example string) string {
	indented := "    " + strings.ReplaceAll(strings.TrimSpace(example), "\n", "\n    ")
	if kind != "" {
		kind = "  kind: " + kind + "\n"
	}
	return "- slug: sample\n  term: Sample\n  domain: BG\n  category: api\n  definition: What shows in some eight words or nine what it is.\n  example: |\n" +
		indented + "\n  verified: \"1.37\"\n" + kind
}

// pod and deployment are manifests without a mistake.
const pod = `
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  volumes:
  - name: data
    emptyDir: {}
  initContainers:
  - name: copy
    image: registry.example.com:5000/team/copy:1.0
  containers:
  - name: web
    image: nginx@sha256:0000000000000000000000000000000000000000000000000000000000000000
    ports:
    - containerPort: 80
    volumeMounts:
    - name: data
      mountPath: /data
`

const deployment = `
# Two of them.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web, tier: front}
    spec:
      containers:
      - name: web
        image: nginx:1.29
`

const job = `
apiVersion: batch/v1
kind: Job
metadata: {name: once}
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
      - {name: once, image: "busybox:1.37"}
`

const statefulSet = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
      - name: db
        image: redis:8
        volumeMounts:
        - {name: data, mountPath: /data}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce]
      resources: {requests: {storage: 1Gi}}
`

const kustomization = `
# overlays/prod/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [../../base]
`

const chart = `
# Chart.yaml
apiVersion: v2
name: shop
version: 1.0.0
`

const commands = `
# the account "builder" isn't allowed to
kubectl -n dev get pods -l app=web | grep -v Running
kubectl create secret generic db --from-literal=password='two
lines; kubectl nonsense' \
  --dry-run=client -o yaml > db.yaml 2>&1
D=/tmp; TOKEN=$(kubectl create token builder)
sudo systemctl status kubelet && docker build -t web:1.0 .
for p in a b; do kubectl delete pod $p; done
kubectl <verb> pods; kubectl VERB`

func TestFineExamples(t *testing.T) {
	for name, example := range map[string]string{
		"a Pod": pod, "a Deployment": deployment, "two manifests": job + "---" + deployment, "a Job": job, "a StatefulSet with claims": statefulSet,
		"a kustomization": kustomization, "a chart": chart, "commands": commands,
		"a Dockerfile":          "# Dockerfile\nFROM golang:1.26 AS build\nRUN go build -o /app .",
		"a part of a Pod":       "spec:\n  securityContext:\n    runAsNonRoot: true",
		"a headless Service":    "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {clusterIP: None, selector: {app: db}}",
		"a kind of one's own":   "apiVersion: stable.example.com/v1\nkind: Backup\nmetadata: {name: b}\nspec: {schedule: daily}",
		"a kubeconfig":          "apiVersion: v1\nkind: Config\ncurrent-context: dev",
		"a custom definition":   "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a.example.com}",
		"an Ingress of a host":  "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\nspec: {rules: [{host: a.example.com}]}",
		"what a CronJob starts": "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a}\nspec: {schedule: '* * * * *', jobTemplate: {spec: {template: {spec: {restartPolicy: OnFailure, containers: [{name: a, image: 'a:1'}]}}}}}",
	} {
		t.Run(name, func(t *testing.T) {
			if got := check(withExample("", example)); len(got) > 0 {
				t.Errorf("got:\n%s\nwant no problem", strings.Join(got, "\n"))
			}
		})
	}
}

// TestMistakesInExamples makes one mistake at a time: exactly its problem is told, in its line.
func TestMistakesInExamples(t *testing.T) {
	for name, c := range map[string]struct {
		example, old, new string
		line              int // of the example
		want              string
	}{
		"an unknown field":                   {pod, "    image: nginx", "    img: a\n    image: nginx", 14, "a Pod has no field spec.containers[0].img; "},
		"a field in the wrong case":          {pod, "containerPort", "containerport", 16, "a Pod has no field spec.containers[0].ports[0].containerport; "},
		"a field at the wrong depth":         {deployment, "  selector:", "  containers: []\n  selector:", 7, "a Deployment has no field spec.containers; "},
		"a field written twice":              {pod, "  name: web\nspec", "  name: web\n  name: web\nspec", 5, `"name" is there twice, before in line 4 of the document`},
		"a text for a number":                {pod, "containerPort: 80", "containerPort: http", 16, "spec.containers.ports.containerPort of a Pod is a string where a int32 belongs"},
		"a number for a text":                {deployment, "{app: web, tier: front}", "{app: 1, tier: front}", 11, "spec.template.metadata.labels of a Deployment is a number where a string belongs"},
		"a truth value for a text":           {deployment, "{app: web, tier: front}", "{app: web, tier: yes}", 11, "spec.template.metadata.labels of a Deployment is a bool where a string belongs"},
		"a quantity that is none":            {statefulSet, "storage: 1Gi", "storage: 1 GB", 1, "does not decode as a StatefulSet: quantities must match"},
		"no YAML":                            {pod, "metadata:", "metadata: x: y", 3, "is not YAML (mapping values are not allowed"},
		"a mistake in the second manifest":   {job + "---" + deployment, "matchLabels", "matchLabel", 18, "a Deployment has no field spec.selector.matchLabel; "},
		"a misspelt version":                 {deployment, "apps/v1", "apps/v2", 2, `the API has no Deployment in "apps/v2"; write apiVersion: apps/v1`},
		"a misspelt group":                   {kustomization, "kustomize.config", "kustomise.config", 2, `the API has no kind Kustomization in "kustomise.config.k8s.io/v1beta1"; correct it`},
		"a misspelt kind":                    {pod, "kind: Pod", "kind: Pood", 1, `the API has no kind Pood in "v1"`},
		"a removed version":                  {deployment, "apps/v1", "extensions/v1beta1", 2, "extensions/v1beta1 Deployment was removed in 1.16; write apps/v1 Deployment"},
		"a removed version of a few years":   {pod, pod, "apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: a}\nspec: {schedule: '* * * * *'}", 1, "batch/v1beta1 CronJob was removed in 1.25; write batch/v1 CronJob"},
		"no kind":                            {deployment, "kind: Deployment\n", "", 2, "a manifest needs a kind beside its apiVersion"},
		"no name":                            {pod, "metadata:\n  name: web", "metadata:\n  labels: {a: b}", 4, "a Pod needs metadata.name; add it"},
		"no containers":                      {job, "containers:\n      - {name: once, image: \"busybox:1.37\"}", "containers: []", 8, "spec.template.spec.containers is empty"},
		"an image without tag":               {pod, "team/copy:1.0", "team/copy", 11, "the image registry.example.com:5000/team/copy has no tag"},
		"two containers of a name":           {pod, "name: copy", "name: web", 13, `two containers are called "web"`},
		"a container without name":           {deployment, "- name: web\n        image", "- image", 14, "a container has no name"},
		"a container without image":          {deployment, "- name: web\n        image: nginx:1.29", "- name: web", 14, "the container web has no image"},
		"a mount without volume":             {pod, "- name: data\n    emptyDir", "- name: date\n    emptyDir", 18, `there is no volume "data" to mount`},
		"a mount without claim":              {statefulSet, "metadata: {name: data}", "metadata: {name: date}", 14, `there is no volume "data" to mount`},
		"labels that are not selected":       {deployment, "{app: web, tier", "{apps: web, tier", 8, "the selector app=web does not match the labels of spec.template"},
		"no selector":                        {deployment, "  selector:\n    matchLabels: {app: web}\n", "", 7, "spec.selector is missing"},
		"an operator that there is not":      {deployment, "matchLabels: {app: web}", "matchExpressions: [{key: app, operator: Is, values: [web]}]", 8, `the selector is not valid: "Is" is not a valid label selector operator`},
		"a Job that never ends":              {job, "      restartPolicy: Never\n", "", 7, `the restartPolicy here must be Never or OnFailure, not ""`},
		"a Deployment that ends":             {deployment, "    spec:\n", "    spec:\n      restartPolicy: Never\n", 13, `the restartPolicy here must be Always, not "Never"`},
		"a Service without ports":            {pod, pod, "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {selector: {app: db}}", 4, "a Service needs spec.ports"},
		"an Ingress path without type":       {pod, pod, "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\nspec:\n  rules:\n  - http:\n      paths:\n      - path: /\n        backend: {service: {name: a, port: {number: 80}}}", 8, "a Ingress needs spec.rules.http.paths.pathType"},
		"a claim without size":               {pod, pod, "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a}\nspec:\n  accessModes: [ReadWriteOnce]", 5, "a PersistentVolumeClaim needs spec.resources.requests.storage"},
		"a claim without modes":              {pod, pod, "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a}\nspec:\n  accessModes: []\n  resources: {requests: {storage: 1Gi}}", 5, "a PersistentVolumeClaim needs spec.accessModes"},
		"a part that is of no kind":          {pod, pod, "spec:\n  hostname: a\n  imagine: true", 3, "no kind has all these fields: a Pod has no field spec.imagine"},
		"a part of a Pod with a mistake":     {pod, pod, "spec:\n  containers:\n  - name: a\n    image: a", 4, "the image a has no tag"},
		"a misspelt program":                 {commands, "kubectl -n dev", "kubctl -n dev", 2, `"kubctl" is no command I know`},
		"a misspelt verb after a flag":       {commands, "-n dev get", "-n dev gett", 2, `kubectl has no command "gett"`},
		"a misspelt program in a list":       {commands, "&& docker", "&& doker", 7, `"doker" is no command I know`},
		"a misspelt verb in a substitution":  {commands, "$(kubectl create", "$(kubectl craete", 6, `kubectl has no command "craete"`},
		"a misspelt verb in a loop":          {commands, "do kubectl delete", "do kubectl erase", 8, `kubectl has no command "erase"`},
		"a misspelt part":                    {"kubectl rollout undo deploy/web", "undo", "back", 1, `kubectl rollout has no "back"; it has history, pause, restart, resume, status, undo`},
		"commands and manifests":             {commands, "kubectl <verb>", "apiVersion: v1\nkubectl <verb>", 9, `"apiVersion:" is no command I know; an example is manifests, or commands`},
		"manifests and commands":             {pod, "    emptyDir: {}", "    emptyDir: {}\nkubectl get pods", 9, "is not YAML"},
		"a file whose name is not in line 1": {"# Dockerfile\nFROM a:1", "# Dockerfile\n", "", 1, `"FROM" is no command I know`},
		"a list that is no manifest":         {pod, pod, "- name: a\n  image: a:1", 1, "a manifest has keys such as apiVersion: and kind:"},
	} {
		t.Run(name, func(t *testing.T) {
			if strings.Count(c.example, c.old) != 1 {
				t.Fatalf("%q is there %d times, want once", c.old, strings.Count(c.example, c.old))
			}
			got := check(withExample("", strings.Replace(c.example, c.old, c.new, 1)))
			want := fmt.Sprintf("a.yaml:%d: sample: the example: %s", 6+c.line, c.want)
			if len(got) != 1 || !strings.HasPrefix(got[0], want) {
				t.Errorf("got:\n%s\nwant only:\n%s", strings.Join(got, "\n"), want)
			}
		})
	}
}

func TestAPartIsOfItsEntrysKindFirst(t *testing.T) {
	part := "spec:\n  replicas: 3\n  revisionHistoryLimit: 2\n"
	for kind, want := range map[string]map[string]int{"": {"Deployment": 1}, "StatefulSet": {}} {
		got := Check([]File{{"a.yaml", []byte(withExample(kind, part))}}, nil)
		if len(got.Problems) == 1 && kind != "" { // the kind is a name of the entry, the definition has nothing to do with it
			t.Errorf("%s: got %v, want no problem", kind, got.Problems)
		}
		if diff := cmp.Diff(want, got.Guessed); diff != "" {
			t.Errorf("%q: guessed kinds (-want +got):\n%s", kind, diff)
		}
	}
	misplaced := check(withExample("StatefulSet", "spec:\n  replica: 3"))
	if len(misplaced) != 1 || !strings.Contains(misplaced[0], "a StatefulSet has no field spec.replica") {
		t.Errorf("got %q, want what is wrong with it as a StatefulSet", misplaced)
	}
}

func TestAnExampleThatIsNoBlockHasItsKeysLine(t *testing.T) {
	text := strings.Replace(withExample("", "kubectl gett pods"), "|\n    kubectl", "kubectl", 1)
	if got := check(text); len(got) != 1 || !strings.HasPrefix(got[0], "a.yaml:6: ") {
		t.Errorf("got %q, want one problem in line 6", got)
	}
}

func TestShellIsSplitIntoCommands(t *testing.T) {
	for text, want := range map[string][]command{
		"":                                   nil,
		"# only a comment":                   nil,
		"a b\nc":                             {{[]string{"a", "b"}, 1}, {[]string{"c"}, 2}},
		"a \\\n  b # c\nd":                   {{[]string{"a", "b"}, 1}, {[]string{"d"}, 3}},
		`a 'b "c' "d 'e" f\ g`:               {{[]string{"a", `b "c`, "d 'e", "f g"}, 1}},
		"a '' \"\\\"\"":                      {{[]string{"a", "", `"`}, 1}},
		"a | b && c || d; e &":               {{[]string{"a"}, 1}, {[]string{"b"}, 1}, {[]string{"c"}, 1}, {[]string{"d"}, 1}, {[]string{"e"}, 1}},
		"a > b 2>&1":                         {{[]string{"a", ">", "b", "2>&1"}, 1}},
		"a 'b\nc'\n\nd":                      {{[]string{"a", "b\nc"}, 1}, {[]string{"d"}, 4}},
		"a#b http://c#d # e":                 {{[]string{"a#b", "http://c#d"}, 1}},
		"a 'never ends":                      {{[]string{"a", "never ends"}, 1}},
		"a \"$(kubectl nothing)\" $(b '\\')": {{[]string{"a", "$(kubectl nothing)", "$"}, 1}, {[]string{"b", `\`}, 1}},
	} {
		if diff := cmp.Diff(want, parseShell(text), cmp.AllowUnexported(command{})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

// FuzzCheck: whatever stands in a file, problems are told with a line of that file.
func FuzzCheck(f *testing.F) {
	for _, text := range []string{fine, withExample("Pod", pod), withExample("", commands), withExample("Deployment", deployment), withExample("", statefulSet), "- slug: a\n  example: '---'\n", "- \"0"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, p := range Check([]File{{"a.yaml", []byte(text)}}, nil).Problems {
			// What is not closed ends in the line after the last.
			if lines := strings.Count(text, "\n") + 2; p.Line < 0 || p.Line > lines || p.Text == "" {
				t.Errorf("got %v, want a line of at most %d", p, lines)
			}
		}
	})
}
