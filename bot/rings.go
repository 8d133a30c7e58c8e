package bot

import (
	"strconv"
	"time"

	"example.com/firstcall/bot/words"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// ringMessage words a notice for one recipient.
func (s *scene) ringMessage(i *domain.Incident, n *domain.Notice, r Recipient) Message {
	lang, zone := r.reader()
	w := words.In(lang)
	args := map[string]string{
		"customer": s.agreement.Customer, "ref": i.Ref, "title": i.Report.Title, "text": n.Text, "person": n.By,
		"asked": i.Asked, "phone": i.Report.Owner.Phone, "contact": i.Report.Owner.Name, "rung": strconv.Itoa(n.Rung),
		"severity": string(i.Severity),
	}
	if args["phone"] == "" {
		args["phone"] = i.Report.Owner.Email
	}
	if !n.Due.IsZero() {
		args["due"], args["left"], args["late"] = rfc(n.Due), rfc(n.Due), rfc(n.Due)
	}
	kind := s.ringKind(i, n)
	if kind == pageUnseen {
		args["late"] = rfc(i.Ladder.Due)
	}
	for k, v := range n.Args {
		args[k] = v
	}
	for k, v := range args {
		args[k] = cut(v, maxRing)
	}
	args = worded(w, args)
	args["level_text"], args["holder_text"] = string(level(w, i)), string(holder(w, i))
	if n.Kind == domain.StaffingMissing {
		args["consequence_text"] = string(consequence(w, i))
	}
	if team, ok := n.Args["team"]; ok {
		args["team_text"] = string(teamName(w, team))
	}
	side := r.side()
	if (n.Kind == domain.AnswerDue || n.Kind == domain.ChangeControlDue) && side == domain.Provider {
		kind += "_inside"
	}
	say := func(kind string) words.Text {
		text, ok := w.Look("ring", kind, args)
		if !ok {
			text = w.NoticeAnything(i.Ref, i.Report.Title)
		}
		if r.Place != nil {
			if (kind == pageCall || kind == pageCallSoon || kind == pageCallDue) && r.Place.Purpose == ForEngineers { // they are the ones to call
				text = words.Lines(text, w.PageContact(args["contact"], args["phone"]))
			}
		}
		return text
	}
	m := Message{Lang: lang, Zone: zone, Text: say(kind)}
	if later, after := saidLater(kind); later != "" && !n.Due.IsZero() {
		m.Later = &Later{At: n.Due.Add(after), Text: say(later)}
	}
	for _, name := range ringButtons(n.Kind, i, side) {
		b := button(w, i, name)
		b.Primary = len(m.Buttons) == 0
		m.Buttons = append(m.Buttons, b)
	}
	return m
}

// The sentences of a page.
const (
	pageCall     = "page_call"
	pageCallSoon = "page_call_soon"
	pageCallDue  = "page_call_due"
	pageUpdate   = "page_update"
	pageUnseen   = "page_unseen"

	pageUpdateDue = "page_update_due"
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
	case domain.Page:
		return []string{"ack", "why"}
	case domain.FirstResponseHalf, domain.FirstResponseMost, domain.FirstResponseDue, domain.FirstResponseLate:
		if i.AckedName == "" {
			return []string{"ack", "call"}
		}
		return []string{"call"}
	}
	return nil
}
