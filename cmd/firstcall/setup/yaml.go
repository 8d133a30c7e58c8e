package setup

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"example.com/firstcall/domain/calendar"
)

// Mistake is something wrong at one line of a file.
type Mistake struct {
	File string
	Line int // from 1; 0 when the whole file is meant
	Text string
}

// Error is how compilers write it: file:line: text.
func (m Mistake) Error() string {
	if m.Line == 0 {
		return m.File + ": " + m.Text
	}
	return m.File + ":" + strconv.Itoa(m.Line) + ": " + m.Text
}

// Mistakes is everything that is wrong, in the order of files and lines.
type Mistakes []Mistake

func (m Mistakes) Error() string {
	lines := make([]string, len(m))
	for i := range m {
		lines[i] = m[i].Error()
	}
	return strings.Join(lines, "\n")
}

// value is one node of a file.
type value struct {
	r    *reader
	file string
	node *yaml.Node
	path string // for people: customers[1].people[2].email
}

func (v value) wrong(format string, args ...any) {
	v.r.add(v.file, v.node.Line, v.path, format, args...)
}

// add notes a mistake, naming the path unless the text stands for itself.
func (r *reader) add(file string, line int, path, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if path != "" {
		text = path + ": " + text
	}
	r.mistakes = append(r.mistakes, Mistake{File: file, Line: line, Text: text})
}

// mapping is a node with keys, each of which is asked for once.
type mapping struct {
	value
	at    map[string]value
	known []string
}

func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a group of keys"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias"
	}
	if n.ShortTag() == "!!null" {
		return "nothing"
	}
	return "a single value"
}

// mapping reads a node as keys; one that is none has no keys.
func (v value) mapping() *mapping {
	m := &mapping{value: v, at: map[string]value{}}
	if v.node.Kind != yaml.MappingNode {
		v.wrong("here belongs a group of keys, not %s", kindOf(v.node))
		return m
	}
	first := map[string]int{}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		k, n := v.node.Content[i], v.node.Content[i+1]
		path := k.Value
		if v.path != "" {
			path = v.path + "." + k.Value
		}
		if line, twice := first[k.Value]; twice {
			v.r.add(v.file, k.Line, path, "is there twice; first on line %d", line)
			continue
		}
		first[k.Value] = k.Line
		m.at[k.Value] = value{r: v.r, file: v.file, node: n, path: path}
		if n.Kind == yaml.AliasNode || n.Anchor != "" || k.Value == "<<" {
			v.r.add(v.file, k.Line, path, "anchors, aliases and merges are not read; write it out")
		}
	}
	return m
}

// get takes a key; ok is false when it is absent or has no value.
func (m *mapping) get(key string) (value, bool) {
	m.known = append(m.known, key)
	v, ok := m.at[key]
	if !ok || v.node.Kind == yaml.ScalarNode && v.node.ShortTag() == "!!null" {
		return value{r: m.r, file: m.file, node: m.node, path: join(m.path, key)}, false
	}
	return v, true
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// done reports the keys that nobody asked for.
func (m *mapping) done() {
	for key, v := range m.at {
		if slices.Contains(m.known, key) || key == "<<" {
			continue
		}
		line := v.node.Line
		for i := 0; i+1 < len(m.node.Content); i += 2 {
			if m.node.Content[i].Value == key {
				line = m.node.Content[i].Line
				break
			}
		}
		m.r.add(m.file, line, m.path, "unknown key %q; known are %s", key, strings.Join(m.known, ", "))
	}
}

// each reads a key's list, item by item.
func (m *mapping) each(key string, f func(value)) int {
	v, ok := m.get(key)
	if !ok {
		return 0
	}
	if v.node.Kind != yaml.SequenceNode {
		v.wrong("here belongs a list, not %s", kindOf(v.node))
		return 0
	}
	for i, n := range v.node.Content {
		item := value{r: v.r, file: v.file, node: n, path: fmt.Sprintf("%s[%d]", v.path, i+1)}
		if n.Kind == yaml.AliasNode {
			item.wrong("aliases are not read; write it out")
			continue
		}
		f(item)
	}
	return len(v.node.Content)
}

// text is a scalar as it is written, whatever YAML takes it for: 1 and on stay
// "1" and "on".
func (v value) text() string {
	if v.node.Kind != yaml.ScalarNode {
		v.wrong("here belongs a single value, not %s", kindOf(v.node))
		return ""
	}
	return strings.TrimSpace(v.node.Value)
}

// need is a key's text; its absence is a mistake.
func (m *mapping) need(key string) (string, value) {
	v, ok := m.get(key)
	if !ok {
		v.r.add(v.file, v.node.Line, m.path, "%s is missing", key)
		return "", v
	}
	s := v.text()
	if s == "" && v.node.Kind == yaml.ScalarNode {
		v.wrong("is empty")
	}
	return s, v
}

// may is a key's text, "" when it is absent.
func (m *mapping) may(key string) (string, value) {
	v, ok := m.get(key)
	if !ok {
		return "", v
	}
	return v.text(), v
}

func (m *mapping) yes(key string, absent bool) bool {
	s, v := m.may(key)
	switch s {
	case "":
		return absent
	case "true", "yes":
		return true
	case "false", "no":
		return false
	}
	v.wrong("%q is neither true nor false", s)
	return absent
}

func (m *mapping) duration(key string) time.Duration {
	s, v := m.may(key)
	if s == "" {
		return 0
	}
	return v.duration(s)
}

func (v value) duration(s string) time.Duration {
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		v.wrong("%q is not a duration like 30m or 1h30m", s)
	case d < 0:
		v.wrong("%s is less than nothing", s)
		d = 0
	}
	return d
}

// count is a whole number from least on.
func (m *mapping) count(key string, least, most int) int {
	s, v := m.may(key)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > most {
		v.wrong("%q is not a whole number from %d to %d", s, least, most)
		return 0
	}
	return n
}

func (m *mapping) instant(key string, needed bool) time.Time {
	s, v := m.may(key)
	if s == "" {
		if needed {
			m.wrong("%s is missing", key)
		}
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		v.wrong("%q is not an instant like 2026-03-02T09:00:00+01:00", s)
	}
	return t.UTC()
}

func (m *mapping) date(key string) calendar.Date {
	s, v := m.may(key)
	if s == "" {
		return calendar.Date{}
	}
	d, err := calendar.ParseDate(s)
	if err != nil {
		v.wrong("%q is not a day written YYYY-MM-DD", s)
	}
	return d
}

func (m *mapping) texts(key string) []value {
	var out []value
	m.each(key, func(v value) {
		if v.text() != "" {
			out = append(out, v)
		}
	})
	return out
}

// oneOf checks a text against what is allowed, and names that when it isn't.
func oneOf[T ~string](v value, s string, allowed []T) T {
	for _, a := range allowed {
		if string(a) == s {
			return a
		}
	}
	if s != "" {
		names := make([]string, len(allowed))
		for i, a := range allowed {
			names[i] = string(a)
		}
		v.wrong("%q is none of %s", s, strings.Join(names, ", "))
	}
	return ""
}
