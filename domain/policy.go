package domain

import (
	"time"

	"example.com/firstcall/domain/terms"
)

// DefaultPolicy is what a provider that has said nothing gets. The bot is a way
// to submit under no plan (the strict reading of AMB-20) and a person's chat
// message is a first response under none (AMB-10).
func DefaultPolicy() Policy {
	critical := []Rung{
		{Percent: 50, After: 30 * time.Minute, Call: []Who{ToIncidentManager}},
		{Percent: 100, After: time.Hour, Call: []Who{ToManagers}, Every: 15 * time.Minute, Times: 4},
	}
	return Policy{
		Ladders: []Ladder{
			{Severity: terms.Sev1, Rungs: critical},
			{Severity: terms.SevA, Rungs: critical},
			{Severity: terms.SevB, Rungs: []Rung{{Percent: 100, After: 2 * time.Hour, Call: []Who{ToManagers}}}},
			{Rungs: []Rung{{Percent: 100, After: 4 * time.Hour, Call: []Who{ToIncidentManager}}}},
		},
		NextUpdate:   map[terms.Severity]time.Duration{terms.Sev1: 30 * time.Minute, terms.SevA: time.Hour},
		UpdateDays:   map[terms.Severity]int{terms.SevB: 1, terms.SevC: 2},
		RepeatLate:   15 * time.Minute,
		Staffing:     15 * time.Minute,
		CaseReminder: 10 * time.Minute,
		DraftLeft:    30 * time.Minute,
		Rooms:        []terms.Severity{terms.Sev1, terms.SevA},
		RoomsKept:    24 * time.Hour,
	}
}

// defaultUpdateDays is for a severity that the policy does not name, and for advice.
const defaultUpdateDays = 2

// updateDue is when the customer should hear from us again. It is the provider's
// policy, never a promise of the terms (SIL-03).
func (i *Incident) updateDue(now time.Time, env Env) time.Time {
	if d := env.Policy.NextUpdate[i.Severity]; d > 0 && i.Critical() {
		return i.elapse(now, d, env) // nobody is there at night once work around the clock has ended
	}
	if i.Critical() || env.Calendar == nil {
		return now.Add(time.Hour)
	}
	days := env.Policy.UpdateDays[i.Severity]
	if days <= 0 {
		days = defaultUpdateDays
	}
	return env.Calendar.AddDaysAt(now, days)
}
