package app

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ckadbot/bot/chat"
)

var codeSpan = regexp.MustCompile("`([^`]+)`")

// namedIn finds the commands that a text names in `code`, each with the lines that do so. After one in full others of
// its group may follow by their last words, as in `/ckad-admin series pause` … `resume`.
func namedIn(t *testing.T, where, text string) map[string]string {
	t.Helper()
	people := chat.Names{Person: func(w string) (string, bool) { return w, strings.HasPrefix(w, "@") }, Place: func(w string) (string, bool) { return w, strings.HasPrefix(w, "#") }}
	lines, group := map[string]string{}, ""
	for line := range strings.SplitSeq(text, "\n") {
		for _, m := range codeSpan.FindAllStringSubmatch(line, -1) {
			path := ""
			if strings.HasPrefix(m[1], "/ckad") {
				c, ok := Spec.Parse(m[1], people)
				if spec, _ := Spec.Find(c.Name); !ok || len(spec.Commands) > 0 && c.Rest != "" && c.Rest != "…" {
					t.Errorf("%s: %q is no command", where, m[1])
				}
				path, group = c.Name, c.Name
			} else {
				path = inGroup(group, strings.Fields(m[1]))
			}
			if path != "" && !strings.Contains(lines[path], line) {
				lines[path] += line + "\n"
			}
		}
	}
	return lines
}

// inGroup is the command that the first of words name in a group, or in one around it; "" if there is none.
func inGroup(group string, words []string) (path string) {
	for ; group != ""; group = group[:max(strings.LastIndex(group, " "), 0)] {
		path = group
		for _, w := range words {
			if _, ok := Spec.Find(path + " " + w); !ok {
				break
			}
			path += " " + w
		}
		if path != group && commands[path] != nil {
			return path
		}
	}
	return ""
}

func TestHelpNamesEveryCommandAndNoOther(t *testing.T) {
	home, err := homeHelp(t.Context(), someone("alice"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{helpText + "\n\n" + anywhereText(), adminHelpText} {
		if err := (chat.Message{Text: text}).Validate(); err != nil {
			t.Error(err)
		}
	}
	lines := namedIn(t, "help", helpText)
	admins := namedIn(t, "the admins' help", adminHelpText)
	for _, path := range runnable() {
		if Spec.Admin(path) && admins[path] == "" || !Spec.Admin(path) && lines[path] == "" {
			t.Errorf("the help does not name /%s", path)
		}
	}
	onPage := namedIn(t, "the page's help", home.Body)
	for _, path := range []string{"ckad help", "ckad privacy"} {
		if onPage[path] == "" {
			t.Errorf("the page's help does not name /%s", path)
		}
	}
}

func TestHelpTellsAllThatACommandTakes(t *testing.T) {
	r := newRoom(t)
	for _, path := range runnable() {
		top, name, _ := strings.Cut(path, " ")
		reply := r.app.Command(t.Context(), chat.Command{Name: top + " help", Args: map[string]string{"command": name}, User: someone("admin"), Channel: here})
		if err := reply.Validate(); err != nil {
			t.Errorf("/%s: %v", path, err)
		}
		spec, _ := Spec.Find(path)
		if want := "`/" + path + "`: " + chat.Escape(spec.Description); !strings.HasPrefix(reply.Text, want) {
			t.Errorf("/%s: got %q, want first %q", path, reply.Text, want)
		}
		if got, want := strings.Count(reply.Text, "\n• "), len(spec.Options); got != want {
			t.Errorf("/%s: got %d options, want %d:\n%s", path, got, want, reply.Text)
		}
		for _, o := range spec.Options {
			if !strings.Contains(reply.Text, "• `"+o.Name) || !strings.Contains(reply.Text, ": "+chat.Escape(o.Description)) {
				t.Errorf("/%s: %s is not in %q", path, o.Name, reply.Text)
			}
		}
		if proposed := r.app.Complete(t.Context(), chat.Completion{Command: top + " help", Option: "command", Typed: name, User: someone("admin")}); !slices.ContainsFunc(proposed, func(c chat.Choice) bool { return c.Value == name }) {
			t.Errorf("%q is not proposed: %v", name, proposed)
		}
	}
	for typed, want := range map[string]string{
		"/ckad define":   "`/ckad define`: ",
		"Define":         "`/ckad define`: ",
		"define term":    "`/ckad define`: ",
		"nonsense **x**": "I do not know **nonsense \\*\\*x\\*\\***",
		"/":              "After `/ckad` comes one of: ",
	} {
		if got := helpOn("ckad", typed, here.Platform).Text; !strings.HasPrefix(got, want) {
			t.Errorf("%q: got %q, want first %q", typed, got, want)
		}
	}
}

// TestHelpSaysWhatIsNeeded: a command that is given without that says so, or has a form ask for it. Discord sends none without it.
func TestHelpSaysWhatIsNeeded(t *testing.T) {
	r := newRoom(t)
	const needed, asked = " (needed): ", " (without it a form asks for it): "
	told := map[string]int{}
	for _, path := range runnable() {
		spec, _ := Spec.Find(path)
		want := map[string]string{}
		if slices.ContainsFunc(spec.Options, func(o chat.OptionSpec) bool { return o.Required }) {
			want[here.Platform], want["discord"] = needed, needed
			reply := r.app.Command(t.Context(), chat.Command{Name: path, User: someone("admin"), Channel: here})
			switch {
			case reply.Form != nil:
				want[here.Platform] = asked
			case reply.Text == "" || strings.Contains(reply.Text, "went wrong"):
				t.Errorf("/%s without what is needed: got %+v, want a sentence that says so", path, reply)
			}
		}
		top, name, _ := strings.Cut(path, " ")
		for _, platform := range []string{here.Platform, "discord"} {
			help := helpOn(top, name, platform).Text
			for _, words := range []string{needed, asked} {
				if got := strings.Contains(help, words); got != (want[platform] == words) {
					t.Errorf("/%s on %s: got %q, want only %q of it", path, platform, help, want[platform])
				}
			}
			told[want[platform]]++
		}
	}
	if told[needed] == 0 || told[asked] == 0 {
		t.Errorf("told how often: %v, want some of each", told)
	}
}

// TestReadmeNamesEveryCommandAndNoOther: with every option, as what one types (NAME, name=value, one of its choices), in
// the row of the command or, of a series, below.
func TestReadmeNamesEveryCommandAndNoOther(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, readme, _ := strings.Cut(string(text), "\n## Commands\n")
	section, rest, ok := strings.Cut(readme, "\n## ")
	if !ok {
		t.Fatal("the README has no section about commands")
	}
	namedIn(t, "the rest of the README", rest)
	lines := namedIn(t, "the README", section)
	for _, path := range runnable() {
		if lines[path] == "" {
			t.Errorf("/%s is not in the README", path)
		}
		spec, _ := Spec.Find(path)
		for _, o := range spec.Options {
			where := lines[path]
			if strings.HasPrefix(path, "ckad-admin series ") {
				where = section
			}
			words := append([]string{strings.ToUpper(o.Name), o.Name + "=", "[" + o.Name + " "}, o.Choices...)
			if o.Kind == chat.Person {
				words = append(words, "@SOMEBODY")
			}
			if !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(where, w) }) {
				t.Errorf("/%s: the README does not name %s:\n%s", path, o.Name, where)
			}
		}
	}
}
