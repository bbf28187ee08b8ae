// Package kb is the glossary: what the words of Kubernetes and its CKAD exam mean.
//
// # What is stored
//
// PostgreSQL is the truth: table kb.entry holds one row for each entry of each workspace. Workspace "" is the built-in
// glossary, which Open writes from the files in package content; "*" holds what was imported for everybody in this
// installation, and a name such as "slack/T1" what one workspace imported. A workspace sees "", "*" and its own.
//
// An entry has a source. What a workspace wrote itself (source "") is shown instead of a built-in entry of the same slug. What
// was imported from a file never hides one: the verified definition stays, and the imported text is shown beneath it as
// one of Entry.Notes. The names it was imported under lead to the built-in entry as well. The same slug may be imported from
// several sources.
//
// # What is cached
//
// Each process keeps all entries in memory, by name, and a bleve index in a private temporary directory. Both are thrown
// away at the end; nothing in them is worth keeping. Memory holds the entries by name, by the pieces of their names, which lead to
// those up to two mistakes away, and by the stems of their texts, for descriptions. Bleve finds words of names: in any order, with a
// mistake in each, and by their beginning. Either only proposes; plain Go decides among what is proposed.
//
// What memory holds is never changed. An edit makes new layers, maps and lists of what it touches and shares all else, so searching
// needs no lock, and an edit costs little beside a hundred thousand entries.
//
// # How processes follow each other
//
// Every edit of kb.entry takes one advisory lock until its commit and gets the next number of a sequence, so numbers become
// visible in order and "give me all above the highest I know" misses nothing and needs no overlap. The commit notifies
// channel kb; Run listens, and asks every ten seconds besides in case the connection behind it was lost.
//
// The built-in glossary is written by the first bot that brings a new version of it, and each version only once (table
// kb.builtin), so an old bot beside a new one does not undo it, however often either starts.
//
// # How people edit
//
// An edit says which version it was made from; when that is no longer the one that is shown, it is refused and tells who was
// quicker. Every version is kept in kb.history by triggers, also those of imports and of edits by psql. Everybody may suggest an
// entry or a correction (kb.suggestion); accepting one is an edit like any other.
//
// # What may run at once
//
// Every method of Glossary may be called from many goroutines. Entries that it returns share memory with the cache: read
// them, do not change them.
package kb

import "time"

// An Entry is one thing with a name. Lengths are in characters; imported entries may have a definition of up to 4000.
type Entry struct {
	Slug    string   // [a-z0-9-]{1,60}; never changes
	Term    string   // the name shown, at most 75
	Aliases []string // other names
	Short   []string // the aliases that kubectl accepts
	Kind    string   // the API kind, or empty
	Phrases []string // how people describe it when its name escapes them; searched, never shown

	Definition string // at most 300, plain text with `code`
	Details    string // at most 1800
	Example    string // code, at most 600
	Tip        string // for the exam, at most 300

	Related    []string          // slugs
	Confusable map[string]string // slug of another entry -> the difference in one line

	Doc        string // path below https://kubernetes.io
	Category   string // such as workloads or networking; may be empty for imported ones
	Domain     string // D1 to D5 of the curriculum, BG for background; may be empty for imported ones
	Competency string // the line of the curriculum that asks for it, such as probes; empty for background
	Verified   string // the Kubernetes version the text was checked for
	Since      string // the version that brought it
	Until      string // the version that removed it
	Changed    string // what changed and in which version, at most 500

	Source    string // where the text is from: "" was written in the workspace, "ckadbot" is built in, else a file or a site
	SourceURL string // the page it was imported from
	Licence   string

	Rev   int64     // its last edit; grows with each one
	By    string    // who made that edit, in words
	At    time.Time // and when
	Notes []Note    // what other sources say of this term; shown beneath the definition
}

// A Note is what an imported source says of a term that has a better definition.
type Note struct {
	Text                       string
	Source, SourceURL, Licence string // as in Entry
}

// URL returns the address of the entry's page on kubernetes.io, or "" when it has none.
func (e Entry) URL() string {
	if e.Doc == "" {
		return ""
	}
	return "https://kubernetes.io" + e.Doc
}

// OtherNames returns the aliases worth showing: not those that only catch another spelling of the term.
func (e Entry) OtherNames() []string {
	term, other := key(words(e.Term)), []string{}
	for _, a := range e.Aliases {
		if k := key(words(a)); distance(k, term, maxEdits(len(term))) > maxEdits(len(term)) {
			other = append(other, a)
		}
	}
	return other
}

// An Answer is what Define found.
type Answer struct {
	Query       string  // as asked, cut at 200 characters
	Entry       *Entry  // nil: not found
	Exact       bool    // Entry was asked for by one of its names
	Several     bool    // the query names several: Entry is the first, Suggestions are the others
	Suggestions []Entry // at most five: close ones when Entry is nil, else others of that name or that may be meant
}
