package terms

import (
	"time"
)

// listedTerm is the first response that a plan lists for the product.
func (w *work) listedTerm(p *planTerms) *term {
	c := &p.cells[w.cell]
	t := c.first
	if c.azure != nil {
		effect := p.effectUnder(w.e.readings)
		switch out := w.listed(p); {
		case out && effect == effectNoTime:
			w.remark(NoteNoListedTime, p.planArgs)
			return nil
		case out:
			w.note(NoteAzureTimeExcluded, p.planArgs, p.excludedRows)
		case w.e.products[w.product].Kind == KindAzure:
			t = c.azure
		}
	}
	if t == nil || !t.gate.open(w.e.readings) {
		return nil
	}
	return t
}

// times finds the targets: the soonest of the plans that apply, where the base's
// does not count if a plan that replaces it lists a time (part 3 of the catalogue).
func (w *work) times() {
	e := w.e
	var first, begins [maxPlans]*term
	replacedBegins := false
	for at := range e.plans {
		h, p := w.held[at], &e.plans[at]
		if h == nil || w.Preview {
			continue
		}
		var replaces bool
		if p.kind == kindExhibit {
			t := h.Exhibit.Targets[w.Severity]
			first[at], begins[at] = w.exhibitTerm(p, t.FirstResponse, t.Clock), w.exhibitTerm(p, t.WorkBegins, t.Clock)
			replaces = e.On(ExhibitReplacesBase)
		} else {
			first[at], begins[at] = w.listedTerm(p), p.cells[w.cell].begins
			if begins[at] != nil && !begins[at].gate.open(e.readings) {
				begins[at] = nil
			}
			replaces = p.replaces != nil
		}
		if !replaces {
			continue
		}
		replacedBegins = replacedBegins || begins[at] != nil
		if first[at] == nil {
			continue
		}
		w.replaced = true
		if p.replaces != nil {
			w.note(NoteReplacesBase, p.planArgs, *p.replaces)
		} else {
			w.addNote(Fact{Code: NoteTimesFromExhibit, Args: map[string]string{"plan": string(p.code), "exhibit": h.Exhibit.Reference}},
				e.remarks[NoteTimesFromExhibit])
		}
	}
	if w.replaced {
		first[e.base] = nil
	}
	if replacedBegins {
		begins[e.base] = nil
	}

	w.supplier = w.soonest(&first)
	w.out.Plan = Unified
	if w.supplier >= 0 {
		t := first[w.supplier]
		w.out.Plan = e.plans[w.supplier].code
		w.out.FirstResponse = w.target(0, t)
		if t.earlyWarning && t.clockUnder(e.readings) == BusinessHours {
			w.targets[1] = Target{t.length, AroundTheClock, w.from.Add(t.length).In(w.Calendar.Zone()), t.rows}
			w.out.EarlyWarning = &w.targets[1]
		}
	}
	for at, t := range begins {
		if t != nil && t.immediate {
			w.merge(NoteWorkBeginsNow, t.remark)
			begins[at] = nil
		}
	}
	if at := w.soonest(&begins); at >= 0 {
		w.out.WorkBegins = w.target(2, begins[at])
	}
	base := &e.plans[e.base].cells[w.cell]
	if base.control != nil {
		w.out.ChangeControl = w.target(3, base.control)
	}
	if base.said != nil {
		w.out.CustomerAnswer = w.target(4, base.said)
	}
}

// exhibitTerm is a time from a work order's exhibit, or nil where it gives none.
func (w *work) exhibitTerm(p *planTerms, d time.Duration, clock Clock) *term {
	if d <= 0 {
		return nil
	}
	if clock == "" {
		clock = AroundTheClock
	}
	return &term{remark: p.remark, length: d, clock: clock}
}

// soonest is the plan whose time ends first; the edition's rank breaks a tie.
func (w *work) soonest(terms *[maxPlans]*term) int {
	best := -1
	var bestDue time.Time
	for at, t := range terms {
		if t == nil {
			continue
		}
		if best < 0 {
			best = at
			continue
		}
		if bestDue.IsZero() {
			bestDue = w.due(terms[best])
		}
		if due := w.due(t); due.Before(bestDue) {
			best, bestDue = at, due
		}
	}
	return best
}

func (w *work) due(t *term) time.Time {
	if t.clockUnder(w.e.readings) == AroundTheClock {
		return w.from.Add(t.length).In(w.Calendar.Zone())
	}
	return w.Calendar.Add(w.from, t.length)
}

// target fills one of the result's targets; they lie side by side in one block.
func (w *work) target(slot int, t *term) *Target {
	clock := t.clockUnder(w.e.readings)
	w.targets[slot] = Target{t.length, clock, w.due(t), t.rows}
	w.rows.add(t.idx)
	if clock == BusinessHours {
		w.rows.add(w.e.hoursIdx)
		w.uncovered = w.uncovered || !w.Calendar.Covered(w.targets[slot].Due)
	}
	return &w.targets[slot]
}
