// Package catalog reads the message files: which sentences there are, in which
// languages, and what each one needs to be told. The generator and package
// words share it, so they cannot disagree about a file.
package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// Languages are the languages the bot speaks; the first is the source.
var Languages = []string{"en", "zh-Hans", "ja"}

// families are the first parts of keys that are looked up by a code found in
// data, such as "code.notes_language". They get no method of their own.
var families = []string{
	"code", "refusal", "severity", "plan", "channel", "clock", "language",
	"status", "role", "team", "journal", "country", "field", "fieldhelp", "choice", "do", "done", "help", "downgrade", "way", "theirs",
}

// IsFamily tells whether a key is looked up by code instead of by a method.
func IsFamily(key string) bool {
	family, _, _ := strings.Cut(key, ".")
	return slices.Contains(families, family)
}

// Message is one sentence in one language.
type Message struct {
	Key   string
	Note  string            // the description, for translators
	Forms map[string]string // plural category ("one", "other") to template
}

// Catalog is everything read, by language and key.
type Catalog map[string]map[string]Message

// Keys lists the keys of a language in order.
func (c Catalog) Keys(lang string) []string { return slices.Sorted(maps.Keys(c[lang])) }

// Read reads every *.<lang>.json of a folder. The catalog holds what could be
// read even when there is an error; the error names every fault and its file.
func Read(files fs.FS) (Catalog, error) {
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		return nil, fmt.Errorf("list message files: %w", err)
	}
	c := Catalog{}
	var faults []error
	for _, name := range names {
		if err := c.read(files, name); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", name, err))
		}
	}
	return c, errors.Join(faults...)
}

func (c Catalog) read(files fs.FS, name string) error {
	raw, err := fs.ReadFile(files, name)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	if err := refuseRepeats(raw); err != nil {
		return err
	}
	file, err := i18n.ParseMessageFileBytes(raw, name, nil)
	if err != nil {
		return fmt.Errorf("parse: %w", err)
	}
	lang := file.Tag.String()
	if !slices.Contains(Languages, lang) {
		return fmt.Errorf("language %q is not one of %v", lang, Languages)
	}
	if c[lang] == nil {
		c[lang] = map[string]Message{}
	}
	var faults []error
	for _, m := range file.Messages {
		if _, twice := c[lang][m.ID]; twice {
			faults = append(faults, fmt.Errorf("%s: also in another file", m.ID))
		}
		c[lang][m.ID] = Message{Key: m.ID, Note: m.Description, Forms: forms(m)}
	}
	return errors.Join(faults...)
}

func forms(m *i18n.Message) map[string]string {
	all := map[string]string{
		"zero": m.Zero, "one": m.One, "two": m.Two, "few": m.Few, "many": m.Many, "other": m.Other,
	}
	maps.DeleteFunc(all, func(_, text string) bool { return text == "" })
	return all
}

// refuseRepeats finds a key written twice in one file, which JSON would let
// pass with the first sentence lost.
func refuseRepeats(raw []byte) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	seen := map[string]bool{}
	depth, key := 0, true
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("parse: %w", err)
		}
		switch t := token.(type) {
		case json.Delim:
			if t == '{' {
				depth++
			} else {
				depth--
			}
			key = true
			continue
		case string:
			if depth == 1 && key {
				if seen[t] {
					return fmt.Errorf("%s: written twice", t)
				}
				seen[t] = true
			}
		}
		key = depth != 1 || !key
	}
}
