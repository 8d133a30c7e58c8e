package catalog

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Kind says what an argument is, by the end of its name.
type Kind uint8

// The kinds. A name that fits no other is text from people.
const (
	User     Kind = iota // text from people, cleaned: Title, Incident
	Nested               // a sentence made before: StateText
	Instant              // NextUpdateAt, AnswerBy, Due, OpenSince, PausedUntil
	Left                 // time.Time, shown as how long until then: Left
	Late                 // time.Time, shown as how long since then: Late
	Duration             // TargetDuration
	Count                // a whole number; the first one selects the plural form
)

var endings = []struct {
	end  string
	kind Kind
}{
	{"Text", Nested},
	{"At", Instant},
	{"By", Instant},
	{"Due", Instant},
	{"Since", Instant},
	{"Until", Instant},
	{"Left", Left},
	{"Late", Late},
	{"Duration", Duration},
	{"Count", Count},
}

// KindOf reads an argument's kind from its name.
func KindOf(name string) Kind {
	for _, e := range endings {
		if strings.HasSuffix(name, e.end) {
			return e.kind
		}
	}
	return User
}

// Segment is a stretch of a template: literal text or, when Name is not empty,
// a place for an argument.
type Segment struct {
	Literal string
	Name    string
}

// Stem is a name without the end that tells its kind: "Given" for "GivenAt", and
// the name itself where nothing or all would go.
func Stem(name string) string {
	for _, e := range endings {
		if stem, ok := strings.CutSuffix(name, e.end); ok && stem != "" {
			return stem
		}
	}
	return name
}

var placeholder = regexp.MustCompile(`\{\{\s*\.([A-Z][A-Za-z0-9]*)\s*\}\}`)

// Split cuts a template into segments. Only {{.Name}} is allowed between
// braces: a sentence decides nothing.
func Split(template string) ([]Segment, error) {
	var out []Segment
	literal := func(s string) error {
		if strings.Contains(s, "{{") || strings.Contains(s, "}}") {
			return fmt.Errorf("%q: only {{.Name}} may stand in braces", s)
		}
		if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f }) {
			return fmt.Errorf("%q: control character", s)
		}
		if s != "" {
			out = append(out, Segment{Literal: s})
		}
		return nil
	}
	from := 0
	for _, m := range placeholder.FindAllStringSubmatchIndex(template, -1) {
		if err := literal(template[from:m[0]]); err != nil {
			return nil, err
		}
		out = append(out, Segment{Name: template[m[2]:m[3]]})
		from = m[1]
	}
	if err := literal(template[from:]); err != nil {
		return nil, err
	}
	return out, nil
}

// Names lists a message's arguments in order of first appearance, the "other"
// form first.
func (m Message) Names() ([]string, error) {
	var names []string
	for _, form := range []string{"other", "zero", "one", "two", "few", "many"} {
		segments, err := Split(m.Forms[form])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Key, err)
		}
		for _, s := range segments {
			if s.Name != "" && !slices.Contains(names, s.Name) {
				names = append(names, s.Name)
			}
		}
	}
	return names, nil
}
