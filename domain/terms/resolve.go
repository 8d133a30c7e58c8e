package terms

import (
	"errors"
	"fmt"
	"time"

	"example.com/firstcall/domain/calendar"
)

// maxPlans bounds the arrays below; there are thirteen plans.
const maxPlans = 16

// Resolve works out what the terms owe for a case. It is pure. An unknown product
// is an [*UnknownProduct]; other errors are mistakes of the caller: no severity,
// no calendar, an unknown plan, a judgement about a closed list.
//
// Without a base plan in force nothing is owed: the commitment then names no plan,
// and every plan is among the rejected ones.
func (e *Edition) Resolve(c Case) (Commitment, error) {
	return e.resolveFrom(&c, c.Opened)
}

// resolveFrom decides which plans apply as of the submission and counts the clocks
// from another instant, for a severity that changed later.
func (e *Edition) resolveFrom(c *Case, from time.Time) (Commitment, error) {
	w := work{asked: asked{Case: c, e: e, from: from}}
	if err := w.prepare(); err != nil {
		return Commitment{}, fmt.Errorf("resolve the terms of a case: %w", err)
	}
	w.out = Commitment{
		Edition: e.name, Severity: c.Severity, Product: e.products[w.product].Code, IfCustomerCannot: NoConsequence,
	}
	w.keep()
	if w.held[e.base] == nil {
		w.remark(NoteNoAgreement, nil)
	} else {
		w.times()
		w.people()
		w.manner()
		w.remarks()
	}
	w.out.Rows = w.rows.names(e.rows)
	return w.out, nil
}

// work is one resolution under way.
type work struct {
	asked
	held      [maxPlans]*Holding // by plan, nil when it does not apply
	rows      rowSet
	out       Commitment
	supplier  int  // the plan whose first response counts, or -1
	replaced  bool // the base's first response does not count
	uncovered bool // a target lies beyond the calendar's known holidays
	targets   *[5]Target
}

func (w *work) prepare() error {
	c, e := w.Case, w.e
	if c.Severity.index() > 3 {
		return fmt.Errorf("severity %q is none of 1, A, B, C", c.Severity)
	}
	p, ok := e.productByName[c.Product]
	if !ok {
		if p, ok = e.productByName[fold(c.Product)]; !ok {
			return &UnknownProduct{Asked: c.Product, Nearest: e.nearest(c.Product)}
		}
	}
	if c.Calendar == nil {
		return errors.New("no calendar")
	}
	if c.Opened.IsZero() {
		return errors.New("no time of submission")
	}
	if c.Via != "" && wayBit(c.Via) == 0 {
		return fmt.Errorf("unknown channel %q", c.Via)
	}
	if c.Cloud != PublicCloud && c.Cloud != USGovCloud && c.Cloud != ChinaCloud {
		return fmt.Errorf("unknown cloud %q", c.Cloud)
	}
	for i := range c.Plans {
		if e.planIndex(c.Plans[i].Plan) < 0 {
			return fmt.Errorf("unknown plan %q", c.Plans[i].Plan)
		}
	}
	for i := range c.Judgements {
		at := e.planIndex(c.Judgements[i].Plan)
		if at < 0 || !e.plans[at].openList {
			return fmt.Errorf("judgement about %q, whose exclusion list is not open", c.Judgements[i].Plan)
		}
	}
	w.product = p
	w.cell = cellFor(c.Severity, c.Commit24x7)
	w.day = calendar.DateOf(c.Opened.In(c.Calendar.Zone()))
	w.targets = new([5]Target)
	return nil
}

// keep decides which of the held plans apply. One held twice, in two work orders,
// applies when either does.
func (w *work) keep() {
	e := w.e
	baseReason := ReasonNoBase
	w.out.Plans = make([]Plan, 0, len(w.Plans))
	for _, at := range e.byOrder {
		p := &e.plans[at]
		var refused Code
		var rows remark
		for i := range w.Plans {
			h := &w.Plans[i]
			if h.Plan != p.code {
				continue
			}
			reason, why := w.refuse(p, h)
			if reason == "" {
				w.held[at] = h
				break
			}
			if refused == "" {
				refused, rows = reason, why
			}
		}
		switch {
		case w.held[at] == nil && refused == "":
			continue // not held
		case p.kind == kindBase && refused == ReasonEnded:
			baseReason = ReasonBaseEnded
		case p.kind != kindBase && w.held[e.base] == nil && refused != ReasonCustomersCustomer:
			// No add-on without the base (GEN-08), and all end with it (TC-12).
			refused, rows = baseReason, e.reasons[baseReason]
			w.held[at] = nil
		}
		if w.held[at] == nil {
			w.out.Rejected = append(w.out.Rejected, Rejection{p.code, refused, rows.rows})
			w.rows.add(rows.idx)
			continue
		}
		w.out.Plans = append(w.out.Plans, p.code)
		w.rows.add(p.idx)
		w.rows.add(p.scopeRows.idx)
	}
}

// remarks adds the notes that rest on the case rather than on a cell.
func (w *work) remarks() {
	e := w.e
	product := &e.products[w.product]
	for _, at := range e.byOrder {
		p, h := &e.plans[at], w.held[at]
		if h == nil {
			continue
		}
		if p.openList && e.On(OpenLists) {
			w.openList(p)
		}
		if p.initial != nil && w.supplier == at {
			w.note(NoteInitialResponse, nil, *p.initial)
			w.out.HumanChatCounts = p.initialGate.open(e.readings)
		}
		for i := range p.conditions {
			c := &p.conditions[i]
			if c.gate.open(e.readings) || !w.fails(c.reason, h) {
				continue
			}
			switch c.reason {
			case ReasonSovereign:
				w.note(NoteSovereign, nil, c.remark)
			case ReasonTagMissing:
				w.note(NoteTagMissing, nil, c.remark)
			}
		}
		if w.BroadOutage && (p.code == PlatformMCS || p.code == PlatformMCSPlus) {
			w.merge(NoteBroadOutage, e.remarks[NoteBroadOutage])
		}
	}
	if product.Online {
		w.remark(NoteCloudAdminPortal, nil)
	}
	if product.Kind == KindGitHub {
		w.remark(NoteGitHubTerms, nil)
	}
	if w.Preview {
		w.remark(NotePreview, nil)
	}
	if w.uncovered {
		w.remark(NoteCalendarEnds, map[string]string{"covered_until": w.Calendar.CoveredUntil().String()})
	}
}

// openList says that a plan's exclusion list is open, or whose judgement put the
// product on its other side.
func (w *work) openList(p *planTerms) {
	for i := len(w.Judgements) - 1; i >= 0; i-- {
		if j := &w.Judgements[i]; j.Plan == p.code {
			args := map[string]string{"plan": string(p.code), "by": j.By, "reason": j.Reason}
			w.addNote(Fact{Code: NoteKeptByPerson, Args: args}, w.e.remarks[NoteKeptByPerson])
			return
		}
	}
	w.note(NoteOpenList, p.planArgs, p.excludedRows)
}

// remark adds a note whose rows stand in the edition's remarks.
func (w *work) remark(code Code, args map[string]string) {
	w.note(code, args, w.e.remarks[code])
}

func (w *work) note(code Code, args map[string]string, rows remark) {
	w.addNote(Fact{Code: code, Args: args}, rows)
}

// merge adds a note, or its rows to the note that is there.
func (w *work) merge(code Code, rows remark) {
	for i := range w.out.Notes {
		if w.out.Notes[i].Code == code {
			w.out.Notes[i].Rows = both(w.out.Notes[i].Rows, rows.rows)
			w.rows.add(rows.idx)
			return
		}
	}
	w.note(code, nil, rows)
}

func (w *work) addNote(f Fact, rows remark) {
	f.Rows = rows.rows
	w.rows.add(rows.idx)
	if w.out.Notes == nil {
		w.out.Notes = make([]Fact, 0, factsExpected)
	}
	w.out.Notes = append(w.out.Notes, f)
}
