package terms

import (
	"slices"
	"time"
)

// people collects who is assigned, where it escalates, who owns it, what the
// customer owes, and what happens when the customer cannot.
func (w *work) people() {
	e := w.e
	owner := -1
	for _, at := range e.byOrder {
		h, p := w.held[at], &e.plans[at]
		if h == nil {
			continue
		}
		c := &p.cells[w.cell]
		w.rows.add(c.idx)
		if p.hoursRows != nil && len(c.assigned) > 0 && !w.inHours(p, h) {
			w.take(&w.out.Duties, c.duties)
			continue
		}
		w.take(&w.out.Assigned, c.assigned)
		w.take(&w.out.Escalation, c.escalation)
		w.take(&w.out.Duties, c.duties)
		w.take(&w.out.Notes, c.notes)
		if p.owner != nil && (owner < 0 || at < owner) {
			owner = at
		}
	}
	o := e.plans[owner].owner
	w.out.Owner = o.Fact
	w.rows.add(o.idx)

	base := &e.plans[e.base].cells[w.cell]
	w.out.Effort = base.effort
	w.rows.add(base.effortRows.idx)
	from := base
	if w.supplier >= 0 {
		if c := &e.plans[w.supplier].cells[w.cell]; c.cannot != "" {
			from = c
		}
	}
	w.out.IfCustomerCannot = from.cannot
	w.rows.add(from.cannotRows.idx)
	w.downgrades()
}

// inHours reports whether a designated engineer is at work, and notes when not
// from when on (REDE-04, REDE-09).
func (w *work) inHours(p *planTerms, h *Holding) bool {
	hours := h.Hours
	if hours == nil {
		hours = w.Calendar
	}
	if hours.Open(w.from) {
		return true
	}
	from := hours.Next(w.from).In(w.Calendar.Zone()).Format(time.RFC3339)
	w.addNote(Fact{Code: NoteREDEOutsideHours, Args: map[string]string{"from": from}}, *p.hoursRows)
	return false
}

// downgrades notes when the plans that apply name different consequences for a
// customer who cannot keep up: a person must then decide (AMB-21).
func (w *work) downgrades() {
	differ := false
	for at := range w.e.plans {
		if c := w.consequence(at); c != "" && c != w.out.IfCustomerCannot {
			differ = true
		}
	}
	if !differ {
		return
	}
	args := map[string]string{}
	for at := range w.e.plans {
		if c := w.consequence(at); c != "" {
			args[string(w.e.plans[at].code)] = string(c)
			w.rows.add(w.e.plans[at].cells[w.cell].cannotRows.idx)
		}
	}
	w.remark(NoteDowngradesDiffer, args)
}

func (w *work) consequence(at int) Code {
	if w.held[at] == nil || (at == w.e.base && w.replaced) {
		return ""
	}
	return w.e.plans[at].cells[w.cell].cannot
}

// take adds the facts whose reading holds. A fact that another plan states too
// keeps the rows of both.
func (w *work) take(to *[]Fact, facts []fact) {
	for i := range facts {
		f := &facts[i]
		if !f.gate.open(w.e.readings) {
			continue
		}
		w.rows.add(f.idx)
		if at := slices.IndexFunc(*to, func(g Fact) bool { return g.Code == f.Code }); at >= 0 {
			(*to)[at].Rows = both((*to)[at].Rows, f.Rows)
			continue
		}
		if *to == nil {
			*to = make([]Fact, 0, factsExpected)
		}
		*to = append(*to, f.Fact)
	}
}

// factsExpected is room for the facts of a critical case with two or three plans.
const factsExpected = 8

// both is a followed by what b adds to it, in memory of its own: either may belong
// to the edition.
func both(a, b []string) []string {
	out := append(make([]string, 0, len(a)+len(b)), a...)
	for _, s := range b {
		if !slices.Contains(a, s) {
			out = append(out, s)
		}
	}
	return out
}
