package bot

import (
	"cmp"
	"strings"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// ringMessage words a notice for one recipient.
func (s *scene) ringMessage(i *domain.Incident, n *domain.Notice, r Recipient) Message {
	lang, zone := r.reader()
	w := words.In(lang)
	kind := s.ringKind(i, n)
	args := ringArgs{s: s, w: w, i: i, n: n, unseen: kind == pageUnseen, shared: r.shared()}
	side := r.side()
	if (n.Kind == domain.AnswerDue || n.Kind == domain.ChangeControlDue) && side == domain.Provider {
		kind += "_inside"
	}
	say := func(kind string) words.Text {
		text, ok := w.LookWith("ring", kind, args.get)
		if !ok {
			text = w.NoticeAnything(i.Ref, i.Report.Title)
		}
		if at := args.plain("phone"); at != "" && wantsCall(kind) && side == domain.Provider && r.may("call", i) {
			text = words.Lines(text, w.PageContact(args.plain("contact"), at))
		}
		return text
	}
	m := Message{Lang: lang, Zone: zone, Text: say(kind)}
	if later, after := saidLater(kind); later != "" && !n.Due.IsZero() {
		m.Later = &Later{At: n.Due.Add(after), Text: say(later)}
	}
	for _, name := range ringButtons(n.Kind, i, side) {
		if !r.may(name, i) {
			continue
		}
		b := button(w, i, name)
		b.Primary = len(m.Buttons) == 0
		m.Buttons = append(m.Buttons, b)
	}
	return m
}

// wantsCall says whether a sentence wants its reader to call the customer now.
func wantsCall(kind string) bool {
	switch domain.NoticeKind(kind) {
	case pageCall, pageCallSoon, pageCallDue, criticalCall, criticalLate,
		domain.FirstResponseMost, domain.FirstResponseDue, domain.FirstResponseLate:
		return true
	default:
		return false
	}
}

// shared says whether the customer's people read there, too.
func (r Recipient) shared() bool {
	return r.Place != nil && (r.Place.Purpose == ForEvent || r.Place.Purpose == ForCustomer)
}

// may says whether a recipient may ever do what a button stands for; in a place,
// whether all that read there could have somebody who may.
func (r Recipient) may(action string, i *domain.Incident) bool {
	switch {
	case r.Person != nil:
		p := r.Person
		return mayPress(domain.Actor{Person: p.ID, Tenant: p.Tenant, Name: p.Name, Side: p.Side, Roles: p.Roles}, action, i)
	case r.shared():
		return customersMay(action, i)
	}
	return true
}

// customersMay says whether anybody of the customer's may ever do that: what
// nobody there may is the support team's.
func customersMay(action string, i *domain.Incident) bool {
	all := []domain.Role{
		domain.RoleContact, domain.RoleAdministrator, domain.RoleCloudAdmin, domain.RoleChangeControl, domain.RoleExecutive, domain.RoleGuest,
	}
	return mayPress(domain.Actor{Person: "anybody", Tenant: i.Tenant, Side: domain.Customer, Roles: all}, action, i)
}

// ringArgs are what the sentence of a ring may name, made when it does: most sentences name three of them.
type ringArgs struct {
	s      *scene
	w      *words.Words
	i      *domain.Incident
	n      *domain.Notice
	unseen bool // nobody has answered, and the time since the ladder began is told
	shared bool // the customer's people read it
}

// plain is an argument as it is, without a form for sentences; "" when it isn't one.
func (a *ringArgs) plain(name string) string {
	v, _ := a.value(name)
	return cut(v, maxRing)
}

func (a *ringArgs) value(name string) (string, bool) {
	if v, ok := a.n.Args[name]; ok {
		return v, true
	}
	i := a.i
	switch name {
	case "customer":
		return a.s.agreement.Customer, true
	case "ref":
		return i.Ref, true
	case "title":
		return i.Report.Title, true
	case "text":
		return a.n.Text, true
	case "person":
		return a.n.By, true
	case "asked":
		return i.Asked, true
	case "phone":
		return cmp.Or(i.Report.Owner.Phone, i.Report.Owner.Email), true
	case "contact":
		return i.Report.Owner.Name, true
	case "severity":
		return string(i.Severity), true
	case "late":
		if a.unseen {
			return rfc(i.Ladder.Due), true
		}
		fallthrough
	case "due", "left":
		switch {
		case !a.n.Due.IsZero():
			return rfc(a.n.Due), true
		case a.n.Kind == domain.CriticalOpened:
			return rfc(i.FirstResponse.Due), true
		}
	}
	return "", false
}

// get is an argument in the form that a name's end asks for, as worded gives them.
func (a *ringArgs) get(name string) (string, bool) {
	switch name {
	case "head_text":
		if a.shared { // who the customer is, they know
			return string(a.w.HeadHere(a.i.Ref, level(a.w, a.i))), true
		}
		return string(a.w.HeadOf(a.i.Ref, a.s.agreement.Customer, level(a.w, a.i))), true
	case "level_text":
		return string(level(a.w, a.i)), true
	case "holder_text":
		return string(holder(a.w, a.i)), true
	case "consequence_text":
		if a.n.Kind == domain.StaffingMissing {
			return string(consequence(a.w, a.i)), true
		}
	case "team_text":
		if team, ok := a.n.Args["team"]; ok {
			return string(teamName(a.w, team)), true
		}
	case "rest_duration":
		name = "left_duration"
	}
	if v, ok := a.value(name); ok {
		return cut(v, maxRing), true
	}
	for _, form := range [...]string{"_at", "_duration", "_text"} {
		stem, ok := strings.CutSuffix(name, form)
		if !ok {
			continue
		}
		v, ok := a.value(stem)
		if !ok {
			return "", false
		}
		v, ok = worded(a.w, map[string]string{stem: cut(v, maxRing)})[name]
		return v, ok
	}
	return "", false
}

// The sentences of a page.
const (
	pageCall     = "page_call"
	pageCallSoon = "page_call_soon"
	pageCallDue  = "page_call_due"
	pageUpdate   = "page_update"
	pageUnseen   = "page_unseen"

	pageUpdateDue = "page_update_due"

	criticalCall = "critical_opened_call"
	criticalLate = "critical_opened_late"
)

// ringKind is the sentence of a notice: some kinds have one for each case.
func (s *scene) ringKind(i *domain.Incident, n *domain.Notice) string {
	switch n.Kind {
	case domain.Page: // what is late is said in the same breath
		switch late := s.now.Sub(i.FirstResponse.Due); {
		case i.FirstResponse.Running() && late < 0:
			return pageCallSoon
		case i.FirstResponse.Running() && late < time.Minute:
			return pageCallDue
		case i.FirstResponse.Running():
			return pageCall
		case i.NextUpdate.Running() && passed(i.NextUpdate) && s.now.Sub(i.NextUpdate.Due) < time.Minute:
			return pageUpdateDue
		case i.NextUpdate.Running() && passed(i.NextUpdate):
			return pageUpdate
		}
		return pageUnseen
	case domain.Opened:
		switch {
		case i.Kind == domain.Advice:
			return "opened_advice"
		case i.Status == domain.AwaitingCase:
			return "opened_awaiting"
		case !n.At.Equal(i.OpenedAt):
			return "opened_converted"
		}
	case domain.CriticalOpened:
		switch {
		case i.FirstResponse.Running() && s.now.Before(i.FirstResponse.Due):
			return criticalCall
		case i.FirstResponse.Running():
			return criticalLate
		}
	case domain.Asked:
		if !n.Due.IsZero() {
			return "asked_by"
		}
	case domain.CancelledNow:
		if n.Args["duplicate"] != "" {
			return "cancelled_duplicate"
		}
	case domain.SeverityChanged:
		if n.Text == "" {
			return "severity_accepted"
		}
	case domain.RCARequested:
		if n.Args["due"] != "" {
			return "rca_requested_by"
		}
	case domain.DowngradeDecided:
		if n.Args["kind"] == string(domain.LowerSeverity) {
			return "downgrade_lowered"
		}
	}
	return string(n.Kind)
}

// saidLater is the sentence that takes the place of one about the time left,
// when it goes out that long after the end of the clock or later.
func saidLater(kind string) (later string, after time.Duration) {
	switch kind {
	case pageCallSoon:
		return pageCall, 0
	case pageCallDue:
		return pageCall, time.Minute
	case pageUpdateDue:
		return pageUpdate, time.Minute
	case string(domain.FirstResponseHalf), string(domain.FirstResponseMost):
		return string(domain.FirstResponseDue), 0
	case string(domain.ChangeControlSoon):
		return string(domain.ChangeControlDue), 0
	case string(domain.AnswerSoon):
		return string(domain.AnswerDue), 0
	}
	return "", 0
}

// consequence is what a person may decide while the customer can't take part.
func consequence(w *words.Words, i *domain.Incident) words.Text {
	kind := domain.LowerSeverity
	switch i.Promise.IfCustomerCannot {
	case terms.NoLonger24x7:
		kind = domain.EndRoundClock
	case terms.BusinessHoursOnly:
		kind = domain.BusinessOnly
	}
	t, _ := w.Look("downgrade", string(kind), nil)
	return t
}

// holder says in a few words who has the incident.
func holder(w *words.Words, i *domain.Incident) words.Text {
	switch {
	case i.OwnerName != "":
		return w.HolderHas(i.OwnerName)
	case i.AckedName != "":
		return w.HolderSeen(i.AckedName)
	case i.FirstContactBy != "" && i.FirstResponse.Running():
		return w.HolderWritten(i.FirstContactBy)
	default:
		return w.HolderNobody()
	}
}

// ringButtons are what answers a ring, by its reader's side.
func ringButtons(k domain.NoticeKind, i *domain.Incident, side domain.Side) []string {
	if side == domain.Customer {
		switch k {
		case domain.Asked, domain.ChangeControlSoon, domain.ChangeControlDue, domain.AnswerSoon, domain.AnswerDue:
			return []string{"answer"}
		case domain.StaffingMissing:
			return []string{"commit"}
		case domain.CaseMissing:
			return []string{"case"}
		case domain.ResolvedNow:
			return []string{"close", "reopen"}
		}
		return nil
	}
	switch k {
	case domain.UpdateDue, domain.UpdateLate:
		return []string{"update"}
	case domain.WorkBeginsDue:
		return []string{"begin"}
	case domain.SeverityRequested:
		return []string{"accept", "refuse"}
	case domain.Page, domain.CriticalOpened:
		var out []string
		if i.AckedName == "" || i.Ladder.Running() {
			out = append(out, "ack")
		}
		if i.FirstResponse.Running() {
			out = append(out, "call")
		}
		return append(out, "why")
	case domain.FirstResponseHalf, domain.FirstResponseMost, domain.FirstResponseDue, domain.FirstResponseLate:
		if i.AckedName == "" {
			return []string{"ack", "call"}
		}
		return []string{"call"}
	}
	return nil
}
