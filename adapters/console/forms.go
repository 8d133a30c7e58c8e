package console

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/bot/words"
)

// openForm is a form that a person has before them, asked field by field. Each
// answer is submitted at once, together with those given before: a form of
// few questions is kept nowhere else.
type openForm struct {
	form   bot.Form
	reader words.Reader
	begun  bool              // its title was shown
	intro  words.Text        // as shown last
	given  map[string]string // answers given since it was opened, as the bot took them
	order  []string          // of given
}

// take puts the bot's form before the person. Sent is what was submitted to get
// it; nil when it was opened anew.
func (o *openForm) take(f bot.Form, r words.Reader, sent map[string]string) {
	if sent == nil || f.Key != o.form.Key {
		*o = openForm{given: map[string]string{}}
	}
	o.form, o.reader = f, r
	before := o.given
	o.given = map[string]string{}
	for i := range f.Fields {
		fd := &f.Fields[i]
		_, now := sent[fd.Key]
		_, then := before[fd.Key]
		if (now || then) && fd.Value != "" && fd.Error == "" {
			o.given[fd.Key] = fd.Value
			if !then {
				o.order = append(o.order, fd.Key)
			}
		}
	}
	o.order = slices.DeleteFunc(o.order, func(k string) bool { _, ok := o.given[k]; return !ok })
}

// navigate is what is submitted to go back or to give up. Where the bot can't
// go back by itself, it is told all answers but the last.
func (o *openForm) navigate(nav string) map[string]string {
	v := map[string]string{bot.Nav: nav}
	if nav == bot.NavBack && !o.form.Back && len(o.order) > 0 {
		maps.Copy(v, o.given)
		delete(v, o.order[len(o.order)-1])
	}
	return v
}

// asked is the field to be answered next; nil when only the last press is left.
func (o *openForm) asked() *bot.Field {
	if o.form.Asking == "" {
		return nil
	}
	return o.field(func(f *bot.Field) bool { return f.Key == o.form.Asking })
}

func (o *openForm) field(fits func(*bot.Field) bool) *bot.Field {
	for i := range o.form.Fields {
		if fits(&o.form.Fields[i]) {
			return &o.form.Fields[i]
		}
	}
	return nil
}

// named finds the field that a person calls by its key or its label.
func (o *openForm) named(name string) *bot.Field {
	name = strings.TrimSpace(name)
	return o.field(func(f *bot.Field) bool {
		label := words.Line(f.Label.Render(o.reader, time.Time{}))
		return strings.EqualFold(name, f.Key) || strings.EqualFold(name, strings.TrimRight(label, "?？:："))
	})
}

// with is what is submitted with one more answer.
func (o *openForm) with(key, answer string) map[string]string {
	v := maps.Clone(o.given)
	v[key] = answer
	return v
}

// whole is what the last press submits: all that stands in the form.
func (o *openForm) whole() map[string]string {
	v := maps.Clone(o.given)
	for i := range o.form.Fields {
		if f := &o.form.Fields[i]; f.Value != "" {
			v[f.Key] = f.Value
		}
	}
	return v
}

// choose turns what a person typed into the value of an option: its value or
// label, else its number. Anything else goes to the bot as it is.
func choose(f *bot.Field, typed string, r words.Reader) string {
	t := strings.TrimSpace(typed)
	for _, o := range f.Options {
		if strings.EqualFold(t, o.Value) || strings.EqualFold(t, words.Line(o.Label.Render(r, time.Time{}))) {
			return o.Value
		}
	}
	if n, err := strconv.Atoi(strings.TrimSuffix(t, ".")); err == nil && n >= 1 && n <= len(listed(f)) {
		return f.Options[n-1].Value
	}
	return typed
}

// navigation is what a person types in an open form to go back or give up, in
// every language.
var navigation = map[string]string{
	"back": bot.NavBack, "返回": bot.NavBack, "上一步": bot.NavBack, "戻る": bot.NavBack,
	"cancel": bot.NavCancel, "取消": bot.NavCancel, "キャンセル": bot.NavCancel, "取り消し": bot.NavCancel,
}
