// Package content is the built-in glossary: one YAML file for each category.
//
// A file is a list of entries. Unknown keys are errors, so that a misspelt key cannot lose text.
//
//   - slug: daemonset            # [a-z0-9-], at most 60; unique, and it never changes: everything else refers to it
//     term: DaemonSet            # the name shown, at most 75 characters
//     aliases: [daemon set, ds]  # other names, abbreviations, old names, usual misspellings; each belongs to one entry.
//     # Plurals, upper and lower case, spaces and hyphens are found without an alias
//     short: [ds]                # those aliases that kubectl knows as short names
//     kind: DaemonSet            # the API kind, when it is one
//     phrases: [agent on every node, …]  # how people describe it when its name escapes them; searched, never shown. Write
//     # what is typical for this entry and no other; a query of a few words is answered when it is one of these, so a
//     # short phrase must not be the name of another thing
//     definition: …              # at most 300 characters; it should hold the words people use to describe the thing
//     details: …                 # at most 1800
//     example: …                 # at most 600: manifests, or the part of one from spec: on, or shell commands, or another file
//     # whose first line is a comment with its name; never a mixture
//     tip: …                     # for the exam, at most 300
//     related: [pod, …]          # slugs
//     confusable: {deployment: "counts copies, not nodes"}
//     doc: /docs/concepts/…      # below https://kubernetes.io
//     category: workloads        # the file's name: architecture, storage, kubectl, …
//     domain: D1                 # D1 to D5 of the curriculum, or BG for background
//     competency: workloads      # the line of the curriculum that asks for it; none for background
//     verified: "1.37"           # the Kubernetes version for which all this was checked
//     since: "1.2"               # the version that brought it, when known
//     until: "1.25"              # the version that removed it
//     changed: …                 # what changed and in which version, at most 500
//
// Only slug, term, definition, category, domain and verified must be there, and competency except for background. Related
// entries name each other. kb.Builtin reads the files; package lint, bot lint on the command line, checks all that is said here
// and that the examples are valid.
package content

import "embed"

// Files holds the glossary, one file for each category.
//
//go:embed *.yaml
var Files embed.FS
