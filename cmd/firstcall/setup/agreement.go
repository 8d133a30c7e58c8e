package setup

import (
	"slices"

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
		if p != "" && !slices.ContainsFunc(a.Holdings, func(h terms.Holding) bool { return h.Plan == p || h.Plan == "" }) {
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
