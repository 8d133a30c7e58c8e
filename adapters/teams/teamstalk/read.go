package teamstalk

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"example.com/firstcall/adapters/teams/teamsfake"
	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// What is read here is what Teams was sent, and nothing else: the lines that a
// person finds in a card, without Teams' way of showing them.

func (w *World) reader(lang, zone string) words.Reader {
	at, err := time.LoadLocation(zone)
	if err != nil {
		at = time.UTC
	}
	return words.Reader{Lang: lang, Zone: at, Brief: true}
}

// asTyped are a command's first words as Teams shows them, and as the talks have them.
var asTyped = strings.NewReplacer(
	"@firstcall incident", "/incident", "@firstcall 支持案例", "/incident", "@firstcall インシデント", "/incident", "@firstcall", "/incident",
)

// linesIn cuts a text into its lines; empty ones are none. Commands read as the talks have them.
func linesIn(text string) []string {
	var out []string
	for l := range strings.Lines(asTyped.Replace(text)) {
		if l = strings.ReplaceAll(strings.TrimRight(l, " \t\r\n"), "\t", " "); strings.TrimSpace(l) != "" {
			out = append(out, l)
		}
	}
	return out
}

// whole puts together what was broken so that no client acts on it.
var whole = strings.NewReplacer("{\u200b", "{", "<\u200b", "<", "]\u200b", "]")

var moment = regexp.MustCompile(`\{\{DATE\(([^,()]*), SHORT\)\}\} \{\{TIME\(([^()]*)\)\}\}`)

// plain is a card's Markdown as it is read: escapes are what they stand for, and
// moments are in the reader's zone.
func (w *World) plain(text string, r words.Reader) string {
	w.t.Helper()
	var b strings.Builder
	for {
		at := moment.FindStringSubmatchIndex(text)
		if at == nil {
			break
		}
		b.WriteString(unescaped(text[:at[0]]))
		date, hour := text[at[2]:at[3]], text[at[4]:at[5]]
		when, err := time.Parse("2006-01-02T15:04:05Z", date)
		if err != nil || date != hour {
			w.t.Errorf("a moment is %q and %q", date, hour)
		}
		b.WriteString(words.At(when).Render(r, w.clock()))
		text = text[at[1]:]
	}
	b.WriteString(unescaped(text))
	return b.String()
}

var escapes = regexp.MustCompile("\\\\[!-/:-@\\[-`{-~]|&amp;|&lt;")

func unescaped(s string) string {
	return escapes.ReplaceAllStringFunc(s, func(e string) string {
		switch e {
		case "&amp;":
			return "&"
		case "&lt;":
			return "<"
		}
		return e[1:]
	})
}

func str(b map[string]any, key string) string { s, _ := b[key].(string); return s }

func list(b map[string]any, key string) []map[string]any {
	all, _ := b[key].([]any)
	var out []map[string]any
	for _, x := range all {
		if e, ok := x.(map[string]any); ok {
			out = append(out, e)
		}
	}
	return out
}

// pressable is a button that somebody sees.
type pressable struct{ label, action string }

// actionsIn are all actions of a card, unfolded ones not.
func actionsIn(card map[string]any) []map[string]any {
	var out []map[string]any
	for _, e := range list(card, "body") {
		if str(e, "type") == "ActionSet" {
			out = append(out, list(e, "actions")...)
		}
	}
	return append(out, list(card, "actions")...)
}

func dataOf(act map[string]any) map[string]any { d, _ := act["data"].(map[string]any); return d }

func buttonsIn(card map[string]any) []pressable {
	var out []pressable
	for _, a := range actionsIn(card) {
		if action := str(dataOf(a), "a"); action != "" {
			out = append(out, pressable{whole.Replace(str(a, "title")), action})
		}
	}
	return out
}

// isForm says whether a card asks something.
func isForm(card map[string]any) bool {
	for _, a := range actionsIn(card) {
		if str(dataOf(a), "f") != "" {
			return true
		}
	}
	return false
}

func row(buttons []pressable) []string {
	if len(buttons) == 0 {
		return nil
	}
	var labels []string
	for _, b := range buttons {
		labels = append(labels, "["+b.label+"]")
	}
	return []string{strings.Join(labels, " ")}
}

// seen is what a card's texts and facts say, line by line.
func (w *World) seen(card map[string]any, r words.Reader) []string {
	var out []string
	for _, e := range list(card, "body") {
		switch str(e, "type") {
		case "TextBlock":
			out = append(out, w.plain(str(e, "text"), r))
		case "FactSet":
			for _, f := range list(e, "facts") {
				out = append(out, w.plain(str(f, "title"), r)+": "+w.plain(str(f, "value"), r))
			}
		}
	}
	return out
}

// message reads a message: the text that stands for all of it, and its buttons.
// A card that says something else than that text is wrong: one person would
// read what another doesn't hear.
func (w *World) message(m teamsfake.Message, r words.Reader) []string {
	w.t.Helper()
	card := m.Card()
	if card == nil {
		return linesIn(whole.Replace(m.Text))
	}
	ear, eye := linesIn(whole.Replace(str(card, "fallbackText"))), w.seen(card, r)
	all := strings.Join(ear, "\n")
	cut := false
	for _, lang := range words.Languages() {
		cut = cut || strings.Contains(all+strings.Join(eye, "\n"), string(words.In(lang).TeamsCut()))
	}
	if got, want := folded(strings.Join(eye, "\n")), folded(all); !cut {
		same := len(got) == len(want)
		for _, l := range ear { // long facts stand below the short ones
			same = same && strings.Contains(got, folded(l))
		}
		if !same {
			w.t.Errorf("the eye reads\n%s\nand the ear hears\n%s", strings.Join(eye, "\n"), all)
		}
	}
	if said := folded(strings.TrimSuffix(whole.Replace(m.Summary), "…")); !strings.HasPrefix(folded(all), said) {
		w.t.Errorf("the notification says\n%s\nof\n%s", m.Summary, all)
	}
	return append(ear, row(buttonsIn(card))...)
}

// folded leaves a text's words: what parts a label from its value is Teams' affair.
func folded(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("·:：", r) {
			return -1
		}
		return r
	}, asTyped.Replace(s))
}

// page is a form as it is read.
type page struct {
	title, intro []string
	notice       []string // what stands above a summary
	fields       []field
	submit       pressable // its own button
	partial      bool      // something is asked
	asking       string    // what, where the rest of the card may be left for later
	buttons      []pressable
	back, cancel string // the paths of the buttons
	change       string
	intake       bool
	own          bool // it is alone in its message
	w            *words.Words
}

// field is one question of a form.
type field struct {
	key, label     string
	hint, wrong    []string
	required       bool
	labels, values []string // of its options
	value          string
	typing         string // the input to type in, where there is one beside the options
	picking        string // the input to choose in
}

func (f *field) chosen() string {
	for i, v := range f.values {
		if v == f.value {
			return f.labels[i]
		}
	}
	return f.value
}

// around is what our words put around something else.
func around(say func(*words.Words) words.Text, mark string) (all [][2]string) {
	for _, lang := range words.Languages() {
		before, after, _ := strings.Cut(say(words.In(lang)).Render(words.Reader{Lang: lang, Zone: time.UTC}, time.Time{}), mark)
		all = append(all, [2]string{before, after})
	}
	return all
}

var optionals = around(func(w *words.Words) words.Text { return w.TeamsOptional(words.Plain("LABEL")) }, "LABEL")

func withoutOptional(label string) string {
	for _, o := range optionals {
		if strings.HasPrefix(label, o[0]) && strings.HasSuffix(label, o[1]) && len(label) > len(o[0])+len(o[1]) {
			return label[len(o[0]) : len(label)-len(o[1])]
		}
	}
	return label
}

// inWords says whether a text is one of ours, in any language.
func inWords(text string, say func(*words.Words) words.Text) bool {
	for _, lang := range words.Languages() {
		if text == string(say(words.In(lang))) {
			return true
		}
	}
	return false
}

// pageOf reads a form's card.
func (w *World) pageOf(card map[string]any, r words.Reader) *page {
	p := &page{w: words.In(r.Lang)}
	for n, e := range list(card, "body") {
		kind, text := str(e, "type"), ""
		last := len(p.fields) - 1
		if kind == "TextBlock" {
			text = w.plain(str(e, "text"), r)
		}
		switch {
		case kind == "TextBlock" && n == 0 && str(e, "style") == "heading":
			p.title = linesIn(text)
		case kind == "TextBlock" && (e["separator"] == true || inWords(text, (*words.Words).TeamsCut)): // what was answered so far
		case kind == "TextBlock" && last < 0:
			p.intro = append(p.intro, linesIn(text)...)
		case kind == "TextBlock" && str(e, "color") == "Attention":
			p.fields[last].wrong = append(p.fields[last].wrong, linesIn(text)...)
		case kind == "TextBlock" && e["isSubtle"] == true:
			p.fields[last].hint = append(p.fields[last].hint, linesIn(text)...)
		case kind == "FactSet" && last < 0:
			for _, f := range list(e, "facts") {
				p.intro = append(p.intro, w.plain(str(f, "title"), r)+": "+w.plain(str(f, "value"), r))
			}
		case strings.HasPrefix(kind, "Input."):
			p.input(e)
		}
	}
	for _, a := range actionsIn(card) {
		p.action(a)
	}
	for n, l := range p.intro { // what stands above a report's summary is new, the summary isn't
		name, _, _ := strings.Cut(l, ":")
		for _, first := range []string{"kind", "reported"} {
			if label, ok := p.w.Look("field", first, nil); ok && name == string(label) && p.notice == nil && p.intake && !p.partial {
				p.notice, p.intro = p.intro[:n:n], p.intro[n:]
			}
		}
	}
	return p
}

func (p *page) input(e map[string]any) {
	id, value := str(e, "id"), str(e, "value")
	if base, is := strings.CutSuffix(id, "?picked"); is {
		p.fields = append(p.fields, field{key: base, picking: id})
	} else if n := len(p.fields) - 1; n >= 0 && p.fields[n].key == id {
		p.fields[n].typing, p.fields[n].value = id, value
		return
	} else {
		p.fields = append(p.fields, field{key: id, value: value})
	}
	f := &p.fields[len(p.fields)-1]
	f.label, f.required = whole.Replace(withoutOptional(str(e, "label"))), e["isRequired"] == true
	if str(e, "type") == "Input.Text" {
		f.typing = id
		return
	}
	f.picking = id
	for _, c := range list(e, "choices") {
		label, _, _ := strings.Cut(whole.Replace(str(c, "title")), " — ")
		f.labels, f.values = append(f.labels, label), append(f.values, str(c, "value"))
	}
}

func (p *page) action(a map[string]any) {
	title, data := str(a, "title"), dataOf(a)
	switch {
	case str(data, "f") != "" && str(data, bot.Nav) == bot.NavBack:
		p.back = title
	case str(data, "f") != "" && str(data, bot.Nav) == bot.NavCancel:
		p.cancel = title
	case str(data, "f") != "":
		p.submit, p.partial = pressable{whole.Replace(title), "submit"}, str(data, "p") != ""
		if p.asking = str(data, "p"); p.asking == "1" {
			p.asking = ""
		}
		p.intake, p.own = strings.HasPrefix(str(data, "f"), "report"), str(data, "o") == "1"
	case str(data, "a") != "":
		p.buttons = append(p.buttons, pressable{whole.Replace(title), str(data, "a")})
	case str(a, "type") == "Action.ShowCard":
		inner, _ := a["card"].(map[string]any)
		for _, b := range actionsIn(inner) {
			if path := title + " > " + str(b, "title"); str(dataOf(b), bot.Nav) == bot.NavCancel {
				p.cancel = path
			} else {
				p.change = path
			}
		}
	}
}

// question reads one field as somebody is asked it.
func (w *World) question(p *page, f *field, r words.Reader) []string {
	out := linesIn(f.label)
	if f.value != "" && f.wrong == nil {
		value := f.chosen()
		if at, err := time.ParseInLocation("2006-01-02 15:04", value, r.Zone); err == nil {
			value = r.Instant(at)
		}
		out[0] += " " + p.w.ConsoleKeeps(value).Render(r, w.clock())
	}
	for _, l := range f.hint {
		out = append(out, "  "+l)
	}
	for i, l := range f.labels {
		out = append(out, strconv.Itoa(i+1)+". "+l)
	}
	return out
}
