package domain

import (
	"time"

	"example.com/firstcall/domain/terms"
)

// recounted is a promise worked out from the submission on, and the instants
// from which its two clocks count.
type recounted struct {
	promise     terms.Commitment
	first, work time.Time
}

// recount works out what is owed for an incident submitted at that instant,
// change by change; a response that is recorded was given only to the changes
// after it (AMB-14).
func (i *Incident) recount(submitted time.Time, env Env) (r recounted, err error) {
	moves := i.Promise.Moves
	if len(moves) == 0 {
		moves = []terms.Move{{Severity: i.Severity, Commit24x7: i.Commit24x7}}
	}
	r.first, r.work = submitted, submitted
	for n, m := range moves {
		c, dropped, err := caseOf(env, i.Report, m.Severity, m.Commit24x7, submitted, i.Report.EventID != "", i.tag(), i.Report.Via)
		if err != nil {
			return r, err
		}
		was, at := r.promise, m.At
		if at.Before(submitted) {
			at = submitted
		}
		if n == 0 {
			r.promise, err = env.Terms.Resolve(c)
		} else {
			r.promise, err = env.Terms.Recommit(c, was, terms.Change{
				At: at, Answered: given(i.FirstResponse.Met, at), Begun: given(i.WorkBegins.Met, at),
			})
			r.first = countsFrom(r.first, was.FirstResponse, r.promise.FirstResponse, submitted, at)
			r.work = countsFrom(r.work, was.WorkBegins, r.promise.WorkBegins, submitted, at)
		}
		if err != nil {
			return r, about(c, err)
		}
		if n == len(moves)-1 {
			r.promise = without(r.promise, dropped)
		}
	}
	return r, nil
}

// given says whether something was done by then.
func given(met, by time.Time) bool { return !met.IsZero() && !met.After(by) }

// countsFrom is where a clock counts from after a change: an earlier end is a
// new limit from the change, a later one counts from the submission.
func countsFrom(from time.Time, was, is *terms.Target, submitted, changed time.Time) time.Time {
	switch {
	case is == nil || was != nil && was.Due.Equal(is.Due):
		return from
	case was == nil || is.Due.Before(was.Due):
		return changed
	}
	return submitted
}

// changedBetween says whether something changed after one instant, and not
// after the other; zero is never.
func (i *Incident) changedBetween(a, b time.Time) bool {
	for n, m := range i.Promise.Moves {
		if n > 0 && given(a, m.At) != given(b, m.At) {
			return true
		}
	}
	return false
}

// measureAgain gives the clocks the ends that they have by what is recorded now.
// What is behind us by then is still to ring.
func (o *Outcome) measureAgain(now time.Time, env Env) error {
	n := &o.Incident
	r, err := n.recount(n.SubmittedAt, env)
	if err != nil {
		return err
	}
	n.owe(r.promise)
	measure := func(name string, c *Clock, t *terms.Target, from time.Time) {
		if t == nil || t.Due.Equal(c.Due) {
			return
		}
		o.log(now, Actor{Side: Machine}, "clock_moved", t.Rows, "clock", name, "from", stamp(c.Due), "to", stamp(t.Due))
		c.From, c.Due = from, t.Due
	}
	measure("first_response", &n.FirstResponse, r.promise.FirstResponse, r.first)
	measure("work_begins", &n.WorkBegins, r.promise.WorkBegins, r.work)
	return nil
}
