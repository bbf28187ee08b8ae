package kb

import (
	"slices"
	"strings"
)

// A command is a line for the shell, such as "kubectl get deploy web -o yaml".
type command struct {
	words []string   // to search for when none of the forms is a name
	forms [][]string // names it may stand for, the most literal first
	also  []string   // canonical names to suggest besides
}

// verbs are the commands that say little: who types them asks for the resource.
var verbs = wordSet(`get describe explain create edit delete label annotate patch`)

// programs are the first words of a command line, and what they are called.
var programs = map[string]string{"kubectl": "kubectl", "k": "kubectl", "helm": "helm"}

// helmVerbs tell a command line from a description that begins with "helm".
var helmVerbs = wordSet(`install upgrade uninstall rollback list ls history repo search show status get pull push lint template`)

// valueFlags are the flags of kubectl whose value is a word of its own.
var valueFlags = wordSet(`-n --namespace --context --kubeconfig --cluster --user -s --server -l --selector -o --output -c --container --field-selector --sort-by`)

// parseCommand reads a command line, also within a question. It is none when there is no verb after the program.
func parseCommand(text string) (command, bool) {
	text = strings.ReplaceAll(fold(text), "`", "")
	fields := strings.Fields(strings.Trim(text, " \t\n'\"$#?!.>"))
	if n := len(fields); n > 0 && leading[fields[0]] {
		fields = trim(fields) // "what does kubectl top show"
	} else if n > 0 && fields[0] == "sudo" {
		fields = fields[1:]
	}
	if len(fields) < 2 || programs[fields[0]] == "" {
		return command{}, false
	}
	program, rest := programs[fields[0]], plainArguments(fields[1:])
	if len(rest) == 0 || program == "helm" && !helmVerbs[rest[0]] {
		return command{}, false
	}
	c := command{words: slices.Concat([]string{program}, words(strings.Join(rest, " ")))}
	resource := []string{}
	if len(rest) > 1 {
		resource = resourceName(rest[1])
	}
	if verbs[rest[0]] && len(rest) > 1 {
		c.words = resource
		c.addNames(program, rest, 3)
		c.forms = append(c.forms, words(rest[1]), resource)
		c.also = []string{canon([]string{program, rest[0]})}
		return c, true
	}
	c.addNames(program, rest, 2)
	if len(rest) > 1 {
		c.also = []string{canon(resource)}
	}
	return c, true
}

// addNames adds the line's beginnings, the longest first, down to so many words.
func (c *command) addNames(program string, rest []string, least int) {
	line := slices.Concat([]string{program}, rest)
	for n := min(len(line), 4); n >= least; n-- {
		c.forms = append(c.forms, words(strings.Join(line[:n], " ")))
	}
}

// plainArguments leaves out the flags and their values.
func plainArguments(fields []string) []string {
	var plain []string
	for i := 0; i < len(fields); i++ {
		switch {
		case fields[i] == "--" || fields[i] == "|":
			return plain
		case valueFlags[fields[i]]:
			i++
		case !strings.HasPrefix(fields[i], "-"):
			plain = append(plain, fields[i])
		}
	}
	return plain
}

// resourceName reads "pods/web-0", "pods,services", "deployments.apps" and "pod.spec".
func resourceName(field string) []string {
	name, _, _ := strings.Cut(field, "/")
	name, _, _ = strings.Cut(name, ",")
	name, _, _ = strings.Cut(name, ".")
	return words(name)
}

// fieldNames are the names that a line of YAML, a path of fields or a flag may stand for: "spec.containers[0].image: web",
// "--dry-run=client", "kind: Deployment".
func fieldNames(text string) [][]string {
	text = strings.Trim(text, " \t\n`'\"$-.")
	name, value, isPair := strings.Cut(strings.Replace(text, "=", ": ", 1), ": ")
	name = strings.TrimRight(strings.TrimSpace(name), ":")
	if name == "" || strings.ContainsAny(name, " \t\n") || strings.Contains(name, "//") {
		return nil
	}
	var names [][]string
	if isPair {
		if strings.EqualFold(name, "kind") {
			names = append(names, words(value))
		}
		names = append(names, words(name))
	}
	segments := strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(".[]*", r) })
	if len(segments) > 1 && strings.Contains(name, ".") {
		names = append(names, words(segments[len(segments)-1]))
	}
	return names
}
