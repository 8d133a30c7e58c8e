package terms

import (
	"cmp"
	"slices"
)

var (
	knownChannels = []Channel{Portal, Phone, Web, Chat}
	knownClocks   = []Clock{AroundTheClock, BusinessHours}
	planKinds     = []string{kindBase, kindEnhanced, kindMCS, kindEngineer, kindExhibit}
)

// The kinds of plans.
const (
	kindBase     = "base"
	kindEnhanced = "enhanced"
	kindMCS      = "mcs"
	kindEngineer = "engineer" // assigns people, lists no time
	kindExhibit  = "exhibit"  // its times are in the work order
)

func (l *loader) readPlans(n node) {
	seen := map[Plan]bool{}
	ranks := map[int]bool{}
	for _, item := range n.list() {
		if !item.fields("code", "name", "aliases", "kind", "rank", "rows", "replaces_base", "owner", "scope", "excluded",
			"channels", "languages", "conditions", "unlisted", "working_hours", "initial_response", "rca", "cells") {
			continue
		}
		p := l.plan(item)
		if seen[p.code] {
			item.wrong("plan %s occurs twice", p.code)
		}
		if ranks[p.rank] {
			item.wrong("rank %d occurs twice", p.rank)
		}
		seen[p.code], ranks[p.rank] = true, true
		l.e.plans = append(l.e.plans, p)
		l.e.order = append(l.e.order, p.code)
	}
	for _, k := range knownPlans {
		if !seen[k] {
			n.wrong("plan %s is missing", k)
		}
	}
	slices.SortStableFunc(l.e.plans, func(a, b planTerms) int { return cmp.Compare(a.rank, b.rank) })
	l.e.base = max(0, l.e.planIndex(Unified))
	for _, code := range l.e.order {
		l.e.byOrder = append(l.e.byOrder, l.e.planIndex(code))
	}
}

func (l *loader) plan(n node) planTerms {
	p := planTerms{
		code: needOneOf(n, "code", "plan", knownPlans), name: n.needText("name"),
		kind: needOneOf(n, "kind", "kind of plan", planKinds), remark: l.rows(n),
	}
	p.planArgs = map[string]string{"plan": string(p.code)}
	if c, ok := n.need("rank"); ok {
		p.rank = c.count()
	}
	if c, ok := n.opt("aliases"); ok {
		for _, a := range c.list() {
			p.aliases = append(p.aliases, a.text())
		}
	}
	if c, ok := n.opt("replaces_base"); ok {
		m := l.rowsAt(c)
		p.replaces = &m
	}
	if c, ok := n.opt("owner"); ok {
		f := l.fact(c, GroupOwner)
		p.owner = &f
	}
	if c, ok := n.need("scope"); ok {
		l.scope(c, &p)
	}
	if c, ok := n.opt("excluded"); ok {
		l.excluded(c, &p)
	}
	if c, ok := n.opt("channels"); ok && c.fields("ways", "rows") {
		p.waysRows = l.rows(c)
		if w, ok := c.need("ways"); ok {
			for _, item := range w.list() {
				if !item.fields("way", "with", "without") {
					continue
				}
				ch := needOneOf(item, "way", "channel", knownChannels)
				if slices.ContainsFunc(p.ways, func(w way) bool { return w.channel == ch }) {
					item.wrong("channel %s occurs twice", ch)
				}
				p.ways = append(p.ways, way{ch, l.gate(item)})
			}
			if len(p.ways) == 0 {
				w.wrong("must name at least one way")
			}
		}
	}
	if c, ok := n.opt("languages"); ok && c.fields("list", "rows") {
		p.langRows = l.rows(c)
		if ls, ok := c.need("list"); ok {
			for _, item := range ls.list() {
				p.languages = append(p.languages, item.text())
			}
			if !slices.Contains(p.languages, "en") {
				ls.wrong("must contain en, the language every plan is given in")
			}
		}
	}
	if c, ok := n.opt("conditions"); ok {
		for _, item := range c.list() {
			if !item.fields("reason", "rows", "with", "without") {
				continue
			}
			reason := needOneOf(item, "reason", "condition", knownConditions)
			p.conditions = append(p.conditions, condition{l.rows(item), reason, l.gate(item)})
		}
	}
	if c, ok := n.opt("unlisted"); ok && c.fields("rows") {
		p.unlisted = l.rows(c)
	}
	if c, ok := n.opt("working_hours"); ok && c.fields("rows") {
		m := l.rows(c)
		p.hoursRows = &m
	}
	if c, ok := n.opt("initial_response"); ok && c.fields("reading", "rows") {
		m := l.rows(c)
		p.initial = &m
		p.initialGate = l.gateAt(c, "reading", true)
	}
	if c, ok := n.opt("rca"); ok {
		l.rca(c, &p)
	}
	if c, ok := n.opt("cells"); ok {
		if c.fields(cellNames[:]...) {
			for i, name := range cellNames {
				if item, ok := c.opt(name); ok {
					p.cells[i] = l.cell(item)
				}
			}
		}
	}
	return p
}

// gate reads the keys "with" and "without", of which at most one may be there.
func (l *loader) gate(n node) gate {
	_, with := n.opt("with")
	_, without := n.opt("without")
	switch {
	case with && without:
		n.wrong("has both with and without")
	case with:
		return l.gateAt(n, "with", false)
	case without:
		return l.gateAt(n, "without", true)
	}
	return gate{}
}

func (l *loader) gateAt(n node, key string, without bool) gate {
	r := needOneOf(n, key, "reading", knownReadings)
	bit, ok := readingBit(r)
	if !ok {
		return gate{}
	}
	return gate{uint8(bit) + 1, without}
}

func (l *loader) scope(n node, p *planTerms) {
	if !n.fields("kinds", "products", "rows") {
		return
	}
	p.scopeRows = l.rows(n)
	if c, ok := n.opt("kinds"); ok {
		for _, item := range c.list() {
			p.kinds = append(p.kinds, oneOf(item, "kind of product", knownKinds))
		}
	}
	if c, ok := n.opt("products"); ok {
		p.products = l.productSet(c)
	}
}

// productSet reads a list of product codes; other names than the code are refused.
func (l *loader) productSet(n node) []bool {
	set := make([]bool, len(l.e.products))
	for _, item := range n.list() {
		code := item.text()
		i, ok := l.e.productByName[code]
		if !ok || l.e.products[i].Code != code {
			item.wrong("unknown product %q", code)
			continue
		}
		if set[i] {
			item.wrong("product %s occurs twice", code)
		}
		set[i] = true
	}
	return set
}

var effects = map[string]effect{"time": effectTime, "no_time": effectNoTime, "plan": effectPlan}

func (l *loader) effect(n node) effect {
	c, ok := n.need("effect")
	if !ok {
		return effectNone
	}
	e, ok := effects[c.text()]
	if !ok {
		c.wrong("must be time, no_time or plan")
	}
	return e
}

func (l *loader) excluded(n node, p *planTerms) {
	if !n.fields("effect", "open", "effect_without", "products", "kinds", "rows", "classes", "class_rows") {
		return
	}
	p.excludedRows = l.rows(n)
	p.effect = l.effect(n)
	if c, ok := n.need("open"); ok {
		p.openList = c.truth()
	}
	if c, ok := n.need("products"); ok {
		p.excluded = l.productSet(c)
	}
	if c, ok := n.opt("kinds"); ok {
		for _, item := range c.list() {
			p.excludedKinds = append(p.excludedKinds, oneOf(item, "kind of product", knownKinds))
		}
	}
	if c, ok := n.opt("classes"); ok {
		for _, item := range c.list() {
			p.classes = append(p.classes, oneOf(item, "class", knownClasses))
		}
		if r, ok := n.need("class_rows"); ok {
			p.classRows = l.rowsAt(r)
		}
	}
	if c, ok := n.opt("effect_without"); ok && c.fields("reading", "effect") {
		p.effectGate, p.otherEffect, p.hasOtherEffect = l.gateAt(c, "reading", true), l.effect(c), true
	}
	for i, out := range p.excluded {
		if out && i < len(p.products) && p.products[i] {
			n.wrong("product %s is in the scope and excluded", l.e.products[i].Code)
		}
	}
}

func (l *loader) rca(n node, p *planTerms) {
	if !n.fields("via", "included", "severities", "request", "request_number", "deliver_number", "not_in_wide_outage", "rows") {
		return
	}
	t := rcaTerms{remark: l.rows(n), via: needOneOf(n, "via", "rca code", l.groups[GroupRCA])}
	if c, ok := n.need("included"); ok {
		t.included = c.truth()
	}
	if c, ok := n.opt("not_in_wide_outage"); ok {
		t.narrow = c.truth()
	}
	if c, ok := n.opt("severities"); ok {
		for _, item := range c.list() {
			t.severities = append(t.severities, oneOf(item, "severity", Severities()))
		}
	}
	number := func(key string) string {
		c, ok := n.need(key)
		if !ok {
			return ""
		}
		name := c.text()
		if _, known := knownNumbers[name]; !known {
			c.wrong("unknown number %q", name)
		}
		return name
	}
	if c, ok := n.need("request"); ok {
		switch c.text() {
		case "before_close":
		case "around_close":
			t.around = true
			t.request = number("request_number")
		default:
			c.wrong("must be before_close or around_close")
		}
	}
	if _, ok := n.opt("deliver_number"); ok {
		t.supply = number("deliver_number")
	}
	p.rca = &t
}

func (l *loader) cell(n node) cell {
	if !n.fields("rows", "with", "without", "definition", "first_response", "azure_first_response", "work_begins",
		"change_control", "customer_answer", "effort", "assigned", "escalation", "duties", "notes", "if_customer_cannot") {
		return cell{}
	}
	c := cell{listed: true, gate: l.gate(n)}
	if r, ok := n.opt("rows"); ok {
		c.remark = l.rowsAt(r)
	}
	if _, ok := n.opt("definition"); ok {
		c.definition = l.codes(n, "definition", GroupDefinition)
	}
	c.first = l.term(n, "first_response")
	c.azure = l.term(n, "azure_first_response")
	c.begins = l.term(n, "work_begins")
	c.control = l.term(n, "change_control")
	c.said = l.term(n, "customer_answer")
	if e, ok := n.opt("effort"); ok && e.fields("clock", "rows") {
		c.effort, c.effortRows = needOneOf(e, "clock", "clock", knownClocks), l.rows(e)
	}
	c.assigned = l.facts(n, "assigned", GroupRole)
	c.escalation = l.facts(n, "escalation", GroupEscalation)
	c.duties = l.facts(n, "duties", GroupDuty)
	c.notes = l.facts(n, "notes", GroupNote)
	if e, ok := n.opt("if_customer_cannot"); ok && e.fields("code", "rows") {
		c.cannot = needOneOf(e, "code", "consequence", l.groups[GroupConsequence])
		if r, ok := e.need("rows"); ok {
			c.cannotRows = l.rowsAt(r)
		}
	}
	return c
}

func (l *loader) term(n node, key string) *term {
	c, ok := n.opt(key)
	if !ok || !c.fields("target", "clock", "clock_without", "immediate", "early_warning", "rows", "with", "without") {
		return nil
	}
	t := &term{remark: l.rows(c), gate: l.gate(c)}
	if i, ok := c.opt("immediate"); ok && i.truth() {
		t.immediate = true
		if _, also := c.opt("target"); also {
			c.wrong("is immediate and has a target")
		}
		return t
	}
	if d, ok := c.need("target"); ok {
		t.length = d.duration()
	}
	t.clock = needOneOf(c, "clock", "clock", knownClocks)
	if o, ok := c.opt("clock_without"); ok && o.fields("reading", "clock") {
		t.clockGate = l.gateAt(o, "reading", true)
		t.otherClock, t.hasOther = needOneOf(o, "clock", "clock", knownClocks), true
		if t.otherClock == t.clock {
			o.wrong("gives the same clock")
		}
	}
	if w, ok := c.opt("early_warning"); ok {
		t.earlyWarning = w.truth()
	}
	return t
}

func (l *loader) facts(n node, key, group string) []fact {
	c, ok := n.opt(key)
	if !ok {
		return nil
	}
	var out []fact
	for _, item := range c.list() {
		f := l.fact(item, group)
		if slices.ContainsFunc(out, func(g fact) bool { return g.Code == f.Code }) {
			item.wrong("%s occurs twice", f.Code)
		}
		out = append(out, f)
	}
	return out
}

func (l *loader) fact(n node, group string) fact {
	if !n.fields("code", "rows", "args", "with", "without") {
		return fact{}
	}
	m := l.rows(n)
	f := fact{Fact: Fact{Code: needOneOf(n, "code", group+" code", l.groups[group]), Rows: m.rows}, idx: m.idx, gate: l.gate(n)}
	if c, ok := n.opt("args"); ok {
		f.Args = map[string]string{}
		for _, k := range c.keys() {
			v, _ := c.opt(k)
			f.Args[k] = v.text()
		}
	}
	return f
}
