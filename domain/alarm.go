package domain

import (
	"slices"
	"time"

	"example.com/firstcall/domain/terms"
)

// The notices an alarm gives. Those of a change are beside the change.
const (
	FirstResponseHalf NoticeKind = "first_response_half" // half of the target is gone
	FirstResponseMost NoticeKind = "first_response_most" // four fifths are
	FirstResponseDue  NoticeKind = "first_response_due"  // the target is passed now
	FirstResponseLate NoticeKind = "first_response_late" // and again
	WorkBeginsDue     NoticeKind = "work_begins_due"
	StaffingMissing   NoticeKind = "staffing_missing"
	ChangeControlSoon NoticeKind = "change_control_soon"
	ChangeControlDue  NoticeKind = "change_control_due"
	AnswerSoon        NoticeKind = "answer_soon"
	AnswerDue         NoticeKind = "answer_due"
	UpdateDue         NoticeKind = "update_due"
	UpdateLate        NoticeKind = "update_late"
	CaseMissing       NoticeKind = "case_missing"
	Page              NoticeKind = "page" // a rung of the ladder
)

// Alarm is a moment at which the incident wants to be looked at.
type Alarm struct {
	At   time.Time
	Kind NoticeKind
	To   [2]Who // "" where there is no second
	Due  time.Time
}

// clocks lists the clocks that have alarms of their own, the ladder apart.
func (i *Incident) clocks() [7]*Clock {
	return [...]*Clock{
		&i.FirstResponse, &i.WorkBegins, &i.Staffing, &i.ChangeControl,
		&i.Answer, &i.NextUpdate, &i.Case,
	}
}

// Alarms lists the next alarm of each running clock and of the ladder. It is
// derived from the state alone, so nothing is ever cancelled by hand.
func (i Incident) Alarms(env Env) []Alarm {
	if !i.Live() {
		return nil
	}
	var out []Alarm
	for n, c := range i.clocks() {
		if a, ok := i.alarmAfter(n, *c, c.Rang, env); ok {
			out = append(out, a)
		}
	}
	if p, ok := i.pageAfter(i.Ladder.Rang, env); ok {
		out = append(out, Alarm{At: p.at, Kind: Page, To: [2]Who{p.call}})
	}
	return out
}

// Wake is the earliest instant at which the incident must be looked at again;
// zero when it never needs to be by itself.
func (i Incident) Wake(env Env) time.Time {
	var at time.Time
	earlier := func(t time.Time) {
		if at.IsZero() || t.Before(at) {
			at = t
		}
	}
	if !i.Live() {
		return at
	}
	for n, c := range i.clocks() {
		if a, ok := i.alarmAfter(n, *c, c.Rang, env); ok {
			earlier(a.At)
		}
	}
	if p, ok := i.pageAfter(i.Ladder.Rang, env); ok {
		earlier(p.at)
	}
	return at
}

// alarmAfter is the first alarm of clock number n (as clocks lists them)
// strictly after the instant.
func (i *Incident) alarmAfter(n int, c Clock, after time.Time, env Env) (Alarm, bool) {
	if !c.Running() {
		return Alarm{}, false
	}
	at := func(t time.Time, k NoticeKind, to ...Who) (Alarm, bool) {
		a := Alarm{At: t, Kind: k, Due: c.Due}
		copy(a.To[:], to)
		return a, true
	}
	switch n {
	case 0: // first response
		if t := i.part(c, 50, env); t.After(after) {
			return at(t, FirstResponseHalf, ToEngineers)
		}
		if t := i.part(c, 80, env); t.After(after) {
			return at(t, FirstResponseMost, ToOwner)
		}
		if c.Due.After(after) {
			return at(c.Due, FirstResponseDue, ToEngineers)
		}
		return at(i.repeat(FirstResponseLate, c.Due, after, env.Policy.RepeatLate, env), FirstResponseLate, ToOwner)
	case 1: // work begins; while nobody has called, that is what is missing
		if c.Due.After(after) && !i.FirstResponse.Running() {
			return at(c.Due, WorkBeginsDue, ToOwner)
		}
	case 2: // staffing round the clock
		if c.Due.After(after) {
			return at(c.Due, StaffingMissing, ToReporter, ToAdministrator)
		}
		return at(every(c.Due, after, 4*env.Policy.Staffing), StaffingMissing, ToReporter, ToAdministrator)
	case 3: // change control
		if t := i.businessPart(c, 80, env); t.After(after) {
			return at(t, ChangeControlSoon, ToCustomer)
		}
		if c.Due.After(after) {
			return at(c.Due, ChangeControlDue, ToCustomer, ToOwner)
		}
	case 4: // the customer's answer
		if t := c.From.Add(c.Due.Sub(c.From) * 80 / 100); t.After(after) {
			return at(t, AnswerSoon, ToCustomer)
		}
		if c.Due.After(after) {
			return at(c.Due, AnswerDue, ToCustomer, ToOwner)
		}
	case 5: // our next update
		if c.Due.After(after) {
			return at(c.Due, UpdateDue, ToOwner)
		}
		return at(i.repeat(UpdateLate, c.Due, after, env.Policy.RepeatLate, env), UpdateLate, ToOwner)
	case 6: // the number of a case made elsewhere
		if c.Due.After(after) {
			return at(c.Due, CaseMissing, ToReporter)
		}
		return at(i.repeat(CaseMissing, c.Due, after, env.Policy.CaseReminder, env), CaseMissing, ToReporter, ToEngineers)
	}
	return Alarm{}, false
}

// part is the instant at which percent of a response clock is used up, in the
// kind of time that the clock runs in.
func (i *Incident) part(c Clock, percent int, env Env) time.Time {
	if i.Promise.FirstResponse != nil && i.Promise.FirstResponse.Clock == terms.BusinessHours && env.Calendar != nil {
		return i.businessPart(c, percent, env)
	}
	return c.From.Add(c.Due.Sub(c.From) * time.Duration(percent) / 100)
}

func (i *Incident) businessPart(c Clock, percent int, env Env) time.Time {
	return env.Calendar.Add(c.From, env.Calendar.Between(c.From, c.Due)*time.Duration(percent)/100)
}

// often says whether a reminder of that kind comes every interval: for
// severity 1 and A, but not about an update that nobody works on at night.
func (i *Incident) often(k NoticeKind) bool {
	return i.Critical() && (k != UpdateLate || i.Effort != terms.BusinessHours)
}

// repeat is the first repetition strictly after the instant: every interval,
// or each working day for what is less urgent.
func (i *Incident) repeat(k NoticeKind, due, after time.Time, interval time.Duration, env Env) time.Time {
	if i.often(k) || env.Calendar == nil {
		return every(due, after, interval)
	}
	// Begin the day before the instant: no need to walk through a long outage day
	// by day, and how many working days lie in it is the calendar's to know.
	from := due
	if after.After(due) {
		from = sameTime(due, after.In(env.Calendar.Zone()), -1, env)
		for back := -2; from.After(due) && !sameClock(from, due, env); back-- {
			from = sameTime(due, after.In(env.Calendar.Zone()), back, env)
		}
		if from.Before(due) {
			from = due
		}
	}
	for days := 1; ; days++ {
		if t := env.Calendar.AddDaysAt(from, days); t.After(after) {
			return t
		}
	}
}

// sameTime is due's time of day on the date of t moved by some days.
func sameTime(due, t time.Time, days int, env Env) time.Time {
	h, m, s := due.In(env.Calendar.Zone()).Clock()
	return time.Date(t.Year(), t.Month(), t.Day()+days, h, m, s, due.Nanosecond(), env.Calendar.Zone())
}

// sameClock is false on a day on which the clock jumps over due's time of day.
func sameClock(t, due time.Time, env Env) bool {
	h, m, s := t.Clock()
	dh, dm, ds := due.In(env.Calendar.Zone()).Clock()
	return h == dh && m == dm && s == ds
}

func every(due, after time.Time, interval time.Duration) time.Time {
	if interval <= 0 {
		interval = time.Hour
	}
	n := time.Duration(1)
	if after.After(due) {
		n = after.Sub(due)/interval + 1
	}
	return due.Add(n * interval)
}

// AlarmKinds lists the kinds of ring that only alarms give.
func AlarmKinds() []NoticeKind {
	return []NoticeKind{
		FirstResponseHalf, FirstResponseMost, FirstResponseDue, FirstResponseLate,
		WorkBeginsDue, StaffingMissing, ChangeControlSoon, ChangeControlDue,
		AnswerSoon, AnswerDue, UpdateDue, UpdateLate, CaseMissing, Page,
	}
}

// Applies says whether a ring of that kind still has its reason. An unsent
// ring that lost it is withdrawn.
func (i Incident) Applies(k NoticeKind) bool {
	running := func(c Clock) bool { return i.Live() && c.Running() }
	switch k {
	case FirstResponseHalf, FirstResponseMost, FirstResponseDue, FirstResponseLate:
		return running(i.FirstResponse)
	case WorkBeginsDue:
		return running(i.WorkBegins)
	case StaffingMissing:
		return running(i.Staffing)
	case ChangeControlSoon, ChangeControlDue:
		return running(i.ChangeControl)
	case AnswerSoon, AnswerDue:
		return running(i.Answer)
	case UpdateDue, UpdateLate:
		return running(i.NextUpdate)
	case CaseMissing:
		return running(i.Case)
	case Page:
		return running(i.Ladder)
	default: // what a change says was true when it was said
		return true
	}
}

// Unsettles says whether a change takes the reason from an unsent ring of that
// kind: it no longer applies, or it names the end of a clock that has moved.
func (i Incident) Unsettles(after *Incident, k NoticeKind) bool {
	if !i.Applies(k) {
		return false
	}
	return !after.Applies(k) || !i.dueOf(k).Equal(after.dueOf(k))
}

// dueOf is the end that a ring of that kind is about; zero when it is about none.
func (i *Incident) dueOf(k NoticeKind) time.Time {
	switch k {
	case FirstResponseHalf, FirstResponseMost, FirstResponseDue, FirstResponseLate:
		return i.FirstResponse.Due
	case WorkBeginsDue:
		return i.WorkBegins.Due
	case StaffingMissing:
		return i.Staffing.Due
	case ChangeControlSoon, ChangeControlDue:
		return i.ChangeControl.Due
	case AnswerSoon, AnswerDue:
		return i.Answer.Due
	case UpdateDue, UpdateLate:
		return i.NextUpdate.Due
	case CaseMissing:
		return i.Case.Due
	case Page:
		return i.Ladder.Due
	default:
		return time.Time{}
	}
}

// Stands lists the kinds of ring for which a newer ring of kind k stands, told
// to the same reader about the same incident: it says the same, as it is now.
func (k NoticeKind) Stands() []NoticeKind {
	for _, same := range [...][]NoticeKind{
		{FirstResponseHalf, FirstResponseMost, FirstResponseDue, FirstResponseLate, Page},
		{UpdateDue, UpdateLate},
		{ChangeControlSoon, ChangeControlDue},
		{AnswerSoon, AnswerDue},
		{StaffingMissing},
		{CaseMissing},
	} {
		if slices.Contains(same, k) {
			return same
		}
	}
	return nil
}

// Fire answers all alarms due at now. Late, repeated and crashed ticks are
// harmless: an alarm that no longer applies does nothing, and after an outage
// each clock gives only its newest reminder, and each person one page naming
// the highest rung.
func (i Incident) Fire(now time.Time, env Env) Outcome {
	o := Outcome{Incident: i}
	if !i.Live() {
		return o
	}
	n := &o.Incident
	for num, c := range n.clocks() {
		var newest Alarm
		for a, ok := n.alarmAfter(num, *c, c.Rang, env); ok && !a.At.After(now); a, ok = n.alarmAfter(num, *c, c.Rang, env) {
			newest, c.Rang = a, a.At
			if skip := n.lastRepeat(a, now, env); skip.After(c.Rang) {
				c.Rang = skip
				newest.At = skip
			}
		}
		if newest.At.IsZero() {
			continue
		}
		o.alarm(newest)
		if newest.Kind == UpdateDue || newest.Kind == UpdateLate {
			// The promise that an acknowledgement carried is broken: the ladder starts again.
			if !n.Ladder.Running() {
				n.Ladder = Clock{From: c.Due, Due: c.Due, Rang: c.Due.Add(-time.Nanosecond)}
			}
		}
		if newest.Kind == FirstResponseDue || newest.Kind == FirstResponseLate && i.FirstResponse.Rang.Before(c.Due) {
			var rows []string
			if t := n.Promise.FirstResponse; t != nil {
				rows = t.Rows
			}
			o.log(now, Actor{Side: Machine}, "first_response_missed", rows, "due", stamp(c.Due))
		}
	}
	o.climb(now, env)
	return o
}

// lastRepeat jumps over repetitions that an outage made pointless: the newest
// instant of a repeating alarm not after now, or the alarm's own.
func (i *Incident) lastRepeat(a Alarm, now time.Time, env Env) time.Time {
	switch a.Kind {
	case FirstResponseLate, UpdateLate, CaseMissing, StaffingMissing:
	default:
		return a.At
	}
	interval := env.Policy.RepeatLate
	switch a.Kind {
	case CaseMissing:
		interval = env.Policy.CaseReminder
	case StaffingMissing:
		interval = 4 * env.Policy.Staffing
	}
	if a.Kind != StaffingMissing && !i.often(a.Kind) || interval <= 0 || !a.At.After(a.Due) {
		return a.At
	}
	return a.Due.Add(now.Sub(a.Due) / interval * interval)
}

func (o *Outcome) alarm(a Alarm) {
	for _, to := range a.To {
		if to != "" {
			o.Notices = append(o.Notices, Notice{To: to, Kind: a.Kind, Step: a.At.Unix(), Due: a.Due, At: a.At})
		}
	}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// log adds a journal line; args are pairs of name and value.
func (o *Outcome) log(now time.Time, by Actor, kind string, rows []string, args ...string) {
	e := Entry{At: now, By: Actor{Person: by.Person, Name: by.Name, Side: by.Side, Tenant: by.Tenant}, Kind: kind, Rows: rows}
	for k := 0; k+1 < len(args); k += 2 {
		if e.Args == nil {
			e.Args = make(map[string]string, len(args)/2)
		}
		e.Args[args[k]] = args[k+1]
	}
	o.Journal = append(o.Journal, e)
}
