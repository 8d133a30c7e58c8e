package words

import (
	"strconv"
	"strings"
	"time"

	"example.com/firstcall/bot/words/catalog"
)

// Known tells whether there is a sentence for a code of a family, such as
// Known("refusal", "already_taken").
func Known(family, code string) bool {
	_, ok := In("en").index[family+"."+code]
	return ok
}

// Look says the sentence for a code found in data: the key "family.code". It
// tells whether there is one. The arguments go by the names in the template, also
// written small and without the end that tells the kind: {{.DueAt}} takes "DueAt",
// "due_at" or "due". A moment is RFC 3339, a duration what time.ParseDuration
// reads, a count a number; a value that is none of these is shown as it is, a
// missing one as a dash. A moment is shown as such under any name.
func (w *Words) Look(family, code string, args map[string]string) (Text, bool) {
	return w.LookWith(family, code, func(name string) (string, bool) {
		value, ok := args[name]
		return value, ok
	})
}

// LookWith is Look for arguments that are made when the sentence wants them.
func (w *Words) LookWith(family, code string, value func(name string) (string, bool)) (Text, bool) {
	id, ok := w.index[family+"."+code]
	if !ok {
		return "", false
	}
	wanted := w.wanted[id]
	given := make([]arg, 0, 12)
	for i := range wanted {
		given = append(given, readArg(wanted[i].kind, wanted[i].in(value)))
	}
	return w.say(id, given...), true
}

// spellings are the names under which an argument may be given, its own first, and what kind it is.
type spellings struct {
	names [3]string
	kind  catalog.Kind
}

func spelled(name string) spellings {
	return spellings{[...]string{name, snake(name), snake(catalog.Stem(name))}, catalog.KindOf(name)}
}

func (s *spellings) in(given func(string) (string, bool)) string {
	for _, key := range s.names {
		if value, ok := given(key); ok {
			return value
		}
	}
	return unknown
}

func readArg(kind catalog.Kind, value string) arg {
	switch kind {
	case catalog.Instant, catalog.Left, catalog.Late:
		if t, err := time.Parse(time.RFC3339, value); err == nil {
			return arg{kind: kind, n: t.Unix()}
		}
	case catalog.Duration:
		if d, err := time.ParseDuration(value); err == nil {
			return argDuration(d)
		}
	case catalog.Count:
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			return arg{kind: kind, n: n}
		}
	case catalog.Nested, catalog.User:
		if looksLikeInstant(value) {
			if t, err := time.Parse(time.RFC3339, value); err == nil {
				return argInstant(t)
			}
		}
		if kind == catalog.Nested {
			return argText(Text(value))
		}
	}
	return argUser(value)
}

// looksLikeInstant keeps us from asking the time package about every name: its
// error costs more than the whole sentence.
func looksLikeInstant(v string) bool {
	return len(v) >= len("2006-01-02T15:04:05Z") && len(v) <= len(time.RFC3339Nano) && v[4] == '-' && v[10] == 'T'
}

// snake turns "DueAt" into "due_at".
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if r >= 'A' && r <= 'Z' {
			if i > 0 {
				b.WriteByte('_')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Refusal says why something was refused. A code without words of its own gets
// a general sentence naming it.
func (w *Words) Refusal(code string, args map[string]string) Text {
	if t, ok := w.Look("refusal", code, args); ok {
		return t
	}
	t, _ := w.Look("refusal", "unknown", map[string]string{"code": code})
	return t
}
