package domain

import (
	"strings"
	"time"

	"example.com/firstcall/domain/terms"
)

// FactName names something recorded that may turn out to be wrong.
type FactName string

// The facts.
const (
	FactFirstCall    FactName = "first_call"
	FactWorkBegun    FactName = "work_begun"
	FactMitigated    FactName = "mitigated"
	FactResolved     FactName = "resolved"
	FactAcknowledged FactName = "acknowledged"
	FactTaken        FactName = "taken" // can only be withdrawn: another person gets it by handing over
	FactCaseNumber   FactName = "case_number"
)

// Facts lists them.
func Facts() []FactName {
	return []FactName{FactFirstCall, FactWorkBegun, FactMitigated, FactResolved, FactAcknowledged, FactTaken, FactCaseNumber}
}

// recorded says what is known of a fact: a text (the way of the call, the
// number, who acknowledged) and an
// instant; ok is false when nothing is recorded.
func (i *Incident) recorded(f FactName) (text string, at time.Time, ok bool) {
	switch f {
	case FactFirstCall:
		return string(i.FirstResponseVia), i.FirstResponse.Met, !i.FirstResponse.Met.IsZero()
	case FactWorkBegun:
		return "", i.WorkBegins.Met, !i.WorkBegins.Met.IsZero()
	case FactMitigated:
		return "", i.MitigatedAt, !i.MitigatedAt.IsZero()
	case FactResolved:
		return "", i.ResolvedAt, !i.ResolvedAt.IsZero()
	case FactAcknowledged:
		return i.AckedName, i.AckedAt, !i.AckedAt.IsZero()
	case FactTaken:
		return i.OwnerName, time.Time{}, i.Owner != ""
	case FactCaseNumber:
		return i.CaseNumber, i.SubmittedAt, i.CaseNumber != ""
	}
	return "", time.Time{}, false
}

// correction begins a correction: it finds what is recorded and wants a reason.
func (i Incident) correction(by Actor, f FactName, why string) (o *Outcome, text string, at time.Time, err error) {
	verb := DoCorrect
	if f == FactCaseNumber {
		verb = DoCorrectNumber
	}
	if o, err = i.change(by, verb); err != nil {
		return nil, "", at, err
	}
	known := false
	for _, k := range Facts() {
		known = known || k == f
	}
	if !known {
		return nil, "", at, Refuse("fact_unknown", "given", string(f)).At("fact")
	}
	if strings.TrimSpace(why) == "" {
		return nil, "", at, Refuse("text_missing").At("why")
	}
	text, at, ok := i.recorded(f)
	if !ok {
		return nil, "", at, Refuse("nothing_recorded", "fact", string(f))
	}
	return o, text, at, nil
}

// Correct replaces a recorded fact. Value is the case's number or the way of a
// first call, "" keeps it; at zero keeps the instant. What depends on the fact
// is worked out again, and the journal keeps both values and the reason.
func (i Incident) Correct(by Actor, f FactName, at time.Time, value, why string, now time.Time, env Env) (Outcome, error) {
	o, oldText, oldAt, err := i.correction(by, f, why)
	if err != nil {
		return Outcome{}, err
	}
	n := &o.Incident
	if value = strings.TrimSpace(value); value == "" {
		value = oldText
	}
	if at.IsZero() {
		at = oldAt
	}
	switch f {
	case FactFirstCall:
		n.FirstResponseVia = terms.Channel(value)
		if n.FirstResponseVia == i.FirstResponseVia { // a chat message that counted stays one
			at, err = i.between(at, i.SubmittedAt, now)
		} else {
			at, err = i.firstCall(n.FirstResponseVia, at, now)
		}
		n.FirstResponse.Met = at
	case FactWorkBegun:
		at, err = i.between(at, i.SubmittedAt, now)
		n.WorkBegins.Met = at
	case FactMitigated:
		latest := now
		if !i.ResolvedAt.IsZero() {
			latest = i.ResolvedAt
		}
		at, err = i.between(at, i.OpenedAt, latest)
		n.MitigatedAt = at
	case FactResolved:
		earliest := i.OpenedAt
		if i.MitigatedAt.After(earliest) {
			earliest = i.MitigatedAt
		}
		at, err = i.between(at, earliest, now)
		n.ResolvedAt = at
	case FactAcknowledged:
		at, err = i.between(at, i.OpenedAt, now)
		n.AckedAt = at
	case FactTaken:
		return Outcome{}, Refuse("hand_over_instead")
	case FactCaseNumber:
		n.CaseNumber = value
		err = o.correctSubmission(&at, oldAt, now, env)
	}
	if err == nil && (f == FactFirstCall || f == FactWorkBegun) && i.changedBetween(oldAt, at) {
		err = o.measureAgain(now, env)
	}
	if err != nil {
		return Outcome{}, err
	}
	args := []string{"fact", string(f), "why", why, "old", oldText, "new", value, "old_at", stamp(oldAt), "new_at", stamp(at)}
	if f == FactFirstCall {
		args = append(args, "caller", i.FirstResponseBy, "missed", yesNo(n.FirstResponse.Missed(now)))
	}
	o.log(now, by, "corrected", i.factRows(f), args...)
	return *o, nil
}

// correctSubmission moves the start of the clocks, where the case's number
// stands for the submission.
func (o *Outcome) correctSubmission(at *time.Time, oldAt, now time.Time, env Env) (err error) {
	n := &o.Incident
	if at.Equal(oldAt) {
		return nil
	}
	if !n.submittedByNumber() {
		return Refuse("submitted_by_chat", "at", stamp(n.SubmittedAt)).At("at")
	}
	if *at, err = n.between(*at, n.OpenedAt.Add(-caseMargin), now); err != nil {
		return err
	}
	if met := n.FirstResponse.Met; !met.IsZero() && met.Before(*at) {
		return Refuse("after_first_call", "given", stamp(*at), "called", stamp(met)).At("at")
	}
	r, err := n.recount(*at, env)
	if err != nil {
		return err
	}
	first, work, ladder := n.FirstResponse, n.WorkBegins, n.Ladder
	n.owe(r.promise)
	n.SubmittedAt = *at
	o.start(*at, now, env)
	// What was done stays done. What already rang was for other instants.
	n.FirstResponse.Met, n.WorkBegins.Met, n.Ladder = first.Met, work.Met, ladder
	if !n.FirstResponse.Due.IsZero() {
		n.FirstResponse.From = r.first
	}
	if !n.WorkBegins.Due.IsZero() {
		n.WorkBegins.From = r.work
	}
	return nil
}

// submittedByNumber says whether the case was made elsewhere.
func (i *Incident) submittedByNumber() bool { return !i.Case.Due.IsZero() }

// WithdrawFact takes back what never happened. The clock runs again as if it had
// not been stopped, also by the changes of severity since (AMB-14): what is
// overdue by now rings at the next tick.
func (i Incident) WithdrawFact(by Actor, f FactName, why string, now time.Time, env Env) (Outcome, error) {
	o, oldText, oldAt, err := i.correction(by, f, why)
	if err != nil {
		return Outcome{}, err
	}
	n := &o.Incident
	switch f {
	case FactFirstCall:
		// Rang stays at the last alarm given, so that what passed since is still to come.
		n.FirstResponse.Met, n.FirstResponseVia, n.FirstResponseBy = time.Time{}, "", ""
	case FactWorkBegun:
		n.WorkBegins.Met = time.Time{}
	case FactMitigated:
		if i.Status != Mitigated {
			return Outcome{}, Refuse("reopen_first", "status", string(i.Status))
		}
		n.Status, n.MitigatedAt = Open, time.Time{}
	case FactResolved:
		if i.Status != Resolved {
			return Outcome{}, Refuse("reopen_first", "status", string(i.Status))
		}
		n.Status, n.ResolvedAt = Open, time.Time{}
		if !i.MitigatedAt.IsZero() {
			n.Status = Mitigated
		}
	case FactAcknowledged:
		n.AckedAt, n.AckedBy, n.AckedName = time.Time{}, "", ""
		n.Ladder.Met = time.Time{}
		if n.NextUpdate.Running() && n.NextUpdate.From.Equal(i.AckedAt) {
			n.NextUpdate = Clock{} // it promised the next word with it
		}
	case FactTaken:
		n.Owner, n.OwnerName = "", ""
	case FactCaseNumber:
		n.CaseNumber = ""
		if i.submittedByNumber() {
			if !i.FirstResponse.Met.IsZero() {
				return Outcome{}, Refuse("called_already", "name", i.FirstResponseBy, "at", stamp(i.FirstResponse.Met))
			}
			for _, rests := range []FactName{FactMitigated, FactWorkBegun} {
				if _, at, ok := i.recorded(rests); ok {
					return Outcome{}, Refuse("withdraw_first", "fact", string(rests), "at", stamp(at))
				}
			}
			n.Status, n.SubmittedAt, n.Report.Via = AwaitingCase, time.Time{}, ""
			n.FirstResponse, n.WorkBegins, n.ChangeControl, n.Answer = Clock{}, Clock{}, Clock{}, Clock{}
			n.Case = Clock{From: now, Due: now.Add(env.Policy.CaseReminder)} // the ladder goes on: people were called already
		}
	}
	if (f == FactFirstCall || f == FactWorkBegun) && i.changedBetween(oldAt, time.Time{}) {
		if err := o.measureAgain(now, env); err != nil {
			return Outcome{}, err
		}
	}
	args := []string{"fact", string(f), "why", why, "old", oldText}
	if !oldAt.IsZero() {
		args = append(args, "old_at", stamp(oldAt))
	}
	if f == FactFirstCall {
		args = append(args, "caller", i.FirstResponseBy)
	}
	o.log(now, by, "withdrawn", i.factRows(f), args...)
	return *o, nil
}

func (i *Incident) factRows(f FactName) []string {
	switch f {
	case FactFirstCall:
		return []string{"PRS-11"}
	case FactWorkBegun:
		if t := i.Promise.WorkBegins; t != nil {
			return t.Rows
		}
	case FactMitigated:
		return []string{"PMCS-35"}
	case FactCaseNumber:
		return []string{"PRS-02", "AMB-17"}
	}
	return nil
}
