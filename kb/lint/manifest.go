package lint

import (
	"cmp"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// manifest checks a whole manifest.
func (k kubernetes) manifest(d *document) []finding {
	apiVersion, kind := d.text("apiVersion"), d.text("kind")
	if isExtension(apiVersion, kind) {
		return nil
	}
	gvk := schema.FromAPIVersionAndKind(apiVersion, kind)
	if !k.types.Recognizes(gvk) {
		return []finding{{d.lineOf("apiVersion"), k.unknown(apiVersion, kind)}}
	}
	object, problems := k.decode(d, gvk)
	if l := lifeOf(object); l.gone() {
		problems = append(problems, finding{d.lineOf("apiVersion"),
			fmt.Sprintf("%s %s was removed in 1.%d; write %s", apiVersion, kind, l.removed, orNothing(l.replacement))})
	}
	if len(problems) > 0 {
		return problems
	}
	return append(missing(d, kind), traps(d, object, true)...)
}

func orNothing(gvk schema.GroupVersionKind) string {
	if gvk.Empty() {
		return "something else, it has no successor"
	}
	apiVersion, kind := gvk.ToAPIVersionAndKind()
	return apiVersion + " " + kind
}

// unknown says what to write in place of a version or a kind that there is not.
func (k kubernetes) unknown(apiVersion, kind string) string {
	if best, found := k.kinds[kind]; found {
		return fmt.Sprintf("the API has no %s in %q; write apiVersion: %s", kind, apiVersion, best.GroupVersion())
	}
	return fmt.Sprintf("the API has no kind %s in %q; correct it, or use a group of example.com for a kind of your own", kind, apiVersion)
}

// part checks a document that is a part of a manifest, which does not say of what kind: of its entry's own, of a Pod, or of the
// first kind that has all its fields.
func (k kubernetes) part(d *document, own string) (kind string, problems []finding) {
	var first []finding
	for i, kind := range append([]string{own, "Pod"}, sortedKeys(k.kinds)...) {
		best, found := k.kinds[kind]
		if !found || best.life.gone() {
			continue
		}
		object, problems := k.decode(d, best.GroupVersionKind)
		if len(problems) == 0 {
			return kind, traps(d, object, false)
		}
		if i < 2 && first == nil {
			first = problems
		}
	}
	slices.SortFunc(first, func(a, b finding) int { return cmp.Compare(a.line, b.line) })
	first[0].text = "no kind has all these fields: " + first[0].text
	return "", first
}

// decode reads a document strictly as an object.
func (k kubernetes) decode(d *document, gvk schema.GroupVersionKind) (runtime.Object, []finding) {
	object, _, err := k.yaml.Decode([]byte(d.raw), &gvk, nil)
	if err == nil {
		return object, nil
	}
	list := []error{err}
	if strict, ok := runtime.AsStrictDecodingError(err); ok {
		list = strict.Errors()
	}
	var problems []finding
	for _, err := range list {
		problems = append(problems, d.explain(err, gvk.Kind))
	}
	return object, problems
}

var unknownField = regexp.MustCompile(`^unknown field "(.*)"$`)

// explain says in words, and with its line, what decoding found.
func (d *document) explain(err error, kind string) finding {
	if found := unknownField.FindStringSubmatch(err.Error()); found != nil {
		return finding{d.lineOf(found[1]), fmt.Sprintf("a %s has no field %s; look at its spelling and at where it stands", kind, found[1])}
	}
	var wrongType *stdjson.UnmarshalTypeError
	if errors.As(err, &wrongType) {
		return finding{d.lineOf(wrongType.Field), fmt.Sprintf("%s of a %s is a %s where a %s belongs", wrongType.Field, kind, wrongType.Value, wrongType.Type)}
	}
	text := strings.TrimSpace(strings.ReplaceAll(err.Error(), "\n", " "))
	return finding{d.root.Line, fmt.Sprintf("does not decode as a %s: %s", kind, text)}
}
