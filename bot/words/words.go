package words

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"example.com/firstcall/bot/words/catalog"
)

//go:generate go run ./gen

//go:embed *.json
var files embed.FS

// sentence is a key of the message files and its arguments, separated by
// spaces, in the order the method takes them.
type sentence struct{ key, args string }

// Words says every sentence in one language. It is safe for concurrent use.
type Words struct {
	lang     string
	table    []sentence
	messages []message      // one for each sentence of table
	wanted   [][]spellings  // the arguments of each sentence
	index    map[string]int // key to its place in both
	plural   func(n int64) string
}

// message is one sentence, cut once so that saying it only copies.
type message struct {
	other   []segment
	forms   map[string][]segment // plural forms; nil when there is only one
	operand int                  // the argument that selects the form, or -1
}

// segment is literal text, or the place of argument arg when arg >= 0.
type segment struct {
	literal string
	arg     int
}

// Languages lists what the bot speaks, English first.
func Languages() []string { return slices.Clone(catalog.Languages) }

// In returns the words for a language tag; see Match for which.
func In(lang string) *Words {
	all := loaded().words
	if w, ok := all[lang]; ok {
		return w
	}
	return all[Match(lang)]
}

// Lang is the language these words are in: one of Languages.
func (w *Words) Lang() string { return w.lang }

// Match finds the first tag whose language the bot speaks, and English when
// there is none. Any Chinese is read as Simplified Chinese. A tag may also be an
// Accept-Language list.
func Match(tags ...string) string {
	for _, tag := range tags {
		if slices.Contains(catalog.Languages, tag) {
			return tag
		}
		if len(tag) > 200 {
			continue // no honest tag is that long
		}
		wanted, _, err := language.ParseAcceptLanguage(strings.ReplaceAll(tag, "_", "-"))
		if err != nil {
			continue
		}
		for _, t := range wanted {
			switch base, _ := t.Base(); base.String() {
			case "en":
				return "en"
			case "zh", "cmn":
				return "zh-Hans"
			case "ja":
				return "ja"
			}
		}
	}
	return "en"
}

type loading struct {
	words map[string]*Words
	err   error // faults of the files; the tests demand nil
}

// loaded reads the message files once. A fault costs the sentence concerned its
// translation, never the process.
var loaded = sync.OnceValue(func() loading {
	all, err := catalog.Read(files)
	out := loading{words: map[string]*Words{}, err: err}
	for _, lang := range catalog.Languages {
		out.words[lang] = newWords(lang, sentences[:], all)
	}
	return out
})

func newWords(lang string, table []sentence, all catalog.Catalog) *Words {
	w := &Words{
		lang:     lang,
		table:    table,
		messages: make([]message, len(table)),
		wanted:   make([][]spellings, len(table)),
		index:    make(map[string]int, len(table)),
		plural:   pluralForm(lang),
	}
	for i, s := range table {
		w.index[s.key] = i
		m, ok := all[lang][s.key]
		if !ok {
			m = all["en"][s.key]
		}
		names := strings.Fields(s.args)
		for _, name := range names {
			w.wanted[i] = append(w.wanted[i], spelled(name))
		}
		w.messages[i] = compile(m, names)
	}
	return w
}

// compile cuts the templates of a message. A template that cannot be cut, or a
// name nobody gives, is shown as it is written: visible, and harmless.
func compile(m catalog.Message, names []string) message {
	c := message{operand: slices.IndexFunc(names, func(n string) bool { return catalog.KindOf(n) == catalog.Count })}
	for form, text := range m.Forms {
		parts, err := catalog.Split(text)
		if err != nil {
			parts = []catalog.Segment{{Literal: Clean(text)}}
		}
		var segments []segment
		for _, p := range parts {
			at := slices.Index(names, p.Name)
			if p.Name != "" && at < 0 {
				p.Literal = "{{." + p.Name + "}}"
			}
			segments = append(segments, segment{literal: withCommands(p.Literal), arg: at})
		}
		if form == "other" {
			c.other = segments
			continue
		}
		if c.forms == nil {
			c.forms = map[string][]segment{}
		}
		c.forms[form] = segments
	}
	return c
}

// pluralForm asks go-i18n's rules which form a number takes in a language. The
// answers for small numbers are kept.
func pluralForm(lang string) func(int64) string {
	tag := language.MustParse(lang)
	bundle := i18n.NewBundle(tag)
	err := bundle.AddMessages(tag, &i18n.Message{
		ID: "form", Zero: "zero", One: "one", Two: "two", Few: "few", Many: "many", Other: "other",
	})
	localizer := i18n.NewLocalizer(bundle, lang)
	ask := func(n int64) string {
		form, err := localizer.Localize(&i18n.LocalizeConfig{MessageID: "form", PluralCount: n})
		if err != nil {
			return "other"
		}
		return form
	}
	if err != nil {
		return func(int64) string { return "other" }
	}
	var small [128]string
	for n := range small {
		small[n] = ask(int64(n))
	}
	return func(n int64) string {
		if n >= 0 && n < int64(len(small)) {
			return small[n]
		}
		return ask(n)
	}
}

// arg is an argument on its way into a sentence: a cleaned string, or a number
// of seconds, or a count.
type arg struct {
	s    string
	n    int64
	kind catalog.Kind
}

// say builds a sentence. The generated methods are the only callers besides
// look, so the arguments always fit the sentence.
func (w *Words) say(id int, args ...arg) Text {
	m := &w.messages[id]
	segments := m.other
	if m.forms != nil && m.operand >= 0 && m.operand < len(args) {
		if form, ok := m.forms[w.plural(args[m.operand].n)]; ok {
			segments = form
		}
	}
	if len(segments) == 1 && segments[0].arg < 0 { // a label
		return Text(segments[0].literal)
	}
	size := 0
	for _, s := range segments {
		size += len(s.literal)
		if s.arg >= 0 && s.arg < len(args) {
			size += max(len(args[s.arg].s), 24)
		}
	}
	var b strings.Builder
	b.Grow(size)
	for _, s := range segments {
		b.WriteString(s.literal)
		if s.arg >= 0 && s.arg < len(args) {
			args[s.arg].write(&b)
		}
	}
	return Text(b.String())
}

func (a arg) write(b *strings.Builder) {
	var buf [24]byte
	switch a.kind {
	case catalog.Count:
		b.Write(strconv.AppendInt(buf[:0], a.n, 10))
	case catalog.Instant:
		b.Write(appendToken(buf[:0], Instant, a.n))
	case catalog.Left:
		b.Write(appendToken(buf[:0], Left, a.n))
	case catalog.Late:
		b.Write(appendToken(buf[:0], Late, a.n))
	case catalog.Duration:
		b.Write(appendToken(buf[:0], Length, a.n))
	case catalog.User, catalog.Nested:
		b.WriteString(a.s)
	}
}

// faults says what is wrong with the message files, for the tests.
func faults() error {
	if err := loaded().err; err != nil {
		return fmt.Errorf("message files: %w", err)
	}
	return nil
}
