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

// report is what the answers say.
func (in *intake) report() domain.Report {
	a := in.d.Answers
	r := domain.Report{
		Happened: a[fieldHappened], Impact: a[fieldImpact], Product: a[fieldProduct],
		Production:   a[fieldEnvironment] != nonProduction,
		Subscription: in.said(fieldSubscription),
		Owner:        domain.Contact{Name: a[fieldOwner], Phone: in.said(fieldPhone), Email: in.said(fieldEmail)},
		Contacts:     parseContacts(a[fieldContacts]),
		Language:     a[fieldLanguage], Zone: a[fieldZone], Country: in.tenant.Country,
		Via: in.via(), Links: in.links(),
	}
	first, _, _ := strings.Cut(strings.TrimSpace(a[fieldHappened]), "\n")
	r.Title, _ = words.Cut(words.Line(first), maxTitle)
	r.Since, _ = time.Parse(time.RFC3339, a[fieldSince])
	if e, ok := in.running(); ok && a[fieldEvent] == yes {
		r.EventID = e.ID
	}
	return r
}

// via is phone when the provider's person writes down a call; "" leaves it to
// the terms.
func (in *intake) via() terms.Channel {
	if in.onBehalf() && in.d.Answers[fieldReported] == byPhone {
		return terms.Phone
	}
	return ""
}

// tag is what the text of a case for a business event must contain (A3-06).
func (in *intake) tag(r domain.Report) string {
	if r.EventID != "" {
		return domain.EventTag
	}
	return ""
}

// offer is the report as it is answered so far, beside what the rules may look
// at: made once a form, and asked about each severity.
type offer struct {
	in     *intake
	report domain.Report
	env    domain.Env
}

func (in *intake) offer() (o offer, err error) {
	o = offer{in: in, report: in.report()}
	o.env, err = in.scene.env(&o.report)
	return o, err
}

// promise is what the report would get at that severity, made the way it is
// made or, where it isn't made yet, the way the plans want.
func (o *offer) promise(s terms.Severity, commit bool) (terms.Commitment, error) {
	r := o.report
	return domain.Promise(o.env, r, s, commit, o.in.v.now, r.EventID != "", o.in.tag(r), r.Via)
}

// preview says what choosing a severity would get and owe, before it is chosen.
func (o *offer) preview(s terms.Severity) words.Text {
	around := o.in.aroundTheClock(s)
	c, err := o.promise(s, around)
	if err != nil {
		return ""
	}
	text := o.in.previewText(c)
	if s.Critical() && !around {
		text = words.Lines(text, o.in.withoutPeople(c))
	}
	return text
}

// withoutPeople says what a critical incident comes to while the customer has
// nobody around the clock.
func (in *intake) withoutPeople(c terms.Commitment) words.Text {
	w := in.v.words()
	return w.SummaryNoCommitment(w.Code(c.IfCustomerCannot, nil))
}

// aroundTheClock says whether people around the clock are reckoned with at that
// severity: as answered for it, or else as 1 and A want it.
func (in *intake) aroundTheClock(s terms.Severity) bool {
	chosen, answer := terms.Severity(in.d.Answers[fieldSeverity]), in.d.Answers[fieldCommit]
	if answer != "" && (chosen == s || chosen.Critical() && s.Critical()) {
		return answer == yes
	}
	return s.Critical()
}

// previewText says what a commitment gets and owes, in one line each.
func (in *intake) previewText(c terms.Commitment) words.Text {
	w := in.v.words()
	var lines []words.Text
	if t := c.FirstResponse; t != nil {
		lines = append(lines, w.PreviewResponse(t.Target, w.Clock(t.Clock), t.Due, w.Plan(c.Plan)))
	} else {
		lines = append(lines, w.PreviewNone())
	}
	if t := c.WorkBegins; t != nil {
		lines = append(lines, w.PreviewWork(t.Due))
	}
	if len(c.Assigned) > 0 {
		lines = append(lines, w.PreviewAssigned(factList(w, c.Assigned)))
	}
	switch {
	case len(c.Duties) == 0:
	case in.onBehalf():
		lines = append(lines, w.PreviewDutiesTheirs(theirList(w, c.Duties)))
	default:
		lines = append(lines, w.PreviewDuties(factList(w, c.Duties)))
	}
	switch {
	case !in.elsewhere(c):
	case in.onBehalf():
		lines = append(lines, w.PreviewViaTheirs(channelList(w, c.SubmitVia)))
	default:
		lines = append(lines, w.PreviewVia(channelList(w, c.SubmitVia)))
	}
	return words.Lines(lines...)
}

// remarks are what somebody should know before it is opened: languages other
// than the contact's, and the few notes that may change what was just promised.
func (in *intake) remarks(c terms.Commitment) []words.Text {
	w := in.v.words()
	var lines []words.Text
	theirs, _, _ := strings.Cut(in.d.Answers[fieldLanguage], "-")
	if c.Plan != "" && len(c.Languages) > 0 && !slices.Contains(c.Languages, theirs) && !slices.Contains(c.Languages, localLanguage) {
		var all []words.Text
		for _, tag := range c.Languages {
			all = append(all, w.LanguageName(tag))
		}
		lines = append(lines, w.PreviewLanguages(w.List(all...)))
	}
	for _, f := range c.Notes {
		switch f.Code {
		case terms.NoteCalendarEnds, terms.NotePreview, terms.NoteKeptByPerson:
			lines = append(lines, w.PreviewNote(w.Fact(f)))
		}
	}
	return lines
}

// localLanguage in a commitment is the customer's own, where available.
const localLanguage = "local"

// onBehalf says that somebody of the provider's writes it down for a customer.
func (in *intake) onBehalf() bool { return in.v.door.Person.Side == domain.Provider }

// elsewhere says whether the case has to be made another way than here.
func (in *intake) elsewhere(c terms.Commitment) bool {
	if in.via() != "" || c.Plan == "" || len(c.SubmitVia) == 0 || slices.Contains(c.SubmitVia, terms.Chat) {
		return false
	}
	return slices.ContainsFunc(c.Plans, func(p terms.Plan) bool {
		wants := p == c.Plan || p == terms.EventMCS || p == terms.EventMCSPlus
		return wants && !slices.Contains(in.scene.agreement.Policy.ChatSubmits, p)
	})
}

// consequence is what may follow when the customer has nobody around the clock.
func (o *offer) consequence(s terms.Severity) words.Text {
	c, err := o.promise(s, false)
	if err != nil {
		return ""
	}
	return o.in.v.words().Code(c.IfCustomerCannot, nil)
}

// summary is what will be opened, to be confirmed.
func (o *offer) summary() words.Text {
	in := o.in
	w := in.v.words()
	a := in.d.Answers
	var lines []words.Text
	for _, key := range fieldOrder {
		f, applies := in.field(key)
		if !applies || a[key] == "" || a[key] == skipped {
			continue
		}
		label, _ := w.Look("field", key, nil)
		if key == fieldHappened && a[fieldKind] == string(domain.Advice) {
			label = w.LabelQuestion()
		}
		lines = append(lines, w.SummaryLine(label, in.value(f)))
		if key == fieldHappened {
			for _, l := range in.links() {
				lines = append(lines, linkLine(w, l))
			}
		}
	}
	sev := terms.Severity(a[fieldSeverity])
	if sev != "" && a[fieldKind] != string(domain.Advice) {
		if c, err := o.promise(sev, a[fieldCommit] == yes); err == nil {
			lines = append(lines, "", in.previewText(c))
			lines = append(lines, in.remarks(c)...)
			if in.scene.agreement.DependsOnSubscription(&domain.Incident{Kind: domain.BreakFix, Severity: sev, Report: o.report, Promise: c}) {
				lines = append(lines, w.PreviewNote(w.CardSubscriptionUnknown()))
			}
			if a[fieldCommit] == no && sev.Critical() {
				lines = append(lines, in.withoutPeople(c))
			}
		}
		lines = append(lines, w.SummaryTargets())
	} else {
		lines = append(lines, "", w.SummaryAdvice())
	}
	return words.Lines(lines...)
}

// value is an answer as a person reads it.
func (in *intake) value(f Field) words.Text {
	w := in.v.words()
	a := in.d.Answers[f.Key]
	switch {
	case f.Key == fieldSeverity:
		return words.Plain(a)
	case f.Kind == FieldTime:
		t, _ := time.Parse(time.RFC3339, a)
		return words.At(t)
	case f.Key == fieldProduct:
		if p, err := in.v.bot.Terms.Product(a); err == nil {
			return words.Plain(p.Name)
		}
	case f.Key == fieldContacts:
		var all []words.Text
		for _, c := range parseContacts(a) {
			all = append(all, contactLine(c))
		}
		return w.Items(all...)
	case f.Kind == FieldLong:
		short, _ := words.Cut(words.Line(a), 200)
		return words.Plain(short)
	case f.Key == fieldSubscription && a == otherSubscription:
		return w.SubscriptionOther()
	}
	for _, o := range f.Options {
		if o.Value == a {
			return o.Label
		}
	}
	return words.Plain(a)
}

// finish opens the incident, or says why it can't be opened yet.
func (in *intake) finish(ctx context.Context) (Reply, error) {
	v := in.v
	r := in.report()
	env, err := in.scene.env(&r)
	if err != nil {
		return Reply{}, err
	}
	reporter := in.reporter()
	if err := v.introduce(&domain.Incident{Reporter: reporter, Report: r}); err != nil {
		return Reply{}, err
	}
	o := domain.Opening{
		ID: domain.IncidentID(v.bot.NewID()), Tenant: in.d.Tenant, Kind: domain.Kind(in.d.Answers[fieldKind]), Report: r, By: v.actor(),
		Severity: terms.Severity(in.d.Answers[fieldSeverity]), Commit24x7: in.d.Answers[fieldCommit] == yes,
		AboutEvent: r.EventID != "", Tag: in.tag(r), Reporter: reporter, Place: in.place(),
	}
	if o.Severity == terms.SevC {
		o.Commit24x7 = false
	}
	// Asked before a number is taken, so that what is refused leaves no gap.
	_, err = domain.OpenIncident(o, v.now, env)
	var refusal *domain.Refusal
	if errors.As(err, &refusal) && refusal.Code != "not_allowed" {
		if f, applies := in.field(refusal.Field); applies {
			in.errs[f.Key] = sayRefusal(v.words(), refusal)
			return in.ask(ctx)
		}
	}
	if err != nil {
		return Reply{}, err
	}
	number, err := v.tx.NextNumber(ctx, in.d.Tenant)
	if err != nil {
		return Reply{}, fmt.Errorf("next number: %w", err)
	}
	o.Ref = in.tenant.Prefix + "-" + strconv.Itoa(number)
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
	// What is left of the draft answers a button pressed twice.
	in.d.Answers, in.d.Asked = map[string]string{keptOpened: o.Ref}, nil
	in.d.SavedAt, in.d.RemindAt, in.d.EndsAt = v.now, time.Time{}, v.now.Add(draftLife)
	if err := v.tx.SaveDraft(ctx, in.d); err != nil {
		return Reply{}, fmt.Errorf("end the draft: %w", err)
	}
	return Reply{Text: in.openedText(kept.Incident), Close: true}, nil
}

// reporter is the customer's person whose incident it is: who reports it, or
// for whom somebody of the provider's writes it down.
func (in *intake) reporter() domain.PersonID {
	p := in.v.door.Person
	if in.onBehalf() {
		if p = in.customersPerson(in.d.Answers[fieldOwner]); p == nil {
			return ""
		}
	}
	return p.ID
}

// place is where the customer talks about it: where it was reported, or the
// customer's first channel when somebody of the provider's writes it down.
func (in *intake) place() domain.PlaceID {
	if p := in.where(); p != nil && p.Side == domain.Customer {
		return p.ID
	}
	if !in.onBehalf() {
		return ""
	}
	for _, r := range in.scene.directory.Recipients {
		if p := r.Place; p != nil && p.Side == domain.Customer && p.Purpose == ForCustomer {
			return p.ID
		}
	}
	return ""
}

// openedText says what comes next.
func (in *intake) openedText(inc domain.Incident) words.Text {
	w, ed := in.v.words(), in.v.bot.Terms
	switch {
	case inc.Status == domain.AwaitingCase:
		return words.Lines(w.OpenedAwaiting(inc.Ref, channelList(w, inc.Promise.SubmitVia)), pasteText(w, ed, inc), w.OpenedAwaitingNext(inc.Ref))
	case inc.Kind == domain.Advice:
		return w.OpenedAdvice(inc.Ref)
	case inc.FirstResponse.Due.IsZero():
		return w.OpenedNoTarget(inc.Ref)
	case in.onBehalf():
		return w.OpenedFor(inc.Ref, in.tenant.Name, inc.FirstResponse.Due)
	default:
		return w.Opened(inc.Ref, inc.FirstResponse.Due)
	}
}
