package bot

// How answers come into a report: typed or filled in, checked, and what follows from one for others.

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
)

// typed reads what was typed below the summary: a yes opens the incident, and
// "severity B" changes an answer.
func (in *intake) typed(ctx context.Context, text string) (Reply, error) {
	text = strings.TrimSpace(words.Clean(text))
	form := in.questions()
	if form.Asking == "" && yesOrNo(strings.ToLower(narrow(text))) == yes {
		return in.finish(ctx)
	}
	if key, answer := named(text, form.Fields, ":： "); key != "" {
		if form.Asking == "" {
			in.d.Answers[keptEdit] = key
		}
		if err := in.take(ctx, key, answer); err != nil {
			return Reply{}, err
		}
		return in.ask(ctx)
	}
	return Reply{Text: in.v.words().NotOpenYet()}, nil // the form stays as it is
}

// named finds the question that a text begins with the name of, as the summary
// calls it in any language or by its key: "severity B", "时区：Asia/Tokyo". One of
// the marks stands between. The longest name wins.
func named(text string, fields []Field, marks string) (key, answer string) {
	long := 0
	for _, f := range fields {
		names := []string{f.Key}
		for _, lang := range words.Languages() {
			label, _ := words.In(lang).Look("field", f.Key, nil)
			names = append(names, string(label))
		}
		for _, name := range names {
			if len(name) <= long || len(text) <= len(name) || !strings.EqualFold(text[:len(name)], name) {
				continue
			}
			rest := text[len(name):]
			mark, _ := utf8.DecodeRuneInString(rest)
			if value := strings.TrimSpace(strings.TrimLeft(rest, marks+" ")); value != "" && strings.ContainsRune(marks, mark) {
				key, answer, long = f.Key, value, len(name)
			}
		}
	}
	return key, answer
}

// aside looks at what was typed at a question before it is taken for the
// answer. "电话：+86 …" names its question, and is moved there. Whoever asks for
// help, or says neither yes nor no where an answer is changed, has answered
// nothing: the question is to be shown again.
func (in *intake) aside() (again bool) {
	form := in.questions()
	field, _ := in.field(form.Asking)
	raw, given := in.v.event.Values[field.Key]
	if field.Key == "" || !given {
		return false
	}
	w, typed := in.v.words(), strings.TrimSpace(words.Clean(raw))
	if !strings.Contains(typed, "\n") {
		if key, answer := named(typed, form.Fields, ":："); key != "" {
			delete(in.v.event.Values, field.Key)
			in.v.event.Values[key] = answer
			return false
		}
	}
	editing := in.d.Answers[keptEdit] == field.Key
	switch {
	case wantsHelp(field, typed):
		in.notice = w.AskedHelp()
	case editing && typed == "":
		in.endEdit() // the old answer stays
		return true
	case editing && field.Kind != FieldChoice && yesOrNo(strings.ToLower(narrow(typed))) != "":
	default:
		return false
	}
	if editing {
		in.notice = words.Lines(in.notice, w.EditKeeps(in.value(field)))
	}
	return true
}

// helpWords ask for help wherever something is asked.
var helpWords = []string{"help", "?", "??", "why?", "what?", "帮助", "为什么?", "为什么", "ヘルプ", "なぜ?", "なぜ"}

// askingBack is a question about the question.
var askingBack = regexp.MustCompile(`(?i)^(?:what (?:is|does|do|are|will|would|happens)|what's|which one|how do i (?:choose|know))\b|什么意思|是什么|会怎么样|会发生什么|とは(?:何|なん)|どうなり|何ですか`)

// wantsHelp says whether a text asks about the question instead of answering it.
// Where a text is wanted, most questions are answers.
func wantsHelp(f Field, typed string) bool {
	low := strings.ToLower(narrow(strings.TrimSpace(typed)))
	if slices.Contains(helpWords, low) || slices.Contains(helpWords, strings.TrimPrefix(low, "/incident ")) {
		return true
	}
	return f.Kind != FieldLong && f.Kind != FieldText && askingBack.MatchString(low)
}

// endEdit goes back to the summary, if an answer was being changed there.
func (in *intake) endEdit() {
	delete(in.d.Answers, keptEdit)
	delete(in.d.Answers, keptSearch)
}

// back forgets the last answer, so that its question is asked again.
func (in *intake) back() {
	n := len(in.d.Asked)
	if n == 0 {
		in.notice = in.v.words().NothingBefore()
		return
	}
	in.forget(in.d.Asked[n-1])
}

// shown is an answer as a form gives it back.
func shown(answer string) string {
	if answer == skipped {
		return ""
	}
	short, _ := words.Cut(answer, maxShown)
	return short
}

// unchanged says whether a form only gives back what it was shown.
func (in *intake) unchanged(key, raw string) bool {
	a := in.d.Answers[key]
	return a != "" && (raw == a || raw == shown(a))
}

// take checks one answer and keeps it; a bad one becomes an error under its field.
func (in *intake) take(ctx context.Context, key, raw string) error {
	field, applies := in.field(key)
	if !applies {
		return nil
	}
	value, err := in.v.read(field, in.asSaid(key, raw))
	var refusal *domain.Refusal
	if errors.As(err, &refusal) {
		in.errs[key] = sayRefusal(in.v.words(), refusal)
		if _, err := strconv.Atoi(narrow(strings.TrimSpace(raw))); key == fieldProduct && err != nil && strings.HasPrefix(refusal.Code, "product_") {
			in.d.Answers[keptSearch] = words.Line(raw) // what fits is offered
		}
		switch {
		case in.d.Answers[keptEdit] == key:
			in.errs[key] = words.Lines(in.errs[key], in.v.words().EditKeeps(in.value(field)))
		case key == fieldProduct:
			in.forget(key)
		}
		return nil
	}
	if err != nil {
		return err
	}
	if before := in.d.Answers[key]; value == skipped && before != "" && before != skipped {
		in.notice = in.v.words().LeftOut(in.value(field)) // never silently
	}
	in.endEdit()
	if _, cut := words.Cut(value, maxShown); cut {
		in.notice = in.v.words().TextWasCut(strconv.Itoa(maxShown))
	}
	changed := in.d.Answers[key] != value
	in.set(key, value)
	if !changed {
		return nil
	}
	return in.follow(ctx, key, value)
}

// follow draws the consequences of an answer for others.
func (in *intake) follow(ctx context.Context, key, value string) error {
	switch key {
	case fieldCustomer:
		return in.enter(ctx)
	case fieldOwner:
		if p := in.customersPerson(value); p != nil {
			in.d.Answers[fieldOwner] = display(p)
			for k, a := range map[string]string{fieldPhone: p.Phone, fieldEmail: p.Email, fieldLanguage: p.Language, fieldZone: p.Zone} {
				if a != "" {
					in.d.Answers[k] = a
				}
			}
		}
	case fieldInstead:
		if value == "B" { // without people around the clock, as was just said
			in.d.Answers[fieldSeverity] = "B"
			in.forget(fieldInstead)
		}
	case fieldSeverity: // the commitment asked for is another one now
		in.forget(fieldCommit)
		in.forget(fieldInstead)
	case fieldCommit:
		in.forget(fieldInstead)
	}
	if s := in.d.Answers[fieldSubscription]; s != "" && s != skipped && s != otherSubscription &&
		!slices.ContainsFunc(in.subscriptions(), func(sub domain.Subscription) bool { return sub.ID == s }) {
		in.forget(fieldSubscription) // it belonged to the other environment
	}
	return nil
}

// asSaid spells out "me" among contacts.
func (in *intake) asSaid(key, raw string) string {
	if key != fieldContacts {
		return raw
	}
	var out []string
	for _, c := range parseContacts(raw) {
		if isMe(c.Name) && c.Phone == "" && c.Email == "" {
			c = domain.Contact{Name: in.d.Answers[fieldOwner], Phone: in.said(fieldPhone), Email: in.said(fieldEmail)}
		}
		out = append(out, contactText(c))
	}
	return strings.Join(out, "\n")
}

// said is an answer; "" when it was left out.
func (in *intake) said(key string) string {
	if a := in.d.Answers[key]; a != skipped {
		return a
	}
	return ""
}

func (in *intake) set(key, value string) {
	in.d.Answers[key] = value
	in.d.Asked = append(slices.DeleteFunc(in.d.Asked, func(k string) bool { return k == key }), key)
}

func (in *intake) forget(key string) {
	delete(in.d.Answers, key)
	in.d.Asked = slices.DeleteFunc(in.d.Asked, func(k string) bool { return k == key })
}
