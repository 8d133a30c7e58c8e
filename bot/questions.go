package bot

import (
	"slices"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// The questions of the intake, by field key.
const (
	fieldCustomer     = "customer"
	fieldReported     = "reported" // how the customer told the provider's person who writes it down
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

// fieldOrder is the order in which they are asked.
var fieldOrder = []string{
	fieldCustomer, fieldReported, fieldKind, fieldProduct, fieldEnvironment, fieldSubscription, fieldEvent, fieldHappened, fieldSince,
	fieldImpact, fieldSeverity, fieldCommit, fieldContacts, fieldInstead, fieldOwner, fieldPhone, fieldEmail,
	fieldLanguage, fieldZone,
}

// The answers that are chosen, not typed.
const (
	yes               = "yes"
	no                = "no"
	skipped           = "-" // an optional question was left out
	production        = "production"
	nonProduction     = "non-production"
	otherSubscription = "other" // one that is not enrolled
	byPhone           = "phone"
	otherwise         = "other"
)

var severities = []terms.Severity{terms.Sev1, terms.SevA, terms.SevB, terms.SevC}

// form shows the questions that apply, given the answers so far, with what each
// severity gets and owes, and what will be opened once all are answered.
func (in *intake) form() (Form, error) {
	f := in.questions()
	if in.scene == nil { // only the customer is asked for
		return f, nil
	}
	o, err := in.offer()
	if err != nil {
		return f, err
	}
	w := in.v.words()
	for n := range f.Fields {
		switch field := &f.Fields[n]; {
		case field.Key == fieldSeverity && in.d.Answers[fieldProduct] == "":
			field.Help = w.PreviewProductFirst()
		case field.Key == fieldSeverity:
			for k := range field.Options {
				field.Options[k].Help = o.preview(terms.Severity(field.Options[k].Value))
			}
		case field.Key == fieldInstead:
			sev := terms.Severity(in.d.Answers[fieldSeverity])
			field.Label = w.AskInstead(string(sev), o.consequence(sev))
		}
	}
	if f.Asking == "" {
		f.Intro, f.Typing, f.Submit = o.summary(), w.SummaryConfirm(), w.ButtonOpen()
	}
	return f, nil
}

// questions are those that apply, and the one to be answered next. What depends
// on the agreement is said by form, for those who read it.
func (in *intake) questions() Form {
	w := in.v.words()
	f := Form{Key: intakeForm + " " + string(in.d.Place), Title: w.IntakeTitle(), Submit: w.ButtonContinue(), Back: len(in.d.Asked) > 0, Kept: true}
	if in.tenant.Name != "" {
		f.Title = w.IntakeTitleFor(in.tenant.Name)
	}
	for _, key := range fieldOrder {
		field, applies := in.field(key)
		if !applies {
			continue
		}
		field.Value, field.Error = shown(in.d.Answers[key]), in.errs[key]
		if f.Asking == "" && (in.d.Answers[key] == "" || field.Error != "" || in.d.Answers[keptEdit] == key) {
			f.Asking = key
		}
		f.Fields = append(f.Fields, field)
		if key == fieldCustomer && in.d.Tenant == "" {
			break // the other questions depend on whose incident it is
		}
	}
	return f
}

// field is one question; applies says whether it is asked at all.
func (in *intake) field(key string) (f Field, applies bool) {
	w := in.v.words()
	a := in.d.Answers
	f = Field{Key: key, Kind: FieldText}
	switch key {
	case fieldCustomer:
		f.Kind, f.Label = FieldChoice, w.AskCustomer()
		for _, t := range in.choosing {
			f.Options = append(f.Options, Option{Value: string(t.ID), Label: words.Plain(t.Name)})
		}
		return f, len(in.choosing) > 0
	case fieldReported:
		f.Kind, f.Label = FieldChoice, w.AskReported()
		f.Options = []Option{{Value: byPhone, Label: w.ReportedPhone()}, {Value: otherwise, Label: w.ReportedOther()}}
		return f, in.onBehalf()
	case fieldKind:
		f.Kind, f.Label = FieldChoice, w.AskKind()
		f.Options = []Option{
			{Value: string(domain.BreakFix), Label: w.KindBreakfix(), Help: w.KindBreakfixHelp()},
			{Value: string(domain.Advice), Label: w.KindAdvice(), Help: w.KindAdviceHelp()},
		}
	case fieldProduct:
		f.Kind, f.Label, f.Help = FieldSearch, w.AskProduct(), w.AskProductHelp()
		f.Options = in.productOptions()
		if len(f.Options) > 0 {
			f.Help = ""
		}
	case fieldHappened:
		f.Kind, f.Label, f.Help = FieldLong, w.AskHappened(), w.AskHappenedHelp()
		if a[fieldKind] == string(domain.Advice) {
			f.Label = w.AskQuestion()
		}
	case fieldOwner:
		f.Label, f.Help = w.AskOwner(), w.AskOwnerHelp()
		if in.onBehalf() {
			f.Label = w.AskOwnerTheirs()
		}
	case fieldPhone:
		f.Kind, f.Label, f.Help = FieldPhone, w.AskPhone(), w.AskPhoneHelp()
		f.Optional = true // an e-mail address is enough
	case fieldEmail:
		f.Kind, f.Label = FieldEmail, w.AskEmail()
		f.Optional = in.said(fieldPhone) != ""
	case fieldLanguage:
		f.Kind, f.Label = FieldChoice, w.AskLanguage()
		for _, l := range words.Languages() {
			f.Options = append(f.Options, Option{Value: l, Label: w.LanguageName(l)})
		}
	case fieldZone:
		f.Label, f.Help = w.AskZone(), w.AskZoneHelp()
	default:
		if a[fieldKind] == string(domain.Advice) {
			return f, false
		}
		return in.faultField(f)
	}
	return f, true
}

// faultField is a question that is asked about faults only.
func (in *intake) faultField(f Field) (field Field, applies bool) {
	w := in.v.words()
	sev := terms.Severity(in.d.Answers[fieldSeverity])
	critical := sev == terms.Sev1 || sev == terms.SevA
	switch f.Key {
	case fieldEnvironment:
		f.Kind, f.Label = FieldChoice, w.AskEnvironment()
		f.Options = []Option{{Value: production, Label: w.EnvironmentProduction()}, {Value: nonProduction, Label: w.EnvironmentOther()}}
	case fieldSubscription:
		subs := in.subscriptions()
		f.Kind, f.Label = FieldChoice, w.AskSubscription()
		for _, s := range subs {
			f.Options = append(f.Options, Option{Value: s.ID, Label: words.Plain(s.Name)})
		}
		f.Options = append(f.Options, Option{Value: otherSubscription, Label: w.SubscriptionOther()}, Option{Value: skipped, Label: w.SubscriptionUnknown()})
		return f, len(subs) > 0
	case fieldEvent:
		e, running := in.running()
		f.Kind, f.Label, f.Options = FieldChoice, w.AskEvent(e.Name), in.yesNo()
		return f, running
	case fieldSince:
		f.Kind, f.Label, f.Help, f.Optional = FieldTime, w.AskSince(), w.AskSinceHelp(), true
	case fieldImpact:
		f.Kind, f.Label, f.Help = FieldLong, w.AskImpact(), w.AskImpactHelp()
		if in.onBehalf() {
			f.Label = w.AskImpactTheirs()
		}
	case fieldSeverity:
		f.Kind, f.Label = FieldChoice, w.AskSeverity()
		if in.scene == nil {
			return f, false
		}
		for _, s := range severities {
			f.Options = append(f.Options, Option{Value: string(s), Label: w.ChooseSeverity(string(s), w.SeverityMeaning(s))})
		}
	case fieldCommit:
		f.Kind, f.Options = FieldChoice, in.yesNo()
		switch {
		case critical && in.onBehalf():
			f.Label, f.Help = w.AskCommitmentTheirs(string(sev)), w.AskCommitmentHelp()
		case critical:
			f.Label, f.Help = w.AskCommitment(string(sev)), w.AskCommitmentHelp()
		case sev == terms.SevB:
			f.Label, f.Help = w.AskCommitmentB(), w.AskCommitmentBHelp()
		default:
			return f, false
		}
	case fieldContacts:
		f.Kind, f.Label, f.Help = FieldLong, w.AskContacts(), w.AskContactsHelp()
		return f, sev != "" && sev != terms.SevC && in.d.Answers[fieldCommit] == yes
	case fieldInstead:
		f.Kind = FieldChoice
		f.Options = []Option{
			{Value: "B", Label: w.InsteadB()},
			{Value: "keep", Label: w.InsteadKeep(string(sev)), Help: w.InsteadKeepHelp()},
		}
		return f, critical && in.d.Answers[fieldCommit] == no
	}
	return f, true
}

func (in *intake) yesNo() []Option {
	w := in.v.words()
	return []Option{{Value: yes, Label: w.Yes()}, {Value: no, Label: w.No()}}
}

// mostHits is how many products are offered when several fit.
const mostHits = 8

// productOptions are those that fit what was typed, or the one chosen.
func (in *intake) productOptions() []Option {
	ed := in.v.bot.Terms
	var fit []terms.Product
	if typed := in.d.Answers[keptSearch]; typed != "" {
		fit = nearProducts(ed, typed)
	} else if p, err := ed.Product(in.d.Answers[fieldProduct]); err == nil {
		fit = append(fit, p)
	}
	var out []Option
	for _, p := range fit {
		out = append(out, Option{Value: p.Code, Label: words.Plain(p.Name)})
	}
	return out
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
