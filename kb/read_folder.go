package kb

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// The glossary of the Kubernetes website.
const (
	websiteSource  = "kubernetes.io"
	websiteLicence = "CC BY 4.0"
	websiteTerm    = "https://kubernetes.io/docs/reference/glossary/?all=true#term-"
)

// Limits of the website's glossary, in bytes. Its longest page has a twentieth of that, and all together a hundredth.
const (
	maxPage   = 64 << 10
	maxFolder = 16 << 20
)

// ReadFolder reads a folder of the Kubernetes website's glossary: one Markdown file for each term. name is the folder's, for people.
//
// The short description becomes the definition and the rest the details, both as plain text with `code`: links are reduced to
// their words, shortcodes resolved, texts that are too long cut behind a sentence, which File.Corrected tells. Each entry has its
// source, page and licence. A term that is known by exactly this name leads to its entry, and is shown beneath it. Files that
// are no term, such as index.md, are skipped.
func ReadFolder(name string, folder fs.FS, known Names) (File, error) {
	paths, err := fs.Glob(folder, "*.md")
	if err != nil {
		return File{}, fmt.Errorf("%s: %w", name, err)
	}
	g := pages{problems: problems{file: name}, File: File{Name: name}, byStem: map[string]*page{}}
	size := 0
	for _, p := range paths {
		full := filepath.Join(name, p)
		info, err := fs.Stat(folder, p)
		if err != nil || !info.Mode().IsRegular() {
			g.list = append(g.list, &FileError{full, 0, "is no file in this folder: a link that leads out of it, a folder or a device; take it away"})
			continue
		}
		if size += int(min(info.Size(), maxFolder)); size > maxFolder {
			g.list = append(g.list, &FileError{name, 0, fmt.Sprintf("the folder has more than %d MiB; split it", maxFolder>>20)})
			break
		}
		in, err := folder.Open(p)
		if err != nil {
			g.list = append(g.list, fmt.Errorf("%s: cannot be read (%w); give a folder whose files you may read", full, err))
			continue
		}
		g.read(full, in)
		_ = in.Close()
	}
	if len(paths) == 0 {
		g.wrong(0, "has no .md file; a folder must be a glossary of the Kubernetes website, give other files by their names")
	}
	return g.finish(known)
}

// readPage reads one file of such a folder.
func readPage(name string, r io.Reader, known Names) (File, error) {
	g := pages{problems: problems{file: name}, File: File{Name: name}, byStem: map[string]*page{}}
	g.read(name, r)
	return g.finish(known)
}

// pages are the terms of a folder.
type pages struct {
	problems
	File
	pages  []*page
	byStem map[string]*page // by the file's name in lower case: by it pages refer to each other
}

// A page is one file.
type page struct {
	file, stem   string
	line         int // of the title
	title, id    string
	link, short  string
	aka, related []string
	body         string
	slug         string
}

// read takes a file in: as a page, as no term, or as a problem.
func (g *pages) read(name string, r io.Reader) {
	in := newLines(name, r)
	var front, body strings.Builder
	part := &body
	for size := 0; in.next(); {
		text := string(in.text)
		if size += len(text); size > maxPage {
			in.err = &FileError{name, in.number, fmt.Sprintf("the file has more than %d KiB; a page of the glossary is short", maxPage>>10)}
			break
		}
		switch fence := strings.TrimRight(text, " \t") == "---"; {
		case fence && in.number == 1:
			part = &front
		case fence && part == &front:
			part = &body
		default:
			part.WriteString(text + "\n")
		}
	}
	if in.err == nil && part == &front {
		in.err = &FileError{name, in.number, "the part that begins with --- does not end; write --- behind its last line"}
	}
	if in.err != nil {
		g.list = append(g.list, in.err)
		return
	}
	p := &page{file: name, stem: strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)), body: body.String()}
	if g.front(p, front.String()) {
		g.pages = append(g.pages, p)
		g.byStem[strings.ToLower(p.stem)] = p
	}
}

// front reads the page's first part, and reports whether the page is a term.
func (g *pages) front(p *page, text string) bool {
	g.file = p.file
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		line, problem := yamlError(err, 2) // behind ---
		g.wrong(line, "%s", problem)
		return false
	}
	values := map[string][]string{}
	if len(document.Content) > 0 && document.Content[0].Kind == yaml.MappingNode {
		nodes := document.Content[0].Content
		for i := 0; i+1 < len(nodes); i += 2 {
			key, value := strings.ReplaceAll(nodes[i].Value, "-", "_"), scalars(nodes[i+1])
			if before, twice := values[key]; twice {
				g.Corrected = append(g.Corrected, Remark{p.file, nodes[i].Line + 1, key + " is there twice; the last one that says something counts"})
				if len(value) == 0 {
					value = before
				}
			}
			values[key] = value
			if key == "title" {
				p.line = nodes[i].Line + 1
			}
		}
	}
	first := func(key string) string { return strings.Join(values[key][:min(1, len(values[key]))], "") }
	p.title, p.id, p.link, p.short = first("title"), first("id"), first("full_link"), first("short_description")
	p.aka, p.related = values["aka"], values["related"]
	if p.title == "" || p.id == "" && p.short == "" {
		g.Skipped = append(g.Skipped, Remark{p.file, 1, "is no term: it has no title, or neither id nor short_description"})
		return false
	}
	return true
}

// scalars are the texts of a value: one, several, or none.
func scalars(n *yaml.Node) (texts []string) {
	for _, n := range append([]*yaml.Node{n}, n.Content...) {
		if text := strings.TrimSpace(n.Value); n.Kind == yaml.ScalarNode && text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}

// finish makes entries of the pages when all of them are known.
func (g *pages) finish(known Names) (File, error) {
	g.claim(known)
	for _, p := range g.pages {
		g.add(p)
	}
	g.share(known)
	problems := append(g.list, g.check()...)
	if len(problems) == 0 && len(g.Entries) == 0 {
		problems = append(problems, &FileError{g.Name, 0, "no term found; a page of the Kubernetes glossary begins with ---, title: … and id: …"})
	}
	if len(problems) > 0 {
		return File{}, errors.Join(problems...)
	}
	return g.File, nil
}

// claim gives each page its slug: that of the known entry of its name, which only one page can have, or one made of the file's
// name. Who has an entry's very term comes before who has another name of it.
func (g *pages) claim(known Names) {
	taken := map[string]bool{}
	for pass := range 4 {
		for _, p := range g.pages {
			it := known.called(canon(words([]string{p.title, p.title, p.stem, p.id}[pass])))
			if p.slug != "" || it == nil || taken[it.Slug] || pass == 0 && canon(words(it.Term)) != canon(words(p.title)) {
				continue
			}
			p.slug = it.Slug
			taken[it.Slug] = true
		}
	}
	for _, p := range g.pages {
		if p.slug != "" {
			continue
		}
		for _, own := range []string{strings.ToLower(p.stem), SlugOf(p.title), SlugOf(p.stem + " page"), SlugOf(p.file)} {
			if slugForm.MatchString(own) && !taken[own] {
				p.slug = own
				taken[own] = true
				break
			}
		}
	}
}
