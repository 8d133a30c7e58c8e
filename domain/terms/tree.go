package terms

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Mistake is one thing wrong with an edition file and where it is, as a path into
// the JSON: plans[3].cells.A.first_response.rows[0].
type Mistake struct{ Path, Text string }

// EditionError lists every mistake found in an edition file.
type EditionError struct{ Mistakes []Mistake }

// Error is one line for each mistake.
func (e *EditionError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the edition file has %d mistake(s):", len(e.Mistakes))
	for _, m := range e.Mistakes {
		fmt.Fprintf(&b, "\n  %s: %s", m.Path, m.Text)
	}
	return b.String()
}

// report collects mistakes while a file is read.
type report struct{ mistakes []Mistake }

func (r *report) add(path, format string, args ...any) {
	if path == "" {
		path = "(file)"
	}
	r.mistakes = append(r.mistakes, Mistake{path, fmt.Sprintf(format, args...)})
}

// object keeps the order of its keys, which encoding/json's maps lose.
type object struct {
	keys   []string
	values map[string]any
	twice  []string // keys that occur again
}

// parseTree reads JSON into objects, []any, string, json.Number, bool and nil. It
// remembers keys that occur twice, which encoding/json lets pass.
func parseTree(data []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	v, err := parseValue(dec, 0)
	if err != nil {
		line := 1 + bytes.Count(data[:min(int(dec.InputOffset()), len(data))], []byte{'\n'})
		return nil, fmt.Errorf("line %d: %w", line, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more text after the end")
	}
	return v, nil
}

const maxDepth = 40

func parseValue(dec *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, errors.New("too deeply nested")
	}
	tok, err := dec.Token()
	if err != nil {
		return nil, err
	}
	delim, ok := tok.(json.Delim)
	if !ok {
		return tok, nil
	}
	if delim == '[' {
		list := []any{}
		for dec.More() {
			v, err := parseValue(dec, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := dec.Token()
		return list, err
	}
	o := &object{values: map[string]any{}}
	for dec.More() {
		k, err := dec.Token()
		if err != nil {
			return nil, err
		}
		key, _ := k.(string)
		v, err := parseValue(dec, depth+1)
		if err != nil {
			return nil, err
		}
		if _, twice := o.values[key]; twice {
			o.twice = append(o.twice, key)
			continue
		}
		o.keys = append(o.keys, key)
		o.values[key] = v
	}
	_, err = dec.Token()
	return o, err
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// node is a value of the tree together with its path. Its methods report what is
// wrong and go on with a zero value, so that one run finds all mistakes.
type node struct {
	path  string
	value any
	r     *report
}

func (n node) wrong(format string, args ...any) { n.r.add(n.path, format, args...) }

// fields checks that n is an object with no other keys than these, each once.
func (n node) fields(allowed ...string) bool {
	o, ok := n.value.(*object)
	if !ok {
		n.wrong("must be an object")
		return false
	}
	for _, k := range o.keys {
		if !slices.Contains(allowed, k) {
			n.r.add(join(n.path, k), "unknown key")
		}
	}
	for _, k := range o.twice {
		n.r.add(join(n.path, k), "key occurs twice")
	}
	return true
}

// keys are the names in an object whose keys are free, each once.
func (n node) keys() []string {
	o, ok := n.value.(*object)
	if !ok {
		n.wrong("must be an object")
		return nil
	}
	for _, k := range o.twice {
		n.r.add(join(n.path, k), "key occurs twice")
	}
	return o.keys
}

// opt is the value under key, if it is there.
func (n node) opt(key string) (node, bool) {
	o, ok := n.value.(*object)
	if !ok {
		return node{}, false
	}
	v, ok := o.values[key]
	return node{join(n.path, key), v, n.r}, ok
}

// need is the value under key; its absence is a mistake.
func (n node) need(key string) (node, bool) {
	c, ok := n.opt(key)
	if _, isObject := n.value.(*object); !ok && isObject {
		n.r.add(join(n.path, key), "missing")
	}
	return c, ok
}

func (n node) list() []node {
	l, ok := n.value.([]any)
	if !ok {
		n.wrong("must be a list")
		return nil
	}
	out := make([]node, len(l))
	for i, v := range l {
		out[i] = node{n.path + "[" + strconv.Itoa(i) + "]", v, n.r}
	}
	return out
}

func (n node) text() string {
	s, ok := n.value.(string)
	if !ok || strings.TrimSpace(s) == "" {
		n.wrong("must be a text")
	}
	return s
}

func (n node) truth() bool {
	b, ok := n.value.(bool)
	if !ok {
		n.wrong("must be true or false")
	}
	return b
}

// count is a whole number above zero.
func (n node) count() int {
	num, ok := n.value.(json.Number)
	if ok {
		if i, err := num.Int64(); err == nil && i > 0 && i < 1_000_000 {
			return int(i)
		}
	}
	n.wrong("must be a whole number above zero")
	return 0
}

func (n node) duration() time.Duration {
	s := n.text()
	if s == "" {
		return 0
	}
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		n.wrong("%q is no length of time above zero, such as 15m or 2h", s)
	}
	return d
}

// needText, needRows and the like read a key that must be there.
func (n node) needText(key string) string {
	if c, ok := n.need(key); ok {
		return c.text()
	}
	return ""
}

// oneOf reads a text that must be among the known ones.
func oneOf[T ~string](n node, what string, known []T) T {
	s := T(n.text())
	if s != "" && !slices.Contains(known, s) {
		n.wrong("unknown %s %q", what, s)
	}
	return s
}

func needOneOf[T ~string](n node, key, what string, known []T) T {
	if c, ok := n.need(key); ok {
		return oneOf(c, what, known)
	}
	return ""
}
