package app

// What Discord shows of commands while somebody types, in the languages that most learners of the exam read besides
// English. Names of commands and what can be chosen stay English: help, documentation and people who help each other
// call them so, and what is typed works in every language. The bot itself speaks English, like the exam's documentation.
//
// Each language has a file. A description is looked up by its English text, so one that changes is translated anew:
// a test finds what is missing and what is left over.
var translations = map[string]map[string]string{"de": german, "es": spanish, "ja": japanese}
