package storage

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// instant is a time.Time as a column: NULL is the zero time. Postgres keeps microseconds; what is finer is cut off and not
// rounded, so that nothing moves into the future.
type instant time.Time

const instantLayout = "2006-01-02 15:04:05.999999Z07:00"

// Scan implements sql.Scanner.
func (i *instant) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*i = instant{}
	case time.Time:
		*i = instant(v.UTC())
	default:
		return fmt.Errorf("a %T is no instant", src)
	}
	return nil
}

// Value implements driver.Valuer.
func (i instant) Value() (driver.Value, error) {
	if time.Time(i).IsZero() {
		return nil, nil
	}
	return string(appendInstant(nil, time.Time(i))), nil
}

// ident is an id that may be missing: NULL is "".
type ident string

// Scan implements sql.Scanner.
func (i *ident) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*i = ""
	case []byte:
		*i = ident(v)
	case string:
		*i = ident(v)
	default:
		return fmt.Errorf("a %T is no id", src)
	}
	return nil
}

// Value implements driver.Valuer.
func (i ident) Value() (driver.Value, error) {
	if i == "" {
		return nil, nil
	}
	return string(i), nil
}

// snapshot is a value kept as jsonb or json. It is sent as a string: the driver takes bytes for bytea.
type snapshot struct{ of any }

// Scan implements sql.Scanner.
func (s snapshot) Scan(src any) error {
	var text []byte
	switch v := src.(type) {
	case nil:
		return nil
	case []byte:
		text = v
	case string:
		text = []byte(v)
	default:
		return fmt.Errorf("a %T is no snapshot", src)
	}
	if err := json.Unmarshal(text, s.of); err != nil {
		return fmt.Errorf("read a snapshot: %w", err)
	}
	return nil
}

// Value implements driver.Valuer.
func (s snapshot) Value() (driver.Value, error) {
	text, err := encodeJSON(s.of)
	return string(text), err
}

func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("write a snapshot: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// fit removes what Postgres refuses in text.
func fit(s string) string {
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return s
}

// list is an array on its way to Postgres, in its text form. It does what pq.Array does, with NULLs and without reflection,
// since the statements that matter most carry hundreds of values in each array.
type list struct{ b []byte }

func (l *list) next() {
	if len(l.b) == 0 {
		l.b = append(l.b, '{')
		return
	}
	l.b = append(l.b, ',')
}

func (l *list) null() {
	l.next()
	l.b = append(l.b, "NULL"...)
}

func (l *list) text(s string) {
	l.next()
	l.b = append(l.b, '"')
	s = fit(s)
	from := 0
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			l.b = append(append(l.b, s[from:i]...), '\\', s[i])
			from = i + 1
		}
	}
	l.b = append(append(l.b, s[from:]...), '"')
}

// id takes "" for NULL.
func (l *list) id(s string) {
	if s == "" {
		l.null()
		return
	}
	l.text(s)
}

// at takes the zero time for NULL.
func (l *list) at(t time.Time) {
	if t.IsZero() {
		l.null()
		return
	}
	l.next()
	l.b = append(l.b, '"')
	l.b = append(appendInstant(l.b, t), '"')
}

func (l *list) int(n int64) {
	l.next()
	l.b = strconv.AppendInt(l.b, n, 10)
}

func (l *list) bool(v bool) {
	l.next()
	l.b = strconv.AppendBool(l.b, v)
}

func (l *list) json(v any) error {
	text, err := encodeJSON(v)
	if err != nil {
		return err
	}
	l.text(string(text))
	return nil
}

// Value implements driver.Valuer.
func (l *list) Value() (driver.Value, error) {
	if len(l.b) == 0 {
		return "{}", nil
	}
	return string(l.b) + "}", nil
}

// texts is an array of a few strings.
func texts[S ~string](all []S) *list {
	var l list
	for _, s := range all {
		l.text(string(s))
	}
	return &l
}
