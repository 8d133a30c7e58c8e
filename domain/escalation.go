package domain

import (
	"strconv"
	"time"

	"example.com/firstcall/domain/terms"
)

// page is one call of one audience of a rung.
type page struct {
	at   time.Time
	rung int // from 1
	call Who
}

// ladder finds the ladder that fits the incident.
func (i *Incident) ladder(p *Policy) []Rung {
	for n := range p.Ladders {
		l := &p.Ladders[n]
		if (l.Plan == "" || l.Plan == i.Promise.Plan) && (l.Severity == "" || l.Severity == i.Severity) {
			return l.Rungs
		}
	}
	return nil
}

// pages calls yield with every page of the ladder, rung by rung, until it says
// stop. A rung that reaches nobody is skipped at once: the next one is called
// at its instant. When no rung reaches anybody, the engineers are called.
func (i *Incident) pages(env Env, yield func(page) bool) {
	if !i.Ladder.Running() || env.Policy == nil {
		return
	}
	rungs := i.ladder(env.Policy)
	var carried time.Time // the instant of the empty rungs just skipped
	called := false
	for n := range rungs {
		r := &rungs[n]
		at := i.rungAt(r, env)
		if !carried.IsZero() && carried.Before(at) {
			at = carried
		}
		reached := false
		for _, who := range r.Call {
			if env.Empty != nil && env.Empty(who) {
				continue
			}
			reached, called = true, true
			for k := range max(1, r.Times) {
				if !yield(page{at: i.elapse(at, time.Duration(k)*r.Every, env), rung: n + 1, call: who}) {
					return
				}
			}
		}
		if reached {
			carried = time.Time{}
		} else if carried.IsZero() {
			carried = at
		}
	}
	if !called && !carried.IsZero() {
		yield(page{at: carried, rung: len(rungs), call: ToEngineers})
	}
}

// noTarget stands in for a target where the terms give none, as for advice: a
// rung at a part of it must not be due at once. It is a habit, not contract.
const noTarget = 4 * time.Hour

func (i *Incident) rungAt(r *Rung, env Env) time.Time {
	after := r.After
	if r.Percent > 0 && (i.Promise.FirstResponse != nil || after == 0) {
		target := noTarget
		if t := i.Promise.FirstResponse; t != nil {
			target = t.Target
		}
		after = target * time.Duration(r.Percent) / 100
	}
	return i.elapse(i.Ladder.Due, after, env)
}

// elapse adds a duration in the time in which people work on the incident.
func (i *Incident) elapse(t time.Time, d time.Duration, env Env) time.Time {
	if i.Effort == terms.BusinessHours && env.Calendar != nil {
		return env.Calendar.Add(t, d)
	}
	return t.Add(d)
}

// pageAfter is the first page strictly after the instant.
func (i *Incident) pageAfter(after time.Time, env Env) (first page, ok bool) {
	i.pages(env, func(p page) bool {
		if p.at.After(after) && (!ok || p.at.Before(first.at)) {
			first, ok = p, true
		}
		return true
	})
	return first, ok
}

// climb gives the pages due at now: one a person, naming the highest rung.
func (o *Outcome) climb(now time.Time, env Env) {
	n := &o.Incident
	var due []page // one an audience

	last := n.Ladder.Rang
	n.pages(env, func(p page) bool {
		if !p.at.After(n.Ladder.Rang) || p.at.After(now) {
			return true
		}
		if p.at.After(last) {
			last = p.at
		}
		for j := range due {
			if due[j].call == p.call {
				if p.rung > due[j].rung || p.rung == due[j].rung && p.at.After(due[j].at) {
					due[j] = p
				}
				return true
			}
		}
		due = append(due, p)
		return true
	})
	for _, p := range due {
		o.Notices = append(o.Notices, Notice{
			To: p.call, Kind: Page, Step: p.at.Unix(), At: p.at, Rung: p.rung, Due: n.oweNext(),
		})
		o.log(now, Actor{Side: Machine}, "paged", nil, "who", string(p.call), "rung", strconv.Itoa(p.rung), "at", stamp(p.at))
	}
	n.Ladder.Rang = last
}

// oweNext is the deadline that a page is about: the first call while it is
// owed, else our next update.
func (i *Incident) oweNext() time.Time {
	if i.FirstResponse.Running() {
		return i.FirstResponse.Due
	}
	return i.NextUpdate.Due
}
