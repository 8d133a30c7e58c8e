package setup

import (
	"slices"
	"strings"
	"time"

	"example.com/firstcall/bot"
	"example.com/firstcall/domain"
	"example.com/firstcall/domain/calendar"
	"example.com/firstcall/domain/terms"
)

func (r *reader) agreement(t *tenant, m *mapping) {
	a := &domain.Agreement{Zone: t.Zone, Country: t.Country}
	t.agreement = a
	a.Name, _ = m.need("name")
	if m.each("plans", func(v value) { r.holding(a, v.mapping()) }) == 0 {
		m.wrong("plans is missing or empty: nothing would be owed")
	} else if !slices.ContainsFunc(a.Holdings, func(h terms.Holding) bool { return h.Plan == terms.Unified || h.Plan == "" }) {
		m.wrong("plans lacks unified: without the base no other plan counts")
	}
	if v, ok := m.get("hours"); ok {
		a.Hours = hours(v.mapping())
	}
	m.each("days", func(v value) { day(a, v.mapping()) })
	a.CoveredUntil = m.date("covered_until")
	m.each("subscriptions", func(v value) { r.subscription(a, v.mapping()) })
	m.done()
}

func (r *reader) holding(a *domain.Agreement, m *mapping) {
	var h terms.Holding
	code, v := m.need("plan")
	h.Plan = r.plan(v, code)
	for _, other := range a.Holdings {
		if other.Plan == h.Plan && h.Plan != "" {
			v.wrong("%s is there twice", h.Plan)
		}
	}
	h.WorkOrderStart, h.ContractStart = m.date("work_order_start"), m.date("contract_start")
	h.ContractExecuted, h.AgreementExecuted = m.date("contract_executed"), m.date("agreement_executed")
	h.IntakeDone, h.ReactiveSince, h.Ends = m.date("intake_done"), m.date("reactive_since"), m.date("ends")
	if h.IntakePending = m.yes("intake_pending", false); h.IntakePending && !h.IntakeDone.IsZero() {
		m.wrong("the intake can't be pending and done")
	}
	for _, v := range m.texts("products") {
		h.Products = append(h.Products, r.product(v))
	}
	if v, ok := m.get("exhibit"); ok {
		h.Exhibit = exhibit(v.mapping())
	}
	m.done()
	a.Holdings = append(a.Holdings, h)
}

// product reads a product's code or name into its code.
func (r *reader) product(v value) string {
	p, err := r.terms.Product(v.text())
	if err != nil {
		v.wrong("%s", err)
	}
	return p.Code
}

var (
	channels = []terms.Channel{terms.Portal, terms.Phone, terms.Web, terms.Chat}
	clocks   = []terms.Clock{terms.AroundTheClock, terms.BusinessHours}
)

func exhibit(m *mapping) *terms.Exhibit {
	x := &terms.Exhibit{Targets: map[terms.Severity]terms.ExhibitTarget{}}
	x.Reference, _ = m.need("reference")
	if v, ok := m.get("targets"); ok {
		targets := v.mapping()
		for _, s := range terms.Severities() {
			v, ok := targets.get(string(s))
			if !ok {
				continue
			}
			line := v.mapping()
			target := terms.ExhibitTarget{FirstResponse: line.duration("first_response"), WorkBegins: line.duration("work_begins")}
			clock, at := line.may("clock")
			target.Clock = oneOf(at, clock, clocks)
			line.done()
			x.Targets[s] = target
		}
		targets.done()
	}
	for _, v := range m.texts("channels") {
		x.Channels = append(x.Channels, oneOf(v, v.text(), channels))
	}
	for _, v := range m.texts("languages") {
		x.Languages = append(x.Languages, v.text())
	}
	m.done()
	return x
}

var weekdays = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// hours reads a week; a day that is not named is closed.
func hours(m *mapping) *calendar.Hours {
	var week calendar.Hours
	open := false
	for day, name := range weekdays {
		s, v := m.may(name)
		if s == "" {
			continue
		}
		spans, err := calendar.ParseHours(s)
		if err != nil {
			v.wrong("%s", err)
		}
		week[day], open = spans, open || len(spans) > 0 || err != nil
	}
	if m.done(); !open {
		m.wrong("the week never opens")
	}
	return &week
}

// day reads one day with other hours: absent hours mean closed, "usual" a
// working day.
func day(a *domain.Agreement, m *mapping) {
	date, v := m.need("date")
	d := calendar.Day{}
	var err error
	if d.Date, err = calendar.ParseDate(date); err != nil && date != "" {
		v.wrong("%q is not a day written YYYY-MM-DD", date)
	}
	for _, other := range a.Days {
		if other.Date == d.Date && err == nil {
			v.wrong("%s is there twice", d.Date)
		}
	}
	d.Name, _ = m.may("name")
	switch s, v := m.may("hours"); s {
	case "":
	case "usual":
		d.Working = true
	default:
		if d.Spans, err = calendar.ParseHours(s); err != nil {
			v.wrong("%s", err)
		}
	}
	m.done()
	a.Days = append(a.Days, d)
}

func (r *reader) subscription(a *domain.Agreement, m *mapping) {
	var s domain.Subscription
	var v value
	if s.ID, v = m.need("id"); s.ID != "" && slices.ContainsFunc(a.Subscriptions, func(o domain.Subscription) bool { return o.ID == s.ID }) {
		v.wrong("%s is there twice", s.ID)
	}
	if s.Name, _ = m.may("name"); s.Name == "" {
		s.Name = s.ID
	}
	s.Production = m.yes("production", true)
	for _, v := range m.texts("plans") {
		p := r.plan(v, v.text())
		if p != "" && !slices.ContainsFunc(a.Holdings, func(h terms.Holding) bool { return h.Plan == p }) {
			v.wrong("%s is not among the agreement's plans", p)
		}
		s.Plans = append(s.Plans, p)
	}
	m.done()
	a.Subscriptions = append(a.Subscriptions, s)
}

func (r *reader) event(t *tenant, m *mapping) {
	var e domain.BusinessEvent
	e.Name, _ = m.need("name")
	e.Starts, e.Ends = m.instant("starts", true), m.instant("ends", true)
	if !e.Ends.IsZero() && !e.Ends.After(e.Starts) {
		m.wrong("the event ends before it has begun")
	}
	e.Zone = zone(m, t.Zone)
	for _, v := range m.texts("products") {
		e.Products = append(e.Products, r.product(v))
	}
	for _, other := range t.events {
		if other.Name == e.Name && other.Starts.Equal(e.Starts) {
			m.wrong("%s is there twice", e.Name)
		}
	}
	m.done()
	t.events = append(t.events, e)
}

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

// check looks at what needs all files.
func (r *reader) check() {
	if r.provider == nil && len(r.tenants) > 0 {
		r.add(r.tenants[0].at.file, 0, "", "no file names the provider: its ladders and policy are part of every agreement")
	}
	names, prefixes := map[string]*tenant{}, map[string]*tenant{}
	for _, t := range r.tenants {
		if first, twice := names[t.Name]; twice && t.Name != "" {
			t.at.wrong("%s is there twice; first in %s line %d", t.Name, first.at.file, first.at.node.Line)
		}
		names[t.Name] = t
		if first, twice := prefixes[t.Prefix]; twice && t.Prefix != "" {
			t.prefixAt.wrong("%s is the prefix of %s, too", t.Prefix, first.Name)
		}
		prefixes[t.Prefix] = t
		for i, d := range t.duties {
			r.checkDuty(t, d, t.dutyAt[i])
		}
		r.checkCalled(t)
		if t.agreement != nil && r.provider != nil {
			t.agreement.Policy = r.provider.policy.with(t.policy)
		}
		r.checkCalendar(t)
	}
	for _, h := range r.holidays {
		if !slices.ContainsFunc(r.tenants, func(t *tenant) bool { return t.Country == h.Country }) && len(r.tenants) > 0 {
			r.add(h.file, 0, "", "no customer of these files is in %s, so the holidays would be nobody's", h.Country)
		}
	}
	if len(r.tenants) == 0 && len(r.mistakes) == 0 {
		name := "import"
		if len(r.holidays) > 0 {
			name = r.holidays[0].file
		}
		r.add(name, 0, "", "holidays are imported together with the files of their customers, and there are none")
	}
}

func (r *reader) checkDuty(t *tenant, d bot.SetupRoster, at value) {
	if d.Person == "" || d.Role == "" {
		return
	}
	i := slices.IndexFunc(t.people, func(p bot.SetupPerson) bool { return p.Person.Name == d.Person })
	switch {
	case i < 0:
		at.wrong("there is no %s among the provider's people", d.Person)
	case !slices.Contains(t.people[i].Person.Roles, d.Role):
		at.wrong("%s is on duty as %s without having that role", d.Person, d.Role)
	}
}

// audiences need no configuration.
var audiences = []domain.Who{
	domain.ToEngineers, domain.ToManagers, domain.ToOwner, domain.ToCustomer, domain.ToReporter, domain.ToAdministrator,
	"executives:provider", "executives:customer",
}

// checkCalled looks whether everybody whom a ladder calls exists.
func (r *reader) checkCalled(t *tenant) {
	for _, c := range t.policy.called {
		kind, name, _ := strings.Cut(string(c.who), ":")
		found := slices.Contains(audiences, c.who)
		switch {
		case found || r.provider == nil:
		case kind == "role":
			oneOf(c.at, name, providerRoles)
		case kind == "team":
			if !slices.ContainsFunc(r.provider.places, func(p bot.SetupPlace) bool { return p.Place.Team == name && name != "" }) {
				c.at.wrong("no place of the provider's engineers is team %q", name)
			}
		case kind == "person":
			if _, ok := r.provider.names[name]; !ok {
				c.at.wrong("there is no %s among the provider's people", name)
			}
		default:
			c.at.wrong("%q is nobody to call: %s, role:<role>, team:<team> or person:<name>", c.who, joined(audiences))
		}
	}
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
		"ladders":       func() { out.Ladders = p.Ladders },
	} {
		if p.given[key] {
			take()
		}
	}
}

// checkCalendar adds the holiday files of the customer's country to its own
// days, which win, and tries whether a calendar can be made.
func (r *reader) checkCalendar(t *tenant) {
	a := t.agreement
	if a == nil {
		return
	}
	for _, h := range r.holidays {
		if h.Country != a.Country {
			continue
		}
		for _, d := range h.Days {
			if !slices.ContainsFunc(a.Days, func(own calendar.Day) bool { return own.Date == d.Date }) {
				a.Days = append(a.Days, d)
			}
		}
		if h.CoveredUntil.After(a.CoveredUntil) {
			a.CoveredUntil = h.CoveredUntil
		}
	}
	slices.SortFunc(a.Days, func(x, y calendar.Day) int { return x.Date.Compare(y.Date) })
	if len(r.mistakes) > 0 || a.Zone == "" {
		return
	}
	if _, err := a.Calendar("", ""); err != nil {
		t.at.wrong("%s", err)
	}
}
