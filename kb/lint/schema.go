package lint

import (
	"cmp"
	"strings"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	appsv1beta1 "k8s.io/api/apps/v1beta1"
	appsv1beta2 "k8s.io/api/apps/v1beta2"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	batchv1beta1 "k8s.io/api/batch/v1beta1"
	certificatesv1 "k8s.io/api/certificates/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	eventsv1 "k8s.io/api/events/v1"
	extensionsv1beta1 "k8s.io/api/extensions/v1beta1"
	networkingv1 "k8s.io/api/networking/v1"
	networkingv1beta1 "k8s.io/api/networking/v1beta1"
	nodev1 "k8s.io/api/node/v1"
	policyv1 "k8s.io/api/policy/v1"
	policyv1beta1 "k8s.io/api/policy/v1beta1"
	rbacv1 "k8s.io/api/rbac/v1"
	rbacv1beta1 "k8s.io/api/rbac/v1beta1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/version"
)

// kubernetes is the official API as far as application developers meet it: its stable kinds, and the versions of them that are
// gone by now but still stand in old texts. Another group is two lines here; each makes the program larger by a part of a MiB.
type kubernetes struct {
	types *runtime.Scheme
	yaml  *json.Serializer     // reads strictly: unknown and repeated fields are errors
	kinds map[string]groupKind // by kind, the version to write
}

type groupKind struct {
	schema.GroupVersionKind
	life life
}

// betterThan reports whether a is to be written rather than b: what is still there before what is gone, then the newest.
func (a groupKind) betterThan(b groupKind) bool {
	if a.life.gone() != b.life.gone() {
		return b.life.gone()
	}
	return cmp.Or(version.CompareKubeAwareVersionStrings(a.Version, b.Version), strings.Compare(b.Group, a.Group)) > 0
}

func newKubernetes() kubernetes {
	k := kubernetes{types: runtime.NewScheme(), kinds: map[string]groupKind{}}
	for _, add := range []func(*runtime.Scheme) error{
		admissionregistrationv1.AddToScheme, appsv1.AddToScheme, appsv1beta1.AddToScheme, appsv1beta2.AddToScheme,
		authenticationv1.AddToScheme, authorizationv1.AddToScheme, autoscalingv1.AddToScheme, autoscalingv2.AddToScheme,
		batchv1.AddToScheme, batchv1beta1.AddToScheme, certificatesv1.AddToScheme, coordinationv1.AddToScheme, corev1.AddToScheme,
		discoveryv1.AddToScheme, eventsv1.AddToScheme, extensionsv1beta1.AddToScheme,
		networkingv1.AddToScheme, networkingv1beta1.AddToScheme, nodev1.AddToScheme,
		policyv1.AddToScheme, policyv1beta1.AddToScheme, rbacv1.AddToScheme, rbacv1beta1.AddToScheme, schedulingv1.AddToScheme, storagev1.AddToScheme} {
		if err := add(k.types); err != nil { // two types of one name: a mistake in the list above
			panic(err)
		}
	}
	k.yaml = json.NewSerializerWithOptions(json.DefaultMetaFactory, k.types, k.types, json.SerializerOptions{Yaml: true, Strict: true})
	for gvk := range k.types.AllKnownTypes() {
		object, err := k.types.New(gvk)
		if err != nil || !isManifest(object) {
			continue
		}
		this := groupKind{gvk, lifeOf(object)}
		if best, found := k.kinds[gvk.Kind]; !found || this.betterThan(best) {
			k.kinds[gvk.Kind] = this
		}
	}
	return k
}

// isManifest reports whether a type is one of those that people write, not an option of a request or a list.
func isManifest(object runtime.Object) bool {
	_, ok := object.(metav1.Object)
	return ok
}

// A life tells when a version of a kind was removed, as the API types themselves say.
type life struct {
	removed     int // the minor version; 0: it is still there
	replacement schema.GroupVersionKind
}

func (l life) gone() bool { return l.removed > 0 && l.removed <= newest }

func lifeOf(object runtime.Object) (l life) {
	if o, ok := object.(interface{ APILifecycleRemoved() (major, minor int) }); ok {
		_, l.removed = o.APILifecycleRemoved()
	}
	if o, ok := object.(interface {
		APILifecycleReplacement() schema.GroupVersionKind
	}); ok {
		l.replacement = o.APILifecycleReplacement()
	}
	return l
}

// knows reports whether the API has such a kind, or one of its extensions.
func (k kubernetes) knows(kind string) bool {
	_, found := k.kinds[kind]
	return found || extensionKinds[kind]
}

// extensionKinds are the kinds that the entries of a glossary may have and the API types do not: of extensions that are
// developed beside Kubernetes, and of what is gone.
var extensionKinds = set(`APIService CustomResourceDefinition Gateway GatewayClass HTTPRoute Kustomization PodSecurityPolicy VolumeSnapshot`)

// extensions are groups and versions that the API types do not have. What manifests of them say is not looked at, but a
// misspelt version is in neither.
var extensions = set(`apiextensions.k8s.io/v1 apiregistration.k8s.io/v1 apiserver.config.k8s.io/v1 audit.k8s.io/v1 cert-manager.io/v1
	gateway.networking.k8s.io/v1 kubelet.config.k8s.io/v1beta1 kubescheduler.config.k8s.io/v1 kustomize.config.k8s.io/v1beta1
	metrics.k8s.io/v1beta1 monitoring.coreos.com/v1 snapshot.storage.k8s.io/v1`)

// isExtension reports whether a manifest is of no type that can be checked here: of an extension, of somebody's own kind, for
// which example.com stands, or a kubeconfig file.
func isExtension(apiVersion, kind string) bool {
	group, version, _ := strings.Cut(apiVersion, "/")
	own := (group == "example.com" || strings.HasSuffix(group, ".example.com")) && version != ""
	return extensions[apiVersion] || own || apiVersion == "v1" && kind == "Config"
}
