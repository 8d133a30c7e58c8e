package bot

// The labelled lines of a card: each says how one thing about the incident stands.

import (
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// facts gathers the labelled lines of a card.
type facts []Fact

func (f *facts) add(label, value words.Text) { *f = append(*f, Fact{label, value}) }

func productLine(w *words.Words, i *domain.Incident, product, subscription string) words.Text {
	switch {
	case i.Kind == domain.Advice:
		return words.Plain(product)
	case subscription == "":
		return w.CardProductIn(product, environment(w, i))
	}
	return w.CardProductLine(product, environment(w, i), subscription)
}

// subscription is what people call an enrolled subscription.
func (s *scene) subscription(id string) string {
	for n := range s.agreement.Subscriptions {
		if sub := &s.agreement.Subscriptions[n]; sub.ID == id && sub.Name != "" {
			return sub.Name
		}
	}
	return id
}

func (f *facts) firstCall(w *words.Words, i *domain.Incident) {
	c, t := i.FirstResponse, i.Promise.FirstResponse
	switch {
	case !c.Met.IsZero() && c.Missed(c.Met):
		f.add(w.CardFirstCall(), w.CardCalledLate(i.FirstResponseBy, c.Met, wayName(w, i.FirstResponseVia), c.Due))
	case !c.Met.IsZero():
		f.add(w.CardFirstCall(), w.CardCalled(i.FirstResponseBy, c.Met, wayName(w, i.FirstResponseVia)))
	case c.Due.IsZero() || t == nil || i.Status == domain.Cancelled && !passed(c):
	case !i.Live() && (passed(c) || c.Missed(i.ResolvedAt)):
		f.add(w.CardFirstCall(), w.CardCallMissed(c.Due, t.Target, w.Clock(t.Clock)))
	case !i.Live():
		f.add(w.CardFirstCall(), w.CardCallNone(c.Due))
	case passed(c):
		f.add(w.CardFirstCall(), w.CardCallLate(c.Due, t.Target, w.Clock(t.Clock)))
	default:
		f.add(w.CardFirstCall(), w.CardCallDue(c.Due, t.Target, w.Clock(t.Clock)))
	}
}

// wayName is a way of a first call in words; e-mail is no way to submit a case,
// so the terms have no word for it.
func wayName(w *words.Words, via terms.Channel) words.Text {
	if t, ok := w.Look("choice", string(via), nil); ok {
		return t
	}
	return w.Channel(via)
}

func (f *facts) work(w *words.Words, i *domain.Incident) {
	switch c := i.WorkBegins; {
	case !c.Met.IsZero():
		f.add(w.CardWork(), w.CardWorkBegun(c.Met))
	case !c.Running() || !i.Live():
	case passed(c):
		f.add(w.CardWork(), w.CardWorkLate(c.Due))
	default:
		f.add(w.CardWork(), w.CardWorkDue(c.Due))
	}
}

// with says who has it, and who saw it when.
func (f *facts) with(w *words.Words, i *domain.Incident) {
	switch {
	case i.OwnerName != "" && i.AckedName == "":
		f.add(w.CardWith(), words.Plain(i.OwnerName))
	case i.OwnerName != "" && i.OwnerName == i.AckedName:
		f.add(w.CardWith(), w.CardWithSince(i.OwnerName, i.AckedAt))
	case i.OwnerName != "":
		f.add(w.CardWith(), w.CardWithSeen(i.OwnerName, i.AckedName, i.AckedAt))
	case i.AckedName != "":
		f.add(w.CardSeen(), w.CardSeenBy(i.AckedName, i.AckedAt))
	case i.FirstContactBy != "" && i.FirstResponse.Running():
		f.add(w.CardWritten(), w.CardSeenBy(i.FirstContactBy, i.FirstContactAt))
	}
}

// owed is what the customer owes now.
func (f *facts) owed(w *words.Words, i *domain.Incident, label words.Text) {
	if !i.Live() {
		return
	}
	if i.Staffing.Running() {
		f.add(label, w.CardStaffing())
	}
	asked := cut(i.Asked, maxLine)
	switch {
	case i.Asked == "":
	case i.ChangeControl.Running() && passed(i.ChangeControl):
		f.add(label, w.CardChangeControlLate(asked, i.ChangeControl.Due))
	case i.ChangeControl.Running():
		f.add(label, w.CardChangeControl(asked, i.ChangeControl.Due))
	case i.Answer.Running() && passed(i.Answer):
		f.add(label, w.CardAnswerLate(asked, i.Answer.Due))
	case i.Answer.Running():
		f.add(label, w.CardAnswer(asked, i.Answer.Due))
	default:
		f.add(label, w.CardAnswerNoClock(asked))
	}
}

func (f *facts) nextUpdate(w *words.Words, i *domain.Incident) {
	switch {
	case !i.NextUpdate.Running() || !i.Live():
	case passed(i.NextUpdate):
		f.add(w.CardNextUpdate(), w.CardWasDue(i.NextUpdate.Due))
	default:
		f.add(w.CardNextUpdate(), w.CardBy(i.NextUpdate.Due))
	}
}

func (f *facts) flags(w *words.Words, i *domain.Incident, adviceCap time.Duration) {
	if i.Wanted != "" {
		f.add(w.CardWanted(), w.CardWantedChange(string(i.Severity), string(i.Wanted), cut(i.WantedReason, maxLine)))
	}
	if i.Downgrade != "" {
		what, _ := w.Look("downgrade", string(i.Downgrade), nil)
		f.add(w.CardDowngrade(), w.CardDowngradeProposed(what, cut(i.DowngradeWhy, maxLine)))
	}
	if i.Live() && i.Critical() && i.Effort == terms.BusinessHours {
		f.add(w.CardWorked(), w.CardWorkedBusiness())
	}
	if i.Live() && i.Severity == terms.SevB && i.Commit24x7 {
		f.add(w.CardWorked(), w.Clock(terms.AroundTheClock))
	}
	if i.BroadOutage {
		f.add(w.CardNote(), w.CardOutage())
	}
	if i.ThirdParty != "" {
		f.add(w.CardThirdParty(), words.Plain(cut(i.ThirdParty, maxLine)))
	}
	if i.CaseNumber != "" {
		f.add(w.CardCaseNumber(), words.Plain(cut(i.CaseNumber, maxLine)))
	}
	if i.Kind == domain.Advice && i.EffortUsed > 0 {
		f.add(w.CardEffort(), w.CardEffortOf(i.EffortUsed, adviceCap))
	}
}

func environment(w *words.Words, i *domain.Incident) words.Text {
	if i.Report.Production {
		return w.EnvironmentProduction()
	}
	return w.EnvironmentOther()
}

func contactLine(c domain.Contact) words.Text {
	var parts []words.Text
	for _, s := range []string{c.Name, c.Phone, c.Email} {
		if s != "" {
			parts = append(parts, words.Plain(s))
		}
	}
	return words.Join(", ", parts...)
}
