package bot

import (
	"slices"
	"strings"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
)

// keptLinks is what a draft keeps of the message that it began with and of what
// was attached: a line each, the address and then the name.
const keptLinks = "links?"

// mostLinks is how many a report keeps.
const mostLinks = 20

// attach keeps where a report began, and what came with it, as links. What
// nobody should follow is left out.
func (in *intake) attach(e *Event) {
	lines := strings.Split(in.d.Answers[keptLinks], "\n")
	add := func(url, name string) {
		line := strings.TrimSpace(url + " " + cut(words.Line(name), maxTitle))
		if domain.WebAddress(url) && len(lines) <= mostLinks && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	add(e.Link, "")
	for _, f := range e.Files {
		add(f.URL, f.Name)
	}
	if kept := strings.TrimSpace(strings.Join(lines, "\n")); kept != "" {
		in.d.Answers[keptLinks] = kept
	}
}

// madeOf says whether the report was made of that message already.
func (in *intake) madeOf(link string) bool {
	return slices.Contains(in.links(), domain.WebLink{URL: link})
}

// links are what a draft has kept.
func (in *intake) links() []domain.WebLink {
	var all []domain.WebLink
	for line := range strings.Lines(in.d.Answers[keptLinks]) {
		if url, name, _ := strings.Cut(strings.TrimSpace(line), " "); url != "" {
			all = append(all, domain.WebLink{URL: url, Title: name})
		}
	}
	return all
}

func linkLine(w *words.Words, l domain.WebLink) words.Text {
	if l.Title == "" {
		return w.LinkMessage(l.URL)
	}
	return w.LinkNamed(l.Title, l.URL)
}

func (f *facts) links(w *words.Words, i *domain.Incident) {
	var all []words.Text
	for _, l := range i.Report.Links {
		all = append(all, linkLine(w, l))
	}
	if len(all) > 0 {
		f.add(w.CardLinks(), words.Lines(all...))
	}
}
