package lint

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
)

// required are fields that the types cannot ask for but the API server does. A ? stands after what may be absent with all that
// is below it.
var required = map[string][]string{
	"ClusterRoleBinding":      {"roleRef.kind", "roleRef.name"},
	"CronJob":                 {"spec.schedule", "spec.jobTemplate"},
	"HorizontalPodAutoscaler": {"spec.scaleTargetRef.kind", "spec.scaleTargetRef.name", "spec.maxReplicas"},
	"Ingress":                 {"spec.rules?.http?.paths.pathType", "spec.rules?.http?.paths.backend"},
	"IngressClass":            {"spec.controller"},
	"LimitRange":              {"spec.limits"},
	"PersistentVolume":        {"spec.capacity.storage", "spec.accessModes"},
	"PersistentVolumeClaim":   {"spec.accessModes", "spec.resources.requests.storage"},
	"PriorityClass":           {"value"},
	"RoleBinding":             {"roleRef.kind", "roleRef.name"},
	"StorageClass":            {"provisioner"},
}

// missing finds the required fields that a whole manifest does not have, and required lists that are empty.
func missing(d *document, kind string) (all []finding) {
	for _, path := range append([]string{"metadata.name"}, required[kind]...) {
		if line, lacking := lacks(d.root, strings.Split(path, ".")); lacking {
			all = append(all, finding{line, fmt.Sprintf("a %s needs %s; add it", kind, strings.ReplaceAll(path, "?", ""))})
		}
	}
	return all
}

// lacks reports whether a node, or an element of it, has nothing at a path, and the line where it would belong.
func lacks(n *yaml.Node, path []string) (line int, lacking bool) {
	if n.Kind == yaml.SequenceNode {
		for _, element := range n.Content {
			if line, lacking := lacks(element, path); lacking {
				return line, true
			}
		}
		return n.Line, len(n.Content) == 0
	}
	if len(path) == 0 {
		return n.Line, n.Tag == "!!null"
	}
	key, optional := strings.CutSuffix(path[0], "?")
	for _, value := range children(n, key) {
		return lacks(value, path[1:])
	}
	return n.Line, !optional
}

// traps finds mistakes in a decoded object that its types let pass. Of a part of a manifest, whole is false: what is not there
// may stand elsewhere.
func traps(d *document, object runtime.Object, whole bool) []finding {
	t := trapper{d: d, whole: whole}
	always, ends := []corev1.RestartPolicy{"", corev1.RestartPolicyAlways}, []corev1.RestartPolicy{corev1.RestartPolicyNever, corev1.RestartPolicyOnFailure}
	switch o := object.(type) {
	case *corev1.Pod:
		t.pod("spec", o.Spec)
	case *corev1.PodTemplate:
		t.pod("template.spec", o.Template.Spec)
	case *corev1.ReplicationController:
		if o.Spec.Template != nil {
			t.template("spec.template", *o.Spec.Template, &metav1.LabelSelector{MatchLabels: o.Spec.Selector}, always)
		}
	case *appsv1.Deployment:
		t.template("spec.template", o.Spec.Template, o.Spec.Selector, always)
	case *appsv1.ReplicaSet:
		t.template("spec.template", o.Spec.Template, o.Spec.Selector, always)
	case *appsv1.DaemonSet:
		t.template("spec.template", o.Spec.Template, o.Spec.Selector, always)
	case *appsv1.StatefulSet:
		for _, claim := range o.Spec.VolumeClaimTemplates {
			t.claims = append(t.claims, claim.Name)
		}
		t.template("spec.template", o.Spec.Template, o.Spec.Selector, always)
	case *batchv1.Job:
		t.job("spec.template", o.Spec.Template, ends)
	case *batchv1.CronJob:
		t.job("spec.jobTemplate.spec.template", o.Spec.JobTemplate.Spec.Template, ends)
	case *corev1.Service:
		if whole && len(o.Spec.Ports) == 0 && o.Spec.ClusterIP != corev1.ClusterIPNone && o.Spec.Type != corev1.ServiceTypeExternalName {
			t.add("spec", "a Service needs spec.ports; add a port")
		}
	}
	return t.found
}

// A trapper looks at one object.
type trapper struct {
	d      *document
	whole  bool
	claims []string // names of the volumes that a StatefulSet claims for its Pods
	found  []finding
}

func (t *trapper) add(path, format string, args ...any) {
	t.found = append(t.found, finding{t.d.lineOf(path), fmt.Sprintf(format, args...)})
}

// template checks a Pod template that is found again by its labels.
func (t *trapper) template(path string, template corev1.PodTemplateSpec, selector *metav1.LabelSelector, restart []corev1.RestartPolicy) {
	if !t.whole && len(t.d.at(path)) == 0 {
		return
	}
	t.job(path, template, restart)
	if selector == nil || len(selector.MatchLabels)+len(selector.MatchExpressions) == 0 {
		if t.whole {
			t.add("spec", "spec.selector is missing; give the labels of the template")
		}
		return
	}
	matches, err := metav1.LabelSelectorAsSelector(selector)
	if err != nil {
		t.add("spec.selector", "the selector is not valid: %v", err)
	} else if !matches.Matches(labels.Set(template.Labels)) {
		t.add("spec.selector", "the selector %s does not match the labels of %s; make them the same", matches, path)
	}
}

// job checks a Pod template and which restart policies it may have.
func (t *trapper) job(path string, template corev1.PodTemplateSpec, restart []corev1.RestartPolicy) {
	if !t.whole && len(t.d.at(path)) == 0 {
		return
	}
	if policy := template.Spec.RestartPolicy; !slices.Contains(restart, policy) && (t.whole || policy != "") {
		t.add(path+".spec.restartPolicy", "the restartPolicy here must be %s, not %q", either(restart), policy)
	}
	t.pod(path+".spec", template.Spec)
}

func either(policies []corev1.RestartPolicy) string {
	var names []string
	for _, p := range policies {
		if p != "" {
			names = append(names, string(p))
		}
	}
	return strings.Join(names, " or ")
}

func (t *trapper) pod(path string, pod corev1.PodSpec) {
	if len(pod.Containers) == 0 && (t.whole || pod.Containers != nil) {
		t.add(path+".containers", "%s.containers is empty; a Pod needs a container", path)
	}
	volumes := slices.Clone(t.claims)
	for _, v := range pod.Volumes {
		volumes = append(volumes, v.Name)
	}
	names := map[string]bool{}
	for _, list := range []struct {
		key        string
		containers []corev1.Container
	}{{"initContainers", pod.InitContainers}, {"containers", pod.Containers}} {
		for i, c := range list.containers {
			at := fmt.Sprintf("%s.%s[%d]", path, list.key, i)
			if names[c.Name] {
				t.add(at+".name", "two containers are called %q; give each a name of its own", c.Name)
			}
			names[c.Name] = true
			t.container(at, c, volumes)
		}
	}
}

func (t *trapper) container(at string, c corev1.Container, volumes []string) {
	if c.Name == "" {
		t.add(at, "a container has no name; give it one")
	}
	last := c.Image[strings.LastIndexByte(c.Image, '/')+1:]
	switch {
	case c.Image == "" && t.whole:
		t.add(at, "the container %s has no image; give it one", c.Name)
	case c.Image != "" && !strings.ContainsAny(last, ":@"):
		t.add(at+".image", "the image %s has no tag; give one, or a digest", c.Image)
	}
	for i, m := range c.VolumeMounts {
		if !slices.Contains(volumes, m.Name) && (t.whole || len(volumes) > 0) {
			t.add(fmt.Sprintf("%s.volumeMounts[%d].name", at, i), "there is no volume %q to mount; add it to volumes, or correct the name", m.Name)
		}
	}
}
