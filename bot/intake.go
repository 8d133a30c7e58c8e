package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// The questions of the intake, by field key, in the order they are asked.
const (
	fieldCustomer     = "customer"
	fieldKind         = "kind"
	fieldProduct      = "product"
	fieldEnvironment  = "environment"
	fieldSubscription = "subscription"
	fieldEvent        = "event"
	fieldHappened     = "happened"
	fieldSince        = "since"
	fieldImpact       = "impact"
	fieldSeverity     = "severity"
	fieldCommit       = "commitment"
	fieldContacts     = "contacts"
	fieldInstead      = "instead"
	fieldOwner        = "owner"
	fieldPhone        = "phone"
	fieldEmail        = "email"
	fieldLanguage     = "language"
	fieldZone         = "zone"
)

// intakeForm is the key of the form that reports an incident.
const intakeForm = "report"

// The answers that are chosen, not typed.
const (
	yes           = "yes"
	no            = "no"
	skipped       = "-" // an optional question was left out
	production    = "production"
	nonProduction = "non-production"
)

// draftLife is how long a report that was begun is kept after its last answer.
const draftLife = 24 * time.Hour

// The limits of what is kept of a text; the title is what cards show.
const (
	maxTitle = 80
	maxText  = 20_000
)

// intake is a report on its way: the answers so far, and what they mean.
type intake struct {
	v        *visit
	d        Draft
	tenant   Tenant // zero until the customer is known
	scene    *scene
	events   []domain.BusinessEvent
	choosing []Tenant // customers to choose from
	errs     map[string]words.Text
	notice   words.Text // something to say above the next question
}

// open starts a report, or goes on with the one left here; text may already say
// much.
func (v *visit) open(ctx context.Context, text string) (Reply, error) {
	in, err := v.loadIntake(ctx)
	if errors.Is(err, ErrNotFound) {
		in, err = v.newIntake(ctx)
	} else if err == nil && text == "" {
		in.notice = v.words().IntakeGoesOn()
	}
	if err != nil {
		return Reply{}, err
	}
	if text != "" {
		if err := in.guess(ctx, text); err != nil {
			return Reply{}, err
		}
	}
	return in.ask(ctx)
}

func (v *visit) placeKey() DestinationID {
	if v.door.PlaceDest == "" {
		return v.door.PersonDest
	}
	return v.door.PlaceDest
}

func (v *visit) loadIntake(ctx context.Context) (*intake, error) {
	d, err := v.tx.Draft(ctx, v.door.PersonDest, v.placeKey())
	if err != nil {
		return nil, err
	}
	if !d.EndsAt.After(v.now) {
		return nil, ErrNotFound
	}
	in := &intake{v: v, d: d, errs: map[string]words.Text{}}
	return in, in.enter(ctx)
}

func (v *visit) newIntake(ctx context.Context) (*intake, error) {
	in := &intake{v: v, errs: map[string]words.Text{}, d: Draft{
		Person: v.door.PersonDest, Place: v.placeKey(), Answers: map[string]string{}, StartedAt: v.now,
	}}
	in.d.Tenant = v.customer()
	if in.d.Tenant == "" && v.door.Person == nil {
		return nil, domain.Refuse("not_registered")
	}
	if p := v.door.Person; p != nil && p.Side == domain.Customer {
		for k, a := range map[string]string{fieldOwner: display(p), fieldPhone: p.Phone, fieldEmail: p.Email} {
			if a != "" {
				in.d.Answers[k] = a
			}
		}
	}
	if v.lang != "" {
		in.d.Answers[fieldLanguage] = words.Match(v.lang)
	}
	if v.zone != "" {
		in.d.Answers[fieldZone] = v.zone
	}
	return in, in.enter(ctx)
}

// customer is whose incident this would be: by the place, else by the person.
func (v *visit) customer() domain.TenantID {
	if p := v.door.Place; p != nil && p.Side == domain.Customer {
		return p.Tenant
	}
	if p := v.door.Person; p != nil && p.Side == domain.Customer {
		return p.Tenant
	}
	return ""
}

// enter reads what the questions depend on, once the customer is known.
func (in *intake) enter(ctx context.Context) error {
	if id := in.d.Answers[fieldCustomer]; id != "" && in.d.Tenant == "" {
		in.d.Tenant = domain.TenantID(id)
	}
	v := in.v
	if in.d.Tenant == "" {
		var err error
		in.choosing, err = v.tx.Customers(ctx)
		return err
	}
	if err := v.tx.Enter(ctx, in.d.Tenant); err != nil {
		return err
	}
	var err error
	if in.tenant, err = v.tx.Tenant(ctx, in.d.Tenant); err != nil {
		return fmt.Errorf("read the customer: %w", err)
	}
	if in.scene, err = v.scene(ctx, in.d.Tenant); err != nil {
		return err
	}
	if in.events, err = v.tx.BusinessEvents(ctx, in.d.Tenant, v.now); err != nil {
		return fmt.Errorf("read business events: %w", err)
	}
	return nil
}

// submitted takes answers to the intake's form: one step, or all at once.
func (v *visit) submitIntake(ctx context.Context) (Reply, error) {
	in, err := v.loadIntake(ctx)
	if errors.Is(err, ErrNotFound) {
		return Reply{Text: v.words().DraftGone(), Close: true}, nil
	}
	if err != nil {
		return Reply{}, err
	}
	switch v.event.Values[Nav] {
	case NavCancel:
		if err := v.tx.DropDraft(ctx, in.d.Person, in.d.Place); err != nil {
			return Reply{}, err
		}
		return Reply{Text: v.words().IntakeCancelled(), Close: true}, nil
	case NavBack:
		in.back()
		return in.ask(ctx)
	}
	for _, key := range fieldOrder {
		if raw, given := v.event.Values[key]; given {
			if err := in.take(ctx, key, raw); err != nil {
				return Reply{}, err
			}
		}
	}
	for key := range v.event.Values {
		if key != Nav && !slices.Contains(fieldOrder, key) {
			in.notice = v.words().NoSuchField(key)
		}
	}
	if v.event.Partial || len(in.errs) > 0 {
		return in.ask(ctx)
	}
	if form := in.form(); form.Asking != "" {
		if len(v.event.Values) > 0 {
			in.errs[form.Asking] = v.words().PleaseAnswer()
		}
		return in.ask(ctx)
	}
	return in.finish(ctx)
}

var fieldOrder = []string{
	fieldCustomer, fieldKind, fieldProduct, fieldEnvironment, fieldSubscription, fieldEvent, fieldHappened, fieldSince,
	fieldImpact, fieldSeverity, fieldCommit, fieldContacts, fieldInstead, fieldOwner, fieldPhone, fieldEmail,
	fieldLanguage, fieldZone,
}

// back forgets the last answer, so that its question is asked again.
func (in *intake) back() {
	n := len(in.d.Asked)
	if n == 0 {
		in.notice = in.v.words().NothingBefore()
		return
	}
	delete(in.d.Answers, in.d.Asked[n-1])
	in.d.Asked = in.d.Asked[:n-1]
}

// ask saves the draft and shows the form at its next question.
func (in *intake) ask(ctx context.Context) (Reply, error) {
	in.d.SavedAt = in.v.now
	in.d.EndsAt = in.v.now.Add(draftLife)
	in.d.RemindAt = time.Time{}
	if in.scene != nil && in.scene.agreement.Policy.DraftLeft > 0 {
		in.d.RemindAt = in.v.now.Add(in.scene.agreement.Policy.DraftLeft)
	}
	if err := in.v.tx.SaveDraft(ctx, in.d); err != nil {
		return Reply{}, fmt.Errorf("save the draft: %w", err)
	}
	f := in.form()
	return Reply{Text: in.notice, Form: &f}, nil
}

// form shows the questions that apply, given the answers so far.
func (in *intake) form() Form {
	w := in.v.words()
	f := Form{Key: intakeForm, Title: w.IntakeTitle(), Submit: w.ButtonOpen(), Back: len(in.d.Asked) > 0}
	if in.tenant.Name != "" {
		f.Title = w.IntakeTitleFor(in.tenant.Name)
	}
	for _, key := range fieldOrder {
		field, applies := in.field(key)
		if !applies {
			continue
		}
		field.Value, field.Error = in.d.Answers[key], in.errs[key]
		if field.Value == skipped {
			field.Value = ""
		}
		if f.Asking == "" && (in.d.Answers[key] == "" || field.Error != "") {
			f.Asking = key
		}
		f.Fields = append(f.Fields, field)
		if key == fieldCustomer && in.d.Tenant == "" {
			break // the other questions depend on whose incident it is
		}
	}
	if f.Asking == "" {
		f.Intro = in.summary()
	}
	return f
}

// field is one question; applies says whether it is asked at all.
func (in *intake) field(key string) (f Field, applies bool) {
	w := in.v.words()
	a := in.d.Answers
	f = Field{Key: key, Kind: FieldText}
	breakFix := a[fieldKind] != string(domain.Advice)
	sev := terms.Severity(a[fieldSeverity])
	critical := sev == terms.Sev1 || sev == terms.SevA
	switch key {
	case fieldCustomer:
		if len(in.choosing) == 0 {
			return f, false
		}
		f.Kind, f.Label = FieldChoice, w.AskCustomer()
		for _, t := range in.choosing {
			f.Options = append(f.Options, Option{Value: string(t.ID), Label: words.Plain(t.Name)})
		}
	case fieldKind:
		f.Kind, f.Label = FieldChoice, w.AskKind()
		f.Options = []Option{
			{Value: string(domain.BreakFix), Label: w.KindBreakfix(), Help: w.KindBreakfixHelp()},
			{Value: string(domain.Advice), Label: w.KindAdvice(), Help: w.KindAdviceHelp()},
		}
	case fieldProduct:
		f.Kind, f.Label, f.Help = FieldSearch, w.AskProduct(), w.AskProductHelp()
		for _, p := range in.v.bot.Terms.Products() {
			f.Options = append(f.Options, Option{Value: p.Code, Label: words.Plain(p.Name)})
		}
	case fieldEnvironment:
		f.Kind, f.Label = FieldChoice, w.AskEnvironment()
		f.Options = []Option{{Value: production, Label: w.EnvironmentProduction()}, {Value: nonProduction, Label: w.EnvironmentOther()}}
		return f, breakFix
	case fieldSubscription:
		subs := in.subscriptions()
		if !breakFix || len(subs) == 0 {
			return f, false
		}
		f.Kind, f.Label = FieldChoice, w.AskSubscription()
		for _, s := range subs {
			f.Options = append(f.Options, Option{Value: s.ID, Label: words.Plain(s.Name)})
		}
		f.Options = append(f.Options, Option{Value: skipped, Label: w.SubscriptionNone()})
	case fieldEvent:
		e, running := in.running()
		if !breakFix || !running {
			return f, false
		}
		f.Kind, f.Label = FieldChoice, w.AskEvent(e.Name)
		f.Options = in.yesNo()
	case fieldHappened:
		f.Kind, f.Label, f.Help = FieldLong, w.AskHappened(), w.AskHappenedHelp()
	case fieldSince:
		f.Kind, f.Label, f.Help, f.Optional = FieldTime, w.AskSince(), w.AskSinceHelp(), true
		return f, breakFix
	case fieldImpact:
		f.Kind, f.Label, f.Help = FieldLong, w.AskImpact(), w.AskImpactHelp()
		return f, breakFix
	case fieldSeverity:
		f.Kind, f.Label = FieldChoice, w.AskSeverity()
		if !breakFix || in.scene == nil {
			return f, false
		}
		for _, s := range []terms.Severity{terms.Sev1, terms.SevA, terms.SevB, terms.SevC} {
			f.Options = append(f.Options, Option{Value: string(s), Label: w.ChooseSeverity(string(s), w.SeverityMeaning(s)), Help: in.preview(s)})
		}
	case fieldCommit:
		f.Kind, f.Options = FieldChoice, in.yesNo()
		switch {
		case critical:
			f.Label, f.Help = w.AskCommitment(string(sev)), w.AskCommitmentHelp()
		case sev == terms.SevB:
			f.Label, f.Help = w.AskCommitmentB(), w.AskCommitmentBHelp()
		}
		return f, breakFix && (critical || sev == terms.SevB)
	case fieldContacts:
		f.Kind, f.Label, f.Help = FieldLong, w.AskContacts(), w.AskContactsHelp()
		return f, breakFix && (critical || sev == terms.SevB) && a[fieldCommit] == yes
	case fieldInstead:
		f.Kind, f.Label = FieldChoice, w.AskInstead(string(sev))
		f.Options = []Option{
			{Value: "B", Label: w.InsteadB()},
			{Value: "keep", Label: w.InsteadKeep(string(sev)), Help: w.InsteadKeepHelp()},
		}
		return f, breakFix && critical && a[fieldCommit] == no
	case fieldOwner:
		f.Label, f.Help = w.AskOwner(), w.AskOwnerHelp()
	case fieldPhone:
		f.Kind, f.Label, f.Help = FieldPhone, w.AskPhone(), w.AskPhoneHelp()
	case fieldEmail:
		f.Kind, f.Label = FieldEmail, w.AskEmail()
	case fieldLanguage:
		f.Kind, f.Label = FieldChoice, w.AskLanguage()
		for _, l := range words.Languages() {
			f.Options = append(f.Options, Option{Value: l, Label: w.LanguageName(l)})
		}
	case fieldZone:
		f.Label, f.Help = w.AskZone(), w.AskZoneHelp()
	}
	return f, true
}

func (in *intake) yesNo() []Option {
	w := in.v.words()
	return []Option{{Value: yes, Label: w.Yes()}, {Value: no, Label: w.No()}}
}

// subscriptions are the enrolled ones of the chosen environment.
func (in *intake) subscriptions() []domain.Subscription {
	if in.scene == nil {
		return nil
	}
	p, err := in.v.bot.Terms.Product(in.d.Answers[fieldProduct])
	if err != nil || !p.Online {
		return nil
	}
	var out []domain.Subscription
	for _, s := range in.scene.agreement.Subscriptions {
		if s.Production == (in.d.Answers[fieldEnvironment] != nonProduction) {
			out = append(out, s)
		}
	}
	return out
}

// running is the business event in whose window we are, if the product is in
// its scope.
func (in *intake) running() (domain.BusinessEvent, bool) {
	for _, e := range in.events {
		if e.Running(in.v.now) && (len(e.Products) == 0 || slices.Contains(e.Products, in.d.Answers[fieldProduct])) {
			return e, true
		}
	}
	return domain.BusinessEvent{}, false
}

// take checks one answer and keeps it; a bad one becomes an error under its field.
func (in *intake) take(ctx context.Context, key, raw string) error {
	field, applies := in.field(key)
	if !applies {
		return nil
	}
	if short, cut := words.Cut(words.Clean(raw), maxText); cut {
		in.notice = in.v.words().TextWasCut(strconv.Itoa(maxText))
		if key == fieldHappened {
			in.d.Answers["whole"] = words.Clean(raw) // the whole is kept
		}
		raw = short
	}
	value, err := in.v.read(field, raw)
	var refusal *domain.Refusal
	if errors.As(err, &refusal) {
		in.errs[key] = sayRefusal(in.v.words(), refusal)
		return nil
	}
	if err != nil {
		return err
	}
	in.set(key, value)
	switch key {
	case fieldCustomer:
		return in.enter(ctx)
	case fieldInstead:
		if value == "B" {
			in.set(fieldSeverity, "B")
			delete(in.d.Answers, fieldCommit)
			delete(in.d.Answers, fieldInstead)
			in.d.Asked = slices.DeleteFunc(in.d.Asked, func(k string) bool { return k == fieldInstead || k == fieldCommit })
		}
	case fieldSeverity: // the commitment asked for is another one now
		delete(in.d.Answers, fieldCommit)
		delete(in.d.Answers, fieldInstead)
		in.d.Asked = slices.DeleteFunc(in.d.Asked, func(k string) bool { return k == fieldInstead || k == fieldCommit })
	}
	return nil
}

func (in *intake) set(key, value string) {
	in.d.Answers[key] = value
	in.d.Asked = append(slices.DeleteFunc(in.d.Asked, func(k string) bool { return k == key }), key)
}

// report is what the answers say.
func (in *intake) report() domain.Report {
	a := in.d.Answers
	r := domain.Report{
		Happened: a[fieldHappened], Impact: a[fieldImpact], Product: a[fieldProduct],
		Production: a[fieldEnvironment] != nonProduction,
		Owner:      domain.Contact{Name: a[fieldOwner], Phone: a[fieldPhone], Email: a[fieldEmail]},
		Language:   a[fieldLanguage], Zone: a[fieldZone], Country: in.tenant.Country,
	}
	if whole := a["whole"]; whole != "" {
		r.Happened = whole
	}
	first, _, _ := strings.Cut(strings.TrimSpace(a[fieldHappened]), "\n")
	r.Title, _ = words.Cut(words.Line(first), maxTitle)
	if s := a[fieldSubscription]; s != skipped {
		r.Subscription = s
	}
	r.Since, _ = time.Parse(time.RFC3339, a[fieldSince])
	if e, ok := in.running(); ok && a[fieldEvent] == yes {
		r.EventID = e.ID
	}
	r.Contacts = parseContacts(a[fieldContacts])
	return r
}

// preview says what choosing a severity would get and owe, before it is chosen.
func (in *intake) preview(s terms.Severity) words.Text {
	r := in.report()
	env, err := in.scene.env(&r)
	if err != nil {
		return ""
	}
	c, err := domain.Promise(env, r, s, s == terms.Sev1 || s == terms.SevA, in.v.now, r.EventID != "", in.tag(r), "")
	if err != nil {
		return ""
	}
	return previewText(in.v.words(), c)
}

// tag is what the text of a case for a business event must contain (A3-06).
func (in *intake) tag(r domain.Report) string {
	if r.EventID != "" {
		return domain.EventTag
	}
	return ""
}

// finish opens the incident, or says why it can't be opened yet.
func (in *intake) finish(ctx context.Context) (Reply, error) {
	v, w := in.v, in.v.words()
	number, err := v.tx.NextNumber(ctx, in.d.Tenant)
	if err != nil {
		return Reply{}, fmt.Errorf("next number: %w", err)
	}
	r := in.report()
	env, err := in.scene.env(&r)
	if err != nil {
		return Reply{}, err
	}
	o := domain.Opening{
		ID: domain.IncidentID(v.bot.NewID()), Tenant: in.d.Tenant, Ref: in.tenant.Prefix + "-" + strconv.Itoa(number),
		Kind: domain.Kind(in.d.Answers[fieldKind]), Report: r, By: v.actor(), Severity: terms.Severity(in.d.Answers[fieldSeverity]),
		Commit24x7: in.d.Answers[fieldCommit] == yes, AboutEvent: r.EventID != "", Tag: in.tag(r),
	}
	if p := v.door.Person; p != nil {
		o.Reporter = p.ID
	}
	if p := v.door.Place; p != nil && p.Side == domain.Customer {
		o.Place = p.ID
	}
	out, err := domain.OpenIncident(o, v.now, env)
	if err != nil {
		return Reply{}, err
	}
	kept := in.scene.kept(domain.Incident{}, out, env)
	kept.New, kept.Number = true, number
	if err := v.tx.Keep(ctx, in.d.Tenant, []Kept{kept}); err != nil {
		return Reply{}, fmt.Errorf("keep %s: %w", o.Ref, err)
	}
	v.bot.step("in: decision written")
	if err := v.tx.DropDraft(ctx, in.d.Person, in.d.Place); err != nil {
		return Reply{}, fmt.Errorf("drop the draft: %w", err)
	}
	inc := kept.Incident
	text := w.OpenedAdvice(inc.Ref)
	switch {
	case inc.Status == domain.AwaitingCase:
		text = words.Lines(w.OpenedAwaiting(inc.Ref, channelList(w, inc.Promise.SubmitVia)), pasteText(w, inc), w.OpenedAwaitingNext(inc.Ref))
	case inc.Kind == domain.BreakFix && inc.FirstResponse.Due.IsZero():
		text = w.OpenedNoTarget(inc.Ref)
	case inc.Kind == domain.BreakFix:
		text = w.Opened(inc.Ref, inc.FirstResponse.Due)
	}
	return Reply{Text: text, Close: true}, nil
}
