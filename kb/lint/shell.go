package lint

import (
	"fmt"
	"slices"
	"strings"
)

// A command is one command of a shell line, without its redirections' meaning: "kubectl get pods | head" is two.
type command struct {
	words []string
	line  int // of the text that it begins in; the first is 1
}

// parseShell splits text into commands as a shell would, as far as examples need it: quotes, comments, lines that go on after
// a backslash or within quotes, pipes and lists. What a substitution within quotes runs is not looked at.
func parseShell(text string) []command {
	p := shellParser{line: 1}
	for _, r := range text {
		p.rune(r)
		if r == '\n' {
			p.line++
		}
	}
	p.endCommand()
	return p.commands
}

type shellParser struct {
	commands []command
	current  command
	word     strings.Builder
	inWord   bool
	quote    rune // ' or ", or # in a comment; 0: none
	escaped  bool
	before   rune
	line     int
}

func (p *shellParser) rune(r rune) {
	escaped, before := p.escaped, p.before
	p.escaped, p.before = false, r
	switch {
	case p.quote == '#':
		if r == '\n' {
			p.quote = 0
			p.endCommand()
		}
	case escaped:
		if r != '\n' { // a line goes on
			p.add(r)
		}
	case r == '\\' && p.quote != '\'':
		p.escaped = true
	case p.quote != 0:
		if r == p.quote {
			p.quote = 0
		} else {
			p.add(r)
		}
	case r == '\'' || r == '"':
		p.quote, p.inWord = r, true
		p.begin()
	case r == '#' && !p.inWord:
		p.quote = r
	case r == ' ' || r == '\t':
		p.endWord()
	case r == '&' && before == '>': // 2>&1
		p.add(r)
	case strings.ContainsRune("\n|&;()", r):
		p.endCommand()
	default:
		p.add(r)
	}
}

func (p *shellParser) add(r rune) {
	p.begin()
	p.inWord = true
	p.word.WriteRune(r)
}

func (p *shellParser) begin() {
	if len(p.current.words) == 0 && !p.inWord || p.current.line == 0 {
		p.current.line = p.line
	}
}

func (p *shellParser) endWord() {
	if p.inWord {
		p.current.words = append(p.current.words, p.word.String())
	}
	p.word.Reset()
	p.inWord = false
}

func (p *shellParser) endCommand() {
	p.endWord()
	if len(p.current.words) > 0 {
		p.commands = append(p.commands, p.current)
	}
	p.current = command{}
}

// programs are those that a line of an example may begin with.
var programs = set(`kubectl helm kustomize docker podman buildah skopeo crictl nerdctl ctr etcdctl kubeadm kind minikube
	alias awk base64 cat cd chmod complete cp curl cut date diff dig echo env exit export false for grep head jq journalctl kill less ls mkdir nano
	nc nslookup openssl printf ps read rm sed set sleep sort source ssh systemctl tail tar tee test touch tr trap true uniq unset vi vim wc wget xargs yq`)

// keywords stand before a command: "do kubectl get pods".
var keywords = set(`do done else fi if then until while sudo time watch !`)

// problem says why the command cannot be one of an example.
func (c command) problem() string {
	words := c.program()
	if len(words) == 0 || programs[words[0]] {
		return c.kubectl()
	}
	return fmt.Sprintf("%q is no command I know; an example is manifests, or commands, or another file whose first line is a comment with its name, never a mixture", words[0])
}

// program is the command without keywords and variables before it; empty when there are only such.
func (c command) program() []string {
	words := c.words
	for len(words) > 0 && (keywords[words[0]] || isAssignment(words[0])) {
		words = words[1:]
	}
	return words
}

func isAssignment(word string) bool {
	name, _, ok := strings.Cut(word, "=")
	return ok && name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789") == ""
}

// verbs are kubectl's commands, and the plugins that examples may use: convert and krew.
var verbs = set(`annotate alpha api-resources api-versions apply attach auth autoscale certificate cluster-info completion config convert cordon cp create
	debug delete describe diff drain edit events exec explain expose get help krew kuberc kustomize label logs options patch plugin port-forward
	proxy replace rollout run scale set taint top uncordon version wait`)

// parts are the second words of those verbs that need one.
var parts = map[string]map[string]bool{
	"auth":        set(`can-i reconcile whoami`),
	"certificate": set(`approve deny`),
	"config": set(`current-context delete-cluster delete-context delete-user get-clusters get-contexts get-users rename-context set set-cluster
		set-context set-credentials unset use-context view`),
	"create": set(`clusterrole clusterrolebinding configmap cm cronjob cj deployment deploy ingress ing job namespace ns poddisruptionbudget pdb
		priorityclass pc quota resourcequota role rolebinding secret service svc serviceaccount sa token`),
	"rollout": set(`history pause restart resume status undo`),
	"set":     set(`env image resources selector serviceaccount sa subject`),
	"top":     set(`node nodes no pod pods po`),
}

// globals are kubectl's flags before the verb that take their value from the next word.
var globals = set(`-n --namespace --context --cluster --user --kubeconfig -s --server --as --as-group --token --request-timeout -v`)

// kubectl says what is wrong with a kubectl command: a verb that kubectl does not have. What is written in capitals or in <>
// stands for something.
func (c command) kubectl() string {
	words := c.program()
	if len(words) == 0 || words[0] != "kubectl" {
		return ""
	}
	words = withoutFlags(words[1:])
	if len(words) == 0 || isPlaceholder(words[0]) {
		return ""
	}
	if !verbs[words[0]] {
		return fmt.Sprintf("kubectl has no command %q; correct it", words[0])
	}
	known, rest := parts[words[0]], words[1:]
	if known == nil || len(rest) == 0 || strings.HasPrefix(rest[0], "-") || isPlaceholder(rest[0]) || known[rest[0]] {
		return ""
	}
	return fmt.Sprintf("kubectl %s has no %q; it has %s", words[0], rest[0], strings.Join(sortedKeys(known), ", "))
}

func withoutFlags(words []string) []string {
	for len(words) > 0 && strings.HasPrefix(words[0], "-") {
		if globals[words[0]] && len(words) > 1 {
			words = words[1:]
		}
		words = words[1:]
	}
	return words
}

func isPlaceholder(word string) bool {
	return strings.ContainsAny(word, "<…[{$") || strings.ToUpper(word) == word || slices.Contains([]string{"...", "|"}, word)
}

func set(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}
