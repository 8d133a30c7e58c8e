package bot

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
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

// handle says which incident is meant.
type handle struct {
	tenant domain.TenantID
	number int
	id     domain.IncidentID
	said   string // as it was called
}

var errNoRef = errors.New("no incident named")

// mostNumber is the highest number that an incident can have.
const mostNumber = 1<<31 - 1

var numberShape = regexp.MustCompile(`^#?\d+$`)

// findRef reads INC-42, or 42 where the customer is known. What looks like a
// reference and can't be one is answered like one that doesn't exist.
func (v *visit) findRef(ctx context.Context, ref string) (handle, error) {
	unknown := domain.Refuse("no_such_incident", "ref", brief(strings.ToUpper(ref)))
	if numberShape.MatchString(ref) && v.customer() != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(ref, "#"))
		if err != nil || n < 1 || n > mostNumber {
			return handle{}, unknown
		}
		return handle{tenant: v.customer(), number: n, said: ref}, nil
	}
	ref = narrow(ref)
	m, loose := refShape.FindStringSubmatch(ref), false
	if m == nil {
		if m, loose = looseRef.FindStringSubmatch(ref), true; m == nil {
			return handle{}, errNoRef
		}
	}
	n, err := strconv.Atoi(m[2])
	if err != nil || n < 1 || n > mostNumber {
		return handle{}, unknown
	}
	t, err := v.tx.TenantByPrefix(ctx, strings.ToUpper(m[1]))
	if errors.Is(err, ErrNotFound) || err == nil && !v.maySee(t.ID) {
		if loose {
			return handle{}, errNoRef // sev1 is no incident
		}
		return handle{}, unknown
	}
	ref = m[1] + "-" + m[2]
	return handle{tenant: t.ID, number: n, said: strings.ToUpper(ref)}, err
}

// maySee keeps customers apart; the provider's people see all.
func (v *visit) maySee(tenant domain.TenantID) bool {
	p := v.door.Person
	return p != nil && (p.Tenant == tenant || p.Side == domain.Provider)
}

// onlyOne is the incident meant when nobody names one: the only live one of
// the customer here or, among the provider's people, of all customers.
func (v *visit) onlyOne(ctx context.Context) (handle, error) {
	if v.thread != nil { // in its thread, it is the one
		return v.thread.handle, nil
	}
	if p := v.door.Place; p != nil && p.Incident != "" && v.maySee(p.About) { // in its own place, too
		return handle{tenant: p.About, id: p.Incident}, nil
	}
	tenant := v.customer()
	if p := v.door.Person; tenant == "" && p != nil && p.Side == domain.Provider {
		live, err := v.tx.AllLive(ctx, listed)
		if err != nil {
			return handle{}, err
		}
		return meant(live)
	}
	if tenant == "" || !v.maySee(tenant) {
		return handle{}, domain.Refuse("which_incident", "refs", "INC-1")
	}
	if err := v.tx.Enter(ctx, tenant); err != nil {
		return handle{}, err
	}
	live, err := v.tx.Incidents(ctx, tenant, false, 50)
	if err != nil {
		return handle{}, err
	}
	return meant(live)
}

// meant is the only incident there is; of several, the refusal names them.
func meant(live []domain.Incident) (handle, error) {
	if len(live) == 1 {
		return handle{tenant: live[0].Tenant, id: live[0].ID}, nil
	}
	var refs []string
	for _, i := range live {
		refs = append(refs, i.Ref)
	}
	if len(refs) == 0 {
		return handle{}, domain.Refuse("no_incidents")
	}
	return handle{}, domain.Refuse("which_incident", "refs", strings.Join(refs, ", "))
}

// lock reads and locks the incident. One of another customer is answered like
// one that doesn't exist.
func (v *visit) lock(ctx context.Context, at handle) (domain.Incident, error) {
	if !v.maySee(at.tenant) {
		return domain.Incident{}, domain.Refuse("not_found")
	}
	if v.locked != nil && (v.locked.ID == at.id || at.id == "" && strings.HasSuffix(v.locked.Ref, "-"+strconv.Itoa(at.number))) && v.locked.Tenant == at.tenant {
		return *v.locked, nil
	}
	if err := v.tx.Enter(ctx, at.tenant); err != nil {
		return domain.Incident{}, err
	}
	var inc domain.Incident
	var err error
	if at.id != "" {
		inc, err = v.tx.IncidentByID(ctx, at.tenant, at.id)
	} else {
		inc, err = v.tx.Incident(ctx, at.tenant, at.number)
	}
	if errors.Is(err, ErrNotFound) && at.said != "" {
		return inc, domain.Refuse("no_such_incident", "ref", at.said)
	}
	if errors.Is(err, ErrNotFound) {
		return inc, domain.Refuse("not_found")
	}
	if err != nil {
		return inc, fmt.Errorf("lock the incident: %w", err)
	}
	v.locked = &inc
	return inc, nil
}

// The forms of verbs and the buttons on cards name their incident by ids.
// What a command's line answered already goes with the form, as platforms send
// back only what is typed into it.
func (v *visit) verbForm(name string, i domain.Incident, values map[string]string) string {
	if v.event.Kind == Submitted && strings.HasPrefix(v.event.Form, "do "+name+" ") {
		return v.event.Form
	}
	key := "do " + name + " " + string(i.Tenant) + " " + string(i.ID)
	answered := url.Values{}
	for k, val := range values {
		answered.Set(k, val)
	}
	if carried := answered.Encode(); carried != "" && len(carried) <= maxCarried {
		key += " " + carried
	}
	return key
}

// maxCarried is what platforms surely take beside a form; more is asked again.
const maxCarried = 1000

func subjectOf(i domain.Incident) string { return string(i.Tenant) + " " + string(i.ID) }

func readSubject(s string) (handle, bool) {
	tenant, id, ok := strings.Cut(s, " ")
	return handle{tenant: domain.TenantID(tenant), id: domain.IncidentID(id)}, ok && isID(tenant) && isID(id)
}

var idShape = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func isID(s string) bool { return idShape.MatchString(s) }

// pressed answers a button: what it stands for is done, or asked about first.
func (v *visit) pressed(ctx context.Context) (Reply, error) {
	switch v.event.Action {
	case actionReport:
		return v.open(ctx, "")
	case actionGoOn, actionDrop:
		return v.draftButton(ctx)
	}
	name := v.event.Action
	verb, ok := verbs[name]
	at, subject := readSubject(v.event.Subject)
	if (!ok && queries[name] == nil) || !subject {
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
	return v.run(ctx, verb, inc, fields, map[string]string{}, true) // what may be left out is not asked about
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
	parts := strings.SplitN(v.event.Form, " ", 5)
	if len(parts) < 4 || parts[0] != "do" {
		return Reply{Text: v.words().ButtonOld(), Close: true}, nil
	}
	verb, known := verbs[parts[1]]
	at, fine := readSubject(parts[2] + " " + parts[3])
	carried := url.Values{}
	if len(parts) == 5 {
		carried, _ = url.ParseQuery(parts[4])
	}
	if !known || !fine {
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

// fillFromLine reads a command's line into its fields: "key: value" and
// "key=value" pieces by name, choices and times by their shape, and the rest
// into the field that takes text.
func (v *visit) fillFromLine(fields []Field, tail string) (map[string]string, error) {
	values := map[string]string{}
	tail = strings.TrimSpace(tail)
	for _, f := range fields {
		if m := regexp.MustCompile(`(?:^|\s)` + f.Key + `=(\S+)`).FindStringSubmatchIndex(tail); m != nil {
			value, err := v.read(f, tail[m[2]:m[3]])
			if err != nil {
				return nil, err
			}
			values[f.Key], tail = value, strings.TrimSpace(tail[:m[0]]+tail[m[1]:])
		}
	}
	left := slices.DeleteFunc(slices.Clone(fields), func(f Field) bool { return values[f.Key] != "" })
	for tail != "" && len(left) > 0 {
		n, value, used, err := v.nextOnLine(left, tail)
		if err != nil {
			return nil, err
		}
		if n < 0 {
			break
		}
		values[left[n].Key], tail = value, strings.TrimSpace(tail[used:])
		left = slices.Delete(left, n, n+1)
	}
	if tail != "" {
		return nil, domain.Refuse("too_many_words", "given", words.Line(tail))
	}
	return values, nil
}

// nextOnLine finds the field that the start of a line answers: the first that
// can be read from it, and else the one that takes words. It says how much of
// the line that was; n is -1 when nothing fits.
func (v *visit) nextOnLine(left []Field, tail string) (n int, value string, used int, err error) {
	word := firstWord(tail)
	clock := clockLike.MatchString(word)
	var wrong error
	for n, f := range left {
		if f.Kind == FieldLong || f.Kind == FieldText && n == len(left)-1 {
			if wrong != nil {
				break
			}
			value, err := v.read(f, strings.TrimPrefix(tail, f.Key+": "))
			return n, value, len(tail), err
		}
		if clock && f.Kind == FieldText && slices.ContainsFunc(left, func(f Field) bool { return f.Kind == FieldTime }) {
			continue // "17:10 2503…" is a moment and a number
		}
		if wrong != nil && f.Kind == FieldText {
			break // which would take anything
		}
		if usual, is := lineUsual(f); is {
			if value, used := saidInFull(f, tail); used > 0 {
				return n, value, used, nil
			}
			return n, usual, 0, nil
		}
		value, used, err := v.readStart(f, tail, word)
		if err == nil {
			return n, value, used, nil
		}
		if wrong == nil && !f.Optional || clock && f.Kind == FieldTime || n == len(left)-1 && isAhead(err) {
			wrong = err
		}
	}
	return -1, "", 0, wrong
}

// clockLike is what was surely meant as a time of day.
var clockLike = regexp.MustCompile(`^\d{1,3}[:：]\d+$`)

// lineUsual is what a command's line means that doesn't say: an engineer who
// asks something asks a question, and change control only by its name.
func lineUsual(f Field) (string, bool) {
	return string(domain.AskQuestion), f.Key == fieldWhat && hasOption(f, string(domain.AskQuestion))
}

// saidInFull reads an option by its whole name from the start of a line.
func saidInFull(f Field, tail string) (value string, used int) {
	for _, o := range f.Options {
		for _, name := range []string{o.Value, strings.ReplaceAll(o.Value, "_", " "), string(o.Label)} {
			if len(name) > used && len(tail) >= len(name) && strings.EqualFold(tail[:len(name)], name) &&
				(len(tail) == len(name) || strings.ContainsAny(tail[len(name):len(name)+1], " :,")) {
				value, used = o.Value, len(name)
			}
		}
	}
	if used > 0 {
		used += len(tail[used:]) - len(strings.TrimLeft(tail[used:], " :,"))
	}
	return value, used
}

// readStart reads a field from the first word of a line, or a time from its
// first two or three: "20 min ago".
func (v *visit) readStart(f Field, tail, word string) (value string, used int, err error) {
	parts := strings.Fields(tail)
	upTo := func(n int) (used int) {
		for _, part := range parts[:n] {
			used += strings.Index(tail[used:], part) + len(part)
		}
		return used
	}
	switch {
	case f.Kind == FieldTime:
		for n := min(3, len(parts)); n > 1; n-- {
			if value, err := v.read(f, strings.Join(parts[:n], " ")); err == nil {
				return value, upTo(n), nil
			}
		}
	case f.Key == fieldValue: // the right value of a fact: a way, a time, or both
		way := 0
		if len(parts) > 0 && ways[strings.ToLower(parts[0])] != "" {
			way = 1
		}
		for n := min(way+3, len(parts)); n > way; n-- {
			if _, err := parseWhen(strings.Join(parts[way:n], " "), v.now, zoneOf(v.zone)); err == nil {
				return strings.Join(parts[:n], " "), upTo(n), nil
			}
		}
	}
	value, err = v.read(f, word)
	return value, len(firstWord(tail)), err
}
