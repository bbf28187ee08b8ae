package kb

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
)

// add makes an entry of a page.
func (g *pages) add(p *page) {
	r := renderer{
		title: func(id string) string {
			if other := g.byStem[strings.ToLower(id)]; other != nil {
				return other.title
			}
			return ""
		},
		dropped: func(name string) {
			g.corrected(p, "the shortcode "+name+" was left out")
		},
	}
	lead, rest := p.body, ""
	if at := more.FindStringIndex(p.body); at != nil {
		lead, rest = p.body[:at[0]], p.body[at[1]:]
	}
	e := Entry{Slug: p.slug, Term: r.line(p.title), Definition: r.line(p.short), Source: websiteSource, SourceURL: websiteTerm + strings.ToLower(p.stem), Licence: websiteLicence}
	lead, rest = r.text(lead), r.text(rest)
	if e.Definition == "" {
		e.Definition, lead = lead, ""
	}
	if key(words(lead)) == key(words(e.Definition)) {
		lead = ""
	}
	e.Details = strings.TrimSpace(lead + "\n\n" + rest)
	var elsewhere string
	if e.Doc, elsewhere = docPath(r.shortcodes(p.link)); elsewhere != "" && !strings.Contains(e.Details, elsewhere) {
		elsewhere = "More: " + elsewhere
	}
	g.shorten(p, &e, elsewhere)
	e.Aliases = p.aliases(e.Term, r)
	e.Related = g.relatedTo(p)
	g.Entries = append(g.Entries, Noted{Entry: tidied(e), File: p.file, Line: max(p.line, 1), Printed: p.title})
	if own := strings.ToLower(p.stem); e.Slug != own {
		g.corrected(p, fmt.Sprintf("“%s” read as the entry %s", visibly(e.Term), e.Slug))
	}
}

func (g *pages) corrected(p *page, text string) {
	g.Corrected = append(g.Corrected, Remark{p.file, max(p.line, 1), text})
}

// shorten keeps the texts within what an entry may hold; last is a line that stays at the end of the details.
func (g *pages) shorten(p *page, e *Entry, last string) {
	var wasLong bool
	if e.Definition, wasLong = cutSentence(e.Definition, maxDefinition); wasLong {
		g.corrected(p, fmt.Sprintf("the definition was cut behind a sentence to %d characters", maxDefinition))
	}
	if e.Details, wasLong = cutSentence(e.Details, maxDetails-len(last)-2); wasLong {
		g.corrected(p, fmt.Sprintf("the text was cut behind a sentence to %d characters", maxDetails))
	}
	e.Details = strings.TrimSpace(e.Details + "\n\n" + last)
}

const maxDetails = 1800 // characters

// docPath makes a path below https://kubernetes.io of a page's link, or finds that it leads elsewhere.
func docPath(link string) (doc, elsewhere string) {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || link == "" || u.Scheme != "" && u.Scheme != "https" && u.Scheme != "http" {
		return "", ""
	}
	if host := strings.TrimPrefix(u.Host, "www."); host != "" && host != "kubernetes.io" {
		return "", u.String()
	}
	doc = path.Clean("/" + u.Path)
	if doc == "/" {
		return "", ""
	}
	if strings.HasSuffix(u.Path, "/") || path.Ext(doc) == "" {
		doc += "/"
	}
	if anchor := doc + "#" + u.Fragment; u.Fragment != "" && docForm.MatchString(anchor) {
		return anchor, ""
	}
	if !docForm.MatchString(doc) {
		return "", "https://kubernetes.io" + (&url.URL{Path: doc}).EscapedPath()
	}
	return doc, ""
}

// aliases are the page's other names: those it gives, and what search would not find by the term.
func (p *page) aliases(term string, r renderer) (aliases []string) {
	var names []string
	for _, a := range p.aka {
		names = append(names, r.line(a))
	}
	if before, rest, ok := strings.Cut(term, "("); ok { // an abbreviation and what it stands for, whichever comes first
		inside, _, _ := strings.Cut(rest, ")")
		if abbreviates(inside, before) || abbreviates(before, inside) || len(strings.Fields(inside)) > 1 {
			names = append(names, strings.TrimSpace(before), strings.TrimSpace(inside))
		}
	}
	seen := map[string]bool{canon(words(term)): true, "": true}
	for _, n := range append(names, strings.ReplaceAll(p.id, "-", " "), strings.ReplaceAll(p.stem, "-", " ")) {
		if c := canon(words(n)); !seen[c] && len(aliases) < maxAliases {
			seen[c] = true
			aliases = append(aliases, cut(n, maxTerm))
		}
	}
	return aliases
}

// relatedTo are the entries that the page names as related.
func (g *pages) relatedTo(p *page) (slugs []string) {
	for _, id := range p.related {
		other := g.byStem[strings.ToLower(id)]
		if other != nil && other != p && !slices.Contains(slugs, other.slug) && len(slugs) < maxLinks {
			slugs = append(slugs, other.slug)
		}
	}
	return slugs
}
