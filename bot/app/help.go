package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ckadbot/bot/chat"
)

const helpText = "**I help you prepare for the CKAD exam.**\n\n" +
	"`/ckad define deployment` explains a term. Short names (`svc`), typos and descriptions (`runs one pod on every node`) work too.\n" +
	"`/ckad search rolling update` finds everything that fits, `/ckad terms` lists the glossary by subject.\n" +
	"`/ckad suggest` proposes a term, or a better text for one.\n" +
	"`/ckad ask` posts a question here; `/ckad ask networking` one about a subject. Answer by button; only you see whether you were right.\n" +
	"`/ckad practice pods 5` asks you alone, as often as you like; nobody else sees how you do.\n" +
	"`/ckad review` asks what you are about to forget, `/ckad mock` is a timed exam with a result by domain.\n" +
	"`/ckad leaderboard` shows this week; add `day`, `last-week`, `month`, `season` or `all`, and `workspace` for all channels or `D1` to `D5` for a domain.\n" +
	"`/ckad challenge @somebody 5 pods` is a duel over five questions.\n" +
	"`/ckad stats` shows your points, your accuracy by exam domain, how ready you are and your streak.\n" +
	"A streak is quiz days in a row with an answer. Days without a quiz are free, `/ckad away until 2026-12-24` makes more days free. Seven days in a row earn a freeze, which saves the streak on a missed day; you can have two.\n" +
	"`/ckad remind on` reminds you directly, before this channel's quiz closes, if you have not answered it.\n" +
	"`/ckad link` makes you one player here and on another platform: one place on the leaderboards, one streak.\n" +
	"`/ckad privacy` shows what I store about you; there you can export it, hide yourself from others, or have it deleted.\n" +
	"`/ckad help ask` tells more of a command. `/ckad-admin help` is for admins: daily quizzes, your team's own words."

const adminHelpText = "**For admins: recurring quizzes**\n\n" +
	"`/ckad-admin series create` opens a form. Or in one line:\n" +
	"`/ckad-admin series create name=daily time=09:30 days=mon-fri zone=Europe/Berlin close=17:00 questions=3`\n" +
	"Also `topic=networking,pods` (without it, by the exam's weights), `difficulty=2`, `channel=#quiz`, `change=yes` so that answers may be changed until the close, or `reveal=now` so that they are graded at once, `speed=yes` so that early ones count a little more.\n" +
	"`/ckad-admin series skip daily 2026-12-24..2027-01-02` leaves out holidays, `none` takes them back. `series edit daily time=10:00` changes a series from its next round on.\n" +
	"`/ckad-admin series list` shows all with their next round. `pause`, `resume` and `remove` take a name.\n" +
	"`/ckad-admin series join daily #other` posts a series in one more channel, `leave` stops that.\n" +
	"`series share daily` gives a code with which another workspace, on Slack or Discord, has it in a channel: one round, one leaderboard; `series unshare` ends that.\n" +
	"`/ckad-admin season open spring` begins a leaderboard of its own; `season close` ends it, `season list` shows all.\n\n" +
	"**Your team's own words**\n\n" +
	"`/ckad-admin term add blast radius` adds a term to this workspace. `term edit deployment` puts your text in the place of the built-in one.\n" +
	"`term remove`, `term history` and `term revert` undo and look back: every version is kept.\n" +
	"`/ckad-admin suggestions` shows what people suggest with `/ckad suggest`; one press accepts it.\n\n" +
	"**Questions that are wrong**\n\n" +
	"`/ckad-admin reports` shows what people report with 🚩. A corrected key grades all past answers again and tells the channels.\n" +
	"`/ckad-admin question show`, `edit`, `retire`, `void`, `restore` and `history` take the name of a question, such as `d1-image-digest`. All of it holds for this workspace only.\n\n" +
	"`/ckad-admin privacy`: how long answers are kept. `/ckad-admin help term add` tells more of a command."

func (*App) help(_ context.Context, c chat.Command) (chat.Reply, error) {
	switch typed := strings.TrimSpace(c.Args["command"] + " " + c.Rest); {
	case typed != "":
		return helpOn(strings.Fields(c.Name)[0], typed, c.Channel.Platform), nil
	case Spec.Admin(c.Name):
		return private(adminHelpText), nil
	case chat.Homeless(c.Channel.Home()):
		return private("%s\n\n%s", helpText, anywhereText()), nil
	}
	return private(helpText), nil
}

// helpOn tells what one command takes on a platform, or which there are in a group of them. Top is what they all begin with.
func helpOn(top, typed, platform string) chat.Reply {
	words := strings.Fields(strings.ToLower(strings.TrimPrefix(typed, "/")))
	if len(words) > 0 && words[0] == top {
		words = words[1:]
	}
	group, rest := top, words
	for len(rest) > 0 {
		if _, ok := Spec.Find(group + " " + rest[0]); !ok {
			break
		}
		group, rest = group+" "+rest[0], rest[1:]
	}
	spec, _ := Spec.Find(group)
	if len(spec.Commands) > 0 {
		return subcommands(chat.Command{Name: group, Rest: strings.Join(rest, " ")})
	}
	said := fmt.Sprintf("`/%s`: %s.", group, chat.Escape(spec.Description))
	for _, o := range spec.Options {
		said += "\n• " + optionHelp(o, platform)
	}
	if len(spec.Options) == 0 {
		said += " It takes nothing else."
	}
	return private("%s", said)
}

func optionHelp(o chat.OptionSpec, platform string) string {
	said := "`" + o.Name + "`"
	if o.Named {
		said = "`" + o.Name + "=…`"
	}
	switch {
	case o.Asked && platform != "discord": // which sends no command without what is required
		said += " (without it a form asks for it)"
	case o.Required:
		said += " (needed)"
	}
	said += ": " + chat.Escape(o.Description) + "."
	if len(o.Choices) > 0 {
		said += " One of `" + strings.Join(o.Choices, "`, `") + "`."
	}
	return said
}

// commandNames are what can be asked help about, without what all begin with.
func commandNames(top string) (names []string) {
	for _, path := range slices.Sorted(maps.Keys(commands)) {
		if name, ok := strings.CutPrefix(path, top+" "); ok {
			names = append(names, name)
		}
	}
	return names
}

// unknown answers what is no command: as a definition if it names a term, else
// with the help, or for admins with the words that can stand there.
func (a *App) unknown(ctx context.Context, c chat.Command) (chat.Reply, error) {
	bare := strings.TrimSpace(c.Rest) == ""
	switch {
	case bare && !strings.Contains(c.Name, " "):
		return a.help(ctx, c)
	case c.Name != "ckad":
		return subcommands(c), nil
	}
	found, err := a.glossary.Define(ctx, c.User.Home(), c.Rest)
	if err == nil && found.Exact {
		return a.lookUp(ctx, c.User, c.Rest)
	}
	r := private("I do not know the command **%s**.%s\n\n%s", chat.Escape(chat.Line(c.Rest, 40)), meant(c.Rest), helpText)
	r.Text = chat.CutMarkdown(r.Text, chat.MaxText)
	return r, nil
}

// meant is a question whether a command was meant that begins almost like what was typed.
func meant(typed string) string {
	word, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(typed)), " ")
	ckad, _ := Spec.Find("ckad")
	for _, c := range ckad.Commands {
		if word != "" && apart(word, c.Name) <= len(c.Name)/4 {
			return " Did you mean `/ckad " + c.Name + "`?"
		}
	}
	return ""
}

// apart is how many letters have to be changed, added, left out or exchanged with the next
// for one word to be the other.
func apart(a, b string) int {
	if len(a) > 40 { // no command of ours
		return len(a)
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		for j := range rows[i] {
			switch {
			case i == 0 || j == 0:
				rows[i][j] = i + j
				continue
			case a[i-1] == b[j-1]:
				rows[i][j] = rows[i-1][j-1]
			default:
				rows[i][j] = 1 + min(rows[i-1][j], rows[i][j-1], rows[i-1][j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

// subcommands names those of a command that was typed without one, or with one that is not there.
func subcommands(c chat.Command) chat.Reply {
	var all []string
	spec, _ := Spec.Find(c.Name)
	for _, sub := range spec.Commands {
		all = append(all, "`"+sub.Name+"`")
	}
	said := ""
	if typed := chat.Line(c.Rest, 40); typed != "" {
		said = fmt.Sprintf("I do not know **%s** there. ", chat.Escape(typed))
	}
	return private("%sAfter `/%s` comes one of: %s.", said, c.Name, strings.Join(all, ", "))
}
