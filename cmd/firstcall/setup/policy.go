package setup

import (
	"strings"
	"time"

	"example.com/firstcall/domain"
	"example.com/firstcall/domain/terms"
)

// policy reads the provider's policy, or what a customer's differs in.
func (r *reader) policy(m *mapping) policy {
	p := policy{at: m.value, given: map[string]bool{}}
	for key := range m.at {
		p.given[key] = true
	}
	if v, ok := m.get("next_update"); ok {
		r.nextUpdate(&p, v.mapping())
	}
	p.RepeatLate = m.duration("repeat_late")
	p.Staffing = m.duration("staffing")
	p.CaseReminder = m.duration("case_reminder")
	p.DraftLeft = m.duration("draft_left")
	for _, v := range m.texts("chat_counts") {
		p.ChatCounts = append(p.ChatCounts, r.plan(v, v.text()))
	}
	for _, v := range m.texts("chat_submits") {
		p.ChatSubmits = append(p.ChatSubmits, r.plan(v, v.text()))
	}
	for _, v := range m.texts("rooms") {
		p.Rooms = append(p.Rooms, oneOf(v, v.text(), terms.Severities()))
	}
	p.RoomsKept = m.orOff("rooms_kept")
	r.digest(&p, m)
	m.each("ladders", func(v value) { r.ladder(&p, v.mapping()) })
	m.done()
	return p
}

// nextUpdate reads how soon a customer hears from us again: a duration, or
// working days as in "2 days".
func (r *reader) nextUpdate(p *policy, m *mapping) {
	p.NextUpdate, p.UpdateDays = map[terms.Severity]time.Duration{}, map[terms.Severity]int{}
	for _, s := range terms.Severities() {
		text, v := m.may(string(s))
		if text == "" {
			continue
		}
		n, unit, _ := strings.Cut(text, " ")
		switch {
		case strings.HasPrefix(unit, "day"):
			days := 0
			for _, c := range n {
				if c < '0' || c > '9' || days > 99 {
					days = 0
					break
				}
				days = days*10 + int(c-'0')
			}
			if days < 1 {
				v.wrong("%q is not a number of working days like 2 days", text)
			}
			p.UpdateDays[s] = days
		default:
			p.NextUpdate[s] = v.duration(text)
		}
	}
	m.done()
}

func (r *reader) ladder(p *policy, m *mapping) {
	var l domain.Ladder
	if code, v := m.may("plan"); code != "" {
		l.Plan = r.plan(v, code)
	}
	if s, v := m.may("severity"); s != "" {
		l.Severity = oneOf(v, s, terms.Severities())
	}
	if m.each("rungs", func(v value) { r.rung(p, &l, v.mapping()) }) == 0 {
		m.wrong("the ladder has no rungs: nobody would be called")
	}
	for _, other := range p.Ladders {
		if (other.Plan == "" || other.Plan == l.Plan) && (other.Severity == "" || other.Severity == l.Severity) {
			m.wrong("a ladder above fits everything that this one does; the first that fits is used")
			break
		}
	}
	m.done()
	p.Ladders = append(p.Ladders, l)
}

func (r *reader) rung(p *policy, l *domain.Ladder, m *mapping) {
	u := domain.Rung{After: m.duration("after"), Percent: m.count("percent", 1, 1000), Every: m.duration("every"), Times: m.count("times", 1, 100)}
	_, after := m.at["after"]
	_, percent := m.at["percent"]
	switch {
	case after && percent:
		m.wrong("a rung has after or percent, not both")
	case !after && !percent:
		m.wrong("a rung needs after or percent: when is it due?")
	}
	switch {
	case u.Times > 1 && u.Every == 0:
		m.wrong("times without every: how long between two calls?")
	case u.Every > 0 && u.Times < 2:
		m.wrong("every without times: how often at most?")
	}
	for _, v := range m.texts("call") {
		who := domain.Who(v.text())
		p.called = append(p.called, called{v, who})
		u.Call = append(u.Call, who)
	}
	if len(u.Call) == 0 {
		m.wrong("the rung calls nobody")
	}
	m.done()
	l.Rungs = append(l.Rungs, u)
}

// with is the provider's policy with what a customer's agreement changes.
func (p policy) with(own policy) domain.Policy {
	out := domain.DefaultPolicy()
	for _, from := range []policy{p, own} {
		from.replace(&out)
	}
	return out
}

// replace puts what the file says in the place of what was there.
func (p policy) replace(out *domain.Policy) {
	for key, take := range map[string]func(){
		"next_update":   func() { out.NextUpdate, out.UpdateDays = p.NextUpdate, p.UpdateDays },
		"repeat_late":   func() { out.RepeatLate = p.RepeatLate },
		"staffing":      func() { out.Staffing = p.Staffing },
		"case_reminder": func() { out.CaseReminder = p.CaseReminder },
		"draft_left":    func() { out.DraftLeft = p.DraftLeft },
		"chat_counts":   func() { out.ChatCounts = p.ChatCounts },
		"chat_submits":  func() { out.ChatSubmits = p.ChatSubmits },
		"rooms":         func() { out.Rooms = p.Rooms },
		"rooms_kept":    func() { out.RoomsKept = p.RoomsKept },
		"ladders":       func() { out.Ladders = p.Ladders },
	} {
		if p.given[key] {
			take()
		}
	}
}
