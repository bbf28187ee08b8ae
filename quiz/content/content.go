// Package content is the built-in question bank: one YAML file for each domain of the CKAD curriculum.
// It holds text only; package quiz reads, checks and explains it (see quiz.ParseQuestions for the form).
//
// Every question was written for this project and is true as of the Kubernetes version in its file's "verified".
// An id is for ever: to replace a question, remove it and give the new one another id.
package content

import "embed"

// Files holds d1.yaml to d5.yaml.
//
//go:embed *.yaml
var Files embed.FS
