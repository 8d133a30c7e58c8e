package console

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/talk"
	"example.com/firstcall/bot/words"
)

// Say does what a person typed in a place, or in private when there is none: it
// presses a button, answers or fills in the open form, or says it, rewords it or
// takes it away. It returns when the bot has answered and the answer is shown. A
// *talk.NotUnderstood says that nothing fits, and nothing was done.
func (t *Terminal) Say(ctx context.Context, s talk.Said) error {
	e, err := t.event(s)
	if err != nil || e.Kind == "" {
		return err
	}
	reply, err := t.Handle(ctx, e)
	if showErr := t.show(e, reply); err == nil {
		err = showErr
	}
	return err
}

// event is what the typed text means there; one without a kind when it means
// nothing.
func (t *Terminal) event(s talk.Said) (bot.Event, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at, text := seat{s.Person, s.Place}, s.Text
	e := bot.Event{Platform: Platform, Workspace: Workspace, Person: at.person, Place: at.place, At: t.now(), Kind: bot.Said, Text: text, Report: s.From != "", Link: s.From}
	for _, f := range s.Files {
		e.Files = append(e.Files, bot.File(f))
	}
	typed := strings.TrimSpace(text)
	o := t.forms[at]
	switch {
	case s.Under != "" && !strings.HasPrefix(typed, "["):
		return t.inThread(e, at, s.Under)
	case s.Edits, s.Removes:
		return t.again(e, at, s.Removes)
	case strings.HasPrefix(typed, "/"), s.From != "":
		return e, nil
	case strings.HasPrefix(typed, "[") && strings.HasSuffix(typed, "]"):
		e.Text = ""
		return t.press(e, at, o, strings.TrimSpace(typed[1:len(typed)-1]))
	case o == nil && typed == "":
		return bot.Event{}, nil
	case o == nil:
		return e, nil
	}

	submitted := e
	submitted.Kind, submitted.Form, submitted.Partial, submitted.Text = bot.Submitted, o.form.Key, true, ""
	if nav, ok := navigation[strings.ToLower(typed)]; ok {
		submitted.Values = o.navigate(nav)
		return submitted, nil
	}
	field, answer := o.asked(), text
	if name, value, ok := cutField(text); ok {
		if f := o.named(name); f != nil {
			field, answer = f, value
		}
	}
	if field == nil { // nothing is asked any more: the bot knows a yes, and what else it may mean
		submitted.Values = map[string]string{bot.Typed: text}
		return submitted, nil
	}
	if strings.TrimSpace(answer) == "" && field.Error == "" {
		answer = field.Value
	}
	submitted.Values = o.with(field.Key, choose(field, answer, o.reader))
	return submitted, nil
}

// press finds the button that the person means: the open form's, else the one
// shown last in the place or to the person there, else shown to the person in
// private.
func (t *Terminal) press(e bot.Event, at seat, o *openForm, label string) (bot.Event, error) {
	var there []string
	if o != nil && o.asked() == nil {
		submit := words.Line(o.form.Submit.Render(o.reader, t.now()))
		if strings.EqualFold(submit, label) {
			e.Kind, e.Form, e.Values = bot.Submitted, o.form.Key, o.whole()
			return e, nil
		}
		there = append(there, submit)
	}
	find := func(here func(shown) bool) (button, bool) {
		for _, s := range slices.Backward(t.shown) {
			if !here(s) {
				continue
			}
			for _, b := range s.buttons {
				if strings.EqualFold(b.label, label) {
					return b, true
				}
				if !slices.Contains(there, b.label) {
					there = append(there, b.label)
				}
			}
		}
		return button{}, false
	}
	inPlace := func(s shown) bool { return at.place != "" && s.to == at.place || s.to == "" && s.seat == at }
	inPrivate := func(s shown) bool { return s.to == at.person || s.to == "" && s.seat == seat{person: at.person} }
	b, ok := find(inPlace)
	if !ok {
		if b, ok = find(inPrivate); ok {
			e.Place = ""
		}
	}
	if !ok {
		return e, noButton(at, label, there)
	}
	e.Kind, e.Action, e.Subject = bot.Pressed, b.Action, b.Subject
	return e, nil
}

func noButton(at seat, label string, there []string) error {
	where := at.person
	if at.place != "" {
		where += " in " + at.place
	}
	if len(there) == 0 {
		return &talk.NotUnderstood{Why: fmt.Sprintf("%s was shown no button yet, so [%s] can't be pressed", where, label)}
	}
	return &talk.NotUnderstood{Why: fmt.Sprintf("%s was shown no button [%s]; there are [%s]", where, label, strings.Join(there, "] ["))}
}

// cutField reads "field: value", with a colon of either width.
func cutField(text string) (name, value string, ok bool) {
	line, rest, more := strings.Cut(text, "\n")
	i := strings.IndexAny(line, ":：")
	if i <= 0 || i > 120 {
		return "", "", false
	}
	name, value = line[:i], strings.TrimLeft(line[i:], ":：")
	if more {
		value += "\n" + rest
	}
	return name, strings.TrimSpace(value), true
}

// show prints the bot's answer to one person, and keeps the form it opened.
func (t *Terminal) show(e bot.Event, reply bot.Reply) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := seat{e.Person, e.Place} // what a button in private opened goes on in private
	now, r := t.now(), words.Reader{Lang: reply.Lang, Zone: reply.Zone, Brief: true}
	if reply.Close || e.Values[bot.Nav] == bot.NavCancel {
		delete(t.forms, at)
	}
	lines := linesOf(reply.Text, r, now)
	if reply.Form != nil {
		o := t.forms[at]
		if o == nil {
			o = &openForm{}
			t.forms[at] = o
		}
		o.take(*reply.Form, r, e.Values)
		lines = append(lines, t.page(o, now)...)
	}
	if buttons := buttonsOf(reply.Buttons, r, now); len(buttons) > 0 {
		lines = t.withButtons(lines, buttons)
		t.remember(shown{seat: at, buttons: buttons})
	}
	return t.print("bot to "+at.person+">", "", lines)
}
