package bot

// What an event means: a command, a button or a form, and the verb that it does.

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
)

// answer says what an event means and lets the right part of the bot answer.
func (v *visit) answer(ctx context.Context) (Reply, error) {
	if r, is, err := v.whereabouts(ctx); is {
		return r, err
	}
	if v.door.Person == nil && v.door.Place != nil && v.door.Place.Side == domain.Customer {
		v.door.Person = v.guest(v.door.Place)
	}
	switch v.event.Kind {
	case Submitted:
		if line, is := v.commandInstead(); is {
			v.event.Kind, v.event.Text = Said, line
			return v.said(ctx)
		}
		if form, _, _ := strings.Cut(v.event.Form, " "); form == intakeForm {
			return v.submitIntake(ctx)
		}
		return v.submitVerb(ctx)
	case Pressed:
		return v.pressed(ctx)
	case Reworded, Retracted:
		return v.retold(ctx)
	default:
		return v.said(ctx)
	}
}

// commandInstead notices a command typed where a question was being asked one
// by one: "ack INC-1" answers no question.
func (v *visit) commandInstead() (string, bool) {
	if !v.event.Partial {
		return "", false
	}
	for _, value := range v.event.Values {
		word, tail, _ := strings.Cut(strings.TrimSpace(value), " ")
		if _, isVerb := findVerb(word); isVerb && refShape.MatchString(firstWord(tail)) {
			return value, true
		}
	}
	return "", false
}

// guest is somebody whom nobody registered, in a place that belongs to a
// customer: the place vouches for the customer, and for no role there.
func (v *visit) guest(at *Place) *Person {
	return &Person{
		ID: domain.PersonID(v.door.PersonDest), Tenant: at.Tenant, Side: domain.Customer, Name: v.event.Person,
		Language: at.Language, Zone: at.Zone, Roles: []domain.Role{domain.RoleGuest},
	}
}

// introduce gives a guest a name before something of theirs is written down
// about the incident: the one that they gave when they reported it, else the
// platform's. Without either it stays the platform's id.
func (v *visit) introduce(inc *domain.Incident) error {
	p := v.door.Person
	if p == nil || !slices.Contains(p.Roles, domain.RoleGuest) || p.FullName != "" {
		return nil
	}
	if p.ID == inc.Reporter && inc.Report.Owner.Name != "" {
		p.FullName = inc.Report.Owner.Name
		return nil
	}
	if _, can := v.bot.Chats[v.event.Platform].(Profiles); !can {
		return nil
	}
	profile, asked := v.told[v.event.Person]
	if !asked {
		return &askFirst{person: v.event.Person}
	}
	if profile.err == nil {
		p.FullName = cut(words.Line(words.Clean(profile.Name)), maxTitle)
	}
	return nil
}

// command runs a verb with the rest of its line.
func (v *visit) command(ctx context.Context, name, tail string) (Reply, error) {
	if q, ok := queries[name]; ok {
		return q(v, ctx, tail)
	}
	if name == "link" {
		if who, id, is := v.identityNamed(tail); is {
			return v.identify(ctx, who, id)
		}
	}
	verb := verbs[v.sided(name)]
	ref := firstWord(tail)
	at, err := v.findRef(ctx, ref)
	switch {
	case err == nil:
		tail = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(tail), ref))
	case errors.Is(err, errNoRef):
		if at, err = v.onlyOne(ctx); err != nil {
			return Reply{}, err
		}
	default:
		return Reply{}, err
	}
	inc, err := v.lock(ctx, at)
	if err != nil {
		return Reply{}, err
	}
	fields, err := v.verbFields(ctx, verb, inc)
	if err != nil {
		return Reply{}, err
	}
	values, err := v.fillFromLine(fields, tail)
	if err != nil {
		return Reply{}, err
	}
	return v.run(ctx, verb, inc, fields, values, true)
}

// The forms of verbs and the buttons on cards name their incident by ids.
// What a command's line answered already goes with the form, as platforms send
// back only what is typed into it.
func (v *visit) verbForm(name string, i domain.Incident, values map[string]string) string {
	if v.event.Kind == Submitted && strings.HasPrefix(v.event.Form, "do "+name+" ") {
		return v.event.Form
	}
	subject := subjectWith(i, values)
	if len(subject) > maxCarried { // more is asked again
		subject = subjectOf(i)
	}
	return "do " + name + " " + subject
}

// pressed answers a button: what it stands for is done, or asked about first.
func (v *visit) pressed(ctx context.Context) (Reply, error) {
	switch v.event.Action {
	case actionReport: // with the words of whoever was offered it
		return v.open(ctx, strings.TrimSpace(words.Clean(v.event.Subject)))
	case actionGoOn, actionDrop:
		return v.draftButton(ctx)
	}
	name := v.event.Action
	verb, ok := verbs[name]
	at, answered, fine := readSubject(v.event.Subject)
	if (!ok && queries[name] == nil) || !fine {
		return Reply{Text: v.words().ButtonOld()}, nil
	}
	inc, err := v.lock(ctx, at)
	if err != nil {
		return Reply{}, err
	}
	if q := queries[name]; q != nil {
		return q(v, ctx, inc.Ref)
	}
	fields, err := v.verbFields(ctx, verb, inc)
	if err != nil {
		return Reply{}, err
	}
	values := map[string]string{}
	for _, f := range fields {
		if !answered.Has(f.Key) {
			continue
		}
		if values[f.Key], err = v.read(f, answered.Get(f.Key)); err != nil {
			return Reply{}, err
		}
	}
	return v.run(ctx, verb, inc, fields, values, true) // what may be left out is not asked about
}

// draftButton goes on with a report that was left alone, or drops it.
func (v *visit) draftButton(ctx context.Context) (Reply, error) {
	place := DestinationID(v.event.Subject)
	if !isID(v.event.Subject) {
		return Reply{Text: v.words().ButtonOld()}, nil
	}
	in, err := v.loadIntake(ctx, place)
	if errors.Is(err, ErrNotFound) {
		return v.draftGone(in), nil
	}
	if err != nil {
		return Reply{}, err
	}
	if v.event.Action == actionDrop {
		return Reply{Text: v.words().IntakeCancelled()}, v.tx.DropDraft(ctx, in.d.Person, in.d.Place)
	}
	return in.ask(ctx)
}

// submitVerb takes the answers to a verb's form.
func (v *visit) submitVerb(ctx context.Context) (Reply, error) {
	does, rest, _ := strings.Cut(v.event.Form, " ")
	name, subject, _ := strings.Cut(rest, " ")
	verb, known := verbs[name]
	at, carried, fine := readSubject(subject)
	if does != "do" || !known || !fine {
		return Reply{Text: v.words().ButtonOld(), Close: true}, nil
	}
	if v.event.Values[Nav] == NavCancel {
		return Reply{Text: v.words().NothingDone(), Close: true}, nil
	}
	inc, err := v.lock(ctx, at)
	if err != nil {
		return Reply{}, err
	}
	fields, err := v.verbFields(ctx, verb, inc)
	if err != nil {
		return Reply{}, err
	}
	values := map[string]string{}
	bad, help := false, false
	for n, f := range fields {
		raw, given := v.event.Values[f.Key]
		if !given {
			if raw, given = carried.Get(f.Key), carried.Has(f.Key); !given {
				continue
			}
		}
		if given && v.event.Partial && wantsHelp(f, raw) {
			help = true
			continue
		}
		value, err := v.read(f, raw)
		var refusal *domain.Refusal
		if errors.As(err, &refusal) {
			fields[n].Error, bad = sayRefusal(v.words(), refusal), true
			fields[n].Value = cut(words.Line(raw), maxShown)
			continue
		}
		if err != nil {
			return Reply{}, err
		}
		values[f.Key] = value
	}
	if bad || help {
		r := v.askVerb(verb, inc, fields, values)
		if help {
			r.Text = v.words().AskHelpVerb()
		}
		return r, nil
	}
	return v.run(ctx, verb, inc, fields, values, !v.event.Partial)
}

// run does the verb when nothing is missing, else asks. All says that what may
// be left out has been left out.
func (v *visit) run(ctx context.Context, verb verb, inc domain.Incident, fields []Field, values map[string]string, all bool) (Reply, error) {
	for _, f := range fields {
		if values[f.Key] == "" && !(f.Optional && all) {
			return v.askVerb(verb, inc, fields, values), nil
		}
	}
	if v.event.Unsent {
		return v.askVerb(verb, inc, fields, values), nil
	}
	w := v.words()
	done, err := v.change(ctx, handle{tenant: inc.Tenant, id: inc.ID}, func(i domain.Incident, env domain.Env) (domain.Outcome, error) {
		c := call{v: v, inc: i, env: env, by: v.actor(), values: values}
		if verb.find != nil {
			if err := verb.find(ctx, c); err != nil {
				return domain.Outcome{}, err
			}
		}
		return verb.do(c)
	})
	var refusal *domain.Refusal
	if errors.As(err, &refusal) {
		if refusal.Code == "rca_first" {
			return Reply{Text: w.AskRCA(inc.Ref), Close: true, Buttons: []Button{
				{Label: w.ButtonRCA(), Action: "rca", Subject: subjectOf(inc), Primary: true},
				{Label: w.ButtonNorca(), Action: "norca", Subject: subjectOf(inc)},
			}}, nil
		}
		if n := slices.IndexFunc(fields, func(f Field) bool { return f.Key == refusal.Field }); n >= 0 && refusal.Field != "" {
			fields[n].Error, fields[n].Optional = sayRefusal(w, refusal), false
			delete(values, refusal.Field)
			return v.askVerb(verb, inc, fields, values), nil
		}
		return Reply{}, err
	}
	if err != nil {
		return Reply{}, err
	}
	if verb.after != nil {
		if err := verb.after(ctx, call{v: v, inc: done, by: v.actor(), values: values}); err != nil {
			return Reply{}, err
		}
	}
	text, ok := w.Look("done", verb.doneKey(&done, v.actor().Side, values), doneArgs(w, &done, values))
	if !ok {
		text = w.DidAnything(done.Ref)
	}
	if at, err := time.Parse(time.RFC3339, values[fieldAt]); err == nil && v.now.Sub(at) >= time.Minute { // now needs no repeating
		text = words.Lines(text, w.TimeUnderstood(at))
	}
	if slices.ContainsFunc(fields, func(f Field) bool { return cut(values[f.Key], maxRing) != values[f.Key] }) {
		text = words.Lines(text, w.TextWasCut(strconv.Itoa(maxRing)))
	}
	return Reply{Text: text, Close: true}, nil
}

func (v *visit) askVerb(verb verb, inc domain.Incident, fields []Field, values map[string]string) Reply {
	w := v.words()
	title, _ := w.Look("do", verb.name, map[string]string{"ref": inc.Ref})
	f := Form{Key: v.verbForm(verb.name, inc, values), Title: title, Submit: w.ButtonDo(), Fields: fields}
	for n := range fields {
		field := &fields[n]
		if val, ok := values[field.Key]; ok && field.Error == "" {
			field.Value = cut(val, maxShown)
		}
		if f.Asking == "" && (field.Value == "" || field.Error != "") {
			f.Asking = field.Key
		}
	}
	return Reply{Form: &f}
}
