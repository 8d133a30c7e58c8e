package teamstalk

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"example.com/firstcall/adapters/teams/teamsfake"
	"example.com/firstcall/bot/talk"
	"example.com/firstcall/bot/words"
)

func no(format string, args ...any) error {
	return &talk.NotUnderstood{Why: fmt.Sprintf(format, args...)}
}

// errNothing says that nothing was done, as nothing was said.
var errNothing = errors.New("nothing was said")

// Say implements talk.Surface: what a talk says is done the way Teams offers it,
// and what the person then sees is written down.
func (w *World) Say(_ context.Context, s talk.Said) error {
	w.t.Helper()
	if w.people[s.Person] == nil || s.Place != "" && w.places[s.Place] == nil {
		return no("there is no %s or no %s", s.Person, s.Place)
	}
	all := w.Instead[s.Text]
	if all == nil {
		all = []string{s.Text}
	}
	for n, text := range all {
		s.Text = text
		w.quiet = n < len(all)-1
		if err := w.act(s); err != nil && !errors.Is(err, errNothing) {
			w.quiet = false
			return err
		}
	}
	return nil
}

// at is where somebody speaks.
func (w *World) at(s seat) *teamsfake.Conversation {
	if s.place == "" {
		return w.Personal(w.people[s.person])
	}
	return w.places[s.place]
}

func (w *World) act(s talk.Said) error {
	who, at := w.people[s.Person], seat{s.Person, s.Place}
	typed := strings.TrimSpace(s.Text)
	if open := w.forms[at]; open != nil && !isForm(open.card()) { // the card below has changed for everybody
		delete(w.forms, at)
	}
	switch {
	case s.Under != "" && !strings.HasPrefix(typed, "["):
		return w.under(s)
	case s.Edits, s.Removes:
		last, ok := w.remarks[at]
		if !ok {
			return no("%s has said nothing in a thread there", s.Person)
		}
		m, there := last.message()
		if !there || m.Deleted {
			return errNothing // what is gone can't be edited
		}
		if s.Removes {
			w.did(at, who.Delete(m), spot{})
		} else {
			w.did(at, who.Edit(m, wire(s.Text)), spot{})
		}
		return nil
	case s.From != "":
		return w.report(s)
	case strings.HasPrefix(typed, "/"):
		return w.speak(s)
	case strings.HasPrefix(typed, "[") && strings.HasSuffix(typed, "]"):
		return w.press(at, strings.TrimSpace(typed[1:len(typed)-1]))
	case w.forms[at] != nil:
		return w.answer(at, s.Text)
	}
	return w.speak(s)
}

// under says something in the thread of an incident's card.
func (w *World) under(s talk.Said) error {
	where := s.Place
	if where == "" {
		where = s.Person
	}
	card, ok := w.cards[where+" "+strings.ToUpper(s.Under)]
	if !ok {
		return no("%s was shown no card of %s", where, s.Under)
	}
	if s.Place == "" {
		return no("a chat has no threads in Teams")
	}
	return w.write(s, card.in.Thread(card.id))
}

// speak says something on the top level.
func (w *World) speak(s talk.Said) error { return w.write(s, w.at(seat{s.Person, s.Place})) }

var (
	botsName = regexp.MustCompile(`^(?i)@firstcall[\s:,]*`)
	aCommand = regexp.MustCompile(`^/incident(?:\s+|$)`)
	aBinding = regexp.MustCompile(`^(?:/incident )?(?:un)?link `)
	aName    = regexp.MustCompile(`@([a-z]+)`)
)

// wire is what Teams sends for a typed text.
func wire(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

// write writes a message. In a channel a command is a mention of the bot; whose
// identity is linked is named by its object id, as a mention tells only a name.
func (w *World) write(s talk.Said, in *teamsfake.Conversation) error {
	who, text := w.people[s.Person], strings.TrimSpace(s.Text)
	var files []teamsfake.File
	for _, f := range s.Files {
		files = append(files, teamsfake.File{Name: f.Name, URL: f.URL})
	}
	if text == "" && len(files) == 0 {
		return no("Teams sends no empty message")
	}
	if aBinding.MatchString(text) {
		text = aName.ReplaceAllStringFunc(text, func(m string) string {
			if p := w.people[m[1:]]; p != nil {
				return "@" + p.AAD
			}
			return m
		})
	}
	write := who.Message
	switch called := botsName.FindString(text); {
	case s.Place == "":
	case called != "":
		write, text = who.Mention, text[len(called):]
	case aCommand.MatchString(text):
		if write, text = who.Mention, aCommand.ReplaceAllString(text, ""); text == "" {
			text = "incident"
		}
	default:
		text = s.Text // as it was typed
	}
	a := write(in, wire(text), files...)
	if s.Under != "" {
		id, _ := a["id"].(string)
		w.remarks[seat{s.Person, s.Place}] = spot{in, id}
	}
	w.did(seat{s.Person, s.Place}, w.Deliver(a), spot{})
	return nil
}

// report uses the message extension on a message, which is written first.
func (w *World) report(s talk.Said) error {
	at := seat{s.Person, s.Place}
	from, written := w.links[s.From]
	if !written {
		var files []teamsfake.File
		for _, f := range s.Files {
			files = append(files, teamsfake.File{Name: f.Name, URL: f.URL})
		}
		in := w.at(at)
		id, _ := w.people[s.Person].Message(in, s.Text, files...)["id"].(string)
		from = spot{in, id}
		w.links[s.From] = from
	}
	m, _ := from.message()
	w.inForm = false
	w.did(at, w.people[s.Person].RunCommand(m, "report"), spot{})
	return nil
}

// means says whether a button is the one that somebody calls by a label.
func (w *World) means(label string, b pressable) bool {
	if b.action == w.Means[label] && b.action != "" || w.Means == nil && strings.EqualFold(b.label, label) {
		if w.Pressed != nil {
			w.Pressed[label] = b.action
		}
		return true
	}
	return false
}

// press presses the button that somebody means: the form's, else the one shown
// last in the place or to the person there, else in private.
func (w *World) press(at seat, label string) error {
	var there []string
	if open := w.forms[at]; open != nil {
		p := w.pageOf(open.card(), w.readerOf(at, open.card()))
		if w.means(label, p.submit) {
			if !p.partial || open.asked(p) == nil {
				return w.send(at)
			}
			return no("not all is answered yet")
		}
		there = append(there, p.submit.label)
		for _, b := range p.buttons {
			if w.means(label, b) {
				return w.pressIn(at, b.label)
			}
			there = append(there, b.label)
		}
	}
	for _, where := range []string{at.place, at.person} {
		for _, b := range slices.Backward(w.shown) {
			if where == "" || b.to != where || b.only != "" && b.only != at.person {
				continue
			}
			if !w.means(label, b.pressable) {
				there = append(there, b.label)
				continue
			}
			m, ok := b.at.message()
			if !ok {
				return no("the message with [%s] is gone", label)
			}
			w.inForm = false
			w.did(at, w.people[at.person].PressOn(m, m.Card(), b.label, nil), b.at)
			return nil
		}
	}
	return no("%s was shown no button [%s]; there are [%s]", at.person, label, strings.Join(there, "] ["))
}

// noise are answers that say only that something was done, or where to read on.
func noise(text string) bool {
	return inWords(text, (*words.Words).TeamsNoted) || inWords(text, (*words.Words).TeamsWrittenToYou) || inWords(text, (*words.Words).TeamsFormBelow)
}

// did writes down what somebody sees after an act: what the answer shows, and
// what the bot wrote to them.
func (w *World) did(at seat, a *teamsfake.Answer, on spot) {
	w.t.Helper()
	if a.Err != nil || a.Status/100 != 2 && a.Status != 0 {
		w.t.Errorf("the bot answered %d (%v): %s", a.Status, a.Err, a.Body)
	}
	w.settle()
	w.keep("answer "+at.person, a.Body)
	w.hear(at)
	who := w.people[at.person]
	switch {
	case a.Dialog != nil:
		w.forms[at] = w.goesOn(at, &form{who: who, dialog: a.Dialog})
		w.read(at)
	case a.Closed:
		w.tell("to "+at.person, linesIn(a.Text))
		delete(w.forms, at)
	case a.Card != nil && isForm(a.Card):
		w.forms[at] = w.goesOn(at, &form{who: who, at: on})
		w.read(at)
	case a.Card != nil:
		w.closed(at, a.Card, on)
	case a.Text != "" && !noise(a.Text):
		w.tell("to "+at.person, linesIn(a.Text))
	}
	if open := w.forms[at]; open != nil && !isForm(open.card()) {
		delete(w.forms, at)
	}
}

// closed writes down what became of a form that is done with: its last line.
func (w *World) closed(at seat, card map[string]any, on spot) {
	lines := linesIn(whole.Replace(str(card, "fallbackText")))
	if len(lines) == 1 && noise(lines[0]) {
		lines = nil
	}
	w.tell("to "+at.person, append(lines, row(buttonsIn(card))...))
	w.remember(on, at.place, at.person, buttonsIn(card))
	delete(w.forms, at)
}

// hear writes down the bot's new messages where the person reads.
func (w *World) hear(at seat) {
	w.t.Helper()
	private := w.Personal(w.people[at.person])
	for _, in := range []*teamsfake.Conversation{w.places[at.place], private} {
		if in == nil {
			continue
		}
		for _, m := range in.FromBot() {
			here := spot{m.Where, m.ID}
			if w.told[here.key()] {
				continue
			}
			w.told[here.key()] = true
			w.keep("reply to "+at.person, m.Raw)
			if card := m.Card(); card != nil && isForm(card) {
				w.forms[at] = &form{who: w.people[at.person], at: here}
				w.read(at)
				continue
			}
			r := w.readerOf(at, m.Card())
			r.Lang = cmp.Or(langOf(m), r.Lang)
			w.tell("to "+at.person, w.message(m, r))
			w.remember(here, at.place, at.person, buttonsIn(m.Card()))
		}
	}
}

// readerOf is who reads a card there.
func (w *World) readerOf(at seat, card map[string]any) words.Reader {
	zone := w.zones[at.person]
	if zone == "" {
		zone = w.zones[at.place]
	}
	return w.reader(cmp.Or(w.language(card), words.Match(w.people[at.person].Locale)), zone)
}

// langOf is the language that a message says it is in.
func langOf(m teamsfake.Message) string {
	var a struct{ Locale string }
	_ = json.Unmarshal(m.Raw, &a) // the fake has checked it
	return a.Locale
}

// language is the one that a card is in, by the button that leaves it.
func (w *World) language(card map[string]any) string {
	for _, a := range actionsIn(card) {
		for _, lang := range words.Languages() {
			if str(a, "title") == string(words.In(lang).TeamsCancel()) {
				return lang
			}
		}
	}
	return ""
}
