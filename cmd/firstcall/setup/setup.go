// Package setup reads set-up files: people, places, rosters, policies,
// agreements and events in YAML, holidays in the calendar's JSON. It is strict:
// it finds every mistake of every file, each with its line, before anything is
// used. The files in ../demo are the format's documentation.
package setup

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/calendar"
	"example.com/firstcall/domain/terms"
)

// File is a set-up file as it was read.
type File struct {
	Name string
	Data []byte
}

// mostBytes is far above any real file, and keeps a wrong one out.
const mostBytes = 8 << 20

// reader collects what the files say, and what is wrong with them.
type reader struct {
	terms    *terms.Edition
	mistakes Mistakes
	files    map[string]int // to sort mistakes
	provider *tenant
	tenants  []*tenant
	holidays []holidayList
	spaces   map[bot.Identity]value // workspaces that are somebody's; without an ID
}

type holidayList struct {
	file string
	calendar.Holidays
}

// Read reads all files. When anything is wrong the error is a Mistakes, and the
// set-up is empty.
func Read(edition *terms.Edition, files []File) (bot.Setup, error) {
	r := &reader{terms: edition, files: map[string]int{}, spaces: map[bot.Identity]value{}}
	for i, f := range files {
		if _, twice := r.files[f.Name]; twice {
			r.add(f.Name, 0, "", "the file is named twice")
			continue
		}
		r.files[f.Name] = i
		switch {
		case len(f.Data) > mostBytes:
			r.add(f.Name, 0, "", "the file has more than %d bytes", mostBytes)
		case !utf8.Valid(f.Data):
			r.add(f.Name, 0, "", "the file is not UTF-8")
		case strings.EqualFold(filepath.Ext(f.Name), ".json"):
			r.holidayFile(f)
		default:
			r.document(f)
		}
	}
	r.check()
	if len(r.mistakes) > 0 {
		slices.SortStableFunc(r.mistakes, func(a, b Mistake) int {
			if a.File != b.File {
				return r.files[a.File] - r.files[b.File]
			}
			return a.Line - b.Line
		})
		return bot.Setup{}, r.mistakes
	}
	return r.setup(), nil
}

// setup is what the files say, the provider first.
func (r *reader) setup() bot.Setup {
	slices.SortStableFunc(r.tenants, func(a, b *tenant) int { return strings.Compare(string(b.Side), string(a.Side)) })
	var s bot.Setup
	for _, t := range r.tenants {
		s.Tenants = append(s.Tenants, t.Tenant)
		s.Workspaces = append(s.Workspaces, t.spaces...)
		s.People = append(s.People, t.people...)
		s.Places = append(s.Places, t.places...)
		s.Rosters = append(s.Rosters, t.duties...)
		if t.agreement != nil {
			s.Agreements = append(s.Agreements, bot.SetupAgreement{Tenant: t.Name, Agreement: *t.agreement})
		}
		s.Digests = append(s.Digests, t.digests()...)
		for _, e := range t.events {
			s.Events = append(s.Events, bot.SetupEvent{Tenant: t.Name, Event: e})
		}
	}
	return s
}

var yamlLine = regexp.MustCompile(`(?:^|\b)line (\d+)(?:, column \d+)?:? ?`)

// document reads one YAML file.
func (r *reader) document(f File) {
	d := yaml.NewDecoder(bytes.NewReader(f.Data))
	var doc, more yaml.Node
	err := d.Decode(&doc)
	if errors.Is(err, io.EOF) || err == nil && len(doc.Content) == 0 {
		r.add(f.Name, 0, "", "the file is empty")
		return
	}
	if err != nil {
		r.notYAML(f.Name, err)
		return
	}
	if err := d.Decode(&more); err == nil {
		r.add(f.Name, more.Line, "", "a second document begins here; one file holds one")
	} else if !errors.Is(err, io.EOF) {
		r.notYAML(f.Name, err)
	}
	top := value{r: r, file: f.Name, node: doc.Content[0]}.mapping()
	if v, ok := top.get("provider"); ok {
		if r.provider != nil {
			v.wrong("there is one provider, and %s line %d names it", r.provider.at.file, r.provider.at.node.Line)
		}
		r.provider = r.tenant(v.mapping(), domain.Provider)
	}
	top.each("customers", func(v value) { r.tenant(v.mapping(), domain.Customer) })
	top.done()
}

// notYAML says where a file stops being YAML.
func (r *reader) notYAML(file string, err error) {
	text, line := strings.TrimPrefix(err.Error(), "yaml: "), 0
	if m := yamlLine.FindStringSubmatchIndex(text); m != nil {
		line, _ = strconv.Atoi(text[m[2]:m[3]])
		text = text[:m[0]] + text[m[1]:]
	}
	r.add(file, line, "", "not YAML: %s", text)
}

// holidayFile reads a file of the calendar's own format.
func (r *reader) holidayFile(f File) {
	h, err := calendar.ParseHolidays(f.Data)
	if err == nil {
		r.holidays = append(r.holidays, holidayList{file: f.Name, Holidays: h})
		return
	}
	for text := range strings.Lines(strings.TrimPrefix(err.Error(), "read holidays: ")) {
		text = strings.TrimSpace(text)
		line := 0
		if m := yamlLine.FindStringSubmatchIndex(text); m != nil && m[0] == 0 {
			line, _ = strconv.Atoi(text[m[2]:m[3]])
			text = text[m[1]:]
		}
		r.add(f.Name, line, "", "%s", text)
	}
}
