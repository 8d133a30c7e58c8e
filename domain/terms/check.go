package terms

import (
	"fmt"
	"slices"
)

// check looks for what a single line cannot show: gaps and contradictions between
// lines. It runs on a file that has no other mistake.
func (l *loader) check() {
	for i := range l.e.plans {
		p := &l.e.plans[i]
		path := fmt.Sprintf("plans[%d]", slices.Index(l.e.order, p.code))
		l.checkKind(path, p)
		for j := range p.cells {
			l.checkCell(join(path, "cells."+cellNames[j]), p, j)
		}
		l.checkOrder(path, p)
	}
	l.checkBase()
	l.checkWays()
	l.checkNumbers()
	for _, id := range l.charts {
		if !l.cited[l.e.rowIndex[id]] {
			l.add("rows.charts", "row %s is never used", id)
		}
	}
}

// checkKind refuses gaps: each plan must say something about each severity, even
// if only that it does not cover it.
func (l *loader) checkKind(path string, p *planTerms) {
	if (p.kind == kindBase) != (p.code == Unified) {
		l.add(path+".kind", "%s cannot be %s: %s alone is the base", p.code, p.kind, Unified)
	}
	if p.kind == kindBase && p.replaces != nil {
		l.add(path+".replaces_base", "the base cannot replace itself")
	}
	if p.kind == kindExhibit {
		return
	}
	for j, c := range p.cells {
		if !c.listed && len(p.unlisted.rows) == 0 {
			l.add(path+".cells."+cellNames[j], "missing, and unlisted does not say why")
		}
		if c.listed && c.gate.bit != 0 && len(p.unlisted.rows) == 0 {
			l.add(path+".cells."+cellNames[j], "depends on a reading, and unlisted does not say what else holds")
		}
	}
	if p.kind == kindEnhanced || p.kind == kindMCS {
		for _, j := range []int{cell1, cellA} {
			if c := &p.cells[j]; c.first == nil || c.cannot == "" || c.effort == "" {
				l.add(path+".cells."+cellNames[j], "must have first_response, effort and if_customer_cannot")
			}
		}
		if len(p.ways) == 0 {
			l.add(path+".channels", "missing")
		}
	}
}

func (l *loader) checkCell(path string, p *planTerms, j int) {
	c := &p.cells[j]
	if j == cell1 || j == cellA {
		for _, t := range []*term{c.first, c.azure, c.begins} {
			if t != nil && !t.immediate && t.clock != AroundTheClock {
				l.add(path, "severity %s is worked on around the clock, not in business hours", cellNames[j])
			}
		}
		if c.effort == BusinessHours {
			l.add(path+".effort", "severity %s is worked on around the clock, not in business hours", cellNames[j])
		}
	}
	if c.azure != nil && c.first != nil && c.azure.length > c.first.length {
		l.add(path+".azure_first_response", "is longer than first_response")
	}
	if c.azure != nil && c.first == nil {
		l.add(path+".first_response", "missing beside azure_first_response")
	}
	if c.first != nil && c.first.immediate {
		l.add(path+".first_response", "needs a length")
	}
	if p.kind == kindEngineer && (c.first != nil || c.begins != nil) {
		l.add(path, "an engineer's plan changes no time")
	}
	for _, n := range c.notes {
		if n.Code == NoteTagRequired && n.Args["tag"] != l.e.tag.text {
			l.add(path+".notes", "the tag is %q, event_tag says %q", n.Args["tag"], l.e.tag.text)
		}
	}
}

// checkOrder refuses a plan that answers a milder severity sooner than a worse one,
// or later than the base does.
func (l *loader) checkOrder(path string, p *planTerms) {
	base := &l.e.plans[l.e.base]
	var last *term
	for j, c := range p.cells {
		if c.first == nil || j == cellB24 {
			continue
		}
		if last != nil && c.first.length < last.length {
			l.add(path+".cells."+cellNames[j]+".first_response", "is shorter than that of a worse severity")
		}
		last = c.first
		if b := base.cells[j].first; b != nil && c.first.length > b.length {
			l.add(path+".cells."+cellNames[j]+".first_response", "is longer than the base's")
		}
	}
}

func (l *loader) checkBase() {
	base := &l.e.plans[l.e.base]
	path := fmt.Sprintf("plans[%d]", slices.Index(l.e.order, Unified))
	if base.owner == nil || len(base.ways) == 0 || len(base.languages) == 0 {
		l.add(path, "the base must have owner, channels and languages")
	}
	for j, c := range base.cells {
		at := path + ".cells." + cellNames[j]
		switch {
		case c.first == nil || c.begins == nil || c.effort == "" || c.cannot == "":
			l.add(at, "must have first_response, work_begins, effort and if_customer_cannot")
		case j == cellB24 && c.effort != AroundTheClock:
			l.add(at+".effort", "must be 24x7")
		case (j == cellB || j == cellC) && c.effort != BusinessHours:
			l.add(at+".effort", "must be business")
		}
		if (c.control != nil) != (j == cellB || j == cellB24) {
			l.add(at+".change_control", "belongs to severity B and only there")
		}
		if (c.said != nil) != (j == cellC) {
			l.add(at+".customer_answer", "belongs to severity C and only there")
		}
	}
}

// checkWays refuses two plans that no single way of submitting satisfies.
func (l *loader) checkWays() {
	for i := range l.e.plans {
		for j := range i {
			a, b := &l.e.plans[i], &l.e.plans[j]
			if len(a.ways) == 0 || len(b.ways) == 0 {
				continue
			}
			common := waysOf(a, l.e.readings) & waysOf(b, l.e.readings)
			if common == 0 {
				l.add(fmt.Sprintf("plans[%d].channels", slices.Index(l.e.order, a.code)),
					"no way satisfies both %s and %s", a.code, b.code)
			}
		}
	}
}

func (l *loader) checkNumbers() {
	least := l.e.numbers[NumberEventMinDays].Value
	for _, name := range []string{NumberEventMaxDays, NumberEventPlusMaxDays} {
		if l.e.numbers[name].Value < least {
			l.add("numbers."+name, "is less than %s", NumberEventMinDays)
		}
	}
	if l.e.numbers[NumberCancelHalf].Value >= l.e.numbers[NumberCancelFree].Value {
		l.add("numbers."+NumberCancelHalf, "must be less than %s", NumberCancelFree)
	}
}
