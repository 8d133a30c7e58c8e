package storage

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"example.com/firstcall/domain/terms"
)

// readCommitment reads a stamped commitment as encoding/json would, several times faster: the lists in it repeat from
// incident to incident, so each is decoded once and shared, as commitments share theirs with the edition anyway. Where the
// text is of another shape than this program writes, encoding/json reads all of it.
func readCommitment(text []byte, c *terms.Commitment) error {
	*c = terms.Commitment{}
	if members(text, func(key, value []byte) bool { return commitmentMember(c, string(key), value) }) {
		return nil
	}
	*c = terms.Commitment{}
	return json.Unmarshal(text, c)
}

// commitment is a stamped commitment as a column to be read.
type commitment struct{ of *terms.Commitment }

// Scan implements sql.Scanner.
func (c commitment) Scan(src any) error {
	text, ok := src.([]byte)
	if !ok {
		return fmt.Errorf("a %T is no commitment", src)
	}
	if err := readCommitment(text, c.of); err != nil {
		return fmt.Errorf("read a commitment: %w", err)
	}
	return nil
}

func commitmentMember(c *terms.Commitment, key string, value []byte) bool {
	switch key {
	case "edition":
		return plainString(value, &c.Edition)
	case "severity":
		return plainString(value, &c.Severity)
	case "product":
		return plainString(value, &c.Product)
	case "plan":
		return plainString(value, &c.Plan)
	case "effort":
		return plainString(value, &c.Effort)
	case "if_customer_cannot":
		return plainString(value, &c.IfCustomerCannot)
	case "first_response":
		return target(value, &c.FirstResponse)
	case "work_begins":
		return target(value, &c.WorkBegins)
	case "change_control":
		return target(value, &c.ChangeControl)
	case "customer_answer":
		return target(value, &c.CustomerAnswer)
	case "early_warning":
		return target(value, &c.EarlyWarning)
	case "assigned":
		return once(value, &c.Assigned)
	case "escalation":
		return once(value, &c.Escalation)
	case "duties":
		return once(value, &c.Duties)
	case "notes":
		return once(value, &c.Notes)
	case "submit_via":
		return once(value, &c.SubmitVia)
	case "languages":
		return once(value, &c.Languages)
	case "rejected":
		return once(value, &c.Rejected)
	case "plans":
		return once(value, &c.Plans)
	case "rows":
		return once(value, &c.Rows)
	case "owner":
		var one []terms.Fact
		list := append(append([]byte{'['}, value...), ']')
		if !once(list, &one) || len(one) != 1 {
			return false
		}
		c.Owner = one[0]
		return true
	}
	return false
}

func target(value []byte, into **terms.Target) bool {
	t := &terms.Target{}
	var length, due string
	ok := members(value, func(key, value []byte) bool {
		switch string(key) {
		case "target":
			return plainString(value, &length)
		case "clock":
			return plainString(value, &t.Clock)
		case "due":
			return plainString(value, &due)
		case "rows":
			return once(value, &t.Rows)
		}
		return false
	})
	var errLength, errDue error
	t.Target, errLength = time.ParseDuration(length)
	errDue = t.Due.UnmarshalText([]byte(due))
	*into = t
	return ok && errLength == nil && errDue == nil
}

// lists keeps decoded lists by their text.
var lists = struct {
	sync.RWMutex
	read map[string]any
}{read: map[string]any{}}

// maxLists bounds the memory; those in use come back at once.
const maxLists = 20000

// once decodes a list, or takes what the same text was decoded to before. The list has no room to grow, so that whoever
// appends to it gets one of his own.
func once[T any](text []byte, into *[]T) bool {
	lists.RLock()
	known, ok := lists.read[string(text)]
	lists.RUnlock()
	if ok {
		*into, ok = known.([]T)
		if ok {
			return true
		}
	}
	var fresh []T
	if json.Unmarshal(text, &fresh) != nil {
		return false
	}
	*into = slices.Clip(fresh)
	lists.Lock()
	defer lists.Unlock()
	if len(lists.read) >= maxLists {
		clear(lists.read)
	}
	lists.read[string(text)] = *into
	return true
}

// plainString takes a JSON string without escapes.
func plainString[S ~string](value []byte, into *S) bool {
	if len(value) < 2 || value[0] != '"' || slices.Contains(value, '\\') {
		return false
	}
	*into = S(value[1 : len(value)-1])
	return true
}

// members calls f with each key and value of a JSON object, and says whether the text was one and f took all of them. The
// text comes from a jsonb column, so it is known to be well formed.
func members(text []byte, f func(key, value []byte) bool) bool {
	i := space(text, 0)
	if i >= len(text) || text[i] != '{' {
		return false
	}
	for i = space(text, i+1); i < len(text) && text[i] == '"'; i = space(text, i+1) {
		end := valueEnd(text, i)
		key := text[i+1 : end-1]
		i = space(text, end)
		if i >= len(text) || text[i] != ':' {
			return false
		}
		from := space(text, i+1)
		to := valueEnd(text, from)
		if to <= from || !f(key, text[from:to]) {
			return false
		}
		if i = space(text, to); i < len(text) && text[i] != ',' {
			break
		}
	}
	return i < len(text) && text[i] == '}'
}

func space(text []byte, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == '\n' || text[i] == '\t' || text[i] == '\r') {
		i++
	}
	return i
}

// valueEnd is where the value that begins at i has ended.
func valueEnd(text []byte, i int) int {
	depth := 0
	for i < len(text) {
		switch text[i] {
		case '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return min(i+1, len(text))
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i // of a number or a word, the last in its object
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return len(text)
}
