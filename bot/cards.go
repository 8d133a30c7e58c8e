package bot

// The cards of an incident: who has one, its headline and its buttons.

import (
	"slices"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

func rfc(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// The audiences of an incident's cards.
const (
	forCustomer  = "customer"
	forEngineers = "engineers"
)

// cards are the incident's, each as it should look now: the customer's, the
// one in the place that takes incidents first, and the one of the team that has
// it. A team that has just handed it on is told so on its card, which says no
// more than that and so stays true.
func (s *scene) cards(i, before *domain.Incident) []Card {
	out := make([]Card, 0, 3)
	add := func(audience string, r Recipient, moved bool) {
		topic := cardTopic(i.ID, audience)
		if slices.ContainsFunc(out, func(c Card) bool { return c.Destination == r.Destination && c.Topic == topic }) {
			return
		}
		lang, zone := r.reader()
		var m Message
		if w := words.In(lang); moved {
			m = s.movedCard(w, i)
		} else {
			m = s.card(w, i, audience)
		}
		m.Lang, m.Zone = lang, zone
		out = append(out, Card{Topic: topic, Incident: i.ID, Destination: r.Destination, Message: m})
	}
	for _, r := range s.who(i, domain.ToCustomer) {
		add(forCustomer, r, false)
	}
	for _, r := range s.who(i, domain.ToEngineers) {
		add(forEngineers, r, false)
	}
	if i.Report.EventID != "" {
		for _, r := range s.directory.eventPlaces() { // both sides read there, so it is the customer's card
			add(forCustomer, r, false)
		}
	}
	if r, ok := s.roomOf(i); ok {
		add(forEngineers, r, false)
		out[len(out)-1].Pin = true
	}
	if i.Team == "" && before.Team == "" {
		return out
	}
	for _, r := range s.who(i, "team:") {
		add(forEngineers, r, false)
	}
	if before.Team != "" && before.Team != i.Team {
		for _, r := range s.who(i, "team:"+domain.Who(before.Team)) {
			add(forEngineers, r, true)
		}
	}
	return out
}

// card is the incident as an audience sees it now.
func (s *scene) card(w *words.Words, i *domain.Incident, audience string) Message {
	if audience == forCustomer {
		return s.customerCard(w, i)
	}
	return s.engineerCard(w, i)
}

// movedCard is what the card of a team says that has handed the incident on.
func (s *scene) movedCard(w *words.Words, i *domain.Incident) Message {
	return Message{
		Text:    w.CardHeadlineOf(i.Ref, s.agreement.Customer, level(w, i), i.Report.Title, w.StateMoved(teamName(w, i.Team))),
		Buttons: []Button{button(w, i, "why")},
	}
}

// teamName is what people call a team; the first one has no name of its own.
func teamName(w *words.Words, team string) words.Text {
	if team == "" {
		team = firstTeam
	}
	if name, ok := w.Look("choice", team, nil); ok {
		return name
	}
	return words.Plain(team)
}

// state says in a few words where the incident stands, and what comes next.
func state(w *words.Words, i *domain.Incident) words.Text {
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
	due, late := i.FirstResponse.Due, passed(i.FirstResponse)
	switch calling := i.FirstResponse.Running(); {
	case calling && i.OwnerName != "" && late:
		return w.StateTakenLate(i.OwnerName, due)
	case calling && i.OwnerName != "":
		return w.StateTaken(i.OwnerName, due)
	case calling && i.AckedName != "" && late:
		return w.StateSeenLate(i.AckedName, due)
	case calling && i.AckedName != "":
		return w.StateSeen(i.AckedName, due)
	case calling && i.FirstContactBy != "" && late:
		return w.StateWrittenLate(i.FirstContactBy, due)
	case calling && i.FirstContactBy != "":
		return w.StateWritten(i.FirstContactBy, due)
	case calling && late:
		return w.StateWaitingLate(due)
	case calling:
		return w.StateWaiting(due)
	case i.OwnerName != "":
		return w.StateWorking(i.OwnerName)
	case i.AckedName != "":
		return w.StateAnswered(i.AckedName)
	case i.FirstResponseBy != "":
		return w.StateAnswered(i.FirstResponseBy)
	default:
		return w.StateOpen()
	}
}

// level is the severity in a few words, or that it is advice.
func level(w *words.Words, i *domain.Incident) words.Text {
	if i.Kind == domain.Advice {
		return w.LevelAdvice()
	}
	return w.LevelSeverity(string(i.Severity))
}

func headline(w *words.Words, i *domain.Incident) words.Text {
	return w.CardHeadline(i.Ref, level(w, i), i.Report.Title, state(w, i))
}

// headlineOf names the customer, for those who work for many.
func headlineOf(w *words.Words, i *domain.Incident, customer string) words.Text {
	return w.CardHeadlineOf(i.Ref, customer, level(w, i), i.Report.Title, state(w, i))
}

func (s *scene) customerCard(w *words.Words, i *domain.Incident) Message {
	var f facts
	if i.Status == domain.AwaitingCase {
		f.add(w.CardNext(), w.CardCaseWanted(channelList(w, i.Promise.SubmitVia)))
	}
	f.firstCall(w, i)
	f.work(w, i)
	f.with(w, i)
	f.owed(w, i, w.CardYouOwe())
	if i.LastUpdate != "" {
		f.add(w.CardLatest(), w.CardLatestAt(cut(i.LastUpdate, maxLine), i.LastUpdateAt))
	}
	f.nextUpdate(w, i)
	f.flags(w, i, s.bot.Terms.AdvisoryCap())
	return Message{Text: headline(w, i), Fields: f, Buttons: buttons(w, i, domain.Customer)}
}

func (s *scene) engineerCard(w *words.Words, i *domain.Incident) Message {
	var f facts
	product := i.Report.Product
	if p, err := s.bot.Terms.Product(product); err == nil {
		product = p.Name
	}
	f.add(w.CardProduct(), productLine(w, i, product, s.subscription(i.Report.Subscription)))
	if i.Live() && s.agreement.DependsOnSubscription(i) {
		f.add(w.CardNote(), w.CardSubscriptionUnknown())
	}
	if i.Report.Impact != "" {
		short, _ := words.Cut(words.Line(i.Report.Impact), 200)
		f.add(w.CardImpact(), words.Plain(short))
	}
	f.links(w, i)
	f.add(w.CardContact(), contactLine(i.Report.Owner))
	if i.Live() && len(i.Report.Contacts) > 0 {
		var all []words.Text
		for _, c := range i.Report.Contacts {
			all = append(all, contactLine(c))
		}
		f.add(w.CardRoundTheClock(), words.Join("; ", all...))
	}
	f.firstCall(w, i)
	f.work(w, i)
	f.with(w, i)
	if i.Team != "" {
		f.add(w.CardTeam(), words.Plain(i.Team))
	}
	if len(i.Promise.Assigned) > 0 && i.Live() {
		f.add(w.CardAssigned(), factList(w, i.Promise.Assigned))
	}
	f.owed(w, i, w.CardTheyOwe())
	f.nextUpdate(w, i)
	if i.RemoteSystems != "" {
		f.add(w.CardRemote(), words.Plain(cut(i.RemoteSystems, maxLine)))
	}
	f.flags(w, i, s.bot.Terms.AdvisoryCap())
	return Message{Text: headlineOf(w, i, s.agreement.Customer), Fields: f, Buttons: buttons(w, i, domain.Provider)}
}

// maxButtons is how many a card carries, the likeliest first. A platform that
// shows fewer well leaves out the last ones; the rest is done by command.
const maxButtons = 12

func button(w *words.Words, i *domain.Incident, name string) Button {
	label, _ := w.Look("button", name, nil)
	return Button{Label: label, Action: name, Subject: subjectOf(*i)}
}

// buttons are what somebody of that side will most likely do next.
func buttons(w *words.Words, i *domain.Incident, side domain.Side) []Button {
	out := make([]Button, 0, maxButtons)
	add := func(fits bool, name string) {
		if !fits || len(out) == maxButtons {
			return
		}
		b := button(w, i, name)
		b.Primary = len(out) == 0
		out = append(out, b)
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
	add(live && (i.AckedName == "" || i.Ladder.Running()), "ack")
	add(live && i.Wanted != "", "accept")
	add(live && i.Wanted != "", "refuse")
	add(live && i.Downgrade != "", "decide")
	add(live && i.Owner == "", "take")
	add(live && i.FirstResponse.Running(), "call")
	add(live && !i.FirstResponse.Met.IsZero() && i.WorkBegins.Running(), "begin")
	add(live && !awaiting && !i.FirstResponse.Running(), "update")
	add(live && i.Asked == "", "ask")
	add(live && i.Kind == domain.BreakFix && i.Wanted == "", "severity")
	add(live, "escalate")
	add(i.Status == domain.Open && !i.FirstResponse.Running(), "mitigated")
	add(i.Status == domain.Mitigated, "resolve")
	add(i.Status == domain.Resolved, "close")
	add(i.Status == domain.Resolved && i.FirstResponse.Running(), "call") // it may have been made, and not been written down
	add(i.Status == domain.Resolved || i.Status == domain.Closed, "reopen")
	add(true, "why")
	add(live, "reply") // where there is room; what the customer writes carries it, too
	// What may be done already, though something else comes first.
	add(live && !awaiting && i.FirstResponse.Running(), "update")
	add(i.Status == domain.Open && i.FirstResponse.Running(), "mitigated")
	add(i.Status == domain.Open, "resolve")
	return out
}

// pasteText is the text to paste where the case must be made.
func pasteText(w *words.Words, ed *terms.Edition, i domain.Incident) words.Text {
	r := i.Report
	product := r.Product
	if p, err := ed.Product(product); err == nil {
		product = p.Name
	}
	first := w.PasteTitle(r.Title, string(i.Severity), product)
	if r.EventID != "" {
		first = words.Lines(words.Plain(domain.EventTag), first)
	}
	lines := []words.Text{first}
	if r.Happened != r.Title {
		lines = append(lines, words.Plain(cut(r.Happened, maxShown)))
	}
	if r.Impact != "" {
		lines = append(lines, w.PasteImpact(cut(r.Impact, maxShown)))
	}
	if !r.Since.IsZero() {
		lines = append(lines, w.PasteSince(r.Since))
	}
	return words.Lines(append(lines, w.PasteContact(contactLine(r.Owner)))...)
}
