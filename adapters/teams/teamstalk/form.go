package teamstalk

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.com/firstcall/adapters/surfacetest"
	"example.com/firstcall/adapters/teams/teamsfake"
	"example.com/firstcall/bot/words"
)

// form is a card that asks somebody something.
type form struct {
	who    *teamsfake.Person
	at     spot              // the message that it is in, or lies over
	dialog *teamsfake.Dialog // or the dialog
	intro  string
	typed  map[string]string // what was filled in since the card was shown
	left   map[string]bool   // questions that were left out
	// changing is the answer of a summary that somebody has unfolded to change it.
	changing string
	begun    bool
	own      bool // the message is there for it alone
}

func (f *form) card() map[string]any {
	if f.dialog != nil {
		return f.dialog.Card
	}
	m, ok := f.at.message()
	if !ok {
		return nil
	}
	return f.who.Sees(m)
}

// goesOn is a form that is shown now: another step of the one that something
// was just done in, or a new one.
func (w *World) goesOn(at seat, next *form) *form {
	if f := w.forms[at]; f != nil && w.inForm {
		next.begun, next.intro, next.left = f.begun, f.intro, f.left
	}
	return next
}

// asked is the question whose turn it is: the first with a wrong answer or none.
func (f *form) asked(p *page) *field {
	if p.asking != "" {
		for i := range p.fields {
			if q := &p.fields[i]; q.key == p.asking && len(f.typed) == 0 {
				return q
			}
		}
		return nil
	}
	for i := range p.fields {
		q := &p.fields[i]
		_, typed := f.typed[q.key]
		if !typed && (q.wrong != nil || q.value == "" && !f.left[q.key]) {
			return q
		}
	}
	if len(f.typed) == 0 && p.partial {
		for i := range p.fields {
			if q := &p.fields[i]; q.required && !f.left[q.key] {
				return q
			}
		}
	}
	return nil
}

// read writes down what is new in somebody's form.
func (w *World) read(at seat) {
	w.t.Helper()
	open := w.forms[at]
	r := w.readerOf(at, open.card())
	p := w.pageOf(open.card(), r)
	open.typed = map[string]string{}
	if open.left == nil {
		open.left = map[string]bool{}
	}
	fresh := !open.begun
	open.begun, open.own = true, p.own
	asked := open.asked(p)
	intro := strings.Join(p.intro, "\n")
	out := p.notice
	switch {
	case p.intake && asked != nil: // a report tells something only once
		out = append(out, p.intro...)
		if fresh {
			out = append(out, p.title...)
		}
	default:
		if fresh {
			out = append(out, p.title...)
		}
		if asked == nil || intro != open.intro {
			out = append(out, p.intro...)
		}
	}
	open.intro = intro
	for i := range p.fields {
		f := &p.fields[i]
		switch {
		case f.wrong == nil:
		case asked != nil && f.key == asked.key:
			out = append(out, f.wrong...)
		default:
			out = append(out, append([]string{strings.TrimRight(f.label, "?？") + ": " + f.wrong[0]}, f.wrong[1:]...)...)
		}
	}
	if asked != nil {
		w.tell("to "+at.person, append(out, w.question(p, asked, r)...))
		return
	}
	if len(p.intro) == 0 {
		for i := range p.fields {
			out = append(out, p.fields[i].label+": "+p.fields[i].chosen())
		}
	}
	w.tell("to "+at.person, append(out, "["+p.submit.label+"]"))
}

var (
	goingBack = []string{"back", "返回", "上一步", "戻る"}
	givingUp  = []string{"cancel", "取消", "キャンセル", "取り消し"}
	saysYes   = []string{"yes", "y", "是", "是的", "はい", "ok", "对", "可以"}
	saysNo    = []string{"no", "n", "不能", "不是", "否", "いいえ"}
)

// answer answers the question whose turn it is in the open form, or the one
// that the text names.
func (w *World) answer(at seat, text string) error {
	open := w.forms[at]
	r := w.readerOf(at, open.card())
	p := w.pageOf(open.card(), r)
	typed := strings.TrimSpace(text)
	low := strings.ToLower(typed)
	switch {
	case slices.Contains(givingUp, low):
		return w.pressIn(at, p.cancel)
	case slices.Contains(goingBack, low):
		if p.back == "" {
			if f := open.asked(p); f != nil {
				return w.stays(at, p, f)
			}
			return no("this form has no way back: all its questions are there")
		}
		return w.pressIn(at, p.back)
	}
	f, answer := open.asked(p), text
	if name, rest, ok := cutNamed(text); ok {
		for i := range p.fields {
			if g := &p.fields[i]; g.called(name) {
				f, answer = g, rest
			}
		}
	}
	switch {
	case f != nil:
		return w.fill(at, p, f, answer)
	case slices.Contains(saysYes, low):
		return w.send(at)
	case p.change != "":
		if open.changing != "" {
			typed = open.changing + ": " + typed
		}
		return w.change(at, p, typed)
	}
	return no("%q can't be typed: there is only [%s]", typed, p.submit.label)
}

// stays writes down what somebody sees who can do nothing of the kind on a card:
// the same question.
func (w *World) stays(at seat, p *page, f *field) error {
	lines := w.question(p, f, w.readerOf(at, w.forms[at].card()))
	lines[0] = surfacetest.Stays + lines[0]
	w.tell("to "+at.person, lines)
	return nil
}

func (f *field) called(name string) bool {
	if strings.EqualFold(name, f.key) || strings.EqualFold(name, strings.TrimRight(f.label, "?？:：")) {
		return true
	}
	for _, lang := range words.Languages() {
		if label, ok := words.In(lang).Look("field", f.key, nil); ok && strings.EqualFold(name, string(label)) {
			return true
		}
	}
	return false
}

func cutNamed(text string) (name, value string, ok bool) {
	i := strings.IndexAny(text, ":：")
	if i <= 0 || i > 120 {
		return "", "", false
	}
	return text[:i], strings.TrimSpace(strings.TrimLeft(text[i:], ":：")), true
}

// change changes an answer of a summary, in the card that unfolds there.
func (w *World) change(at seat, p *page, text string) error {
	unfold, _, _ := strings.Cut(p.change, " > ")
	inner := &page{w: p.w}
	for _, e := range list(teamsfake.Unfolded(w.forms[at].card(), unfold), "body") {
		if strings.HasPrefix(str(e, "type"), "Input.") {
			inner.input(e)
		}
	}
	for i := range inner.fields {
		f := &inner.fields[i]
		names := []string{f.key}
		for _, lang := range words.Languages() {
			label, _ := words.In(lang).Look("field", f.key, nil)
			names = append(names, string(label))
		}
		for _, name := range names {
			if len(text) <= len(name) || name == "" || !strings.EqualFold(text[:len(name)], name) {
				continue
			}
			rest := strings.TrimLeft(text[len(name):], ":： ")
			if rest == text[len(name):] {
				continue
			}
			if len(f.labels) > 0 {
				value, ok := f.option(strings.TrimSpace(rest))
				if !ok { // the options unfold, and this is none of them
					w.forms[at].changing, f.value = f.key, "" // what is chosen is shown there, too
					return w.stays(at, p, f)
				}
				rest = value
			}
			return w.pressWith(at, p.change, map[string]string{f.key: rest})
		}
	}
	return nil // nobody can type that on a summary
}

// fill chooses or types an answer, and goes on: to the next question on the same
// card, or by its button.
func (w *World) fill(at seat, p *page, f *field, answer string) error {
	open := w.forms[at]
	typed := strings.TrimSpace(answer)
	value, ok := f.option(typed)
	switch {
	case ok:
		answer = value
	case len(f.labels) > 0 && f.typing == "":
		if typed == "-" || typed == "" {
			answer = ""
			break
		}
		return w.stays(at, p, f)
	case typed == "":
		answer = ""
	case typed == "-" && !f.required:
		open.left[f.key] = true
	}
	if answer == "" {
		open.left[f.key] = true
	}
	open.typed[f.key] = answer
	if next := open.asked(p); next != nil {
		w.tell("to "+at.person, w.question(p, next, w.readerOf(at, open.card())))
		return nil
	}
	return w.send(at)
}

// option is the one that somebody means: by its value, its label or number, or
// by a word that no other has.
func (f *field) option(typed string) (value string, ok bool) {
	if typed == "" {
		return "", false
	}
	for i, v := range f.values {
		if strings.EqualFold(typed, v) || strings.EqualFold(typed, f.labels[i]) {
			return v, true
		}
		for _, lang := range words.Languages() {
			if f.key == "language" && strings.EqualFold(typed, string(words.In(lang).LanguageName(v))) {
				return v, true
			}
		}
	}
	for value, said := range map[string][]string{"yes": saysYes, "no": saysNo} {
		if slices.Contains(f.values, value) && slices.Contains(said, strings.ToLower(typed)) {
			return value, true
		}
	}
	if n, err := strconv.Atoi(strings.TrimSuffix(typed, ".")); err == nil && n >= 1 && n <= len(f.values) {
		return f.values[n-1], true
	}
	fits := 0
	for i, l := range f.labels {
		if strings.Contains(strings.ToLower(l), strings.ToLower(typed)) {
			value = f.values[i]
			fits++
		}
	}
	return value, fits == 1
}

// send presses the form's own button with what was filled in.
func (w *World) send(at seat) error {
	open := w.forms[at]
	p := w.pageOf(open.card(), w.readerOf(at, open.card()))
	filled := map[string]string{}
	for i := range p.fields {
		f := &p.fields[i]
		value, typed := open.typed[f.key]
		if !typed {
			continue
		}
		switch _, picked := f.option(value); {
		case f.picking != "" && (picked || f.typing == ""):
			filled[f.picking] = value
		default:
			filled[f.typing] = value
			if f.picking != "" {
				filled[f.picking] = ""
			}
		}
	}
	title := ""
	for _, a := range actionsIn(open.card()) {
		if whole.Replace(str(a, "title")) == p.submit.label {
			title = str(a, "title")
		}
	}
	return w.pressWith(at, title, filled)
}

func (w *World) pressIn(at seat, title string) error { return w.pressWith(at, title, nil) }

func (w *World) pressWith(at seat, title string, filled map[string]string) error {
	open := w.forms[at]
	if title == "" {
		return no("there is no such button")
	}
	var a *teamsfake.Answer
	if open.dialog != nil {
		a = open.dialog.Submit(title, filled)
	} else {
		m, _ := open.at.message()
		a = open.who.PressOn(m, open.card(), title, maps.Clone(filled))
	}
	if a.NotSent {
		missing, _ := json.Marshal(a.Missing)
		return no("[%s] is not sent: %s is missing", title, missing)
	}
	w.inForm = true
	w.did(at, a, open.at)
	return nil
}
