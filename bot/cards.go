package bot

import (
	"slices"
	"strconv"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

func rfc(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// cards are the incident's: one for the customer and one for the engineers who
// have it, each as it should look now.
func (s *scene) cards(i domain.Incident) []Card {
	var out []Card
	add := func(audience string, r Recipient) {
		lang, zone := r.reader()
		m := s.bot.card(words.In(lang), i, audience)
		m.Lang, m.Zone = lang, zone
		out = append(out, Card{Topic: "incident:" + string(i.ID) + ":" + audience, Incident: i.ID, Destination: r.Destination, Message: m})
	}
	for _, r := range s.directory.who(&i, domain.ToCustomer) {
		add(forCustomer, r)
	}
	for _, r := range s.directory.who(&i, domain.ToEngineers) {
		add(forEngineers, r)
	}
	return out
}

// The audiences of an incident's cards.
const (
	forCustomer  = "customer"
	forEngineers = "engineers"
)

// card is the incident as an audience sees it now.
func (b *Bot) card(w *words.Words, i domain.Incident, audience string) Message {
	if audience == forCustomer {
		return customerCard(w, i)
	}
	product := i.Report.Product
	if p, err := b.Terms.Product(product); err == nil {
		product = p.Name
	}
	return engineerCard(w, i, product)
}

// state says in a few words where the incident stands.
func state(w *words.Words, i domain.Incident) words.Text {
	switch i.Status {
	case domain.AwaitingCase:
		return w.StateAwaitingCase()
	case domain.Mitigated:
		return w.StateMitigated(i.MitigatedAt)
	case domain.Resolved:
		return w.StateResolved(i.ResolvedAt)
	case domain.Closed:
		return w.StateClosed(i.ClosedAt)
	case domain.Cancelled:
		if i.DuplicateOf != "" {
			return w.StateDuplicate(i.DuplicateOf)
		}
		return w.StateCancelled()
	case domain.Open:
	}
	switch {
	case i.FirstResponse.Running() && i.AckedName == "":
		return w.StateWaiting(i.FirstResponse.Due)
	case i.FirstResponse.Running():
		return w.StateSeen(i.AckedName, i.FirstResponse.Due)
	case i.OwnerName != "":
		return w.StateWorking(i.OwnerName)
	case i.AckedName != "":
		return w.StateWorking(i.AckedName)
	default:
		return w.StateOpen()
	}
}

func headline(w *words.Words, i domain.Incident) words.Text {
	if i.Kind == domain.Advice {
		return w.CardAdvice(i.Ref, i.Report.Title, state(w, i))
	}
	return w.CardHeadline(i.Ref, string(i.Severity), i.Report.Title, state(w, i))
}

func customerCard(w *words.Words, i domain.Incident) Message {
	m := Message{Text: headline(w, i)}
	fact := func(label, value words.Text) { m.Fields = append(m.Fields, Fact{label, value}) }
	if i.Status == domain.AwaitingCase {
		fact(w.CardNext(), w.CardCaseWanted(channelList(w, i.Promise.SubmitVia)))
	}
	firstCall(w, i, fact)
	if i.WorkBegins.Running() && i.Live() {
		fact(w.CardWork(), w.CardWorkDue(i.WorkBegins.Due))
	} else if !i.WorkBegins.Met.IsZero() {
		fact(w.CardWork(), w.CardWorkBegun(i.WorkBegins.Met))
	}
	if i.OwnerName != "" {
		fact(w.CardWith(), words.Plain(i.OwnerName))
	}
	owed(w, i, fact)
	if i.LastUpdate != "" {
		fact(w.CardLatest(), w.CardLatestAt(i.LastUpdate, i.LastUpdateAt))
	}
	if i.NextUpdate.Running() && i.Live() {
		fact(w.CardNextUpdate(), w.CardBy(i.NextUpdate.Due))
	}
	flags(w, i, fact)
	m.Buttons = buttons(w, i, domain.Customer)
	return m
}

func firstCall(w *words.Words, i domain.Incident, fact func(l, v words.Text)) {
	switch {
	case i.FirstResponse.Due.IsZero():
	case !i.FirstResponse.Met.IsZero():
		via := w.Channel(i.FirstResponseVia)
		if i.FirstResponse.Missed(i.FirstResponse.Met) {
			fact(w.CardFirstCall(), w.CardCalledLate(i.FirstResponseBy, i.FirstResponse.Met, via, i.FirstResponse.Due))
		} else {
			fact(w.CardFirstCall(), w.CardCalled(i.FirstResponseBy, i.FirstResponse.Met, via))
		}
	case i.Live():
		fact(w.CardFirstCall(), w.CardCallDue(i.FirstResponse.Due, i.Promise.FirstResponse.Target, w.Clock(i.Promise.FirstResponse.Clock)))
	}
}

// owed is what the customer owes now.
func owed(w *words.Words, i domain.Incident, fact func(l, v words.Text)) {
	if !i.Live() {
		return
	}
	if i.Staffing.Running() {
		fact(w.CardYouOwe(), w.CardStaffing())
	}
	if i.ChangeControl.Running() {
		fact(w.CardYouOwe(), w.CardChangeControl(i.Asked, i.ChangeControl.Due))
	}
	switch {
	case i.Answer.Running():
		fact(w.CardYouOwe(), w.CardAnswer(i.Asked, i.Answer.Due))
	case i.Asked != "" && !i.ChangeControl.Running():
		fact(w.CardYouOwe(), w.CardAnswerNoClock(i.Asked))
	}
}

func flags(w *words.Words, i domain.Incident, fact func(l, v words.Text)) {
	if i.Wanted != "" {
		fact(w.CardWanted(), w.CardWantedChange(string(i.Severity), string(i.Wanted), i.WantedReason))
	}
	if i.Downgrade != "" {
		what, _ := w.Look("downgrade", string(i.Downgrade), nil)
		fact(w.CardDowngrade(), w.CardDowngradeProposed(what, i.DowngradeWhy))
	}
	if i.BroadOutage {
		fact(w.CardNote(), w.CardOutage())
	}
	if i.ThirdParty != "" {
		fact(w.CardThirdParty(), words.Plain(i.ThirdParty))
	}
	if i.CaseNumber != "" {
		fact(w.CardCaseNumber(), words.Plain(i.CaseNumber))
	}
	if i.Kind == domain.Advice && i.EffortUsed > 0 {
		fact(w.CardEffort(), w.CardEffortOf(i.EffortUsed, advisoryCap))
	}
}

// advisoryCap is the most effort one question of advice gets (ADV-07).
const advisoryCap = 6 * time.Hour

func engineerCard(w *words.Words, i domain.Incident, product string) Message {
	m := Message{Text: headline(w, i)}
	fact := func(label, value words.Text) { m.Fields = append(m.Fields, Fact{label, value}) }
	fact(w.CardProduct(), w.CardProductLine(product, environment(w, i), i.Report.Subscription))
	if i.Report.Impact != "" {
		short, _ := words.Cut(words.Line(i.Report.Impact), 200)
		fact(w.CardImpact(), words.Plain(short))
	}
	fact(w.CardContact(), contactLine(i.Report.Owner))
	firstCall(w, i, fact)
	if i.WorkBegins.Running() && i.Live() {
		fact(w.CardWork(), w.CardWorkDue(i.WorkBegins.Due))
	} else if !i.WorkBegins.Met.IsZero() {
		fact(w.CardWork(), w.CardWorkBegun(i.WorkBegins.Met))
	}
	if i.OwnerName != "" {
		fact(w.CardWith(), words.Plain(i.OwnerName))
	}
	if len(i.Promise.Assigned) > 0 && i.Live() {
		fact(w.CardAssigned(), factList(w, i.Promise.Assigned))
	}
	if i.Live() && i.Asked != "" {
		switch {
		case i.ChangeControl.Running():
			fact(w.CardTheyOwe(), w.CardChangeControl(i.Asked, i.ChangeControl.Due))
		case i.Answer.Running():
			fact(w.CardTheyOwe(), w.CardAnswer(i.Asked, i.Answer.Due))
		default:
			fact(w.CardTheyOwe(), w.CardAnswerNoClock(i.Asked))
		}
	}
	if i.Staffing.Running() && i.Live() {
		fact(w.CardTheyOwe(), w.CardStaffing())
	}
	if i.NextUpdate.Running() && i.Live() {
		fact(w.CardNextUpdate(), w.CardBy(i.NextUpdate.Due))
	}
	flags(w, i, fact)
	m.Buttons = buttons(w, i, domain.Provider)
	return m
}

func environment(w *words.Words, i domain.Incident) words.Text {
	if i.Report.Production {
		return w.EnvironmentProduction()
	}
	return w.EnvironmentOther()
}

func contactLine(c domain.Contact) words.Text {
	parts := []words.Text{words.Plain(c.Name)}
	for _, s := range []string{c.Phone, c.Email} {
		if s != "" {
			parts = append(parts, words.Plain(s))
		}
	}
	return words.Join(", ", parts...)
}

// buttons are what somebody of that side will most likely do next, at most six:
// a platform shows no more. The rest is done by command.
func buttons(w *words.Words, i domain.Incident, side domain.Side) []Button {
	var out []Button
	add := func(fits bool, name string) {
		if !fits || len(out) == 6 {
			return
		}
		label, _ := w.Look("button", name, nil)
		out = append(out, Button{Label: label, Action: name, Subject: subjectOf(i), Primary: len(out) == 0})
	}
	live, awaiting := i.Live(), i.Status == domain.AwaitingCase
	if side == domain.Customer {
		add(awaiting, "case")
		add(live && i.Asked != "", "answer")
		add(live && i.Staffing.Running(), "commit")
		add(live && i.Kind == domain.BreakFix && i.Wanted == "", "severity")
		add(live && !awaiting, "resolve")
		add(live, "note")
		add(i.Status == domain.Resolved, "close")
		add(i.Status == domain.Resolved || i.Status == domain.Closed, "reopen")
		add(true, "why")
		return out
	}
	add(live && i.AckedName == "", "ack")
	add(live && i.Wanted != "", "accept")
	add(live && i.Wanted != "", "refuse")
	add(live && i.Downgrade != "", "decide")
	add(live && i.Owner == "", "take")
	add(live && i.FirstResponse.Running(), "call")
	add(live && i.FirstResponse.Met.After(time.Time{}) && i.WorkBegins.Running(), "begin")
	add(live && !awaiting && !i.FirstResponse.Running(), "update")
	add(live && i.Asked == "", "ask")
	add(live && i.Kind == domain.BreakFix && i.Wanted == "", "severity")
	add(live, "escalate")
	add(i.Status == domain.Open && !i.FirstResponse.Running(), "mitigated")
	add(i.Status == domain.Mitigated, "resolve")
	add(i.Status == domain.Resolved, "close")
	add(i.Status == domain.Resolved || i.Status == domain.Closed, "reopen")
	add(true, "why")
	return out
}

// ringMessage words a notice for one recipient.
func ringMessage(i domain.Incident, n domain.Notice, r Recipient) Message {
	lang, zone := r.reader()
	w := words.In(lang)
	args := map[string]string{
		"ref": i.Ref, "title": i.Report.Title, "severity": string(i.Severity), "text": n.Text, "person": n.By,
		"owner": i.OwnerName, "acked": i.AckedName, "asked": i.Asked, "rung": strconv.Itoa(n.Rung),
		"wanted": string(i.Wanted), "reason": i.WantedReason, "phone": i.Report.Owner.Phone, "contact": i.Report.Owner.Name,
	}
	if !n.Due.IsZero() {
		args["due"], args["left"], args["late"] = rfc(n.Due), rfc(n.Due), rfc(n.Due)
	}
	for k, v := range n.Args {
		args[k] = v
	}
	kind := string(n.Kind)
	if n.Kind == domain.Page { // what is late is said in the same breath
		switch {
		case i.FirstResponse.Running():
			kind = "page_call"
			if n.At.Before(i.FirstResponse.Due) {
				kind = "page_call_soon"
			}
		case i.AckedName == "":
			kind = "page_unseen"
		default:
			kind = "page_update"
		}
		if n.Due.IsZero() {
			args["late"] = rfc(i.Ladder.Due)
		}
	}
	switch {
	case n.Kind == domain.Opened && i.Kind == domain.Advice:
		kind = "opened_advice"
	case n.Kind == domain.Opened && i.Status == domain.AwaitingCase:
		kind = "opened_awaiting"
	case n.Kind == domain.Asked && args["due"] != "":
		kind = "asked_by"
	}
	text, ok := w.Look("ring", kind, worded(w, args))
	if !ok {
		text = w.NoticeAnything(i.Ref, i.Report.Title)
	}
	side := domain.Provider
	if r.Person != nil {
		side = r.Person.Side
	} else if r.Place != nil {
		side = r.Place.Side
	}
	m := Message{Lang: lang, Zone: zone, Text: text}
	for _, name := range ringButtons(n.Kind, i, side) {
		label, _ := w.Look("button", name, nil)
		m.Buttons = append(m.Buttons, Button{Label: label, Action: name, Subject: subjectOf(i), Primary: len(m.Buttons) == 0})
	}
	return m
}

// ringButtons are what answers a ring.
func ringButtons(k domain.NoticeKind, i domain.Incident, side domain.Side) []string {
	if side == domain.Customer {
		switch k {
		case domain.ChangeControlSoon, domain.ChangeControlDue, domain.AnswerSoon, domain.AnswerDue:
			return []string{"answer"}
		case domain.StaffingMissing:
			return []string{"commit"}
		case domain.CaseMissing:
			return []string{"case"}
		}
		return nil
	}
	switch {
	case k == domain.UpdateDue || k == domain.UpdateLate:
		return []string{"update"}
	case slices.Contains(domain.AlarmKinds(), k) && i.AckedName == "":
		return []string{"ack", "why"}
	case k == domain.Page:
		return []string{"ack", "why"}
	}
	return nil
}

// previewText says what a severity gets and owes, in one line each.
func previewText(w *words.Words, c terms.Commitment) words.Text {
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
	if len(c.Duties) > 0 {
		lines = append(lines, w.PreviewDuties(factList(w, c.Duties)))
	}
	if len(c.SubmitVia) > 0 && !slices.Contains(c.SubmitVia, terms.Chat) {
		lines = append(lines, w.PreviewVia(channelList(w, c.SubmitVia)))
	}
	return words.Lines(lines...)
}

// summary is what will be opened, to be confirmed.
func (in *intake) summary() words.Text {
	w := in.v.words()
	r := in.report()
	var lines []words.Text
	line := func(label, value words.Text) { lines = append(lines, w.SummaryLine(label, value)) }
	for _, key := range fieldOrder {
		f, applies := in.field(key)
		v := in.d.Answers[key]
		if !applies || v == "" || v == skipped {
			continue
		}
		value := words.Plain(v)
		for _, o := range f.Options {
			if o.Value == v {
				value = o.Label
			}
		}
		if key == fieldSince {
			value = words.At(r.Since)
		}
		if f.Kind == FieldLong {
			short, _ := words.Cut(words.Line(v), 200)
			value = words.Plain(short)
		}
		label, _ := w.Look("field", key, nil)
		line(label, value)
	}
	if sev := terms.Severity(in.d.Answers[fieldSeverity]); sev != "" && in.scene != nil {
		env, err := in.scene.env(&r)
		if err == nil {
			if c, err := domain.Promise(env, r, sev, in.d.Answers[fieldCommit] == yes, in.v.now, r.EventID != "", in.tag(r), ""); err == nil {
				lines = append(lines, "", previewText(w, c))
				if sev == terms.Sev1 || sev == terms.SevA {
					if in.d.Answers[fieldCommit] == no {
						lines = append(lines, w.SummaryNoCommitment())
					}
				}
			}
		}
	}
	lines = append(lines, "", w.SummaryTargets())
	return words.Lines(lines...)
}

// pasteText is the text to paste where the case must be made.
func pasteText(w *words.Words, i domain.Incident) words.Text {
	r := i.Report
	first := w.PasteTitle(r.Title, string(i.Severity), r.Product)
	if r.EventID != "" {
		first = words.Lines(words.Plain(domain.EventTag), first)
	}
	lines := []words.Text{first, words.Plain(r.Happened)}
	if r.Impact != "" {
		lines = append(lines, w.PasteImpact(r.Impact))
	}
	if !r.Since.IsZero() {
		lines = append(lines, w.PasteSince(r.Since))
	}
	return words.Lines(append(lines, w.PasteContact(contactLine(r.Owner)))...)
}

func channelList(w *words.Words, all []terms.Channel) words.Text {
	var out []words.Text
	for _, c := range all {
		out = append(out, w.Channel(c))
	}
	return w.List(out...)
}

func factList(w *words.Words, all []terms.Fact) words.Text {
	var out []words.Text
	for _, f := range all {
		out = append(out, w.Fact(f))
	}
	return words.Join("; ", out...)
}

// worded adds the forms in which sentences want the arguments of a rule: an
// instant as "..._at", a length as "..._duration", a code as "..._text".
func worded(w *words.Words, args map[string]string) map[string]string {
	out := make(map[string]string, len(args)+4)
	for k, v := range args {
		out[k] = v
		_, badTime := time.Parse(time.RFC3339, v)
		_, badLength := time.ParseDuration(v)
		switch {
		case badTime == nil:
			out[k+"_at"] = v
			t, _ := time.Parse(time.RFC3339, v)
			out[k+"_text"] = string(words.At(t))
		case badLength == nil && v != "0":
			out[k+"_duration"] = v
			if k == "left" {
				out["rest_duration"] = v
			}
		case k == "route":
			out["route_text"] = string(w.Code(terms.Code(v), nil))
		case k == "text" || k == "title" || k == "why" || k == "reason":
		default:
			if t, ok := w.Look("choice", v, nil); ok {
				out[k+"_text"] = string(t)
			} else {
				out[k+"_text"] = string(words.Plain(v))
			}
		}
	}
	return out
}
