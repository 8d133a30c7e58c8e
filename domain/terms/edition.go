package terms

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"time"
)

//go:embed editions/ussd-2025-11.json
var ussd202511 []byte

// Current is the edition built into the program. Stamped commitments name it.
var Current = sync.OnceValue(func() *Edition {
	e, err := Load(ussd202511)
	if err != nil {
		panic("the built-in edition of the support terms does not load: " + err.Error())
	}
	return e
})

// Edition is one edition of the support terms, checked and ready to resolve. It
// never changes and is safe for any number of goroutines.
type Edition struct {
	name     string
	readings uint64 // one bit for each of knownReadings
	defaults uint64
	readRows [][]string // rows by reading

	rows     []string // all row ids, sorted; facts refer to them by index
	rowIndex map[string]uint16

	plans []planTerms // in rank order: the first one wins a tie
	order []Plan      // in the file's order, the base first
	base  int         // index into plans
	// byOrder are the indexes of plans in the file's order.
	byOrder []int

	products      []Product
	names         [][]string // folded, by product
	productByName map[string]int

	definitions [4]Definition
	remarks     map[Code]remark
	reasons     map[Code]remark
	numbers     map[string]Number
	tag         remarkText
	hours       struct {
		opens, closes time.Duration
		rows          []string
	}
	hoursIdx []uint16

	intakeDays, onboardingDays, uerDays int // from numbers, read at every case
}

// remark is a list of rows in both forms: as people see it and as bits.
type remark struct {
	rows []string
	idx  []uint16
}

type remarkText struct {
	remark
	text string
}

// gate says under which reading something stands: always, with it, without it.
type gate struct {
	bit     uint8 // position + 1; 0 means always
	without bool
}

func (g gate) open(readings uint64) bool {
	if g.bit == 0 {
		return true
	}
	return (readings>>(g.bit-1)&1 == 1) != g.without
}

type fact struct {
	Fact
	idx  []uint16
	gate gate
}

// term is one listed time. Immediate ones have no number.
type term struct {
	remark
	gate         gate
	length       time.Duration
	clock        Clock
	clockGate    gate // when open, otherClock counts instead
	otherClock   Clock
	hasOther     bool
	immediate    bool
	earlyWarning bool
}

func (t *term) clockUnder(readings uint64) Clock {
	if t.hasOther && t.clockGate.open(readings) {
		return t.otherClock
	}
	return t.clock
}

// cell is what one plan says about one severity.
type cell struct {
	remark
	gate                                gate
	listed                              bool
	first, azure, begins, control, said *term // said: the customer's answer
	effort                              Clock
	effortRows                          remark
	assigned, escalation, duties, notes []fact
	cannot                              Code
	cannotRows                          remark
	definition                          []Code
}

// The columns of a plan's cells: the four severities and B with the 24x7 yes.
const (
	cell1 = iota
	cellA
	cellB
	cellB24
	cellC
	cellCount
)

var cellNames = [cellCount]string{"1", "A", "B", "B+24x7", "C"}

func cellFor(s Severity, commit bool) int {
	switch {
	case s == Sev1:
		return cell1
	case s == SevA:
		return cellA
	case s == SevB && commit:
		return cellB24
	case s == SevB:
		return cellB
	}
	return cellC
}

type effect uint8

const (
	effectNone   effect = iota
	effectTime          // out of the Azure time, treated as any other product
	effectNoTime        // no time is listed at all
	effectPlan          // out of the plan
)

type condition struct {
	remark
	reason Code
	gate   gate
}

type way struct {
	channel Channel
	gate    gate
}

type planTerms struct {
	remark
	code     Plan
	name     string
	aliases  []string
	kind     string
	rank     int
	replaces *remark
	owner    *fact

	kinds     []Kind // empty, with no products: every product
	products  []bool // by product, or nil
	scopeRows remark

	excluded       []bool // by product, or nil
	excludedKinds  []Kind
	excludedRows   remark
	classes        []Class
	classRows      remark
	effect         effect
	effectGate     gate
	otherEffect    effect
	hasOtherEffect bool
	openList       bool

	ways      []way
	waysRows  remark
	languages []string
	langRows  remark

	conditions  []condition
	unlisted    remark
	hoursRows   *remark // only in its engineer's working hours
	initial     *remark // "initial response" instead of "first call"
	initialGate gate
	rca         *rcaTerms
	cells       [cellCount]cell
	planArgs    map[string]string // {"plan": code}, shared by notes
}

func (p *planTerms) effectUnder(readings uint64) effect {
	if p.hasOtherEffect && p.effectGate.open(readings) {
		return p.otherEffect
	}
	return p.effect
}

// Name is what the edition calls itself, such as ussd-2025-11.
func (e *Edition) Name() string { return e.name }

// PlanTerms is what people may want to know about a plan without a case.
type PlanTerms struct {
	Plan      Plan
	Name      string // its full name, the same in every language
	Aliases   []string
	Kind      string // base, enhanced, mcs, engineer or exhibit
	SubmitVia []Channel
	Languages []string
	Rows      []string
}

// Plans lists the plans, the base first.
func (e *Edition) Plans() []PlanTerms {
	out := make([]PlanTerms, 0, len(e.order))
	for _, code := range e.order {
		p := &e.plans[e.planIndex(code)]
		t := PlanTerms{
			Plan: p.code, Name: p.name, Aliases: slices.Clone(p.aliases), Kind: p.kind,
			Languages: slices.Clone(p.languages), Rows: slices.Clone(p.rows),
		}
		for _, w := range p.ways {
			if w.gate.open(e.readings) {
				t.SubmitVia = append(t.SubmitVia, w.channel)
			}
		}
		out = append(out, t)
	}
	return out
}

// ParsePlan finds a plan by its code, its full name or a former name, whatever
// the case of the letters.
func (e *Edition) ParsePlan(s string) (Plan, bool) {
	want := fold(s)
	for i := range e.plans {
		p := &e.plans[i]
		if fold(string(p.code)) == want || fold(p.name) == want {
			return p.code, true
		}
		for _, a := range p.aliases {
			if fold(a) == want {
				return p.code, true
			}
		}
	}
	return "", false
}

func (e *Edition) planIndex(code Plan) int {
	for i := range e.plans {
		if e.plans[i].code == code {
			return i
		}
	}
	return -1
}

// With is the same edition with one switch set. An unknown reading changes
// nothing. Commitments made under another reading than the recommended one name
// it in their Edition.
func (e *Edition) With(r Reading, on bool) *Edition {
	bit, ok := readingBit(r)
	if !ok {
		return e
	}
	c := *e
	if on {
		c.readings |= 1 << bit
	} else {
		c.readings &^= 1 << bit
	}
	c.name = c.stamp()
	return &c
}

// On reports the position of a switch.
func (e *Edition) On(r Reading) bool {
	bit, ok := readingBit(r)
	return ok && e.readings>>bit&1 == 1
}

// stamp is the edition's name, followed by the switches that are not in their
// recommended position: ussd-2025-11;event_needs_tag=off.
func (e *Edition) stamp() string {
	s, _, _ := strings.Cut(e.name, ";")
	for i, r := range knownReadings {
		if (e.readings^e.defaults)>>uint(i)&1 == 0 {
			continue
		}
		s += ";" + string(r) + "="
		if e.readings>>uint(i)&1 == 1 {
			s += "on"
		} else {
			s += "off"
		}
	}
	return s
}

// ReadingRows are the rows that a switch is about.
func (e *Edition) ReadingRows(r Reading) []string {
	if bit, ok := readingBit(r); ok {
		return slices.Clone(e.readRows[bit])
	}
	return nil
}

// Definition says what a severity means.
type Definition struct {
	Severity Severity
	Codes    []Code
	Rows     []string
}

// Definition is the meaning of a severity; the plans that the customer holds may
// add to it (A2-01, A3-02, A5-01).
func (e *Edition) Definition(s Severity, held ...Plan) Definition {
	i := s.index()
	if i > 3 {
		return Definition{Severity: s}
	}
	d := e.definitions[i]
	d.Codes, d.Rows = slices.Clone(d.Codes), slices.Clone(d.Rows)
	for _, p := range held {
		at := e.planIndex(p)
		if at < 0 {
			continue
		}
		c := &e.plans[at].cells[cellFor(s, false)]
		for _, code := range c.definition {
			if !slices.Contains(d.Codes, code) {
				d.Codes = append(d.Codes, code)
			}
			if c.begins != nil {
				d.Rows = union(d.Rows, c.begins.rows)
			}
		}
	}
	return d
}

func union(a, b []string) []string {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

// DefaultHours are the terms' own business hours, as time since midnight, with
// their rows (A1-F5). A country or customer may have others.
func (e *Edition) DefaultHours() (opens, closes time.Duration, rows []string) {
	return e.hours.opens, e.hours.closes, slices.Clone(e.hours.rows)
}

// EventTag is what the description of an event's case must contain (A3-06).
func (e *Edition) EventTag() string { return e.tag.text }
